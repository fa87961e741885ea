//! What goes over the wire: units in field names, demand in whole thousandths of its unit.

use coverage::{Capacity, Gap, StudyArea};
use scenario::report::{CellSplit, ClassKey, GapReport, JointReport, SplitReport, StandardReport};
use scenario::{Modification, Project, Standing};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use units::{LngLat, Outline, TravelTime};
use utoipa::ToSchema;

/// What there is: everything that does not depend on a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlanAnswer {
    pub(crate) name: String,
    pub(crate) program: &'static str,
    pub(crate) notes: Vec<String>,
    pub(crate) illustrative: bool,
    pub(crate) plan_fingerprint: String,
    /// Changes when the tiles do.
    pub(crate) tiles_version: String,
    pub(crate) attribution: &'static str,
    /// West, south, east, north of the study area in degrees.
    pub(crate) bounds: [f64; 4],
    /// Outline of the study area, GeoJSON.
    #[schema(value_type = Object)]
    pub(crate) study_area: Value,
    /// Outlines of the zones with `id` and `name`, GeoJSON.
    #[schema(value_type = Object)]
    pub(crate) zones: Value,
    pub(crate) demand_unit: String,
    pub(crate) demand_unit_text: String,
    pub(crate) demand_is_illustrative: bool,
    pub(crate) demand_thousandths: u64,
    pub(crate) h3_resolution: u8,
    pub(crate) profiles: Vec<String>,
    pub(crate) standards: Vec<StandardInfo>,
    pub(crate) joints: Vec<JointInfo>,
    pub(crate) kinds: Vec<KindInfo>,
    pub(crate) scenarios: Vec<ScenarioInfo>,
    pub(crate) cells: CellsInfo,
    pub(crate) edits_need_token: bool,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    /// Keys of the kinds that serve; any when empty.
    pub(crate) kinds: Vec<String>,
    pub(crate) profile: String,
    pub(crate) limit_s: f64,
    pub(crate) required: u32,
    pub(crate) at: Option<String>,
    pub(crate) capacity_at_least: Option<u32>,
    pub(crate) amenities: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JointInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    /// `all-of` or `any-of`.
    pub(crate) rule: &'static str,
    pub(crate) parts: Vec<String>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KindInfo {
    pub(crate) key: String,
    pub(crate) zh: String,
    pub(crate) en: String,
    /// What most facilities of the kind need before the service begins.
    pub(crate) usual_start_delay_s: f64,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ScenarioInfo {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) n_modifications: usize,
    pub(crate) n_edits: usize,
}

/// One entry for each cell, in the order that all arrays of values share.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellsInfo {
    pub(crate) id: Vec<String>,
    pub(crate) lng: Vec<f64>,
    pub(crate) lat: Vec<f64>,
    pub(crate) demand_thousandths: Vec<u64>,
    pub(crate) zone: Vec<Option<String>>,
}

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
    pub(crate) gaps: Vec<GapInfo>,
}

/// Arrays in the order of the cells; in a change, `index` says which cells they speak of.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct CellValues {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) index: Option<Vec<usize>>,
    /// 0 no demand, 1 covered, 2 uncovered, 3 unlinked.
    pub(crate) class: Vec<u8>,
    pub(crate) covered_thousandths: Vec<u64>,
    /// Demand of each cell at the hour in question; only where the plan's demand changes over the
    /// week, else it is that of the plan's cells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) demand_thousandths: Option<Vec<u64>>,
    /// Time to the facility that decides; null past twice the limit.
    pub(crate) time_s: Vec<Option<f64>>,
    /// Help from outside the streets could reach the cell within the limit.
    pub(crate) edge_affected: Vec<bool>,
    /// Joint standards only: the weakest part of each cell, by its place in `parts`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weakest: Option<Vec<Option<usize>>>,
}

/// The figures on top.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Headline {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) is_joint: bool,
    pub(crate) limit_s: Option<f64>,
    pub(crate) covered_share: Option<f64>,
    pub(crate) covered_thousandths: u64,
    pub(crate) uncovered_thousandths: u64,
    pub(crate) unlinked_thousandths: u64,
    pub(crate) fragile_thousandths: u64,
    pub(crate) median_s: Option<f64>,
    pub(crate) quantile_90_s: Option<f64>,
    pub(crate) worst_tenth_mean_s: Option<f64>,
    pub(crate) worst_tenth_is_lower_bound: bool,
    pub(crate) n_facilities: Option<usize>,
    pub(crate) n_edge_affected_cells: usize,
    pub(crate) illustrative: bool,
    /// Joint standards only: the part that holds back the most demand on its own.
    pub(crate) weakest: Option<String>,
    /// Covered share of each zone, in the order of the zones; empty for joint standards.
    pub(crate) zone_covered_share: Vec<Option<f64>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct GapInfo {
    pub(crate) rank: usize,
    pub(crate) name: String,
    pub(crate) uncovered_thousandths: u64,
    pub(crate) n_cells: usize,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) worst_s: Option<f64>,
    pub(crate) edge_affected: bool,
    /// `MultiPolygon` of GeoJSON.
    #[schema(value_type = Object)]
    pub(crate) outline: Value,
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

/// The edits on top of a scenario.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct EditsAnswer {
    pub(crate) over: String,
    /// Key under which the result is asked for.
    pub(crate) scenario: String,
    pub(crate) revision: u64,
    #[schema(value_type = Vec<Object>)]
    pub(crate) edits: Vec<Modification>,
}

/// What an edit changed, and nothing else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedAnswer {
    pub(crate) over: String,
    pub(crate) scenario: String,
    pub(crate) revision: u64,
    pub(crate) n_edits: usize,
    /// Nothing was kept: only what it would come to.
    pub(crate) preview: bool,
    /// Time the server spent on the answer, in milliseconds.
    pub(crate) computed_ms: f64,
    /// New and changed facilities.
    pub(crate) facilities: Vec<FacilityInfo>,
    /// Ids of facilities that are no longer there.
    pub(crate) removed: Vec<String>,
    /// Only the standards that changed.
    pub(crate) standards: Vec<ChangedValues>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedValues {
    pub(crate) headline: Headline,
    /// Changed cells only.
    pub(crate) cells: CellValues,
    /// All gaps of the standard when one of them changed.
    pub(crate) gaps: Option<Vec<GapInfo>>,
}

/// An edit as it comes in: what a plan file lists under `[[scenario.modification]]`.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(value_type = Object, example = json!({
    "do": "move-facility", "facility": "C06", "to": "114.0640,22.5330"
}))]
#[serde(transparent)]
pub(crate) struct EditBody(pub(crate) Modification);

/// Kept, gained, lost, never.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CompareAnswer {
    pub(crate) before: String,
    pub(crate) after: String,
    pub(crate) illustrative: bool,
    pub(crate) standards: Vec<ComparedValues>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComparedValues {
    pub(crate) key: String,
    pub(crate) name: String,
    pub(crate) covered_before_thousandths: u64,
    pub(crate) covered_after_thousandths: u64,
    pub(crate) demand_thousandths: u64,
    /// In the order of the cells: 0 nothing to say, 1 kept, 2 gained, 3 lost, 4 never.
    pub(crate) change: Vec<u8>,
    pub(crate) n_kept: usize,
    pub(crate) n_gained: usize,
    pub(crate) n_lost: usize,
    pub(crate) n_never: usize,
}

/// What is reached from a position, or from where it is reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IsochroneAnswer {
    pub(crate) profile: String,
    pub(crate) toward: bool,
    pub(crate) limit_s: f64,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) snapped_lng: f64,
    pub(crate) snapped_lat: f64,
    pub(crate) walk_to_street_m: f64,
    pub(crate) reached_km: f64,
    pub(crate) reached_outside_share: f64,
    pub(crate) unreached_inside_share: f64,
    /// `MultiPolygon` of GeoJSON.
    #[schema(value_type = Object)]
    pub(crate) outline: Value,
    /// GeoJSON lines with `start_s` and `end_s`.
    #[schema(value_type = Object)]
    pub(crate) pieces: Value,
}

/// Where something could be built, and what it would add.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SitesAnswer {
    pub(crate) scenario: String,
    pub(crate) standard: String,
    /// What a new facility there is taken to need before the service begins.
    pub(crate) start_delay_s: f64,
    /// Falling by what they add; those that add nothing come last.
    pub(crate) candidates: Vec<SiteInfo>,
    /// Sites that the scenario chose for the standard, in order of choice.
    pub(crate) chosen: Vec<SiteInfo>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SiteInfo {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) adds_thousandths: u64,
    /// What a facility there is taken to need before the service begins.
    pub(crate) start_delay_s: f64,
    pub(crate) illustrative: bool,
}

/// Why a cell is covered or not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainAnswer {
    /// H3 index of the cell.
    pub(crate) cell: String,
    /// Its place in all arrays of cells.
    pub(crate) index: usize,
    pub(crate) demand_thousandths: u64,
    /// One for a standard; for a joint standard one for each of its parts, in order.
    pub(crate) parts: Vec<ExplainedPart>,
}

/// A cell under one standard. Times are those of the demand point that stands for the cell on the
/// map: half of the cell's demand needs as long or less.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ExplainedPart {
    pub(crate) standard: String,
    pub(crate) limit_s: f64,
    /// Facilities farther than this are not told.
    pub(crate) searched_s: f64,
    pub(crate) required: u32,
    /// `covered`, `uncovered` or `unlinked`: what becomes of that demand point.
    pub(crate) state: &'static str,
    pub(crate) covered_thousandths: u64,
    pub(crate) edge_affected: bool,
    pub(crate) lng: Option<f64>,
    pub(crate) lat: Option<f64>,
    /// The nearest ones that count, by ascending time: as many as are required and one more.
    pub(crate) facilities: Vec<TripInfo>,
    /// The way to the nearest.
    pub(crate) way: Option<WayInfo>,
}

/// A facility and the time to it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TripInfo {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) time_s: f64,
    /// Limit minus time.
    pub(crate) margin_s: f64,
    pub(crate) illustrative: bool,
}

/// Where the minutes of a trip go: the parts add up to its time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayInfo {
    pub(crate) walk_before_m: f64,
    pub(crate) walk_before_s: f64,
    pub(crate) steps: Vec<WayStep>,
    pub(crate) walk_after_m: f64,
    pub(crate) walk_after_s: f64,
    pub(crate) start_delay_s: f64,
    /// `LineString` of GeoJSON.
    #[schema(value_type = Object)]
    pub(crate) line: Value,
}

/// One street of a trip; the name is empty when the street has none.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WayStep {
    pub(crate) name: String,
    pub(crate) length_m: f64,
    pub(crate) time_s: f64,
}

/// A standard through the week.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoursAnswer {
    pub(crate) scenario: String,
    pub(crate) standard: String,
    /// Most hours share their open facilities with others: what holds while one set is open.
    pub(crate) states: Vec<HoursState>,
    /// Which of them holds at each of the 168 hours, Monday 00:00 first.
    pub(crate) state_of_hour: Vec<usize>,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HoursState {
    /// Facilities of the standard that are open.
    pub(crate) n_open: usize,
    pub(crate) covered_thousandths: u64,
    /// All demand of these hours.
    pub(crate) demand_thousandths: u64,
    pub(crate) cells: CellValues,
}

/// Whether the server stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthAnswer {
    pub(crate) ok: bool,
    pub(crate) program: &'static str,
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

/// One standard or joint standard of a standing, seen alike.
struct Seen<'a> {
    headline: Headline,
    cells: &'a [CellSplit],
    weakest: Option<Vec<Option<usize>>>,
    reports: &'a [GapReport],
    gaps: &'a [Gap],
}

fn seen<'a>(project: &Project, standing: &'a Standing) -> Vec<Seen<'a>> {
    let illustrative: Vec<(&str, bool)> = standing
        .services
        .iter()
        .map(|s| (s.report.key.as_str(), s.report.illustrative))
        .collect();
    let services = standing.services.iter().map(|service| Seen {
        headline: service_headline(&service.report, project.demand.is_illustrative()),
        cells: &service.report.cells,
        weakest: None,
        reports: &service.report.gaps,
        gaps: &service.gaps,
    });
    let joints = standing.joints.iter().map(|joint| {
        let report = &joint.report;
        let rests_on = |part: &String| illustrative.iter().any(|(key, is)| key == part && *is);
        let place = |key: &Option<String>| {
            let key = key.as_ref()?;
            report.parts.iter().position(|part| part == key)
        };
        Seen {
            headline: joint_headline(
                report,
                report.parts.iter().any(rests_on) || project.demand.is_illustrative(),
            ),
            cells: &report.cells,
            weakest: Some(report.weakest_of_cells.iter().map(place).collect()),
            reports: &report.gaps,
            gaps: &joint.gaps,
        }
    });
    services.chain(joints).collect()
}

fn headline_of_split(split: &SplitReport) -> Headline {
    Headline {
        key: String::new(),
        name: String::new(),
        is_joint: false,
        limit_s: None,
        covered_share: split.covered_share,
        covered_thousandths: split.covered_thousandths,
        uncovered_thousandths: split.uncovered_thousandths,
        unlinked_thousandths: split.unlinked_thousandths,
        fragile_thousandths: split.fragile_thousandths,
        median_s: None,
        quantile_90_s: None,
        worst_tenth_mean_s: None,
        worst_tenth_is_lower_bound: false,
        n_facilities: None,
        n_edge_affected_cells: 0,
        illustrative: false,
        weakest: None,
        zone_covered_share: Vec::new(),
    }
}

fn service_headline(report: &StandardReport, demand_is_illustrative: bool) -> Headline {
    Headline {
        key: report.key.clone(),
        name: report.name.clone(),
        limit_s: Some(report.limit_s),
        median_s: report.median_s,
        quantile_90_s: report.quantile_90_s,
        worst_tenth_mean_s: report.worst_tenth_mean_s,
        worst_tenth_is_lower_bound: report.worst_tenth_is_lower_bound,
        n_facilities: Some(report.n_facilities),
        n_edge_affected_cells: report.n_edge_affected_cells,
        illustrative: report.illustrative || demand_is_illustrative,
        zone_covered_share: report.zones.iter().map(|z| z.covered_share).collect(),
        ..headline_of_split(&report.split)
    }
}

fn joint_headline(report: &JointReport, illustrative: bool) -> Headline {
    Headline {
        key: report.key.clone(),
        name: report.name.clone(),
        is_joint: true,
        n_edge_affected_cells: report.n_edge_affected_cells,
        weakest: report.weakest.clone(),
        illustrative,
        ..headline_of_split(&report.split)
    }
}

fn gap_infos(seen: &Seen<'_>) -> Vec<GapInfo> {
    seen.reports
        .iter()
        .zip(seen.gaps)
        .map(|(report, gap)| GapInfo {
            rank: report.rank,
            name: report.name.clone(),
            uncovered_thousandths: report.uncovered_thousandths,
            n_cells: report.n_cells,
            lng: report.lng,
            lat: report.lat,
            worst_s: report.worst_s,
            edge_affected: report.edge_affected,
            outline: multi_polygon(&gap.outline),
        })
        .collect()
}

/// All results of a standing, or those of one standard.
pub(crate) fn values(project: &Project, standing: &Standing, only: Option<&str>) -> Vec<Values> {
    seen(project, standing)
        .into_iter()
        .filter(|seen| only.is_none_or(|key| seen.headline.key == key))
        .map(|seen| Values {
            gaps: gap_infos(&seen),
            cells: CellValues::of(seen.cells, seen.weakest.clone(), None),
            headline: seen.headline,
        })
        .collect()
}

/// What differs between two standings of one desk.
pub(crate) fn changed(
    project: &Project,
    before: &Standing,
    after: &Standing,
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
                gaps: gaps_differ.then(|| gap_infos(&after)),
                cells: CellValues::of(after.cells, after.weakest.clone(), Some(index)),
                headline: after.headline,
            })
        })
        .collect()
}

/// The facilities of a standing.
pub(crate) fn facilities(standing: &Standing) -> Vec<FacilityInfo> {
    let all = standing.facilities.iter().zip(&standing.closed);
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

/// GeoJSON coordinates.
pub(crate) fn position(at: LngLat) -> Value {
    json!([at.lng(), at.lat()])
}

/// An outline as a GeoJSON geometry.
pub(crate) fn multi_polygon(outline: &Outline) -> Value {
    let ring = |corners: &[LngLat]| -> Value {
        let closed = corners.iter().chain(corners.first());
        closed.map(|&corner| position(corner)).collect()
    };
    let polygons: Vec<Value> = outline
        .polygons()
        .iter()
        .map(|polygon| {
            let mut rings = vec![ring(polygon.outer().corners())];
            rings.extend(polygon.holes().iter().map(|hole| ring(hole.corners())));
            Value::from(rings)
        })
        .collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

/// Bounds of a study area.
pub(crate) fn bounds(area: &StudyArea) -> [f64; 4] {
    let around = area.bounding_box();
    let (low, high) = (around.south_west(), around.north_east());
    [low.lng(), low.lat(), high.lng(), high.lat()]
}

/// Seconds.
pub(crate) fn seconds(time: TravelTime) -> f64 {
    time.as_secs_f64()
}
