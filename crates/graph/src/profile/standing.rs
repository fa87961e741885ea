//! What meets at each node and may be walked there: for joining places to street corners.

use units::{Length, Speed, index};

use crate::profile::verdict::{self, Passage};
use crate::topology::Corners;
use crate::{EdgeId, NodeId, Policies, Profile, RoadClass, StreetGraph};

/// One end of an edge at a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeEnd {
    /// The edge.
    pub edge: EdgeId,
    /// Whether it is the end of its shape that lies here, not the start.
    pub is_last: bool,
}

impl EdgeEnd {
    /// Where this end lies, from the edge's start.
    pub fn offset(self, graph: &StreetGraph) -> Length {
        if self.is_last {
            graph.edge_length(self.edge)
        } else {
            Length::ZERO
        }
    }

    /// The node at the other end of the edge.
    pub fn beyond(self, graph: &StreetGraph) -> NodeId {
        let (start, end) = graph.edge_ends(self.edge);
        if self.is_last { start } else { end }
    }
}

/// What stands on a node, for somebody who walks there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing that matters to anybody.
    Nothing,
    /// Something that walkers pass, as a bollard; others may not.
    Passable,
    /// A barrier, or a gate that a plan may open or shut.
    Barring,
}

impl StreetGraph {
    fn corners(&self) -> &Corners {
        self.corners.get_or_init(|| corners_of(self))
    }

    /// The edges that end at a node or at one of its copies, by edge; a loop comes twice.
    ///
    /// Cost: the first call is linear in the edges.
    pub fn edge_ends_at(
        &self,
        node: NodeId,
    ) -> impl ExactSizeIterator<Item = EdgeEnd> + Clone + '_ {
        let corners = self.corners();
        let node = self.original(node).index();
        let start = index(corners.first[node]);
        let end = index(corners.first[node + 1]);
        corners.ends[start..end].iter().map(|&packed| EdgeEnd {
            edge: EdgeId::new(packed >> 1),
            is_last: packed & 1 == 1,
        })
    }

    /// How fast an edge is walked, in the slower direction that is open on foot; `None` where it is
    /// closed on foot, and for a ferry. Plans do not change it.
    ///
    /// Cost: as [`edge_ends_at`](Self::edge_ends_at).
    pub fn edge_walking_speed(&self, edge: EdgeId) -> Option<Speed> {
        self.corners().walking[self.edge_facts_id(edge).index()]
    }

    /// What stands on a node, for somebody who walks there.
    ///
    /// Cost: as [`edge_ends_at`](Self::edge_ends_at), then logarithmic in the gates.
    pub fn standing_on(&self, node: NodeId) -> Standing {
        let guarded = &self.corners().guarded;
        match guarded.binary_search_by_key(&self.original(node), |&(node, _)| node) {
            Err(_) => Standing::Nothing,
            Ok(at) if guarded[at].1 => Standing::Barring,
            Ok(_) => Standing::Passable,
        }
    }
}

/// Cost: linear in nodes and edges, one verdict for each entry of the pool of facts.
fn corners_of(graph: &StreetGraph) -> Corners {
    let n_nodes = graph.n_original_nodes();
    let mut first = vec![0_u32; n_nodes + 1];
    let ends_of = |edge| {
        let (start, end) = graph.edge_ends(edge);
        (graph.original(start), graph.original(end))
    };
    for edge in graph.edges() {
        let (start, end) = ends_of(edge);
        first[start.index() + 1] += 1;
        first[end.index() + 1] += 1;
    }
    for node in 0..n_nodes {
        first[node + 1] += first[node];
    }
    let mut next = first.clone();
    let mut ends = vec![0; graph.n_edges() * 2];
    for edge in graph.edges() {
        let (start, end) = ends_of(edge);
        for (node, is_last) in [(start, false), (end, true)] {
            let slot = &mut next[node.index()];
            ends[index(*slot)] = edge.as_u32() << 1 | u32::from(is_last);
            *slot += 1;
        }
    }
    let (foot, usual) = (Profile::foot(), Policies::default());
    let walking = graph.facts().iter().map(|facts| {
        if facts.class == RoadClass::Ferry {
            return None;
        }
        let either_way = verdict::of_way(&foot, &usual, facts);
        let speeds = either_way.iter().filter_map(|verdict| verdict.open());
        speeds.map(|way| way.speed).min()
    });
    let mut guarded: Vec<(NodeId, bool)> = graph
        .gates()
        .filter_map(|(id, gate)| {
            let facts = graph.gate_facts(id)?;
            let passes = verdict::of_node(&foot, facts) == Passage::Pass;
            Some((gate.node, !passes))
        })
        .collect();
    guarded.sort_unstable();
    Corners {
        first,
        ends,
        walking: walking.collect(),
        guarded,
    }
}
