use formats::geojson;
use scenario::run::ScenarioResult;
use scenario::{summary, tables};

use crate::args::{Coverage, CoverageFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan coverage`.
pub(crate) fn run(args: &Coverage) -> Result<(), Failure> {
    let project = plan::load(&args.plan)?;
    let (key, name, changes) = plan::scenario(&project, args.scenario.as_deref())?;
    let result = ScenarioResult::beside_baseline(&project, key, name, changes)
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
            text.push_str(&summary::measures(report));
            output::text(&text)
        }
        CoverageFormat::Json => {
            let mut json = serde_json::to_value(report).map_err(anyhow::Error::from)?;
            json["detail"] = serde_json::to_value(detail).map_err(anyhow::Error::from)?;
            output::json(&json)
        }
        CoverageFormat::Geojson => {
            // The cells have no place for what is said of the whole.
            for note in &report.notes {
                output::note(note);
            }
            let cells = geojson::to_geojson(&tables::cells(&project, report, detail));
            output::text(&cells)
        }
    }
}
