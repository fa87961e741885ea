//! Set cover and maximal covering in the one form that bounds and heuristics share.
//!
//! Fixed and forbidden sites are gone (their effect is in the needs of the rows), costs and radius have become a bare cover relation.
//! The objective is *minimized*: opening costs, plus the weight of rows that stay uncovered.
//! `mclp` has no opening costs and a weight per row; `lscp` has an opening cost per site and rows that must be covered.

use std::ops::Range;

use crate::instance::candidates::{candidates, near};
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::number::{at, count, ix};
use crate::question::{Model, Question, Share};

/// A covering problem over sites and rows; a row stands for one or more demand points with the same covering sites.
#[derive(Clone, Debug)]
pub(crate) struct CoveringProblem {
    /// By site, the site of the instance, ascending.
    pub(crate) site: Vec<SiteIx>,
    pub(crate) first: Vec<usize>,
    pub(crate) rows: Vec<u32>,
    pub(crate) back_first: Vec<usize>,
    pub(crate) back: Vec<u32>,
    /// By row, the objective when it stays uncovered; not read when `must_cover`.
    pub(crate) weight: Vec<i64>,
    /// By row, the open sites that it still needs; at least 1.
    pub(crate) need: Vec<u32>,
    /// Every row must be covered (`lscp`).
    pub(crate) must_cover: bool,
    /// By site, its opening cost in the objective: 0 for `mclp`.
    pub(crate) opening_cost: Vec<i64>,
    /// Most sites that may open.
    pub(crate) n_new: usize,
    /// Price of each site and the budget they share.
    pub(crate) budget: Option<Budget>,
    /// By site, the sites too near to be open beside it, ascending; empty without spacing.
    pub(crate) near: Vec<Vec<u32>>,
    /// The zone of each row, and for each zone how much of its weight may stay uncovered.
    pub(crate) zones: Option<Zones>,
    /// The demand points that each row stands for.
    pub(crate) members: Vec<Vec<u32>>,
}

#[derive(Clone, Debug)]
pub(crate) struct Budget {
    pub(crate) price: Vec<i64>,
    pub(crate) total: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct Zones {
    pub(crate) of_row: Vec<Option<u32>>,
    /// By zone, the weight of rows that may stay uncovered; negative when demand out of reach already exceeds it.
    pub(crate) may_stay_uncovered: Vec<i64>,
}

impl CoveringProblem {
    pub(crate) fn n_sites(&self) -> usize {
        self.site.len()
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.need.len()
    }

    pub(crate) fn column(&self, site: usize) -> &[u32] {
        &self.rows[self.first[site]..self.first[site + 1]]
    }

    pub(crate) fn sites_of(&self, row: usize) -> &[u32] {
        &self.back[self.back_first[row]..self.back_first[row + 1]]
    }

    /// Price of a site; 0 without a budget.
    pub(crate) fn price(&self, site: u32) -> i64 {
        self.budget.as_ref().map_or(0, |b| b.price[at(site)])
    }

    /// Price of several sites; 0 without a budget.
    pub(crate) fn price_of(&self, sites: &[u32]) -> i64 {
        sites.iter().map(|&s| self.price(s)).sum()
    }

    /// Upper bound of a useful multiplier where rows must be covered: the opening cost of the dearest site, or of all sites together where their number is limited.
    pub(crate) fn dearest(&self) -> i64 {
        let opening_cost = self.opening_cost.iter().copied();
        if self.n_new < self.n_sites() {
            opening_cost.sum::<i64>() + 1
        } else {
            opening_cost.max().unwrap_or(1).max(1)
        }
    }

    /// The total weight of the rows.
    pub(crate) fn total_weight(&self) -> i64 {
        self.weight.iter().sum()
    }

    /// Sites of this problem as sites of the instance.
    pub(crate) fn instance_sites(&self, sites: &[u32]) -> Vec<SiteIx> {
        sites.iter().map(|&s| self.site[at(s)]).collect()
    }

    /// The covering problem of an instance and a question, with every demand point that can be covered and is not yet as a row of its own.
    ///
    /// Cost: a few passes over the pairs.
    pub(crate) fn new(instance: &Instance, question: &Question) -> Self {
        let radius = question.radius.unwrap_or(u64::MAX);
        let reached = |site: SiteIx| -> Range<usize> { instance.pairs(site.index()) };
        let serves = |pair: usize| instance.cost.get(pair) <= radius;
        let mut need = vec![count(at(question.times)); instance.n_demand()];
        let mut reachable = vec![0_i64; instance.n_demand()];
        for site in instance.sites() {
            let status = instance.site_status(site);
            if status == SiteStatus::Forbidden {
                continue;
            }
            for pair in reached(site).filter(|&p| serves(p)) {
                let row = at(instance.demand[pair]);
                if status == SiteStatus::Fixed {
                    need[row] -= 1;
                } else {
                    reachable[row] += 1;
                }
            }
        }
        // A row for each demand point that fixed sites leave uncovered and candidates can cover.
        let mut row_of = vec![u32::MAX; instance.n_demand()];
        let mut members = Vec::new();
        for i in 0..instance.n_demand() {
            if need[i] > 0 && reachable[i] >= need[i] {
                row_of[i] = ix(members.len());
                members.push(vec![ix(i)]);
            }
        }
        let candidates = candidates(instance);
        let mut first = vec![0];
        let mut rows = Vec::new();
        for &site in &candidates {
            for pair in reached(site).filter(|&p| serves(p)) {
                let row = row_of[at(instance.demand[pair])];
                if row != u32::MAX {
                    rows.push(row);
                }
            }
            first.push(rows.len());
        }
        let must_cover = question.model == Model::Lscp;
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let opening_cost = |site: SiteIx| match (must_cover, question.by_price) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => whole(instance.price(site).unwrap_or(0)),
        };
        let of_member = |m: &Vec<u32>| at(m[0]);
        let zones = Self::zones(instance, question, &need, &row_of, &members);
        let mut problem = Self {
            first,
            rows,
            back_first: Vec::new(),
            back: Vec::new(),
            weight: members
                .iter()
                .map(|m| whole(instance.weight[of_member(m)]))
                .collect(),
            need: members
                .iter()
                .map(|m| u32::try_from(need[of_member(m)]).expect("kept rows need a site"))
                .collect(),
            must_cover,
            opening_cost: candidates.iter().map(|&s| opening_cost(s)).collect(),
            n_new: question
                .n_sites
                .map_or(candidates.len(), at)
                .min(candidates.len()),
            budget: question.budget.map(|total| Budget {
                price: candidates
                    .iter()
                    .map(|&s| whole(instance.price(s).unwrap_or(0)))
                    .collect(),
                total: whole(total),
            }),
            near: near(instance, &candidates),
            zones,
            members,
            site: candidates,
        };
        problem.transpose();
        problem
    }

    fn zones(
        instance: &Instance,
        question: &Question,
        need: &[i64],
        row_of: &[u32],
        members: &[Vec<u32>],
    ) -> Option<Zones> {
        let (floor, zone) = (question.floor?, instance.zone.as_ref()?);
        let n_zones = instance.zone_names.len();
        let mut total = vec![0_i128; n_zones];
        let mut lost = vec![0_i128; n_zones];
        for (i, z) in zone.iter().enumerate() {
            let Some(z) = *z else { continue };
            let weight = i128::from(instance.weight[i]);
            total[at(z)] += weight;
            if need[i] > 0 && row_of[i] == u32::MAX {
                lost[at(z)] += weight;
            }
        }
        let whole = i128::from(Share::ALL.millionths());
        let missing = whole - i128::from(floor.millionths());
        // Covered × 10^6 ≥ floor × total, with covered = total − lost − uncovered.
        let may_stay_uncovered = total
            .iter()
            .zip(&lost)
            .map(|(&total, &lost)| (total * missing).div_euclid(whole) - lost)
            .map(|m| i64::try_from(m).expect("a sum of weights fits"));
        Some(Zones {
            of_row: members.iter().map(|m| zone[at(m[0])]).collect(),
            may_stay_uncovered: may_stay_uncovered.collect(),
        })
    }

    /// Transposes the pairs: sites by row.
    pub(crate) fn transpose(&mut self) {
        let mut first = vec![0_usize; self.n_rows() + 1];
        for &row in &self.rows {
            first[at(row) + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        let mut next = first.clone();
        let mut back = vec![0_u32; self.rows.len()];
        for site in 0..self.n_sites() {
            for &row in self.column(site) {
                back[next[at(row)]] = ix(site);
                next[at(row)] += 1;
            }
        }
        self.back_first = first;
        self.back = back;
    }
}
