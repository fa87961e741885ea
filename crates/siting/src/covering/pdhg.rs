//! The linear relaxation as a saddle point: shares of sites against multipliers of rows and triples.
//!
//! In: a relaxation, multipliers and shares to begin with; out: multipliers near the best ones, and the shares that belong to them.
//!
//! Both sides move at once, each along the slope that the other one makes (Chambolle and Pock 2011), with steps of their own for each site and row (Pock and Chambolle 2011).
//! The point is reflected and drawn back to where the run began, and a run begins anew once it has come far (Halpern iterations with restarts: Lu and Yang 2024).
//! A subgradient climb is near the top after a few hundred steps and then dithers; this one begins slowly and goes on, and its shares are good enough to look for broken triples in them.
//!
//! Floats stay in here: a bound is computed anew from the rounded multipliers.

use crate::branch_and_bound::dual_bound::{Ascent, Dual};
use crate::covering::lagrangian::Relaxation;
use crate::covering::limit_projection::Limit;
use crate::number::{at, float, ix, rounded};

/// Steps between two looks at the bound.
pub(crate) const STEPS_PER_LOOK: u32 = 100;
/// Steps of both sides are this part of the longest that cannot diverge.
const SAFE: f64 = 0.98;
/// A run begins anew when a step moves this part of what its first step moved.
const FAR: f64 = 0.2;
/// The same when steps have begun to grow again.
const TURNED: f64 = 0.8;
/// The same when the run is this part of all steps.
const LONG: f64 = 0.36;
/// Steps of the multipliers beside those of the shares, as a part of what the lengths of both sides suggest.
/// On town-5000x3000, 400 steps per round, the bounds after 6 s are 186,255 with 0.3, 186,203 with 0.1, 186,183 with 0.05, 186,254 with 0.02, 186,414 with 0.01.
const BALANCE: f64 = 0.07;
/// Sites whose worth misses the price of a site by at most this part of it are looked at from the beginning, and from later on.
const WIDE: f64 = 0.25;
const WIDE_LATER: f64 = 0.03;

/// A point: shares of sites, of what stays uncovered, multipliers of rows and of triples.
#[derive(Clone, Debug, Default)]
struct Point {
    x: Vec<f64>,
    /// Only rows in triples have one; the others' follows from their multiplier.
    bare: Vec<f64>,
    row: Vec<f64>,
    triple: Vec<f64>,
    /// By row, what shares cover and what is bare; behind them by triple, the shares of sites that cover two or three of its rows.
    covered: Vec<f64>,
}

impl Point {
    fn parts(&self) -> [&[f64]; 5] {
        [&self.x, &self.bare, &self.row, &self.triple, &self.covered]
    }

    fn parts_mut(&mut self) -> [&mut [f64]; 5] {
        [
            &mut self.x,
            &mut self.bare,
            &mut self.row,
            &mut self.triple,
            &mut self.covered,
        ]
    }
}

/// One number per kind of coordinate of a point.
struct Lengths {
    site: Vec<f64>,
    bare: Vec<f64>,
    row: Vec<f64>,
    triple: Vec<f64>,
}

/// A saddle point under way.
pub(crate) struct Saddle<'r, 'a> {
    of: &'r Relaxation<'a>,
    cap: Vec<f64>,
    need: Vec<f64>,
    toll: Vec<f64>,
    limit: Limit,
    /// Whether a row is in a triple.
    in_triple: Vec<bool>,
    /// Steps of length one.
    unit: Lengths,
    /// Sites that steps look at, ascending; the others' shares are 0.
    active: Vec<u32>,
    /// Where the steps are, where the run began, where the last step led.
    point: Point,
    anchor: Point,
    image: Point,
    /// By row, its multiplier with those of its triples; behind them by triple, its multiplier below zero.
    priced: Vec<f64>,
    /// Price of a unit of the limit.
    price: f64,
    /// Length of the shares' and of the multipliers' steps.
    tau: f64,
    sigma: f64,
    n_steps: u32,
    n_run: u32,
    first_move: f64,
    last_move: f64,
}

impl<'r, 'a> Saddle<'r, 'a> {
    /// Begins at these multipliers and these shares of all sites.
    ///
    /// Cost: some passes over the pairs.
    pub(crate) fn new(of: &'r Relaxation<'a>, start: &Dual, share: &[f64]) -> Self {
        let steps = float(1 << of.bits);
        let (n, n_all) = (of.row.len(), of.n_rows());
        let cap: Vec<f64> = of.caps(&start.zone)[..n]
            .iter()
            .map(|&cap| float(cap) / steps)
            .collect();
        let row = of.row.iter().zip(&cap);
        let row = row.map(|(&r, &cap)| (float(start.row[at(r)]) / steps).clamp(0.0, cap));
        let triple = of.triple.iter().map(|(id, _)| {
            let old = start.triple.get(at(*id)).copied().unwrap_or(0);
            float(old) / steps
        });
        let point = Point {
            x: of.site.iter().map(|&s| share[at(s)]).collect(),
            bare: vec![0.0; n],
            row: row.collect(),
            triple: triple.collect(),
            covered: vec![0.0; n_all],
        };
        let mut triples_of = vec![0.0_f64; n];
        for &r in of.triple.iter().flat_map(|(_, rows)| rows) {
            triples_of[at(r)] += 1.0;
        }
        let mut new = Self {
            cap,
            need: of.need[..n].iter().map(|&n| f64::from(n)).collect(),
            toll: of
                .site
                .iter()
                .map(|&s| float(of.cover.toll[at(s)]))
                .collect(),
            limit: Limit::new(of),
            unit: lengths(of, &triples_of),
            in_triple: triples_of.into_iter().map(|n| n > 0.0).collect(),
            active: Vec::new(),
            anchor: Point::default(),
            image: point.clone(),
            point,
            priced: vec![0.0; n_all],
            price: 0.0,
            tau: SAFE,
            sigma: SAFE,
            n_steps: 0,
            n_run: 0,
            first_move: 0.0,
            last_move: 0.0,
            of,
        };
        new.fill_bare();
        new.point.clone_from(&new.image);
        new.anchor.clone_from(&new.image);
        new.balance();
        new.activate();
        new
    }

    /// What stays uncovered beside the shares of the image, and the sums that follow.
    fn fill_bare(&mut self) {
        let mut image = std::mem::take(&mut self.image);
        self.cover(&mut image);
        for r in 0..image.bare.len() {
            if self.in_triple[r] {
                image.bare[r] = (self.need[r] - image.covered[r]).clamp(0.0, 1.0);
                image.covered[r] += image.bare[r];
            }
        }
        self.image = image;
    }

    /// How long the steps of both sides are, from how far from zero both begin.
    fn balance(&mut self) {
        let length = |side: &[f64], unit: &[f64]| -> f64 {
            side.iter().zip(unit).map(|(a, unit)| a * a / unit).sum()
        };
        let shares = length(&self.point.x, &self.unit.site);
        let multipliers = length(&self.point.row, &self.unit.row);
        if shares > 0.0 && multipliers > 0.0 {
            let omega = BALANCE * (multipliers / shares).sqrt();
            self.tau = SAFE / omega;
            self.sigma = SAFE * omega;
        }
    }

    /// Chooses the sites to look at first.
    fn activate(&mut self) {
        price_rows(self.of, &self.point, &mut self.priced);
        let mut worth: Vec<f64> = (0..ix(self.toll.len()))
            .map(|k| self.value(k) - self.toll[at(k)])
            .collect();
        if self.of.money.is_some() {
            self.active = (0..ix(worth.len())).collect();
            return;
        }
        let all = worth.clone();
        if self.of.room < worth.len() {
            worth.select_nth_unstable_by(self.of.room, |a, b| b.total_cmp(a));
            self.price = worth[self.of.room].max(0.0);
        }
        let near = |k: usize| all[k] > self.price - WIDE * (self.price + self.toll[k]);
        self.active = (0..ix(all.len()))
            .filter(|&k| self.point.x[at(k)] > 0.0 || near(at(k)))
            .collect();
    }

    /// Looks from now on also at sites that the multipliers in `priced` make worth it.
    ///
    /// Cost: one pass over the pairs.
    fn widen(&mut self) {
        let mut known = self.active.iter().copied().peekable();
        let mut active = Vec::with_capacity(self.active.len());
        for k in 0..ix(self.toll.len()) {
            let price = self.price * self.limit.takes(k) + self.toll[at(k)];
            if known.next_if_eq(&k).is_some() || self.value(k) > (1.0 - WIDE_LATER) * price {
                active.push(k);
            }
        }
        self.active = active;
    }

    /// What the rows of a site are worth together.
    fn value(&self, site: u32) -> f64 {
        // Four sums side by side: one after the other, every addition waits for the last.
        let rows = self.of.column(site).chunks_exact(4);
        let rest: f64 = rows.remainder().iter().map(|&r| self.priced[at(r)]).sum();
        let mut sums = [rest, 0.0, 0.0, 0.0];
        for four in rows {
            for (sum, &r) in sums.iter_mut().zip(four) {
                *sum += self.priced[at(r)];
            }
        }
        (sums[0] + sums[1]) + (sums[2] + sums[3])
    }

    fn cover(&self, point: &mut Point) {
        let n = point.bare.len();
        point.covered[..n].copy_from_slice(&point.bare);
        point.covered[n..].fill(0.0);
        for (k, &x) in (0..).zip(&point.x) {
            if x != 0.0 {
                for &r in self.of.column(k) {
                    point.covered[at(r)] += x;
                }
            }
        }
    }

    /// What a triple's condition counts, given what is counted by row and by triple.
    fn counted(covered: impl Fn(usize) -> f64, triple: usize, rows: &[u32; 3]) -> f64 {
        let [a, b, c] = rows.map(|r| covered(at(r)));
        a + b + c - covered(triple)
    }

    /// One step of both sides, from `point` to `image`.
    fn step(&mut self) {
        let point = std::mem::take(&mut self.point);
        let mut image = std::mem::take(&mut self.image);
        let n = point.row.len();
        price_rows(self.of, &point, &mut self.priced);
        for &site in &self.active {
            let k = at(site);
            let slope = self.toll[k] - self.value(site);
            image.x[k] = point.x[k] - self.tau * self.unit.site[k] * slope;
        }
        let unit = &self.unit.site;
        let price = self.price * self.tau;
        let price = self.limit.keep(&mut image.x, &self.active, unit, price);
        self.price = price / self.tau;
        for r in (0..n).filter(|&r| self.in_triple[r]) {
            let slope = self.cap[r] - self.priced[r];
            image.bare[r] = (point.bare[r] - self.tau * self.unit.bare[r] * slope).clamp(0.0, 1.0);
        }
        self.cover(&mut image);
        let twice = |r: usize| 2.0 * image.covered[r] - point.covered[r];
        for r in 0..n {
            let slope = self.need[r] - twice(r);
            let next = point.row[r] + self.sigma * self.unit.row[r] * slope;
            image.row[r] = next.clamp(0.0, self.cap[r]);
        }
        for (k, (_, rows)) in self.of.triple.iter().enumerate() {
            let slope = 2.0 - Self::counted(twice, n + k, rows);
            let next = point.triple[k] + self.sigma * self.unit.triple[k] * slope;
            image.triple[k] = next.max(0.0);
        }
        self.point = point;
        self.image = image;
    }

    /// How far the step moved, in the norm in which steps cannot grow on the way to a saddle point.
    fn moved(&self) -> f64 {
        let (to, from) = (&self.image, &self.point);
        let n = to.row.len();
        let squares = |a: &[f64], b: &[f64], unit: &[f64]| -> f64 {
            let moves = a.iter().zip(b).map(|(a, b)| a - b);
            moves.zip(unit).map(|(d, unit)| d * d / unit).sum()
        };
        let shares = squares(&to.x, &from.x, &self.unit.site)
            + squares(&to.bare, &from.bare, &self.unit.bare);
        let multipliers = squares(&to.row, &from.row, &self.unit.row)
            + squares(&to.triple, &from.triple, &self.unit.triple);
        let more = |r: usize| to.covered[r] - from.covered[r];
        let mut both: f64 = (0..n).map(|r| (to.row[r] - from.row[r]) * more(r)).sum();
        for (k, (_, rows)) in self.of.triple.iter().enumerate() {
            both += (to.triple[k] - from.triple[k]) * Self::counted(more, n + k, rows);
        }
        let square = shares / self.tau + multipliers / self.sigma - 2.0 * both;
        square.max(0.0).sqrt()
    }

    /// So many steps, fewer when it is time to stop.
    ///
    /// Cost: two passes over the pairs of active sites per step.
    fn run(&mut self, steps: u32, stop: &(dyn Fn() -> bool + Sync)) {
        for _ in 0..steps {
            if stop() {
                return;
            }
            self.step();
            self.n_steps += 1;
            let moved = self.moved();
            if self.n_run == 0 {
                self.first_move = moved;
            } else if moved <= FAR * self.first_move
                || moved <= TURNED * self.first_move && moved > self.last_move
                || f64::from(self.n_run) >= LONG * f64::from(self.n_steps)
            {
                self.point.clone_from(&self.image);
                self.anchor.clone_from(&self.image);
                self.n_run = 0;
                continue;
            }
            self.last_move = moved;
            let back = 1.0 / (f64::from(self.n_run) + 2.0);
            self.n_run += 1;
            let others = self.image.parts().into_iter().zip(self.anchor.parts());
            for (part, (image, anchor)) in self.point.parts_mut().into_iter().zip(others) {
                for (p, (i, a)) in part.iter_mut().zip(image.iter().zip(anchor)) {
                    *p = (1.0 - back) * (2.0 * i - *p) + back * a;
                }
            }
        }
    }

    /// [`STEPS_PER_LOOK`] steps, and what the multipliers prove where they led; those of zones are as in `start`.
    ///
    /// Cost: as the steps, and some passes over the pairs.
    pub(crate) fn go_on(&mut self, start: &Dual, stop: &(dyn Fn() -> bool + Sync)) -> Ascent {
        self.run(STEPS_PER_LOOK, stop);
        price_rows(self.of, &self.image, &mut self.priced);
        self.widen();
        let dual = self.dual(start);
        let ascent = self.of.look(&dual);
        if !self.of.cover.must {
            return ascent;
        }
        let within = self.of.look(&self.within_tolls(dual));
        if within.bound > ascent.bound {
            within
        } else {
            ascent
        }
    }

    /// The multipliers where the last step led; those of zones are as they were.
    pub(crate) fn dual(&self, start: &Dual) -> Dual {
        let steps = float(1 << self.of.bits);
        let mut dual = Dual {
            row: vec![0; self.of.cover.n_rows()],
            budget: 0,
            zone: start.zone.clone(),
            triple: vec![0; self.of.n_triples],
        };
        for (&r, &m) in self.of.row.iter().zip(&self.image.row) {
            dual.row[at(r)] = rounded(m * steps);
        }
        for ((id, _), &m) in self.of.triple.iter().zip(&self.image.triple) {
            dual.triple[at(*id)] = rounded(m * steps);
        }
        dual
    }

    /// Multipliers, of which `priced` is made, so small that no site is worth more than its toll: what sites above it would take from the bound costs less that way where their number is not limited.
    ///
    /// Cost: two passes over the pairs.
    fn within_tolls(&self, mut dual: Dual) -> Dual {
        let n = self.image.row.len();
        let mut excess = vec![1.0_f64; n];
        for k in 0..ix(self.toll.len()) {
            let above = self.value(k) / self.toll[at(k)].max(f64::MIN_POSITIVE);
            if above > 1.0 {
                for &r in self.of.column(k).iter().filter(|r| at(**r) < n) {
                    excess[at(r)] = excess[at(r)].max(above);
                }
            }
        }
        // A hair less, for multipliers are rounded to whole steps.
        let lower = |m: i64, excess: f64| rounded(float(m) / excess - 1.0).max(0);
        for (&r, &excess) in self.of.row.iter().zip(&excess).filter(|(_, e)| **e > 1.0) {
            dual.row[at(r)] = lower(dual.row[at(r)], excess);
        }
        for (id, rows) in &self.of.triple {
            let excess = rows.iter().map(|&r| excess[at(r)]).fold(1.0, f64::max);
            if excess > 1.0 {
                dual.triple[at(*id)] = lower(dual.triple[at(*id)], excess);
            }
        }
        dual
    }

    /// By site, its share.
    pub(crate) fn share(&self) -> Vec<f64> {
        let mut share = vec![0.0; self.of.cover.n_sites()];
        for (&s, &x) in self.of.site.iter().zip(&self.image.x) {
            share[at(s)] = x;
        }
        share
    }
}

/// By row, its multiplier with those of its triples; behind them by triple, its multiplier below zero.
fn price_rows(of: &Relaxation, point: &Point, priced: &mut [f64]) {
    let (rows, triples) = priced.split_at_mut(point.row.len());
    rows.copy_from_slice(&point.row);
    for ((priced, &m), (_, of_triple)) in triples.iter_mut().zip(&point.triple).zip(&of.triple) {
        for &r in of_triple {
            rows[at(r)] += m;
        }
        *priced = -m;
    }
}

/// One over the sum of what each site, bare row, row and triple has to do with the others.
fn lengths(of: &Relaxation, triples_of: &[f64]) -> Lengths {
    let n = triples_of.len();
    let mut sites_of = vec![0.0_f64; of.n_rows()];
    let mut site = Vec::with_capacity(of.site.len());
    for k in 0..ix(of.site.len()) {
        let mut sum = 0.0;
        for &r in of.column(k) {
            sites_of[at(r)] += 1.0;
            sum += triples_of.get(at(r)).map_or(-1.0, |triples| 1.0 + triples);
        }
        site.push(sum);
    }
    let triple = of.triple.iter().enumerate();
    let triple = triple.map(|(k, (_, rows))| 3.0 + Saddle::counted(|r| sites_of[r], n + k, rows));
    let row = (0..n).map(|r| sites_of[r] + triples_of[r].min(1.0));
    let one_over = |all: Vec<f64>| all.into_iter().map(|sum| 1.0 / sum.max(1.0)).collect();
    Lengths {
        triple: one_over(triple.collect()),
        row: one_over(row.collect()),
        bare: one_over(triples_of.iter().map(|t| 1.0 + t).collect()),
        site: one_over(site),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::branch_and_bound::subproblem::Part;
    use crate::covering::lagrangian::scale_bits;
    use crate::covering::problem::Cover;
    use crate::covering::triple_cuts::Triples;
    use crate::instance::Instance;
    use crate::instance::builder::InstanceBuilder;
    use crate::question::Question;

    /// Three demand points in a ring, and a site between each two of them.
    fn ring() -> Instance {
        let mut builder = InstanceBuilder::new();
        for demand in ["north", "east", "west"] {
            builder.demand(demand, "1".parse().unwrap());
        }
        let pairs = [
            ("a", "north"),
            ("a", "east"),
            ("b", "east"),
            ("b", "west"),
            ("c", "west"),
            ("c", "north"),
        ];
        for (site, demand) in pairs {
            builder.pair(site, demand, "1".parse().unwrap());
        }
        builder.build().unwrap()
    }

    /// The bound in whole units of the aim after some steps, and the shares.
    fn bound(cover: &Cover, triples: &Triples) -> (f64, Vec<f64>) {
        let (bits, part) = (scale_bits(cover), Part::whole(cover.n_sites()));
        let relaxation = Relaxation::new(cover, triples, bits, &part);
        let first = relaxation.first_guess(&[]);
        let mut saddle = Saddle::new(&relaxation, &first, &[0.9, 0.2, 0.4]);
        for _ in 0..5 {
            saddle.go_on(&first, &|| false);
        }
        let bound = saddle.go_on(&first, &|| false).bound;
        (float(bound) / float(1 << bits), saddle.share())
    }

    #[test]
    fn half_a_site_for_each_two_of_three_until_the_triple_forbids_it() {
        let instance = ring();
        for (question, relaxed, whole) in [
            (Question::lscp(1), 1.5, 2.0),
            (
                Question {
                    n_sites: Some(1),
                    ..Question::mclp(1)
                },
                1.0,
                1.0,
            ),
        ] {
            let cover = Cover::new(&instance, &question);
            let mut triples = Triples::default();
            let (value, share) = bound(&cover, &triples);
            assert!(
                value <= relaxed + 1e-9 && value > relaxed - 0.01,
                "{question:?}: {value} beside {relaxed}"
            );
            triples.separate(&cover, &share);
            let (value, _) = bound(&cover, &triples);
            assert!(
                value <= whole + 1e-9 && value > whole - 0.01,
                "{question:?}: {value} beside {whole}"
            );
        }
    }
}
