//! Subgradient ascent over the multipliers of one covering subproblem.
//!
//! The bound that is reported never falls: it is proven by the best multipliers so far, wherever later steps lead.

use super::Relaxation;
use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::branch_and_bound::subgradient::{Direction, KEPT, SubgradientOptions};
use crate::number::{at, float};

/// Weight of the old direction in a long ascent: the towns' bounds end at 0.05 % below the linear relaxation instead of 0.13 %.
const KEPT_LONG: f64 = 0.95;

/// Weight of the latest choice in the long mean of choices.
const LATE: f64 = 0.02;

impl<'a> Relaxation<'a> {
    /// Subgradient ascent from these multipliers.
    pub(crate) fn subgradient(&self, start: &Dual, options: &SubgradientOptions) -> DualBound {
        let mut ascent = self.begin_ascent(start, options.length, KEPT);
        ascent.subgradient(options);
        ascent.dual_bound()
    }

    /// The start of a long ascent, which is continued call by call.
    pub(crate) fn long_ascent(&self, start: &Dual) -> SubgradientAscent<'_, 'a> {
        self.begin_ascent(start, 1.0, KEPT_LONG)
    }

    /// The bound of these multipliers, without a step.
    ///
    /// Cost: one pass over the pairs.
    pub(crate) fn evaluate(&self, dual: &Dual) -> DualBound {
        let still = SubgradientOptions {
            steps: 1,
            target: 0,
            enough: i64::MAX,
            length: 0.0,
            patience: 1,
            shortest: 0.0,
            stop: &|| true,
        };
        self.subgradient(dual, &still)
    }

    fn begin_ascent(&self, start: &Dual, length: f64, kept: f64) -> SubgradientAscent<'_, 'a> {
        let zone = start.zone.clone();
        let caps = self.caps(&zone);
        let n = self.row.len();
        let mut row: Vec<i64> = self.row.iter().map(|&r| start.row[at(r)]).collect();
        row.resize(self.n_rows(), 0);
        for (k, (id, rows)) in (n..).zip(&self.cut) {
            let old = start.cut.get(at(*id)).copied().unwrap_or(0);
            row[k] = -old;
            for &r in rows {
                row[at(r)] += old;
            }
        }
        for (m, &cap) in row.iter_mut().zip(&caps[..n]) {
            *m = (*m).min(cap);
        }
        let mut left = Vec::new();
        self.share_out(&mut row, &mut left);
        SubgradientAscent {
            row,
            left,
            mean: vec![0.0; self.site.len()],
            zone,
            caps,
            value: vec![0; self.site.len()],
            fractional: vec![0.0; self.site.len()],
            direction: Direction::new(self.n_rows(), kept),
            chosen: Vec::new(),
            best: None,
            met: None,
            length,
            idle: 0,
            work: 0,
            relaxation: self,
        }
    }

    fn dual_bound(
        &self,
        best: &Best,
        zone: Vec<i64>,
        fractional: &[f64],
        met: Option<(Vec<u32>, i64)>,
        work: u64,
    ) -> DualBound {
        let n_sites = self.problem.n_sites();
        let mut dual_bound = DualBound {
            bound: best.bound,
            reduced_cost: vec![0; n_sites],
            chosen: vec![false; n_sites],
            fractional: vec![0.0; n_sites],
            dual: Dual {
                row: vec![0; self.problem.n_rows()],
                budget: best.budget,
                zone,
                cut: vec![0; self.n_cuts],
            },
            met: met.map(|(mut sites, uncovered)| {
                for k in &mut sites {
                    *k = self.site[at(*k)];
                }
                sites.extend_from_slice(self.open);
                sites.sort_unstable();
                let lost = self.uncoverable_weight();
                (sites, uncovered + lost)
            }),
            work,
        };
        for (k, &r) in self.row.iter().enumerate() {
            dual_bound.dual.row[at(r)] = best.row[k];
        }
        for ((id, rows), &m) in self.cut.iter().zip(&best.row[self.row.len()..]) {
            dual_bound.dual.cut[at(*id)] = -m;
            for &r in rows {
                dual_bound.dual.row[at(self.row[at(r)])] += m;
            }
        }
        let (reduced_cost, inside) =
            self.knapsack()
                .reduced_costs(&best.value, best.budget, &best.chosen);
        for (k, &site) in self.site.iter().enumerate() {
            dual_bound.fractional[at(site)] = fractional[k];
            dual_bound.chosen[at(site)] = inside[k];
            dual_bound.reduced_cost[at(site)] = reduced_cost[k];
        }
        dual_bound
    }

    /// Weight of rows that the subproblem cannot cover any more.
    fn uncoverable_weight(&self) -> i64 {
        if self.problem.must_cover {
            return 0;
        }
        let opening_cost: i64 = self
            .open
            .iter()
            .map(|&s| self.problem.opening_cost[at(s)])
            .sum();
        (self.base >> self.bits) - opening_cost
    }
}

/// A subgradient ascent in progress.
pub(crate) struct SubgradientAscent<'r, 'a> {
    relaxation: &'r Relaxation<'a>,
    row: Vec<i64>,
    zone: Vec<i64>,
    caps: Vec<i64>,
    value: Vec<i64>,
    fractional: Vec<f64>,
    /// By site, its mean over the choices, with weight [`LATE`] on the latest.
    mean: Vec<f64>,
    /// By row, its multiplier less those of its cuts.
    left: Vec<i64>,
    direction: Direction,
    chosen: Vec<u32>,
    best: Option<Best>,
    met: Option<(Vec<u32>, i64)>,
    /// Present step length, as a factor of Polyak's.
    length: f64,
    idle: u32,
    work: u64,
}

impl SubgradientAscent<'_, '_> {
    /// Continues for the steps of `options`.
    ///
    /// Invariant: the reported bound is proven by the multipliers kept in `best`.
    /// Ends after the given steps, or as soon as the bound is enough or the steps are too short.
    /// Cost: one pass over the pairs of undecided sites per step.
    pub(crate) fn subgradient(&mut self, options: &SubgradientOptions) {
        let of = self.relaxation;
        let pairs = u64::try_from(of.rows.len()).expect("a count fits");
        self.met = None;
        for step in 1..=options.steps.max(1) {
            of.values(&self.row, &mut self.value);
            self.work += pairs;
            let (sum, budget) = of.choose(&self.value, &mut self.chosen);
            let bound = of.fixed_part(&self.row, &self.zone) - sum;
            let uncovered = of.uncovered(&self.chosen, &mut self.direction.times);
            if self
                .met
                .as_ref()
                .is_none_or(|(_, least)| uncovered < *least)
            {
                self.met = Some((self.chosen.clone(), uncovered));
            }
            let fresh = if self.best.is_none() { 1.0 } else { 0.1 };
            for s in &mut self.fractional {
                *s *= 1.0 - fresh;
            }
            let late = if self.best.is_none() { 1.0 } else { LATE };
            for m in &mut self.mean {
                *m *= 1.0 - late;
            }
            for &k in &self.chosen {
                self.fractional[at(k)] += fresh;
                self.mean[at(k)] += late;
            }
            let gained = self.best.as_ref().map_or(i64::MAX, |b| bound - b.bound);
            // A step that gains next to nothing is no progress.
            let progress = gained > (options.target - bound).max(0) / 1_000;
            self.idle = if progress { 0 } else { self.idle + 1 };
            if gained > 0 {
                let best = self.best.get_or_insert_with(Best::default);
                best.bound = bound;
                best.budget = budget;
                best.row.clone_from(&self.row);
                best.value.clone_from(&self.value);
                best.chosen.clone_from(&self.chosen);
            }
            if bound >= options.enough || (options.stop)() {
                return;
            }
            if self.idle >= options.patience {
                self.length *= 0.6;
                if self.length < options.shortest {
                    return;
                }
                if of.cut.is_empty() {
                    self.go_back();
                } else {
                    // Good multipliers of cuts are reached through lower bounds: no return to the best ones.
                    self.idle = 0;
                }
            }
            let ahead = self.length * float((options.target - bound).max(1));
            if step == options.steps && step == 1 {
                return;
            }
            if !self
                .direction
                .step(&mut self.row, &self.caps, &of.need, of.row.len(), ahead)
            {
                self.length = 0.0;
                return;
            }
            if !of.cut.is_empty() {
                of.share_out(&mut self.row, &mut self.left);
            }
        }
    }

    /// Fractional value by site from the long mean: nearer to the linear relaxation than that of [`dual_bound`](Self::dual_bound).
    pub(crate) fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.relaxation.problem.n_sites()];
        for (&site, &fractional) in self.relaxation.site.iter().zip(&self.mean) {
            mean[at(site)] = fractional;
        }
        mean
    }

    /// Returns to the best multipliers so far.
    fn go_back(&mut self) {
        self.idle = 0;
        if let Some(best) = &self.best {
            self.row.clone_from(&best.row);
            self.direction.smoothed.fill(0.0);
            self.relaxation.values(&self.row, &mut self.value);
            self.relaxation.choose(&self.value, &mut self.chosen);
            self.relaxation
                .uncovered(&self.chosen, &mut self.direction.times);
        }
    }

    /// The best bound and multipliers of the whole ascent, with the work and the best choice since the last call.
    pub(crate) fn dual_bound(&mut self) -> DualBound {
        let best = self.best.as_ref().expect("at least one step is made");
        let work = std::mem::take(&mut self.work);
        let met = self.met.take();
        self.relaxation
            .dual_bound(best, self.zone.clone(), &self.fractional, met, work)
    }
}

#[derive(Clone, Debug, Default)]
struct Best {
    bound: i64,
    budget: i64,
    row: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}
