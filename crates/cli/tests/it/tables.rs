//! `nuanquan site` on tables: known optima, exact decimals, exit codes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Outcome, run_in};

fn site(costs: &str, demand: &str, more: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("c.csv"), costs).unwrap();
    fs::write(folder.path().join("d.csv"), demand).unwrap();
    let mut words = vec![
        "site", "--costs", "c.csv", "--demand", "d.csv", "--format", "json",
    ];
    words.extend(more);
    run_in(folder.path(), &words)
}

const COSTS: &str = "site_id,demand_id,cost\na,1,1.5\na,2,2.25\nb,2,1\nb,3,2.26\nc,3,0.5\nc,4,2\n";
const DEMAND: &str = "demand_id,weight\n1,1\n2,2\n3,4\n4,8.5\n";

fn answer(outcome: &Outcome) -> Value {
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn the_best_two_sites_by_hand() {
    // Within 2.25: a covers 1, 2; b covers 2; c covers 3, 4. The best two are a and c: 15.5.
    let outcome = site(
        COSTS,
        DEMAND,
        &[
            "--model", "mclp", "--radius", "2.25", "--sites", "2", "--exact",
        ],
    );
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let json = answer(&outcome);
    assert_eq!(json["model"], "mclp");
    assert_eq!(json["status"], "optimal");
    assert_eq!(json["objective"], 15.5);
    assert_eq!(json["bound"], 15.5);
    assert_eq!(json["optimality_gap"], 0.0);
    let mut sites: Vec<&str> = json["sites"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap())
        .collect();
    sites.sort_unstable();
    assert_eq!(sites, ["a", "c"]);
}

#[test]
fn a_radius_is_inclusive_to_the_last_decimal() {
    let covered = |radius: &str| {
        answer(&site(
            COSTS,
            DEMAND,
            &["--radius", radius, "--sites", "3", "--exact"],
        ))["objective"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(covered("2.25").to_bits(), 15.5_f64.to_bits());
    assert_eq!(
        covered("1.999").to_bits(),
        7.0_f64.to_bits(),
        "demand 4 lies 2 away"
    );
}

#[test]
fn fewest_sites_and_what_makes_it_infeasible() {
    let outcome = site(
        COSTS,
        DEMAND,
        &["--model", "lscp", "--radius", "2.25", "--exact"],
    );
    assert_eq!(answer(&outcome)["objective"], 2);
    let outcome = site(
        COSTS,
        DEMAND,
        &[
            "--model",
            "lscp",
            "--radius",
            "1",
            "--exact",
            "--require-all",
        ],
    );
    assert_eq!(outcome.code, 1, "{}", outcome.stdout);
    assert_eq!(answer(&outcome)["status"], "infeasible");
    assert!(outcome.stderr.starts_with("error: "), "{}", outcome.stderr);
}

#[test]
fn median_and_center() {
    let median = site(
        COSTS,
        DEMAND,
        &["--model", "p-median", "--sites", "2", "--exact"],
    );
    // a and c: 1.5 + 2 * 2.25 + 4 * 0.5 + 8.5 * 2 = 25.
    assert_eq!(answer(&median)["objective"], 25, "{}", median.stdout);
    let center = site(
        COSTS,
        DEMAND,
        &["--model", "p-center", "--sites", "2", "--exact"],
    );
    assert_eq!(answer(&center)["objective"], 2.25, "{}", center.stdout);
}

#[test]
fn every_problem_of_both_tables_is_named_with_its_line() {
    let outcome = site(
        "site_id,demand_id,cost\na,1,x\na,9,1\n",
        "demand_id,weight\n1,1\n1,2\n2,heavy\n",
        &["--radius", "1", "--sites", "1"],
    );
    assert_eq!(outcome.code, 2);
    for part in [
        "`c.csv`, line 2",
        "`c.csv`, line 3",
        "`d.csv`, line 3",
        "`d.csv`, line 4",
        "`9`",
    ] {
        assert!(
            outcome.stderr.contains(part),
            "{part} is missing in\n{}",
            outcome.stderr
        );
    }
    assert_eq!(outcome.stdout, "");
}

#[test]
fn a_missing_column_is_named() {
    let outcome = site(
        "site,demand_id,cost\n",
        DEMAND,
        &["--radius", "1", "--sites", "1"],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("column `site_id` is missing"),
        "{}",
        outcome.stderr
    );
    let outcome = run_in(
        Path::new("."),
        &[
            "site", "--costs", "no.csv", "--demand", "no.csv", "--radius", "1", "--sites", "1",
        ],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome.stderr.contains("could not open `no.csv`"),
        "{}",
        outcome.stderr
    );
}
