use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Query, State as Given};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use coverage::Capacity;
use scenario::spec::{PlanSpec, ScenarioSpec};
use scenario::{Decisions, EditError, Evaluation, Modification};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::IntoParams;

use crate::limits;
use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, EDITED, Revised, State};
use crate::wire::{self, ChangedAnswer, EditBody, EditsAnswer, FacilityInfo};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Over {
    /// Key of the scenario that the edits lie on; the baseline when left out
    over: Option<String>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Making {
    /// Key of the scenario that the edit lies on; the baseline when left out
    over: Option<String>,
    /// Only say what it would come to, as while a facility is dragged
    preview: Option<bool>,
}

fn over(key: Option<String>) -> String {
    key.unwrap_or_else(|| BASELINE.to_owned())
}

/// The edits on top of a scenario, in order
#[utoipa::path(get, path = "/api/edits", params(Over), responses(
    (status = 200, body = EditsAnswer), (status = 404, body = Problem)
))]
pub(crate) async fn list(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Over>,
) -> Result<Json<EditsAnswer>, Problem> {
    compute(&state, move |state| {
        let over = over(asked.over);
        let revised = state.scenario(&over)?.read()?;
        Ok(Json(EditsAnswer {
            scenario: format!("{over}{EDITED}"),
            over,
            revision: revised.revision,
            edits: revised.session.edits().cloned().collect(),
        }))
    })
    .await
}

/// Make one edit; the answer holds what it changed and nothing else
#[utoipa::path(post, path = "/api/edits", params(Making), request_body = EditBody, responses(
    (status = 200, body = ChangedAnswer), (status = 400, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn make(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Making>,
    body: Result<Json<EditBody>, JsonRejection>,
) -> Result<Json<ChangedAnswer>, Problem> {
    let Json(EditBody(edit)) = body.map_err(|rejection| Problem::bad(rejection.body_text()))?;
    compute(&state, move |state| {
        let start = Instant::now();
        let over = over(asked.over);
        let served = state.scenario(&over)?;
        if asked.preview == Some(true) {
            let revised = served.read()?;
            let before = revised.session.decisions();
            let after = revised.session.preview(&edit).map_err(refused)?;
            return Ok(Json(ChangedAnswer {
                n_edits: revised.session.edits().len(),
                revision: revised.revision,
                preview: true,
                ..changed(state, &over, start, before, &after)
            }));
        }
        let mut revised = served.write()?;
        if revised.session.edits().len() >= limits::MOST_EDITS {
            return Err(Problem::bad(format!(
                "{} edits lie on this scenario, the most there may be; save them as a plan and \
                 serve that",
                limits::MOST_EDITS
            )));
        }
        let before = Arc::clone(revised.session.decisions());
        revised.session.edit(edit).map_err(refused)?;
        Ok(Json(kept(state, &over, start, &before, &mut revised)))
    })
    .await
}

/// Take the last edit back
#[utoipa::path(delete, path = "/api/edits", params(Over), responses(
    (status = 200, body = ChangedAnswer), (status = 422, body = Problem)
))]
pub(crate) async fn undo(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Over>,
) -> Result<Json<ChangedAnswer>, Problem> {
    compute(&state, move |state| {
        let start = Instant::now();
        let over = over(asked.over);
        let mut revised = state.scenario(&over)?.write()?;
        let before = Arc::clone(revised.session.decisions());
        if revised.session.undo().is_none() {
            return Err(Problem::no_answer(format!(
                "no edit lies on scenario `{over}`, so none can be taken back"
            )));
        }
        Ok(Json(kept(state, &over, start, &before, &mut revised)))
    })
    .await
}

/// The plan with the edited scenario in it, for `nuanquan run`; its paths are relative to the
/// folder of the served plan
#[utoipa::path(get, path = "/api/edits/plan", operation_id = "saved_plan", params(Over), responses(
    (status = 200, description = "a plan file", body = String, content_type = "application/toml"),
    (status = 404, body = Problem)
))]
pub(crate) async fn plan(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Over>,
) -> Result<Response, Problem> {
    let text = compute(&state, move |state| {
        let over = over(asked.over);
        let served = state.scenario(&over)?;
        let revised = served.read()?;
        let own = state.project.spec.scenarios.iter().find(|s| s.key == over);
        let own = own.map_or(&[][..], |scenario| &scenario.modifications);
        let edits = revised.session.edits();
        let modifications = settled(
            own.iter().chain(edits),
            &revised.session.decisions().evaluation,
        );
        saved_plan(
            &state.plan_text,
            &state.project.spec,
            &over,
            &served.name,
            modifications,
        )
    })
    .await?;
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/toml; charset=utf-8"),
    );
    headers.insert(
        header::CONTENT_DISPOSITION,
        HeaderValue::from_static("attachment; filename=\"plan-edited.toml\""),
    );
    Ok(response)
}

fn refused(error: EditError) -> Problem {
    match error {
        EditError::Wrong(why) => Problem::bad(why),
        other => Problem::no_answer(other.to_string()),
    }
}

/// The answer to a change that stays; it makes a new revision.
fn kept(
    state: &State,
    over: &str,
    start: Instant,
    before: &Decisions,
    revised: &mut Revised,
) -> ChangedAnswer {
    revised.revision += 1;
    ChangedAnswer {
        n_edits: revised.session.edits().len(),
        revision: revised.revision,
        ..changed(state, over, start, before, revised.session.decisions())
    }
}

fn changed(
    state: &State,
    over: &str,
    start: Instant,
    before: &Decisions,
    after: &Decisions,
) -> ChangedAnswer {
    let old: BTreeMap<String, FacilityInfo> = wire::facilities(before)
        .into_iter()
        .map(|facility| (facility.id.clone(), facility))
        .collect();
    let new = wire::facilities(after);
    let there: BTreeSet<String> = new.iter().map(|facility| facility.id.clone()).collect();
    ChangedAnswer {
        over: over.to_owned(),
        scenario: format!("{over}{EDITED}"),
        revision: 0,
        n_edits: 0,
        preview: false,
        removed: old
            .keys()
            .filter(|id| !there.contains(*id))
            .cloned()
            .collect(),
        facilities: new
            .into_iter()
            .filter(|facility| old.get(&facility.id) != Some(facility))
            .collect(),
        standards: wire::changed(state.project, before, after),
        computed_ms: start.elapsed().as_secs_f64() * 1_000.0,
    }
}

/// Modifications as a plan can hold them. When one of them moves or changes a site that another one
/// chose, the choices become facilities at the places that were chosen: a plan may only name what
/// stands in it, and what a planner moved by hand is not chosen anew.
fn settled<'a>(
    modifications: impl Iterator<Item = &'a Modification>,
    evaluation: &Evaluation,
) -> Vec<Modification> {
    let modifications: Vec<&Modification> = modifications.collect();
    let sites = || evaluation.chosen.iter().flat_map(|choice| &choice.sites);
    let is_chosen = |id: &String| sites().any(|site| &site.facility_id == id);
    let touches_a_choice = modifications.iter().any(|modification| match modification {
        Modification::MoveFacility { facility, .. }
        | Modification::ChangeHours { facility, .. } => is_chosen(facility),
        Modification::CloseFacilities { facilities } => facilities.iter().any(is_chosen),
        _ => false,
    });
    if !touches_a_choice {
        return modifications.into_iter().cloned().collect();
    }
    let mut choices = evaluation.chosen.iter();
    let mut settled = Vec::new();
    for modification in modifications {
        let Modification::ChooseSites { kind, .. } = modification else {
            settled.push(modification.clone());
            continue;
        };
        let choice = choices.next().expect("each choice was made");
        for site in &choice.sites {
            let found = evaluation
                .facilities
                .iter()
                .find(|f| f.id == site.facility_id);
            let built = found.expect("a chosen site stands");
            let amenities = built.amenities.iter();
            settled.push(Modification::AddFacility {
                id: site.facility_id.clone(),
                kind: kind.clone(),
                at: format!("{:.7},{:.7}", site.position.lng(), site.position.lat()),
                name: Some(site.name.clone()).filter(|name| !name.is_empty()),
                opening_hours: None,
                capacity: built.capacity.map(Capacity::as_u32),
                amenities: amenities.map(|one| one.key().to_owned()).collect(),
                start_delay: (built.start_delay > TravelTime::ZERO)
                    .then(|| format!("{}s", built.start_delay.as_secs_f64())),
                illustrative: site.illustrative,
            });
        }
    }
    settled
}

/// The plan file as written with one more scenario: that which was edited, its own modifications
/// first.
fn saved_plan(
    text: &str,
    spec: &PlanSpec,
    over: &str,
    name: &str,
    modifications: Vec<Modification>,
) -> Result<String, Problem> {
    #[derive(Serialize)]
    struct Appended {
        scenario: [ScenarioSpec; 1],
    }
    let mut key = format!("{over}{EDITED}");
    while spec.scenarios.iter().any(|s| s.key == key) {
        key.push_str("-again");
    }
    let scenario = ScenarioSpec {
        key,
        name: format!("{name}（已编辑 edited）"),
        modifications,
    };
    let appended = toml::to_string(&Appended {
        scenario: [scenario.clone()],
    })
    .map_err(|error| Problem::bug(format!("could not write the plan: {error}")))?;
    let n_scenarios = spec.scenarios.len() + 1;
    let whole = format!(
        "{}\n\n# Edited on the map. Keep this file beside the plan it was made from: its paths are \
         relative.\n{appended}",
        text.trim_end()
    );
    let reads_back =
        toml::from_str::<PlanSpec>(&whole).is_ok_and(|read| read.scenarios.len() == n_scenarios);
    if reads_back {
        return Ok(whole);
    }
    // A plan that lists its scenarios inline takes no appended table: write it anew.
    let mut spec = spec.clone();
    spec.scenarios.push(scenario);
    toml::to_string(&spec)
        .map_err(|error| Problem::bug(format!("could not write the plan: {error}")))
}
