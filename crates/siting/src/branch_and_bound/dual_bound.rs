//! Lagrangian multipliers, and the dual bound that they prove.

use crate::number::at;

/// Lagrangian multipliers, in steps of 2^-`bits` of the objective.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dual {
    /// By row; 0 for a row that the open sites cover.
    pub(crate) row: Vec<i64>,
    /// Objective per step of budget.
    pub(crate) budget: i64,
    /// By zone.
    pub(crate) zone: Vec<i64>,
    /// By cut; a cut past the end has 0.
    pub(crate) cut: Vec<i64>,
}

impl Dual {
    /// Keeps the cuts with these numbers, ascending, and drops the others.
    pub(crate) fn keep_cuts(&mut self, kept: &[u32]) {
        let of = |&k: &u32| self.cut.get(at(k)).copied().unwrap_or(0);
        self.cut = kept.iter().map(of).collect();
    }
}

/// A lower bound of the minimized objective, the multipliers that prove it, and the relaxed choice of sites behind it.
#[derive(Clone, Debug)]
pub(crate) struct DualBound {
    pub(crate) dual: Dual,
    /// The bound, scaled.
    pub(crate) bound: i64,
    /// Reduced cost by site, scaled: `bound` plus this bounds the subproblem with the site decided against the relaxed choice; 0 for a site that is not free.
    pub(crate) reduced_cost: Vec<i64>,
    /// By site, whether the relaxed choice behind `bound` opens it.
    pub(crate) chosen: Vec<bool>,
    /// Fractional value by site, between 0 and 1: an estimate of the linear relaxation.
    pub(crate) fractional: Vec<f64>,
    /// The relaxed choice with the least uncovered weight, decided sites included, and that weight; 0 where it is not known.
    pub(crate) met: Option<(Vec<u32>, i64)>,
    pub(crate) work: u64,
}
