use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use scenario::compare::{ChangeClass, StandardComparison, compare as lay_beside};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::State;
use crate::wire::{CompareAnswer, ComparedValues};

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
    (status = 200, body = CompareAnswer), (status = 404, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn compare(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<CompareAnswer>, Problem> {
    compute(&state, move |state| {
        let report = |key: &str| -> Result<_, Problem> {
            let (name, standing) = state.standing(key)?;
            Ok(standing.report(state.project, key, &name))
        };
        let (before, after) = (report(&asked.before)?, report(&asked.after)?);
        let comparison =
            lay_beside(&before, &after).map_err(|why| Problem::no_answer(why.to_string()))?;
        Ok(Json(CompareAnswer {
            before: asked.before,
            after: asked.after,
            illustrative: comparison.illustrative,
            standards: comparison.standards.iter().map(values).collect(),
        }))
    })
    .await
}

fn values(standard: &StandardComparison) -> ComparedValues {
    let number = |class: &ChangeClass| match class {
        ChangeClass::None => 0,
        ChangeClass::Kept => 1,
        ChangeClass::Gained => 2,
        ChangeClass::Lost => 3,
        ChangeClass::Never => 4,
    };
    ComparedValues {
        key: standard.key.clone(),
        name: standard.name.clone(),
        covered_before_thousandths: standard.covered_before_thousandths,
        covered_after_thousandths: standard.covered_after_thousandths,
        demand_thousandths: standard.demand_thousandths,
        change: standard.cells.iter().map(number).collect(),
        n_kept: standard.kept.n_cells,
        n_gained: standard.gained.n_cells,
        n_lost: standard.lost.n_cells,
        n_never: standard.never.n_cells,
    }
}
