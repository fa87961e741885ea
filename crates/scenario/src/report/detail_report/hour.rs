use coverage::{CellRank, Demand, DemandSplit, HourlyProfile};
use serde::{Deserialize, Serialize};
use units::HourOfWeek;
use utoipa::ToSchema;

use crate::evaluate::decision::typical_time;
use crate::evaluate::detail::{NightGap, ServiceDetail};
use crate::project::Project;
use crate::report::gap::{GapReport, gap_reports};
use crate::report::gap_name::GapNames;

/// One hour of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HourReport {
    /// As in `We 03:00`: the instant at which it begins.
    pub hour: String,
    /// Facilities of the standard that are open.
    pub n_open: usize,
    /// Covered demand.
    pub covered_thousandths: u64,
    /// Its share of the demand of that hour, 0 to 1; `None` without demand.
    pub covered_share: Option<f64>,
    /// All demand of that hour.
    pub demand_thousandths: u64,
}

/// What is covered by day and not by night; demand is that of the hour for the night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NightReport {
    /// Covered by day, of those who are there by night.
    pub by_day_thousandths: u64,
    /// Part of that: not covered by night.
    pub lost_thousandths: u64,
    /// The lost part of each cell.
    pub lost_of_cells_thousandths: Vec<u64>,
    /// Patches of cells that lose more than half of what they have by day, the largest first; their
    /// uncovered demand is what is lost.
    pub gaps: Vec<GapReport>,
}

pub(crate) fn hours(detail: &ServiceDetail) -> Vec<HourReport> {
    let profile: &HourlyProfile = &detail.hours;
    HourOfWeek::all()
        .map(|hour| {
            let split = profile.total(hour);
            HourReport {
                hour: hour.to_string(),
                n_open: detail.open_hours.at(hour).n_open(),
                covered_thousandths: split.covered.as_thousandths(),
                covered_share: split.covered_share(),
                demand_thousandths: split.total().as_thousandths(),
            }
        })
        .collect()
}

pub(crate) fn night(
    project: &Project,
    night: &NightGap,
    edge_affected: &[bool],
    names: &GapNames,
) -> NightReport {
    let there = project.demand.at(project.night);
    let lost = |point: usize| night.lost_of(point, there.points()[point].demand);
    let time_of = |cell: CellRank| typical_time(&there, &night.by_night, cell);
    let by_day: Demand = night.cells.iter().map(DemandSplit::total).sum();
    NightReport {
        by_day_thousandths: by_day.as_thousandths(),
        lost_thousandths: night.lost().as_thousandths(),
        lost_of_cells_thousandths: night
            .cells
            .iter()
            .map(|cell| cell.uncovered.as_thousandths())
            .collect(),
        gaps: gap_reports(
            project,
            &there,
            &night.gaps,
            lost,
            names,
            edge_affected,
            time_of,
        ),
    }
}
