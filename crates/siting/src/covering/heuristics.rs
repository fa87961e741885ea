//! Primal heuristics for covering problems: they find sites and prove nothing.

pub(crate) mod annealing;
pub(crate) mod coverage_state;
pub(crate) mod greedy;
pub(crate) mod interchange;
pub(crate) mod iterated_local_search;
pub(crate) mod partition_crossover;
pub(crate) mod row_weighting;
pub(crate) mod row_weighting_set_cover;
pub(crate) mod swap_table;
