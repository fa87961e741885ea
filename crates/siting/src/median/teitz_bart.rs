//! Teitz-Bart exchange (1968) for the p-median problem, with the bookkeeping of Resende and Werneck (2007), from a greedy start.
//!
//! One pass over the rows gives the saving of every swap of an open site for a closed one.

use crate::branch_and_bound::dual_bound::Dual;
use crate::instance::{Instance, SiteStatus};
use crate::median::problem::MedianProblem;
use crate::number::{at, ix};
use crate::question::Question;
use crate::random::Rng;

/// A set of open sites, with the nearest and second nearest of each row, and the best set so far.
pub(crate) struct TeitzBart<'a> {
    problem: &'a MedianProblem,
    instance: &'a Instance,
    radius: u64,
    is_open: Vec<bool>,
    open: Vec<u32>,
    /// By row: the open site that serves it (`FALLBACK`: none, the fallback cost counts), its cost, and the cost of the next one.
    nearest: Vec<(u32, i64, i64)>,
    pub(crate) best: Option<(i128, Vec<u32>)>,
    rng: Rng,
    pub(crate) work: u64,
    idle: u32,
}

const FALLBACK: u32 = u32::MAX;

impl<'a> TeitzBart<'a> {
    pub(crate) fn new(
        problem: &'a MedianProblem,
        instance: &'a Instance,
        question: &Question,
        seed: u64,
    ) -> Self {
        let mut new = Self {
            problem,
            instance,
            radius: question.radius.unwrap_or(u64::MAX),
            is_open: vec![false; problem.site.len()],
            open: Vec::new(),
            nearest: Vec::new(),
            best: None,
            rng: Rng::new(seed),
            work: 0,
            idle: 0,
        };
        new.serve_all();
        new
    }

    /// Finds the nearest and second nearest open site of each row.
    fn serve_all(&mut self) {
        let problem = self.problem;
        let mut work = 0;
        self.nearest.clear();
        for row in 0..problem.n_rows() {
            let fallback = problem.fallback[row];
            let mut entry = (FALLBACK, fallback, fallback);
            for (site, cost) in problem.pairs(row) {
                work += 1;
                if cost >= fallback {
                    break;
                }
                if self.is_open[at(site)] {
                    if entry.0 == FALLBACK {
                        entry = (site, cost, fallback);
                    } else {
                        entry.2 = cost;
                        break;
                    }
                }
            }
            self.nearest.push(entry);
        }
        self.work += work;
    }

    /// The sum of all rows with penalties, scaled.
    pub(crate) fn objective(&self) -> i64 {
        self.problem.base + self.nearest.iter().map(|n| n.1).sum::<i64>()
    }

    pub(crate) fn initial_multipliers(&self) -> Dual {
        // Between the costs of nearest and second nearest, where optimal multipliers lie when the choice is right.
        let row = self
            .nearest
            .iter()
            .map(|n| n.1 + (n.2 - n.1).min(n.1 / 2 + 1) / 2)
            .collect();
        Dual {
            row,
            budget: 0,
            zone: Vec::new(),
            cut: Vec::new(),
        }
    }

    fn may_open(&self, site: u32, without: Option<u32>) -> bool {
        if self.is_open[at(site)] {
            return false;
        }
        if let Some(budget) = self.problem.budget {
            let price = |s: u32| self.problem.price[at(s)];
            let spent: i64 = self.open.iter().map(|&s| price(s)).sum();
            if spent - without.map_or(0, price) + price(site) > budget {
                return false;
            }
        }
        self.problem.near.get(at(site)).is_none_or(|near| {
            let open = |s: &&u32| self.is_open[at(**s)] && Some(**s) != without;
            near.iter().find(open).is_none()
        })
    }

    fn set(&mut self, sites: &[u32]) {
        for &site in &self.open {
            self.is_open[at(site)] = false;
        }
        self.open.clear();
        for &site in sites {
            if self.open.len() < self.problem.n_new && self.may_open(site, None) {
                self.is_open[at(site)] = true;
                self.open.push(site);
            }
        }
        self.serve_all();
    }

    /// Saving by opening each site, scaled.
    fn gains(&mut self) -> Vec<i64> {
        let mut gain = vec![0; self.problem.site.len()];
        let mut work = 0;
        for (row, &(_, now, _)) in self.nearest.iter().enumerate() {
            for (site, cost) in self.problem.pairs(row) {
                work += 1;
                if cost >= now {
                    break;
                }
                gain[at(site)] += now - cost;
            }
        }
        self.work += work;
        gain
    }

    /// Greedy: opens the site of largest saving per price while number, budget and spacing allow.
    pub(crate) fn greedy(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        while self.open.len() < self.problem.n_new && !stop() {
            let gain = self.gains();
            let key = |s: u32| {
                let price = self.problem.price.get(at(s)).copied().unwrap_or(1).max(1);
                (i128::from(gain[at(s)]) << 32) / i128::from(price)
            };
            let best = (0..ix(gain.len()))
                .filter(|&s| gain[at(s)] > 0 && self.may_open(s, None))
                .max_by_key(|&s| (key(s), std::cmp::Reverse(s)));
            let Some(site) = best else { break };
            self.is_open[at(site)] = true;
            self.open.push(site);
            self.serve_all();
        }
        self.keep();
    }

    /// Swaps while that saves, then keeps the answer if it is the best.
    pub(crate) fn improve(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        while !stop() {
            let Some((out, into)) = self.best_swap() else {
                break;
            };
            if let Some(out) = out {
                self.is_open[at(out)] = false;
                self.open.retain(|&s| s != out);
            }
            self.is_open[at(into)] = true;
            self.open.push(into);
            self.serve_all();
        }
        self.keep()
    }

    fn best_swap(&mut self) -> Option<(Option<u32>, u32)> {
        let n_sites = self.problem.site.len();
        let n_open = self.open.len();
        let mut slot = vec![usize::MAX; n_sites];
        for (k, &site) in self.open.iter().enumerate() {
            slot[at(site)] = k;
        }
        let mut gain = vec![0_i64; n_sites];
        let mut loss = vec![0_i64; n_open];
        // By open site, the part of its loss that each other site would save.
        let mut saved = vec![0_i64; n_open * n_sites];
        let mut work = 0;
        for (row, &(site_of_pair, nearest, second)) in self.nearest.iter().enumerate() {
            let line = if site_of_pair == FALLBACK {
                None
            } else {
                Some(slot[at(site_of_pair)])
            };
            if let Some(k) = line {
                loss[k] += second - nearest;
            }
            for (site, cost) in self.problem.pairs(row) {
                work += 1;
                if cost >= second {
                    break;
                }
                if cost < nearest {
                    gain[at(site)] += nearest - cost;
                }
                if let Some(k) = line {
                    saved[k * n_sites + at(site)] += second - cost.max(nearest);
                }
            }
        }
        let mut best: Option<(i64, Option<u32>, u32)> = None;
        let mut consider = |delta: i64, out: Option<u32>, into: u32, allowed: bool| {
            if delta > 0 && allowed && best.is_none_or(|b| delta > b.0) {
                best = Some((delta, out, into));
            }
        };
        if n_open < self.problem.n_new {
            for site in 0..ix(n_sites) {
                let delta = gain[at(site)];
                consider(delta, None, site, delta > 0 && self.may_open(site, None));
            }
        }
        let bound_free = self.problem.budget.is_none() && self.problem.near.is_empty();
        for (k, &out) in self.open.iter().enumerate() {
            for site in 0..ix(n_sites) {
                let delta = gain[at(site)] - loss[k] + saved[k * n_sites + at(site)];
                if delta <= 0 || self.is_open[at(site)] {
                    continue;
                }
                consider(
                    delta,
                    Some(out),
                    site,
                    bound_free || self.may_open(site, Some(out)),
                );
            }
        }
        self.work += work + u64::from(ix(n_open)) * u64::from(ix(n_sites)) / 4;
        best.map(|(_, out, into)| (out, into))
    }

    /// The exact sum of weight × cost, or `None` when a row is not served.
    fn exact(&self) -> Option<i128> {
        let unserved =
            |(row, n): (usize, &(u32, i64, i64))| n.0 == FALLBACK && !self.problem.served[row];
        if self.nearest.iter().enumerate().any(unserved) {
            return None;
        }
        let mut cost = vec![u64::MAX; self.instance.n_demand()];
        let new = self.open.iter().map(|&s| self.problem.site[at(s)]);
        let fixed = self
            .instance
            .sites()
            .filter(|&s| self.instance.site_status(s) == SiteStatus::Fixed);
        for site in fixed.chain(new) {
            for (demand, c) in self.instance.serves(site).filter(|p| p.1 <= self.radius) {
                let least = &mut cost[demand.index()];
                *least = c.min(*least);
            }
        }
        let rows = cost
            .iter()
            .zip(&self.instance.weight)
            .filter(|(c, _)| **c < u64::MAX);
        Some(rows.map(|(&c, &w)| i128::from(c) * i128::from(w)).sum())
    }

    fn keep(&mut self) -> bool {
        let Some(sum) = self.exact() else {
            return false;
        };
        let better = self.best.as_ref().is_none_or(|b| sum < b.0);
        if better {
            self.best = Some((sum, self.open.clone()));
            self.idle = 0;
        }
        better
    }

    pub(crate) fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.set(sites);
        let as_given = self.keep();
        self.improve(stop) || as_given
    }

    /// Perturbation: closes a few sites at random, then greedy and exchange; returns whether the best improved.
    pub(crate) fn shake(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.idle += 1;
        if let Some((_, sites)) = self.best.clone()
            && self.idle % 4 == 1
        {
            self.set(&sites);
        }
        let mut sites = self.open.clone();
        let n_out = 1 + self.rng.below(4.min(sites.len().max(1)));
        for _ in 0..n_out.min(sites.len()) {
            let out = self.rng.below(sites.len());
            sites.remove(out);
        }
        for _ in 0..n_out {
            if self.problem.n_rows() == 0 {
                break;
            }
            // A site among the nearest of a random row.
            let row = self.rng.below(self.problem.n_rows());
            let n = (self.problem.first[row + 1] - self.problem.first[row]).min(12);
            sites.push(self.problem.site_of_pair[self.problem.first[row] + self.rng.below(n)]);
        }
        self.set(&sites);
        self.improve(stop)
    }
}
