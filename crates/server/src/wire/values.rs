use coverage::{Capacity, Gap};
use scenario::report::{CellSplit, ClassKey, GapReport, JointFigures, StandardFigures};
use scenario::{Decisions, Project};
use serde::Serialize;
use utoipa::ToSchema;

use super::geometry::MultiPolygon;

/// One scenario's results.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ValuesAnswer {
    pub(crate) scenario: String,
    pub(crate) name: String,
    pub(crate) n_closed_edges: usize,
    pub(crate) facilities: Vec<FacilityInfo>,
    pub(crate) standards: Vec<Values>,
}

/// What the cells are under one standard or joint standard.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Values {
    pub(crate) headline: Headline,
    pub(crate) cells: CellValues,
    pub(crate) gaps: Vec<DrawnGap>,
}

/// Arrays in the order of the cells; in a change, `index` says which cells they speak of.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CellValues {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) index: Option<Vec<usize>>,
    /// 0 no demand, 1 covered, 2 uncovered, 3 unlinked.
    pub(crate) class: Vec<u8>,
    pub(crate) covered_thousandths: Vec<u64>,
    /// Demand of each cell at the hour in question; only where the plan's demand changes over the
    /// week, else it is that of the plan's cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) demand_thousandths: Option<Vec<u64>>,
    /// Time to the facility that decides; null past twice the limit.
    pub(crate) time_s: Vec<Option<f64>>,
    /// Help from outside the streets could reach the cell within the limit.
    pub(crate) edge_affected: Vec<bool>,
    /// Joint standards only: the weakest part of each cell, by its place in `parts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub(crate) weakest: Option<Vec<Option<usize>>>,
}

/// The figures on top.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Headline {
    /// As `result.json` has them.
    #[serde(flatten)]
    pub(crate) figures: Figures,
    /// Rests on facilities or demand that are made up for illustration.
    pub(crate) rests_on_illustrative: bool,
    /// Covered share of each zone, in the order of the zones; empty for joint standards.
    pub(crate) zone_covered_share: Vec<Option<f64>>,
}

/// Figures of a standard, or of a joint standard, which has `parts`.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub(crate) enum Figures {
    Standard(StandardFigures),
    Joint(JointFigures),
}

impl Figures {
    fn key(&self) -> &str {
        match self {
            Self::Standard(figures) => &figures.key,
            Self::Joint(figures) => &figures.key,
        }
    }
}

/// A gap as `result.json` has it, and its outline.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct DrawnGap {
    #[serde(flatten)]
    pub(crate) gap: GapReport,
    pub(crate) outline: MultiPolygon,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct FacilityInfo {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) opening_hours: Option<String>,
    pub(crate) capacity: Option<u32>,
    pub(crate) amenities: String,
    pub(crate) start_delay_s: f64,
    pub(crate) source: String,
    pub(crate) illustrative: bool,
    pub(crate) closed: bool,
    /// Chosen by the scenario. Once an edit names one, the saved plan holds all chosen sites as
    /// facilities that stand where they were chosen.
    pub(crate) chosen: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedValues {
    pub(crate) headline: Headline,
    /// Changed cells only.
    pub(crate) cells: CellValues,
    /// All gaps of the standard when one of them changed.
    pub(crate) gaps: Option<Vec<DrawnGap>>,
}

/// A class as a number, for arrays.
fn class_number(class: ClassKey) -> u8 {
    match class {
        ClassKey::NoDemand => 0,
        ClassKey::Covered => 1,
        ClassKey::Uncovered => 2,
        ClassKey::Unlinked => 3,
    }
}

impl CellValues {
    /// Every cell, or the listed ones.
    pub(crate) fn of(
        cells: &[CellSplit],
        weakest: Option<Vec<Option<usize>>>,
        only: Option<Vec<usize>>,
    ) -> Self {
        let chosen: Vec<usize> = match &only {
            Some(index) => index.clone(),
            None => (0..cells.len()).collect(),
        };
        Self {
            class: chosen
                .iter()
                .map(|&i| class_number(cells[i].class))
                .collect(),
            covered_thousandths: chosen
                .iter()
                .map(|&i| cells[i].covered_thousandths)
                .collect(),
            demand_thousandths: chosen
                .iter()
                .map(|&i| cells[i].demand_thousandths)
                .collect::<Option<Vec<u64>>>()
                .filter(|demand| !demand.is_empty()),
            time_s: chosen.iter().map(|&i| cells[i].time_s).collect(),
            edge_affected: chosen.iter().map(|&i| cells[i].edge_affected).collect(),
            weakest: weakest.map(|weakest| chosen.iter().map(|&i| weakest[i]).collect()),
            index: only,
        }
    }
}

/// One standard or joint standard, seen alike.
struct Seen<'a> {
    headline: Headline,
    cells: &'a [CellSplit],
    weakest: Option<Vec<Option<usize>>>,
    reports: &'a [GapReport],
    gaps: &'a [Gap],
}

fn seen<'a>(project: &Project, decisions: &'a Decisions) -> Vec<Seen<'a>> {
    let evaluation = &decisions.evaluation;
    let is_demand_illustrative = project.demand.is_illustrative();
    let services = decisions.standards.iter().zip(&evaluation.services);
    let services = services.map(|(report, decision)| Seen {
        headline: Headline {
            rests_on_illustrative: report.figures.illustrative || is_demand_illustrative,
            zone_covered_share: report.zones.iter().map(|z| z.covered_share).collect(),
            figures: Figures::Standard(report.figures.clone()),
        },
        cells: &report.cells,
        weakest: None,
        reports: &report.gaps,
        gaps: &decision.gaps,
    });
    let joints = decisions.joints.iter().zip(&evaluation.joints);
    let joints = joints.map(|(report, decision)| {
        let figures = &report.figures;
        let place = |key: &Option<String>| {
            let key = key.as_ref()?;
            figures.parts.iter().position(|part| part == key)
        };
        let mut services = decisions.standards.iter().map(|report| &report.figures);
        let rests_on_illustrative = is_demand_illustrative
            || services.any(|one| one.illustrative && figures.parts.contains(&one.key));
        Seen {
            headline: Headline {
                figures: Figures::Joint(figures.clone()),
                rests_on_illustrative,
                zone_covered_share: Vec::new(),
            },
            cells: &report.cells,
            weakest: Some(report.weakest_of_cells.iter().map(place).collect()),
            reports: &report.gaps,
            gaps: &decision.gaps,
        }
    });
    services.chain(joints).collect()
}

fn drawn_gaps(seen: &Seen<'_>) -> Vec<DrawnGap> {
    let gaps = seen.reports.iter().zip(seen.gaps);
    gaps.map(|(report, gap)| DrawnGap {
        gap: report.clone(),
        outline: MultiPolygon::of(&gap.outline),
    })
    .collect()
}

/// All results of a scenario, or those of one standard.
pub(crate) fn values(project: &Project, decisions: &Decisions, only: Option<&str>) -> Vec<Values> {
    seen(project, decisions)
        .into_iter()
        .filter(|seen| only.is_none_or(|key| seen.headline.figures.key() == key))
        .map(|seen| Values {
            gaps: drawn_gaps(&seen),
            cells: CellValues::of(seen.cells, seen.weakest.clone(), None),
            headline: seen.headline,
        })
        .collect()
}

/// What differs between two moments of one session.
pub(crate) fn changed(
    project: &Project,
    before: &Decisions,
    after: &Decisions,
) -> Vec<ChangedValues> {
    seen(project, before)
        .into_iter()
        .zip(seen(project, after))
        .filter_map(|(before, after)| {
            let weakest_differs = |i: usize| match (&before.weakest, &after.weakest) {
                (Some(before), Some(after)) => before[i] != after[i],
                _ => false,
            };
            let index: Vec<usize> = (0..after.cells.len())
                .filter(|&i| before.cells[i] != after.cells[i] || weakest_differs(i))
                .collect();
            let gaps_differ = before.reports != after.reports;
            if index.is_empty() && !gaps_differ && before.headline == after.headline {
                return None;
            }
            Some(ChangedValues {
                gaps: gaps_differ.then(|| drawn_gaps(&after)),
                cells: CellValues::of(after.cells, after.weakest.clone(), Some(index)),
                headline: after.headline,
            })
        })
        .collect()
}

/// The facilities of a scenario.
pub(crate) fn facilities(decisions: &Decisions) -> Vec<FacilityInfo> {
    let evaluation = &decisions.evaluation;
    let all = evaluation.facilities.iter().zip(&evaluation.closed);
    all.map(|(facility, &closed)| FacilityInfo {
        id: facility.id.clone(),
        name: facility.name.clone(),
        kind: facility.kind.key().to_owned(),
        lng: facility.position.lng(),
        lat: facility.position.lat(),
        opening_hours: facility.hours.as_ref().map(|hours| hours.text().to_owned()),
        capacity: facility.capacity.map(Capacity::as_u32),
        amenities: facility.amenities.to_string(),
        start_delay_s: facility.start_delay.as_secs_f64(),
        source: facility.source.clone(),
        illustrative: facility.illustrative,
        closed,
        chosen: facility.source == "chosen site",
    })
    .collect()
}
