use graph::NodeId;
use units::TravelTime;

use crate::network::{Direction, Network};
use crate::place::Place;
use crate::place_links::PlaceLinks;
use crate::search::SearchStats;
use crate::two_labels::{NO_LABELS, SourceTime, TwoLabels, lower, pack, unpack};

/// The nearest and the second nearest facility of every node and of any place on the streets, from
/// one pass.
///
/// A facility is named by its index; of equally near ones the lower comes first. This is what a map
/// is coloured by and what a preview of an edit asks: the whole city costs one pass, whatever the
/// number of facilities.
#[derive(Clone, Debug)]
pub struct NearestFacilities<'a> {
    facilities: &'a [Place],
    direction: Direction,
    limit: TravelTime,
    nodes: TwoLabels,
    /// The facilities by edge, for trips that never leave one edge.
    on_edges: PlaceLinks,
}

impl<'a> NearestFacilities<'a> {
    /// Times to the nearest facilities ([`Direction::Towards`]), or from them.
    ///
    /// Cost: about twice a search over the nodes within the limit of any facility.
    pub fn new(
        network: &Network<'_>,
        facilities: &'a [Place],
        direction: Direction,
        limit: TravelTime,
    ) -> Self {
        let seeds = (0..).zip(facilities).flat_map(|(id, facility)| {
            let seeds = facility.seeds(network, direction);
            seeds.map(move |(node, time)| (id, node, time))
        });
        // Links read searches *to* the facilities, which run against the direction of the pass.
        let read = match direction {
            Direction::From => Direction::Towards,
            Direction::Towards => Direction::From,
        };
        Self {
            facilities,
            direction,
            limit,
            nodes: TwoLabels::search(network.arcs(direction), seeds, limit),
            on_edges: PlaceLinks::new(network, facilities, read),
        }
    }

    /// Nearest and second nearest of a node.
    pub fn at_node(&self, node: NodeId) -> [Option<SourceTime>; 2] {
        self.nodes.at(node)
    }

    /// Nearest and second nearest of a place, its access included; `None` past the limit.
    ///
    /// Cost: the ends of its edge and the facilities on it.
    pub fn at_place(&self, network: &Network<'_>, place: &Place) -> [Option<SourceTime>; 2] {
        let mut label = NO_LABELS;
        // The trip between the place and a node runs the other way round than the pass.
        let ends = match self.direction {
            Direction::From => Direction::Towards,
            Direction::Towards => Direction::From,
        };
        for (node, link) in place.seeds(network, ends) {
            for found in self.nodes.at(node).into_iter().flatten() {
                self.offer(&mut label, found.source, found.time + link);
            }
        }
        let here = self.on_edges.on_edge_of(network, place, self.facilities);
        for (facility, time) in here {
            self.offer(&mut label, facility, time);
        }
        label.map(|word| (word != u64::MAX).then(|| unpack(word)))
    }

    fn offer(&self, label: &mut [u64; 2], facility: u32, time: TravelTime) {
        if time <= self.limit {
            lower(label, pack(time.as_tenths(), facility));
        }
    }

    /// What the pass did.
    pub fn stats(&self) -> SearchStats {
        self.nodes.stats()
    }
}
