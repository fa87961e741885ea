//! Lagrangian bound of the p-median problem (Narula, Ogbu and Samuelsson 1977).
//!
//! The condition that every row is served is relaxed: a site is then worth the sum of multiplier less cost over its rows, where positive.
//! Only pairs cheaper than the row's multiplier are visited, which are few.

use std::cmp::Reverse;

use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::branch_and_bound::knapsack::Knapsack;
use crate::branch_and_bound::subgradient::{Direction, SubgradientOptions};
use crate::branch_and_bound::subproblem::Subproblem;
use crate::branch_and_bound::tree::Branching;
use crate::median::problem::MedianProblem;
use crate::number::{at, float, ix};

/// Lagrangian relaxation of one subproblem: the undecided sites, and the rows that they can improve.
struct Relaxation<'a> {
    problem: &'a MedianProblem,
    open: &'a [u32],
    site: Vec<u32>,
    row: Vec<u32>,
    first: Vec<usize>,
    site_of_pair: Vec<u32>,
    cost: Vec<i64>,
    cap: Vec<i64>,
    /// Rows that no undecided site can improve, with their costs.
    settled: Vec<(u32, i64)>,
    base: i64,
    sites_left: usize,
    budget_left: Option<i64>,
    price: Vec<i64>,
}

impl<'a> Relaxation<'a> {
    /// `None` when a row cannot be served, or the decided sites are too many or too dear.
    fn new(problem: &'a MedianProblem, subproblem: &'a Subproblem) -> Option<Self> {
        let mut open = vec![false; problem.site.len()];
        for &site in &subproblem.open {
            open[at(site)] = true;
        }
        let site: Vec<u32> = subproblem.free_sites().collect();
        let mut place = vec![u32::MAX; problem.site.len()];
        for (k, &s) in site.iter().enumerate() {
            place[at(s)] = ix(k);
        }
        let price = |s: u32| problem.price.get(at(s)).copied().unwrap_or(0);
        let spent: i64 = subproblem.open.iter().map(|&s| price(s)).sum();
        let mut new = Self {
            problem,
            open: &subproblem.open,
            row: Vec::new(),
            first: vec![0],
            site_of_pair: Vec::new(),
            cost: Vec::new(),
            cap: Vec::new(),
            settled: Vec::new(),
            base: problem.base,
            sites_left: problem.n_new.checked_sub(subproblem.open.len())?,
            budget_left: problem.budget.map(|m| m - spent),
            price: match problem.budget {
                Some(_) => site.iter().map(|&s| price(s)).collect(),
                None => Vec::new(),
            },
            site,
        };
        if new.budget_left.is_some_and(|m| m < 0) {
            return None;
        }
        for row in 0..problem.n_rows() {
            let mut least = problem.fallback[row];
            let mut served = problem.served[row];
            let begin = new.site_of_pair.len();
            for (site, cost) in problem.pairs(row) {
                if open[at(site)] {
                    // Dearer pairs cannot improve the row any more.
                    least = cost;
                    served = true;
                    break;
                }
                if place[at(site)] != u32::MAX {
                    new.site_of_pair.push(place[at(site)]);
                    new.cost.push(cost);
                }
            }
            if new.site_of_pair.len() == begin {
                if !served {
                    return None;
                }
                new.base += least;
                new.settled.push((ix(row), least));
                continue;
            }
            new.row.push(ix(row));
            new.first.push(new.site_of_pair.len());
            new.cap.push(least);
        }
        Some(new)
    }

    /// Savings by site at these multipliers; returns the pairs visited.
    fn values(&self, row: &[i64], value: &mut [i64]) -> u64 {
        value.fill(0);
        let mut work = 0;
        for (r, &m) in row.iter().enumerate() {
            let range = self.first[r]..self.first[r + 1];
            for (&cost, &k) in self.cost[range.clone()]
                .iter()
                .zip(&self.site_of_pair[range])
            {
                work += 1;
                if cost >= m {
                    break;
                }
                value[at(k)] += m - cost;
            }
        }
        work
    }

    /// By row, the number of chosen sites that serve it for less than its multiplier.
    fn served(&self, row: &[i64], chosen: &[u32], inside: &mut [bool], times: &mut [u32]) {
        for &k in chosen {
            inside[at(k)] = true;
        }
        for (r, &m) in row.iter().enumerate() {
            let range = self.first[r]..self.first[r + 1];
            let cheap = self.cost[range.clone()]
                .iter()
                .zip(&self.site_of_pair[range]);
            let cheap = cheap.take_while(|(cost, _)| **cost < m);
            times[r] = ix(cheap.filter(|(_, k)| inside[at(**k)]).count());
        }
        for &k in chosen {
            inside[at(k)] = false;
        }
    }

    fn subgradient(&self, start: &Dual, options: &SubgradientOptions) -> DualBound {
        let n_rows = self.row.len();
        let knapsack = Knapsack {
            sites_left: self.sites_left,
            budget_left: self.budget_left,
            price: &self.price,
        };
        let from = |r: usize| start.row[at(self.row[r])].min(self.cap[r]);
        let mut row: Vec<i64> = (0..n_rows).map(from).collect();
        let mut value = vec![0; self.site.len()];
        let mut inside = vec![false; self.site.len()];
        let mut fractional = vec![0.0_f64; self.site.len()];
        let mut direction = Direction::new(n_rows, crate::branch_and_bound::subgradient::KEPT);
        let need = vec![1; n_rows];
        let mut chosen = Vec::new();
        let mut best: Option<Best> = None;
        let (mut length, mut idle, mut work) = (options.length, 0, 0);
        for step in 1..=options.steps.max(1) {
            work += 2 * self.values(&row, &mut value);
            let (sum, budget_multiplier) = knapsack.best(&value, &mut chosen);
            let bound = self.base + row.iter().sum::<i64>() - sum;
            let fresh = if step == 1 { 1.0 } else { 0.1 };
            for s in &mut fractional {
                *s *= 1.0 - fresh;
            }
            for &k in &chosen {
                fractional[at(k)] += fresh;
            }
            let gained = best.as_ref().map_or(i64::MAX, |b| bound - b.bound);
            let progress = gained > (options.target - bound).max(0) / 1_000;
            idle = if progress { 0 } else { idle + 1 };
            if gained > 0 {
                best = Some(Best {
                    bound,
                    budget_multiplier,
                    row: row.clone(),
                    value: value.clone(),
                    chosen: chosen.clone(),
                });
            }
            if bound >= options.enough || step == options.steps || (options.stop)() {
                break;
            }
            if idle >= options.patience {
                idle = 0;
                length *= 0.6;
                if length < options.shortest {
                    break;
                }
                if let Some(best) = &best {
                    row.clone_from(&best.row);
                    direction.smoothed.fill(0.0);
                    chosen.clone_from(&best.chosen);
                }
            }
            self.served(&row, &chosen, &mut inside, &mut direction.times);
            let ahead = length * float((options.target - bound).max(1));
            if !direction.step(&mut row, &self.cap, &need, n_rows, ahead) {
                break;
            }
        }
        let best = best.expect("at least one step is made");
        self.dual_bound(best, &fractional, work)
    }

    fn dual_bound(&self, best: Best, fractional: &[f64], work: u64) -> DualBound {
        let Best {
            bound,
            budget_multiplier,
            row,
            value,
            chosen,
        } = best;
        let knapsack = Knapsack {
            sites_left: self.sites_left,
            budget_left: self.budget_left,
            price: &self.price,
        };
        let (reduced_cost, inside) = knapsack.reduced_costs(&value, budget_multiplier, &chosen);
        let n_sites = self.problem.site.len();
        let mut met: Vec<u32> = chosen.iter().map(|&k| self.site[at(k)]).collect();
        met.sort_unstable_by_key(|&s| (Reverse(share_of(&self.site, fractional, s)), s));
        let mut dual_bound = DualBound {
            bound,
            dual: Dual {
                row: vec![0; self.problem.n_rows()],
                budget: budget_multiplier,
                zone: Vec::new(),
                cut: Vec::new(),
            },
            reduced_cost: vec![0; n_sites],
            chosen: vec![false; n_sites],
            fractional: vec![0.0; n_sites],
            met: Some((self.open.iter().copied().chain(met).collect(), 0)),
            work,
        };
        for (k, &site) in self.site.iter().enumerate() {
            dual_bound.reduced_cost[at(site)] = reduced_cost[k];
            dual_bound.chosen[at(site)] = inside[k];
            dual_bound.fractional[at(site)] = fractional[k];
        }
        for &(whole, least) in &self.settled {
            dual_bound.dual.row[at(whole)] = least;
        }
        for (r, &whole) in self.row.iter().enumerate() {
            dual_bound.dual.row[at(whole)] = row[r];
        }
        dual_bound
    }
}

/// The best step of an ascent.
struct Best {
    bound: i64,
    budget_multiplier: i64,
    row: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}

/// A fractional value as a whole number, for sorting.
fn share_of(sites: &[u32], fractional: &[f64], site: u32) -> i64 {
    let place = sites.binary_search(&site).expect("a site of the part");
    crate::number::rounded(fractional[place] * 1e6)
}

impl Branching for MedianProblem {
    fn n_sites(&self) -> usize {
        self.site.len()
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
        Some(Relaxation::new(self, subproblem)?.subgradient(dual, options))
    }
}
