use serde::{Deserialize, Serialize};

/// The class of a street as mapped (`highway=*`).
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum RoadClass {
    /// `residential`: the class of drawn maps and of the grid city.
    #[default]
    Residential,
}

/// What was mapped about a street: facts, not decisions, shared by all edges with equal facts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WayFacts {
    /// The class.
    pub class: RoadClass,
}
