//! Modified metrics: streets slowed, streets opened against their one-way.

use std::collections::{BTreeMap, HashMap};

use coverage::StreetEffect;
use graph::{ArcCost, ArcId, Components, EdgeId, Layer, Metric, StreetGraph};
use units::Speed;

/// The metric with every one-way open in both directions, at the speed of the mapped one.
///
/// Cost: linear in the arcs.
pub(crate) fn two_way(graph: &StreetGraph, metric: &Metric) -> Metric {
    // Layers apart: what is closed as inner street or as public one stays closed.
    let layer = |arc: ArcId| graph.layer(graph.topology().tail(arc));
    let mut speeds: HashMap<(EdgeId, Layer), Speed> = HashMap::new();
    for arc in graph.topology().arcs() {
        if let (Some(edge), Some(speed)) = (graph.arc_edge(arc), metric.arc_speed(arc)) {
            let known = speeds.entry((edge, layer(arc))).or_insert(speed);
            *known = speed.max(*known);
        }
    }
    let opened = |arc: ArcId, edge: EdgeId| {
        price(graph, metric, arc, edge).or_else(|| {
            speeds.get(&(edge, layer(arc))).map(|&speed| ArcCost {
                speed,
                delay: units::TravelTime::ZERO,
            })
        })
    };
    Metric::from_costs(graph, opened, |arc| metric.arc_time(arc))
}

/// The metric with some streets slowed or closed, in both directions.
///
/// Cost: linear in the arcs.
pub(crate) fn slowed(
    graph: &StreetGraph,
    metric: &Metric,
    effects: &[(EdgeId, StreetEffect)],
) -> Metric {
    let effects: BTreeMap<EdgeId, StreetEffect> = effects.iter().copied().collect();
    let slower = |arc: ArcId, edge: EdgeId| {
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
                Some(ArcCost { speed, ..price })
            }
        }
    };
    Metric::from_costs(graph, slower, |arc| metric.arc_time(arc))
}

/// What a metric charges for an arc; `None` when it is closed.
fn price(graph: &StreetGraph, metric: &Metric, arc: ArcId, edge: EdgeId) -> Option<ArcCost> {
    let (time, speed) = (metric.arc_time(arc)?, metric.arc_speed(arc)?);
    let start = u64::from(graph.edge_way_start(edge).as_mm());
    let end = start + u64::from(graph.edge_length(edge).as_mm());
    Some(ArcCost {
        speed,
        delay: time - speed.time_between(start, end),
    })
}

/// How fast a profile gets on along its networks: its length over the time that takes, delays
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
        if components.is_network(edge) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use graph::grid_city::GridCity;
    use units::{Length, LngLat, TravelTime};

    #[test]
    fn slowed_streets_are_slow_or_closed_and_the_rest_as_before() {
        let at = LngLat::from_degrees(114.05, 22.54).unwrap();
        let city = GridCity::new(4, Length::from_m(100), at);
        let speed = Speed::from_mm_per_s(5_000).unwrap();
        let metric = Metric::uniform(&city.graph, speed);
        let (slow, closed) = (EdgeId::new(2), EdgeId::new(7));
        let effects = [
            (slow, StreetEffect::Slow { percent: 50 }),
            (closed, StreetEffect::Close),
        ];
        let after = slowed(&city.graph, &metric, &effects);
        for arc in city.graph.topology().arcs() {
            let edge = city.graph.arc_edge(arc).unwrap();
            let want = match edge {
                _ if edge == slow => Some(TravelTime::from_secs(40)),
                _ if edge == closed => None,
                _ => Some(TravelTime::from_secs(20)),
            };
            assert_eq!(after.arc_time(arc), want);
        }
        assert_eq!(slowed(&city.graph, &metric, &[]), metric);
    }

    #[test]
    fn one_ways_open_at_the_speed_of_the_other_direction() {
        let map = graph::picture::streets("A->B--C", Length::from_m(100)).unwrap();
        let speed = Speed::from_mm_per_s(4_000).unwrap();
        let graph = &map.graph;
        let one_way = Metric::from_costs(
            graph,
            |arc, edge| {
                let is_open = edge != EdgeId::new(0) || graph.arc_is_forward(arc);
                is_open.then_some(ArcCost {
                    speed,
                    delay: TravelTime::ZERO,
                })
            },
            |_| None,
        );
        let open = two_way(graph, &one_way);
        for arc in graph.topology().arcs() {
            let length = graph.arc_length(arc);
            assert_eq!(open.arc_time(arc), Some(speed.time_over(length)));
        }
        let components = Components::of(graph, &open);
        assert_eq!(ordinary_speed(graph, &open, &components), speed);
    }
}
