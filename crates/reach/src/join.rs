use graph::{ArcId, CompoundId, EdgeEnd, EdgeId, Link, NodeId, Standing, StreetGraph};
use units::{Length, LngLat, Speed, TravelTime};

use crate::network::Network;
use crate::place::Place;
use crate::snap::{Snap, SnapIndex, StreetPoint};

/// How far from a street a place may lie and still be joined to it, unless somebody says otherwise:
/// for plans, tables, isochrones and the server alike.
///
/// Wide enough for a charging site behind a building (three quarters of the demo city's stations
/// lie within 48 m), too narrow to reach across a river.
pub const JOIN_RADIUS: Length = Length::from_m(150);

/// A junction this near along the streets is joined as well.
pub const JUNCTION_REACH: Length = Length::from_m(25);

/// A place on the street this near to a junction lies on it.
const ON_JUNCTION: Length = Length::from_m(1);

/// A place this near to a node stands on it, so that of two edges neither is nearer; then the node
/// need not be a junction.
const AT_NODE: Length = Length::from_mm(10);

/// Between these distances from a junction it is told that an answer hangs on
/// [`JUNCTION_REACH`].
const IN_DOUBT: (Length, Length) = (Length::from_m(20), Length::from_m(30));

/// Speed between a place's nearest street point and a junction, in millimetres per second; slower
/// where walkers are slower.
const STRETCH_MM_PER_S: u32 = 1_200;

/// The rule by which positions become places: one for plans, tables, isochrones and the server.
///
/// A place joins the nearest usable street within the radius, scraps, tunnels and bridges aside
/// ([`SnapIndex::choose`]). Where a junction lies within
/// [`JUNCTION_REACH`] along the streets, it joins the junction as well: it begins (and ends) on each
/// of the streets there, after the walk to it. That stretch is walked along streets that are open
/// here in some direction and open on foot, against a one-way too, never past a barrier or a gate
/// and never into or out of a compound. So a place at a corner begins on all its streets at once,
/// whatever the edges are numbered.
///
/// A *junction* is a node where three or more street ends meet, or two of which one leads on
/// otherwise than the other: a one-way street on one side. Copies of a node are one junction. A
/// junction that the place reaches and leaves along the streets as fast as on foot is left out,
/// since nothing hangs on it.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    network: &'a Network<'a>,
    index: &'a SnapIndex,
    radius: Length,
    walk_speed: Option<Speed>,
}

/// A position joined to the streets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    /// The place.
    pub place: Place,
    /// Its nearest street point.
    pub snap: Snap,
    /// How far along the streets a junction lies from that point, when it is 20 to 30 m and the
    /// junction gives, or would give, times that the nearest point alone does not; of several the
    /// one nearest to [`JUNCTION_REACH`].
    pub doubt: Option<Length>,
}

impl<'a> Joining<'a> {
    /// Joins places to the indexed streets within a radius; the walk to the street counts at
    /// `walk_speed`, not at all when there is none.
    pub fn new(
        network: &'a Network<'a>,
        index: &'a SnapIndex,
        radius: Length,
        walk_speed: Option<Speed>,
    ) -> Self {
        Self {
            network,
            index,
            radius,
            walk_speed,
        }
    }

    /// Joins a position; `None` when no indexed street lies within the radius.
    ///
    /// Cost: one lookup in the index, and the streets within 30 m of the point found.
    pub fn join(&self, position: LngLat) -> Option<Joined> {
        let snap = self
            .index
            .choose(self.network.graph(), position, self.radius)?;
        Some(self.at(position, snap))
    }

    /// Joins a position whose street has been chosen.
    ///
    /// Cost: the streets within 30 m of the point.
    pub fn at(&self, position: LngLat, snap: Snap) -> Joined {
        let access = self.walk_speed.map_or(TravelTime::ZERO, |speed| {
            speed.time_between(0, u64::from(snap.walk.as_mm()))
        });
        let stretches = Stretches::from(self.network, snap.point, IN_DOUBT.1);
        let points = stretches.points(self.network, JUNCTION_REACH, access);
        Joined {
            place: Place::new(snap.point, access)
                .on_spot(position)
                .with_points(points),
            snap,
            doubt: stretches.nearest_to_reach(IN_DOUBT),
        }
    }
}

impl Place {
    /// A place on the streets that stands for street itself: it keeps its point, without a walk,
    /// and joins a junction only when it lies on it.
    ///
    /// Cost: next to nothing, but on junctions.
    pub fn on_street(network: &Network<'_>, point: StreetPoint, position: LngLat) -> Self {
        let place = Self::new(point, TravelTime::ZERO).on_spot(position);
        let rest = network.graph().edge_length(point.edge) - point.offset;
        if point.offset > ON_JUNCTION && rest > ON_JUNCTION {
            return place;
        }
        let stretches = Stretches::from(network, point, ON_JUNCTION);
        place.with_points(stretches.points(network, ON_JUNCTION, TravelTime::ZERO))
    }
}

/// The junctions that are walked to from a street point, nearest first.
struct Stretches {
    compound: Option<CompoundId>,
    junctions: Vec<Junction>,
}

/// A junction worth joining.
struct Junction {
    node: NodeId,
    distance: Length,
    walk: TravelTime,
}

impl Stretches {
    fn from(network: &Network<'_>, point: StreetPoint, reach: Length) -> Self {
        let compound = network.graph().edge_compound(point.edge);
        let mut walk = Walk {
            network,
            compound,
            reach,
            nodes: Vec::new(),
        };
        walk.set_out(point);
        let mut junctions = Vec::new();
        while let Some(mut here) = walk.nearest() {
            if !walk.is_passable(here.node) {
                continue;
            }
            let walked = tenths_up(here.micros);
            let is_joined = here.distance <= AT_NODE || walk.is_junction(here.node);
            if is_joined && !walk.is_ridden_as_fast(&here, walked) {
                junctions.push(Junction {
                    node: here.node,
                    distance: here.distance,
                    walk: walked,
                });
                // Who joins it begins and ends there after the walk.
                if here.distance <= JUNCTION_REACH {
                    here.from_place = Some(walked);
                    here.to_place = Some(walked);
                }
            }
            walk.go_on_from(&here);
        }
        Self {
            compound,
            junctions,
        }
    }

    /// The street points of the junctions within a distance, with their access times.
    fn points<'a>(
        &'a self,
        network: &'a Network<'_>,
        within: Length,
        access: TravelTime,
    ) -> impl Iterator<Item = (StreetPoint, TravelTime)> + 'a {
        let near = self.junctions.iter().filter(move |j| j.distance <= within);
        near.flat_map(move |junction| {
            let ends = usable_ends(network, junction.node, self.compound);
            ends.map(move |end| {
                let point = StreetPoint {
                    edge: end.edge,
                    offset: end.offset(network.graph()),
                };
                (point, access + junction.walk)
            })
        })
    }

    fn nearest_to_reach(&self, (low, high): (Length, Length)) -> Option<Length> {
        let distances = self.junctions.iter().map(|junction| junction.distance);
        let between = distances.filter(|&distance| low <= distance && distance <= high);
        between.min_by_key(|distance| distance.as_mm().abs_diff(JUNCTION_REACH.as_mm()))
    }
}

/// A node on the way.
#[derive(Clone, Copy)]
struct Walked {
    node: NodeId,
    distance: Length,
    micros: u64,
    /// Time along the streets from the place to the node and back, as the way walked shows them;
    /// none where that way may not be travelled or a rule depends on how one came.
    from_place: Option<TravelTime>,
    to_place: Option<TravelTime>,
    is_settled: bool,
}

/// A walk from a street point along all streets around.
struct Walk<'a> {
    network: &'a Network<'a>,
    compound: Option<CompoundId>,
    reach: Length,
    nodes: Vec<Walked>,
}

impl Walk<'_> {
    /// Walks to both ends of the point's edge.
    fn set_out(&mut self, point: StreetPoint) {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        let (start, end) = graph.edge_ends(point.edge);
        let walking = stretch_speed(graph, point.edge);
        for (node, is_last) in [(start, false), (end, true)] {
            let here = EdgeEnd {
                edge: point.edge,
                is_last,
            };
            let offset = here.offset(graph);
            let distance = offset.max(point.offset) - offset.min(point.offset);
            let speed = match walking {
                Some(speed) => speed,
                // Who stands on the junction walks no stretch of the street.
                None if distance <= ON_JUNCTION => slowest(None),
                None => continue,
            };
            let arcs = graph.destination_arcs(point.edge).iter();
            let leads_here = |arc: &&ArcId| graph.arc_is_forward(**arc) == is_last;
            let there = arcs.clone().filter(leads_here).filter_map(|&arc| {
                let is_plain = graph.topology().head(arc) == node;
                metric
                    .time_to_head(graph, arc, point.offset)
                    .filter(|_| is_plain)
            });
            let back = arcs.filter(|arc| !leads_here(arc)).filter_map(|&arc| {
                let is_plain = graph.topology().tail(arc) == node;
                metric
                    .time_from_tail(graph, arc, point.offset)
                    .filter(|_| is_plain)
            });
            self.offer(Walked {
                node,
                distance,
                micros: micros(distance, speed),
                from_place: there.min(),
                to_place: back.min(),
                is_settled: false,
            });
        }
    }

    /// Walks on along the streets that meet at a node.
    fn go_on_from(&mut self, here: &Walked) {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        let topology = graph.topology();
        for end in usable_ends(self.network, here.node, self.compound) {
            let Some(speed) = stretch_speed(graph, end.edge) else {
                continue;
            };
            let beyond = end.beyond(graph);
            let length = graph.edge_length(end.edge);
            let arcs = graph.destination_arcs(end.edge).iter();
            let time = |from: NodeId, to: NodeId, is_forward: bool| {
                let plain = arcs.clone().filter(move |&&arc| {
                    graph.arc_is_forward(arc) == is_forward
                        && topology.tail(arc) == from
                        && topology.head(arc) == to
                });
                plain.filter_map(|&arc| metric.arc_time(arc)).min()
            };
            let there = time(here.node, beyond, !end.is_last);
            let back = time(beyond, here.node, end.is_last);
            self.offer(Walked {
                node: beyond,
                distance: here.distance + length,
                micros: here.micros + micros(length, speed),
                from_place: here.from_place.zip(there).map(|(a, b)| a + b),
                to_place: here.to_place.zip(back).map(|(a, b)| a + b),
                is_settled: false,
            });
        }
    }

    fn offer(&mut self, offered: Walked) {
        if offered.distance > self.reach {
            return;
        }
        let Some(known) = self.nodes.iter_mut().find(|n| n.node == offered.node) else {
            self.nodes.push(offered);
            return;
        };
        if known.is_settled {
            return;
        }
        let sooner = |a: Option<TravelTime>, b| [a, b].into_iter().flatten().min();
        known.from_place = sooner(known.from_place, offered.from_place);
        known.to_place = sooner(known.to_place, offered.to_place);
        if offered.distance < known.distance {
            known.distance = offered.distance;
            known.micros = offered.micros;
        }
    }

    /// Settles the nearest node that is not.
    fn nearest(&mut self) -> Option<Walked> {
        let open = self.nodes.iter_mut().filter(|node| !node.is_settled);
        let nearest = open.min_by_key(|node| node.distance)?;
        nearest.is_settled = true;
        Some(*nearest)
    }

    /// Whether nothing stands on a node that stops a walker or what the walker brings along.
    fn is_passable(&self, node: NodeId) -> bool {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        let topology = graph.topology();
        match graph.standing_on(node) {
            Standing::Nothing => true,
            Standing::Barring => false,
            Standing::Passable => graph.edge_ends_at(node).all(|end| {
                let arcs = graph.origin_arcs(end.edge).iter();
                let mut leaving = arcs.filter(|&&arc| graph.arc_is_forward(arc) != end.is_last);
                leaving.all(|&arc| {
                    topology.out_arcs(topology.tail(arc)).all(|out| {
                        let into_gate = matches!(graph.link(out), Some(Link::IntoGate(_)));
                        !into_gate || metric.is_open(out)
                    })
                })
            }),
        }
    }

    fn is_junction(&self, node: NodeId) -> bool {
        let ends = usable_ends(self.network, node, self.compound);
        let ways: Vec<[bool; 2]> = ends
            .take(3)
            .map(|end| [false, true].map(|comes| leads(self.network, end, comes)))
            .collect();
        let goes_on = matches!(
            ways[..],
            [] | [_]
                | [[true, true], [true, true]]
                | [[true, false], [false, true]]
                | [[false, true], [true, false]]
        );
        !goes_on
    }

    /// Whether joining a node gives nothing that the streets do not give.
    fn is_ridden_as_fast(&self, here: &Walked, walked: TravelTime) -> bool {
        let as_fast = |ridden: Option<TravelTime>| ridden.is_some_and(|time| time <= walked);
        as_fast(here.from_place) && as_fast(here.to_place) && self.is_plain(here.node)
    }

    /// Whether every street that may be used meets the node itself, no copy, and arriving there
    /// takes no time of its own.
    fn is_plain(&self, node: NodeId) -> bool {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        let topology = graph.topology();
        let mut ends = usable_ends(self.network, node, self.compound);
        ends.all(|end| {
            let arcs = graph.destination_arcs(end.edge);
            arcs.len() == 2
                && arcs.iter().all(|&arc| {
                    let comes = graph.arc_is_forward(arc) == end.is_last;
                    let meets = if comes {
                        topology.head(arc)
                    } else {
                        topology.tail(arc)
                    };
                    let delays = || {
                        let whole = metric.time_from_tail(graph, arc, end.offset(graph));
                        metric.arc_time(arc) != whole
                    };
                    meets == node && !(comes && delays())
                })
        })
    }
}

/// The ends of edges at a node that may be travelled in some direction, of one compound or of
/// public street.
fn usable_ends<'a>(
    network: &'a Network<'_>,
    node: NodeId,
    compound: Option<CompoundId>,
) -> impl Iterator<Item = EdgeEnd> + 'a {
    let (graph, metric) = (network.graph(), network.metric());
    graph.edge_ends_at(node).filter(move |end| {
        let mut arcs = graph.destination_arcs(end.edge).iter();
        arcs.any(|&arc| metric.is_open(arc)) && graph.edge_compound(end.edge) == compound
    })
}

/// Whether one comes to the node (or leaves it) along an edge.
fn leads(network: &Network<'_>, end: EdgeEnd, comes: bool) -> bool {
    let (graph, metric) = (network.graph(), network.metric());
    let mut arcs = graph.destination_arcs(end.edge).iter();
    arcs.any(|&arc| metric.is_open(arc) && (graph.arc_is_forward(arc) == end.is_last) == comes)
}

/// How fast a stretch of a street is walked, if it is.
fn stretch_speed(graph: &StreetGraph, edge: EdgeId) -> Option<Speed> {
    graph
        .edge_walking_speed(edge)
        .map(|speed| slowest(Some(speed)))
}

fn slowest(walking: Option<Speed>) -> Speed {
    let usual = Speed::from_mm_per_s(STRETCH_MM_PER_S).expect("positive");
    walking.map_or(usual, |speed| speed.min(usual))
}

fn micros(length: Length, speed: Speed) -> u64 {
    u64::from(length.as_mm()) * 1_000_000 / u64::from(speed.as_mm_per_s())
}

/// Rounded up: nobody begins before having walked.
fn tenths_up(micros: u64) -> TravelTime {
    TravelTime::from_tenths(u32::try_from(micros.div_ceil(100_000)).unwrap_or(u32::MAX))
}
