use serde::Serialize;
use utoipa::ToSchema;

use super::values::CellValues;

/// A standard through the week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoursAnswer {
    pub(crate) scenario: String,
    pub(crate) standard: String,
    /// Most hours share their open facilities with others: what holds while one set is open.
    pub(crate) states: Vec<HoursState>,
    /// Which of them holds at each of the 168 hours, Monday 00:00 first.
    pub(crate) state_of_hour: Vec<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoursState {
    /// Facilities of the standard that are open.
    pub(crate) n_open: usize,
    pub(crate) covered_thousandths: u64,
    /// All demand of these hours.
    pub(crate) demand_thousandths: u64,
    pub(crate) cells: CellValues,
}
