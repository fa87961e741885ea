//! Lagrangian bound of the capacitated problem: every step of a row's weight has a multiplier, and each site then fills its capacity with the steps that save most.
//!
//! The condition that demand is served is relaxed, not the capacities, so that each site keeps a knapsack of its own (van Roy 1986 compares the two): the bound is as good as the linear relaxation with `y_ij ≤ w_i x_j`.

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::branch_and_bound::knapsack::Knapsack;
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::Subproblem;
use crate::branch_and_bound::tree::Branching;
use crate::capacity::problem::{CapacitatedProblem, Taken};
use crate::capacity::transportation::assign;
use crate::number::{at, float, rounded};

/// Smoothing of an ascent.
#[derive(Clone, Copy)]
struct Memory {
    /// Weight of the old direction in the new one.
    kept: f64,
    /// Weight of the latest choice in the fractional values.
    fresh: f64,
}

const SHORT: Memory = Memory {
    kept: 0.7,
    fresh: 0.1,
};
/// The same for a long ascent from far away.
const LONG: Memory = Memory {
    kept: 0.95,
    fresh: 0.02,
};
/// Pairs below which handing over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 30_000;
const BLOCK: usize = 64;

/// A subgradient ascent of one subproblem in progress.
pub(crate) struct SubgradientAscent<'a> {
    problem: &'a CapacitatedProblem,
    /// Fixed sites, and sites decided to be open.
    open: Vec<u32>,
    /// Undecided candidates.
    free: Vec<u32>,
    sites_left: usize,
    budget_left: Option<i64>,
    prices: Vec<i64>,
    /// Opening costs of the sites decided to be open, scaled.
    opening_costs: i64,
    row: Vec<i64>,
    /// Multiplier by cut.
    cut: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
    served: Vec<i64>,
    /// By cut, the sum of coefficients of the chosen sites.
    counted: Vec<i64>,
    taken: Vec<Taken>,
    direction: Vec<f64>,
    of_cuts: Vec<f64>,
    /// Fractional value by undecided site.
    fractional: Vec<f64>,
    best: Option<Best>,
    memory: Memory,
    /// Present step length, as a factor of Polyak's.
    pub(crate) length: f64,
    idle: u32,
    work: u64,
}

/// The best step of an ascent.
struct Best {
    bound: i64,
    budget_multiplier: i64,
    row: Vec<i64>,
    cut: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}

impl<'a> SubgradientAscent<'a> {
    /// `None` when the decided sites are too many or too dear.
    fn new(
        problem: &'a CapacitatedProblem,
        subproblem: &Subproblem,
        dual: &Dual,
        length: f64,
        memory: Memory,
    ) -> Option<Self> {
        let price = |s: u32| problem.price.get(at(s)).copied().unwrap_or(0);
        let sites_left = problem.n_new.checked_sub(subproblem.open.len())?;
        let spent = || subproblem.open.iter().map(|&s| price(s)).sum::<i64>();
        let budget_left = problem.budget.map(|m| m - spent());
        if budget_left.is_some_and(|m| m < 0) {
            return None;
        }
        let free: Vec<u32> = subproblem.free_sites().collect();
        let (n, n_cuts) = (problem.n_rows(), problem.cuts.len());
        let mut cut = dual.cut.clone();
        cut.resize(n_cuts, 0);
        Some(Self {
            problem,
            open: problem.with_fixed(&subproblem.open),
            sites_left,
            prices: match budget_left {
                Some(_) => free.iter().map(|&s| price(s)).collect(),
                None => Vec::new(),
            },
            budget_left,
            opening_costs: subproblem
                .open
                .iter()
                .map(|&s| problem.opening_cost[at(s)])
                .sum::<i64>()
                << problem.bits,
            row: dual
                .row
                .iter()
                .map(|&m| m.min(problem.largest_multiplier))
                .collect(),
            cut,
            value: vec![0; free.len()],
            chosen: Vec::new(),
            served: vec![0; n],
            counted: vec![0; n_cuts],
            taken: Vec::new(),
            direction: vec![0.0; n],
            of_cuts: vec![0.0; n_cuts],
            fractional: vec![0.0; free.len()],
            best: None,
            memory,
            length,
            idle: 0,
            work: 0,
            free,
        })
    }

    fn knapsack(&self) -> Knapsack<'_> {
        Knapsack {
            sites_left: self.sites_left,
            budget_left: self.budget_left,
            price: &self.prices,
        }
    }

    /// Continues with longer steps from the best multipliers.
    pub(crate) fn lengthen(&mut self, length: f64) {
        self.length = length;
        self.go_back();
    }

    fn go_back(&mut self) {
        self.idle = 0;
        if let Some(best) = &self.best {
            self.row.clone_from(&best.row);
            self.cut.clone_from(&best.cut);
            self.direction.fill(0.0);
            self.of_cuts.fill(0.0);
        }
    }

    /// Evaluates the present multipliers; returns their bound, scaled.
    fn evaluate(&mut self) -> i64 {
        let problem = self.problem;
        self.served.fill(0);
        self.counted.fill(0);
        let mut sum = 0;
        for k in 0..self.open.len() {
            let site = self.open[k];
            sum += problem.worth(site, &self.row, &mut self.taken);
            sum += counts(problem, site, &self.cut);
            self.count(site);
        }
        self.values();
        self.work += 4 * problem.n_pairs();
        let (picked, budget_multiplier) = {
            let mut chosen = std::mem::take(&mut self.chosen);
            let best = self.knapsack().best(&self.value, &mut chosen);
            self.chosen = chosen;
            best
        };
        for k in 0..self.chosen.len() {
            let site = self.free[at(self.chosen[k])];
            problem.worth(site, &self.row, &mut self.taken);
            self.count(site);
        }
        let priced: i64 = self
            .row
            .iter()
            .zip(&problem.weight)
            .map(|(m, w)| m * w)
            .sum();
        let of_cuts = 2 * self.cut.iter().sum::<i64>();
        let bound = self.opening_costs + priced + of_cuts - sum - picked;
        let fresh = if self.best.is_none() {
            1.0
        } else {
            self.memory.fresh
        };
        for s in &mut self.fractional {
            *s *= 1.0 - fresh;
        }
        for &k in &self.chosen {
            self.fractional[at(k)] += fresh;
        }
        if self.best.as_ref().is_none_or(|b| bound > b.bound) {
            self.best = Some(Best {
                bound,
                budget_multiplier,
                row: self.row.clone(),
                cut: self.cut.clone(),
                value: self.value.clone(),
                chosen: self.chosen.clone(),
            });
        }
        bound
    }

    /// Adds the amounts that a chosen site serves, and its coefficients in cuts.
    fn count(&mut self, site: u32) {
        for t in &self.taken {
            self.served[at(t.row)] += t.amount;
        }
        for &(cut, counts) in &self.problem.of_site[at(site)] {
            self.counted[at(cut)] += counts;
        }
    }

    /// Value by undecided site, scaled: its knapsack and its cuts, less its opening cost.
    fn values(&mut self) {
        let (problem, row, free) = (self.problem, &self.row, &self.free);
        let cut = &self.cut;
        let of = |site: u32, taken: &mut Vec<Taken>| {
            problem.worth(site, row, taken) + counts(problem, site, cut)
                - (problem.opening_cost[at(site)] << problem.bits)
        };
        if problem.rows.len() < PARALLEL_PAIRS {
            for (&site, value) in free.iter().zip(&mut self.value) {
                *value = of(site, &mut self.taken);
            }
            return;
        }
        let blocks = self.value.par_chunks_mut(BLOCK).zip(free.par_chunks(BLOCK));
        blocks.for_each_init(Vec::new, |taken, (values, sites)| {
            for (&site, value) in sites.iter().zip(values) {
                *value = of(site, taken);
            }
        });
    }

    /// One step in weight × multiplier, so that heavy rows do not rush ahead; false when the subgradient is zero.
    ///
    /// The rise of a cut's multiplier is taken from its rows, so that it lowers only sites that cover two or three of them.
    fn step(&mut self, ahead: f64) -> bool {
        let problem = self.problem;
        let counts = |r: &usize| problem.weight[*r] > 0;
        let slope =
            |r: usize, served: &[i64]| 1.0 - float(served[r]) / float(problem.weight[r].max(1));
        let mut norm = 0.0;
        for r in (0..self.row.len()).filter(counts) {
            let d = self.memory.kept * self.direction[r]
                + (1.0 - self.memory.kept) * slope(r, &self.served);
            self.direction[r] = d;
            if !(d < 0.0 && self.row[r] == 0
                || d > 0.0 && self.row[r] == problem.largest_multiplier)
            {
                norm += d * d;
            }
        }
        for (t, rows) in problem.cuts.iter().enumerate() {
            let of_rows: f64 = rows.iter().map(|&r| slope(at(r), &self.served)).sum();
            let here = 2.0 - float(self.counted[t]) - of_rows;
            let d = self.memory.kept * self.of_cuts[t] + (1.0 - self.memory.kept) * here;
            self.of_cuts[t] = d;
            if d > 0.0 || self.cut[t] > 0 {
                norm += d * d;
            }
        }
        if norm <= 0.0 {
            return false;
        }
        let stride = ahead / norm;
        for r in (0..self.row.len()).filter(counts) {
            let moved = rounded(stride * self.direction[r] / float(problem.weight[r]));
            self.row[r] = (self.row[r].saturating_add(moved)).clamp(0, problem.largest_multiplier);
        }
        for (t, rows) in problem.cuts.iter().enumerate() {
            let old = self.cut[t];
            let new = old.saturating_add(rounded(stride * self.of_cuts[t]));
            let new = new.clamp(0, problem.largest_multiplier);
            self.cut[t] = new;
            for &r in rows {
                let row = &mut self.row[at(r)];
                let moved = rounded(float(new - old) / float(problem.weight[at(r)]));
                *row = (*row - moved).clamp(0, problem.largest_multiplier);
            }
        }
        true
    }

    /// Continues the ascent for the steps of `options`.
    ///
    /// Cost: one pass over the pairs of the free sites per step.
    pub(crate) fn subgradient(&mut self, options: &SubgradientOptions) {
        for step in 1..=options.steps.max(1) {
            let before = self.best.as_ref().map_or(i64::MIN, |b| b.bound);
            let bound = self.evaluate();
            let gained = bound.saturating_sub(before);
            let progress = gained > (options.target - bound).max(0) / 1_000;
            self.idle = if progress { 0 } else { self.idle + 1 };
            if bound >= options.enough || (options.stop)() {
                return;
            }
            if self.idle >= options.patience {
                self.length *= 0.6;
                self.go_back();
                if self.length < options.shortest {
                    return;
                }
                continue;
            }
            if step == options.steps && step == 1 {
                return;
            }
            if !self.step(self.length * float((options.target - bound).max(1))) {
                self.length = 0.0;
                return;
            }
        }
    }

    /// The best bound and multipliers of the whole ascent, with the work since the last call.
    pub(crate) fn dual_bound(&mut self, subproblem: &Subproblem) -> DualBound {
        let best = self.best.as_ref().expect("at least one step is made");
        let (reduced_cost, inside) =
            self.knapsack()
                .reduced_costs(&best.value, best.budget_multiplier, &best.chosen);
        let n = self.problem.n_candidates;
        let picked = best.chosen.iter().map(|&k| self.free[at(k)]);
        let mut dual_bound = DualBound {
            bound: best.bound,
            reduced_cost: vec![0; n],
            chosen: vec![false; n],
            fractional: vec![0.0; n],
            met: Some((subproblem.open.iter().copied().chain(picked).collect(), 0)),
            work: std::mem::take(&mut self.work),
            dual: Dual {
                row: best.row.clone(),
                cut: best.cut.clone(),
                budget: best.budget_multiplier,
                ..Dual::default()
            },
        };
        for (k, &site) in self.free.iter().enumerate() {
            dual_bound.reduced_cost[at(site)] = reduced_cost[k];
            dual_bound.chosen[at(site)] = inside[k];
            dual_bound.fractional[at(site)] = self.fractional[k];
        }
        dual_bound
    }
}

/// Sum of a site's coefficients in cuts times their multipliers.
fn counts(problem: &CapacitatedProblem, site: u32, cut: &[i64]) -> i64 {
    let of_site = problem.of_site[at(site)].iter();
    of_site.map(|&(t, counts)| counts * cut[at(t)]).sum()
}

impl CapacitatedProblem {
    /// The start of a long ascent, which is continued call by call; `None` when the subproblem is infeasible.
    pub(crate) fn long_ascent(
        &self,
        subproblem: &Subproblem,
        dual: &Dual,
        length: f64,
    ) -> Option<SubgradientAscent<'_>> {
        SubgradientAscent::new(self, subproblem, dual, length, LONG)
    }

    /// Initial multipliers without a better start: by row, the least cost of a step with the opening cost spread over the site's full use.
    pub(crate) fn initial_multipliers(&self) -> Dual {
        let mut row = vec![self.largest_multiplier; self.n_rows()];
        for site in 0..crate::number::ix(self.n_candidates) {
            let opening_cost = self.opening_cost[at(site)] << self.bits;
            let reach: i64 = self.column(site).map(|(r, _)| self.weight[at(r)]).sum();
            let used = reach.min(self.capacity[at(site)]).max(1);
            for (r, cost) in self.column(site) {
                let least = &mut row[at(r)];
                *least = (*least).min(cost + opening_cost / used);
            }
        }
        Dual {
            row,
            ..Dual::default()
        }
    }
}

impl Branching for CapacitatedProblem {
    fn n_sites(&self) -> usize {
        self.n_candidates
    }

    fn n_new(&self) -> usize {
        self.n_new
    }

    fn near(&self, site: u32) -> Option<&[u32]> {
        self.near.get(at(site)).map(Vec::as_slice)
    }

    fn subgradient(
        &self,
        subproblem: &Subproblem,
        dual: &Dual,
        options: &SubgradientOptions,
    ) -> Option<DualBound> {
        let mut ascent = SubgradientAscent::new(self, subproblem, dual, options.length, SHORT)?;
        ascent.subgradient(options);
        Some(ascent.dual_bound(subproblem))
    }

    /// The dual prices of the cheapest assignment prove its cost; where demand that must be served is not, unbounded prices on one side of the minimum cut prove that no assignment serves all.
    fn single(&self, subproblem: &Subproblem) -> Option<Dual> {
        let plan = assign(self, &self.with_fixed(&subproblem.open));
        let row = if self.must_serve && plan.unserved > 0 {
            let endless = self.ceiling() << self.bits;
            let price = |(p, w): (&i64, &i64)| {
                if self.is_short(*p) && *w > 0 {
                    endless
                } else {
                    0
                }
            };
            plan.price.iter().zip(&self.weight).map(price).collect()
        } else {
            plan.price
        };
        Some(Dual {
            row,
            ..Dual::default()
        })
    }
}
