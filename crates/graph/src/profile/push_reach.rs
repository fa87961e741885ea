//! Which push-only edges are open: those near enough to where one can ride.
//!
//! Evaluated once when a metric is built, independent of any path, so that searches stay plain: a
//! push-only edge is open when a rideable node lies within the reach of one of its ends, along
//! push-only edges. *Edge* means junction to junction here, so pieces of a street that are cut at
//! a barrier, or where tags change, are first joined again.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use units::Length;

use crate::profile::verdict::Verdict;
use crate::topology::EdgeRecord;
use crate::{EdgeId, NodeId};

/// How an edge is used, for this question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EdgeUse {
    /// No direction is open.
    Closed,
    /// Some direction may be ridden.
    Ridden,
    /// Some direction may be pushed, none ridden.
    PushOnly,
}

impl EdgeUse {
    /// From what both directions mean.
    pub(crate) fn of(both: &[Verdict; 2]) -> Self {
        let open = || both.iter().filter_map(|verdict| verdict.open());
        if open().any(|way| !way.is_push) {
            Self::Ridden
        } else if open().next().is_some() {
            Self::PushOnly
        } else {
            Self::Closed
        }
    }
}

/// For each edge, whether it is push-only and out of reach.
///
/// Cost: linear, plus n log n in the push-only edges.
pub(crate) fn out_of_reach(
    n_nodes: usize,
    edges: &[EdgeRecord],
    uses: &[EdgeUse],
    reach: Length,
) -> Vec<bool> {
    let mut out = vec![false; edges.len()];
    if !uses.contains(&EdgeUse::PushOnly) {
        return out;
    }
    let all = || (0..edges.len()).map(EdgeId::from_index);
    let edge_ends = |edge: EdgeId| (edges[edge.index()].start, edges[edge.index()].end);
    let mut degree = vec![0_u32; n_nodes];
    let mut is_rideable = vec![false; n_nodes];
    // Ends of push-only edges, by node.
    let mut first = vec![0_usize; n_nodes + 1];
    for edge in all() {
        let (start, end) = edge_ends(edge);
        for node in [start, end] {
            degree[node.index()] += 1;
            is_rideable[node.index()] |= uses[edge.index()] == EdgeUse::Ridden;
            first[node.index() + 1] += usize::from(uses[edge.index()] == EdgeUse::PushOnly);
        }
    }
    for i in 0..n_nodes {
        first[i + 1] += first[i];
    }
    let mut next = first.clone();
    let mut ends = vec![EdgeId::new(0); first[n_nodes]];
    let push_only = || all().filter(|e| uses[e.index()] == EdgeUse::PushOnly);
    for edge in push_only() {
        let (start, end) = edge_ends(edge);
        for node in [start, end] {
            ends[next[node.index()]] = edge;
            next[node.index()] += 1;
        }
    }
    let edges_at = |node: NodeId| &ends[first[node.index()]..first[node.index() + 1]];
    // A street goes on through a node that only joins two push-only edges.
    let goes_on = |node: NodeId| {
        degree[node.index()] == 2 && edges_at(node).len() == 2 && !is_rideable[node.index()]
    };
    let length_of = |edge: EdgeId| u64::from(edges[edge.index()].length.as_mm());
    let other_end = |edge: EdgeId, node: NodeId| {
        let (start, end) = edge_ends(edge);
        if start == node { end } else { start }
    };

    // Join pieces into streets from junction to junction.
    let mut street_of = vec![usize::MAX; edges.len()];
    let mut streets: Vec<(NodeId, NodeId, u64)> = Vec::new();
    for edge in push_only() {
        if street_of[edge.index()] != usize::MAX {
            continue;
        }
        let id = streets.len();
        street_of[edge.index()] = id;
        let mut length = length_of(edge);
        let (start, end) = edge_ends(edge);
        let tips = [start, end].map(|tip| {
            let (mut at, mut last) = (tip, edge);
            while goes_on(at) {
                let here = edges_at(at);
                let onward = if here[0] == last { here[1] } else { here[0] };
                if street_of[onward.index()] != usize::MAX {
                    break;
                }
                street_of[onward.index()] = id;
                length += length_of(onward);
                at = other_end(onward, at);
                last = onward;
            }
            at
        });
        streets.push((tips[0], tips[1], length));
    }

    let near = near_rideable(&streets, &is_rideable, u64::from(reach.as_mm()));
    for edge in push_only() {
        let (a, b, _) = streets[street_of[edge.index()]];
        out[edge.index()] = !near[a.index()] && !near[b.index()];
    }
    out
}

/// Which nodes lie within the reach of a rideable one, along push-only streets.
fn near_rideable(
    streets: &[(NodeId, NodeId, u64)],
    is_rideable: &[bool],
    reach_mm: u64,
) -> Vec<bool> {
    let mut at_junction: Vec<(NodeId, usize)> = Vec::with_capacity(streets.len() * 2);
    for (id, &(a, b, _)) in streets.iter().enumerate() {
        at_junction.push((a, id));
        at_junction.push((b, id));
    }
    at_junction.sort_unstable();
    let streets_at = |node: NodeId| {
        let from = at_junction.partition_point(|&(at, _)| at < node);
        let to = at_junction.partition_point(|&(at, _)| at <= node);
        at_junction[from..to].iter().map(|&(_, id)| id)
    };
    let mut distance = vec![u64::MAX; is_rideable.len()];
    let mut queue = BinaryHeap::new();
    for &(node, _) in &at_junction {
        if is_rideable[node.index()] && distance[node.index()] != 0 {
            distance[node.index()] = 0;
            queue.push(Reverse((0, node)));
        }
    }
    while let Some(Reverse((so_far, node))) = queue.pop() {
        if so_far > distance[node.index()] {
            continue;
        }
        for id in streets_at(node) {
            let (a, b, length) = streets[id];
            let far = if a == node { b } else { a };
            let there = so_far + length;
            if there <= reach_mm && there < distance[far.index()] {
                distance[far.index()] = there;
                queue.push(Reverse((there, far)));
            }
        }
    }
    distance.into_iter().map(|mm| mm != u64::MAX).collect()
}
