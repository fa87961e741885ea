//! Covers with few sites: takes one away and mends what becomes uncovered, again and again.
//!
//! Row weighting local search (see [`row_weighting`](crate::covering::heuristics::row_weighting)): rows that stay uncovered weigh more and more, a site that was taken away comes back only after something near it has moved, and a site just added stays.

use crate::covering::heuristics::coverage_state::Tally;
use crate::covering::heuristics::row_weighting::RowWeighting;
use crate::covering::primal::Primal;
use crate::covering::problem::Cover;
use crate::number::{at, ix};
use crate::random::Dice;

/// The open sites, the rows they leave uncovered, and the best cover met.
#[derive(Debug)]
pub(crate) struct Mender<'a> {
    tally: Tally<'a>,
    /// What the open sites cost.
    toll: i64,
    best: Option<(i64, Vec<u32>)>,
    dice: Dice,
    /// The rows that are not covered, in no order of meaning, and where each row stands there.
    bare: Vec<u32>,
    place: Vec<u32>,
    /// The step at which a site last moved.
    moved: Vec<u32>,
    /// Whether something near the site has moved since it was taken away.
    may_return: Vec<bool>,
    /// Sites added in the last step.
    fresh: Vec<u32>,
    clock: u32,
}

const COVERED: u32 = u32::MAX;

impl<'a> Mender<'a> {
    /// Nothing open.
    pub(crate) fn new(cover: &'a Cover, seed: u64) -> Self {
        let n_rows = ix(cover.n_rows());
        Self {
            tally: Tally::new(cover, vec![1; cover.n_rows()]),
            toll: 0,
            best: None,
            dice: Dice::new(seed),
            bare: (0..n_rows).collect(),
            place: (0..n_rows).collect(),
            moved: vec![0; cover.n_sites()],
            may_return: vec![true; cover.n_sites()],
            fresh: Vec::new(),
            clock: 0,
        }
    }

    fn open(&mut self, site: u32) {
        self.tally.open(site);
        self.toll += self.tally.cover.toll[at(site)];
        self.look_at_rows(site);
    }

    fn close(&mut self, site: u32) {
        self.tally.close(site);
        self.toll -= self.tally.cover.toll[at(site)];
        self.look_at_rows(site);
    }

    /// Puts the rows of a site that moved on the list of bare ones, or takes them from it.
    fn look_at_rows(&mut self, site: u32) {
        for &row in self.tally.cover.column(at(site)) {
            let place = self.place[at(row)];
            match (self.tally.is_covered(at(row)), place == COVERED) {
                (true, false) => {
                    let last = self.bare.pop().expect("the row is on the list");
                    if last != row {
                        self.bare[at(place)] = last;
                        self.place[at(last)] = place;
                    }
                    self.place[at(row)] = COVERED;
                }
                (false, true) => {
                    self.place[at(row)] = ix(self.bare.len());
                    self.bare.push(row);
                }
                _ => {}
            }
        }
    }

    /// What a site gains for its toll.
    fn worth(&self, gain: i64, site: u32) -> i128 {
        (i128::from(gain) << 32) / i128::from(self.tally.cover.toll[at(site)].max(1))
    }

    /// The closed site that helps the row and gains most for its toll.
    fn helper(&self, row: u32) -> Option<u32> {
        let tally = &self.tally;
        let fit = |s: &u32| self.may_return[at(*s)] && tally.may_open(*s, None);
        let key = |s: &u32| {
            let moved = std::cmp::Reverse((self.moved[at(*s)], *s));
            (self.worth(tally.gain[at(*s)], *s), moved)
        };
        let sites = tally.cover.sites_of(at(row)).iter().copied();
        sites.filter(fit).max_by_key(key)
    }

    /// The open site whose rows are worth least for its toll; one that rests only when there is no other.
    fn idler(&self) -> Option<u32> {
        let key = |s: &u32| {
            (
                self.worth(self.tally.loss[at(*s)], *s),
                self.moved[at(*s)],
                *s,
            )
        };
        let open = || self.tally.open.iter().copied();
        let rested = open().filter(|s| !self.fresh.contains(s));
        rested.min_by_key(key).or_else(|| open().min_by_key(key))
    }

    fn add(&mut self, site: u32) {
        self.open(site);
        self.moved[at(site)] = self.clock;
        self.let_return(site);
        self.fresh.push(site);
    }

    /// Sites that share a row with one that moved may come back.
    fn let_return(&mut self, site: u32) {
        let cover = self.tally.cover;
        for &row in cover.column(at(site)) {
            for &other in cover.sites_of(at(row)) {
                self.may_return[at(other)] = true;
            }
        }
    }
}

impl RowWeighting for Mender<'_> {
    fn toll(&self) -> i64 {
        self.toll
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best.as_ref().map(|(toll, sites)| (*toll, &sites[..]))
    }

    fn work(&self) -> u64 {
        self.tally.work
    }

    fn become_these(&mut self, sites: &[u32]) {
        for site in self.tally.open.clone() {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if self.tally.has_room() && self.tally.may_open(site, None) {
                self.open(site);
            }
        }
    }

    fn step(&mut self) -> bool {
        self.clock = self.clock.wrapping_add(1);
        self.bare.is_empty()
    }

    /// Keeps the open sites when they cover all, without those that are not needed.
    fn keep(&mut self) -> bool {
        if !self.bare.is_empty() {
            return false;
        }
        let mut open = self.tally.open.clone();
        open.sort_unstable_by_key(|&s| (std::cmp::Reverse(self.tally.cover.toll[at(s)]), s));
        for site in open {
            if self.tally.loss[at(site)] == 0 {
                self.close(site);
            }
        }
        let better = self.best.as_ref().is_none_or(|b| self.toll < b.0);
        if better {
            self.best = Some((self.toll, self.tally.open.clone()));
        }
        better
    }

    fn take_away(&mut self) -> bool {
        let Some(out) = self.idler() else {
            return false;
        };
        self.close(out);
        self.moved[at(out)] = self.clock;
        self.let_return(out);
        self.may_return[at(out)] = false;
        true
    }

    fn mend(&mut self) {
        self.fresh.clear();
        let row = self.bare[self.dice.below(self.bare.len())];
        let best = self.best.as_ref().map_or(i64::MAX, |b| b.0);
        if let Some(site) = self.helper(row) {
            let dear = |mender: &Self| mender.toll + mender.tally.cover.toll[at(site)] >= best;
            while (dear(self) || !self.tally.has_room()) && self.take_away() {}
            if self.tally.has_room() && self.tally.may_open(site, None) {
                self.add(site);
            }
        }
        for k in 0..self.bare.len() {
            let row = at(self.bare[k]);
            self.tally.reweigh(row, self.tally.weight[row] + 1);
        }
        self.tally.work += u64::from(ix(self.bare.len() + self.tally.open.len()));
    }
}

impl Primal for Mender<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) {
        self.become_these(sites);
        while let Some(&row) = self.bare.first().filter(|_| self.tally.has_room()) {
            // Greedy over all sites, or whoever helps this row when the best one is not allowed.
            let tally = &self.tally;
            let best = (0..ix(tally.cover.n_sites()))
                .filter(|&s| tally.gain[at(s)] > 0 && tally.may_open(s, None))
                .max_by_key(|&s| (self.worth(tally.gain[at(s)], s), std::cmp::Reverse(s)));
            let Some(site) = best.or_else(|| self.helper(row)) else {
                break;
            };
            self.tally.work += u64::from(ix(self.tally.cover.n_sites()));
            self.open(site);
            if stop() && self.best.is_some() {
                break;
            }
        }
        self.keep();
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        self.search(quota, stop);
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        RowWeighting::best(self)
    }

    fn work(&self) -> u64 {
        RowWeighting::work(self)
    }
}
