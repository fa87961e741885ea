//! The Lagrangian bound for sites with capacities: every step of a row's weight is priced, and a site then serves what saves most until it is full.
//!
//! Relaxing that all demand is served, instead of the capacities, keeps each site's own question whole (van Roy 1986 compares the two): the sum over the sites chosen is a bound as good as the linear relaxation with `y_ij ≤ w_i x_j`.

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::branch_and_bound::knapsack::Choice;
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::Branching;
use crate::capacity::problem::{Slots, Taken};
use crate::capacity::transportation::assign;
use crate::number::{at, float, rounded};

/// What a climb remembers.
#[derive(Clone, Copy)]
struct Memory {
    /// Part of the old direction that is kept.
    kept: f64,
    /// How much one step changes how often sites were chosen lately.
    fresh: f64,
}

const SHORT: Memory = Memory {
    kept: 0.7,
    fresh: 0.1,
};
/// The same for a long climb from far away.
const LONG: Memory = Memory {
    kept: 0.95,
    fresh: 0.02,
};
/// Below so many pairs the hand-over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 30_000;
const BLOCK: usize = 64;

/// One part of the question, and a climb under way.
pub(crate) struct Climber<'a> {
    slots: &'a Slots,
    /// Fixed sites, and those that are decided to be open.
    open: Vec<u32>,
    /// Candidates about which nothing is decided.
    free: Vec<u32>,
    room: usize,
    money: Option<i64>,
    prices: Vec<i64>,
    /// Tolls of the sites that are decided to be open, scaled.
    tolls: i64,
    row: Vec<i64>,
    /// By triple.
    triple: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
    served: Vec<i64>,
    /// By triple, what the chosen sites count.
    counted: Vec<i64>,
    taken: Vec<Taken>,
    direction: Vec<f64>,
    of_triples: Vec<f64>,
    /// How often each free site was chosen lately.
    share: Vec<f64>,
    best: Option<Best>,
    memory: Memory,
    /// How long steps are now, as a share of Polyak's.
    pub(crate) length: f64,
    idle: u32,
    work: u64,
}

/// The best step of a climb.
struct Best {
    bound: i64,
    nu: i64,
    row: Vec<i64>,
    triple: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}

impl<'a> Climber<'a> {
    /// `None` when the decided sites are too many or too dear.
    fn new(
        slots: &'a Slots,
        part: &Part,
        dual: &Dual,
        length: f64,
        memory: Memory,
    ) -> Option<Self> {
        let price = |s: u32| slots.price.get(at(s)).copied().unwrap_or(0);
        let room = slots.n_new.checked_sub(part.open.len())?;
        let spent = || part.open.iter().map(|&s| price(s)).sum::<i64>();
        let money = slots.money.map(|m| m - spent());
        if money.is_some_and(|m| m < 0) {
            return None;
        }
        let free: Vec<u32> = part.free_sites().collect();
        let (n, n_triples) = (slots.n_rows(), slots.triples.len());
        let mut triple = dual.triple.clone();
        triple.resize(n_triples, 0);
        Some(Self {
            slots,
            open: slots.with_fixed(&part.open),
            room,
            prices: match money {
                Some(_) => free.iter().map(|&s| price(s)).collect(),
                None => Vec::new(),
            },
            money,
            tolls: part.open.iter().map(|&s| slots.toll[at(s)]).sum::<i64>() << slots.bits,
            row: dual.row.iter().map(|&m| m.min(slots.most)).collect(),
            triple,
            value: vec![0; free.len()],
            chosen: Vec::new(),
            served: vec![0; n],
            counted: vec![0; n_triples],
            taken: Vec::new(),
            direction: vec![0.0; n],
            of_triples: vec![0.0; n_triples],
            share: vec![0.0; free.len()],
            best: None,
            memory,
            length,
            idle: 0,
            work: 0,
            free,
        })
    }

    fn choice(&self) -> Choice<'_> {
        Choice {
            room: self.room,
            money: self.money,
            price: &self.prices,
        }
    }

    /// Longer steps again, from the best multipliers met.
    pub(crate) fn lengthen(&mut self, length: f64) {
        self.length = length;
        self.go_back();
    }

    fn go_back(&mut self) {
        self.idle = 0;
        if let Some(best) = &self.best {
            self.row.clone_from(&best.row);
            self.triple.clone_from(&best.triple);
            self.direction.fill(0.0);
            self.of_triples.fill(0.0);
        }
    }

    /// Looks at the multipliers of now; returns their bound.
    fn look(&mut self) -> i64 {
        let slots = self.slots;
        self.served.fill(0);
        self.counted.fill(0);
        let mut sum = 0;
        for k in 0..self.open.len() {
            let site = self.open[k];
            sum += slots.worth(site, &self.row, &mut self.taken);
            sum += counts(slots, site, &self.triple);
            self.count(site);
        }
        self.values();
        self.work += 4 * slots.n_pairs();
        let (picked, nu) = {
            let mut chosen = std::mem::take(&mut self.chosen);
            let best = self.choice().best(&self.value, &mut chosen);
            self.chosen = chosen;
            best
        };
        for k in 0..self.chosen.len() {
            let site = self.free[at(self.chosen[k])];
            slots.worth(site, &self.row, &mut self.taken);
            self.count(site);
        }
        let priced: i64 = self.row.iter().zip(&slots.weight).map(|(m, w)| m * w).sum();
        let of_triples = 2 * self.triple.iter().sum::<i64>();
        let bound = self.tolls + priced + of_triples - sum - picked;
        let fresh = if self.best.is_none() {
            1.0
        } else {
            self.memory.fresh
        };
        for s in &mut self.share {
            *s *= 1.0 - fresh;
        }
        for &k in &self.chosen {
            self.share[at(k)] += fresh;
        }
        if self.best.as_ref().is_none_or(|b| bound > b.bound) {
            self.best = Some(Best {
                bound,
                nu,
                row: self.row.clone(),
                triple: self.triple.clone(),
                value: self.value.clone(),
                chosen: self.chosen.clone(),
            });
        }
        bound
    }

    /// Adds what a chosen site serves, and how it counts in triples.
    fn count(&mut self, site: u32) {
        for t in &self.taken {
            self.served[at(t.row)] += t.amount;
        }
        for &(triple, counts) in &self.slots.of_site[at(site)] {
            self.counted[at(triple)] += counts;
        }
    }

    /// For each free site what it is worth, less its toll.
    fn values(&mut self) {
        let (slots, row, free) = (self.slots, &self.row, &self.free);
        let triple = &self.triple;
        let of = |site: u32, taken: &mut Vec<Taken>| {
            slots.worth(site, row, taken) + counts(slots, site, triple)
                - (slots.toll[at(site)] << slots.bits)
        };
        if slots.rows.len() < PARALLEL_PAIRS {
            for (&site, value) in free.iter().zip(&mut self.value) {
                *value = of(site, &mut self.taken);
            }
            return;
        }
        let blocks = self.value.par_chunks_mut(BLOCK).zip(free.par_chunks(BLOCK));
        blocks.for_each_init(Vec::new, |taken, (values, sites)| {
            for (&site, value) in sites.iter().zip(values) {
                *value = of(site, taken);
            }
        });
    }

    /// Steps are taken in weight × multiplier, so that heavy rows do not rush ahead; false when there is no slope.
    ///
    /// What a triple's multiplier gains, its rows lose, so that only sites that cover two or three of them feel it.
    fn step(&mut self, ahead: f64) -> bool {
        let slots = self.slots;
        let counts = |r: &usize| slots.weight[*r] > 0;
        let slope =
            |r: usize, served: &[i64]| 1.0 - float(served[r]) / float(slots.weight[r].max(1));
        let mut norm = 0.0;
        for r in (0..self.row.len()).filter(counts) {
            let d = self.memory.kept * self.direction[r]
                + (1.0 - self.memory.kept) * slope(r, &self.served);
            self.direction[r] = d;
            if !(d < 0.0 && self.row[r] == 0 || d > 0.0 && self.row[r] == slots.most) {
                norm += d * d;
            }
        }
        for (t, rows) in slots.triples.iter().enumerate() {
            let of_rows: f64 = rows.iter().map(|&r| slope(at(r), &self.served)).sum();
            let here = 2.0 - float(self.counted[t]) - of_rows;
            let d = self.memory.kept * self.of_triples[t] + (1.0 - self.memory.kept) * here;
            self.of_triples[t] = d;
            if d > 0.0 || self.triple[t] > 0 {
                norm += d * d;
            }
        }
        if norm <= 0.0 {
            return false;
        }
        let stride = ahead / norm;
        for r in (0..self.row.len()).filter(counts) {
            let moved = rounded(stride * self.direction[r] / float(slots.weight[r]));
            self.row[r] = (self.row[r].saturating_add(moved)).clamp(0, slots.most);
        }
        for (t, rows) in slots.triples.iter().enumerate() {
            let old = self.triple[t];
            let new = old.saturating_add(rounded(stride * self.of_triples[t]));
            let new = new.clamp(0, slots.most);
            self.triple[t] = new;
            for &r in rows {
                let row = &mut self.row[at(r)];
                let moved = rounded(float(new - old) / float(slots.weight[at(r)]));
                *row = (*row - moved).clamp(0, slots.most);
            }
        }
        true
    }

    /// Raises the bound step by step.
    ///
    /// Cost: one pass over the pairs of the free sites per step.
    pub(crate) fn climb(&mut self, climb: &Climb) {
        for step in 1..=climb.steps.max(1) {
            let before = self.best.as_ref().map_or(i64::MIN, |b| b.bound);
            let bound = self.look();
            let gained = bound.saturating_sub(before);
            let progress = gained > (climb.target - bound).max(0) / 1_000;
            self.idle = if progress { 0 } else { self.idle + 1 };
            if bound >= climb.enough || (climb.stop)() {
                return;
            }
            if self.idle >= climb.patience {
                self.length *= 0.6;
                self.go_back();
                if self.length < climb.shortest {
                    return;
                }
                continue;
            }
            if step == climb.steps && step == 1 {
                return;
            }
            if !self.step(self.length * float((climb.target - bound).max(1))) {
                self.length = 0.0;
                return;
            }
        }
    }

    /// What was found since the last time; multipliers and bound are the best of the whole climb.
    pub(crate) fn ascent(&mut self, part: &Part) -> Ascent {
        let best = self.best.as_ref().expect("at least one step is made");
        let (regret, inside) = self.choice().regrets(&best.value, best.nu, &best.chosen);
        let n = self.slots.n_candidates;
        let picked = best.chosen.iter().map(|&k| self.free[at(k)]);
        let mut ascent = Ascent {
            bound: best.bound,
            regret: vec![0; n],
            chosen: vec![false; n],
            share: vec![0.0; n],
            met: Some((part.open.iter().copied().chain(picked).collect(), 0)),
            work: std::mem::take(&mut self.work),
            dual: Dual {
                row: best.row.clone(),
                triple: best.triple.clone(),
                budget: best.nu,
                ..Dual::default()
            },
        };
        for (k, &site) in self.free.iter().enumerate() {
            ascent.regret[at(site)] = regret[k];
            ascent.chosen[at(site)] = inside[k];
            ascent.share[at(site)] = self.share[k];
        }
        ascent
    }
}

/// What the triples pay a site.
fn counts(slots: &Slots, site: u32, triple: &[i64]) -> i64 {
    let of_site = slots.of_site[at(site)].iter();
    of_site.map(|&(t, counts)| counts * triple[at(t)]).sum()
}

impl Slots {
    /// The beginning of a long climb, which is made piece by piece; `None` when nothing can satisfy the part.
    pub(crate) fn long_climb(&self, part: &Part, dual: &Dual, length: f64) -> Option<Climber<'_>> {
        Climber::new(self, part, dual, length, LONG)
    }

    /// Multipliers to begin with when nothing better is known: what a step of weight costs where sites are best used.
    pub(crate) fn first_guess(&self) -> Dual {
        let mut row = vec![self.most; self.n_rows()];
        for site in 0..crate::number::ix(self.n_candidates) {
            let toll = self.toll[at(site)] << self.bits;
            let reach: i64 = self.column(site).map(|(r, _)| self.weight[at(r)]).sum();
            let used = reach.min(self.capacity[at(site)]).max(1);
            for (r, cost) in self.column(site) {
                let least = &mut row[at(r)];
                *least = (*least).min(cost + toll / used);
            }
        }
        Dual {
            row,
            ..Dual::default()
        }
    }
}

impl Branching for Slots {
    fn n_sites(&self) -> usize {
        self.n_candidates
    }

    fn n_new(&self) -> usize {
        self.n_new
    }

    fn near(&self, site: u32) -> Option<&[u32]> {
        self.near.get(at(site)).map(Vec::as_slice)
    }

    fn sites_of(&self, _row: u32) -> &[u32] {
        &[]
    }

    fn climb(&self, part: &Part, dual: &Dual, climb: &Climb) -> Option<Ascent> {
        let mut climber = Climber::new(self, part, dual, climb.length, SHORT)?;
        climber.climb(climb);
        Some(climber.ascent(part))
    }

    fn rows_to_split(&self, _part: &Part, _ascent: &Ascent) -> Vec<u32> {
        Vec::new()
    }

    /// The prices of the cheapest assignment prove what it costs; where somebody is not served though he must be, prices without measure on one side of the cut prove that no assignment serves all.
    fn single(&self, part: &Part) -> Option<Dual> {
        let plan = assign(self, &self.with_fixed(&part.open));
        let row = if self.must && plan.missed > 0 {
            let endless = self.ceiling() << self.bits;
            let price = |(p, w): (&i64, &i64)| {
                if self.is_short(*p) && *w > 0 {
                    endless
                } else {
                    0
                }
            };
            plan.price.iter().zip(&self.weight).map(price).collect()
        } else {
            plan.price
        };
        Some(Dual {
            row,
            ..Dual::default()
        })
    }
}
