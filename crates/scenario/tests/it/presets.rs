//! The presets of five cities, each run on a real extract with seeded synthetic facilities.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use scenario::run::ScenarioResult;
use scenario::{DetailReport, Plan, Project, resolve};
use units::LngLat;

/// A box of west, south, east, north and the extract that holds its streets.
struct Place {
    network: &'static str,
    bounds: [f64; 4],
    profile: &'static str,
}

const SHENZHEN: Place = Place {
    network: "shenzhen/shenzhen-futian-2024.osm.pbf",
    bounds: [114.03, 22.53, 114.07, 22.56],
    profile: "rider",
};
const MONACO: Place = Place {
    network: "monaco/monaco.osm.pbf",
    bounds: [7.4085, 43.7235, 7.4400, 43.7520],
    profile: "foot",
};

/// Kind, how many, opening hours, slots, amenities.
type Row = (&'static str, usize, &'static str, u32, &'static str);

fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(path)
}

/// Numbers from a seed (a linear congruential generator after Knuth, MMIX).
fn seeded(state: &mut u64) -> usize {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

/// The preset on a place, with synthetic facilities at its corners, and what the plan says besides.
fn project(preset: &str, place: &Place, rows: &[Row], more: &str) -> Project {
    let folder = tempfile::tempdir().unwrap();
    let city = osm::import(&data(place.network), &osm::ImportOptions::default()).unwrap();
    let [west, south, east, north] = place.bounds;
    let inside =
        |at: &LngLat| (west..east).contains(&at.lng()) && (south..north).contains(&at.lat());
    let streets = &city.streets;
    let corners: Vec<LngLat> = streets
        .edges()
        .map(|edge| streets.node_position(streets.edge_ends(edge).0))
        .filter(inside)
        .collect();
    let mut table = "id,kind,lng,lat,opening_hours,capacity,amenities\n".to_owned();
    let mut state = 20_260_601;
    for (kind, n, hours, capacity, amenities) in rows {
        for number in 0..*n {
            let at = corners[seeded(&mut state) % corners.len()];
            writeln!(
                table,
                "{kind}-{hours}-{number},{kind},{},{},{hours},{capacity},{amenities}",
                at.lng(),
                at.lat()
            )
            .unwrap();
        }
    }
    fs::write(folder.path().join("facilities.csv"), table).unwrap();
    let riders = (0..200).fold("lng,lat,demand\n".to_owned(), |mut text, _| {
        let at = corners[seeded(&mut state) % corners.len()];
        writeln!(text, "{},{},10", at.lng(), at.lat()).unwrap();
        text
    });
    fs::write(folder.path().join("riders.csv"), riders).unwrap();
    let hazards = "id,kind,lng,lat,state\nh,积水,7.4246,43.7384,已核实\n";
    fs::write(folder.path().join("hazards.csv"), hazards).unwrap();
    let demand = if more.contains("[demand]") {
        String::new()
    } else {
        format!(
            "[demand]\nsource = \"street-length\"\nprofile = \"{}\"\n",
            place.profile
        )
    };
    let plan = format!(
        "format = 1\nname = \"{preset}\"\ninclude = ['{}']\n\
         [study_area]\nbox = {:?}\n[network]\npath = '{}'\n\
         [[layer]]\nname = \"synthetic\"\n\
         from = {{ path = \"facilities.csv\", encoding = \"utf-8\", illustrative = true }}\n\
         {demand}{more}",
        data(&format!("presets/{preset}.toml")).display(),
        place.bounds,
        data(place.network).display(),
    );
    let path = folder.path().join("plan.toml");
    fs::write(&path, plan).unwrap();
    let plan = Plan::read(&path).unwrap_or_else(|problems| panic!("{problems}"));
    resolve(&plan, city).unwrap_or_else(|problems| panic!("{problems}"))
}

fn share(result: &ScenarioResult, key: &str) -> f64 {
    let standards = result
        .report
        .standards
        .iter()
        .map(|s| (&s.figures.key, &s.figures.split));
    let joints = result
        .report
        .joints
        .iter()
        .map(|j| (&j.figures.key, &j.figures.split));
    let (_, split) = standards.chain(joints).find(|(k, _)| *k == key).unwrap();
    split.covered_share.unwrap()
}

fn run(project: &Project) -> ScenarioResult {
    let result = ScenarioResult::of(project, "baseline", "x", &[]).unwrap();
    assert!(
        result.report.illustrative,
        "synthetic facilities are said to be so"
    );
    assert!(project.notes.iter().any(|note| note.starts_with("Preset")));
    for standard in &result.report.standards {
        let share = standard.figures.split.covered_share.unwrap();
        assert!(share > 0.0, "{} covers nothing", standard.figures.key);
    }
    result
}

#[test]
fn jian_joins_centre_station_merchants_and_swap() {
    let rows = [
        ("party-service-center", 1, "Mo-Su 08:00-20:00", 40, "rest"),
        ("warm-station", 1, "24/7", 12, "rest"),
        ("warm-station", 3, "Mo-Su 08:00-20:00", 12, "rest"),
        ("friendly-merchant", 60, "Mo-Su 09:00-21:00", 4, "water"),
        ("battery-swap-cabinet", 4, "24/7", 12, "swap"),
    ];
    let project = project("jian", &SHENZHEN, &rows, "");
    let result = run(&project);
    let parts = ["center", "station-24h", "merchant", "swap"].map(|key| share(&result, key));
    let circle = share(&result, "circle-15");
    assert!(circle > 0.0 && parts.iter().all(|part| circle <= *part));
    assert!(result.report.joints[0].figures.weakest.is_some());
    // At three in the morning one station is open, and the centre is not.
    let night = |key: &str| -> usize {
        let standards = &result.detail_report.standards;
        let standard = standards.iter().find(|s| s.key == key).unwrap();
        let hour = standard
            .hours
            .iter()
            .find(|h| h.hour == "We 03:00")
            .unwrap();
        hour.n_open
    };
    assert_eq!((night("station-24h"), night("center")), (1, 0));
}

#[test]
fn yiwu_asks_for_slots_and_for_the_festival() {
    let rows = [
        ("battery-swap-cabinet", 8, "24/7", 12, "swap"),
        ("warm-station", 3, "Mo-Su 08:00-20:00; PH off", 12, "rest"),
        ("warm-station", 2, "Mo-Su 08:00-20:00", 12, "rest"),
        (
            "after-school-care",
            3,
            "Mo-Fr 16:00-19:00; PH off",
            30,
            "rest",
        ),
        ("legal-aid", 1, "Mo-Fr 09:00-17:00; PH off", 2, "rest"),
    ];
    let demand = "[demand]\nsource = \"table\"\npath = \"riders.csv\"\nunit = \"riders\"\n\
                  encoding = \"utf-8\"\nillustrative = true\n";
    let project = project("yiwu", &SHENZHEN, &rows, demand);
    let result = run(&project);
    assert_eq!(project.week.monday(), "2026-02-16");
    assert_eq!(project.week.holidays().years(), Some((2025, 2026)));
    // 8 x 12 slots serve 800 of the 2,000 riders, wherever these are.
    let swap = &result.report.standards[0];
    assert_eq!(
        (
            swap.figures.key.as_str(),
            swap.figures.demand_per_slot_thousandths
        ),
        ("swap-room", Some(8_333))
    );
    let detail: &DetailReport = &result.detail_report;
    let load = detail.standards[0]
        .capacity
        .as_ref()
        .unwrap()
        .load
        .as_ref()
        .unwrap();
    let (taken, away) = (load.taken_thousandths, load.turned_away_thousandths);
    assert!(
        taken <= 800_000 && away > 0 && taken + away <= 2_000_000,
        "{taken} {away}"
    );
    assert_eq!(load.facilities.iter().flatten().count(), 8);
    assert!(
        detail.standards[0]
            .reasons
            .iter()
            .any(|r| r.reason == "full")
    );
    // On the first day of the year the posts that close on holidays are shut, and so is all that
    // week the care, but for Saturday and Sunday, on which it never opens.
    let post = &result.report.standards[1];
    assert_eq!(
        (post.figures.key.as_str(), post.figures.n_facilities),
        ("festival-post", 2)
    );
    let care = &detail.standards[2];
    assert!(care.hours.iter().all(|hour| hour.n_open == 0));
}

#[test]
fn baotou_knows_what_closes_at_night() {
    let rows = [
        ("battery-swap-cabinet", 9, "24/7", 12, "swap"),
        ("warm-station", 1, "24/7", 12, "rest"),
        ("warm-station", 5, "Mo-Su 08:00-20:00", 12, "rest"),
    ];
    let result = run(&project("baotou", &SHENZHEN, &rows, ""));
    assert!(share(&result, "swap-near") < share(&result, "swap"));
    assert!(share(&result, "rest-night") < share(&result, "rest-day"));
    assert!(share(&result, "night") <= share(&result, "rest-night"));
    let day = result
        .detail_report
        .standards
        .iter()
        .find(|s| s.key == "rest-day")
        .unwrap();
    assert!(day.night.lost_thousandths > 0);
    // Open at all hours is open by day: nothing else is lost than the difference.
    let standard = |key: &str| {
        result
            .report
            .standards
            .iter()
            .find(|s| s.figures.key == key)
            .unwrap()
    };
    assert_eq!(
        day.night.lost_thousandths,
        standard("rest-day").figures.split.covered_thousandths
            - standard("rest-night").figures.split.covered_thousandths
    );
}

#[test]
fn heze_has_canteens_pharmacies_and_hazards() {
    let rows = [("service-point", 6, "Mo-Su 08:00-18:00", 4, "water")];
    let layers = "[[layer]]\nname = \"restaurants\"\nkind = \"rider-canteen\"\n\
                  from = { tags = [\"amenity=restaurant\"] }\n\
                  [[layer]]\nname = \"pharmacies\"\nkind = \"rider-pharmacy\"\n\
                  from = { tags = [\"amenity=pharmacy\"] }\n\
                  [hazards]\nfrom = { path = \"hazards.csv\", encoding = \"utf-8\" }\n\
                  in_baseline = true\n";
    let project = project("heze", &MONACO, &rows, layers);
    let result = run(&project);
    assert!(share(&result, "circle") <= share(&result, "something"));
    assert!(share(&result, "something") >= share(&result, "canteen"));
    let detail = &result.detail_report;
    assert!(detail.heeds_hazards);
    assert_eq!(detail.hazards[0].effect.as_deref(), Some("50%"));
}

#[test]
fn chengdu_opens_its_compounds() {
    let rows = [("warm-station", 5, "24/7", 12, "rest")];
    let project = project("chengdu", &MONACO, &rows, "");
    let before = run(&project);
    let keys: Vec<&str> = project.scenarios.iter().map(|s| s.key.as_str()).collect();
    assert_eq!(keys, ["open-compounds", "open-gates"]);
    // A gate that opens joins places to nearer streets, which may be a little slower to leave; so
    // opening gates need not gain everywhere. Entering only shuts what the map lets through.
    let after = |index: usize| {
        let changes = &project.scenarios[index].changes;
        let result = ScenarioResult::of(&project, "x", "x", changes).unwrap();
        share(&result, "rest-ride")
    };
    let (entered, opened) = (after(0), after(1));
    let mapped = share(&before, "rest-ride");
    assert!((opened - mapped).abs() < 0.1 && (entered - mapped).abs() < 0.1);
    let fingerprint = |index: usize| {
        let changes = &project.scenarios[index].changes;
        let evaluation = scenario::evaluate(&project, changes).unwrap();
        evaluation.services[1].coverage.times().to_vec()
    };
    assert_ne!(fingerprint(0), fingerprint(1), "gates play a part");
}

#[test]
fn a_plan_overrules_what_it_includes_and_wrong_fragments_are_named() {
    let rows = [("warm-station", 5, "24/7", 12, "rest")];
    let own = "[[standard]]\nkey = \"rest\"\nname = \"shorter\"\nkinds = [\"warm-station\"]\n\
               profile = \"foot\"\nlimit = \"5min\"\n\
               [[standard]]\nkey = \"more\"\nname = \"more\"\nprofile = \"foot\"\nlimit = \"5min\"\n";
    let project = project("chengdu", &MONACO, &rows, own);
    let keys: Vec<(&str, u32)> = project
        .standards
        .iter()
        .map(|s| (s.key.as_str(), s.limit.as_tenths() / 600))
        .collect();
    assert_eq!(keys, [("rest", 5), ("rest-ride", 5), ("more", 5)]);
    assert!(project.spec.include.is_empty());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.toml");
    let base = "format = 1\nname = \"x\"\n[study_area]\nbox = [1, 2, 3, 4]\n[network]\npath = \"x\"\n\
                [demand]\nsource = \"street-length\"\nprofile = \"foot\"\n";
    let read = |include: &str| {
        fs::write(&path, format!("include = [\"{include}\"]\n{base}")).unwrap();
        Plan::read(&path).unwrap_err().to_string()
    };
    assert!(read("none.toml").contains("could not read `none.toml`"));
    fs::write(
        folder.path().join("part.toml"),
        "[demand]\nsource = \"table\"\n",
    )
    .unwrap();
    let error = read("part.toml");
    assert!(
        error.contains("part.toml") && error.contains("unknown field `demand`"),
        "{error}"
    );
}
