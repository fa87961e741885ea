use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State as Given};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use reach::Direction;
use scenario::{IsochroneParts, IsochroneQuestion};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::limits;
use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, CellReached, CellsReached, IsochroneAnswer, MultiPolygon, Pieces};

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
    /// What the answer holds, separated by commas: `outline`, `streets` (lines with times), `cells`
    /// (street length by H3 cell); `outline` when left out
    what: Option<String>,
}

/// Reached streets and their outline: street time, the walk to the street apart
#[utoipa::path(get, path = "/api/isochrone", params(Asked), responses(
    (status = 200, body = IsochroneAnswer), (status = 400, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn isochrone(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    // Written off the async threads too: a street answer is a megabyte.
    let body = compute(&state, move |state| {
        let answer = answer(state, asked)?;
        let body = serde_json::to_vec(&answer).map_err(|e| Problem::bug(e.to_string()))?;
        Ok(Bytes::from(body))
    })
    .await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], body).into_response())
}

/// The parts that `what` names.
fn parts(what: Option<&str>) -> Result<IsochroneParts, Problem> {
    let mut parts = IsochroneParts {
        outline: false,
        streets: false,
        cells: false,
    };
    for word in what.unwrap_or("outline").split(',') {
        match word.trim() {
            "outline" => parts.outline = true,
            "streets" => parts.streets = true,
            "cells" => parts.cells = true,
            other => {
                return Err(Problem::bad(format!(
                    "an isochrone has no `{other}`; `what` takes `outline`, `streets`, `cells`, or \
                     several separated by commas"
                )));
            }
        }
    }
    Ok(parts)
}

fn answer(state: &State, asked: Asked) -> Result<IsochroneAnswer, Problem> {
    let at = units::parse_position(&asked.at).map_err(|e| Problem::bad(e.to_string()))?;
    let limit = units::parse_time(&asked.limit).map_err(|e| Problem::bad(e.to_string()))?;
    if limit > limits::LONGEST_ISOCHRONE {
        return Err(Problem::bad(format!(
            "a limit of `{}` is longer than one request may ask for; take at most {} min",
            asked.limit,
            limits::LONGEST_ISOCHRONE.as_mins_f64()
        )));
    }
    let parts = parts(asked.what.as_deref())?;
    let profile = asked.profile.unwrap_or_else(|| "rider".to_owned());
    let toward = asked.toward.unwrap_or(false);
    let direction = if toward {
        Direction::Towards
    } else {
        Direction::From
    };
    let question = IsochroneQuestion {
        profile: &profile,
        at,
        direction,
        limit,
        parts,
    };
    let key = asked.scenario.as_deref().unwrap_or(BASELINE);
    let (found, radius) = state.in_session(key, |session| {
        let found = session.isochrone(&question);
        found
            .map(|found| (found, session.join_radius(&profile)))
            .map_err(Problem::bad)
    })?;
    let Some(found) = found else {
        return Err(Problem::no_answer(format!(
            "`{at}` lies more than {} m from any street of the profile; check longitude and \
             latitude",
            radius.as_m_f64()
        )));
    };
    let area = &state.project.area;
    let drawn = found.isochrone.outline;
    Ok(IsochroneAnswer {
        limit_s: wire::seconds(limit),
        toward,
        lng: at.lng(),
        lat: at.lat(),
        snapped_lng: found.snap.position.lng(),
        snapped_lat: found.snap.position.lat(),
        walk_to_street_m: found.snap.walk.as_m_f64(),
        reached_km: meters(found.isochrone.reached_mm) / 1e3,
        reached_outside_share: drawn.as_ref().map(|drawn| drawn.leak.outside_share()),
        unreached_inside_share: drawn.as_ref().map(|drawn| drawn.leak.inside_share()),
        outline: drawn.map(|drawn| MultiPolygon::of(&drawn.outline)),
        streets: found.streets.map(|pieces| {
            let pieces = pieces.iter();
            Pieces::of(pieces.map(|piece| (&*piece.line, piece.start, piece.end)))
        }),
        cells: found.cells.map(|reached| CellsReached {
            resolution: area.resolution().as_u8(),
            cells: reached
                .cells
                .iter()
                .map(|&(rank, mm)| CellReached {
                    cell: area.cell(rank).to_string(),
                    reached_m: meters(mm),
                })
                .collect(),
            elsewhere_m: meters(reached.elsewhere_mm),
        }),
        profile,
    })
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "street lengths are far below 2^53 mm"
)]
fn meters(mm: u64) -> f64 {
    mm as f64 / 1e3
}
