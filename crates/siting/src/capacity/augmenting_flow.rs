//! Who serves whom, kept up to date while sites open and close, where serving costs nothing.
//!
//! In: the sites that open and close; out: the weight that nobody serves, always as little as the open sites allow.
//! A maximum flow that is mended along shortest augmenting paths (Ford and Fulkerson 1956) instead of being built anew: a site that closes leaves its rows to their neighbors, which is a matter of a few searches nearby.

use crate::capacity::problem::Slots;
use crate::number::{at, ix};

const NONE: u32 = u32::MAX;

/// Open sites, what each serves, and what is missed.
#[derive(Clone, Debug)]
pub(crate) struct Assignment<'a> {
    pub(crate) slots: &'a Slots,
    /// Open candidates in no order of meaning; fixed sites are open besides.
    pub(crate) open: Vec<u32>,
    is_open: Vec<bool>,
    /// By site.
    pub(crate) room: Vec<i64>,
    /// By site, the rows that it serves.
    pub(crate) serves: Vec<Vec<u32>>,
    /// By row, who serves it with the amounts, all above 0.
    pub(crate) by: Vec<Vec<(u32, i64)>>,
    /// By row, the open sites in its reach.
    pub(crate) reach: Vec<Vec<u32>>,
    /// By row, the weight that nobody serves.
    pub(crate) missed: Vec<i64>,
    /// The rows of which something is missed, in no order of meaning, and where each row stands there.
    pub(crate) bare: Vec<u32>,
    place: Vec<u32>,
    /// The search that met the site, or the row, last.
    site_met: Vec<u32>,
    row_met: Vec<u32>,
    search: u32,
    /// By site, whether it is open and known to be full, as are all that could take over its rows, and so on.
    ///
    /// Rows of which something is missed have no other sites in reach, and the rows of a dead site neither.
    dead: Vec<bool>,
    /// How a search reached a site: the row that would move, and the site that it would move from or to.
    from: Vec<(u32, u32)>,
    queue: Vec<u32>,
    /// Open sites whose rows, or who could take them over, changed since [`changed`](Self::changed) was asked, once each.
    changed: Vec<u32>,
    is_changed: Vec<bool>,
    /// Pairs looked at.
    pub(crate) work: u64,
}

impl<'a> Assignment<'a> {
    /// Only the fixed sites are open.
    pub(crate) fn new(slots: &'a Slots) -> Self {
        let (n, n_rows) = (slots.site.len(), slots.n_rows());
        let mut new = Self {
            slots,
            open: Vec::new(),
            is_open: vec![false; n],
            room: vec![0; n],
            serves: vec![Vec::new(); n],
            by: vec![Vec::new(); n_rows],
            reach: vec![Vec::new(); n_rows],
            missed: vec![0; n_rows],
            bare: Vec::new(),
            place: vec![NONE; n_rows],
            site_met: vec![0; n],
            row_met: vec![0; n_rows],
            search: 0,
            dead: vec![false; n],
            from: vec![(NONE, NONE); n],
            queue: Vec::new(),
            changed: Vec::new(),
            is_changed: vec![false; n],
            work: 0,
        };
        for row in 0..ix(n_rows) {
            new.miss(row, slots.weight[at(row)]);
        }
        for site in slots.fixed() {
            new.let_serve(site);
        }
        new
    }

    pub(crate) fn is_open(&self, site: u32) -> bool {
        self.is_open[at(site)]
    }

    /// Whether the open site is known to be full with all that could relieve it.
    pub(crate) fn is_dead(&self, site: u32) -> bool {
        self.dead[at(site)]
    }

    /// Opens a site and lets it serve what is missed.
    ///
    /// Cost: the site's pairs, and those of the full sites that hand rows over to it.
    pub(crate) fn open(&mut self, site: u32) {
        self.open.push(site);
        self.let_serve(site);
    }

    /// Closes a site and lets others serve its rows as far as they can.
    ///
    /// Cost: the site's pairs, and a search from each row that it served.
    pub(crate) fn close(&mut self, site: u32) {
        self.open.retain(|&s| s != site);
        self.is_open[at(site)] = false;
        for k in self.slots.first[at(site)]..self.slots.first[at(site) + 1] {
            let reach = &mut self.reach[at(self.slots.rows[k])];
            let place = reach.iter().position(|&s| s == site);
            reach.swap_remove(place.expect("an open site is listed at its rows"));
            self.work += 1;
        }
        self.change_around(site);
        let was_dead = std::mem::replace(&mut self.dead[at(site)], false);
        for row in std::mem::take(&mut self.serves[at(site)]) {
            let by = &mut self.by[at(row)];
            let place = by.iter().position(|p| p.0 == site);
            let amount = by.swap_remove(place.expect("it serves the row")).1;
            self.miss(row, amount);
            // Those that could take over a dead site's rows are full.
            while !was_dead && self.missed[at(row)] > 0 {
                let Some(end) = self.find_room(row) else {
                    break;
                };
                self.move_along(row, end);
            }
        }
    }

    fn let_serve(&mut self, site: u32) {
        let slots = self.slots;
        self.is_open[at(site)] = true;
        self.room[at(site)] = slots.capacity[at(site)];
        self.change(site);
        for k in slots.first[at(site)]..slots.first[at(site) + 1] {
            let row = slots.rows[k];
            self.reach[at(row)].push(site);
            self.work += 1;
            let amount = self.missed[at(row)].min(self.room[at(site)]);
            if amount > 0 {
                self.serve(site, row, amount);
                self.no_longer_missed(row, amount);
            }
        }
        self.draw(site);
    }

    fn serve(&mut self, site: u32, row: u32, amount: i64) {
        self.room[at(site)] -= amount;
        self.change(site);
        if self.room[at(site)] == 0 {
            self.change_around(site);
        }
        let by = &mut self.by[at(row)];
        if let Some(pair) = by.iter_mut().find(|p| p.0 == site) {
            pair.1 += amount;
        } else {
            by.push((site, amount));
            self.serves[at(site)].push(row);
        }
    }

    fn no_longer_serve(&mut self, site: u32, row: u32, amount: i64) {
        self.room[at(site)] += amount;
        self.change(site);
        let by = &mut self.by[at(row)];
        let place = by.iter().position(|p| p.0 == site);
        let place = place.expect("it serves the row");
        by[place].1 -= amount;
        if by[place].1 == 0 {
            by.swap_remove(place);
            let rows = &mut self.serves[at(site)];
            let place = rows.iter().position(|&r| r == row);
            rows.swap_remove(place.expect("it serves the row"));
            self.work += u64::from(ix(rows.len()) / 4);
        }
    }

    fn change(&mut self, site: u32) {
        if !std::mem::replace(&mut self.is_changed[at(site)], true) {
            self.changed.push(site);
        }
    }

    /// What could take over rows of the sites near this one has changed.
    fn change_around(&mut self, site: u32) {
        let slots = self.slots;
        for &row in &slots.rows[slots.first[at(site)]..slots.first[at(site) + 1]] {
            self.work += 1;
            for k in 0..self.by[at(row)].len() {
                self.change(self.by[at(row)][k].0);
            }
        }
    }

    /// An open site that changed since this was asked before; each is told once.
    pub(crate) fn changed(&mut self) -> Option<u32> {
        while let Some(site) = self.changed.pop() {
            self.is_changed[at(site)] = false;
            if self.is_open[at(site)] {
                return Some(site);
            }
        }
        None
    }

    pub(crate) fn amount(&self, site: u32, row: u32) -> i64 {
        let served = self.by[at(row)].iter().find(|p| p.0 == site);
        served.expect("it serves the row").1
    }

    fn miss(&mut self, row: u32, amount: i64) {
        if amount > 0 && self.place[at(row)] == NONE {
            self.place[at(row)] = ix(self.bare.len());
            self.bare.push(row);
        }
        self.missed[at(row)] += amount;
    }

    fn no_longer_missed(&mut self, row: u32, amount: i64) {
        self.missed[at(row)] -= amount;
        if self.missed[at(row)] == 0 {
            let place = std::mem::replace(&mut self.place[at(row)], NONE);
            self.bare.swap_remove(at(place));
            if let Some(&moved) = self.bare.get(at(place)) {
                self.place[at(moved)] = place;
            }
        }
    }

    /// Full sites hand rows over to one with room and serve what is missed instead, until it is full or nothing is missed in their reach.
    ///
    /// The search goes backwards, over dead sites alone: what is missed is in reach of no others.
    fn draw(&mut self, site: u32) {
        while self.room[at(site)] > 0 {
            self.search += 1;
            self.queue.clear();
            self.queue.push(site);
            self.site_met[at(site)] = self.search;
            let mut next = 0;
            let mut stands = true;
            while stands && next < self.queue.len() {
                let to = self.queue[next];
                next += 1;
                stands = self.meet_givers(to, site);
            }
            if !stands {
                continue;
            }
            // All of these could be relieved by now.
            for &met in &self.queue {
                self.dead[at(met)] = false;
            }
            return;
        }
        // Its rows came from dead sites, which have no others in reach.
        self.dead[at(site)] = true;
    }

    /// Meets the dead sites that could hand a row over to this one, and lets it serve what is missed; false once the way from here to the site with room is worn out.
    fn meet_givers(&mut self, to: u32, end: u32) -> bool {
        let slots = self.slots;
        for &row in &slots.rows[slots.first[at(to)]..slots.first[at(to) + 1]] {
            self.work += 1;
            if self.missed[at(row)] > 0 && !self.take_in(row, to, end) {
                return false;
            }
            for &(by, _) in &self.by[at(row)] {
                if self.dead[at(by)] && self.site_met[at(by)] != self.search {
                    self.site_met[at(by)] = self.search;
                    self.from[at(by)] = (row, to);
                    self.queue.push(by);
                }
            }
        }
        true
    }

    /// Serves as much of a row as the way from this site to the one with room bears; false when the way is worn out.
    fn take_in(&mut self, row: u32, first: u32, end: u32) -> bool {
        let mut amount = self.missed[at(row)].min(self.room[at(end)]);
        let mut least = i64::MAX;
        let mut by = first;
        while by != end {
            let (moved, to) = self.from[at(by)];
            least = least.min(self.amount(by, moved));
            by = to;
        }
        amount = amount.min(least);
        let mut by = first;
        while by != end {
            let (moved, to) = self.from[at(by)];
            self.no_longer_serve(by, moved, amount);
            self.serve(to, moved, amount);
            by = to;
        }
        self.serve(first, row, amount);
        self.no_longer_missed(row, amount);
        self.room[at(end)] > 0 && amount < least
    }

    /// The nearest site with room that a row can be served by when others move on.
    fn find_room(&mut self, row: u32) -> Option<u32> {
        self.search += 1;
        self.queue.clear();
        if let Some(end) = self.meet(row, NONE) {
            return Some(end);
        }
        let mut next = 0;
        while next < self.queue.len() {
            let site = self.queue[next];
            next += 1;
            for k in 0..self.serves[at(site)].len() {
                let other = self.serves[at(site)][k];
                if self.row_met[at(other)] == self.search {
                    continue;
                }
                if let Some(end) = self.meet(other, site) {
                    return Some(end);
                }
            }
        }
        for &met in &self.queue {
            self.dead[at(met)] = true;
        }
        None
    }

    /// Meets the open sites in reach of a row that this site serves now; stops at one with room.
    fn meet(&mut self, row: u32, by: u32) -> Option<u32> {
        self.row_met[at(row)] = self.search;
        for &site in &self.reach[at(row)] {
            self.work += 1;
            let s = at(site);
            if self.site_met[s] == self.search || self.dead[s] {
                continue;
            }
            self.site_met[s] = self.search;
            self.from[s] = (row, by);
            if self.room[s] > 0 {
                return Some(site);
            }
            self.queue.push(site);
        }
        None
    }

    /// Moves as much as the path to this site bears.
    fn move_along(&mut self, row: u32, end: u32) {
        let mut amount = self.missed[at(row)].min(self.room[at(end)]);
        let mut site = end;
        loop {
            let (moved, by) = self.from[at(site)];
            if by == NONE {
                break;
            }
            amount = amount.min(self.amount(by, moved));
            site = by;
        }
        let mut site = end;
        loop {
            let (moved, by) = self.from[at(site)];
            self.serve(site, moved, amount);
            if by == NONE {
                break;
            }
            self.no_longer_serve(by, moved, amount);
            site = by;
        }
        self.no_longer_missed(row, amount);
    }

    /// Rows whose weight, served less, would let this row be served more: those that share full sites with it, directly or over others; itself first.
    pub(crate) fn rivals(&mut self, row: u32, rivals: &mut Vec<u32>) {
        rivals.clear();
        self.search += 1;
        self.queue.clear();
        rivals.push(row);
        self.row_met[at(row)] = self.search;
        let mut next = 0;
        while next < rivals.len() {
            let row = rivals[next];
            next += 1;
            for k in 0..self.reach[at(row)].len() {
                let site = self.reach[at(row)][k];
                self.work += 1;
                if std::mem::replace(&mut self.site_met[at(site)], self.search) == self.search {
                    continue;
                }
                for &other in &self.serves[at(site)] {
                    self.work += 1;
                    if std::mem::replace(&mut self.row_met[at(other)], self.search) != self.search {
                        rivals.push(other);
                    }
                }
            }
        }
    }

    /// Whether the last call of [`rivals`](Self::rivals) met the row.
    pub(crate) fn is_rival(&self, row: u32) -> bool {
        self.row_met[at(row)] == self.search
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::capacity::transportation::assign;
    use crate::instance::sparse_rows::CountedRows;
    use crate::question::Question;
    use crate::random::Dice;

    /// Sites and demand at random, each pair with a chance of one in `sparse`.
    fn slots(seed: u64, n_sites: usize, n_rows: u32, sparse: usize) -> Slots {
        let mut dice = Dice::new(seed);
        let mut number = |n: usize| u64::try_from(dice.below(n)).unwrap();
        let mut rows = CountedRows {
            weight: (0..n_rows).map(|_| number(30)).collect(),
            first: vec![0],
            ..CountedRows::default()
        };
        for _ in 0..n_sites {
            rows.demand
                .extend((0..n_rows).filter(|_| number(sparse) == 0));
            rows.first.push(rows.demand.len());
        }
        let capacities = (0..n_sites).map(|_| number(120)).collect();
        let instance = rows.build().unwrap().with_capacities(capacities).unwrap();
        Slots::new(&instance, &Question::lscp(0)).unwrap()
    }

    /// Every amount is listed on both sides, and all adds up.
    fn adds_up(plan: &Assignment) {
        let slots = plan.slots;
        let mut room = slots.capacity.clone();
        for (row, by) in plan.by.iter().enumerate() {
            let mut served = 0;
            for &(site, amount) in by {
                assert!(amount > 0 && plan.is_open(site));
                assert!(plan.reach[row].contains(&site));
                assert!(plan.serves[at(site)].contains(&ix(row)));
                room[at(site)] -= amount;
                served += amount;
            }
            assert_eq!(served + plan.missed[row], slots.weight[row]);
            assert_eq!(plan.missed[row] > 0, plan.bare.contains(&ix(row)));
        }
        for &site in &plan.open {
            assert_eq!(room[at(site)], plan.room[at(site)]);
            assert!(room[at(site)] >= 0);
        }
        let pairs: usize = plan.serves.iter().map(Vec::len).sum();
        assert_eq!(pairs, plan.by.iter().map(Vec::len).sum::<usize>());
    }

    #[test]
    fn sites_that_open_and_close_leave_no_more_missed_than_a_new_assignment() {
        let mut n_missed = 0;
        for (seed, sparse) in [(1, 4), (2, 8), (3, 15), (4, 30)] {
            let slots = slots(seed, 40, 120, sparse);
            let mut plan = Assignment::new(&slots);
            let mut dice = Dice::new(seed);
            for _ in 0..400 {
                let site = ix(dice.below(40));
                if plan.is_open(site) {
                    plan.close(site);
                } else {
                    plan.open(site);
                }
                adds_up(&plan);
                let missed = assign(&slots, &plan.open).missed;
                assert_eq!(plan.missed.iter().sum::<i64>(), missed, "seed {seed}");
                n_missed += usize::from(missed > 0);
            }
        }
        assert!(n_missed > 1_000, "{n_missed} of 1,600 sets miss something");
    }
}
