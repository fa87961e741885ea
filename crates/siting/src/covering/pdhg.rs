//! Primal-dual hybrid gradient (Chambolle and Pock 2011) for the linear relaxation: fractional sites against multipliers of rows and cuts.
//!
//! In: a relaxation, multipliers and fractional sites to start from; out: multipliers near the best ones, and the fractional sites that belong to them.
//!
//! Steps have a length of their own for each site and row (Pock and Chambolle 2011).
//! The iterate is reflected and drawn back to where the epoch began, and a new epoch begins after enough progress (Halpern iterations with restarts: Lu and Yang 2024).
//! Subgradient steps are near the best bound after a few hundred steps and then dither; this method begins slowly and keeps rising, and its fractional sites are good enough to separate cuts from.
//!
//! Floats stay in here: a bound is computed anew from the rounded multipliers.

mod iterate;
mod step_lengths;

use iterate::{Iterate, price_rows};
use step_lengths::{Lengths, lengths};

use crate::branch_and_bound::dual_bound::{Dual, DualBound};
use crate::covering::lagrangian::Relaxation;
use crate::covering::limit_projection::Limit;
use crate::number::{at, float, ix, rounded};

/// Steps between two evaluations of the bound.
pub(crate) const STEPS_PER_EVALUATION: u32 = 100;
/// Step lengths of both sides, as a part of the longest that cannot diverge.
const SAFE: f64 = 0.98;
/// An epoch ends when a step moves this part of the first one's distance.
const FAR: f64 = 0.2;
/// The same once steps have begun to grow again.
const TURNED: f64 = 0.8;
/// An epoch ends when it holds this part of all steps.
const LONG: f64 = 0.36;
/// Step length of the multipliers beside that of the sites, as a part of the ratio of both sides' norms.
/// On town-5000x3000, 400 steps per round, the bounds after 6 s are 186,255 with 0.3, 186,203 with 0.1, 186,183 with 0.05, 186,254 with 0.02, 186,414 with 0.01.
const BALANCE: f64 = 0.07;
/// A site is active when its value falls short of the limit's multiplier by at most this part of it: at the start, and later on.
const WIDE: f64 = 0.25;
const WIDE_LATER: f64 = 0.03;

/// Primal-dual hybrid gradient in progress.
pub(crate) struct Pdhg<'r, 'a> {
    of: &'r Relaxation<'a>,
    cap: Vec<f64>,
    need: Vec<f64>,
    opening_cost: Vec<f64>,
    limit: Limit,
    /// By row, whether it is in a cut.
    in_cut: Vec<bool>,
    /// Diagonal step lengths.
    unit: Lengths,
    /// Sites that steps visit, ascending; the others stay at 0.
    active: Vec<u32>,
    /// The present iterate, the one at which the epoch began, the result of the last step.
    point: Iterate,
    anchor: Iterate,
    image: Iterate,
    /// By row, its multiplier plus those of its cuts; behind them by cut, its multiplier times -1.
    priced: Vec<f64>,
    /// Multiplier of the limit on sites.
    price: f64,
    /// Step lengths of the primal and the dual side.
    tau: f64,
    sigma: f64,
    n_steps: u32,
    n_run: u32,
    first_move: f64,
    last_move: f64,
}

impl<'r, 'a> Pdhg<'r, 'a> {
    /// Starts at these multipliers and these fractional sites.
    ///
    /// Cost: some passes over the pairs.
    pub(crate) fn new(of: &'r Relaxation<'a>, start: &Dual, fractional: &[f64]) -> Self {
        let steps = float(1 << of.bits);
        let (n, n_all) = (of.row.len(), of.n_rows());
        let cap: Vec<f64> = of.caps(&start.zone)[..n]
            .iter()
            .map(|&cap| float(cap) / steps)
            .collect();
        let row = of.row.iter().zip(&cap);
        let row = row.map(|(&r, &cap)| (float(start.row[at(r)]) / steps).clamp(0.0, cap));
        let cut = of.cut.iter().map(|(id, _)| {
            let old = start.cut.get(at(*id)).copied().unwrap_or(0);
            float(old) / steps
        });
        let point = Iterate {
            x: of.site.iter().map(|&s| fractional[at(s)]).collect(),
            uncovered: vec![0.0; n],
            row: row.collect(),
            cut: cut.collect(),
            covered: vec![0.0; n_all],
        };
        let mut cuts_of = vec![0.0_f64; n];
        for &r in of.cut.iter().flat_map(|(_, rows)| rows) {
            cuts_of[at(r)] += 1.0;
        }
        let mut new = Self {
            cap,
            need: of.need[..n].iter().map(|&n| f64::from(n)).collect(),
            opening_cost: of
                .site
                .iter()
                .map(|&s| float(of.problem.opening_cost[at(s)]))
                .collect(),
            limit: Limit::new(of),
            unit: lengths(of, &cuts_of),
            in_cut: cuts_of.into_iter().map(|n| n > 0.0).collect(),
            active: Vec::new(),
            anchor: Iterate::default(),
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

    /// Uncovered parts beside the fractional sites of the image, and the sums by row.
    fn fill_bare(&mut self) {
        let mut image = std::mem::take(&mut self.image);
        self.problem(&mut image);
        for r in 0..image.uncovered.len() {
            if self.in_cut[r] {
                image.uncovered[r] = (self.need[r] - image.covered[r]).clamp(0.0, 1.0);
                image.covered[r] += image.uncovered[r];
            }
        }
        self.image = image;
    }

    /// Primal and dual step lengths from the norms of both sides.
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

    /// The first active sites.
    fn activate(&mut self) {
        price_rows(self.of, &self.point, &mut self.priced);
        let mut worth: Vec<f64> = (0..ix(self.opening_cost.len()))
            .map(|k| self.value(k) - self.opening_cost[at(k)])
            .collect();
        if self.of.budget_left.is_some() {
            self.active = (0..ix(worth.len())).collect();
            return;
        }
        let all = worth.clone();
        if self.of.sites_left < worth.len() {
            worth.select_nth_unstable_by(self.of.sites_left, |a, b| b.total_cmp(a));
            self.price = worth[self.of.sites_left].max(0.0);
        }
        let near = |k: usize| all[k] > self.price - WIDE * (self.price + self.opening_cost[k]);
        self.active = (0..ix(all.len()))
            .filter(|&k| self.point.x[at(k)] > 0.0 || near(at(k)))
            .collect();
    }

    /// Adds the sites to the active ones whose value at the multipliers in `priced` comes near the limit's multiplier.
    ///
    /// Cost: one pass over the pairs.
    fn widen(&mut self) {
        let mut known = self.active.iter().copied().peekable();
        let mut active = Vec::with_capacity(self.active.len());
        for k in 0..ix(self.opening_cost.len()) {
            let price = self.price * self.limit.takes(k) + self.opening_cost[at(k)];
            if known.next_if_eq(&k).is_some() || self.value(k) > (1.0 - WIDE_LATER) * price {
                active.push(k);
            }
        }
        self.active = active;
    }

    /// Sum of the multipliers of a site's rows.
    fn value(&self, site: u32) -> f64 {
        // Four sums side by side: in one sum every addition would wait for the last.
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

    fn problem(&self, point: &mut Iterate) {
        let n = point.uncovered.len();
        point.covered[..n].copy_from_slice(&point.uncovered);
        point.covered[n..].fill(0.0);
        for (k, &x) in (0..).zip(&point.x) {
            if x != 0.0 {
                for &r in self.of.column(k) {
                    point.covered[at(r)] += x;
                }
            }
        }
    }

    /// Left side of a cut, from the sums by row and by cut.
    fn counted(covered: impl Fn(usize) -> f64, cut: usize, rows: &[u32; 3]) -> f64 {
        let [a, b, c] = rows.map(|r| covered(at(r)));
        a + b + c - covered(cut)
    }

    /// One step of both sides, from `point` to `image`.
    fn step(&mut self) {
        let point = std::mem::take(&mut self.point);
        let mut image = std::mem::take(&mut self.image);
        let n = point.row.len();
        price_rows(self.of, &point, &mut self.priced);
        for &site in &self.active {
            let k = at(site);
            let slope = self.opening_cost[k] - self.value(site);
            image.x[k] = point.x[k] - self.tau * self.unit.site[k] * slope;
        }
        let unit = &self.unit.site;
        let price = self.price * self.tau;
        let price = self.limit.keep(&mut image.x, &self.active, unit, price);
        self.price = price / self.tau;
        for r in (0..n).filter(|&r| self.in_cut[r]) {
            let slope = self.cap[r] - self.priced[r];
            image.uncovered[r] =
                (point.uncovered[r] - self.tau * self.unit.uncovered[r] * slope).clamp(0.0, 1.0);
        }
        self.problem(&mut image);
        let twice = |r: usize| 2.0 * image.covered[r] - point.covered[r];
        for r in 0..n {
            let slope = self.need[r] - twice(r);
            let next = point.row[r] + self.sigma * self.unit.row[r] * slope;
            image.row[r] = next.clamp(0.0, self.cap[r]);
        }
        for (k, (_, rows)) in self.of.cut.iter().enumerate() {
            let slope = 2.0 - Self::counted(twice, n + k, rows);
            let next = point.cut[k] + self.sigma * self.unit.cut[k] * slope;
            image.cut[k] = next.max(0.0);
        }
        self.point = point;
        self.image = image;
    }

    /// Distance of the last step, in the norm in which steps never grow on the way to a saddle point.
    fn moved(&self) -> f64 {
        let (to, from) = (&self.image, &self.point);
        let n = to.row.len();
        let squares = |a: &[f64], b: &[f64], unit: &[f64]| -> f64 {
            let moves = a.iter().zip(b).map(|(a, b)| a - b);
            moves.zip(unit).map(|(d, unit)| d * d / unit).sum()
        };
        let shares = squares(&to.x, &from.x, &self.unit.site)
            + squares(&to.uncovered, &from.uncovered, &self.unit.uncovered);
        let multipliers = squares(&to.row, &from.row, &self.unit.row)
            + squares(&to.cut, &from.cut, &self.unit.cut);
        let more = |r: usize| to.covered[r] - from.covered[r];
        let mut both: f64 = (0..n).map(|r| (to.row[r] - from.row[r]) * more(r)).sum();
        for (k, (_, rows)) in self.of.cut.iter().enumerate() {
            both += (to.cut[k] - from.cut[k]) * Self::counted(more, n + k, rows);
        }
        let square = shares / self.tau + multipliers / self.sigma - 2.0 * both;
        square.max(0.0).sqrt()
    }

    /// Makes `steps` steps, fewer when `stop` says so.
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

    /// [`STEPS_PER_EVALUATION`] steps, and the bound of the multipliers after them; those of zones are as in `start`.
    ///
    /// Cost: as the steps, and some passes over the pairs.
    pub(crate) fn advance(&mut self, start: &Dual, stop: &(dyn Fn() -> bool + Sync)) -> DualBound {
        self.run(STEPS_PER_EVALUATION, stop);
        price_rows(self.of, &self.image, &mut self.priced);
        self.widen();
        let dual = self.dual(start);
        let dual_bound = self.of.evaluate(&dual);
        if !self.of.problem.must_cover {
            return dual_bound;
        }
        let within = self.of.evaluate(&self.within_opening_costs(dual));
        if within.bound > dual_bound.bound {
            within
        } else {
            dual_bound
        }
    }

    /// The multipliers after the last step, rounded; those of zones are as in `start`.
    pub(crate) fn dual(&self, start: &Dual) -> Dual {
        let steps = float(1 << self.of.bits);
        let mut dual = Dual {
            row: vec![0; self.of.problem.n_rows()],
            budget: 0,
            zone: start.zone.clone(),
            cut: vec![0; self.of.n_cuts],
        };
        for (&r, &m) in self.of.row.iter().zip(&self.image.row) {
            dual.row[at(r)] = rounded(m * steps);
        }
        for ((id, _), &m) in self.of.cut.iter().zip(&self.image.cut) {
            dual.cut[at(*id)] = rounded(m * steps);
        }
        dual
    }

    /// The same multipliers, lowered until no site is worth more than its opening cost, which bounds better where the number of sites is not limited.
    ///
    /// Cost: two passes over the pairs.
    fn within_opening_costs(&self, mut dual: Dual) -> Dual {
        let n = self.image.row.len();
        let mut excess = vec![1.0_f64; n];
        for k in 0..ix(self.opening_cost.len()) {
            let above = self.value(k) / self.opening_cost[at(k)].max(f64::MIN_POSITIVE);
            if above > 1.0 {
                for &r in self.of.column(k).iter().filter(|r| at(**r) < n) {
                    excess[at(r)] = excess[at(r)].max(above);
                }
            }
        }
        // One step less, since multipliers are rounded to whole steps.
        let lower = |m: i64, excess: f64| rounded(float(m) / excess - 1.0).max(0);
        for (&r, &excess) in self.of.row.iter().zip(&excess).filter(|(_, e)| **e > 1.0) {
            dual.row[at(r)] = lower(dual.row[at(r)], excess);
        }
        for (id, rows) in &self.of.cut {
            let excess = rows.iter().map(|&r| excess[at(r)]).fold(1.0, f64::max);
            if excess > 1.0 {
                dual.cut[at(*id)] = lower(dual.cut[at(*id)], excess);
            }
        }
        dual
    }

    /// Fractional value by site.
    pub(crate) fn fractional(&self) -> Vec<f64> {
        let mut fractional = vec![0.0; self.of.problem.n_sites()];
        for (&s, &x) in self.of.site.iter().zip(&self.image.x) {
            fractional[at(s)] = x;
        }
        fractional
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::branch_and_bound::subproblem::Subproblem;
    use crate::covering::lagrangian::scale_bits;
    use crate::covering::problem::CoveringProblem;
    use crate::covering::triple_cuts::TripleCuts;
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

    /// The bound in whole units of the objective after some steps, and the fractional sites.
    fn bound(problem: &CoveringProblem, cuts: &TripleCuts) -> (f64, Vec<f64>) {
        let (bits, part) = (scale_bits(problem), Subproblem::whole(problem.n_sites()));
        let relaxation = Relaxation::new(problem, cuts, bits, &part);
        let first = relaxation.initial_multipliers(&[]);
        let mut pdhg = Pdhg::new(&relaxation, &first, &[0.9, 0.2, 0.4]);
        for _ in 0..5 {
            pdhg.advance(&first, &|| false);
        }
        let bound = pdhg.advance(&first, &|| false).bound;
        (float(bound) / float(1 << bits), pdhg.fractional())
    }

    #[test]
    fn half_a_site_for_each_two_of_three_until_the_cut_forbids_it() {
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
            let problem = CoveringProblem::new(&instance, &question);
            let mut cuts = TripleCuts::default();
            let (value, fractional) = bound(&problem, &cuts);
            assert!(
                value <= relaxed + 1e-9 && value > relaxed - 0.01,
                "{question:?}: {value} beside {relaxed}"
            );
            cuts.separate(&problem, &fractional);
            let (value, _) = bound(&problem, &cuts);
            assert!(
                value <= whole + 1e-9 && value > whole - 0.01,
                "{question:?}: {value} beside {whole}"
            );
        }
    }
}
