use std::path::Path;

use scenario::compare::compare;
use scenario::{run as scenario_run, summary};

use crate::args::Compare;
use crate::failure::Failure;
use crate::output;

/// `nuanquan compare`.
///
/// Two folders of one scenario each are compared as they are; of two folders of whole runs every
/// scenario that both hold is compared with its namesake.
pub(crate) fn run(args: &Compare) -> Result<(), Failure> {
    let shared = shared_scenarios(&args.before, &args.after);
    if shared.len() < 2 {
        return one(&args.before, &args.after, args.output.as_deref());
    }
    for name in shared {
        let output = args.output.as_ref().map(|folder| folder.join(&name));
        one(
            &args.before.join(&name),
            &args.after.join(&name),
            output.as_deref(),
        )?;
    }
    Ok(())
}

fn one(before: &Path, after: &Path, output: Option<&Path>) -> Result<(), Failure> {
    let before = scenario_run::read(before)?;
    let after = scenario_run::read(after)?;
    let comparison = compare(&before, &after)?;
    if let Some(folder) = output {
        scenario_run::write_comparison(&before, &comparison, folder)?;
    }
    output::text(&summary::comparison(&comparison))
}

/// Names of scenario folders that two folders of runs share, in order.
fn shared_scenarios(before: &Path, after: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(before) else {
        return Vec::new();
    };
    let holds = |folder: &Path| folder.join(scenario_run::RESULT_FILE).is_file();
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| holds(&before.join(name)) && holds(&after.join(name)))
        .collect();
    names.sort_unstable();
    names
}
