use graph::{Heading, RoadClass, Stops};
use units::{EARTH_RADIUS_M, Length, LngLat};

use crate::read::{Extract, Way};

/// A street between two routing nodes, named by dense number.
pub(super) struct Piece {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) length_mm: u64,
    pub(super) way_start_mm: u64,
    pub(super) shape: (usize, usize),
    pub(super) stops: Stops,
}

/// The pieces of one way.
#[derive(Default)]
pub(super) struct CutWay {
    pub(super) pieces: Vec<Piece>,
    pub(super) shape: Vec<LngLat>,
    pub(super) length_mm: u64,
    pub(super) cuts: Cuts,
}

/// Where a way was cut that goes on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cuts {
    /// At a node that is not in the file.
    pub(super) missing: bool,
    /// Between two nodes that are too far apart.
    pub(super) far: bool,
}

/// Calls `take` with each run of nodes of a way that are in the file, neighbours different and not
/// too far apart; says where it was cut.
fn runs(extract: &Extract, way: &Way, buffer: &mut Vec<u32>, mut take: impl FnMut(&[u32])) -> Cuts {
    let refs = &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)];
    let facts = way
        .street
        .map(|street| &extract.facts[units::index(street.facts)]);
    let is_ferry = facts.is_some_and(|facts| facts.class == RoadClass::Ferry);
    let mut cuts = Cuts::default();
    buffer.clear();
    for &node in refs {
        let Some(position) = extract.positions.get(node) else {
            cuts.missing = true;
            if buffer.len() > 1 {
                take(buffer);
            }
            buffer.clear();
            continue;
        };
        let Some(&before) = buffer.last() else {
            buffer.push(node);
            continue;
        };
        if before == node {
            continue;
        }
        let from = extract.positions.get(before);
        if !is_ferry && from.is_some_and(|from| is_too_far(from, position)) {
            cuts.far = true;
            if buffer.len() > 1 {
                take(buffer);
            }
            buffer.clear();
        }
        buffer.push(node);
    }
    if buffer.len() > 1 {
        take(buffer);
    }
    cuts
}

/// Streets longer than this without a node between are mistakes. Even the straightest roads of the
/// deserts are mapped with a node every few kilometres, and nobody rides so far to a service; one
/// misplaced node would make the map of a city as large as a continent.
const MOST_STRAIGHT: Length = Length::from_m(100_000);

/// Whether a straight street between two nodes would be a mistake.
pub(crate) fn is_too_far(a: LngLat, b: LngLat) -> bool {
    let difference = |a: i32, b: i32| (i64::from(a) - i64::from(b)).abs();
    // Half a degree and less is never so far.
    let near = 10 * FLAT_E7;
    let is_near =
        difference(a.lng_e7(), b.lng_e7()) < near && difference(a.lat_e7(), b.lat_e7()) < near;
    !is_near && a.distance_to(b) > MOST_STRAIGHT
}

/// How many pieces the streets fall into.
pub(super) fn count_pieces(extract: &Extract, is_routing: &[bool]) -> usize {
    let mut buffer = Vec::new();
    let mut n_pieces = 0;
    for way in extract.ways.iter().filter(|way| way.street.is_some()) {
        runs(extract, way, &mut buffer, |run| {
            let rest = run[1..].iter();
            n_pieces += rest.filter(|&&node| is_routing[units::index(node)]).count();
        });
    }
    n_pieces
}

/// Crossings, ends, and nodes on which something stands.
pub(super) fn routing_nodes(extract: &Extract) -> Vec<bool> {
    let mut touched = vec![false; extract.positions.len()];
    let mut is_routing = vec![false; extract.positions.len()];
    let mut buffer = Vec::new();
    for way in extract.ways.iter().filter(|way| way.street.is_some()) {
        runs(extract, way, &mut buffer, |run| {
            for &node in run {
                let node = units::index(node);
                is_routing[node] |= touched[node];
                touched[node] = true;
            }
            for end in [run[0], run[run.len() - 1]] {
                is_routing[units::index(end)] = true;
            }
        });
    }
    for (&node, mark) in &extract.marks {
        is_routing[units::index(node)] |= mark.facts.matters();
    }
    is_routing
}

pub(super) fn cut_way(extract: &Extract, way: &Way, is_routing: &[bool]) -> CutWay {
    let mut buffer = Vec::new();
    let mut all = CutWay::default();
    let position = |node: u32| extract.positions.get(node).expect("runs have positions");
    let class = way
        .street
        .map(|street| extract.facts[units::index(street.facts)].class);
    // A lift goes up: without a length its duration could not be shared among its pieces.
    let least_mm = u64::from(class == Some(RoadClass::Elevator));
    let cuts = runs(extract, way, &mut buffer, |run| {
        let mut start = run[0];
        let mut start_mm = all.length_mm;
        let mut shape_from = all.shape.len();
        let mut inner = Stops::default();
        for pair in run.windows(2) {
            let (before, node) = (pair[0], pair[1]);
            // A street across the 180° meridian reaches it on one side and goes on on the other.
            let across = position(before).antimeridian_to(position(node));
            all.shape.extend(across.into_iter().flatten());
            all.length_mm += segment_mm(position(before), position(node)).max(least_mm);
            if is_routing[units::index(node)] {
                let mut stops = inner;
                add_stops(extract, node, &mut stops, &[Heading::Forward]);
                add_stops(extract, start, &mut stops, &[Heading::Backward]);
                all.pieces.push(Piece {
                    start,
                    end: node,
                    length_mm: all.length_mm - start_mm,
                    way_start_mm: start_mm,
                    shape: (shape_from, all.shape.len()),
                    stops,
                });
                start = node;
                start_mm = all.length_mm;
                shape_from = all.shape.len();
                inner = Stops::default();
            } else {
                all.shape.push(position(node));
                add_stops(extract, node, &mut inner, &Heading::BOTH);
            }
        }
    });
    all.cuts = cuts;
    all
}

fn add_stops(extract: &Extract, node: u32, stops: &mut Stops, headings: &[Heading]) {
    let Some(mark) = extract.marks.get(&node) else {
        return;
    };
    for heading in headings {
        let at = heading.index();
        stops.signals[at] = stops.signals[at].saturating_add(u8::from(mark.has_signals));
        stops.crossings[at] = stops.crossings[at].saturating_add(u8::from(mark.has_crossing));
    }
}

/// Longer segments than this, in 1e-7 degrees, are measured along the great circle.
const FLAT_E7: i64 = 500_000;

/// Length of a straight segment in millimetres.
///
/// Short segments are measured on the plane that touches the earth at their middle: below 0.05
/// degrees it differs from the great circle by less than a millionth, and it takes one cosine
/// instead of four.
pub(super) fn segment_mm(a: LngLat, b: LngLat) -> u64 {
    let dx = i64::from(b.lng_e7()) - i64::from(a.lng_e7());
    let dy = i64::from(b.lat_e7()) - i64::from(a.lat_e7());
    if dx.abs() > FLAT_E7 || dy.abs() > FLAT_E7 {
        return u64::from(a.distance_to(b).as_mm());
    }
    let mm_per_e7 = EARTH_RADIUS_M * 1_000.0 * std::f64::consts::PI / 180.0 * 1e-7;
    let middle = f64::midpoint(a.lat(), b.lat()).to_radians();
    let x = to_f64(dx) * libm::cos(middle);
    let y = to_f64(dy);
    let mm = (x * x + y * y).sqrt() * mm_per_e7;
    u64::from(Length::from_m_f64(mm / 1_000.0).as_mm())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "differences of 1e-7 degrees are below 2^33 and exact in a double"
)]
fn to_f64(e7: i64) -> f64 {
    e7 as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: proptest::test_runner::RngSeed::Fixed(7),
            ..ProptestConfig::default()
        })]

        #[test]
        fn short_segments_measure_as_great_circles(
            lng in -179.0..179.0_f64, lat in -80.0..80.0_f64,
            dx in -0.05..0.05_f64, dy in -0.05..0.05_f64
        ) {
            let a = LngLat::from_degrees(lng, lat).unwrap();
            let b = LngLat::from_degrees(lng + dx, lat + dy).unwrap();
            let (flat, round) = (segment_mm(a, b), u64::from(a.distance_to(b).as_mm()));
            prop_assert!(flat.abs_diff(round) <= 2 + round / 1_000_000, "{flat} against {round}");
        }
    }
}
