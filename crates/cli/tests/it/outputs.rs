//! Outputs appear whole or not at all, and never in the place of what is not ours.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use city::{City, ImportReport, PlacesBuilder, Source};
use tempfile::TempDir;
use units::Length;

use crate::program::{Outcome, data, run_in};

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

fn run(home: &Path, plan: &str, folder: &str) -> Outcome {
    run_in(home, &["run", &format!("{plan}.toml"), "-o", folder])
}

fn good(outcome: &Outcome) {
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
}

/// Exit 2, one error, and these parts in it.
fn refused(outcome: &Outcome, parts: &[&str]) {
    assert_eq!(outcome.code, 2, "{}", outcome.stderr);
    assert_eq!(outcome.stderr.matches("error:").count(), 1);
    for part in parts {
        assert!(
            outcome.stderr.contains(part),
            "`{part}` is missing in\n{}",
            outcome.stderr
        );
    }
}

/// Every file below a folder with its bytes.
fn tree(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
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

fn hidden(home: &Path) -> Vec<String> {
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

/// How often: more under `cargo xtask test --long`.
fn rounds(variable: &str, otherwise: u32) -> u32 {
    let text = std::env::var(variable).ok();
    text.map_or(otherwise, |text| text.parse().unwrap())
}

/// A number below `n`, the next of a fixed series.
fn below(state: &mut u64, n: u32) -> u32 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1);
    u32::try_from((*state >> 33) % u64::from(n)).unwrap()
}

fn start(home: &Path, plan: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_nuanquan"))
        .args(["run", &format!("{plan}.toml"), "-o", "results"])
        .current_dir(home)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The two plans, what each of them writes, things of others beside the folder, and how long a run
/// takes.
fn watched() -> (TempDir, [BTreeMap<PathBuf, Vec<u8>>; 2], Duration) {
    let home = plans();
    let at = |name: &str| home.path().join(name);
    for (file, text) in [
        (
            ".results.part/diary.txt",
            "names that earlier versions cleared",
        ),
        (".results.old/diary.txt", "as well"),
        (
            ".nuanquan-0123456789abcdef.part/diary.txt",
            "no lock beside it",
        ),
        ("thesis.txt", "years of work"),
    ] {
        fs::create_dir_all(at(file).parent().unwrap()).unwrap();
        fs::write(at(file), text).unwrap();
    }
    let results = ["one", "two"].map(|plan| {
        good(&run(home.path(), plan, "results"));
        tree(&at("results"))
    });
    assert!(results[0] != results[1]);
    let begin = Instant::now();
    good(&run(home.path(), "one", "results"));
    let took = begin.elapsed();
    (home, results, took)
}

fn others(home: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let is_ours = |path: &PathBuf| {
        let path = path.to_str().unwrap();
        path.starts_with("results/")
            || (path.starts_with(".nuanquan-") && !path.contains("diary.txt"))
    };
    let all = tree(home).into_iter();
    all.filter(|(path, _)| !is_ours(path)).collect()
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "how many of the kills met a run at work"
)]
fn a_killed_run_leaves_a_complete_folder_and_touches_nothing_else() {
    let (home, results, took) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut random = 7;
    let n_rounds = rounds("OUTPUT_KILLS", 8);
    let mut n_killed = 0;
    for round in 0..n_rounds {
        let mut child = start(home.path(), if round % 2 == 0 { "two" } else { "one" });
        // Up to the end of a run and a little past it.
        std::thread::sleep(took * below(&mut random, 1_100) / 1_000);
        child.kill().unwrap();
        n_killed += u32::from(child.wait().unwrap().code().is_none());
        let now = tree(&folder);
        assert!(results.contains(&now), "round {round}: {:?}", now.keys());
        assert!(others(home.path()) == before, "round {round}");
    }
    println!("{n_killed} of {n_rounds} runs were killed before their end");
    assert!(n_killed > n_rounds / 2);
    good(&run(home.path(), "two", "results"));
    assert_eq!(hidden(home.path()), [".nuanquan-0123456789abcdef.part"]);
    assert!(others(home.path()) == before);
}

#[test]
#[expect(
    clippy::print_stdout,
    reason = "that both of the runs come last now and then"
)]
fn two_runs_at_once_leave_one_of_them_whole() {
    let (home, results, _) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut n_first = 0;
    let n_rounds = rounds("OUTPUT_PAIRS", 8);
    for round in 0..n_rounds {
        if round % 3 == 2 {
            // Also into a folder that is not there yet.
            fs::remove_dir_all(&folder).unwrap();
        }
        let children = [start(home.path(), "one"), start(home.path(), "two")];
        for mut child in children {
            assert_eq!(child.wait().unwrap().code(), Some(0), "round {round}");
        }
        let now = tree(&folder);
        assert!(results.contains(&now), "round {round}: {:?}", now.keys());
        n_first += u32::from(now == results[0]);
        assert!(others(home.path()) == before, "round {round}");
        assert_eq!(hidden(home.path()), [".nuanquan-0123456789abcdef.part"]);
    }
    println!("of {n_rounds} pairs the first plan stayed {n_first} times");
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_clears_what_it_has_not_finished() {
    let (home, results, took) = watched();
    let folder = home.path().join("results");
    let before = others(home.path());
    let mut random = 11;
    for round in 0..rounds("OUTPUT_KILLS", 8) {
        let mut child = start(home.path(), if round % 2 == 0 { "two" } else { "one" });
        std::thread::sleep(took * (200 + below(&mut random, 900)) / 1_000);
        let signal = ["-INT", "-TERM", "-HUP"][usize::try_from(round % 3).unwrap()];
        let id = child.id().to_string();
        // A run that has ended already is no longer there to be told.
        Command::new("kill")
            .args([signal, &id])
            .stderr(Stdio::null())
            .status()
            .unwrap();
        let code = child.wait().unwrap().code();
        assert!(results.contains(&tree(&folder)), "round {round}");
        assert!(others(home.path()) == before, "round {round}");
        assert!(
            matches!(code, Some(0 | 130)) || code.is_none(),
            "round {round}: {code:?}"
        );
        let left = hidden(home.path());
        // Before the program watches for signals there is nothing to clear.
        assert_eq!(left, [".nuanquan-0123456789abcdef.part"], "round {round}");
    }
}
