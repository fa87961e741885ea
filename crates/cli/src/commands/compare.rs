use std::path::Path;

use formats::OutputFolder;
use scenario::compare::{Comparison, compare};
use scenario::run::{RunError, write_comparison};
use scenario::{ScenarioReport, run as scenario_run, summary};

use crate::args::Compare;
use crate::commands::output_folder;
use crate::failure::Failure;
use crate::{interrupt, output};

/// `nuanquan compare`.
///
/// Two folders of one scenario each are compared as they are; of two folders of whole runs every
/// scenario that both hold is compared with its namesake, each into a folder below the output.
pub(crate) fn run(args: &Compare) -> Result<(), Failure> {
    interrupt::watch();
    let inputs = [args.before.as_path(), args.after.as_path()];
    let folder = match &args.output {
        Some(path) => {
            let folder = scenario_run::comparison_output(inputs, path, args.force)?;
            output_folder::announce(path, &folder);
            Some(folder)
        }
        None => None,
    };
    let shared = shared_scenarios(&args.before, &args.after);
    let mut compared = Vec::new();
    if shared.len() < 2 {
        compared.push(Compared::of(&args.before, &args.after, None)?);
    } else {
        for name in shared {
            let (before, after) = (args.before.join(&name), args.after.join(&name));
            compared.push(Compared::of(&before, &after, Some(name))?);
        }
    }
    if let Some(folder) = folder {
        output_folder::tell_left(&write(&folder, &compared)?);
    }
    for compared in &compared {
        output::text(&summary::comparison(&compared.comparison))?;
    }
    Ok(())
}

/// One scenario against another.
struct Compared {
    before: ScenarioReport,
    comparison: Comparison,
    /// Its folder below the output when there are several.
    below: Option<String>,
}

impl Compared {
    fn of(before: &Path, after: &Path, below: Option<String>) -> Result<Self, Failure> {
        let before = scenario_run::read(before)?;
        let after = scenario_run::read(after)?;
        let comparison = compare(&before, &after)?;
        Ok(Self {
            before,
            comparison,
            below,
        })
    }
}

fn write(folder: &OutputFolder, all: &[Compared]) -> Result<Vec<std::path::PathBuf>, RunError> {
    folder.write(|staging| {
        all.iter().try_for_each(|one| {
            write_comparison(&one.before, &one.comparison, one.below.as_deref(), staging)
        })
    })
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
