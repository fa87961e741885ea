//! Lagrangian bound: every row's demand to be covered is priced, and the sites are then chosen one by one.
//!
//! With a multiplier per row, taking the rows' conditions into the aim leaves a question that sorting answers, and its value is a bound for any multipliers.
//! The multipliers are improved by subgradient steps with Polyak's length and a smoothed direction (Held and Karp 1971; Camerini, Fratta and Maffioli 1975); the smoothed choice of sites estimates the linear relaxation (Barahona and Anbil 2000).
//! All multipliers are integers, so that a bound is exact and does not depend on the order of additions.

use rayon::prelude::*;

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::branch_and_bound::knapsack::Choice;
use crate::branch_and_bound::subgradient::{Climb, KEPT, Walk};
use crate::branch_and_bound::subproblem::Part;
use crate::covering::problem::Cover;
use crate::covering::triple_cuts::Triples;
use crate::number::{at, float, ix, rounded};

/// Below so many pairs the hand-over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 400_000;
const BLOCK: usize = 64;
/// The same for a long climb from far away: the towns' bounds end at 0.05 % below the linear relaxation instead of 0.13 %.
const KEPT_LONG: f64 = 0.95;

/// Weight of the last choice in the mean of choices.
const LATE: f64 = 0.02;

/// Rounds after which the zones' multipliers have settled.
const ZONE_ROUNDS: u32 = 25;

/// How many bits of fraction multipliers have for this question: as many as leave all sums within 62 bits.
pub(crate) fn scale_bits(cover: &Cover) -> u32 {
    let largest = if cover.must {
        i128::from(cover.dearest()) * i128::from(ix(cover.n_rows() + cover.n_sites() + 1))
    } else {
        i128::from(cover.total_weight())
    };
    // Rows decided to be covered and zones may be worth several times their weight.
    let used = 128 - largest.max(1).leading_zeros();
    54_u32.saturating_sub(used).min(20)
}

/// One part of a question, written down without what is decided.
pub(crate) struct Relaxation<'a> {
    pub(crate) cover: &'a Cover,
    pub(crate) bits: u32,
    open: &'a [u32],
    /// The free sites, and their rows in the numbering of `row`.
    pub(crate) site: Vec<u32>,
    pub(crate) first: Vec<usize>,
    rows: Vec<u32>,
    /// The rows not covered yet that free sites can help to cover.
    pub(crate) row: Vec<u32>,
    /// The triples whose rows are all among them, with the places of those; they follow the rows, with multipliers below zero.
    pub(crate) triple: Vec<(u32, [u32; 3])>,
    pub(crate) n_triples: usize,
    pub(crate) need: Vec<u32>,
    worth: Vec<i64>,
    must: Vec<bool>,
    zone: Vec<Option<u32>>,
    most: i64,
    pub(crate) room: usize,
    pub(crate) money: Option<i64>,
    pub(crate) price: Vec<i64>,
    /// What is certain already: tolls of open sites and the worth of rows that cannot be covered any more, with their zones.
    base: i64,
    lost_by_zone: Vec<i64>,
    /// Some row or zone that has to be covered cannot be.
    pub(crate) hopeless: bool,
}

impl<'a> Relaxation<'a> {
    /// Cost: one pass over the pairs.
    pub(crate) fn new(cover: &'a Cover, triples: &Triples, bits: u32, part: &'a Part) -> Self {
        let mut need = cover.need.clone();
        for &site in &part.open {
            for &row in cover.column(at(site)) {
                need[at(row)] = need[at(row)].saturating_sub(1);
            }
        }
        let site: Vec<u32> = part.free_sites().collect();
        let mut reachable = vec![0_u32; cover.n_rows()];
        for &s in &site {
            for &row in cover.column(at(s)) {
                reachable[at(row)] += 1;
            }
        }
        let mut must_cover = vec![cover.must; cover.n_rows()];
        for &row in &part.covered {
            must_cover[at(row)] = true;
        }
        let n_zones = cover.zones.as_ref().map_or(0, |z| z.may_miss.len());
        let toll: i64 = part.open.iter().map(|&s| cover.toll[at(s)]).sum();
        let mut new = Self {
            cover,
            bits,
            open: &part.open,
            first: vec![0],
            rows: Vec::new(),
            row: Vec::new(),
            triple: Vec::new(),
            n_triples: triples.n(),
            need: Vec::new(),
            worth: Vec::new(),
            must: Vec::new(),
            zone: Vec::new(),
            most: 0,
            room: cover.n_new.saturating_sub(part.open.len()),
            money: cover
                .budget
                .as_ref()
                .map(|b| b.total - cover.price_of(&part.open)),
            price: cover
                .budget
                .as_ref()
                .map_or_else(Vec::new, |b| site.iter().map(|&s| b.price[at(s)]).collect()),
            base: toll << bits,
            lost_by_zone: vec![0; n_zones],
            hopeless: part.open.len() > cover.n_new,
            site,
        };
        new.hopeless |= new.money.is_some_and(|m| m < 0);
        let mut place = vec![u32::MAX; cover.n_rows()];
        for r in 0..cover.n_rows() {
            if need[r] == 0 {
                continue;
            }
            let zone = cover.zones.as_ref().and_then(|z| z.of_row[r]);
            if reachable[r] < need[r] {
                new.hopeless |= must_cover[r];
                new.base += if cover.must {
                    0
                } else {
                    cover.weight[r] << bits
                };
                if let Some(z) = zone {
                    new.lost_by_zone[at(z)] += cover.weight[r];
                }
                continue;
            }
            place[r] = ix(new.row.len());
            new.row.push(ix(r));
            new.need.push(need[r]);
            new.worth.push(if cover.must { 0 } else { cover.weight[r] });
            new.must.push(must_cover[r]);
            new.zone.push(zone);
        }
        let of_triple = new.place_triples(triples, &place);
        for k in 0..new.site.len() {
            let site = at(new.site[k]);
            let column = cover.column(site).iter().map(|&r| place[at(r)]);
            new.rows.extend(column.filter(|&r| r != u32::MAX));
            let counted = triples.of_site.get(site).into_iter().flatten();
            let counted = counted.map(|&t| of_triple[at(t)]);
            new.rows.extend(counted.filter(|&r| r != u32::MAX));
            new.first.push(new.rows.len());
        }
        new.most = new.largest_multiplier();
        if let Some(zones) = &cover.zones {
            new.hopeless |= (zones.may_miss.iter().zip(&new.lost_by_zone)).any(|(m, l)| l > m);
        }
        new
    }

    /// Appends the triples as rows; returns where each is.
    ///
    /// A triple with a row that is covered already, or cannot be, follows from its other rows.
    fn place_triples(&mut self, triples: &Triples, place: &[u32]) -> Vec<u32> {
        let mut of_triple = vec![u32::MAX; triples.n()];
        for (id, rows) in (0..).zip(&triples.rows) {
            let rows = rows.map(|r| place[at(r)]);
            if rows.contains(&u32::MAX) {
                continue;
            }
            of_triple[at(id)] = ix(self.need.len());
            self.triple.push((id, rows));
            self.need.push(1);
            self.worth.push(0);
            self.must.push(false);
            self.zone.push(None);
        }
        of_triple
    }

    /// Makes the triples' multipliers small enough that together they take no more from a row than it has.
    fn share_out(&self, row: &mut [i64], left: &mut Vec<i64>) {
        let n = self.row.len();
        left.clear();
        left.extend_from_slice(&row[..n]);
        for (m, (_, rows)) in row[n..].iter_mut().zip(&self.triple) {
            for &r in rows {
                *m = (*m).max(-left[at(r)]);
            }
            for &r in rows {
                left[at(r)] += *m;
            }
        }
    }

    /// No row that has to be covered needs a multiplier above this to make the part as bad as it can be.
    fn largest_multiplier(&self) -> i64 {
        if self.cover.must {
            return self.cover.dearest() << self.bits;
        }
        let column = |k: usize| self.rows[self.first[k]..self.first[k + 1]].iter();
        let heaviest = (0..self.site.len()).map(|k| column(k).map(|&r| self.worth[at(r)]).sum());
        heaviest.max().unwrap_or(0_i64).max(1) << (self.bits + 1)
    }

    /// Rows and triples.
    pub(crate) fn n_rows(&self) -> usize {
        self.need.len()
    }

    pub(crate) fn column(&self, k: u32) -> &[u32] {
        &self.rows[self.first[at(k)]..self.first[at(k) + 1]]
    }

    pub(crate) fn caps(&self, zone: &[i64]) -> Vec<i64> {
        let cap = |r: usize| {
            if self.must[r] {
                return self.most;
            }
            let extra = self.zone[r].map_or(0, |z| self.worth[r] * zone[at(z)]);
            ((self.worth[r] << self.bits) + extra) / i64::from(self.need[r])
        };
        let mut caps: Vec<i64> = (0..self.row.len()).map(cap).collect();
        caps.resize(self.n_rows(), 0);
        caps
    }

    /// For each free site the price of its rows less its toll.
    fn values(&self, row: &[i64], value: &mut [i64]) {
        let of = |k: u32| {
            let sum: i64 = self.column(k).iter().map(|&r| row[at(r)]).sum();
            sum - (self.cover.toll[at(self.site[at(k)])] << self.bits)
        };
        if self.rows.len() >= PARALLEL_PAIRS {
            value
                .par_chunks_mut(BLOCK)
                .enumerate()
                .for_each(|(b, block)| {
                    for (k, v) in (ix(b * BLOCK)..).zip(block) {
                        *v = of(k);
                    }
                });
        } else {
            for (k, v) in (0..).zip(value) {
                *v = of(k);
            }
        }
    }

    /// The best choice of free sites for these values.
    fn choose(&self, value: &[i64], chosen: &mut Vec<u32>) -> (i64, i64) {
        self.choice().best(value, chosen)
    }

    fn choice(&self) -> Choice<'_> {
        Choice {
            room: self.room,
            money: self.money,
            price: &self.price,
        }
    }

    /// Multipliers to begin with, from what an answer covers: what is uncovered is worth its weight, what is covered twice nothing.
    pub(crate) fn first_guess(&self, open: &[u32]) -> Dual {
        let zone = vec![0; self.lost_by_zone.len()];
        let mut times = vec![0_u32; self.cover.n_rows()];
        for &site in open {
            for &row in self.cover.column(at(site)) {
                times[at(row)] += 1;
            }
        }
        let caps = self.caps(&zone);
        let mut row = vec![0; self.cover.n_rows()];
        for (k, &r) in self.row.iter().enumerate() {
            row[at(r)] = match times[at(r)] {
                0 => caps[k],
                t if t <= self.need[k] => caps[k] / 2,
                _ => 0,
            };
        }
        Dual {
            row,
            budget: 0,
            zone,
            triple: Vec::new(),
        }
    }

    /// Moves the zones' multipliers by how far the relaxed choice keeps their floors; says whether that is worth another climb.
    pub(crate) fn weigh_zones(&self, dual: &mut Dual, share: &[f64], round: u32) -> bool {
        let Some(zones) = &self.cover.zones else {
            return false;
        };
        let mut covered = vec![0.0_f64; self.n_rows()];
        for (k, &site) in (0..).zip(&self.site) {
            for &r in self.column(k) {
                covered[at(r)] += share[at(site)];
            }
        }
        let n_zones = zones.may_miss.len();
        let mut missed: Vec<f64> = self.lost_by_zone.iter().map(|&l| float(l)).collect();
        let mut total = vec![1.0_f64; n_zones];
        for (r, covered) in covered.into_iter().enumerate() {
            if let Some(z) = self.zone[r] {
                let part = 1.0 - (covered / f64::from(self.need[r])).min(1.0);
                missed[at(z)] += float(self.worth[r]) * part;
                total[at(z)] += float(self.worth[r]);
            }
        }
        let unit = float(1 << self.bits);
        for z in 0..n_zones {
            let excess = (missed[z] - float(zones.may_miss[z])) / total[z];
            let step = 4.0 * unit * excess / f64::from(round).sqrt();
            dual.zone[z] = (dual.zone[z] + rounded(step)).clamp(0, 15 << self.bits);
        }
        round < ZONE_ROUNDS
    }

    /// The part of the bound that does not depend on the choice of free sites.
    fn fixed_part(&self, row: &[i64], zone: &[i64]) -> i64 {
        let rows = row.iter().zip(&self.need);
        let priced: i64 = rows.map(|(&m, &need)| m * i64::from(need)).sum();
        let slack: i64 = self.cover.zones.as_ref().map_or(0, |z| {
            let left = z
                .may_miss
                .iter()
                .zip(&self.lost_by_zone)
                .map(|(m, l)| m - l);
            left.zip(zone).map(|(m, u)| m * u).sum()
        });
        self.base + priced - slack
    }

    /// Raises the bound step by step, from these multipliers.
    pub(crate) fn climb(&self, start: &Dual, climb: &Climb) -> Ascent {
        let mut climber = self.climber(start, climb.length, KEPT);
        climber.climb(climb);
        climber.ascent()
    }

    /// The beginning of a climb from far away, which is made piece by piece.
    pub(crate) fn long_climb(&self, start: &Dual) -> Climber<'_, 'a> {
        self.climber(start, 1.0, KEPT_LONG)
    }

    /// What these multipliers prove, without a step.
    ///
    /// Cost: one pass over the pairs.
    pub(crate) fn look(&self, dual: &Dual) -> Ascent {
        let still = Climb {
            steps: 1,
            target: 0,
            enough: i64::MAX,
            length: 0.0,
            patience: 1,
            shortest: 0.0,
            stop: &|| true,
        };
        self.climb(dual, &still)
    }

    /// Pairs of free sites and rows, triples included: the cost of a step.
    pub(crate) fn n_pairs(&self) -> u64 {
        u64::try_from(self.rows.len()).expect("a count fits")
    }

    fn climber(&self, start: &Dual, length: f64, kept: f64) -> Climber<'_, 'a> {
        let zone = start.zone.clone();
        let caps = self.caps(&zone);
        let n = self.row.len();
        let mut row: Vec<i64> = self.row.iter().map(|&r| start.row[at(r)]).collect();
        row.resize(self.n_rows(), 0);
        for (k, (id, rows)) in (n..).zip(&self.triple) {
            let old = start.triple.get(at(*id)).copied().unwrap_or(0);
            row[k] = -old;
            for &r in rows {
                row[at(r)] += old;
            }
        }
        for (m, &cap) in row.iter_mut().zip(&caps[..n]) {
            *m = (*m).min(cap);
        }
        let mut left = Vec::new();
        self.share_out(&mut row, &mut left);
        Climber {
            row,
            left,
            mean: vec![0.0; self.site.len()],
            zone,
            caps,
            value: vec![0; self.site.len()],
            share: vec![0.0; self.site.len()],
            walk: Walk::new(self.n_rows(), kept),
            chosen: Vec::new(),
            best: None,
            met: None,
            length,
            idle: 0,
            work: 0,
            relaxation: self,
        }
    }

    fn ascent(
        &self,
        best: &Best,
        zone: Vec<i64>,
        share: &[f64],
        met: Option<(Vec<u32>, i64)>,
        work: u64,
    ) -> Ascent {
        let n_sites = self.cover.n_sites();
        let mut ascent = Ascent {
            bound: best.bound,
            regret: vec![0; n_sites],
            chosen: vec![false; n_sites],
            share: vec![0.0; n_sites],
            dual: Dual {
                row: vec![0; self.cover.n_rows()],
                budget: best.budget,
                zone,
                triple: vec![0; self.n_triples],
            },
            met: met.map(|(mut sites, missed)| {
                for k in &mut sites {
                    *k = self.site[at(*k)];
                }
                sites.extend_from_slice(self.open);
                sites.sort_unstable();
                let lost = self.base_missed();
                (sites, missed + lost)
            }),
            work,
        };
        for (k, &r) in self.row.iter().enumerate() {
            ascent.dual.row[at(r)] = best.row[k];
        }
        for ((id, rows), &m) in self.triple.iter().zip(&best.row[self.row.len()..]) {
            ascent.dual.triple[at(*id)] = -m;
            for &r in rows {
                ascent.dual.row[at(self.row[at(r)])] += m;
            }
        }
        let (regret, inside) = self
            .choice()
            .regrets(&best.value, best.budget, &best.chosen);
        for (k, &site) in self.site.iter().enumerate() {
            ascent.share[at(site)] = share[k];
            ascent.chosen[at(site)] = inside[k];
            ascent.regret[at(site)] = regret[k];
        }
        ascent
    }

    /// Weight of rows that the part cannot cover any more.
    fn base_missed(&self) -> i64 {
        if self.cover.must {
            return 0;
        }
        let toll: i64 = self.open.iter().map(|&s| self.cover.toll[at(s)]).sum();
        (self.base >> self.bits) - toll
    }

    /// Counts how often each row is covered by the chosen sites; returns the weight they leave uncovered, or the number of rows if all must be covered.
    fn missed(&self, chosen: &[u32], times: &mut [u32]) -> i64 {
        times.fill(0);
        for &k in chosen {
            for &row in self.column(k) {
                times[at(row)] += 1;
            }
        }
        let short = times
            .iter()
            .zip(&self.need)
            .zip(&self.worth)
            .take(self.row.len())
            .filter(|((t, n), _)| t < n);
        short
            .map(|(_, &worth)| if self.cover.must { 1 } else { worth })
            .sum()
    }
}

/// A climb under way.
pub(crate) struct Climber<'r, 'a> {
    relaxation: &'r Relaxation<'a>,
    row: Vec<i64>,
    zone: Vec<i64>,
    caps: Vec<i64>,
    value: Vec<i64>,
    share: Vec<f64>,
    /// The same over a longer time.
    mean: Vec<f64>,
    /// What is left of the rows' worth beside their triples.
    left: Vec<i64>,
    walk: Walk,
    chosen: Vec<u32>,
    best: Option<Best>,
    met: Option<(Vec<u32>, i64)>,
    /// How long steps are now, as a share of Polyak's.
    length: f64,
    idle: u32,
    work: u64,
}

impl Climber<'_, '_> {
    /// Goes on for the steps given.
    ///
    /// Invariant: `bound` is proven by `dual`, whatever the steps do.
    /// Ends after the given steps, or as soon as the bound is enough or the steps are too short.
    /// Cost: one pass over the pairs of the free sites per step.
    pub(crate) fn climb(&mut self, climb: &Climb) {
        let of = self.relaxation;
        let pairs = u64::try_from(of.rows.len()).expect("a count fits");
        self.met = None;
        for step in 1..=climb.steps.max(1) {
            of.values(&self.row, &mut self.value);
            self.work += pairs;
            let (sum, budget) = of.choose(&self.value, &mut self.chosen);
            let bound = of.fixed_part(&self.row, &self.zone) - sum;
            let missed = of.missed(&self.chosen, &mut self.walk.times);
            if self.met.as_ref().is_none_or(|(_, least)| missed < *least) {
                self.met = Some((self.chosen.clone(), missed));
            }
            let fresh = if self.best.is_none() { 1.0 } else { 0.1 };
            for s in &mut self.share {
                *s *= 1.0 - fresh;
            }
            let late = if self.best.is_none() { 1.0 } else { LATE };
            for m in &mut self.mean {
                *m *= 1.0 - late;
            }
            for &k in &self.chosen {
                self.share[at(k)] += fresh;
                self.mean[at(k)] += late;
            }
            let gained = self.best.as_ref().map_or(i64::MAX, |b| bound - b.bound);
            // A step that gains next to nothing does not show that the length is right.
            let progress = gained > (climb.target - bound).max(0) / 1_000;
            self.idle = if progress { 0 } else { self.idle + 1 };
            if gained > 0 {
                let best = self.best.get_or_insert_with(Best::default);
                best.bound = bound;
                best.budget = budget;
                best.row.clone_from(&self.row);
                best.value.clone_from(&self.value);
                best.chosen.clone_from(&self.chosen);
            }
            if bound >= climb.enough || (climb.stop)() {
                return;
            }
            if self.idle >= climb.patience {
                self.length *= 0.6;
                if self.length < climb.shortest {
                    return;
                }
                if of.triple.is_empty() {
                    self.go_back();
                } else {
                    // The way to good multipliers of triples leads through lower bounds.
                    self.idle = 0;
                }
            }
            let ahead = self.length * float((climb.target - bound).max(1));
            if step == climb.steps && step == 1 {
                return;
            }
            if !self
                .walk
                .step(&mut self.row, &self.caps, &of.need, of.row.len(), ahead)
            {
                self.length = 0.0;
                return;
            }
            if !of.triple.is_empty() {
                of.share_out(&mut self.row, &mut self.left);
            }
        }
    }

    /// By site, how often it was chosen lately: nearer to the linear relaxation than the ascent's own share.
    pub(crate) fn mean(&self) -> Vec<f64> {
        let mut mean = vec![0.0; self.relaxation.cover.n_sites()];
        for (&site, &share) in self.relaxation.site.iter().zip(&self.mean) {
            mean[at(site)] = share;
        }
        mean
    }

    /// Begins anew at the best multipliers met.
    fn go_back(&mut self) {
        self.idle = 0;
        if let Some(best) = &self.best {
            self.row.clone_from(&best.row);
            self.walk.direction.fill(0.0);
            self.relaxation.values(&self.row, &mut self.value);
            self.relaxation.choose(&self.value, &mut self.chosen);
            self.relaxation.missed(&self.chosen, &mut self.walk.times);
        }
    }

    /// What was found since the last time; multipliers and bound are the best of the whole climb.
    pub(crate) fn ascent(&mut self) -> Ascent {
        let best = self.best.as_ref().expect("at least one step is made");
        let work = std::mem::take(&mut self.work);
        let met = self.met.take();
        self.relaxation
            .ascent(best, self.zone.clone(), &self.share, met, work)
    }
}

#[derive(Clone, Debug, Default)]
struct Best {
    bound: i64,
    budget: i64,
    row: Vec<i64>,
    value: Vec<i64>,
    chosen: Vec<u32>,
}
