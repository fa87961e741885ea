use graph::GatePolicy;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One change of a scenario: what a plan file lists and what a planner does on the map.
///
/// Positions are `lng,lat` in WGS-84 degrees; facilities are named by their id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Modification {
    /// A new facility.
    AddFacility {
        /// Its id, not used before.
        id: String,
        /// Its kind.
        kind: String,
        /// Where, `lng,lat`.
        at: String,
        /// Its name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        name: Option<String>,
        /// Opening hours in OSM syntax; always open when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        opening_hours: Option<String>,
        /// Slots, seats or meals.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        capacity: Option<u32>,
        /// What it offers.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        amenities: Vec<String>,
        /// Time to park, enter and be served, e.g. `60s`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        start_delay: Option<String>,
        /// Made up for illustration.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        illustrative: bool,
    },
    /// A facility moves.
    MoveFacility {
        /// Which.
        facility: String,
        /// Where to, `lng,lat`.
        to: String,
    },
    /// Facilities close.
    CloseFacilities {
        /// Which.
        facilities: Vec<String>,
    },
    /// A facility gets other opening hours.
    ChangeHours {
        /// Which.
        facility: String,
        /// The new hours in OSM syntax.
        opening_hours: String,
    },
    /// A standard gets another limit.
    ChangeLimit {
        /// Key of the standard.
        standard: String,
        /// The new limit.
        limit: String,
    },
    /// Streets close, by way id or by name.
    CloseStreet {
        /// OSM way ids.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        ways: Vec<i64>,
        /// The street's name: all its edges.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        name: Option<String>,
    },
    /// Gates open or close: the listed ones, or every gate when none is listed. A later line wins.
    SetGates {
        /// Who passes them: `through`, `enter`, `walk-in` or `shut`.
        #[schema(value_type = String)]
        policy: GatePolicy,
        /// OSM ids of gate nodes.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nodes: Vec<i64>,
        /// OSM ids of ways inside compounds: all gates of those compounds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        compound_ways: Vec<i64>,
    },
    /// Side paths count as joined to the streets beside them, by the links that the import added
    /// (`[network] side_path_links`): which cells change shows what the map may lack.
    JoinSidePaths {},
    /// Reported hazards slow or close their streets, as `[hazards.effects]` says.
    HeedHazards {},
    /// The best candidate sites for a standard are built, given everything before this line.
    ChooseSites {
        /// Key of the standard.
        standard: String,
        /// How many.
        sites: u32,
        /// The kind that is built there.
        kind: String,
        /// Slots, seats or meals of each.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        capacity: Option<u32>,
    },
}
