//! The p-median problem: its form, its Lagrangian bound, and the exchange heuristic.

pub(crate) mod lagrangian;
pub(crate) mod problem;
pub(crate) mod teitz_bart;
