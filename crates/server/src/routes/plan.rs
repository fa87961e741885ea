use std::sync::Arc;

use axum::Json;
use axum::extract::State as Given;
use coverage::{Capacity, JointRule};
use scenario::Project;

use crate::problem::Problem;
use crate::routes::compute;
use crate::state::{Access, BASELINE, State};
use crate::wire::{
    self, CellsInfo, HealthAnswer, JointInfo, KindInfo, MeasureInfo, MultiPolygon, PlanAnswer,
    ScenarioInfo, StandardInfo, Zones,
};

const PROGRAM: &str = concat!("nuanquan ", env!("CARGO_PKG_VERSION"));

/// Whether the server stands
#[utoipa::path(get, path = "/api/health", responses((status = 200, body = HealthAnswer)))]
pub(crate) async fn health() -> Json<HealthAnswer> {
    Json(HealthAnswer {
        ok: true,
        program: PROGRAM,
    })
}

/// What there is: standards, scenarios, kinds, zones, cells
#[utoipa::path(get, path = "/api/plan", responses((status = 200, body = PlanAnswer)))]
pub(crate) async fn plan(Given(state): Given<Arc<State>>) -> Result<Json<PlanAnswer>, Problem> {
    compute(&state, |state| Ok(Json(answer(state)))).await
}

fn answer(state: &State) -> PlanAnswer {
    let project = state.project;
    let report = state.scenarios[BASELINE]
        .plain
        .report(project, BASELINE, BASELINE);
    let n_modifications = |key: &str| {
        let found = project.spec.scenarios.iter().find(|s| s.key == key);
        found.map_or(0, |scenario| scenario.modifications.len())
    };
    PlanAnswer {
        name: project.spec.name.clone(),
        program: PROGRAM,
        notes: project.notes.clone(),
        illustrative: report.illustrative,
        plan_fingerprint: project.fingerprint.clone(),
        tiles_version: project.grid_fingerprint.chars().take(16).collect(),
        attribution: "© OpenStreetMap contributors, ODbL 1.0",
        bounds: wire::bounds(&project.area),
        study_area: MultiPolygon::of(project.area.outline()),
        zones: Zones::of(&project.zones),
        demand_unit: project.demand.unit().name().to_owned(),
        demand_unit_text: project.demand.unit().to_string(),
        measures: project
            .measures
            .iter()
            .map(|measure| MeasureInfo {
                unit: measure.demand.unit().name().to_owned(),
                unit_text: measure.demand.unit().to_string(),
            })
            .collect(),
        demand_is_illustrative: project.demand.is_illustrative(),
        demand_thousandths: project.demand.total().as_thousandths(),
        h3_resolution: project.area.resolution().as_u8(),
        profiles: project.profiles.keys().cloned().collect(),
        standards: standards(project),
        joints: joints(project),
        kinds: project
            .kinds
            .kinds()
            .map(|kind| KindInfo {
                key: kind.key().to_owned(),
                zh: kind.zh().to_owned(),
                en: kind.en().to_owned(),
                usual_start_delay_s: wire::seconds(project.usual_delay(kind)),
            })
            .collect(),
        scenarios: state
            .order
            .iter()
            .map(|key| {
                let served = &state.scenarios[key];
                ScenarioInfo {
                    key: key.clone(),
                    name: served.name.clone(),
                    n_modifications: n_modifications(key),
                    n_edits: served
                        .read()
                        .map_or(0, |revised| revised.session.edits().len()),
                }
            })
            .collect(),
        cells: CellsInfo {
            id: report.cells.iter().map(|c| c.id.clone()).collect(),
            lng: report.cells.iter().map(|c| c.lng).collect(),
            lat: report.cells.iter().map(|c| c.lat).collect(),
            demand_thousandths: report.cells.iter().map(|c| c.demand_thousandths).collect(),
            zone: report.cells.iter().map(|c| c.zone.clone()).collect(),
        },
        edits_need_token: matches!(state.access, Access::Token(_)),
    }
}

fn standards(project: &Project) -> Vec<StandardInfo> {
    project
        .standards
        .iter()
        .map(|s| StandardInfo {
            key: s.key.clone(),
            name: s.name.clone(),
            kinds: s
                .selection
                .kinds
                .iter()
                .map(|k| k.key().to_owned())
                .collect(),
            profile: s.profile.clone(),
            limit_s: wire::seconds(s.limit),
            required: s.required.get(),
            at: s.at.map(|hour| hour.to_string()),
            capacity_at_least: s.selection.min_capacity.map(Capacity::as_u32),
            amenities: s
                .selection
                .amenities
                .iter()
                .map(|a| a.key().to_owned())
                .collect(),
            asks_for_room: s.rate.is_some(),
        })
        .collect()
}

fn joints(project: &Project) -> Vec<JointInfo> {
    project
        .joints
        .iter()
        .map(|j| JointInfo {
            key: j.key.clone(),
            name: j.name.clone(),
            rule: match j.rule {
                JointRule::AllOf => "all-of",
                JointRule::AnyOf => "any-of",
            },
            parts: j.parts.clone(),
        })
        .collect()
}
