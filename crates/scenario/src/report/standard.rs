use coverage::{Capacity, Indicators};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::decision::{Decision, typical_time};
use crate::project::Project;
use crate::report::balance::{BalanceReport, DemandBalanceReport, FacilityBalance};
use crate::report::cell::{CellSplit, cell_splits};
use crate::report::gap::{GapReport, gap_reports};
use crate::report::gap_name::GapNames;
use crate::report::split::SplitReport;

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
            facilities: *balance,
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
