use formats::geojson;
use scenario::run::{BASELINE, BASELINE_NAME, ScenarioResult};
use scenario::{summary, tables};

use crate::args::{Coverage, CoverageFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan coverage`.
pub(crate) fn run(args: &Coverage) -> Result<(), Failure> {
    let project = plan::load(&args.plan)?;
    let (key, name, changes) = match args.scenario.as_deref() {
        None | Some(BASELINE) => (BASELINE, BASELINE_NAME, &[][..]),
        Some(key) => {
            let scenario = project
                .scenarios
                .iter()
                .find(|s| s.key == key)
                .ok_or_else(|| {
                    let keys: Vec<&str> =
                        project.scenarios.iter().map(|s| s.key.as_str()).collect();
                    anyhow::anyhow!(
                        "there is no scenario `{key}`; the plan has {}",
                        keys.join(", ")
                    )
                })?;
            (
                scenario.key.as_str(),
                scenario.name.as_str(),
                scenario.changes.as_slice(),
            )
        }
    };
    let result = ScenarioResult::of(&project, key, name, changes)
        .map_err(|why| Failure::NoAnswer(why.to_string()))?;
    let (report, detail) = (&result.report, &result.detail_report);
    match args.format {
        CoverageFormat::Table => {
            let mut text = String::new();
            for note in &project.notes {
                text.push_str("note: ");
                text.push_str(note);
                text.push('\n');
            }
            text.push_str(&summary::scenario(report));
            text.push_str(&summary::detail(detail));
            output::text(&text)
        }
        CoverageFormat::Json => {
            let mut json = serde_json::to_value(report).map_err(anyhow::Error::from)?;
            json["detail"] = serde_json::to_value(detail).map_err(anyhow::Error::from)?;
            output::json(&json)
        }
        CoverageFormat::Geojson => {
            let cells = geojson::to_geojson(&tables::cells(&project, report, detail));
            output::text(&cells)
        }
    }
}
