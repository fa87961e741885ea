//! Every model with every option on random small tables: an untouched result is believed, a changed one is not.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Outcome, run_in};

/// Numbers from a seed, the same on every machine (`SplitMix`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }
}

/// Demand points and sites on a square of 100, weights and costs with decimals.
fn tables(folder: &Path, seed: u64) {
    let mut dice = Dice(seed);
    let mut spot = || (dice.below(100), dice.below(100));
    let points: Vec<_> = (0..24).map(|_| spot()).collect();
    let places: Vec<_> = (0..9).map(|_| spot()).collect();
    let mut demand = "demand_id,weight,zone,service\n".to_owned();
    let mut costs = "site_id,demand_id,cost\n".to_owned();
    let mut sites = "site_id,standing,price\n".to_owned();
    let mut capacities = "site_id,capacity,price\n".to_owned();
    for (i, point) in points.iter().enumerate() {
        let zone = if point.0 < 50 { "west" } else { "east" };
        let (whole, tenth) = (dice.below(30), dice.below(10));
        writeln!(demand, "d{i},{whole}.{tenth},{zone},meal").unwrap();
        for (j, place) in places.iter().enumerate() {
            let away = place.0.abs_diff(point.0) + place.1.abs_diff(point.1);
            if away < 120 {
                writeln!(costs, "s{j},d{i},{away}.{}", dice.below(10)).unwrap();
            }
        }
    }
    for j in 0..places.len() {
        let standing = ["", "", "", "fixed", "forbidden"][usize::try_from(dice.below(5)).unwrap()];
        let price = 3 + dice.below(20);
        writeln!(sites, "s{j},{standing},{price}.25").unwrap();
        writeln!(capacities, "s{j},{},{price}", 60 + dice.below(200)).unwrap();
    }
    let near = "site_id,other_id\ns0,s1\ns2,s3\ns4,s7\n";
    let types = "type,service,price\ncanteen,meal,4\nstation,meal,7\n";
    for (name, text) in [
        ("c.csv", costs.as_str()),
        ("d.csv", &demand),
        ("s.csv", &sites),
        ("q.csv", &capacities),
        ("n.csv", near),
        ("t.csv", types),
    ] {
        fs::write(folder.join(name), text).unwrap();
    }
}

/// Each line: the tables beside costs and demand, and the question.
const QUESTIONS: [(&str, &str); 36] = [
    ("", "mclp --radius 40 --sites 3"),
    ("", "mclp --radius 30 --sites 4 --exact"),
    ("", "mclp --radius 30 --sites 0"),
    ("", "mclp --radius 45 --sites 4 --times 2"),
    ("", "mclp --radius 50 --sites 4 --floor 30%"),
    ("", "mclp --radius 40 --phases 1,3,4"),
    ("", "mclp --radius 40 --phases 2,3 --times 2"),
    ("", "mclp --radius 40 --fixed s0,s1,s2,s5 --close 2"),
    ("", "mclp --radius 90 --fixed s0,s1,s2,s5 --close 1"),
    ("", "lscp --radius 70"),
    ("", "lscp --radius 90 --times 2 --exact"),
    ("", "p-median --sites 3"),
    ("", "p-median --sites 3 --radius 80 --exact"),
    ("", "p-median --phases 2,3"),
    ("", "p-median --fixed s0,s1,s2,s5 --close 1"),
    ("", "p-center --sites 3"),
    ("", "p-center --sites 4 --exact"),
    ("", "p-center --phases 1,2,4"),
    ("", "p-center --phases 2,3 --exact"),
    ("", "p-center --fixed s0,s1,s2,s5 --close 1"),
    ("--site-table s.csv", "mclp --radius 40 --budget 30"),
    (
        "--site-table s.csv",
        "mclp --radius 40 --sites 3 --budget 25",
    ),
    ("--site-table s.csv", "lscp --radius 90 --by-price"),
    (
        "--site-table s.csv",
        "lscp --radius 90 --by-price --sites 2",
    ),
    ("--site-table s.csv", "lscp --radius 90 --budget 60"),
    ("--site-table s.csv", "p-median --sites 3 --budget 45"),
    ("--site-table s.csv", "p-center --sites 3 --budget 60"),
    ("--too-near n.csv", "mclp --radius 40 --sites 4"),
    ("--too-near n.csv", "lscp --radius 90"),
    ("--too-near n.csv", "p-center --phases 2,3"),
    ("--site-table q.csv", "mclp --radius 50 --sites 3"),
    (
        "--site-table q.csv",
        "lscp --radius 90 --by-price --sites 5",
    ),
    ("--site-table q.csv", "p-median --sites 6"),
    ("--site-table q.csv", "p-center --phases 5,6"),
    (
        "--site-table q.csv",
        "mclp --radius 50 --fixed s0,s1,s2 --close 1",
    ),
    ("--types t.csv", "mclp --radius 40 --budget 12"),
];

struct Asked<'a> {
    folder: &'a Path,
    tables: Vec<&'a str>,
}

impl Asked<'_> {
    fn check(&self, text: &str) -> Outcome {
        fs::write(self.folder.join("r.json"), text).unwrap();
        let words = ["site", "verify", "r.json", "--format", "json"];
        run_in(self.folder, &[&words[..], &self.tables].concat())
    }

    fn refused(&self, honest: &Value, what: &str, change: impl FnOnce(&mut Value)) {
        let mut changed = honest.clone();
        change(&mut changed);
        if changed == *honest {
            return;
        }
        let outcome = self.check(&changed.to_string());
        assert_eq!(
            outcome.code, 1,
            "{what}: {}{}",
            outcome.stdout, outcome.stderr
        );
    }
}

/// One step of a number that is written as text.
fn step(value: &mut Value, by: i128) {
    let number: i128 = value.as_str().unwrap().parse().unwrap();
    *value = json!((number + by).to_string());
}

#[test]
fn every_untouched_result_is_believed_and_a_changed_one_is_not() {
    let (mut n_answers, mut n_bounds, mut n_gaps) = (0, 0, 0);
    for (number, (tables_of, question)) in (0..).zip(QUESTIONS) {
        let folder = tempfile::tempdir().unwrap();
        tables(folder.path(), 100 + number);
        let mut words = vec!["--costs", "c.csv", "--demand", "d.csv"];
        words.extend(tables_of.split_whitespace());
        let asked = Asked {
            folder: folder.path(),
            tables: words.clone(),
        };
        let ask = [&["site"], &words[..], &["--format", "json", "--model"]].concat();
        let question: Vec<&str> = question.split_whitespace().collect();
        let outcome = run_in(folder.path(), &[&ask[..], &question].concat());
        let what = format!("{number}: {tables_of} {question:?}");
        if outcome.code == 1 {
            continue;
        }
        assert_eq!(outcome.code, 0, "{what}: {}", outcome.stderr);
        n_answers += 1;
        let confirmed = asked.check(&outcome.stdout);
        assert_eq!(confirmed.code, 0, "{what}: {}", confirmed.stderr);
        let answer: Value = serde_json::from_str(&confirmed.stdout).unwrap();
        n_bounds += u32::from(answer["bound_check"] == "confirmed");
        let honest: Value = serde_json::from_str(&outcome.stdout).unwrap();
        n_gaps += u32::from(honest["optimality_gap"] != 0.0);
        // Written anew by another program, numbers keep their value only.
        let again = asked.check(&honest.to_string());
        assert_eq!(again.code, 0, "{what}: {}", again.stderr);

        asked.refused(&honest, &what, |r| {
            r["objective"] = json!(r["objective"].as_f64().unwrap() + 1.0);
        });
        asked.refused(&honest, &what, |r| {
            r["bound"] = json!(r["bound"].as_f64().unwrap() + 1.0);
        });
        asked.refused(&honest, &what, |r| r["optimality_gap"] = json!(0.75));
        asked.refused(&honest, &what, |r| {
            if let Some(site) = r.pointer_mut("/sites/0") {
                *site = json!("s99");
            }
        });
        asked.refused(&honest, &what, |r| step(&mut r["proof"]["objective"], 1));
        asked.refused(&honest, &what, |r| {
            let better = if honest["model"] == "mclp" { -1 } else { 1 };
            step(&mut r["proof"]["bound"], better);
        });
        asked.refused(&honest, &what, |r| {
            r["proof"]["new_sites"]
                .as_array_mut()
                .unwrap()
                .push(json!(999));
        });
        // The bound of p-center may follow from the worst point alone.
        if honest["model"] != "p-center" {
            asked.refused(&honest, &what, |r| {
                r["proof"]["certificate"]["cases"] = json!([]);
            });
        }
    }
    assert!(n_answers >= 32, "{n_answers}");
    assert!(
        n_bounds >= n_answers - 2,
        "{n_bounds} of {n_answers} bounds"
    );
    assert!(n_gaps >= 3, "{n_gaps}");
}
