//! Row weighting local search for set cover: the fewest (or cheapest) sites that cover every row.
//!
//! The loop is that of [`row_weighting`](crate::covering::heuristics::row_weighting).
//! The weight of a row grows with every step at which it stays uncovered; a site that was closed may open again only after a move nearby, and a site just opened stays.

use crate::covering::heuristics::coverage_state::CoverageState;
use crate::covering::heuristics::row_weighting::RowWeighting;
use crate::covering::primal::PrimalHeuristic;
use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};
use crate::random::Rng;

/// The open sites, the rows that they leave uncovered, and the best cover so far.
#[derive(Debug)]
pub(crate) struct RowWeightingSetCover<'a> {
    state: CoverageState<'a>,
    /// Opening cost of the open sites.
    opening_cost: i64,
    best: Option<(i64, Vec<u32>)>,
    rng: Rng,
    /// The uncovered rows in arbitrary order, and by row its position there.
    uncovered: Vec<u32>,
    place: Vec<u32>,
    /// By site, the step at which it last opened or closed.
    moved: Vec<u32>,
    /// By site, whether a site that shares a row with it has moved since it closed.
    may_return: Vec<bool>,
    /// Sites opened in the last step.
    fresh: Vec<u32>,
    clock: u32,
}

const COVERED: u32 = u32::MAX;

impl<'a> RowWeightingSetCover<'a> {
    /// Nothing open.
    pub(crate) fn new(problem: &'a CoveringProblem, seed: u64) -> Self {
        let n_rows = ix(problem.n_rows());
        Self {
            state: CoverageState::new(problem, vec![1; problem.n_rows()]),
            opening_cost: 0,
            best: None,
            rng: Rng::new(seed),
            uncovered: (0..n_rows).collect(),
            place: (0..n_rows).collect(),
            moved: vec![0; problem.n_sites()],
            may_return: vec![true; problem.n_sites()],
            fresh: Vec::new(),
            clock: 0,
        }
    }

    fn open(&mut self, site: u32) {
        self.state.open(site);
        self.opening_cost += self.state.problem.opening_cost[at(site)];
        self.look_at_rows(site);
    }

    fn close(&mut self, site: u32) {
        self.state.close(site);
        self.opening_cost -= self.state.problem.opening_cost[at(site)];
        self.look_at_rows(site);
    }

    /// Updates the list of uncovered rows for the rows of a site that opened or closed.
    fn look_at_rows(&mut self, site: u32) {
        for &row in self.state.problem.column(at(site)) {
            let place = self.place[at(row)];
            match (self.state.is_covered(at(row)), place == COVERED) {
                (true, false) => {
                    let last = self.uncovered.pop().expect("the row is on the list");
                    if last != row {
                        self.uncovered[at(place)] = last;
                        self.place[at(last)] = place;
                    }
                    self.place[at(row)] = COVERED;
                }
                (false, true) => {
                    self.place[at(row)] = ix(self.uncovered.len());
                    self.uncovered.push(row);
                }
                _ => {}
            }
        }
    }

    /// Gain per opening cost, times 2^32.
    fn worth(&self, gain: i64, site: u32) -> i128 {
        (i128::from(gain) << 32) / i128::from(self.state.problem.opening_cost[at(site)].max(1))
    }

    /// The closed site that covers the row and gains most per opening cost.
    fn helper(&self, row: u32) -> Option<u32> {
        let state = &self.state;
        let fit = |s: &u32| self.may_return[at(*s)] && state.may_open(*s, None);
        let key = |s: &u32| {
            let moved = std::cmp::Reverse((self.moved[at(*s)], *s));
            (self.worth(state.gain[at(*s)], *s), moved)
        };
        let sites = state.problem.sites_of(at(row)).iter().copied();
        sites.filter(fit).max_by_key(key)
    }

    /// The open site of least loss per opening cost; one opened in the last step only when there is no other.
    fn least_useful(&self) -> Option<u32> {
        let key = |s: &u32| {
            (
                self.worth(self.state.loss[at(*s)], *s),
                self.moved[at(*s)],
                *s,
            )
        };
        let open = || self.state.open.iter().copied();
        let rested = open().filter(|s| !self.fresh.contains(s));
        rested.min_by_key(key).or_else(|| open().min_by_key(key))
    }

    fn add(&mut self, site: u32) {
        self.open(site);
        self.moved[at(site)] = self.clock;
        self.let_return(site);
        self.fresh.push(site);
    }

    /// Lets the sites that share a row with this one open again.
    fn let_return(&mut self, site: u32) {
        let problem = self.state.problem;
        for &row in problem.column(at(site)) {
            for &other in problem.sites_of(at(row)) {
                self.may_return[at(other)] = true;
            }
        }
    }
}

impl RowWeighting for RowWeightingSetCover<'_> {
    fn opening_cost(&self) -> i64 {
        self.opening_cost
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best
            .as_ref()
            .map(|(opening_cost, sites)| (*opening_cost, &sites[..]))
    }

    fn work(&self) -> u64 {
        self.state.work
    }

    fn become_these(&mut self, sites: &[u32]) {
        for site in self.state.open.clone() {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if self.state.has_sites_left() && self.state.may_open(site, None) {
                self.open(site);
            }
        }
    }

    fn step(&mut self) -> bool {
        self.clock = self.clock.wrapping_add(1);
        self.uncovered.is_empty()
    }

    /// Keeps the open sites when they cover all, after closing redundant ones, dearest first.
    fn keep(&mut self) -> bool {
        if !self.uncovered.is_empty() {
            return false;
        }
        let mut open = self.state.open.clone();
        open.sort_unstable_by_key(|&s| {
            (std::cmp::Reverse(self.state.problem.opening_cost[at(s)]), s)
        });
        for site in open {
            if self.state.loss[at(site)] == 0 {
                self.close(site);
            }
        }
        let better = self.best.as_ref().is_none_or(|b| self.opening_cost < b.0);
        if better {
            self.best = Some((self.opening_cost, self.state.open.clone()));
        }
        better
    }

    fn take_away(&mut self) -> bool {
        let Some(out) = self.least_useful() else {
            return false;
        };
        self.close(out);
        self.moved[at(out)] = self.clock;
        self.let_return(out);
        self.may_return[at(out)] = false;
        true
    }

    fn mend(&mut self) {
        self.fresh.clear();
        let row = self.uncovered[self.rng.below(self.uncovered.len())];
        let best = self.best.as_ref().map_or(i64::MAX, |b| b.0);
        if let Some(site) = self.helper(row) {
            let dear = |mender: &Self| {
                mender.opening_cost + mender.state.problem.opening_cost[at(site)] >= best
            };
            while (dear(self) || !self.state.has_sites_left()) && self.take_away() {}
            if self.state.has_sites_left() && self.state.may_open(site, None) {
                self.add(site);
            }
        }
        for k in 0..self.uncovered.len() {
            let row = at(self.uncovered[k]);
            self.state.reweigh(row, self.state.weight[row] + 1);
        }
        self.state.work += u64::from(ix(self.uncovered.len() + self.state.open.len()));
    }
}

impl PrimalHeuristic for RowWeightingSetCover<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) {
        self.become_these(sites);
        while let Some(&row) = self
            .uncovered
            .first()
            .filter(|_| self.state.has_sites_left())
        {
            // Greedy over all sites, or the best site of this row when no other is allowed.
            let state = &self.state;
            let best = (0..ix(state.problem.n_sites()))
                .filter(|&s| state.gain[at(s)] > 0 && state.may_open(s, None))
                .max_by_key(|&s| (self.worth(state.gain[at(s)], s), std::cmp::Reverse(s)));
            let Some(site) = best.or_else(|| self.helper(row)) else {
                break;
            };
            self.state.work += u64::from(ix(self.state.problem.n_sites()));
            self.open(site);
            if stop() && self.best.is_some() {
                break;
            }
        }
        self.keep();
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        self.search(quota, stop);
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        RowWeighting::best(self)
    }

    fn work(&self) -> u64 {
        RowWeighting::work(self)
    }
}
