use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use coverage::{CellId, PointState};
use scenario::explain::StepReport;
use scenario::{CellTrips, Decisions};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, ExplainAnswer, ExplainedPart, LineString, PointClass, TripInfo, WayInfo};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// `lng,lat` in degrees (WGS-84), anywhere in the cell
    at: String,
    /// Key of a standard, or of a joint standard for all of its parts
    standard: String,
    /// Key of the scenario, with `-edited` behind it for the scenario with its edits; the baseline
    /// when left out
    scenario: Option<String>,
}

/// Why a cell is covered or not: its nearest facilities, and the way to the nearest street by street
#[utoipa::path(get, path = "/api/explain", params(Asked), responses(
    (status = 200, body = ExplainAnswer), (status = 400, body = Problem),
    (status = 404, body = Problem), (status = 422, body = Problem)
))]
pub(crate) async fn explain(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<ExplainAnswer>, Problem> {
    compute(&state, move |state| Ok(Json(answer(state, &asked)?))).await
}

fn answer(state: &State, asked: &Asked) -> Result<ExplainAnswer, Problem> {
    let project = state.project;
    let at = units::parse_position(&asked.at).map_err(|e| Problem::bad(e.to_string()))?;
    // Also where a cell at the edge reaches over the border of the study area.
    let there = CellId::at(at, project.area.resolution());
    let cell = project.area.rank(there).ok_or_else(|| {
        Problem::no_answer(format!("`{}` lies in no cell of the study area", asked.at))
    })?;
    let standards = match project.joints.iter().find(|j| j.key == asked.standard) {
        Some(joint) => {
            let parts = joint.parts.iter().map(|part| state.standard(part));
            parts.collect::<Result<Vec<usize>, Problem>>()?
        }
        None => vec![state.standard(&asked.standard)?],
    };
    let key = asked.scenario.as_deref().unwrap_or(BASELINE);
    let points = project.demand.of_cell(cell);
    let parts = state.in_session(key, |session| {
        let decisions = session.decisions();
        let explained = standards.into_iter().map(|standard| {
            let trips = session.trips(standard, cell);
            let split = &decisions.standards[standard].cells[cell.index()];
            ExplainedPart {
                covered_thousandths: split.covered_thousandths,
                edge_affected: split.edge_affected,
                ..part(&project.standards[standard].key, &trips, decisions)
            }
        });
        Ok(explained.collect())
    })?;
    Ok(ExplainAnswer {
        cell: project.area.cell(cell).to_string(),
        index: cell.index(),
        demand_thousandths: points
            .map(|point| project.demand.points()[point].demand.as_thousandths())
            .sum(),
        parts,
    })
}

fn part(key: &str, trips: &CellTrips, decisions: &Decisions) -> ExplainedPart {
    ExplainedPart {
        standard: key.to_owned(),
        limit_s: wire::seconds(trips.limit),
        searched_s: wire::seconds(trips.searched),
        required: trips.required,
        state: match trips.state {
            None | Some(PointState::Unlinked) => PointClass::Unlinked,
            Some(PointState::OnScrap) => PointClass::OnScrap,
            Some(PointState::Covered) => PointClass::Covered,
            Some(PointState::Partly) => PointClass::PartlyCovered,
            Some(PointState::Uncovered) => PointClass::Uncovered,
        },
        covered_thousandths: 0,
        edge_affected: false,
        lng: trips.from.map(units::LngLat::lng),
        lat: trips.from.map(units::LngLat::lat),
        facilities: trips
            .facilities
            .iter()
            .map(|trip| {
                let facility = &decisions.evaluation.facilities[trip.facility];
                TripInfo {
                    id: facility.id.clone(),
                    name: facility.name.clone(),
                    time_s: wire::seconds(trip.time),
                    margin_s: wire::seconds(trips.limit) - wire::seconds(trip.time),
                    illustrative: facility.illustrative,
                }
            })
            .collect(),
        way: trips.way.as_ref().map(|way| WayInfo {
            walk_before_m: way.walk_before.0.as_m_f64(),
            walk_before_s: wire::seconds(way.walk_before.1),
            steps: way
                .steps
                .iter()
                .map(|step| StepReport {
                    name: step.name.clone(),
                    length_m: step.length.as_m_f64(),
                    time_s: wire::seconds(step.time),
                })
                .collect(),
            walk_after_m: way.walk_after.as_m_f64(),
            walk_after_s: wire::seconds(way.after) - wire::seconds(way.start_delay),
            start_delay_s: wire::seconds(way.start_delay),
            line: LineString::of(&way.line),
        }),
    }
}
