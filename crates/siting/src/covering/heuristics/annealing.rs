//! Simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) with slice steps (Neal, Slice sampling, 2003): an open site moves where coverage falls by no more than a drawn loss.
//!
//! First the loss is drawn, then one of *all* sites that lose no more is taken, each with the same chance.
//! Swaps tried one by one mostly lose too much; a slice tries none in vain.

use crate::covering::heuristics::swap_table::SwapTable;
use crate::number::{float, ix, rounded};
use crate::random::Rng;

/// A run of simulated annealing in progress.
#[derive(Clone, Debug)]
pub(crate) struct Annealing<'a> {
    pub(crate) table: SwapTable<'a>,
    /// The largest covered weight so far, and the sites in their slots.
    best: (i64, Vec<u32>),
    /// Temperature, in scaled weight: a loss above it is drawn with a chance of 1/e.
    degrees: f64,
    stages_left: u32,
    steps_left: u64,
    steps_per_stage: u64,
    found: Vec<u32>,
}

/// First temperature, as a part of the mean loss of an open site; measured on the town instances.
const HOT: f64 = 0.024;
/// The same under a budget, where sites of other prices have to be passed through.
const HOT_CHARGED: f64 = 0.05;
/// Charge for prices under a budget, in tenths of the mean loss per price; with 6 the best found on town-5000x3000 falls by 0.3 %, with 8 by 1.4 %.
const CHARGED: i64 = 3;
/// Under a budget one in this many steps opens a site, and one closes a site.
const OPENS_OR_CLOSES: usize = 8;
/// Stages of a run, and the factor between them that ends it at two fifths of the first temperature.
const STAGES: u32 = 64;
const COOLER: f64 = 0.985_56;

impl<'a> Annealing<'a> {
    /// A run of `n_steps` steps from the open sites of `table`.
    pub(crate) fn new(table: SwapTable<'a>, n_steps: u64) -> Self {
        let n_slots = table.n_slots();
        let losses: i64 = (0..n_slots).map(|s| i64::from(table.loss(s))).sum();
        let mut table = table;
        table.charge(CHARGED);
        let hot = if table.is_charged() { HOT_CHARGED } else { HOT };
        let steps = n_steps.div_ceil(u64::from(STAGES)).max(1);
        Self {
            best: (i64::MIN, Vec::new()),
            degrees: hot * float(losses) / float(i64::from(ix(n_slots.max(1)))),
            stages_left: STAGES,
            steps_left: steps,
            steps_per_stage: steps,
            found: Vec::new(),
            table,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.stages_left == 0 || self.table.n_slots() == 0
    }

    /// One step: a swap, or under a budget an opening or a closing; returns whether the covered weight is the largest of the run.
    ///
    /// Cost: one pass over the sites, and the update of the table for the swap.
    pub(crate) fn step(&mut self, rng: &mut Rng) -> bool {
        self.steps_left -= 1;
        if self.steps_left == 0 {
            self.stages_left -= 1;
            self.steps_left = self.steps_per_stage;
            self.degrees *= COOLER;
        }
        let table = &mut self.table;
        let loss = rounded(self.degrees * rng.exponential());
        let loss = i32::try_from(loss).unwrap_or(i32::MAX);
        let slot = rng.below(table.n_slots());
        let kind = if table.is_charged() {
            rng.below(OPENS_OR_CLOSES)
        } else {
            usize::MAX
        };
        if kind == 0 {
            table.gains_at_least(-loss, &mut self.found);
            if self.found.is_empty() {
                return false;
            }
            table.open(self.found[rng.below(self.found.len())]);
        } else if kind == 1 {
            if table.loss(slot) > loss || table.n_slots() == 1 {
                return false;
            }
            table.close(slot);
        } else {
            let floor = table.loss(slot).saturating_sub(loss);
            table.worth_at_least(floor, slot, &mut self.found);
            let into = self.found[rng.below(self.found.len())];
            if into == table.site(slot) {
                return false;
            }
            table.swap(slot, into);
            if !table.is_charged() {
                table.fill();
            }
        }
        let better = table.covered > self.best.0;
        if better {
            self.best.0 = table.covered;
            table.sites().clone_into(&mut self.best.1);
        }
        better
    }

    /// The best sites of the run, ascending, those without a slot included.
    pub(crate) fn best_sites(&self) -> Vec<u32> {
        let mut sites = self.table.still.clone();
        sites.extend(&self.best.1);
        sites.sort_unstable();
        sites
    }

    /// The weight that they cover.
    pub(crate) fn best_covered(&self) -> i64 {
        self.best.0
    }
}
