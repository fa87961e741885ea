use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State as Given};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, DetailAnswer};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Key of the scenario, with `-edited` behind it for the scenario with its edits; the baseline
    /// when left out
    scenario: Option<String>,
}

impl Asked {
    fn scenario(&self) -> &str {
        self.scenario.as_deref().unwrap_or(BASELINE)
    }
}

/// Why not, how full, how evenly, what the night takes away, which hazards were reported
#[utoipa::path(get, path = "/api/detail", params(Asked), responses(
    (status = 200, body = DetailAnswer), (status = 404, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn detail(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<DetailAnswer>, Problem> {
    compute(&state, move |state| {
        let result = state.detailed(asked.scenario())?;
        Ok(Json(wire::detail(state.project, &result)))
    })
    .await
}

/// A table of results as CSV, the file of this name that `nuanquan run` writes
#[utoipa::path(get, path = "/api/tables/{table}", params(
    ("table" = String, Path, description = "name and ending, e.g. `districts.csv`"), Asked
), responses(
    (status = 200, description = "a table", body = String, content_type = "text/csv"),
    (status = 404, body = Problem), (status = 422, body = Problem)
))]
pub(crate) async fn table(
    Given(state): Given<Arc<State>>,
    Path(table): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let (name, text) = compute(&state, move |state| {
        let result = state.detailed(asked.scenario())?;
        let text = table
            .strip_suffix(".csv")
            .and_then(|name| result.csv(state.project, name));
        let text = text.ok_or_else(|| {
            Problem::unknown(format!(
                "there is no table `{table}`; take one that `nuanquan run` writes, like \
                 `districts.csv`"
            ))
        })?;
        Ok((format!("{}-{table}", asked.scenario()), text))
    })
    .await?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/csv; charset=utf-8"),
    );
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    Ok(response)
}
