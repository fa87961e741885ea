//! Perturbation where zones have floors: a few sites close at random, and interchange repairs the rest.
//!
//! Rows of a zone under its floor count several times their weight, and slowly less again once the floor is kept.

use super::IteratedLocalSearch;
use crate::covering::heuristics::interchange::improve;
use crate::number::{at, ix};
use crate::random::mixed;

/// Perturbations without a better answer before the search returns to the best one.
const PATIENCE: u32 = 40;

impl IteratedLocalSearch<'_> {
    pub(super) fn uncovered_by_zone(&self) -> Vec<i64> {
        let problem = self.state.problem;
        let mut by_zone = vec![0; self.penalty.len()];
        for (row, zone) in problem
            .zones
            .iter()
            .flat_map(|z| z.of_row.iter().enumerate())
        {
            if let Some(z) = *zone
                && !self.state.is_covered(row)
            {
                by_zone[at(z)] += problem.weight[row];
            }
        }
        by_zone
    }

    /// Doubles the factor of zones under their floor, and lowers that of the others at random.
    pub(super) fn penalize_zones(&mut self) {
        let problem = self.state.problem;
        let Some(zones) = &problem.zones else { return };
        let by_zone = self.uncovered_by_zone();
        for (z, penalty) in self.penalty.iter_mut().enumerate() {
            if by_zone[z] > zones.may_stay_uncovered[z] {
                *penalty = (*penalty * 2).min(64);
            } else if *penalty > 1 && self.rng.below(3) == 0 {
                *penalty -= 1;
            }
        }
        for (row, zone) in zones.of_row.iter().enumerate() {
            if let Some(z) = *zone {
                self.state
                    .reweigh(row, problem.weight[row] * self.penalty[at(z)]);
            }
        }
    }

    pub(super) fn perturb(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let before = (self.state.covered, self.state.open.clone());
        let n_open = self.state.open.len();
        if n_open == 0 {
            return;
        }
        let n_out = 1 + self.rng.below(4.min(n_open));
        let mut barred = Vec::with_capacity(n_out);
        // Half of the time the closed sites are neighbors: gaps that touch can be filled anew.
        let near = self.rng.below(2) == 0;
        let mut out = self.state.open[self.rng.below(n_open)];
        for _ in 0..n_out {
            self.state.close(out);
            barred.push(out);
            if self.state.open.is_empty() {
                break;
            }
            out = self.state.open[self.rng.below(self.state.open.len())];
            if near && let Some(other) = self.neighbor(barred[0]) {
                out = other;
            }
        }
        for _ in 0..n_out {
            if !self.state.has_sites_left() {
                break;
            }
            let state = &self.state;
            let problem = state.problem;
            // A gain lowered at random by up to an eighth.
            let salt = self.rng.below(usize::MAX);
            let bent = |s: u32| {
                let gain = state.gain[at(s)];
                let salted = mixed(u64::try_from(salt).unwrap_or(0) ^ u64::from(s));
                gain - gain / 128 * i64::from(salted.to_le_bytes()[0] & 15)
            };
            let best = (0..ix(problem.n_sites()))
                .filter(|&s| {
                    state.gain[at(s)] > 0 && !barred.contains(&s) && state.may_open(s, None)
                })
                .max_by_key(|&s| (bent(s), std::cmp::Reverse(s)));
            let Some(site) = best else { break };
            self.state.open(site);
        }
        improve(&mut self.state, stop);
        if self.keep() {
            return;
        }
        self.idle += 1;
        let worse = self.state.covered < before.0 - before.0 / 500;
        if self.idle.is_multiple_of(PATIENCE) {
            if let Some((_, sites)) = self.best.clone() {
                self.state.become_these(&sites);
            }
        } else if worse {
            self.state.become_these(&before.1);
        }
    }

    /// An open site that shares a row's sites with this one.
    fn neighbor(&mut self, site: u32) -> Option<u32> {
        let column = self.state.problem.column(at(site));
        if column.is_empty() {
            return None;
        }
        let row = column[self.rng.below(column.len())];
        let sites = self.state.problem.sites_of(at(row));
        let other = sites[self.rng.below(sites.len())];
        // One step further: an open site that shares a row with a rival.
        let column = self.state.problem.column(at(other));
        let row = column[self.rng.below(column.len())];
        let mut open = self.state.problem.sites_of(at(row)).iter().copied();
        open.find(|&s| self.state.is_open[at(s)])
    }
}
