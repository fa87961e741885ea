use graph::{ArcId, EdgeId, NodeId};
use units::{Length, LngLat, TravelTime};

use crate::network::{Direction, Network};
use crate::snap::StreetPoint;

/// A place joined to the streets: a short list of street points, each with its own access time. The
/// best of them counts, at both ends of a trip.
///
/// The first is the nearest; the others are the streets of the junctions beside it
/// ([`Joining`](crate::Joining)). Nearly all places have one point, and take 24 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The nearest street point.
    pub point: StreetPoint,
    /// Time between the place itself and that point: the walk to the street, a start delay. Paid
    /// once on every trip that begins or ends here.
    pub access: TravelTime,
    /// Low bits of where the place itself lies; `NO_SPOT` when nobody said.
    spot: u32,
    more: Option<Box<More>>,
}

/// Marks a place whose spot is not known.
const NO_SPOT: u32 = 0;

/// Places on one spot are joined to one street point, give or take what rounding moves it.
const ONE_POINT: Length = Length::from_m(1);

/// What only a place with a delay or at a junction has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct More {
    /// The part of every access that is no way.
    delay: TravelTime,
    /// Further points and their access times, delay included.
    points: Vec<(StreetPoint, TravelTime)>,
}

impl Place {
    /// A place at one point of the streets.
    pub fn new(point: StreetPoint, access: TravelTime) -> Self {
        Self {
            point,
            access,
            spot: NO_SPOT,
            more: None,
        }
    }

    /// The same place, known to lie on a spot: a trip to another place on that spot takes no way,
    /// whatever the walks to the street are.
    #[must_use]
    pub fn on_spot(mut self, spot: LngLat) -> Self {
        // Half of the bits of each coordinate are alike every 700 m only: further apart than two
        // places can be that are joined to one point.
        let low = |e7: i32| e7.cast_unsigned() & 0xffff;
        self.spot = (low(spot.lng_e7()) << 16 | low(spot.lat_e7())).max(NO_SPOT + 1);
        self
    }

    /// The same place with further street points, each with its own access time.
    #[must_use]
    pub fn with_points(
        mut self,
        points: impl IntoIterator<Item = (StreetPoint, TravelTime)>,
    ) -> Self {
        let mut points = points.into_iter().peekable();
        if points.peek().is_some() {
            self.more.get_or_insert_default().points.extend(points);
        }
        self
    }

    /// The same place with a delay that every trip pays here, also one between two places on one
    /// spot.
    #[must_use]
    pub fn with_delay(mut self, delay: TravelTime) -> Self {
        if delay > TravelTime::ZERO {
            self.access = self.access + delay;
            let more = self.more.get_or_insert_default();
            more.delay = more.delay + delay;
            for (_, access) in &mut more.points {
                *access = *access + delay;
            }
        }
        self
    }

    /// Whether the place has more than one street point.
    pub fn is_corner(&self) -> bool {
        let more = self.more.as_ref();
        more.is_some_and(|more| !more.points.is_empty())
    }

    /// The street points, each with its access time; the nearest comes first.
    pub fn points(&self) -> impl Iterator<Item = (StreetPoint, TravelTime)> + Clone + '_ {
        let further = self
            .more
            .iter()
            .flat_map(|more| more.points.iter().copied());
        std::iter::once((self.point, self.access)).chain(further)
    }

    /// The nodes at which a search from (or towards) this place begins, with the time spent so
    /// far; a node may come several times.
    pub fn seeds<'a>(
        &'a self,
        network: &Network<'a>,
        direction: Direction,
    ) -> impl Iterator<Item = (NodeId, TravelTime)> + use<'a> {
        let (graph, metric) = (network.graph(), network.metric());
        self.points().flat_map(move |(point, access)| {
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
        })
    }

    /// Whether two places are known to lie on one spot.
    pub(crate) fn is_where(&self, other: &Self) -> bool {
        let (a, b) = (self.point, other.point);
        self.spot != NO_SPOT
            && self.spot == other.spot
            && a.edge == b.edge
            && a.offset.max(b.offset) - a.offset.min(b.offset) <= ONE_POINT
    }

    /// The part of the access that is no way.
    pub(crate) fn delay(&self) -> TravelTime {
        let more = self.more.as_ref();
        more.map_or(TravelTime::ZERO, |more| more.delay)
    }

    /// The best trip to another place that stays on one edge, access times included.
    pub(crate) fn time_along(
        &self,
        network: &Network<'_>,
        edge: EdgeId,
        to: &Self,
    ) -> Option<TravelTime> {
        if self.is_where(to) {
            return Some(self.delay() + to.delay());
        }
        let along = self.trips_along(network, edge, to);
        along.map(|(time, ..)| time).min()
    }

    /// The trips to another place that stay on one edge: time with access, arc, and the access
    /// times and points at both ends.
    pub(crate) fn trips_along<'a>(
        &'a self,
        network: &'a Network<'_>,
        edge: EdgeId,
        to: &'a Self,
    ) -> impl Iterator<Item = (TravelTime, ArcId, AccessPoint, AccessPoint)> + 'a {
        let here = move |&(point, _): &AccessPoint| point.edge == edge;
        let pairs = self.points().filter(here).flat_map(move |from| {
            let ends = to.points().filter(here);
            ends.map(move |to| (from, to))
        });
        pairs.flat_map(move |(from, to)| {
            let graph = network.graph();
            graph.origin_arcs(edge).iter().filter_map(move |&arc| {
                let (a, b) = (from.0.offset, to.0.offset);
                let along = network.metric().time_along(graph, arc, a, b)?;
                Some((along + from.1 + to.1, arc, from, to))
            })
        })
    }
}

/// A street point of a place, with its access time.
pub(crate) type AccessPoint = (StreetPoint, TravelTime);
