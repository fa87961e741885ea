use graph::{ArcId, EdgeId, NodeId, StreetGraph};
use units::{Length, TravelTime};

use crate::edge_bits::EdgeBits;
use crate::isochrone::piece::ReachedPiece;
use crate::network::{Direction, Network};
use crate::place::Place;
use crate::search::Reached;

mod plain;

/// A finished search as times along edges.
///
/// On an edge time comes in from two sides: a *rising* wave grows with the offset, a *falling* one
/// shrinks. The time at a point is the lower of the two.
pub(crate) struct Waves<'a> {
    network: &'a Network<'a>,
    place: &'a Place,
    direction: Direction,
    reached: &'a Reached<'a>,
}

/// A reached part of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stretch {
    /// All of it.
    Whole,
    /// Between two offsets.
    Part {
        /// The lower offset.
        low: Length,
        /// The higher offset.
        high: Length,
    },
}

/// What one limit reaches of the edges, in memory that is used again.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reach {
    /// Edges that may hold reached points.
    any: EdgeBits,
    /// Edges that are reached from end to end.
    whole: EdgeBits,
    stretches: Vec<(EdgeId, Stretch)>,
}

impl Reach {
    /// The reached stretches, by edge.
    pub(crate) fn stretches(&self) -> &[(EdgeId, Stretch)] {
        &self.stretches
    }

    /// Their length in millimetres.
    pub(crate) fn length_mm(&self, graph: &StreetGraph) -> u64 {
        let lengths = self.stretches.iter().map(|&(edge, stretch)| {
            let length = match stretch {
                Stretch::Whole => graph.edge_length(edge),
                Stretch::Part { low, high } => high - low,
            };
            u64::from(length.as_mm())
        });
        lengths.sum()
    }

    /// Takes the stretches of pieces.
    pub(crate) fn take_stretches_of(&mut self, pieces: &[ReachedPiece]) {
        self.stretches.clear();
        stretches_of(pieces, |edge, stretch| self.stretches.push((edge, stretch)));
    }
}

/// The stretches of pieces: those that meet are one, since most edges are reached from both ends.
fn stretches_of(pieces: &[ReachedPiece], mut visit: impl FnMut(EdgeId, Stretch)) {
    let mut pieces = pieces.iter().peekable();
    while let Some(piece) = pieces.next() {
        let (low, mut high) = piece.offsets();
        let meets = |high: Length, next: &&ReachedPiece| {
            next.edge == piece.edge && next.offsets().0 == high
        };
        while let Some(next) = pieces.next_if(|next| meets(high, next)) {
            high = next.offsets().1;
        }
        visit(piece.edge, Stretch::Part { low, high });
    }
}

impl<'a> Waves<'a> {
    pub(crate) fn new(
        network: &'a Network<'a>,
        place: &'a Place,
        direction: Direction,
        reached: &'a Reached<'a>,
    ) -> Self {
        Self {
            network,
            place,
            direction,
            reached,
        }
    }

    /// What is reached of the edges within a limit, in order: edges that an arc within the limit
    /// leads along from end to end are reached as a whole, so only the others are looked at closely.
    pub(crate) fn take_stretches(&self, reach: &mut Reach, limit: TravelTime) {
        let graph = self.network.graph();
        let metric = self.network.metric();
        let Reach {
            any,
            whole,
            stretches,
        } = reach;
        any.reset(graph.n_edges());
        whole.reset(graph.n_edges());
        stretches.clear();
        self.for_arcs(|time, arc| {
            let (Some(edge), Some(arc_time)) = (graph.arc_edge(arc), metric.arc_time(arc)) else {
                return;
            };
            any.insert(edge);
            if time + arc_time <= limit {
                whole.insert(edge);
            }
        });
        for (point, _) in self.place.points() {
            any.insert(point.edge);
        }
        let mut pieces = Vec::new();
        any.for_each(|edge| {
            if whole.holds(edge) {
                stretches.push((edge, Stretch::Whole));
            } else {
                pieces.clear();
                self.cut(edge, limit, &mut pieces);
                stretches_of(&pieces, |edge, stretch| stretches.push((edge, stretch)));
            }
        });
    }

    /// The reached pieces within a limit, by edge and by position along it.
    pub(crate) fn pieces(&self, reach: &mut Reach, limit: TravelTime) -> Vec<ReachedPiece> {
        let graph = self.network.graph();
        let found = &mut reach.any;
        found.reset(graph.n_edges());
        // Closed arcs count too: no wave comes along them.
        self.for_arcs(|_, arc| {
            if let Some(edge) = graph.arc_edge(arc) {
                found.insert(edge);
            }
        });
        for (point, _) in self.place.points() {
            found.insert(point.edge);
        }
        let mut pieces = Vec::with_capacity(self.reached.nodes().len() * 3);
        found.for_each(|edge| self.cut(edge, limit, &mut pieces));
        pieces
    }

    /// Visits the arcs that lead on from reached nodes, each with the time at that node.
    fn for_arcs(&self, mut visit: impl FnMut(TravelTime, ArcId)) {
        let topology = self.network.graph().topology();
        for &node in self.reached.nodes() {
            let time = self.reached.time(node).expect("listed nodes have a label");
            match self.direction {
                Direction::From => topology.out_arcs(node).for_each(|arc| visit(time, arc)),
                Direction::Towards => {
                    for &arc in topology.in_arcs(node) {
                        visit(time, arc);
                    }
                }
            }
        }
    }

    /// The lowest time at an offset among arcs of one sense of travel.
    ///
    /// Waves that set out on the edge itself, at a point of the place, are among them where
    /// `sets_out` holds for their beginning.
    fn time(
        &self,
        edge: EdgeId,
        offset: Length,
        rising: bool,
        sets_out: impl Fn(Length) -> bool,
    ) -> Option<TravelTime> {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        // Searching from a place, time grows along the arc; towards it, time shrinks along the arc.
        let forward = rising == (self.direction == Direction::From);
        let arcs = match self.direction {
            Direction::From => graph.destination_arcs(edge),
            Direction::Towards => graph.origin_arcs(edge),
        };
        let through_nodes = arcs
            .iter()
            .filter(|&&arc| graph.arc_is_forward(arc) == forward)
            .filter_map(|&arc| {
                let (node, part): (NodeId, _) = match self.direction {
                    Direction::From => (
                        graph.topology().tail(arc),
                        metric.time_from_tail(graph, arc, offset),
                    ),
                    Direction::Towards => (
                        graph.topology().head(arc),
                        metric.time_to_head(graph, arc, offset),
                    ),
                };
                Some(self.reached.time(node)? + part?)
            })
            .min();
        let own = self.own_points(edge).filter(|(own, _)| sets_out(*own));
        let direct = own.filter_map(|(own, access)| {
            let (from, to) = match self.direction {
                Direction::From => (own, offset),
                Direction::Towards => (offset, own),
            };
            graph
                .origin_arcs(edge)
                .iter()
                .filter(|&&arc| graph.arc_is_forward(arc) == forward)
                .filter_map(|&arc| metric.time_along(graph, arc, from, to))
                .min()
                .map(|time| time + access)
        });
        through_nodes.into_iter().chain(direct).min()
    }

    /// Where on an edge the place itself lies, with the access times.
    fn own_points(&self, edge: EdgeId) -> impl Iterator<Item = (Length, TravelTime)> + '_ {
        let points = self.place.points();
        points
            .filter(move |(point, _)| point.edge == edge)
            .map(|(point, access)| (point.offset, access))
    }

    /// Appends the reached pieces of an edge.
    fn cut(&self, edge: EdgeId, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        if self.own_points(edge).next().is_none()
            && let Some(waves) = self.plain_waves(edge)
        {
            let first = pieces.len();
            self.cut_plain(&waves, limit, pieces);
            debug_assert!(
                {
                    let mut searched = Vec::new();
                    self.cut_any(edge, limit, &mut searched);
                    searched == pieces[first..]
                },
                "the closed form differs from the search on {edge}: {:?}",
                &pieces[first..]
            );
            return;
        }
        self.cut_any(edge, limit, pieces);
    }

    /// As [`cut`](Self::cut), for edges of any number of arcs and waves.
    fn cut_any(&self, edge: EdgeId, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        let length = self.network.graph().edge_length(edge);
        let mut bounds = vec![Length::ZERO, length];
        bounds.extend(self.own_points(edge).map(|(own, _)| own.min(length)));
        bounds.sort_unstable();
        bounds.dedup();
        if bounds.len() == 1 {
            bounds.push(length);
        }
        let first = pieces.len();
        for bound in bounds.windows(2) {
            self.cut_between(edge, bound[0], bound[1], limit, pieces);
        }
        // A place at the end of a one-way edge reaches that one point and nothing else of it.
        let own = self.place.point;
        let holds_own = |piece: &ReachedPiece| {
            let (low, high) = piece.offsets();
            low <= own.offset && own.offset <= high
        };
        if own.edge == edge && !pieces[first..].iter().any(holds_own) {
            self.cut_between(edge, own.offset, own.offset, limit, pieces);
        }
    }

    /// As [`cut`](Self::cut), between two offsets that have no start of a wave between them.
    fn cut_between(
        &self,
        edge: EdgeId,
        low: Length,
        high: Length,
        limit: TravelTime,
        pieces: &mut Vec<ReachedPiece>,
    ) {
        let rising = |offset| {
            let time = self.time(edge, offset, true, |own| own <= low);
            time.unwrap_or(NEVER)
        };
        let falling = |offset| {
            let time = self.time(edge, offset, false, |own| own >= high);
            time.unwrap_or(NEVER)
        };
        // The rising wave rules up to `meet`, the falling one beyond.
        let rises_first = |offset| rising(offset) != NEVER && rising(offset) <= falling(offset);
        let meet = if !rises_first(high) && falling(low) <= rising(low) {
            // The falling wave wins everywhere; a tie at `low` is only where it arrives.
            None
        } else {
            last_where(low, high, rises_first)
        };
        if let Some(meet) = meet
            && let Some(end) = last_where(low, meet, |offset| rising(offset) <= limit)
        {
            let piece = ReachedPiece {
                edge,
                start_offset: low,
                end_offset: end,
                start: rising(low),
                end: rising(end),
            };
            pieces.push(self.as_travelled(piece));
        }
        let from = meet.unwrap_or(low);
        if from < high || meet.is_none() {
            let beyond = |offset| falling(offset) == NEVER || falling(offset) > limit;
            let start = match last_where(from, high, beyond) {
                None => Some(from),
                Some(last) if last < high => Some(last + Length::from_mm(1)),
                Some(_) => None,
            };
            if let Some(end) = start {
                let piece = ReachedPiece {
                    edge,
                    start_offset: high,
                    end_offset: end,
                    start: falling(high),
                    end: falling(end),
                };
                pieces.push(self.as_travelled(piece));
            }
        }
    }

    /// Turns a piece whose time grows from start to end into the direction of travel.
    fn as_travelled(&self, piece: ReachedPiece) -> ReachedPiece {
        match self.direction {
            Direction::From => piece,
            Direction::Towards => ReachedPiece {
                edge: piece.edge,
                start_offset: piece.end_offset,
                end_offset: piece.start_offset,
                start: piece.end,
                end: piece.start,
            },
        }
    }
}

/// Later than any limit.
const NEVER: TravelTime = TravelTime::from_tenths(u32::MAX);

/// The last offset in `low..=high` at which `holds`, when it holds up to some offset and not
/// beyond; `None` when it does not hold at `low`.
fn last_where(low: Length, high: Length, holds: impl Fn(Length) -> bool) -> Option<Length> {
    if holds(high) {
        return Some(high);
    }
    if !holds(low) {
        return None;
    }
    let (mut good, mut bad) = (low.as_mm(), high.as_mm());
    while bad - good > 1 {
        let middle = good.midpoint(bad);
        if holds(Length::from_mm(middle)) {
            good = middle;
        } else {
            bad = middle;
        }
    }
    Some(Length::from_mm(good))
}
