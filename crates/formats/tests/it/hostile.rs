//! Cut and garbled files end in an error with a place or in rows, never in a panic.

use coverage::KindCatalog;
use formats::{boundaries, csv, demand, facilities, positions};
use proptest::prelude::*;

use crate::good::{any_kind, file};

fn read_every_way(name: &str, bytes: &[u8]) {
    let (_folder, source) = file(name, bytes);
    let told = |result: Result<(), formats::ReadError>| {
        if let Err(error) = result {
            let text = error.to_string();
            assert!(text.contains(&source.path.display().to_string()), "{text}");
            assert!(!text.ends_with('.'), "{text}");
            let _ = error.hints();
        }
    };
    let catalog = KindCatalog::default();
    told(facilities::read(&source, any_kind(&catalog)).map(|_| ()));
    told(positions::read(&source, None).map(|_| ()));
    told(demand::read_positions(&source, None, &[]).map(|_| ()));
    told(boundaries::read_zones(&source).map(|_| ()));
    told(boundaries::read_outline(&source).map(|_| ()));
    told(csv::CheckedRows::open(&source).map(|_| ()));
}

const CSV: &[u8] =
    "id,kind,lng,lat,营业时间\n1,warm-station,114.05,22.54,\"Mo-Fr 08:00-22:00\"\n".as_bytes();
const GEOJSON: &[u8] = br#"{"type":"FeatureCollection","features":[{"type":"Feature","id":1,
    "properties":{"id":1,"kind":"warm-station","count":3},"geometry":{"type":"MultiPolygon",
    "coordinates":[[[[114.0,22.5],[114.1,22.5],[114.1,22.6],[114.0,22.5]]]]}}]}"#;

#[test]
fn files_cut_anywhere_are_survived() {
    for end in 0..CSV.len() {
        read_every_way("a.csv", &CSV[..end]);
    }
    for end in 0..GEOJSON.len() {
        read_every_way("a.geojson", &GEOJSON[..end]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn garbled_files_are_survived(place in 0_usize..10_000, byte: u8, other in 0_usize..10_000) {
        for (name, bytes) in [("a.csv", CSV), ("a.geojson", GEOJSON)] {
            let mut garbled = bytes.to_vec();
            let n = garbled.len();
            garbled[place % n] = byte;
            garbled.swap(other % n, (place / 2) % n);
            read_every_way(name, &garbled);
        }
    }

    #[test]
    fn random_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_every_way("a.csv", &bytes);
        read_every_way("a.geojson", &bytes);
    }
}

#[test]
fn deep_nesting_is_refused_not_followed() {
    let mut text = String::from(r#"{"type":"Feature","properties":{"a":"#);
    text.push_str(&"[".repeat(100_000));
    read_every_way("a.geojson", text.as_bytes());
}
