use scenario::Modification;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::values::{ChangedValues, FacilityInfo};

/// The edits on top of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditsAnswer {
    pub(crate) over: String,
    /// Key under which the result is asked for.
    pub(crate) scenario: String,
    pub(crate) revision: u64,
    pub(crate) edits: Vec<Modification>,
}

/// What an edit changed, and nothing else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedAnswer {
    pub(crate) over: String,
    pub(crate) scenario: String,
    pub(crate) revision: u64,
    pub(crate) n_edits: usize,
    /// Nothing was kept: only what it would come to.
    pub(crate) preview: bool,
    /// Time the server spent on the answer, in milliseconds.
    pub(crate) computed_ms: f64,
    /// New and changed facilities.
    pub(crate) facilities: Vec<FacilityInfo>,
    /// Ids of facilities that are no longer there.
    pub(crate) removed: Vec<String>,
    /// Only the standards that changed.
    pub(crate) standards: Vec<ChangedValues>,
}

/// An edit as it comes in: what a plan file lists under `[[scenario.modification]]`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(example = json!({
    "do": "move-facility", "facility": "C06", "to": "114.0640,22.5330"
}))]
#[serde(transparent)]
pub(crate) struct EditBody(pub(crate) Modification);
