//! `nuanquan site verify`: what was changed in a result is found, whatever it is.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::program::{Outcome, run_in};

/// The check of a result in the folder of its inputs.
const VERIFY: [&str; 7] = [
    "site",
    "verify",
    "result.json",
    "--costs",
    "c.csv",
    "--demand",
    "d.csv",
];

/// 3 x 4 streets with a demand point at every crossing; sites at some of them.
fn tables(folder: &Path) {
    let mut demand = "demand_id,weight\n".to_owned();
    let mut costs = "site_id,demand_id,cost\n".to_owned();
    for i in 0_i32..12 {
        writeln!(demand, "d{i},{}.5", 1 + i * 7 % 5).unwrap();
        for j in [0_i32, 2, 5, 7, 8, 11] {
            let away = (i % 4 - j % 4).abs() + (i / 4 - j / 4).abs();
            if away <= 3 {
                writeln!(costs, "s{j},d{i},{away}.25").unwrap();
            }
        }
    }
    fs::write(folder.join("c.csv"), costs).unwrap();
    fs::write(folder.join("d.csv"), demand).unwrap();
}

const ASKED: [&str; 7] = [
    "site", "--costs", "c.csv", "--demand", "d.csv", "--format", "json",
];

fn asked(more: &[&str]) -> (TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    tables(folder.path());
    let outcome = run_in(folder.path(), &[&ASKED[..], more].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let result = serde_json::from_str(&outcome.stdout).unwrap();
    (folder, result)
}

fn verify(folder: &TempDir, result: &Value) -> Outcome {
    fs::write(folder.path().join("result.json"), result.to_string()).unwrap();
    let mut words = VERIFY.to_vec();
    words.extend(["--format", "json"]);
    run_in(folder.path(), &words)
}

fn refused(folder: &TempDir, result: &Value, claim: &str) {
    let outcome = verify(folder, result);
    assert_eq!(
        outcome.code, 1,
        "{claim}: {}{}",
        outcome.stdout, outcome.stderr
    );
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(answer["verified"], false);
    assert_eq!(answer["claim"], claim, "{}", outcome.stderr);
    assert!(
        outcome.stderr.starts_with("error: not as claimed: "),
        "{}",
        outcome.stderr
    );
}

const MCLP: [&str; 7] = [
    "--model", "mclp", "--radius", "1.25", "--sites", "2", "--exact",
];

#[test]
fn every_model_is_confirmed() {
    let median = ["--model", "p-median", "--sites", "2", "--exact"];
    let center = ["--model", "p-center", "--sites", "2", "--exact"];
    let lscp = ["--model", "lscp", "--radius", "2.25", "--exact"];
    let with_fixed = [&MCLP[..], &["--fixed", "s0,s5"]].concat();
    let questions = [&MCLP[..], &median, &center, &lscp, &with_fixed];
    for words in questions {
        let (folder, result) = asked(words);
        let outcome = verify(&folder, &result);
        assert_eq!(outcome.code, 0, "{words:?}: {}", outcome.stderr);
        let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(answer["verified"], true);
        assert_eq!(answer["bound_check"], "confirmed");
        assert_eq!(answer["objective"], result["objective"]);
        assert_eq!(answer["sites"], result["sites"]);
    }
}

#[test]
fn a_result_is_readable_and_checked_from_standard_words() {
    let (folder, result) = asked(&MCLP);
    fs::write(folder.path().join("result.json"), result.to_string()).unwrap();
    let outcome = run_in(folder.path(), &VERIFY);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    for part in [
        "inputs confirmed",
        "objective",
        "confirmed: no answer is better",
    ] {
        assert!(outcome.stdout.contains(part), "{part}: {}", outcome.stdout);
    }
}

#[test]
fn each_claim_that_was_changed_is_named() {
    let (folder, honest) = asked(&MCLP);
    let change = |at: &str, to: Value| {
        let mut result = honest.clone();
        *result.pointer_mut(at).unwrap() = to;
        result
    };
    let more = honest["objective"].as_f64().unwrap() + 1.0;
    refused(&folder, &change("/objective", json!(more)), "objective");
    refused(&folder, &change("/bound", json!(more)), "bound");
    refused(&folder, &change("/status", json!("feasible")), "status");
    refused(
        &folder,
        &change("/optimality_gap", json!(0.5)),
        "optimality_gap",
    );
    refused(&folder, &change("/sites/0", json!("s99")), "sites");
    refused(&folder, &change("/choices/0/adds", json!(1)), "choices");
    refused(
        &folder,
        &change("/parameters/new_sites", json!(3)),
        "parameters",
    );

    // The same inside the proof.
    let steps: i128 = honest["proof"]["objective"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let other = json!((steps + 10).to_string());
    refused(&folder, &change("/proof/objective", other), "objective");
    let lower = json!((steps - 10).to_string());
    refused(&folder, &change("/proof/bound", lower), "bound");
    refused(
        &folder,
        &change("/proof/question/n_sites", json!(3)),
        "parameters",
    );
    let sites = honest["proof"]["new_sites"].as_array().unwrap();
    let unused = (0..6).find(|k| !sites.contains(&json!(k))).unwrap();
    refused(
        &folder,
        &change("/proof/new_sites/0", json!(unused)),
        "objective",
    );
    refused(
        &folder,
        &change("/proof/new_sites", json!([0, 1, 2])),
        "sites",
    );
    let hash = honest["proof"]["instance"].as_str().unwrap();
    let hash: String = hash.chars().rev().collect();
    refused(&folder, &change("/proof/instance", json!(hash)), "inputs");
    let negative = json!(-1);
    refused(
        &folder,
        &change("/proof/certificate/multipliers/0/demand", json!([negative])),
        "bound",
    );
}

#[test]
fn multipliers_that_prove_less_are_no_proof() {
    // A quick answer: its certificate is one set of multipliers.
    let (folder, mut result) = asked(&MCLP[..6]);
    assert_eq!(verify(&folder, &result).code, 0);
    let all = result
        .pointer_mut("/proof/certificate/multipliers/0/demand")
        .unwrap();
    for multiplier in all.as_array_mut().unwrap() {
        *multiplier = json!(0);
    }
    refused(&folder, &result, "bound");
}

#[test]
fn other_inputs_are_told_apart() {
    let (folder, result) = asked(&MCLP);
    let demand = fs::read_to_string(folder.path().join("d.csv")).unwrap();
    fs::write(
        folder.path().join("d.csv"),
        demand.replace("d3,2.5", "d3,2.6"),
    )
    .unwrap();
    refused(&folder, &result, "inputs");
}

#[test]
fn rows_in_another_order_are_the_same_inputs() {
    let (folder, result) = asked(&MCLP);
    let costs = fs::read_to_string(folder.path().join("c.csv")).unwrap();
    let (header, rows) = costs.split_once('\n').unwrap();
    let turned: Vec<&str> = rows.lines().rev().collect();
    fs::write(
        folder.path().join("c.csv"),
        format!("{header}\n{}\n", turned.join("\n")),
    )
    .unwrap();
    assert_eq!(verify(&folder, &result).code, 0);
}

#[test]
fn without_a_certificate_the_bound_is_not_checked() {
    let (folder, mut result) = asked(&MCLP);
    result["proof"]["certificate"] = Value::Null;
    let outcome = verify(&folder, &result);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let answer: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(answer["bound_check"], "not checked");
    let text = run_in(folder.path(), &VERIFY).stdout;
    assert!(text.contains("bound not checked"), "{text}");
}

#[test]
fn what_is_no_result_is_bad_input() {
    let (folder, result) = asked(&MCLP);
    let mut bare = result.clone();
    bare.as_object_mut().unwrap().remove("proof");
    for text in ["{", "[]", &bare.to_string()] {
        fs::write(folder.path().join("result.json"), text).unwrap();
        let outcome = run_in(folder.path(), &VERIFY);
        assert_eq!(outcome.code, 2, "{text}: {}", outcome.stdout);
        assert!(outcome.stderr.contains("result.json"), "{}", outcome.stderr);
    }
}

/// Gaps are fractions with many digits, which a reader may take for a neighbor of what was printed.
#[test]
fn a_gap_is_believed_as_it_was_printed() {
    let folder = tempfile::tempdir().unwrap();
    let mut n_gaps = 0;
    for seed in 1..9 {
        let (mut demand, mut costs) = (
            "demand_id,weight\n".to_owned(),
            "site_id,demand_id,cost\n".to_owned(),
        );
        for i in 0..60 {
            writeln!(demand, "d{i},{}", i * 7 % 41 + 1).unwrap();
            for j in 0..30 {
                let cost = (i * i + 7 * i * j + 13 * j * j + seed * i) * 37 % 1000;
                writeln!(costs, "s{j},d{i},{cost}").unwrap();
            }
        }
        fs::write(folder.path().join("c.csv"), costs).unwrap();
        fs::write(folder.path().join("d.csv"), demand).unwrap();
        for sites in ["5", "6", "7"] {
            let more = ["--radius", "120", "--sites", sites];
            let outcome = run_in(folder.path(), &[&ASKED[..], &more].concat());
            fs::write(folder.path().join("result.json"), &outcome.stdout).unwrap();
            let checked = run_in(folder.path(), &VERIFY);
            assert_eq!(checked.code, 0, "{seed} {sites}: {}", checked.stderr);
            let result: Value = serde_json::from_str(&outcome.stdout).unwrap();
            n_gaps += u32::from(result["optimality_gap"] != 0.0);
        }
    }
    assert!(n_gaps > 8, "{n_gaps}");
}
