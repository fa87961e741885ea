//! Swap table of Resende and Werneck (A fast swap-based local search procedure for location problems, 2007), for covering: the change of every swap, kept up to date from swap to swap.
//!
//! Gain by closed site, loss by open site, and `extra` by both: the weight by which gain less loss misjudges their swap.
//! All swaps of one open site are then one pass over two rows of numbers.

mod row_updates;

use std::cmp::Reverse;

use crate::covering::heuristics::coverage_state::Allowance;
use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};
use row_updates::number;

/// A set of open sites with the changes of all swaps; each movable site has a slot, which its successor takes over.
#[derive(Clone, Debug)]
pub(crate) struct SwapTable<'a> {
    problem: &'a CoveringProblem,
    /// Weights by row, halved until their sums fit 31 bits: they rank moves and are never reported.
    light: Vec<i32>,
    times: Vec<u32>,
    /// By row, the exclusive or of the slots that cover it, each plus one.
    slots_of_row: Vec<u32>,
    /// By site: its slot, or `NO_SLOT`.
    slot: Vec<u32>,
    /// By slot: its site.
    site: Vec<u32>,
    /// Open sites without a slot, which no swap moves.
    pub(crate) still: Vec<u32>,
    is_open: Vec<bool>,
    /// By site: halved weight that it would newly cover, less its charge.
    gain: Vec<i32>,
    /// By site: the charge for its price, in halved weight; empty without charges.
    charges: Vec<i32>,
    /// By slot: halved weight that only its site covers.
    loss: Vec<i32>,
    /// By slot and site: the change by their swap, less gain, plus loss.
    extras: Vec<i32>,
    /// Covered weight, exactly.
    pub(crate) covered: i64,
    allowance: Allowance,
    /// Scratch: the number of the swap, `turn`, at the rows of the site that opens.
    mark: Vec<u32>,
    turn: u32,
    /// Pairs and entries visited.
    pub(crate) work: u64,
}

const NO_SLOT: u32 = u32::MAX;
/// Values compared at once before any is read singly: the compiler makes vectors of that.
const CHUNK: usize = 32;
/// Work is counted in random accesses to pairs; in the time of one, this many values are compared in order,
const COMPARED_PER_WORK: usize = 20;
/// or this many entries of a row's sites updated.
const CHANGED_PER_WORK: usize = 8;

impl<'a> SwapTable<'a> {
    /// A table with these sites open; those of `moving` get a slot, the others stay.
    ///
    /// Cost: all pairs, and an entry per slot and site.
    pub(crate) fn new(problem: &'a CoveringProblem, open: &[u32], moving: &[u32]) -> Self {
        let total = problem.total_weight();
        let halved = (0..64).find(|&h| total >> h < 1 << 29).unwrap_or(63);
        let light: Vec<i32> = problem
            .weight
            .iter()
            .map(|w| i32::try_from(w >> halved).expect("halved until the sum fits"))
            .collect();
        let gain = (0..problem.n_sites()).map(|site| {
            let rows = problem.column(site).iter().map(|&r| at(r));
            rows.filter(|&r| problem.need[r] == 1)
                .map(|r| light[r])
                .sum()
        });
        let mut new = Self {
            gain: gain.collect(),
            charges: Vec::new(),
            light,
            times: vec![0; problem.n_rows()],
            slots_of_row: vec![0; problem.n_rows()],
            slot: vec![NO_SLOT; problem.n_sites()],
            site: Vec::new(),
            still: Vec::new(),
            is_open: vec![false; problem.n_sites()],
            loss: Vec::new(),
            extras: Vec::new(),
            covered: 0,
            allowance: Allowance::new(problem),
            mark: vec![0; problem.n_rows()],
            turn: 0,
            work: u64::from(ix(problem.rows.len())),
            problem,
        };
        let mut moves = vec![false; problem.n_sites()];
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

    /// Charges for prices: from now on the gain of a site falls by its price times this many tenths of the mean loss per price of the open sites.
    ///
    /// Without charges the search drifts to more and cheaper sites, since a budget that is used up allows no dearer ones.
    pub(crate) fn charge(&mut self, tenths: i64) {
        let Some(budget) = &self.problem.budget else {
            return;
        };
        let prices = self.problem.price_of(&self.site);
        let losses: i64 = self.loss.iter().map(|&l| i64::from(l)).sum();
        let charges = |price: i64| {
            let charges = i128::from(price) * i128::from(losses) * i128::from(tenths)
                / (10 * i128::from(prices.max(1)));
            i32::try_from(charges).unwrap_or(i32::MAX).min(1 << 29)
        };
        self.charges = budget.price.iter().map(|&p| charges(p)).collect();
        for (gain, charges) in self.gain.iter_mut().zip(&self.charges) {
            *gain -= charges;
        }
    }

    /// Whether prices are charged.
    pub(crate) fn is_charged(&self) -> bool {
        !self.charges.is_empty()
    }

    pub(crate) fn n_slots(&self) -> usize {
        self.site.len()
    }

    /// The site in a slot.
    pub(crate) fn site(&self, slot: usize) -> u32 {
        self.site[slot]
    }

    /// Loss by closing the site in this slot, in halved weight, less its charge.
    pub(crate) fn loss(&self, slot: usize) -> i32 {
        self.loss[slot] - self.charges.get(at(self.site[slot])).unwrap_or(&0)
    }

    /// The sites that are open, ascending.
    pub(crate) fn open_sites(&self) -> Vec<u32> {
        let mut sites = [&self.still[..], &self.site].concat();
        sites.sort_unstable();
        sites
    }

    /// The sites in all slots.
    pub(crate) fn sites(&self) -> &[u32] {
        &self.site
    }

    fn open_for_good(&mut self, site: u32) {
        self.still.push(site);
        self.is_open[at(site)] = true;
        self.allowance.open(self.problem, site);
        for &row in self.problem.column(at(site)) {
            self.cover_row(at(row), None);
        }
    }

    /// Opens one more site, in a new slot.
    pub(crate) fn open(&mut self, site: u32) {
        let slot = self.site.len();
        self.site.push(site);
        self.loss.push(0);
        self.extras
            .resize(self.site.len() * self.problem.n_sites(), 0);
        self.is_open[at(site)] = true;
        self.slot[at(site)] = ix(slot);
        self.allowance.open(self.problem, site);
        for &row in self.problem.column(at(site)) {
            self.cover_row(at(row), Some(slot));
        }
    }

    /// Closes the site in a slot; the last slot moves there.
    pub(crate) fn close(&mut self, slot: usize) {
        let (problem, n_sites) = (self.problem, self.problem.n_sites());
        let (out, last) = (self.site[slot], self.site.len() - 1);
        for &row in problem.column(at(out)) {
            self.uncover_row(at(row), slot);
        }
        self.is_open[at(out)] = false;
        self.slot[at(out)] = NO_SLOT;
        self.allowance.close(problem, out);
        if slot < last {
            let moved = self.site[last];
            self.slot[at(moved)] = ix(slot);
            for &row in problem.column(at(moved)) {
                self.slots_of_row[at(row)] ^= number(Some(last)) ^ number(Some(slot));
            }
            self.extras
                .copy_within(last * n_sites..(last + 1) * n_sites, slot * n_sites);
        }
        self.site.swap_remove(slot);
        self.loss.swap_remove(slot);
        self.extras.truncate(last * n_sites);
    }

    /// Collects the closed sites that may open and gain at least `floor`.
    pub(crate) fn gains_at_least(&mut self, floor: i32, found: &mut Vec<u32>) {
        found.clear();
        if self.site.len() + self.still.len() < self.problem.n_new {
            let may = |s: &u32| {
                self.gain[at(*s)] >= floor
                    && !self.is_open[at(*s)]
                    && self.allowance.may_open(self.problem, *s, None)
            };
            found.extend((0..ix(self.problem.n_sites())).filter(may));
        }
        self.work += u64::from(ix(self.problem.n_sites() / COMPARED_PER_WORK + 1));
    }

    /// Puts another site into a slot.
    ///
    /// Cost: both columns, and all sites of the rows that only one of the two covers and whose state changes.
    pub(crate) fn swap(&mut self, slot: usize, into: u32) {
        let problem = self.problem;
        let out = self.site[slot];
        let (leaves, comes) = (problem.column(at(out)), problem.column(at(into)));
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
                // Covered from the same slot before and after.
                self.mark[at(row)] = 0;
            } else {
                self.uncover_row(at(row), slot);
            }
        }
        for &row in comes {
            if self.mark[at(row)] == self.turn {
                self.cover_row(at(row), Some(slot));
            }
        }
        self.is_open[at(out)] = false;
        self.is_open[at(into)] = true;
        self.slot[at(out)] = NO_SLOT;
        self.slot[at(into)] = ix(slot);
        self.site[slot] = into;
        self.allowance.close(problem, out);
        self.allowance.open(problem, into);
    }

    /// Collects the sites whose gain in this slot is at least `floor`: the present one, and closed ones that may replace it.
    ///
    /// Cost: one pass over the sites.
    pub(crate) fn worth_at_least(&mut self, floor: i32, slot: usize, found: &mut Vec<u32>) {
        found.clear();
        let out = self.site[slot];
        let n_sites = self.problem.n_sites();
        let extras = &self.extras[slot * n_sites..(slot + 1) * n_sites];
        let mut first = 0;
        let chunks = self.gain.chunks(CHUNK).zip(extras.chunks(CHUNK));
        for (gains, shares) in chunks {
            let values = || gains.iter().zip(shares).map(|(g, s)| g + s);
            if values().map(|v| u32::from(v >= floor)).sum::<u32>() > 0 {
                for (site, value) in (first..).zip(values()) {
                    let may = site == out
                        || !self.is_open[at(site)]
                            && self.allowance.may_open(self.problem, site, Some(out));
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
    /// Ends because every swap raises the covered weight in halved weights.
    /// Cost: per swap one pass over the sites for each slot.
    pub(crate) fn descend(&mut self, stop: &(dyn Fn() -> bool + Sync)) {
        let mut found = Vec::new();
        loop {
            self.fill();
            let mut best = None;
            for slot in 0..self.site.len() {
                let (out, loss) = (self.site[slot], self.loss[slot]);
                let bar = best.map_or(1, |(change, ..): (i32, _, _, _)| change);
                self.worth_at_least(loss + bar, slot, &mut found);
                let extras = &self.extras[slot * self.problem.n_sites()..];
                for &into in &found {
                    let change = self.gain[at(into)] + extras[at(into)] - loss;
                    best = best.max(Some((change, Reverse(into), Reverse(out), slot)));
                }
            }
            let Some((_, Reverse(into), _, slot)) = best else {
                return;
            };
            if stop() {
                return;
            }
            self.swap(slot, into);
        }
    }

    /// Opens the site of largest gain while number, budget and spacing allow.
    pub(crate) fn fill(&mut self) {
        while self.site.len() + self.still.len() < self.problem.n_new {
            self.work += u64::from(ix(self.problem.n_sites() / COMPARED_PER_WORK + 1));
            let best = (0..ix(self.problem.n_sites()))
                .filter(|&s| {
                    self.gain[at(s)] > 0
                        && !self.is_open[at(s)]
                        && self.allowance.may_open(self.problem, s, None)
                })
                .max_by_key(|&s| (self.gain[at(s)], Reverse(s)));
            let Some(site) = best else { return };
            self.open(site);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covering::heuristics::coverage_state::CoverageState;
    use crate::instance::Instance;
    use crate::question::Question;
    use crate::random::Rng;

    /// A town of rows and sites on a line; rows in reach by half of the sites.
    fn line(rng: &mut Rng) -> Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        for demand in 0..30 {
            builder.demand(&format!("d{demand:02}"), number(1 + rng.below(50)));
        }
        for site in 0..45 {
            let spot = rng.below(30);
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
    fn all_swaps_change_the_coverage_as_the_coverage_state_says() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let instance = line(&mut rng);
            let question = Question {
                times: 1 + u32::try_from(seed % 3).unwrap(),
                n_sites: Some(8),
                ..Question::mclp(4)
            };
            let problem = CoveringProblem::new(&instance, &question);
            let n_sites = problem.n_sites();
            let mut state = CoverageState::new(&problem, problem.weight.clone());
            while state.open.len() < 8 {
                let site = ix(rng.below(n_sites));
                if state.may_open(site, None) {
                    state.open(site);
                }
            }
            // Two of the sites stay.
            let mut table = SwapTable::new(&problem, &state.open, &state.open.clone()[2..]);
            let mut found = Vec::new();
            for _ in 0..30 {
                let floor = i32::try_from(rng.below(200)).unwrap();
                for slot in 0..table.n_slots() {
                    let out = table.site(slot);
                    let mut without = state.clone();
                    without.close(out);
                    let wanted: Vec<u32> = (0..ix(n_sites))
                        .filter(|&s| without.may_open(s, None))
                        .filter(|&s| without.gain[at(s)] >= i64::from(floor))
                        .collect();
                    table.worth_at_least(floor, slot, &mut found);
                    assert_eq!(found, wanted, "seed {seed}");
                }
                let closing = rng.below(table.n_slots());
                state.close(table.site(closing));
                table.close(closing);
                let opens = (0..ix(n_sites)).find(|&s| !state.is_open[at(s)]).unwrap();
                state.open(opens);
                table.open(opens);
                let slot = rng.below(table.n_slots());
                let (out, into) = (table.site(slot), ix(rng.below(n_sites)));
                if state.may_open(into, Some(out)) {
                    state.close(out);
                    state.open(into);
                    table.swap(slot, into);
                    assert!(table.sites().iter().all(|&s| state.is_open[at(s)]));
                }
                assert_eq!(table.covered, state.covered, "seed {seed}");
            }
        }
    }
}
