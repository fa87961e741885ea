//! Everything that is given is covered, uncovered or told: the balance, whatever the plan.

mod random;
mod town;

use std::fs;
use std::path::Path;

use scenario::run::{run, summary};
use scenario::{Plan, resolve};

use crate::balance::random::assert_balanced;
use crate::balance::town::{
    BY_ZONE, MAPS, STREET_LENGTH, Town, baseline, demand_of, facilities_of, layer, standard,
};

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
