//! What a choice of sites keeps to, beside their number.

use std::num::NonZeroU32;
use std::time::Duration;

use siting::{Effort, Share};

/// What a choice of sites for a standard keeps to, and how hard it tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChoiceRules {
    /// How many open facilities a demand point needs within the limit to count as covered.
    pub times: NonZeroU32,
    /// The share of the demand of every zone that has to be covered.
    pub floor: Option<Share>,
    /// Candidates and facilities, by id, that may not both be open.
    pub too_near: Vec<[String; 2]>,
    /// Searches until the choice is proven to be the best one.
    pub exact: bool,
    /// When to stop with the best choice and a valid bound.
    pub time_limit: Option<TimeLimit>,
}

/// How long a choice may take, by the clock of whoever asks: this crate sees none.
#[derive(Clone, Copy, Debug)]
pub struct TimeLimit {
    /// The longest time.
    pub limit: Duration,
    /// Time since some moment of the past, never going back.
    pub clock: fn() -> Duration,
}

impl PartialEq for TimeLimit {
    fn eq(&self, other: &Self) -> bool {
        self.limit == other.limit
    }
}

impl Eq for TimeLimit {}

impl Default for ChoiceRules {
    fn default() -> Self {
        Self {
            times: NonZeroU32::MIN,
            floor: None,
            too_near: Vec::new(),
            exact: false,
            time_limit: None,
        }
    }
}

impl ChoiceRules {
    /// Whether what is covered already neither helps nor hinders a choice, so that only the rest has to be looked at.
    pub(crate) fn ask_for_the_rest_alone(&self) -> bool {
        self.times == NonZeroU32::MIN && self.floor.is_none() && self.too_near.is_empty()
    }

    /// How hard to try; the time runs from now.
    pub(crate) fn effort<T>(&self, solve: impl FnOnce(&Effort<'_>) -> T) -> T {
        let end = self.time_limit.map(|time| (time.clock)() + time.limit);
        let stop = || {
            let both = self.time_limit.zip(end);
            both.is_some_and(|(time, end)| (time.clock)() >= end)
        };
        let effort = if self.exact {
            Effort::exact()
        } else {
            Effort::quick()
        };
        solve(&Effort {
            stop: &stop,
            ..effort
        })
    }
}
