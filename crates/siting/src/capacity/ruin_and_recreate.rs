//! Ruin and recreate (Schrimpf et al. 2000) for sites with capacities: a few sites are closed, and others are opened greedily by the prices of the cheapest assignment.

use crate::capacity::problem::{CapacitatedProblem, Taken};
use crate::capacity::set_cover::CapacitatedSetCover;
use crate::capacity::transportation::{TransportPlan, assign};
use crate::covering::heuristics::row_weighting::RowWeighting as _;
use crate::number::{at, ix};
use crate::random::Rng;

/// Objective of a set of sites, minimized lexicographically: weight that must be served and is not, then the objective, scaled.
pub(crate) type Objective = (i64, i64);

/// The best set of sites so far, with its assignment.
pub(crate) struct RuinAndRecreate<'a> {
    problem: &'a CapacitatedProblem,
    best: Option<(Objective, Vec<u32>, TransportPlan)>,
    /// The present sites, when they are not the best.
    now: Option<(Objective, Vec<u32>, TransportPlan)>,
    rng: Rng,
    idle: u32,
    /// Row weighting for set cover, where serving costs nothing and all demand must be served.
    set_cover: Option<CapacitatedSetCover<'a>>,
    pub(crate) work: u64,
}

/// Ruins in vain before the search returns to the best sites.
const PATIENCE: u32 = 30;

impl<'a> RuinAndRecreate<'a> {
    pub(crate) fn new(problem: &'a CapacitatedProblem, seed: u64) -> Self {
        Self {
            problem,
            best: None,
            now: None,
            rng: Rng::new(seed),
            idle: 0,
            set_cover: (problem.must_serve && problem.unserved_cost == problem.unit())
                .then(|| CapacitatedSetCover::new(problem, seed)),
            work: 0,
        }
    }

    /// The best objective in whole steps, its sites and assignment; `None` until all demand that must be served is.
    pub(crate) fn best(&self) -> Option<(i64, &[u32], &TransportPlan)> {
        let (objective, sites, plan) = self.best.as_ref()?;
        (objective.0 == 0).then(|| (objective.1 >> self.problem.bits, &sites[..], plan))
    }

    /// By row, the price of a further step of its weight in the best assignment: initial multipliers.
    pub(crate) fn prices(&self) -> Option<&[i64]> {
        self.best.as_ref().map(|b| &b.2.price[..])
    }

    fn objective(&self, sites: &[u32], plan: &TransportPlan) -> Objective {
        let problem = self.problem;
        if !problem.must_serve {
            return (0, plan.unserved << problem.bits);
        }
        let opening_costs: i64 = sites.iter().map(|&s| problem.opening_cost[at(s)]).sum();
        (plan.unserved, plan.cost + (opening_costs << problem.bits))
    }

    fn allowed(&self, chosen: &[u32], site: u32) -> bool {
        let price = |s: u32| self.problem.price.get(at(s)).copied().unwrap_or(0);
        let spent = || chosen.iter().map(|&s| price(s)).sum::<i64>();
        let near = self.problem.near.get(at(site));
        chosen.len() < self.problem.n_new
            && !chosen.contains(&site)
            && self
                .problem
                .budget
                .is_none_or(|m| spent() + price(site) <= m)
            && near.is_none_or(|near| chosen.iter().all(|s| near.binary_search(s).is_err()))
    }

    fn plan(&mut self, chosen: &[u32]) -> TransportPlan {
        let plan = assign(self.problem, &self.problem.with_fixed(chosen));
        self.work += plan.work;
        plan
    }

    /// The allowed site of largest saving per cost, and others of nearly as large a saving on other rows; at the present prices the saving is an upper bound.
    fn next(
        &mut self,
        chosen: &[u32],
        plan: &TransportPlan,
        barred: &[u32],
        noise: u64,
    ) -> Vec<u32> {
        // With costs, sites near a closed one always save a little, while others may save more.
        if self.problem.unserved_cost == self.problem.unit() && !barred.is_empty() {
            let near = self.near(barred);
            let best = self.best_of(near.into_iter(), chosen, plan, barred, noise);
            if !best.is_empty() {
                return best;
            }
        }
        self.best_of(
            0..ix(self.problem.n_candidates),
            chosen,
            plan,
            barred,
            noise,
        )
    }

    /// Candidates that share a row with one of these, ascending.
    fn near(&mut self, sites: &[u32]) -> Vec<u32> {
        let problem = self.problem;
        let rows = sites.iter().flat_map(|&s| problem.column(s));
        let all = rows.flat_map(|(row, _)| problem.sites_of_row(row));
        let mut is_near = vec![false; problem.n_candidates];
        for &site in all {
            self.work += 1;
            is_near[at(site)] = true;
        }
        (0..ix(problem.n_candidates))
            .filter(|&s| is_near[at(s)])
            .collect()
    }

    fn best_of(
        &mut self,
        sites: impl Iterator<Item = u32>,
        chosen: &[u32],
        plan: &TransportPlan,
        barred: &[u32],
        noise: u64,
    ) -> Vec<u32> {
        let problem = self.problem;
        let mut taken: Vec<Taken> = Vec::new();
        let mut all: Vec<(i128, u32)> = Vec::new();
        for site in sites {
            self.work += u64::from(ix(problem.first[at(site) + 1] - problem.first[at(site)]));
            let mut gain = problem.worth(site, &plan.price, &mut taken);
            if !problem.must_serve || problem.unserved_cost == problem.unit() {
                // Only unserved weight has a cost here, so that no site saves more than all of it.
                gain = gain.min(plan.unserved.saturating_mul(problem.unserved_cost));
            }
            if gain <= 0 || barred.contains(&site) || !self.allowed(chosen, site) {
                continue;
            }
            // A gain lowered at random by up to an eighth.
            if noise > 0 {
                let salt = crate::random::mixed(noise ^ u64::from(site)).to_le_bytes()[0] & 15;
                gain -= gain / 128 * i64::from(salt);
            }
            let price = problem.price.get(at(site)).copied().unwrap_or(0);
            let takes = i128::from(price.max(problem.opening_cost[at(site)]).max(1));
            let key = (i128::from(gain) << 32) / takes;
            all.push((key, site));
        }
        all.sort_unstable_by_key(|&(key, site)| (std::cmp::Reverse(key), site));
        let least = all.first().map_or(0, |best| best.0 / 2);
        let mut seen = vec![false; problem.n_rows()];
        let mut few = Vec::new();
        for (_, site) in all.into_iter().take_while(|a| a.0 >= least) {
            let rows = || problem.column(site).map(|p| at(p.0));
            if few.len() < TOGETHER && !rows().any(|r| seen[r]) {
                for row in rows() {
                    seen[row] = true;
                }
                few.push(site);
            }
        }
        few
    }

    /// Opens sites as long as one saves: where serving costs nothing, as long as weight is unserved.
    fn fill(
        &mut self,
        mut chosen: Vec<u32>,
        barred: &[u32],
        noise: u64,
    ) -> (Vec<u32>, TransportPlan) {
        let mut plan = self.plan(&chosen);
        while chosen.len() < self.problem.n_new {
            let few = self.next(&chosen, &plan, barred, noise);
            if few.is_empty() {
                break;
            }
            for site in few {
                if self.allowed(&chosen, site) {
                    chosen.push(site);
                }
            }
            plan = self.plan(&chosen);
        }
        (chosen, plan)
    }

    /// Where sites have opening costs, closes redundant ones, those of least load per opening cost first.
    fn prune(&mut self, chosen: &mut Vec<u32>, plan: TransportPlan) -> TransportPlan {
        let mut plan = plan;
        if plan.unserved > 0 || self.problem.opening_cost.iter().all(|&t| t == 0) {
            return plan;
        }
        let mut load = vec![0_i64; self.problem.n_candidates];
        for &(site, _, amount) in &plan.amounts {
            if let Some(load) = load.get_mut(at(site)) {
                *load += amount;
            }
        }
        let mut order = chosen.clone();
        order.sort_by_key(|&s| (load[at(s)] / self.problem.opening_cost[at(s)].max(1), s));
        for out in order.into_iter().take(TRIED_TO_CLOSE) {
            let without: Vec<u32> = chosen.iter().copied().filter(|&s| s != out).collect();
            let other = self.plan(&without);
            if other.unserved == 0 {
                *chosen = without;
                plan = other;
            }
        }
        plan
    }

    /// Completes a set of sites greedily, and keeps it if it is the best; returns whether it is.
    pub(crate) fn offer(&mut self, sites: &[u32]) -> bool {
        if let Some(set_cover) = &mut self.set_cover {
            if set_cover.best().is_some() {
                // Continuing from the present sites does better than a new start.
                return false;
            }
            let before = set_cover.work();
            let found = set_cover.offer(sites);
            self.work += set_cover.work() - before;
            if found {
                return self.take_over();
            }
        }
        let mut chosen: Vec<u32> = Vec::new();
        for &site in sites {
            if self.allowed(&chosen, site) {
                chosen.push(site);
            }
        }
        let (mut chosen, plan) = self.fill(chosen, &[], 0);
        let plan = self.prune(&mut chosen, plan);
        self.keep(chosen, plan)
    }

    /// Keeps exactly these sites if they are the best; [`offer`](Self::offer) may change them, or pass them over.
    pub(crate) fn offer_as_it_is(&mut self, sites: &[u32]) {
        let mut chosen: Vec<u32> = Vec::new();
        for &site in sites {
            if !self.allowed(&chosen, site) {
                return;
            }
            chosen.push(site);
        }
        let plan = assign(self.problem, &self.problem.with_fixed(&chosen));
        let objective = self.objective(&chosen, &plan);
        if self.best.as_ref().is_none_or(|b| objective < b.0) {
            self.keep(chosen, plan);
        }
    }

    /// Keeps the result of row weighting.
    fn take_over(&mut self) -> bool {
        let found = self.set_cover.as_ref().and_then(|m| m.best());
        let Some(sites) = found.map(|b| b.1.to_vec()) else {
            return false;
        };
        let plan = self.plan(&sites);
        self.keep(sites, plan)
    }

    fn keep(&mut self, chosen: Vec<u32>, plan: TransportPlan) -> bool {
        let objective = self.objective(&chosen, &plan);
        let better = self.best.as_ref().is_none_or(|b| objective < b.0);
        if better {
            self.best = Some((objective, chosen, plan));
            self.now = None;
            self.idle = 0;
        } else if self.now.as_ref().is_none_or(|n| objective <= n.0) {
            self.now = Some((objective, chosen, plan));
        }
        better
    }

    /// Searches for about `quota` units of work; returns whether a better set was found.
    pub(crate) fn shake_for(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        if let Some(set_cover) = &mut self.set_cover
            && set_cover.best().is_some()
        {
            let before = set_cover.work();
            let better = set_cover.search(quota, stop);
            self.work += set_cover.work() - before;
            return better && self.take_over();
        }
        let until = self.work.saturating_add(quota);
        let mut better = false;
        while self.work < until && !stop() && self.shake() {
            better |= self.idle == 0;
        }
        better
    }

    /// Ruin: closes a few sites near each other; recreate: completes the rest greedily. False when no site is open.
    fn shake(&mut self) -> bool {
        self.idle += 1;
        if self.idle.is_multiple_of(PATIENCE) {
            self.now = None;
        }
        let from = self.now.as_ref().or(self.best.as_ref());
        let Some((_, sites, _)) = from else {
            return false;
        };
        let mut chosen = sites.clone();
        if chosen.is_empty() || self.problem.n_candidates == 0 {
            return false;
        }
        let first = chosen[self.rng.below(chosen.len())];
        let mut barred = vec![first];
        for _ in 0..self.rng.below(3.min(chosen.len())) {
            let other = match self.neighbor(first, &chosen) {
                Some(site) if self.rng.below(3) > 0 => site,
                _ => chosen[self.rng.below(chosen.len())],
            };
            if !barred.contains(&other) {
                barred.push(other);
            }
        }
        chosen.retain(|s| !barred.contains(s));
        if self.rng.below(4) == 0 {
            // One site nearby at random, whatever its price.
            if let Some(site) = self.rival(first)
                && !barred.contains(&site)
                && self.allowed(&chosen, site)
            {
                chosen.push(site);
            }
        }
        let noise = 1 + u64::try_from(self.rng.below(usize::MAX >> 1)).unwrap_or(0);
        let (mut chosen, plan) = self.fill(chosen, &barred, noise);
        let plan = self.prune(&mut chosen, plan);
        self.keep(chosen, plan);
        true
    }

    /// An open site that shares a row with this one.
    fn neighbor(&mut self, site: u32, chosen: &[u32]) -> Option<u32> {
        let row = self.row_of(site)?;
        let shares = |s: &&u32| **s != site && self.problem.column(**s).any(|(r, _)| r == row);
        let all: Vec<u32> = chosen.iter().filter(shares).copied().collect();
        (!all.is_empty()).then(|| all[self.rng.below(all.len())])
    }

    /// Any candidate that shares a row with this one.
    fn rival(&mut self, site: u32) -> Option<u32> {
        let row = self.row_of(site)?;
        let all = self.problem.sites_of_row(row);
        Some(all[self.rng.below(all.len())]).filter(|&s| s != site)
    }

    fn row_of(&mut self, site: u32) -> Option<u32> {
        let n = self.problem.column(site).count();
        let place = self.rng.below(n);
        self.problem.column(site).nth(place).map(|p| p.0)
    }
}

/// Most sites without a common row that open together: the prices of one hardly move with the others.
const TOGETHER: usize = 16;
/// Most sites of least load tried for closing; with half of all of them offers take the bound's time (lscp, 5000 x 3000: bound 111 instead of 123 after 9 s).
const TRIED_TO_CLOSE: usize = 12;
