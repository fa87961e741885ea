//! Lagrangian bound: every row's demand to be covered is priced, and the sites are then chosen one by one.
//!
//! With a multiplier per row, taking the rows' conditions into the aim leaves a question that sorting answers, and its value is a bound for any multipliers.
//! The multipliers are improved by subgradient steps with Polyak's length and a smoothed direction (Held and Karp 1971; Camerini, Fratta and Maffioli 1975); the smoothed choice of sites estimates the linear relaxation (Barahona and Anbil 2000).
//! All multipliers are integers, so that a bound is exact and does not depend on the order of additions.

use rayon::prelude::*;

use crate::cover::Cover;
use crate::number::{at, float, ix, rounded};

/// A part of the question: some sites are decided.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Sites that are decided to be open, ascending.
    pub(crate) open: Vec<u32>,
    /// Sites that are not decided, ascending.
    pub(crate) free: Vec<u32>,
}

impl Part {
    pub(crate) fn whole(cover: &Cover) -> Self {
        Self {
            open: Vec::new(),
            free: (0..ix(cover.n_sites())).collect(),
        }
    }
}

/// Multipliers and the bound that they prove, in steps of 2^-`bits`.
#[derive(Clone, Debug)]
pub(crate) struct Dual {
    /// One per row; zero for rows that are covered by the open sites.
    pub(crate) row: Vec<i64>,
    /// What one more step of budget is worth.
    pub(crate) budget: i64,
    /// One per zone.
    pub(crate) zone: Vec<i64>,
}

/// What an ascent has found.
#[derive(Clone, Debug)]
pub(crate) struct Ascent {
    pub(crate) dual: Dual,
    /// The bound, scaled.
    pub(crate) bound: i64,
    /// For each site the price of its rows under `dual`, less its toll; meaningful for free sites.
    pub(crate) value: Vec<i64>,
    /// How often each site was chosen lately, between 0 and 1: near the linear relaxation.
    pub(crate) share: Vec<f64>,
    /// The best choice of sites met on the way, decided ones included, and the weight left uncovered.
    pub(crate) met: Option<(Vec<u32>, i64)>,
    pub(crate) work: u64,
}

/// How an ascent is to run.
pub(crate) struct Climb<'a> {
    /// Steps at most.
    pub(crate) steps: usize,
    /// The value of the best answer known, scaled; the steps aim there.
    pub(crate) target: i64,
    /// Ends when the bound reaches this, scaled.
    pub(crate) enough: i64,
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Below so many pairs the hand-over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 400_000;
const BLOCK: usize = 64;

/// How many bits of fraction multipliers have for this question: as many as leave all sums within 62 bits.
pub(crate) fn scale_bits(cover: &Cover) -> u32 {
    let largest = if cover.must {
        let dearest = cover.toll.iter().max().copied().unwrap_or(1).max(1);
        i128::from(dearest) * i128::from(ix(cover.n_rows() + cover.n_sites() + 1))
    } else {
        i128::from(cover.total_weight())
    };
    let room = if cover.zones.is_some() { 54_u32 } else { 60 };
    let used = 128 - largest.max(1).leading_zeros();
    room.saturating_sub(used).min(24)
}

/// Works on one part of one question.
pub(crate) struct Relaxation<'a> {
    cover: &'a Cover,
    bits: u32,
    part: &'a Part,
    /// What each row still needs; 0 when the open sites cover it.
    pub(crate) need: Vec<u32>,
    /// Sites that may still open beside the decided ones.
    room: usize,
    money: Option<i64>,
    base: i64,
}

impl<'a> Relaxation<'a> {
    pub(crate) fn new(cover: &'a Cover, bits: u32, part: &'a Part) -> Self {
        let mut need = cover.need.clone();
        for &site in &part.open {
            for &row in cover.column(at(site)) {
                need[at(row)] = need[at(row)].saturating_sub(1);
            }
        }
        let toll: i64 = part.open.iter().map(|&s| cover.toll[at(s)]).sum();
        Self {
            cover,
            bits,
            part,
            need,
            room: cover.n_new - part.open.len().min(cover.n_new),
            money: cover
                .budget
                .as_ref()
                .map(|b| b.total - part.open.iter().map(|&s| b.price[at(s)]).sum::<i64>()),
            base: toll << bits,
        }
    }

    /// The largest multiplier that makes sense for a row.
    fn cap(&self, row: usize, zone: &[i64]) -> i64 {
        if self.need[row] == 0 {
            return 0;
        }
        if self.cover.must {
            let dearest = self.cover.toll.iter().max().copied().unwrap_or(1);
            return dearest.max(1) << self.bits;
        }
        let mut worth = self.cover.weight[row] << self.bits;
        if let Some(zones) = &self.cover.zones
            && let Some(z) = zones.of_row[row]
        {
            worth += self.cover.weight[row] * zone[at(z)];
        }
        worth / i64::from(self.need[row])
    }

    /// For each free site the price of its rows less its toll.
    fn values(&self, row: &[i64], value: &mut [i64], work: &mut u64) {
        let cover = self.cover;
        let of = |site: u32| {
            let column = cover.column(at(site));
            let sum: i64 = column.iter().map(|&r| row[at(r)]).sum();
            sum - (cover.toll[at(site)] << self.bits)
        };
        *work += u64::try_from(cover.rows.len()).expect("a count fits");
        if cover.rows.len() >= PARALLEL_PAIRS {
            let blocks: Vec<Vec<i64>> = self
                .part
                .free
                .par_chunks(BLOCK)
                .map(|block| block.iter().map(|&site| of(site)).collect())
                .collect();
            for (&site, v) in self.part.free.iter().zip(blocks.into_iter().flatten()) {
                value[at(site)] = v;
            }
        } else {
            for &site in &self.part.free {
                value[at(site)] = of(site);
            }
        }
    }

    /// The best choice of free sites for these values, each with a value above 0, and the sum of their values.
    /// With a budget, its multiplier is chosen first, and the sum is the relaxed one.
    fn choose(&self, value: &[i64], chosen: &mut Vec<u32>) -> (i64, i64) {
        match (&self.cover.budget, self.money) {
            (Some(budget), Some(money)) => {
                let price = |site: u32| budget.price[at(site)];
                // The relaxed sum is convex in the multiplier; where the price of the choice crosses the money it is least.
                let (mut low, mut high) = (0_i64, 1_i64);
                let cost = |v: i64, chosen: &mut Vec<u32>| {
                    self.take(|s| value[at(s)] - v.saturating_mul(price(s)), chosen);
                    chosen.iter().map(|&s| price(s)).sum::<i64>()
                };
                if cost(0, chosen) > money {
                    while cost(high, chosen) > money && high < i64::MAX >> 8 {
                        low = high;
                        high *= 2;
                    }
                    while high - low > 1 {
                        let middle = low + (high - low) / 2;
                        if cost(middle, chosen) > money {
                            low = middle;
                        } else {
                            high = middle;
                        }
                    }
                } else {
                    high = 0;
                }
                let relaxed = |v: i64, chosen: &mut Vec<u32>| {
                    let sum = self.take(|s| value[at(s)] - v.saturating_mul(price(s)), chosen);
                    sum.saturating_add(v.saturating_mul(money))
                };
                let (below, above) = (relaxed(low.min(high), chosen), relaxed(high, chosen));
                if below < above {
                    (relaxed(low, chosen), low.min(high))
                } else {
                    (above, high)
                }
            }
            _ => (self.take(|s| value[at(s)], chosen), 0),
        }
    }

    fn take(&self, value: impl Fn(u32) -> i64, chosen: &mut Vec<u32>) -> i64 {
        let by_value = |&s: &u32| (std::cmp::Reverse(value(s)), s);
        chosen.clear();
        chosen.extend(self.part.free.iter().copied().filter(|&s| value(s) > 0));
        if chosen.len() > self.room {
            if self.room > 0 {
                chosen.select_nth_unstable_by_key(self.room - 1, by_value);
            }
            chosen.truncate(self.room);
        }
        chosen.iter().map(|&s| value(s)).sum()
    }

    /// Multipliers to begin with, from what an answer covers: what is uncovered is worth its weight, what is covered twice nothing.
    pub(crate) fn first_guess(&self, open: &[u32]) -> Dual {
        let zone = vec![0; self.cover.zones.as_ref().map_or(0, |z| z.may_miss.len())];
        let mut times = vec![0_u32; self.cover.n_rows()];
        for &site in open {
            for &row in self.cover.column(at(site)) {
                times[at(row)] += 1;
            }
        }
        let row = (0..self.cover.n_rows()).map(|r| {
            let cap = self.cap(r, &zone);
            match times[r] {
                0 => cap,
                t if t <= self.cover.need[r] => cap / 2,
                _ => 0,
            }
        });
        Dual {
            row: row.collect(),
            budget: 0,
            zone,
        }
    }

    /// Raises the bound step by step.
    ///
    /// Invariant: `bound` is proven by `dual`, whatever the steps do.
    /// Ends after the given steps, or as soon as the bound is enough.
    /// Cost: one pass over the pairs of the free sites per step.
    pub(crate) fn climb(&self, start: Dual, climb: &Climb) -> Ascent {
        let cover = self.cover;
        let n_rows = cover.n_rows();
        let mut now = start;
        let caps: Vec<i64> = (0..n_rows).map(|r| self.cap(r, &now.zone)).collect();
        let mut value = vec![0_i64; cover.n_sites()];
        let mut share = vec![0.0_f64; cover.n_sites()];
        let mut direction = vec![0.0_f64; n_rows];
        let mut times = vec![0_u32; n_rows];
        let mut chosen = Vec::new();
        let mut best: Option<Ascent> = None;
        let mut met: Option<(Vec<u32>, i64)> = None;
        let mut length = 1.0_f64;
        let mut idle = 0;
        let mut work = 0;
        for step in 0..climb.steps.max(1) {
            self.values(&now.row, &mut value, &mut work);
            let (sum, nu) = self.choose(&value, &mut chosen);
            now.budget = nu;
            let bound = self.bound_of(&now) - sum;

            let missed = self.missed(&chosen, &mut times);
            if met.as_ref().is_none_or(|(_, least)| missed < *least) {
                let mut all = self.part.open.clone();
                all.extend_from_slice(&chosen);
                met = Some((all, missed));
            }

            let keep = if step == 0 { 0.0_f64 } else { 0.7 };
            for s in &mut share {
                *s *= if step == 0 { 0.0 } else { 0.9 };
            }
            for &site in &chosen {
                share[at(site)] += if step == 0 { 1.0 } else { 0.1 };
            }
            let better = best.as_ref().is_none_or(|b| bound > b.bound);
            if better {
                let gained = best.as_ref().map_or(i64::MAX, |b| bound - b.bound);
                // A step that gains next to nothing does not show that the length is right.
                if gained > (climb.target - bound).max(0) / 2_000 {
                    idle = 0;
                } else {
                    idle += 1;
                }
                if let Some(best) = &mut best {
                    best.dual.row.copy_from_slice(&now.row);
                    best.dual.budget = now.budget;
                    best.dual.zone.clone_from(&now.zone);
                    best.bound = bound;
                    best.value.copy_from_slice(&value);
                } else {
                    best = Some(Ascent {
                        dual: now.clone(),
                        bound,
                        value: value.clone(),
                        share: Vec::new(),
                        met: None,
                        work: 0,
                    });
                }
            } else {
                idle += 1;
            }
            if bound >= climb.enough || step + 1 >= climb.steps || (climb.stop)() {
                break;
            }
            if idle >= 15 {
                idle = 0;
                length *= 0.6;
                if length < 1e-4 {
                    break;
                }
                if let Some(best) = &best {
                    now.row.copy_from_slice(&best.dual.row);
                    direction.fill(0.0);
                    continue;
                }
            }
            let ahead = length * float((climb.target - bound).max(1));
            if !self.step(&mut now.row, &caps, &times, &mut direction, keep, ahead) {
                break;
            }
        }
        let mut ascent = best.expect("at least one step is made");
        ascent.share = share;
        ascent.met = met;
        ascent.work = work;
        ascent
    }

    /// The part of the bound that does not depend on the choice of free sites.
    fn bound_of(&self, dual: &Dual) -> i64 {
        let rows = dual.row.iter().zip(&self.need);
        let priced: i64 = rows.map(|(&m, &need)| m * i64::from(need)).sum();
        let slack: i64 = self.cover.zones.as_ref().map_or(0, |z| {
            z.may_miss.iter().zip(&dual.zone).map(|(m, u)| m * u).sum()
        });
        self.base + priced - slack
    }

    /// Counts how often each row is covered by the chosen sites; returns the weight they leave uncovered.
    fn missed(&self, chosen: &[u32], times: &mut [u32]) -> i64 {
        times.fill(0);
        for &site in chosen {
            for &row in self.cover.column(at(site)) {
                times[at(row)] += 1;
            }
        }
        let rows = times.iter().zip(&self.need).zip(&self.cover.weight);
        rows.filter(|((times, need), _)| times < need)
            .map(|(_, w)| w)
            .sum()
    }

    /// One step along the smoothed slope, as long as Polyak's rule says; false when there is no slope.
    fn step(
        &self,
        row: &mut [i64],
        caps: &[i64],
        times: &[u32],
        direction: &mut [f64],
        keep: f64,
        ahead: f64,
    ) -> bool {
        let mut norm = 0.0_f64;
        for r in 0..row.len() {
            if self.need[r] == 0 {
                continue;
            }
            let slope = f64::from(self.need[r]) - f64::from(times[r]);
            let d = keep * direction[r] + (1.0 - keep) * slope;
            direction[r] = d;
            let outward = d < 0.0 && row[r] == 0 || d > 0.0 && row[r] == caps[r];
            if !outward {
                norm += d * d;
            }
        }
        if norm <= 0.0 {
            return false;
        }
        let stride = ahead / norm;
        for ((m, &cap), &d) in row.iter_mut().zip(caps).zip(direction.iter()) {
            *m = (*m + rounded(stride * d)).clamp(0, cap);
        }
        true
    }
}
