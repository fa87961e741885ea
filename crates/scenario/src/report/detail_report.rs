//! A result in detail as data: what `run` writes as `detail.json`.

mod capacity;
mod hazard;
mod hour;
mod standard;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::evaluate::detail::ServiceDetail;
use crate::project::Project;
use crate::report::detail_report::hazard::hazards;
use crate::report::detail_report::standard::standard;
use crate::report::gap_name::GapNames;
use crate::report::joint_detail::{JointDetail, joint_details};

pub use capacity::{CapacityReport, FacilityLoadReport, LoadReport};
pub use hazard::HazardReport;
pub use hour::{HourReport, NightReport};
pub use standard::{GapDetail, ReasonReport, StandardDetail};

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
    /// served lost ([`DistrictReport::levelled_down`](crate::district::DistrictReport::levelled_down)).
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
