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
    let mut outer: Vec<(Vec<Turn>, Ring)> = Vec::new();
    let mut holes: Vec<(Corner, Ring)> = Vec::new();
    below.for_each(|x, y| {
        let start = (signed(x), signed(y));
        if seen.holds(start.0, start.1) {
            return;
        }
        let turns = follow(inside, streets, &mut seen, start);
        let corners = turns.iter().flat_map(|turn| {
            let at = |step: Corner, sign: f64| {
                position(
                    to_f64(turn.corner.0) + sign * to_f64(step.0) * turn.cut,
                    to_f64(turn.corner.1) + sign * to_f64(step.1) * turn.cut,
                )
            };
            [at(turn.came, -1.0), at(turn.goes, 1.0)]
        });
        let Ok(ring) = Ring::new(corners) else {
            return;
        };
        if doubled_area(&turns) > 0 {
            outer.push((turns, ring));
        } else {
            holes.push((start, ring));
        }
    });
    // A hole belongs to the smallest outer ring around it.
    let mut by_area: Vec<usize> = (0..outer.len()).collect();
    by_area.sort_by_key(|&i| doubled_area(&outer[i].0));
    let mut holes_of: Vec<Vec<Ring>> = vec![Vec::new(); outer.len()];
    for (start, hole) in holes {
        // The start of a hole's side lies under a cell of the polygon that has the hole.
        let owner = by_area
            .iter()
            .find(|&&i| encloses(&outer[i].0, start))
            .expect("every hole lies in an outer ring");
        holes_of[*owner].push(hole);
    }
    let polygons = outer.into_iter().zip(holes_of);
    Outline::new(
        polygons
            .map(|((_, ring), holes)| Polygon::new(ring, holes))
            .collect(),
    )
}

/// The turns of the ring that heads east under a cell, whose sides are marked as seen.
fn follow(inside: &BitCells, streets: &BitCells, seen: &mut BitCells, start: Corner) -> Vec<Turn> {
    let east = (1, 0);
    let (mut at, mut heading) = (start, east);
    let mut turns = Vec::new();
    loop {
        if heading == east {
            let index = |value: isize| usize::try_from(value).expect("inside cells only");
            seen.set(index(at.0), index(at.1));
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
    let next = turns.iter().cycle().skip(1);
    turns
        .iter()
        .zip(next)
        .map(|(a, b)| a.corner.0 * b.corner.1 - b.corner.0 * a.corner.1)
        .sum()
}

/// Whether the middle of a cell lies inside a ring, by the even-odd rule.
fn encloses(turns: &[Turn], cell: Corner) -> bool {
    let next = turns.iter().cycle().skip(1);
    let crossings = turns.iter().zip(next).filter(|(a, b)| {
        // A vertical side to the right of the cell's middle, across its row.
        let (a, b) = (a.corner, b.corner);
        a.0 == b.0 && a.0 > cell.0 && a.1.min(b.1) <= cell.1 && cell.1 < a.1.max(b.1)
    });
    crossings.count() % 2 == 1
}

fn signed(value: usize) -> isize {
    isize::try_from(value).expect("rasters are small")
}

fn to_f64(value: isize) -> f64 {
    f64::from(i32::try_from(value).expect("rasters are small"))
}
