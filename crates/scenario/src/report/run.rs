//! A plan run as a whole, and its results on disk.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use coverage::Demand;
use formats::output::{FolderKind, OutputFolder, Staging};
use formats::{Layer, OutputError, Table, csv, geojson, workbook_file};
use rayon::prelude::*;
use serde::Serialize;
use siting::Infeasible;
use thiserror::Error;

use crate::evaluate::detail::ServiceDetail;
use crate::evaluate::{DetailedEvaluation, Evaluation, PlaceLinks, evaluate_in_detail};
use crate::project::change::Change;
use crate::project::{self, Project};
use crate::report::ScenarioReport;
use crate::report::compare::{Comparison, compare};
use crate::report::detail_report::DetailReport;
use crate::report::first_version;
use crate::report::{summary, tables};

/// The folder of the untouched baseline.
pub const BASELINE: &str = project::BASELINE;

/// The baseline's name to read.
pub const BASELINE_NAME: &str = "Baseline 现状方案";

/// The file of a scenario's folder that `compare` reads back.
pub const RESULT_FILE: &str = "result.json";

/// The file of a scenario's folder with the result in detail.
pub const DETAIL_FILE: &str = "detail.json";

/// A scenario that was run.
#[derive(Debug)]
pub struct ScenarioResult {
    /// What came out.
    pub evaluation: Evaluation,
    /// The same as data with provenance.
    pub report: ScenarioReport,
    /// Each standard in detail.
    pub details: Vec<ServiceDetail>,
    /// The same as data.
    pub detail_report: DetailReport,
    /// How places are joined to the streets of each profile.
    pub links: BTreeMap<String, PlaceLinks>,
}

impl ScenarioResult {
    /// Runs one scenario.
    ///
    /// # Errors
    /// When sites are to be chosen and no choice exists.
    ///
    /// Cost: as [`evaluate_in_detail`].
    pub fn of(
        project: &Project,
        key: &str,
        name: &str,
        changes: &[Change],
    ) -> Result<Self, Infeasible> {
        let DetailedEvaluation {
            evaluation,
            services: details,
            links,
        } = evaluate_in_detail(project, changes)?;
        Ok(Self {
            report: ScenarioReport::of(project, key, name, &evaluation),
            detail_report: DetailReport::of(project, key, &evaluation, &details),
            evaluation,
            details,
            links,
        })
    }

    /// Runs one scenario, and the baseline beside it to mark what looks more even only since the
    /// better served lost; for the baseline as [`of`](Self::of).
    ///
    /// # Errors
    /// When sites are to be chosen and no choice exists.
    ///
    /// Cost: as [`evaluate_in_detail`], twice.
    pub fn beside_baseline(
        project: &Project,
        key: &str,
        name: &str,
        changes: &[Change],
    ) -> Result<Self, Infeasible> {
        if key == BASELINE {
            return Self::of(project, key, name, changes);
        }
        let (baseline, scenario) = rayon::join(
            || Self::of(project, BASELINE, BASELINE_NAME, &[]),
            || Self::of(project, key, name, changes),
        );
        let (baseline, mut scenario) = (baseline?, scenario?);
        let detail = &mut scenario.detail_report;
        detail.mark_levelled(&baseline.detail_report);
        Ok(scenario)
    }

    /// One of its tables as CSV, the bytes that [`write()`] puts into a file of this name; `None` for
    /// a name that no table has.
    ///
    /// Cost: that of all its tables.
    pub fn csv(&self, project: &Project, name: &str) -> Option<String> {
        let layers = self.layers(project);
        let layers = layers.iter().map(Layer::table);
        let tables = self.tables(project);
        let found = layers.chain(&tables).find(|table| table.name() == name);
        found.map(|table| csv::to_file(table, project.spec.outputs.csv_mark))
    }

    fn layers(&self, project: &Project) -> [Layer; 8] {
        let Self {
            evaluation,
            report,
            details,
            detail_report,
            links,
        } = self;
        let detailed = tables::DetailedResult {
            report: detail_report,
            services: details,
            links,
        };
        [
            tables::cells(project, report, detail_report),
            tables::night_gaps(project, report, &detailed),
            tables::gaps(project, report, &detailed, evaluation),
            tables::facilities(project, report, &detailed, evaluation),
            tables::zones(project, report),
            tables::sites(project, report),
            tables::hazards(report, detail_report),
            tables::joined(evaluation),
        ]
    }

    fn tables(&self, project: &Project) -> [Table; 3] {
        [
            tables::balance(&self.report),
            tables::hours(project, &self.report, &self.detail_report),
            tables::districts(&self.report, &self.detail_report),
        ]
    }
}

/// A run or a reading back of results that failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum RunError {
    /// Sites cannot be chosen.
    #[error("scenario `{scenario}`: {why}")]
    Infeasible {
        /// Which scenario.
        scenario: String,
        /// What makes it so.
        why: String,
    },
    /// A result could not be written.
    #[error(transparent)]
    Write(#[from] OutputError),
    /// A result could not be read back.
    #[error("could not read result `{}`: {why}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

/// Runs the baseline and every scenario of a plan, in parallel, in the order of the plan.
///
/// # Errors
/// When sites are to be chosen and no choice exists.
pub fn run(project: &Project) -> Result<Vec<ScenarioResult>, RunError> {
    let mut jobs = vec![(BASELINE, BASELINE_NAME, &[][..])];
    jobs.extend(
        project
            .scenarios
            .iter()
            .map(|s| (s.key.as_str(), s.name.as_str(), s.changes.as_slice())),
    );
    let mut results = jobs
        .into_par_iter()
        .map(|(key, name, changes)| {
            ScenarioResult::of(project, key, name, changes).map_err(|why| RunError::Infeasible {
                scenario: key.to_owned(),
                why: why.to_string(),
            })
        })
        .collect::<Result<Vec<ScenarioResult>, RunError>>()?;
    if let Some((baseline, scenarios)) = results.split_first_mut() {
        for scenario in scenarios {
            let detail = &mut scenario.detail_report;
            detail.mark_levelled(&baseline.detail_report);
        }
    }
    Ok(results)
}

/// Everything that is worth reading first: each scenario, then each against the baseline.
pub fn summary(project: &Project, results: &[ScenarioResult]) -> String {
    let mut text = format!("{}\n", project.spec.name);
    for note in &project.notes {
        writeln!(text, "  note: {note}").expect("writing to a string cannot fail");
    }
    for result in results {
        text.push('\n');
        text.push_str(&summary::scenario(&result.report));
        text.push_str(&summary::detail(&result.detail_report));
        text.push_str(&summary::measures(&result.report));
    }
    let Some((baseline, scenarios)) = results.split_first() else {
        return text;
    };
    for result in scenarios {
        text.push('\n');
        match compare(&baseline.report, &result.report) {
            Ok(comparison) => text.push_str(&summary::comparison(&comparison)),
            Err(why) => {
                let (before, after) = (&baseline.report.scenario, &result.report.scenario);
                writeln!(text, "{before} -> {after}: not compared: {why}")
                    .expect("writing to a string cannot fail");
            }
        }
    }
    text
}

/// The folder that the results of a plan go to, looked at and not yet changed: it is free, or
/// holds what an earlier run wrote; with `force` also other things, which are named by
/// [`OutputFolder::removes`].
///
/// # Errors
/// When something else stands there, or a file that the plan names.
pub fn output(project: &Project, folder: &Path, force: bool) -> Result<OutputFolder, RunError> {
    Ok(OutputFolder::look(folder, RUN, &project.files, force)?)
}

/// Writes all results into a folder: one folder a scenario, the candidates, the summary.
///
/// The results are written beside the folder first and take its place as a whole.
/// Gives what an earlier run left that was killed, and what of it stays since others' files lie in
/// it.
///
/// # Errors
/// When the folder cannot be written, or meanwhile holds something else.
pub fn write(
    project: &Project,
    results: &[ScenarioResult],
    summary: &str,
    output: &OutputFolder,
) -> Result<Vec<PathBuf>, RunError> {
    let mark = project.spec.outputs.csv_mark;
    output.write(|staging| {
        results
            .par_iter()
            .try_for_each(|result| write_scenario(project, result, staging))?;
        if let Some(first) = results.first() {
            let candidates = tables::candidates(project, &first.links);
            staging.file(
                "candidates.csv",
                csv::to_file(candidates.table(), mark).as_bytes(),
            )?;
            staging.file(
                "candidates.geojson",
                geojson::to_geojson(&candidates).as_bytes(),
            )?;
        }
        if !project.left_out.listed.is_empty() {
            let bad_rows = tables::bad_rows(&project.left_out.listed);
            staging.file("bad-rows.csv", csv::to_file(&bad_rows, mark).as_bytes())?;
        }
        staging.file(SUMMARY_FILE, summary.as_bytes())?;
        Ok(())
    })
}

const SUMMARY_FILE: &str = "summary.txt";

/// Results of a whole run.
const RUN: FolderKind = FolderKind {
    name: "run",
    of_first_version: first_version::run,
};

/// Results of comparing.
const COMPARISON: FolderKind = FolderKind {
    name: "comparison",
    of_first_version: first_version::comparison,
};

fn write_scenario(
    project: &Project,
    result: &ScenarioResult,
    staging: &Staging,
) -> Result<(), RunError> {
    let home = &result.report.scenario;
    let mark = project.spec.outputs.csv_mark;
    let (layers, tables) = (result.layers(project), result.tables(project));
    for layer in &layers {
        let name = layer.table().name();
        staging.file(
            &format!("{home}/{name}.csv"),
            csv::to_file(layer.table(), mark).as_bytes(),
        )?;
        let text = geojson::to_geojson(layer);
        staging.file(&format!("{home}/{name}.geojson"), text.as_bytes())?;
    }
    for table in &tables {
        let path = format!("{home}/{}.csv", table.name());
        staging.file(&path, csv::to_file(table, mark).as_bytes())?;
    }
    if project.spec.outputs.xlsx {
        let about = about(project, &result.report);
        let all = layers.iter().map(Layer::table).chain(&tables);
        let bytes = workbook_file::to_xlsx(&about, all);
        staging.file(&format!("{home}/{WORKBOOK_FILE}"), &bytes)?;
    }
    write_json(staging, &format!("{home}/{RESULT_FILE}"), &result.report)?;
    write_json(
        staging,
        &format!("{home}/{DETAIL_FILE}"),
        &result.detail_report,
    )
}

/// What the first sheet of a workbook says: where the figures come from, what must be known about
/// them, and each balance.
fn about(project: &Project, report: &ScenarioReport) -> Vec<(String, String)> {
    let mut rows = vec![
        ("plan 方案".to_owned(), report.plan.clone()),
        (
            "scenario 情景".to_owned(),
            format!("{} ({})", report.scenario_name, report.scenario),
        ),
        ("program 程序".to_owned(), report.program.clone()),
        (
            "fingerprint 指纹".to_owned(),
            report.plan_fingerprint.clone(),
        ),
        (
            "streets 道路".to_owned(),
            format!(
                "{}, {}; © OpenStreetMap contributors, ODbL 1.0",
                project.city.source.file_name,
                project
                    .city
                    .source
                    .data_date
                    .as_deref()
                    .unwrap_or("date not stated")
            ),
        ),
        ("demand 需求".to_owned(), report.demand_unit.clone()),
    ];
    for layer in &project.spec.layers {
        let from = match &layer.from.path {
            Some(path) => format!(
                "{}, datum {}",
                path.display(),
                layer.from.datum.as_deref().unwrap_or("wgs84")
            ),
            None => format!("OpenStreetMap tags {}", layer.from.tags.join(", ")),
        };
        rows.push((format!("layer 图层 {}", layer.name), from));
    }
    if report.illustrative {
        let says = "contains data made up for illustration 含示意数据";
        rows.push(("ILLUSTRATIVE 示意".to_owned(), says.to_owned()));
    }
    for standard in &report.standards {
        let (demand, facilities) = (
            &standard.figures.balance.demand,
            &standard.figures.balance.facilities,
        );
        let classes = demand.classes().map(|(class, thousandths)| {
            format!(
                "{class} {}",
                Demand::from_thousandths(thousandths).as_units_f64()
            )
        });
        rows.push((
            format!("balance 平衡, {}", standard.figures.key),
            format!(
                "demand {} = {}",
                Demand::from_thousandths(demand.given_thousandths).as_units_f64(),
                classes.join(" + ")
            ),
        ));
        let classes = facilities
            .classes()
            .map(|(class, n)| format!("{class} {n}"));
        rows.push((
            format!("balance 平衡, {}", standard.figures.key),
            format!("facilities {} = {}", facilities.given, classes.join(" + ")),
        ));
    }
    let notes = report
        .notes
        .iter()
        .map(|note| ("note 说明".to_owned(), note.clone()));
    rows.extend(notes);
    rows
}

/// The workbook of a scenario's folder.
const WORKBOOK_FILE: &str = "results.xlsx";

fn write_json(staging: &Staging, path: &str, report: &impl Serialize) -> Result<(), RunError> {
    let mut json = serde_json::to_string_pretty(report).expect("reports are plain data");
    json.push('\n');
    staging.file(path, json.as_bytes())?;
    Ok(())
}

/// Reads a result back: from a scenario's folder, or the baseline's in a folder of results.
///
/// # Errors
/// When there is no result, or it is of another version.
pub fn read(folder: &Path) -> Result<ScenarioReport, RunError> {
    let direct = folder.join(RESULT_FILE);
    let nested = folder.join(BASELINE).join(RESULT_FILE);
    let path = if !direct.exists() && nested.exists() {
        nested
    } else {
        direct
    };
    let refuse = |why: String| RunError::Read {
        path: path.clone(),
        why,
    };
    let text = fs::read_to_string(&path)
        .map_err(|error| refuse(format!("{error}; give a folder that `nuanquan run` wrote")))?;
    let report: ScenarioReport =
        serde_json::from_str(&text).map_err(|error| refuse(error.to_string()))?;
    if report.format != 1 {
        return Err(refuse(format!(
            "its format is {}, this program reads 1",
            report.format
        )));
    }
    Ok(report)
}

/// The folder that comparisons go to; as [`output()`], with the compared results as inputs.
///
/// # Errors
/// As [`output()`].
pub fn comparison_output(
    compared: [&Path; 2],
    folder: &Path,
    force: bool,
) -> Result<OutputFolder, RunError> {
    let inputs = compared.map(Path::to_owned);
    Ok(OutputFolder::look(folder, COMPARISON, &inputs, force)?)
}

/// Writes a comparison: standards, zones and cells; below a folder of its own when there are
/// several, each named by its scenario.
///
/// # Errors
/// When a file cannot be written.
pub fn write_comparison(
    before: &ScenarioReport,
    comparison: &Comparison,
    below: Option<&str>,
    staging: &Staging,
) -> Result<(), RunError> {
    let place = |name: &str| below.map_or(name.to_owned(), |below| format!("{below}/{name}"));
    let standards = tables::compared_standards(comparison);
    staging.file(
        &place("standards.csv"),
        csv::to_file(&standards, true).as_bytes(),
    )?;
    let zones = tables::compared_zones(comparison);
    staging.file(&place("zones.csv"), csv::to_file(&zones, true).as_bytes())?;
    let cells = tables::compared_cells(before, comparison);
    staging.file(
        &place("cells.csv"),
        csv::to_file(cells.table(), true).as_bytes(),
    )?;
    staging.file(
        &place("cells.geojson"),
        geojson::to_geojson(&cells).as_bytes(),
    )?;
    let text = summary::comparison(comparison);
    staging.file(&place(COMPARISON_FILE), text.as_bytes())?;
    Ok(())
}

const COMPARISON_FILE: &str = "comparison.txt";
