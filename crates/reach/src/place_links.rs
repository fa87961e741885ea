use graph::{ArcId, NodeId};
use rayon::prelude::*;
use units::TravelTime;

use crate::network::{Direction, Network};
use crate::snap::StreetPoint;

/// A place joined to the streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where on the streets.
    pub point: StreetPoint,
    /// Time between the place itself and that point: the walk to the street, a start delay. Paid
    /// once on every trip that begins or ends here.
    pub access: TravelTime,
}

impl Place {
    /// The nodes at which a search from (or towards) this place begins, with the time spent so
    /// far.
    pub fn seeds<'a>(
        &self,
        network: &Network<'a>,
        direction: Direction,
    ) -> impl Iterator<Item = (NodeId, TravelTime)> + use<'a> {
        let (graph, metric) = (network.graph(), network.metric());
        let Place { point, access } = *self;
        let arcs = match direction {
            Direction::From => graph.origin_arcs(point.edge),
            Direction::Towards => graph.destination_arcs(point.edge),
        };
        arcs.iter().filter_map(move |&arc| {
            let (node, time) = match direction {
                Direction::From => (
                    graph.topology().head(arc),
                    metric.time_to_head(graph, arc, point.offset),
                ),
                Direction::Towards => (
                    graph.topology().tail(arc),
                    metric.time_from_tail(graph, arc, point.offset),
                ),
            };
            Some((node, time? + access))
        })
    }
}

/// Places whose ends one thread looks up at a time.
const PLACES_TOGETHER: usize = 1_024;

/// A set of places by the nodes from which a search reads them: what a finished search needs in
/// order to answer for each place without looking at the streets again.
#[derive(Clone, Debug)]
pub struct PlaceLinks {
    direction: Direction,
    first: Vec<u32>,
    links: Vec<(u32, TravelTime)>,
    /// Places by edge, for trips that never leave one edge.
    by_edge: Vec<(graph::EdgeId, u32)>,
}

impl PlaceLinks {
    /// Links for reading a search of this direction: the far ends of its trips.
    ///
    /// Cost: linear in nodes and places.
    pub fn new(network: &Network<'_>, places: &[Place], direction: Direction) -> Self {
        // A search *from* somewhere ends at these places, so it enters their edges by the tail: the
        // same nodes at which a search towards them would begin.
        let entered = match direction {
            Direction::From => Direction::Towards,
            Direction::Towards => Direction::From,
        };
        // Places lie anywhere, so what is looked up for them is in no cache: threads wait for it side
        // by side.
        let pairs: Vec<Vec<(NodeId, u32, TravelTime)>> = places
            .par_chunks(PLACES_TOGETHER)
            .enumerate()
            .map(|(chunk, places)| {
                let mut pairs = Vec::with_capacity(places.len() * 2);
                let first = ArcId::from_index(chunk * PLACES_TOGETHER).as_u32();
                for (id, place) in (first..).zip(places) {
                    let seeds = place.seeds(network, entered);
                    pairs.extend(seeds.map(|(node, time)| (node, id, time)));
                }
                pairs
            })
            .collect();
        let edges = places.iter().map(|place| place.point.edge);
        let mut by_edge: Vec<(graph::EdgeId, u32)> = edges.zip(0..).collect();
        by_edge.sort_unstable();
        // By counting: each pair goes to the next slot of its node, so a node's places keep their
        // order.
        let n_nodes = network.graph().n_nodes();
        let mut first = vec![0_u32; n_nodes + 1];
        for (node, ..) in pairs.iter().flatten() {
            first[node.index() + 1] += 1;
        }
        for node in 0..n_nodes {
            first[node + 1] += first[node];
        }
        let mut next = first.clone();
        let mut links = vec![(0, TravelTime::ZERO); pairs.iter().map(Vec::len).sum()];
        for (node, id, time) in pairs.into_iter().flatten() {
            let slot = &mut next[node.index()];
            links[ArcId::new(*slot).index()] = (id, time);
            *slot += 1;
        }
        Self {
            direction,
            first,
            links,
            by_edge,
        }
    }

    /// Which direction of search these links read.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Number of places.
    pub fn n_places(&self) -> usize {
        self.by_edge.len()
    }

    /// The nodes from which places are entered.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = NodeId> + '_ {
        let ends = self.first.windows(2).enumerate();
        ends.filter(|(_, range)| range[0] < range[1])
            .map(|(node, _)| NodeId::from_index(node))
    }

    /// The places that are entered from a node, each with the time from there.
    pub(crate) fn at(&self, node: NodeId) -> &[(u32, TravelTime)] {
        let start = ArcId::new(self.first[node.index()]).index();
        let end = ArcId::new(self.first[node.index() + 1]).index();
        &self.links[start..end]
    }

    /// The places on the same edge as `place` that are reached without passing a node, each with
    /// its time.
    pub(crate) fn on_edge_of<'a>(
        &'a self,
        network: &'a Network<'_>,
        place: &'a Place,
        places: &'a [Place],
    ) -> impl Iterator<Item = (u32, TravelTime)> + 'a {
        let edge = place.point.edge;
        let start = self.by_edge.partition_point(|&(e, _)| e < edge);
        let here = self.by_edge[start..]
            .iter()
            .take_while(move |&&(e, _)| e == edge);
        here.filter_map(move |&(_, id)| {
            let other = &places[ArcId::new(id).index()];
            let (from, to) = match self.direction {
                Direction::From => (place, other),
                Direction::Towards => (other, place),
            };
            let graph = network.graph();
            let along = graph
                .origin_arcs(edge)
                .iter()
                .filter_map(|&arc| {
                    let (a, b) = (from.point.offset, to.point.offset);
                    network.metric().time_along(graph, arc, a, b)
                })
                .min()?;
            Some((id, along + place.access + other.access))
        })
    }
}
