//! Towns at random: numbers of edges do not matter, and junctions in reach are those that a walk by
//! hand finds.

use graph::{AccessKey, AccessValue, EdgeId, NodeId, Oneway, Profile, RoadClass, WayFacts};
use proptest::prelude::*;
use reach::{Direction, Joining, StreetPoint};
use units::Length;

use super::{Streets, Town, access, at, one_way};

/// Towns on a grid of 12 m with some nodes missing: many junctions within reach of one another.
fn towns() -> impl Strategy<Value = Town> {
    let street = (0_usize..36, 0_usize..36, 0_u8..5);
    proptest::collection::vec(street, 6..60).prop_map(|streets| {
        let mut town = Town::default();
        for i in 0..36_u32 {
            // Bent, so that no street passes over a node that it does not end at.
            let (column, row) = (f64::from(i % 6), f64::from(i / 6));
            town.node(
                column * 12.0 + row * row * 3.0,
                row * 15.0 + column * column * 1.3,
            );
        }
        for (a, b, kind) in streets {
            if a == b {
                continue;
            }
            let facts = match kind {
                0 | 1 => one_way(Oneway::Forward),
                2 => WayFacts {
                    class: RoadClass::Footway,
                    ..WayFacts::default()
                },
                3 => WayFacts {
                    class: RoadClass::Primary,
                    access: access(AccessKey::Foot, AccessValue::No),
                    ..WayFacts::default()
                },
                _ => WayFacts::default(),
            };
            town.street(a, b, facts);
        }
        town
    })
}

proptest! {
    #[test]
    fn edges_renumbered_give_the_same_answer(
        town in towns(), node in 0_usize..36, seed in any::<u64>(), foot in any::<bool>()
    ) {
        let profile = if foot { Profile::foot() } else { Profile::rider() };
        let plain = Streets::new(town.build(), &profile);
        let mut order: Vec<usize> = (0..town.streets.len()).collect();
        order.sort_by_key(|&street| (u64::try_from(street).unwrap() + 1).wrapping_mul(seed | 1));
        let renumbered = Streets::new(town.build_in(&order), &profile);
        let used = |street: &(usize, usize, WayFacts)| street.0 == node || street.1 == node;
        prop_assume!(town.streets.iter().any(used) && plain.index.n_edges() > 0);
        let network = plain.network();
        let spot = town.nodes[node];
        let rule = Joining::new(&network, &plain.index, Length::from_m(150), None);
        let joined = rule.join(at(spot));
        prop_assume!(joined.is_some_and(|joined| joined.snap.walk == Length::ZERO));
        for direction in [Direction::From, Direction::Towards] {
            prop_assert_eq!(plain.times(spot, direction), renumbered.times(spot, direction));
        }
    }

    /// The points of a place are those that a plain walk finds: leaving out junctions that are
    /// ridden to as fast loses nothing.
    #[test]
    fn a_junction_in_reach_is_never_later_than_the_walk(
        town in towns(), street in 0_usize..60, permille in 0_u32..=1_000
    ) {
        prop_assume!(!town.streets.is_empty());
        let streets = Streets::new(town.build(), &Profile::rider());
        let network = streets.network();
        let edge = EdgeId::from_index(street % town.streets.len());
        let (a, b, _) = &town.streets[edge.index()];
        let share = f64::from(permille) / 1_000.0;
        let (a, b) = (town.nodes[*a], town.nodes[*b]);
        let spot = (a.0 + (b.0 - a.0) * share, a.1 + (b.1 - a.1) * share);
        let rule = Joining::new(&network, &streets.index, Length::from_m(150), None);
        let Some(joined) = rule.join(at(spot)) else { return Ok(()); };
        let reached: Vec<_> = [Direction::From, Direction::Towards]
            .map(|direction| streets.times(spot, direction))
            .into();
        for (node, mm) in walked_by_hand(&streets, joined.snap.point) {
            let walk_tenths = mm.div_ceil(120);
            for (times, comes) in reached.iter().zip([false, true]) {
                // On each street that leads away (or here) the far end is reached by then.
                for end in streets.graph.edge_ends_at(node) {
                    for &arc in streets.graph.destination_arcs(end.edge) {
                        let leads_here = streets.graph.arc_is_forward(arc) == end.is_last;
                        let Some(time) = streets.metric.arc_time(arc) else { continue };
                        if leads_here != comes {
                            continue;
                        }
                        let far = times[end.beyond(&streets.graph).index()];
                        prop_assert!(
                            far.is_some_and(|far| far <= walk_tenths + time.as_tenths() + 1),
                            "{far:?} after {walk_tenths} and {time} over {}", end.edge
                        );
                    }
                }
            }
        }
    }
}

/// Junctions (three street ends at least) within 25 m along open streets that may be walked, by
/// trying all streets until nothing gets nearer.
fn walked_by_hand(streets: &Streets, point: StreetPoint) -> Vec<(NodeId, u32)> {
    let graph = &streets.graph;
    let is_open = |edge: EdgeId| {
        let mut arcs = graph.destination_arcs(edge).iter();
        arcs.any(|&arc| streets.metric.is_open(arc))
    };
    let may_walk = |edge: EdgeId| {
        let facts = graph.edge_facts(edge);
        is_open(edge) && facts.access.is_empty()
    };
    let mut nearest = vec![u32::MAX; graph.n_nodes()];
    let (start, end) = graph.edge_ends(point.edge);
    let rest = graph.edge_length(point.edge) - point.offset;
    for (node, length) in [(start, point.offset), (end, rest)] {
        if may_walk(point.edge) || length <= Length::from_m(1) {
            nearest[node.index()] = nearest[node.index()].min(length.as_mm());
        }
    }
    loop {
        let mut changed = false;
        for edge in graph.edges().filter(|&edge| may_walk(edge)) {
            let (a, b) = graph.edge_ends(edge);
            for (from, to) in [(a, b), (b, a)] {
                let over = nearest[from.index()].saturating_add(graph.edge_length(edge).as_mm());
                if nearest[from.index()] <= 25_000 && over < nearest[to.index()] {
                    nearest[to.index()] = over;
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
    let nodes = graph.topology().nodes();
    nodes
        .filter(|node| nearest[node.index()] <= 25_000)
        .filter(|&node| {
            graph
                .edge_ends_at(node)
                .filter(|end| is_open(end.edge))
                .count()
                > 2
        })
        .map(|node| (node, nearest[node.index()]))
        .collect()
}
