use serde::{Deserialize, Serialize};
use units::LngLat;
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::project::Project;
use crate::project::hazards::{effect_text, streets_of_hazards};
use crate::report::words;

/// A reported hazard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HazardReport {
    /// Its id.
    pub id: String,
    /// Its kind.
    #[schema(schema_with = words::hazard_kind)]
    pub kind: String,
    /// Its kind in Chinese.
    pub kind_zh: String,
    /// `reported`, `confirmed` or `fixed`.
    #[schema(schema_with = words::hazard_state)]
    pub state: String,
    /// Since when, as the source says.
    pub since: String,
    /// What the report says.
    pub note: String,
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// The street it lies on; empty when that has no name, `None` when none is near enough.
    pub street: Option<String>,
    /// What it does to the street when hazards are heeded: `close`, or a share of the speed.
    pub effect: Option<String>,
    /// The gaps it lies in: key of the standard and rank, as `swap 3`.
    pub in_gaps: Vec<String>,
    /// Made up for illustration.
    pub illustrative: bool,
}

pub(crate) fn hazards(project: &Project, evaluation: &Evaluation) -> Vec<HazardReport> {
    let hazards = &project.hazards;
    let graph = &project.city.streets;
    let streets = streets_of_hazards(hazards, graph, &project.profiles);
    let in_gaps = |at: LngLat| {
        let cell = project.area.locate(at);
        let gaps = evaluation.services.iter().flat_map(|service| {
            let ranked = (1..).zip(&service.gaps);
            ranked.map(move |(rank, gap): (usize, _)| (&service.standard.key, rank, gap))
        });
        gaps.filter(|(.., gap)| cell.is_some_and(|cell| gap.cells.binary_search(&cell).is_ok()))
            .map(|(key, rank, _)| format!("{key} {rank}"))
            .collect()
    };
    hazards
        .list
        .iter()
        .zip(streets)
        .map(|(hazard, street)| HazardReport {
            id: hazard.id.clone(),
            kind: hazard.kind.key().to_owned(),
            kind_zh: hazard.kind.zh().to_owned(),
            state: hazard.state.key().to_owned(),
            since: hazard.since.clone(),
            note: hazard.note.clone(),
            lng: hazard.position.lng(),
            lat: hazard.position.lat(),
            effect: hazards
                .rules
                .effect_of(hazard)
                .filter(|_| street.is_some())
                .map(effect_text),
            street,
            in_gaps: in_gaps(hazard.position),
            illustrative: hazard.illustrative,
        })
        .collect()
}
