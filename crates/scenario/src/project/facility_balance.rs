//! What becomes of the facilities that a plan's sources give.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What becomes of a facility under a standard; the first class that fits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum FacilityClass {
    /// Serves the standard.
    Serving,
    /// Not asked for: another kind, without the amenities or the capacity, or a row that its layer
    /// does not take.
    OtherKind,
    /// Closed at the hour that the standard names.
    ClosedAtHour,
    /// Closed by the scenario.
    ClosedByScenario,
    /// Too far from any street of the profile, or joined to a scrap of street.
    Unjoined,
    /// Outside the study area and farther from it than the limit, or told to be left out there.
    Outside,
}

/// What becomes of all facilities that were given; the classes add up to `given`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacilityBalance {
    /// All rows of all layers, and what the scenario adds.
    pub given: usize,
    /// Serves the standard.
    pub serving: usize,
    /// Of another kind, without what the standard asks for, or not taken by its layer.
    pub other_kind: usize,
    /// Closed at the hour that the standard names.
    pub closed_at_hour: usize,
    /// Closed by the scenario.
    pub closed_by_scenario: usize,
    /// Too far from any street of the profile, or on a scrap of street.
    pub unjoined: usize,
    /// Outside the study area, farther from it than the limit, or told to be left out there.
    pub outside: usize,
    /// Rows that could not be read and that the plan leaves out.
    pub bad_rows: usize,
}

impl FacilityBalance {
    /// Counts one facility.
    pub(crate) fn add(&mut self, class: FacilityClass) {
        let count = match class {
            FacilityClass::Serving => &mut self.serving,
            FacilityClass::OtherKind => &mut self.other_kind,
            FacilityClass::ClosedAtHour => &mut self.closed_at_hour,
            FacilityClass::ClosedByScenario => &mut self.closed_by_scenario,
            FacilityClass::Unjoined => &mut self.unjoined,
            FacilityClass::Outside => &mut self.outside,
        };
        *count += 1;
    }

    /// The classes with their keys, in order; they add up to what is given.
    pub fn classes(&self) -> [(&'static str, usize); 7] {
        [
            ("serving", self.serving),
            ("other-kind", self.other_kind),
            ("closed-at-hour", self.closed_at_hour),
            ("closed-by-scenario", self.closed_by_scenario),
            ("unjoined", self.unjoined),
            ("outside", self.outside),
            ("bad-rows", self.bad_rows),
        ]
    }

    /// Whether the classes add up to what is given.
    pub fn holds(&self) -> bool {
        let sum: usize = self.classes().iter().map(|(_, count)| count).sum();
        sum == self.given
    }
}
