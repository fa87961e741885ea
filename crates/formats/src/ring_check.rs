//! Whether the corners of an outline enclose anything, and whether its sides cross.

use units::{LngLat, LocalPlane, Ring};

/// Rings whose area is no more than a strip of this width along half of their length enclose
/// nothing: corners on a slanted line are never exactly on it once they are rounded.
const NARROWEST_M: f64 = 0.1;

/// Whether a ring that does not cross itself is a line in truth.
///
/// Cost: linear in the corners.
pub(crate) fn encloses_nothing(ring: &Ring) -> bool {
    let corners = ring.corners();
    let plane = LocalPlane::at(corners[0]);
    let points: Vec<_> = corners
        .iter()
        .map(|&corner| plane.project(corner))
        .collect();
    let sides = || points.iter().zip(points.iter().cycle().skip(1));
    let doubled_m2: f64 = sides().map(|(a, b)| a.x_m * b.y_m - b.x_m * a.y_m).sum();
    let around_m: f64 = sides().map(|(a, b)| a.distance_m(*b)).sum();
    doubled_m2.abs() <= around_m * NARROWEST_M
}

/// Where two sides of a ring cross in the middle of both; touching is no crossing.
///
/// Cost: n log n and the pairs of sides that overlap from west to east.
pub(crate) fn crossing(ring: &Ring) -> Option<LngLat> {
    let mut sides: Vec<(LngLat, LngLat)> = ring.sides().collect();
    let west = |side: &(LngLat, LngLat)| side.0.lng_e7().min(side.1.lng_e7());
    let east = |side: &(LngLat, LngLat)| side.0.lng_e7().max(side.1.lng_e7());
    sides.sort_by_key(|side| (west(side), side.0.lat_e7(), side.1.lat_e7()));
    let mut open: Vec<(LngLat, LngLat)> = Vec::new();
    for side in sides {
        open.retain(|other| east(other) >= west(&side));
        for other in &open {
            if cross(side, *other) {
                return Some(side.0);
            }
        }
        open.push(side);
    }
    None
}

fn cross((a, b): (LngLat, LngLat), (c, d): (LngLat, LngLat)) -> bool {
    let (ab, cd) = ((a.lat_e7(), b.lat_e7()), (c.lat_e7(), d.lat_e7()));
    if ab.0.max(ab.1) < cd.0.min(cd.1) || cd.0.max(cd.1) < ab.0.min(ab.1) {
        return false;
    }
    turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
}

/// -1, 0 or 1: to which side of the line from `a` to `b` a position lies.
fn turn(a: LngLat, b: LngLat, c: LngLat) -> i128 {
    let of = |at: LngLat| (i128::from(at.lng_e7()), i128::from(at.lat_e7()));
    let ((ax, ay), (bx, by), (cx, cy)) = (of(a), of(b), of(c));
    ((bx - ax) * (cy - ay) - (by - ay) * (cx - ax)).signum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(corners: &[(f64, f64)]) -> Ring {
        let at = |&(lng, lat): &(f64, f64)| LngLat::from_degrees(lng, lat).unwrap();
        Ring::new(corners.iter().map(at)).unwrap()
    }

    #[test]
    fn lines_enclose_nothing() {
        for line in [
            [(114.05, 22.54), (114.06, 22.54), (114.07, 22.54)],
            [
                (114.0551, 22.5403),
                (114.0617, 22.5459),
                (114.0684, 22.551_584_8),
            ],
        ] {
            assert!(encloses_nothing(&ring(&line)), "{line:?}");
        }
        // There and back again.
        let back = ring(&[(114.0, 22.0), (114.1, 22.0), (114.2, 22.0), (114.1, 22.0)]);
        assert!(encloses_nothing(&back) && crossing(&back).is_none());
        // A metre wide and a kilometre long is narrow, but an area.
        let strip = [
            (114.0, 22.0),
            (114.01, 22.0),
            (114.01, 22.00001),
            (114.0, 22.00001),
        ];
        assert!(!encloses_nothing(&ring(&strip)));
        assert!(!encloses_nothing(&ring(&[
            (114.0, 22.0),
            (114.1, 22.0),
            (114.0, 22.1)
        ])));
    }

    #[test]
    fn a_bow_tie_crosses_itself_and_a_notch_does_not() {
        let bow = ring(&[(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0)]);
        assert!(crossing(&bow).is_some());
        let notch = [(0.0, 0.0), (2.0, 0.0), (1.0, 1.0), (2.0, 2.0), (0.0, 2.0)];
        assert!(crossing(&ring(&notch)).is_none());
        // Two squares that touch in a corner.
        let touching = [
            (0.0, 0.0),
            (1.0, 0.0),
            (1.0, 1.0),
            (2.0, 1.0),
            (2.0, 2.0),
            (1.0, 2.0),
            (1.0, 1.0),
            (0.0, 1.0),
        ];
        assert!(crossing(&ring(&touching)).is_none());
    }
}
