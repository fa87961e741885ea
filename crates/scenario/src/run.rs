//! A plan run as a whole, and its results on disk.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use formats::{Layer, Table, csv, geojson, write_aside};
use rayon::prelude::*;
use serde::Serialize;
use siting::Infeasible;
use thiserror::Error;

use crate::change::Change;
use crate::compare::{Comparison, compare};
use crate::detail::ServiceDetail;
use crate::detail_report::DetailReport;
use crate::evaluate::{Evaluation, evaluate_in_detail};
use crate::project::Project;
use crate::report::ScenarioReport;
use crate::{summary, tables};

/// The folder of the untouched baseline.
pub const BASELINE: &str = "baseline";

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
        let (evaluation, details) = evaluate_in_detail(project, changes)?;
        Ok(Self {
            report: ScenarioReport::of(project, key, name, &evaluation),
            detail_report: DetailReport::of(project, key, &evaluation, &details),
            evaluation,
            details,
        })
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
        found.map(csv::to_csv)
    }

    fn layers(&self, project: &Project) -> [Layer; 7] {
        let Self {
            evaluation,
            report,
            details,
            detail_report,
        } = self;
        let detailed = tables::DetailedResult {
            report: detail_report,
            services: details,
        };
        [
            tables::cells(project, report, detail_report),
            tables::night_gaps(project, report, &detailed),
            tables::gaps(project, report, &detailed, evaluation),
            tables::facilities(project, report, detail_report, evaluation),
            tables::zones(project, report),
            tables::sites(project, report),
            tables::hazards(report, detail_report),
        ]
    }

    fn tables(&self, project: &Project) -> [Table; 2] {
        [
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
    Write(#[from] formats::WriteError),
    /// The folder for results cannot take them.
    #[error("could not put results into `{}`: {why}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
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
    jobs.into_par_iter()
        .map(|(key, name, changes)| {
            ScenarioResult::of(project, key, name, changes).map_err(|why| RunError::Infeasible {
                scenario: key.to_owned(),
                why: why.to_string(),
            })
        })
        .collect()
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

/// Writes all results into a folder: one folder a scenario, the candidates, the summary.
///
/// The results are written beside the folder first and take its place as a whole; what stood there
/// before is gone only then. A folder that holds anything but earlier results is refused.
///
/// # Errors
/// When the folder cannot be written or holds something else.
pub fn write(
    project: &Project,
    results: &[ScenarioResult],
    summary: &str,
    folder: &Path,
) -> Result<(), RunError> {
    replace_folder(folder, SUMMARY_FILE, |aside| {
        results.par_iter().try_for_each(|result| {
            let home = aside.join(&result.report.scenario);
            write_scenario(project, result, &home)
        })?;
        let candidates = tables::candidates(project);
        write_aside(
            &aside.join("candidates.csv"),
            csv::to_csv(candidates.table()).as_bytes(),
        )?;
        write_aside(
            &aside.join("candidates.geojson"),
            geojson::to_geojson(&candidates).as_bytes(),
        )?;
        write_aside(&aside.join(SUMMARY_FILE), summary.as_bytes())?;
        Ok(())
    })
}

/// The file that marks a folder as one of results.
const SUMMARY_FILE: &str = "summary.txt";

fn write_scenario(project: &Project, result: &ScenarioResult, home: &Path) -> Result<(), RunError> {
    for layer in &result.layers(project) {
        let name = layer.table().name();
        write_aside(
            &home.join(format!("{name}.csv")),
            csv::to_csv(layer.table()).as_bytes(),
        )?;
        let text = geojson::to_geojson(layer);
        write_aside(&home.join(format!("{name}.geojson")), text.as_bytes())?;
    }
    for table in &result.tables(project) {
        let path = home.join(format!("{}.csv", table.name()));
        write_aside(&path, csv::to_csv(table).as_bytes())?;
    }
    write_json(&home.join(RESULT_FILE), &result.report)?;
    write_json(&home.join(DETAIL_FILE), &result.detail_report)
}

fn write_json(path: &Path, report: &impl Serialize) -> Result<(), RunError> {
    let mut json = serde_json::to_string_pretty(report).expect("reports are plain data");
    json.push('\n');
    write_aside(path, json.as_bytes())?;
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

/// Writes a comparison into a folder: standards, zones and cells.
///
/// # Errors
/// As [`write()`].
pub fn write_comparison(
    before: &ScenarioReport,
    comparison: &Comparison,
    folder: &Path,
) -> Result<(), RunError> {
    let text = summary::comparison(comparison);
    replace_folder(folder, COMPARISON_FILE, |aside| {
        let standards = tables::compared_standards(comparison);
        write_aside(
            &aside.join("standards.csv"),
            csv::to_csv(&standards).as_bytes(),
        )?;
        let zones = tables::compared_zones(comparison);
        write_aside(&aside.join("zones.csv"), csv::to_csv(&zones).as_bytes())?;
        let cells = tables::compared_cells(before, comparison);
        write_aside(
            &aside.join("cells.csv"),
            csv::to_csv(cells.table()).as_bytes(),
        )?;
        write_aside(
            &aside.join("cells.geojson"),
            geojson::to_geojson(&cells).as_bytes(),
        )?;
        write_aside(&aside.join(COMPARISON_FILE), text.as_bytes())?;
        Ok(())
    })
}

/// The file that marks a folder as a comparison.
const COMPARISON_FILE: &str = "comparison.txt";

/// Fills a folder beside `folder` and puts it in its place, or leaves nothing behind.
fn replace_folder(
    folder: &Path,
    marker: &str,
    fill: impl FnOnce(&Path) -> Result<(), RunError>,
) -> Result<(), RunError> {
    let refuse = |why: String| RunError::Folder {
        path: folder.to_path_buf(),
        why,
    };
    let name = folder
        .file_name()
        .ok_or_else(|| refuse("name a folder".to_owned()))?
        .to_string_lossy()
        .into_owned();
    if folder.exists() && !is_ours(folder, marker) {
        return Err(refuse(
            "it holds something else; name a new folder".to_owned(),
        ));
    }
    let sibling = |suffix: &str| folder.with_file_name(format!(".{name}.{suffix}"));
    let (aside, old) = (sibling("part"), sibling("old"));
    let remove = |path: &Path| {
        if path.exists() {
            fs::remove_dir_all(path)
        } else {
            Ok(())
        }
    };
    let io = |error: std::io::Error| refuse(error.to_string());
    remove(&aside).map_err(io)?;
    remove(&old).map_err(io)?;
    fs::create_dir_all(&aside).map_err(io)?;
    if let Err(error) = fill(&aside) {
        // The first failure is the one to tell; leftovers are cleared as far as possible.
        let _ = fs::remove_dir_all(&aside);
        return Err(error);
    }
    if folder.exists() {
        fs::rename(folder, &old).map_err(io)?;
    }
    fs::rename(&aside, folder).map_err(io)?;
    remove(&old).map_err(io)
}

/// Whether a folder is empty or holds what an earlier run wrote.
fn is_ours(folder: &Path, marker: &str) -> bool {
    if folder.join(marker).is_file() {
        return true;
    }
    fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_none())
}
