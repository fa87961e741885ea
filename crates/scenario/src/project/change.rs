use coverage::{Capacity, Facility, FacilityKind, OpeningHours};
use graph::EdgeId;
use units::{LngLat, TravelTime};

use crate::project::choice_rules::ChoiceRules;
use crate::project::gate_change::GateChange;

/// A [`Modification`](crate::Modification) with its names turned into values and checked.
#[derive(Clone, Debug)]
pub enum Change {
    /// A new facility.
    Add(Box<Facility>),
    /// A facility moves.
    Move {
        /// Which.
        id: String,
        /// Where to.
        to: LngLat,
    },
    /// Facilities close.
    Close(Vec<String>),
    /// A facility gets other hours.
    Hours {
        /// Which.
        id: String,
        /// The new hours.
        hours: OpeningHours,
    },
    /// A standard gets another limit.
    Limit {
        /// Index of the standard.
        standard: usize,
        /// The new limit.
        limit: TravelTime,
    },
    /// Streets close.
    CloseEdges(Vec<EdgeId>),
    /// Gates open or close.
    Gates(GateChange),
    /// Side paths count as joined to the streets beside them.
    JoinSidePaths,
    /// Hazards slow or close their streets.
    HeedHazards,
    /// The best candidates are built.
    Choose {
        /// Index of the standard.
        standard: usize,
        /// How many.
        n_sites: u32,
        /// What is built.
        kind: FacilityKind,
        /// With how many slots.
        capacity: Option<Capacity>,
        /// What else the choice keeps to.
        rules: ChoiceRules,
    },
}
