//! A question about sites with capacities in the one form that its solvers share.
//!
//! A row is a demand point, and its weight may be split between sites in whole steps.
//! The aim is always to *minimize*: the toll of open sites, the cost of every step of weight served, and what a step costs that nobody serves.
//! `mclp` has no costs and pays 1 for a step not served; `lscp` has tolls, `p-median` costs, and both have to serve everything in reach.

use std::collections::BTreeSet;

use crate::capacity::transportation::assign;
use crate::instance::candidates::{candidates, near};
use crate::instance::decimal::Decimal;
use crate::instance::{Instance, SiteIx, Standing};
use crate::number::{at, count, ix};
use crate::question::infeasible::Infeasible;
use crate::question::{Model, Question};

/// Sites with capacities and what each can serve; candidates first, then the fixed sites.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    pub(crate) site: Vec<SiteIx>,
    pub(crate) n_candidates: usize,
    pub(crate) first: Vec<usize>,
    pub(crate) rows: Vec<u32>,
    /// By row, the candidates that reach it.
    back_first: Vec<usize>,
    back: Vec<u32>,
    /// What each pair costs per step of weight, scaled; empty when serving costs nothing.
    cost: Vec<i64>,
    pub(crate) capacity: Vec<i64>,
    /// By demand point; 0 for one that is left out of the question.
    pub(crate) weight: Vec<i64>,
    /// Everything in reach has to be served.
    pub(crate) must: bool,
    /// What each candidate costs in the aim.
    pub(crate) toll: Vec<i64>,
    /// What a step costs that nobody serves, scaled: more than any other way of serving it when it has to be served.
    pub(crate) lack: i64,
    /// No multiplier of the bound's climb exceeds this, scaled.
    pub(crate) most: i64,
    pub(crate) n_new: usize,
    pub(crate) price: Vec<i64>,
    pub(crate) money: Option<i64>,
    pub(crate) near: Vec<Vec<u32>>,
    /// Scaled = exact × 2^`bits`.
    pub(crate) bits: u32,
    /// For `lscp`, three rows each: the sites that cover them count at least 2 together, where one that covers all three counts 2 and any other 1 (see [`triples`](crate::covering::triple_cuts)).
    pub(crate) triples: Vec<[u32; 3]>,
    /// By site, the triples of which it covers a row, with how often it counts.
    pub(crate) of_site: Vec<Vec<(u32, i64)>>,
}

impl Slots {
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
        let fixed = |s: &SiteIx| instance.standing(*s) == Standing::Fixed;
        site.extend(instance.sites().filter(fixed));
        let must = question.model != Model::Mclp;
        let costs = question.model == Model::PMedian;
        let mut weight: Vec<i64> = instance.weight.iter().map(|&w| whole(w)).collect();
        if must {
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
            must,
            toll: Vec::new(),
            lack: 0,
            most: 0,
            n_new: question.n_sites.map_or(n_candidates, at).min(n_candidates),
            price: Vec::new(),
            money: question.budget.map(whole),
            near,
            bits: 0,
            triples: Vec::new(),
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
        new.toll = match question.model {
            Model::Lscp if question.by_price => site[..n_candidates].iter().map(price).collect(),
            Model::Lscp => vec![1; n_candidates],
            _ => vec![0; n_candidates],
        };
        new.site = site;
        new.turn_round();
        new.scale(total)?;
        Ok(new)
    }

    /// Writes the candidates' pairs once more by row.
    fn turn_round(&mut self) {
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

    /// Adds conditions on three rows each.
    ///
    /// Cost: one pass over the pairs.
    pub(crate) fn with_triples(mut self, triples: &[[u32; 3]]) -> Self {
        let mut of_row: Vec<Vec<u32>> = vec![Vec::new(); self.n_rows()];
        for (id, rows) in (0..).zip(triples) {
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
        self.triples = triples.to_vec();
        self
    }

    /// The candidates that reach a row, ascending.
    pub(crate) fn sites_of_row(&self, row: u32) -> &[u32] {
        &self.back[self.back_first[at(row)]..self.back_first[at(row) + 1]]
    }

    /// Chooses as many bits of fraction as leave all sums within 61 bits.
    fn scale(&mut self, total: i64) -> Result<(), Infeasible> {
        let dearest = self.cost.iter().copied().max().unwrap_or(0).max(1);
        let toll = self.toll.iter().copied().max().unwrap_or(0).max(1);
        let tolls: i128 = self.toll.iter().copied().map(i128::from).sum();
        // A way of serving leads over every open site once at most; with twice that, prices tell whether it ends with nobody.
        let n_open = i128::from(count(self.site.len()));
        let (most, lack) = if !self.must {
            (1, 1)
        } else if self.cost.is_empty() {
            (4 * i128::from(toll), 1)
        } else {
            let dearest = i128::from(dearest);
            (4 * dearest, (2 * n_open + 4) * dearest)
        };
        let largest = (most * i128::from(total)).max(lack).max(tolls).max(1);
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
        (self.most, self.lack) = (scaled(most), scaled(lack));
        for cost in &mut self.cost {
            *cost <<= self.bits;
        }
        Ok(())
    }

    /// Whether at this price of the cheapest assignment a further step of weight would not be served.
    pub(crate) fn is_short(&self, price: i64) -> bool {
        price > self.lack / 2
    }

    /// One step of the aim.
    pub(crate) fn unit(&self) -> i64 {
        1 << self.bits
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.weight.len()
    }

    pub(crate) fn n_pairs(&self) -> u64 {
        u64::try_from(self.rows.len()).expect("a count fits")
    }

    /// The rows that a site can serve, with what a step costs, scaled.
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

    /// An aim that no answer reaches.
    pub(crate) fn ceiling(&self) -> i64 {
        if !self.must {
            return self.total() + 1;
        }
        let dearest = self.cost.iter().max().copied().unwrap_or(0) >> self.bits;
        self.toll.iter().sum::<i64>() + self.total() * dearest + 1
    }

    /// What a site is worth when a step of a row's weight is worth its multiplier: what saves most first, until it is full.
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

    /// Says what makes it so, when not even all sites together can serve what has to be served, or not as many as are allowed.
    ///
    /// Cost: an assignment to all sites.
    pub(crate) fn enough(
        &self,
        instance: &Instance,
        question: &Question,
    ) -> Result<(), Infeasible> {
        if !self.must {
            return Ok(());
        }
        let in_unit = |steps: i64| Decimal::new(steps.into(), instance.weight_decimals());
        let all: Vec<u32> = (0..ix(self.site.len())).collect();
        let plan = assign(self, &all);
        if plan.missed > 0 {
            let short = |r: &usize| self.weight[*r] > 0 && self.is_short(plan.price[*r]);
            let rows: BTreeSet<usize> = (0..self.n_rows()).filter(short).collect();
            let serves = |s: &u32| self.column(*s).any(|(r, _)| rows.contains(&at(r)));
            let capacity = all.iter().filter(|s| serves(s));
            let capacity: i64 = capacity.map(|&s| self.capacity[at(s)]).sum();
            let first = *rows.iter().next().expect("someone is not served");
            return Err(Infeasible::TooLittleCapacity {
                first: instance.demand_id(crate::instance::DemandIx(ix(first))),
                n_demand: rows.len(),
                weight: in_unit(rows.iter().map(|&r| self.weight[r]).sum()),
                capacity: in_unit(capacity),
            });
        }
        let Some(allowed) = question.n_sites else {
            return Ok(());
        };
        let mut largest = self.capacity[..self.n_candidates].to_vec();
        largest.sort_unstable_by_key(|&c| std::cmp::Reverse(c));
        let fixed = self.capacity[self.n_candidates..].iter();
        let new = largest.iter().take(at(allowed));
        let capacity: i128 = fixed.chain(new).copied().map(i128::from).sum();
        if capacity < i128::from(self.total()) {
            return Err(Infeasible::TooFewSlots {
                allowed,
                capacity: Decimal::new(capacity, instance.weight_decimals()),
                weight: in_unit(self.total()),
            });
        }
        Ok(())
    }
}

/// A row that a site would serve: what each step saves, and how many steps.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    pub(crate) saves: i64,
    pub(crate) row: u32,
    pub(crate) amount: i64,
}

/// Keeps what saves most, as far as it fits; lower rows first where it is the same.
///
/// Halves again and again what may be cut, instead of sorting it.
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

/// Which demand points a site that may open serves within the radius.
fn in_reach(instance: &Instance, radius: u64) -> Vec<bool> {
    let mut reach = vec![false; instance.n_demand()];
    for site in instance
        .sites()
        .filter(|&s| instance.standing(s) != Standing::Forbidden)
    {
        for (demand, _) in instance.serves(site).filter(|p| p.1 <= radius) {
            reach[demand.index()] = true;
        }
    }
    reach
}
