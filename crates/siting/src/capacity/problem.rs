//! Capacitated facility location, in the one form that its bound and its heuristics share.
//!
//! A row is a demand point; its weight may be split between sites in whole steps.
//! The objective is *minimized*: opening costs, the cost of each step served, and `unserved_cost` for each step not served.
//! `mclp` has no costs and pays 1 for a step not served; `lscp` has opening costs, `p-median` serving costs, and both must serve all demand in reach.

use crate::instance::candidates::{candidates, near};
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::number::{at, count, ix};
use crate::question::infeasible::Infeasible;
use crate::question::{Model, Question};

/// Sites with capacities and the rows that each can serve; candidates first, then the fixed sites.
#[derive(Clone, Debug)]
pub(crate) struct CapacitatedProblem {
    pub(crate) site: Vec<SiteIx>,
    pub(crate) n_candidates: usize,
    pub(crate) first: Vec<usize>,
    pub(crate) rows: Vec<u32>,
    /// By row, the candidates that reach it.
    back_first: Vec<usize>,
    back: Vec<u32>,
    /// By pair, the cost per step of weight, scaled; empty when serving costs nothing.
    cost: Vec<i64>,
    pub(crate) capacity: Vec<i64>,
    /// By demand point, in steps; 0 for one that is left out of the question.
    pub(crate) weight: Vec<i64>,
    /// All demand in reach must be served.
    pub(crate) must_serve: bool,
    /// By candidate, its opening cost in the objective.
    pub(crate) opening_cost: Vec<i64>,
    /// Cost of a step not served, scaled: more than any way of serving it when it must be served.
    pub(crate) unserved_cost: i64,
    /// Upper bound of the multipliers in an ascent, scaled.
    pub(crate) largest_multiplier: i64,
    pub(crate) n_new: usize,
    pub(crate) price: Vec<i64>,
    pub(crate) budget: Option<i64>,
    pub(crate) near: Vec<Vec<u32>>,
    /// Scaled = exact × 2^`bits`.
    pub(crate) bits: u32,
    /// For `lscp`, cuts of three rows each: coefficients of open sites add up to at least 2, where a site that covers all three counts 2 and any other 1 (see [`triple_cuts`](crate::covering::triple_cuts)).
    pub(crate) cuts: Vec<[u32; 3]>,
    /// By site, the cuts of which it covers a row, with its coefficient.
    pub(crate) of_site: Vec<Vec<(u32, i64)>>,
}

impl CapacitatedProblem {
    /// Cost: one pass over the pairs.
    ///
    /// # Errors
    /// Costs and weights too large for the solvers' arithmetic.
    pub(crate) fn new(instance: &Instance, question: &Question) -> Result<Self, Infeasible> {
        let radius = question.radius.unwrap_or(u64::MAX);
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut site = candidates(instance);
        let n_candidates = site.len();
        let near = near(instance, &site);
        let fixed = |s: &SiteIx| instance.site_status(*s) == SiteStatus::Fixed;
        site.extend(instance.sites().filter(fixed));
        let must_serve = question.model != Model::Mclp;
        let costs = question.model == Model::PMedian;
        let mut weight: Vec<i64> = instance.weight.iter().map(|&w| whole(w)).collect();
        if must_serve {
            let reach = in_reach(instance, radius);
            for (weight, reach) in weight.iter_mut().zip(reach) {
                *weight = if reach { *weight } else { 0 };
            }
        }
        let total: i64 = weight.iter().sum();
        let mut new = Self {
            n_candidates,
            first: vec![0],
            rows: Vec::new(),
            back_first: Vec::new(),
            back: Vec::new(),
            cost: Vec::new(),
            capacity: Vec::new(),
            weight,
            must_serve,
            opening_cost: Vec::new(),
            unserved_cost: 0,
            largest_multiplier: 0,
            n_new: question.n_sites.map_or(n_candidates, at).min(n_candidates),
            price: Vec::new(),
            budget: question.budget.map(whole),
            near,
            bits: 0,
            cuts: Vec::new(),
            of_site: vec![Vec::new(); site.len()],
            site: Vec::new(),
        };
        for &s in &site {
            let column = || {
                let near = instance.serves(s).filter(|p| p.1 <= radius);
                near.filter(|p| new.weight[p.0.index()] > 0)
            };
            new.rows.extend(column().map(|p| p.0.0));
            if costs {
                new.cost.extend(column().map(|p| whole(p.1)));
            }
            new.first.push(new.rows.len());
        }
        let capacity = |s: &SiteIx| whole(instance.capacity(*s).unwrap_or(u64::MAX)).min(total);
        new.capacity = site.iter().map(capacity).collect();
        let price = |s: &SiteIx| whole(instance.price(*s).unwrap_or(0));
        if question.budget.is_some() {
            new.price = site.iter().map(price).collect();
        }
        new.opening_cost = match question.model {
            Model::Lscp if question.by_price => site[..n_candidates].iter().map(price).collect(),
            Model::Lscp => vec![1; n_candidates],
            _ => vec![0; n_candidates],
        };
        new.site = site;
        new.transpose();
        new.scale(total)?;
        Ok(new)
    }

    /// Transposes the candidates' pairs: sites by row.
    fn transpose(&mut self) {
        let mut first = vec![0_usize; self.n_rows() + 1];
        let pairs = ..self.first[self.n_candidates];
        for &row in &self.rows[pairs] {
            first[at(row) + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        self.back = vec![0; first[first.len() - 1]];
        for site in 0..self.n_candidates {
            for &row in &self.rows[self.first[site]..self.first[site + 1]] {
                self.back[next[at(row)]] = ix(site);
                next[at(row)] += 1;
            }
        }
        self.back_first = first;
    }

    /// Adds cuts on three rows each.
    ///
    /// Cost: one pass over the pairs.
    pub(crate) fn with_cuts(mut self, cuts: &[[u32; 3]]) -> Self {
        let mut of_row: Vec<Vec<u32>> = vec![Vec::new(); self.n_rows()];
        for (id, rows) in (0..).zip(cuts) {
            for &row in rows {
                of_row[at(row)].push(id);
            }
        }
        let mut met: Vec<u32> = Vec::new();
        for site in 0..self.site.len() {
            met.clear();
            for &row in &self.rows[self.first[site]..self.first[site + 1]] {
                met.extend(&of_row[at(row)]);
            }
            met.sort_unstable();
            let same = met.chunk_by(|a, b| a == b);
            self.of_site[site] = same
                .map(|m| (m[0], if m.len() == 3 { 2 } else { 1 }))
                .collect();
        }
        self.cuts = cuts.to_vec();
        self
    }

    /// The candidates that reach a row, ascending.
    pub(crate) fn sites_of_row(&self, row: u32) -> &[u32] {
        &self.back[self.back_first[at(row)]..self.back_first[at(row) + 1]]
    }

    /// Chooses as many bits of fraction as leave all sums within 61 bits.
    fn scale(&mut self, total: i64) -> Result<(), Infeasible> {
        let dearest = self.cost.iter().copied().max().unwrap_or(0).max(1);
        let opening_cost = self.opening_cost.iter().copied().max().unwrap_or(0).max(1);
        let opening_costs: i128 = self.opening_cost.iter().copied().map(i128::from).sum();
        // An augmenting path visits every open site at most once; with twice the cost of that, prices tell whether it ends unserved.
        let n_open = i128::from(count(self.site.len()));
        let (most, unserved_cost) = if !self.must_serve {
            (1, 1)
        } else if self.cost.is_empty() {
            (4 * i128::from(opening_cost), 1)
        } else {
            let dearest = i128::from(dearest);
            (4 * dearest, (2 * n_open + 4) * dearest)
        };
        let largest = (most * i128::from(total))
            .max(unserved_cost)
            .max(opening_costs)
            .max(1);
        let used = 128 - largest.leading_zeros();
        let Some(bits) = 60_u32.checked_sub(used) else {
            let what = "costs times weights are too large for capacities; give them with fewer digits behind the point";
            return Err(Infeasible::Question {
                what: what.to_owned(),
            });
        };
        self.bits = bits.min(20);
        let scaled = |value: i128| {
            i64::try_from(value << self.bits).expect("the scale was chosen for these")
        };
        (self.largest_multiplier, self.unserved_cost) = (scaled(most), scaled(unserved_cost));
        for cost in &mut self.cost {
            *cost <<= self.bits;
        }
        Ok(())
    }

    /// Whether at this price of the cheapest assignment a further step of weight would not be served.
    pub(crate) fn is_short(&self, price: i64) -> bool {
        price > self.unserved_cost / 2
    }

    /// One step of the objective.
    pub(crate) fn unit(&self) -> i64 {
        1 << self.bits
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.weight.len()
    }

    pub(crate) fn n_pairs(&self) -> u64 {
        u64::try_from(self.rows.len()).expect("a count fits")
    }

    /// The rows that a site can serve, with the cost of a step, scaled.
    pub(crate) fn column(&self, site: u32) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.first[at(site)]..self.first[at(site) + 1];
        range.map(|k| (self.rows[k], self.cost.get(k).copied().unwrap_or(0)))
    }

    pub(crate) fn fixed(&self) -> impl Iterator<Item = u32> + use<> {
        ix(self.n_candidates)..ix(self.site.len())
    }

    /// New sites with the fixed ones.
    pub(crate) fn with_fixed(&self, new: &[u32]) -> Vec<u32> {
        new.iter().copied().chain(self.fixed()).collect()
    }

    pub(crate) fn total(&self) -> i64 {
        self.weight.iter().sum()
    }

    /// An objective that no answer reaches.
    pub(crate) fn ceiling(&self) -> i64 {
        if !self.must_serve {
            return self.total() + 1;
        }
        let dearest = self.cost.iter().max().copied().unwrap_or(0) >> self.bits;
        self.opening_cost.iter().sum::<i64>() + self.total() * dearest + 1
    }

    /// Fractional knapsack of a site: the largest sum of (multiplier less cost) × amount within its capacity, scaled.
    ///
    /// `taken` gets the rows with the amounts.
    /// Cost: the site's pairs, a few times when they do not all fit.
    pub(crate) fn worth(&self, site: u32, row: &[i64], taken: &mut Vec<Taken>) -> i64 {
        taken.clear();
        let mut all = 0;
        for (r, cost) in self.column(site) {
            let saves = row[at(r)] - cost;
            if saves > 0 {
                let amount = self.weight[at(r)];
                all += amount;
                taken.push(Taken {
                    saves,
                    row: r,
                    amount,
                });
            }
        }
        if all > self.capacity[at(site)] {
            fill(taken, self.capacity[at(site)]);
        }
        taken.iter().map(|t| t.amount * t.saves).sum()
    }
}

/// A row in a site's knapsack: the saving per step, scaled, and the number of steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) saves: i64,
    pub(crate) row: u32,
    pub(crate) amount: i64,
}

/// Keeps the rows of largest saving that fit the capacity, the last one in part; lower rows first among equals.
///
/// By repeated selection of the median, in linear time on average, instead of sorting.
fn fill(taken: &mut Vec<Taken>, capacity: i64) {
    let (mut left, mut low, mut high) = (capacity, 0, taken.len());
    while high - low > 1 {
        let half = (high - low) / 2;
        let part = &mut taken[low..high];
        part.select_nth_unstable_by_key(half, |t| (std::cmp::Reverse(t.saves), t.row));
        let sum: i64 = part[..half].iter().map(|t| t.amount).sum();
        if sum > left {
            high = low + half;
        } else {
            left -= sum;
            low += half;
        }
    }
    taken[low].amount = left.min(taken[low].amount);
    taken.truncate(high);
}

/// By demand point, whether a site that may open reaches it within the radius.
fn in_reach(instance: &Instance, radius: u64) -> Vec<bool> {
    let mut reach = vec![false; instance.n_demand()];
    for site in instance
        .sites()
        .filter(|&s| instance.site_status(s) != SiteStatus::Forbidden)
    {
        for (demand, _) in instance.serves(site).filter(|p| p.1 <= radius) {
            reach[demand.index()] = true;
        }
    }
    reach
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::sparse_rows::CountedRows;
    use crate::random::Rng;

    /// Sites 0 to 3 reach rows 0-1-2, 0-1, 2 and 3; the last one is forbidden, site 1 is fixed.
    fn instance() -> Instance {
        let rows = CountedRows {
            weight: vec![4, 3, 2, 9],
            first: vec![0, 3, 5, 6, 7],
            demand: vec![0, 1, 2, 0, 1, 2, 3],
            cost: Some(vec![1, 2, 3, 5, 1, 2, 0]),
        };
        let status = [
            SiteStatus::Candidate,
            SiteStatus::Fixed,
            SiteStatus::Candidate,
            SiteStatus::Forbidden,
        ];
        let instance = rows.build().unwrap().with_site_status(status.to_vec());
        instance
            .unwrap()
            .with_capacities(vec![5, 50, 1, 9])
            .unwrap()
    }

    #[test]
    fn candidates_come_first_and_rows_out_of_reach_have_no_weight() {
        let problem = CapacitatedProblem::new(&instance(), &Question::p_median(2)).unwrap();
        let sites: Vec<usize> = problem.site.iter().map(|s| s.index()).collect();
        assert_eq!((sites, problem.n_candidates), (vec![0, 2, 1], 2));
        assert_eq!(problem.weight, [4, 3, 2, 0]);
        // No capacity counts for more than all demand.
        assert_eq!(problem.capacity, [5, 1, 9]);
        assert_eq!(problem.with_fixed(&[1]), [1, 2]);
        assert_eq!(problem.sites_of_row(2), [0, 1]);
        assert_eq!(problem.sites_of_row(0), [0]);
        let unit = problem.unit();
        let column: Vec<_> = problem.column(0).collect();
        assert_eq!(column, [(0, unit), (1, 2 * unit), (2, 3 * unit)]);
        // 9 steps of weight at the dearest cost of 5, and one more.
        assert_eq!(problem.ceiling(), 46);
        let covering = CapacitatedProblem::new(&instance(), &Question::mclp(9)).unwrap();
        assert_eq!(covering.weight, [4, 3, 2, 9]);
        assert_eq!(covering.ceiling(), 19);
    }

    #[test]
    fn a_site_serves_what_saves_most_until_it_is_full() {
        let problem = CapacitatedProblem::new(&instance(), &Question::p_median(2)).unwrap();
        let unit = problem.unit();
        let mut taken = Vec::new();
        // Per step row 0 saves 3, row 1 saves 8 and row 2 nothing: 3 steps of row 1, then 2 of the 4 of row 0.
        let worth = problem.worth(0, &[4 * unit, 10 * unit, 3 * unit, 0], &mut taken);
        assert_eq!(worth, (3 * 8 + 2 * 3) * unit);
        taken.sort_unstable_by_key(|t| t.row);
        let amounts: Vec<_> = taken.iter().map(|t| (t.row, t.amount)).collect();
        assert_eq!(amounts, [(0, 2), (1, 3)]);
    }

    #[test]
    fn a_site_counts_twice_in_a_cut_whose_rows_it_covers_all() {
        let problem = CapacitatedProblem::new(&instance(), &Question::lscp(9)).unwrap();
        let problem = problem.with_cuts(&[[0, 1, 2], [1, 2, 3]]);
        assert_eq!(problem.of_site[0], [(0, 2), (1, 1)]);
        assert_eq!(problem.of_site[1], [(0, 1), (1, 1)]);
        assert_eq!(problem.of_site[2], [(0, 1), (1, 1)]);
    }

    #[test]
    fn the_worth_of_a_site_is_that_of_its_rows_sorted_by_what_they_save() {
        let mut n_full = 0;
        for seed in 0..200 {
            let mut rng = Rng::new(seed);
            let mut number = |n: usize| u64::try_from(rng.below(n)).unwrap();
            let rows = CountedRows {
                weight: (0..40).map(|_| number(20)).collect(),
                first: vec![0, 40],
                demand: (0..40).collect(),
                cost: Some((0..40).map(|_| u32::try_from(number(9)).unwrap()).collect()),
            };
            let instance = rows.build().unwrap();
            let instance = instance.with_capacities(vec![number(500)]).unwrap();
            let problem = CapacitatedProblem::new(&instance, &Question::p_median(1)).unwrap();
            let price: Vec<i64> = (0..40)
                .map(|_| i64::try_from(number(15)).unwrap() * problem.unit())
                .collect();
            let mut saves: Vec<(i64, i64)> = problem
                .column(0)
                .map(|(row, cost)| (price[at(row)] - cost, problem.weight[at(row)]))
                .filter(|s| s.0 > 0)
                .collect();
            saves.sort_unstable_by_key(|s| std::cmp::Reverse(s.0));
            let (mut left, mut expected) = (problem.capacity[0], 0);
            for (saves, weight) in saves {
                let amount = weight.min(left);
                expected += amount * saves;
                left -= amount;
            }
            let mut taken = Vec::new();
            assert_eq!(problem.worth(0, &price, &mut taken), expected, "{seed}");
            let amounts: i64 = taken.iter().map(|t| t.amount).sum();
            assert_eq!(amounts, problem.capacity[0] - left, "{seed}");
            n_full += u32::from(left == 0);
        }
        assert!(n_full > 50 && n_full < 195, "{n_full}");
    }
}
