//! The index equals brute force over all edges.

use graph::{EdgeId, picture};
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
fn equally_near_edges_go_to_the_lower_id() {
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
