//! Two labels in one pass equal one search per facility.

use graph::picture;
use proptest::prelude::*;
use reach::{
    Direction, NearestFacilities, Network, Place, SearchSpace, SourceTime, StreetPoint, rows_from,
    rows_towards, within,
};
use units::{Length, Speed, TravelTime};

use crate::random_streets::{Spot, corners, networks};

/// The best two of (facility, time), by time and then by facility.
fn best_two(mut found: Vec<(TravelTime, u32)>) -> [Option<SourceTime>; 2] {
    found.sort_unstable();
    let at = |i: usize| {
        found
            .get(i)
            .map(|&(time, source)| SourceTime { source, time })
    };
    [at(0), at(1)]
}

proptest! {
    #[test]
    fn two_labels_equal_one_search_per_facility(
        streets in networks(),
        facilities in proptest::collection::vec(corners(), 0..12),
        points in proptest::collection::vec(corners(), 1..20),
        limit in 0_u32..9_000,
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let place = |points: &Vec<Spot>| streets.corner(points);
        let facilities: Vec<Place> = facilities.iter().map(place).collect();
        let points: Vec<Place> = points.iter().map(place).collect();
        let limit = TravelTime::from_tenths(limit);
        let mut space = SearchSpace::default();
        for direction in [Direction::From, Direction::Towards] {
            let nearest = NearestFacilities::new(&network, &facilities, direction, limit);
            let mut by_node = vec![Vec::new(); graph.n_nodes()];
            for (id, facility) in (0..).zip(&facilities) {
                let seeds = facility.seeds(&network, direction);
                let reached = within(network.arcs(direction), &mut space, seeds, limit);
                for &node in reached.nodes() {
                    by_node[node.index()].push((reached.time(node).unwrap(), id));
                }
            }
            for node in graph.topology().nodes() {
                let want = best_two(by_node[node.index()].clone());
                prop_assert_eq!(nearest.at_node(node), want, "{:?} {}", direction, node);
            }
            let rows = match direction {
                Direction::From => rows_from(&network, &facilities, &points, limit),
                Direction::Towards => rows_towards(&network, &facilities, &points, limit),
            };
            for (column, point) in (0..).zip(&points) {
                let found = (0..).zip(rows.rows()).filter_map(|(id, row)| {
                    let entry = row.iter().find(|entry| entry.0 == column)?;
                    Some((entry.1, id))
                });
                let want = best_two(found.collect());
                prop_assert_eq!(nearest.at_place(&network, point), want, "{:?} {}", direction, column);
            }
        }
    }
}

#[test]
fn the_second_is_another_facility_and_one_ways_count() {
    let map = picture::streets("A--B->C--D", Length::from_m(100)).unwrap();
    let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let place = |a, b, m| {
        Place::new(
            StreetPoint {
                edge: map.edge(a, b).unwrap(),
                offset: Length::from_m(m),
            },
            TravelTime::ZERO,
        )
    };
    let facilities = [place('A', 'B', 100), place('C', 'D', 100)];
    let limit = TravelTime::from_mins(15);
    let nearest = NearestFacilities::new(&network, &facilities, Direction::Towards, limit);
    let at = |letter| {
        nearest
            .at_node(map.node(letter).unwrap())
            .map(|found| found.map(|f| (f.source, f.time.as_tenths())))
    };
    assert_eq!(at('A'), [Some((0, 100)), Some((1, 700))]);
    assert_eq!(at('B'), [Some((0, 200)), Some((1, 400))]);
    assert_eq!(
        at('C'),
        [Some((1, 100)), None],
        "nobody gets back against the arrow"
    );
    assert_eq!(at('D'), [Some((1, 200)), None]);
}
