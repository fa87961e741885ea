//! Values as tools and people write them: read as meant, or refused by name.

use std::fmt::Write as _;

use coverage::{FacilityKind, KindCatalog};
use formats::facilities::{self, FacilityOptions};
use formats::{MissingPositions, Note, Source, boundaries, demand, positions};
use units::LngLat;

use crate::good::{any_kind, at, file};

/// The message and the advice in one text.
fn told(error: &formats::ReadError) -> String {
    format!("{error}\n{}", error.hints().join("\n"))
}

fn has_all(text: &str, words: &[&str]) {
    for word in words {
        assert!(text.contains(word), "`{word}` is missing in\n{text}");
    }
}

fn placed(name: &str, content: &[u8]) -> Result<(Vec<LngLat>, Vec<Note>), String> {
    let (_folder, source) = file(name, content);
    let loaded = positions::read(&source, None).map_err(|error| told(&error))?;
    let places = loaded.value.iter().map(|row| row.position).collect();
    Ok((places, loaded.notes))
}

fn canteens(text: &str) -> Result<Vec<Option<u32>>, String> {
    let (_folder, source) = file("a.csv", text.as_bytes());
    let (catalog, kind) = (KindCatalog::default(), FacilityKind::RiderCanteen);
    let options = FacilityOptions {
        kind: Some(&kind),
        ..any_kind(&catalog)
    };
    let loaded = facilities::read(&source, options).map_err(|error| told(&error))?;
    let rows = loaded.value.iter();
    Ok(rows
        .map(|row| row.capacity.map(coverage::Capacity::as_u32))
        .collect())
}

#[test]
fn whole_numbers_are_read_as_tools_write_them() {
    let rows = ["12.0", "", "1e1", "１２", "-0.0"];
    let mut text = "id,lng,lat,capacity\n".to_owned();
    for (number, capacity) in rows.iter().enumerate() {
        writeln!(text, "{number},114.05,22.54,{capacity}").unwrap();
    }
    let want = [Some(12), None, Some(10), Some(12), Some(0)];
    assert_eq!(canteens(&text).unwrap(), want);
    let row = |capacity| canteens(&format!("id,lng,lat,capacity\n1,114.05,22.54,{capacity}\n"));
    has_all(
        &row("12.5").unwrap_err(),
        &["line 2: `capacity` is `12.5`; wanted a whole number"],
    );
    has_all(
        &row("4294967296").unwrap_err(),
        &["wanted a whole number up to 4294967295"],
    );
    has_all(
        &row("\"1,200\"").unwrap_err(),
        &["thousands separators: `1200`"],
    );
    has_all(
        &row("12个").unwrap_err(),
        &["write the number without `个`"],
    );
}

#[test]
fn a_decimal_comma_is_named() {
    let text = b"id;lng;lat\na;114,06;22,54\nb;114,0648685;22,54\n";
    let error = placed("a.csv", text).unwrap_err();
    has_all(
        &error,
        &[
            "line 2: `lng` is `114,06`; wanted a longitude",
            "line 3: `lat` is `22,54`",
            "decimal point, not a decimal comma: `114.06`",
        ],
    );
    let (_folder, source) = file("a.csv", b"lng,lat,weight\n114.05,22.54,\"1,5\"\n");
    let error = demand::read_positions(&source, None, &[]).unwrap_err();
    has_all(
        &told(&error),
        &["`weight` is `1,5`", "decimal comma: `1.5`"],
    );
    let (_folder, source) = file("a.csv", b"lng,lat,weight\n114.05,22.54,1e13\n");
    let error = demand::read_positions(&source, None, &[]).unwrap_err();
    has_all(&told(&error), &["wanted a number below 9e12"]);
}

#[test]
fn long_values_are_cut_and_nul_bytes_and_doubled_ids_named_with_their_lines() {
    let long = "x".repeat(5_000);
    let text = format!("id,lng,lat\n{long},1,2\n{long},1,2\nb,{long},2\n,1,2\nc,1,2\0\n");
    let error = placed("a.csv", text.as_bytes()).unwrap_err();
    assert!(error.len() < 1_000, "{} bytes", error.len());
    has_all(
        &error,
        &[
            "line 3: `id` is `xxx",
            "… (5000 characters)`, which already stands in line 2",
            "line 4: `lng` is `xxx",
            "line 5: `id` is empty",
            "line 6: `lat` is `2\\u{0}`; wanted text without NUL bytes",
        ],
    );
    let error = placed("a.csv", b"i\0d,lng,lat\n1,1,2\n").unwrap_err();
    has_all(&error, &["line 1 holds NUL bytes"]);
    let text = br#"{"type":"Feature","properties":{"id":"a\u0000"},"geometry":{"type":"Point","coordinates":[114,22]}}"#;
    has_all(
        &placed("a.json", text).unwrap_err(),
        &["feature 1: `id` is `a\\u{0}`"],
    );
}

/// A feature with a geometry as written.
fn feature(id: &str, geometry: &str) -> String {
    format!(r#"{{"type":"Feature","properties":{{"id":"{id}"}},"geometry":{geometry}}}"#)
}

fn collection(members: &str, features: &[String]) -> String {
    let features = features.join(",\n");
    format!(r#"{{"type":"FeatureCollection",{members}"features":[{features}]}}"#)
}

const POINT: &str = r#"{"type":"Point","coordinates":[114.05,22.54]}"#;

#[test]
fn a_multi_point_of_one_is_a_point_and_of_two_is_none() {
    let one = r#"{"type":"MultiPoint","coordinates":[[114.05,22.54]]}"#;
    let nested = format!(r#"{{"type":"GeometryCollection","geometries":[{one}]}}"#);
    let text = collection(
        "",
        &[
            feature("a", one),
            feature("b", POINT),
            feature("c", &nested),
        ],
    );
    let (places, notes) = placed("a.geojson", text.as_bytes()).unwrap();
    assert_eq!((places, notes), (vec![at(114.05, 22.54); 3], vec![]));
    let two = r#"{"type":"MultiPoint","coordinates":[[114.05,22.54],[114.06,22.54]]}"#;
    let square = r#"{"type":"Polygon","coordinates":[[[114,22],[115,22],[115,23],[114,22]]]}"#;
    let text = collection("", &[feature("a", two), feature("b", square)]);
    has_all(
        &placed("a.geojson", text.as_bytes()).unwrap_err(),
        &[
            "feature 1: its geometry is a MultiPoint of 2 positions; wanted a Point",
            "feature 2: its geometry is a Polygon; wanted a Point",
            "Point on Surface",
        ],
    );
}

#[test]
fn rows_without_a_position_are_refused_or_left_out_and_counted() {
    let empty = r#"{"type":"Point","coordinates":[]}"#;
    let none = r#"{"type":"MultiPoint","coordinates":[]}"#;
    let json = collection(
        "",
        &[
            feature("a", POINT),
            feature("b", "null"),
            feature("c", empty),
            feature("d", none),
        ],
    );
    let csv = "id,lng,lat\na,114.05,22.54\nb,,\nc, ,\nd,,\n";
    let one = "id,position\na,\"114.05,22.54\"\nb,\nc,\nd,\n";
    for (name, text) in [("a.geojson", json.as_str()), ("a.csv", csv), ("b.csv", one)] {
        let error = placed(name, text.as_bytes()).unwrap_err();
        has_all(&error, &["`missing_positions = \"leave-out\"`"]);
        let (_folder, source) = file(name, text.as_bytes());
        let source = Source {
            missing_positions: MissingPositions::LeaveOut,
            ..source
        };
        let loaded = positions::read(&source, None).unwrap();
        assert_eq!(loaded.value.len(), 1, "{name}");
        assert_eq!(loaded.n_without_position(), 3, "{name}");
        assert_eq!(
            loaded.notes,
            [Note::LeftWithoutPosition { n_rows: 3, of: 4 }]
        );
    }
    // Half a position is a mistake, whatever was declared.
    let (_folder, source) = file("a.csv", b"id,lng,lat\na,114.05,\n");
    let source = Source {
        missing_positions: MissingPositions::LeaveOut,
        ..source
    };
    let error = positions::read(&source, None).unwrap_err();
    has_all(&told(&error), &["line 2: `lat` is empty"]);
}

#[test]
fn features_one_a_line_and_text_sequences_are_read() {
    let (a, b) = (feature("a", POINT), feature("b", POINT));
    let lines = format!("{a}\n{b}\n");
    let sequence = format!("\u{1e}{a}\n\u{1e}{b}\n");
    let bare = format!("{a} {b}");
    for (name, text) in [
        ("a.geojson", &lines),
        ("a.geojsonl", &lines),
        ("a.geojsons", &sequence),
        ("a.json", &sequence),
        ("a.geojson", &bare),
    ] {
        let (places, _) = placed(name, text.as_bytes()).unwrap();
        assert_eq!(places.len(), 2, "{name}");
    }
    let cut = format!("{a}\n{{\"type\":oops}}\n");
    has_all(
        &placed("a.geojson", cut.as_bytes()).unwrap_err(),
        &["line 2"],
    );
    let trailing = format!("{}x", collection("", &[a]));
    has_all(
        &placed("a.geojson", trailing.as_bytes()).unwrap_err(),
        &["it is not GeoJSON"],
    );
    has_all(&placed("a.geojson", b"  ").unwrap_err(), &["it is empty"]);
    let topology = br#"{"type": "Topology", "objects": {}}"#;
    has_all(
        &placed("a.json", topology).unwrap_err(),
        &["TopoJSON", "ogr2ogr"],
    );
}

#[test]
fn coordinates_in_metres_are_converted_or_named() {
    let crs = |name: &str| format!(r#""crs":{{"type":"name","properties":{{"name":"{name}"}}}},"#);
    let metres = r#"{"type":"Point","coordinates":[12697101.12,2576483.40]}"#;
    for name in ["urn:ogc:def:crs:EPSG::3857", "EPSG:3857", "EPSG:900913"] {
        let text = collection(&crs(name), &[feature("a", metres)]);
        let (places, notes) = placed("a.geojson", text.as_bytes()).unwrap();
        let off = places[0].distance_to(at(114.06, 22.54)).as_m_f64();
        assert!(off < 1.0, "{off} m");
        assert_eq!(notes, [Note::Unprojected { n_rows: 1 }]);
    }
    for name in [
        "urn:ogc:def:crs:OGC:1.3:CRS84",
        "urn:ogc:def:crs:EPSG::4490",
        "EPSG:4326",
    ] {
        let text = collection(&crs(name), &[feature("a", POINT)]);
        let (places, _) = placed("a.geojson", text.as_bytes()).unwrap();
        assert_eq!(places, [at(114.05, 22.54)], "{name}");
    }
    let text = collection(&crs("urn:ogc:def:crs:EPSG::4547"), &[feature("a", metres)]);
    let error = placed("a.geojson", text.as_bytes()).unwrap_err();
    has_all(
        &error,
        &["EPSG::4547", "projected", "ogr2ogr -t_srs EPSG:4326"],
    );
    let text = collection("", &[feature("a", metres)]);
    let error = placed("a.geojson", text.as_bytes()).unwrap_err();
    has_all(&error, &["feature 1", "projected, in metres"]);
    let error = placed("a.csv", b"id,x,y\n1,506123.5,2493456.2\n").unwrap_err();
    has_all(&error, &["line 2: `x`", "projected, in metres"]);
    let null = collection(r#""crs":null,"#, &[feature("a", POINT)]);
    assert!(placed("a.geojson", null.as_bytes()).is_ok());
}

#[test]
fn outlines_enclose_something_and_say_where_they_cross() {
    let read = |coordinates: &str| {
        let polygon = format!(r#"{{"type":"Polygon","coordinates":{coordinates}}}"#);
        let text = collection("", &[feature("a", &polygon)]);
        let (_folder, source) = file("a.geojson", text.as_bytes());
        let outline = boundaries::read_outline(&source).map_err(|error| told(&error));
        let zones = boundaries::read_zones(&source).map_err(|error| told(&error));
        match (outline, zones) {
            (Ok(outline), Ok(zones)) => {
                assert_eq!(outline.notes, zones.notes);
                Ok(outline.notes)
            }
            (Err(outline), Err(zones)) => {
                has_all(&zones, &["encloses nothing"]);
                Err(outline)
            }
            _ => panic!("a study area and a zone are judged alike"),
        }
    };
    for line in [
        "[[[114.05,22.54],[114.06,22.54],[114.07,22.54],[114.05,22.54]]]",
        "[[[114.05,22.54],[114.05,22.55],[114.05,22.54]]]",
        "[[[114.0551,22.5403],[114.0617,22.5459],[114.0684,22.5515848],[114.0551,22.5403]]]",
        "[[[114.05,22.54],[114.05,22.54],[114.05,22.54],[114.05,22.54]]]",
    ] {
        has_all(&read(line).unwrap_err(), &["feature 1", "encloses nothing"]);
    }
    let square = "[[[114,22],[115,22],[115,23],[114,23],[114,22]]]";
    assert_eq!(read(square).unwrap(), []);
    let bow = "[[[114,22],[115,23],[115,22],[114,23],[114,22]]]";
    let notes = read(bow).unwrap();
    assert!(
        matches!(notes.as_slice(), [Note::Crossing { n_outlines: 1, .. }]),
        "{notes:?}"
    );
}
