use graph::{ArcId, Metric, NodeId, StreetGraph};
use units::TravelTime;

use crate::network::Direction;

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
    /// Cost: linear in the arcs, about 1.5 ms for each 100,000.
    pub(crate) fn new(graph: &StreetGraph, metric: &Metric, direction: Direction) -> Self {
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
