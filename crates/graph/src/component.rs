use petgraph::algo::kosaraju_scc;

use crate::{ArcId, EdgeId, Metric, NodeId, PetgraphView, StreetGraph};

/// Strongly connected components of a metric: which streets belong to the main network, and which
/// are islands.
///
/// Islands differ by profile and policy, so components belong to a metric and carry its
/// fingerprint.
#[derive(Clone, Debug)]
pub struct Components {
    fingerprint: u64,
    n_strong: usize,
    main_edges: Vec<bool>,
    usable_edges: Vec<bool>,
    main_length: Length64,
    usable_length: Length64,
}

/// Millimetres of a whole network, which may exceed a `units::Length`.
type Length64 = u64;

impl Components {
    /// Finds the components of the open arcs; the main one holds the most street.
    ///
    /// An edge belongs to the main network when a trip that begins on it can get to the main
    /// component and a trip from there can end on it; so the inside of a compound, which can be
    /// entered or left but not crossed, belongs to it.
    ///
    /// Cost: linear (petgraph's Kosaraju, then two walks from the main component).
    pub fn of(graph: &StreetGraph, metric: &Metric) -> Self {
        let view = PetgraphView::new(graph, metric);
        let components = kosaraju_scc(view);
        let mut component_of = vec![0_usize; graph.n_nodes()];
        for (id, nodes) in components.iter().enumerate() {
            for node in nodes {
                component_of[node.index()] = id;
            }
        }
        let topology = graph.topology();
        let open = |arc: &ArcId| metric.is_open(*arc);
        let mut street_mm = vec![0_u64; components.len()];
        for arc in topology.arcs().filter(open) {
            let home = component_of[topology.tail(arc).index()];
            if home == component_of[topology.head(arc).index()] {
                street_mm[home] += u64::from(graph.arc_length(arc).as_mm());
            }
        }
        // Ties go to the component with the lowest node, which does not depend on petgraph's order.
        let main = (0..components.len()).max_by_key(|&id| {
            (
                street_mm[id],
                std::cmp::Reverse(components[id].iter().min()),
            )
        });
        let Some(main) = main else {
            return Self {
                fingerprint: metric.fingerprint(),
                n_strong: 0,
                main_edges: Vec::new(),
                usable_edges: Vec::new(),
                main_length: 0,
                usable_length: 0,
            };
        };
        let from_main = walk(graph.n_nodes(), &components[main], |node, visit| {
            topology
                .out_arcs(node)
                .filter(open)
                .for_each(|arc| visit(topology.head(arc)));
        });
        let to_main = walk(graph.n_nodes(), &components[main], |node, visit| {
            let arcs = topology.in_arcs(node).iter().copied().filter(open);
            arcs.for_each(|arc| visit(topology.tail(arc)));
        });
        let mut result = Self {
            fingerprint: metric.fingerprint(),
            n_strong: components.len(),
            main_edges: Vec::with_capacity(graph.n_edges()),
            usable_edges: Vec::with_capacity(graph.n_edges()),
            main_length: 0,
            usable_length: 0,
        };
        for edge in graph.edges() {
            let mut origins = graph.origin_arcs(edge).iter().copied().filter(open);
            let mut destinations = graph.destination_arcs(edge).iter().copied().filter(open);
            let usable = origins.clone().next().is_some() || destinations.clone().next().is_some();
            let main = origins.any(|arc| to_main[topology.head(arc).index()])
                && destinations.any(|arc| from_main[topology.tail(arc).index()]);
            let length = u64::from(graph.edge_length(edge).as_mm());
            result.main_length += if main { length } else { 0 };
            result.usable_length += if usable { length } else { 0 };
            result.main_edges.push(main);
            result.usable_edges.push(usable);
        }
        result
    }

    /// Fingerprint of the metric that these are the components of.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// How many strongly connected components there are, single nodes included.
    pub fn n_components(&self) -> usize {
        self.n_strong
    }

    /// Whether an edge belongs to the main network.
    pub fn is_main(&self, edge: EdgeId) -> bool {
        self.main_edges[edge.index()]
    }

    /// Whether an edge may be travelled at all, in some direction.
    pub fn is_usable(&self, edge: EdgeId) -> bool {
        self.usable_edges[edge.index()]
    }

    /// Street length of the main network in millimetres.
    pub fn main_length_mm(&self) -> u64 {
        self.main_length
    }

    /// Length of all usable streets in millimetres, islands included.
    pub fn usable_length_mm(&self) -> u64 {
        self.usable_length
    }
}

fn walk(
    n_nodes: usize,
    seeds: &[NodeId],
    neighbors: impl Fn(NodeId, &mut dyn FnMut(NodeId)),
) -> Vec<bool> {
    let mut seen = vec![false; n_nodes];
    let mut stack = seeds.to_vec();
    for node in seeds {
        seen[node.index()] = true;
    }
    while let Some(node) = stack.pop() {
        neighbors(node, &mut |next| {
            if !std::mem::replace(&mut seen[next.index()], true) {
                stack.push(next);
            }
        });
    }
    seen
}
