//! Row weighting local search for the capacitated set cover: the fewest (or cheapest) sites that serve all demand.
//!
//! The loop is that of [`row_weighting`](crate::covering::heuristics::row_weighting), over an augmenting flow that is kept up to date.
//! The weight of a row grows with every step at which some of it is unserved; a site that was closed may open again only after a move nearby, and a site just opened stays.

use crate::capacity::augmenting_flow::AugmentingFlow;
use crate::capacity::problem::CapacitatedProblem;
use crate::covering::heuristics::row_weighting::RowWeighting;
use crate::number::{at, float, ix};
use crate::random::Rng;

/// The open sites with their flow, and the best set so far.
#[derive(Debug)]
pub(crate) struct CapacitatedSetCover<'a> {
    problem: &'a CapacitatedProblem,
    flow: AugmentingFlow<'a>,
    opening_cost: i64,
    spent: i64,
    best: Option<(i64, Vec<u32>)>,
    rng: Rng,
    /// By row, the penalty per unserved step of weight: 1 for the whole row at first, and up to 1 more for every step of the search at which weight is unserved.
    count: Vec<f64>,
    /// By open site, the estimated penalty after closing it: with and without residual capacity nearby.
    lost: Vec<(f64, f64)>,
    /// By site, the step at which it last opened or closed; by row, the last such step of a site in reach.
    moved: Vec<u32>,
    stirred: Vec<u32>,
    /// Sites opened in the last step.
    fresh: Vec<u32>,
    clock: u32,
    rivals: Vec<u32>,
    work: u64,
}

/// The site to open is the best of this many drawn at random (Cai 2015).
///
/// Sites after the same work from four seeds (lscp, 5000 x 3000): 143.25 on average with 15, 142.5 with 30, 144.25 with 100, 143.25 with all.
const SAMPLE: usize = 30;

/// One step as a part of a row's weight.
fn share_of(weight: i64) -> f64 {
    1.0 / float(weight.max(1))
}

/// Unserved steps of a row and its rivals together, and their penalty.
#[derive(Default)]
struct Pool {
    steps: i64,
    counts: f64,
}

impl<'a> CapacitatedSetCover<'a> {
    pub(crate) fn new(problem: &'a CapacitatedProblem, seed: u64) -> Self {
        Self {
            problem,
            flow: AugmentingFlow::new(problem),
            opening_cost: 0,
            spent: 0,
            best: None,
            rng: Rng::new(seed),
            count: problem.weight.iter().map(|&w| share_of(w)).collect(),
            lost: vec![(0.0, 0.0); problem.site.len()],
            moved: vec![0; problem.site.len()],
            stirred: vec![0; problem.n_rows()],
            fresh: Vec::new(),
            clock: 1,
            rivals: Vec::new(),
            work: 0,
        }
    }

    fn price(&self, site: u32) -> i64 {
        self.problem.price.get(at(site)).copied().unwrap_or(0)
    }

    fn may_open(&self, site: u32) -> bool {
        let near = self.problem.near.get(at(site));
        !self.flow.is_open(site)
            && self.flow.open.len() < self.problem.n_new
            && self
                .problem
                .budget
                .is_none_or(|m| self.spent + self.price(site) <= m)
            && near.is_none_or(|near| near.iter().all(|&s| !self.flow.is_open(s)))
    }

    fn open(&mut self, site: u32) {
        self.flow.open(site);
        self.opening_cost += self.problem.opening_cost[at(site)];
        self.spent += self.price(site);
        self.stir(site);
    }

    fn close(&mut self, site: u32) {
        self.flow.close(site);
        self.opening_cost -= self.problem.opening_cost[at(site)];
        self.spent -= self.price(site);
        self.stir(site);
    }

    fn stir(&mut self, site: u32) {
        self.moved[at(site)] = self.clock;
        for (row, _) in self.problem.column(site) {
            self.stirred[at(row)] = self.clock;
        }
    }

    /// Penalty of this unserved amount of a row.
    fn loss(&self, row: u32, amount: i64) -> f64 {
        self.count[at(row)] * float(amount)
    }

    /// Opens these sites, as far as the rules allow, and others that serve the rest; returns whether that is the best so far.
    pub(crate) fn offer(&mut self, sites: &[u32]) -> bool {
        let all: Vec<u32> = self.flow.open.clone();
        for site in all {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if self.may_open(site) {
                self.open(site);
            }
        }
        self.mend()
    }

    /// Opens the best site for the row of largest penalty until no weight is unserved.
    fn mend(&mut self) -> bool {
        self.clock += 1;
        while let Some(row) = self.flow.unserved_rows.iter().copied().max_by(|&a, &b| {
            let loss = |r: u32| self.loss(r, self.flow.unserved[at(r)]);
            loss(a).total_cmp(&loss(b)).then(b.cmp(&a))
        }) {
            let Some(site) = self.helper(row, false) else {
                return false;
            };
            self.open(site);
        }
        self.keep()
    }

    /// The closed site in reach of this row with the largest gain per opening cost: the best of a sample of those that may open again, or else the best of all for the row or a rival of it.
    fn helper(&mut self, row: u32, one_of_few: bool) -> Option<u32> {
        let mut rivals = std::mem::take(&mut self.rivals);
        self.flow.rivals(row, &mut rivals);
        let mut pool = Pool::default();
        for &r in &rivals {
            let unserved = self.flow.unserved[at(r)];
            pool.steps += unserved;
            pool.counts += self.loss(r, unserved);
        }
        let helper = if one_of_few {
            self.best_at(row, &pool, true)
        } else {
            let mut near = rivals.iter();
            near.find_map(|&r| self.best_at(r, &pool, false))
        };
        self.rivals = rivals;
        helper
    }

    fn best_at(&mut self, row: u32, pool: &Pool, one_of_few: bool) -> Option<u32> {
        let all = self.problem.sites_of_row(row);
        let few = one_of_few && all.len() > SAMPLE;
        let mut best: Option<(f64, u32, u32)> = None;
        for k in 0..if few { SAMPLE } else { all.len() } {
            let site = all[if few { self.rng.below(all.len()) } else { k }];
            if !self.may_open(site) {
                continue;
            }
            let since = self.moved[at(site)];
            let (gain, stirred) = self.gain(site, pool);
            if one_of_few && since > 0 && !stirred {
                continue;
            }
            let worth = gain / float(self.problem.opening_cost[at(site)].max(1));
            let better =
                |b: (f64, u32, u32)| worth > b.0 || worth >= b.0 && (since, site) < (b.1, b.2);
            if gain > 0.0 && best.is_none_or(better) {
                best = Some((worth, since, site));
            }
        }
        best.map(|b| b.2)
    }

    /// Estimated gain of opening a site; and whether a site nearby has moved since it did.
    fn gain(&mut self, site: u32, pool: &Pool) -> (f64, bool) {
        let problem = self.problem;
        let since = self.moved[at(site)];
        let (mut gain, mut direct, mut reached, mut stirred) = (0.0, 0, 0, false);
        let pairs = problem.first[at(site)]..problem.first[at(site) + 1];
        self.work += u64::from(ix(pairs.len()));
        for &row in &problem.rows[pairs] {
            stirred |= self.stirred[at(row)] > since;
            let unserved = self.flow.unserved[at(row)];
            if unserved > 0 {
                gain += self.loss(row, unserved);
                if self.flow.is_rival(row) {
                    direct += unserved;
                }
            } else if self.flow.is_rival(row) {
                reached += problem.weight[at(row)];
            }
        }
        // Unserved weight of rivals out of the site's own reach is served through rows that it takes over.
        let capacity = problem.capacity[at(site)];
        let rest = (pool.steps - direct).min(reached).min(capacity - direct);
        if rest > 0 {
            gain += pool.counts * float(rest) / float(pool.steps);
        }
        if capacity < direct {
            gain *= float(capacity) / float(direct);
        }
        (gain, stirred)
    }

    /// Estimated penalty after closing an open site, and the same without residual capacity nearby.
    fn about_lost(&mut self, site: u32) -> (f64, f64) {
        let (mut lost, mut most) = (0.0, 0.0);
        for &row in &self.flow.serves[at(site)] {
            let all = self.loss(row, self.flow.amount(site, row));
            most += all;
            let reach = &self.flow.reach[at(row)];
            self.work += u64::from(ix(reach.len()));
            let roomy = |s: &u32| *s != site && self.flow.residual[at(*s)] > 0;
            if reach.len() == 1 {
                lost += all;
            } else if !reach.iter().any(roomy) {
                lost += all / 2.0;
            }
        }
        (lost, most)
    }
}

impl RowWeighting for CapacitatedSetCover<'_> {
    fn opening_cost(&self) -> i64 {
        self.opening_cost
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best.as_ref().map(|b| (b.0, &b.1[..]))
    }

    fn work(&self) -> u64 {
        self.work + self.flow.work
    }

    fn become_these(&mut self, sites: &[u32]) {
        for site in self.flow.open.clone() {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if !self.flow.is_open(site) {
                self.open(site);
            }
        }
    }

    fn step(&mut self) -> bool {
        self.clock += 1;
        self.flow.unserved_rows.is_empty()
    }

    /// Keeps the open sites when they serve all demand, after closing redundant ones.
    fn keep(&mut self) -> bool {
        if !self.flow.unserved_rows.is_empty() {
            return false;
        }
        let mut open = self.flow.open.clone();
        let key = |s: &u32| {
            let load = self.problem.capacity[at(*s)] - self.flow.residual[at(*s)];
            (load / self.problem.opening_cost[at(*s)].max(1), *s)
        };
        open.sort_by_key(key);
        for site in open {
            self.close(site);
            if !self.flow.unserved_rows.is_empty() {
                self.open(site);
            }
        }
        let better = self.best.as_ref().is_none_or(|b| self.opening_cost < b.0);
        if better {
            self.best = Some((self.opening_cost, self.flow.open.clone()));
        }
        better
    }

    /// Closes the open site of least penalty per opening cost; one opened in the last step only when there is no other.
    fn take_away(&mut self) -> bool {
        while let Some(site) = self.flow.changed() {
            self.lost[at(site)] = self.about_lost(site);
        }
        self.work += u64::from(ix(self.flow.open.len()));
        let key = |s: u32| {
            let (lost, most) = self.lost[at(s)];
            let lost = if self.flow.is_dead(s) { most } else { lost };
            let lost = lost / float(self.problem.opening_cost[at(s)].max(1));
            (self.fresh.contains(&s), lost, self.moved[at(s)], s)
        };
        let open = self.flow.open.iter().copied();
        let least = open.min_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            a.0.cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then((a.2, a.3).cmp(&(b.2, b.3)))
        });
        let Some(out) = least else {
            return false;
        };
        self.close(out);
        true
    }

    fn mend(&mut self) {
        self.fresh.clear();
        let best = self.best.as_ref().map_or(i64::MAX, |b| b.0);
        // One for the site that closed, and another where none was found in the last step.
        for _ in 0..2 {
            if self.flow.unserved_rows.is_empty() {
                break;
            }
            let row = self.flow.unserved_rows[self.rng.below(self.flow.unserved_rows.len())];
            let Some(site) = self.helper(row, true).or_else(|| self.helper(row, false)) else {
                break;
            };
            if self.opening_cost + self.problem.opening_cost[at(site)] >= best {
                break;
            }
            self.open(site);
            self.fresh.push(site);
        }
        for k in 0..self.flow.unserved_rows.len() {
            let row = at(self.flow.unserved_rows[k]);
            let share = share_of(self.problem.weight[row]);
            self.count[row] += share * share * float(self.flow.unserved[row]);
        }
        self.work += u64::from(ix(self.flow.unserved_rows.len()));
    }
}
