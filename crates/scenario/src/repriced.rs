//! Metrics made from a metric: streets slowed, streets opened against their one-way.

use std::collections::BTreeMap;

use coverage::StreetEffect;
use graph::{ArcId, ArcPrice, Components, EdgeId, Metric, StreetGraph};
use units::Speed;

/// The metric with every one-way open in both directions, at the speed of the mapped one.
///
/// Cost: linear in the arcs.
pub(crate) fn two_way(graph: &StreetGraph, metric: &Metric) -> Metric {
    let mut speed_of_edge: Vec<Option<Speed>> = vec![None; graph.n_edges()];
    for arc in graph.topology().arcs() {
        if let (Some(edge), Some(speed)) = (graph.arc_edge(arc), metric.arc_speed(arc)) {
            let known = &mut speed_of_edge[edge.index()];
            *known = (*known).max(Some(speed));
        }
    }
    let opened = |arc: ArcId, edge: EdgeId| {
        price(graph, metric, arc, edge).or_else(|| {
            speed_of_edge[edge.index()].map(|speed| ArcPrice {
                speed,
                delay: units::TravelTime::ZERO,
            })
        })
    };
    Metric::from_prices(graph, opened, |arc| metric.arc_time(arc))
}

/// The metric with some streets slowed or closed, in both directions.
///
/// Cost: linear in the arcs.
pub(crate) fn hindered(
    graph: &StreetGraph,
    metric: &Metric,
    effects: &[(EdgeId, StreetEffect)],
) -> Metric {
    let effects: BTreeMap<EdgeId, StreetEffect> = effects.iter().copied().collect();
    let slowed = |arc: ArcId, edge: EdgeId| {
        let price = price(graph, metric, arc, edge)?;
        match effects.get(&edge) {
            None => Some(price),
            Some(StreetEffect::Close) => None,
            Some(StreetEffect::Slow { percent }) => {
                let mm_per_s = price
                    .speed
                    .as_mm_per_s()
                    .saturating_mul(u32::from(*percent))
                    / 100;
                let speed = Speed::from_mm_per_s(mm_per_s.max(1)).expect("not zero");
                Some(ArcPrice { speed, ..price })
            }
        }
    };
    Metric::from_prices(graph, slowed, |arc| metric.arc_time(arc))
}

/// What a metric charges for an arc; `None` when it is closed.
fn price(graph: &StreetGraph, metric: &Metric, arc: ArcId, edge: EdgeId) -> Option<ArcPrice> {
    let (time, speed) = (metric.arc_time(arc)?, metric.arc_speed(arc)?);
    let start = u64::from(graph.edge_way_start(edge).as_mm());
    let end = start + u64::from(graph.edge_length(edge).as_mm());
    Some(ArcPrice {
        speed,
        delay: time - speed.time_between(start, end),
    })
}

/// How fast a profile gets on along its main network: its length over the time that takes, delays
/// left out.
///
/// Cost: linear in the arcs.
pub(crate) fn ordinary_speed(
    graph: &StreetGraph,
    metric: &Metric,
    components: &Components,
) -> Speed {
    let (mut mm, mut micros) = (0_u128, 0_u128);
    for arc in graph.topology().arcs() {
        let (Some(edge), Some(speed)) = (graph.arc_edge(arc), metric.arc_speed(arc)) else {
            continue;
        };
        if components.is_main(edge) {
            let length = u128::from(graph.edge_length(edge).as_mm());
            mm += length;
            micros += length * 1_000_000 / u128::from(speed.as_mm_per_s());
        }
    }
    let mm_per_s = mm * 1_000_000 / micros.max(1);
    u32::try_from(mm_per_s)
        .ok()
        .and_then(Speed::from_mm_per_s)
        .unwrap_or_else(|| Speed::from_mm_per_s(1).expect("not zero"))
}
