use serde::{Deserialize, Serialize};

/// What it means to be covered by one service.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandardSpec {
    /// Short name in files and columns: letters, digits and `-`.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Kinds of facility that serve; any when empty.
    #[serde(default)]
    pub kinds: Vec<String>,
    /// What a facility must offer, all of it.
    #[serde(default)]
    pub amenities: Vec<String>,
    /// Least capacity of a facility that serves.
    pub capacity_at_least: Option<u32>,
    /// Who travels: `rider`, `foot` or a `[[profile]]` of the plan.
    pub profile: String,
    /// Inclusive time limit, e.g. `15min`.
    pub limit: String,
    /// How many facilities must be within the limit, 1 unless given.
    pub required: Option<u32>,
    /// The hour of the week at which they must be open, e.g. `We 03:00`; any hour when left out.
    pub at: Option<String>,
    /// How much capacity so much demand needs; whoever finds only full facilities within the limit
    /// is then not covered. A facility is never full when this is left out.
    pub supply: Option<SupplySpec>,
}

/// Capacity for demand: 8 cabinets of 12 slots for 800 riders are `{ slots = 96, demand = 800 }`.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SupplySpec {
    /// Pieces of capacity: slots, seats, meals per hour.
    pub slots: u32,
    /// The demand that they serve, in the unit of the plan's demand.
    pub demand: u32,
}

/// Several standards at once.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointSpec {
    /// Short name in files and columns.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Keys of all standards that must hold.
    #[serde(default)]
    pub all_of: Vec<String>,
    /// Keys of standards of which one must hold.
    #[serde(default)]
    pub any_of: Vec<String>,
}
