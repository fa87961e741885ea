//! A result in detail as data: what `run` writes as `detail.json`.

use coverage::{CellRank, Demand, DemandSplit, HourlyProfile, PointState};
use serde::{Deserialize, Serialize};
use units::HourOfWeek;

use crate::detail::{NightGap, ServiceDetail};
use crate::evaluate::{Evaluation, typical_time};
use crate::gap_name::GapNames;
use crate::project::Project;
use crate::report::{GapReport, gap_reports};

/// A scenario's result in detail: `detail.json`.
///
/// Demand is in whole thousandths of `demand_unit`, times are in seconds; lists of cells are in the
/// order of the cells in `result.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// The week that hours are read in.
    pub week: WeekReport,
    /// One for each standard.
    pub standards: Vec<StandardDetail>,
}

/// The reference week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StandardDetail {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// The 168 hours of the week, from Monday 00:00.
    pub hours: Vec<HourReport>,
    /// How many different sets of open facilities the week has.
    pub n_open_sets: usize,
    /// The first hour with the most covered demand.
    pub strongest_hour: String,
    /// The first hour with the least.
    pub weakest_hour: String,
    /// For each cell the number of hours of the week at which at least half of its demand is
    /// covered; `None` without demand.
    pub hours_covered: Vec<Option<u32>>,
    /// What is covered by day and not by night.
    pub night: NightReport,
}

/// One hour of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HourReport {
    /// As in `We 03:00`: the instant at which it begins.
    pub hour: String,
    /// Facilities of the standard that are open.
    pub n_open: usize,
    /// Covered demand.
    pub covered_thousandths: u64,
    /// Its share of all demand, 0 to 1; `None` without demand.
    pub covered_share: Option<f64>,
}

/// What is covered by day and not by night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NightReport {
    /// Covered by day.
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
            week: WeekReport {
                monday: project.week.monday(),
                time_zone: project.week.time_zone().to_owned(),
                holidays: holidays.name().to_owned(),
                calendar_years: holidays.years(),
                day: project.day.to_string(),
                night: project.night.to_string(),
            },
            standards: standards
                .map(|(service, detail)| StandardDetail {
                    key: service.standard.key.clone(),
                    name: service.standard.name.clone(),
                    hours: hours(detail),
                    n_open_sets: detail.hours.n_sets(),
                    strongest_hour: detail.hours.strongest_hour().to_string(),
                    weakest_hour: detail.hours.weakest_hour().to_string(),
                    hours_covered: detail.hours_covered.clone(),
                    night: night(
                        project,
                        &detail.night,
                        service.edge_affected.cells(),
                        &names,
                    ),
                })
                .collect(),
        }
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
    let states: Vec<PointState> = (0..project.demand.n_points())
        .map(|point| night.state(point))
        .collect();
    let time_of = |cell: CellRank| typical_time(project, &night.by_night, cell);
    let by_day: Demand = night.cells.iter().map(DemandSplit::total).sum();
    NightReport {
        by_day_thousandths: by_day.as_thousandths(),
        lost_thousandths: night.lost().as_thousandths(),
        lost_of_cells_thousandths: night
            .cells
            .iter()
            .map(|cell| cell.uncovered.as_thousandths())
            .collect(),
        gaps: gap_reports(project, &night.gaps, &states, names, edge_affected, time_of),
    }
}
