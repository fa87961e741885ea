//! Every search equals petgraph's Dijkstra on the same arrays.

use std::collections::HashMap;

use graph::grid_city::GridCity;
use graph::{Metric, NodeId, PetgraphView, StreetGraph, picture};
use petgraph::algo::dijkstra;
use petgraph::visit::IntoEdgeReferences;
use proptest::prelude::*;
use reach::{Direction, Network, Place, SearchSpace, StreetPoint, rows_from, rows_towards, within};
use units::{Length, LngLat, Speed, TravelTime};

use crate::random_streets::{corners, networks};

/// Times by petgraph from one node, with or against the arcs.
fn petgraph_times(
    graph: &StreetGraph,
    metric: &Metric,
    node: NodeId,
    direction: Direction,
) -> HashMap<NodeId, u32> {
    let view = PetgraphView::new(graph, metric);
    match direction {
        Direction::From => dijkstra(view, node, None, |arc| arc.time.as_tenths())
            .into_iter()
            .collect(),
        Direction::Towards => {
            // A graph of petgraph's own with every open arc turned round.
            let mut turned = petgraph::Graph::<(), u32>::new();
            for _ in graph.topology().nodes() {
                turned.add_node(());
            }
            for arc in view.edge_references() {
                let (tail, head) = (arc.tail.as_u32().into(), arc.head.as_u32().into());
                turned.add_edge(head, tail, arc.time.as_tenths());
            }
            let times = dijkstra(&turned, node.as_u32().into(), None, |edge| *edge.weight());
            times
                .into_iter()
                .map(|(node, time)| (NodeId::from_index(node.index()), time))
                .collect()
        }
    }
}

/// Time between two places, from petgraph's node times alone: the best over all pairs of points.
fn oracle_time(graph: &StreetGraph, metric: &Metric, from: &Place, to: &Place) -> Option<u32> {
    let pairs = from.points().flat_map(|a| to.points().map(move |b| (a, b)));
    pairs
        .filter_map(|(a, b)| {
            let access = a.1.as_tenths() + b.1.as_tenths();
            Some(point_time(graph, metric, a.0, b.0)? + access)
        })
        .min()
}

fn point_time(
    graph: &StreetGraph,
    metric: &Metric,
    from: StreetPoint,
    to: StreetPoint,
) -> Option<u32> {
    let topology = graph.topology();
    let mut best: Option<u32> = None;
    let mut offer = |tenths: u32| best = Some(best.map_or(tenths, |b| b.min(tenths)));
    let arcs_of = |edge| {
        let arcs = topology.arcs();
        arcs.filter(move |&arc| graph.arc_edge(arc) == Some(edge))
    };
    for out in arcs_of(from.edge) {
        let Some(first) = metric.time_to_head(graph, out, from.offset) else {
            continue;
        };
        let times = petgraph_times(graph, metric, topology.head(out), Direction::From);
        for arc in arcs_of(to.edge) {
            let Some(last) = metric.time_from_tail(graph, arc, to.offset) else {
                continue;
            };
            if let Some(&between) = times.get(&topology.tail(arc)) {
                offer(first.as_tenths() + between + last.as_tenths());
            }
        }
        if from.edge == to.edge
            && let Some(along) = metric.time_along(graph, out, from.offset, to.offset)
        {
            offer(along.as_tenths());
        }
    }
    best
}

proptest! {
    #[test]
    fn node_times_equal_petgraph(streets in networks(), seed in 0_usize..40, limit in 0_u32..12_000) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let node = NodeId::from_index(seed % streets.n_nodes);
        let limit = TravelTime::from_tenths(limit);
        let mut space = SearchSpace::default();
        for direction in [Direction::From, Direction::Towards] {
            let want = petgraph_times(&graph, &metric, node, direction);
            let seeds = [(node, TravelTime::ZERO)];
            let reached = within(network.arcs(direction), &mut space, seeds, limit);
            for other in graph.topology().nodes() {
                let want = want.get(&other).copied().filter(|&t| t <= limit.as_tenths());
                prop_assert_eq!(
                    reached.time(other).map(TravelTime::as_tenths), want,
                    "{:?} {} to {}", direction, node, other
                );
            }
        }
    }

    #[test]
    fn rows_equal_petgraph_in_both_directions(
        streets in networks(),
        places in proptest::collection::vec(corners(), 1..8),
        limit in 0_u32..12_000,
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let places: Vec<Place> =
            places.iter().map(|points| streets.corner(points)).collect();
        let limit = TravelTime::from_tenths(limit);
        let from = rows_from(&network, &places, &places, limit);
        let towards = rows_towards(&network, &places, &places, limit);
        for (i, a) in places.iter().enumerate() {
            for (j, b) in places.iter().enumerate() {
                let want = oracle_time(&graph, &metric, a, b).filter(|&t| t <= limit.as_tenths());
                let find = |rows: &reach::SparseRows, row: usize, column: usize| {
                    let id = u32::try_from(column).unwrap();
                    rows.row(row).iter().find(|e| e.0 == id).map(|e| e.1.as_tenths())
                };
                prop_assert_eq!(find(&from, i, j), want, "from {} to {}", i, j);
                prop_assert_eq!(find(&towards, j, i), want, "towards {} from {}", j, i);
            }
        }
    }

    #[test]
    fn a_larger_limit_never_loses_a_node(streets in networks(), seed in 0_usize..40, a in 0_u32..6_000, b in 0_u32..6_000) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let seeds = [(NodeId::from_index(seed % streets.n_nodes), TravelTime::ZERO)];
        let mut space = SearchSpace::default();
        let mut times = |limit: u32| {
            let limit = TravelTime::from_tenths(limit);
            let reached = within(network.arcs(Direction::From), &mut space, seeds, limit);
            let nodes = graph.topology().nodes();
            nodes.map(|node| reached.time(node)).collect::<Vec<_>>()
        };
        let (small, large) = (times(a.min(b)), times(a.max(b)));
        for (small, large) in small.iter().zip(&large) {
            prop_assert!(small.is_none() || small == large);
        }
    }
}

#[test]
fn the_grid_city_is_as_predicted() {
    let city = GridCity::new(
        21,
        Length::from_m(100),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    );
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_000).unwrap());
    let network = Network::new(&city.graph, &metric);
    let mut space = SearchSpace::default();
    let seeds = [(city.node(10, 10), TravelTime::ZERO)];
    let limit = TravelTime::from_secs(100); // five blocks of 20 s
    let reached = within(network.arcs(Direction::From), &mut space, seeds, limit);
    // A diamond of radius 5 holds 2 * 5 * 6 + 1 crossings.
    assert_eq!(reached.stats().n_reached, 61);
    for x in 0..21_usize {
        for y in 0..21_usize {
            let blocks = x.abs_diff(10) + y.abs_diff(10);
            let want =
                (blocks <= 5).then(|| TravelTime::from_secs(20 * u32::try_from(blocks).unwrap()));
            assert_eq!(reached.time(city.node(x, y)), want, "crossing {x}, {y}");
        }
    }
}

#[test]
fn search_counters_are_exact() {
    let city = GridCity::new(
        21,
        Length::from_m(100),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    );
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_000).unwrap());
    let network = Network::new(&city.graph, &metric);
    let seeds = [(city.node(10, 10), TravelTime::ZERO)];
    let mut space = SearchSpace::default();
    let limit = TravelTime::from_secs(100);
    let stats = within(network.arcs(Direction::From), &mut space, seeds, limit).stats();
    // 20 s blocks never share a 3.2 s bucket, so each of the 61 crossings is scanned once.
    assert_eq!(
        (
            stats.n_reached,
            stats.n_scanned,
            stats.n_stale,
            stats.n_relaxed
        ),
        (61, 61, 0, 244)
    );
}

#[test]
fn seeds_past_the_limit_are_ignored_and_the_limit_is_inclusive() {
    let map = picture::streets("A--B--C", Length::from_m(100)).unwrap();
    let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let mut space = SearchSpace::default();
    let (a, c) = (map.node('A').unwrap(), map.node('C').unwrap());
    let seeds = [(a, TravelTime::ZERO), (c, TravelTime::from_secs(61))];
    let limit = TravelTime::from_secs(60);
    let reached = within(network.arcs(Direction::From), &mut space, seeds, limit);
    assert_eq!(reached.time(c), Some(limit));
    let limit = TravelTime::from_tenths(599);
    let reached = within(network.arcs(Direction::From), &mut space, seeds, limit);
    assert_eq!(reached.time(c), None);
}

#[test]
fn one_thread_and_many_give_the_same_rows() {
    let city = GridCity::new(
        30,
        Length::from_m(90),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    );
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(4_321).unwrap());
    let network = Network::new(&city.graph, &metric);
    let places: Vec<Place> = city
        .graph
        .edges()
        .step_by(7)
        .map(|edge| {
            Place::new(
                StreetPoint {
                    edge,
                    offset: Length::from_mm(edge.as_u32() * 37 % 90_000),
                },
                TravelTime::from_tenths(edge.as_u32() % 50),
            )
        })
        .collect();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        pool.install(|| rows_towards(&network, &places, &places, TravelTime::from_mins(5)))
    };
    let one = run(1);
    assert!(one.n_pairs() > places.len(), "the rows are not empty");
    assert_eq!(one, run(16));
}
