//! A run of annealing: at random an open site is put where it is about as good, ever less of a loss being allowed.
//!
//! Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) whose steps are slices (Neal, Slice sampling, 2003): first a loss is drawn, then one of *all* places that lose no more is taken, each with the same chance.
//! Most swaps tried one by one lose too much; here none of them has to be tried.

use crate::covering::heuristics::swap_table::Swaps;
use crate::number::{float, ix, rounded};
use crate::random::Dice;

/// Where a run stands.
#[derive(Clone, Debug)]
pub(crate) struct Run<'a> {
    pub(crate) swaps: Swaps<'a>,
    /// The most that was covered so far, and the sites in their seats.
    best: (i64, Vec<u32>),
    /// A loss of so much is drawn with a chance of 1/e.
    degrees: f64,
    stages_left: u32,
    steps_left: u64,
    steps_per_stage: u64,
    found: Vec<u32>,
}

/// First temperature as a share of what closing an open site loses on average; measured on the town instances.
const HOT: f64 = 0.024;
/// The same under a budget, where sites of other prices have to be passed through.
const HOT_CHARGED: f64 = 0.05;
/// What prices count under a budget, in tenths of the average; with 6 the best found on town-5000x3000 falls by 0.3 %, with 8 by 1.4 %.
const CHARGED: i64 = 3;
/// Under a budget one of so many steps opens a site, and one closes one.
const OPENS_OR_CLOSES: usize = 8;
/// Stages of a run, and the factor between them that ends it at two fifths of the first temperature.
const STAGES: u32 = 64;
const COOLER: f64 = 0.985_56;

impl<'a> Run<'a> {
    /// A run of so many steps from the open sites of `swaps`.
    pub(crate) fn new(swaps: Swaps<'a>, n_steps: u64) -> Self {
        let n_seats = swaps.n_seats();
        let losses: i64 = (0..n_seats).map(|s| i64::from(swaps.loss(s))).sum();
        let mut swaps = swaps;
        swaps.charge(CHARGED);
        let hot = if swaps.is_charged() { HOT_CHARGED } else { HOT };
        let steps = n_steps.div_ceil(u64::from(STAGES)).max(1);
        Self {
            best: (i64::MIN, Vec::new()),
            degrees: hot * float(losses) / float(i64::from(ix(n_seats.max(1)))),
            stages_left: STAGES,
            steps_left: steps,
            steps_per_stage: steps,
            found: Vec::new(),
            swaps,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stages_left == 0 || self.swaps.n_seats() == 0
    }

    /// One step: a site moves; under a budget, one may open or close as well. Says whether more is covered than ever in this run.
    ///
    /// Cost: a walk over the sites, and where the site moves what its swap costs.
    pub(crate) fn step(&mut self, dice: &mut Dice) -> bool {
        self.steps_left -= 1;
        if self.steps_left == 0 {
            self.stages_left -= 1;
            self.steps_left = self.steps_per_stage;
            self.degrees *= COOLER;
        }
        let swaps = &mut self.swaps;
        let loss = rounded(self.degrees * dice.exponential());
        let loss = i32::try_from(loss).unwrap_or(i32::MAX);
        let seat = dice.below(swaps.n_seats());
        let kind = if swaps.is_charged() {
            dice.below(OPENS_OR_CLOSES)
        } else {
            usize::MAX
        };
        if kind == 0 {
            swaps.gains_at_least(-loss, &mut self.found);
            if self.found.is_empty() {
                return false;
            }
            swaps.open(self.found[dice.below(self.found.len())]);
        } else if kind == 1 {
            if swaps.loss(seat) > loss || swaps.n_seats() == 1 {
                return false;
            }
            swaps.close(seat);
        } else {
            let floor = swaps.loss(seat).saturating_sub(loss);
            swaps.worth_at_least(floor, seat, &mut self.found);
            let into = self.found[dice.below(self.found.len())];
            if into == swaps.site(seat) {
                return false;
            }
            swaps.swap(seat, into);
            if !swaps.is_charged() {
                swaps.fill();
            }
        }
        let better = swaps.covered > self.best.0;
        if better {
            self.best.0 = swaps.covered;
            swaps.sites().clone_into(&mut self.best.1);
        }
        better
    }

    /// The sites that covered most, those without a seat included.
    pub(crate) fn best_sites(&self) -> Vec<u32> {
        let mut sites = self.swaps.still.clone();
        sites.extend(&self.best.1);
        sites.sort_unstable();
        sites
    }

    /// What they cover.
    pub(crate) fn best_covered(&self) -> i64 {
        self.best.0
    }
}
