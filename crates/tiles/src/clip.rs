//! Lines and rings cut to a rectangle, so that a tile holds what it shows and little more.

use crate::world::{WorldBox, WorldPoint};

/// The parts of a line inside a rectangle (Liang and Barsky, segment by segment).
///
/// Cost: linear in the points.
pub(crate) fn line(points: &[WorldPoint], to: &WorldBox) -> Vec<Vec<WorldPoint>> {
    let mut parts: Vec<Vec<WorldPoint>> = Vec::new();
    let mut open = false;
    for ends in points.windows(2) {
        let Some((start, end)) = segment(ends[0], ends[1], to) else {
            open = false;
            continue;
        };
        match parts.last_mut() {
            Some(part) if open && part.last() == Some(&start) => part.push(end),
            _ => parts.push(vec![start, end]),
        }
        open = end == ends[1];
    }
    parts
}

fn segment(a: WorldPoint, b: WorldPoint, to: &WorldBox) -> Option<(WorldPoint, WorldPoint)> {
    let (dx, dy) = (b.x - a.x, b.y - a.y);
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    for (step, room) in [
        (-dx, a.x - to.low.x),
        (dx, to.high.x - a.x),
        (-dy, a.y - to.low.y),
        (dy, to.high.y - a.y),
    ] {
        if step == 0.0 {
            if room < 0.0 {
                return None;
            }
        } else if step < 0.0 {
            enter = enter.max(room / step);
        } else {
            leave = leave.min(room / step);
        }
    }
    if enter > leave {
        return None;
    }
    let at = |share: f64| WorldPoint {
        x: a.x + share * dx,
        y: a.y + share * dy,
    };
    let start = if enter > 0.0 { at(enter) } else { a };
    let end = if leave < 1.0 { at(leave) } else { b };
    Some((start, end))
}

/// A side of a rectangle; y grows to the south.
#[derive(Clone, Copy)]
enum Side {
    West,
    East,
    North,
    South,
}

/// The part of a ring inside a rectangle (Sutherland and Hodgman); empty when there is none.
///
/// A ring that leaves and enters again keeps connecting edges along the rectangle's border, which
/// lies in the tile's margin and is not seen. The closing corner is not repeated.
///
/// Cost: linear in the corners.
pub(crate) fn ring(corners: &[WorldPoint], to: &WorldBox) -> Vec<WorldPoint> {
    let mut ring = corners.to_vec();
    for side in [Side::West, Side::East, Side::North, Side::South] {
        let (border, is_low) = match side {
            Side::West => (to.low.x, true),
            Side::East => (to.high.x, false),
            Side::North => (to.low.y, true),
            Side::South => (to.high.y, false),
        };
        let along = |p: &WorldPoint| match side {
            Side::West | Side::East => p.x,
            Side::North | Side::South => p.y,
        };
        let inside = |p: &WorldPoint| {
            if is_low {
                along(p) >= border
            } else {
                along(p) <= border
            }
        };
        let mut cut = Vec::with_capacity(ring.len() + 4);
        for (i, &corner) in ring.iter().enumerate() {
            let previous = ring[(i + ring.len() - 1) % ring.len()];
            if inside(&previous) != inside(&corner) {
                let share = (border - along(&previous)) / (along(&corner) - along(&previous));
                cut.push(WorldPoint {
                    x: previous.x + share * (corner.x - previous.x),
                    y: previous.y + share * (corner.y - previous.y),
                });
            }
            if inside(&corner) {
                cut.push(corner);
            }
        }
        ring = cut;
    }
    ring
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNIT: WorldBox = WorldBox {
        low: WorldPoint { x: 0.0, y: 0.0 },
        high: WorldPoint { x: 1.0, y: 1.0 },
    };

    fn points(list: &[(f64, f64)]) -> Vec<WorldPoint> {
        list.iter().map(|&(x, y)| WorldPoint { x, y }).collect()
    }

    fn area(ring: &[WorldPoint]) -> f64 {
        let pairs = ring.iter().zip(ring.iter().cycle().skip(1));
        pairs.map(|(a, b)| a.x * b.y - b.x * a.y).sum::<f64>() / 2.0
    }

    #[test]
    fn a_line_that_leaves_and_enters_becomes_two() {
        let parts = line(
            &points(&[(0.25, 0.5), (1.5, 0.5), (1.5, 0.75), (0.5, 0.75)]),
            &UNIT,
        );
        assert_eq!(
            parts,
            [
                points(&[(0.25, 0.5), (1.0, 0.5)]),
                points(&[(1.0, 0.75), (0.5, 0.75)])
            ]
        );
    }

    #[test]
    fn a_line_inside_stays_and_one_outside_goes() {
        let inside = points(&[(0.1, 0.1), (0.2, 0.9), (0.9, 0.9)]);
        assert_eq!(line(&inside, &UNIT), [inside]);
        assert!(line(&points(&[(2.0, 0.0), (2.0, 1.0)]), &UNIT).is_empty());
    }

    #[test]
    fn a_ring_around_everything_becomes_the_rectangle() {
        let ring = ring(
            &points(&[(-1.0, -1.0), (2.0, -1.0), (2.0, 2.0), (-1.0, 2.0)]),
            &UNIT,
        );
        assert!((area(&ring) - 1.0).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn a_clipped_box_has_the_area_of_the_overlap(
            west in -1.0..1.5_f64, south in -1.0..1.5_f64,
            width in 0.01..2.0_f64, height in 0.01..2.0_f64,
        ) {
            let (east, north) = (west + width, south + height);
            let clipped = ring(
                &points(&[(west, south), (east, south), (east, north), (west, north)]),
                &UNIT,
            );
            let overlap = |low: f64, high: f64| (high.min(1.0) - low.max(0.0)).max(0.0);
            let expected = overlap(west, east) * overlap(south, north);
            prop_assert!((area(&clipped) - expected).abs() < 1e-9);
        }

        #[test]
        fn what_is_left_of_a_line_lies_inside(
            list in proptest::collection::vec((-1.0..2.0_f64, -1.0..2.0_f64), 2..12),
        ) {
            for part in line(&points(&list), &UNIT) {
                for point in part {
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(&point.x));
                    prop_assert!((-1e-9..=1.0 + 1e-9).contains(&point.y));
                }
            }
        }
    }
}
