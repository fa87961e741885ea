//! The demo plans from end to end.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{data_text, run_in};

fn json(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn share(report: &Value, list: &str, key: &str) -> f64 {
    let found = report[list]
        .as_array()
        .unwrap()
        .iter()
        .find(|s| s["key"] == key)
        .unwrap();
    found["covered_share"].as_f64().unwrap()
}

#[test]
fn shenzhen_says_where_swaps_are_missing_and_what_five_cabinets_change() {
    let folder = tempfile::tempdir().unwrap();
    let plan = data_text("shenzhen/plan.toml");
    let outcome = run_in(folder.path(), &["run", &plan, "--output", "results"]);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome.stdout.contains("ILLUSTRATIVE"),
        "made-up data is said to be so"
    );
    let results = folder.path().join("results");
    let baseline = json(&results.join("baseline/result.json"));
    let chosen = json(&results.join("five-cabinets/result.json"));

    // The 85 stations with 12 piles or more lie within 5 minutes of three to four fifths of the
    // streets; a naive drivable graph says four fifths.
    let before = share(&baseline, "standards", "swap");
    assert!((0.70..0.85).contains(&before), "{before}");
    assert!(baseline["standards"][0]["gaps"].as_array().unwrap().len() > 3);

    // What the sites add is what the scenario gains, to the last millimetre.
    let choice = &chosen["chosen"][0];
    let sites = choice["sites"].as_array().unwrap();
    assert_eq!(sites.len(), 5);
    let adds: Vec<u64> = sites
        .iter()
        .map(|s| s["adds_thousandths"].as_u64().unwrap())
        .collect();
    let covered = |report: &Value| {
        report["standards"][0]["covered_thousandths"]
            .as_u64()
            .unwrap()
    };
    assert_eq!(
        covered(&baseline) + adds.iter().sum::<u64>(),
        covered(&chosen)
    );
    assert!(choice["added_bound_thousandths"].as_u64() >= choice["added_thousandths"].as_u64());

    // The circle is no larger than its smallest part, and its weakest part is named.
    let circle = share(&baseline, "joints", "circle");
    for part in ["swap", "rest", "meal"] {
        assert!(circle <= share(&baseline, "standards", part));
    }
    assert!(baseline["joints"][0]["weakest"].is_string());
    assert!(baseline["illustrative"].as_bool().unwrap());

    for name in ["cells", "gaps", "facilities", "zones", "sites"] {
        for ending in ["csv", "geojson"] {
            let path = results.join(format!("five-cabinets/{name}.{ending}"));
            assert!(
                fs::metadata(&path).unwrap().len() > 100,
                "{}",
                path.display()
            );
        }
    }
    let cells = json(&results.join("baseline/cells.geojson"));
    assert_eq!(
        cells["features"].as_array().unwrap().len(),
        baseline["cells"].as_array().unwrap().len()
    );

    compare_scenarios(folder.path());
    compare_refuses_other_limits(folder.path());
}

fn compare_scenarios(folder: &Path) {
    let words = [
        "compare",
        "results/baseline",
        "results/works-on-shennan",
        "--output",
        "diff",
    ];
    let outcome = run_in(folder, &words);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(outcome.stdout.contains("kept") && outcome.stdout.contains("lost"));
    let table = fs::read_to_string(folder.join("diff/standards.csv")).unwrap();
    assert!(
        table.lines().next().unwrap().contains("n_gained"),
        "{table}"
    );
    assert!(table.contains("\nmeal,"), "{table}");
    let cells = json(&folder.join("diff/cells.geojson"));
    let classes = ["kept", "gained", "lost", "never", "none"];
    for cell in cells["features"].as_array().unwrap() {
        let class = cell["properties"]["meal_change"].as_str().unwrap();
        assert!(classes.contains(&class), "{class}");
    }
}

fn compare_refuses_other_limits(folder: &Path) {
    let copy = folder.join("other");
    fs::create_dir(&copy).unwrap();
    let text = fs::read_to_string(folder.join("results/baseline/result.json")).unwrap();
    fs::write(
        copy.join("result.json"),
        text.replacen("\"limit_s\": 300.0", "\"limit_s\": 360.0", 1),
    )
    .unwrap();
    let outcome = run_in(folder, &["compare", "results/baseline", "other"]);
    assert_eq!(outcome.code, 2, "{}", outcome.stdout);
    assert!(
        outcome.stderr.contains("standard `swap`"),
        "{}",
        outcome.stderr
    );
    let grid = text.replacen("\"grid_fingerprint\": \"", "\"grid_fingerprint\": \"0", 1);
    fs::write(copy.join("result.json"), grid).unwrap();
    let outcome = run_in(folder, &["compare", "results/baseline", "other"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("different networks, study areas"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    let plan = data_text("monaco/plan.toml");
    let files = |threads: &str| {
        let status = std::process::Command::new(env!("CARGO_BIN_EXE_nuanquan"))
            .args(["run", &plan, "--output", threads])
            .env("RAYON_NUM_THREADS", threads)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(
            status.status.success(),
            "{}",
            String::from_utf8_lossy(&status.stderr)
        );
        let mut files = Vec::new();
        collect(&folder.path().join(threads), &mut files);
        files
    };
    let one = files("1");
    assert!(one.len() > 20, "two scenarios and their files");
    assert_eq!(one, files("16"));
}

fn collect(folder: &Path, files: &mut Vec<(String, Vec<u8>)>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|e| e.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, files);
        } else {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}
