//! Demand from what the map shows, and per zone.

use std::fs;
use std::path::Path;

use coverage::Demand;
use scenario::{Plan, Project, resolve};
use units::LngLat;

fn monaco(demand: &str, more: &str, files: &[(&str, &str)]) -> Result<Project, String> {
    within([7.4085, 43.7235, 7.4400, 43.7520], demand, more, files)
}

fn within(
    bounds: [f64; 4],
    demand: &str,
    more: &str,
    files: &[(&str, &str)],
) -> Result<Project, String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let network = data.join("monaco/monaco.osm.pbf");
    let plan = format!(
        "format = 1\nname = \"x\"\n[study_area]\nbox = {bounds:?}\n\
         [network]\npath = '{}'\n[[layer]]\nname = \"pharmacies\"\nkind = \"rider-pharmacy\"\n\
         from = {{ tags = [\"amenity=pharmacy\"] }}\n\
         [[standard]]\nkey = \"near\"\nname = \"near\"\nprofile = \"foot\"\nlimit = \"8min\"\n\
         [demand]\n{demand}\n{more}",
        network.display()
    );
    let path = folder.path().join("plan.toml");
    fs::write(&path, plan).unwrap();
    let plan = Plan::read(&path).map_err(|problems| problems.to_string())?;
    let city = osm::import(&network, &osm::ImportOptions::default()).unwrap();
    resolve(&plan, city).map_err(|problems| problems.to_string())
}

#[test]
fn restaurants_count_one_by_one() {
    let text = "source = \"places\"\ntags = [\"amenity=restaurant\"]\nunit = \"restaurants\"\nper_place = 3";
    let project = monaco(text, "", &[]).unwrap();
    let inside = project.city.places.iter().filter(|place| {
        let is_one = place
            .tag("amenity")
            .is_some_and(|tag| tag.split(';').any(|t| t == "restaurant"));
        is_one && project.area.outline().contains(place.position)
    });
    let n_inside = inside.count();
    assert!(n_inside > 20, "{n_inside}");
    assert_eq!(project.demand.n_points(), n_inside);
    let total = Demand::from_units(3 * u64::try_from(n_inside).unwrap());
    assert_eq!(project.demand.total(), total);
    let evaluation = scenario::evaluate(&project, &[]).unwrap();
    let share = evaluation.services[0]
        .coverage
        .total()
        .covered_share()
        .unwrap();
    assert!(share > 0.5 && share <= 1.0, "{share}");
}

#[test]
fn buildings_count_their_floors() {
    let once = monaco("source = \"buildings\"", "", &[]).unwrap();
    let thrice = monaco("source = \"buildings\"\nlevels = 3", "", &[]).unwrap();
    let area = |project: &Project| project.demand.total().as_units_f64();
    assert_eq!(once.demand.unit().name(), "floor_m2");
    // Monaco has 2 km² of land; footprints are a part of that, floors a multiple of them.
    assert!(
        (200_000.0..4_000_000.0).contains(&area(&once)),
        "{}",
        area(&once)
    );
    // Next to no building of this extract has mapped levels; each is rounded to whole square metres.
    let ratio = area(&thrice) / area(&once);
    assert!(ratio > 2.5 && ratio < 3.001, "{ratio}");
}

#[test]
fn mapped_floors_count_whatever_the_plan_says_of_the_others() {
    // The few buildings of the extract with mapped levels stand around Monaco.
    let all = |levels: u32| {
        let demand = format!("source = \"buildings\"\nlevels = {levels}");
        within([7.34, 43.71, 7.50, 43.78], &demand, "", &[]).unwrap()
    };
    let (once, thrice) = (all(1), all(3));
    // Those that have mapped levels count these, whatever the plan says of the others.
    let areas = once.city.backdrop.areas();
    let mapped = areas
        .filter(|area| area.kind == city::AreaKind::Building && area.levels.is_some())
        .filter(|building| {
            let corners = building.rings().next().unwrap();
            let n = i64::try_from(corners.len()).unwrap();
            let mean = |of: fn(&LngLat) -> i32| {
                let sum: i64 = corners.iter().map(|corner| i64::from(of(corner))).sum();
                i32::try_from(sum / n).unwrap()
            };
            let middle = LngLat::from_e7(mean(|at| at.lng_e7()), mean(|at| at.lat_e7()));
            once.area.outline().contains(middle)
        });
    let n_mapped = mapped.count();
    let points = thrice.demand.points();
    let same = |point: &&coverage::DemandPoint| {
        let is_it = |other: &coverage::DemandPoint| {
            (other.position, other.demand) == (point.position, point.demand)
        };
        points.iter().any(is_it)
    };
    let n_same = once.demand.points().iter().filter(same).count();
    assert!(n_mapped > 0);
    assert_eq!(n_same, n_mapped);
}

#[test]
fn a_raster_of_people_is_counted_inside_the_study_area() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let path = data.join("monaco/people-synthetic.tif");
    let text = format!(
        "source = \"raster\"\npath = '{}'\nunit = \"people\"",
        path.display()
    );
    let project = monaco(&text, "", &[]).unwrap();
    // What the raster holds lies in the study area or is told to be outside.
    let all = project.demand.total() + project.demand.outside();
    assert_eq!(all, Demand::from_thousandths(9_446_700));
    // Cells at the rim give a part: more than those wholly inside, less than those that touch it.
    let squares = formats::geotiff::read_counts(&path, None).unwrap().value;
    let outline = project.area.outline();
    let sum = |most: usize, least: usize| -> Demand {
        let n_in = |square: &coverage::DemandSquare| {
            let corners = square
                .corners
                .iter()
                .filter(|&&at| outline.contains(at))
                .count();
            corners + usize::from(outline.contains(square.center))
        };
        let chosen = squares
            .iter()
            .filter(|square| (least..=most).contains(&n_in(square)));
        chosen.map(|square| square.demand).sum()
    };
    let (wholly, touching) = (sum(5, 5), sum(5, 1));
    assert!(wholly <= project.demand.total() && project.demand.total() <= touching);
    let evaluation = scenario::evaluate(&project, &[]).unwrap();
    let total = evaluation.services[0].coverage.total();
    assert!(total.covered_share().unwrap() > 0.5, "{total:?}");
    assert_eq!(total.total(), project.demand.total());
}

#[test]
fn cells_of_a_raster_at_the_rim_give_the_part_inside() {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data");
    let path = data.join("monaco/people-synthetic.tif");
    let text = format!(
        "source = \"raster\"\npath = '{}'\nunit = \"people\"",
        path.display()
    );
    // The south border runs through a row of cells.
    let bounds = [7.4085, 43.7362, 7.4400, 43.7520];
    let project = within(bounds, &text, "", &[]).unwrap();
    let squares = formats::geotiff::read_counts(&path, None).unwrap().value;
    let [west, south, east, north] = bounds;
    let inside =
        |at: &LngLat| (west..=east).contains(&at.lng()) && (south..=north).contains(&at.lat());
    // Of a cell of degrees the part inside is a product of two overlaps.
    let part = |square: &coverage::DemandSquare| {
        let bounds_of = |of: fn(LngLat) -> f64| {
            let all = square.corners.iter().copied().map(of);
            all.fold((f64::MAX, f64::MIN), |(low, high), at| {
                (low.min(at), high.max(at))
            })
        };
        let overlap = |(low, high): (f64, f64), least: f64, most: f64| {
            (high.min(most) - low.max(least)).max(0.0) / (high - low)
        };
        let wide = overlap(bounds_of(LngLat::lng), west, east);
        let high = overlap(bounds_of(LngLat::lat), south, north);
        wide * high * square.demand.as_units_f64()
    };
    let want: f64 = squares.iter().map(part).sum();
    let by_centers: f64 = squares
        .iter()
        .filter(|square| inside(&square.center))
        .map(|square| square.demand.as_units_f64())
        .sum();
    let total = project.demand.total().as_units_f64();
    assert!((total - want).abs() < 0.5, "{total} of {want}");
    assert!((by_centers - want).abs() > 5.0, "{by_centers} of {want}");
    let all = project.demand.total() + project.demand.outside();
    assert_eq!(all, Demand::from_thousandths(9_446_700));
    let told = "cells of the raster lie partly outside the study area";
    assert!(project.notes.iter().any(|note| note.contains(told)));
}

#[test]
fn counts_of_zones_are_spread_over_their_streets() {
    let square = |id: &str, west: f64, east: f64| {
        format!(
            r#"{{"type":"Feature","properties":{{"id":"{id}"}},"geometry":{{"type":"Polygon","coordinates":[[[{west},43.73],[{east},43.73],[{east},43.745],[{west},43.745],[{west},43.73]]]}}}}"#
        )
    };
    let zones = format!(
        r#"{{"type":"FeatureCollection","features":[{},{}]}}"#,
        square("west", 7.41, 7.42),
        square("east", 7.42, 7.43)
    );
    let text =
        "source = \"zone-table\"\npath = \"riders.csv\"\nunit = \"riders\"\nprofile = \"foot\"";
    let zone = "[zones]\npath = \"zones.geojson\"\nid = \"id\"\n";
    let files = [
        ("zones.geojson", zones.as_str()),
        ("riders.csv", "id,demand\nwest,300\neast,500\n"),
    ];
    let riders = "columns = { zone = \"id\" }\nencoding = \"utf-8\"";
    let project = monaco(&format!("{text}\n{riders}"), zone, &files).unwrap();
    assert_eq!(
        project.demand.total(),
        Demand::from_units(800),
        "{:?}",
        project.notes
    );
    let evaluation = scenario::evaluate(&project, &[]).unwrap();
    let by_zone = &evaluation.services[0].by_zone;
    let total = |zone: usize| by_zone[zone].split.total();
    assert_eq!(
        (total(0), total(1)),
        (Demand::from_units(300), Demand::from_units(500))
    );
}

#[test]
fn demand_that_is_nowhere_is_a_problem() {
    let text = "source = \"places\"\ntags = [\"amenity=battery_swap\"]\nunit = \"x\"";
    let error = monaco(text, "", &[]).unwrap_err();
    assert!(
        error.contains("[demand]: there is no demand in the study area"),
        "{error}"
    );
    let text = "source = \"raster\"\npath = \"people.tif\"\nunit = \"people\"";
    let error = monaco(text, "", &[("people.tif", "x")]).unwrap_err();
    assert!(
        error.contains("people.tif") && error.contains("GeoTIFF"),
        "{error}"
    );
}
