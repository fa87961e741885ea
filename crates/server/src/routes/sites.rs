use std::cmp::Reverse;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State as Given};
use scenario::Session;
use serde::Deserialize;
use units::TravelTime;
use utoipa::IntoParams;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{BASELINE, State};
use crate::wire::{self, SiteInfo, SitesAnswer};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    /// Key of the scenario, with `-edited` behind it for the scenario with its edits; the baseline
    /// when left out
    scenario: Option<String>,
    /// Key of the standard that a new facility would serve
    standard: String,
    /// Key of the kind that would be built; the first that the standard asks for when left out
    kind: Option<String>,
}

/// Candidate sites with what each would add, and the sites that the scenario chose
#[utoipa::path(get, path = "/api/sites", params(Asked), responses(
    (status = 200, body = SitesAnswer), (status = 404, body = Problem),
    (status = 422, body = Problem)
))]
pub(crate) async fn sites(
    Given(state): Given<Arc<State>>,
    Query(asked): Query<Asked>,
) -> Result<Json<SitesAnswer>, Problem> {
    compute(&state, move |state| Ok(Json(answer(state, &asked)?))).await
}

fn answer(state: &State, asked: &Asked) -> Result<SitesAnswer, Problem> {
    let scenario = asked.scenario.as_deref().unwrap_or(BASELINE);
    state.in_session(scenario, |session| {
        of_session(state, session, asked, scenario)
    })
}

fn of_session(
    state: &State,
    session: &Session<'_>,
    asked: &Asked,
    scenario: &str,
) -> Result<SitesAnswer, Problem> {
    let project = state.project;
    let standard = state.standard(&asked.standard)?;
    let kind = match &asked.kind {
        Some(key) => Some(
            project
                .kinds
                .find(key)
                .map_err(|why| Problem::unknown(why.to_string()))?,
        ),
        None => project.standards[standard].selection.kinds.first().cloned(),
    };
    let delay = kind.map_or(TravelTime::ZERO, |kind| project.usual_delay(&kind));
    let adds = session.sites(standard, delay).ok_or_else(|| {
        Problem::no_answer(format!(
            "standard `{}` asks for several facilities or for room; what one site adds is known for \
             standards that ask for one facility, however full",
            asked.standard
        ))
    })?;
    let mut candidates: Vec<SiteInfo> = project
        .candidates
        .iter()
        .zip(&adds)
        .map(|(candidate, adds)| SiteInfo {
            id: candidate.id.clone(),
            name: candidate.name.clone(),
            lng: candidate.position.lng(),
            lat: candidate.position.lat(),
            adds_thousandths: adds.as_thousandths(),
            start_delay_s: wire::seconds(candidate.start_delay_as(delay)),
            illustrative: candidate.illustrative,
        })
        .collect();
    candidates.sort_by_key(|site| Reverse(site.adds_thousandths));
    let chosen = session
        .decisions()
        .evaluation
        .chosen
        .iter()
        .filter(|choice| choice.standard == standard)
        .flat_map(|choice| &choice.sites)
        .map(|site| SiteInfo {
            id: site.facility_id.clone(),
            name: site.name.clone(),
            lng: site.position.lng(),
            lat: site.position.lat(),
            adds_thousandths: site.adds.as_thousandths(),
            start_delay_s: start_delay_of(session, &site.facility_id),
            illustrative: site.illustrative,
        })
        .collect();
    Ok(SitesAnswer {
        scenario: scenario.to_owned(),
        standard: asked.standard.clone(),
        start_delay_s: wire::seconds(delay),
        candidates,
        chosen,
    })
}

/// The start delay of a facility that stands in a session, in seconds.
fn start_delay_of(session: &Session<'_>, id: &str) -> f64 {
    let mut facilities = session.decisions().evaluation.facilities.iter();
    let found = facilities.find(|f| f.id == id);
    found.map_or(0.0, |facility| wire::seconds(facility.start_delay))
}
