//! Leaving a local best: runs of annealing whose answers are mixed part by part; or, where zones have floors, a few sites are thrown out at random and swaps repair the rest.
//!
//! Iterated local search (Lourenço, Martin and Stützle 2003); from the same seed it makes the same moves.

use crate::covering::heuristics::annealing::Run;
use crate::covering::heuristics::coverage_state::{Room, Tally};
use crate::covering::heuristics::interchange::improve;
use crate::covering::heuristics::partition_crossover::best_mix;
use crate::covering::heuristics::swap_table::Swaps;
use crate::covering::primal::Primal;
use crate::covering::problem::Cover;
use crate::number::{at, ix};
use crate::random::{Dice, mixed};

/// The best answer met, and the walk that looks for a better one.
#[derive(Clone, Debug)]
pub(crate) struct Shaker<'a> {
    pub(crate) tally: Tally<'a>,
    best: Option<(i64, Vec<u32>)>,
    dice: Dice,
    idle: u32,
    /// How many times its weight a row of each zone is worth.
    bend: Vec<i64>,
    /// Where all runs begin.
    first: Vec<u32>,
    /// The run of annealing that is under way.
    run: Option<Run<'a>>,
    n_runs: u32,
    /// How many numbers the table of a run may have.
    largest_table: usize,
    /// What was offered last while a run was under way.
    offered: Option<Vec<u32>>,
    /// Answers that differ, the best one first, each with its sites ascending.
    pool: Vec<(i64, Vec<u32>)>,
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
            first: tally.open.clone(),
            run: None,
            n_runs: 0,
            largest_table: LARGEST_TABLE,
            offered: None,
            pool: Vec::new(),
            tally,
        };
        new.keep();
        new
    }

    /// Keeps the open sites if they are allowed and the best so far.
    fn keep(&mut self) -> bool {
        let missed = self.missed();
        let better = missed.is_some_and(|m| self.keep_if_best(m, &self.tally.open.clone()));
        if better {
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

    fn throw(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let before = (self.tally.covered, self.tally.open.clone());
        let n_open = self.tally.open.len();
        if n_open == 0 {
            return;
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
            return;
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

/// Answers kept for mixing.
const POOL: usize = 20;
/// Steps of a run per open site; half or twice as many find the best answers of the towns as soon.
const STEPS_PER_SITE: u64 = 2_500;
/// The first run has one in 2^4 of these steps, for easy questions; then they double, and later grow by a tenth.
const SHORT_RUNS: u32 = 4;
/// After so many runs what is offered waits for the end of the run that is under way; before, a question may be over soon.
const EARLY: u32 = 2;
/// Numbers in the table of a run: 128 MB.
const LARGEST_TABLE: usize = 1 << 25;
/// Steps between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u32 = 256;

impl<'a> Shaker<'a> {
    /// Runs of annealing for so much work; goes on where the last call ended.
    ///
    /// Many short runs from the first answer, mixed part by part, find on the town instances in five seconds what one long run did not in a hundred.
    fn anneal(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        let until = self.tally.work.saturating_add(quota);
        let total = self.tally.cover.total_weight();
        while self.tally.work < until && !self.first.is_empty() && !stop() {
            let mut run = match self.run.take() {
                Some(run) => run,
                None => self.begin_run(),
            };
            let before = run.swaps.work;
            for _ in 0..STEPS_BETWEEN_LOOKS {
                if run.is_over() || self.tally.work + (run.swaps.work - before) >= until {
                    break;
                }
                if run.step(&mut self.dice) {
                    let missed = total - run.best_covered();
                    if self.best.as_ref().is_none_or(|b| missed < b.0) {
                        self.keep_if_best(missed, &run.best_sites());
                    }
                }
            }
            self.tally.work += run.swaps.work - before;
            if run.is_over() {
                self.settle(run.best_sites(), stop);
                if let Some(sites) = self.offered.take() {
                    self.settle(sites, stop);
                }
            } else {
                self.run = Some(run);
            }
        }
    }

    fn begin_run(&mut self) -> Run<'a> {
        let steps = STEPS_PER_SITE * u64::from(10 + self.n_runs) / 10;
        let steps = steps >> SHORT_RUNS.saturating_sub(self.n_runs);
        self.n_runs += 1;
        let swaps = if self.may_all_move(self.first.len()) {
            self.swaps(&self.first.clone())
        } else {
            // What lies far apart does not meet: a neighborhood of the best answer is annealed at a time.
            let best = self.best.as_ref().map_or(&self.first, |b| &b.1);
            self.swaps(&best.clone())
        };
        let n_seats = u64::from(ix(swaps.n_seats()));
        Run::new(swaps, steps * n_seats)
    }

    /// Whether the table for so many open sites is small enough.
    fn may_all_move(&self, n_open: usize) -> bool {
        n_open.saturating_mul(self.tally.cover.n_sites()) <= self.largest_table
    }

    /// These sites open, and as many of them movable as the table has room for.
    fn swaps(&mut self, open: &[u32]) -> Swaps<'a> {
        let cover = self.tally.cover;
        let swaps = if self.may_all_move(open.len()) || open.is_empty() {
            Swaps::new(cover, open, open)
        } else {
            let center = open[self.dice.below(open.len())];
            let n = (self.largest_table / cover.n_sites()).max(1);
            Swaps::new(cover, open, &nearest(cover, open, center, n))
        };
        self.tally.work += swaps.work;
        swaps
    }

    /// Swaps as long as that covers more, and mixes with the best answers so far as long as that does.
    fn settle(&mut self, sites: Vec<u32>, stop: &(dyn Fn() -> bool + Sync)) {
        let total = self.tally.cover.total_weight();
        let mut sites = sites;
        loop {
            let mut swaps = self.swaps(&sites);
            let begun = swaps.work;
            swaps.descend(stop);
            self.tally.work += swaps.work - begun;
            sites = swaps.open_sites();
            self.keep_if_best(total - swaps.covered, &sites);
            let covered = swaps.covered;
            let too_low = self.pool.len() == POOL && self.pool.iter().all(|p| p.0 >= covered);
            if too_low || self.pool.iter().any(|p| p.1 == sites) {
                return;
            }
            let (cover, work) = (self.tally.cover, &mut self.tally.work);
            let mut others = self.pool.iter();
            let mix = others.find_map(|(_, other)| best_mix(cover, &sites, other, work));
            if let Some(mix) = mix {
                sites = mix;
                continue;
            }
            let place = self.pool.partition_point(|p| p.0 >= covered);
            self.pool.insert(place, (covered, sites));
            self.pool.truncate(POOL);
            return;
        }
    }

    fn keep_if_best(&mut self, missed: i64, sites: &[u32]) -> bool {
        let better = self.best.as_ref().is_none_or(|b| missed < b.0);
        if better {
            self.best = Some((missed, sites.to_vec()));
        }
        better
    }

    /// As many of these sites as number, budget and spacing allow, in this order, and the weight that they miss.
    fn allowed(&mut self, sites: &[u32]) -> (i64, Vec<u32>) {
        let cover = self.tally.cover;
        let mut room = Room::new(cover);
        let mut times = vec![0_u32; cover.n_rows()];
        let mut allowed = Vec::new();
        let mut missed = cover.total_weight();
        for &site in sites {
            if allowed.len() < cover.n_new && room.may_open(cover, site, None) {
                room.open(cover, site);
                allowed.push(site);
                self.tally.work += u64::from(ix(cover.column(at(site)).len()));
                for &row in cover.column(at(site)) {
                    times[at(row)] += 1;
                    if times[at(row)] == cover.need[at(row)] {
                        missed -= cover.weight[at(row)];
                    }
                }
            }
        }
        (missed, allowed)
    }
}

/// So many of the open sites, the first one included: those that are fewest steps away, each from a row to a site that covers it too.
fn nearest(cover: &Cover, open: &[u32], center: u32, n: usize) -> Vec<u32> {
    let mut is_open = vec![false; cover.n_sites()];
    for &site in open {
        is_open[at(site)] = true;
    }
    let mut seen_site = vec![false; cover.n_sites()];
    let mut seen_row = vec![false; cover.n_rows()];
    let mut queue = vec![center];
    seen_site[at(center)] = true;
    let (mut next, mut found) = (0, Vec::new());
    while next < queue.len() && found.len() < n {
        let site = queue[next];
        next += 1;
        if is_open[at(site)] {
            found.push(site);
        }
        for &row in cover.column(at(site)) {
            if !std::mem::replace(&mut seen_row[at(row)], true) {
                for &other in cover.sites_of(at(row)) {
                    if !std::mem::replace(&mut seen_site[at(other)], true) {
                        queue.push(other);
                    }
                }
            }
        }
    }
    found
}

impl Primal for Shaker<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) {
        if !self.bend.is_empty() {
            self.tally.become_allowed(sites);
            self.keep();
            improve(&mut self.tally, stop);
            self.keep();
            return;
        }
        let (missed, allowed) = self.allowed(sites);
        self.keep_if_best(missed, &allowed);
        if self.n_runs <= EARLY {
            self.settle(allowed, stop);
        } else {
            self.offered = Some(allowed);
        }
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        if self.bend.is_empty() {
            return self.anneal(quota, stop);
        }
        // A swap is judged zone by zone, which takes a look at all rows: throwing makes fewer and better ones.
        let until = self.tally.work.saturating_add(quota);
        loop {
            self.bend_zones();
            self.throw(stop);
            if self.tally.work >= until || self.tally.open.is_empty() || stop() {
                return;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Instance;
    use crate::question::Question;

    /// 60 demand points and 40 sites on a line, each site in reach of up to nine.
    fn line() -> Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        let mut dice = Dice::new(5);
        for demand in 0..60 {
            builder.demand(&format!("d{demand:02}"), number(1 + dice.below(50)));
        }
        for site in 0..40 {
            let id = format!("s{site:02}");
            builder.price(&id, number(5 + dice.below(10)));
            let spot = dice.below(60);
            for demand in spot.saturating_sub(4)..(spot + 5).min(60) {
                let cost = number(spot.abs_diff(demand));
                builder.pair(&id, &format!("d{demand:02}"), cost);
            }
        }
        builder.build().unwrap()
    }

    fn shaken(cover: &Cover, largest_table: usize) -> (i64, Vec<u32>) {
        let mut tally = Tally::new(cover, cover.weight.clone());
        improve(&mut tally, &|| false);
        let mut shaker = Shaker::new(tally, 1);
        shaker.largest_table = largest_table;
        for _ in 0..40 {
            shaker.shake(100_000, &|| false);
        }
        let (missed, sites) = shaker.best().unwrap();
        assert_eq!((missed, sites.to_vec()), shaker.clone().allowed(sites));
        (missed, sites.to_vec())
    }

    #[test]
    fn a_small_table_finds_what_a_large_one_does() {
        let instance = line();
        for times in [1, 2] {
            let question = Question {
                times,
                n_sites: Some(7),
                ..Question::mclp(4)
            };
            let cover = Cover::new(&instance, &question);
            let all_move = shaken(&cover, LARGEST_TABLE);
            let three_move = shaken(&cover, 3 * cover.n_sites());
            assert_eq!(all_move.0, three_move.0);
        }
    }

    #[test]
    fn a_budget_is_kept_while_sites_open_and_close() {
        let instance = line();
        let question = Question {
            budget: Some(60),
            ..Question::mclp(4)
        };
        let cover = Cover::new(&instance, &question);
        let (missed, _) = shaken(&cover, LARGEST_TABLE);
        // What a site covers together with those to its left depends on the last one only: intervals of one length.
        assert_eq!(missed, cover.total_weight() - most_on_a_line(&instance, 60));
    }

    /// The most that sites on a line cover within a budget, by spots from left to right.
    fn most_on_a_line(instance: &Instance, budget: usize) -> i64 {
        let sum = |from: usize, to: usize| -> i64 {
            let weights = instance.weight[from.min(to)..to].iter();
            weights.map(|&w| i64::try_from(w).unwrap()).sum()
        };
        let mut sites: Vec<(usize, usize, usize)> = instance
            .sites()
            .map(|s| {
                let reached = || instance.serves(s).map(|(d, _)| d.index());
                let price = usize::try_from(instance.price(s).unwrap()).unwrap();
                (
                    reached().max().unwrap() + 1,
                    reached().min().unwrap(),
                    price,
                )
            })
            .collect();
        sites.sort_unstable();
        // By site that is the last one, and by price: the most covered.
        let mut best = vec![vec![0; budget + 1]; sites.len()];
        for k in 0..sites.len() {
            let (end, begin, price) = sites[k];
            for spent in price..=budget {
                best[k][spent] = sum(begin, end);
                for before in 0..k {
                    let (covered_to, _, _) = sites[before];
                    let more = best[before][spent - price] + sum(begin.max(covered_to), end);
                    best[k][spent] = best[k][spent].max(more);
                }
            }
        }
        best.into_iter().map(|of| of[budget]).max().unwrap()
    }
}
