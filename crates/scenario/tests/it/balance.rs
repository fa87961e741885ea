//! Everything that is given is covered, uncovered or told: the balance, whatever the plan.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use scenario::balance::{DemandBalanceReport, FacilityBalanceReport};
use scenario::district::DistrictReport;
use scenario::report::ScenarioReport;
use scenario::run::{ScenarioResult, run, summary};
use scenario::{Plan, Project, resolve, tables};
use units::{LngLat, LocalPlane, PlanePoint};

use crate::osm_drawn::Map;

/// One long street; a block of streets; a block with a one-way and a short piece on its own.
const MAPS: [&str; 3] = [
    "grid 1000m\nA B C D E\nways\nABCDE highway=residential\n",
    "grid 500m\nA B C D\nE F G H\nways\nABCD highway=residential\nEFGH highway=residential\n\
     AE highway=residential\nBF highway=residential\nDH highway=residential\n",
    "grid 500m\nA B   C D\nE F   G H\nways\nABFEA highway=residential\n\
     EF highway=residential|oneway=yes\nCD highway=residential\n",
];

struct Town {
    map: Map,
    folder: tempfile::TempDir,
}

impl Town {
    fn new(drawing: &str) -> Self {
        let map = Map::parse(drawing);
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("drawn.osm.pbf"), map.bytes()).unwrap();
        Self { map, folder }
    }

    /// A position so many metres east and north of the letter A.
    fn at(&self, east_m: f64, north_m: f64) -> LngLat {
        let plane = LocalPlane::at(self.map.position('A'));
        plane.unproject(PlanePoint {
            x_m: east_m,
            y_m: north_m,
        })
    }

    fn lng_lat(&self, east_m: f64, north_m: f64) -> String {
        let at = self.at(east_m, north_m);
        format!("{},{}", at.lng(), at.lat())
    }

    fn file(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A plan over a box of metres around the letter A: west, south, east, north.
    fn project(&self, [west, south, east, north]: [f64; 4], plan: &str) -> Result<Project, String> {
        let (low, high) = (self.at(west, south), self.at(east, north));
        let text = format!(
            "format = 1\nname = \"drawn\"\n[study_area]\nbox = [{}, {}, {}, {}]\n\
             h3_resolution = 10\n[network]\npath = \"drawn.osm.pbf\"\n{plan}",
            low.lng(),
            low.lat(),
            high.lng(),
            high.lat(),
        );
        let path = self.folder.path().join("plan.toml");
        fs::write(&path, text).unwrap();
        let plan = Plan::read(&path).map_err(|problems| problems.to_string())?;
        let network = plan.network_path();
        let city = osm::import(&network, &osm::ImportOptions::default()).unwrap();
        resolve(&plan, city).map_err(|problems| problems.to_string())
    }

    /// Rectangles as zones: id, west, south, east, north.
    fn zones(&self, zones: &[(&str, [f64; 4])]) {
        let features: Vec<String> = zones
            .iter()
            .map(|(id, [west, south, east, north])| {
                let corners = [
                    (west, south),
                    (east, south),
                    (east, north),
                    (west, north),
                    (west, south),
                ];
                let corners: Vec<String> = corners
                    .iter()
                    .map(|(x, y)| format!("[{}]", self.lng_lat(**x, **y)))
                    .collect();
                format!(
                    r#"{{"type":"Feature","properties":{{"id":"{id}"}},"geometry":{{"type":"Polygon","coordinates":[[{}]]}}}}"#,
                    corners.join(",")
                )
            })
            .collect();
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        );
        self.file("zones.geojson", &text);
    }
}

const STREET_LENGTH: &str = "[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n";
const BY_ZONE: &str = "[demand]\nsource = \"zone-table\"\npath = \"d.csv\"\nunit = \"people\"\n\
     profile = \"foot\"\nencoding = \"utf-8\"\n[zones]\npath = \"zones.geojson\"\nid = \"id\"\n";

fn layer(more: &str) -> String {
    format!(
        "[[layer]]\nname = \"places\"\nfrom = {{ path = \"f.csv\", encoding = \"utf-8\"{more} }}\n"
    )
}

fn standard(key: &str, limit: &str, more: &str) -> String {
    format!(
        "[[standard]]\nkey = \"{key}\"\nname = \"{key}\"\nkinds = [\"rider-canteen\"]\n\
         profile = \"foot\"\nlimit = \"{limit}\"\n{more}"
    )
}

fn baseline(project: &Project) -> ScenarioResult {
    ScenarioResult::of(project, "baseline", "x", &[]).unwrap()
}

fn demand_of(report: &ScenarioReport) -> &DemandBalanceReport {
    &report.standards[0].figures.balance.demand
}

fn facilities_of(report: &ScenarioReport) -> &FacilityBalanceReport {
    &report.standards[0].figures.balance.facilities
}

/// Numbers from a seed; the same on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % n
    }

    fn metres(&mut self, low: i32, high: i32) -> f64 {
        let width = u64::try_from(high - low).unwrap();
        f64::from(low) + f64::from(u32::try_from(self.below(width)).unwrap())
    }

    fn one_of<'a>(&mut self, of: &[&'a str]) -> &'a str {
        let n = u64::try_from(of.len()).unwrap();
        of[usize::try_from(self.below(n)).unwrap()]
    }
}

/// What the drawn inputs hold, counted without the program.
#[derive(Default)]
struct Given {
    facilities: usize,
    other_kind: usize,
    demand_thousandths: Option<u64>,
    outside_thousandths: Option<u64>,
}

/// A random plan over a town, and what it was given.
fn random_plan(town: &Town, dice: &mut Dice) -> (Result<Project, String>, Given) {
    let bounds = [
        dice.metres(-500, 1_000),
        dice.metres(-600, -50),
        dice.metres(1_200, 4_500),
        dice.metres(20, 400),
    ];
    let is_inside =
        |x: f64, y: f64| (bounds[0]..bounds[2]).contains(&x) && (bounds[1]..bounds[3]).contains(&y);
    let mut given = Given::default();

    let mut rows = String::from("id,lng,lat,kind,opening_hours,capacity\n");
    for id in 0..dice.below(12) {
        let kind = dice.one_of(&["rider-canteen", "rider-canteen", "warm-station"]);
        let hours = dice.one_of(&["", "Mo-Su 08:00-20:00", "24/7"]);
        let at = town.lng_lat(dice.metres(-1_500, 5_500), dice.metres(-400, 250));
        let capacity = dice.below(9);
        writeln!(rows, "f{id},{at},{kind},{hours},{capacity}").unwrap();
        given.facilities += 1;
        given.other_kind += usize::from(kind == "warm-station");
    }
    town.file("f.csv", &rows);
    let outside = dice.one_of(&["", ", outside = \"keep\"", ", outside = \"skip\""]);
    let mut plan = layer(outside);

    match dice.below(3) {
        0 => plan += STREET_LENGTH,
        1 => {
            let mut rows = String::from("lng,lat,demand\n");
            let (mut all, mut out) = (0, 0);
            for _ in 0..dice.below(40) {
                let (x, y) = (dice.metres(-700, 5_000), dice.metres(-700, 500));
                let amount = dice.below(90_000);
                let at = town.lng_lat(x, y);
                writeln!(rows, "{at},{}.{:03}", amount / 1_000, amount % 1_000).unwrap();
                all += amount;
                out += if is_inside(x, y) { 0 } else { amount };
            }
            town.file("d.csv", &rows);
            plan += "[demand]\nsource = \"table\"\npath = \"d.csv\"\nunit = \"people\"\n\
                     encoding = \"utf-8\"\noutside = \"keep\"\n";
            given.demand_thousandths = Some(all);
            given.outside_thousandths = Some(out);
        }
        _ => {
            let mut zones = Vec::new();
            let mut rows = String::from("zone,demand\n");
            let mut all = 0;
            for id in ["a", "b", "c", "d"] {
                let (west, south) = (dice.metres(-900, 4_000), dice.metres(-700, 100));
                let (wide, high) = (dice.metres(30, 3_000), dice.metres(20, 900));
                zones.push((id, [west, south, west + wide, south + high]));
                if dice.below(5) > 0 {
                    let amount = dice.below(900_000);
                    writeln!(rows, "{id},{}.{:03}", amount / 1_000, amount % 1_000).unwrap();
                    all += amount;
                }
            }
            town.zones(&zones);
            town.file("d.csv", &rows);
            plan += BY_ZONE;
            given.demand_thousandths = Some(all);
        }
    }
    if dice.below(3) == 0 {
        plan += "[[measure]]\nsource = \"table\"\npath = \"m.csv\"\nunit = \"shops\"\n\
                 encoding = \"utf-8\"\n";
        let mut rows = String::from("lng,lat,demand\n");
        for _ in 0..6 {
            let at = town.lng_lat(dice.metres(500, 1_900), dice.metres(-60, 60));
            writeln!(rows, "{at},{}", dice.below(9)).unwrap();
        }
        town.file("m.csv", &rows);
    }
    let at = dice.one_of(&["", "", "at = \"We 03:00\"\n"]);
    plan += &standard("meal", dice.one_of(&["2min", "5min", "12min"]), at);
    let supply = dice.one_of(&["", "supply = { slots = 1, demand = 70 }\n"]);
    plan += standard("room", "8min", supply).as_str();
    plan += "[[joint]]\nkey = \"both\"\nname = \"both\"\nall_of = [\"meal\", \"room\"]\n";
    let closed: Vec<String> = (0..given.facilities)
        .filter(|_| dice.below(2) == 0)
        .map(|id| format!("\"f{id}\""))
        .collect();
    if outside != ", outside = \"skip\"" && !closed.is_empty() {
        writeln!(
            plan,
            "[[scenario]]\nkey = \"closing\"\nname = \"closing\"\n[[scenario.modification]]\n\
             do = \"close-facilities\"\nfacilities = [{}]",
            closed.join(", ")
        )
        .unwrap();
    }
    (town.project(bounds, &plan), given)
}

/// The law itself, in every unit.
fn assert_balanced(result: &ScenarioResult) {
    let report = &result.report;
    for standard in &report.standards {
        let balance = &standard.figures.balance;
        assert!(
            balance.demand.holds(),
            "{}: {balance:?}",
            standard.figures.key
        );
        assert!(
            balance.facilities.holds(),
            "{}: {balance:?}",
            standard.figures.key
        );
        let (demand, split) = (&balance.demand, &standard.figures.split);
        assert_eq!(demand.in_area_thousandths, split.total_thousandths());
        assert_eq!(demand.covered_thousandths, split.covered_thousandths);
        let cells: u64 = standard.cells.iter().map(|c| c.covered_thousandths).sum();
        assert_eq!(
            demand.covered_thousandths, cells,
            "{}",
            standard.figures.key
        );
        assert_eq!(
            balance.facilities.serving + balance.facilities.unjoined,
            standard.figures.n_facilities
        );
    }
    for joint in &report.joints {
        assert!(
            joint.figures.balance.holds(),
            "{}: {:?}",
            joint.figures.key,
            joint.figures.balance
        );
    }
    for measure in &report.measures {
        for one in &measure.standards {
            assert!(one.demand.holds(), "{}: {one:?}", measure.unit);
        }
    }
    // The table says the same.
    let table = tables::balance(report);
    let rows = formats::csv::to_csv(&table);
    for standard in &report.standards {
        let of = |class: &str| -> String {
            let start = format!(
                "{},demand,{},{class},",
                standard.figures.key, report.demand_unit
            );
            let row = rows.lines().find_map(|line| line.strip_prefix(&start));
            row.unwrap().split(',').next().unwrap().to_owned()
        };
        let thousandths = |text: String| text.replace('.', "").parse::<u64>().unwrap();
        let sum: u64 = ["covered", "uncovered", "too-far", "on-scraps", "outside"]
            .map(|class| thousandths(of(class)))
            .iter()
            .sum();
        assert_eq!(thousandths(of("given")), sum, "{rows}");
    }
}

/// What a figure must not do when service is taken away: look better without a mark.
fn assert_no_better(before: &DistrictReport, after: &DistrictReport, seed: u64) {
    let place = format!("seed {seed}, zone {:?}, {}", after.zone, after.unit);
    assert!(
        after.beyond_thousandths >= before.beyond_thousandths,
        "{place}"
    );
    let no_shorter = |what: &str, before: Option<f64>, after: Option<f64>| {
        if let Some(after) = after {
            let before = before.unwrap_or_else(|| panic!("{place}: {what} was not known before"));
            assert!(
                after >= before - 1e-9,
                "{place}: {what} {before} -> {after}"
            );
        }
    };
    no_shorter("median", before.median_s, after.median_s);
    no_shorter("three quarters", before.quantile_75_s, after.quantile_75_s);
    no_shorter("nine tenths", before.quantile_90_s, after.quantile_90_s);
    if after.is_bound() {
        assert_eq!(after.concentration, None, "{place}");
        return;
    }
    no_shorter("mean", before.mean_s, after.mean_s);
    no_shorter(
        "worst tenth",
        before.worst_tenth_mean_s,
        after.worst_tenth_mean_s,
    );
    if !after.levelled_down {
        no_shorter("Gini", before.gini, after.gini);
        no_shorter("Palma", before.palma, after.palma);
        no_shorter("Theil", before.theil, after.theil);
    }
}

#[test]
fn nothing_is_lost_in_a_thousand_random_plans() {
    let towns: Vec<Town> = MAPS.iter().map(|map| Town::new(map)).collect();
    let (mut n_done, mut n_closing, mut n_exact) = (0, 0, 0);
    let (mut n_with_outside, mut n_with_too_far, mut n_levelled) = (0, 0, 0);
    for seed in 0..4_000_u64 {
        if n_done == 1_000 {
            break;
        }
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) + 1);
        let town = &towns[usize::try_from(seed % 3).unwrap()];
        let (project, given) = random_plan(town, &mut dice);
        let project = match project {
            Ok(project) => project,
            Err(why) => {
                // A plan without demand, or of another place, is refused in words.
                let is_known = [
                    "no demand in the study area",
                    "rows lie outside",
                    "no street of",
                    "is left out, so nothing changes it",
                ]
                .iter()
                .any(|reason| why.contains(reason));
                assert!(is_known, "seed {seed}: {why}");
                continue;
            }
        };
        n_done += 1;
        let results = run(&project).unwrap();
        for result in &results {
            assert_balanced(result);
            let (demand, places) = (demand_of(&result.report), facilities_of(&result.report));
            assert_eq!(places.given, given.facilities, "seed {seed}");
            assert_eq!(places.other_kind, given.other_kind, "seed {seed}");
            if let Some(all) = given.demand_thousandths {
                assert_eq!(demand.given_thousandths, all, "seed {seed}");
            }
            if let Some(outside) = given.outside_thousandths {
                assert_eq!(demand.outside_thousandths, outside, "seed {seed}");
            }
            n_with_outside += usize::from(demand.outside_thousandths > 0 && places.outside > 0);
            n_with_too_far += usize::from(demand.too_far_thousandths > 0);
        }
        let [before, after] = results.as_slice() else {
            continue;
        };
        n_closing += 1;
        let standards = &before.detail_report.standards;
        let pairs = standards.iter().zip(&after.detail_report.standards);
        // Room is shared out among all; only who is nearest is compared here.
        for (before, after) in pairs.filter(|(before, _)| before.key == "meal") {
            for (before, after) in before.districts.iter().zip(&after.districts) {
                assert_no_better(before, after, seed);
                n_exact += usize::from(!after.is_bound() && after.gini.is_some());
                n_levelled += usize::from(after.levelled_down);
            }
        }
    }
    assert_eq!(n_done, 1_000);
    // The plans must be such that the law could fail.
    assert!(
        n_closing > 200 && n_exact > 20 && n_levelled > 0,
        "{n_closing} {n_exact} {n_levelled}"
    );
    assert!(
        n_with_outside > 50 && n_with_too_far > 50,
        "{n_with_outside} {n_with_too_far}"
    );
}

#[test]
fn the_balance_holds_in_every_plan_of_the_repository() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let mut n_plans = 0;
    for city in fs::read_dir(data).unwrap() {
        let path = city.unwrap().path().join("plan.toml");
        if !path.is_file() {
            continue;
        }
        n_plans += 1;
        let plan = Plan::read(&path).unwrap();
        let options = osm::ImportOptions {
            side_path_links: plan.side_path_links().unwrap(),
            ..osm::ImportOptions::default()
        };
        let city = osm::import(&plan.network_path(), &options).unwrap();
        let project = resolve(&plan, city).unwrap();
        for result in &run(&project).unwrap() {
            assert_balanced(result);
        }
    }
    assert!(n_plans >= 2, "{n_plans}");
}

#[test]
fn a_zone_at_the_rim_gives_what_lies_inside() {
    // 4 km of street; the area ends at 3 km. Zone b has 2 km of street, half of it inside; c lies
    // outside; nobody counted d.
    let town = Town::new(MAPS[0]);
    town.file(
        "f.csv",
        &format!(
            "id,lng,lat,kind\nf,{},rider-canteen\n",
            town.lng_lat(500.0, 0.0)
        ),
    );
    town.zones(&[
        ("a", [0.0, -200.0, 2_000.0, 200.0]),
        ("b", [2_000.0, -200.0, 4_100.0, 200.0]),
        ("c", [3_200.0, 300.0, 3_900.0, 400.0]),
        ("d", [0.0, 210.0, 300.0, 300.0]),
    ]);
    town.file("d.csv", "zone,demand\na,1000\nb,600\nc,50\n");
    let plan = layer("") + BY_ZONE + standard("meal", "5min", "").as_str();
    let project = town
        .project([-300.0, -400.0, 3_000.0, 400.0], &plan)
        .unwrap();
    let result = baseline(&project);
    let demand = demand_of(&result.report);
    assert_eq!(demand.given_thousandths, 1_650_000);
    let inside = demand.in_area_thousandths;
    // A piece of street of up to 100 m is counted where its middle lies.
    assert!(inside.abs_diff(1_300_000) < 13_000, "{inside}");
    assert_balanced(&result);
    let notes = project.notes.join("\n");
    for told in [
        "1 of 4 zones lie partly outside the study area",
        "1 of 4 zones lie outside the study area: 0 people inside the study area, 50 outside (`c`)",
        "1 of 4 zones have no row and count nothing: `d`",
    ] {
        assert!(notes.contains(told), "{told}\n{notes}");
    }
    // The summary says what the share is a part of.
    let text = summary(&project, &[result]);
    assert!(
        text.contains("in the area, the whole of the share ="),
        "{text}"
    );
}

#[test]
fn a_zone_without_street_gives_the_part_of_its_ground() {
    let town = Town::new(MAPS[0]);
    town.file(
        "f.csv",
        &format!(
            "id,lng,lat,kind\nf,{},rider-canteen\n",
            town.lng_lat(500.0, 0.0)
        ),
    );
    // A third of the ground of the second lies inside; its people stand there, far from any street.
    town.zones(&[
        ("a", [0.0, -200.0, 2_000.0, 200.0]),
        ("hill", [1_000.0, 300.0, 1_600.0, 600.0]),
    ]);
    town.file("d.csv", "zone,demand\na,100\nhill,90\n");
    let plan = layer("") + BY_ZONE + standard("meal", "5min", "").as_str();
    let project = town
        .project([-300.0, -400.0, 3_000.0, 400.0], &plan)
        .unwrap();
    let result = baseline(&project);
    let demand = demand_of(&result.report);
    assert_eq!(demand.given_thousandths, 190_000);
    assert!(
        demand.too_far_thousandths.abs_diff(30_000) < 300,
        "{demand:?}"
    );
    assert!(
        demand.outside_thousandths.abs_diff(60_000) < 300,
        "{demand:?}"
    );
    assert_balanced(&result);
}

#[test]
fn people_of_a_zone_within_a_zone_count_once_each() {
    let town = Town::new(MAPS[0]);
    town.file(
        "f.csv",
        &format!(
            "id,lng,lat,kind\nf,{},rider-canteen\n",
            town.lng_lat(500.0, 0.0)
        ),
    );
    town.zones(&[
        ("a", [0.0, -200.0, 2_000.0, 200.0]),
        ("b", [600.0, -100.0, 1_400.0, 100.0]),
    ]);
    town.file("d.csv", "zone,demand\na,1000\nb,500\n");
    let plan = layer("") + BY_ZONE + standard("meal", "5min", "").as_str();
    let project = town
        .project([-300.0, -400.0, 4_300.0, 400.0], &plan)
        .unwrap();
    let result = baseline(&project);
    assert_eq!(demand_of(&result.report).in_area_thousandths, 1_500_000);
    let zones = &result.report.standards[0].zones;
    let of = |zone: usize| zones[zone].total_thousandths();
    assert_eq!((of(0), of(1)), (1_000_000, 500_000));
    let notes = project.notes.join("\n");
    assert!(notes.contains("zone `b` lies within zone `a`"), "{notes}");
}

#[test]
fn a_canteen_outside_the_area_counts_unless_the_plan_leaves_it_out() {
    // The area holds 2 km of street; on foot 10 min are 720 m. One canteen stands in its middle, one
    // 150 m outside, one 3 km outside, where the street has ended.
    let town = Town::new(MAPS[0]);
    let rows = format!(
        "id,lng,lat,kind\nin,{},rider-canteen\nout,{},rider-canteen\nfar,{},rider-canteen\n\
         rest,{},warm-station\n",
        town.lng_lat(2_000.0, 0.0),
        town.lng_lat(3_150.0, 0.0),
        town.lng_lat(6_000.0, 0.0),
        town.lng_lat(3_160.0, 0.0),
    );
    town.file("f.csv", &rows);
    let covered = |outside: &str| {
        let plan = layer(outside) + STREET_LENGTH + standard("meal", "10min", "").as_str();
        let project = town.project([1_000.0, -400.0, 3_000.0, 400.0], &plan);
        project.map(|project| baseline(&project).report)
    };
    // Three of four rows lie outside: is this the right place?
    let why = covered("").unwrap_err();
    assert!(
        why.contains("3 of 4 rows lie outside the study area"),
        "{why}"
    );
    assert!(why.contains("hint: ") && why.contains("datum"), "{why}");

    // A piece of street of up to 100 m is covered when its middle is.
    // From 1,280 to 3,000 m: 1.72 km, and what the one outside settles is not edge-affected.
    let kept = covered(", outside = \"keep\"").unwrap();
    let share = kept.standards[0].figures.split.covered_share.unwrap();
    assert!((share - 0.86).abs() < 0.03, "{share}");
    let places = facilities_of(&kept);
    assert_eq!((places.given, places.serving), (4, 2));
    assert_eq!((places.other_kind, places.outside), (1, 1));

    // From 1,280 to 2,720 m: 72 %; the rim is marked.
    let skipped = covered(", outside = \"skip\"").unwrap();
    let share = skipped.standards[0].figures.split.covered_share.unwrap();
    assert!((share - 0.72).abs() < 0.03, "{share}");
    let (before, after) = (&kept.standards[0], &skipped.standards[0]);
    assert!(after.figures.n_edge_affected_cells > before.figures.n_edge_affected_cells);
    let places = facilities_of(&skipped);
    assert_eq!(
        (places.serving, places.other_kind, places.outside),
        (1, 1, 2)
    );

    let refused = covered(", outside = \"error\"").unwrap_err();
    assert!(refused.contains("outside the study area"), "{refused}");
}

#[test]
fn who_joins_no_street_stays_in_the_median() {
    // Ten riders at the canteen, twenty 900 m off the street.
    let town = Town::new(MAPS[0]);
    town.file(
        "f.csv",
        &format!(
            "id,lng,lat,kind\nf,{},rider-canteen\n",
            town.lng_lat(2_000.0, 0.0)
        ),
    );
    let (near, far) = (town.lng_lat(2_000.0, 10.0), town.lng_lat(2_000.0, 900.0));
    town.file("d.csv", &format!("lng,lat,demand\n{near},10\n{far},20\n"));
    let table = "[demand]\nsource = \"table\"\npath = \"d.csv\"\nunit = \"riders\"\n\
                 encoding = \"utf-8\"\n";
    let plan = layer("") + table + standard("meal", "5min", "").as_str();
    let project = town
        .project([-300.0, -400.0, 4_300.0, 1_100.0], &plan)
        .unwrap();
    let result = baseline(&project);
    let standard = &result.report.standards[0];
    assert_eq!(standard.figures.balance.demand.too_far_thousandths, 20_000);
    assert_eq!(standard.figures.median_s, None);
    assert!(standard.figures.worst_tenth_is_lower_bound);
    let all = &result.detail_report.standards[0].districts[0];
    assert_eq!((all.median_s, all.beyond_thousandths), (None, 20_000));
    assert!(all.is_bound() && all.concentration.is_none());
    let text = summary(&project, &[result]);
    assert!(
        text.contains("mean at least") && text.contains("Gini at least"),
        "{text}"
    );
}

#[test]
fn closing_stations_makes_no_figure_look_better_unmarked() {
    // Four stations 1 km apart: distances are even from 0 to 500 m, Gini 1/3. With one alone they run
    // to 3,500 m, of which the search sees 720 m.
    let town = Town::new(MAPS[0]);
    let rows: String = (0..4).fold("id,lng,lat,kind\n".to_owned(), |rows, i| {
        let at = town.lng_lat(500.0 + 1_000.0 * f64::from(i), 0.0);
        format!("{rows}f{i},{at},rider-canteen\n")
    });
    town.file("f.csv", &rows);
    let closing = |ids: &str| {
        format!(
            "[[scenario]]\nkey = \"closing\"\nname = \"closing\"\n[[scenario.modification]]\n\
             do = \"close-facilities\"\nfacilities = [{ids}]\n"
        )
    };
    let outcome = |limit: &str, ids: &str| {
        let plan = layer("")
            + STREET_LENGTH
            + standard("meal", limit, "").as_str()
            + closing(ids).as_str();
        let project = town
            .project([-300.0, -400.0, 4_300.0, 400.0], &plan)
            .unwrap();
        let results = run(&project).unwrap();
        let of = |result: &ScenarioResult| result.detail_report.standards[0].districts[0].clone();
        (
            of(&results[0]),
            of(&results[1]),
            tables::districts(&results[1].report, &results[1].detail_report),
        )
    };
    let (before, after, table) = outcome("5min", "\"f1\", \"f2\", \"f3\"");
    assert!(
        (before.gini.unwrap() - 1.0 / 3.0).abs() < 0.01,
        "{before:?}"
    );
    assert!(!before.is_bound() && after.is_bound());
    let csv = formats::csv::to_csv(&table);
    assert!(
        csv.contains("gini_bound") && csv.contains("at-least"),
        "{csv}"
    );
    // Searched far enough, the figure is the right one: one at the end of 4 km, 500 m in.
    let (_, after, table) = outcome("30min", "\"f1\", \"f2\", \"f3\"");
    assert!(!after.is_bound());
    assert!((after.gini.unwrap() - 0.393).abs() < 0.01, "{after:?}");
    assert!(!formats::csv::to_csv(&table).contains("at-least"));
}
