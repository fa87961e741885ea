//! Reached network to outline: a picture of the answer, never the answer.
//!
//! The ground is laid out in square cells. A cell with streets is inside when at least half of its
//! street is reached; a cell without streets is inside when it lies within the margin of one that
//! is; enclosed cells without any street are filled up to the size of a large block. The border of
//! the inside is traced along the cells. Corners are cut where the cell that loses or gains by it
//! holds no street, so how far the picture is off ([`Leak`]) is a sum over whole cells and exact.

mod bit_cells;
pub(crate) mod street_raster;
mod trace;

use std::sync::Arc;

use graph::NodeId;
use units::{BoundingBox, Length, Outline};

use crate::isochrone::ReachedNetwork;
use crate::network::Network;
use crate::snap::SnapIndex;
use bit_cells::BitCells;
use street_raster::{StreetCell, StreetRaster};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolygonOptions {
    /// Side of a cell. Smaller cells leak less and cost more; larger ones generalise.
    pub cell: Length,
    /// How far the outline stands off a reached street.
    pub margin: Length,
    /// Largest enclosed area without streets, as the side of a square, that counts as inside.
    pub fill: Length,
}

impl PolygonOptions {
    /// Cells of 12 m, a margin of 30 m, blocks up to 400 m × 400 m filled: both errors stay under
    /// 1 % for circles of 15 minutes in Porto, the margin is about the depth of a plot, and 400 m
    /// the side of the large blocks of Chinese cities.
    pub const STANDARD: Self = Self {
        cell: Length::from_m(12),
        margin: Length::from_m(30),
        fill: Length::from_m(400),
    };
}

/// An outline and how far it is off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReachedPolygon {
    /// The outline.
    pub outline: Outline,
    /// Its two errors.
    pub leak: Leak,
}

/// How much street an outline gets wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leak {
    /// Street within the limit.
    pub reached_mm: u64,
    /// Street within the limit that lies outside the outline.
    pub reached_outside_mm: u64,
    /// Usable street past the limit that lies inside the outline.
    pub unreached_inside_mm: u64,
}

impl Leak {
    /// Reached street outside, as a share of the reached street.
    pub fn outside_share(&self) -> f64 {
        share(self.reached_outside_mm, self.reached_mm)
    }

    /// Unreached street inside, as a share of the reached street.
    pub fn inside_share(&self) -> f64 {
        share(self.unreached_inside_mm, self.reached_mm)
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "lengths of streets are far below 2^53 mm"
)]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

/// Memory of drawing, worth reusing: one per worker.
#[derive(Clone, Debug, Default)]
pub struct PolygonSpace {
    /// Reached street by street cell, in millimetres; zero between drawings.
    reached_mm: Vec<u32>,
}

/// Draws reached networks of one place, one outline each, all on one grid so that larger limits
/// contain smaller ones.
///
/// `streets` indexes the usable edges: those that count as unreached when they are not reached.
/// Reached edges that it does not hold (ferries) are not drawn.
///
/// Cost: as [`reached_polygons_in`], and memory for every cell around the streets.
pub fn reached_polygons(
    network: &Network<'_>,
    streets: &SnapIndex,
    reached: &[ReachedNetwork],
    options: PolygonOptions,
) -> Vec<ReachedPolygon> {
    let mut space = PolygonSpace::default();
    reached_polygons_in(network, &mut space, streets, reached, options)
}

/// As [`reached_polygons`], on memory that is used again.
///
/// Cost: the reached streets, and the cells in the box around them, 64 at a time. The first drawing
/// with an index lays out all its streets in cells and keeps them for that size of cells.
pub fn reached_polygons_in(
    network: &Network<'_>,
    space: &mut PolygonSpace,
    streets: &SnapIndex,
    reached: &[ReachedNetwork],
    options: PolygonOptions,
) -> Vec<ReachedPolygon> {
    let raster = raster_for(network, streets, reached, options.cell);
    let n_cells = raster.cells().len();
    if space.reached_mm.len() < n_cells {
        space.reached_mm = vec![0; n_cells];
    }
    let reached_mm = &mut space.reached_mm;
    let cells: Vec<Vec<ReachedCell>> = reached
        .iter()
        .map(|reached| reached_cells(&raster, reached, reached_mm))
        .collect();
    let mut order: Vec<usize> = (0..reached.len()).collect();
    order.sort_by_key(|&i| reached[i].limit);
    let mut drawn = vec![ReachedPolygon::default(); reached.len()];
    let Some(window) = Window::around(&raster, &cells, options.margin) else {
        return drawn;
    };
    let paper = Paper {
        raster: &raster,
        window: &window,
        streets: &window.streets(&raster),
        options,
    };
    let mut inside = window.cells();
    for i in order {
        drawn[i] = paper.draw(&cells[i], &mut inside);
    }
    drawn
}

/// A street cell of which something is reached.
#[derive(Clone, Copy)]
struct ReachedCell {
    cell: StreetCell,
    reached_mm: u32,
}

/// The cells that a reached network touches; leaves `reached_mm` as it was, all zero.
fn reached_cells(
    raster: &StreetRaster,
    reached: &ReachedNetwork,
    reached_mm: &mut [u32],
) -> Vec<ReachedCell> {
    let mut touched: Vec<u32> = Vec::new();
    for piece in &reached.pieces {
        raster.for_parts(piece, |cell, mm| {
            let sum = &mut reached_mm[NodeId::new(cell).index()];
            if *sum == 0 {
                touched.push(cell);
            }
            *sum += mm;
        });
    }
    let cells = raster.cells();
    let take = |cell: u32| {
        let cell = NodeId::new(cell).index();
        ReachedCell {
            cell: cells[cell],
            reached_mm: std::mem::take(&mut reached_mm[cell]),
        }
    };
    touched.into_iter().map(take).collect()
}

/// The most cells that an index keeps laid out: 9,600 km² in cells of 12 m. Cells far from any street
/// are never touched, so they take addresses but hardly any memory.
const MOST_KEPT_CELLS: usize = 1 << 26;

/// All streets of the index in cells, or, of a map too large for that, those around what is
/// reached.
fn raster_for(
    network: &Network<'_>,
    streets: &SnapIndex,
    reached: &[ReachedNetwork],
    cell: Length,
) -> Arc<StreetRaster> {
    let graph = network.graph();
    if let Some(kept) = streets.raster(graph, cell, MOST_KEPT_CELLS) {
        return kept;
    }
    let shapes = reached
        .iter()
        .flat_map(|reached| &reached.pieces)
        .flat_map(|piece| graph.edge_shape(piece.edge));
    let near = BoundingBox::of(shapes).map(|around| streets.edges_in(&around));
    let near = near.unwrap_or_default();
    let raster = StreetRaster::new(graph, near.iter().copied(), cell, usize::MAX);
    Arc::new(raster.expect("any number of cells is allowed"))
}

/// The part of a raster that holds what is reached, with room for the margin and an empty cell all
/// around; it may stand over the edge of the raster.
struct Window {
    /// Words of a raster row, and rows, before the window.
    first_word: isize,
    first_row: isize,
    words: usize,
    height: usize,
}

impl Window {
    fn around(raster: &StreetRaster, reached: &[Vec<ReachedCell>], margin: Length) -> Option<Self> {
        let (mut low, mut high) = ((u32::MAX, u32::MAX), (0, 0));
        for ReachedCell { cell, .. } in reached.iter().flatten() {
            low = (low.0.min(cell.column), low.1.min(cell.row));
            high = (high.0.max(cell.column), high.1.max(cell.row));
        }
        if low.0 == u32::MAX {
            return None;
        }
        let index = |value: u32| NodeId::new(value).index();
        let low = (index(low.0), index(low.1));
        let high = (index(high.0), index(high.1));
        let room = signed(steps(raster, margin)) + 2;
        let first_word = (signed(low.0) - room).div_euclid(64);
        let last_word = (signed(high.0) + room).div_euclid(64);
        let first_row = signed(low.1) - room;
        let last_row = signed(high.1) + room;
        let span = |first: isize, last: isize| {
            usize::try_from(last - first + 1).expect("high lies past low")
        };
        Some(Self {
            first_word,
            first_row,
            words: span(first_word, last_word),
            height: span(first_row, last_row),
        })
    }

    fn cells(&self) -> BitCells {
        BitCells::new(self.words, self.height)
    }

    /// The cells with streets.
    fn streets(&self, raster: &StreetRaster) -> BitCells {
        let mut cells = self.cells();
        for y in 0..self.height {
            let Some(row) = usize::try_from(self.first_row + signed(y))
                .ok()
                .filter(|&row| row < raster.height())
            else {
                continue;
            };
            let streets = raster.streets(row);
            for (i, word) in cells.row_mut(y).iter_mut().enumerate() {
                let at = usize::try_from(self.first_word + signed(i)).ok();
                *word = at.and_then(|at| streets.get(at)).copied().unwrap_or(0);
            }
        }
        cells
    }

    /// Column and row of a cell that is reached.
    #[inline]
    fn column_row(&self, cell: &StreetCell) -> (usize, usize) {
        let at = |value: u32, first: isize| {
            let value = signed(NodeId::new(value).index());
            usize::try_from(value - first).expect("reached cells lie in the window")
        };
        (
            at(cell.column, 64 * self.first_word),
            at(cell.row, self.first_row),
        )
    }
}

/// What the outlines of one place are drawn on.
struct Paper<'a> {
    raster: &'a StreetRaster,
    window: &'a Window,
    /// The cells with streets.
    streets: &'a BitCells,
    options: PolygonOptions,
}

impl Paper<'_> {
    /// `inside` holds the cells of the next smaller limit and becomes those of this one.
    fn draw(&self, reached: &[ReachedCell], inside: &mut BitCells) -> ReachedPolygon {
        let (raster, window) = (self.raster, self.window);
        let mut mostly_reached = window.cells();
        for ReachedCell { cell, reached_mm } in reached {
            if reached_mm.saturating_mul(2) >= cell.total_mm {
                let (x, y) = window.column_row(cell);
                mostly_reached.set(x, y);
            }
        }
        let mut grown = mostly_reached.grown(steps(raster, self.options.margin));
        grown.subtract(self.streets);
        inside.unite(&grown);
        inside.unite(&mostly_reached);
        self.fill(inside);
        let first = (64 * window.first_word, window.first_row);
        let position = |x: f64, y: f64| raster.position(x + to_f64(first.0), y + to_f64(first.1));
        ReachedPolygon {
            outline: trace::outline(inside, self.streets, position),
            leak: self.leak(reached, inside),
        }
    }

    /// Fills enclosed areas that hold no street and are no larger than asked.
    fn fill(&self, inside: &mut BitCells) {
        let outside = inside.inverted();
        // Open ground: unreached streets, the border of the window, and all that hangs together
        // with either.
        let mut open = self.streets.clone();
        let last = open.height() - 1;
        for y in 0..=last {
            let row = open.row_mut(y);
            if y == 0 || y == last {
                row.fill(u64::MAX);
            }
            let end = row.len() - 1;
            row[0] |= 1;
            row[end] |= 1 << 63;
        }
        let mut enclosed = outside.clone();
        enclosed.subtract(&open.flooded(&outside));
        let side_cells = self.options.fill.as_m_f64() / self.raster.side_m();
        let most = usize::try_from(to_cells(side_cells * side_cells)).unwrap_or(0);
        enclosed.keep_small_areas(most);
        inside.unite(&enclosed);
    }

    /// Both errors. Cells without reached street are inside only where they hold no street at all.
    fn leak(&self, reached: &[ReachedCell], inside: &BitCells) -> Leak {
        let mut leak = Leak::default();
        for ReachedCell { cell, reached_mm } in reached {
            let mm = u64::from(*reached_mm);
            let (x, y) = self.window.column_row(cell);
            leak.reached_mm += mm;
            if inside.holds(signed(x), signed(y)) {
                leak.unreached_inside_mm += u64::from(cell.total_mm).saturating_sub(mm);
            } else {
                leak.reached_outside_mm += mm;
            }
        }
        leak
    }
}

/// How many cells a length spans, rounded up.
fn steps(raster: &StreetRaster, length: Length) -> usize {
    let n = to_cells(libm::ceil(length.as_m_f64() / raster.side_m()));
    usize::try_from(n).expect("a length is not negative")
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "cells of a city are counted in thousands; the cast saturates"
)]
fn to_cells(value: f64) -> i32 {
    value as i32
}

fn signed(value: usize) -> isize {
    isize::try_from(value).expect("rasters are small")
}

fn to_f64(value: isize) -> f64 {
    f64::from(i32::try_from(value).expect("rasters are small"))
}
