use graph::{EdgeId, NodeId, StreetGraph};
use units::{BoundingBox, Length, LngLat, LocalPlane, PlanePoint};

/// Streets laid out in square cells: which cells an edge passes, and how much street each cell
/// holds.
///
/// Made once for the usable streets of a network; drawing an outline then looks at no geometry.
#[derive(Clone, Debug)]
pub(crate) struct StreetRaster {
    plane: LocalPlane,
    side_m: f64,
    /// Lower left cell, in cells from the centre of the plane.
    min_x: i32,
    min_y: i32,
    /// Cells of a row, a multiple of 64.
    width: usize,
    height: usize,
    /// Cells that hold a street, 64 to a word, in rows.
    streets: Vec<u64>,
    /// The same cells in the order in which edges first pass them: what a circle reaches lies side
    /// by side here, while the rows of a city are too long for any cache.
    cells: Vec<StreetCell>,
    /// The edges that are laid out, when they are a few of many; otherwise edges are their own
    /// numbers.
    numbers: Option<Vec<EdgeId>>,
    /// By number of the edge, and the end of the last one.
    edges: Vec<EdgeParts>,
    parts: Vec<CellPart>,
    /// Longitudes of the borders between columns and of the middles of columns, latitudes of rows
    /// likewise: borders of outlines lie on them.
    half_lngs_e7: Vec<i32>,
    half_lats_e7: Vec<i32>,
}

/// Where the parts of an edge begin; they end where those of the next one begin.
#[derive(Clone, Copy, Debug)]
struct EdgeParts {
    first: u32,
    length: Length,
}

/// Columns and rows are numbers of 16 bits.
const MOST_ACROSS: usize = 1 << 16;

/// The most cells that are laid out: 9,600 km² in cells of 12 m. Cells far from any street are never
/// touched, so they take addresses but hardly any memory.
const MOST_CELLS: usize = 1 << 26;

/// In what cells are counted: a plane, the side of a cell and the cell that columns and rows begin
/// at. Streets laid out in one frame lie in the same cells, whatever else is laid out with them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    plane: LocalPlane,
    side_m: f64,
    min_x: i32,
    min_y: i32,
}

impl Frame {
    /// A frame for the streets in a box; `None` when it has too many cells.
    pub(crate) fn over(around: Option<&BoundingBox>, side: Length) -> Option<Self> {
        let nowhere = BoundingBox::of_position(LngLat::from_e7(0, 0));
        let around = around.unwrap_or(&nowhere);
        let plane = LocalPlane::over(around);
        let side_m = side.as_m_f64().max(1.0);
        let low = plane.project(around.south_west());
        let frame = Self {
            plane,
            side_m,
            min_x: floor(low.x_m / side_m),
            min_y: floor(low.y_m / side_m),
        };
        frame.size(around).map(|_| frame)
    }

    /// Columns, a multiple of 64, and rows from the beginning of the frame to the end of a box.
    fn size(&self, around: &BoundingBox) -> Option<(usize, usize)> {
        let high = self.plane.project(around.north_east());
        let span = |min: i32, high_m: f64| {
            let last = i64::from(floor(high_m / self.side_m));
            usize::try_from(last - i64::from(min) + 1).ok()
        };
        let width = span(self.min_x, high.x_m)?.checked_next_multiple_of(64)?;
        let height = span(self.min_y, high.y_m)?;
        let n_cells = width.checked_mul(height)?;
        (n_cells <= MOST_CELLS && width.max(height) <= MOST_ACROSS).then_some((width, height))
    }

    /// The same cells, counted from near a box on: columns begin some words of 64 later, so that
    /// what is done 64 or two cells at a time comes out the same.
    fn from(&self, around: &BoundingBox) -> Self {
        let low = self.plane.project(around.south_west());
        let cell = |m: f64, min: i32| (floor(m / self.side_m)).max(min);
        let (x, y) = (cell(low.x_m, self.min_x), cell(low.y_m, self.min_y));
        Self {
            min_x: x - (x - self.min_x) % 64,
            min_y: y,
            ..*self
        }
    }
}

/// A cell that holds a street.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreetCell {
    /// Rasters are at most 65,536 cells wide and high, so that a cell takes eight bytes.
    column: u16,
    row: u16,
    /// Street in it, in millimetres.
    pub(crate) total_mm: u32,
}

impl StreetCell {
    #[inline]
    pub(crate) fn column_row(self) -> (u32, u32) {
        (u32::from(self.column), u32::from(self.row))
    }
}

/// A stretch of an edge in one cell, none of them empty but perhaps the first; the parts of an edge
/// follow one another from its start and add up to its length.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CellPart {
    /// Index into the street cells.
    pub(crate) cell: u32,
    pub(crate) mm: u32,
}

impl StreetRaster {
    /// Lays out all streets of a network, in order, in a frame made for them.
    ///
    /// Cost: linear in the cells and in the length of the edges, and in all edges.
    pub(crate) fn whole(graph: &StreetGraph, edges: &[EdgeId], frame: &Frame) -> Self {
        let around = box_of(graph, edges);
        Self::new(graph, edges, frame, around.as_ref(), None).expect("the frame has room for them")
    }

    /// Lays out some streets, in order, in the frame of all.
    ///
    /// Cost: linear in the cells around these streets and in their length.
    pub(crate) fn part(graph: &StreetGraph, edges: &[EdgeId], frame: &Frame) -> Self {
        let around = box_of(graph, edges);
        let near = around.as_ref().map(|around| frame.from(around));
        let (frame, numbers) = (near.unwrap_or(*frame), Some(Vec::new()));
        let part = Self::new(graph, edges, &frame, around.as_ref(), numbers);
        part.expect("the frame has room for all")
    }

    /// Lays out some streets, in order, in a frame of their own; `None` when there would be too many
    /// cells.
    ///
    /// Cost: as of [`part`](Self::part).
    pub(crate) fn apart(graph: &StreetGraph, edges: &[EdgeId], side: Length) -> Option<Self> {
        let around = box_of(graph, edges);
        let frame = Frame::over(around.as_ref(), side)?;
        Self::new(graph, edges, &frame, around.as_ref(), Some(Vec::new()))
    }

    /// With `numbers` the edges are a few of many.
    fn new(
        graph: &StreetGraph,
        edges: &[EdgeId],
        frame: &Frame,
        around: Option<&BoundingBox>,
        numbers: Option<Vec<EdgeId>>,
    ) -> Option<Self> {
        // Without streets there is nothing but an empty corner.
        let (width, height) = around.map_or(Some((64, 1)), |around| frame.size(around))?;
        let n_cells = width * height;
        let &Frame {
            plane,
            side_m,
            min_x,
            min_y,
        } = frame;
        let mut raster = Self {
            plane,
            side_m,
            min_x,
            min_y,
            width,
            height,
            streets: vec![0; n_cells / 64],
            cells: Vec::new(),
            numbers,
            edges: Vec::new(),
            parts: Vec::new(),
            half_lngs_e7: Vec::new(),
            half_lats_e7: Vec::new(),
        };
        let halves = |n: usize| (0..=2 * n).map(|half| to_f64(half) / 2.0);
        raster.half_lngs_e7 = halves(width)
            .map(|x| raster.position(x, 0.0).lng_e7())
            .collect();
        raster.half_lats_e7 = halves(height)
            .map(|y| raster.position(0.0, y).lat_e7())
            .collect();
        let mut points = Vec::new();
        let mut scratch = Scratch {
            cuts: Vec::new(),
            numbers: vec![0; n_cells],
        };
        for &edge in edges {
            // Edges that are left out have no parts.
            let number = match &mut raster.numbers {
                Some(numbers) => {
                    numbers.push(edge);
                    numbers.len() - 1
                }
                None => edge.index(),
            };
            raster.end_edges(number);
            let length = graph.edge_length(edge);
            raster.edges.push(EdgeParts {
                first: as_u32(raster.parts.len()),
                length,
            });
            points.clear();
            points.extend(graph.edge_shape(edge).map(|at| raster.plane.project(at)));
            raster.lay_out(&points, length, &mut scratch);
        }
        let n_numbers = match &raster.numbers {
            Some(numbers) => numbers.len(),
            None => graph.n_edges(),
        };
        raster.end_edges(n_numbers + 1);
        Some(raster)
    }

    /// Edges up to a number end here.
    fn end_edges(&mut self, number: usize) {
        let none = EdgeParts {
            first: as_u32(self.parts.len()),
            length: Length::ZERO,
        };
        self.edges.resize(number, none);
    }

    /// Appends the parts of one edge.
    fn lay_out(&mut self, points: &[PlanePoint], length: Length, scratch: &mut Scratch) {
        let shape_m: f64 = points.windows(2).map(|s| s[0].distance_m(s[1])).sum();
        let mm_per_m = if shape_m > 0.0 {
            f64::from(length.as_mm()) / shape_m
        } else {
            0.0
        };
        let start = self.parts.len();
        let (mut at_m, mut at_mm) = (0.0, 0_u32);
        for ends in points.windows(2) {
            let (a, b) = (ends[0], ends[1]);
            let (dx, dy) = (b.x_m - a.x_m, b.y_m - a.y_m);
            let segment_m = a.distance_m(b);
            let Scratch { cuts, numbers } = scratch;
            cuts.clear();
            cuts.push(0.0);
            for (from, delta) in [(a.x_m, dx), (a.y_m, dy)] {
                if delta.abs() < 1e-9 {
                    continue;
                }
                let (low, high) = (from.min(from + delta), from.max(from + delta));
                for border in floor(low / self.side_m) + 1..=floor(high / self.side_m) {
                    let cut = (f64::from(border) * self.side_m - from) / delta;
                    cuts.push(cut.clamp(0.0, 1.0));
                }
            }
            cuts.push(1.0);
            cuts.sort_unstable_by(f64::total_cmp);
            for part in cuts.windows(2) {
                let middle = f64::midpoint(part[0], part[1]);
                let cell = self.cell_of(a.x_m + middle * dx, a.y_m + middle * dy);
                // Rounded at cumulative positions, so that the parts add up.
                let end_mm = to_mm((at_m + part[1] * segment_m) * mm_per_m).min(length.as_mm());
                self.push(start, cell, end_mm.saturating_sub(at_mm), numbers);
                at_mm = at_mm.max(end_mm);
            }
            at_m += segment_m;
        }
        if let Some(last) = self.parts[start..].last() {
            let cell = last.cell;
            let rest = self.add_to(cell, length.as_mm() - at_mm);
            if let Some(last) = self.parts.last_mut() {
                last.mm += rest;
            }
        }
    }

    /// Adds street to a cell; gives how much. What is more than 4,294 km is no street any more but
    /// one that was drawn a million times, and is left out, so that no sum over a cell can overflow.
    fn add_to(&mut self, cell: u32, mm: u32) -> u32 {
        let total_mm = &mut self.cells[NodeId::new(cell).index()].total_mm;
        let added = mm.min(u32::MAX - *total_mm);
        *total_mm += added;
        added
    }

    fn push(&mut self, start: usize, cell: usize, mm: u32, numbers: &mut [u32]) {
        if numbers[cell] == 0 {
            self.streets[cell / 64] |= 1 << (cell % 64);
            self.cells.push(StreetCell {
                column: as_u16(cell % self.width),
                row: as_u16(cell / self.width),
                total_mm: 0,
            });
            numbers[cell] = as_u32(self.cells.len());
        }
        let cell = numbers[cell] - 1;
        let mm = self.add_to(cell, mm);
        match self.parts[start..].last_mut() {
            Some(last) if last.cell == cell => last.mm += mm,
            Some(_) if mm == 0 => {}
            _ => self.parts.push(CellPart { cell, mm }),
        }
    }

    /// The cell of a point; points on the outer border belong to the cells inside it.
    fn cell_of(&self, x_m: f64, y_m: f64) -> usize {
        let at = |m: f64, min: i32, n: usize| {
            let cell = i64::from(floor(m / self.side_m)) - i64::from(min);
            usize::try_from(cell.max(0))
                .expect("not negative")
                .min(n - 1)
        };
        let (x, y) = (
            at(x_m, self.min_x, self.width),
            at(y_m, self.min_y, self.height),
        );
        y * self.width + x
    }

    /// The cells that hold a street; parts name them by index.
    pub(crate) fn cells(&self) -> &[StreetCell] {
        &self.cells
    }

    /// Rows.
    pub(crate) fn height(&self) -> usize {
        self.height
    }

    /// Side of a cell in metres.
    pub(crate) fn side_m(&self) -> f64 {
        self.side_m
    }

    /// Which cells of a row hold a street, 64 to a word.
    pub(crate) fn streets(&self, row: usize) -> &[u64] {
        let words = self.width / 64;
        &self.streets[row * words..(row + 1) * words]
    }

    /// Where the corner between cells lies, counted in cells from the lower left of the raster.
    pub(crate) fn position(&self, x: f64, y: f64) -> LngLat {
        self.plane.unproject(PlanePoint {
            x_m: (f64::from(self.min_x) + x) * self.side_m,
            y_m: (f64::from(self.min_y) + y) * self.side_m,
        })
    }

    /// As [`position`](Self::position), by half cells: twice the column and twice the row.
    #[inline]
    pub(crate) fn half_position(&self, x: isize, y: isize) -> LngLat {
        let at = |halves: &[i32], half: isize| {
            let half = usize::try_from(half).ok()?;
            halves.get(half).copied()
        };
        match (at(&self.half_lngs_e7, x), at(&self.half_lats_e7, y)) {
            (Some(lng_e7), Some(lat_e7)) => LngLat::from_e7(lng_e7, lat_e7),
            // Off the streets, where a margin stands over.
            _ => self.position(signed_to_f64(x) / 2.0, signed_to_f64(y) / 2.0),
        }
    }

    /// The parts of an edge with its length; none of an edge that is left out.
    #[inline]
    pub(crate) fn parts(&self, edge: EdgeId) -> (&[CellPart], Length) {
        let number = match &self.numbers {
            None => Some(edge.index()),
            Some(numbers) => numbers.binary_search(&edge).ok(),
        };
        let Some(number) = number else {
            return (&[], Length::ZERO);
        };
        let EdgeParts { first, length } = self.edges[number];
        let end = self.edges[number + 1].first;
        let range = NodeId::new(first).index()..NodeId::new(end).index();
        (&self.parts[range], length)
    }
}

/// The box around some streets; `None` when there are none.
fn box_of(graph: &StreetGraph, edges: &[EdgeId]) -> Option<BoundingBox> {
    BoundingBox::of(edges.iter().flat_map(|&edge| graph.edge_shape(edge)))
}

/// What laying out needs on the way.
struct Scratch {
    cuts: Vec<f64>,
    /// One more than the number of each street cell, by place; zero where there is none yet.
    numbers: Vec<u32>,
}

fn to_f64(value: usize) -> f64 {
    f64::from(as_u32(value))
}

fn signed_to_f64(value: isize) -> f64 {
    f64::from(i32::try_from(value).expect("rasters are small"))
}

fn as_u16(value: usize) -> u16 {
    u16::try_from(value).expect("no more cells than MOST_ACROSS")
}

fn as_u32(value: usize) -> u32 {
    NodeId::from_index(value).as_u32()
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "cells of a city are counted in thousands; the cast saturates"
)]
fn floor(value: f64) -> i32 {
    libm::floor(value) as i32
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are positive and saturate"
)]
fn to_mm(mm: f64) -> u32 {
    libm::round(mm) as u32
}
