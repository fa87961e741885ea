use coverage::DemandSplit;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Demand by what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SplitReport {
    /// Meets the standard.
    pub covered_thousandths: u64,
    /// Does not.
    pub uncovered_thousandths: u64,
    /// Joined to a scrap of street that trips cannot both enter and leave: no statement.
    pub on_scrap_thousandths: u64,
    /// Too far from any street of the profile: no statement.
    pub unlinked_thousandths: u64,
    /// Part of the covered: within 20 % of the limit.
    pub fragile_thousandths: u64,
    /// Covered share of all demand, 0 to 1; `None` without demand.
    pub covered_share: Option<f64>,
}

impl SplitReport {
    /// All demand.
    pub fn total_thousandths(&self) -> u64 {
        self.covered_thousandths
            + self.uncovered_thousandths
            + self.on_scrap_thousandths
            + self.unlinked_thousandths
    }

    pub(crate) fn of(split: &DemandSplit) -> Self {
        Self {
            covered_thousandths: split.covered.as_thousandths(),
            uncovered_thousandths: split.uncovered.as_thousandths(),
            on_scrap_thousandths: split.on_scrap.as_thousandths(),
            unlinked_thousandths: split.unlinked.as_thousandths(),
            fragile_thousandths: split.fragile.as_thousandths(),
            covered_share: split.covered_share(),
        }
    }
}
