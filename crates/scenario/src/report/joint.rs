use std::sync::Arc;

use coverage::{CellRank, Demand, JointRule};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::decision::{Decision, JointDecision, typical_time};
use crate::project::Project;
use crate::report::balance::DemandBalanceReport;
use crate::report::cell::{CellSplit, splits_of};
use crate::report::gap::{GapReport, gap_reports};
use crate::report::gap_name::GapNames;
use crate::report::split::SplitReport;

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
