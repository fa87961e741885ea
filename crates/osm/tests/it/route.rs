//! The least time between two street positions on the imported network, by a plain search.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use graph::{EdgeId, Metric, StreetGraph};
use units::{Length, TravelTime};

/// A street position: an edge, and how far along it.
pub(crate) type Place = (EdgeId, Length);

/// Time from one place to another; `None` when there is no way.
pub(crate) fn time(
    graph: &StreetGraph,
    metric: &Metric,
    origin: Place,
    destination: Place,
) -> Option<TravelTime> {
    times(graph, metric, origin, &[destination])[0]
}

/// Times from one place to many.
pub(crate) fn times(
    graph: &StreetGraph,
    metric: &Metric,
    origin: Place,
    destinations: &[Place],
) -> Vec<Option<TravelTime>> {
    let topology = graph.topology();
    let mut labels: Vec<Option<TravelTime>> = vec![None; graph.n_nodes()];
    let mut queue = BinaryHeap::new();
    for &arc in graph.origin_arcs(origin.0) {
        if let Some(time) = metric.time_to_head(graph, arc, origin.1) {
            queue.push(Reverse((time, topology.head(arc))));
        }
    }
    while let Some(Reverse((time, node))) = queue.pop() {
        if labels[node.index()].is_some() {
            continue;
        }
        labels[node.index()] = Some(time);
        for arc in topology.out_arcs(node) {
            if let Some(step) = metric.arc_time(arc) {
                queue.push(Reverse((time + step, topology.head(arc))));
            }
        }
    }
    let to = |destination: &Place| {
        let arriving = graph.destination_arcs(destination.0).iter();
        let over_tail = arriving.clone().filter_map(|&arc| {
            let tail = labels[topology.tail(arc).index()]?;
            Some(tail + metric.time_from_tail(graph, arc, destination.1)?)
        });
        let same = (origin.0 == destination.0).then(|| {
            graph
                .origin_arcs(origin.0)
                .iter()
                .filter_map(|&arc| metric.time_along(graph, arc, origin.1, destination.1))
        });
        over_tail.chain(same.into_iter().flatten()).min()
    };
    destinations.iter().map(to).collect()
}
