//! The closed form of waves on an edge with one arc each way.

use graph::{ArcId, EdgeId};
use units::{Length, Speed, TravelTime};

use super::Waves;
use crate::isochrone::piece::ReachedPiece;
use crate::network::Direction;

impl Waves<'_> {
    /// The two waves of an edge that has one arc each way and no start of a wave on it: nearly all
    /// edges.
    pub(super) fn plain_waves(&self, edge: EdgeId) -> Option<PlainWaves> {
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
    pub(super) fn cut_plain(
        &self,
        waves: &PlainWaves,
        limit: TravelTime,
        pieces: &mut Vec<ReachedPiece>,
    ) {
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
}

/// The two waves on an edge, by positions along its way.
pub(super) struct PlainWaves {
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
