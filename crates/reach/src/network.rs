use std::sync::{Arc, OnceLock};

use graph::{ArcId, Metric, NodeId, StreetGraph};
use units::TravelTime;

use crate::hierarchy::Hierarchy;
use crate::lanes::LANES;
use crate::order::ContractionOrder;

/// Which way a search runs along the arcs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// With the arcs: what can be reached from a place.
    From,
    /// Against the arcs: from where a place can be reached.
    Towards,
}

/// A street graph under one metric, laid out for searching: only open arcs, times beside heads,
/// both ways.
///
/// Each direction is laid out when it is searched first, in one pass over the arcs (about 1.5 ms per
/// 100,000), so a scenario that closes a street makes a new metric and a new network and touches
/// nothing else; most edits search in one direction only.
#[derive(Clone, Debug)]
pub struct Network<'a> {
    graph: &'a StreetGraph,
    metric: &'a Metric,
    from: OnceLock<SearchArcs>,
    towards: OnceLock<SearchArcs>,
    order: OnceLock<Arc<ContractionOrder>>,
    hierarchy_from: OnceLock<Arc<Hierarchy>>,
    hierarchy_towards: OnceLock<Arc<Hierarchy>>,
}

impl<'a> Network<'a> {
    /// A network whose arcs are laid out on first use, see [`arcs`](Self::arcs).
    pub fn new(graph: &'a StreetGraph, metric: &'a Metric) -> Self {
        Self {
            graph,
            metric,
            from: OnceLock::new(),
            towards: OnceLock::new(),
            order: OnceLock::new(),
            hierarchy_from: OnceLock::new(),
            hierarchy_towards: OnceLock::new(),
        }
    }

    /// As [`new`](Self::new), with an order of the same street graph at hand: for many metrics over
    /// one graph.
    ///
    /// # Panics
    /// When `order` was made for another street graph.
    pub fn with_order(
        graph: &'a StreetGraph,
        metric: &'a Metric,
        order: Arc<ContractionOrder>,
    ) -> Self {
        assert_eq!(
            graph.n_nodes(),
            order.n_nodes(),
            "an order belongs to one street graph"
        );
        Self {
            order: OnceLock::from(order),
            ..Self::new(graph, metric)
        }
    }

    /// The street graph.
    pub fn graph(&self) -> &'a StreetGraph {
        self.graph
    }

    /// The metric.
    pub fn metric(&self) -> &'a Metric {
        self.metric
    }

    /// The order in which batches take the nodes.
    ///
    /// Cost: made on first use, see [`ContractionOrder::new`]; then none.
    pub fn order(&self) -> &Arc<ContractionOrder> {
        self.order
            .get_or_init(|| Arc::new(ContractionOrder::new(self.graph)))
    }

    /// What batches search.
    ///
    /// Cost: made on first use, see [`Hierarchy::new`] and [`order`](Self::order); then none.
    pub fn hierarchy(&self, direction: Direction) -> &Arc<Hierarchy> {
        self.hierarchy_cell(direction)
            .get_or_init(|| Arc::new(Hierarchy::new(self, self.order(), direction)))
    }

    /// Whether rows of this many origins are found sooner as a batch than one by one.
    ///
    /// On Porto (71,731 nodes, 15 minutes at 20 km/h) an order takes about 1.0 µs and a hierarchy
    /// 0.6 µs per node, a search of its own 60 µs and a row of a batch 3 µs: with nothing at hand a
    /// batch pays from one origin for 36 nodes on, with an order from one for 95.
    pub(crate) fn batch_pays(&self, n_origins: usize, direction: Direction) -> bool {
        let nodes_per_origin = if self.hierarchy_cell(direction).get().is_some() {
            usize::MAX
        } else if self.order.get().is_some() {
            95
        } else {
            36
        };
        n_origins >= LANES / 4 && n_origins.saturating_mul(nodes_per_origin) >= self.graph.n_nodes()
    }

    fn hierarchy_cell(&self, direction: Direction) -> &OnceLock<Arc<Hierarchy>> {
        match direction {
            Direction::From => &self.hierarchy_from,
            Direction::Towards => &self.hierarchy_towards,
        }
    }

    /// The arcs as a search in this direction walks them.
    ///
    /// Cost: laid out on first use, linear in the arcs; then none.
    pub fn arcs(&self, direction: Direction) -> &SearchArcs {
        let laid_out = match direction {
            Direction::From => &self.from,
            Direction::Towards => &self.towards,
        };
        laid_out.get_or_init(|| SearchArcs::new(self.graph, self.metric, direction))
    }
}

/// Open arcs in adjacency-array form, each with the node it leads to and its time side by side.
#[derive(Clone, Debug)]
pub struct SearchArcs {
    first: Vec<u32>,
    arcs: Vec<SearchArc>,
}

/// Where an arc leads, how long it takes, and how a search goes on from there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SearchArc {
    pub(crate) node: u32,
    /// The time in the lower bits, [`Onward`] above it: eight bytes, so that more arcs fit the
    /// cache.
    packed: u32,
}

/// How a search goes on after an arc, ways straight back aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Onward {
    /// Several ways: the node waits for its turn.
    Many,
    /// No way: a dead end.
    None,
    /// One way: this arc of the node.
    One(usize),
}

const TIME_BITS: u32 = 30;
const TIME_MASK: u32 = (1 << TIME_BITS) - 1;

impl SearchArc {
    /// Times over three years are cut to that.
    fn new(node: NodeId, tenths: u32) -> Self {
        Self {
            node: node.as_u32(),
            packed: tenths.min(TIME_MASK),
        }
    }

    #[inline]
    pub(crate) fn tenths(self) -> u32 {
        self.packed & TIME_MASK
    }

    #[inline]
    pub(crate) fn onward(self) -> Onward {
        match self.packed >> TIME_BITS {
            0 => Onward::Many,
            1 => Onward::None,
            2 => Onward::One(0),
            _ => Onward::One(1),
        }
    }

    fn set_onward(&mut self, onward: Onward) {
        let code = match onward {
            Onward::Many => 0,
            Onward::None => 1,
            Onward::One(0) => 2,
            Onward::One(_) => 3,
        };
        self.packed = self.tenths() | code << TIME_BITS;
    }
}

impl SearchArcs {
    fn new(graph: &StreetGraph, metric: &Metric, direction: Direction) -> Self {
        let topology = graph.topology();
        let mut first = Vec::with_capacity(topology.n_nodes() + 1);
        let mut arcs: Vec<SearchArc> = Vec::with_capacity(topology.n_arcs());
        let mut push = |arc: ArcId, node: NodeId| {
            if let Some(time) = metric.arc_time(arc) {
                arcs.push(SearchArc::new(node, time.as_tenths()));
            }
            arcs.len()
        };
        let mut end = 0;
        first.push(0);
        for node in topology.nodes() {
            match direction {
                Direction::From => {
                    for arc in topology.out_arcs(node) {
                        end = push(arc, topology.head(arc));
                    }
                }
                Direction::Towards => {
                    for &arc in topology.in_arcs(node) {
                        end = push(arc, topology.tail(arc));
                    }
                }
            }
            first.push(ArcId::from_index(end).as_u32());
        }
        let mut all = Self { first, arcs };
        for tail in topology.nodes() {
            for index in all.range(tail) {
                let onward = all.onward_from(tail, NodeId::new(all.arcs[index].node));
                all.arcs[index].set_onward(onward);
            }
        }
        all
    }

    /// How a search that came from `tail` goes on at `node`: turning back never shortens a trip.
    fn onward_from(&self, tail: NodeId, node: NodeId) -> Onward {
        let leads_back = |arc: &SearchArc| arc.node == tail.as_u32();
        match self.of(node) {
            [] => Onward::None,
            [only] if leads_back(only) => Onward::None,
            [_] => Onward::One(0),
            [a, b] => match (leads_back(a), leads_back(b)) {
                (true, true) => Onward::None,
                (true, false) => Onward::One(1),
                (false, true) => Onward::One(0),
                (false, false) => Onward::Many,
            },
            _ => Onward::Many,
        }
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.first.len() - 1
    }

    /// Number of open arcs.
    pub fn n_arcs(&self) -> usize {
        self.arcs.len()
    }

    /// The arcs of one node, in one slice.
    #[inline]
    pub(crate) fn of(&self, node: NodeId) -> &[SearchArc] {
        &self.arcs[self.range(node)]
    }

    #[inline]
    fn range(&self, node: NodeId) -> std::ops::Range<usize> {
        let start = ArcId::new(self.first[node.index()]).index();
        let end = ArcId::new(self.first[node.index() + 1]).index();
        start..end
    }

    /// Nodes that one open arc leads to from a node, with its time.
    pub fn neighbors(&self, node: NodeId) -> impl Iterator<Item = (NodeId, TravelTime)> + '_ {
        let arcs = self.of(node).iter();
        arcs.map(|arc| (NodeId::new(arc.node), TravelTime::from_tenths(arc.tenths())))
    }
}
