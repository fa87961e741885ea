//! Covering problems (`lscp`, `mclp`): problem, presolve, bounds, and the search that runs them beside the heuristics.

pub(crate) mod branching;
#[cfg(test)]
mod brute_force;
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
