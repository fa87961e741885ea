//! Few sites with capacities that serve everything: takes one away and mends what is missed, again and again.
//!
//! Row weighting local search (see [`row_weighting`](crate::covering::heuristics::row_weighting)) over an assignment that is kept up to date: a row of which something is missed weighs more with every step, a site that was taken away comes back only after something near it has moved, and a site just added stays.

use crate::capacity::augmenting_flow::Assignment;
use crate::capacity::problem::Slots;
use crate::covering::heuristics::row_weighting::RowWeighting;
use crate::number::{at, float, ix};
use crate::random::Dice;

/// The open sites with their assignment, and the best set met.
#[derive(Debug)]
pub(crate) struct SlotMender<'a> {
    slots: &'a Slots,
    plan: Assignment<'a>,
    toll: i64,
    spent: i64,
    best: Option<(i64, Vec<u32>)>,
    dice: Dice,
    /// By row, what missing one step of it counts: all of it 1 at first, and 1 more for every step at which something is missed.
    count: Vec<f64>,
    /// By site, about what closing it would lose, when it is open.
    lost: Vec<(f64, f64)>,
    /// The step at which a site last moved, or something near a row.
    moved: Vec<u32>,
    stirred: Vec<u32>,
    /// Sites that were added in the last step.
    fresh: Vec<u32>,
    clock: u32,
    rivals: Vec<u32>,
    work: u64,
}

/// The site to open is the best of so many taken at random (Cai 2015).
///
/// Sites after the same work from four seeds (lscp, 5000 x 3000): 143.25 on average with 15, 142.5 with 30, 144.25 with 100, 143.25 with all.
const SAMPLE: usize = 30;

/// A step of weight as a share of all that a row weighs.
fn share_of(weight: i64) -> f64 {
    1.0 / float(weight.max(1))
}

/// What a row and its rivals miss together, and what that counts.
#[derive(Default)]
struct Pool {
    steps: i64,
    counts: f64,
}

impl<'a> SlotMender<'a> {
    pub(crate) fn new(slots: &'a Slots, seed: u64) -> Self {
        Self {
            slots,
            plan: Assignment::new(slots),
            toll: 0,
            spent: 0,
            best: None,
            dice: Dice::new(seed),
            count: slots.weight.iter().map(|&w| share_of(w)).collect(),
            lost: vec![(0.0, 0.0); slots.site.len()],
            moved: vec![0; slots.site.len()],
            stirred: vec![0; slots.n_rows()],
            fresh: Vec::new(),
            clock: 1,
            rivals: Vec::new(),
            work: 0,
        }
    }

    fn price(&self, site: u32) -> i64 {
        self.slots.price.get(at(site)).copied().unwrap_or(0)
    }

    fn may_open(&self, site: u32) -> bool {
        let near = self.slots.near.get(at(site));
        !self.plan.is_open(site)
            && self.plan.open.len() < self.slots.n_new
            && self
                .slots
                .money
                .is_none_or(|m| self.spent + self.price(site) <= m)
            && near.is_none_or(|near| near.iter().all(|&s| !self.plan.is_open(s)))
    }

    fn open(&mut self, site: u32) {
        self.plan.open(site);
        self.toll += self.slots.toll[at(site)];
        self.spent += self.price(site);
        self.stir(site);
    }

    fn close(&mut self, site: u32) {
        self.plan.close(site);
        self.toll -= self.slots.toll[at(site)];
        self.spent -= self.price(site);
        self.stir(site);
    }

    fn stir(&mut self, site: u32) {
        self.moved[at(site)] = self.clock;
        for (row, _) in self.slots.column(site) {
            self.stirred[at(row)] = self.clock;
        }
    }

    /// What missing so much of a row counts.
    fn loss(&self, row: u32, amount: i64) -> f64 {
        self.count[at(row)] * float(amount)
    }

    /// Tries these sites, as far as the rules allow, with others that serve what they leave; says whether that is the best so far.
    pub(crate) fn offer(&mut self, sites: &[u32]) -> bool {
        let all: Vec<u32> = self.plan.open.clone();
        for site in all {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if self.may_open(site) {
                self.open(site);
            }
        }
        self.mend()
    }

    /// Opens the most helpful sites until nothing is missed.
    fn mend(&mut self) -> bool {
        self.clock += 1;
        while let Some(row) = self.plan.bare.iter().copied().max_by(|&a, &b| {
            let loss = |r: u32| self.loss(r, self.plan.missed[at(r)]);
            loss(a).total_cmp(&loss(b)).then(b.cmp(&a))
        }) {
            let Some(site) = self.helper(row, false) else {
                return false;
            };
            self.open(site);
        }
        self.keep()
    }

    /// The closed site that helps this row and gains most for its toll, of a few of them and only if it need not wait; or else the one that helps a rival of the row.
    fn helper(&mut self, row: u32, one_of_few: bool) -> Option<u32> {
        let mut rivals = std::mem::take(&mut self.rivals);
        self.plan.rivals(row, &mut rivals);
        let mut pool = Pool::default();
        for &r in &rivals {
            let missed = self.plan.missed[at(r)];
            pool.steps += missed;
            pool.counts += self.loss(r, missed);
        }
        let helper = if one_of_few {
            self.best_at(row, &pool, true)
        } else {
            let mut near = rivals.iter();
            near.find_map(|&r| self.best_at(r, &pool, false))
        };
        self.rivals = rivals;
        helper
    }

    fn best_at(&mut self, row: u32, pool: &Pool, one_of_few: bool) -> Option<u32> {
        let all = self.slots.sites_of_row(row);
        let few = one_of_few && all.len() > SAMPLE;
        let mut best: Option<(f64, u32, u32)> = None;
        for k in 0..if few { SAMPLE } else { all.len() } {
            let site = all[if few { self.dice.below(all.len()) } else { k }];
            if !self.may_open(site) {
                continue;
            }
            let since = self.moved[at(site)];
            let (gain, stirred) = self.gain(site, pool);
            if one_of_few && since > 0 && !stirred {
                continue;
            }
            let worth = gain / float(self.slots.toll[at(site)].max(1));
            let better =
                |b: (f64, u32, u32)| worth > b.0 || worth >= b.0 && (since, site) < (b.1, b.2);
            if gain > 0.0 && best.is_none_or(better) {
                best = Some((worth, since, site));
            }
        }
        best.map(|b| b.2)
    }

    /// About what opening a site would gain; and whether something near it has moved since it did.
    fn gain(&mut self, site: u32, pool: &Pool) -> (f64, bool) {
        let slots = self.slots;
        let since = self.moved[at(site)];
        let (mut gain, mut direct, mut reached, mut stirred) = (0.0, 0, 0, false);
        let pairs = slots.first[at(site)]..slots.first[at(site) + 1];
        self.work += u64::from(ix(pairs.len()));
        for &row in &slots.rows[pairs] {
            stirred |= self.stirred[at(row)] > since;
            let missed = self.plan.missed[at(row)];
            if missed > 0 {
                gain += self.loss(row, missed);
                if self.plan.is_rival(row) {
                    direct += missed;
                }
            } else if self.plan.is_rival(row) {
                reached += slots.weight[at(row)];
            }
        }
        // What rivals out of the site's own reach miss comes in over those that it takes over.
        let capacity = slots.capacity[at(site)];
        let rest = (pool.steps - direct).min(reached).min(capacity - direct);
        if rest > 0 {
            gain += pool.counts * float(rest) / float(pool.steps);
        }
        if capacity < direct {
            gain *= float(capacity) / float(direct);
        }
        (gain, stirred)
    }

    /// About what closing an open site would lose, and the same when nothing near it has room.
    fn about_lost(&mut self, site: u32) -> (f64, f64) {
        let (mut lost, mut most) = (0.0, 0.0);
        for &row in &self.plan.serves[at(site)] {
            let all = self.loss(row, self.plan.amount(site, row));
            most += all;
            let reach = &self.plan.reach[at(row)];
            self.work += u64::from(ix(reach.len()));
            let roomy = |s: &u32| *s != site && self.plan.room[at(*s)] > 0;
            if reach.len() == 1 {
                lost += all;
            } else if !reach.iter().any(roomy) {
                lost += all / 2.0;
            }
        }
        (lost, most)
    }
}

impl RowWeighting for SlotMender<'_> {
    fn toll(&self) -> i64 {
        self.toll
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best.as_ref().map(|b| (b.0, &b.1[..]))
    }

    fn work(&self) -> u64 {
        self.work + self.plan.work
    }

    fn become_these(&mut self, sites: &[u32]) {
        for site in self.plan.open.clone() {
            if !sites.contains(&site) {
                self.close(site);
            }
        }
        for &site in sites {
            if !self.plan.is_open(site) {
                self.open(site);
            }
        }
    }

    fn step(&mut self) -> bool {
        self.clock += 1;
        self.plan.bare.is_empty()
    }

    /// Keeps the open sites when they serve everything, without those that are not needed.
    fn keep(&mut self) -> bool {
        if !self.plan.bare.is_empty() {
            return false;
        }
        let mut open = self.plan.open.clone();
        let key = |s: &u32| {
            let load = self.slots.capacity[at(*s)] - self.plan.room[at(*s)];
            (load / self.slots.toll[at(*s)].max(1), *s)
        };
        open.sort_by_key(key);
        for site in open {
            self.close(site);
            if !self.plan.bare.is_empty() {
                self.open(site);
            }
        }
        let better = self.best.as_ref().is_none_or(|b| self.toll < b.0);
        if better {
            self.best = Some((self.toll, self.plan.open.clone()));
        }
        better
    }

    /// Takes away the open site that is missed least for its toll; one that rests only when there is no other.
    fn take_away(&mut self) -> bool {
        while let Some(site) = self.plan.changed() {
            self.lost[at(site)] = self.about_lost(site);
        }
        self.work += u64::from(ix(self.plan.open.len()));
        let key = |s: u32| {
            let (lost, most) = self.lost[at(s)];
            let lost = if self.plan.is_dead(s) { most } else { lost };
            let lost = lost / float(self.slots.toll[at(s)].max(1));
            (self.fresh.contains(&s), lost, self.moved[at(s)], s)
        };
        let open = self.plan.open.iter().copied();
        let least = open.min_by(|&a, &b| {
            let (a, b) = (key(a), key(b));
            a.0.cmp(&b.0)
                .then(a.1.total_cmp(&b.1))
                .then((a.2, a.3).cmp(&(b.2, b.3)))
        });
        let Some(out) = least else {
            return false;
        };
        self.close(out);
        true
    }

    fn mend(&mut self) {
        self.fresh.clear();
        let best = self.best.as_ref().map_or(i64::MAX, |b| b.0);
        // One for the one that went, and another one where none was found the last time.
        for _ in 0..2 {
            if self.plan.bare.is_empty() {
                break;
            }
            let row = self.plan.bare[self.dice.below(self.plan.bare.len())];
            let Some(site) = self.helper(row, true).or_else(|| self.helper(row, false)) else {
                break;
            };
            if self.toll + self.slots.toll[at(site)] >= best {
                break;
            }
            self.open(site);
            self.fresh.push(site);
        }
        for k in 0..self.plan.bare.len() {
            let row = at(self.plan.bare[k]);
            let share = share_of(self.slots.weight[row]);
            self.count[row] += share * share * float(self.plan.missed[row]);
        }
        self.work += u64::from(ix(self.plan.bare.len()));
    }
}
