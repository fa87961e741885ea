use units::{LngLat, Outline, Polygon, Ring};

use super::bit_cells::BitCells;

/// A corner of the grid.
type Corner = (isize, isize);

/// A corner of a ring, with how far before and after it the ring leaves the grid.
#[derive(Clone, Copy, Debug)]
struct Turn {
    corner: Corner,
    came: Corner,
    goes: Corner,
    /// In cells.
    cut: f64,
}

/// Corners are cut by half a cell where the cell on the far side of the cut holds no street.
const HALF: f64 = 0.5;

/// Where two inside cells touch at a corner only, the rings must come apart even over a street: by
/// a hundredth of a cell, which is no more than the rounding of positions.
const APART: f64 = 0.01;

/// The border of the inside as polygons with holes.
///
/// Rings run with the inside on their left, so outer rings run counterclockwise and holes
/// clockwise. Where two inside cells touch at a corner the rings turn left and stay apart.
/// `position` turns columns and rows into a position; `streets` are cells whose corners stay whole.
///
/// Cost: the cells, 64 at a time, and the corners of the border.
pub(super) fn outline(
    inside: &BitCells,
    streets: &BitCells,
    position: impl Fn(f64, f64) -> LngLat,
) -> Outline {
    // Every ring has a side along which it heads east, the inside above it.
    let mut below = inside.clone();
    for y in (1..inside.height()).rev() {
        let under = inside.row(y - 1).to_vec();
        for (side, under) in below.row_mut(y).iter_mut().zip(under) {
            *side &= !under;
        }
    }
    let mut seen = BitCells::new(inside.row(0).len(), inside.height());
    let mut rings: Vec<TracedRing> = Vec::new();
    let mut west_sides: Vec<(isize, isize, usize)> = Vec::new();
    below.for_each(|x, y| {
        let start = (signed(x), signed(y));
        if seen.holds(start.0, start.1) {
            return;
        }
        let id = rings.len();
        let turns = follow(inside, streets, &mut seen, start, |x, y| {
            west_sides.push((y, x, id));
        });
        let corners = turns.iter().flat_map(|turn| {
            let at = |step: Corner, sign: f64| {
                position(
                    to_f64(turn.corner.0) + sign * to_f64(step.0) * turn.cut,
                    to_f64(turn.corner.1) + sign * to_f64(step.1) * turn.cut,
                )
            };
            [at(turn.came, -1.0), at(turn.goes, 1.0)]
        });
        let leftmost = turns.iter().map(|turn| turn.corner).min();
        let (x, y) = leftmost.expect("a ring has turns");
        rings.push(TracedRing {
            ring: Ring::new(corners).expect("a ring of cells has four corners at least"),
            is_outer: doubled_area(&turns) > 0,
            before: (x - 1, y),
        });
    });
    // Going west from the westernmost side of a hole, the first side met is one of the outer ring, or
    // of another hole that reaches further west.
    west_sides.sort_unstable();
    let ring_to_the_west = |(x, y): Corner| {
        let next = west_sides.partition_point(|&(row, side, _)| (row, side) <= (y, x));
        west_sides[next - 1].2
    };
    let mut holes_of: Vec<Vec<Ring>> = vec![Vec::new(); rings.len()];
    for ring in rings.iter().filter(|ring| !ring.is_outer) {
        let mut owner = ring_to_the_west(ring.before);
        while !rings[owner].is_outer {
            owner = ring_to_the_west(rings[owner].before);
        }
        holes_of[owner].push(ring.ring.clone());
    }
    let polygons = rings.into_iter().zip(holes_of);
    Outline::new(
        polygons
            .filter(|(ring, _)| ring.is_outer)
            .map(|(ring, holes)| Polygon::new(ring.ring, holes))
            .collect(),
    )
}

struct TracedRing {
    ring: Ring,
    is_outer: bool,
    /// The cell to the west of its westernmost side; inside when the ring is a hole.
    before: Corner,
}

/// The turns of the ring that heads east under a cell, whose sides are marked as seen.
///
/// `west_side` is told the cells that have a side of the ring to their west.
fn follow(
    inside: &BitCells,
    streets: &BitCells,
    seen: &mut BitCells,
    start: Corner,
    mut west_side: impl FnMut(isize, isize),
) -> Vec<Turn> {
    let east = (1, 0);
    let (mut at, mut heading) = (start, east);
    let mut turns = Vec::new();
    loop {
        if heading == east {
            let index = |value: isize| usize::try_from(value).expect("inside cells only");
            seen.set(index(at.0), index(at.1));
        } else if heading == (0, -1) {
            west_side(at.0, at.1 - 1);
        }
        at = (at.0 + heading.0, at.1 + heading.1);
        // The two cells ahead: a corner (x, y) has cell (x, y) to its north-east.
        let cell = |right: isize, up: isize| (at.0 + (right - 1) / 2, at.1 + (up - 1) / 2);
        let ahead_left = cell(heading.0 - heading.1, heading.1 + heading.0);
        let ahead_right = cell(heading.0 + heading.1, heading.1 - heading.0);
        let behind_left = cell(-heading.0 - heading.1, -heading.1 + heading.0);
        let left = inside.holds(ahead_left.0, ahead_left.1);
        let right = inside.holds(ahead_right.0, ahead_right.1);
        let came = heading;
        // Which cell loses or gains the corner.
        let changed = if !left {
            heading = (-heading.1, heading.0);
            behind_left
        } else if right {
            heading = (heading.1, -heading.0);
            cell(-came.0 + came.1, -came.1 - came.0)
        } else {
            if (at, heading) == (start, east) {
                return turns;
            }
            continue;
        };
        let cut = if !streets.holds(changed.0, changed.1) {
            HALF
        } else if !left && right {
            APART
        } else {
            0.0
        };
        turns.push(Turn {
            corner: at,
            came,
            goes: heading,
            cut,
        });
        if (at, heading) == (start, east) {
            return turns;
        }
    }
}

/// Twice the signed area in cells.
fn doubled_area(turns: &[Turn]) -> isize {
    let cross = |a: Corner, b: Corner| a.0 * b.1 - b.0 * a.1;
    let sides = turns
        .windows(2)
        .map(|ends| cross(ends[0].corner, ends[1].corner));
    let closing = turns.last().zip(turns.first());
    let closing = closing.map_or(0, |(last, first)| cross(last.corner, first.corner));
    sides.sum::<isize>() + closing
}

fn signed(value: usize) -> isize {
    isize::try_from(value).expect("rasters are small")
}

fn to_f64(value: isize) -> f64 {
    f64::from(i32::try_from(value).expect("rasters are small"))
}
