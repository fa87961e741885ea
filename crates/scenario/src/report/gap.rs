use coverage::{CellRank, Demand, DemandSet, Gap};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::project::Project;
use crate::report::gap_name::GapNames;

/// A contiguous area of uncovered cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GapReport {
    /// Rank by uncovered demand, from 1.
    pub rank: usize,
    /// The street with the most uncovered demand in it, and its zone.
    pub name: String,
    /// Uncovered demand.
    pub uncovered_thousandths: u64,
    /// How many cells.
    pub n_cells: usize,
    /// Centre of the worst cell.
    pub lng: f64,
    /// Centre of the worst cell.
    pub lat: f64,
    /// Time from the worst cell to the nearest facility; `None` past twice the limit.
    pub worst_s: Option<f64>,
    /// Whether one of its cells is edge-affected.
    pub edge_affected: bool,
    /// Its cells.
    pub cells: Vec<String>,
}

pub(crate) fn gap_reports(
    project: &Project,
    demand: &DemandSet,
    gaps: &[Gap],
    lacking: impl Fn(usize) -> Option<Demand>,
    names: &GapNames,
    edge_affected: &[bool],
    time_of: impl Fn(CellRank) -> Option<TravelTime>,
) -> Vec<GapReport> {
    (1..)
        .zip(gaps)
        .map(|(rank, gap)| GapReport {
            rank,
            name: names.name(project, demand, gap, &lacking),
            uncovered_thousandths: gap.uncovered.as_thousandths(),
            n_cells: gap.cells.len(),
            lng: gap.center.lng(),
            lat: gap.center.lat(),
            worst_s: time_of(gap.worst_cell).map(TravelTime::as_secs_f64),
            edge_affected: gap.cells.iter().any(|cell| edge_affected[cell.index()]),
            cells: gap
                .cells
                .iter()
                .map(|&cell| project.area.cell(cell).to_string())
                .collect(),
        })
        .collect()
}
