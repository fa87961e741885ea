//! Outputs appear whole or not at all, and never in the place of what is not ours.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use city::{City, ImportReport, PlacesBuilder, Source};
use tempfile::TempDir;
use units::Length;

use crate::program::{Outcome, data, refused, run_in};

/// A folder with a small network and two plans over it, `one.toml` and `two.toml`, whose results
/// differ in every file that holds demand.
pub(crate) fn plans() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let drawing = "A---B---C\n|   |   |\nD---E---F\n|   |   |\nG---H---I";
    let map = graph::picture::streets(drawing, Length::from_m(100)).unwrap();
    let streets = map.graph;
    let at = streets.node_position(graph::NodeId::new(4));
    write_city(streets, &home.path().join("drawn.nqg"));
    let facilities = format!("id,lng,lat\n1,{},{}\n", at.lng(), at.lat());
    fs::write(home.path().join("stations.csv"), facilities).unwrap();
    let (west, east) = (at.lng() - 0.012, at.lng() + 0.012);
    let (south, north) = (at.lat() - 0.012, at.lat() + 0.012);
    for (name, limit) in [("one", "1min"), ("two", "2min")] {
        let plan = format!(
            r#"
format = 1
name = "{name}"
[study_area]
box = [{west}, {south}, {east}, {north}]
h3_resolution = 10
[network]
path = "drawn.nqg"
[[layer]]
name = "stations"
kind = "warm-station"
from = {{ path = "stations.csv" }}
[demand]
source = "street-length"
profile = "foot"
[[standard]]
key = "rest"
name = "rest"
kinds = ["warm-station"]
profile = "foot"
limit = "{limit}"
[[scenario]]
key = "closed"
name = "closed"
[[scenario.modification]]
do = "close-facilities"
facilities = ["1"]
"#
        );
        fs::write(home.path().join(format!("{name}.toml")), plan).unwrap();
    }
    home
}

/// A network file that holds streets and nothing else.
pub(crate) fn write_city(streets: graph::StreetGraph, path: &Path) {
    let city = City {
        streets,
        places: PlacesBuilder::new().finish().unwrap(),
        backdrop: city::Backdrop::new([]).unwrap(),
        boundaries: city::Boundaries::default(),
        report: ImportReport::default(),
        source: Source {
            file_name: "drawn.osm.pbf".to_owned(),
            sha256: "00".to_owned(),
            n_bytes: 1,
            data_date: None,
            written_by: None,
            bounding_box: None,
            is_box_from_header: false,
            program: "test".to_owned(),
            rule_version: 1,
        },
    };
    city.write(File::create(path).unwrap()).unwrap();
}

pub(crate) fn run(home: &Path, plan: &str, folder: &str) -> Outcome {
    run_in(home, &["run", &format!("{plan}.toml"), "-o", folder])
}

pub(crate) fn good(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

/// Every file below a folder with its bytes.
pub(crate) fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(folder: &Path, below: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            let name = below.join(entry.file_name());
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                walk(&entry.path(), &name, found);
            } else {
                let bytes = kind.is_file().then(|| fs::read(entry.path()).unwrap());
                found.insert(name, bytes.unwrap_or_default());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, Path::new(""), &mut found);
    found
}

pub(crate) fn hidden(home: &Path) -> Vec<String> {
    let entries = fs::read_dir(home).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with(".nuanquan")).collect()
}

#[test]
fn a_folder_of_results_is_replaced_and_one_with_anything_else_refused() {
    let home = plans();
    let at = |name: &str| home.path().join(name);
    good(&run(home.path(), "one", "results"));
    good(&run(home.path(), "two", "results"));
    good(&run(home.path(), "two", "elsewhere"));
    assert!(tree(&at("results")) == tree(&at("elsewhere")));

    fs::write(at("results/baseline/diary.txt"), "dear diary").unwrap();
    let outcome = run(home.path(), "one", "results");
    refused(&outcome, &["baseline/diary.txt", "--force"]);
    assert_eq!(outcome.stdout, "");
    fs::remove_file(at("results/baseline/diary.txt")).unwrap();
    assert!(tree(&at("results")) == tree(&at("elsewhere")));

    // A file that somebody went on working with.
    let cells = at("results/baseline/cells.csv");
    let text = fs::read_to_string(&cells).unwrap();
    fs::write(&cells, text + "my remarks\n").unwrap();
    refused(
        &run(home.path(), "one", "results"),
        &["baseline/cells.csv (changed since it was written)"],
    );

    // Folders that were never ours, whatever a file in them is called.
    for name in ["summary.txt", "comparison.txt", "candidates.csv"] {
        fs::create_dir_all(at("precious")).unwrap();
        fs::write(at("precious/thesis.txt"), "years of work").unwrap();
        fs::write(at("precious").join(name), "of my thesis").unwrap();
        let before = tree(home.path());
        refused(&run(home.path(), "one", "precious"), &["thesis.txt", name]);
        assert!(tree(home.path()) == before);
    }
    let outcome = run_in(
        home.path(),
        &["run", "one.toml", "-o", "precious", "--force"],
    );
    good(&outcome);
    assert!(outcome.stderr.contains("warning: `--force` will remove"));
    assert!(outcome.stderr.contains("\n  thesis.txt\n"));
    assert!(!at("precious/thesis.txt").exists());
    refused(&run(home.path(), "one", "one.toml"), &["it is no folder"]);
    refused(
        &run_in(home.path(), &["run", "one.toml", "-o", ".", "--force"]),
        &["name of its own"],
    );
}

#[test]
fn a_folder_of_the_first_version_is_adopted() {
    let home = plans();
    let at = |name: &str| home.path().join("results").join(name);
    for name in ["baseline", "closed"] {
        fs::create_dir_all(at(name)).unwrap();
        let result = format!(
            r#"{{"format": 1, "plan_fingerprint": "00", "scenario": "{name}", "standards": []}}"#
        );
        fs::write(at(name).join("result.json"), result).unwrap();
        for layer in "cells facilities gaps hazards night-gaps sites zones".split(' ') {
            fs::write(at(name).join(format!("{layer}.csv")), "id\n").unwrap();
            fs::write(at(name).join(format!("{layer}.geojson")), "{}\n").unwrap();
        }
        for file in ["detail.json", "districts.csv", "hours.csv"] {
            fs::write(at(name).join(file), "x\n").unwrap();
        }
    }
    for file in ["candidates.csv", "candidates.geojson", "summary.txt"] {
        fs::write(at(file), "x\n").unwrap();
    }
    fs::write(at("closed/remarks.txt"), "mine").unwrap();
    refused(
        &run(home.path(), "one", "results"),
        &["\n  closed/remarks.txt\n"],
    );
    fs::remove_file(at("closed/remarks.txt")).unwrap();
    good(&run(home.path(), "one", "results"));
    good(&run(home.path(), "one", "fresh"));
    assert!(tree(&at("")) == tree(&home.path().join("fresh")));
    assert_eq!(hidden(home.path()), [""; 0]);
}

#[test]
fn a_comparison_replaces_only_a_comparison_and_never_what_it_compares() {
    let home = plans();
    good(&run(home.path(), "one", "a"));
    let compare = |words: &[&str]| run_in(home.path(), &[&["compare"], words].concat());
    let pair = ["a/baseline", "a/closed"];
    good(&compare(&[&pair[..], &["-o", "diff"]].concat()));
    good(&compare(&[&pair[..], &["-o", "diff"]].concat()));
    // Of whole runs every scenario, in folders below one.
    good(&compare(&["a", "a", "-o", "diff"]));
    assert!(home.path().join("diff/closed/comparison.txt").is_file());
    assert!(!home.path().join("diff/comparison.txt").exists());
    let before = tree(home.path());
    for words in [["-o", "a"], ["-o", "a/closed"]] {
        let forced = [&pair[..], &words, &["--force"]].concat();
        refused(&compare(&forced), &["which the results are made from"]);
    }
    good(&run(home.path(), "one", "b"));
    refused(
        &compare(&[&pair[..], &["-o", "b"]].concat()),
        &["it holds the results of a run"],
    );
    fs::remove_dir_all(home.path().join("b")).unwrap();
    assert!(tree(home.path()) == before);
    refused(
        &run(home.path(), "one", "diff"),
        &["the results of a comparison"],
    );
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_stays() {
    let home = plans();
    let at = |name: &str| home.path().join(name);
    fs::create_dir(at("disk")).unwrap();
    std::os::unix::fs::symlink("disk/results", at("results")).unwrap();
    refused(&run(home.path(), "one", "results"), &["leads nowhere"]);
    fs::create_dir(at("disk/results")).unwrap();
    good(&run(home.path(), "one", "results"));
    good(&run(home.path(), "two", "results"));
    assert!(at("results").is_symlink());
    assert!(
        fs::read_to_string(at("disk/results/summary.txt"))
            .unwrap()
            .starts_with("two\n")
    );
    assert_eq!(hidden(&at("disk")), [""; 0]);
}

#[test]
fn an_import_never_replaces_its_input_or_what_is_no_network_file() {
    let home = tempfile::tempdir().unwrap();
    let at = |name: &str| home.path().join(name);
    fs::copy(
        data("shenzhen/shenzhen-futian-2024.osm.pbf"),
        at("a.osm.pbf"),
    )
    .unwrap();
    fs::write(at("diary.txt"), "dear diary").unwrap();
    fs::create_dir(at("folder")).unwrap();
    fs::hard_link(at("a.osm.pbf"), at("hard.nqg")).unwrap();
    let import = |words: &[&str]| {
        run_in(
            home.path(),
            &[&["import", "a.osm.pbf", "-o"], words].concat(),
        )
    };
    let mut refusals = vec![
        (vec!["a.osm.pbf", "--overwrite"], "it is the input"),
        (vec!["hard.nqg", "--overwrite"], "it is the input"),
        (vec!["folder", "--overwrite"], "it is a folder"),
        (vec!["diary.txt"], "--overwrite"),
    ];
    if cfg!(unix) {
        #[cfg(unix)]
        std::os::unix::fs::symlink("a.osm.pbf", at("soft.nqg")).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(at("pipe"))
                .status()
                .unwrap()
                .success()
        );
        refusals.push((vec!["soft.nqg", "--overwrite"], "it is the input"));
        refusals.push((vec!["pipe", "--overwrite"], "a pipe"));
    }
    let kinds = |name: &str| fs::symlink_metadata(at(name)).unwrap().file_type();
    let before = (
        tree(home.path()),
        refusals.iter().map(|r| kinds(r.0[0])).collect::<Vec<_>>(),
    );
    for (words, part) in &refusals {
        refused(&import(words), &[part]);
    }
    let after = (
        tree(home.path()),
        refusals.iter().map(|r| kinds(r.0[0])).collect::<Vec<_>>(),
    );
    assert!(before == after);

    // A network file is replaced, also through a link; another file when told to.
    good(&import(&["diary.txt", "--overwrite"]));
    good(&import(&["diary.txt"]));
    assert_eq!(hidden(home.path()), [""; 0]);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_or_closed_pipe_never_changes_the_exit() {
    let home = plans();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let program = |words: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_nuanquan"));
        program.args(words).current_dir(home.path());
        program
    };
    let done = |mut program: Command| program.status().unwrap().code();
    for (words, code) in [
        (&["run", "one.toml", "-o", "results"][..], 0),
        (&["coverage", "one.toml"][..], 0),
        (&["run", "none.toml", "-o", "results"][..], 2),
        (&["nonsense"][..], 2),
    ] {
        let mut quiet = program(words);
        quiet.stdout(Stdio::null()).stderr(full());
        assert_eq!(done(quiet), Some(code), "{words:?}");
        // The data cannot be written: that is told, and no panic.
        let mut lost = program(words);
        lost.stdout(full()).stderr(Stdio::null());
        assert_eq!(done(lost), Some(2), "{words:?}");
    }
    // A reader that has gone away.
    let mut gone = program(&["coverage", "one.toml"]);
    let mut child = gone
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
