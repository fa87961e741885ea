//! Street graphs drawn by a seed: scattered nodes, streets between some of them, one-ways, loops,
//! parallel streets, islands and dead ends.

use graph::{
    ArcCost, EdgeId, EdgeSpec, Metric, NodeId, OsmNodeId, OsmWayId, StreetGraph,
    StreetGraphBuilder, WayFacts,
};
use proptest::prelude::*;
use reach::{Place, StreetPoint};
use units::{Length, LngLat, LocalPlane, PlanePoint, Speed, TravelTime};

/// How one street may be travelled.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Street {
    pub(crate) a: usize,
    pub(crate) b: usize,
    pub(crate) length_m: u32,
    pub(crate) forward_mm_per_s: u32,
    pub(crate) backward_mm_per_s: u32,
}

/// A network and the streets it was made from; printed in full when a property fails.
#[derive(Clone, Debug)]
pub(crate) struct Streets {
    pub(crate) n_nodes: usize,
    pub(crate) streets: Vec<Street>,
}

impl Streets {
    pub(crate) fn build(&self) -> (StreetGraph, Metric) {
        let plane = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
        let mut builder = StreetGraphBuilder::new();
        for i in 0..self.n_nodes {
            // A sunflower spreads any number of nodes evenly.
            let index = f64::from(u32::try_from(i).unwrap());
            let (radius_m, angle) = (150.0 * index.sqrt(), index * 2.399_963);
            let point = PlanePoint {
                x_m: radius_m * angle.cos(),
                y_m: radius_m * angle.sin(),
            };
            builder.add_node(
                plane.unproject(point),
                OsmNodeId::new(i64::try_from(i).unwrap()),
            );
        }
        for (way, street) in (0..).zip(&self.streets) {
            builder.add_edge(EdgeSpec {
                start: NodeId::from_index(street.a),
                end: NodeId::from_index(street.b),
                length: Length::from_m(street.length_m),
                way_start: Length::from_mm(1_234),
                shape: &[],
                way: OsmWayId::new(way),
                name: None,
                facts: WayFacts::default(),
            });
        }
        let graph = builder.build().unwrap();
        let metric = Metric::from_costs(
            &graph,
            |arc, edge| {
                let street = self.streets[edge.index()];
                let mm_per_s = if graph.arc_is_forward(arc) {
                    street.forward_mm_per_s
                } else {
                    street.backward_mm_per_s
                };
                let speed = Speed::from_mm_per_s(mm_per_s)?;
                Some(ArcCost {
                    speed,
                    delay: TravelTime::from_tenths(street.length_m % 3),
                })
            },
            |_| None,
        );
        (graph, metric)
    }

    /// A place on one of the streets.
    pub(crate) fn place(&self, street: usize, permille: u32, access_tenths: u32) -> Place {
        let street = street % self.streets.len();
        let mm = self.streets[street].length_m * permille;
        Place::new(
            StreetPoint {
                edge: EdgeId::from_index(street),
                offset: Length::from_mm(mm),
            },
            TravelTime::from_tenths(access_tenths),
        )
    }
    /// A place with several street points, the nearest first.
    pub(crate) fn corner(&self, points: &[Spot]) -> Place {
        let (first, further) = points.split_first().expect("a place has a point");
        let at = |&(street, permille, access_tenths): &Spot| {
            let place = self.place(street, permille, access_tenths);
            (place.point, place.access)
        };
        let (point, access) = at(first);
        Place::new(point, access).with_points(further.iter().map(at))
    }
}

/// Street, thousandths of its length, and tenths of a second of access.
pub(crate) type Spot = (usize, u32, u32);

/// The points of a place, one to four of them.
pub(crate) fn corners() -> impl Strategy<Value = Vec<Spot>> {
    let at = prop_oneof![3 => 0_u32..=1_000, 1 => Just(0), 1 => Just(1_000)];
    proptest::collection::vec((0_usize..80, at, 0_u32..300), 1..5)
}

fn speed() -> impl Strategy<Value = u32> {
    prop_oneof![4 => 500_u32..8_000, 1 => Just(0)]
}

/// Random networks of up to 40 nodes.
pub(crate) fn networks() -> impl Strategy<Value = Streets> {
    (2_usize..40).prop_flat_map(|n_nodes| {
        let street = (0..n_nodes, 0..n_nodes, 1_u32..900, speed(), speed()).prop_map(
            |(a, b, length_m, forward_mm_per_s, backward_mm_per_s)| Street {
                a,
                b,
                length_m,
                forward_mm_per_s,
                backward_mm_per_s,
            },
        );
        proptest::collection::vec(street, 1..80)
            .prop_map(move |streets| Streets { n_nodes, streets })
    })
}
