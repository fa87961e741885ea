use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use thiserror::Error;
use units::{Length, LngLat, index};

use super::node_copies::{self, NewArc, Runs};
use super::order;
use crate::topology::Geometry;
use crate::topology::{EdgeRecord, LINK, NAMELESS};
use crate::{
    ArcId, EdgeId, FactsId, Heading, NodeFacts, NodeFactsId, NodeId, OsmNodeId, OsmWayId, Stops,
    StreetGraph, Topology, TurnRule, WayFacts,
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
    /// Where each edge's shape lies in the pool.
    shapes: Vec<(u32, u32)>,
    shape_pool: Vec<LngLat>,
    names: Vec<String>,
    name_ids: HashMap<String, u32>,
    facts: Vec<WayFacts>,
    facts_ids: HashMap<WayFacts, FactsId>,
    node_facts: BTreeMap<NodeId, NodeFactsId>,
    node_facts_pool: Vec<NodeFacts>,
    node_facts_ids: HashMap<NodeFacts, NodeFactsId>,
    turn_rules: Vec<TurnRule>,
    stops: BTreeMap<EdgeId, Stops>,
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

/// A way whose pieces are being added.
#[derive(Clone, Copy, Debug)]
pub struct BuilderWay {
    way: OsmWayId,
    name: u32,
    facts: FactsId,
}

/// A piece of a way to be added as an edge.
#[derive(Clone, Copy, Debug)]
pub struct PieceSpec<'a> {
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
    /// More modelling nodes than numbers.
    #[error("{0} nodes between junctions are more than one network can hold (2^32 - 2)")]
    TooManyShapes(usize),
    /// More copies or arcs than ids.
    #[error("{0} nodes and {1} arcs are more than one network can hold (2^32 - 1)")]
    TooManyCopies(usize, usize),
    /// A turn restriction whose arcs do not follow one another.
    #[error("the arcs of turn restriction {0} do not follow one another")]
    BrokenChain(usize),
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
        let way = self.way(spec.way, spec.name, spec.facts);
        self.add_piece(
            way,
            PieceSpec {
                start: spec.start,
                end: spec.end,
                length: spec.length,
                way_start: spec.way_start,
                shape: spec.shape,
            },
        )
    }

    /// Prepares a way whose pieces are then added as edges.
    pub fn way(&mut self, way: OsmWayId, name: Option<&str>, facts: WayFacts) -> BuilderWay {
        let facts = self.facts_id(facts);
        self.way_with(way, name, facts)
    }

    /// As [`way`](Self::way), with facts that were added before by [`facts_id`](Self::facts_id).
    pub fn way_with(&mut self, way: OsmWayId, name: Option<&str>, facts: FactsId) -> BuilderWay {
        BuilderWay {
            way,
            name: name.map_or(NAMELESS, |name| self.name_id(name)),
            facts,
        }
    }

    /// Adds a piece of a way as an edge.
    pub fn add_piece(&mut self, way: BuilderWay, piece: PieceSpec<'_>) -> EdgeId {
        let id = EdgeId::from_index(self.edges.len());
        self.edges.push(EdgeRecord {
            start: piece.start,
            end: piece.end,
            length: piece.length,
            way_start: piece.way_start,
            way: way.way,
            name: way.name,
            facts: way.facts,
        });
        // More than that is refused when the network is built.
        let end = |pool: &[LngLat]| u32::try_from(pool.len()).unwrap_or(u32::MAX);
        let from = end(&self.shape_pool);
        self.shape_pool.extend_from_slice(piece.shape);
        self.shapes.push((from, end(&self.shape_pool)));
        id
    }

    /// Says what stands on a node. Facts that stop nobody are not kept.
    pub fn set_node_facts(&mut self, node: NodeId, facts: NodeFacts) {
        if !facts.matters() {
            return;
        }
        let next = NodeFactsId::from_index(self.node_facts_pool.len());
        let id = *self
            .node_facts_ids
            .entry(facts)
            .or_insert_with_key(|facts| {
                self.node_facts_pool.push(facts.clone());
                next
            });
        self.node_facts.insert(node, id);
    }

    /// Adds a turn restriction.
    pub fn add_turn_rule(&mut self, rule: TurnRule) {
        self.turn_rules.push(rule);
    }

    /// Says which signals and crossings are met along an edge.
    pub fn set_stops(&mut self, edge: EdgeId, stops: Stops) {
        if stops != Stops::default() {
            self.stops.insert(edge, stops);
        }
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

    /// Adds facts to the pool, each once.
    pub fn facts_id(&mut self, facts: WayFacts) -> FactsId {
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
        self.node_facts = std::mem::take(&mut self.node_facts)
            .into_iter()
            .map(|(node, facts)| (new_ids[node.index()], facts))
            .collect();

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
        let mut new_ids = vec![EdgeId::new(0); order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_ids[old] = EdgeId::from_index(new);
        }
        self.edges = order.iter().map(|&old| self.edges[old]).collect();
        self.shapes = order.iter().map(|&old| self.shapes[old]).collect();
        for (edge, _) in self.turn_rules.iter_mut().flat_map(|rule| &mut rule.chain) {
            *edge = new_ids[edge.index()];
        }
        self.stops = std::mem::take(&mut self.stops)
            .into_iter()
            .map(|(edge, stops)| (new_ids[edge.index()], stops))
            .collect();
        self.build()
    }

    /// Freezes the network; ids stay as they were given.
    ///
    /// # Errors
    /// When an edge names an unknown node, or there are too many edges.
    ///
    /// Cost: n log n.
    pub fn build(self) -> Result<StreetGraph, BuildError> {
        self.check()?;
        let mut expanded = node_copies::expand(&node_copies::Source {
            n_nodes: self.node_positions.len(),
            edges: &self.edges,
            facts: &self.facts,
            node_facts: &self.node_facts,
            node_facts_pool: &self.node_facts_pool,
            rules: &self.turn_rules,
        });
        let n_nodes = self.node_positions.len() + expanded.copies.len();
        if u32::try_from(n_nodes.max(expanded.arcs.len())).is_err() {
            return Err(BuildError::TooManyCopies(n_nodes, expanded.arcs.len()));
        }
        let mut arcs = std::mem::take(&mut expanded.arcs);
        arcs.sort_unstable();
        let tails = arcs.iter().map(|arc| arc.tail).collect();
        let heads = arcs.iter().map(|arc| arc.head).collect();
        let topology = Topology::new(n_nodes, tails, heads);
        let n_edges = self.edges.len();
        let (first_origin_arc, origin_arcs) = arcs_by_edge(
            n_edges,
            &arcs,
            |runs| matches!(runs, Runs::Street { is_origin, .. } if is_origin),
        );
        let (first_destination_arc, destination_arcs) = arcs_by_edge(
            n_edges,
            &arcs,
            |runs| matches!(runs, Runs::Street { is_destination, .. } if is_destination),
        );
        let (link_arcs, links) = (0..)
            .map(ArcId::new)
            .zip(&arcs)
            .filter_map(|(id, arc)| match arc.runs {
                Runs::Street { .. } => None,
                Runs::Link(link) => Some((id, link)),
            })
            .unzip();
        let arc_edges = arcs
            .iter()
            .map(|arc| match arc.runs {
                Runs::Street { packed, .. } => packed,
                Runs::Link(_) => LINK,
            })
            .collect();
        let (copy_of, copy_layers) = expanded.copies.into_iter().unzip();
        let mut first_gate_edge = vec![0];
        let mut gate_edges: Vec<EdgeId> = Vec::new();
        for edges in &expanded.gate_edges {
            gate_edges.extend(edges);
            first_gate_edge.push(EdgeId::from_index(gate_edges.len()).as_u32());
        }
        Ok(StreetGraph {
            topology,
            node_positions: self.node_positions,
            node_osm_ids: self.node_osm_ids,
            arc_edges,
            edges: self.edges,
            geometry: Geometry::from_shapes(self.shapes.iter().map(|&(from, to)| {
                let (from, to) = (EdgeId::new(from), EdgeId::new(to));
                &self.shape_pool[from.index()..to.index()]
            })),
            first_origin_arc,
            origin_arcs,
            first_destination_arc,
            destination_arcs,
            names: self.names,
            facts: self.facts,
            copy_of,
            copy_layers,
            link_arcs,
            links,
            gates: expanded.gates,
            first_gate_edge,
            gate_edges,
            edge_compounds: expanded.edge_compounds,
            compound_has_layers: expanded.compound_has_layers,
            node_facts: self.node_facts_pool,
            turn_bindings: expanded.bindings,
            turn_sets: expanded.turn_sets,
            stops: self.stops.into_iter().collect(),
            corners: OnceLock::new(),
            rim: Vec::new(),
        })
    }

    fn check(&self) -> Result<(), BuildError> {
        let n_nodes = self.node_positions.len();
        if index(u32::MAX >> 1) <= self.edges.len() {
            return Err(BuildError::TooManyEdges(self.edges.len()));
        }
        if index(u32::MAX) <= self.shape_pool.len() {
            return Err(BuildError::TooManyShapes(self.shape_pool.len()));
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
        for (index, rule) in self.turn_rules.iter().enumerate() {
            let head = |&(edge, heading): &(EdgeId, Heading)| {
                let edge = self.edges.get(edge.index())?;
                Some(match heading {
                    Heading::Forward => (edge.start, edge.end),
                    Heading::Backward => (edge.end, edge.start),
                })
            };
            let joined = |pair: &[(EdgeId, Heading)]| match (head(&pair[0]), head(&pair[1])) {
                (Some(first), Some(second)) => first.1 == second.0,
                _ => false,
            };
            if rule.chain.len() < 2 || !rule.chain.windows(2).all(joined) {
                return Err(BuildError::BrokenChain(index));
            }
        }
        Ok(())
    }
}

/// Arc ids grouped by edge, forward before backward.
fn arcs_by_edge(
    n_edges: usize,
    arcs: &[NewArc],
    keep: impl Fn(Runs) -> bool,
) -> (Vec<u32>, Vec<ArcId>) {
    let packed = |arc: &NewArc| match arc.runs {
        Runs::Street { packed, .. } if keep(arc.runs) => Some(packed),
        _ => None,
    };
    // Counted by edge and direction, then placed in arc order: a counting sort.
    let mut next = vec![0_u32; n_edges * 2 + 1];
    for packed in arcs.iter().filter_map(packed) {
        next[index(packed) + 1] += 1;
    }
    for i in 0..n_edges * 2 {
        next[i + 1] += next[i];
    }
    let first = next.iter().step_by(2).copied().collect();
    let n_kept = next.last().map_or(0, |&n| index(n));
    let mut grouped = vec![ArcId::new(0); n_kept];
    for (id, arc) in (0..).map(ArcId::new).zip(arcs) {
        if let Some(packed) = packed(arc) {
            let place = &mut next[index(packed)];
            grouped[index(*place)] = id;
            *place += 1;
        }
    }
    (first, grouped)
}
