//! The answers of the program, held to the byte.
//!
//! `golden.tsv` lists each answer with the SHA-256 of its bytes: every file of both demo runs,
//! matrices, outlines, reached streets, and siting questions with their certificates. A change of
//! the code that is meant to change no answer leaves it as it is; a change that is meant to writes
//! the list anew (`NUANQUAN_GOLDEN=write cargo test -p cli golden`) and says why in its commit.
//! The plan's own fingerprint is taken out: it follows the text of the plan, comments included.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::program::{data_text, run_in};

/// Answers by name, each with the first 16 hexadecimal digits of its hash.
type Answers = BTreeMap<String, String>;

fn hash(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in &Sha256::digest(bytes)[..8] {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

/// The standard output of one command.
fn said(answers: &mut Answers, folder: &Path, name: &str, words: &[&str]) {
    let outcome = run_in(folder, words);
    assert_eq!(outcome.code, 0, "{name}: {words:?}\n{}", outcome.stderr);
    assert!(
        outcome.stdout.len() > 40,
        "{name}: an answer, not a blank line"
    );
    // How long the search took is no part of the answer.
    let answer: Vec<&str> = outcome
        .stdout
        .lines()
        .filter(|line| !line.trim_start().starts_with("\"time_s\":"))
        .collect();
    answers.insert(name.to_owned(), hash(answer.join("\n").as_bytes()));
}

fn run_of_a_demo(answers: &mut Answers, folder: &Path, city: &str) {
    let plan = data_text(&format!("{city}/plan.toml"));
    let outcome = run_in(folder, &["run", &plan, "--output", city]);
    assert_eq!(outcome.code, 0, "{city}: {}", outcome.stderr);
    let results = folder.join(city);
    let baseline = fs::read(results.join("baseline/result.json")).unwrap();
    let baseline: serde_json::Value = serde_json::from_slice(&baseline).unwrap();
    let fingerprint = baseline["plan_fingerprint"].as_str().unwrap();
    let mut files = Vec::new();
    collect(&results, &mut files);
    assert!(
        files.len() > 20,
        "{city}: a folder for each scenario, with its tables"
    );
    for path in files {
        let name = path.strip_prefix(folder).unwrap().to_string_lossy();
        let bytes = fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes).replace(fingerprint, "");
        answers.insert(
            format!("run {}", name.replace('\\', "/")),
            hash(text.as_bytes()),
        );
    }
}

/// All files below a folder but the list of hashes that the writer keeps.
fn collect(folder: &Path, files: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if !path.file_name().unwrap().to_string_lossy().starts_with('.') {
            files.push(path);
        }
    }
}

/// Places on the streets of a demo, as tables and as words.
fn places(folder: &Path, name: &str, west_south: (f64, f64), step: f64, n: u32) -> String {
    let mut text = "id,lng,lat\n".to_owned();
    for i in 0..n {
        // A walk over the square that no axis of the grid follows.
        let (x, y) = (f64::from(i * 7 % n), f64::from(i * 3 % n));
        let (lng, lat) = (west_south.0 + x * step, west_south.1 + y * step);
        writeln!(text, "p{i},{lng:.6},{lat:.6}").unwrap();
    }
    fs::write(folder.join(name), text).unwrap();
    name.to_owned()
}

fn circles_and_matrices(answers: &mut Answers, folder: &Path) {
    let cities = [
        (
            "shenzhen",
            "shenzhen-futian-2024.osm.pbf",
            (114.03, 22.53),
            0.0016,
            "114.0579,22.5431",
        ),
        (
            "monaco",
            "monaco.osm.pbf",
            (7.415, 43.728),
            0.0004,
            "7.4256,43.7391",
        ),
    ];
    for (city, file, corner, step, at) in cities {
        let map = data_text(&format!("{city}/{file}"));
        let net = format!("{city}.nqg");
        let outcome = run_in(folder, &["import", &map, "--output", &net]);
        assert_eq!(outcome.code, 0, "{}", outcome.stderr);
        let table = places(folder, &format!("{city}.csv"), corner, step, 25);
        for profile in ["rider", "foot"] {
            let base = ["--profile", profile];
            let ends = [
                "matrix",
                &net,
                "--origins",
                &table,
                "--destinations",
                &table,
                "--limit",
                "30min",
            ];
            said(
                answers,
                folder,
                &format!("matrix {city} {profile}"),
                &[&ends[..], &base].concat(),
            );
            for format in ["geojson", "network"] {
                for limit in ["5min", "10min"] {
                    let words = [
                        "isochrone",
                        &net,
                        "--at",
                        at,
                        "--limit",
                        limit,
                        "--format",
                        format,
                    ];
                    let name = format!("isochrone {city} {profile} {limit} {format}");
                    said(answers, folder, &name, &[&words[..], &base].concat());
                }
            }
            let words = [
                "isochrone",
                &net,
                "--at",
                at,
                "--limit",
                "8min",
                "--toward",
                "--gates",
                "through",
            ];
            said(
                answers,
                folder,
                &format!("isochrone {city} {profile} toward, through gates"),
                &[&words[..], &base].concat(),
            );
        }
    }
}

/// A town of 9 x 9 streets: demand at each crossing, sites with prices at every third.
fn siting_tables(folder: &Path) {
    let mut demand = "demand_id,weight\n".to_owned();
    let mut costs = "site_id,demand_id,cost\n".to_owned();
    let mut sites = "site_id,price,standing\n".to_owned();
    for i in 0_i32..81 {
        writeln!(demand, "d{i},{}.5", 1 + i * i % 17).unwrap();
        for j in (0..81).step_by(3) {
            let (dx, dy) = ((i % 9 - j % 9).abs(), (i / 9 - j / 9).abs());
            if dx + dy <= 6 {
                writeln!(costs, "s{j},d{i},{}", 100 * (dx + dy) + (i + j) % 13).unwrap();
            }
        }
    }
    for j in (0_i32..81).step_by(3) {
        let standing = if j == 39 { "fixed" } else { "candidate" };
        writeln!(sites, "s{j},{}.5,{standing}", 10 + j * 5 % 11).unwrap();
    }
    fs::write(folder.join("demand.csv"), demand).unwrap();
    fs::write(folder.join("costs.csv"), costs).unwrap();
    fs::write(folder.join("sites.csv"), sites).unwrap();
}

fn siting(answers: &mut Answers, folder: &Path) {
    siting_tables(folder);
    let base = [
        "site",
        "--costs",
        "costs.csv",
        "--demand",
        "demand.csv",
        "--format",
        "json",
    ];
    let questions: [&[&str]; 12] = [
        &["--model", "mclp", "--radius", "250", "--sites", "6"],
        &[
            "--model", "mclp", "--radius", "250", "--sites", "6", "--exact",
        ],
        &[
            "--model", "mclp", "--radius", "250", "--sites", "6", "--times", "2",
        ],
        &["--model", "lscp", "--radius", "300"],
        &["--model", "lscp", "--radius", "300", "--times", "2"],
        &["--model", "p-median", "--sites", "6"],
        &["--model", "p-median", "--sites", "6", "--exact"],
        &["--model", "p-center", "--sites", "6"],
        &["--model", "p-center", "--sites", "7", "--exact"],
        &[
            "--model",
            "lscp",
            "--radius",
            "300",
            "--site-table",
            "sites.csv",
            "--by-price",
        ],
        &[
            "--model",
            "mclp",
            "--radius",
            "250",
            "--site-table",
            "sites.csv",
            "--budget",
            "70",
        ],
        &["--model", "mclp", "--radius", "250", "--phases", "2,4,6"],
    ];
    for question in questions {
        said(
            answers,
            folder,
            &format!("site {}", question.join(" ")),
            &[&base[..], question].concat(),
        );
    }
    let plan = data_text("shenzhen/plan.toml");
    let words = [
        "site",
        &plan,
        "--standard",
        "meal",
        "--sites",
        "4",
        "--format",
        "json",
    ];
    said(answers, folder, "site plan shenzhen meal 4", &words);
}

#[test]
fn answers_are_those_of_the_list() {
    let folder = tempfile::tempdir().unwrap();
    let mut answers = Answers::new();
    for city in ["shenzhen", "monaco"] {
        run_of_a_demo(&mut answers, folder.path(), city);
    }
    circles_and_matrices(&mut answers, folder.path());
    siting(&mut answers, folder.path());

    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/golden.tsv");
    if std::env::var_os("NUANQUAN_GOLDEN").is_some_and(|v| v == "write") {
        let mut text = String::new();
        for (name, hash) in &answers {
            writeln!(text, "{name}\t{hash}").unwrap();
        }
        fs::write(&list, text).unwrap();
        return;
    }
    let listed: Answers = fs::read_to_string(&list)
        .unwrap()
        .lines()
        .map(|line| {
            let (name, hash) = line.split_once('\t').unwrap();
            (name.to_owned(), hash.to_owned())
        })
        .collect();
    let mut changed = String::new();
    for name in listed
        .keys()
        .chain(answers.keys().filter(|n| !listed.contains_key(*n)))
    {
        let (was, is) = (listed.get(name), answers.get(name));
        if was != is {
            let word = |hash: Option<&String>| hash.map_or("none".to_owned(), Clone::clone);
            writeln!(changed, "  {name}: {} -> {}", word(was), word(is)).unwrap();
        }
    }
    assert!(changed.is_empty(), "answers that changed:\n{changed}");
}
