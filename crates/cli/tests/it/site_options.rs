//! Every option of `nuanquan site` on tables small enough to follow by hand; every answer is proven and its proof believed.

use std::fmt::Write as _;
use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::run_in;

/// A street of six demand points 1 apart, with a site beside each; every site reaches its neighbors.
fn street() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut demand = "demand_id,weight,zone\n".to_owned();
    let mut costs = "site_id,demand_id,cost\n".to_owned();
    for (i, weight) in (0_i32..).zip([10, 1, 10, 1, 1, 1]) {
        let zone = if i < 3 { "west" } else { "east" };
        writeln!(demand, "d{i},{weight},{zone}").unwrap();
        for j in 0_i32..6 {
            writeln!(costs, "s{j},d{i},{}", (i - j).abs()).unwrap();
        }
    }
    let sites = "site_id,standing,price,capacity\n\
                 s0,,5,9\ns1,forbidden,1,9\ns2,,4,9\ns3,,3,9\ns4,,2,9\ns5,,1,9\n";
    fs::write(folder.path().join("c.csv"), costs).unwrap();
    fs::write(folder.path().join("d.csv"), demand).unwrap();
    fs::write(folder.path().join("s.csv"), sites).unwrap();
    let prices: String = sites
        .lines()
        .map(|line| line.rsplit_once(',').unwrap().0.to_owned() + "\n")
        .collect();
    fs::write(
        folder.path().join("prices.csv"),
        prices.replace("forbidden", ""),
    )
    .unwrap();
    fs::write(
        folder.path().join("near.csv"),
        "site_id,other_id\ns1,s2\ns1,s3\ns1,s4\n",
    )
    .unwrap();
    folder
}

/// Asks with these words and has the result checked with the same tables.
fn believed(folder: &TempDir, tables: &[&str], question: &[&str]) -> Value {
    let tables = [&["--costs", "c.csv", "--demand", "d.csv"], tables].concat();
    let ask = [
        &["site"],
        &tables[..],
        question,
        &["--exact", "--format", "json"],
    ]
    .concat();
    let outcome = run_in(folder.path(), &ask);
    assert_eq!(outcome.code, 0, "{ask:?}: {}", outcome.stderr);
    fs::write(folder.path().join("result.json"), &outcome.stdout).unwrap();
    let check = [&["site", "verify", "result.json"], &tables[..]].concat();
    let checked = run_in(folder.path(), &check);
    assert_eq!(checked.code, 0, "{ask:?}: {}", checked.stderr);
    let confirmed = "confirmed: no answer is better";
    assert!(checked.stdout.contains(confirmed), "{}", checked.stdout);
    serde_json::from_str(&outcome.stdout).unwrap()
}

/// The same, for an answer that has to be the best one.
fn proven(folder: &TempDir, tables: &[&str], question: &[&str]) -> Value {
    let result = believed(folder, tables, question);
    assert_eq!(result["optimality_gap"], 0.0, "{question:?}");
    result
}

#[test]
fn a_forbidden_site_stays_closed() {
    let folder = street();
    let free = proven(&folder, &[], &["--radius", "1", "--sites", "1"]);
    assert_eq!(
        (&free["sites"], &free["objective"]),
        (&json!(["s1"]), &json!(21))
    );
    let table = "site_id,standing\ns1,forbidden\n";
    fs::write(folder.path().join("f.csv"), table).unwrap();
    let kept = proven(
        &folder,
        &["--site-table", "f.csv"],
        &["--radius", "1", "--sites", "1"],
    );
    assert_eq!(
        (&kept["sites"], &kept["objective"]),
        (&json!(["s2"]), &json!(12))
    );
    assert_eq!(kept["parameters"]["forbidden"], json!(["s1"]));
}

#[test]
fn a_budget_and_the_least_price() {
    let folder = street();
    let tables = ["--site-table", "prices.csv"];
    // 4 buys s1 (1) and s3 (3): all but d5; s1 + s4 cost 3 and cover all.
    let mclp = proven(&folder, &tables, &["--radius", "1", "--budget", "3"]);
    assert_eq!(mclp["objective"], 24);
    let mclp = proven(&folder, &tables, &["--radius", "1", "--budget", "2"]);
    assert_eq!(mclp["objective"], 23, "s1 and s5 for 2: all but d3");
    let lscp = proven(
        &folder,
        &tables,
        &["--model", "lscp", "--radius", "1", "--by-price"],
    );
    assert_eq!(lscp["objective"], 3);
}

#[test]
fn covered_twice() {
    let folder = street();
    let once = proven(&folder, &[], &["--radius", "1", "--sites", "2"]);
    assert_eq!(once["objective"], 24);
    let twice = proven(
        &folder,
        &[],
        &["--radius", "1", "--sites", "2", "--times", "2"],
    );
    // Two sites have at most two points in common that weigh 11: d0, d1 of s0 and s1, or d1, d2 of s1 and s2.
    assert_eq!(twice["objective"], 11);
}

#[test]
fn a_floor_in_every_zone() {
    let folder = street();
    let question = ["--radius", "1", "--sites", "1", "--floor", "30%"];
    // Without the floor s1 covers 21; only s2 and s3 reach into both zones, each with 10 or 11 of 21 and 1 or 2 of 3.
    let result = proven(&folder, &[], &question);
    assert_eq!(result["objective"], 12);
    assert_eq!(result["parameters"]["floor_percent"], 30);
}

#[test]
fn capacities() {
    let folder = street();
    let result = proven(
        &folder,
        &["--site-table", "s.csv"],
        &["--radius", "1", "--sites", "2"],
    );
    // Each serves 9 at most: s0 and s2 serve 18.
    assert_eq!(result["objective"], 18);
}

#[test]
fn capacities_in_every_model() {
    let folder = street();
    let tables = ["--site-table", "s.csv"];
    let lscp = proven(&folder, &tables, &["--model", "lscp", "--radius", "5"]);
    assert_eq!(lscp["objective"], 3, "24 to serve, 9 each");
    let median = proven(&folder, &tables, &["--model", "p-median", "--sites", "3"]);
    // s0 serves 9 of d0, s2 serves 9 of d2, and s3 what is left: 3 + 2 + 1 + 0 + 1 + 2.
    assert_eq!(median["sites"], json!(["s0", "s2", "s3"]));
    assert_eq!(median["objective"], 9);
    let by_d0 = median["assignment"].as_array().unwrap().iter();
    let by_d0: i64 = by_d0
        .filter(|a| a["demand"] == "d0")
        .map(|a| a["weight"].as_i64().unwrap())
        .sum();
    assert_eq!(by_d0, 10, "everybody is served");
    // s1 is forbidden, so that one of the ten at d0 has to go two further.
    let center = proven(&folder, &tables, &["--model", "p-center", "--sites", "3"]);
    assert_eq!(center["objective"], 2);
}

#[test]
fn too_little_capacity_says_where() {
    let folder = street();
    let ask = |question: &[&str]| {
        let tables = [
            "site",
            "--costs",
            "c.csv",
            "--demand",
            "d.csv",
            "--site-table",
            "s.csv",
        ];
        let outcome = run_in(folder.path(), &[&tables[..], question].concat());
        assert_eq!(outcome.code, 1, "{question:?}");
        outcome.stderr
    };
    let said = ask(&["--model", "lscp", "--radius", "1"]);
    assert!(
        said.contains(
            "`d0` among them, weigh 10, and all sites in their reach that may open can serve 9"
        ),
        "{said}"
    );
    let said = ask(&["--model", "p-median", "--sites", "2"]);
    assert!(
        said.contains("the largest 2 new sites can serve 18 together with the fixed ones, and the demand in reach weighs 24"),
        "{said}"
    );
}

#[test]
fn a_changed_assignment_is_not_believed() {
    let folder = street();
    let tables = ["--site-table", "s.csv"];
    let mut result = proven(&folder, &tables, &["--model", "p-median", "--sites", "3"]);
    result["assignment"][0]["weight"] = json!(1);
    fs::write(folder.path().join("changed.json"), result.to_string()).unwrap();
    let check = [
        "site",
        "verify",
        "changed.json",
        "--costs",
        "c.csv",
        "--demand",
        "d.csv",
    ];
    let checked = run_in(folder.path(), &[&check[..], &tables[..]].concat());
    assert_eq!(checked.code, 1);
    assert!(
        checked.stderr.contains("`assignment`"),
        "{}",
        checked.stderr
    );
}

#[test]
fn sites_too_near_each_other() {
    let folder = street();
    let result = proven(
        &folder,
        &["--too-near", "near.csv"],
        &["--radius", "1", "--sites", "2"],
    );
    // s1 goes with s5 only: 21 + 2; s1 with s4 would cover all.
    assert_eq!(result["objective"], 23);
}

#[test]
fn phases_state_what_nesting_costs() {
    let folder = street();
    let result = believed(&folder, &[], &["--model", "p-center", "--phases", "1,2"]);
    let phases = result["phases"].as_array().unwrap();
    // One site in the middle: 3 away from an end. Two free sites: 1; with s2 or s3 kept: 2.
    assert_eq!(phases[0]["objective"], 3);
    assert_eq!(
        (&phases[1]["objective"], &phases[1]["bound"]),
        (&json!(2), &json!(1))
    );
    assert_eq!(phases[1]["loss"], 1);
}

#[test]
fn every_phase_is_checked() {
    let folder = street();
    let ask = ["--radius", "1", "--phases", "1,2,3"];
    let honest = believed(&folder, &["--site-table", "s.csv"], &ask);
    let check = |result: &Value| {
        fs::write(folder.path().join("phases.json"), result.to_string()).unwrap();
        let words = [
            "site",
            "verify",
            "phases.json",
            "--costs",
            "c.csv",
            "--demand",
            "d.csv",
        ];
        run_in(
            folder.path(),
            &[&words[..], &["--site-table", "s.csv"]].concat(),
        )
    };
    let outcome = check(&honest);
    assert!(
        outcome.stdout.contains("3 phases confirmed"),
        "{}",
        outcome.stdout
    );
    let refused = |change: &dyn Fn(&mut Value), why: &str| {
        let mut result = honest.clone();
        change(&mut result);
        let outcome = check(&result);
        assert_eq!(outcome.code, 1);
        assert!(outcome.stderr.contains(why), "{}", outcome.stderr);
    };
    refused(
        &|r| r["phases"][0]["loss"] = json!(1),
        "phase 1: `loss` is 1",
    );
    refused(
        &|r| r["phases"][1]["bound"] = json!(1),
        "phase 2: `bound` is 1",
    );
    refused(
        &|r| r["phases"][1]["proof"]["bound"] = json!("1"),
        "phase 2: the certificate proves a bound of",
    );
    // A bound without its certificate is not false: it is said to be unchecked.
    let mut bare = honest.clone();
    bare["phases"][1]["proof"]["certificate"] = Value::Null;
    let outcome = check(&bare);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("1 of their bounds are claimed without a certificate"),
        "{}",
        outcome.stdout
    );
    refused(
        &|r| {
            let sites = r["phases"][1]["proof"]["new_sites"].as_array_mut().unwrap();
            sites.reverse();
        },
        "phase 2: it does not keep the sites of the phase before it",
    );
    refused(
        &|r| {
            r["phases"].as_array_mut().unwrap().pop();
        },
        "the last phase has other sites than the plan",
    );
}

#[test]
fn closing_what_is_missed_least() {
    let folder = street();
    let question = ["--radius", "1", "--fixed", "s0,s1,s4", "--close", "1"];
    let result = proven(&folder, &[], &question);
    assert_eq!(result["close"], json!(["s0"]));
    assert_eq!(result["sites"], json!(["s1", "s4"]));
    assert_eq!(
        (&result["loss"], &result["objective"]),
        (&json!(0), &json!(24))
    );
}

#[test]
fn what_stays_is_listed_also_where_it_adds_nothing() {
    let folder = street();
    // s1 reaches what s0 and s2 reach; either of them may close.
    let question = ["--radius", "1", "--fixed", "s0,s1,s2,s4", "--close", "1"];
    let result = proven(&folder, &[], &question);
    let stays = result["sites"].as_array().unwrap();
    assert_eq!((stays.len(), &result["loss"]), (3, &json!(0)));
    assert!(stays.contains(&json!("s1")), "{stays:?}");
    let check = |result: &Value| {
        fs::write(folder.path().join("close.json"), result.to_string()).unwrap();
        let words = [
            "site",
            "verify",
            "close.json",
            "--costs",
            "c.csv",
            "--demand",
            "d.csv",
        ];
        run_in(folder.path(), &words)
    };
    assert_eq!(check(&result).code, 0);
    for (at, to) in [
        ("/loss", json!(1)),
        ("/loss_at_least", json!(1)),
        ("/close", json!([])),
        ("/close", json!(["s1"])),
        ("/open_before", json!(["s0", "s1", "s2", "s3", "s4"])),
    ] {
        let mut changed = result.clone();
        *changed.pointer_mut(at).unwrap() = to;
        let outcome = check(&changed);
        assert_eq!(outcome.code, 1, "{at}: {}", outcome.stdout);
    }
}

#[test]
fn a_price_within_a_number_of_sites() {
    let folder = street();
    let tables = ["--site-table", "prices.csv"];
    let ask = ["--model", "lscp", "--radius", "1", "--by-price"];
    let limited = |n: &str, more: &[&str]| {
        proven(
            &folder,
            &tables,
            &[&ask[..], &["--sites", n], more].concat(),
        )
    };
    // s1 (1) covers d0 to d2; s4 (2) covers d3 to d5. With s1 fixed its price counts.
    assert_eq!(limited("2", &[])["objective"], 3);
    let fixed = limited("1", &["--fixed", "s1"]);
    assert_eq!(
        (&fixed["objective"], &fixed["sites"]),
        (&json!(3), &json!(["s1", "s4"]))
    );
    let dear = limited("2", &["--fixed", "s0"]);
    assert_eq!(dear["objective"], 8, "5 for s0, and 3");
    let words = [
        &["site", "--costs", "c.csv", "--demand", "d.csv"],
        &tables[..],
        &ask,
    ]
    .concat();
    let none = run_in(folder.path(), &[&words[..], &["--sites", "1"]].concat());
    assert_eq!(none.code, 1, "{}", none.stdout);
    assert!(
        none.stderr
            .contains("takes at least 2 new sites, and 1 are allowed"),
        "{}",
        none.stderr
    );
}

#[test]
fn types_with_several_services() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "c.csv",
        "site_id,demand_id,cost\ncorner,gate,200\nsquare,gate,300\n",
    );
    write(
        "d.csv",
        "demand_id,service,weight\ngate,meal,10\ngate,swap,6\n",
    );
    write(
        "t.csv",
        "type,service,price\ncanteen,meal,2\nstation,meal,3\nstation,swap,\n",
    );
    let result = proven(
        &folder,
        &["--types", "t.csv"],
        &["--radius", "250", "--sites", "1"],
    );
    assert_eq!(result["sites"], json!(["corner:station"]));
    assert_eq!(result["objective"], 16);
}

#[test]
fn options_that_do_not_fit_say_so() {
    let folder = street();
    for (words, part) in [
        (
            &["--model", "p-median", "--sites", "1", "--floor", "30%"][..],
            "--floor belongs to",
        ),
        (
            &["--radius", "1", "--sites", "1", "--floor", "30"],
            "write a percentage such as 40%",
        ),
        (&["--radius", "1"], "needs --sites"),
        (
            &["--radius", "1", "--sites", "1", "--by-price"],
            "--by-price belongs to",
        ),
    ] {
        let ask = [&["site", "--costs", "c.csv", "--demand", "d.csv"], words].concat();
        let outcome = run_in(folder.path(), &ask);
        assert_eq!(outcome.code, 2, "{words:?}: {}", outcome.stdout);
        assert!(
            outcome.stderr.contains(part),
            "{words:?}: {}",
            outcome.stderr
        );
    }
}
