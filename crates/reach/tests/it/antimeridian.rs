//! Streets across the 180° meridian, as the import writes them: with the point of the meridian as it
//! is written on either side.

use graph::{EdgeSpec, OsmNodeId, OsmWayId, StreetGraph, StreetGraphBuilder, WayFacts};
use reach::SnapIndex;
use units::{BoundingBox, Length, LngLat};

fn at(lng: f64, lat: f64) -> LngLat {
    LngLat::from_degrees(lng, lat).unwrap()
}

/// One street of 213 m on the 17th parallel, half of it on each side.
fn across() -> StreetGraph {
    let (west, east) = (at(179.999, -17.0), at(-179.999, -17.0));
    let mut builder = StreetGraphBuilder::new();
    let ends = [west, east].map(|end| builder.add_node(end, OsmNodeId::new(1)));
    builder.add_edge(EdgeSpec {
        start: ends[0],
        end: ends[1],
        length: west.distance_to(east),
        way_start: Length::ZERO,
        shape: &west.antimeridian_to(east).unwrap(),
        way: OsmWayId::new(7),
        name: None,
        facts: WayFacts::default(),
    });
    builder.build().unwrap()
}

#[test]
fn a_street_across_the_meridian_is_joined_on_both_sides_and_nowhere_else() {
    let graph = across();
    let index = SnapIndex::new(&graph, |_| true);
    assert_eq!(index.n_edges(), 1);
    let length = graph.edge_length(graph.edges().next().unwrap());
    assert_eq!((length.as_mm() + 500) / 1_000, 213);
    for (lng, share) in [
        (179.9995, 0.25),
        (180.0, 0.5),
        (-180.0, 0.5),
        (-179.9995, 0.75),
    ] {
        let snap = index.snap(&graph, at(lng, -17.0001), Length::from_m(150));
        let offset = snap.unwrap().point.offset.as_m_f64() / length.as_m_f64();
        assert!((offset - share).abs() < 0.01, "{lng}: {offset}");
    }
    // 20,000 km away, on the same parallel.
    for lng in [0.0, 90.0, -90.0, 179.9, -179.9] {
        let radius = Length::from_m(10_000);
        assert_eq!(index.snap(&graph, at(lng, -17.0), radius), None, "{lng}");
    }
}

#[test]
fn its_boxes_do_not_go_round_the_earth() {
    let graph = across();
    let index = SnapIndex::new(&graph, |_| true);
    let edges_in = |west: f64, east: f64| {
        let corners = [at(west, -17.1), at(east, -16.9)];
        index.edges_in(&BoundingBox::of(corners).unwrap()).len()
    };
    assert_eq!(edges_in(-10.0, 10.0), 0);
    assert_eq!(edges_in(179.0, 180.0), 1);
    assert_eq!(edges_in(-180.0, -179.0), 1);
    assert_eq!(edges_in(-180.0, 180.0), 1, "once, though it has two boxes");
}
