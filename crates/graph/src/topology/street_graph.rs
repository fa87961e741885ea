use std::collections::BTreeMap;
use std::sync::OnceLock;

use units::{BoundingBox, Length, LngLat, index};

use super::corners::Corners;
use super::geometry::Geometry;
use crate::{
    ArcId, CompoundId, EdgeId, FactsId, Gate, GateId, Layer, Lifted, Link, NodeFacts, NodeFactsId,
    NodeId, OsmNodeId, OsmWayId, Topology, TurnBinding, TurnSetId, WayFacts,
};

/// The street network: topology, positions, lengths, shapes and mapped facts.
///
/// Immutable. An edge may have more than two arcs when nodes have copies (turn restrictions,
/// compounds); all of them share the edge's id, length and shape.
#[derive(Clone, Debug)]
pub struct StreetGraph {
    pub(crate) topology: Topology,
    pub(crate) node_positions: Vec<LngLat>,
    pub(crate) node_osm_ids: Vec<OsmNodeId>,
    /// Per arc: edge and direction, `edge << 1 | backward`; `LINK` for link arcs.
    pub(crate) arc_edges: Vec<u32>,
    pub(crate) edges: Vec<EdgeRecord>,
    pub(crate) geometry: Geometry,
    pub(crate) first_origin_arc: Vec<u32>,
    pub(crate) origin_arcs: Vec<ArcId>,
    pub(crate) first_destination_arc: Vec<u32>,
    pub(crate) destination_arcs: Vec<ArcId>,
    pub(crate) names: Vec<String>,
    pub(crate) facts: Vec<WayFacts>,
    /// Copies of nodes follow the originals: which node each is a copy of, and its layer.
    pub(crate) copy_of: Vec<NodeId>,
    pub(crate) copy_layers: Vec<Layer>,
    /// Link arcs in order, and what each stands for.
    pub(crate) link_arcs: Vec<ArcId>,
    pub(crate) links: Vec<Link>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) first_gate_edge: Vec<u32>,
    pub(crate) gate_edges: Vec<EdgeId>,
    /// Per edge, `NO_COMPOUND` outside; empty when there is no compound at all.
    pub(crate) edge_compounds: Vec<u32>,
    /// Per compound.
    pub(crate) compound_has_layers: Vec<bool>,
    pub(crate) node_facts: Vec<NodeFacts>,
    pub(crate) turn_bindings: Vec<TurnBinding>,
    pub(crate) turn_sets: Vec<Vec<u32>>,
    /// Edges with signals or crossings, in order.
    pub(crate) stops: Vec<(EdgeId, Stops)>,
    /// What meets at each node, once somebody asks.
    pub(crate) corners: OnceLock<Corners>,
    /// Nodes that lost a street to a cut, in order; not kept in files.
    pub(crate) rim: Vec<NodeId>,
}

/// Signals and crossings met along an edge, forward then backward; those at the end of travel are
/// counted, those at its beginning are not. Their delay is paid at the end of the edge, so a trip
/// that ends on the edge does not pay it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stops {
    /// Traffic signals.
    pub signals: [u8; 2],
    /// Crossings without signals.
    pub crossings: [u8; 2],
}

/// Marks an edge outside every compound.
pub(crate) const NO_COMPOUND: u32 = u32::MAX;

/// Marks an arc that belongs to no edge.
pub(crate) const LINK: u32 = u32::MAX;
/// Marks an edge without a name.
pub(crate) const NAMELESS: u32 = u32::MAX;

/// What is kept per edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EdgeRecord {
    pub(crate) start: NodeId,
    pub(crate) end: NodeId,
    pub(crate) length: Length,
    pub(crate) way_start: Length,
    pub(crate) way: OsmWayId,
    pub(crate) name: u32,
    pub(crate) facts: FactsId,
}

impl StreetGraph {
    /// Who is joined to whom.
    pub fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Number of nodes, copies included.
    pub fn n_nodes(&self) -> usize {
        self.topology.n_nodes()
    }

    /// Number of arcs, link arcs included.
    pub fn n_arcs(&self) -> usize {
        self.topology.n_arcs()
    }

    /// Number of edges.
    pub fn n_edges(&self) -> usize {
        self.edges.len()
    }

    /// All edges in order.
    pub fn edges(&self) -> impl ExactSizeIterator<Item = EdgeId> + Clone + use<> {
        (0..self.edges.len()).map(EdgeId::from_index)
    }

    /// Number of nodes that are no copies; copies have the higher ids.
    pub fn n_original_nodes(&self) -> usize {
        self.n_nodes() - self.copy_of.len()
    }

    /// The node that a node is a copy of; itself when it is no copy.
    pub fn original(&self, node: NodeId) -> NodeId {
        match node.index().checked_sub(self.n_original_nodes()) {
            Some(copy) => self.copy_of[copy],
            None => node,
        }
    }

    /// Which part of a trip a node serves.
    pub fn layer(&self, node: NodeId) -> Layer {
        match node.index().checked_sub(self.n_original_nodes()) {
            Some(copy) => self.copy_layers[copy],
            None => Layer::Public,
        }
    }

    /// What a link arc stands for; `None` for an arc of an edge.
    ///
    /// Cost: logarithmic in the link arcs.
    pub fn link(&self, arc: ArcId) -> Option<Link> {
        let at = self.link_arcs.binary_search(&arc).ok()?;
        Some(self.links[at])
    }

    /// All link arcs in order, with what they stand for.
    pub fn links(&self) -> impl ExactSizeIterator<Item = (ArcId, Link)> + '_ {
        self.link_arcs
            .iter()
            .copied()
            .zip(self.links.iter().copied())
    }

    /// Number of gates, mapped and implied.
    pub fn n_gates(&self) -> usize {
        self.gates.len()
    }

    /// All gates, mapped and implied, by node.
    pub fn gates(&self) -> impl Iterator<Item = (GateId, &Gate)> + '_ {
        (0..).map(GateId::new).zip(&self.gates)
    }

    /// A gate.
    pub fn gate(&self, gate: GateId) -> &Gate {
        &self.gates[gate.index()]
    }

    /// What stands at a gate; `None` for an implied one.
    pub fn gate_facts(&self, gate: GateId) -> Option<&NodeFacts> {
        let facts: NodeFactsId = self.gate(gate).mapped?;
        Some(&self.node_facts[facts.index()])
    }

    /// The streets that meet at a gate.
    pub fn gate_edges(&self, gate: GateId) -> &[EdgeId] {
        let start = EdgeId::new(self.first_gate_edge[gate.index()]).index();
        let end = EdgeId::new(self.first_gate_edge[gate.index() + 1]).index();
        &self.gate_edges[start..end]
    }

    /// The gate on a node of the source data, as a plan names it.
    ///
    /// Cost: linear in the gates.
    pub fn gate_on(&self, node: OsmNodeId) -> Option<GateId> {
        let here = |(_, gate): &(GateId, &Gate)| self.node_osm_id(gate.node) == node;
        self.gates().find(here).map(|(id, _)| id)
    }

    /// Number of compounds, over all profiles.
    pub fn n_compounds(&self) -> usize {
        self.compound_has_layers.len()
    }

    /// The compound that an edge lies in: a connected region of streets that somebody may enter
    /// but not pass, by their own tags or where some policy shuts the gates around them.
    pub fn edge_compound(&self, edge: EdgeId) -> Option<CompoundId> {
        let compound = *self.edge_compounds.get(edge.index())?;
        (compound != NO_COMPOUND).then(|| CompoundId::new(compound))
    }

    /// The compound that a way of the source data lies in, as a plan names it: the one with the
    /// lowest id when the way passes through several.
    ///
    /// Cost: linear in the edges.
    pub fn compound_of_way(&self, way: OsmWayId) -> Option<CompoundId> {
        let on_way = self.edges().filter(|&edge| self.edge_way(edge) == way);
        on_way.filter_map(|edge| self.edge_compound(edge)).min()
    }

    /// A way in each compound, by compound: the lowest that
    /// [`compound_of_way`](Self::compound_of_way) leads back from; `None` where every way belongs
    /// to another compound as well.
    ///
    /// Cost: linear in the edges.
    pub fn compound_ways(&self) -> Vec<Option<OsmWayId>> {
        let mut compound_of: BTreeMap<OsmWayId, CompoundId> = BTreeMap::new();
        for edge in self.edges() {
            if let Some(compound) = self.edge_compound(edge) {
                let lowest = compound_of.entry(self.edge_way(edge)).or_insert(compound);
                *lowest = compound.min(*lowest);
            }
        }
        let mut ways = vec![None; self.n_compounds()];
        for (way, compound) in compound_of {
            ways[compound.index()].get_or_insert(way);
        }
        ways
    }

    /// Whether the streets of a compound have arcs in all layers; one with a single entrance and
    /// the same rules for everybody needs none.
    pub fn compound_has_layers(&self, compound: CompoundId) -> bool {
        self.compound_has_layers[compound.index()]
    }

    /// Whom the turn restrictions bind that a link arc leaves behind.
    pub fn turn_bindings(&self, set: TurnSetId) -> impl Iterator<Item = &TurnBinding> + '_ {
        let bindings = self.turn_sets[set.index()].iter();
        bindings.map(|&binding| &self.turn_bindings[index(binding)])
    }

    /// Edges with signals or crossings, in order.
    pub fn stops(&self) -> &[(EdgeId, Stops)] {
        &self.stops
    }

    /// The nodes behind which streets go on that a cut left out ([`cut`](Self::cut)), in order.
    pub fn rim(&self) -> &[NodeId] {
        &self.rim
    }

    /// The box around an edge.
    pub fn edge_box(&self, edge: EdgeId) -> BoundingBox {
        BoundingBox::of(self.edge_shape(edge)).expect("a shape has two ends")
    }

    /// Whether a place joins this street only when no other lies near: it runs above the ground or
    /// below it.
    pub fn edge_is_lifted(&self, edge: EdgeId) -> Option<Lifted> {
        Lifted::of(self.edge_facts(edge).flags)
    }

    /// Where a node lies.
    pub fn node_position(&self, node: NodeId) -> LngLat {
        self.node_positions[self.original(node).index()]
    }

    /// The node's id in the source data.
    pub fn node_osm_id(&self, node: NodeId) -> OsmNodeId {
        self.node_osm_ids[self.original(node).index()]
    }

    /// The edge that an arc runs along; `None` for a link arc.
    pub fn arc_edge(&self, arc: ArcId) -> Option<EdgeId> {
        let packed = self.arc_edges[arc.index()];
        (packed != LINK).then(|| EdgeId::new(packed >> 1))
    }

    /// Whether an arc runs from the start of its edge to the end; `false` for a link arc.
    pub fn arc_is_forward(&self, arc: ArcId) -> bool {
        let packed = self.arc_edges[arc.index()];
        packed != LINK && packed & 1 == 0
    }

    /// Length of an arc; link arcs have none.
    pub fn arc_length(&self, arc: ArcId) -> Length {
        self.arc_edge(arc)
            .map_or(Length::ZERO, |edge| self.edge_length(edge))
    }

    /// The two ends of an edge: where its shape starts and where it ends.
    pub fn edge_ends(&self, edge: EdgeId) -> (NodeId, NodeId) {
        let record = &self.edges[edge.index()];
        (record.start, record.end)
    }

    /// Length of an edge.
    pub fn edge_length(&self, edge: EdgeId) -> Length {
        self.edges[edge.index()].length
    }

    /// How far from the beginning of its way an edge starts, in the way's direction.
    ///
    /// Times are rounded at such cumulative positions, so that they do not depend on how a way is
    /// cut.
    pub fn edge_way_start(&self, edge: EdgeId) -> Length {
        self.edges[edge.index()].way_start
    }

    /// The way that an edge was cut from.
    pub fn edge_way(&self, edge: EdgeId) -> OsmWayId {
        self.edges[edge.index()].way
    }

    /// The street's name, when mapped.
    pub fn edge_name(&self, edge: EdgeId) -> Option<&str> {
        let name = self.edges[edge.index()].name;
        self.names.get(index(name)).map(String::as_str)
    }

    /// What was mapped about the street.
    pub fn edge_facts(&self, edge: EdgeId) -> &WayFacts {
        &self.facts[self.edges[edge.index()].facts.index()]
    }

    /// Whether an edge is no street of the map but a straight way across an area.
    pub fn is_across_area(&self, edge: EdgeId) -> bool {
        self.edge_facts(edge)
            .flags
            .contains(crate::WayFlags::ACROSS_AREA)
    }

    /// Which entry of [`facts`](Self::facts) describes an edge.
    pub fn edge_facts_id(&self, edge: EdgeId) -> FactsId {
        self.edges[edge.index()].facts
    }

    /// The pool of facts.
    pub fn facts(&self) -> &[WayFacts] {
        &self.facts
    }

    /// The shape of an edge from start to end, both ends included.
    pub fn edge_shape(&self, edge: EdgeId) -> impl Iterator<Item = LngLat> + Clone + '_ {
        let record = self.edges[edge.index()];
        std::iter::once(self.node_position(record.start))
            .chain(self.geometry.shape(edge).iter().copied())
            .chain(std::iter::once(self.node_position(record.end)))
    }

    /// The arcs on which a trip that begins on this edge may set out.
    ///
    /// Two for a plain edge, one for each direction, whether or not a metric opens them.
    pub fn origin_arcs(&self, edge: EdgeId) -> &[ArcId] {
        slice(&self.first_origin_arc, &self.origin_arcs, edge)
    }

    /// The arcs on which a trip that ends on this edge may arrive: all arcs of the edge; none for a
    /// ferry, on which no trip begins or ends.
    pub fn destination_arcs(&self, edge: EdgeId) -> &[ArcId] {
        slice(&self.first_destination_arc, &self.destination_arcs, edge)
    }

    /// The box around all nodes and shapes; `None` for an empty graph.
    ///
    /// Cost: linear.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        BoundingBox::of(
            self.node_positions.iter().copied().chain(
                self.edges()
                    .flat_map(|edge| self.geometry.shape(edge).iter().copied()),
            ),
        )
    }
}

fn slice<'a>(first: &[u32], arcs: &'a [ArcId], edge: EdgeId) -> &'a [ArcId] {
    let start = ArcId::new(first[edge.index()]).index();
    let end = ArcId::new(first[edge.index() + 1]).index();
    &arcs[start..end]
}
