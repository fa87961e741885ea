use serde::Serialize;
use utoipa::ToSchema;

use super::geometry::{MultiPolygon, Zones};

/// What there is: everything that does not depend on a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanAnswer {
    pub(crate) name: String,
    pub(crate) program: &'static str,
    pub(crate) notes: Vec<String>,
    pub(crate) illustrative: bool,
    pub(crate) plan_fingerprint: String,
    /// Changes when the tiles do.
    pub(crate) tiles_version: String,
    pub(crate) attribution: &'static str,
    /// West, south, east, north of the study area in degrees.
    pub(crate) bounds: [f64; 4],
    /// Outline of the study area.
    pub(crate) study_area: MultiPolygon,
    pub(crate) zones: Zones,
    pub(crate) demand_unit: String,
    pub(crate) demand_unit_text: String,
    /// Other demand that indicators are given for, each in a unit of its own.
    pub(crate) measures: Vec<MeasureInfo>,
    pub(crate) demand_is_illustrative: bool,
    pub(crate) demand_thousandths: u64,
    pub(crate) h3_resolution: u8,
    pub(crate) profiles: Vec<String>,
    pub(crate) standards: Vec<StandardInfo>,
    pub(crate) joints: Vec<JointInfo>,
    pub(crate) kinds: Vec<KindInfo>,
    pub(crate) scenarios: Vec<ScenarioInfo>,
    pub(crate) cells: CellsInfo,
    pub(crate) edits_need_token: bool,
}

/// A unit that indicators are given in, and the same to read.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeasureInfo {
    pub(crate) unit: String,
    pub(crate) unit_text: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    /// Keys of the kinds that serve; any when empty.
    pub(crate) kinds: Vec<String>,
    pub(crate) profile: String,
    pub(crate) limit_s: f64,
    pub(crate) required: u32,
    pub(crate) at: Option<String>,
    pub(crate) capacity_at_least: Option<u32>,
    pub(crate) amenities: Vec<String>,
    /// Who finds only full facilities within the limit is not covered.
    pub(crate) asks_for_room: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JointInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    /// `all-of` or `any-of`.
    pub(crate) rule: &'static str,
    pub(crate) parts: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindInfo {
    pub(crate) key: String,
    pub(crate) zh: String,
    pub(crate) en: String,
    /// What most facilities of the kind need before the service begins.
    pub(crate) usual_start_delay_s: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) n_modifications: usize,
    pub(crate) n_edits: usize,
}

/// One entry for each cell, in the order that all arrays of values share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellsInfo {
    pub(crate) id: Vec<String>,
    pub(crate) lng: Vec<f64>,
    pub(crate) lat: Vec<f64>,
    pub(crate) demand_thousandths: Vec<u64>,
    pub(crate) zone: Vec<Option<String>>,
}

/// Whether the server stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    pub(crate) ok: bool,
    pub(crate) program: &'static str,
}
