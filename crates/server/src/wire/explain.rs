use scenario::explain::StepReport;
use serde::Serialize;
use utoipa::ToSchema;

use super::geometry::LineString;

/// Why a cell is covered or not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainAnswer {
    /// H3 index of the cell.
    pub(crate) cell: String,
    /// Its place in all arrays of cells.
    pub(crate) index: usize,
    pub(crate) demand_thousandths: u64,
    /// One for a standard; for a joint standard one for each of its parts, in order.
    pub(crate) parts: Vec<ExplainedPart>,
}

/// A cell under one standard. Times are those of the demand point that stands for the cell on the
/// map: half of the cell's demand needs as long or less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainedPart {
    pub(crate) standard: String,
    pub(crate) limit_s: f64,
    /// Facilities farther than this are not told.
    pub(crate) searched_s: f64,
    pub(crate) required: u32,
    /// What becomes of that demand point.
    pub(crate) state: PointClass,
    pub(crate) covered_thousandths: u64,
    pub(crate) edge_affected: bool,
    pub(crate) lng: Option<f64>,
    pub(crate) lat: Option<f64>,
    /// The nearest ones that count, by ascending time: as many as are required and one more.
    pub(crate) facilities: Vec<TripInfo>,
    /// The way to the nearest.
    pub(crate) way: Option<WayInfo>,
}

/// What becomes of a demand point.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum PointClass {
    Covered,
    // The rest of its demand finds only full facilities.
    PartlyCovered,
    Uncovered,
    OnScrap,
    Unlinked,
}

/// A facility and the time to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TripInfo {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) time_s: f64,
    /// Limit minus time.
    pub(crate) margin_s: f64,
    pub(crate) illustrative: bool,
}

/// Where the minutes of a trip go: the parts add up to its time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayInfo {
    pub(crate) walk_before_m: f64,
    pub(crate) walk_before_s: f64,
    pub(crate) steps: Vec<StepReport>,
    pub(crate) walk_after_m: f64,
    pub(crate) walk_after_s: f64,
    pub(crate) start_delay_s: f64,
    pub(crate) line: LineString,
}
