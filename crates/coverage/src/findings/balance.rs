use crate::{Demand, DemandSet, DemandSplit};

/// What becomes of all demand that a source gives, nothing taken off before: the classes add up to
/// what is given, exactly. The first that fits counts.
///
/// The denominator of a covered share is [`in_area`](Self::in_area).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemandBalance {
    /// All that the source holds; for street length, the usable street in the study area that is no
    /// scrap.
    pub given: Demand,
    /// Meets the standard.
    pub covered: Demand,
    /// Joined to a network, but does not meet it.
    pub uncovered: Demand,
    /// Too far from any street of the profile.
    pub too_far: Demand,
    /// Joined to a scrap of street.
    pub on_scraps: Demand,
    /// Outside the study area.
    pub outside: Demand,
    /// Beside all that, for street length: the street of scraps in the study area.
    pub scrap_street: Demand,
}

impl DemandBalance {
    /// Of demand, given what becomes of what lies in the study area.
    ///
    /// Cost: linear in the patterns.
    pub fn of(demand: &DemandSet, split: &DemandSplit) -> Self {
        Self {
            given: demand.given(),
            covered: split.covered,
            uncovered: split.uncovered,
            too_far: split.unlinked,
            on_scraps: split.on_scrap,
            outside: demand.outside(),
            scrap_street: demand.scrap_street(),
        }
    }

    /// Demand in the study area: all but what lies outside.
    pub fn in_area(&self) -> Demand {
        self.covered + self.uncovered + self.too_far + self.on_scraps
    }

    /// Whether the classes add up to what is given.
    pub fn holds(&self) -> bool {
        self.given == self.in_area() + self.outside
    }
}

/// What becomes of a facility under a standard; the first class that fits counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacilityClass {
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

/// What becomes of all facilities that a plan's sources give: the classes add up to what is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FacilityBalance {
    /// All rows of all layers, and what a scenario adds.
    pub given: usize,
    /// [`FacilityClass::Serving`].
    pub serving: usize,
    /// [`FacilityClass::OtherKind`].
    pub other_kind: usize,
    /// [`FacilityClass::ClosedAtHour`].
    pub closed_at_hour: usize,
    /// [`FacilityClass::ClosedByScenario`].
    pub closed_by_scenario: usize,
    /// [`FacilityClass::Unjoined`].
    pub unjoined: usize,
    /// [`FacilityClass::Outside`].
    pub outside: usize,
    /// Rows that could not be read and that the plan leaves out.
    pub bad_rows: usize,
}

impl FacilityBalance {
    /// Counts one facility.
    pub fn add(&mut self, class: FacilityClass) {
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

    /// Whether the classes add up to what is given.
    pub fn holds(&self) -> bool {
        self.given
            == self.serving
                + self.other_kind
                + self.closed_at_hour
                + self.closed_by_scenario
                + self.unjoined
                + self.outside
                + self.bad_rows
    }
}
