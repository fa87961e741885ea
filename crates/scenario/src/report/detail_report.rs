//! A result in detail as data: what `run` writes as `detail.json`.

use std::collections::BTreeMap;

use coverage::{
    CellRank, Demand, DemandSet, DemandSplit, Distribution, FacilityLoad, HourlyProfile, Reason,
    ServiceCoverage, SupplyRatio,
};
use serde::{Deserialize, Serialize};
use units::{HourOfWeek, LngLat, TravelTime};
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::evaluate::capacity::ServiceCapacity;
use crate::evaluate::decision::{Decision, typical_time};
use crate::evaluate::detail::{NightGap, ServiceDetail};
use crate::project::Project;
use crate::project::hazards::{effect_text, streets_of_hazards};
use crate::report::district::{DistrictReport, districts};
use crate::report::gap_name::GapNames;
use crate::report::joint_detail::{JointDetail, joint_details};
use crate::report::words;
use crate::report::{GapReport, gap_reports};

/// A scenario's result in detail: `detail.json`.
///
/// Demand is in whole thousandths of `demand_unit`, times are in seconds; lists of cells are in the
/// order of the cells in `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DetailReport {
    /// Version of this format: 1.
    pub format: u32,
    /// Name of the plan.
    pub plan: String,
    /// Hash of the plan and all its files.
    pub plan_fingerprint: String,
    /// Folder name of the scenario.
    pub scenario: String,
    /// What demand counts.
    pub demand_unit: String,
    /// All demand in the study area.
    pub demand_thousandths: u64,
    /// Other demand that indicators are given for, each in a unit of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureReport>,
    /// The week that hours are read in.
    pub week: WeekReport,
    /// One for each standard.
    pub standards: Vec<StandardDetail>,
    /// One for each joint standard.
    pub joints: Vec<JointDetail>,
    /// Whether hazards slow or close their streets in this scenario.
    pub heeds_hazards: bool,
    /// Reported hazards, in the order of their file.
    pub hazards: Vec<HazardReport>,
}

/// A measure: demand that indicators are given for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MeasureReport {
    /// What it counts.
    pub unit: String,
    /// All of it in the study area.
    pub demand_thousandths: u64,
    /// Made up for illustration.
    pub illustrative: bool,
}

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

/// The reference week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WeekReport {
    /// Date of its Monday.
    pub monday: String,
    /// Time zone.
    pub time_zone: String,
    /// Holiday calendar: two letters of a country, or `none`.
    pub holidays: String,
    /// First and last year of the table of days off, when the plan names one.
    pub calendar_years: Option<(i32, i32)>,
    /// The hour that stands for the day.
    pub day: String,
    /// The hour that stands for the night.
    pub night: String,
}

/// One service standard in detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StandardDetail {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// The 168 hours of the week, from Monday 00:00.
    pub hours: Vec<HourReport>,
    /// How many different sets of open facilities the week has.
    pub n_open_sets: usize,
    /// How many different states: more than sets when demand changes over the week.
    pub n_states: usize,
    /// The first hour with the most covered demand.
    pub strongest_hour: String,
    /// The first hour with the least.
    pub weakest_hour: String,
    /// For each cell the number of hours of the week at which at least half of its demand is
    /// covered; `None` without demand.
    pub hours_covered: Vec<Option<u32>>,
    /// What is covered by day and not by night.
    pub night: NightReport,
    /// Demand with one facility more within the limit than the standard asks for (备份覆盖).
    pub backup_thousandths: u64,
    /// Its share of all demand.
    pub backup_share: Option<f64>,
    /// The same share of each cell's demand.
    pub backup_of_cells_share: Vec<Option<f64>>,
    /// Fragile share of each cell's demand: covered, within 20 % of the limit.
    pub fragile_of_cells_share: Vec<Option<f64>>,
    /// Why demand is not covered: each reason with the demand it holds for, in a fixed order.
    pub reasons: Vec<ReasonReport>,
    /// The gaps of `result.json`, in the same order, with their reasons.
    pub gaps: Vec<GapDetail>,
    /// Patches of cells whose demand is mostly not joined to a street of the profile: there a street
    /// is missing, or the map lacks it. They are ranked after the gaps; their uncovered demand is
    /// the unlinked.
    pub without_street: Vec<GapReport>,
    /// How full the facilities are; `None` when no capacity is known.
    pub capacity: Option<CapacityReport>,
    /// The whole study area, then each zone, in the unit of the demand; then the same in the unit of
    /// each measure.
    pub districts: Vec<DistrictReport>,
}

/// A reason and the demand it holds for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonReport {
    /// `no-street`, `closed`, `full`, `cut-off-by-gate`, `cut-off-by-one-way`, `cut-off-by-water`,
    /// `detour` or `no-facility`.
    #[schema(schema_with = words::reason)]
    pub reason: String,
    /// The demand.
    pub demand_thousandths: u64,
}

/// Why a gap is one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GapDetail {
    /// Its rank.
    pub rank: usize,
    /// Its name.
    pub name: String,
    /// The reason that holds for most of its uncovered demand.
    #[schema(schema_with = words::reason_or_null)]
    pub reason: Option<String>,
    /// How much too long the way is for the middle one of its uncovered demand; `None` when that
    /// lies past twice the limit.
    pub missing_s: Option<f64>,
}

/// How full the facilities of a standard are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CapacityReport {
    /// Open facilities of unknown capacity: left out of the supply ratio, never full.
    pub n_unknown: usize,
    /// Mean over the demand of the capacity that one unit of it can count on (2SFCA).
    pub supply_mean: Option<f64>,
    /// Gini coefficient of that.
    pub supply_gini: Option<f64>,
    /// That Gini looks better than in the baseline of the same run although the mean did not grow.
    #[serde(default)]
    #[schema(required)]
    pub supply_levelled_down: bool,
    /// The same mean for each cell.
    pub supply_of_cells: Vec<Option<f64>>,
    /// For each facility of the scenario its capacity for one unit of the demand around it; `None`
    /// when it does not serve, or its capacity is unknown.
    pub supply_of_facilities: Vec<Option<f64>>,
    /// Who takes whom; only for a standard that says how much demand a slot serves.
    pub load: Option<LoadReport>,
}

/// Demand assigned to the nearest facility with room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadReport {
    /// Demand that finds room within the limit.
    pub taken_thousandths: u64,
    /// Demand that finds only full facilities within the limit.
    pub turned_away_thousandths: u64,
    /// Facilities that are asked for more than they can serve.
    pub n_overloaded: usize,
    /// Facilities that take less than half of what they can serve.
    pub n_idle: usize,
    /// One for each facility of the scenario; `None` when it does not serve.
    pub facilities: Vec<Option<FacilityLoadReport>>,
}

/// How full one facility is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacilityLoadReport {
    /// What it can serve; `None` when its capacity is unknown.
    pub serves_thousandths: Option<u64>,
    /// Demand within the limit to which it is the nearest.
    pub asked_thousandths: u64,
    /// Demand that it takes.
    pub taken_thousandths: u64,
    /// Asked for more than it can serve.
    pub is_overloaded: bool,
    /// Takes less than half of what it can serve.
    pub is_idle: bool,
}

/// One hour of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HourReport {
    /// As in `We 03:00`: the instant at which it begins.
    pub hour: String,
    /// Facilities of the standard that are open.
    pub n_open: usize,
    /// Covered demand.
    pub covered_thousandths: u64,
    /// Its share of the demand of that hour, 0 to 1; `None` without demand.
    pub covered_share: Option<f64>,
    /// All demand of that hour.
    pub demand_thousandths: u64,
}

/// What is covered by day and not by night; demand is that of the hour for the night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NightReport {
    /// Covered by day, of those who are there by night.
    pub by_day_thousandths: u64,
    /// Part of that: not covered by night.
    pub lost_thousandths: u64,
    /// The lost part of each cell.
    pub lost_of_cells_thousandths: Vec<u64>,
    /// Patches of cells that lose more than half of what they have by day, the largest first; their
    /// uncovered demand is what is lost.
    pub gaps: Vec<GapReport>,
}

impl DetailReport {
    /// The report of an evaluation in detail.
    ///
    /// Cost: linear in cells and demand points.
    pub fn of(
        project: &Project,
        key: &str,
        evaluation: &Evaluation,
        details: &[ServiceDetail],
    ) -> Self {
        let names = GapNames::of(project);
        let holidays = project.week.holidays();
        let standards = evaluation.services.iter().zip(details);
        Self {
            format: 1,
            plan: project.spec.name.clone(),
            plan_fingerprint: project.fingerprint.clone(),
            scenario: key.to_owned(),
            demand_unit: project.demand.unit().name().to_owned(),
            demand_thousandths: project.demand.total().as_thousandths(),
            measures: project
                .measures
                .iter()
                .map(|measure| MeasureReport {
                    unit: measure.demand.unit().name().to_owned(),
                    demand_thousandths: measure.demand.total().as_thousandths(),
                    illustrative: measure.demand.is_illustrative(),
                })
                .collect(),
            week: WeekReport {
                monday: project.week.monday(),
                time_zone: project.week.time_zone().to_owned(),
                holidays: holidays.name().to_owned(),
                calendar_years: holidays.years(),
                day: project.day.to_string(),
                night: project.night.to_string(),
            },
            standards: standards
                .map(|(service, detail)| standard(project, service, detail, &names))
                .collect(),
            joints: joint_details(project, evaluation, details, &names),
            heeds_hazards: evaluation.heeds_hazards,
            hazards: hazards(project, evaluation),
        }
    }
}

impl DetailReport {
    /// Marks every figure of evenness that looks better than in the baseline only since the better
    /// served lost ([`DistrictReport::levelled_down`]).
    ///
    /// Cost: linear in standards times districts.
    pub fn mark_levelled(&mut self, baseline: &Self) {
        for (standard, before) in self.standards.iter_mut().zip(&baseline.standards) {
            for (district, before) in standard.districts.iter_mut().zip(&before.districts) {
                district.mark_levelled(before);
            }
            let rooms = (standard.capacity.as_mut(), before.capacity.as_ref());
            if let (Some(room), Some(before)) = rooms {
                let looks_better = match (room.supply_gini, before.supply_gini) {
                    (Some(now), Some(before)) => now < before,
                    _ => false,
                };
                let grew = match (room.supply_mean, before.supply_mean) {
                    (Some(now), Some(before)) => now > before,
                    _ => false,
                };
                room.supply_levelled_down = looks_better && !grew;
            }
        }
    }
}

fn hazards(project: &Project, evaluation: &Evaluation) -> Vec<HazardReport> {
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

fn standard(
    project: &Project,
    service: &Decision,
    detail: &ServiceDetail,
    names: &GapNames,
) -> StandardDetail {
    let demand = project.demand_of(&service.standard);
    let cells = service.coverage.cells();
    let backup = detail.backup.total();
    let edge_affected = service.edge_affected.cells();
    let lacking = |point: usize| {
        let here = demand.points()[point].demand;
        service.coverage.lacking(point, here)
    };
    StandardDetail {
        key: service.standard.key.clone(),
        name: service.standard.name.clone(),
        hours: hours(detail),
        n_open_sets: detail.open_hours.sets().len(),
        n_states: detail.hours.n_states(),
        strongest_hour: detail.hours.strongest_hour().to_string(),
        weakest_hour: detail.hours.weakest_hour().to_string(),
        hours_covered: detail.hours_covered.clone(),
        night: night(project, &detail.night, edge_affected, names),
        backup_thousandths: backup.covered.as_thousandths(),
        backup_share: backup.covered_share(),
        backup_of_cells_share: detail
            .backup
            .cells()
            .iter()
            .map(DemandSplit::covered_share)
            .collect(),
        fragile_of_cells_share: cells
            .iter()
            .map(|cell| cell.fragile.share_of(cell.total()))
            .collect(),
        reasons: reasons(demand, &service.coverage, detail),
        gaps: (1..)
            .zip(&service.gaps)
            .map(|(rank, gap)| GapDetail {
                rank,
                name: names.name(project, demand, gap, lacking),
                reason: gap
                    .reason(demand, &service.coverage, &detail.reasons)
                    .map(|reason| reason.key().to_owned()),
                missing_s: gap
                    .missing(demand, &service.coverage)
                    .map(TravelTime::as_secs_f64),
            })
            .collect(),
        without_street: without_street(project, service, detail, names),
        capacity: detail
            .capacity
            .as_ref()
            .map(|capacity| capacity_report(demand, capacity)),
        districts: districts(project, service, detail),
    }
}

fn without_street(
    project: &Project,
    service: &Decision,
    detail: &ServiceDetail,
    names: &GapNames,
) -> Vec<GapReport> {
    let demand = project.demand_of(&service.standard);
    // A patch is named by what it lacks: here the street, not the facility.
    let lacking = |point: usize| {
        let is_joined = service.coverage.states()[point].is_joined();
        (!is_joined).then(|| demand.points()[point].demand)
    };
    let mut gaps = gap_reports(
        project,
        demand,
        &detail.without_street,
        lacking,
        names,
        service.edge_affected.cells(),
        |_| None,
    );
    for gap in &mut gaps {
        gap.rank += service.gaps.len();
    }
    gaps
}

fn reasons(
    demand: &DemandSet,
    coverage: &ServiceCoverage,
    detail: &ServiceDetail,
) -> Vec<ReasonReport> {
    let mut by_reason: BTreeMap<Reason, Demand> = BTreeMap::new();
    for (index, (point, reason)) in demand.points().iter().zip(&detail.reasons).enumerate() {
        if let Some(reason) = reason {
            let sum = by_reason.entry(*reason).or_default();
            *sum = *sum + (point.demand - coverage.split_of(index, point.demand).covered);
        }
    }
    by_reason
        .into_iter()
        .map(|(reason, demand)| ReasonReport {
            reason: reason.key().to_owned(),
            demand_thousandths: demand.as_thousandths(),
        })
        .collect()
}

fn capacity_report(demand: &DemandSet, capacity: &ServiceCapacity) -> CapacityReport {
    let points = demand.points().iter();
    let weighted = points.zip(capacity.catchment.points());
    let spread = Distribution::of_supply(weighted.map(|(point, ratio)| (*ratio, point.demand)));
    CapacityReport {
        n_unknown: capacity.catchment.n_unknown(),
        supply_mean: (demand.total() > Demand::ZERO).then(|| spread.mean()),
        supply_gini: spread.gini(),
        supply_levelled_down: false,
        supply_of_cells: capacity.supply_of_cells.clone(),
        supply_of_facilities: capacity
            .catchment
            .facilities()
            .iter()
            .map(|ratio| ratio.map(SupplyRatio::as_f64))
            .collect(),
        load: capacity.assignment.as_ref().map(|assignment| {
            let loads = assignment.facilities().iter().zip(&capacity.is_open);
            let open = || {
                loads
                    .clone()
                    .filter(|(_, open)| **open)
                    .map(|(load, _)| load)
            };
            let turned_away: Demand = assignment.turned_away().iter().copied().sum();
            LoadReport {
                taken_thousandths: assignment.taken().as_thousandths(),
                turned_away_thousandths: turned_away.as_thousandths(),
                n_overloaded: open().filter(|load| load.is_overloaded()).count(),
                n_idle: open().filter(|load| load.is_idle()).count(),
                facilities: loads
                    .clone()
                    .map(|(load, open)| open.then(|| load_report(load)))
                    .collect(),
            }
        }),
    }
}

fn load_report(load: &FacilityLoad) -> FacilityLoadReport {
    FacilityLoadReport {
        serves_thousandths: load.serves.map(Demand::as_thousandths),
        asked_thousandths: load.asked.as_thousandths(),
        taken_thousandths: load.taken.as_thousandths(),
        is_overloaded: load.is_overloaded(),
        is_idle: load.is_idle(),
    }
}

fn hours(detail: &ServiceDetail) -> Vec<HourReport> {
    let profile: &HourlyProfile = &detail.hours;
    HourOfWeek::all()
        .map(|hour| {
            let split = profile.total(hour);
            HourReport {
                hour: hour.to_string(),
                n_open: detail.open_hours.at(hour).n_open(),
                covered_thousandths: split.covered.as_thousandths(),
                covered_share: split.covered_share(),
                demand_thousandths: split.total().as_thousandths(),
            }
        })
        .collect()
}

fn night(
    project: &Project,
    night: &NightGap,
    edge_affected: &[bool],
    names: &GapNames,
) -> NightReport {
    let there = project.demand.at(project.night);
    let lost = |point: usize| night.lost_of(point, there.points()[point].demand);
    let time_of = |cell: CellRank| typical_time(&there, &night.by_night, cell);
    let by_day: Demand = night.cells.iter().map(DemandSplit::total).sum();
    NightReport {
        by_day_thousandths: by_day.as_thousandths(),
        lost_thousandths: night.lost().as_thousandths(),
        lost_of_cells_thousandths: night
            .cells
            .iter()
            .map(|cell| cell.uncovered.as_thousandths())
            .collect(),
        gaps: gap_reports(
            project,
            &there,
            &night.gaps,
            lost,
            names,
            edge_affected,
            time_of,
        ),
    }
}
