use coverage::{Capacity, FacilityBalance, Gap};
use scenario::balance::DemandBalanceReport;
use scenario::report::{CellSplit, ClassKey, GapReport, JointReport, SplitReport, StandardReport};
use scenario::{Project, Standing};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::geometry::multi_polygon;

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
    pub(crate) on_scrap_thousandths: u64,
    pub(crate) unlinked_thousandths: u64,
    pub(crate) fragile_thousandths: u64,
    /// All demand that was given and what became of it.
    pub(crate) demand: DemandBalanceInfo,
    /// All facilities that were given and what became of them; null for joint standards.
    pub(crate) facilities: Option<FacilityBalanceInfo>,
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

/// The classes add up to what is given; the covered share is a part of all but what lies outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[expect(
    clippy::struct_field_names,
    reason = "units stand in the names of fields"
)]
pub(crate) struct DemandBalanceInfo {
    pub(crate) given_thousandths: u64,
    pub(crate) covered_thousandths: u64,
    pub(crate) uncovered_thousandths: u64,
    pub(crate) too_far_thousandths: u64,
    pub(crate) on_scraps_thousandths: u64,
    pub(crate) outside_thousandths: u64,
    /// Beside the classes: the street of scraps, where demand is street length.
    pub(crate) scrap_street_thousandths: u64,
}

/// The classes add up to what is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FacilityBalanceInfo {
    pub(crate) given: usize,
    pub(crate) serving: usize,
    pub(crate) other_kind: usize,
    pub(crate) closed_at_hour: usize,
    pub(crate) closed_by_scenario: usize,
    pub(crate) unjoined: usize,
    pub(crate) outside: usize,
    pub(crate) bad_rows: usize,
}

impl DemandBalanceInfo {
    fn of(balance: &DemandBalanceReport) -> Self {
        Self {
            given_thousandths: balance.given_thousandths,
            covered_thousandths: balance.covered_thousandths,
            uncovered_thousandths: balance.uncovered_thousandths,
            too_far_thousandths: balance.too_far_thousandths,
            on_scraps_thousandths: balance.on_scraps_thousandths,
            outside_thousandths: balance.outside_thousandths,
            scrap_street_thousandths: balance.scrap_street_thousandths,
        }
    }
}

impl FacilityBalanceInfo {
    fn of(balance: &FacilityBalance) -> Self {
        Self {
            given: balance.given,
            serving: balance.serving,
            other_kind: balance.other_kind,
            closed_at_hour: balance.closed_at_hour,
            closed_by_scenario: balance.closed_by_scenario,
            unjoined: balance.unjoined,
            outside: balance.outside,
            bad_rows: balance.bad_rows,
        }
    }
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

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChangedValues {
    pub(crate) headline: Headline,
    /// Changed cells only.
    pub(crate) cells: CellValues,
    /// All gaps of the standard when one of them changed.
    pub(crate) gaps: Option<Vec<GapInfo>>,
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
    let services = standing.services.iter().zip(&standing.balances);
    let services = services.map(|(service, balance)| Seen {
        headline: Headline {
            facilities: Some(FacilityBalanceInfo::of(balance)),
            ..service_headline(&service.report, project.demand.is_illustrative())
        },
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
        on_scrap_thousandths: split.on_scrap_thousandths,
        unlinked_thousandths: split.unlinked_thousandths,
        fragile_thousandths: split.fragile_thousandths,
        demand: DemandBalanceInfo::default(),
        facilities: None,
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
        demand: DemandBalanceInfo::of(&report.balance.demand),
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
        demand: DemandBalanceInfo::of(&report.balance),
        n_edge_affected_cells: report.n_edge_affected_cells,
        weakest: report.weakest.clone(),
        illustrative,
        ..headline_of_split(&report.split)
    }
}

fn gap_infos(seen: &Seen<'_>) -> Vec<GapInfo> {
    let gaps = seen.reports.iter().zip(seen.gaps);
    gaps.map(|(report, gap)| gap_info(report, gap)).collect()
}

/// A gap as reported, with its outline.
pub(super) fn gap_info(report: &GapReport, gap: &Gap) -> GapInfo {
    GapInfo {
        rank: report.rank,
        name: report.name.clone(),
        uncovered_thousandths: report.uncovered_thousandths,
        n_cells: report.n_cells,
        lng: report.lng,
        lat: report.lat,
        worst_s: report.worst_s,
        edge_affected: report.edge_affected,
        outline: multi_polygon(&gap.outline),
    }
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
