//! Bad input: every problem with file, line, field and what to do, all at once.

use coverage::{FacilityKind, KindCatalog, Zones};
use formats::facilities::FacilityOptions;
use formats::{Outside, ReadError, Source, boundaries, csv, demand, facilities, positions};

use crate::good::{any_kind, area, file};

/// The lines of the message, without the path of the temporary folder.
fn told(error: &ReadError, source: &Source) -> Vec<String> {
    let path = source.path.display().to_string();
    let name = source.path.file_name().unwrap().to_str().unwrap();
    error
        .to_string()
        .replace(&path, name)
        .lines()
        .map(str::to_owned)
        .collect()
}

#[test]
fn a_missing_file_is_named_once() {
    let source = Source::new("no/such/stations.csv");
    let error = positions::read(&source, None).unwrap_err();
    assert_eq!(error.to_string(), "could not open `no/such/stations.csv`");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn every_problem_is_told_with_its_line() {
    let text = "id,kind,lng,lat,capacity,hours,amenities,start_delay\n\
        1,warm-staton,114.05,22.54,,,,\n\
        2,warm-station,x,22.54,-3,,,\n\
        2,rider-canteen,114.05,22.54,,late,sauna,90\n\
        ,rider-canteen,114.05,,,,,\n\
        3,rider-canteen,114.05\n\
        4,rider-canteen,114.05,122.54,,,,\n\
        5,rider-canteen,22.54,114.05,,,toilets,\n";
    let (_folder, source) = file("stations.csv", text.as_bytes());
    let error = facilities::read(&source, any_kind(&KindCatalog::default())).unwrap_err();
    assert_eq!(
        told(&error, &source),
        [
            "could not read facilities from `stations.csv`",
            "  line 2: `kind` is `warm-staton`; wanted one of battery-swap-cabinet, warm-station, rider-canteen, rider-pharmacy",
            "  line 3: `capacity` is `-3`; wanted a whole number",
            "  line 3: `lng` is `x`; wanted a longitude from -180 to 180",
            "  line 4: `id` is `2`, which already stands in line 3",
            "  line 4: `amenities` is `sauna`; wanted some of rest, water, charging, swap, meal, microwave, first-aid, medicine, toilet, wifi, repair, round-the-clock",
            "  line 4: `hours` is `late`; wanted opening hours in OSM syntax, as in `Mo-Fr 08:00-22:00`",
            "  line 4: `start_delay` is `90`; wanted a time with its unit, as in `90s` or `2min`",
            "  line 5: `id` is empty; wanted an id",
            "  line 5: `lat` is empty; wanted a latitude from -90 to 90",
            "  line 6: has 3 values; the header has 8",
            "  line 7: `lat` is `122.54`; wanted a latitude from -90 to 90",
            "  line 8: `amenities` is `toilets`; wanted some of rest, water, charging, swap, meal, microwave, first-aid, medicine, toilet, wifi, repair, round-the-clock",
            "  line 8: `lat` is `114.05`; wanted a latitude from -90 to 90",
        ]
    );
    assert_eq!(
        error.hints(),
        [
            "did you mean `warm-station`?",
            "put values that hold a comma in double quotes",
            "did you mean `toilet`?",
            "longitude and latitude look swapped; longitude comes first",
        ]
    );
}

#[test]
fn a_wrong_column_names_what_is_wanted_and_what_is_there() {
    let (_folder, source) = file("a.csv", b"station,lngg,lat\n1,114.05,22.54\n");
    let error = positions::read(&source, None).unwrap_err();
    let told = told(&error, &source);
    assert_eq!(told[0], "could not read positions from `a.csv`");
    assert_eq!(
        told[1],
        "  no column for `lng`; wanted one of `lng`, `lon`, `long`, `longitude`, `x`, `经度`, …"
    );
    assert!(
        told[2].starts_with("  no column for `id`; wanted one of `id`, `facility_id`"),
        "{told:?}"
    );
    assert_eq!(
        error.hints(),
        [
            "the file has a column `lngg`; was `lng` meant?",
            "the file has a column `station`; was `id` meant?",
        ]
    );
}

#[test]
fn positions_just_outside_hint_at_the_datum() {
    let text = "lng,lat,id\n114.05,22.54,1\n114.104,22.54,2\n116.47,39.99,3\n22.55,114.05,4\n";
    let (_folder, source) = file("a.csv", text.as_bytes());
    let error = positions::read(&source, Some(&area(Outside::Refuse))).unwrap_err();
    let told = told(&error, &source);
    assert_eq!(
        told[1],
        "  line 3: `lng` 114.104, `lat` 22.54 lies 411 m outside the study area"
    );
    assert!(
        told[2].starts_with("  line 4: `lng` 116.47, `lat` 39.99 lies 19"),
        "{told:?}"
    );
    assert_eq!(
        error.hints(),
        [
            "coordinates from Chinese map services are usually GCJ-02; add `datum = \"gcj02\"` to \
             this source",
            "longitude and latitude look swapped; longitude comes first",
        ]
    );
}

#[test]
fn shapes_of_the_wrong_sort_name_their_feature() {
    let text = r#"{"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{"id":1},"geometry":{"type":"Point","coordinates":[114.0,22.5]}},
      {"type":"Feature","properties":{"id":2},"geometry":{"type":"LineString","coordinates":[[114.0,22.5],[114.1,22.5]]}},
      {"type":"Feature","properties":{"id":3},"geometry":{"type":"Polygon","coordinates":[[[114.0,22.5],[114.1,22.5],[114.0,22.5]]]}},
      {"type":"Feature","properties":{"id":4},"geometry":null}]}"#;
    let (_folder, source) = file("a.geojson", text.as_bytes());
    let error = boundaries::read_zones(&source).unwrap_err();
    assert_eq!(
        told(&error, &source),
        [
            "could not read zones from `a.geojson`",
            "  feature 1: its geometry is a Point; wanted a Polygon or MultiPolygon",
            "  feature 2: its geometry is a LineString; wanted a Polygon or MultiPolygon",
            "  feature 3: its geometry is a Polygon that encloses nothing: a ring needs at least three different corners in a row, got 2; wanted rings of at least three different corners",
            "  feature 4: its geometry is missing; wanted a Polygon or MultiPolygon",
        ]
    );
    let kind = FacilityKind::WarmStation;
    let catalog = KindCatalog::default();
    let options = FacilityOptions {
        kind: Some(&kind),
        ..any_kind(&catalog)
    };
    let error = facilities::read(&source, options).unwrap_err();
    assert_eq!(told(&error, &source).len(), 4);
}

#[test]
fn demand_names_unknown_and_repeated_zones() {
    let zone = |id: &str| coverage::Zone {
        id: id.to_owned(),
        name: id.to_owned(),
        outline: area(Outside::Refuse).outline,
        rank: None,
    };
    let zones = Zones::new(vec![zone("a"), zone("b")]);
    let (_folder, source) = file("a.csv", b"zone,count\na,1\nc,2\na,3\nb,many\n");
    let error = demand::read_zones(&source, &zones, &[]).unwrap_err();
    assert_eq!(
        told(&error, &source),
        [
            "could not read demand from `a.csv`",
            "  line 3: `zone` is `c`; wanted the id or name of a zone",
            "  line 4: `zone` is `a`, which already stands in line 2",
            "  line 5: `count` is `many`; wanted a number from 0, with at most three decimals counted",
        ]
    );
}

#[test]
fn checked_rows_tell_everything_at_the_end() {
    let (_folder, source) = file(
        "costs.csv",
        b"site_id,demand_id,cost\na,1,2.5\n,2,3\na,3,1e999\n",
    );
    let mut rows = csv::CheckedRows::open(&source).unwrap();
    let columns = (
        rows.column("site id"),
        rows.column("cost"),
        rows.column("weight"),
    );
    let read = rows.each(|row| {
        let (site, cost) = (row.text(columns.0), row.number(columns.1));
        Some((site?, cost?))
    });
    assert_eq!(read, [("a".to_owned(), 2.5)]);
    let error = rows.finish("costs", read).unwrap_err();
    assert_eq!(
        told(&error, &source),
        [
            "could not read costs from `costs.csv`",
            "  no column for `weight`; wanted one of `weight`",
            "  line 3: `site_id` is empty; wanted some text",
            "  line 4: `cost` is `1e999`; wanted a number",
        ]
    );
}
