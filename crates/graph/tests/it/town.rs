//! Drawn towns with something on their nodes and streets.

use graph::picture::{self, DrawnMap};
use graph::{
    AccessFacts, AccessKey, AccessValue, Along, ArcId, Barrier, EdgeId, EdgeSpec, Heading, Layer,
    Link, Metric, NodeFacts, NodeId, PetgraphView, Policies, Profile, RoadClass, StreetGraph,
    StreetGraphBuilder, WayFacts,
};
use units::{Length, TravelTime};

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

/// A street in the direction of its two letters.
pub(crate) fn leg(drawn: &DrawnMap, street: &str) -> (EdgeId, Heading) {
    let mut letters = street.chars().map(|letter| drawn.node(letter).unwrap());
    let (from, to) = (letters.next().unwrap(), letters.next().unwrap());
    let mut edges = drawn.graph.edges();
    let ends = |edge| drawn.graph.edge_ends(edge);
    let edge = edges.find(|&edge| ends(edge) == (from, to) || ends(edge) == (to, from));
    let edge = edge.unwrap();
    if ends(edge).0 == from {
        (edge, Heading::Forward)
    } else {
        (edge, Heading::Backward)
    }
}

impl Town {
    /// A character is 50 m of residential street but where `streets` says otherwise, by the letters
    /// of both ends.
    pub(crate) fn new(
        drawing: &str,
        nodes: &[(char, NodeFacts)],
        streets: &[(&str, WayFacts)],
    ) -> Self {
        Self::with(drawing, nodes, streets, |_, _| {})
    }

    /// As [`new`](Self::new), with more than a drawing can show.
    pub(crate) fn with(
        drawing: &str,
        nodes: &[(char, NodeFacts)],
        streets: &[(&str, WayFacts)],
        more: impl FnOnce(&mut StreetGraphBuilder, &DrawnMap),
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
        more(&mut builder, &drawn);
        let graph = builder.build().unwrap();
        Self { drawn, graph }
    }

    pub(crate) fn node(&self, letter: char) -> NodeId {
        self.drawn.node(letter).unwrap()
    }

    /// What the link arcs at a node stand for.
    pub(crate) fn links_at(&self, letter: char) -> Vec<Link> {
        let (node, topology) = (self.node(letter), self.graph.topology());
        let here = |arc: ArcId| self.graph.original(topology.tail(arc)) == node;
        let links = self.graph.links().filter(|&(arc, _)| here(arc));
        links.map(|(_, link)| link).collect()
    }

    /// The arcs of a street in the direction of its two letters, with the layer of each.
    pub(crate) fn arcs(&self, street: &str) -> Vec<(Layer, ArcId)> {
        let (edge, heading) = leg(&self.drawn, street);
        let topology = self.graph.topology();
        let all = topology.arcs().filter(|&arc| {
            let is_forward = self.graph.arc_is_forward(arc);
            self.graph.arc_edge(arc) == Some(edge) && is_forward == (heading == Heading::Forward)
        });
        all.map(|arc| (self.graph.layer(topology.tail(arc)), arc))
            .collect()
    }

    /// Tenths of a second along a street in the direction of its letters; `None` when every arc of
    /// it is closed.
    pub(crate) fn tenths(&self, metric: &Metric, street: &str) -> Option<u32> {
        let arcs = self.arcs(street).into_iter();
        let times = arcs.filter_map(|(_, arc)| metric.arc_time(arc));
        times.map(TravelTime::as_tenths).min()
    }

    /// Seconds from one letter to another, by petgraph's Dijkstra; both are nodes without copies.
    pub(crate) fn secs(&self, metric: &Metric, from: char, to: char) -> Option<u32> {
        let view = PetgraphView::new(&self.graph, metric);
        let (from, to) = (self.node(from), self.node(to));
        let times = petgraph::algo::dijkstra(view, from, Some(to), |arc| arc.time.as_tenths());
        times.get(&to).map(|tenths| tenths / 10)
    }

    pub(crate) fn edge(&self, ends: &str) -> EdgeId {
        let mut letters = ends.chars();
        let (a, b) = (letters.next().unwrap(), letters.next().unwrap());
        self.drawn.edge(a, b).unwrap()
    }

    /// How many copies the node of a letter has beside itself.
    pub(crate) fn n_copies(&self, letter: char) -> usize {
        let node = self.drawn.node(letter).unwrap();
        let same = |&other: &NodeId| other != node && self.graph.original(other) == node;
        self.graph.topology().nodes().filter(same).count()
    }

    /// Whether a trip gets from one street to another.
    pub(crate) fn gets(&self, metric: &Metric, from: &str, to: &str) -> bool {
        let (graph, topology) = (&self.graph, self.graph.topology());
        let (from, to) = (self.edge(from), self.edge(to));
        let is_open = |arc: &ArcId| metric.is_open(*arc);
        let begins = graph.origin_arcs(from).iter().copied().filter(is_open);
        let mut todo: Vec<NodeId> = begins.map(|arc| topology.head(arc)).collect();
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
