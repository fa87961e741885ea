use graph::{ArcId, NodeId};
use reach::{Direction, Network, Place, ReachedPiece, SearchSpace, within};
use units::{Length, LngLat, TravelTime};

/// How one gets from a demand point to a facility: where the minutes go, street by street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// From the place to the street.
    pub access: TravelTime,
    /// Pieces of street in the order of travel; `start` and `end` count from the place.
    pub pieces: Vec<ReachedPiece>,
    /// From the street into the facility, start delay included.
    pub egress: TravelTime,
    /// All of it; equal to the time in the rows.
    pub time: TravelTime,
}

/// Consecutive pieces of one street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// Name of the street; empty when it has none.
    pub name: String,
    /// How far one travels along it.
    pub length: Length,
    /// How long that takes, delays on the way included.
    pub time: TravelTime,
}

impl Route {
    /// The shortest route; `None` past the limit. Of equally short ones a direct trip along one
    /// edge wins, then the lower arc at each crossing.
    ///
    /// One search against the arcs from the facility, then a walk down its labels: each step takes
    /// an arc whose time is exactly what the label falls by, so no predecessors are kept.
    ///
    /// Cost: one bounded search.
    pub fn find(
        network: &Network<'_>,
        from: &Place,
        to: &Place,
        limit: TravelTime,
    ) -> Option<Self> {
        let (graph, metric) = (network.graph(), network.metric());
        let direct = direct(network, from, to).filter(|route| route.time <= limit);
        let mut space = SearchSpace::default();
        let seeds = to.seeds(network, Direction::Towards);
        let reached = within(network.arcs(Direction::Towards), &mut space, seeds, limit);
        let left = |node: NodeId| reached.time(node);

        // The way out: along the first edge to its end.
        let edge = from.point.edge;
        let out = graph
            .origin_arcs(edge)
            .iter()
            .filter_map(|&arc| {
                let head = graph.topology().head(arc);
                let ride = metric.time_to_head(graph, arc, from.point.offset)?;
                let total = from.access + ride + left(head)?;
                (total <= limit).then_some((total, arc, ride, head))
            })
            .min_by_key(|&(total, arc, ..)| (total, arc));
        let Some((time, arc, ride, mut node)) = out else {
            return direct;
        };
        if direct.as_ref().is_some_and(|direct| direct.time <= time) {
            return direct;
        }
        let mut clock = from.access;
        let mut pieces = Vec::new();
        let mut travel = |arc: ArcId, start: Length, end: Length, took: TravelTime| {
            if let Some(edge) = graph.arc_edge(arc) {
                pieces.push(ReachedPiece {
                    edge,
                    start_offset: start,
                    end_offset: end,
                    start: clock,
                    end: clock + took,
                });
            }
            clock = clock + took;
        };
        let ends = |arc: ArcId| {
            let whole = graph.arc_length(arc);
            if graph.arc_is_forward(arc) {
                (Length::ZERO, whole)
            } else {
                (whole, Length::ZERO)
            }
        };
        travel(arc, from.point.offset, ends(arc).1, ride);

        // The way in: from a node at which the facility's edge is entered.
        let way_in = |node: NodeId| {
            let arcs = graph.destination_arcs(to.point.edge).iter().copied();
            arcs.filter(|&arc| graph.topology().tail(arc) == node)
                .find_map(|arc| {
                    let ride = metric.time_from_tail(graph, arc, to.point.offset)?;
                    (left(node) == Some(ride + to.access)).then_some((arc, ride))
                })
        };
        loop {
            // Arcs may take no time at all (links between copies of a node, stubs), so the walk
            // looks past them until the label falls or the way in is found.
            let path = next_steps(network, node, &left, &way_in)?;
            for arc in path {
                let (start, end) = ends(arc);
                travel(arc, start, end, metric.arc_time(arc)?);
                node = graph.topology().head(arc);
            }
            if let Some((arc, ride)) = way_in(node) {
                travel(arc, ends(arc).0, to.point.offset, ride);
                break;
            }
        }
        Some(Self {
            access: from.access,
            pieces,
            egress: to.access,
            time,
        })
    }

    /// Streets in the order of travel; pieces of one name, one after the other, are one step.
    ///
    /// Cost: linear in the pieces.
    pub fn steps(&self, network: &Network<'_>) -> Vec<RouteStep> {
        let mut steps: Vec<RouteStep> = Vec::new();
        for piece in &self.pieces {
            let name = network.graph().edge_name(piece.edge).unwrap_or("");
            let (low, high) = piece.offsets();
            let (length, time) = (high - low, piece.end - piece.start);
            match steps.last_mut() {
                Some(last) if last.name == name => {
                    last.length = last.length + length;
                    last.time = last.time + time;
                }
                _ => steps.push(RouteStep {
                    name: name.to_owned(),
                    length,
                    time,
                }),
            }
        }
        steps
    }

    /// Length along the streets.
    ///
    /// Cost: linear in the pieces.
    pub fn length(&self) -> Length {
        let offsets = self.pieces.iter().map(ReachedPiece::offsets);
        offsets.map(|(low, high)| high - low).sum()
    }

    /// The route as one line.
    ///
    /// Cost: linear in the shapes of its pieces.
    pub fn line(&self, network: &Network<'_>) -> Vec<LngLat> {
        let mut line: Vec<LngLat> = self
            .pieces
            .iter()
            .flat_map(|piece| piece.line(network))
            .collect();
        line.dedup();
        line
    }
}

/// The trip that never leaves one edge.
fn direct(network: &Network<'_>, from: &Place, to: &Place) -> Option<Route> {
    let edge = from.point.edge;
    if edge != to.point.edge {
        return None;
    }
    let (graph, metric) = (network.graph(), network.metric());
    let (start_offset, end_offset) = (from.point.offset, to.point.offset);
    let arcs = graph.origin_arcs(edge).iter();
    let along = arcs
        .filter_map(|&arc| metric.time_along(graph, arc, start_offset, end_offset))
        .min()?;
    let (start, end) = (from.access, from.access + along);
    let piece = ReachedPiece {
        edge,
        start_offset,
        end_offset,
        start,
        end,
    };
    Some(Route {
        access: from.access,
        pieces: vec![piece],
        egress: to.access,
        time: end + to.access,
    })
}

/// The arcs from `node` to the next node with a lower label, or to one with a way in; empty when
/// `node` itself has one.
fn next_steps<T>(
    network: &Network<'_>,
    node: NodeId,
    left: &impl Fn(NodeId) -> Option<TravelTime>,
    way_in: &impl Fn(NodeId) -> Option<T>,
) -> Option<Vec<ArcId>> {
    let (topology, metric) = (network.graph().topology(), network.metric());
    // Nodes reached without the label falling, each with the arc that led there.
    let mut level: Vec<(NodeId, Option<(usize, ArcId)>)> = vec![(node, None)];
    let path_to = |level: &[(NodeId, Option<(usize, ArcId)>)], mut at: usize| {
        let mut path = Vec::new();
        while let Some((before, arc)) = level[at].1 {
            path.push(arc);
            at = before;
        }
        path.reverse();
        path
    };
    let mut next = 0;
    while let Some(&(here, _)) = level.get(next) {
        if way_in(here).is_some() {
            return Some(path_to(&level, next));
        }
        for arc in topology.out_arcs(here) {
            let head = topology.head(arc);
            let (Some(time), Some(rest)) = (metric.arc_time(arc), left(head)) else {
                continue;
            };
            if Some(time + rest) != left(here) {
                continue;
            }
            if time > TravelTime::ZERO {
                let mut path = path_to(&level, next);
                path.push(arc);
                return Some(path);
            }
            if level.iter().all(|&(seen, _)| seen != head) {
                level.push((head, Some((next, arc))));
            }
        }
        next += 1;
    }
    None
}
