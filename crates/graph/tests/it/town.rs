//! Drawn towns with something on their nodes and streets.

use graph::picture::{self, DrawnMap};
use graph::{
    AccessFacts, AccessKey, AccessValue, Along, Barrier, EdgeId, EdgeSpec, Metric, NodeFacts,
    Policies, Profile, RoadClass, StreetGraph, StreetGraphBuilder, WayFacts,
};
use units::Length;

/// A town: the drawing names its nodes.
pub(crate) struct Town {
    drawn: DrawnMap,
    pub(crate) graph: StreetGraph,
}

/// `access=*`.
pub(crate) fn access(value: AccessValue) -> AccessFacts {
    of_key(AccessKey::Access, value)
}

/// `key=*`.
pub(crate) fn of_key(key: AccessKey, value: AccessValue) -> AccessFacts {
    [(key, Along::Both, value)].into_iter().collect()
}

/// A barrier with access tags.
pub(crate) fn barrier(barrier: Barrier, access: AccessFacts) -> NodeFacts {
    NodeFacts {
        barrier: Some(barrier),
        access,
        ..NodeFacts::default()
    }
}

/// `barrier=gate`, `access=private`.
pub(crate) fn private_gate() -> NodeFacts {
    barrier(Barrier::Gate, access(AccessValue::Private))
}

impl Town {
    /// A character is 50 m of residential street but where `streets` says otherwise, by the letters
    /// of both ends.
    pub(crate) fn new(
        drawing: &str,
        nodes: &[(char, NodeFacts)],
        streets: &[(&str, WayFacts)],
    ) -> Self {
        let drawn = picture::streets(drawing, Length::from_m(50)).unwrap();
        let mut builder = StreetGraphBuilder::new();
        let plain = &drawn.graph;
        for node in plain.topology().nodes() {
            builder.add_node(plain.node_position(node), plain.node_osm_id(node));
        }
        for edge in plain.edges() {
            let (start, end) = plain.edge_ends(edge);
            let letters: String = [start, end].map(|node| drawn.letter(node)).iter().collect();
            let told = streets.iter().find(|(ends, _)| *ends == letters);
            let residential = WayFacts {
                class: RoadClass::Residential,
                ..WayFacts::default()
            };
            builder.add_edge(EdgeSpec {
                start,
                end,
                length: plain.edge_length(edge),
                way_start: Length::ZERO,
                shape: &[],
                way: plain.edge_way(edge),
                name: None,
                facts: told.map_or(residential, |(_, facts)| facts.clone()),
            });
        }
        for (letter, facts) in nodes {
            builder.set_node_facts(drawn.node(*letter).unwrap(), facts.clone());
        }
        let graph = builder.build().unwrap();
        Self { drawn, graph }
    }

    pub(crate) fn edge(&self, ends: &str) -> EdgeId {
        let mut letters = ends.chars();
        let (a, b) = (letters.next().unwrap(), letters.next().unwrap());
        self.drawn.edge(a, b).unwrap()
    }

    /// How many copies the node of a letter has beside itself.
    pub(crate) fn n_copies(&self, letter: char) -> usize {
        let node = self.drawn.node(letter).unwrap();
        let same = |&other: &graph::NodeId| other != node && self.graph.original(other) == node;
        self.graph.topology().nodes().filter(same).count()
    }

    /// Whether a trip gets from one street to another.
    pub(crate) fn gets(&self, metric: &Metric, from: &str, to: &str) -> bool {
        let (graph, topology) = (&self.graph, self.graph.topology());
        let (from, to) = (self.edge(from), self.edge(to));
        let is_open = |arc: &graph::ArcId| metric.is_open(*arc);
        let begins = graph.origin_arcs(from).iter().copied().filter(is_open);
        let mut todo: Vec<graph::NodeId> = begins.map(|arc| topology.head(arc)).collect();
        let mut seen = vec![false; graph.n_nodes()];
        while let Some(node) = todo.pop() {
            if !std::mem::replace(&mut seen[node.index()], true) {
                let arcs = topology.out_arcs(node).filter(is_open);
                todo.extend(arcs.map(|arc| topology.head(arc)));
            }
        }
        let mut ends = graph.destination_arcs(to).iter().filter(|arc| is_open(arc));
        ends.any(|&arc| seen[topology.tail(arc).index()])
    }

    /// As [`gets`](Self::gets), there and back.
    pub(crate) fn both_ways(&self, metric: &Metric, a: &str, b: &str) -> bool {
        let (there, back) = (self.gets(metric, a, b), self.gets(metric, b, a));
        assert_eq!(there, back, "{a} and {b}");
        there
    }

    /// The metric of a built-in profile with every gate as a citywide policy says.
    pub(crate) fn metric(&self, profile: &Profile, gates: Option<graph::GatePolicy>) -> Metric {
        let mut policies = Policies::default();
        policies.gates.citywide = gates;
        Metric::of(&self.graph, profile, &policies)
    }
}
