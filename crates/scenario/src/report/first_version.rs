//! What version 0.1.0 wrote into a folder of results. It left no list, so its folders are known by
//! their names and by what `result.json` says; nothing here changes any more.

use std::fs::{self, DirEntry};
use std::path::Path;

use serde_json::Value;

const LAYERS: [&str; 7] = [
    "cells",
    "facilities",
    "gaps",
    "hazards",
    "night-gaps",
    "sites",
    "zones",
];
const OTHERS: [&str; 4] = ["detail.json", "districts.csv", "hours.csv", "result.json"];
const TOP: [&str; 3] = ["candidates.csv", "candidates.geojson", "summary.txt"];
const COMPARED: [&str; 5] = [
    "cells.csv",
    "cells.geojson",
    "comparison.txt",
    "standards.csv",
    "zones.csv",
];

/// The files of a whole run; `None` unless the result of the baseline is among them.
pub(crate) fn run(folder: &Path) -> Option<Vec<String>> {
    is_result_of(&folder.join("baseline"), "baseline").then_some(())?;
    let mut files: Vec<String> = TOP.map(str::to_owned).to_vec();
    for name in folders(folder) {
        if is_result_of(&folder.join(&name), &name) {
            for layer in LAYERS {
                files.push(format!("{name}/{layer}.csv"));
                files.push(format!("{name}/{layer}.geojson"));
            }
            files.extend(OTHERS.map(|file| format!("{name}/{file}")));
        }
    }
    Some(files)
}

/// The files of a comparison, or of several, each in a folder of its own.
pub(crate) fn comparison(folder: &Path) -> Option<Vec<String>> {
    if is_comparison(folder) {
        return Some(COMPARED.map(str::to_owned).to_vec());
    }
    let names: Vec<String> = folders(folder)
        .into_iter()
        .filter(|name| is_comparison(&folder.join(name)))
        .collect();
    let files = |name: &String| COMPARED.map(|file| format!("{name}/{file}"));
    (!names.is_empty()).then(|| names.iter().flat_map(files).collect())
}

fn folders(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let is_folder = |entry: &DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries
        .flatten()
        .filter(is_folder)
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect()
}

fn is_result_of(folder: &Path, scenario: &str) -> bool {
    let Ok(bytes) = fs::read(folder.join("result.json")) else {
        return false;
    };
    let Ok(result) = serde_json::from_slice::<Value>(&bytes) else {
        return false;
    };
    result["format"] == 1
        && result["scenario"] == scenario
        && result["plan_fingerprint"].is_string()
}

/// The first column of the table is enough beside the names: nobody else writes the pair.
fn is_comparison(folder: &Path) -> bool {
    folder.join("comparison.txt").is_file()
        && fs::read(folder.join("standards.csv")).is_ok_and(|bytes| bytes.starts_with(b"standard,"))
}
