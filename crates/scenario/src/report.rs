//! A result as data with provenance: what `run` writes as `result.json` and `compare` reads back.

pub mod balance;
pub(crate) mod cell;
pub(crate) mod chosen;
pub mod compare;
pub mod detail_report;
pub mod district;
pub(crate) mod first_version;
pub(crate) mod gap;
pub(crate) mod gap_name;
pub(crate) mod joins;
pub(crate) mod joint;
pub(crate) mod joint_detail;
pub mod run;
pub(crate) mod split;
pub(crate) mod standard;
pub mod summary;
pub mod tables;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::evaluate::Evaluation;
use crate::project::Project;
use crate::report::balance::MeasureBalance;
use crate::report::cell::cells;
use crate::report::chosen::chosen_reports;
use crate::report::gap_name::GapNames;
use crate::report::joins::JoinsReport;
use crate::report::joint::joint_report;
use crate::report::standard::standard_report;

pub use cell::{CellReport, CellSplit, ClassKey};
pub use chosen::{ChosenReport, SiteReport};
pub use gap::GapReport;
pub use joint::{JointFigures, JointReport};
pub use split::SplitReport;
pub use standard::{StandardFigures, StandardReport};

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

/// A zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneReport {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
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
