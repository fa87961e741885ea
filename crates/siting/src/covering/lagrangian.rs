//! Lagrangian relaxation of a covering subproblem: each row's condition to be covered has a multiplier, and sites are then chosen one by one.
//!
//! The relaxed problem is answered by sorting, and its value is a bound for any multipliers.
//! The mean of its choices estimates the linear relaxation (volume algorithm, Barahona and Anbil 2000).
//! All multipliers are integers, so that a bound is exact and does not depend on the order of additions.

mod ascent;

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::knapsack::Knapsack;
use crate::branch_and_bound::subproblem::Subproblem;
use crate::covering::problem::CoveringProblem;
use crate::covering::triple_cuts::TripleCuts;
use crate::number::{at, float, ix, rounded};

/// Pairs below which handing over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 400_000;
const BLOCK: usize = 64;
/// Rounds after which the zones' multipliers have settled.
const ZONE_ROUNDS: u32 = 25;

/// Bits of fraction of the multipliers: as many as keep all sums within 62 bits, 20 at most.
pub(crate) fn scale_bits(problem: &CoveringProblem) -> u32 {
    let largest = if problem.must_cover {
        i128::from(problem.dearest()) * i128::from(ix(problem.n_rows() + problem.n_sites() + 1))
    } else {
        i128::from(problem.total_weight())
    };
    // Multipliers of zones and of rows decided to be covered may be several times the weight.
    let used = 128 - largest.max(1).leading_zeros();
    54_u32.saturating_sub(used).min(20)
}

/// Lagrangian relaxation of one subproblem: the undecided sites, and the rows that they can still cover.
pub(crate) struct Relaxation<'a> {
    pub(crate) problem: &'a CoveringProblem,
    pub(crate) bits: u32,
    open: &'a [u32],
    /// The undecided sites, and their rows as positions in `row` (cuts behind them).
    pub(crate) site: Vec<u32>,
    pub(crate) first: Vec<usize>,
    rows: Vec<u32>,
    /// The uncovered rows that undecided sites can cover.
    pub(crate) row: Vec<u32>,
    /// The cuts whose rows are all among these, with their positions; cuts follow the rows, with multipliers at most 0.
    pub(crate) cut: Vec<(u32, [u32; 3])>,
    pub(crate) n_cuts: usize,
    pub(crate) need: Vec<u32>,
    worth: Vec<i64>,
    must_cover: Vec<bool>,
    zone: Vec<Option<u32>>,
    most: i64,
    pub(crate) sites_left: usize,
    pub(crate) budget_left: Option<i64>,
    pub(crate) price: Vec<i64>,
    /// The certain part of the objective, scaled: opening costs of open sites, and the weight of rows that cannot be covered any more.
    base: i64,
    lost_by_zone: Vec<i64>,
    /// Some row or zone that must be covered cannot be.
    pub(crate) infeasible: bool,
}

impl<'a> Relaxation<'a> {
    /// Cost: one pass over the pairs.
    pub(crate) fn new(
        problem: &'a CoveringProblem,
        cuts: &TripleCuts,
        bits: u32,
        subproblem: &'a Subproblem,
    ) -> Self {
        let mut need = problem.need.clone();
        for &site in &subproblem.open {
            for &row in problem.column(at(site)) {
                need[at(row)] = need[at(row)].saturating_sub(1);
            }
        }
        let site: Vec<u32> = subproblem.free_sites().collect();
        let mut reachable = vec![0_u32; problem.n_rows()];
        for &s in &site {
            for &row in problem.column(at(s)) {
                reachable[at(row)] += 1;
            }
        }
        let mut must_cover = vec![problem.must_cover; problem.n_rows()];
        for &row in &subproblem.covered {
            must_cover[row.index()] = true;
        }
        let n_zones = problem
            .zones
            .as_ref()
            .map_or(0, |z| z.may_stay_uncovered.len());
        let opening_cost: i64 = subproblem
            .open
            .iter()
            .map(|&s| problem.opening_cost[at(s)])
            .sum();
        let mut new = Self {
            problem,
            bits,
            open: &subproblem.open,
            first: vec![0],
            rows: Vec::new(),
            row: Vec::new(),
            cut: Vec::new(),
            n_cuts: cuts.n(),
            need: Vec::new(),
            worth: Vec::new(),
            must_cover: Vec::new(),
            zone: Vec::new(),
            most: 0,
            sites_left: problem.n_new.saturating_sub(subproblem.open.len()),
            budget_left: problem
                .budget
                .as_ref()
                .map(|b| b.total - problem.price_of(&subproblem.open)),
            price: problem
                .budget
                .as_ref()
                .map_or_else(Vec::new, |b| site.iter().map(|&s| b.price[at(s)]).collect()),
            base: opening_cost << bits,
            lost_by_zone: vec![0; n_zones],
            infeasible: subproblem.open.len() > problem.n_new,
            site,
        };
        new.infeasible |= new.budget_left.is_some_and(|m| m < 0);
        let mut place = vec![u32::MAX; problem.n_rows()];
        for r in 0..problem.n_rows() {
            if need[r] == 0 {
                continue;
            }
            let zone = problem.zones.as_ref().and_then(|z| z.of_row[r]);
            if reachable[r] < need[r] {
                new.infeasible |= must_cover[r];
                new.base += if problem.must_cover {
                    0
                } else {
                    problem.weight[r] << bits
                };
                if let Some(z) = zone {
                    new.lost_by_zone[at(z)] += problem.weight[r];
                }
                continue;
            }
            place[r] = ix(new.row.len());
            new.row.push(ix(r));
            new.need.push(need[r]);
            new.worth.push(if problem.must_cover {
                0
            } else {
                problem.weight[r]
            });
            new.must_cover.push(must_cover[r]);
            new.zone.push(zone);
        }
        let of_cut = new.place_cuts(cuts, &place);
        for k in 0..new.site.len() {
            let site = at(new.site[k]);
            let column = problem.column(site).iter().map(|&r| place[at(r)]);
            new.rows.extend(column.filter(|&r| r != u32::MAX));
            let counted = cuts.of_site.get(site).into_iter().flatten();
            let counted = counted.map(|&t| of_cut[at(t)]);
            new.rows.extend(counted.filter(|&r| r != u32::MAX));
            new.first.push(new.rows.len());
        }
        new.most = new.largest_multiplier();
        if let Some(zones) = &problem.zones {
            new.infeasible |=
                (zones.may_stay_uncovered.iter().zip(&new.lost_by_zone)).any(|(m, l)| l > m);
        }
        new
    }

    /// Appends the cuts as rows; returns the position of each.
    ///
    /// A cut with a row that is covered already, or cannot be, follows from its other rows and is left out.
    fn place_cuts(&mut self, cuts: &TripleCuts, place: &[u32]) -> Vec<u32> {
        let mut of_cut = vec![u32::MAX; cuts.n()];
        for (id, rows) in (0..).zip(&cuts.rows) {
            let rows = rows.map(|r| place[at(r)]);
            if rows.contains(&u32::MAX) {
                continue;
            }
            of_cut[at(id)] = ix(self.need.len());
            self.cut.push((id, rows));
            self.need.push(1);
            self.worth.push(0);
            self.must_cover.push(false);
            self.zone.push(None);
        }
        of_cut
    }

    /// Lowers the cuts' multipliers until together they take no more from a row than its own multiplier.
    fn share_out(&self, row: &mut [i64], left: &mut Vec<i64>) {
        let n = self.row.len();
        left.clear();
        left.extend_from_slice(&row[..n]);
        for (m, (_, rows)) in row[n..].iter_mut().zip(&self.cut) {
            for &r in rows {
                *m = (*m).max(-left[at(r)]);
            }
            for &r in rows {
                left[at(r)] += *m;
            }
        }
    }

    /// Upper bound of a useful multiplier of a row that must be covered, scaled.
    fn largest_multiplier(&self) -> i64 {
        if self.problem.must_cover {
            return self.problem.dearest() << self.bits;
        }
        let column = |k: usize| self.rows[self.first[k]..self.first[k + 1]].iter();
        let heaviest = (0..self.site.len()).map(|k| column(k).map(|&r| self.worth[at(r)]).sum());
        heaviest.max().unwrap_or(0_i64).max(1) << (self.bits + 1)
    }

    /// Number of rows and cuts.
    pub(crate) fn n_rows(&self) -> usize {
        self.need.len()
    }

    pub(crate) fn column(&self, k: u32) -> &[u32] {
        &self.rows[self.first[at(k)]..self.first[at(k) + 1]]
    }

    pub(crate) fn caps(&self, zone: &[i64]) -> Vec<i64> {
        let cap = |r: usize| {
            if self.must_cover[r] {
                return self.most;
            }
            let extra = self.zone[r].map_or(0, |z| self.worth[r] * zone[at(z)]);
            ((self.worth[r] << self.bits) + extra) / i64::from(self.need[r])
        };
        let mut caps: Vec<i64> = (0..self.row.len()).map(cap).collect();
        caps.resize(self.n_rows(), 0);
        caps
    }

    /// Value of each undecided site, scaled: the multipliers of its rows less its opening cost.
    fn values(&self, row: &[i64], value: &mut [i64]) {
        let of = |k: u32| {
            let sum: i64 = self.column(k).iter().map(|&r| row[at(r)]).sum();
            sum - (self.problem.opening_cost[at(self.site[at(k)])] << self.bits)
        };
        if self.rows.len() >= PARALLEL_PAIRS {
            value
                .par_chunks_mut(BLOCK)
                .enumerate()
                .for_each(|(b, block)| {
                    for (k, v) in (ix(b * BLOCK)..).zip(block) {
                        *v = of(k);
                    }
                });
        } else {
            for (k, v) in (0..).zip(value) {
                *v = of(k);
            }
        }
    }

    /// The best choice of undecided sites for these values; returns its sum and the budget's multiplier.
    fn choose(&self, value: &[i64], chosen: &mut Vec<u32>) -> (i64, i64) {
        self.knapsack().best(value, chosen)
    }

    fn knapsack(&self) -> Knapsack<'_> {
        Knapsack {
            sites_left: self.sites_left,
            budget_left: self.budget_left,
            price: &self.price,
        }
    }

    /// Initial multipliers from an answer: an uncovered row has its cap, a row covered just often enough half of it, a row covered more often 0.
    pub(crate) fn initial_multipliers(&self, open: &[u32]) -> Dual {
        let zone = vec![0; self.lost_by_zone.len()];
        let mut times = vec![0_u32; self.problem.n_rows()];
        for &site in open {
            for &row in self.problem.column(at(site)) {
                times[at(row)] += 1;
            }
        }
        let caps = self.caps(&zone);
        let mut row = vec![0; self.problem.n_rows()];
        for (k, &r) in self.row.iter().enumerate() {
            row[at(r)] = match times[at(r)] {
                0 => caps[k],
                t if t <= self.need[k] => caps[k] / 2,
                _ => 0,
            };
        }
        Dual {
            row,
            budget: 0,
            zone,
            cut: Vec::new(),
        }
    }

    /// One subgradient step of the zones' multipliers, by the excess of uncovered weight in the fractional choice; false once they have settled.
    pub(crate) fn weigh_zones(&self, dual: &mut Dual, fractional: &[f64], round: u32) -> bool {
        let Some(zones) = &self.problem.zones else {
            return false;
        };
        let mut covered = vec![0.0_f64; self.n_rows()];
        for (k, &site) in (0..).zip(&self.site) {
            for &r in self.column(k) {
                covered[at(r)] += fractional[at(site)];
            }
        }
        let n_zones = zones.may_stay_uncovered.len();
        let mut uncovered: Vec<f64> = self.lost_by_zone.iter().map(|&l| float(l)).collect();
        let mut total = vec![1.0_f64; n_zones];
        for (r, covered) in covered.into_iter().enumerate() {
            if let Some(z) = self.zone[r] {
                let subproblem = 1.0 - (covered / f64::from(self.need[r])).min(1.0);
                uncovered[at(z)] += float(self.worth[r]) * subproblem;
                total[at(z)] += float(self.worth[r]);
            }
        }
        let unit = float(1 << self.bits);
        for z in 0..n_zones {
            let excess = (uncovered[z] - float(zones.may_stay_uncovered[z])) / total[z];
            let step = 4.0 * unit * excess / f64::from(round).sqrt();
            dual.zone[z] = (dual.zone[z] + rounded(step)).clamp(0, 15 << self.bits);
        }
        round < ZONE_ROUNDS
    }

    /// The part of the bound, scaled, that does not depend on the choice of undecided sites.
    fn fixed_part(&self, row: &[i64], zone: &[i64]) -> i64 {
        let rows = row.iter().zip(&self.need);
        let priced: i64 = rows.map(|(&m, &need)| m * i64::from(need)).sum();
        let slack: i64 = self.problem.zones.as_ref().map_or(0, |z| {
            let left = z
                .may_stay_uncovered
                .iter()
                .zip(&self.lost_by_zone)
                .map(|(m, l)| m - l);
            left.zip(zone).map(|(m, u)| m * u).sum()
        });
        self.base + priced - slack
    }

    /// Pairs of undecided sites and rows, cuts included: the cost of a step.
    pub(crate) fn n_pairs(&self) -> u64 {
        u64::try_from(self.rows.len()).expect("a count fits")
    }

    /// Counts the chosen sites that cover each row; returns the uncovered weight, or the number of uncovered rows where all must be covered.
    fn uncovered(&self, chosen: &[u32], times: &mut [u32]) -> i64 {
        times.fill(0);
        for &k in chosen {
            for &row in self.column(k) {
                times[at(row)] += 1;
            }
        }
        let short = times
            .iter()
            .zip(&self.need)
            .zip(&self.worth)
            .take(self.row.len())
            .filter(|((t, n), _)| t < n);
        short
            .map(|(_, &worth)| if self.problem.must_cover { 1 } else { worth })
            .sum()
    }
}

#[cfg(test)]
mod tests;
