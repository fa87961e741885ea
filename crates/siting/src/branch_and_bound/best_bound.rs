//! The incumbent lower bound of a minimized objective, scaled by 2^`bits`, with the multipliers that prove it.

use crate::branch_and_bound::dual_bound::Dual;

/// A bound above every objective: there is no answer.
pub(crate) const NO_ANSWER: i64 = i64::MAX >> 24;

/// The highest bound so far, scaled by 2^`bits`, and the multipliers that prove it.
#[derive(Clone, Debug)]
pub(crate) struct BestBound {
    value: i64,
    dual: Option<Dual>,
    bits: u32,
}

impl BestBound {
    /// The trivial bound 0: objectives are never negative.
    pub(crate) fn new(bits: u32) -> Self {
        Self {
            value: 0,
            dual: None,
            bits,
        }
    }

    /// Keeps this bound where it is higher.
    pub(crate) fn raise(&mut self, value: i64, dual: &Dual) {
        if value > self.value {
            self.value = value;
            self.dual = Some(dual.clone());
        }
    }

    /// Raises the bound without multipliers of its own: the branch-and-bound tree proves it.
    pub(crate) fn raise_value(&mut self, value: i64) {
        self.value = self.value.max(value);
    }

    /// Keeps the multipliers of the cuts with these numbers, ascending.
    pub(crate) fn keep_cuts(&mut self, kept: &[u32]) {
        if let Some(dual) = &mut self.dual {
            dual.keep_cuts(kept);
        }
    }

    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    pub(crate) fn value(&self) -> i64 {
        self.value
    }

    /// The bound in whole steps of the objective, rounded up: objectives are whole.
    pub(crate) fn whole(&self) -> i64 {
        (self.value >> self.bits) + i64::from(self.value & ((1 << self.bits) - 1) != 0)
    }

    pub(crate) fn dual(&self) -> Option<&Dual> {
        self.dual.as_ref()
    }
}
