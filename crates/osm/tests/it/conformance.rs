//! The cases of the specification, `conformance/*.tsv` and `conformance/*.map`, run for both
//! built-in profiles.
//!
//! Columns of a table, separated by tabs:
//!
//! - `id`: number of the case, a letter where it has several, and the profile;
//! - `policy`: what the plan says, `-` for defaults;
//! - `element`: what the tags are on: a `way`, a `node` amid a residential street whose ends meet
//!   elsewhere, a closed `ring`;
//! - `tags`: all of them, joined by `|`;
//! - `forward`, `backward`: `1` usable, `P` by pushing, `E` usable as start or end but not
//!   through, `0` not; for nodes `pass`, `block`, or `policy` (entering is a plan's decision);
//! - `speed_km_per_h`: speed along the way, `forward/backward` where they differ, `-` if not said;
//! - `peers`: what other routers' suites expect, so that a disagreement shows in the diff that
//!   changes it; `source`: where the case comes from.
//!
//! The street lies between two residential stubs, x–a and e–y, so that passing through, entering
//! and travelling within can be told apart, and so that pushing is within reach.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use city::City;
use graph::verdict::{self, Passage};
use graph::{EdgeId, GatePolicy, Metric, OsmWayId, Policies, Profile, StreetGraph};
use units::{Length, Speed, TravelTime};

use crate::drawn::Map;
use crate::plan::policies;
use crate::route::{self, Place};

/// The cases of the specification, those added after public bug reports included.
const N_CASES: u32 = 68;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/conformance")
}

fn files(ending: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == ending))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

struct Row {
    file: String,
    cells: Vec<String>,
}

impl Row {
    fn cell(&self, column: &str) -> &str {
        let columns = [
            "id",
            "profile",
            "policy",
            "element",
            "tags",
            "forward",
            "backward",
            "speed_km_per_h",
            "peers",
            "source",
        ];
        let at = columns.iter().position(|c| *c == column).unwrap();
        &self.cells[at]
    }
}

fn rows() -> Vec<Row> {
    let mut rows = Vec::new();
    for (file, text) in files("tsv") {
        let mut lines = text.lines().filter(|line| !line.starts_with('#'));
        let header: Vec<&str> = lines.next().unwrap().split('\t').collect();
        assert_eq!(header.len(), 10, "{file}");
        for line in lines {
            let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
            assert_eq!(cells.len(), 10, "{file}: {line}");
            assert!(cells.iter().all(|c| !c.is_empty()), "{file}: {line}");
            rows.push(Row {
                file: file.clone(),
                cells,
            });
        }
    }
    rows
}

/// The five nodes a to e, 100 m apart, between stubs; the way under test is number 2.
fn map_of(element: &str, tags: &str) -> Map {
    let stub = "highway=residential";
    match element {
        "way" => Map::parse(&format!(
            "grid\nx a b c d e y\nways\nxa {stub}\nabcde {tags}\ney {stub}"
        )),
        "node" => Map::parse(&format!(
            "grid\np           q\n\n\nx a b c d e y\nnodes\nc {tags}\nways\nxa {stub}\n\
             abcde {stub}\ney {stub}\nxpqy {stub}"
        )),
        "ring" => Map::parse(&format!(
            "grid\n    b c\nx a   e y\n    h d\nways\nxa {stub}\nabcedha {tags}\ney {stub}"
        )),
        other => panic!("no element {other}"),
    }
}

struct Trial<'a> {
    city: &'a City,
    metric: &'a Metric,
    map: &'a Map,
}

impl Trial<'_> {
    fn graph(&self) -> &StreetGraph {
        &self.city.streets
    }

    /// A place in the middle of a stub, or at a letter of the way under test.
    fn place(&self, letter: char) -> Option<Place> {
        let graph = self.graph();
        let way = match letter {
            'x' => 1,
            'y' => 3,
            _ => 2,
        };
        let is_there = |edge: EdgeId| graph.edge_way(edge) == OsmWayId::new(way);
        crate::drawn::snap(graph, self.map.position(letter), is_there)
    }

    fn time(&self, from: char, to: char) -> Option<TravelTime> {
        let (from, to) = (self.place(from)?, self.place(to)?);
        route::time(self.graph(), self.metric, from, to)
    }
}

fn observed_way(trial: &Trial<'_>, profile: &Profile, policies: &Policies) -> [String; 2] {
    let graph = trial.graph();
    let edge = graph
        .edges()
        .find(|&edge| graph.edge_way(edge) == OsmWayId::new(2));
    let Some(edge) = edge else {
        return ["0".to_owned(), "0".to_owned()];
    };
    let verdicts = verdict::of_way(profile, policies, graph.edge_facts(edge));
    let trips = [['x', 'b', 'd', 'y'], ['y', 'd', 'b', 'x']];
    [0, 1].map(|direction| {
        let [x, b, d, y] = trips[direction];
        let open = verdicts[direction].open();
        let through = trial.time(x, y).is_some();
        let within = trial.time(b, d).is_some();
        let enters = trial.time(x, d).is_some();
        let leaves = trial.time(b, y).is_some();
        let is_ferry = graph.edge_facts(edge).class == graph::RoadClass::Ferry;
        let restricted = open.is_some_and(|way| way.inside.is_some());
        match (through, open) {
            (true, Some(way)) if way.is_push => "P",
            (true, Some(_)) => "1",
            (true, None) => "passed though closed",
            // Nobody starts or ends on a ferry; there the tags alone tell.
            (false, Some(_)) if is_ferry && restricted && !within => "E",
            (false, Some(_)) if within && enters && leaves => "E",
            (false, None) if !within && !enters && !leaves => "0",
            _ => "something between",
        }
        .to_owned()
    })
}

fn observed_node(trial: &Trial<'_>, profile: &Profile) -> [String; 2] {
    let graph = trial.graph();
    let passage = graph
        .gates()
        .next()
        .and_then(|(gate, _)| graph.gate_facts(gate))
        .map(|facts| verdict::of_node(profile, facts));
    // The two sides meet elsewhere, twice as far; so no side is the inside of anything.
    let map = map_of("node", "");
    let city = map.import().unwrap();
    let metric = Metric::of(&city.streets, profile, &Policies::default());
    let free = Trial {
        city: &city,
        metric: &metric,
        map: &map,
    };
    [['x', 'y'], ['y', 'x']].map(|[from, to]| {
        let passes = trial.time(from, to) == free.time(from, to);
        match passage {
            _ if passes => "pass",
            Some(Passage::Gate {
                policy: GatePolicy::Enter,
                ..
            }) => "policy",
            _ => "block",
        }
        .to_owned()
    })
}

/// A policy shut by the plan reads as a block.
fn expected_node(row: &Row) -> [String; 2] {
    [
        row.cell("forward").to_owned(),
        row.cell("backward").to_owned(),
    ]
}

fn speeds_differ(row: &Row, trial: &Trial<'_>, observed: &[String; 2]) -> Option<String> {
    let graph = trial.graph();
    let edge = graph
        .edges()
        .find(|&edge| graph.edge_way(edge) == OsmWayId::new(2))?;
    let text = row.cell("speed_km_per_h");
    if text == "-" {
        return None;
    }
    let mut expected = text.split('/');
    let forward = expected.next().unwrap();
    let speeds = [forward, expected.next().unwrap_or(forward)];
    for (direction, symbol) in observed.iter().enumerate() {
        if symbol == "0" {
            continue;
        }
        let speed = Speed::from_km_per_h(speeds[direction].parse().unwrap()).unwrap();
        let arcs = graph.destination_arcs(edge).iter();
        let seen = arcs
            .filter(|&&arc| graph.arc_is_forward(arc) == (direction == 0))
            .find_map(|&arc| trial.metric.arc_speed(arc));
        let (from, to) = (Length::from_m(100), Length::from_m(300));
        let wanted = speed.time_between(from.as_mm().into(), to.as_mm().into());
        let time = seen.map(|seen| seen.time_between(from.as_mm().into(), to.as_mm().into()));
        if time != Some(wanted) {
            return Some(format!("200 m take {time:?}, not {wanted} ({seen:?})"));
        }
    }
    None
}

#[test]
fn every_row_holds() {
    let mut failures = String::new();
    let mut n_rows = 0;
    for row in rows() {
        n_rows += 1;
        let map = map_of(row.cell("element"), row.cell("tags"));
        let city = map.import().unwrap();
        let profile = Profile::built_in(row.cell("profile")).unwrap();
        let policies = policies(row.cell("policy"));
        let metric = Metric::of(&city.streets, &profile, &policies);
        let trial = Trial {
            city: &city,
            metric: &metric,
            map: &map,
        };
        let (observed, expected) = if row.cell("element") == "node" {
            let mut observed = observed_node(&trial, &profile);
            if policies.gates.citywide == Some(GatePolicy::Shut) {
                for symbol in observed.iter_mut().filter(|symbol| *symbol == "policy") {
                    "block".clone_into(symbol);
                }
            }
            (observed, expected_node(&row))
        } else {
            let expected = ["forward", "backward"].map(|c| row.cell(c).to_owned());
            (observed_way(&trial, &profile, &policies), expected)
        };
        let speed = speeds_differ(&row, &trial, &observed);
        if observed != expected || speed.is_some() {
            writeln!(
                failures,
                "{}: {} {:?}\n  expected {expected:?}, observed {observed:?} {}\n{}",
                row.file,
                row.cell("id"),
                row.cell("tags"),
                speed.unwrap_or_default(),
                map.text
            )
            .unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
    assert!(n_rows > 250, "the tables are read: {n_rows} rows");
}

/// What a drawn map expects: profile, policy, from, to, and the time or `-`.
#[test]
fn every_drawn_map_holds() {
    let mut failures = String::new();
    for (file, text) in files("map") {
        let map = Map::parse(&text);
        let city = map.import().unwrap();
        let expected = text.split("expect\n").nth(1).unwrap();
        for line in expected.lines().filter(|line| !line.trim().is_empty()) {
            let cells: Vec<&str> = line.split_whitespace().collect();
            let [profile, policy, from, to, wanted] = cells[..] else {
                panic!("{file}: {line}");
            };
            let profile = Profile::built_in(profile).unwrap();
            let metric = Metric::of(&city.streets, &profile, &policies(policy));
            let usable = |edge: EdgeId| {
                city.streets
                    .destination_arcs(edge)
                    .iter()
                    .any(|&arc| metric.is_open(arc))
            };
            let place = |letters: &str| {
                let letter = letters.chars().next().unwrap();
                crate::drawn::snap(&city.streets, map.position(letter), usable)
            };
            let time = place(from)
                .zip(place(to))
                .and_then(|(from, to)| route::time(&city.streets, &metric, from, to));
            let shown = time.map_or_else(|| "-".to_owned(), |time| time.to_string());
            let fits = match (time, wanted.parse::<f64>()) {
                (None, Err(_)) => wanted == "-",
                // Times are rounded at each end of each street.
                (Some(time), Ok(wanted)) => (time.as_secs_f64() - wanted).abs() < 0.35,
                _ => false,
            };
            if !fits {
                writeln!(failures, "{file}: {line}\n  observed {shown}\n{text}").unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_case_of_the_specification_has_rows_for_both_profiles() {
    let mut seen: BTreeSet<(u32, String)> = BTreeSet::new();
    for row in rows() {
        let case: String = row.cell("id").chars().take(3).collect();
        seen.insert((case.parse().unwrap(), row.cell("profile").to_owned()));
    }
    for (file, text) in files("map") {
        let case: u32 = file.chars().take(3).collect::<String>().parse().unwrap();
        let expected = text.split("expect\n").nth(1).unwrap();
        for profile in ["rider", "foot"] {
            if expected.lines().any(|line| line.starts_with(profile)) {
                seen.insert((case, profile.to_owned()));
            }
        }
        assert!(
            text.lines().any(|line| line.starts_with("# Source:")),
            "{file}"
        );
    }
    let missing: Vec<_> = (1..=N_CASES)
        .flat_map(|case| ["foot", "rider"].map(|profile| (case, profile.to_owned())))
        .filter(|wanted| !seen.contains(wanted))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
