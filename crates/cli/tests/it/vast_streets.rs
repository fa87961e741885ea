//! Streets that are far too long, or drawn a million times, neither stop an outline nor take
//! gigabytes.

use graph::{EdgeSpec, OsmNodeId, OsmWayId, StreetGraphBuilder, WayFacts};
use units::{Length, LngLat};

use crate::outputs::write_city;
use crate::program::run_in;

/// The reached kilometres of one circle around the first corner, after a look at its outline.
fn reached_km(corners: &[LngLat], length: Length, n_edges: u32) -> f64 {
    let mut builder = StreetGraphBuilder::new();
    let (first, last) = (corners[0], *corners.last().unwrap());
    let start = builder.add_node(first, OsmNodeId::new(1));
    let end = builder.add_node(last, OsmNodeId::new(2));
    for _ in 0..n_edges {
        builder.add_edge(EdgeSpec {
            start,
            end,
            length,
            way_start: Length::ZERO,
            shape: &corners[1..corners.len() - 1],
            way: OsmWayId::new(7),
            name: None,
            facts: WayFacts::default(),
        });
    }
    let home = tempfile::tempdir().unwrap();
    write_city(builder.build_ordered().unwrap(), &home.path().join("a.nqg"));
    let at = format!("{},{}", first.lng(), first.lat());
    let words = ["isochrone", "a.nqg", "--at", &at, "--limit", "15min"];
    let outcome = run_in(home.path(), &[&words[..], &["--islands", "keep"]].concat());
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let answer: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let feature = &answer["features"][0];
    assert!(
        !feature["geometry"]["coordinates"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    feature["properties"]["reached_km"].as_f64().unwrap()
}

#[test]
fn one_edge_across_a_continent_is_drawn_in_coarser_cells() {
    for (east, north) in [(60, 60), (60, 0), (0, 60), (220, 20)] {
        let corner = |i: i32| {
            let (lng_e7, lat_e7) = (1_163_500_000, 400_000_000);
            LngLat::from_e7(lng_e7 + i * east * 100_000, lat_e7 + i * north * 100_000)
        };
        let corners: Vec<LngLat> = (0..=10).map(corner).collect();
        let lengths = corners.windows(2).map(|pair| pair[0].distance_to(pair[1]));
        let length = lengths.fold(Length::ZERO, |sum, length| sum + length);
        // The class of the drawn street has a speed of 5 m/s at most: 15 minutes are 4.5 km.
        let km = reached_km(&corners, length, 1);
        assert!((1.0..=4.5).contains(&km), "{east} {north}: {km}");
    }
}

#[test]
fn a_street_that_is_drawn_a_hundred_thousand_times_overflows_no_sum() {
    let at = |i| LngLat::from_e7(1_163_500_000 + i, 400_000_000);
    // 100,000 times 60 m in one place are 6,000 km, more than 2^32 mm.
    let km = reached_km(&[at(0), at(500), at(7_000)], Length::from_m(60), 100_000);
    assert!(km > 4_000.0, "{km}");
}
