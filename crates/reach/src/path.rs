use std::collections::BTreeSet;

use graph::{ArcId, EdgeId, NodeId};
use units::{Length, LngLat, TravelTime};

use crate::isochrone::shape_between;
use crate::network::{Direction, Network};
use crate::place::{AccessPoint, Place};
use crate::search::{Reached, SearchSpace, within};

/// A shortest trip between two places, and where its time goes.
///
/// `origin_access` + times of the legs + `destination_access` is the time of the trip, the same
/// that rows give, to the tenth of a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    /// Access of the origin.
    pub origin_access: TravelTime,
    /// Arcs in the order of travel; none when both places are one point.
    pub legs: Vec<Leg>,
    /// Access of the destination.
    pub destination_access: TravelTime,
}

/// An arc of a trip, or the part of it that is travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leg {
    /// The arc.
    pub arc: ArcId,
    /// Its edge; `None` for a link arc between copies of a node.
    pub edge: Option<EdgeId>,
    /// Where the trip enters the edge, from the edge's start.
    pub start_offset: Length,
    /// Where it leaves the edge; before `start_offset` when the edge is travelled backwards.
    pub end_offset: Length,
    /// Time on it, delays at its head included.
    pub time: TravelTime,
}

impl Path {
    /// The shortest trip from one place to another; `None` when it takes longer than the limit.
    ///
    /// Of equally short trips the one is taken whose last arc, then the one before, and so on, has
    /// the lowest id; trips along one edge come first.
    ///
    /// Nothing is stored for it while searching: an arc belongs to a shortest trip exactly when its
    /// time is the difference of the labels at its ends, so the trip is read off backwards.
    ///
    /// Cost: one search up to the limit, then the arcs along the trip.
    pub fn between(
        network: &Network<'_>,
        space: &mut SearchSpace,
        origin: &Place,
        destination: &Place,
        limit: TravelTime,
    ) -> Option<Self> {
        let (graph, metric) = (network.graph(), network.metric());
        if origin.is_where(destination) {
            let stays = Self {
                origin_access: origin.delay(),
                legs: Vec::new(),
                destination_access: destination.delay(),
            };
            return (stays.time() <= limit).then_some(stays);
        }
        let direct = direct_trip(network, origin, destination);

        let seeds = origin.seeds(network, Direction::From);
        let reached = within(network.arcs(Direction::From), space, seeds, limit);
        let mut best: Option<LastLeg> = None;
        for end in destination.points() {
            for &arc in graph.destination_arcs(end.0.edge) {
                let node = graph.topology().tail(arc);
                let (Some(before), Some(last)) = (
                    reached.time(node),
                    metric.time_from_tail(graph, arc, end.0.offset),
                ) else {
                    continue;
                };
                let time = before + last + end.1;
                if best.as_ref().is_none_or(|best| time < best.time) {
                    best = Some(LastLeg {
                        time,
                        arc,
                        last,
                        end,
                    });
                }
            }
        }
        match (direct, best) {
            (Some((time, direct)), through)
                if through.as_ref().is_none_or(|through| time <= through.time) =>
            {
                (time <= limit).then_some(direct)
            }
            (_, Some(through)) if through.time <= limit => {
                let (point, destination_access) = through.end;
                let tail = graph.topology().tail(through.arc);
                let (origin_access, mut legs) = legs_to(network, &reached, origin, tail);
                let start_offset = tail_offset(network, through.arc);
                if start_offset != point.offset {
                    legs.push(Leg {
                        arc: through.arc,
                        edge: graph.arc_edge(through.arc),
                        start_offset,
                        end_offset: point.offset,
                        time: through.last,
                    });
                }
                Some(Self {
                    origin_access,
                    legs,
                    destination_access,
                })
            }
            _ => None,
        }
    }

    /// Time of the whole trip.
    pub fn time(&self) -> TravelTime {
        let legs: TravelTime = self.legs.iter().map(|leg| leg.time).sum();
        self.origin_access + legs + self.destination_access
    }

    /// Street length of the whole trip.
    pub fn length(&self) -> Length {
        self.legs.iter().map(Leg::length).sum()
    }

    /// The trip as a line; empty when it has no legs.
    ///
    /// Cost: linear in its shape.
    pub fn line(&self, network: &Network<'_>) -> Vec<LngLat> {
        let mut line = Vec::new();
        for leg in &self.legs {
            line.extend(leg.line(network));
        }
        line.dedup();
        line
    }
}

impl Leg {
    /// Street length of the leg.
    pub fn length(&self) -> Length {
        self.start_offset.max(self.end_offset) - self.start_offset.min(self.end_offset)
    }

    /// The leg as a line in the direction of travel; empty for a link arc.
    ///
    /// Cost: linear in its shape.
    pub fn line(&self, network: &Network<'_>) -> Vec<LngLat> {
        let Some(edge) = self.edge else {
            return Vec::new();
        };
        let low = self.start_offset.min(self.end_offset);
        let high = self.start_offset.max(self.end_offset);
        let mut line = shape_between(network, edge, low, high);
        if self.start_offset > self.end_offset {
            line.reverse();
        }
        line
    }
}

/// How a trip ends that comes through a node.
struct LastLeg {
    /// Time of the whole trip.
    time: TravelTime,
    arc: ArcId,
    /// Time on that arc.
    last: TravelTime,
    end: AccessPoint,
}

/// The best trip that stays on one edge, with its time.
fn direct_trip(
    network: &Network<'_>,
    origin: &Place,
    destination: &Place,
) -> Option<(TravelTime, Path)> {
    let mut edges: Vec<EdgeId> = origin.points().map(|(point, _)| point.edge).collect();
    edges.sort_unstable();
    edges.dedup();
    let trips = edges
        .into_iter()
        .flat_map(|edge| origin.trips_along(network, edge, destination));
    let (time, arc, (from, origin_access), (to, destination_access)) = trips.min()?;
    let leg = Leg {
        arc,
        edge: Some(from.edge),
        start_offset: from.offset,
        end_offset: to.offset,
        time: time - origin_access - destination_access,
    };
    let moves = leg.start_offset != leg.end_offset;
    let path = Path {
        origin_access,
        legs: moves.then_some(leg).into_iter().collect(),
        destination_access,
    };
    Some((time, path))
}

fn tail_offset(network: &Network<'_>, arc: ArcId) -> Length {
    let graph = network.graph();
    if graph.arc_is_forward(arc) {
        Length::ZERO
    } else {
        graph.arc_length(arc)
    }
}

fn head_offset(network: &Network<'_>, arc: ArcId) -> Length {
    network.graph().arc_length(arc) - tail_offset(network, arc)
}

/// The legs from the origin to a reached node, after the access time of the point they begin at.
fn legs_to(
    network: &Network<'_>,
    reached: &Reached<'_>,
    origin: &Place,
    node: NodeId,
) -> (TravelTime, Vec<Leg>) {
    let (graph, metric) = (network.graph(), network.metric());
    let topology = graph.topology();
    // Depth first against the arcs that make labels; arcs without time could go round in a circle,
    // so no node is entered twice. `trail` holds the arcs from the current node to the end.
    let mut seen = BTreeSet::from([node]);
    let mut trail: Vec<ArcId> = Vec::new();
    let mut node = node;
    loop {
        let label = reached.time(node).expect("labels lead to labels");
        if let Some((access, first)) = first_leg(network, origin, node, label) {
            let rest = trail.iter().rev().map(|&arc| Leg {
                arc,
                edge: graph.arc_edge(arc),
                start_offset: tail_offset(network, arc),
                end_offset: head_offset(network, arc),
                time: metric.arc_time(arc).expect("only open arcs make labels"),
            });
            let moves = first.start_offset != first.end_offset || first.time > TravelTime::ZERO;
            let legs = moves.then_some(first).into_iter().chain(rest).collect();
            return (access, legs);
        }
        let tight = topology.in_arcs(node).iter().find(|&&arc| {
            let tail = topology.tail(arc);
            let before = reached.time(tail);
            !seen.contains(&tail)
                && before
                    .zip(metric.arc_time(arc))
                    .is_some_and(|(before, time)| before + time == label)
        });
        if let Some(&arc) = tight {
            node = topology.tail(arc);
            seen.insert(node);
            trail.push(arc);
        } else {
            // All ways on from here have been seen: go back one arc.
            let arc = trail.pop().expect("every label comes from the origin");
            node = topology.head(arc);
        }
    }
}

/// The leg from the origin to a node, when that is how the node got its label, and the access time
/// before it.
fn first_leg(
    network: &Network<'_>,
    origin: &Place,
    node: NodeId,
    label: TravelTime,
) -> Option<(TravelTime, Leg)> {
    let (graph, metric) = (network.graph(), network.metric());
    origin.points().find_map(|(point, access)| {
        let arcs = graph.origin_arcs(point.edge).iter();
        let mut leaving = arcs.filter(|&&arc| graph.topology().head(arc) == node);
        leaving.find_map(|&arc| {
            let time = metric.time_to_head(graph, arc, point.offset)?;
            let leg = || Leg {
                arc,
                edge: graph.arc_edge(arc),
                start_offset: point.offset,
                end_offset: head_offset(network, arc),
                time,
            };
            (time + access == label).then(|| (access, leg()))
        })
    })
}
