use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, HoursAnswer, HoursState};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Key of a standard
    standard: String,
    /// Key of the scenario, with `-edited` behind it for the scenario with its edits; the baseline
    /// when left out
    scenario: Option<String>,
}

/// A standard at each hour of the week, whatever hour it names itself
#[utoipa::path(get, path = "/api/hours", params(Asked), responses(
    (status = 200, body = HoursAnswer), (status = 404, body = Problem)
))]
pub(crate) async fn hours(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<HoursAnswer>, Problem> {
    compute(&state, move |state| {
        let standard = state.standard(&asked.standard)?;
        let scenario = asked.scenario.unwrap_or_else(|| BASELINE.to_owned());
        let week = state.in_session(&scenario, |session| Ok(session.week(standard)))?;
        Ok(Json(HoursAnswer {
            scenario,
            standard: asked.standard,
            states: week
                .states
                .iter()
                .map(|one| HoursState {
                    n_open: one.n_open,
                    covered_thousandths: one.total.covered.as_thousandths(),
                    demand_thousandths: one.total.total().as_thousandths(),
                    cells: wire::CellValues::of(&one.cells, None, None),
                })
                .collect(),
            state_of_hour: week.state_of_hour,
        }))
    })
    .await
}
