use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context, bail};
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
    let mut compared = Vec::new();
    if inputs.iter().any(|folder| holds_result(folder)) {
        compared.push(Compared::of(&args.before, &args.after, None)?);
    } else {
        for name in shared_scenarios(&args.before, &args.after)? {
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

/// Whether a folder is that of one scenario.
fn holds_result(folder: &Path) -> bool {
    folder.join(scenario_run::RESULT_FILE).is_file()
}

/// Names of the scenario folders that two folders of runs share, in order; those that only one of
/// them holds are told. Refuses folders that share none.
fn shared_scenarios(before: &Path, after: &Path) -> anyhow::Result<BTreeSet<String>> {
    let (of_before, of_after) = (scenarios(before)?, scenarios(after)?);
    for (held, other, folder) in [
        (&of_before, &of_after, before),
        (&of_after, &of_before, after),
    ] {
        let alone: Vec<&str> = held.difference(other).map(String::as_str).collect();
        if !alone.is_empty() {
            output::warning(&format!(
                "only `{}` holds {}: not compared",
                folder.display(),
                alone.join(", ")
            ));
        }
    }
    let shared: BTreeSet<String> = of_before.intersection(&of_after).cloned().collect();
    if shared.is_empty() {
        bail!(
            "`{}` and `{}` hold no scenario of the same name; give the folder of one scenario each",
            before.display(),
            after.display()
        );
    }
    Ok(shared)
}

/// Names of the scenarios in the folder of a run.
fn scenarios(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    let shown = || format!("could not read folder `{}`", folder.display());
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).with_context(shown)? {
        let entry = entry.with_context(shown)?;
        if holds_result(&entry.path())
            && let Ok(name) = entry.file_name().into_string()
        {
            names.insert(name);
        }
    }
    if names.is_empty() {
        bail!(
            "`{}` holds no result: neither `{}` nor folders of scenarios with it; give a folder \
             that `nuanquan run` wrote",
            folder.display(),
            scenario_run::RESULT_FILE
        );
    }
    Ok(names)
}
