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
        "could not read demand from `d.csv`\n  line 3: `demand_id` is `1`, which already stands in line 2\n  line 4: `weight` is `heavy`",
        "could not read costs from `c.csv`\n  line 2: `cost` is `x`",
        "line 3: `demand_id` is `9`; wanted a `demand_id` of the demand table",
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
        outcome
            .stderr
            .contains("no column for `site_id`; wanted one of `site_id`"),
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

/// The same question in the forms in which offices and tools write tables.
#[test]
fn tables_are_read_like_layers() {
    let asked = ["--radius", "2.25", "--sites", "2", "--exact"];
    let plain = answer(&site(COSTS, DEMAND, &asked));
    let of = |costs: &str, demand: &str| {
        let outcome = site(costs, demand, &asked);
        assert_eq!(outcome.code, 0, "{costs}{}", outcome.stderr);
        let json = answer(&outcome);
        assert_eq!(json["sites"], plain["sites"], "{costs}");
        assert_eq!(json["objective"], plain["objective"], "{costs}");
        assert_eq!(json["proof"]["instance"], plain["proof"]["instance"]);
    };
    of(&COSTS.replace(',', ";"), &DEMAND.replace(',', ";"));
    of(&COSTS.replace(',', "\t"), DEMAND);
    of(&format!("sep=;\n{}", COSTS.replace(',', ";")), DEMAND);
    of(&format!("\u{feff}{COSTS}"), &DEMAND.replace('\n', "\r\n"));
    // Other columns, another order, other spellings of names and numbers.
    of(
        "Cost,note,Site ID,Demand-ID\n1.50,x,a,1\n225e-2,,a,2\n1.0,,b,2\n2.26,,b,3\n5E-1,,c,3\n2,,c,4\n,,,\n",
        "weight,demand_id\n1.0,1\n0.2e1,2\n4,3\n85e-1,4\n",
    );
    let quoted = COSTS.replace("a,1,1.5", "\"a\",\"1\",\"1.5\"");
    of(&quoted, DEMAND);
}

#[test]
fn negative_and_doubled_rows_are_named_with_their_lines() {
    let outcome = site(
        "site_id,demand_id,cost\na,1,1\n\na,2,-3\na,1,1\nb,,2\n",
        "demand_id,weight\n1,-0.5\n2,1e99\n",
        &["--radius", "1", "--sites", "1"],
    );
    assert_eq!((outcome.code, outcome.stdout.as_str()), (2, ""));
    for part in [
        "line 2: `weight` is `-0.5`; wanted a number from 0",
        "line 3: `weight` is `1e99`",
        "line 4: `cost` is `-3`; wanted a number from 0",
        "line 5: `site and demand point` is `a, 1`, which already stands in line 2",
        "line 6: `demand_id` is empty",
    ] {
        assert!(outcome.stderr.contains(part), "{part}: {}", outcome.stderr);
    }
}

#[test]
fn times_of_a_matrix_are_costs_whichever_end_is_the_site() {
    let header = "origin_id,destination_id,time_s\n";
    let demand = "demand_id,weight\nx,1\ny,2\n";
    let to_sites = format!("{header}x,s,60.5\ny,s,90.0\ny,t,10.0\n");
    let from_sites = format!("{header}s,x,60.5\ns,y,90.0\nt,y,10.0\n");
    for costs in [to_sites, from_sites] {
        let outcome = site(&costs, demand, &["--radius", "60.5", "--sites", "1"]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        assert!(
            outcome.stderr.contains("are the costs"),
            "{}",
            outcome.stderr
        );
        let json = answer(&outcome);
        assert_eq!(
            (&json["objective"], &json["sites"][0]),
            (&2.into(), &"t".into())
        );
    }
    // Ids that are on neither side are told like in any table of costs.
    let neither = format!("{header}p,q,1\n");
    let outcome = site(&neither, demand, &["--radius", "1", "--sites", "1"]);
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("wanted a `demand_id` of the demand table"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_site_that_reaches_nobody_is_a_note() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("c.csv", COSTS);
    write(
        "d.csv",
        "demand_id,weight,service\n1,1,meal\n2,2,meal\n3,4,meal\n4,8.5,meal\n",
    );
    let ask = |more: &[&str]| {
        let words = [
            "site", "--costs", "c.csv", "--demand", "d.csv", "--format", "json",
        ];
        let asked = ["--radius", "2.25", "--sites", "1"];
        let outcome = run_in(folder.path(), &[&words[..], &asked, more].concat());
        assert_eq!(outcome.code, 0, "{more:?}: {}", outcome.stderr);
        let told = "note: site `z` stands in no row of the costs: it serves nobody";
        let typed = told.replace("`z`", "`z:canteen`");
        let has = outcome.stderr.contains(told) || outcome.stderr.contains(&typed);
        assert!(has, "{more:?}: {}", outcome.stderr);
        answer(&outcome)
    };
    for table in [
        "site_id,standing\nz,fixed\n",
        "site_id,standing\nz,forbidden\n",
        "site_id,price\na,1\nb,1\nc,1\nz,4\n",
        "site_id,capacity\na,90\nb,90\nc,90\nz,4\n",
        "site_id,standing,capacity,price\na,,90,1\nb,,90,1\nc,,90,1\nz,fixed,,\n",
    ] {
        write("s.csv", table);
        let json = ask(&["--site-table", "s.csv"]);
        assert_eq!(json["objective"], 12.5, "{table}");
    }
    assert_eq!(ask(&["--fixed", "z"])["objective"], 12.5);
    write("n.csv", "site_id,other_id\nc,z\n");
    assert_eq!(ask(&["--too-near", "n.csv"])["objective"], 12.5);
    write("t.csv", "type,service,price\ncanteen,meal,3\n");
    write("s.csv", "site_id,standing\nz:canteen,fixed\n");
    let typed = ask(&["--types", "t.csv", "--site-table", "s.csv", "--budget", "5"]);
    assert_eq!(typed["objective"], 12.5);
}
