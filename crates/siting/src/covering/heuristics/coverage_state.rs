//! How often each row is covered by the open sites, and what opening or closing one site would change.

use crate::covering::problem::Cover;
use crate::number::{at, ix};

/// A set of open sites with its coverage, kept up to date as sites open and close.
///
/// `gain` and `loss` are kept for every site, so that the best move is a look at two arrays.
#[derive(Clone, Debug)]
pub(crate) struct Tally<'a> {
    pub(crate) cover: &'a Cover,
    /// What a row is worth here; differs from the cover's own weight when a search bends the aim.
    pub(crate) weight: Vec<i64>,
    pub(crate) times: Vec<u32>,
    pub(crate) is_open: Vec<bool>,
    /// Open sites in the order in which they were opened.
    pub(crate) open: Vec<u32>,
    /// Weight that would become covered.
    pub(crate) gain: Vec<i64>,
    /// Weight that would stop being covered.
    pub(crate) loss: Vec<i64>,
    /// Weight covered.
    pub(crate) covered: i64,
    /// Exclusive or of the open sites that cover the row: the one that covers it, when it is one.
    pub(crate) owner: Vec<u32>,
    room: Room,
    /// Pairs looked at.
    pub(crate) work: u64,
}

impl<'a> Tally<'a> {
    /// Nothing open.
    pub(crate) fn new(cover: &'a Cover, weight: Vec<i64>) -> Self {
        let mut tally = Self {
            weight,
            times: vec![0; cover.n_rows()],
            is_open: vec![false; cover.n_sites()],
            open: Vec::new(),
            gain: vec![0; cover.n_sites()],
            loss: vec![0; cover.n_sites()],
            covered: 0,
            owner: vec![0; cover.n_rows()],
            room: Room::new(cover),
            work: 0,
            cover,
        };
        for site in 0..cover.n_sites() {
            let column = cover.column(site).iter();
            tally.gain[site] = column
                .filter(|&&row| cover.need[at(row)] == 1)
                .map(|&row| tally.weight[at(row)])
                .sum();
        }
        tally
    }

    pub(crate) fn open(&mut self, site: u32) {
        debug_assert!(!self.is_open[at(site)]);
        self.is_open[at(site)] = true;
        self.open.push(site);
        self.room.open(self.cover, site);
        self.covered += self.gain[at(site)];
        for k in self.cover.first[at(site)]..self.cover.first[at(site) + 1] {
            let row = at(self.cover.rows[k]);
            let (times, need) = (self.times[row], self.cover.need[row]);
            self.owner[row] ^= site;
            self.times[row] = times + 1;
            if times + 2 == need {
                self.shift(row, 1, 0);
            } else if times + 1 == need {
                self.shift(row, -1, 1);
            } else if times == need {
                self.shift(row, 0, -1);
            }
        }
    }

    pub(crate) fn close(&mut self, site: u32) {
        debug_assert!(self.is_open[at(site)]);
        self.is_open[at(site)] = false;
        self.open.retain(|&s| s != site);
        self.room.close(self.cover, site);
        self.covered -= self.loss[at(site)];
        for k in self.cover.first[at(site)]..self.cover.first[at(site) + 1] {
            let row = at(self.cover.rows[k]);
            let (times, need) = (self.times[row], self.cover.need[row]);
            self.owner[row] ^= site;
            self.times[row] = times - 1;
            if times + 1 == need {
                self.shift(row, -1, 0);
            } else if times == need {
                self.shift(row, 1, -1);
            } else if times == need + 1 {
                self.shift(row, 0, 1);
            }
        }
    }

    fn shift(&mut self, row: usize, gain: i64, loss: i64) {
        let (gain, loss) = (gain * self.weight[row], loss * self.weight[row]);
        let sites = self.cover.sites_of(row);
        self.work += u64::from(ix(sites.len()));
        for &site in sites {
            self.gain[at(site)] += gain;
            self.loss[at(site)] += loss;
        }
    }

    /// Whether the site may be opened beside what is open, had `without` been closed before.
    pub(crate) fn may_open(&self, site: u32, without: Option<u32>) -> bool {
        !self.is_open[at(site)] && self.room.may_open(self.cover, site, without)
    }

    /// Whether one more site may be opened as far as their number goes.
    pub(crate) fn has_room(&self) -> bool {
        self.open.len() < self.cover.n_new
    }

    fn close_all_but(&mut self, wanted: &[u32]) {
        let mut keep = vec![false; self.cover.n_sites()];
        for &site in wanted {
            keep[at(site)] = true;
        }
        let close: Vec<u32> = self
            .open
            .iter()
            .copied()
            .filter(|&s| !keep[at(s)])
            .collect();
        for site in close {
            self.close(site);
        }
    }

    /// Makes exactly these sites open.
    pub(crate) fn become_these(&mut self, wanted: &[u32]) {
        self.close_all_but(wanted);
        for &site in wanted {
            if !self.is_open[at(site)] {
                self.open(site);
            }
        }
    }

    /// Makes as many of these sites open as the number, the budget and the spacing allow, in this order.
    pub(crate) fn become_allowed(&mut self, wanted: &[u32]) {
        self.close_all_but(wanted);
        for &site in wanted {
            if self.has_room() && self.may_open(site, None) {
                self.open(site);
            }
        }
    }

    /// Makes a row worth more or less.
    pub(crate) fn reweigh(&mut self, row: usize, weight: i64) {
        let change = weight - std::mem::replace(&mut self.weight[row], weight);
        let (times, need) = (self.times[row], self.cover.need[row]);
        if times >= need {
            self.covered += change;
        }
        let (gain, loss) = if times + 1 == need {
            (change, 0)
        } else if times == need {
            (0, change)
        } else {
            return;
        };
        for &site in self.cover.sites_of(row) {
            self.gain[at(site)] += gain;
            self.loss[at(site)] += loss;
        }
    }

    /// Whether the row is covered often enough.
    pub(crate) fn is_covered(&self, row: usize) -> bool {
        self.times[row] >= self.cover.need[row]
    }
}

/// What the open sites leave of the budget and of the map.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// Price of the open sites.
    spent: i64,
    /// How many open sites are too near each site; empty without spacing.
    barred: Vec<u32>,
}

impl Room {
    /// Nothing open.
    pub(crate) fn new(cover: &Cover) -> Self {
        Self {
            spent: 0,
            barred: vec![0; cover.near.len()],
        }
    }

    pub(crate) fn open(&mut self, cover: &Cover, site: u32) {
        self.spent += cover.price(site);
        for &other in cover.near.get(at(site)).into_iter().flatten() {
            self.barred[at(other)] += 1;
        }
    }

    pub(crate) fn close(&mut self, cover: &Cover, site: u32) {
        self.spent -= cover.price(site);
        for &other in cover.near.get(at(site)).into_iter().flatten() {
            self.barred[at(other)] -= 1;
        }
    }

    /// Whether a closed site may be opened, had the open site `without` been closed before.
    pub(crate) fn may_open(&self, cover: &Cover, site: u32, without: Option<u32>) -> bool {
        if let Some(budget) = &cover.budget {
            let freed = without.map_or(0, |s| cover.price(s));
            if self.spent - freed + cover.price(site) > budget.total {
                return false;
            }
        }
        if let Some(near) = cover.near.get(at(site)) {
            let freed = without.is_some_and(|s| near.binary_search(&s).is_ok());
            if self.barred[at(site)] > u32::from(freed) {
                return false;
            }
        }
        true
    }
}
