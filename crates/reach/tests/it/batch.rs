//! A batch equals single searches, which equal petgraph; its folds equal sums over whole rows.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use graph::grid_city::GridCity;
use graph::{Metric, NodeId, PetgraphView, picture};
use petgraph::algo::dijkstra;
use proptest::prelude::*;
use reach::{
    Batch, Cancelled, Count, CoverBits, Decay, DecayedSum, Destinations, Direction, FullRow, LANES,
    Layouts, Nearest, Network, Origins, Place, PlaceLinks, SearchSpace, StreetPoint, WeightedSum,
    rows_from, rows_towards, within,
};
use units::{Length, LngLat, Speed, TravelTime};

use crate::random_streets::{Spot, corners, networks};

proptest! {
    #[test]
    fn node_rows_equal_single_searches_and_petgraph(
        streets in networks(), limit in 0_u32..12_000, repeat in 1_usize..4
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let nodes: Vec<NodeId> = graph.topology().nodes().collect();
        let origins = nodes.repeat(repeat);
        let limit = TravelTime::from_tenths(limit);
        let mut space = SearchSpace::default();
        for direction in [Direction::From, Direction::Towards] {
            let hierarchy = network.hierarchy(direction);
            let batch = Batch::new(&network, hierarchy, Destinations::Nodes, limit).unwrap();
            let (rows, _) = batch.fold(Origins::Nodes(&origins), &FullRow).unwrap();
            prop_assert_eq!(rows.len(), origins.len());
            for (&origin, row) in origins.iter().zip(&rows) {
                let seeds = [(origin, TravelTime::ZERO)];
                let reached = within(network.arcs(direction), &mut space, seeds, limit);
                let mut want: Vec<(u32, TravelTime)> = reached
                    .nodes()
                    .iter()
                    .map(|&node| (node.as_u32(), reached.time(node).unwrap()))
                    .collect();
                want.sort_unstable();
                prop_assert_eq!(row, &want, "{:?} {}", direction, origin);
                if direction == Direction::From {
                    let view = PetgraphView::new(&graph, &metric);
                    let times = dijkstra(view, origin, None, |arc| arc.time.as_tenths());
                    let near = times.values().filter(|&&tenths| tenths <= limit.as_tenths());
                    prop_assert_eq!(row.len(), near.count());
                    let agrees = |e: &(u32, TravelTime)| times[&NodeId::new(e.0)] == e.1.as_tenths();
                    prop_assert!(row.iter().all(agrees));
                }
            }
        }
    }

    #[test]
    fn folds_equal_sums_over_rows_of_places(
        streets in networks(),
        origins in proptest::collection::vec(corners(), 1..100),
        destinations in proptest::collection::vec(corners(), 1..90),
        limit in 0_u32..9_000,
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let place = |points: &Vec<Spot>| streets.corner(points);
        let origins: Vec<Place> = origins.iter().map(place).collect();
        let destinations: Vec<Place> = destinations.iter().map(place).collect();
        let limit = TravelTime::from_tenths(limit);
        let weights: Vec<u32> = (0..).take(destinations.len()).map(|i| 3 + i * i).collect();
        let decay = Decay::exponential(limit, TravelTime::from_mins(4));
        for direction in [Direction::From, Direction::Towards] {
            // A network of its own makes no hierarchy for so few origins, so these rows come from
            // single searches.
            let one_by_one = Network::new(&graph, &metric);
            let mut want = Vec::new();
            for origin in &origins {
                let rows = match direction {
                    Direction::From => rows_from(&one_by_one, std::slice::from_ref(origin), &destinations, limit),
                    Direction::Towards => rows_towards(&one_by_one, std::slice::from_ref(origin), &destinations, limit),
                };
                want.push(rows.row(0).to_vec());
            }
            let links = PlaceLinks::new(&network, &destinations, direction);
            let hierarchy = network.hierarchy(direction);
            let places = Destinations::Places(&destinations, &links);
            let batch = Batch::new(&network, hierarchy, places, limit).unwrap();
            let origins = Origins::Places(&origins);
            let (rows, _) = batch.fold(origins, &FullRow).unwrap();
            prop_assert_eq!(&rows, &want);
            let n_destinations = destinations.len();
            let (counts, _) = batch.fold(origins, &Count).unwrap();
            let (sums, _) = batch.fold(origins, &WeightedSum { weights: &weights }).unwrap();
            let fold = DecayedSum { weights: &weights, decay: &decay };
            let (decayed, _) = batch.fold(origins, &fold).unwrap();
            let (bits, _) = batch.fold(origins, &CoverBits { n_destinations }).unwrap();
            let (nearest, _) = batch.fold(origins, &Nearest { k: 3 }).unwrap();
            let mut streamed = Vec::new();
            batch.for_each(origins, &Count, |row, count| streamed.push((row, count))).unwrap();
            for (i, row) in want.iter().enumerate() {
                let ids: Vec<usize> = row.iter().map(|e| usize::try_from(e.0).unwrap()).collect();
                prop_assert_eq!(usize::try_from(counts[i]).unwrap(), row.len());
                prop_assert_eq!(streamed[i], (i, counts[i]));
                prop_assert_eq!(sums[i], ids.iter().map(|&id| u64::from(weights[id])).sum::<u64>());
                let gravity = row.iter().zip(&ids).map(|(e, &id)| {
                    u64::from(weights[id]) * u64::from(decay.millionths(e.1))
                });
                prop_assert_eq!(decayed[i], gravity.sum::<u64>());
                let covered: Vec<usize> = (0..n_destinations)
                    .filter(|id| bits[i][id / 64] >> (id % 64) & 1 == 1)
                    .collect();
                prop_assert_eq!(&covered, &ids);
                let mut by_time: Vec<_> = row.iter().map(|&(id, time)| (time, id)).collect();
                by_time.sort_unstable();
                by_time.truncate(3);
                prop_assert_eq!(&nearest[i], &by_time);
            }
        }
    }
}

fn city() -> GridCity {
    GridCity::new(
        25,
        Length::from_m(90),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    )
}

#[test]
fn one_thread_and_many_give_the_same_answers_and_counters() {
    let city = city();
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(4_321).unwrap());
    let network = Network::new(&city.graph, &metric);
    let mut nodes: Vec<NodeId> = city.graph.topology().nodes().collect();
    nodes.reverse();
    let limit = TravelTime::from_mins(3);
    let hierarchy = network.hierarchy(Direction::From);
    let batch = Batch::new(&network, hierarchy, Destinations::Nodes, limit).unwrap();
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new();
        let pool = pool.num_threads(threads).build().unwrap();
        pool.install(|| batch.fold(Origins::Nodes(&nodes), &FullRow).unwrap())
    };
    let one = run(1);
    assert!(
        one.0.iter().all(|row| row.len() >= 45),
        "rows hold something"
    );
    assert_eq!(one, run(16));
}

#[test]
fn rows_of_many_places_come_from_a_batch_and_are_the_same() {
    let city = city();
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(4_321).unwrap());
    let places: Vec<Place> = city
        .graph
        .edges()
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
    let limit = TravelTime::from_mins(5);
    let layouts = Arc::new(Layouts::default());
    let network = Network::over(&city.graph, &metric, &layouts.layout());
    let many = rows_towards(&network, &places, &places, limit);
    for (row, place) in places.iter().enumerate().step_by(29) {
        let single = Network::new(&city.graph, &metric);
        let one = rows_towards(&single, std::slice::from_ref(place), &places, limit);
        assert_eq!(many.row(row), one.row(0), "row {row}");
    }
    let with_order = Network::over(&city.graph, &metric, &layouts.layout());
    assert_eq!(many, rows_towards(&with_order, &places, &places, limit));
}

#[test]
fn counters_are_exact_and_every_node_is_seen_once() {
    let map = picture::streets(
        "A--B--C\n|  |  |\nD--E--F\n|  |  |\nG--H--I",
        Length::from_m(100),
    )
    .unwrap();
    let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let hierarchy = network.hierarchy(Direction::From);
    let origins: Vec<NodeId> = map.graph.topology().nodes().collect();
    let limit = TravelTime::from_mins(5);
    let batch = Batch::new(&network, hierarchy, Destinations::Nodes, limit).unwrap();
    let (counts, stats) = batch.fold(Origins::Nodes(&origins), &Count).unwrap();
    assert_eq!(counts, [9; 9]);
    // One block of nine lanes, all nine nodes within the limit: each is climbed from and descended
    // from once.
    assert_eq!((stats.n_climbed, stats.n_reached), (9, 9));
    let (up, down) = hierarchy.n_arcs();
    assert_eq!(stats.n_relaxed_up, u64::try_from(up).unwrap());
    assert_eq!(stats.n_relaxed_down, u64::try_from(down).unwrap());
}

#[test]
fn a_cancelled_batch_stops_and_says_so() {
    let city = city();
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(4_321).unwrap());
    let network = Network::new(&city.graph, &metric);
    let nodes: Vec<NodeId> = city.graph.topology().nodes().collect();
    let cancel = AtomicBool::new(false);
    let hierarchy = network.hierarchy(Direction::Towards);
    let limit = TravelTime::from_mins(3);
    let batch = Batch::new(&network, hierarchy, Destinations::Nodes, limit).unwrap();
    let batch = batch.cancelled_by(&cancel);
    assert!(batch.fold(Origins::Nodes(&nodes), &Count).is_ok());
    cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    assert_eq!(batch.fold(Origins::Nodes(&nodes), &Count), Err(Cancelled));
}

#[test]
fn limits_past_the_lanes_are_refused_and_rows_search_one_by_one() {
    let city = city();
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(100).unwrap());
    let network = Network::new(&city.graph, &metric);
    let hierarchy = network.hierarchy(Direction::From);
    let long = Batch::LONGEST_LIMIT + TravelTime::from_tenths(1);
    assert!(Batch::new(&network, hierarchy, Destinations::Nodes, long).is_none());
    assert!(
        Batch::new(
            &network,
            hierarchy,
            Destinations::Nodes,
            Batch::LONGEST_LIMIT
        )
        .is_some()
    );
    // 100 mm/s: 15 minutes a block; a corner to corner trip takes 12 hours.
    let place = |x, y| {
        Place::new(
            StreetPoint {
                edge: city
                    .graph
                    .topology()
                    .out_arcs(city.node(x, y))
                    .find_map(|arc| city.graph.arc_edge(arc))
                    .unwrap(),
                offset: Length::ZERO,
            },
            TravelTime::ZERO,
        )
    };
    let places = [place(0, 0), place(24, 24)];
    let many = vec![places.clone(); LANES].concat();
    let rows = rows_from(&network, &many, &places, TravelTime::from_mins(60 * 24));
    assert_eq!(rows.row(0).len(), 2);
    assert!(rows.row(0)[1].1 > TravelTime::from_mins(60 * 11));
}

#[test]
fn decays_are_what_they_say() {
    let limit = TravelTime::from_mins(10);
    let at = |decay: &Decay, mins| decay.millionths(TravelTime::from_mins(mins));
    let step = Decay::step(limit);
    assert_eq!(
        (at(&step, 0), at(&step, 10), at(&step, 11)),
        (1_000_000, 1_000_000, 0)
    );
    let linear = Decay::linear(limit);
    assert_eq!(
        (at(&linear, 0), at(&linear, 5), at(&linear, 10)),
        (1_000_000, 500_000, 0)
    );
    let exponential = Decay::exponential(limit, TravelTime::from_mins(5));
    assert_eq!(
        (at(&exponential, 5), at(&exponential, 10)),
        (500_000, 250_000)
    );
    let gaussian = Decay::gaussian(limit, TravelTime::from_mins(5));
    assert_eq!((at(&gaussian, 0), at(&gaussian, 5)), (1_000_000, 606_531));
    let odd = Decay::from_shares(limit, |time| {
        if time == TravelTime::ZERO {
            f64::NAN
        } else {
            2.0
        }
    });
    assert_eq!((at(&odd, 0), at(&odd, 1)), (0, 1_000_000));
}
