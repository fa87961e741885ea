//! Numbers of demand points and sites that presolve removed.

/// Counts of demand points and sites that presolve removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Reduction {
    /// Demand points that fixed sites cover already, or that cannot be covered.
    pub n_demand_decided: usize,
    /// Demand points merged into another one with the same covering sites.
    pub n_demand_merged: usize,
    /// For `lscp`: demand points that are covered whenever another one is.
    pub n_demand_implied: usize,
    /// Dominated sites: another one serves all that they serve, for no more.
    pub n_sites_dominated: usize,
    /// Pairs left for the solver.
    pub n_pairs_left: usize,
}
