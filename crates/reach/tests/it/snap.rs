//! The index equals brute force over all edges.

use graph::{
    AccessKey, AccessValue, Along, EdgeId, EdgeSpec, Lifted, OsmNodeId, OsmWayId,
    StreetGraphBuilder, WayFacts, WayFlags, picture,
};
use proptest::prelude::*;
use reach::SnapIndex;
use units::{Length, LngLat, LocalPlane, PlanePoint};

use crate::random_streets::networks;

proptest! {
    #[test]
    fn the_index_equals_brute_force(
        streets in networks(), x_m in -900.0..900.0_f64, y_m in -900.0..900.0_f64, radius_m in 0_u32..700
    ) {
        let (graph, _) = streets.build();
        let origin = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
        let position = origin.unproject(PlanePoint { x_m, y_m });
        let plane = LocalPlane::at(position);
        // Brute force: the distance to each edge as the least over points a tenth of a percent apart.
        let distance_m = |edge: EdgeId| {
            let (a, b) = graph.edge_ends(edge);
            let (a, b) = (plane.project(graph.node_position(a)), plane.project(graph.node_position(b)));
            let at = |t: f64| PlanePoint { x_m: a.x_m + t * (b.x_m - a.x_m), y_m: a.y_m + t * (b.y_m - a.y_m) };
            let distances = (0..=1_000).map(|i| at(f64::from(i) / 1_000.0).distance_m(PlanePoint::default()));
            distances.fold(f64::INFINITY, f64::min)
        };
        let best_m = graph.edges().map(distance_m).fold(f64::INFINITY, f64::min);
        let index = SnapIndex::new(&graph, |_| true);
        match index.snap(&graph, position, Length::from_m(radius_m)) {
            Some(snap) => {
                let got_m = snap.walk.as_m_f64();
                prop_assert!(got_m <= f64::from(radius_m) + 0.001);
                // The sampled distance is at most one step too long.
                prop_assert!(got_m <= best_m + 0.001 && best_m <= got_m + 2.0, "{got_m} against {best_m}");
                prop_assert!((plane.distance(position, snap.position).as_m_f64() - got_m).abs() < 0.02);
                prop_assert!(snap.point.offset <= graph.edge_length(snap.point.edge));
            }
            None => prop_assert!(best_m > f64::from(radius_m) - 0.001, "missed an edge at {best_m} m"),
        }
    }
}

#[test]
fn equally_near_edges_go_to_the_lower_of_them() {
    let map = picture::streets("A--B\n|  |\nC--D", Length::from_m(100)).unwrap();
    let index = SnapIndex::new(&map.graph, |_| true);
    let corner = map.graph.node_position(map.node('A').unwrap());
    let snap = index.snap(&map.graph, corner, Length::from_m(10)).unwrap();
    assert_eq!(snap.walk, Length::ZERO);
    assert_eq!(
        snap.point.edge,
        map.edge('A', 'B').unwrap().min(map.edge('A', 'C').unwrap())
    );
}

#[test]
fn unusable_edges_are_not_snapped_to() {
    let map = picture::streets("A--B\n\nC--D", Length::from_m(100)).unwrap();
    let near = map.edge('A', 'B').unwrap();
    let index = SnapIndex::new(&map.graph, |edge| edge != near);
    let position = map.graph.node_position(map.node('A').unwrap());
    assert_eq!(index.snap(&map.graph, position, Length::from_m(150)), None);
    let snap = index
        .snap(&map.graph, position, Length::from_m(250))
        .unwrap();
    assert_eq!(snap.point.edge, map.edge('C', 'D').unwrap());
    assert!((snap.walk.as_m_f64() - 200.0).abs() < 0.1);
}

/// Two streets 200 m apart, and between them a scrap.
fn beside_a_scrap(scrap: EdgeId) -> impl Fn(&graph::StreetGraph) -> SnapIndex {
    move |graph| SnapIndex::with_scraps(graph, |edge| edge != scrap, |edge| edge == scrap)
}

#[test]
fn a_scrap_is_passed_by_for_at_most_fifty_metres_more() {
    let map = picture::streets("A--B\n\nC--D", Length::from_m(100)).unwrap();
    let (street, scrap) = (map.edge('A', 'B').unwrap(), map.edge('C', 'D').unwrap());
    let index = beside_a_scrap(scrap)(&map.graph);
    let radius = Length::from_m(150);
    let c = map.graph.node_position(map.node('C').unwrap());
    let plane = LocalPlane::at(c);
    let joined = |y_m: f64| {
        let at = plane.unproject(PlanePoint { x_m: 100.0, y_m });
        let snap = index.choose(&map.graph, at, radius).unwrap();
        (snap.point.edge, snap.on_scrap)
    };
    // Of the 200 m between them, y lie below: past the scrap it is 200 - 2 y farther.
    assert_eq!(joined(100.0), (street, false));
    assert_eq!(joined(75.1), (street, false));
    assert_eq!(joined(74.9), (scrap, true));
    assert_eq!(joined(0.0), (scrap, true));
    // The street lies beyond the radius, so there is nothing to pass the scrap by for.
    assert_eq!(joined(-10.0), (scrap, true));
    // Whoever does not ask for scraps does not see them.
    let at = plane.unproject(PlanePoint {
        x_m: 100.0,
        y_m: 60.0,
    });
    let plain = index.snap(&map.graph, at, radius).unwrap();
    assert_eq!((plain.point.edge, plain.on_scrap), (street, false));
}

/// A street with facts beside a plain one, 20 m apart.
fn beside(flags: WayFlags) -> (graph::StreetGraph, EdgeId, EdgeId) {
    let mut builder = StreetGraphBuilder::new();
    let plane = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
    let mut street = |y_m: f64, way: i64, flags: WayFlags| {
        let [start, end] = [0.0, 400.0].map(|x_m| {
            let id = OsmNodeId::new(way * 2 + i64::from(x_m > 0.0));
            builder.add_node(plane.unproject(PlanePoint { x_m, y_m }), id)
        });
        builder.add_edge(EdgeSpec {
            start,
            end,
            length: Length::from_m(400),
            way_start: Length::ZERO,
            shape: &[],
            way: OsmWayId::new(way),
            name: None,
            facts: WayFacts {
                flags,
                ..WayFacts::default()
            },
        })
    };
    let lifted = street(0.0, 1, flags);
    let plain = street(20.0, 2, WayFlags::NONE);
    (builder.build().unwrap(), lifted, plain)
}

#[test]
fn a_place_joins_a_tunnel_or_a_bridge_only_when_nothing_else_is_near() {
    let plane = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
    let near = |y_m: f64| plane.unproject(PlanePoint { x_m: 200.0, y_m });
    let radius = Length::from_m(150);
    let passage = WayFlags::TUNNEL.with(WayFlags::BUILDING_PASSAGE);
    for (flags, is_lifted) in [
        (WayFlags::TUNNEL, Some(Lifted::Tunnel)),
        (WayFlags::BRIDGE, Some(Lifted::Bridge)),
        (passage, None),
        (WayFlags::COVERED, None),
    ] {
        let (graph, lifted, plain) = beside(flags);
        let index = SnapIndex::new(&graph, |_| true);
        let found = |y_m: f64, radius| index.choose(&graph, near(y_m), radius).unwrap();
        let joined = found(1.0, radius);
        let expected = if is_lifted.is_some() { plain } else { lifted };
        assert_eq!((joined.point.edge, joined.lifted), (expected, None));
        // 140 m off, the plain street lies 160 m away.
        let alone = found(-140.0, radius);
        assert_eq!((alone.point.edge, alone.lifted), (lifted, is_lifted));
        // A scrap on the ground is nearer to the place than what runs above or below it.
        let scraps = SnapIndex::with_scraps(&graph, |edge| edge == lifted, |edge| edge == plain);
        let joined = scraps.choose(&graph, near(1.0), radius).unwrap();
        assert_eq!(joined.on_scrap, is_lifted.is_some());
    }
}

#[test]
fn equally_near_edges_go_to_the_lower_way_whatever_their_numbers() {
    let at = LngLat::from_degrees(114.05, 22.54).unwrap();
    let plane = LocalPlane::at(at);
    for ways in [[7, 5], [5, 7]] {
        let mut builder = StreetGraphBuilder::new();
        let middle = builder.add_node(at, OsmNodeId::new(1));
        for (way, x_m) in ways.into_iter().zip([-100.0, 100.0]) {
            let end = plane.unproject(PlanePoint { x_m, y_m: 0.0 });
            let end = builder.add_node(end, OsmNodeId::new(way + 10));
            builder.add_edge(EdgeSpec {
                start: middle,
                end,
                length: Length::from_m(100),
                way_start: Length::ZERO,
                shape: &[],
                way: OsmWayId::new(way),
                name: None,
                facts: WayFacts::default(),
            });
        }
        let graph = builder.build().unwrap();
        let index = SnapIndex::new(&graph, |_| true);
        let snap = index.snap(&graph, at, Length::from_m(10)).unwrap();
        assert_eq!(graph.edge_way(snap.point.edge), OsmWayId::new(5));
    }
}

#[test]
fn at_the_mouth_of_a_compound_a_place_lies_on_the_public_street() {
    let at = LngLat::from_degrees(114.05, 22.54).unwrap();
    let plane = LocalPlane::at(at);
    let private = WayFacts {
        access: [(AccessKey::Access, Along::Both, AccessValue::Private)]
            .into_iter()
            .collect(),
        ..WayFacts::default()
    };
    for ways in [[7, 5], [5, 7]] {
        let mut builder = StreetGraphBuilder::new();
        let middle = builder.add_node(at, OsmNodeId::new(1));
        let facts = [WayFacts::default(), private.clone()];
        for ((way, x_m), facts) in ways.into_iter().zip([-100.0, 100.0]).zip(facts) {
            let end = plane.unproject(PlanePoint { x_m, y_m: 0.0 });
            let end = builder.add_node(end, OsmNodeId::new(way + 10));
            builder.add_edge(EdgeSpec {
                start: middle,
                end,
                length: Length::from_m(100),
                way_start: Length::ZERO,
                shape: &[],
                way: OsmWayId::new(way),
                name: None,
                facts,
            });
        }
        let graph = builder.build().unwrap();
        let index = SnapIndex::new(&graph, |_| true);
        let snap = index.snap(&graph, at, Length::from_m(10)).unwrap();
        assert_eq!(graph.edge_compound(snap.point.edge), None);
        assert_eq!(graph.edge_way(snap.point.edge), OsmWayId::new(ways[0]));
    }
}
