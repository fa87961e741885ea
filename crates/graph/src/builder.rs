use std::collections::HashMap;

use thiserror::Error;
use units::{Length, LngLat};

use crate::geometry::Geometry;
use crate::street_graph::{EdgeRecord, LINK, NAMELESS};
use crate::{
    ArcId, EdgeId, FactsId, NodeId, OsmNodeId, OsmWayId, StreetGraph, Topology, WayFacts, order,
};

/// The only mutable stage of a [`StreetGraph`].
///
/// Nodes and edges get ids in the order of their adding; [`build`](Self::build) keeps them,
/// [`build_ordered`](Self::build_ordered) renumbers them along a Hilbert curve.
#[derive(Clone, Debug, Default)]
pub struct StreetGraphBuilder {
    node_positions: Vec<LngLat>,
    node_osm_ids: Vec<OsmNodeId>,
    edges: Vec<EdgeRecord>,
    shapes: Vec<Vec<LngLat>>,
    arcs: Vec<BuilderArc>,
    names: Vec<String>,
    name_ids: HashMap<String, u32>,
    facts: Vec<WayFacts>,
    facts_ids: HashMap<WayFacts, FactsId>,
}

/// An arc before it has its place in the topology.
#[derive(Clone, Copy, Debug)]
struct BuilderArc {
    tail: NodeId,
    head: NodeId,
    /// Edge and direction as in [`StreetGraph`].
    packed: u32,
    is_origin: bool,
}

/// An edge to be added.
#[derive(Clone, Debug)]
pub struct EdgeSpec<'a> {
    /// Where its shape starts.
    pub start: NodeId,
    /// Where its shape ends.
    pub end: NodeId,
    /// Length along the shape.
    pub length: Length,
    /// How far from the beginning of its way it starts.
    pub way_start: Length,
    /// The modelling nodes between the ends.
    pub shape: &'a [LngLat],
    /// The way it is a piece of.
    pub way: OsmWayId,
    /// The street's name.
    pub name: Option<&'a str>,
    /// What was mapped.
    pub facts: WayFacts,
}

/// Arrays that make no street graph.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// An edge names a node that was never added.
    #[error("edge {edge} names node {node}, but only {n_nodes} nodes were added")]
    UnknownNode {
        /// The edge.
        edge: EdgeId,
        /// The node it names.
        node: NodeId,
        /// How many there are.
        n_nodes: usize,
    },
    /// More edges than ids.
    #[error("{0} edges are more than one network can hold (2^31 - 1)")]
    TooManyEdges(usize),
}

impl StreetGraphBuilder {
    /// An empty network.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a node.
    pub fn add_node(&mut self, position: LngLat, osm_id: OsmNodeId) -> NodeId {
        let id = NodeId::from_index(self.node_positions.len());
        self.node_positions.push(position);
        self.node_osm_ids.push(osm_id);
        id
    }

    /// Adds an edge and its two arcs; which of them may be travelled is for a metric to say.
    pub fn add_edge(&mut self, spec: EdgeSpec<'_>) -> EdgeId {
        let id = EdgeId::from_index(self.edges.len());
        let name = spec.name.map_or(NAMELESS, |name| self.name_id(name));
        let facts = self.facts_id(spec.facts);
        self.edges.push(EdgeRecord {
            start: spec.start,
            end: spec.end,
            length: spec.length,
            way_start: spec.way_start,
            way: spec.way,
            name,
            facts,
        });
        self.shapes.push(spec.shape.to_vec());
        let packed = id.as_u32() << 1;
        self.arcs.push(BuilderArc {
            tail: spec.start,
            head: spec.end,
            packed,
            is_origin: true,
        });
        let packed = packed | 1;
        self.arcs.push(BuilderArc {
            tail: spec.end,
            head: spec.start,
            packed,
            is_origin: true,
        });
        id
    }

    fn name_id(&mut self, name: &str) -> u32 {
        if let Some(&id) = self.name_ids.get(name) {
            return id;
        }
        let id = FactsId::from_index(self.names.len()).as_u32();
        self.names.push(name.to_owned());
        self.name_ids.insert(name.to_owned(), id);
        id
    }

    fn facts_id(&mut self, facts: WayFacts) -> FactsId {
        if let Some(&id) = self.facts_ids.get(&facts) {
            return id;
        }
        let id = FactsId::from_index(self.facts.len());
        self.facts.push(facts.clone());
        self.facts_ids.insert(facts, id);
        id
    }

    /// Freezes the network with nodes and edges renumbered along a Hilbert curve, so that what is
    /// near on the ground is near in memory.
    ///
    /// # Errors
    /// As [`build`](Self::build).
    ///
    /// Cost: n log n.
    pub fn build_ordered(mut self) -> Result<StreetGraph, BuildError> {
        self.check()?;
        let new_ids = order::hilbert_ranks(&self.node_positions);
        let mut order: Vec<usize> = (0..new_ids.len()).collect();
        order.sort_unstable_by_key(|&old| new_ids[old]);
        self.node_positions = order.iter().map(|&old| self.node_positions[old]).collect();
        self.node_osm_ids = order.iter().map(|&old| self.node_osm_ids[old]).collect();
        for edge in &mut self.edges {
            edge.start = new_ids[edge.start.index()];
            edge.end = new_ids[edge.end.index()];
        }
        for arc in &mut self.arcs {
            arc.tail = new_ids[arc.tail.index()];
            arc.head = new_ids[arc.head.index()];
        }

        let mut order: Vec<usize> = (0..self.edges.len()).collect();
        order.sort_by_key(|&old| {
            let edge = &self.edges[old];
            (
                edge.start.min(edge.end),
                edge.start.max(edge.end),
                edge.way,
                edge.way_start,
            )
        });
        let mut new_ids = vec![0_u32; order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_ids[old] = EdgeId::from_index(new).as_u32();
        }
        self.edges = order.iter().map(|&old| self.edges[old]).collect();
        self.shapes = order
            .iter()
            .map(|&old| std::mem::take(&mut self.shapes[old]))
            .collect();
        for arc in &mut self.arcs {
            if arc.packed != LINK {
                let edge = EdgeId::new(arc.packed >> 1);
                arc.packed = new_ids[edge.index()] << 1 | arc.packed & 1;
            }
        }
        self.build()
    }

    /// Freezes the network; ids stay as they were given.
    ///
    /// # Errors
    /// When an edge names an unknown node, or there are too many edges.
    ///
    /// Cost: n log n.
    pub fn build(mut self) -> Result<StreetGraph, BuildError> {
        self.check()?;
        self.arcs
            .sort_by_key(|arc| (arc.tail, arc.head, arc.packed));
        let tails = self.arcs.iter().map(|arc| arc.tail).collect();
        let heads = self.arcs.iter().map(|arc| arc.head).collect();
        let topology = Topology::new(self.node_positions.len(), tails, heads);
        let (first_origin_arc, origin_arcs) = self.arcs_by_edge(|arc| arc.is_origin);
        let (first_destination_arc, destination_arcs) = self.arcs_by_edge(|_| true);
        Ok(StreetGraph {
            topology,
            node_positions: self.node_positions,
            node_osm_ids: self.node_osm_ids,
            arc_edges: self.arcs.iter().map(|arc| arc.packed).collect(),
            edges: self.edges,
            geometry: Geometry::from_shapes(self.shapes.iter().map(Vec::as_slice)),
            first_origin_arc,
            origin_arcs,
            first_destination_arc,
            destination_arcs,
            names: self.names,
            facts: self.facts,
        })
    }

    fn check(&self) -> Result<(), BuildError> {
        let n_nodes = self.node_positions.len();
        if EdgeId::new(u32::MAX >> 1).index() <= self.edges.len() {
            return Err(BuildError::TooManyEdges(self.edges.len()));
        }
        for (index, edge) in self.edges.iter().enumerate() {
            for node in [edge.start, edge.end] {
                if node.index() >= n_nodes {
                    let edge = EdgeId::from_index(index);
                    return Err(BuildError::UnknownNode {
                        edge,
                        node,
                        n_nodes,
                    });
                }
            }
        }
        Ok(())
    }

    /// Arc ids grouped by edge, forward before backward.
    fn arcs_by_edge(&self, keep: impl Fn(&BuilderArc) -> bool) -> (Vec<u32>, Vec<ArcId>) {
        let mut pairs: Vec<(u32, ArcId)> = (0..)
            .zip(&self.arcs)
            .filter(|(_, arc)| arc.packed != LINK && keep(arc))
            .map(|(id, arc)| (arc.packed, ArcId::new(id)))
            .collect();
        pairs.sort_unstable();
        let mut first = vec![0_u32; self.edges.len() + 1];
        for (packed, _) in &pairs {
            first[EdgeId::new(packed >> 1).index() + 1] += 1;
        }
        for i in 0..self.edges.len() {
            first[i + 1] += first[i];
        }
        (first, pairs.into_iter().map(|(_, arc)| arc).collect())
    }
}
