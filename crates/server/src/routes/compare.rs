use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use scenario::compare::{Comparison, compare as lay_beside};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::State;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Key of the scenario before
    before: String,
    /// Key of the scenario after
    after: String,
}

/// Two results side by side: kept, gained, lost, never for each cell
#[utoipa::path(get, path = "/api/compare", params(Asked), responses(
    (status = 200, body = Comparison), (status = 404, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn compare(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<Comparison>, Problem> {
    compute(&state, move |state| {
        let report = |key: &str| -> Result<_, Problem> {
            let (name, decisions) = state.decisions(key)?;
            Ok(decisions.report(state.project, key, &name))
        };
        let (before, after) = (report(&asked.before)?, report(&asked.after)?);
        let comparison =
            lay_beside(&before, &after).map_err(|why| Problem::no_answer(why.to_string()))?;
        Ok(Json(comparison))
    })
    .await
}
