//! Access keys on nodes without a barrier: which of them close a street, and what is cut off by them.

use city::{BareNode, BareNodes, OsmId};
use graph::verdict::{self, Passage};
use graph::{Components, EdgeId, GatePolicy, NodeId, Profile, StreetGraph};

/// How many nodes are named.
const N_EXAMPLES: usize = 5;

/// What a node does to a profile that comes along a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Passes,
    /// Something stands there.
    Stops,
    /// Nothing stands there, but an access key says that one may not pass.
    Bare,
}

/// The bare nodes that close a street for a profile, and the streets that left its main network
/// with them: those that one would get to if nothing but the bare nodes were opened.
///
/// Cost: linear, and nothing but a look at all gates where there is no such node.
pub(crate) fn find(graph: &StreetGraph, profile: &Profile, components: &Components) -> BareNodes {
    let bare: Vec<NodeId> = graph
        .gates()
        .filter(|(id, _)| {
            let facts = graph.gate_facts(*id);
            facts.is_some_and(|facts| {
                facts.is_bare_access() && closes(verdict::of_node(profile, facts))
            })
        })
        .map(|(_, gate)| gate.node)
        .collect();
    let mut found: Vec<BareNode> = Vec::with_capacity(bare.len());
    if !bare.is_empty() {
        let mut flood = Flood::new(graph, profile, components, &bare);
        found.extend(bare.iter().map(|&node| BareNode {
            node: OsmId::Node(graph.node_osm_id(node).as_i64()),
            cut_off_length_m: flood.from(node) / 1_000,
        }));
    }
    found.sort_by_key(|bare| (std::cmp::Reverse(bare.cut_off_length_m), bare.node));
    BareNodes {
        profile: profile.name.clone(),
        n_nodes: crate::count(found.len()),
        cut_off_length_m: found.iter().map(|bare| bare.cut_off_length_m).sum(),
        examples: found.into_iter().take(N_EXAMPLES).collect(),
    }
}

/// Whether a node stops whoever would pass through.
fn closes(passage: Passage) -> bool {
    match passage {
        Passage::Pass => false,
        Passage::Block => true,
        Passage::Gate { policy, .. } => policy != GatePolicy::Through,
    }
}

/// Streets that may be used and are not in the main network, walked from bare nodes.
struct Flood<'a> {
    graph: &'a StreetGraph,
    components: &'a Components,
    nodes: Vec<Node>,
    /// Where the edges of each node lie.
    first: Vec<usize>,
    edges: Vec<EdgeId>,
    is_seen: Vec<bool>,
}

impl<'a> Flood<'a> {
    fn new(
        graph: &'a StreetGraph,
        profile: &Profile,
        components: &'a Components,
        bare: &[NodeId],
    ) -> Self {
        let n_nodes = graph.n_original_nodes();
        let mut nodes = vec![Node::Passes; n_nodes];
        for (id, gate) in graph.gates() {
            let facts = graph.gate_facts(id);
            if facts.is_some_and(|facts| closes(verdict::of_node(profile, facts))) {
                nodes[gate.node.index()] = Node::Stops;
            }
        }
        for &node in bare {
            nodes[node.index()] = Node::Bare;
        }
        let mut first = vec![0; n_nodes + 1];
        let ends = |edge| <[NodeId; 2]>::from(graph.edge_ends(edge));
        for node in graph.edges().flat_map(ends) {
            first[node.index() + 1] += 1;
        }
        for node in 0..n_nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut edges = vec![EdgeId::new(0); first[n_nodes]];
        for edge in graph.edges() {
            for node in ends(edge) {
                edges[next[node.index()]] = edge;
                next[node.index()] += 1;
            }
        }
        Self {
            graph,
            components,
            nodes,
            first,
            edges,
            is_seen: vec![false; graph.n_edges()],
        }
    }

    fn edges_at(&self, node: NodeId) -> &[EdgeId] {
        &self.edges[self.first[node.index()]..self.first[node.index() + 1]]
    }

    /// Street in millimetres that lies behind a bare node beside the main network and was not
    /// counted behind another.
    fn from(&mut self, node: NodeId) -> u64 {
        let mut at = self.edges_at(node).iter();
        if !at.any(|&edge| self.components.is_main(edge)) {
            return 0;
        }
        let mut length_mm = 0;
        let mut todo = vec![node];
        while let Some(node) = todo.pop() {
            for i in self.first[node.index()]..self.first[node.index() + 1] {
                let edge = self.edges[i];
                let is_cut_off = self.components.is_usable(edge) && !self.components.is_main(edge);
                if !is_cut_off || std::mem::replace(&mut self.is_seen[edge.index()], true) {
                    continue;
                }
                length_mm += u64::from(self.graph.edge_length(edge).as_mm());
                let (start, end) = self.graph.edge_ends(edge);
                let onward = [start, end].into_iter();
                todo.extend(onward.filter(|end| self.nodes[end.index()] != Node::Stops));
            }
        }
        length_mm
    }
}
