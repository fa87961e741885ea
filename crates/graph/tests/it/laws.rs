//! Laws of the topology, on random towns with gates, compounds and turn restrictions.

use std::collections::BTreeMap;

use graph::{
    AccessFacts, AccessKey, AccessValue, ArcId, Barrier, EdgeId, EdgeSpec, Heading, Layer, Link,
    Metric, NodeFacts, NodeId, OsmNodeId, OsmWayId, PetgraphView, Policies, Profile, RoadClass,
    StreetGraph, StreetGraphBuilder, TurnBinding, TurnRule, WayFacts,
};
use petgraph::visit::IntoEdgeReferences;
use proptest::prelude::*;
use units::{Length, LngLat};

use crate::town::{access, barrier, of_key, private_gate};

/// A town as a list of choices.
#[derive(Clone, Debug)]
pub(crate) struct RandomTown {
    n_nodes: u32,
    /// Both ends, length in metres, and what is mapped.
    streets: Vec<(u32, u32, u32, usize)>,
    /// What stands on a node.
    stands: Vec<(u32, usize)>,
    /// First street, its direction, the street after it, whether it is the only exit, whom it binds.
    rules: Vec<(usize, bool, usize, bool, usize)>,
}

pub(crate) fn random_town() -> impl Strategy<Value = RandomTown> {
    let streets = prop::collection::vec((0_u32..7, 0_u32..7, 1_u32..400, 0_usize..5), 1..14);
    let stands = prop::collection::vec((0_u32..7, 0_usize..4), 0..4);
    let rule = (
        0_usize..14,
        any::<bool>(),
        0_usize..14,
        any::<bool>(),
        0_usize..3,
    );
    let rules = prop::collection::vec(rule, 0..5);
    (streets, stands, rules).prop_map(|(streets, stands, rules)| RandomTown {
        n_nodes: 7,
        streets,
        stands,
        rules,
    })
}

fn way_facts(choice: usize) -> WayFacts {
    let (class, access) = match choice {
        0 => (RoadClass::Residential, AccessFacts::NONE),
        1 => (RoadClass::Residential, access(AccessValue::Private)),
        2 => (
            RoadClass::Service,
            of_key(AccessKey::Bicycle, AccessValue::Destination),
        ),
        3 => (RoadClass::Footway, AccessFacts::NONE),
        _ => (RoadClass::Ferry, AccessFacts::NONE),
    };
    WayFacts {
        class,
        access,
        ..WayFacts::default()
    }
}

fn node_facts(choice: usize) -> NodeFacts {
    match choice {
        0 => private_gate(),
        1 => barrier(Barrier::Bollard, AccessFacts::NONE),
        2 => barrier(Barrier::LiftGate, access(AccessValue::Yes)),
        _ => barrier(Barrier::Wall, AccessFacts::NONE),
    }
}

fn binding(choice: usize) -> TurnBinding {
    TurnBinding {
        only: if choice == 1 {
            vec![AccessKey::Bicycle]
        } else {
            Vec::new()
        },
        except: if choice == 2 {
            vec![AccessKey::Foot]
        } else {
            Vec::new()
        },
    }
}

impl RandomTown {
    pub(crate) fn builder(&self) -> StreetGraphBuilder {
        let mut builder = StreetGraphBuilder::new();
        for i in 0..self.n_nodes {
            // Not in the order of the curve.
            let e7 = |step: u32| i32::try_from((i * step % 7) * 10_000).unwrap();
            builder.add_node(
                LngLat::from_e7(e7(3), e7(5)),
                OsmNodeId::new(i64::from(i) + 10),
            );
        }
        for (way, &(start, end, meters, facts)) in (1..).zip(&self.streets) {
            builder.add_edge(EdgeSpec {
                start: NodeId::new(start),
                end: NodeId::new(end),
                length: Length::from_m(meters),
                way_start: Length::ZERO,
                shape: &[LngLat::from_e7(i32::try_from(meters).unwrap(), 1)],
                way: OsmWayId::new(way),
                name: (meters % 2 == 0).then_some("Street"),
                facts: way_facts(facts),
            });
        }
        for &(node, facts) in &self.stands {
            builder.set_node_facts(NodeId::new(node), node_facts(facts));
        }
        for &(first, backward, then, is_only, bound) in &self.rules {
            let (Some(&from), Some(&to)) = (self.streets.get(first), self.streets.get(then)) else {
                continue;
            };
            let via = if backward { from.0 } else { from.1 };
            let heading = if to.0 == via {
                Heading::Forward
            } else if to.1 == via {
                Heading::Backward
            } else {
                continue;
            };
            let entry = if backward {
                Heading::Backward
            } else {
                Heading::Forward
            };
            builder.add_turn_rule(TurnRule {
                chain: vec![
                    (EdgeId::from_index(first), entry),
                    (EdgeId::from_index(then), heading),
                ],
                is_only,
                binding: binding(bound),
            });
        }
        builder
    }

    pub(crate) fn build(&self) -> StreetGraph {
        self.builder().build().unwrap()
    }
}

/// What a street or link arc is, told without our ids.
pub(crate) fn portrait(graph: &StreetGraph) -> BTreeMap<String, usize> {
    let mut seen = BTreeMap::new();
    let gate_at = |gate: graph::GateId| graph.node_osm_id(graph.gate(gate).node).as_i64();
    for arc in graph.topology().arcs() {
        let (tail, head) = (graph.topology().tail(arc), graph.topology().head(arc));
        let runs = match (graph.arc_edge(arc), graph.link(arc)) {
            (Some(edge), None) => format!(
                "way {} {} m, forward {}, may begin {}",
                graph.edge_way(edge).as_i64(),
                graph.edge_length(edge).as_mm(),
                graph.arc_is_forward(arc),
                graph.origin_arcs(edge).contains(&arc),
            ),
            (None, Some(Link::IntoGate(gate))) => format!("into {}", gate_at(gate)),
            (None, Some(Link::OutOfGate(gate))) => format!("out of {}", gate_at(gate)),
            (None, Some(Link::Layer { gate, from, to })) => {
                format!("{from:?} to {to:?} at {}", gate_at(gate))
            }
            (None, Some(Link::Turn(set))) => {
                format!("turn {:?}", graph.turn_bindings(set).collect::<Vec<_>>())
            }
            other => panic!("an arc is one of both: {other:?}"),
        };
        let ends = [tail, head].map(|n| (graph.node_osm_id(n).as_i64(), graph.layer(n)));
        *seen.entry(format!("{ends:?} {runs}")).or_default() += 1;
    }
    seen
}

fn laws(graph: &StreetGraph) {
    let topology = graph.topology();
    // Every arc leaves one node and enters one, by its own account and by theirs.
    let leaving: Vec<ArcId> = topology
        .nodes()
        .flat_map(|n| topology.out_arcs(n))
        .collect();
    assert!(leaving.iter().copied().eq(topology.arcs()));
    let mut entering: Vec<ArcId> = Vec::new();
    for node in topology.nodes() {
        assert!(
            topology
                .out_arcs(node)
                .all(|arc| topology.tail(arc) == node)
        );
        entering.extend(topology.in_arcs(node));
        assert!(
            topology
                .in_arcs(node)
                .iter()
                .all(|&arc| topology.head(arc) == node)
        );
    }
    entering.sort_unstable();
    assert!(entering.into_iter().eq(topology.arcs()));

    // Copies follow the originals, stand on the same spot and are copies of no copy.
    for node in topology.nodes() {
        let original = graph.original(node);
        assert!(original.index() < graph.n_original_nodes());
        assert_eq!(graph.node_position(node), graph.node_position(original));
        if node == original {
            assert_eq!(graph.layer(node), Layer::Public);
        }
    }

    // Street arcs run along their edge, link arcs stay on the spot and are free of length.
    for arc in topology.arcs() {
        let (tail, head) = (topology.tail(arc), topology.head(arc));
        let ends = (graph.original(tail), graph.original(head));
        if let Some(edge) = graph.arc_edge(arc) {
            let (start, end) = graph.edge_ends(edge);
            let want = if graph.arc_is_forward(arc) {
                (start, end)
            } else {
                (end, start)
            };
            assert_eq!(ends, want);
            assert_eq!(
                graph.layer(tail),
                graph.layer(head),
                "streets keep the layer"
            );
            assert_eq!(graph.link(arc), None);
        } else {
            assert_eq!(ends.0, ends.1);
            assert_eq!(graph.arc_length(arc), Length::ZERO);
            assert!(graph.link(arc).is_some());
            if !matches!(graph.link(arc), Some(Link::Layer { .. })) {
                assert_eq!(graph.layer(tail), graph.layer(head));
            }
        }
    }
    assert!(graph.links().is_sorted_by(|a, b| a.0 < b.0));

    // A trip may begin on every street that is no ferry, in both directions, and end on all of it.
    for edge in graph.edges() {
        let (begin, end) = (graph.origin_arcs(edge), graph.destination_arcs(edge));
        let compound = graph.edge_compound(edge);
        let has_layers = compound.is_some_and(|c| graph.compound_has_layers(c));
        if graph.edge_facts(edge).class == RoadClass::Ferry {
            assert!(begin.is_empty() && end.is_empty());
            continue;
        }
        let n_layers = if has_layers { 3 } else { 1 };
        for forward in [true, false] {
            let heading = begin
                .iter()
                .filter(|&&arc| graph.arc_is_forward(arc) == forward);
            assert_eq!(heading.count(), n_layers);
        }
        assert!(begin.iter().all(|arc| end.contains(arc)));
        let all = topology
            .arcs()
            .filter(|&arc| graph.arc_edge(arc) == Some(edge));
        assert_eq!(all.count(), end.len());
    }

    // petgraph sees the open arcs and no others.
    for profile in [Profile::rider(), Profile::foot()] {
        let metric = Metric::of(graph, &profile, &Policies::default());
        let seen = PetgraphView::new(graph, &metric).edge_references();
        let seen: BTreeMap<ArcId, _> = seen.map(|arc| (arc.id, (arc.tail, arc.head))).collect();
        let open = topology.arcs().filter(|&arc| metric.is_open(arc));
        let open = open.map(|arc| (arc, (topology.tail(arc), topology.head(arc))));
        assert_eq!(seen, open.collect());
    }
}

proptest! {
    #[test]
    fn topology_and_copies_agree(town in random_town()) {
        laws(&town.build());
    }

    #[test]
    fn renumbering_changes_names_only(town in random_town()) {
        let (plain, ordered) = (town.build(), town.builder().build_ordered().unwrap());
        laws(&ordered);
        prop_assert_eq!(portrait(&plain), portrait(&ordered));
        let metric = |graph: &StreetGraph| {
            let metric = Metric::of(graph, &Profile::rider(), &Policies::default());
            let mut open: Vec<_> = graph
                .topology()
                .arcs()
                .filter_map(|arc| {
                    let edge = graph.arc_edge(arc)?;
                    let way = graph.edge_way(edge);
                    let layer = graph.layer(graph.topology().tail(arc));
                    Some((way, graph.arc_is_forward(arc), layer, metric.arc_time(arc)?))
                })
                .collect();
            open.sort_unstable();
            open
        };
        prop_assert_eq!(metric(&plain), metric(&ordered));
    }
}
