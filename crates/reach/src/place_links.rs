use graph::{ArcId, EdgeId, NodeId};
use rayon::prelude::*;
use units::TravelTime;

use crate::network::{Direction, Network};
use crate::place::Place;

/// Places whose ends one thread looks up at a time.
const PLACES_TOGETHER: usize = 1_024;

/// Of the links of one place, which begin at `first`, keeps the best of each node.
fn keep_best(pairs: &mut Vec<(NodeId, u32, TravelTime)>, first: usize) {
    let mut own = pairs.split_off(first);
    own.sort_unstable();
    own.dedup_by_key(|&mut (node, ..)| node);
    pairs.extend(own);
}

/// A set of places by the nodes from which a search reads them: what a finished search needs in
/// order to answer for each place without looking at the streets again.
#[derive(Clone, Debug)]
pub struct PlaceLinks {
    direction: Direction,
    first: Vec<u32>,
    links: Vec<(u32, TravelTime)>,
    /// Places by edge, for trips that never leave one edge.
    by_edge: Vec<(EdgeId, u32)>,
    n_places: usize,
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
                    let own = pairs.len();
                    pairs.extend(seeds.map(|(node, time)| (node, id, time)));
                    if place.is_corner() {
                        keep_best(&mut pairs, own);
                    }
                }
                pairs
            })
            .collect();
        let mut by_edge: Vec<(EdgeId, u32)> = Vec::with_capacity(places.len());
        for (id, place) in (0..).zip(places) {
            by_edge.extend(place.points().map(|(point, _)| (point.edge, id)));
        }
        by_edge.sort_unstable();
        by_edge.dedup();
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
            n_places: places.len(),
        }
    }

    /// Which direction of search these links read.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Number of places.
    pub fn n_places(&self) -> usize {
        self.n_places
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

    /// The places that share an edge with `place` and are reached without passing a node, each with
    /// its time; a place may come several times.
    pub(crate) fn on_edge_of<'a>(
        &'a self,
        network: &'a Network<'_>,
        place: &'a Place,
        places: &'a [Place],
    ) -> impl Iterator<Item = (u32, TravelTime)> + 'a {
        place.points().flat_map(move |(point, _)| {
            let start = self.by_edge.partition_point(|&(e, _)| e < point.edge);
            let here = self.by_edge[start..].iter();
            here.take_while(move |&&(edge, _)| edge == point.edge)
                .filter_map(move |&(edge, id)| {
                    let other = &places[ArcId::new(id).index()];
                    let (from, to) = match self.direction {
                        Direction::From => (place, other),
                        Direction::Towards => (other, place),
                    };
                    Some((id, from.time_along(network, edge, to)?))
                })
        })
    }
}
