//! Covering problems (`lscp`, `mclp`): the problem, its presolve, its bounds, and the search that joins both with heuristics.

pub(crate) mod branching;
pub(crate) mod certify;
pub(crate) mod heuristics;
pub(crate) mod lagrangian;
pub(crate) mod limit_projection;
pub(crate) mod pdhg;
pub(crate) mod presolve;
pub(crate) mod primal;
pub(crate) mod problem;
pub(crate) mod search;
pub(crate) mod triple_cuts;
