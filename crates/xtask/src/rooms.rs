//! Promises about the inside of the crates: circles, rooms with rules, long files, exports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::modules::Modules;

/// Rooms that may use some rooms of their crate and no others: crate, room, what it may use.
const RULES: &[(&str, &str, &[&str])] = &[
    // A check that shares code with what it checks shows nothing.
    ("siting", "verify", &["instance", "question", "answer"]),
];

/// A file with more lines has to stand in the list of long files.
const LONG: usize = 500;

/// Files above [`LONG`] lines with their lengths. The list only shrinks: a file in it may not
/// grow, and one that became shorter is entered anew.
const LONG_FILES: &str = include_str!("../long-files.tsv");

/// Looks into all crates; every breach is a line in `problems`.
pub(crate) fn check(root: &Path, crates: &[&str], problems: &mut Vec<String>) -> Result<()> {
    let folder = root.join("crates");
    let mut exports: Vec<(String, String)> = Vec::new();
    for name in crates {
        let src = folder.join(name).join("src");
        let mut files = Vec::new();
        super::architecture::rust_files(&src, &mut files)?;
        let modules = Modules::read(&src, &files)?;
        for circle in modules.circles() {
            problems.push(format!(
                "`{name}`: the rooms {} use each other in a circle:\n    {}",
                circle.rooms.join(", "),
                circle.arrows.join("\n    ")
            ));
        }
        for (_, room, allowed) in RULES.iter().filter(|(of, _, _)| of == name) {
            if !modules.has_room(room) {
                problems.push(format!("`{name}` has no room `{room}`, but a rule for it"));
            }
            for used in modules.used_by_room(room) {
                if !allowed.contains(&used.as_str()) {
                    problems.push(format!(
                        "`{name}/src/{room}` uses `{used}`; it may use {} only",
                        allowed.join(", ")
                    ));
                }
            }
        }
        exports.extend(
            modules
                .exports
                .difference(&modules.in_signatures)
                .map(|export| ((*name).to_owned(), export.clone())),
        );
    }
    let sources = all_sources(root)?;
    check_lengths(root, &sources, problems)?;
    check_exports(root, &sources, &exports, problems)
}

/// All Rust files of the workspace, tests and benches among them.
fn all_sources(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    super::architecture::rust_files(&root.join("crates"), &mut files)?;
    for part in ["src", "tests", "benches", "fuzz/fuzz_targets"] {
        super::architecture::rust_files(&root.join("benches").join(part), &mut files)?;
    }
    Ok(files)
}

fn check_lengths(root: &Path, sources: &[PathBuf], problems: &mut Vec<String>) -> Result<()> {
    let mut listed: BTreeMap<&str, usize> = BTreeMap::new();
    for line in LONG_FILES.lines() {
        let (path, lines) = line
            .split_once('\t')
            .with_context(|| format!("long-files.tsv: `{line}`"))?;
        listed.insert(path, lines.parse()?);
    }
    for file in sources {
        let lines = fs::read_to_string(file)?.lines().count();
        let place = file
            .strip_prefix(root)?
            .to_string_lossy()
            .replace('\\', "/");
        match listed.remove(place.as_str()) {
            None if lines > LONG => problems.push(format!(
                "`{place}` has {lines} lines, more than {LONG}: split it along its nouns"
            )),
            Some(most) if lines > most => problems.push(format!(
                "`{place}` has {lines} lines and had {most}: the list of long files only shrinks"
            )),
            Some(most) if lines < most => problems.push(format!(
                "`{place}` shrank from {most} to {lines} lines: say so in \
                 crates/xtask/long-files.tsv (no line at all from {LONG} lines down)"
            )),
            _ => {}
        }
    }
    for path in listed.keys() {
        problems.push(format!(
            "`{path}` is in the list of long files and not in the tree: drop the line"
        ));
    }
    Ok(())
}

/// What a crate's root exports has to be named by somebody else, or stand in a signature of the
/// crate, so that whoever calls it can name what he gets; the rest is private.
fn check_exports(
    root: &Path,
    sources: &[PathBuf],
    exports: &[(String, String)],
    problems: &mut Vec<String>,
) -> Result<()> {
    let mut words: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in sources {
        let place = file
            .strip_prefix(root)?
            .to_string_lossy()
            .replace('\\', "/");
        // The own sources of a crate do not count; its tests and examples are strangers to it.
        let home = place
            .strip_prefix("crates/")
            .and_then(|rest| rest.split_once("/src/"))
            .map_or("", |(name, _)| name)
            .to_owned();
        let text = fs::read_to_string(file)?;
        for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
            if let Some(homes) = words.get_mut(word) {
                homes.insert(home.clone());
            } else if word.len() > 1 {
                words.insert(word.to_owned(), BTreeSet::from([home.clone()]));
            }
        }
        // Examples in the documentation of the root use a crate as a stranger does.
        if place.ends_with("/src/lib.rs") {
            for line in text.lines().filter(|line| line.starts_with("//!")) {
                for word in line.split(|c: char| !c.is_alphanumeric() && c != '_') {
                    words
                        .entry(word.to_owned())
                        .or_default()
                        .insert("documentation".to_owned());
                }
            }
        }
    }
    for (home, name) in exports {
        let named = words
            .get(name)
            .is_some_and(|homes| homes.iter().any(|other| other != home));
        if !named && name != "*" {
            problems.push(format!(
                "`{home}` exports `{name}`, which nobody else names: make it private"
            ));
        }
    }
    Ok(())
}
