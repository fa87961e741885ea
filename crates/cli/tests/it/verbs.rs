//! Each verb keeps its contract.

use std::fs;
use std::path::Path;

use crate::program::{data_text, good, run_in};

fn shenzhen() -> String {
    data_text("shenzhen/shenzhen-futian-2024.osm.pbf")
}

#[test]
fn a_network_file_answers_like_the_extract_it_was_made_of() {
    let folder = tempfile::tempdir().unwrap();
    let network = folder.path().join("city.nqg");
    let network = network.to_str().unwrap();
    good(&["import", &shenzhen(), "--output", network]);
    let ask = |file: &str| {
        good(&[
            "isochrone",
            file,
            "--profile",
            "rider",
            "--at",
            "114.0596,22.5420",
            "--limit",
            "5min",
        ])
    };
    assert_eq!(ask(network), ask(&shenzhen()));
    let again = folder.path().join("again.nqg");
    good(&["import", &shenzhen(), "--output", again.to_str().unwrap()]);
    assert_eq!(
        fs::read(network).unwrap(),
        fs::read(&again).unwrap(),
        "same bytes in, same out"
    );
    let report = good(&["inspect", network]);
    assert!(
        report.contains("junctions") && report.contains("rider"),
        "{report}"
    );
    let json: serde_json::Value =
        serde_json::from_str(&good(&["inspect", network, "--format", "json"])).unwrap();
    assert!(json["streets"]["n_edges"].as_u64().unwrap() > 5_000);
}

#[test]
fn matrix_gives_street_times_in_seconds_within_the_limit() {
    let folder = tempfile::tempdir().unwrap();
    let places = folder.path().join("places.csv");
    fs::write(
        &places,
        "id,lng,lat\ncenter,114.0596,22.5420\nwest,114.0262,22.5362\n\"a,b\",114.0600,22.5690\n",
    )
    .unwrap();
    let places = places.to_str().unwrap();
    let ask = |limit: &str, more: &[&str]| {
        let file = shenzhen();
        let mut words = vec!["matrix", &file, "--profile", "rider", "--origins", places];
        words.extend(["--destinations", places, "--limit", limit]);
        words.extend(more);
        good(&words)
    };
    let all = ask("60min", &[]);
    let mut lines = all.lines();
    assert_eq!(lines.next(), Some("origin_id,destination_id,time_s"));
    let rows: Vec<&str> = lines.collect();
    assert_eq!(rows.len(), 9, "{all}");
    assert_eq!(rows[0], "center,center,0.0");
    assert!(
        rows.iter().any(|row| row.starts_with("\"a,b\",west,")),
        "{all}"
    );
    for row in &rows {
        let time = row.rsplit(',').next().unwrap();
        let (_, decimals) = time.split_once('.').unwrap();
        assert_eq!(decimals.len(), 1, "{row}");
    }
    let near = ask("10min", &[]);
    for row in near.lines().skip(1) {
        let time: f64 = row.rsplit(',').next().unwrap().parse().unwrap();
        assert!(time <= 600.0 && rows.contains(&row), "{row}");
    }
    let walked = ask("60min", &["--count-access"]);
    let time = |text: &str| -> f64 {
        let row = text
            .lines()
            .find(|row| row.starts_with("center,west,"))
            .unwrap();
        row.rsplit(',').next().unwrap().parse().unwrap()
    };
    assert!(
        time(&walked) > time(&all),
        "the walk to the street is added"
    );
    // Nobody walks to the street and back to where one is.
    assert!(
        walked.lines().any(|row| row == "center,center,0.0"),
        "{walked}"
    );
}

#[test]
fn isochrones_are_multipolygons_and_pieces_carry_their_times() {
    let ask = |more: &[&str]| -> serde_json::Value {
        let file = shenzhen();
        let mut words = vec![
            "isochrone",
            &file,
            "--at",
            "114.0596,22.5420",
            "--at",
            "114.0262,22.5362",
        ];
        words.extend(more);
        serde_json::from_str(&good(&words)).unwrap()
    };
    let outlines = ask(&["--limit", "15min", "--limit", "5min"]);
    let features = outlines["features"].as_array().unwrap();
    assert_eq!(features.len(), 4, "one for each place and limit");
    for feature in features {
        assert_eq!(feature["geometry"]["type"], "MultiPolygon");
    }
    let limits: Vec<f64> = features
        .iter()
        .map(|f| f["properties"]["limit_s"].as_f64().unwrap())
        .collect();
    assert_eq!(limits, [300.0, 900.0, 300.0, 900.0]);
    let pieces = ask(&["--limit", "5min", "--format", "network"]);
    let pieces = pieces["features"].as_array().unwrap();
    assert!(pieces.len() > 100);
    for piece in pieces {
        assert_eq!(piece["geometry"]["type"], "LineString");
        let start = piece["properties"]["start_s"].as_f64().unwrap();
        let end = piece["properties"]["end_s"].as_f64().unwrap();
        assert!(start <= end && end <= 300.0, "{piece}");
    }
    let toward = ask(&["--limit", "5min", "--format", "network", "--toward"]);
    for piece in toward["features"].as_array().unwrap() {
        let start = piece["properties"]["start_s"].as_f64().unwrap();
        let end = piece["properties"]["end_s"].as_f64().unwrap();
        assert!(
            end <= start && start <= 300.0,
            "time still to go falls along the way: {piece}"
        );
    }
}

#[test]
fn positions_west_and_south_of_zero_are_understood() {
    let file = shenzhen();
    let outcome = run_in(
        Path::new("."),
        &[
            "isochrone",
            &file,
            "--at",
            "-8.49,-41.01",
            "--limit",
            "5min",
        ],
    );
    assert_eq!(outcome.code, 2);
    assert!(
        outcome
            .stderr
            .contains("`-8.49,-41.01` lies more than 150 m"),
        "{}",
        outcome.stderr
    );
}

#[test]
fn a_place_on_a_scrap_is_joined_to_it_with_a_warning() {
    let file = shenzhen();
    let at = position_on_a_scrap(&file);
    let ask = |more: &[&str]| {
        let mut words = vec!["isochrone", &file, "--at", &at, "--limit", "3min"];
        words.extend(["--snap-radius", ISLAND_RADIUS]);
        words.extend(more);
        run_in(Path::new("."), &words)
    };
    let told = ask(&[]);
    assert_eq!(told.code, 0, "{}", told.stderr);
    assert!(told.stdout.contains("MultiPolygon"));
    assert!(
        told.stderr.contains("from a scrap of street"),
        "{}",
        told.stderr
    );
    for asked in [["--islands", "keep"], ["--island-below", "0m"]] {
        let kept = ask(&asked);
        assert_eq!(kept.code, 0, "{}", kept.stderr);
        assert_eq!(kept.stdout, told.stdout, "the same streets lead from there");
    }
}

/// Near enough for a place on a street, too near for a street beside it.
const ISLAND_RADIUS: &str = "20m";

/// The middle of a scrap of street, away from streets of a network.
fn position_on_a_scrap(file: &str) -> String {
    let city = osm::import(Path::new(file), &osm::ImportOptions::default()).unwrap();
    let streets = &city.streets;
    let metric = graph::Metric::of(
        streets,
        &graph::Profile::rider(),
        &graph::Policies::default(),
    );
    let components = graph::Components::of(streets, &metric);
    let networks = reach::SnapIndex::new(streets, |edge| components.is_network(edge));
    let mut middles = streets
        .edges()
        .filter(|&edge| components.is_scrap(edge))
        .map(|edge| {
            let shape: Vec<units::LngLat> = streets.edge_shape(edge).collect();
            shape[shape.len() / 2]
        });
    let radius = units::parse_length("40m").unwrap();
    let alone = middles.find(|&middle| networks.snap(streets, middle, radius).is_none());
    alone.expect("the demo extract has scraps").to_string()
}

#[test]
fn a_profile_of_a_file_and_gates_of_the_command_line_change_the_times() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let places = write(
        "places.csv",
        "id,lng,lat\ncenter,114.0596,22.5420\nwest,114.0262,22.5362\n",
    );
    let slow = write(
        "slow.toml",
        "name = \"slow\"\nextends = \"rider\"\nspeed_limit_km_per_h = 9\n",
    );
    let wrong = write(
        "wrong.toml",
        "name = \"wrong\"\nextends = \"tram\"\nspeed_limit_km_per_h = 9\n",
    );
    let file = shenzhen();
    let ask = |more: &[&str]| {
        let mut words = vec![
            "matrix",
            &file,
            "--origins",
            &places,
            "--destinations",
            &places,
            "--limit",
            "90min",
        ];
        words.extend(more);
        run_in(Path::new("."), &words)
    };
    let farthest = |table: &str| {
        let times = table.lines().skip(1).map(|line| {
            let time = line.rsplit(',').next().unwrap();
            time.parse::<f64>().unwrap()
        });
        times.fold(0.0, f64::max)
    };
    let rider = farthest(&ask(&[]).stdout);
    let slow = farthest(&ask(&["--profile", &slow]).stdout);
    assert!(slow > 1.4 * rider, "{slow} and {rider}");
    let shut = farthest(&ask(&["--gates", "shut"]).stdout);
    assert!(shut >= rider);
    for (profile, part) in [
        (wrong.as_str(), "extends `tram`; extend `rider` or `foot`"),
        ("none.toml", "could not read profile `none.toml`"),
        ("tram", "there is no profile `tram`"),
    ] {
        let outcome = ask(&["--profile", profile]);
        assert_eq!(outcome.code, 2);
        assert!(outcome.stderr.contains(part), "{}", outcome.stderr);
    }
}

#[test]
fn inspect_lists_the_gates_that_a_plan_may_name() {
    let table = good(&["inspect", &shenzhen(), "--format", "gates"]);
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let header: Vec<String> = rows.headers().unwrap().iter().map(str::to_owned).collect();
    let wanted = [
        "node",
        "lng",
        "lat",
        "mapped",
        "access_tag",
        "compound_way",
        "compound_gates",
        "compound_streets",
        "compound_street_m",
        "rider",
        "foot",
    ];
    assert_eq!(header, wanted);
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    let mapped = rows.iter().filter(|row| &row[3] != "implied").count();
    let report = good(&["inspect", &shenzhen()]);
    let counted = format!("{mapped} mapped, {} implied", rows.len() - mapped);
    assert!(report.contains(&counted), "{counted} is not in\n{report}");
    assert!(report.contains("compounds have gates without an access tag"));
    // Each way leads a plan to a compound.
    let inside = rows.iter().find(|row| !row[5].is_empty()).unwrap();
    assert!(inside[5].parse::<i64>().unwrap() > 0);
    // What a compound holds stands in the rows of all its gates.
    let of_compound = rows.iter().filter(|row| row[5] == inside[5]);
    let n_gates = of_compound.clone().count().to_string();
    for row in of_compound {
        assert_eq!(row[6], n_gates);
        assert!(row[7].parse::<u64>().unwrap() > 0);
        assert!(row[8].parse::<u64>().unwrap() > 0);
    }
}

#[test]
fn site_tells_which_gates_to_open_as_lines_that_a_plan_takes() {
    let folder = tempfile::tempdir().unwrap();
    let shut = |more: &str| {
        let text = fs::read_to_string(data_text("monaco/plan.toml")).unwrap();
        let text = text
            .replace("monaco.osm.pbf", &data_text("monaco/monaco.osm.pbf"))
            .replace("[demand]", "[policies]\ngates = \"shut\"\n\n[demand]");
        let path = folder.path().join("plan.toml");
        fs::write(&path, text + more).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let ask = |format: &str| {
        let words = [
            "--standard",
            "medicine",
            "--open-gates",
            "2",
            "--format",
            format,
        ];
        good(&[&["site", &shut("")][..], &words].concat())
    };
    let json: serde_json::Value = serde_json::from_str(&ask("json")).unwrap();
    let (objective, bound) = (&json["objective"], &json["bound"]);
    assert!(
        objective.as_f64() > json["covered_before"].as_f64(),
        "{json}"
    );
    assert!(bound.as_f64() >= objective.as_f64(), "{json}");

    // The lines, taken over into a scenario, give what was told.
    let told = ask("table");
    let (_, lines) = told.split_once("as lines of a plan:\n").unwrap();
    let scenario = "\n[[scenario]]\nkey = \"opened\"\nname = \"opened\"\n";
    let plan = shut(&format!("{scenario}\n{lines}"));
    let words = [
        "coverage",
        &plan,
        "--scenario",
        "opened",
        "--format",
        "json",
    ];
    let opened: serde_json::Value = serde_json::from_str(&good(&words)).unwrap();
    let standards = opened["standards"].as_array().unwrap();
    let medicine = standards.iter().find(|s| s["key"] == "medicine").unwrap();
    let thousandths = medicine["covered_thousandths"].as_u64().unwrap();
    assert_eq!(
        objective
            .as_f64()
            .map(|units| format!("{:.0}", units * 1_000.0)),
        Some(thousandths.to_string())
    );
}
