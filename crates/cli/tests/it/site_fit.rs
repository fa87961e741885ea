//! Every option of `nuanquan site` in every form in which it is asked: it changes the answer, or it is refused by its name.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{data_text, good, run_in};

/// What comes of an option: the words without it and with it.
enum Fit {
    /// Another answer, or none.
    Changes(&'static str, &'static str),
    /// Exit 2, and the message names the option.
    Refused(&'static str),
}
use Fit::{Changes, Refused};

/// A street of six demand points 1 apart with a site beside each; and a harder question that is not proven at once.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    let mut demand = "demand_id,weight,zone,service\n".to_owned();
    let mut costs = "site_id,demand_id,cost\n".to_owned();
    for (i, weight) in (0_i32..).zip([10, 1, 10, 1, 1, 1]) {
        let zone = if i < 3 { "west" } else { "east" };
        writeln!(demand, "d{i},{weight},{zone},meal").unwrap();
        for j in 0_i32..6 {
            writeln!(costs, "s{j},d{i},{}", (i - j).abs()).unwrap();
        }
    }
    let (mut hard_demand, mut hard_costs) = ("demand_id,weight\n".to_owned(), costs.clone());
    hard_costs.truncate("site_id,demand_id,cost\n".len());
    for i in 0..60 {
        writeln!(hard_demand, "d{i},{}", i * 7 % 41 + 1).unwrap();
        for j in 0..30 {
            let cost = (i * i + 7 * i * j + 13 * j * j + 3 * i) * 37 % 1000;
            writeln!(hard_costs, "s{j},d{i},{cost}").unwrap();
        }
    }
    write("c.csv", &costs);
    write("d.csv", &demand);
    write("far.csv", &costs.replace(",1\n", ",2\n"));
    write("light.csv", &demand.replace(",10,", ",1,"));
    write(
        "plain.csv",
        "demand_id,weight\nd0,10\nd1,1\nd2,10\nd3,1\nd4,1\nd5,1\n",
    );
    write("hc.csv", &hard_costs);
    write("hd.csv", &hard_demand);
    write(
        "p.csv",
        "site_id,price\ns0,5\ns1,1\ns2,4\ns3,3\ns4,2\ns5,1\n",
    );
    write("shut.csv", "site_id,standing\ns1,forbidden\n");
    write(
        "q.csv",
        "site_id,capacity\ns0,9\ns1,9\ns2,9\ns3,9\ns4,9\ns5,9\n",
    );
    write("n.csv", "site_id,other_id\ns1,s4\n");
    write("t.csv", "type,service\nstation,meal\n");
    folder
}

const TABLES: &[(&str, Fit)] = &[
    (
        "--costs",
        Changes(
            "--costs c.csv --demand d.csv --radius 1 --sites 1",
            "--costs far.csv --demand d.csv --radius 1 --sites 1",
        ),
    ),
    (
        "--demand",
        Changes(
            "--costs c.csv --demand d.csv --radius 1 --sites 1",
            "--costs c.csv --demand light.csv --radius 1 --sites 1",
        ),
    ),
    (
        "--site-table",
        Changes(
            "C D --radius 1 --sites 1",
            "C D --radius 1 --sites 1 --site-table shut.csv",
        ),
    ),
    (
        "nowhere.csv",
        Refused("C D --radius 1 --sites 1 --site-table nowhere.csv"),
    ),
    (
        "--too-near",
        Changes(
            "C D --radius 1 --sites 2",
            "C D --radius 1 --sites 2 --too-near n.csv",
        ),
    ),
    (
        "--too-near",
        Refused("C D --radius 1 --fixed s1,s4 --close 1 --too-near n.csv"),
    ),
    (
        "--types",
        Changes(
            "C D --radius 1 --sites 1",
            "C D --radius 1 --sites 1 --types t.csv",
        ),
    ),
    (
        "--model",
        Changes(
            "C D --radius 5 --sites 2",
            "C D --radius 5 --sites 2 --model p-median",
        ),
    ),
    (
        "--radius",
        Changes(
            "C D --model p-median --sites 2",
            "C D --model p-median --sites 2 --radius 1",
        ),
    ),
    (
        "--standard",
        Refused("C D --radius 1 --sites 1 --standard meal"),
    ),
    ("--open-gates", Refused("C D --radius 1 --open-gates 1")),
    (
        "--sites",
        Changes(
            "C D --radius 1 --model lscp",
            "C D --radius 1 --model lscp --sites 1",
        ),
    ),
    ("--sites", Refused("C D --radius 1 --sites 2 --phases 1,2")),
    (
        "--sites",
        Refused("C D --radius 1 --fixed s0,s1 --sites 2 --close 1"),
    ),
    (
        "--fixed",
        Changes(
            "C D --radius 1 --sites 1",
            "C D --radius 1 --sites 1 --fixed s5",
        ),
    ),
    (
        "--exact",
        Changes(
            "--costs hc.csv --demand hd.csv --radius 120 --sites 5",
            "--costs hc.csv --demand hd.csv --radius 120 --sites 5 --exact",
        ),
    ),
    (
        "--time-limit",
        Changes(
            "--costs hc.csv --demand hd.csv --radius 120 --sites 5 --exact",
            "--costs hc.csv --demand hd.csv --radius 120 --sites 5 --exact --time-limit 0s",
        ),
    ),
    (
        "--require-all",
        Changes(
            "C D --radius 0 --model lscp --site-table shut.csv",
            "C D --radius 0 --model lscp --site-table shut.csv --require-all",
        ),
    ),
    (
        "--require-all",
        Refused("C D --radius 1 --sites 1 --require-all"),
    ),
    (
        "--budget",
        Changes(
            "C D --radius 1 --sites 2 --site-table p.csv",
            "C D --radius 1 --sites 2 --site-table p.csv --budget 2",
        ),
    ),
    ("--budget", Refused("C D --radius 1 --budget 2")),
    (
        "--budget",
        Refused("C D --radius 1 --budget 2 --site-table p.csv --phases 1,2"),
    ),
    (
        "--budget",
        Refused("C D --radius 1 --budget 2 --site-table p.csv --fixed s1,s2 --close 1"),
    ),
    (
        "--by-price",
        Changes(
            "C D --radius 1 --model lscp --site-table p.csv",
            "C D --radius 1 --model lscp --site-table p.csv --by-price",
        ),
    ),
    (
        "--by-price",
        Refused("C D --radius 1 --model lscp --by-price"),
    ),
    (
        "--by-price",
        Refused("C D --radius 1 --sites 1 --site-table p.csv --by-price"),
    ),
    (
        "--by-price",
        Refused("C D --radius 1 --model lscp --site-table p.csv --by-price --phases 2,3"),
    ),
    (
        "--times",
        Changes(
            "C D --radius 1 --sites 2",
            "C D --radius 1 --sites 2 --times 2",
        ),
    ),
    ("--times", Refused("C D --radius 1 --sites 2 --times 0")),
    (
        "--times",
        Refused("C D --model p-median --sites 2 --times 2"),
    ),
    (
        "--times",
        Refused("C D --model p-center --sites 2 --times 1"),
    ),
    (
        "--times",
        Refused("C D --radius 1 --sites 2 --times 2 --site-table q.csv"),
    ),
    (
        "--floor",
        Changes(
            "C D --radius 1 --sites 1",
            "C D --radius 1 --sites 1 --floor 30%",
        ),
    ),
    (
        "--floor",
        Refused("--costs c.csv --demand plain.csv --radius 1 --sites 1 --floor 30%"),
    ),
    (
        "--floor",
        Refused("C D --model p-median --sites 1 --floor 30%"),
    ),
    (
        "--floor",
        Refused("C D --radius 1 --sites 1 --floor 30% --site-table q.csv"),
    ),
    ("--floor", Refused("C D --radius 1 --sites 1 --floor 30")),
    (
        "--phases",
        Changes("C D --radius 1 --sites 2", "C D --radius 1 --phases 1,2"),
    ),
    (
        "--phases",
        Refused("C D --radius 1 --fixed s0,s1 --phases 1,2 --close 1"),
    ),
    ("phases", Refused("C D --radius 1 --phases 2,2")),
    (
        "--close",
        Changes(
            "C D --radius 1 --sites 0 --fixed s0,s1,s4",
            "C D --radius 1 --fixed s0,s1,s4 --close 1",
        ),
    ),
    ("--close", Refused("C D --radius 1 --fixed s0 --close 2")),
    (
        "--close",
        Refused("C D --radius 1 --model lscp --fixed s0 --close 1"),
    ),
    (
        "--format",
        Changes(
            "C D --radius 1 --sites 1",
            "C D --radius 1 --sites 1 --format table",
        ),
    ),
];

const PLAN: &[(&str, Fit)] = &[
    ("--costs", Refused("--sites 2 --costs c.csv --demand d.csv")),
    ("--demand", Refused("--sites 2 --demand d.csv")),
    (
        "--site-table",
        Refused("--sites 2 --site-table nowhere.csv"),
    ),
    (
        "--too-near",
        Changes("--sites 2", "--sites 2 --too-near near-plan.csv"),
    ),
    ("too-near.csv", Refused("--sites 2 --too-near too-near.csv")),
    (
        "corner-nowhere",
        Refused("--sites 2 --too-near unknown.csv"),
    ),
    ("--types", Refused("--sites 2 --types t.csv")),
    ("--model", Refused("--sites 2 --model lscp")),
    ("--radius", Refused("--sites 2 --radius 300")),
    (
        "--standard",
        Changes("--sites 2", "--sites 2 --standard rest"),
    ),
    ("--open-gates", Changes("--sites 2", "--open-gates 1")),
    ("--sites", Changes("--sites 2", "--sites 3")),
    ("--sites", Refused("--sites 2 --phases 1,2")),
    ("--sites", Refused("--sites 2 --close 1")),
    ("--fixed", Refused("--sites 2 --fixed W01")),
    ("--exact", Changes("--sites 2", "--sites 2 --exact")),
    (
        "--time-limit",
        Changes("--sites 2 --exact", "--sites 2 --exact --time-limit 0s"),
    ),
    ("--require-all", Refused("--sites 2 --require-all")),
    ("--budget", Refused("--sites 2 --budget 100")),
    ("--by-price", Refused("--sites 2 --by-price")),
    ("--times", Changes("--sites 2", "--sites 2 --times 2")),
    ("--times", Refused("--sites 2 --times 0")),
    ("--floor", Changes("--sites 2", "--sites 2 --floor 5%")),
    ("--floor", Refused("--sites 2 --floor 5")),
    ("--phases", Changes("--sites 2", "--phases 1,2")),
    ("--close", Changes("--sites 2", "--close 1")),
    ("closed", Refused("--close 9999")),
    ("--close", Refused("--phases 1,2 --close 1")),
    ("--too-near", Refused("--close 1 --too-near near-plan.csv")),
    ("--format", Changes("--sites 2", "--sites 2 --format table")),
];

const GATES: &[(&str, Fit)] = &[
    ("--costs", Refused("--costs c.csv --demand d.csv")),
    ("--demand", Refused("--demand d.csv")),
    ("--site-table", Refused("--site-table p.csv")),
    ("--too-near", Refused("--too-near n.csv")),
    ("--types", Refused("--types t.csv")),
    ("--model", Refused("--model p-center")),
    ("--radius", Refused("--radius 300")),
    ("--sites", Refused("--sites 2")),
    ("--fixed", Refused("--fixed W01")),
    ("--exact", Refused("--exact")),
    ("--time-limit", Refused("--time-limit 9s")),
    ("--require-all", Refused("--require-all")),
    ("--budget", Refused("--budget 100")),
    ("--by-price", Refused("--by-price")),
    ("--times", Refused("--times 2")),
    ("--floor", Refused("--floor 5%")),
    ("--phases", Refused("--phases 1,2")),
    ("--close", Refused("--close 1")),
    ("--standard", Changes("", "--standard toilet")),
    ("--format", Changes("", "--format table")),
];

/// The answer without what does not belong to it, such as the echo of the question.
fn core(stdout: &str) -> String {
    let Ok(mut json) = serde_json::from_str::<Value>(stdout) else {
        return stdout.to_owned();
    };
    let map = json.as_object_mut().unwrap();
    for key in [
        "time_s",
        "parameters",
        "proof",
        "reduction",
        "method",
        "seed",
    ] {
        map.remove(key);
    }
    json.to_string()
}

/// Tries every line; each option of `site --help` has to have one.
fn try_all(folder: &Path, begin: &[&str], lines: &[(&str, Fit)], other: &[&str]) {
    for option in options() {
        let known = lines.iter().any(|line| line.0 == option);
        assert!(
            known || other.contains(&option.as_str()),
            "{option} is not tried with {begin:?}"
        );
    }
    let ask = |text: &str| {
        let text = text.replace("C D ", "--costs c.csv --demand d.csv ");
        let mut words = begin.to_vec();
        if !text.contains("--format") {
            words.extend(["--format", "json"]);
        }
        words.extend(text.split_whitespace());
        (run_in(folder, &words), words.join(" "))
    };
    for (option, fit) in lines {
        match fit {
            Changes(without, with) => {
                let ((plain, words), (changed, with)) = (ask(without), ask(with));
                assert_eq!(plain.code, 0, "{words}: {}", plain.stderr);
                assert!(changed.code < 2, "{with}: {}", changed.stderr);
                assert_ne!(core(&plain.stdout), core(&changed.stdout), "{with}");
            }
            Refused(words) => {
                let (refused, words) = ask(words);
                assert_eq!(refused.code, 2, "{words}: {}", refused.stdout);
                let message = refused.stderr;
                assert!(message.contains(option), "{words}: {message}");
                assert_eq!(refused.stdout, "", "{words}");
            }
        }
    }
}

fn options() -> Vec<String> {
    let help = good(&["site", "--help"]);
    let words = help.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line.strip_prefix("-h, ").unwrap_or(line);
        line.starts_with("--")
            .then(|| line.split([' ', '=']).next().unwrap())
    });
    let words: Vec<String> = words.map(str::to_owned).filter(|w| w != "--help").collect();
    assert!(words.len() >= 20, "{words:?}");
    words
}

#[test]
fn every_option_of_tables_changes_the_answer_or_is_refused() {
    let folder = folder();
    try_all(folder.path(), &["site"], TABLES, &[]);
}

#[test]
fn every_option_of_a_plan_changes_the_answer_or_is_refused() {
    let folder = folder();
    let plan = data_text("shenzhen/plan.toml");
    let begin = ["site", &plan];
    let first = run_in(
        folder.path(),
        &[
            "site",
            &plan,
            "--standard",
            "meal",
            "--sites",
            "2",
            "--format",
            "json",
        ],
    );
    let first: Value = serde_json::from_str(&first.stdout).unwrap();
    let sites = first["sites"].as_array().unwrap();
    let [a, b] = [&sites[0], &sites[1]].map(|site| site.as_str().unwrap());
    let near = format!("site_id,other_id\n{a},{b}\n");
    fs::write(folder.path().join("near-plan.csv"), near).unwrap();
    let unknown = format!("site_id,other_id\n{a},corner-nowhere\n");
    fs::write(folder.path().join("unknown.csv"), unknown).unwrap();
    try_all(folder.path(), &begin, &with_standard(PLAN, "meal"), &[]);
}

/// The lines with `--standard` where they name none.
fn with_standard(lines: &[(&'static str, Fit)], standard: &str) -> Vec<(&'static str, Fit)> {
    let with = |text: &'static str| -> &'static str {
        if text.contains("--standard") {
            text
        } else {
            format!("{text} --standard {standard}").leak()
        }
    };
    let with = |(option, fit): &(&'static str, Fit)| match fit {
        Changes(without, changed) => (*option, Changes(with(without), with(changed))),
        Refused(words) => (*option, Refused(with(words))),
    };
    lines.iter().map(with).collect()
}

#[test]
fn every_option_beside_open_gates_changes_the_answer_or_is_refused() {
    let folder = folder();
    let plan = data_text("monaco/plan.toml");
    let text = fs::read_to_string(&plan).unwrap();
    let text = text
        .replace("monaco.osm.pbf", &data_text("monaco/monaco.osm.pbf"))
        .replace("[demand]", "[policies]\ngates = \"shut\"\n\n[demand]");
    fs::write(folder.path().join("plan.toml"), text).unwrap();
    let begin = ["site", "plan.toml", "--open-gates", "1"];
    try_all(
        folder.path(),
        &begin,
        &with_standard(GATES, "medicine"),
        &["--open-gates"],
    );
}
