//! Who is joined to whom, and where everything lies.

mod corners;
mod gate;
mod geometry;
mod street_graph;
mod union;

pub(crate) use corners::Corners;
pub use gate::{Gate, Layer, Link, TurnBinding};
pub(crate) use geometry::Geometry;
pub(crate) use street_graph::{EdgeRecord, LINK, NAMELESS, NO_COMPOUND};
pub use street_graph::{Stops, StreetGraph};
pub(crate) use union::Union;

use units::index;

use crate::{ArcId, NodeId};

/// Who is joined to whom: arcs sorted by tail, and the same arcs by head.
///
/// The arrays follow the usual adjacency-array form (`first_out`, `head`): the arcs that leave
/// node `v` are `first_out[v]..first_out[v + 1]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topology {
    first_out: Vec<u32>,
    head: Vec<NodeId>,
    tail: Vec<NodeId>,
    first_in: Vec<u32>,
    in_arcs: Vec<ArcId>,
}

impl Topology {
    /// From tails and heads of arcs that are sorted by tail.
    ///
    /// Cost: linear.
    pub(crate) fn new(n_nodes: usize, tail: Vec<NodeId>, head: Vec<NodeId>) -> Self {
        debug_assert!(tail.is_sorted());
        let first_out = first_of(n_nodes, &tail);
        let first_in = first_of(n_nodes, &head);
        let mut next = first_in.clone();
        let mut in_arcs = vec![ArcId::new(0); head.len()];
        for (arc, node) in head.iter().enumerate() {
            let slot = &mut next[node.index()];
            in_arcs[index(*slot)] = ArcId::from_index(arc);
            *slot += 1;
        }
        Self {
            first_out,
            head,
            tail,
            first_in,
            in_arcs,
        }
    }

    /// First arcs, heads and tails.
    pub(crate) fn columns(&self) -> (&[u32], &[NodeId], &[NodeId]) {
        (&self.first_out, &self.head, &self.tail)
    }

    /// Number of nodes, copies included.
    pub fn n_nodes(&self) -> usize {
        self.first_out.len() - 1
    }

    /// Number of arcs, link arcs included.
    pub fn n_arcs(&self) -> usize {
        self.head.len()
    }

    /// All nodes in order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeId> + use<> {
        (0..self.n_nodes()).map(NodeId::from_index)
    }

    /// All arcs in order.
    pub fn arcs(&self) -> impl ExactSizeIterator<Item = ArcId> + use<> {
        (0..self.n_arcs()).map(ArcId::from_index)
    }

    /// The node that an arc enters.
    pub fn head(&self, arc: ArcId) -> NodeId {
        self.head[arc.index()]
    }

    /// The node that an arc leaves.
    pub fn tail(&self, arc: ArcId) -> NodeId {
        self.tail[arc.index()]
    }

    /// Arcs that leave a node.
    pub fn out_arcs(&self, node: NodeId) -> impl ExactSizeIterator<Item = ArcId> + Clone + use<> {
        let range = self.first_out[node.index()]..self.first_out[node.index() + 1];
        range.map(ArcId::new)
    }

    /// Arcs that enter a node.
    pub fn in_arcs(&self, node: NodeId) -> &[ArcId] {
        let start = ArcId::new(self.first_in[node.index()]).index();
        let end = ArcId::new(self.first_in[node.index() + 1]).index();
        &self.in_arcs[start..end]
    }
}

fn first_of(n_nodes: usize, ends: &[NodeId]) -> Vec<u32> {
    let mut first = vec![0_u32; n_nodes + 1];
    for node in ends {
        first[node.index() + 1] += 1;
    }
    for i in 0..n_nodes {
        first[i + 1] += first[i];
    }
    first
}
