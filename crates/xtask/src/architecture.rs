//! The manifests and sources against the table of arrows in `crates/README.md`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::command::root;
use crate::rooms;

/// What each crate of ours may use of ours. The table is exact: an arrow that is not drawn here is
/// an error, and so is one that is drawn but gone.
const ARROWS: &[(&str, &[&str])] = &[
    ("units", &[]),
    ("graph", &["units"]),
    ("city", &["units", "graph"]),
    ("osm", &["units", "graph", "city"]),
    ("reach", &["units", "graph"]),
    ("coverage", &["units", "graph", "reach"]),
    ("siting", &[]),
    ("formats", &["units", "coverage"]),
    (
        "scenario",
        &[
            "units", "graph", "city", "reach", "coverage", "siting", "formats",
        ],
    ),
    ("tiles", &["units", "graph", "city", "coverage"]),
    (
        "server",
        &["units", "reach", "coverage", "scenario", "tiles"],
    ),
    (
        "cli",
        &[
            "units", "graph", "city", "osm", "reach", "coverage", "siting", "formats", "scenario",
            "server",
        ],
    ),
    (
        "nuanquan",
        &[
            "units", "graph", "city", "osm", "reach", "coverage", "siting", "formats", "scenario",
            "tiles", "server",
        ],
    ),
    ("xtask", &[]),
];

/// Packages that only the named crates may have among their dependencies (dev-dependencies are
/// free).
const OWNERS: &[(&str, &[&str])] = &[
    ("petgraph", &["graph"]),
    ("osmpbfreader", &["osm"]),
    ("protobuf", &["osm"]),
    ("rstar", &["reach", "coverage"]),
    ("geo", &["reach", "coverage"]),
    ("h3o", &["coverage"]),
    ("geojson", &["formats", "server"]),
    ("csv", &["formats", "cli"]),
    ("encoding_rs", &["formats"]),
    ("quick-xml", &["formats"]),
    ("rust_xlsxwriter", &["formats"]),
    ("zip", &["formats"]),
    ("opening-hours", &["coverage"]),
    ("opening-hours-syntax", &["coverage"]),
    ("chrono-tz", &["coverage"]),
    ("clap", &["cli"]),
    ("indicatif", &["cli"]),
    // `cli` starts what `server` describes.
    ("axum", &["server", "cli"]),
    ("tokio", &["server", "cli"]),
    ("mvt", &["tiles"]),
    ("rust-embed", &["server"]),
    // Report types say themselves what they are on the wire.
    ("utoipa", &["scenario", "server"]),
    ("anyhow", &["cli", "xtask"]),
    ("syn", &["xtask"]),
];

/// Words that may stand only in the named files or folders below `crates`.
const WORDS: &[(&str, &[&str], &str)] = &[
    (
        "h3o::",
        &["coverage/src/grid/cell.rs"],
        "only the cell file knows h3o",
    ),
    ("osmpbfreader::", &["osm/src"], "only `osm` reads OSM files"),
    (
        "std::env::",
        &["cli/src", "xtask/src"],
        "only the command sees the environment",
    ),
    (
        "SystemTime",
        &["cli/src", "xtask/src"],
        "only the command sees the clock",
    ),
    (
        "Instant::",
        &["cli/src", "server/src", "xtask/src"],
        "only the command and the server see the clock",
    ),
];

/// Packages that stand in the tree in two versions because a package the user fixed needs the
/// older one, each with who needs it.
const FORCED_TWICE: &[(&str, &str)] = &[
    ("thiserror", "protobuf 3, which osmpbfreader reads with"),
    ("syn", "macros that still read with the second version"),
    ("rustix", "the build of protobuf 3, by `which`"),
];

/// The top level as the user fixed it.
const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "crates",
    "data",
    "web",
    "benches",
    "README.md",
];

/// Fails with every breach in one list.
pub(crate) fn check() -> Result<()> {
    let root = root();
    let mut problems = Vec::new();
    let ours: BTreeSet<&str> = ARROWS.iter().map(|(name, _)| *name).collect();

    let mut folders = BTreeSet::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.insert(entry.file_name().to_string_lossy().into_owned());
        }
    }
    for folder in &folders {
        if !ours.contains(folder.as_str()) {
            problems.push(format!("`crates/{folder}` is not in the table of arrows"));
        }
    }
    for &(name, allowed) in ARROWS {
        if !folders.contains(name) {
            problems.push(format!(
                "`{name}` is in the table of arrows but not in `crates`"
            ));
            continue;
        }
        let used = dependencies(&root.join("crates").join(name))?;
        // Every package carries the texts of its licences; here they are links to one copy.
        for text in ["LICENSE-MIT", "LICENSE-APACHE"] {
            if !root.join("crates").join(name).join(text).exists() {
                problems.push(format!("`{name}` does not carry `{text}`"));
            }
        }
        for dependency in used.iter().filter(|d| ours.contains(d.as_str())) {
            if !allowed.contains(&dependency.as_str()) {
                problems.push(format!("`{name}` uses `{dependency}`: no such arrow"));
            }
        }
        for dependency in allowed.iter().filter(|d| !used.contains(**d)) {
            problems.push(format!(
                "`{name}` does not use `{dependency}`: drop the arrow"
            ));
        }
        for &(package, owners) in OWNERS {
            if used.contains(package) && !owners.contains(&name) {
                problems.push(format!("`{name}` uses `{package}`, which {owners:?} own"));
            }
        }
    }
    check_words(&root, &mut problems)?;
    check_lock(&root, &mut problems)?;
    check_top_level(&root, &mut problems)?;
    let names: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    rooms::check(&root, &names, &mut problems)?;
    if !problems.is_empty() {
        bail!(
            "the architecture does not hold:\n  {}",
            problems.join("\n  ")
        );
    }
    println!("architecture: {} crates keep their arrows", ARROWS.len());
    Ok(())
}

/// Names in `[dependencies]`; also checks that versions stand in the workspace only.
fn dependencies(folder: &Path) -> Result<BTreeSet<String>> {
    let manifest = folder.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| manifest.display().to_string())?;
    let table: toml::Table = text
        .parse()
        .with_context(|| manifest.display().to_string())?;
    let mut names = BTreeSet::new();
    for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
        let Some(list) = table.get(section).and_then(toml::Value::as_table) else {
            continue;
        };
        for (name, value) in list {
            if value.get("workspace").and_then(toml::Value::as_bool) != Some(true) {
                bail!(
                    "`{}` gives `{name}` a version of its own",
                    manifest.display()
                );
            }
            if section == "dependencies" {
                names.insert(name.clone());
            }
        }
    }
    Ok(names)
}

fn check_words(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    let crates = root.join("crates");
    let mut files = Vec::new();
    for &(name, _) in ARROWS {
        rust_files(&crates.join(name).join("src"), &mut files)?;
    }
    for file in files {
        let text = fs::read_to_string(&file)?;
        let place = file
            .strip_prefix(&crates)?
            .to_string_lossy()
            .replace('\\', "/");
        // This file names the words it forbids.
        if place == "xtask/src/architecture.rs" {
            continue;
        }
        for &(word, homes, why) in WORDS {
            let at_home = homes.iter().any(|home| place.starts_with(home));
            let code = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            if code && !at_home {
                problems.push(format!("`crates/{place}` says `{word}`: {why}"));
            }
        }
    }
    Ok(())
}

/// The Rust files below a folder, in the order of their paths; none when there is no such folder.
pub(crate) fn rust_files(folder: &Path, files: &mut Vec<std::path::PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, files)?;
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    Ok(())
}

/// One version of every package that the workspace names.
fn check_lock(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    let manifest: toml::Table = fs::read_to_string(root.join("Cargo.toml"))?.parse()?;
    let named = manifest["workspace"]["dependencies"]
        .as_table()
        .context("no dependencies")?;
    let lock: toml::Table = fs::read_to_string(root.join("Cargo.lock"))?.parse()?;
    let packages = lock["package"]
        .as_array()
        .context("Cargo.lock lists no packages")?;
    for name in named.keys() {
        let versions: Vec<&str> = packages
            .iter()
            .filter(|p| p.get("name").and_then(toml::Value::as_str) == Some(name))
            .filter_map(|p| p.get("version").and_then(toml::Value::as_str))
            .collect();
        let is_forced = FORCED_TWICE.iter().any(|(forced, _)| forced == name);
        if versions.len() > 1 && !is_forced {
            problems.push(format!(
                "`{name}` is in the tree in versions {}",
                versions.join(", ")
            ));
        }
    }
    Ok(())
}

fn check_top_level(root: &Path, problems: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && name != "target" && !TOP_LEVEL.contains(&name.as_str()) {
            problems.push(format!("`{name}` does not belong to the top level"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_architecture_holds() {
        super::check().unwrap();
    }
}
