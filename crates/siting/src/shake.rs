//! Leaving a local best: a few sites are thrown out at random, the holes are filled otherwise, and swaps repair the rest.
//!
//! Iterated local search (Lourenço, Martin and Stützle 2003); every run from the same seed makes the same moves.

use crate::cover_search::Primal;
use crate::interchange::improve;
use crate::number::{at, ix};
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

impl Primal for Shaker<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.tally.become_allowed(sites);
        let as_given = self.keep();
        improve(&mut self.tally, stop);
        self.keep() || as_given
    }

    fn shake(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.bend_zones();
        self.throw(stop)
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
