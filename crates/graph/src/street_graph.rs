use units::{BoundingBox, Length, LngLat};

use crate::geometry::Geometry;
use crate::{ArcId, EdgeId, FactsId, NodeId, OsmNodeId, OsmWayId, Topology, WayFacts};

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
}

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

    /// Where a node lies.
    pub fn node_position(&self, node: NodeId) -> LngLat {
        self.node_positions[node.index()]
    }

    /// The node's id in the source data.
    pub fn node_osm_id(&self, node: NodeId) -> OsmNodeId {
        self.node_osm_ids[node.index()]
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
        self.names
            .get(FactsId::new(name).index())
            .map(String::as_str)
    }

    /// What was mapped about the street.
    pub fn edge_facts(&self, edge: EdgeId) -> &WayFacts {
        &self.facts[self.edges[edge.index()].facts.index()]
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

    /// The arcs on which a trip that ends on this edge may arrive: all arcs of the edge.
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
