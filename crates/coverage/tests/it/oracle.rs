//! Rows against petgraph's Dijkstra on the same arrays, and one thread against many.

use coverage::{
    DemandId, DemandSet, FacilityId, Linkage, OpenSet, RowEntry, Rows, ServiceCoverage,
    ServiceInputs,
};
use graph::{ArcCost, Metric, PetgraphView, StreetGraph};
use proptest::prelude::*;
use reach::{Direction, Network, Place, SnapIndex};
use units::{LngLat, TravelTime};

use crate::city::{City, one, options, speed};

/// Time from one place to another by plain searches: from every node that the trip may reach first.
fn plain_time(
    graph: &StreetGraph,
    metric: &Metric,
    from: &Place,
    to: &Place,
) -> Option<TravelTime> {
    let network = Network::new(graph, metric);
    let view = PetgraphView::new(graph, metric);
    let mut best: Option<TravelTime> = None;
    let mut offer = |time: TravelTime| best = Some(best.map_or(time, |b| b.min(time)));
    for (head, before) in from.seeds(&network, Direction::From) {
        let times = petgraph::algo::dijkstra(view, head, None, |arc| arc.time.as_tenths());
        for (tail, after) in to.seeds(&network, Direction::Towards) {
            if let Some(&between) = times.get(&tail) {
                offer(before + TravelTime::from_tenths(between) + after);
            }
        }
    }
    for (from, before) in from.points() {
        for (to, after) in to.points().filter(|(to, _)| to.edge == from.edge) {
            for &arc in graph.origin_arcs(from.edge) {
                if let Some(along) = metric.time_along(graph, arc, from.offset, to.offset) {
                    offer(before + along + after);
                }
            }
        }
    }
    best
}

/// A grid whose arcs are open at several speeds, or closed, by a simple rule of their ids.
fn uneven(graph: &StreetGraph, seed: u32) -> Metric {
    Metric::from_costs(
        graph,
        |arc, _| {
            let mixed = arc.as_u32().wrapping_mul(2_654_435_761).wrapping_add(seed) >> 7;
            let delay = TravelTime::from_tenths(mixed % 3 * 40);
            (mixed % 5 != 0).then_some(ArcCost {
                speed: speed(2_000 + mixed % 7 * 900),
                delay,
            })
        },
        |_| None,
    )
}

/// A position in the city, off the streets by up to 80 m.
fn position(city: &City, x: i32, y: i32) -> LngLat {
    let corner = city.grid.position(0, 0);
    LngLat::from_e7(corner.lng_e7() + x * 97, corner.lat_e7() + y * 90)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn rows_are_plain_shortest_times(
        seed in 0_u32..10_000,
        facilities in prop::collection::vec((-5_i32..55, -5_i32..55), 1..6),
        riders in prop::collection::vec((-5_i32..55, -5_i32..55), 1..8),
        limit_s in 20_u32..300
    ) {
        let city = City::new(6);
        let graph = &city.grid.graph;
        let metric = uneven(graph, seed);
        let network = Network::new(graph, &metric);
        let index = SnapIndex::new(graph, |edge| graph.origin_arcs(edge).iter().any(|&arc| metric.is_open(arc)));
        let places = |points: &[(i32, i32)]| {
            let positions: Vec<LngLat> = points.iter().map(|&(x, y)| position(&city, x * 10, y * 10)).collect();
            Linkage::of_positions(&network, &index, &positions, options())
        };
        let (to, from) = (places(&facilities), places(&riders));
        let limit = TravelTime::from_secs(limit_s);
        let rows = Rows::search(&network, &to, &from, limit);
        for (point, link) in from.links().iter().enumerate() {
            let mut want: Vec<RowEntry> = Vec::new();
            for (facility, target) in to.links().iter().enumerate() {
                let time = link.as_ref().zip(target.as_ref()).and_then(|(a, b)| plain_time(graph, &metric, &a.place, &b.place));
                let facility = FacilityId::from_index(facility);
                want.extend(time.filter(|&t| t <= limit).map(|time| RowEntry { time, facility }));
            }
            want.sort_unstable();
            prop_assert_eq!(rows.row(DemandId::from_index(point)), &want[..], "point {}", point);
        }
    }
}

#[test]
fn one_thread_and_sixteen_say_the_same() {
    let city = City::new(25);
    let facilities = city.facilities(&[(1, 1), (20, 3), (7, 18), (24, 24), (12, 12)]);
    let graph = &city.grid.graph;
    let metric = uneven(graph, 7);
    let run = |n_threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(n_threads)
            .build()
            .unwrap();
        pool.install(|| {
            let demand = DemandSet::street_meters(graph, &city.area, |_| true);
            let network = Network::new(graph, &metric);
            let index = SnapIndex::new(graph, |_| true);
            let from = Linkage::of_demand(&network, &index, &demand, |_| true, options());
            let to = Linkage::of_facilities(&network, &index, &facilities, options());
            let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(10));
            let open = OpenSet::all(facilities.len());
            let inputs = ServiceInputs {
                demand: &demand,
                linkage: &from,
                rows: &rows,
                open: &open,
            };
            let coverage = ServiceCoverage::within(&inputs, TravelTime::from_mins(4), one());
            (demand, rows, coverage)
        })
    };
    assert_eq!(run(1), run(16));
}
