use petgraph::visit::{
    Data, EdgeRef, GraphBase, GraphRef, IntoEdgeReferences, IntoEdges, IntoNeighbors,
    IntoNeighborsDirected, IntoNodeIdentifiers, NodeCount, NodeIndexable, VisitMap, Visitable,
};
use petgraph::{Direction, Incoming};
use units::TravelTime;

use crate::{ArcId, Metric, NodeId, StreetGraph};

/// petgraph's visit traits on our arrays: open arcs as directed edges, weighted by time.
///
/// For components and for oracles in tests, never for a hot loop: petgraph's Dijkstra keeps labels
/// in a hash map and knows no limit.
///
/// ```
/// use graph::{Metric, PetgraphView, picture};
/// use units::{Length, Speed};
///
/// let map = picture::streets("A--B--C", Length::from_m(100)).expect("a drawing");
/// let metric = Metric::uniform(&map.graph, Speed::from_mm_per_s(10_000).expect("positive"));
/// let view = PetgraphView::new(&map.graph, &metric);
/// let times = petgraph::algo::dijkstra(view, map.node('A').expect("drawn"), None, |arc| {
///     arc.time.as_tenths()
/// });
/// assert_eq!(times[&map.node('C').expect("drawn")], 600);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PetgraphView<'a> {
    graph: &'a StreetGraph,
    metric: &'a Metric,
}

impl<'a> PetgraphView<'a> {
    /// The open arcs of a metric.
    pub fn new(graph: &'a StreetGraph, metric: &'a Metric) -> Self {
        Self { graph, metric }
    }

    fn open_arc(self, arc: ArcId) -> Option<OpenArc> {
        let time = self.metric.arc_time(arc)?;
        let topology = self.graph.topology();
        Some(OpenArc {
            id: arc,
            tail: topology.tail(arc),
            head: topology.head(arc),
            time,
        })
    }
}

/// An arc that may be travelled.
#[derive(Clone, Copy, Debug)]
pub struct OpenArc {
    /// Its id.
    pub id: ArcId,
    /// The node it leaves.
    pub tail: NodeId,
    /// The node it enters.
    pub head: NodeId,
    /// Time along it.
    pub time: TravelTime,
}

impl EdgeRef for OpenArc {
    type NodeId = NodeId;
    type EdgeId = ArcId;
    type Weight = TravelTime;
    fn source(&self) -> NodeId {
        self.tail
    }
    fn target(&self) -> NodeId {
        self.head
    }
    fn weight(&self) -> &TravelTime {
        &self.time
    }
    fn id(&self) -> ArcId {
        self.id
    }
}

impl GraphBase for PetgraphView<'_> {
    type NodeId = NodeId;
    type EdgeId = ArcId;
}

impl GraphRef for PetgraphView<'_> {}

impl Data for PetgraphView<'_> {
    type NodeWeight = ();
    type EdgeWeight = TravelTime;
}

impl NodeCount for PetgraphView<'_> {
    fn node_count(&self) -> usize {
        self.graph.n_nodes()
    }
}

impl NodeIndexable for PetgraphView<'_> {
    fn node_bound(&self) -> usize {
        self.graph.n_nodes()
    }
    fn to_index(&self, node: NodeId) -> usize {
        node.index()
    }
    fn from_index(&self, index: usize) -> NodeId {
        NodeId::from_index(index)
    }
}

type Boxed<'a, T> = Box<dyn Iterator<Item = T> + 'a>;

impl<'a> IntoNodeIdentifiers for PetgraphView<'a> {
    type NodeIdentifiers = Boxed<'a, NodeId>;
    fn node_identifiers(self) -> Self::NodeIdentifiers {
        Box::new(self.graph.topology().nodes())
    }
}

impl<'a> IntoEdgeReferences for PetgraphView<'a> {
    type EdgeRef = OpenArc;
    type EdgeReferences = Boxed<'a, OpenArc>;
    fn edge_references(self) -> Self::EdgeReferences {
        Box::new(
            self.graph
                .topology()
                .arcs()
                .filter_map(move |arc| self.open_arc(arc)),
        )
    }
}

impl<'a> IntoEdges for PetgraphView<'a> {
    type Edges = Boxed<'a, OpenArc>;
    fn edges(self, node: NodeId) -> Self::Edges {
        Box::new(
            self.graph
                .topology()
                .out_arcs(node)
                .filter_map(move |arc| self.open_arc(arc)),
        )
    }
}

impl<'a> IntoNeighbors for PetgraphView<'a> {
    type Neighbors = Boxed<'a, NodeId>;
    fn neighbors(self, node: NodeId) -> Self::Neighbors {
        Box::new(self.edges(node).map(|arc| arc.head))
    }
}

impl<'a> IntoNeighborsDirected for PetgraphView<'a> {
    type NeighborsDirected = Boxed<'a, NodeId>;
    fn neighbors_directed(self, node: NodeId, direction: Direction) -> Self::NeighborsDirected {
        if direction == Incoming {
            let arcs = self.graph.topology().in_arcs(node).iter();
            Box::new(
                arcs.filter_map(move |&arc| self.open_arc(arc))
                    .map(|arc| arc.tail),
            )
        } else {
            self.neighbors(node)
        }
    }
}

/// The set of visited nodes of a petgraph walk.
#[derive(Clone, Debug)]
pub struct VisitedNodes(Vec<bool>);

impl VisitMap<NodeId> for VisitedNodes {
    fn visit(&mut self, node: NodeId) -> bool {
        !std::mem::replace(&mut self.0[node.index()], true)
    }
    fn is_visited(&self, node: &NodeId) -> bool {
        self.0[node.index()]
    }
    fn unvisit(&mut self, node: NodeId) -> bool {
        std::mem::replace(&mut self.0[node.index()], false)
    }
}

impl Visitable for PetgraphView<'_> {
    type Map = VisitedNodes;
    fn visit_map(&self) -> VisitedNodes {
        VisitedNodes(vec![false; self.graph.n_nodes()])
    }
    fn reset_map(&self, map: &mut VisitedNodes) {
        map.0.clear();
        map.0.resize(self.graph.n_nodes(), false);
    }
}
