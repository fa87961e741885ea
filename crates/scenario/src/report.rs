//! A result as data with provenance: what `run` writes as `result.json` and `compare` reads back.

pub mod balance;
pub mod compare;
pub mod detail_report;
pub mod district;
pub(crate) mod first_version;
pub(crate) mod gap_name;
pub(crate) mod joins;
pub mod joint_detail;
pub mod run;
pub mod summary;
pub mod tables;
pub mod words;

use std::sync::Arc;

use coverage::{
    Capacity, CellClass, CellRank, Demand, DemandSet, DemandSplit, EdgeAffected, FacilityBalance,
    Gap, Indicators, JointRule, ServiceCoverage, ZoneId,
};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::evaluate::chosen_sites::ChosenSites;
use crate::evaluate::decision::{Decision, JointDecision, typical_time};
use crate::project::Project;
use crate::report::balance::{
    BalanceReport, DemandBalanceReport, FacilityBalanceReport, MeasureBalance,
};
use crate::report::gap_name::GapNames;
use crate::report::joins::JoinsReport;

/// A scenario's result as data with provenance: `result.json`, what `compare` reads back.
///
/// Demand is in whole thousandths of `demand_unit`, so that sums are exact; times are in seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScenarioReport {
    /// Version of this format: 1.
    pub format: u32,
    /// The program that wrote it.
    pub program: String,
    /// Name of the plan.
    pub plan: String,
    /// Hash of the plan and all its files.
    pub plan_fingerprint: String,
    /// Hash of network, study area, grid and demand: results with different ones are not compared.
    pub grid_fingerprint: String,
    /// Folder name of the scenario.
    pub scenario: String,
    /// Its name to read.
    pub scenario_name: String,
    /// How many edges the scenario closes.
    pub n_closed_edges: usize,
    /// What must be known about the data.
    pub notes: Vec<String>,
    /// Whether some facility or demand of this result is made up for illustration.
    pub illustrative: bool,
    /// What demand counts.
    pub demand_unit: String,
    /// H3 resolution of the cells.
    pub h3_resolution: u8,
    /// All demand in the study area.
    pub demand_thousandths: u64,
    /// Places whose street is worth a look.
    #[serde(default)]
    pub joins: JoinsReport,
    /// One for each standard.
    pub standards: Vec<StandardReport>,
    /// One for each joint standard.
    pub joints: Vec<JointReport>,
    /// The balances of the plan's measures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<MeasureBalance>,
    /// Sites chosen by the scenario.
    pub chosen: Vec<ChosenReport>,
    /// The zones, in the order of `zones` lists below.
    pub zones: Vec<ZoneReport>,
    /// The cells, in the order of `cells` lists below.
    pub cells: Vec<CellReport>,
}

/// One service standard: its figures, and what becomes of each gap, zone and cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandardReport {
    /// Everything that is one figure for the whole study area.
    #[serde(flatten)]
    pub figures: StandardFigures,
    /// Gaps, the largest first.
    pub gaps: Vec<GapReport>,
    /// Each zone's demand.
    pub zones: Vec<SplitReport>,
    /// Each cell.
    pub cells: Vec<CellSplit>,
}

/// The figures of one service standard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct StandardFigures {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// Who travels.
    pub profile: String,
    /// Inclusive limit.
    pub limit_s: f64,
    /// How many facilities must be within the limit.
    pub required: u32,
    /// Hour of the week, when the standard names one.
    pub at: Option<String>,
    /// How much demand each slot serves, when facilities may be full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub demand_per_slot_thousandths: Option<u64>,
    /// Facilities that serve it.
    pub n_facilities: usize,
    /// Of those, the ones too far from any street of the profile.
    pub n_unlinked_facilities: usize,
    /// Facilities 20 to 30 m from a junction which gives, or would give, times that their nearest
    /// street point does not; a junction is joined within 25 m.
    #[serde(default)]
    #[schema(required)]
    pub n_facilities_in_doubt: usize,
    /// The same for demand.
    #[serde(default)]
    #[schema(required)]
    pub demand_in_doubt_thousandths: u64,
    /// Whether an illustrative facility serves it.
    pub illustrative: bool,
    /// What becomes of the demand.
    #[serde(flatten)]
    pub split: SplitReport,
    /// What becomes of all demand and all facilities that were given.
    #[serde(default)]
    #[schema(required)]
    pub balance: BalanceReport,
    /// Time within which half of the demand finds what it needs; `None` past twice the limit. All
    /// demand in the study area counts, as in the covered share.
    pub median_s: Option<f64>,
    /// The same for nine tenths.
    pub quantile_90_s: Option<f64>,
    /// Mean time of the tenth of demand that is worst served.
    pub worst_tenth_mean_s: Option<f64>,
    /// Whether that mean is a lower bound, since some times lie past twice the limit.
    pub worst_tenth_is_lower_bound: bool,
    /// Cells from which the border of the streets lies within the limit.
    pub n_edge_affected_cells: usize,
}

/// One joint standard: its figures, and what becomes of each gap and cell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointReport {
    /// Everything that is one figure for the whole study area.
    #[serde(flatten)]
    pub figures: JointFigures,
    /// Gaps, the largest first.
    pub gaps: Vec<GapReport>,
    /// Each cell.
    pub cells: Vec<CellSplit>,
    /// Each cell's weakest part, by key.
    pub weakest_of_cells: Vec<Option<String>>,
}

/// The figures of one joint standard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JointFigures {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// `all-of` or `any-of`.
    pub rule: String,
    /// Keys of its parts.
    pub parts: Vec<String>,
    /// What becomes of the demand.
    #[serde(flatten)]
    pub split: SplitReport,
    /// What becomes of all demand that was given.
    #[serde(default)]
    #[schema(required)]
    pub balance: DemandBalanceReport,
    /// For each part: demand that has everything else and lacks only this.
    pub sole_obstacle_thousandths: Vec<u64>,
    /// The part that holds back the most demand on its own.
    pub weakest: Option<String>,
    /// Cells that are edge-affected for one of the parts.
    pub n_edge_affected_cells: usize,
}

/// Demand by what becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SplitReport {
    /// Meets the standard.
    pub covered_thousandths: u64,
    /// Does not.
    pub uncovered_thousandths: u64,
    /// Joined to a scrap of street that no trip leaves or enters: no statement.
    pub on_scrap_thousandths: u64,
    /// Too far from any street of the profile: no statement.
    pub unlinked_thousandths: u64,
    /// Part of the covered: within 20 % of the limit.
    pub fragile_thousandths: u64,
    /// Covered share of all demand, 0 to 1; `None` without demand.
    pub covered_share: Option<f64>,
}

/// A contiguous area of uncovered cells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct GapReport {
    /// Rank by uncovered demand, from 1.
    pub rank: usize,
    /// The street with the most uncovered demand in it, and its zone.
    pub name: String,
    /// Uncovered demand.
    pub uncovered_thousandths: u64,
    /// How many cells.
    pub n_cells: usize,
    /// Centre of the worst cell.
    pub lng: f64,
    /// Centre of the worst cell.
    pub lat: f64,
    /// Time from the worst cell to the nearest facility; `None` past twice the limit.
    pub worst_s: Option<f64>,
    /// Whether one of its cells is edge-affected.
    pub edge_affected: bool,
    /// Its cells.
    pub cells: Vec<String>,
}

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// A cell of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellReport {
    /// H3 index.
    pub id: String,
    /// Its centre.
    pub lng: f64,
    /// Its centre.
    pub lat: f64,
    /// Its demand.
    pub demand_thousandths: u64,
    /// The zone that holds most of its demand.
    pub zone: Option<String>,
}

/// What becomes of a cell under one standard.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CellSplit {
    /// Covered demand.
    pub covered_thousandths: u64,
    /// Class of the cell.
    pub class: ClassKey,
    /// Time from its typical demand point to the facility that decides; `None` past twice the limit.
    pub time_s: Option<f64>,
    /// Whether help from outside the streets could reach it within the limit.
    pub edge_affected: bool,
    /// The cell's demand at the hour that the standard names, when demand changes over the week;
    /// else it is that of the cell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demand_thousandths: Option<u64>,
}

/// Class of a cell, as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClassKey {
    /// No demand.
    NoDemand,
    /// At least half of the demand is covered.
    Covered,
    /// Less than half is.
    Uncovered,
    /// Its demand is not joined to the streets of the profile.
    Unlinked,
}

impl From<CellClass> for ClassKey {
    fn from(class: CellClass) -> Self {
        match class {
            CellClass::NoDemand => Self::NoDemand,
            CellClass::Covered => Self::Covered,
            CellClass::Uncovered => Self::Uncovered,
            CellClass::Unlinked => Self::Unlinked,
        }
    }
}

impl ClassKey {
    /// As written in tables.
    pub fn key(self) -> &'static str {
        match self {
            Self::NoDemand => "no-demand",
            Self::Covered => "covered",
            Self::Uncovered => "uncovered",
            Self::Unlinked => "unlinked",
        }
    }
}

/// Sites chosen for a standard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenReport {
    /// Key of the standard.
    pub standard: String,
    /// How many candidates there were.
    pub n_candidates: usize,
    /// Covered demand before.
    pub covered_before_thousandths: u64,
    /// What the sites add.
    pub added_thousandths: u64,
    /// What no choice of as many candidates can exceed.
    pub added_bound_thousandths: u64,
    /// (bound - added) / bound.
    pub optimality_gap: f64,
    /// How the answer was found.
    pub method: String,
    /// The sites in order of choice.
    pub sites: Vec<SiteReport>,
}

/// One chosen site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteReport {
    /// Id of the facility built there.
    pub id: String,
    /// Id of the candidate.
    pub candidate: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// What it adds, given the sites before it.
    pub adds_thousandths: u64,
    /// Made up for illustration.
    pub illustrative: bool,
}

impl SplitReport {
    /// All demand.
    pub fn total_thousandths(&self) -> u64 {
        self.covered_thousandths
            + self.uncovered_thousandths
            + self.on_scrap_thousandths
            + self.unlinked_thousandths
    }

    pub(crate) fn of(split: &DemandSplit) -> Self {
        Self {
            covered_thousandths: split.covered.as_thousandths(),
            uncovered_thousandths: split.uncovered.as_thousandths(),
            on_scrap_thousandths: split.on_scrap.as_thousandths(),
            unlinked_thousandths: split.unlinked.as_thousandths(),
            fragile_thousandths: split.fragile.as_thousandths(),
            covered_share: split.covered_share(),
        }
    }
}

impl ScenarioReport {
    /// All demand that a standard is decided for: that of its hour, when demand changes over the
    /// week.
    ///
    /// Cost: linear in the standards.
    pub fn demand_of_thousandths(&self, standard: &str) -> u64 {
        let found = self.standards.iter().find(|s| s.figures.key == standard);
        found.map_or(self.demand_thousandths, |s| {
            s.figures.split.total_thousandths()
        })
    }

    /// The report of an evaluated scenario.
    ///
    /// Cost: linear in cells and demand points.
    pub fn of(project: &Project, key: &str, name: &str, evaluation: &Evaluation) -> Self {
        let names = GapNames::of(project);
        let services = evaluation.services.iter().zip(&evaluation.balances);
        let standards = services
            .map(|(decision, balance)| standard_report(project, decision, balance, &names))
            .collect();
        let joints = evaluation.joints.iter();
        let joints = joints
            .map(|decision| joint_report(project, decision, &evaluation.services, &names))
            .collect();
        Self::assemble(project, key, name, evaluation, standards, joints)
    }

    /// The same from standards and joint standards that were reported already: the one place where
    /// what a scenario comes to is written down.
    pub(crate) fn assemble(
        project: &Project,
        key: &str,
        name: &str,
        evaluation: &Evaluation,
        standards: Vec<StandardReport>,
        joints: Vec<JointReport>,
    ) -> Self {
        let illustrative =
            standards.iter().any(|s| s.figures.illustrative) || project.demand.is_illustrative();
        Self {
            format: 1,
            program: concat!("nuanquan ", env!("CARGO_PKG_VERSION")).to_owned(),
            plan: project.spec.name.clone(),
            plan_fingerprint: project.fingerprint.clone(),
            grid_fingerprint: project.grid_fingerprint.clone(),
            scenario: key.to_owned(),
            scenario_name: name.to_owned(),
            n_closed_edges: evaluation.n_closed_edges,
            notes: project.notes.clone(),
            illustrative,
            demand_unit: project.demand.unit().name().to_owned(),
            h3_resolution: project.area.resolution().as_u8(),
            demand_thousandths: project.demand.total().as_thousandths(),
            joins: JoinsReport::of(&evaluation.joined),
            standards,
            joints,
            measures: balance::measures(project, evaluation),
            chosen: chosen_reports(project, &evaluation.chosen),
            zones: project
                .zones
                .zones()
                .iter()
                .map(|zone| ZoneReport {
                    id: zone.id.clone(),
                    name: zone.name.clone(),
                })
                .collect(),
            cells: cells(project),
        }
    }
}

/// What becomes of each cell; `demand` is what the coverage was decided for.
pub(crate) fn cell_splits(
    project: &Project,
    demand: &DemandSet,
    coverage: &ServiceCoverage,
    edge_affected: &EdgeAffected,
) -> Vec<CellSplit> {
    let time_of = |cell| typical_time(demand, coverage, cell);
    splits_of(project, coverage.cells(), edge_affected.cells(), time_of)
}

fn splits_of(
    project: &Project,
    splits: &[DemandSplit],
    edge_affected: &[bool],
    time_of: impl Fn(CellRank) -> Option<TravelTime>,
) -> Vec<CellSplit> {
    let changes = project.demand.has_patterns();
    ranks(project)
        .map(|rank| {
            let split = &splits[rank.index()];
            CellSplit {
                covered_thousandths: split.covered.as_thousandths(),
                class: split.class().into(),
                time_s: time_of(rank).map(TravelTime::as_secs_f64),
                edge_affected: edge_affected[rank.index()],
                demand_thousandths: changes.then(|| split.total().as_thousandths()),
            }
        })
        .collect()
}

pub(crate) fn standard_report(
    project: &Project,
    service: &Decision,
    balance: &FacilityBalance,
    names: &GapNames,
) -> StandardReport {
    let standard = &service.standard;
    let Indicators {
        split,
        median,
        quantile_90,
        worst_tenth,
        ..
    } = &service.indicators;
    let demand = project.demand_of(standard);
    let cells = cell_splits(project, demand, &service.coverage, &service.edge_affected);
    let affected = service.edge_affected.cells();
    let figures = StandardFigures {
        key: standard.key.clone(),
        name: standard.name.clone(),
        profile: standard.profile.clone(),
        limit_s: standard.limit.as_secs_f64(),
        required: standard.required.get(),
        at: standard.at.map(|hour| hour.to_string()),
        demand_per_slot_thousandths: standard
            .rate
            .map(|rate| rate.serves(Capacity::new(1)).as_thousandths()),
        n_facilities: service.n_open,
        n_unlinked_facilities: service.n_unlinked_facilities,
        n_facilities_in_doubt: service.in_doubt.n_facilities,
        demand_in_doubt_thousandths: service.in_doubt.demand.as_thousandths(),
        illustrative: service.illustrative,
        split: SplitReport::of(split),
        balance: BalanceReport {
            demand: DemandBalanceReport::of(demand, split),
            facilities: FacilityBalanceReport::of(balance),
        },
        median_s: median.map(TravelTime::as_secs_f64),
        quantile_90_s: quantile_90.map(TravelTime::as_secs_f64),
        worst_tenth_mean_s: worst_tenth.as_ref().map(|w| w.mean.as_secs_f64()),
        worst_tenth_is_lower_bound: worst_tenth.as_ref().is_some_and(|w| w.is_lower_bound),
        n_edge_affected_cells: service.edge_affected.n_cells(),
    };
    StandardReport {
        figures,
        gaps: gap_reports(
            project,
            demand,
            &service.gaps,
            |point| {
                let here = demand.points()[point].demand;
                service.coverage.lacking(point, here)
            },
            names,
            affected,
            |cell| typical_time(demand, &service.coverage, cell),
        ),
        zones: service
            .by_zone
            .iter()
            .map(|zone| SplitReport::of(&zone.split))
            .collect(),
        cells,
    }
}

pub(crate) fn joint_report(
    project: &Project,
    result: &JointDecision,
    services: &[Arc<Decision>],
    names: &GapNames,
) -> JointReport {
    let standard = &project.joints[result.joint];
    let part_key = |part: usize| project.standards[result.parts[part]].key.clone();
    let obstacles = result.coverage.sole_obstacle();
    let weakest = (0..obstacles.len())
        .filter(|&i| obstacles[i] > Demand::ZERO)
        .max_by_key(|&i| (obstacles[i], std::cmp::Reverse(i)))
        .map(part_key);
    let demand = project.demand_of_joint(standard);
    // A circle of all is as far as the farthest of its parts, one of any as the nearest.
    let time_of = |cell: CellRank| {
        let times = result
            .parts
            .iter()
            .map(|&i| typical_time(demand, &services[i].coverage, cell));
        match standard.rule {
            JointRule::AllOf => times
                .collect::<Option<Vec<TravelTime>>>()?
                .into_iter()
                .max(),
            JointRule::AnyOf => times.flatten().min(),
        }
    };
    let affected = &result.edge_affected;
    let cells = splits_of(project, result.coverage.cells(), affected, time_of);
    let rule = match standard.rule {
        JointRule::AllOf => "all-of",
        JointRule::AnyOf => "any-of",
    };
    let figures = JointFigures {
        key: standard.key.clone(),
        name: standard.name.clone(),
        rule: rule.to_owned(),
        parts: standard.parts.clone(),
        split: SplitReport::of(result.coverage.total()),
        balance: DemandBalanceReport::of(demand, result.coverage.total()),
        sole_obstacle_thousandths: obstacles.iter().map(|d| d.as_thousandths()).collect(),
        weakest,
        n_edge_affected_cells: result.edge_affected.iter().filter(|a| **a).count(),
    };
    JointReport {
        figures,
        gaps: gap_reports(
            project,
            demand,
            &result.gaps,
            |point| result.coverage.lacking(point),
            names,
            &result.edge_affected,
            time_of,
        ),
        cells,
        weakest_of_cells: result
            .coverage
            .weakest()
            .iter()
            .map(|w| w.map(part_key))
            .collect(),
    }
}

pub(crate) fn gap_reports(
    project: &Project,
    demand: &DemandSet,
    gaps: &[Gap],
    lacking: impl Fn(usize) -> Option<Demand>,
    names: &GapNames,
    edge_affected: &[bool],
    time_of: impl Fn(CellRank) -> Option<TravelTime>,
) -> Vec<GapReport> {
    (1..)
        .zip(gaps)
        .map(|(rank, gap)| GapReport {
            rank,
            name: names.name(project, demand, gap, &lacking),
            uncovered_thousandths: gap.uncovered.as_thousandths(),
            n_cells: gap.cells.len(),
            lng: gap.center.lng(),
            lat: gap.center.lat(),
            worst_s: time_of(gap.worst_cell).map(TravelTime::as_secs_f64),
            edge_affected: gap.cells.iter().any(|cell| edge_affected[cell.index()]),
            cells: gap
                .cells
                .iter()
                .map(|&cell| project.area.cell(cell).to_string())
                .collect(),
        })
        .collect()
}

pub(crate) fn chosen_reports(project: &Project, chosen: &[Arc<ChosenSites>]) -> Vec<ChosenReport> {
    let of_choice = |choice: &Arc<ChosenSites>| ChosenReport {
        standard: project.standards[choice.standard].key.clone(),
        n_candidates: choice.n_candidates,
        covered_before_thousandths: choice.covered_before.as_thousandths(),
        added_thousandths: choice.added.as_thousandths(),
        added_bound_thousandths: choice.added_bound.as_thousandths(),
        optimality_gap: choice.optimality_gap(),
        method: choice.solution.method().name().to_owned(),
        sites: choice
            .sites
            .iter()
            .map(|site| SiteReport {
                id: site.facility_id.clone(),
                candidate: site.candidate.clone(),
                name: site.name.clone(),
                lng: site.position.lng(),
                lat: site.position.lat(),
                adds_thousandths: site.adds.as_thousandths(),
                illustrative: site.illustrative,
            })
            .collect(),
    };
    chosen.iter().map(of_choice).collect()
}

fn cells(project: &Project) -> Vec<CellReport> {
    ranks(project)
        .map(|rank| {
            let cell = project.area.cell(rank);
            let points = project.demand.of_cell(rank);
            let mut by_zone: Vec<(ZoneId, Demand)> = Vec::new();
            let mut demand = Demand::ZERO;
            for point in points {
                let amount = project.demand.points()[point].demand;
                demand = demand + amount;
                if let Some(zone) = project.zone_of_point[point] {
                    match by_zone.iter_mut().find(|(id, _)| *id == zone) {
                        Some((_, sum)) => *sum = *sum + amount,
                        None => by_zone.push((zone, amount)),
                    }
                }
            }
            let zone = by_zone
                .into_iter()
                .max_by_key(|&(id, sum)| (sum, std::cmp::Reverse(id)))
                .map(|(id, _)| project.zones.zone(id).id.clone());
            let center = cell.center();
            CellReport {
                id: cell.to_string(),
                lng: center.lng(),
                lat: center.lat(),
                demand_thousandths: demand.as_thousandths(),
                zone,
            }
        })
        .collect()
}

fn ranks(project: &Project) -> impl Iterator<Item = CellRank> + use<> {
    (0..project.area.cells().len()).map(CellRank::from_index)
}
