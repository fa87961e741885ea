use graph::NodeId;
use units::{LngLat, Outline, Polygon, Ring};

use super::bit_cells::{BitCells, for_runs};

/// Where the border turns. Corner (x, y) of the grid is the south-west corner of cell (x, y).
#[derive(Clone, Copy, Debug)]
struct Turn {
    x: u32,
    y: u32,
    /// The turn after this one along its ring.
    next: u32,
    cut: Cut,
    /// Whether the side that goes north or south from here goes north.
    goes_north: bool,
}

/// How much of a corner is cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cut {
    /// The cell that would lose or gain it holds a street.
    Nothing,
    /// Half a cell each way.
    Half,
    /// Where two inside cells touch at a corner only, the rings must come apart even over a street:
    /// by [`APART`].
    Apart,
}

/// In cells: no more than the rounding of positions.
const APART: f64 = 0.01;

/// No turn, or no ring.
const NONE: u32 = u32::MAX;

/// The border of the inside as polygons with holes.
///
/// Rings run with the inside on their left, so outer rings run counterclockwise and holes
/// clockwise. Where two inside cells touch at a corner the rings turn left and stay apart.
/// `halves` turns columns and rows, counted in halves of cells, into a position, `exact` those
/// counted in cells; `streets` are cells whose corners stay whole. The outermost cells of the window
/// are not inside.
///
/// Cost: the cells, 64 at a time, and the corners of the border.
pub(super) fn outline(
    inside: &BitCells,
    streets: &BitCells,
    halves: impl Fn(isize, isize) -> LngLat,
    exact: impl Fn(f64, f64) -> LngLat,
) -> Outline {
    let border = Border::new(inside, streets);
    let mut ring_of = vec![NONE; border.turns.len()];
    let mut rings: Vec<TracedRing> = Vec::new();
    for &start in &border.eastward {
        if ring_of[index(start)] != NONE {
            continue;
        }
        let id = NodeId::from_index(rings.len()).as_u32();
        rings.push(border.follow(start, id, &mut ring_of, &halves, &exact));
    }
    // Going west from the westernmost side of a hole, the first side met is one of the outer ring, or
    // of another hole that reaches further west.
    let ring_to_the_west = |cell| index(ring_of[border.west_turn(inside, cell)]);
    let owners: Vec<Option<usize>> = rings
        .iter()
        .map(|ring| {
            let mut owner = (!ring.is_outer).then(|| ring_to_the_west(ring.before))?;
            while !rings[owner].is_outer {
                owner = ring_to_the_west(rings[owner].before);
            }
            Some(owner)
        })
        .collect();
    let mut holes_of: Vec<Vec<Ring>> = vec![Vec::new(); rings.len()];
    let mut outer: Vec<(usize, Ring)> = Vec::new();
    for (id, (ring, owner)) in rings.into_iter().zip(owners).enumerate() {
        let border = Ring::new(ring.corners).expect("a ring of cells has four corners at least");
        match owner {
            Some(owner) => holes_of[owner].push(border),
            None => outer.push((id, border)),
        }
    }
    let polygons = outer.into_iter().map(|(id, ring)| {
        let holes = std::mem::take(&mut holes_of[id]);
        Polygon::new(ring, holes)
    });
    Outline::new(polygons.collect())
}

struct TracedRing {
    corners: Vec<LngLat>,
    is_outer: bool,
    /// The cell to the west of its westernmost side; inside when the ring is a hole.
    before: (u32, u32),
}

/// All turns of all rings.
struct Border {
    /// By rows of corners.
    turns: Vec<Turn>,
    /// Where the turns of each row of corners begin.
    first_of_row: Vec<u32>,
    /// The turns at which sides that head east begin, from south to north and from west to east.
    eastward: Vec<u32>,
}

impl Border {
    /// Row by row: where cells above and below a row of corners differ, a side runs east or west;
    /// each of its ends turns into a side north or south, which meets the next turn in its column.
    fn new(inside: &BitCells, streets: &BitCells) -> Self {
        let words = inside.row(0).len();
        let mut border = Self {
            turns: Vec::new(),
            first_of_row: vec![0; 2],
            eastward: Vec::new(),
        };
        // By column: the turn whose side goes north from here.
        let mut open = vec![NONE; words * 64 + 1];
        let mut differ = vec![0; words];
        for y in 1..inside.height() {
            let rows = (inside.row(y - 1), inside.row(y));
            // Inside south of the corners only: sides that head west. They come first, so that where
            // four sides meet the one from the south ends before the one to the north begins.
            for (i, word) in differ.iter_mut().enumerate() {
                *word = rows.0[i] & !rows.1[i];
            }
            let row = Row { inside, streets, y };
            for_runs(&differ, |from, to| {
                border.add_side(&row, &mut open, from, to, false);
            });
            for (i, word) in differ.iter_mut().enumerate() {
                *word = rows.1[i] & !rows.0[i];
            }
            for_runs(&differ, |from, to| {
                border.eastward.push(border.n_turns());
                border.add_side(&row, &mut open, from, to, true);
            });
            border.first_of_row.push(border.n_turns());
        }
        debug_assert!(open.iter().all(|&turn| turn == NONE), "a side has no end");
        border
    }

    fn n_turns(&self) -> u32 {
        NodeId::from_index(self.turns.len()).as_u32()
    }

    /// Adds a side between two columns with the turns at its ends.
    fn add_side(
        &mut self,
        row: &Row<'_>,
        open: &mut [u32],
        from: usize,
        to: usize,
        heads_east: bool,
    ) {
        let (west, east) = (self.n_turns(), self.n_turns() + 1);
        // The side heads from the first to the second; what goes north or south enters the first and
        // leaves the second.
        let [west_turn, east_turn] = [(from, from - 1, from), (to, to, to - 1)]
            .map(|(x, beyond, last)| row.turn(x, beyond, last, heads_east));
        self.turns.push(Turn {
            next: east,
            ..west_turn
        });
        self.turns.push(Turn {
            next: west,
            ..east_turn
        });
        let (enters, leaves) = if heads_east {
            (west, east)
        } else {
            (east, west)
        };
        for (turn, x) in [(west, from), (east, to)] {
            if self.turns[index(turn)].goes_north {
                open[x] = turn;
                continue;
            }
            let south = std::mem::replace(&mut open[x], NONE);
            if turn == leaves {
                self.turns[index(turn)].next = south;
            } else {
                self.turns[index(south)].next = enters;
            }
        }
    }

    /// The turns of one ring, from the one after `start`, as corners.
    fn follow(
        &self,
        start: u32,
        id: u32,
        ring_of: &mut [u32],
        halves: &impl Fn(isize, isize) -> LngLat,
        exact: &impl Fn(f64, f64) -> LngLat,
    ) -> TracedRing {
        let mut corners = Vec::new();
        let mut doubled_area = 0;
        let mut leftmost = (u32::MAX, u32::MAX);
        let mut before = self.turns[index(start)];
        let mut at = before.next;
        loop {
            ring_of[index(at)] = id;
            let turn = self.turns[index(at)];
            let after = self.turns[index(turn.next)];
            leftmost = leftmost.min((turn.x, turn.y));
            let [(x0, y0), (x, y), (x1, y1)] = [before, turn, after].map(|turn| {
                let signed = |value: u32| isize::try_from(value).expect("rasters are small");
                (signed(turn.x), signed(turn.y))
            });
            doubled_area += x0 * y - x * y0;
            let (came, goes) = (
                ((x - x0).signum(), (y - y0).signum()),
                ((x1 - x).signum(), (y1 - y).signum()),
            );
            match turn.cut {
                Cut::Nothing => corners.push(halves(2 * x, 2 * y)),
                Cut::Half => {
                    // Sides of one cell that are cut at both ends meet in their middle.
                    let first = halves(2 * x - came.0, 2 * y - came.1);
                    if corners.last() != Some(&first) {
                        corners.push(first);
                    }
                    corners.push(halves(2 * x + goes.0, 2 * y + goes.1));
                }
                Cut::Apart => {
                    let by = |value: isize, step: isize| to_f64(value) + APART * to_f64(step);
                    corners.push(exact(by(x, -came.0), by(y, -came.1)));
                    corners.push(exact(by(x, goes.0), by(y, goes.1)));
                }
            }
            if at == start {
                break;
            }
            before = turn;
            at = turn.next;
        }
        TracedRing {
            corners,
            is_outer: doubled_area > 0,
            before: (leftmost.0 - 1, leftmost.1),
        }
    }

    /// The turn south of the first side met going west from an inside cell.
    fn west_turn(&self, inside: &BitCells, (x, y): (u32, u32)) -> usize {
        let row = inside.row(index(y));
        let mut x = index(x);
        while row[(x - 1) / 64] >> ((x - 1) % 64) & 1 == 1 {
            x -= 1;
        }
        let column = NodeId::from_index(x).as_u32();
        (0..=index(y))
            .rev()
            .find_map(|y| {
                let turns = index(self.first_of_row[y])..index(self.first_of_row[y + 1]);
                let here =
                    |&turn: &usize| self.turns[turn].x == column && self.turns[turn].goes_north;
                turns.into_iter().find(here)
            })
            .expect("a side has a southern end")
    }
}

/// A row of corners.
struct Row<'a> {
    inside: &'a BitCells,
    streets: &'a BitCells,
    y: usize,
}

impl Row<'_> {
    /// The turn in column `x` at an end of a side, with the columns of the cells beyond the end and
    /// at it.
    ///
    /// The inside lies north of a side that heads east, south of one that heads west.
    fn turn(&self, x: usize, beyond: usize, last: usize, heads_east: bool) -> Turn {
        let (own, other) = if heads_east {
            (self.y, self.y - 1)
        } else {
            (self.y - 1, self.y)
        };
        // Three cells around the corner are inside, or one, or two that touch at the corner only.
        let three = holds(self.inside, beyond, own);
        let changed = holds(self.streets, last, if three { other } else { own });
        let cut = if !changed {
            Cut::Half
        } else if !three && holds(self.inside, beyond, other) {
            Cut::Apart
        } else {
            Cut::Nothing
        };
        Turn {
            x: NodeId::from_index(x).as_u32(),
            y: NodeId::from_index(self.y).as_u32(),
            next: NONE,
            cut,
            goes_north: heads_east != three,
        }
    }
}

fn holds(cells: &BitCells, x: usize, y: usize) -> bool {
    cells.row(y)[x / 64] >> (x % 64) & 1 == 1
}

fn index(value: u32) -> usize {
    NodeId::new(value).index()
}

fn to_f64(value: isize) -> f64 {
    f64::from(i32::try_from(value).expect("rasters are small"))
}
