//! What every swap of an open site for a closed one would change, kept up to date from swap to swap.
//!
//! The arrays of Resende and Werneck (A fast swap-based local search procedure for location problems, 2007), for covering: what a site would gain, what an open site would lose, and for both together by how much their sum misjudges the swap.
//! All swaps of one open site are then a walk through two rows of numbers.

use std::cmp::Reverse;

use crate::covering::heuristics::coverage_state::Room;
use crate::covering::problem::Cover;
use crate::number::{at, ix};

/// A set of open sites; each sits in a seat, which stays when the site is swapped.
#[derive(Clone, Debug)]
pub(crate) struct Swaps<'a> {
    cover: &'a Cover,
    /// Weights, halved until their sums fit 31 bits: they say which way to walk, not what an answer is worth.
    light: Vec<i32>,
    times: Vec<u32>,
    /// Exclusive or of the seats that cover the row, each plus one.
    sitters: Vec<u32>,
    /// By site: its seat, or `NOBODY`.
    seat: Vec<u32>,
    /// By seat: its site.
    site: Vec<u32>,
    /// Open sites without a seat.
    pub(crate) still: Vec<u32>,
    is_open: Vec<bool>,
    /// By site: weight that would become covered, less the toll.
    gain: Vec<i32>,
    /// By site: what its price counts against its gain while a budget is to be spent well; empty otherwise.
    toll: Vec<i32>,
    /// By seat: weight that would stop being covered.
    loss: Vec<i32>,
    /// By seat and site: what the swap changes, less gain and plus loss.
    shared: Vec<i32>,
    /// Weight covered, exactly.
    pub(crate) covered: i64,
    room: Room,
    /// Scratch: the rows that only the incoming site of a swap covers carry its number, `turn`.
    mark: Vec<u32>,
    turn: u32,
    /// Pairs and entries looked at.
    pub(crate) work: u64,
}

const NOBODY: u32 = u32::MAX;
/// So many values are compared at once before one of them is looked at: the compiler makes vectors of that.
const CHUNK: usize = 32;
/// Work is counted in pairs looked up at random; in the time of one, so many values are compared on a straight walk,
const COMPARED_PER_WORK: usize = 20;
/// or so many numbers of a row's sites changed.
const CHANGED_PER_WORK: usize = 8;

impl<'a> Swaps<'a> {
    /// These sites open; those of `moving` have a seat, the others stay.
    ///
    /// Cost: all pairs, and a number per seat and site.
    pub(crate) fn new(cover: &'a Cover, open: &[u32], moving: &[u32]) -> Self {
        let total = cover.total_weight();
        let halved = (0..64).find(|&h| total >> h < 1 << 29).unwrap_or(63);
        let light: Vec<i32> = cover
            .weight
            .iter()
            .map(|w| i32::try_from(w >> halved).expect("halved until the sum fits"))
            .collect();
        let gain = (0..cover.n_sites()).map(|site| {
            let rows = cover.column(site).iter().map(|&r| at(r));
            rows.filter(|&r| cover.need[r] == 1).map(|r| light[r]).sum()
        });
        let mut new = Self {
            gain: gain.collect(),
            toll: Vec::new(),
            light,
            times: vec![0; cover.n_rows()],
            sitters: vec![0; cover.n_rows()],
            seat: vec![NOBODY; cover.n_sites()],
            site: Vec::new(),
            still: Vec::new(),
            is_open: vec![false; cover.n_sites()],
            loss: Vec::new(),
            shared: Vec::new(),
            covered: 0,
            room: Room::new(cover),
            mark: vec![0; cover.n_rows()],
            turn: 0,
            work: u64::from(ix(cover.rows.len())),
            cover,
        };
        let mut moves = vec![false; cover.n_sites()];
        for &site in moving {
            moves[at(site)] = true;
        }
        for &site in open {
            if moves[at(site)] {
                new.open(site);
            } else {
                new.open_for_good(site);
            }
        }
        new
    }

    /// From now on a price counts against what its site gains, at this share (in tenths) of what the open sites lose per price on average.
    ///
    /// Without it a walk only ever drifts to more and cheaper sites, since a budget that is used up allows no dearer ones.
    pub(crate) fn charge(&mut self, tenths: i64) {
        let Some(budget) = &self.cover.budget else {
            return;
        };
        let prices = self.cover.price_of(&self.site);
        let losses: i64 = self.loss.iter().map(|&l| i64::from(l)).sum();
        let toll = |price: i64| {
            let toll = i128::from(price) * i128::from(losses) * i128::from(tenths)
                / (10 * i128::from(prices.max(1)));
            i32::try_from(toll).unwrap_or(i32::MAX).min(1 << 29)
        };
        self.toll = budget.price.iter().map(|&p| toll(p)).collect();
        for (gain, toll) in self.gain.iter_mut().zip(&self.toll) {
            *gain -= toll;
        }
    }

    /// Whether prices are charged.
    pub(crate) fn is_charged(&self) -> bool {
        !self.toll.is_empty()
    }

    pub(crate) fn n_seats(&self) -> usize {
        self.site.len()
    }

    /// The site in a seat.
    pub(crate) fn site(&self, seat: usize) -> u32 {
        self.site[seat]
    }

    /// What closing the site in this seat would lose, in halved weights, less its toll.
    pub(crate) fn loss(&self, seat: usize) -> i32 {
        self.loss[seat] - self.toll.get(at(self.site[seat])).unwrap_or(&0)
    }

    /// The sites that are open, ascending.
    pub(crate) fn open_sites(&self) -> Vec<u32> {
        let mut sites = [&self.still[..], &self.site].concat();
        sites.sort_unstable();
        sites
    }

    /// The sites in all seats.
    pub(crate) fn sites(&self) -> &[u32] {
        &self.site
    }

    fn open_for_good(&mut self, site: u32) {
        self.still.push(site);
        self.is_open[at(site)] = true;
        self.room.open(self.cover, site);
        for &row in self.cover.column(at(site)) {
            self.cover_row(at(row), None);
        }
    }

    /// Opens one more site, in a new seat.
    pub(crate) fn open(&mut self, site: u32) {
        let seat = self.site.len();
        self.site.push(site);
        self.loss.push(0);
        self.shared
            .resize(self.site.len() * self.cover.n_sites(), 0);
        self.is_open[at(site)] = true;
        self.seat[at(site)] = ix(seat);
        self.room.open(self.cover, site);
        for &row in self.cover.column(at(site)) {
            self.cover_row(at(row), Some(seat));
        }
    }

    /// Closes the site in a seat; the last seat moves there.
    pub(crate) fn close(&mut self, seat: usize) {
        let (cover, n_sites) = (self.cover, self.cover.n_sites());
        let (out, last) = (self.site[seat], self.site.len() - 1);
        for &row in cover.column(at(out)) {
            self.uncover_row(at(row), seat);
        }
        self.is_open[at(out)] = false;
        self.seat[at(out)] = NOBODY;
        self.room.close(cover, out);
        if seat < last {
            let moved = self.site[last];
            self.seat[at(moved)] = ix(seat);
            for &row in cover.column(at(moved)) {
                self.sitters[at(row)] ^= number(Some(last)) ^ number(Some(seat));
            }
            self.shared
                .copy_within(last * n_sites..(last + 1) * n_sites, seat * n_sites);
        }
        self.site.swap_remove(seat);
        self.loss.swap_remove(seat);
        self.shared.truncate(last * n_sites);
    }

    /// Collects the closed sites that may open beside what is open and gain at least so much.
    pub(crate) fn gains_at_least(&mut self, floor: i32, found: &mut Vec<u32>) {
        found.clear();
        if self.site.len() + self.still.len() < self.cover.n_new {
            let may = |s: &u32| {
                self.gain[at(*s)] >= floor
                    && !self.is_open[at(*s)]
                    && self.room.may_open(self.cover, *s, None)
            };
            found.extend((0..ix(self.cover.n_sites())).filter(may));
        }
        self.work += u64::from(ix(self.cover.n_sites() / COMPARED_PER_WORK + 1));
    }

    /// Puts another site into a seat.
    ///
    /// Cost: both columns, and all sites of the rows that only one of the two covers and whose state changes.
    pub(crate) fn swap(&mut self, seat: usize, into: u32) {
        let cover = self.cover;
        let out = self.site[seat];
        let (leaves, comes) = (cover.column(at(out)), cover.column(at(into)));
        self.work += u64::from(ix(leaves.len() + comes.len())) / 2;
        if self.turn == u32::MAX {
            self.mark.fill(0);
            self.turn = 0;
        }
        self.turn += 1;
        for &row in comes {
            self.mark[at(row)] = self.turn;
        }
        for &row in leaves {
            if self.mark[at(row)] == self.turn {
                // Covered from the same seat before and after.
                self.mark[at(row)] = 0;
            } else {
                self.uncover_row(at(row), seat);
            }
        }
        for &row in comes {
            if self.mark[at(row)] == self.turn {
                self.cover_row(at(row), Some(seat));
            }
        }
        self.is_open[at(out)] = false;
        self.is_open[at(into)] = true;
        self.seat[at(out)] = NOBODY;
        self.seat[at(into)] = ix(seat);
        self.site[seat] = into;
        self.room.close(cover, out);
        self.room.open(cover, into);
    }

    /// Collects the site in this seat and the closed sites that may replace it and are worth at least so much in its place.
    ///
    /// Cost: the number of sites, in one straight walk.
    pub(crate) fn worth_at_least(&mut self, floor: i32, seat: usize, found: &mut Vec<u32>) {
        found.clear();
        let out = self.site[seat];
        let n_sites = self.cover.n_sites();
        let shared = &self.shared[seat * n_sites..(seat + 1) * n_sites];
        let mut first = 0;
        let chunks = self.gain.chunks(CHUNK).zip(shared.chunks(CHUNK));
        for (gains, shares) in chunks {
            let values = || gains.iter().zip(shares).map(|(g, s)| g + s);
            if values().map(|v| u32::from(v >= floor)).sum::<u32>() > 0 {
                for (site, value) in (first..).zip(values()) {
                    let may = site == out
                        || !self.is_open[at(site)]
                            && self.room.may_open(self.cover, site, Some(out));
                    if value >= floor && may {
                        found.push(site);
                    }
                }
            }
            first += ix(CHUNK);
        }
        self.work += u64::from(ix(n_sites / COMPARED_PER_WORK + 1));
    }

    /// Swaps as long as that covers more, always the best swap; of equals the lowest site in, then the lowest site out.
    ///
    /// Ends because every swap raises the covered weight, halved as it is.
    /// Cost: per swap a walk over the sites for each open one.
    pub(crate) fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let mut found = Vec::new();
        loop {
            self.fill();
            let mut best = None;
            for seat in 0..self.site.len() {
                let (out, loss) = (self.site[seat], self.loss[seat]);
                let bar = best.map_or(1, |(change, ..): (i32, _, _, _)| change);
                self.worth_at_least(loss + bar, seat, &mut found);
                let shared = &self.shared[seat * self.cover.n_sites()..];
                for &into in &found {
                    let change = self.gain[at(into)] + shared[at(into)] - loss;
                    best = best.max(Some((change, Reverse(into), Reverse(out), seat)));
                }
            }
            let Some((_, Reverse(into), _, seat)) = best else {
                return;
            };
            if stop() {
                return;
            }
            self.swap(seat, into);
        }
    }

    /// Opens what gains most while number, budget and spacing allow.
    pub(crate) fn fill(&mut self) {
        while self.site.len() + self.still.len() < self.cover.n_new {
            self.work += u64::from(ix(self.cover.n_sites() / COMPARED_PER_WORK + 1));
            let best = (0..ix(self.cover.n_sites()))
                .filter(|&s| {
                    self.gain[at(s)] > 0
                        && !self.is_open[at(s)]
                        && self.room.may_open(self.cover, s, None)
                })
                .max_by_key(|&s| (self.gain[at(s)], Reverse(s)));
            let Some(site) = best else { return };
            self.open(site);
        }
    }

    /// One more open site covers the row: the one in this seat, or one without.
    fn cover_row(&mut self, row: usize, seat: Option<usize>) {
        let (times, need) = (self.times[row], self.cover.need[row]);
        let (before, after) = (State::of(times, need), State::of(times + 1, need));
        if times + 1 == need {
            self.covered += self.cover.weight[row];
        }
        self.tell_sitters(row, times, seat, before, after);
        let own = seat.map(|s| (s, after.share(), after.lost));
        self.tell_sites(row, after.gained - before.gained, own);
        self.times[row] = times + 1;
        self.sitters[row] ^= number(seat);
    }

    /// The open site in this seat covers the row no more.
    fn uncover_row(&mut self, row: usize, seat: usize) {
        let (times, need) = (self.times[row], self.cover.need[row]);
        let (before, after) = (State::of(times, need), State::of(times - 1, need));
        if times == need {
            self.covered -= self.cover.weight[row];
        }
        self.times[row] = times - 1;
        self.sitters[row] ^= number(Some(seat));
        self.tell_sitters(row, times - 1, Some(seat), before, after);
        let own = Some((seat, -before.share(), -before.lost));
        self.tell_sites(row, after.gained - before.gained, own);
    }

    /// A row's state changes in the eyes of the other seats that cover it, `n_others` with those that have no seat.
    fn tell_sitters(
        &mut self,
        row: usize,
        n_others: u32,
        but: Option<usize>,
        before: State,
        after: State,
    ) {
        let change = (after.share() - before.share(), after.lost - before.lost);
        if change == (0, 0) || n_others == 0 {
            return;
        }
        if n_others == 1 {
            if self.sitters[row] > 0 {
                let seat = at(self.sitters[row] - 1);
                self.tell_sites(row, 0, Some((seat, change.0, change.1)));
            }
            return;
        }
        let cover = self.cover;
        for &site in cover.sites_of(row) {
            let seat = self.seat[at(site)];
            if seat != NOBODY && Some(at(seat)) != but {
                self.tell_sites(row, 0, Some((at(seat), change.0, change.1)));
            }
        }
    }

    /// Adds so many times the row's weight to the gain of its sites, and to share and loss of a seat.
    fn tell_sites(&mut self, row: usize, gain: i32, own: Option<(usize, i32, i32)>) {
        let light = self.light[row];
        let sites = self.cover.sites_of(row);
        let gain = gain * light;
        if let Some((seat, share, loss)) = own {
            self.loss[seat] += loss * light;
            let share = share * light;
            let n_sites = self.cover.n_sites();
            let shared = &mut self.shared[seat * n_sites..(seat + 1) * n_sites];
            if gain == 0 && share == 0 {
                return;
            }
            if gain == 0 {
                for &site in sites {
                    shared[at(site)] += share;
                }
            } else {
                for &site in sites {
                    self.gain[at(site)] += gain;
                    shared[at(site)] += share;
                }
            }
        } else if gain == 0 {
            return;
        } else {
            for &site in sites {
                self.gain[at(site)] += gain;
            }
        }
        self.work += u64::from(ix(sites.len() / CHANGED_PER_WORK));
    }
}

/// What a row is to the sites that cover it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    /// 1 when one more open site would cover it.
    gained: i32,
    /// 1 when one open site less would uncover it.
    lost: i32,
}

impl State {
    fn of(times: u32, need: u32) -> Self {
        Self {
            gained: i32::from(times + 1 == need),
            lost: i32::from(times == need),
        }
    }

    /// By how many weights gain minus loss misjudges a swap of two sites that both cover the row: it stays as it is.
    fn share(self) -> i32 {
        self.lost - self.gained
    }
}

/// A seat as it goes into `sitters`.
fn number(seat: Option<usize>) -> u32 {
    seat.map_or(0, |s| ix(s) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covering::heuristics::coverage_state::Tally;
    use crate::instance::Instance;
    use crate::question::Question;
    use crate::random::Dice;

    /// A town of rows and sites on a line; rows in reach by half of the sites.
    fn line(dice: &mut Dice) -> Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        for demand in 0..30 {
            builder.demand(&format!("d{demand:02}"), number(1 + dice.below(50)));
        }
        for site in 0..45 {
            let spot = dice.below(30);
            for demand in 0..30 {
                let cost = spot.abs_diff(demand);
                if cost <= 4 {
                    builder.pair(
                        &format!("s{site:02}"),
                        &format!("d{demand:02}"),
                        number(cost),
                    );
                }
            }
        }
        builder.build().unwrap()
    }

    #[test]
    fn all_swaps_are_worth_what_the_tally_says() {
        for seed in 0..40 {
            let mut dice = Dice::new(seed);
            let instance = line(&mut dice);
            let question = Question {
                times: 1 + u32::try_from(seed % 3).unwrap(),
                n_sites: Some(8),
                ..Question::mclp(4)
            };
            let cover = Cover::new(&instance, &question);
            let n_sites = cover.n_sites();
            let mut tally = Tally::new(&cover, cover.weight.clone());
            while tally.open.len() < 8 {
                let site = ix(dice.below(n_sites));
                if tally.may_open(site, None) {
                    tally.open(site);
                }
            }
            // Two of the sites stay.
            let mut swaps = Swaps::new(&cover, &tally.open, &tally.open.clone()[2..]);
            let mut found = Vec::new();
            for _ in 0..30 {
                let floor = i32::try_from(dice.below(200)).unwrap();
                for seat in 0..swaps.n_seats() {
                    let out = swaps.site(seat);
                    let mut without = tally.clone();
                    without.close(out);
                    let wanted: Vec<u32> = (0..ix(n_sites))
                        .filter(|&s| without.may_open(s, None))
                        .filter(|&s| without.gain[at(s)] >= i64::from(floor))
                        .collect();
                    swaps.worth_at_least(floor, seat, &mut found);
                    assert_eq!(found, wanted, "seed {seed}");
                }
                let closing = dice.below(swaps.n_seats());
                tally.close(swaps.site(closing));
                swaps.close(closing);
                let opens = (0..ix(n_sites)).find(|&s| !tally.is_open[at(s)]).unwrap();
                tally.open(opens);
                swaps.open(opens);
                let seat = dice.below(swaps.n_seats());
                let (out, into) = (swaps.site(seat), ix(dice.below(n_sites)));
                if tally.may_open(into, Some(out)) {
                    tally.close(out);
                    tally.open(into);
                    swaps.swap(seat, into);
                    assert!(swaps.sites().iter().all(|&s| tally.is_open[at(s)]));
                }
                assert_eq!(swaps.covered, tally.covered, "seed {seed}");
            }
        }
    }
}
