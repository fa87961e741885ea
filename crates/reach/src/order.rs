use std::cmp::Reverse;
use std::collections::BinaryHeap;

use graph::{NodeId, StreetGraph};

/// In which order nodes are taken out of a street network, and what joins what when they are.
///
/// Taking a node out joins all its remaining neighbours with one another, so that their distances
/// can be kept whatever the arcs cost. The neighbours that a node still has when it is taken out are
/// its *upper* neighbours. None of this looks at travel times: one order serves every metric over
/// the same streets, and a closed street or another speed only asks for a new
/// [`Hierarchy`](crate::Hierarchy).
///
/// This is the first step of customizable contraction hierarchies (Dibbelt, Strasser, Wagner 2016).
/// The next node is one with the fewest neighbours (minimum degree, Tinney and Walker 1967): dead
/// ends and nodes where two ways merely meet go first and cost nothing.
#[derive(Clone, Debug)]
pub struct ContractionOrder {
    /// Node by rank.
    pub(crate) nodes: Vec<u32>,
    /// Rank by node.
    pub(crate) ranks: Vec<u32>,
    /// Level by rank: one more than the highest level among lower neighbours.
    pub(crate) levels: Vec<u32>,
    /// Upper neighbours by rank: the neighbours of rank `r` are `first[r]..first[r + 1]`.
    pub(crate) first: Vec<u32>,
    /// Ranks of upper neighbours, ascending.
    pub(crate) upper: Vec<u32>,
}

impl ContractionOrder {
    /// Orders the nodes of a street graph.
    ///
    /// Cost: about two seconds for a million nodes of a city.
    pub fn new(graph: &StreetGraph) -> Self {
        let topology = graph.topology();
        let n_nodes = topology.n_nodes();
        let mut neighbors: Vec<Vec<u32>> = vec![Vec::new(); n_nodes];
        for arc in topology.arcs() {
            let (tail, head) = (topology.tail(arc), topology.head(arc));
            if tail != head {
                neighbors[tail.index()].push(head.as_u32());
                neighbors[head.index()].push(tail.as_u32());
            }
        }
        for list in &mut neighbors {
            list.sort_unstable();
            list.dedup();
        }
        let degree = |list: &[u32]| u32::try_from(list.len()).expect("fewer than 2^32 nodes");
        // Entries go stale when a degree changes; a node is taken at the entry that is still right.
        let mut queue: BinaryHeap<Reverse<(u32, u32)>> = (0..)
            .zip(&neighbors)
            .map(|(node, list)| Reverse((degree(list), node)))
            .collect();
        let mut nodes = Vec::with_capacity(n_nodes);
        let mut ranks = vec![u32::MAX; n_nodes];
        let mut merged = Vec::new();
        while let Some(Reverse((queued_degree, node))) = queue.pop() {
            let index = NodeId::new(node).index();
            if ranks[index] != u32::MAX || degree(&neighbors[index]) != queued_degree {
                continue;
            }
            ranks[index] = NodeId::from_index(nodes.len()).as_u32();
            nodes.push(node);
            let list = std::mem::take(&mut neighbors[index]);
            for &neighbor in &list {
                let others = &mut neighbors[NodeId::new(neighbor).index()];
                let before = degree(others);
                unite(others, &list, node, neighbor, &mut merged);
                std::mem::swap(others, &mut merged);
                if degree(others) != before {
                    queue.push(Reverse((degree(others), neighbor)));
                }
            }
            neighbors[index] = list;
        }

        let mut first = Vec::with_capacity(n_nodes + 1);
        let mut upper = Vec::new();
        let mut levels = vec![0_u32; n_nodes];
        first.push(0);
        for (rank, &node) in nodes.iter().enumerate() {
            let start = upper.len();
            let list = &neighbors[NodeId::new(node).index()];
            upper.extend(list.iter().map(|&other| ranks[NodeId::new(other).index()]));
            upper[start..].sort_unstable();
            for &other in &upper[start..] {
                let above = levels[rank] + 1;
                let level = &mut levels[NodeId::new(other).index()];
                *level = (*level).max(above);
            }
            first.push(NodeId::from_index(upper.len()).as_u32());
        }
        Self {
            nodes,
            ranks,
            levels,
            first,
            upper,
        }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Number of pairs of a node and an upper neighbour: the street pieces and the shortcuts.
    pub fn n_pairs(&self) -> usize {
        self.upper.len()
    }

    /// Number of levels: nodes of one level are never joined.
    pub fn n_levels(&self) -> usize {
        let highest = self.levels.iter().max();
        highest.map_or(0, |&level| NodeId::new(level).index() + 1)
    }

    /// The pairs of one rank.
    pub(crate) fn pairs(&self, rank: usize) -> std::ops::Range<usize> {
        NodeId::new(self.first[rank]).index()..NodeId::new(self.first[rank + 1]).index()
    }
}

/// `merged` becomes the union of two ascending lists without the nodes `gone` and `own`.
fn unite(a: &[u32], b: &[u32], gone: u32, own: u32, merged: &mut Vec<u32>) {
    merged.clear();
    let (mut i, mut j) = (0, 0);
    while i < a.len() || j < b.len() {
        let next = match (a.get(i), b.get(j)) {
            (Some(&x), Some(&y)) => x.min(y),
            (Some(&x), None) | (None, Some(&x)) => x,
            (None, None) => break,
        };
        i += usize::from(a.get(i) == Some(&next));
        j += usize::from(b.get(j) == Some(&next));
        if next != gone && next != own {
            merged.push(next);
        }
    }
}
