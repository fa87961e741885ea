use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, ValuesAnswer};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Key of a scenario, with `-edited` behind it for the scenario with its edits; the baseline
    /// when left out
    scenario: Option<String>,
    /// Key of a standard or joint standard; all when left out
    standard: Option<String>,
}

/// Results as arrays in the order of the cells
#[utoipa::path(get, path = "/api/values", params(Asked), responses(
    (status = 200, body = ValuesAnswer), (status = 404, body = Problem)
))]
pub(crate) async fn values(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<ValuesAnswer>, Problem> {
    compute(&state, move |state| {
        let scenario = asked.scenario.unwrap_or_else(|| BASELINE.to_owned());
        let (name, decisions) = state.decisions(&scenario)?;
        let only = asked.standard.as_deref();
        let standards = wire::values(state.project, &decisions, only);
        if let Some(key) = only.filter(|_| standards.is_empty()) {
            state.standard(key)?;
        }
        Ok(Json(ValuesAnswer {
            scenario,
            name,
            n_closed_edges: decisions.evaluation.n_closed_edges,
            facilities: wire::facilities(&decisions),
            standards,
        }))
    })
    .await
}
