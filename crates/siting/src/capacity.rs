//! Sites with capacities: assignment of demand as a transportation problem, Lagrangian bound and heuristics for the choice of sites.

pub(crate) mod augmenting_flow;
pub(crate) mod lagrangian;
pub(crate) mod problem;
pub(crate) mod ruin_and_recreate;
pub(crate) mod set_cover;
mod sufficiency;
pub(crate) mod transportation;
