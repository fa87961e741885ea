//! The p-median problem: its Lagrangian bound, and the exchange heuristic.

pub(crate) mod lagrangian;
pub(crate) mod teitz_bart;
