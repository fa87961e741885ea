use scenario::run as scenario_run;
use scenario::run::RunError;

use crate::args::Run;
use crate::commands::{output_folder, plan};
use crate::failure::Failure;
use crate::{interrupt, output};

/// `nuanquan run`.
pub(crate) fn run(args: &Run) -> Result<(), Failure> {
    interrupt::watch();
    let project = plan::load(&args.plan)?;
    let folder = scenario_run::output(&project, &args.output, args.force)?;
    output_folder::announce(&args.output, &folder);
    let results = scenario_run::run(&project).map_err(|error| match error {
        RunError::Infeasible { .. } => Failure::NoAnswer(error.to_string()),
        other => other.into(),
    })?;
    let text = scenario_run::summary(&project, &results);
    let left = scenario_run::write(&project, &results, &text, &folder)?;
    output_folder::tell_left(&left);
    output::text(&text)?;
    output::note(&format!(
        "results lie in `{}`: a folder for each scenario with cells, gaps, night gaps, facilities, \
         zones and sites as CSV and GeoJSON, hours of the week and districts as CSV",
        args.output.display()
    ));
    Ok(())
}
