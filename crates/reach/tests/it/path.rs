//! Paths are trips that exist, take as long as rows say, and begin and end at their places.

use graph::{NodeId, picture};
use proptest::prelude::*;
use reach::{Network, Path, Place, SearchSpace, StreetPoint, rows_from};
use units::{Length, Speed, TravelTime};

use crate::random_streets::{corners, networks};

proptest! {
    #[test]
    fn paths_take_the_time_of_rows_and_hang_together(
        streets in networks(),
        places in proptest::collection::vec(corners(), 1..8),
        limit in 0_u32..9_000,
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let places: Vec<Place> =
            places.iter().map(|points| streets.corner(points)).collect();
        let limit = TravelTime::from_tenths(limit);
        let rows = rows_from(&network, &places, &places, limit);
        let mut space = SearchSpace::default();
        for (i, from) in places.iter().enumerate() {
            for (j, to) in (0_u32..).zip(&places) {
                let want = rows.row(i).iter().find(|entry| entry.0 == j).map(|entry| entry.1);
                let path = Path::between(&network, &mut space, from, to, limit);
                prop_assert_eq!(path.as_ref().map(Path::time), want, "{} to {}", i, j);
                let Some(path) = path else { continue };
                // Each leg begins where the one before ended: at a place, or at a node.
                // A place at an end of its edge is at that node as well.
                let nodes_of = |place: &Place, access| -> Vec<NodeId> {
                    let points = place.points().filter(|&(_, time)| time == access);
                    points.flat_map(|(point, _)| {
                        let (start, end) = graph.edge_ends(point.edge);
                        let at_start = (point.offset == Length::ZERO).then_some(start);
                        let at_end = (point.offset == graph.edge_length(point.edge)).then_some(end);
                        at_start.into_iter().chain(at_end)
                    }).collect()
                };
                let points_of = |place: &Place, access| -> Vec<StreetPoint> {
                    let points = place.points().filter(|&(_, time)| time == access);
                    points.map(|(point, _)| point).collect()
                };
                let mut at_nodes = nodes_of(from, path.origin_access);
                let mut at_points = points_of(from, path.origin_access);
                prop_assert!(!at_points.is_empty(), "no point has the access told");
                for leg in &path.legs {
                    let edge = leg.edge.unwrap();
                    let start = StreetPoint { edge, offset: leg.start_offset };
                    let (low, high) = (Length::ZERO, graph.edge_length(edge));
                    let tail_offset = if graph.arc_is_forward(leg.arc) { low } else { high };
                    let head_offset = if graph.arc_is_forward(leg.arc) { high } else { low };
                    let begins_at_node = leg.start_offset == tail_offset
                        && at_nodes.contains(&graph.topology().tail(leg.arc));
                    prop_assert!(at_points.contains(&start) || begins_at_node, "{leg:?}");
                    let along = metric.time_along(&graph, leg.arc, leg.start_offset, leg.end_offset);
                    let delayed = metric.time_to_head(&graph, leg.arc, leg.start_offset);
                    let passes_head = leg.end_offset == head_offset && Some(leg.time) == delayed;
                    prop_assert!(Some(leg.time) == along || passes_head, "{leg:?}");
                    let head = graph.topology().head(leg.arc);
                    at_nodes = (leg.end_offset == head_offset).then_some(head).into_iter().collect();
                    at_points = vec![StreetPoint { edge, offset: leg.end_offset }];
                }
                let ends_at_node = nodes_of(to, path.destination_access).iter().any(|node| at_nodes.contains(node));
                let ends_at_point = points_of(to, path.destination_access).iter().any(|point| at_points.contains(point));
                prop_assert!(ends_at_point || ends_at_node, "{path:?}");
            }
        }
    }
}

#[test]
fn the_minutes_of_a_trip_are_told_street_by_street() {
    let map = picture::streets("A--B->C\n|     |\nD-----E", Length::from_m(100)).unwrap();
    let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let place = |a, b, m, secs| {
        Place::new(
            StreetPoint {
                edge: map.edge(a, b).unwrap(),
                offset: Length::from_m(m),
            },
            TravelTime::from_secs(secs),
        )
    };
    let (from, to) = (place('B', 'C', 100, 20), place('A', 'B', 200, 5));
    let mut space = SearchSpace::default();
    let limit = TravelTime::from_mins(15);
    let path = Path::between(&network, &mut space, &from, &to, limit).unwrap();
    let told: Vec<String> = path
        .legs
        .iter()
        .map(|leg| {
            let (tail, head) = (
                map.graph.topology().tail(leg.arc),
                map.graph.topology().head(leg.arc),
            );
            format!(
                "{}{} {} {}",
                map.letter(tail),
                map.letter(head),
                leg.length(),
                leg.time
            )
        })
        .collect();
    // Against the arrow there is no way back, so the trip goes round.
    assert_eq!(
        told,
        [
            "BC 200 m 20.0 s",
            "CE 200 m 20.0 s",
            "ED 600 m 60.0 s",
            "DA 200 m 20.0 s",
            "AB 200 m 20.0 s"
        ]
    );
    assert_eq!(path.time(), TravelTime::from_secs(140 + 25));
    assert_eq!(path.length(), Length::from_m(1_400));
    assert_eq!(path.line(&network).len(), 6);
    let tight = path.time() - TravelTime::from_tenths(1);
    assert_eq!(Path::between(&network, &mut space, &from, &to, tight), None);
    let stay = Path::between(&network, &mut space, &from, &from, limit).unwrap();
    assert!(stay.legs.is_empty());
    assert_eq!(stay.time(), TravelTime::from_secs(40));
}
