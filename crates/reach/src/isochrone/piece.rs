use graph::EdgeId;
use units::{Length, LngLat, TravelTime};

use crate::network::Network;

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
