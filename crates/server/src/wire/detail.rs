use coverage::{CellRank, Demand, DemandSplit, Reason};
use scenario::detail_report::{CapacityReport, HazardReport, StandardDetail};
use scenario::district::DistrictReport;
use scenario::joint_detail::JointDetail;
use scenario::run::ScenarioResult;
use scenario::{Project, ServiceDetail};
use serde::Serialize;
use utoipa::ToSchema;

use super::values::{GapInfo, gap_info};

/// What a scenario comes to beyond its coverage: why not, how full, how evenly, what the night takes
/// away, and which hazards were reported.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DetailAnswer {
    pub(crate) scenario: String,
    /// The hour that stands for the day, as `We 12:00`.
    pub(crate) day: String,
    /// The hour that stands for the night.
    pub(crate) night: String,
    /// Whether hazards slow or close their streets in this scenario.
    pub(crate) heeds_hazards: bool,
    /// Reported hazards, in the order of their file.
    pub(crate) hazards: Vec<HazardInfo>,
    /// In the order of the plan.
    pub(crate) standards: Vec<StandardInDetail>,
    /// In the order of the plan.
    pub(crate) joints: Vec<JointInDetail>,
}

/// What somebody reported from the street.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HazardInfo {
    pub(crate) id: String,
    /// `blocked-road`, `missing-manhole-cover`, `dark-street`, `broken-surface`, `standing-water` or
    /// `other`.
    pub(crate) kind: String,
    /// `reported`, `confirmed` or `fixed`.
    pub(crate) state: String,
    /// Since when, as the source says.
    pub(crate) since: String,
    pub(crate) note: String,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    /// The street it lies on; empty when that has no name, null when none is near enough.
    pub(crate) street: Option<String>,
    /// What it does to the street once hazards are heeded: `close`, or a share of the speed as
    /// `50%`; null when it is only listed.
    pub(crate) effect: Option<String>,
    /// The gaps it lies in.
    pub(crate) in_gaps: Vec<HazardInGap>,
    pub(crate) illustrative: bool,
}

/// A gap that a hazard lies in.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct HazardInGap {
    pub(crate) standard: String,
    pub(crate) rank: usize,
}

/// One standard in detail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StandardInDetail {
    pub(crate) key: String,
    /// Each reason with the demand that it keeps uncovered.
    pub(crate) reasons: Vec<ReasonInfo>,
    /// In the order of the standard's gaps.
    pub(crate) gaps: Vec<GapWhy>,
    /// For each cell why the demand point that stands for it on the map is not covered; null where
    /// it is, and without demand.
    pub(crate) reason_of_cells: Vec<Option<&'static str>>,
    pub(crate) night: NightInfo,
    /// Null when the capacity of none of the standard's facilities is known.
    pub(crate) capacity: Option<CapacityInfo>,
    /// The whole study area, then each zone in the order of the zones.
    pub(crate) districts: Vec<DistrictInfo>,
}

/// One joint standard in detail.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JointInDetail {
    pub(crate) key: String,
    /// In the order of the joint standard's gaps.
    pub(crate) gaps: Vec<GapWhy>,
}

/// A reason and the demand it holds for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReasonInfo {
    /// `no-street`, `closed`, `full`, `cut-off-by-gate`, `cut-off-by-one-way`, `cut-off-by-water`,
    /// `detour` or `no-facility`.
    pub(crate) reason: String,
    pub(crate) demand_thousandths: u64,
}

/// Why a gap is one.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GapWhy {
    pub(crate) rank: usize,
    /// Joint standards only: the part that is missing first, as in `gaps.csv`; the reason and the
    /// time are of that part.
    pub(crate) lacks: Option<String>,
    /// The reason that holds for most of the gap's uncovered demand.
    pub(crate) reason: Option<String>,
    /// How much too long the way is for the middle one of its uncovered demand; null when that lies
    /// past twice the limit.
    pub(crate) missing_s: Option<f64>,
}

/// What is covered by day and not by night.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NightInfo {
    pub(crate) by_day_thousandths: u64,
    pub(crate) lost_thousandths: u64,
    /// For each cell what is covered by day.
    pub(crate) by_day_of_cells_thousandths: Vec<u64>,
    /// For each cell the part of that which is not covered by night.
    pub(crate) lost_of_cells_thousandths: Vec<u64>,
    /// Patches of cells that lose more than half of what they have by day; what they lose is their
    /// uncovered demand.
    pub(crate) gaps: Vec<GapInfo>,
}

/// How much the facilities have for those around them.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CapacityInfo {
    /// Open facilities of unknown capacity, which are left out.
    pub(crate) n_unknown: usize,
    /// Mean over the demand of the capacity that one unit of it can count on (2SFCA).
    pub(crate) supply_mean: Option<f64>,
    pub(crate) supply_gini: Option<f64>,
    /// What the standard asks for: capacity for one unit of demand; null when it asks for no room.
    pub(crate) supply_wanted: Option<f64>,
    /// The same mean for each cell; null without demand.
    pub(crate) supply_of_cells: Vec<Option<f64>>,
    /// Demand that finds room, and demand that finds only full facilities within the limit; null
    /// when the standard asks for no room.
    pub(crate) taken_thousandths: Option<u64>,
    pub(crate) turned_away_thousandths: Option<u64>,
    pub(crate) n_overloaded: Option<usize>,
    pub(crate) n_idle: Option<usize>,
    /// Facilities that serve the standard.
    pub(crate) facilities: Vec<FullnessInfo>,
}

/// How full one facility is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FullnessInfo {
    pub(crate) id: String,
    /// Its capacity for one unit of the demand within the limit; null when the capacity is unknown
    /// or nobody is around.
    pub(crate) supply: Option<f64>,
    /// What follows is null when the standard asks for no room, or the capacity is unknown.
    pub(crate) serves_thousandths: Option<u64>,
    /// Demand within the limit to which it is the nearest.
    pub(crate) asked_thousandths: Option<u64>,
    /// Demand that it takes.
    pub(crate) taken_thousandths: Option<u64>,
    /// Asked for more than it can serve.
    pub(crate) is_overloaded: bool,
    /// Takes less than half of what it can serve.
    pub(crate) is_idle: bool,
}

/// The indicators of the study area or of a zone.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DistrictInfo {
    /// What its demand counts: the plan's unit, or that of one of its measures.
    pub(crate) unit: String,
    /// The unit to read.
    pub(crate) unit_text: String,
    /// Id of the zone; null for the whole study area.
    pub(crate) zone: Option<String>,
    pub(crate) name: String,
    pub(crate) demand_thousandths: u64,
    pub(crate) covered_thousandths: u64,
    pub(crate) covered_share: Option<f64>,
    pub(crate) mean_s: Option<f64>,
    pub(crate) median_s: Option<f64>,
    pub(crate) quantile_90_s: Option<f64>,
    /// Mean time of the tenth that is worst served.
    pub(crate) worst_tenth_mean_s: Option<f64>,
    /// Time on the way over the time that the straight line would take.
    pub(crate) detour: Option<f64>,
    pub(crate) gini: Option<f64>,
    pub(crate) palma: Option<f64>,
    pub(crate) theil: Option<f64>,
    pub(crate) concentration: Option<f64>,
    /// Demand without a time, past the search or joined to no network, which counts at the limit of
    /// the search: then mean, worst tenth, Gini, Palma and Theil are lower bounds.
    pub(crate) beyond_thousandths: u64,
    /// Times look more even than in the baseline although nobody got nearer on average.
    pub(crate) levelled_down: bool,
    /// Shares of the sum of all times that the best-served 0, 10, …, 100 % of the demand have.
    pub(crate) lorenz: Vec<f64>,
}

/// The answer for a scenario that was run in detail.
pub(crate) fn detail(project: &Project, result: &ScenarioResult) -> DetailAnswer {
    let report = &result.detail_report;
    let standards = (0..report.standards.len()).map(|index| standard(project, result, index));
    DetailAnswer {
        scenario: report.scenario.clone(),
        day: report.week.day.clone(),
        night: report.week.night.clone(),
        heeds_hazards: report.heeds_hazards,
        hazards: report.hazards.iter().map(hazard).collect(),
        standards: standards.collect(),
        joints: report.joints.iter().map(joint).collect(),
    }
}

fn hazard(report: &HazardReport) -> HazardInfo {
    HazardInfo {
        id: report.id.clone(),
        kind: report.kind.clone(),
        state: report.state.clone(),
        since: report.since.clone(),
        note: report.note.clone(),
        lng: report.lng,
        lat: report.lat,
        street: report.street.clone(),
        effect: report.effect.clone(),
        in_gaps: report
            .in_gaps
            .iter()
            .filter_map(|gap| in_gap(gap))
            .collect(),
        illustrative: report.illustrative,
    }
}

/// From `swap 3`.
fn in_gap(text: &str) -> Option<HazardInGap> {
    let (standard, rank) = text.rsplit_once(' ')?;
    Some(HazardInGap {
        standard: standard.to_owned(),
        rank: rank.parse().ok()?,
    })
}

fn standard(project: &Project, result: &ScenarioResult, index: usize) -> StandardInDetail {
    let report = &result.detail_report.standards[index];
    let detail = &result.details[index];
    StandardInDetail {
        key: report.key.clone(),
        reasons: report
            .reasons
            .iter()
            .map(|one| ReasonInfo {
                reason: one.reason.clone(),
                demand_thousandths: one.demand_thousandths,
            })
            .collect(),
        gaps: report
            .gaps
            .iter()
            .map(|gap| GapWhy {
                rank: gap.rank,
                lacks: None,
                reason: gap.reason.clone(),
                missing_s: gap.missing_s,
            })
            .collect(),
        reason_of_cells: reason_of_cells(project, result, index),
        night: night(report, detail),
        capacity: report
            .capacity
            .as_ref()
            .map(|capacity| capacity_info(result, index, capacity)),
        districts: report
            .districts
            .iter()
            .map(|one| district(project, one))
            .collect(),
    }
}

fn reason_of_cells(
    project: &Project,
    result: &ScenarioResult,
    standard: usize,
) -> Vec<Option<&'static str>> {
    let service = &result.evaluation.services[standard];
    let (coverage, demand) = (&service.coverage, project.demand_of(&service.standard));
    let reasons = &result.details[standard].reasons;
    let cells = coverage.cells().iter().enumerate();
    cells
        .map(|(index, cell)| {
            let typical = coverage.typical_point(demand, CellRank::from_index(index));
            let reason = match typical {
                Some(point) => reasons[point.index()],
                None => (cell.total() > Demand::ZERO).then_some(Reason::NoStreet),
            };
            reason.map(Reason::key)
        })
        .collect()
}

fn night(report: &StandardDetail, detail: &ServiceDetail) -> NightInfo {
    let night = &report.night;
    let by_day = detail.night.cells.iter().map(DemandSplit::total);
    NightInfo {
        by_day_thousandths: night.by_day_thousandths,
        lost_thousandths: night.lost_thousandths,
        by_day_of_cells_thousandths: by_day.map(Demand::as_thousandths).collect(),
        lost_of_cells_thousandths: night.lost_of_cells_thousandths.clone(),
        gaps: night
            .gaps
            .iter()
            .zip(&detail.night.gaps)
            .map(|(report, gap)| gap_info(report, gap))
            .collect(),
    }
}

fn capacity_info(
    result: &ScenarioResult,
    standard: usize,
    report: &CapacityReport,
) -> CapacityInfo {
    let load = report.load.as_ref();
    let rate = result.report.standards[standard].demand_per_slot_thousandths;
    let serving = result.details[standard].capacity.as_ref();
    let facilities = result.evaluation.facilities.iter().enumerate();
    CapacityInfo {
        n_unknown: report.n_unknown,
        supply_mean: report.supply_mean,
        supply_gini: report.supply_gini,
        supply_wanted: rate.map(|rate| 1.0 / Demand::from_thousandths(rate).as_units_f64()),
        supply_of_cells: report.supply_of_cells.clone(),
        taken_thousandths: load.map(|load| load.taken_thousandths),
        turned_away_thousandths: load.map(|load| load.turned_away_thousandths),
        n_overloaded: load.map(|load| load.n_overloaded),
        n_idle: load.map(|load| load.n_idle),
        facilities: facilities
            .filter(|&(index, _)| serving.is_some_and(|serving| serving.is_open[index]))
            .map(|(index, facility)| {
                let one = load.and_then(|load| load.facilities[index]);
                let known = one.filter(|one| one.serves_thousandths.is_some());
                FullnessInfo {
                    id: facility.id.clone(),
                    supply: report.supply_of_facilities[index],
                    serves_thousandths: known.and_then(|one| one.serves_thousandths),
                    asked_thousandths: known.map(|one| one.asked_thousandths),
                    taken_thousandths: known.map(|one| one.taken_thousandths),
                    is_overloaded: known.is_some_and(|one| one.is_overloaded),
                    is_idle: known.is_some_and(|one| one.is_idle),
                }
            })
            .collect(),
    }
}

fn district(project: &Project, report: &DistrictReport) -> DistrictInfo {
    let split = &report.split;
    let units = project.measures.iter().map(|one| one.demand.unit());
    let unit = units
        .chain([project.demand.unit()])
        .find(|unit| unit.name() == report.unit);
    DistrictInfo {
        unit: report.unit.clone(),
        unit_text: unit.map_or_else(|| report.unit.clone(), ToString::to_string),
        zone: report.zone.clone(),
        name: report.name.clone(),
        demand_thousandths: split.total_thousandths(),
        covered_thousandths: split.covered_thousandths,
        covered_share: split.covered_share,
        mean_s: report.mean_s,
        median_s: report.median_s,
        quantile_90_s: report.quantile_90_s,
        worst_tenth_mean_s: report.worst_tenth_mean_s,
        detour: report.detour,
        gini: report.gini,
        palma: report.palma,
        theil: report.theil,
        concentration: report.concentration,
        beyond_thousandths: report.beyond_thousandths,
        levelled_down: report.levelled_down,
        lorenz: report.lorenz.clone(),
    }
}

fn joint(report: &JointDetail) -> JointInDetail {
    let gaps = report.gaps.iter();
    JointInDetail {
        key: report.key.clone(),
        gaps: gaps
            .map(|gap| {
                let first = gap.lacks.first();
                GapWhy {
                    rank: gap.rank,
                    lacks: first.map(|lack| lack.part.clone()),
                    reason: first.and_then(|lack| lack.reason.clone()),
                    missing_s: first.and_then(|lack| lack.missing_s),
                }
            })
            .collect(),
    }
}
