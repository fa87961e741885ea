//! The best bound at hand.

use crate::branch_and_bound::dual_bound::Dual;

/// A bound above every aim: there is no answer.
pub(crate) const NO_ANSWER: i64 = i64::MAX >> 24;

/// The best of the bounds found so far, scaled, with the multipliers that prove it.
#[derive(Clone, Debug)]
pub(crate) struct BestBound {
    value: i64,
    dual: Option<Dual>,
    bits: u32,
}

impl BestBound {
    /// Nothing is known: aims are never negative.
    pub(crate) fn new(bits: u32) -> Self {
        Self {
            value: 0,
            dual: None,
            bits,
        }
    }

    /// Keeps the better one.
    pub(crate) fn raise(&mut self, value: i64, dual: &Dual) {
        if value > self.value {
            self.value = value;
            self.dual = Some(dual.clone());
        }
    }

    /// Raises the bound without multipliers of its own: a tree proves it.
    pub(crate) fn raise_value(&mut self, value: i64) {
        self.value = self.value.max(value);
    }

    /// Forgets triples that have no multiplier; those with these numbers are left.
    pub(crate) fn keep_triples(&mut self, kept: &[u32]) {
        if let Some(dual) = &mut self.dual {
            dual.keep_triples(kept);
        }
    }

    pub(crate) fn bits(&self) -> u32 {
        self.bits
    }

    pub(crate) fn value(&self) -> i64 {
        self.value
    }

    /// The bound in whole steps of the aim, rounded up: aims are whole.
    pub(crate) fn whole(&self) -> i64 {
        (self.value >> self.bits) + i64::from(self.value & ((1 << self.bits) - 1) != 0)
    }

    pub(crate) fn dual(&self) -> Option<&Dual> {
        self.dual.as_ref()
    }
}
