use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use reach::Direction;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::limits;
use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, IsochroneAnswer, MultiPolygon, Pieces};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// `lng,lat` in degrees (WGS-84)
    at: String,
    /// `rider` (e-bike courier) or `foot`; `rider` when left out
    profile: Option<String>,
    /// Inclusive time limit with its unit, e.g. `5min`
    limit: String,
    /// From where the place is reached, instead of what is reached from it
    toward: Option<bool>,
    /// Key of the scenario whose streets count; the baseline when left out
    scenario: Option<String>,
}

/// Reached streets and their outline: street time, the walk to the street apart
#[utoipa::path(get, path = "/api/isochrone", params(Asked), responses(
    (status = 200, body = IsochroneAnswer), (status = 400, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn isochrone(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<IsochroneAnswer>, Problem> {
    compute(&state, move |state| Ok(Json(answer(state, asked)?))).await
}

fn answer(state: &State, asked: Asked) -> Result<IsochroneAnswer, Problem> {
    let at = units::parse_position(&asked.at).map_err(|e| Problem::bad(e.to_string()))?;
    let limit = units::parse_time(&asked.limit).map_err(|e| Problem::bad(e.to_string()))?;
    if limit > limits::LONGEST_CIRCLE {
        return Err(Problem::bad(format!(
            "a limit of `{}` is longer than one request may ask for; take at most {} min",
            asked.limit,
            limits::LONGEST_CIRCLE.as_mins_f64()
        )));
    }
    let profile = asked.profile.unwrap_or_else(|| "rider".to_owned());
    let toward = asked.toward.unwrap_or(false);
    let direction = if toward {
        Direction::Towards
    } else {
        Direction::From
    };
    let key = asked.scenario.as_deref().unwrap_or(BASELINE);
    let (circle, radius) = state.in_session(key, |session| {
        let circle = session.circle(&profile, at, direction, limit);
        circle
            .map(|circle| (circle, session.join_radius(&profile)))
            .map_err(Problem::bad)
    })?;
    let Some(circle) = circle else {
        return Err(Problem::no_answer(format!(
            "`{at}` lies more than {} m from any street of the profile; check longitude and \
             latitude",
            radius.as_m_f64()
        )));
    };
    Ok(IsochroneAnswer {
        profile,
        toward,
        limit_s: wire::seconds(limit),
        lng: at.lng(),
        lat: at.lat(),
        snapped_lng: circle.snap.position.lng(),
        snapped_lat: circle.snap.position.lat(),
        walk_to_street_m: circle.snap.walk.as_m_f64(),
        reached_km: kilometers(circle.reached_mm),
        reached_outside_share: circle.leak.outside_share(),
        unreached_inside_share: circle.leak.inside_share(),
        outline: MultiPolygon::of(&circle.outline),
        pieces: Pieces::of(
            circle
                .pieces
                .iter()
                .map(|piece| (&*piece.line, piece.start, piece.end)),
        ),
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "street lengths are far below 2^53 mm"
)]
fn kilometers(mm: u64) -> f64 {
    mm as f64 / 1e6
}
