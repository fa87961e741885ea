//! Multipliers of a Lagrangian bound, and what an ascent with them has found.

use crate::number::at;

/// Multipliers in steps of 2^-`bits` of the aim.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dual {
    /// One per row; zero for rows that are covered by the open sites.
    pub(crate) row: Vec<i64>,
    /// What one more step of budget is worth.
    pub(crate) budget: i64,
    /// One per zone.
    pub(crate) zone: Vec<i64>,
    /// One per triple; triples past its end have none yet.
    pub(crate) triple: Vec<i64>,
}

impl Dual {
    /// Forgets all triples but those with these numbers, ascending.
    pub(crate) fn keep_triples(&mut self, kept: &[u32]) {
        let of = |&k: &u32| self.triple.get(at(k)).copied().unwrap_or(0);
        self.triple = kept.iter().map(of).collect();
    }
}

/// What an ascent has found.
#[derive(Clone, Debug)]
pub(crate) struct Ascent {
    pub(crate) dual: Dual,
    /// The bound, scaled.
    pub(crate) bound: i64,
    /// For each free site what its absence or presence costs against the relaxed choice: the bound of the part with the site decided the other way is `bound` plus this.
    /// Zero for sites that are not free.
    pub(crate) regret: Vec<i64>,
    /// Whether the relaxed choice behind `bound` holds the site.
    pub(crate) chosen: Vec<bool>,
    /// How often each site was chosen lately, between 0 and 1: near the linear relaxation.
    pub(crate) share: Vec<f64>,
    /// The best choices of sites met on the way, decided ones included, with the weight left uncovered.
    pub(crate) met: Option<(Vec<u32>, i64)>,
    pub(crate) work: u64,
}
