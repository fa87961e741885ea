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
