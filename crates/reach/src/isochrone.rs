use graph::{ArcId, EdgeId, NodeId};
use units::{Length, LngLat, Speed, TravelTime};

use crate::edge_bits::EdgeBits;
use crate::network::{Direction, Network};
use crate::place::Place;
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
        let waves = Waves::new(network, place, direction, &reached);
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

/// The stretches of pieces: those that meet are one, since most edges are reached from both ends.
pub(crate) fn stretches_of(pieces: &[ReachedPiece], mut visit: impl FnMut(EdgeId, Stretch)) {
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

    /// What is reached of the edges, in order: edges that an arc within the limit leads along from
    /// end to end are reached as a whole, so only the others are looked at closely.
    pub(crate) fn for_stretches(&self, limit: TravelTime, mut visit: impl FnMut(EdgeId, Stretch)) {
        let graph = self.network.graph();
        let (topology, metric) = (graph.topology(), self.network.metric());
        let (mut any, mut whole) = (
            EdgeBits::new(graph.n_edges()),
            EdgeBits::new(graph.n_edges()),
        );
        let mut mark = |time: TravelTime, arc: ArcId| {
            let (Some(edge), Some(arc_time)) = (graph.arc_edge(arc), metric.arc_time(arc)) else {
                return;
            };
            any.insert(edge);
            if time + arc_time <= limit {
                whole.insert(edge);
            }
        };
        for &node in self.reached.nodes() {
            let time = self.reached.time(node).expect("listed nodes have a label");
            match self.direction {
                Direction::From => topology.out_arcs(node).for_each(|arc| mark(time, arc)),
                Direction::Towards => {
                    for &arc in topology.in_arcs(node) {
                        mark(time, arc);
                    }
                }
            }
        }
        for (point, _) in self.place.points() {
            any.insert(point.edge);
        }
        let mut pieces = Vec::new();
        any.for_each(|edge| {
            if whole.holds(edge) {
                visit(edge, Stretch::Whole);
            } else {
                pieces.clear();
                self.cut(edge, limit, &mut pieces);
                stretches_of(&pieces, &mut visit);
            }
        });
    }

    /// Edges that may hold reached points, in order.
    fn edges(&self) -> Vec<EdgeId> {
        let graph = self.network.graph();
        let topology = graph.topology();
        // Closed arcs count too: no wave comes along them.
        let mut found = EdgeBits::new(graph.n_edges());
        for (point, _) in self.place.points() {
            found.insert(point.edge);
        }
        let mut mark = |arc: ArcId| {
            if let Some(edge) = graph.arc_edge(arc) {
                found.insert(edge);
            }
        };
        for &node in self.reached.nodes() {
            match self.direction {
                Direction::From => topology.out_arcs(node).for_each(&mut mark),
                Direction::Towards => topology.in_arcs(node).iter().copied().for_each(&mut mark),
            }
        }
        let mut edges = Vec::with_capacity(self.reached.nodes().len() * 2);
        found.for_each(|edge| edges.push(edge));
        edges
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
        let way_start = u64::from(graph.edge_way_start(edge).as_mm());
        let way_end = way_start + u64::from(graph.edge_length(edge).as_mm());
        let wave = |arc: ArcId, enters: u64| {
            let speed = metric.arc_speed(arc)?;
            let (node, delay) = match self.direction {
                Direction::From => (topology.tail(arc), TravelTime::ZERO),
                Direction::Towards => {
                    let whole = metric.arc_time(arc)?;
                    (
                        topology.head(arc),
                        whole - speed.time_between(way_start, way_end),
                    )
                }
            };
            let time = self.reached.time(node)? + delay;
            Some(PlainWave::new(enters, time, speed))
        };
        Some(PlainWaves {
            edge,
            rising: wave(rising, way_start),
            falling: wave(falling, way_end),
            way_start,
            way_end,
        })
    }

    /// As [`cut_any`](Self::cut_any), in closed form: where a wave ends is where its speed takes it
    /// in the time that is left.
    fn cut_plain(&self, waves: &PlainWaves, limit: TravelTime, pieces: &mut Vec<ReachedPiece>) {
        let (start, end) = (waves.way_start, waves.way_end);
        let rising = waves.rising.filter(|wave| wave.time <= limit);
        let falling = waves.falling.filter(|wave| wave.time <= limit);
        // The last position of the rising wave, the first of the falling one.
        let last = rising.map(|wave| wave.last_within(end, limit));
        let first = falling.map(|wave| wave.first_within(start, limit));
        let (last, first) = match (rising, last, falling, first) {
            (Some(rising), Some(last), Some(falling), Some(first)) if first <= last => {
                meet(&rising, &falling, start, end)
            }
            _ => (last, first),
        };
        let offset = |position: u64| {
            Length::from_mm(u32::try_from(position - start).expect("inside the edge"))
        };
        if let (Some(last), Some(wave)) = (last, rising) {
            pieces.push(self.as_travelled(ReachedPiece {
                edge: waves.edge,
                start_offset: Length::ZERO,
                end_offset: offset(last),
                start: wave.time,
                end: wave.time_at(last),
            }));
        }
        if let (Some(first), Some(wave)) = (first, falling) {
            pieces.push(self.as_travelled(ReachedPiece {
                edge: waves.edge,
                start_offset: offset(end),
                end_offset: offset(first),
                start: wave.time,
                end: wave.time_at(first),
            }));
        }
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

/// The two waves on an edge, by positions along its way.
struct PlainWaves {
    edge: EdgeId,
    /// Comes in at the start of the edge.
    rising: Option<PlainWave>,
    /// Comes in at the end of the edge.
    falling: Option<PlainWave>,
    way_start: u64,
    way_end: u64,
}

/// A wave on an edge.
#[derive(Clone, Copy)]
struct PlainWave {
    /// Where and when it comes in.
    enters: u64,
    time: TravelTime,
    speed: Speed,
    /// Tenths between the beginning of the way and where the wave comes in; times are rounded at
    /// positions counted from there.
    enters_tenths: u32,
}

impl PlainWave {
    fn new(enters: u64, time: TravelTime, speed: Speed) -> Self {
        Self {
            enters,
            time,
            speed,
            enters_tenths: tenths_at(speed, enters),
        }
    }

    /// When it passes a position.
    fn time_at(&self, position: u64) -> TravelTime {
        if position == self.enters {
            return self.time;
        }
        let between = tenths_at(self.speed, position).abs_diff(self.enters_tenths);
        self.time + TravelTime::from_tenths(between)
    }

    /// The last position before `end` of a rising wave.
    fn last_within(&self, end: u64, limit: TravelTime) -> u64 {
        let left = (limit - self.time).as_tenths();
        let last = last_at(self.speed, self.enters_tenths.saturating_add(left));
        last.clamp(self.enters, end)
    }

    /// The first position after `start` of a falling wave.
    fn first_within(&self, start: u64, limit: TravelTime) -> u64 {
        let left = (limit - self.time).as_tenths();
        // Tenths are rounded at positions, so this is one past the last position that lies a tenth
        // further away than allowed.
        match self.enters_tenths.checked_sub(left) {
            None | Some(0) => start,
            Some(first) => (last_at(self.speed, first - 1) + 1).clamp(start, self.enters),
        }
    }
}

fn tenths_at(speed: Speed, position: u64) -> u32 {
    speed.time_between(0, position).as_tenths()
}

/// The last position that rounds to so many tenths from the beginning of the way.
fn last_at(speed: Speed, tenths: u32) -> u64 {
    speed.position_after(0, TravelTime::from_tenths(tenths))
}

/// Where two waves that overlap share an edge: the end of the rising one, which rules as long as it
/// is not later, and the start of the falling one.
fn meet(
    rising: &PlainWave,
    falling: &PlainWave,
    start: u64,
    end: u64,
) -> (Option<u64>, Option<u64>) {
    if rising.time_at(end) <= falling.time {
        return (Some(end), None);
    }
    if falling.time_at(start) <= rising.time {
        return (None, Some(start));
    }
    // The rising wave rules where its tenths and those of the falling one, both counted from the
    // beginning of the way, add up to no more than this.
    let both = u64::from(falling.time.as_tenths())
        + u64::from(falling.enters_tenths)
        + u64::from(rising.enters_tenths)
        - u64::from(rising.time.as_tenths());
    let (up, down) = (rising.speed, falling.speed);
    let (up_mm_per_s, down_mm_per_s) = (u64::from(up.as_mm_per_s()), u64::from(down.as_mm_per_s()));
    // Give the rising wave `tenths` of them and the falling one the rest: the further the one gets,
    // the less the other, and the last position of both is best where they meet. Halves of tenths
    // that rounding adds at either end move that by less than two.
    let tenths = both * down_mm_per_s / (up_mm_per_s + down_mm_per_s);
    let of_both = (tenths.saturating_sub(1)..=(tenths + 2).min(both)).map(|tenths| {
        let tenths_of = |tenths: u64| u32::try_from(tenths).unwrap_or(u32::MAX);
        last_at(up, tenths_of(tenths)).min(last_at(down, tenths_of(both - tenths)))
    });
    let meet = of_both.max().unwrap_or(start).clamp(start, end);
    (Some(meet), Some(meet))
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
