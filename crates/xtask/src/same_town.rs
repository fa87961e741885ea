//! A town gets the same answer from its own extract and from a larger file that holds it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::{self, cargo, root, target};

/// Lines of `result.json` that name the files an answer was made from.
const IDENTITY: [&str; 2] = ["\"plan_fingerprint\"", "\"grid_fingerprint\""];

/// Runs the plan of Monaco over its own extract and over one of several cities, where that file is
/// at hand, and compares every file of the results.
pub(crate) fn check() -> Result<()> {
    let merged = root().join("../shared/data/osm/multi-city-merged.osm.pbf");
    if !merged.exists() {
        println!(
            "\n== SKIPPED, NOT CHECKED: Monaco from a larger file; there is no `{}`",
            merged.display()
        );
        return Ok(());
    }
    let data = root().join("data").join("monaco");
    let own = data.join("monaco.osm.pbf");
    let plan = fs::read_to_string(data.join("plan.toml")).context("could not read the plan")?;
    let mut results = Vec::new();
    for (name, network) in [("own", &own), ("merged", &merged)] {
        let folder = target().join("same-town").join(name);
        fs::create_dir_all(&folder)?;
        // The two files say different things about the box that they hold whole.
        let network = format!(
            "path = \"{}\"\ncomplete_within = [7.4085, 43.7235, 7.4400, 43.7520]",
            network.canonicalize()?.display()
        );
        let named = plan.replacen("path = \"monaco.osm.pbf\"", &network, 1);
        if named == plan {
            bail!("the plan of Monaco does not name its network as expected");
        }
        let file = folder.join("plan.toml");
        fs::write(&file, named)?;
        let out = folder.join("results");
        if out.exists() {
            fs::remove_dir_all(&out)?;
        }
        command::run(
            &format!("Monaco from the {name} file"),
            cargo(&["run", "--quiet", "--package", "cli", "--", "run"])
                .arg(&file)
                .arg("--output")
                .arg(&out),
        )?;
        let mut found = BTreeMap::new();
        collect(&out, &out, &mut found)?;
        results.push(found);
    }
    let [own, merged] = &results[..] else {
        bail!("two files were run");
    };
    if own.is_empty() || own.keys().ne(merged.keys()) {
        bail!("the results are not the same files");
    }
    let differ: Vec<&str> = own
        .iter()
        .filter(|(name, text)| merged[*name] != **text)
        .map(|(name, _)| name.as_str())
        .collect();
    if !differ.is_empty() {
        bail!("Monaco from a larger file differs in {}", differ.join(", "));
    }
    println!("{} files are the same from both", own.len());
    Ok(())
}

/// Every file below a folder by its path there, the lines that name its sources left out.
fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, found)?;
            continue;
        }
        // The marker holds sums of the other files, their identity included.
        if path
            .file_name()
            .is_some_and(|name| name == ".nuanquan-results.json")
        {
            continue;
        }
        let text = fs::read_to_string(&path)
            .with_context(|| format!("could not read `{}`", path.display()))?;
        let lines = text.lines();
        let kept = lines.filter(|line| !IDENTITY.iter().any(|key| line.contains(key)));
        let name = path.strip_prefix(root)?.to_string_lossy().into_owned();
        found.insert(name, kept.collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}
