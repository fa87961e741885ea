use units::{BoundingBox, Length, LocalPlane, PlanePoint};

use super::PolygonOptions;

/// Square cells over a box of the plane; cell borders lie at whole multiples of the side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    side_m: f64,
    min_x: i32,
    min_y: i32,
    width: usize,
    height: usize,
}

impl Grid {
    /// Cells over a box, with room for the margin and one empty cell around.
    pub(super) fn around(
        plane: &LocalPlane,
        bounding_box: &BoundingBox,
        options: &PolygonOptions,
    ) -> Self {
        let side_m = options.cell.as_m_f64().max(1.0);
        let low = plane.project(bounding_box.south_west());
        let high = plane.project(bounding_box.north_east());
        let room = cells(options.margin.as_m_f64() / side_m) + 2;
        let min_x = floor(low.x_m / side_m) - room;
        let min_y = floor(low.y_m / side_m) - room;
        let span = |min: i32, high_m: f64| {
            usize::try_from(floor(high_m / side_m) + room + 1 - min).expect("high lies past low")
        };
        Self {
            side_m,
            min_x,
            min_y,
            width: span(min_x, high.x_m),
            height: span(min_y, high.y_m),
        }
    }

    pub(super) fn bounding_box(&self, plane: &LocalPlane) -> BoundingBox {
        let mut bounding_box = BoundingBox::of_position(plane.unproject(self.corner(0, 0)));
        bounding_box.extend(plane.unproject(self.corner(self.width, self.height)));
        bounding_box
    }

    /// Lower left corner of a cell.
    pub(super) fn corner(&self, x: usize, y: usize) -> PlanePoint {
        let at = |min: i32, steps: usize| {
            (f64::from(min) + f64::from(u32::try_from(steps).expect("grids are small")))
                * self.side_m
        };
        PlanePoint {
            x_m: at(self.min_x, x),
            y_m: at(self.min_y, y),
        }
    }

    pub(super) fn side_m(&self) -> f64 {
        self.side_m
    }

    pub(super) fn width(&self) -> usize {
        self.width
    }

    pub(super) fn height(&self) -> usize {
        self.height
    }

    fn index(&self, x: usize, y: usize) -> usize {
        y * self.width + x
    }

    /// Calls `visit` with each cell that a line passes and the part of the line in it, as
    /// fractions of the segment; cells outside the grid are left out.
    fn walk(
        &self,
        line: &[PlanePoint],
        mut visit: impl FnMut(usize, usize, PlanePoint, PlanePoint),
    ) {
        for ends in line.windows(2) {
            let (a, b) = (ends[0], ends[1]);
            let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
            let mut cuts = vec![0.0, 1.0];
            for (from, delta) in [(a.x_m, dx), (a.y_m, dy)] {
                if delta.abs() < 1e-9 {
                    continue;
                }
                let (low, high) = (from.min(from + delta), from.max(from + delta));
                for border in floor(low / self.side_m) + 1..=floor(high / self.side_m) {
                    cuts.push((f64::from(border) * self.side_m - from) / delta);
                }
            }
            cuts.sort_unstable_by(f64::total_cmp);
            for part in cuts.windows(2) {
                let at = |t: f64| PlanePoint {
                    x_m: a.x_m + t * dx,
                    y_m: a.y_m + t * dy,
                };
                let middle = at(f64::midpoint(part[0], part[1]));
                let x = floor(middle.x_m / self.side_m) - self.min_x;
                let y = floor(middle.y_m / self.side_m) - self.min_y;
                if let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y))
                    && x < self.width
                    && y < self.height
                {
                    visit(x, y, at(part[0]), at(part[1]));
                }
            }
        }
    }
}

/// What each cell holds.
#[derive(Clone, Debug)]
pub(super) struct Raster {
    grid: Grid,
    reached: Vec<bool>,
    unreached: Vec<bool>,
    inside: Vec<bool>,
}

impl Raster {
    pub(super) fn new(grid: Grid) -> Self {
        let none = vec![false; grid.width * grid.height];
        Self {
            grid,
            reached: none.clone(),
            unreached: none.clone(),
            inside: none,
        }
    }

    pub(super) fn mark_reached(&mut self, line: &[PlanePoint]) {
        let (grid, reached) = (self.grid, &mut self.reached);
        grid.walk(line, |x, y, _, _| reached[grid.index(x, y)] = true);
    }

    pub(super) fn mark_unreached(&mut self, line: &[PlanePoint]) {
        let (grid, unreached) = (self.grid, &mut self.unreached);
        grid.walk(line, |x, y, _, _| unreached[grid.index(x, y)] = true);
    }

    /// Inside: reached cells and the cells within the margin of them, except those that only
    /// unreached streets pass.
    pub(super) fn grow(&mut self, margin: Length) {
        let steps = cells(margin.as_m_f64() / self.grid.side_m);
        let steps = usize::try_from(steps).expect("a margin is positive");
        // A square neighbourhood is a row pass and a column pass.
        let (width, height) = (self.grid.width, self.grid.height);
        let mut rows = vec![false; self.reached.len()];
        for y in 0..height {
            spread(
                width,
                steps,
                |x| self.reached[y * width + x],
                |x| rows[y * width + x] = true,
            );
        }
        for x in 0..width {
            let inside = &mut self.inside;
            spread(
                height,
                steps,
                |y| rows[y * width + x],
                |y| inside[y * width + x] = true,
            );
        }
        for (i, inside) in self.inside.iter_mut().enumerate() {
            *inside = (*inside && !self.unreached[i]) || self.reached[i];
        }
    }

    /// Fills enclosed areas that hold no street and are no larger than the square of `side`.
    pub(super) fn fill(&mut self, side: Length) {
        let side_cells = side.as_m_f64() / self.grid.side_m;
        let most = usize::try_from(cells(side_cells * side_cells)).unwrap_or(0);
        let mut seen = self.inside.clone();
        let mut area = Vec::new();
        for start in 0..seen.len() {
            if seen[start] {
                continue;
            }
            area.clear();
            area.push(start);
            seen[start] = true;
            let mut open = false;
            let mut next = 0;
            while let Some(&cell) = area.get(next) {
                next += 1;
                open |= self.unreached[cell];
                let (x, y) = (cell % self.grid.width, cell / self.grid.width);
                let on_border =
                    x == 0 || y == 0 || x + 1 == self.grid.width || y + 1 == self.grid.height;
                if on_border {
                    open = true;
                }
                let mut visit = |neighbor: usize| {
                    if !seen[neighbor] {
                        seen[neighbor] = true;
                        area.push(neighbor);
                    }
                };
                if x > 0 {
                    visit(cell - 1);
                }
                if x + 1 < self.grid.width {
                    visit(cell + 1);
                }
                if y > 0 {
                    visit(cell - self.grid.width);
                }
                if y + 1 < self.grid.height {
                    visit(cell + self.grid.width);
                }
            }
            if !open && area.len() <= most {
                for &cell in &area {
                    self.inside[cell] = true;
                }
            }
        }
    }

    pub(super) fn inside(self) -> Inside {
        Inside {
            grid: self.grid,
            cells: self.inside,
        }
    }
}

/// The cells of an outline; corners are cut by half a side where the outline turns.
#[derive(Clone, Debug)]
pub(super) struct Inside {
    grid: Grid,
    cells: Vec<bool>,
}

impl Inside {
    pub(super) fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Whether a cell is inside; cells off the grid are not.
    pub(super) fn holds(&self, x: isize, y: isize) -> bool {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else {
            return false;
        };
        x < self.grid.width && y < self.grid.height && self.cells[self.grid.index(x, y)]
    }

    /// Length of a line inside the outline, in metres, cut corners included.
    pub(super) fn length_inside_m(&self, line: &[PlanePoint]) -> f64 {
        let mut inside_m = 0.0;
        self.grid.walk(line, |x, y, a, b| {
            let length_m = a.distance_m(b);
            let (cell_x, cell_y) = (signed(x), signed(y));
            let holds = self.holds(cell_x, cell_y);
            // The corner triangles of a cell that belong to the other side.
            let mut other_m = 0.0;
            for (right, up) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                if self.corner_is_cut(cell_x, cell_y, right, up) {
                    let corner = self
                        .grid
                        .corner(x + usize::from(right == 1), y + usize::from(up == 1));
                    let (sx, sy) = (
                        if right == 1 { -1.0 } else { 1.0 },
                        if up == 1 { -1.0 } else { 1.0 },
                    );
                    let depth = |p: PlanePoint| {
                        sx * (p.x_m - corner.x_m) + sy * (p.y_m - corner.y_m)
                            - self.grid.side_m / 2.0
                    };
                    other_m += length_m * share_below_zero(depth(a), depth(b));
                }
            }
            inside_m += if holds { length_m - other_m } else { other_m };
        });
        inside_m
    }

    /// Whether a corner of a cell lies on the other side of the outline than the cell.
    ///
    /// An inside cell loses a corner whose two neighbours are outside; an outside cell gains one
    /// whose two neighbours and diagonal are all inside. Where two inside cells touch only at a
    /// corner, both lose it.
    fn corner_is_cut(&self, x: isize, y: isize, right: isize, up: isize) -> bool {
        let (dx, dy) = (2 * right - 1, 2 * up - 1);
        let beside = [self.holds(x + dx, y), self.holds(x, y + dy)];
        if self.holds(x, y) {
            beside == [false, false]
        } else {
            beside == [true, true] && self.holds(x + dx, y + dy)
        }
    }
}

/// Of a segment on which a linear function runs from `a` to `b`: the share where it is negative.
fn share_below_zero(a: f64, b: f64) -> f64 {
    match (a < 0.0, b < 0.0) {
        (true, true) => 1.0,
        (false, false) => 0.0,
        (true, false) => a / (a - b),
        (false, true) => b / (b - a),
    }
}

/// Marks everything within `steps` of a set place of a row.
fn spread(n: usize, steps: usize, is_set: impl Fn(usize) -> bool, mut mark: impl FnMut(usize)) {
    let mut next = 0;
    for i in 0..n {
        if is_set(i) {
            for j in next.max(i.saturating_sub(steps))..(i + steps + 1).min(n) {
                mark(j);
            }
            next = (i + steps + 1).min(n);
        }
    }
}

fn signed(value: usize) -> isize {
    isize::try_from(value).expect("grids are small")
}

fn cells(value: f64) -> i32 {
    floor(value + 0.999)
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "cells of a city are counted in thousands; the cast saturates"
)]
fn floor(value: f64) -> i32 {
    libm::floor(value) as i32
}
