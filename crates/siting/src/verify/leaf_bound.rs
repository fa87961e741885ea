//! Lagrangian bound of one leaf of a certificate's tree, in exact integers.
//!
//! In: the decisions on the way to the leaf, and multipliers; out: a lower bound of the minimized objective of every answer that keeps the decisions.

use crate::answer::certificate::Multipliers;
use crate::answer::check::check;
use crate::answer::checked::Proposal;
use crate::instance::{DemandIx, SiteIx, SiteStatus};
use crate::question::{Model, Share};
use crate::verify::error::{VerifyError, bad};
use crate::verify::tree::{CertificateTree, Decided, SiteState, reached};

impl CertificateTree<'_> {
    /// New sites that are open at this node, undecided ones, and the number of sites that may still open.
    fn sites_left(&self, decided: &Decided) -> (Vec<SiteIx>, Vec<SiteIx>, Option<usize>) {
        let all = |state: SiteState| {
            let sites = self.instance.sites().filter(move |&s| {
                decided.site[s.index()] == state
                    && self.instance.site_status(s) == SiteStatus::Candidate
            });
            sites.collect::<Vec<_>>()
        };
        let (open, free) = (all(SiteState::Open), all(SiteState::Free));
        let allowed = self
            .question
            .n_sites
            .map_or(usize::MAX, |n| usize::try_from(n).unwrap_or(usize::MAX));
        let sites_left = allowed.checked_sub(open.len());
        (open, free, sites_left)
    }

    fn price(&self, site: SiteIx) -> i128 {
        i128::from(self.instance.price(site).unwrap_or(0))
    }

    fn opening_cost(&self, site: SiteIx) -> i128 {
        match self.question.model {
            Model::Lscp if self.question.by_price => self.price(site),
            Model::Lscp => 1,
            _ => 0,
        }
    }

    /// The objective of the one answer at a node where no more sites may open.
    pub(crate) fn single(&self, decided: &Decided) -> Result<i128, VerifyError> {
        let (open, free, sites_left) = self.sites_left(decided);
        if !free.is_empty() && sites_left != Some(0) {
            return bad("a case that leaves a choice is called a single answer");
        }
        if self.instance.capacity.is_some() {
            return bad("with capacities an assignment is a choice");
        }
        let proposal = Proposal {
            new_sites: open.clone(),
            served: Vec::new(),
        };
        let Ok(checked) = check(self.instance, self.question, &proposal) else {
            return Ok(i128::MAX);
        };
        let total = i128::try_from(self.instance.total_weight()).expect("weights fit 60 bits");
        Ok(match self.question.model {
            Model::Mclp => total - checked.objective(),
            Model::Lscp => open.iter().map(|&s| self.opening_cost(s)).sum(),
            Model::PMedian | Model::PCenter => checked.objective(),
        })
    }

    /// Lower bound of the objective at this node, from these multipliers, in whole steps; the largest number when the node is infeasible.
    pub(crate) fn leaf_bound(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
    ) -> Result<i128, VerifyError> {
        let (open, free, sites_left) = self.sites_left(decided);
        let budget = self.question.budget.map(i128::from);
        let budget_left = budget.map(|b| b - open.iter().map(|&s| self.price(s)).sum::<i128>());
        let (Some(sites_left), true) = (sites_left, budget_left.is_none_or(|m| m >= 0)) else {
            return Ok(i128::MAX);
        };
        let cuts = &self.certificate.cuts;
        let known = |d: &DemandIx| d.index() < self.instance.n_demand();
        if !multipliers.cut.is_empty()
            && (!self.knows_triple_cuts()
                || multipliers.cut.len() > cuts.len()
                || !cuts.iter().flatten().all(known)
                || cuts.iter().any(|t| t[0] >= t[1] || t[1] >= t[2])
                || multipliers.cut.iter().any(|&m| m < 0))
        {
            return bad("triples are not of three demand points each, or not allowed here");
        }
        let zone_ok =
            multipliers.zone.is_empty() || multipliers.zone.len() == self.instance.zone_names.len();
        let n = multipliers.demand.len();
        let negative = |all: &[i64]| all.iter().any(|&m| m < 0);
        if !zone_ok
            || n != 0 && n != self.instance.n_demand()
            || negative(&multipliers.demand)
            || negative(&multipliers.zone)
            || multipliers.budget < 0
        {
            return bad("multipliers are negative or of the wrong number");
        }
        let scale = self.certificate.scale_bits;
        if !(-100..=40).contains(&scale) {
            return bad("the scale of the multipliers is out of range");
        }
        // All sums below are in steps of 2^-max(scale, 0); multipliers of a coarser scale in whole steps.
        let fine = |m: i64| {
            if scale < 0 {
                i128::from(m) << -scale
            } else {
                i128::from(m)
            }
        };
        let steps = 1_i128 << scale.max(0);
        let relaxed = match self.question.model {
            _ if self.instance.capacity.is_some() => {
                Some(self.capacity_rows(decided, multipliers, &fine, steps))
            }
            Model::PMedian => self.median_rows(decided, multipliers, &fine, steps),
            _ => self.cover_rows(decided, multipliers, &fine, steps),
        };
        let Some((base, value)) = relaxed else {
            return Ok(i128::MAX);
        };
        let budget_multiplier = fine(multipliers.budget);
        let opening_costs: i128 = open.iter().map(|&s| self.opening_cost(s)).sum();
        let mut worth: Vec<i128> = free
            .iter()
            .map(|&s| {
                value[s.index()]
                    - self.opening_cost(s) * steps
                    - if budget_left.is_some() {
                        budget_multiplier * self.price(s)
                    } else {
                        0
                    }
            })
            .filter(|&v| v > 0)
            .collect();
        worth.sort_unstable_by(|a, b| b.cmp(a));
        let chosen: i128 = worth.iter().take(sites_left).sum();
        let bound = base + opening_costs * steps
            - chosen
            - budget_left.map_or(0, |m| m * budget_multiplier);
        Ok(-(-bound).div_euclid(steps))
    }

    /// Whether the cut on three demand points holds for every answer.
    ///
    /// With capacities, `lscp` alone says that demand points are covered, and only those with weight.
    fn knows_triple_cuts(&self) -> bool {
        let (instance, question) = (self.instance, self.question);
        let model = matches!(question.model, Model::Lscp | Model::Mclp);
        if instance.capacity.is_none() {
            return model && question.times == 1;
        }
        let served = |d: &DemandIx| {
            let i = d.index();
            i < instance.n_demand() && self.must_cover[i] && instance.weight[i] > 0
        };
        question.model == Model::Lscp && self.certificate.cuts.iter().flatten().all(served)
    }

    /// The rows' part of the bound, and the value of each site.
    fn cover_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> Option<(i128, Vec<i128>)> {
        let instance = self.instance;
        let need = self.needs(decided);
        let mut reachable = vec![0_u32; instance.n_demand()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == SiteState::Free)
        {
            for (demand, _) in reached(instance, self.question, site) {
                reachable[demand] += 1;
            }
        }
        let mut must_cover = self.must_cover.clone();
        for &demand in &decided.covered {
            must_cover[DemandIx::new(demand).index()] = true;
        }
        let zone_of = |i: usize| {
            let zone = instance.zone(DemandIx::from_index(i));
            self.question.floor.and(zone)
        };
        let floor = self.question.floor.map_or(0, Share::millionths);
        let whole = i128::from(Share::ALL.millionths());
        let mut total = vec![0_i128; instance.zone_names.len()];
        let mut lost = total.clone();
        let mut row = vec![0_i128; instance.n_demand()];
        let mut base = 0_i128;
        // By demand point, the sum of the multipliers of its cuts.
        let mut in_cuts = vec![0_i128; instance.n_demand()];
        let priced = || self.certificate.cuts.iter().zip(&multipliers.cut);
        for (cut, &m) in priced() {
            for demand in cut {
                in_cuts[demand.index()] += fine(m);
            }
        }
        for i in 0..instance.n_demand() {
            let weight = i128::from(instance.weight[i]);
            if let Some(z) = zone_of(i) {
                total[z] += weight;
            }
            if need[i] == 0 || self.implied[i] {
                continue;
            }
            if reachable[i] < need[i] {
                if must_cover[i] {
                    return None;
                }
                if self.question.model == Model::Mclp {
                    base += weight * steps;
                }
                if let Some(z) = zone_of(i) {
                    lost[z] += weight;
                }
                continue;
            }
            let extra = zone_of(i)
                .and_then(|z| multipliers.zone.get(z))
                .map_or(0, |&mu| fine(mu) * weight);
            let given = multipliers.demand.get(i).map_or(0, |&m| fine(m));
            let n = i128::from(need[i]);
            // A covered point saves its worth and costs its multipliers; an uncovered one neither.
            let worth = (weight * steps + extra) / n;
            row[i] = if must_cover[i] {
                given
            } else {
                given.min(worth)
            };
            base += n * row[i];
            base += if must_cover[i] {
                in_cuts[i]
            } else {
                in_cuts[i].min(worth - row[i])
            };
        }
        for (z, total) in total.iter().enumerate() {
            let may_stay_uncovered =
                (total * (whole - i128::from(floor))).div_euclid(whole) - lost[z];
            if self.question.floor.is_some() && may_stay_uncovered < 0 {
                return None;
            }
            base -= multipliers.zone.get(z).map_or(0, |&mu| fine(mu)) * may_stay_uncovered;
        }
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == SiteState::Free)
        {
            value[site.index()] = reached(instance, self.question, site)
                .map(|(demand, _)| row[demand])
                .sum();
        }
        for (cut, &m) in priced().filter(|(_, m)| **m > 0) {
            base += self.price_cut(decided, cut, fine(m), &need, &mut value);
        }
        Some((base, value))
    }

    /// Adds a cut to the sites' values; returns its part of the bound, without its demand points that are still uncovered.
    fn price_cut(
        &self,
        decided: &Decided,
        cut: &[DemandIx; 3],
        multiplier: i128,
        need: &[u32],
        value: &mut [i128],
    ) -> i128 {
        let radius = self.question.radius.unwrap_or(u64::MAX);
        let mut sites: Vec<SiteIx> = cut
            .iter()
            .flat_map(|&d| self.instance.served_by(d))
            .filter(|&(_, cost)| cost <= radius)
            .map(|(site, _)| site)
            .collect();
        sites.sort_unstable();
        let covered = cut.iter().filter(|d| need[d.index()] == 0).count();
        let mut least = i128::try_from(covered).expect("three at most") - 1;
        for same in sites.chunk_by(|a, b| a == b) {
            let counts = if same.len() == 3 { 2 } else { 1 };
            let site = same[0].index();
            match decided.site[site] {
                SiteState::Open => least -= counts,
                SiteState::Free => value[site] += counts * multiplier,
                SiteState::Closed => {}
            }
        }
        least * multiplier
    }

    fn median_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> Option<(i128, Vec<i128>)> {
        let instance = self.instance;
        let mut nearest = vec![None::<u64>; instance.n_demand()];
        let mut free = vec![false; instance.n_demand()];
        for site in instance.sites() {
            let state = decided.site[site.index()];
            for (demand, cost) in reached(instance, self.question, site) {
                if state == SiteState::Open {
                    nearest[demand] = Some(nearest[demand].map_or(cost, |n| n.min(cost)));
                }
                free[demand] |= state == SiteState::Free;
            }
        }
        let price = |i: usize, cost: u64| i128::from(instance.weight[i]) * i128::from(cost) * steps;
        let mut row = vec![0_i128; instance.n_demand()];
        for (i, row) in row
            .iter_mut()
            .enumerate()
            .filter(|(i, _)| self.must_cover[*i])
        {
            let given = multipliers.demand.get(i).map_or(0, |&m| fine(m));
            *row = match (nearest[i], free[i]) {
                (None, false) => return None,
                (None, true) => given,
                (Some(cost), false) => price(i, cost),
                (Some(cost), true) => given.min(price(i, cost)),
            };
        }
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] == SiteState::Free)
        {
            let saved = reached(instance, self.question, site)
                .map(|(demand, cost)| (row[demand] - price(demand, cost)).max(0));
            value[site.index()] = saved.sum();
        }
        Some((row.iter().sum(), value))
    }

    /// With capacities: the rows' part of the bound, and the value of each site's knapsack, with multipliers per step of weight.
    fn capacity_rows(
        &self,
        decided: &Decided,
        multipliers: &Multipliers,
        fine: &dyn Fn(i64) -> i128,
        steps: i128,
    ) -> (i128, Vec<i128>) {
        let instance = self.instance;
        let model = self.question.model;
        // The multiplier of a step that may stay unserved is capped at its cost.
        let unit = |i: usize| {
            let given = multipliers.demand.get(i).map_or(0, |&m| fine(m));
            if model == Model::Mclp {
                given.min(steps)
            } else {
                given
            }
        };
        let weight = |i: usize| match model {
            Model::Mclp => i128::from(instance.weight[i]),
            _ if self.must_cover[i] => i128::from(instance.weight[i]),
            _ => 0,
        };
        let price = |cost: u64| match model {
            Model::PMedian => i128::from(cost) * steps,
            _ => 0,
        };
        let mut base: i128 = (0..instance.n_demand()).map(|i| weight(i) * unit(i)).sum();
        let mut value = vec![0_i128; instance.n_sites()];
        for site in instance
            .sites()
            .filter(|s| decided.site[s.index()] != SiteState::Closed)
        {
            let saved = reached(instance, self.question, site)
                .map(|(demand, cost)| (unit(demand) - price(cost), demand));
            let mut saved: Vec<(i128, usize)> = saved.filter(|s| s.0 > 0).collect();
            saved.sort_unstable_by_key(|s| std::cmp::Reverse(s.0));
            let mut left = i128::from(instance.capacity(site).unwrap_or(u64::MAX));
            let mut worth = 0;
            for (saves, demand) in saved {
                let taken = weight(demand).min(left);
                worth += taken * saves;
                left -= taken;
            }
            if decided.site[site.index()] == SiteState::Open {
                base -= worth;
            } else {
                value[site.index()] = worth;
            }
        }
        for (cut, &m) in self.certificate.cuts.iter().zip(&multipliers.cut) {
            // Every demand point is covered, so that the coefficients add up to at least 3 - 1.
            let none = vec![u32::MAX; instance.n_demand()];
            base += 3 * fine(m) + self.price_cut(decided, cut, fine(m), &none, &mut value);
        }
        (base, value)
    }
}
