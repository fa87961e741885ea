//! Good sets of sites with capacities: filled up greedily by what the rows' prices say, then shaken.

use crate::capacity::problem::{Slots, Taken};
use crate::capacity::set_cover::SlotMender;
use crate::capacity::transportation::{Plan, assign};
use crate::covering::heuristics::row_weighting::RowWeighting as _;
use crate::number::{at, ix};
use crate::random::Dice;

/// How good a set of sites is; less is better: first what has to be served and is not, then the aim, scaled.
pub(crate) type Aim = (i64, i64);

/// The best set of sites so far, with its assignment.
pub(crate) struct Filler<'a> {
    slots: &'a Slots,
    best: Option<(Aim, Vec<u32>, Plan)>,
    /// Where the shakes are, when that is not the best.
    now: Option<(Aim, Vec<u32>, Plan)>,
    dice: Dice,
    idle: u32,
    /// Where serving costs nothing and everything has to be served.
    mender: Option<SlotMender<'a>>,
    pub(crate) work: u64,
}

/// After so many shakes in vain, back to the best.
const PATIENCE: u32 = 30;

impl<'a> Filler<'a> {
    pub(crate) fn new(slots: &'a Slots, seed: u64) -> Self {
        Self {
            slots,
            best: None,
            now: None,
            dice: Dice::new(seed),
            idle: 0,
            mender: (slots.must && slots.lack == slots.unit())
                .then(|| SlotMender::new(slots, seed)),
            work: 0,
        }
    }

    /// The aim in whole steps, the sites and who serves whom; `None` until everything that has to be served is.
    pub(crate) fn best(&self) -> Option<(i64, &[u32], &Plan)> {
        let (aim, sites, plan) = self.best.as_ref()?;
        (aim.0 == 0).then(|| (aim.1 >> self.slots.bits, &sites[..], plan))
    }

    /// Multipliers to begin with: what a further step of each row's weight would cost now.
    pub(crate) fn prices(&self) -> Option<&[i64]> {
        self.best.as_ref().map(|b| &b.2.price[..])
    }

    fn aim(&self, sites: &[u32], plan: &Plan) -> Aim {
        let slots = self.slots;
        if !slots.must {
            return (0, plan.missed << slots.bits);
        }
        let tolls: i64 = sites.iter().map(|&s| slots.toll[at(s)]).sum();
        (plan.missed, plan.cost + (tolls << slots.bits))
    }

    fn allowed(&self, chosen: &[u32], site: u32) -> bool {
        let price = |s: u32| self.slots.price.get(at(s)).copied().unwrap_or(0);
        let spent = || chosen.iter().map(|&s| price(s)).sum::<i64>();
        let near = self.slots.near.get(at(site));
        chosen.len() < self.slots.n_new
            && !chosen.contains(&site)
            && self.slots.money.is_none_or(|m| spent() + price(site) <= m)
            && near.is_none_or(|near| chosen.iter().all(|s| near.binary_search(s).is_err()))
    }

    fn plan(&mut self, chosen: &[u32]) -> Plan {
        let plan = assign(self.slots, &self.slots.with_fixed(chosen));
        self.work += plan.work;
        plan
    }

    /// The site that saves most for what it takes, of those allowed and not barred, and others that save nearly as much on other rows; by the prices they would save so much or less.
    fn next(&mut self, chosen: &[u32], plan: &Plan, barred: &[u32], bend: u64) -> Vec<u32> {
        // With costs, sites near a hole always save a little, while others may save more.
        if self.slots.lack == self.slots.unit() && !barred.is_empty() {
            let near = self.near(barred);
            let best = self.best_of(near.into_iter(), chosen, plan, barred, bend);
            if !best.is_empty() {
                return best;
            }
        }
        self.best_of(0..ix(self.slots.n_candidates), chosen, plan, barred, bend)
    }

    /// Candidates that share a row with one of these, ascending.
    fn near(&mut self, sites: &[u32]) -> Vec<u32> {
        let slots = self.slots;
        let rows = sites.iter().flat_map(|&s| slots.column(s));
        let all = rows.flat_map(|(row, _)| slots.sites_of_row(row));
        let mut is_near = vec![false; slots.n_candidates];
        for &site in all {
            self.work += 1;
            is_near[at(site)] = true;
        }
        (0..ix(slots.n_candidates))
            .filter(|&s| is_near[at(s)])
            .collect()
    }

    fn best_of(
        &mut self,
        sites: impl Iterator<Item = u32>,
        chosen: &[u32],
        plan: &Plan,
        barred: &[u32],
        bend: u64,
    ) -> Vec<u32> {
        let slots = self.slots;
        let mut taken: Vec<Taken> = Vec::new();
        let mut all: Vec<(i128, u32)> = Vec::new();
        for site in sites {
            self.work += u64::from(ix(slots.first[at(site) + 1] - slots.first[at(site)]));
            let mut gain = slots.worth(site, &plan.price, &mut taken);
            if !slots.must || slots.lack == slots.unit() {
                // Nothing costs anything but what is not served, and there is no more of that.
                gain = gain.min(plan.missed.saturating_mul(slots.lack));
            }
            if gain <= 0 || barred.contains(&site) || !self.allowed(chosen, site) {
                continue;
            }
            // A gain bent at random by up to an eighth.
            if bend > 0 {
                let salt = crate::random::mixed(bend ^ u64::from(site)).to_le_bytes()[0] & 15;
                gain -= gain / 128 * i64::from(salt);
            }
            let price = slots.price.get(at(site)).copied().unwrap_or(0);
            let takes = i128::from(price.max(slots.toll[at(site)]).max(1));
            let key = (i128::from(gain) << 32) / takes;
            all.push((key, site));
        }
        all.sort_unstable_by_key(|&(key, site)| (std::cmp::Reverse(key), site));
        let least = all.first().map_or(0, |best| best.0 / 2);
        let mut seen = vec![false; slots.n_rows()];
        let mut few = Vec::new();
        for (_, site) in all.into_iter().take_while(|a| a.0 >= least) {
            let rows = || slots.column(site).map(|p| at(p.0));
            if few.len() < TOGETHER && !rows().any(|r| seen[r]) {
                for row in rows() {
                    seen[row] = true;
                }
                few.push(site);
            }
        }
        few
    }

    /// Opens sites as long as one saves something: where serving costs nothing, as long as somebody is not served.
    fn fill(&mut self, mut chosen: Vec<u32>, barred: &[u32], bend: u64) -> (Vec<u32>, Plan) {
        let mut plan = self.plan(&chosen);
        while chosen.len() < self.slots.n_new {
            let few = self.next(&chosen, &plan, barred, bend);
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

    /// Where sites have tolls, closes those that are not needed, the idlest for their toll first.
    fn prune(&mut self, chosen: &mut Vec<u32>, plan: Plan) -> Plan {
        let mut plan = plan;
        if plan.missed > 0 || self.slots.toll.iter().all(|&t| t == 0) {
            return plan;
        }
        let mut load = vec![0_i64; self.slots.n_candidates];
        for &(site, _, amount) in &plan.amounts {
            if let Some(load) = load.get_mut(at(site)) {
                *load += amount;
            }
        }
        let mut order = chosen.clone();
        order.sort_by_key(|&s| (load[at(s)] / self.slots.toll[at(s)].max(1), s));
        for out in order.into_iter().take(TRIED_TO_CLOSE) {
            let without: Vec<u32> = chosen.iter().copied().filter(|&s| s != out).collect();
            let other = self.plan(&without);
            if other.missed == 0 {
                *chosen = without;
                plan = other;
            }
        }
        plan
    }

    /// Fills up a set greedily, and keeps it if it is the best.
    pub(crate) fn offer(&mut self, sites: &[u32]) -> bool {
        if let Some(mender) = &mut self.mender {
            if mender.best().is_some() {
                // Mending on from where it is does better than beginning anew.
                return false;
            }
            let before = mender.work();
            let found = mender.offer(sites);
            self.work += mender.work() - before;
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

    /// Keeps exactly these sites if they are the best; offers may be mended into others, or passed over.
    pub(crate) fn offer_as_it_is(&mut self, sites: &[u32]) {
        let mut chosen: Vec<u32> = Vec::new();
        for &site in sites {
            if !self.allowed(&chosen, site) {
                return;
            }
            chosen.push(site);
        }
        let plan = assign(self.slots, &self.slots.with_fixed(&chosen));
        let aim = self.aim(&chosen, &plan);
        if self.best.as_ref().is_none_or(|b| aim < b.0) {
            self.keep(chosen, plan);
        }
    }

    /// Keeps what the mender has found.
    fn take_over(&mut self) -> bool {
        let found = self.mender.as_ref().and_then(|m| m.best());
        let Some(sites) = found.map(|b| b.1.to_vec()) else {
            return false;
        };
        let plan = self.plan(&sites);
        self.keep(sites, plan)
    }

    fn keep(&mut self, chosen: Vec<u32>, plan: Plan) -> bool {
        let aim = self.aim(&chosen, &plan);
        let better = self.best.as_ref().is_none_or(|b| aim < b.0);
        if better {
            self.best = Some((aim, chosen, plan));
            self.now = None;
            self.idle = 0;
        } else if self.now.as_ref().is_none_or(|n| aim <= n.0) {
            self.now = Some((aim, chosen, plan));
        }
        better
    }

    /// Shakes for about so much work.
    pub(crate) fn shake_for(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        if let Some(mender) = &mut self.mender
            && mender.best().is_some()
        {
            let before = mender.work();
            let better = mender.search(quota, stop);
            self.work += mender.work() - before;
            return better && self.take_over();
        }
        let until = self.work.saturating_add(quota);
        let mut better = false;
        while self.work < until && !stop() && self.shake() {
            better |= self.idle == 0;
        }
        better
    }

    /// Throws out a few sites near each other and fills up otherwise; false when there is nothing to throw.
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
        if chosen.is_empty() || self.slots.n_candidates == 0 {
            return false;
        }
        let first = chosen[self.dice.below(chosen.len())];
        let mut barred = vec![first];
        for _ in 0..self.dice.below(3.min(chosen.len())) {
            let other = match self.neighbor(first, &chosen) {
                Some(site) if self.dice.below(3) > 0 => site,
                _ => chosen[self.dice.below(chosen.len())],
            };
            if !barred.contains(&other) {
                barred.push(other);
            }
        }
        chosen.retain(|s| !barred.contains(s));
        if self.dice.below(4) == 0 {
            // One near the hole that the prices do not speak for.
            if let Some(site) = self.rival(first)
                && !barred.contains(&site)
                && self.allowed(&chosen, site)
            {
                chosen.push(site);
            }
        }
        let bend = 1 + u64::try_from(self.dice.below(usize::MAX >> 1)).unwrap_or(0);
        let (mut chosen, plan) = self.fill(chosen, &barred, bend);
        let plan = self.prune(&mut chosen, plan);
        self.keep(chosen, plan);
        true
    }

    /// An open site that shares a row with this one.
    fn neighbor(&mut self, site: u32, chosen: &[u32]) -> Option<u32> {
        let row = self.row_of(site)?;
        let shares = |s: &&u32| **s != site && self.slots.column(**s).any(|(r, _)| r == row);
        let all: Vec<u32> = chosen.iter().filter(shares).copied().collect();
        (!all.is_empty()).then(|| all[self.dice.below(all.len())])
    }

    /// Any candidate that shares a row with this one.
    fn rival(&mut self, site: u32) -> Option<u32> {
        let row = self.row_of(site)?;
        let all = self.slots.sites_of_row(row);
        Some(all[self.dice.below(all.len())]).filter(|&s| s != site)
    }

    fn row_of(&mut self, site: u32) -> Option<u32> {
        let n = self.slots.column(site).count();
        let place = self.dice.below(n);
        self.slots.column(site).nth(place).map(|p| p.0)
    }
}

/// Sites that have no row in common are opened together, so many at most: the prices of one hardly move with the others.
const TOGETHER: usize = 16;
/// How many of the idlest sites are tried in vain; with half of all of them offers take the bound's time (lscp, 5000 x 3000: bound 111 instead of 123 after 9 s).
const TRIED_TO_CLOSE: usize = 12;
