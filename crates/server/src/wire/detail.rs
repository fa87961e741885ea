use coverage::{CellRank, Demand, DemandSplit, Reason};
use scenario::detail_report::DetailReport;
use scenario::run::ScenarioResult;
use scenario::{Project, words};
use serde::Serialize;
use units::TravelTime;
use utoipa::ToSchema;
use utoipa::openapi::schema::Array;

use super::geometry::MultiPolygon;

/// What a scenario comes to beyond its coverage, as `detail.json` has it, and what the map draws of
/// it: why not, how full, how evenly, what the night takes away, and which hazards were reported.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DetailAnswer {
    #[serde(flatten)]
    pub(crate) report: DetailReport,
    /// Ids of the scenario's facilities, in the order of `supply_of_facilities` and of the
    /// facilities of `load`.
    pub(crate) facilities: Vec<String>,
    /// Of each of `standards`, in their order.
    pub(crate) drawn: Vec<DrawnDetail>,
}

/// What the map draws of a standard in detail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DrawnDetail {
    /// For each cell why the demand point that stands for it on the map is not covered; null where
    /// it is, and without demand.
    #[schema(schema_with = reasons)]
    pub(crate) reason_of_cells: Vec<Option<&'static str>>,
    /// For each cell what is covered by day, of those who are there by night.
    pub(crate) by_day_of_cells_thousandths: Vec<u64>,
    /// Of the gaps of the night, in their order.
    pub(crate) night_outlines: Vec<MultiPolygon>,
}

fn reasons() -> Array {
    Array::new(words::reason_or_null())
}

/// The answer for a scenario that was run in detail.
pub(crate) fn detail(project: &Project, result: &ScenarioResult) -> DetailAnswer {
    let facilities = result.evaluation.facilities.iter();
    let standards = 0..result.details.len();
    DetailAnswer {
        report: result.detail_report.clone(),
        facilities: facilities.map(|facility| facility.id.clone()).collect(),
        drawn: standards
            .map(|index| drawn(project, result, index))
            .collect(),
    }
}

fn drawn(project: &Project, result: &ScenarioResult, standard: usize) -> DrawnDetail {
    let night = &result.details[standard].night;
    let by_day = night.cells.iter().map(DemandSplit::total);
    DrawnDetail {
        reason_of_cells: reason_of_cells(project, result, standard),
        by_day_of_cells_thousandths: by_day.map(Demand::as_thousandths).collect(),
        night_outlines: night
            .gaps
            .iter()
            .map(|gap| MultiPolygon::of(&gap.outline))
            .collect(),
    }
}

fn reason_of_cells(
    project: &Project,
    result: &ScenarioResult,
    standard: usize,
) -> Vec<Option<&'static str>> {
    let service = &result.evaluation.services[standard];
    let (coverage, demand) = (&service.coverage, project.demand_of(&service.standard));
    let reasons = &result.details[standard].reasons;
    let cells = coverage.cells().iter().enumerate();
    cells
        .map(|(index, cell)| {
            let typical = coverage.typical(demand, CellRank::from_index(index));
            let is_in_time = |time: TravelTime| time <= coverage.limit();
            let reason = match typical {
                Some((_, time)) if time.is_some_and(is_in_time) => None,
                Some((point, _)) => reasons[point.index()],
                None => (cell.total() > Demand::ZERO).then_some(Reason::NoStreet),
            };
            reason.map(Reason::key)
        })
        .collect()
}
