//! Paths are trips that exist, take as long as rows say, and begin and end at their places.

use graph::picture;
use proptest::prelude::*;
use reach::{Network, Path, Place, SearchSpace, StreetPoint, rows_from};
use units::{Length, Speed, TravelTime};

use crate::random_streets::networks;

proptest! {
    #[test]
    fn paths_take_the_time_of_rows_and_hang_together(
        streets in networks(),
        places in proptest::collection::vec((0_usize..80, 0_u32..=1_000, 0_u32..300), 1..8),
        limit in 0_u32..9_000,
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let places: Vec<Place> =
            places.iter().map(|&(street, at, access)| streets.place(street, at, access)).collect();
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
                let (start, end) = graph.edge_ends(from.point.edge);
                let at_end = from.point.offset == graph.edge_length(from.point.edge);
                let at_start = from.point.offset == Length::ZERO;
                let mut at_node = if at_start { Some(start) } else { at_end.then_some(end) };
                let mut at_point = Some(from.point);
                for leg in &path.legs {
                    let edge = leg.edge.unwrap();
                    let start = StreetPoint { edge, offset: leg.start_offset };
                    let (low, high) = (Length::ZERO, graph.edge_length(edge));
                    let tail_offset = if graph.arc_is_forward(leg.arc) { low } else { high };
                    let head_offset = if graph.arc_is_forward(leg.arc) { high } else { low };
                    let begins_at_node = leg.start_offset == tail_offset
                        && at_node == Some(graph.topology().tail(leg.arc));
                    prop_assert!(at_point == Some(start) || begins_at_node, "{leg:?}");
                    let along = metric.time_along(&graph, leg.arc, leg.start_offset, leg.end_offset);
                    let delayed = metric.time_to_head(&graph, leg.arc, leg.start_offset);
                    let passes_head = leg.end_offset == head_offset && Some(leg.time) == delayed;
                    prop_assert!(Some(leg.time) == along || passes_head, "{leg:?}");
                    at_node = (leg.end_offset == head_offset).then(|| graph.topology().head(leg.arc));
                    at_point = Some(StreetPoint { edge, offset: leg.end_offset });
                }
                let ends_at_node = at_node.is_some_and(|node| {
                    let (start, end) = graph.edge_ends(to.point.edge);
                    (node == start && to.point.offset == Length::ZERO)
                        || (node == end && to.point.offset == graph.edge_length(to.point.edge))
                });
                let begins_at_end = path.legs.is_empty();
                prop_assert!(at_point == Some(to.point) || ends_at_node || begins_at_end, "{path:?}");
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
