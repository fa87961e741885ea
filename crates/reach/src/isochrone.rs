use graph::{ArcId, EdgeId, NodeId};
use units::{Length, LngLat, Speed, TravelTime};

use crate::network::{Direction, Network};
use crate::place_links::Place;
use crate::search::{Reached, SearchSpace, within};

/// The street pieces within a limit of a place, whole and part edges, exact to the millimetre.
///
/// Each point of a reached street lies in one piece, with the better of its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReachedNetwork {
    /// Inclusive limit.
    pub limit: TravelTime,
    /// The pieces, by edge and by position along it.
    pub pieces: Vec<ReachedPiece>,
}

/// A piece of an edge that is reached in one go: time runs evenly from one end to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReachedPiece {
    /// The edge.
    pub edge: EdgeId,
    /// Where the piece begins, from the edge's start; the point that is travelled first.
    pub start_offset: Length,
    /// Where it ends; before `start_offset` when it is travelled against the edge's shape.
    pub end_offset: Length,
    /// Time at `start_offset`: since the place, or still to go to it.
    pub start: TravelTime,
    /// Time at `end_offset`.
    pub end: TravelTime,
}

impl ReachedPiece {
    /// Lower and upper offset along the edge.
    pub fn offsets(&self) -> (Length, Length) {
        (
            self.start_offset.min(self.end_offset),
            self.start_offset.max(self.end_offset),
        )
    }
}

impl ReachedNetwork {
    /// What is reached from (or reaches) a place, for each of several limits, from one search.
    ///
    /// Cost: one search to the largest limit, then the arcs at reached nodes for each limit.
    pub fn of_place(
        network: &Network<'_>,
        space: &mut SearchSpace,
        place: &Place,
        direction: Direction,
        limits: &[TravelTime],
    ) -> Vec<Self> {
        let largest = limits.iter().copied().max().unwrap_or(TravelTime::ZERO);
        let seeds = place.seeds(network, direction);
        let reached = within(network.arcs(direction), space, seeds, largest);
        let waves = Waves {
            network,
            place,
            direction,
            reached: &reached,
        };
        let edges = waves.edges();
        limits
            .iter()
            .map(|&limit| {
                let mut pieces = Vec::with_capacity(edges.len() * 2);
                for &edge in &edges {
                    waves.cut(edge, limit, &mut pieces);
                }
                Self { limit, pieces }
            })
            .collect()
    }

    /// Street length within the limit, in millimetres.
    pub fn length_mm(&self) -> u64 {
        let lengths = self.pieces.iter().map(|piece| {
            let (low, high) = piece.offsets();
            u64::from((high - low).as_mm())
        });
        lengths.sum()
    }
}

/// A finished search as times along edges.
///
/// On an edge time comes in from two sides: a *rising* wave grows with the offset, a *falling* one
/// shrinks. The time at a point is the lower of the two.
struct Waves<'a> {
    network: &'a Network<'a>,
    place: &'a Place,
    direction: Direction,
    reached: &'a Reached<'a>,
}

impl Waves<'_> {
    /// Edges that may hold reached points, in order.
    fn edges(&self) -> Vec<EdgeId> {
        let graph = self.network.graph();
        let topology = graph.topology();
        // One bit per edge: reading them off in order is cheaper than sorting what is found twice.
        let mut bits = vec![0_u64; graph.n_edges().div_ceil(64)];
        let mut mark = |edge: EdgeId| bits[edge.index() / 64] |= 1 << (edge.index() % 64);
        mark(self.place.point.edge);
        for &node in self.reached.nodes() {
            match self.direction {
                Direction::From => topology
                    .out_arcs(node)
                    .filter_map(|arc| self.edge_if_open(arc))
                    .for_each(&mut mark),
                Direction::Towards => topology
                    .in_arcs(node)
                    .iter()
                    .filter_map(|&arc| self.edge_if_open(arc))
                    .for_each(&mut mark),
            }
        }
        let mut edges = Vec::with_capacity(self.reached.nodes().len() * 2);
        for (base, &word) in (0..).step_by(64).zip(&bits) {
            let mut rest = word;
            while rest != 0 {
                edges.push(EdgeId::new(base + rest.trailing_zeros()));
                rest &= rest - 1;
            }
        }
        edges
    }

    fn edge_if_open(&self, arc: ArcId) -> Option<EdgeId> {
        self.network
            .graph()
            .arc_edge(arc)
            .filter(|_| self.network.metric().is_open(arc))
    }

    /// The lowest time at an offset among arcs of one sense of travel.
    ///
    /// `direct` says whether the wave that sets out from the place itself is one of them.
    fn time(&self, edge: EdgeId, offset: Length, rising: bool, direct: bool) -> Option<TravelTime> {
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
        let direct = direct.then(|| {
            let own = self.place.point.offset;
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
                .map(|time| time + self.place.access)
        });
        [through_nodes, direct.flatten()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Appends the reached pieces of an edge.
    fn cut(&self, edge: EdgeId, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        if edge != self.place.point.edge
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

    /// The two waves of an edge that has one arc each way and no start of a wave on it: nearly all
    /// edges.
    fn plain_waves(&self, edge: EdgeId) -> Option<PlainWaves> {
        let (graph, metric) = (self.network.graph(), self.network.metric());
        let (&[forward, backward], 2) = (
            graph.destination_arcs(edge).first_chunk::<2>()?,
            graph.destination_arcs(edge).len(),
        ) else {
            return None;
        };
        debug_assert!(graph.arc_is_forward(forward) && !graph.arc_is_forward(backward));
        let topology = graph.topology();
        // From a place the forward arc brings the rising wave in at its tail; towards it, the
        // forward arc brings the falling wave in at its head, seen from the end of the trip.
        let (rising, falling) = match self.direction {
            Direction::From => (forward, backward),
            Direction::Towards => (backward, forward),
        };
        let wave = |arc: ArcId| {
            let speed = metric.arc_speed(arc)?;
            let (node, delay) = match self.direction {
                Direction::From => (topology.tail(arc), TravelTime::ZERO),
                Direction::Towards => {
                    let start = u64::from(graph.edge_way_start(edge).as_mm());
                    let end = start + u64::from(graph.edge_length(edge).as_mm());
                    let whole = metric.arc_time(arc)?;
                    (topology.head(arc), whole - speed.time_between(start, end))
                }
            };
            Some((self.reached.time(node)? + delay, speed))
        };
        let way_start = u64::from(graph.edge_way_start(edge).as_mm());
        Some(PlainWaves {
            edge,
            rising: wave(rising),
            falling: wave(falling),
            way_start,
            way_end: way_start + u64::from(graph.edge_length(edge).as_mm()),
        })
    }

    /// As [`cut_any`](Self::cut_any), in closed form: where a wave ends is where its speed takes it
    /// in the time that is left.
    fn cut_plain(&self, waves: &PlainWaves, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        let (start, end) = (waves.way_start, waves.way_end);
        // The last position of the rising wave, the first of the falling one.
        let last = waves
            .rising
            .filter(|wave| wave.0 <= limit)
            .map(|(time, speed)| speed.position_after(start, limit - time).min(end));
        let first = waves
            .falling
            .filter(|wave| wave.0 <= limit)
            .map(|(time, speed)| first_position(speed, end, limit - time).max(start));
        let (last, first) = match (last, first) {
            (Some(last), Some(first)) if first <= last => waves.meet(first, last),
            both => both,
        };
        let offset = |position: u64| {
            Length::from_mm(u32::try_from(position - start).expect("inside the edge"))
        };
        if let (Some(last), Some(wave)) = (last, waves.rising) {
            pieces.push(self.as_travelled(ReachedPiece {
                edge: waves.edge,
                start_offset: Length::ZERO,
                end_offset: offset(last),
                start: wave.0,
                end: wave.0 + wave.1.time_between(start, last),
            }));
        }
        if let (Some(first), Some(wave)) = (first, waves.falling) {
            pieces.push(self.as_travelled(ReachedPiece {
                edge: waves.edge,
                start_offset: offset(end),
                end_offset: offset(first),
                start: wave.0,
                end: wave.0 + wave.1.time_between(first, end),
            }));
        }
    }

    /// As [`cut`](Self::cut), for edges of any number of arcs and waves.
    fn cut_any(&self, edge: EdgeId, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        let length = self.network.graph().edge_length(edge);
        let own = self.place.point;
        let mut bounds = vec![Length::ZERO];
        if own.edge == edge && own.offset > Length::ZERO && own.offset < length {
            bounds.push(own.offset);
        }
        bounds.push(length);
        let first = pieces.len();
        for bound in bounds.windows(2) {
            self.cut_between(edge, bound[0], bound[1], limit, pieces);
        }
        // A place at the end of a one-way edge reaches that one point and nothing else of it.
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
        let own = self.place.point;
        let (rises, falls) = (
            own.edge == edge && own.offset <= low,
            own.edge == edge && own.offset >= high,
        );
        let rising = |offset| self.time(edge, offset, true, rises).unwrap_or(NEVER);
        let falling = |offset| self.time(edge, offset, false, falls).unwrap_or(NEVER);
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

/// Time and speed of the two waves on an edge, by positions along its way.
struct PlainWaves {
    edge: EdgeId,
    /// Time at the start of the edge.
    rising: Option<(TravelTime, Speed)>,
    /// Time at the end of the edge.
    falling: Option<(TravelTime, Speed)>,
    way_start: u64,
    way_end: u64,
}

impl PlainWaves {
    /// Where two waves that overlap between `first` and `last` share the edge: the end of the
    /// rising one, which rules as long as it is not later, and the start of the falling one.
    fn meet(&self, first: u64, last: u64) -> (Option<u64>, Option<u64>) {
        let (Some((rise, rise_speed)), Some((fall, fall_speed))) = (self.rising, self.falling)
        else {
            return (Some(last), Some(first));
        };
        let (start, end) = (self.way_start, self.way_end);
        let rising_rules = |position: u64| {
            rise + rise_speed.time_between(start, position)
                <= fall + fall_speed.time_between(position, end)
        };
        if rising_rules(end) {
            return (Some(end), None);
        }
        if !rising_rules(start) || fall + fall_speed.time_between(start, end) <= rise {
            return (None, Some(start));
        }
        let (mut good, mut bad) = (start, end);
        // Without rounding the waves meet where both have used up the time between them.
        let up = u64::from(rise_speed.as_mm_per_s());
        let down = u64::from(fall_speed.as_mm_per_s());
        let both = u64::from((fall - rise).as_tenths()) * down;
        let lag = u64::from((rise - fall).as_tenths()) * down;
        let guess = (((end - start) * 10 + both).saturating_sub(lag)) * up / (up + down) / 10;
        // Rounding moves it by no more than a tenth of a second each way.
        let slack = (up + down) / 5 + 1;
        let low = (start + guess).saturating_sub(slack).clamp(start, end);
        let high = (start + guess + slack).clamp(start, end);
        if rising_rules(low) {
            good = low;
        }
        if !rising_rules(high) {
            bad = high;
        }
        while bad - good > 1 {
            let middle = good.midpoint(bad);
            if rising_rules(middle) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        (Some(good), Some(good))
    }
}

/// The first position from which `end` is reached in `time`.
fn first_position(speed: Speed, end: u64, time: TravelTime) -> u64 {
    // Tenths of a second are rounded at positions, so this is one past the last position that lies
    // a tenth further away than allowed.
    let whole = speed.time_between(0, end);
    if whole <= time {
        return 0;
    }
    speed.position_after(0, whole - time - TravelTime::from_tenths(1)) + 1
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

/// The part of a shape between two offsets of its edge, from the lower to the higher.
///
/// Offsets are fractions of the edge's length, laid along the shape.
pub(crate) fn shape_between(
    network: &Network<'_>,
    edge: EdgeId,
    low: Length,
    high: Length,
) -> Vec<LngLat> {
    let graph = network.graph();
    let shape: Vec<LngLat> = graph.edge_shape(edge).collect();
    let length = graph.edge_length(edge);
    if low == Length::ZERO && high == length {
        return shape;
    }
    let steps_m: Vec<f64> = shape
        .windows(2)
        .map(|s| s[0].distance_to(s[1]).as_m_f64())
        .collect();
    let total_m: f64 = steps_m.iter().sum();
    let scale = if length > Length::ZERO {
        total_m / length.as_m_f64()
    } else {
        0.0
    };
    let (low_m, high_m) = (low.as_m_f64() * scale, high.as_m_f64() * scale);
    let mut part = Vec::with_capacity(shape.len());
    let mut before_m = 0.0;
    for (step_m, ends) in steps_m.iter().zip(shape.windows(2)) {
        let after_m = before_m + step_m;
        let at = |target_m: f64| {
            let fraction = if *step_m > 0.0 {
                ((target_m - before_m) / step_m).clamp(0.0, 1.0)
            } else {
                0.0
            };
            between(ends[0], ends[1], fraction)
        };
        if after_m >= low_m && part.is_empty() {
            part.push(at(low_m));
        }
        if !part.is_empty() {
            if after_m >= high_m {
                part.push(at(high_m));
                break;
            }
            part.push(ends[1]);
        }
        before_m = after_m;
    }
    if part.len() < 2 {
        // Rounding left the high end just past the shape.
        part.push(*shape.last().expect("a shape has two ends"));
    }
    part
}

fn between(a: LngLat, b: LngLat, fraction: f64) -> LngLat {
    let mix = |from: i32, to: i32| {
        let value = f64::from(from) + (f64::from(to) - f64::from(from)) * fraction;
        to_i32(value)
    };
    LngLat::from_e7(mix(a.lng_e7(), b.lng_e7()), mix(a.lat_e7(), b.lat_e7()))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "a value between two i32"
)]
fn to_i32(value: f64) -> i32 {
    libm::round(value) as i32
}

impl ReachedPiece {
    /// The piece as a line in the direction of travel, two positions at least.
    pub fn line(&self, network: &Network<'_>) -> Vec<LngLat> {
        let (low, high) = self.offsets();
        let mut line = shape_between(network, self.edge, low, high);
        if self.start_offset > self.end_offset {
            line.reverse();
        }
        line
    }
}
