//! Branching of a covering problem: bounds of subproblems, and rows worth splitting by.

use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::{RowIx, Subproblem};
use crate::branch_and_bound::tree::{Branching, N_PROBED, Start};
use crate::covering::lagrangian::Relaxation;
use crate::covering::pdhg::{Pdhg, STEPS_PER_EVALUATION};
use crate::covering::problem::CoveringProblem;
use crate::covering::triple_cuts::TripleCuts;
use crate::number::at;

/// Evaluations of the primal-dual bound per subproblem.
const EVALUATIONS: u32 = 3;

/// A covering problem with its cuts and the scale of its multipliers.
#[derive(Debug)]
pub(crate) struct CoveringBranching<'a> {
    pub(crate) problem: &'a CoveringProblem,
    pub(crate) cuts: &'a TripleCuts,
    pub(crate) bits: u32,
}

impl Branching for CoveringBranching<'_> {
    fn n_sites(&self) -> usize {
        self.problem.n_sites()
    }

    fn n_new(&self) -> usize {
        self.problem.n_new
    }

    fn near(&self, site: u32) -> Option<&[u32]> {
        self.problem.near.get(at(site)).map(Vec::as_slice)
    }

    fn sites_of(&self, row: RowIx) -> &[u32] {
        self.problem.sites_of(row.index())
    }

    fn subgradient(
        &self,
        subproblem: &Subproblem,
        dual: &Dual,
        options: &SubgradientOptions,
    ) -> Option<DualBound> {
        let relaxation = Relaxation::new(self.problem, self.cuts, self.bits, subproblem);
        (!relaxation.infeasible).then(|| relaxation.subgradient(dual, options))
    }

    /// With cuts, by primal-dual hybrid gradient: a subgradient ascent hardly regains the bound of the parent.
    fn raise(
        &self,
        subproblem: &Subproblem,
        from: &Start,
        options: &SubgradientOptions,
    ) -> Option<DualBound> {
        if self.cuts.n() == 0 || from.fractional.is_empty() {
            return self.subgradient(subproblem, &from.dual, options);
        }
        let relaxation = Relaxation::new(self.problem, self.cuts, self.bits, subproblem);
        if relaxation.infeasible {
            return None;
        }
        let mut best = relaxation.evaluate(&from.dual);
        let mut pdhg = Pdhg::new(&relaxation, &from.dual, &from.fractional);
        for _ in 0..EVALUATIONS {
            if best.bound >= options.enough || (options.stop)() {
                break;
            }
            let next = pdhg.advance(&from.dual, options.stop);
            let work =
                best.work + next.work + u64::from(STEPS_PER_EVALUATION) * relaxation.n_pairs();
            let met = best.met.take().into_iter().chain(next.met.clone());
            let met = met.min_by_key(|(_, uncovered)| *uncovered);
            if next.bound > best.bound {
                best = next;
            }
            best.work = work;
            best.met = met;
        }
        best.fractional = pdhg.fractional();
        Some(best)
    }

    fn scaled(&self, objective: i64) -> i64 {
        if self.problem.must_cover {
            0
        } else {
            objective << self.bits
        }
    }

    /// Rows that the linear relaxation covers by about half, far from each other; those with many sites first.
    fn rows_to_split(&self, subproblem: &Subproblem, dual_bound: &DualBound) -> Vec<RowIx> {
        let problem = self.problem;
        if problem.must_cover {
            return Vec::new();
        }
        let mut left = problem.need.clone();
        for &site in &subproblem.open {
            for &row in problem.column(at(site)) {
                left[at(row)] = left[at(row)].saturating_sub(1);
            }
        }
        for &row in &subproblem.covered {
            left[row.index()] = 0;
        }
        let mut all: Vec<(f64, RowIx)> = Vec::new();
        for row in (0..problem.n_rows()).filter(|&r| left[r] == 1) {
            let sites = problem
                .sites_of(row)
                .iter()
                .filter(|&&s| subproblem.free[at(s)]);
            let (mut n, mut sum) = (0_u32, 0.0);
            for &site in sites {
                n += 1;
                sum += dual_bound.fractional[at(site)];
            }
            if n >= 2 && sum > 0.1 && sum < 0.9 {
                all.push((sum.min(1.0 - sum) * f64::from(n).sqrt(), RowIx::new(row)));
            }
        }
        all.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        // Candidates far from each other: a row that shares sites with a better one splits much the same.
        let mut seen = vec![0_u32; problem.n_sites()];
        let mut picked = Vec::new();
        for (_, row) in all {
            let sites = problem.sites_of(row.index());
            let known = sites.iter().filter(|&&s| seen[at(s)] > 0).count();
            if known * 2 > sites.len() {
                continue;
            }
            for &site in sites {
                seen[at(site)] += 1;
            }
            picked.push(row);
            if picked.len() == N_PROBED {
                break;
            }
        }
        picked
    }
}
