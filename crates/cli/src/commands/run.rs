use scenario::run as scenario_run;
use scenario::run::RunError;

use crate::args::Run;
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan run`.
pub(crate) fn run(args: &Run) -> Result<(), Failure> {
    let project = plan::load(&args.plan)?;
    let results = scenario_run::run(&project).map_err(|error| match error {
        RunError::Infeasible { .. } => Failure::NoAnswer(error.to_string()),
        other => other.into(),
    })?;
    let text = scenario_run::summary(&project, &results);
    scenario_run::write(&project, &results, &text, &args.output)?;
    output::text(&text)?;
    output::note(&format!(
        "results lie in `{}`: a folder for each scenario with cells, gaps, night gaps, facilities, \
         zones and sites as CSV and GeoJSON, hours of the week and districts as CSV",
        args.output.display()
    ));
    Ok(())
}
