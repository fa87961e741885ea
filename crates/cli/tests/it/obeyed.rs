//! Options of the verbs that open networks and results: each is obeyed, so that some answer
//! changes by it, or refused by name.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::outputs::plans;
use crate::program::{data_text, refused, run_in};

/// Monaco as a network file, and positions all over it as a table.
fn monaco(folder: &Path) {
    let map = data_text("monaco/monaco.osm.pbf");
    let outcome = run_in(folder, &["import", &map, "--output", "m.nqg"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let mut places = "id,lng,lat\n".to_owned();
    for i in 0..12 {
        for j in 0..12 {
            let (lng, lat) = (
                7.410 + 0.0024 * f64::from(i),
                43.727 + 0.0018 * f64::from(j),
            );
            writeln!(places, "{i}-{j},{lng:.4},{lat:.4}").unwrap();
        }
    }
    fs::write(folder.join("places.csv"), places).unwrap();
}

#[test]
fn every_option_of_isochrone_and_matrix_changes_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    monaco(folder.path());
    let matrix: &[&str] = &[
        "matrix",
        "m.nqg",
        "--origins",
        "places.csv",
        "--destinations",
        "places.csv",
        "--limit",
        "20min",
    ];
    let isochrone: &[&str] = &[
        "isochrone",
        "m.nqg",
        "--at",
        "7.4283,43.7397",
        "--limit",
        "5min",
    ];
    let options: [&[&str]; 9] = [
        &["--profile", "foot"],
        &["--gates", "through"],
        &["--gates", "shut"],
        &["--snap-radius", "1m"],
        &["--island-below", "1m"],
        &["--islands", "keep"],
        &["--count-access"],
        &["--toward"],
        &["--format", "network"],
    ];
    let answer = |words: &[&str], option: &[&str]| {
        let outcome = run_in(folder.path(), &[words, option].concat());
        (outcome.code, outcome.stdout, outcome.stderr)
    };
    for words in [matrix, isochrone] {
        let plain = answer(words, &[]);
        assert_eq!(plain.0, 0, "{}", plain.2);
        for option in options {
            let of_isochrone = ["--toward", "--format"].contains(&option[0]);
            if of_isochrone && words == matrix {
                refused(
                    &run_in(folder.path(), &[words, option].concat()),
                    &[option[0]],
                );
                continue;
            }
            let asked = answer(words, option);
            // What lies on a scrap shows at the places of the matrix; what is taken for a scrap,
            // and gates, may change nothing round a single place.
            let may_agree = words == isochrone
                && ["--gates", "--islands", "--island-below"].contains(&option[0]);
            assert!(asked != plain || may_agree, "{words:?} {option:?}");
        }
    }
}

#[test]
fn options_that_contradict_each_other_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    monaco(folder.path());
    let words = [
        "isochrone",
        "m.nqg",
        "--at",
        "7.4283,43.7397",
        "--limit",
        "5min",
    ];
    let both = ["--islands", "keep", "--island-below", "2km"];
    refused(
        &run_in(folder.path(), &[&words[..], &both].concat()),
        &["--island-below", "--islands keep"],
    );
    let map = data_text("monaco/monaco.osm.pbf");
    let links = ["import", &map, "-o", "n.nqg", "--side-path-links", "0m"];
    refused(
        &run_in(folder.path(), &links),
        &["--side-path-links", "at least 1m"],
    );
    assert!(!folder.path().join("n.nqg").exists());
}

#[test]
fn a_comparison_of_runs_tells_what_only_one_of_them_holds() {
    let home = plans();
    let run = |words: &[&str]| run_in(home.path(), words);
    assert_eq!(run(&["run", "one.toml", "-o", "a"]).code, 0);
    assert_eq!(run(&["run", "one.toml", "-o", "b"]).code, 0);
    fs::remove_dir_all(home.path().join("b/closed")).unwrap();
    let outcome = run(&["compare", "a", "b"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome
            .stderr
            .contains("only `a` holds closed: not compared"),
        "{}",
        outcome.stderr
    );
    // One scenario in common is compared as well.
    assert!(outcome.stdout.contains("rest"), "{}", outcome.stdout);

    fs::rename(home.path().join("b/baseline"), home.path().join("b/other")).unwrap();
    refused(
        &run(&["compare", "a", "b"]),
        &["no scenario of the same name"],
    );
    fs::create_dir(home.path().join("empty")).unwrap();
    refused(
        &run(&["compare", "a", "empty"]),
        &["`empty` holds no result"],
    );
    refused(
        &run(&["compare", "a", "nowhere"]),
        &["could not read folder `nowhere`"],
    );
}

#[test]
fn what_is_said_of_the_whole_is_said_beside_the_cells_too() {
    let home = plans();
    let plan = fs::read_to_string(home.path().join("one.toml")).unwrap();
    let noted = plan.replacen(
        "format = 1\n",
        "format = 1\nnotes = [\"the stations are a draft\"]\n",
        1,
    );
    fs::write(home.path().join("noted.toml"), noted).unwrap();
    let words = ["coverage", "noted.toml", "--format", "geojson"];
    let outcome = run_in(home.path(), &words);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stderr.contains("note: the stations are a draft"),
        "{}",
        outcome.stderr
    );
}
