//! Wrong input ends with one clear message and exit 2, and leaves nothing behind.

use std::fs;
use std::path::Path;

use crate::program::{data, refused, run_in};

/// A copy of the demo's files with some text of the plan replaced.
fn plan_with(replacements: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data("shenzhen")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
        }
    }
    let plan = folder.path().join("plan.toml");
    let mut text = fs::read_to_string(&plan).unwrap();
    for (old, new) in replacements {
        assert!(text.contains(old), "the demo plan has no `{old}`");
        text = text.replacen(old, new, 1);
    }
    fs::write(&plan, text).unwrap();
    folder
}

fn run_refused(folder: &Path, parts: &[&str]) {
    let outcome = run_in(folder, &["run", "plan.toml", "--output", "results"]);
    refused(&outcome, parts);
    let left: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name.contains("results"))
        .collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

#[test]
fn a_missing_file_is_named() {
    let folder = plan_with(&[("path = \"zones.geojson\"", "path = \"zonen.geojson\"")]);
    run_refused(folder.path(), &["[zones]", "zonen.geojson"]);
    let folder = plan_with(&[("shenzhen-futian-2024.osm.pbf", "nowhere.osm.pbf")]);
    run_refused(folder.path(), &["there is no file", "nowhere.osm.pbf"]);
}

#[test]
fn what_is_no_extract_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("fake.osm.pbf"), "id,lng,lat\n1,2,3\n").unwrap();
    let outcome = run_in(
        folder.path(),
        &["import", "fake.osm.pbf", "--output", "out.nqg"],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("fake.osm.pbf"),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left behind"
    );
}

#[test]
fn an_unknown_kind_gets_a_suggestion() {
    let folder = plan_with(&[("kinds = [\"rider-canteen\"]", "kinds = [\"rider-cantine\"]")]);
    run_refused(
        folder.path(),
        &["standard `meal`, kinds", "rider-cantine", "rider-canteen"],
    );
}

#[test]
fn a_row_outside_the_area_is_named_with_file_line_and_field() {
    // Unless the plan refuses them, such rows are left out and counted.
    let folder = plan_with(&[(
        "path = \"stations-and-canteens-illustrative.csv\"",
        "outside = \"error\"\npath = \"stations-and-canteens-illustrative.csv\"",
    )]);
    let table = folder.path().join("stations-and-canteens-illustrative.csv");
    let text = fs::read_to_string(&table).unwrap();
    fs::write(
        &table,
        text.replacen("114.0596,22.5420", "115.0596,22.5420", 1),
    )
    .unwrap();
    run_refused(
        folder.path(),
        &[
            "stations-and-canteens-illustrative.csv",
            "line 2",
            "115.0596",
        ],
    );
}

#[test]
fn a_table_with_a_wrong_column_is_named() {
    let folder = plan_with(&[("lng = \"longitude\", lat", "lng = \"laenge\", lat")]);
    run_refused(folder.path(), &["urbanev-stations-gcj02.csv", "laenge"]);
}

#[test]
fn a_typo_in_the_plan_is_shown_with_its_line() {
    let folder = plan_with(&[("limit = \"5min\"", "limit_ = \"5min\"")]);
    run_refused(folder.path(), &["plan.toml", "limit_"]);
}

#[test]
fn all_problems_of_a_plan_come_at_once() {
    let folder = plan_with(&[
        ("limit = \"5min\"", "limit = \"5\""),
        ("\nprofile = \"foot\"", "\nprofile = \"feet\""),
        ("h3_resolution = 9", "h3_resolution = 99"),
    ]);
    run_refused(
        folder.path(),
        &["standard `swap`, limit", "`feet`", "h3_resolution"],
    );
}

#[test]
fn a_scenario_that_names_unknown_things_is_refused() {
    let folder = plan_with(&[
        ("facility = \"W10\"", "facility = \"W100\""),
        ("name = \"深南大道\"", "name = \"深南大街\""),
    ]);
    run_refused(
        folder.path(),
        &[
            "scenario `open-all-night`, modification 1",
            "`W100`",
            "深南大街",
        ],
    );
}

#[test]
fn a_folder_that_holds_something_else_is_not_replaced() {
    let folder = plan_with(&[]);
    let home = folder.path().join("precious");
    fs::create_dir(&home).unwrap();
    fs::write(home.join("thesis.txt"), "years of work").unwrap();
    let outcome = run_in(folder.path(), &["run", "plan.toml", "--output", "precious"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("holds something else"),
        "{}",
        outcome.stderr
    );
    assert_eq!(
        fs::read_to_string(home.join("thesis.txt")).unwrap(),
        "years of work"
    );
}
