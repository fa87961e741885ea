use std::collections::BTreeMap;

use units::{LngLat, LocalPlane, Outline, PlanePoint, Polygon, Ring};

use super::raster::Inside;

/// A corner of the grid.
type Corner = (isize, isize);

/// The border of the inside as polygons with holes, corners cut by half a cell.
///
/// Border sides are directed with the inside on their left, so outer rings run counterclockwise and
/// holes clockwise. Where two inside cells touch at a corner the rings turn left and stay apart.
pub(super) fn outline(inside: &Inside, plane: &LocalPlane) -> Outline {
    let width = isize::try_from(inside.grid().width()).expect("grids are small");
    let height = isize::try_from(inside.grid().height()).expect("grids are small");
    // Each border side by its starting corner; a corner has at most two.
    let mut sides: BTreeMap<Corner, Vec<Corner>> = BTreeMap::new();
    let mut side = |from: Corner, to: Corner| sides.entry(from).or_default().push(to);
    for y in 0..height {
        for x in 0..width {
            if !inside.holds(x, y) {
                continue;
            }
            if !inside.holds(x, y - 1) {
                side((x, y), (x + 1, y));
            }
            if !inside.holds(x + 1, y) {
                side((x + 1, y), (x + 1, y + 1));
            }
            if !inside.holds(x, y + 1) {
                side((x + 1, y + 1), (x, y + 1));
            }
            if !inside.holds(x - 1, y) {
                side((x, y + 1), (x, y));
            }
        }
    }

    let mut outer: Vec<(Vec<Corner>, Ring)> = Vec::new();
    let mut holes: Vec<(Corner, Ring)> = Vec::new();
    while let Some((&start, _)) = sides.first_key_value() {
        let corners = follow(&mut sides, start);
        let area = doubled_area(&corners);
        let Some(ring) = ring(&corners, inside, plane) else {
            continue;
        };
        if area > 0 {
            outer.push((corners, ring));
        } else {
            holes.push((corners[0], ring));
        }
    }
    // A hole belongs to the smallest outer ring around it.
    outer.sort_by_key(|(corners, _)| doubled_area(corners));
    let mut holes_of: Vec<Vec<Ring>> = vec![Vec::new(); outer.len()];
    for (corner, hole) in holes {
        // The cell to the left of a hole's leftmost corner is inside.
        let owner = outer
            .iter()
            .position(|(corners, _)| encloses(corners, (corner.0 - 1, corner.1)))
            .expect("every hole lies in an outer ring");
        holes_of[owner].push(hole);
    }
    let mut polygons: Vec<(Corner, Polygon)> = outer
        .into_iter()
        .zip(holes_of)
        .map(|((corners, ring), holes)| (corners[0], Polygon::new(ring, holes)))
        .collect();
    polygons.sort_by_key(|(corner, _)| *corner);
    Outline::new(polygons.into_iter().map(|(_, polygon)| polygon).collect())
}

/// Takes one ring out of the sides, beginning at its lowest, leftmost corner.
fn follow(sides: &mut BTreeMap<Corner, Vec<Corner>>, start: Corner) -> Vec<Corner> {
    let mut corners = vec![start];
    let mut from = start;
    let mut heading: Option<Corner> = None;
    loop {
        let exits = sides
            .get_mut(&from)
            .expect("border sides form closed rings");
        // With two exits the one to the left keeps the two cells apart.
        let turn = |to: &Corner| {
            let step = (to.0 - from.0, to.1 - from.1);
            heading.map_or(0, |h| h.0 * step.1 - h.1 * step.0)
        };
        let best = (0..exits.len())
            .max_by_key(|&i| turn(&exits[i]))
            .expect("a side leaves here");
        let to = exits.swap_remove(best);
        if exits.is_empty() {
            sides.remove(&from);
        }
        heading = Some((to.0 - from.0, to.1 - from.1));
        if to == start && is_closed(sides, start, heading) {
            return corners;
        }
        corners.push(to);
        from = to;
    }
}

/// Whether a ring that came back to its first corner ends there: always, unless the corner is one
/// where two cells touch and the ring still has to turn left.
fn is_closed(
    sides: &BTreeMap<Corner, Vec<Corner>>,
    start: Corner,
    heading: Option<Corner>,
) -> bool {
    let (Some(exits), Some(h)) = (sides.get(&start), heading) else {
        return true;
    };
    !exits
        .iter()
        .any(|to| h.0 * (to.1 - start.1) - h.1 * (to.0 - start.0) > 0)
}

/// Twice the signed area in cells.
fn doubled_area(corners: &[Corner]) -> isize {
    let next = corners.iter().cycle().skip(1);
    corners
        .iter()
        .zip(next)
        .map(|(a, b)| a.0 * b.1 - b.0 * a.1)
        .sum()
}

/// Whether the middle of a cell lies inside a ring of corners, by the even-odd rule.
fn encloses(corners: &[Corner], cell: Corner) -> bool {
    let next = corners.iter().cycle().skip(1);
    let crossings = corners.iter().zip(next).filter(|(a, b)| {
        // A vertical side to the right of the cell's middle, across its row.
        a.0 == b.0 && a.0 > cell.0 && a.1.min(b.1) <= cell.1 && cell.1 < a.1.max(b.1)
    });
    crossings.count() % 2 == 1
}

/// Corners to positions: straight runs become one side, turns are cut half a cell before and after.
fn ring(corners: &[Corner], inside: &Inside, plane: &LocalPlane) -> Option<Ring> {
    let n = corners.len();
    let mut positions: Vec<LngLat> = Vec::new();
    for i in 0..n {
        let (before, here, after) = (corners[(i + n - 1) % n], corners[i], corners[(i + 1) % n]);
        let came = (here.0 - before.0, here.1 - before.1);
        let goes = (after.0 - here.0, after.1 - here.1);
        if came == goes {
            continue;
        }
        let at = |step: Corner, sign: f64| {
            let corner = inside.grid().corner(0, 0);
            let half = inside.grid().side_m() / 2.0;
            let meters = |cells: isize, step: isize| {
                let whole = f64::from(i32::try_from(cells).expect("grids are small"));
                let part = f64::from(i32::try_from(step).expect("one cell"));
                whole * inside.grid().side_m() + sign * part * half
            };
            plane.unproject(PlanePoint {
                x_m: corner.x_m + meters(here.0, step.0),
                y_m: corner.y_m + meters(here.1, step.1),
            })
        };
        positions.push(at(came, -1.0));
        positions.push(at(goes, 1.0));
    }
    Ring::new(positions).ok()
}
