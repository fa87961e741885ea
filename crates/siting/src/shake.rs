//! Leaving a local best: swaps that lose are made by chance, less and less often; or, where zones have floors, a few sites are thrown out at random and swaps repair the rest.
//!
//! Simulated annealing and iterated local search (Lourenço, Martin and Stützle 2003); every run from the same seed makes the same moves.

use crate::cover_search::Primal;
use crate::interchange::improve;
use crate::number::{at, float, ix};
use crate::presolve::mixed;
use crate::tally::Tally;

/// Numbers from a seed.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(mixed(seed))
    }

    /// A number in `0..n`.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(1);
        let n = u64::try_from(n.max(1)).expect("a count fits 64 bits");
        usize::try_from(mixed(self.0) % n).expect("less than a count")
    }

    /// A positive number, above `x` with a chance of about e^-x; without a logarithm, which differs between machines.
    fn exponential(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(1);
        let bits = mixed(self.0);
        let zeros = bits.leading_zeros();
        let rest = u32::try_from(bits.wrapping_shl(zeros + 1) >> 32).expect("32 bits are left");
        std::f64::consts::LN_2 * (f64::from(zeros) + 1.0 - f64::from(rest) / f64::from(u32::MAX))
    }
}

/// The best answer met, and the walk that looks for a better one.
#[derive(Clone, Debug)]
pub(crate) struct Shaker<'a> {
    pub(crate) tally: Tally<'a>,
    best: Option<(i64, Vec<u32>)>,
    dice: Dice,
    idle: u32,
    /// How many times its weight a row of each zone is worth.
    bend: Vec<i64>,
    /// The run of annealing that is under way.
    heat: Option<Heat>,
    n_runs: u32,
}

/// After so many shakes without a better answer the walk goes back to the best one.
const PATIENCE: u32 = 40;

impl<'a> Shaker<'a> {
    /// Begins at the open sites of `tally`.
    pub(crate) fn new(tally: Tally<'a>, seed: u64) -> Self {
        let n_zones = tally.cover.zones.as_ref().map_or(0, |z| z.may_miss.len());
        let mut new = Self {
            best: None,
            dice: Dice::new(seed),
            idle: 0,
            bend: vec![1; n_zones],
            heat: None,
            n_runs: 0,
            tally,
        };
        new.keep();
        new
    }

    /// Keeps the open sites if they are allowed and the best so far.
    fn keep(&mut self) -> bool {
        let missed = self.missed();
        let better = missed.is_some_and(|m| self.best.as_ref().is_none_or(|b| m < b.0));
        if let Some(missed) = missed
            && better
        {
            self.best = Some((missed, self.tally.open.clone()));
            self.idle = 0;
        }
        better
    }

    /// The weight that stays uncovered, or `None` when a zone is under its floor.
    fn missed(&self) -> Option<i64> {
        let cover = self.tally.cover;
        let Some(zones) = &cover.zones else {
            return Some(cover.total_weight() - self.tally.covered);
        };
        let by_zone = self.missed_by_zone();
        let kept = by_zone
            .iter()
            .zip(&zones.may_miss)
            .all(|(missed, may)| missed <= may);
        let uncovered = (0..cover.n_rows()).filter(|&r| !self.tally.is_covered(r));
        kept.then(|| uncovered.map(|r| cover.weight[r]).sum())
    }

    fn missed_by_zone(&self) -> Vec<i64> {
        let cover = self.tally.cover;
        let mut by_zone = vec![0; self.bend.len()];
        for (row, zone) in cover.zones.iter().flat_map(|z| z.of_row.iter().enumerate()) {
            if let Some(z) = *zone
                && !self.tally.is_covered(row)
            {
                by_zone[at(z)] += cover.weight[row];
            }
        }
        by_zone
    }

    /// Makes rows of zones under their floor worth more, and those of the others slowly less.
    fn bend_zones(&mut self) {
        let cover = self.tally.cover;
        let Some(zones) = &cover.zones else { return };
        let by_zone = self.missed_by_zone();
        for (z, bend) in self.bend.iter_mut().enumerate() {
            if by_zone[z] > zones.may_miss[z] {
                *bend = (*bend * 2).min(64);
            } else if *bend > 1 && self.dice.below(3) == 0 {
                *bend -= 1;
            }
        }
        for (row, zone) in zones.of_row.iter().enumerate() {
            if let Some(z) = *zone {
                self.tally
                    .reweigh(row, cover.weight[row] * self.bend[at(z)]);
            }
        }
    }

    fn throw(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let before = (self.tally.covered, self.tally.open.clone());
        let n_open = self.tally.open.len();
        if n_open == 0 {
            return false;
        }
        let n_out = 1 + self.dice.below(4.min(n_open));
        let mut barred = Vec::with_capacity(n_out);
        // Half of the time the sites thrown out are neighbors: holes that touch can be filled anew.
        let near = self.dice.below(2) == 0;
        let mut out = self.tally.open[self.dice.below(n_open)];
        for _ in 0..n_out {
            self.tally.close(out);
            barred.push(out);
            if self.tally.open.is_empty() {
                break;
            }
            out = self.tally.open[self.dice.below(self.tally.open.len())];
            if near && let Some(other) = self.neighbor(barred[0]) {
                out = other;
            }
        }
        for _ in 0..n_out {
            if !self.tally.has_room() {
                break;
            }
            let tally = &self.tally;
            let cover = tally.cover;
            // A gain bent at random by up to an eighth.
            let salt = self.dice.below(usize::MAX);
            let bent = |s: u32| {
                let gain = tally.gain[at(s)];
                let salted = mixed(u64::try_from(salt).unwrap_or(0) ^ u64::from(s));
                gain - gain / 128 * i64::from(salted.to_le_bytes()[0] & 15)
            };
            let best = (0..ix(cover.n_sites()))
                .filter(|&s| {
                    tally.gain[at(s)] > 0 && !barred.contains(&s) && tally.may_open(s, None)
                })
                .max_by_key(|&s| (bent(s), std::cmp::Reverse(s)));
            let Some(site) = best else { break };
            self.tally.open(site);
        }
        improve(&mut self.tally, stop);
        if self.keep() {
            return true;
        }
        self.idle += 1;
        let worse = self.tally.covered < before.0 - before.0 / 500;
        if self.idle.is_multiple_of(PATIENCE) {
            if let Some((_, sites)) = self.best.clone() {
                self.tally.become_these(&sites);
            }
        } else if worse {
            self.tally.become_these(&before.1);
        }
        false
    }

    /// An open site that shares a row's sites with this one.
    fn neighbor(&mut self, site: u32) -> Option<u32> {
        let column = self.tally.cover.column(at(site));
        if column.is_empty() {
            return None;
        }
        let row = column[self.dice.below(column.len())];
        let sites = self.tally.cover.sites_of(at(row));
        let other = sites[self.dice.below(sites.len())];
        // One step further: an open site that covers something of a rival.
        let column = self.tally.cover.column(at(other));
        let row = column[self.dice.below(column.len())];
        let mut open = self.tally.cover.sites_of(at(row)).iter().copied();
        open.find(|&s| self.tally.is_open[at(s)])
    }
}

impl Shaker<'_> {
    /// Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) by swaps of an open site for one nearby, for so much work; goes on where the last call ended.
    ///
    /// On the town instances it reached in two seconds what throwing and repairing did not in sixty.
    fn anneal(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let until = self.tally.work.saturating_add(quota);
        let mut better = false;
        while self.tally.work < until && !stop() {
            let heat = if let Some(heat) = self.heat.take() {
                heat
            } else {
                better |= self.descend(stop);
                self.next_heat()
            };
            let end = until.min(heat.stage_ends);
            better |= self.swap_at(heat.degrees, end);
            self.heat = if self.tally.work < heat.stage_ends {
                Some(heat)
            } else {
                heat.cooler(self.tally.work)
            };
        }
        better
    }

    /// Swaps as long as that covers more; the next run begins at the best answer.
    fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        improve(&mut self.tally, stop);
        let better = self.keep();
        if let Some((_, sites)) = self.best.clone() {
            self.tally.become_these(&sites);
        }
        better
    }

    /// Runs become longer, and each second one begins less hot.
    fn next_heat(&mut self) -> Heat {
        let pairs = u64::try_from(self.tally.cover.rows.len()).expect("a count fits");
        let sweeps = 1_u64 << (SHORTEST_RUN + 2 * self.n_runs).min(LONGEST_RUN);
        let stage = (pairs * sweeps / u64::from(STAGES)).max(1);
        let hot = self.n_runs.is_multiple_of(2);
        self.n_runs += 1;
        let per_site =
            float(self.tally.covered) / float(i64::from(ix(self.tally.open.len().max(1))));
        Heat {
            degrees: per_site * if hot { HOT } else { WARM },
            cooling: if hot { COOL_HOT } else { COOL_WARM },
            stages_left: STAGES,
            stage,
            stage_ends: self.tally.work + stage,
        }
    }

    /// Swaps at one temperature until so much work is done.
    ///
    /// Cost: per swap tried the column of the site that would open; per swap made all sites of all rows of both.
    fn swap_at(&mut self, degrees: f64, until: u64) -> bool {
        let mut better = false;
        let cover = self.tally.cover;
        while self.tally.work < until {
            self.tally.work += 1;
            if self.tally.open.is_empty() {
                continue;
            }
            let out = self.tally.open[self.dice.below(self.tally.open.len())];
            let column = cover.column(at(out));
            let into = if column.is_empty() || self.dice.below(8) == 0 {
                ix(self.dice.below(cover.n_sites()))
            } else {
                let sites = cover.sites_of(at(column[self.dice.below(column.len())]));
                sites[self.dice.below(sites.len())]
            };
            if !self.tally.may_open(into, Some(out)) {
                continue;
            }
            self.tally.work += u64::from(ix(cover.column(at(into)).len()));
            let change = self.tally.change(out, into);
            if change >= 0 || float(-change) < degrees * self.dice.exponential() {
                self.tally.close(out);
                self.tally.open(into);
                self.fill();
                better |= self.keep();
            }
        }
        better
    }

    /// With a budget or spacing, a swap may leave room for more.
    fn fill(&mut self) {
        while self.tally.has_room() {
            let tally = &self.tally;
            let best = (0..ix(tally.cover.n_sites()))
                .filter(|&s| tally.gain[at(s)] > 0 && tally.may_open(s, None))
                .max_by_key(|&s| (tally.gain[at(s)], std::cmp::Reverse(s)));
            let Some(site) = best else { return };
            self.tally.open(site);
        }
    }
}

/// Where a run of annealing stands.
#[derive(Clone, Copy, Debug)]
struct Heat {
    /// A swap that loses this much is made with a chance of 1/e.
    degrees: f64,
    /// Factor from one stage to the next.
    cooling: f64,
    stages_left: u32,
    /// Work per stage.
    stage: u64,
    stage_ends: u64,
}

impl Heat {
    fn cooler(self, work: u64) -> Option<Self> {
        (self.stages_left > 1).then_some(Self {
            degrees: self.degrees * self.cooling,
            stages_left: self.stages_left - 1,
            stage_ends: work + self.stage,
            ..self
        })
    }
}

/// First temperatures, as shares of what an open site covers on average; measured on the town instances, where twice or half as much is worse.
const HOT: f64 = 0.1;
const WARM: f64 = 0.03;
/// Stages of a run, and the factors between them that end both kinds of runs at a hundredth.
const STAGES: u32 = 64;
const COOL_HOT: f64 = 0.964_66;
const COOL_WARM: f64 = 0.982_98;
/// Runs go over the pairs 2^4 times at first, and each next one four times as often, up to 2^11 times.
const SHORTEST_RUN: u32 = 4;
const LONGEST_RUN: u32 = 11;

impl Primal for Shaker<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let before = self.heat.map(|_| self.tally.open.clone());
        self.tally.become_allowed(sites);
        let as_given = self.keep();
        improve(&mut self.tally, stop);
        let better = self.keep() || as_given;
        if let (Some(sites), false) = (before, better) {
            // The run goes on where it was.
            self.tally.become_these(&sites);
        }
        better
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        if self.bend.is_empty() {
            return self.anneal(quota, stop);
        }
        // A swap is judged zone by zone, which takes a look at all rows: throwing makes fewer and better ones.
        let until = self.tally.work.saturating_add(quota);
        let mut better = false;
        loop {
            self.bend_zones();
            better |= self.throw(stop);
            if self.tally.work >= until || self.tally.open.is_empty() || stop() {
                return better;
            }
        }
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best
            .as_ref()
            .map(|(missed, sites)| (*missed, &sites[..]))
    }

    fn work(&self) -> u64 {
        self.tally.work
    }
}
