//! Sites with capacities: who serves whom is a transportation problem, and the choice of sites is bounded and searched over it.

pub(crate) mod augmenting_flow;
pub(crate) mod lagrangian;
pub(crate) mod problem;
pub(crate) mod ruin_and_recreate;
pub(crate) mod set_cover;
pub(crate) mod transportation;
