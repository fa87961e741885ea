//! The Lagrangian bound for sites with capacities: every step of a row's weight is priced, and a site then serves what saves most until it is full.
//!
//! Relaxing that all demand is served, instead of the capacities, keeps each site's own question whole (van Roy 1986 compares the two): the sum over the sites chosen is a bound as good as the linear relaxation with `y_ij ≤ w_i x_j`.

use rayon::prelude::*;

use crate::branch_and_bound::Branching;
use crate::choice::Choice;
use crate::lagrange::{Ascent, Climb, Dual};
use crate::number::{at, float, rounded};
use crate::part::Part;
use crate::slots::{Slots, Taken};
use crate::transport::assign;

/// Part of the old direction that is kept.
const KEPT: f64 = 0.7;
/// The same for a long climb from far away.
const KEPT_LONG: f64 = 0.95;
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
    value: Vec<i64>,
    chosen: Vec<u32>,
    served: Vec<i64>,
    taken: Vec<Taken>,
    direction: Vec<f64>,
    /// How often each free site was chosen lately.
    share: Vec<f64>,
    best: Option<Best>,
    /// Part of the old direction that is kept.
    kept: f64,
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
    value: Vec<i64>,
    chosen: Vec<u32>,
}

impl<'a> Climber<'a> {
    /// `None` when the decided sites are too many or too dear.
    fn new(slots: &'a Slots, part: &Part, dual: &Dual, length: f64, kept: f64) -> Option<Self> {
        let price = |s: u32| slots.price.get(at(s)).copied().unwrap_or(0);
        let room = slots.n_new.checked_sub(part.open.len())?;
        let spent = || part.open.iter().map(|&s| price(s)).sum::<i64>();
        let money = slots.money.map(|m| m - spent());
        if money.is_some_and(|m| m < 0) {
            return None;
        }
        let free: Vec<u32> = part.free_sites().collect();
        let n = slots.n_rows();
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
            value: vec![0; free.len()],
            chosen: Vec::new(),
            served: vec![0; n],
            taken: Vec::new(),
            direction: vec![0.0; n],
            share: vec![0.0; free.len()],
            best: None,
            kept,
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
            self.direction.fill(0.0);
        }
    }

    /// Looks at the multipliers of now; returns their bound.
    fn look(&mut self) -> i64 {
        let slots = self.slots;
        self.served.fill(0);
        let mut sum = 0;
        for &site in &self.open {
            sum += slots.worth(site, &self.row, &mut self.taken);
            for t in &self.taken {
                self.served[at(t.row)] += t.amount;
            }
        }
        self.values();
        self.work += 4 * slots.n_pairs();
        let (picked, nu) = {
            let mut chosen = std::mem::take(&mut self.chosen);
            let best = self.choice().best(&self.value, &mut chosen);
            self.chosen = chosen;
            best
        };
        for &k in &self.chosen {
            slots.worth(self.free[at(k)], &self.row, &mut self.taken);
            for t in &self.taken {
                self.served[at(t.row)] += t.amount;
            }
        }
        let priced: i64 = self.row.iter().zip(&slots.weight).map(|(m, w)| m * w).sum();
        let bound = self.tolls + priced - sum - picked;
        let fresh = if self.best.is_none() { 1.0 } else { 0.1 };
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
                value: self.value.clone(),
                chosen: self.chosen.clone(),
            });
        }
        bound
    }

    /// For each free site what it is worth, less its toll.
    fn values(&mut self) {
        let (slots, row, free) = (self.slots, &self.row, &self.free);
        let of = |site: u32, taken: &mut Vec<Taken>| {
            slots.worth(site, row, taken) - (slots.toll[at(site)] << slots.bits)
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
    fn step(&mut self, ahead: f64) -> bool {
        let slots = self.slots;
        let counts = |r: &usize| slots.weight[*r] > 0;
        let mut norm = 0.0;
        for r in (0..self.row.len()).filter(counts) {
            let slope = 1.0 - float(self.served[r]) / float(slots.weight[r]);
            let d = self.kept * self.direction[r] + (1.0 - self.kept) * slope;
            self.direction[r] = d;
            if !(d < 0.0 && self.row[r] == 0 || d > 0.0 && self.row[r] == slots.most) {
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

impl Slots {
    /// The beginning of a long climb, which is made piece by piece; `None` when nothing can satisfy the part.
    pub(crate) fn long_climb(&self, part: &Part, dual: &Dual, length: f64) -> Option<Climber<'_>> {
        Climber::new(self, part, dual, length, KEPT_LONG)
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
        let mut climber = Climber::new(self, part, dual, climb.length, KEPT)?;
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
