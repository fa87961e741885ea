use std::collections::BTreeMap;

use coverage::{Demand, DemandSet, DemandSplit, Reason, ServiceCoverage};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::decision::Decision;
use crate::evaluate::detail::ServiceDetail;
use crate::project::Project;
use crate::report::detail_report::capacity::{CapacityReport, capacity_report};
use crate::report::detail_report::hour::{HourReport, NightReport, hours, night};
use crate::report::district::{DistrictReport, districts};
use crate::report::gap::{GapReport, gap_reports};
use crate::report::gap_name::GapNames;
use crate::report::words;

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

pub(crate) fn standard(
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
