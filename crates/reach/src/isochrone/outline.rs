//! Reached network to outline: a picture of the answer, never the answer.
//!
//! The ground is laid out in square cells. A cell with streets is inside when at least half of its
//! street is reached; a cell without streets is inside when it lies within the margin of one that
//! is; enclosed cells without any street are filled up to the size of a large block. The border of
//! the inside is traced along the cells. Corners are cut where the cell that loses or gains by it
//! holds no street, so how far the picture is off ([`Leak`]) is a sum over whole cells and exact.

mod bit_cells;
mod trace;

use std::sync::Arc;

use graph::{EdgeId, NodeId, StreetGraph};
use units::{BoundingBox, Length, LngLat, Outline};

use crate::isochrone::street_raster::StreetRaster;
use crate::isochrone::{IsochroneIndex, Stretch};
use bit_cells::{BLOCK, BitCells};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutlineOptions {
    /// Side of a cell at first. Smaller cells leak less and cost more; larger ones generalise.
    pub cell: Length,
    /// Cells are halved while an error is larger than this, in thousandths of the reached street …
    pub most_leak_permille: u32,
    /// … and no smaller than this.
    pub finest_cell: Length,
    /// How far the outline stands off a reached street.
    pub margin: Length,
    /// Largest enclosed area without streets, as the side of a square, that counts as inside.
    pub fill: Length,
}

impl OutlineOptions {
    /// Cells of 24 m, halved until both errors are at most 1 %; a margin of 30 m, about the depth of
    /// a plot; blocks up to 400 m × 400 m filled, the side of the large blocks of Chinese cities.
    ///
    /// In Porto (15 minutes at 20 km/h) cells of 12 m had errors of 0.2 % in the median and 0.9 % at
    /// most, and took twice the time.
    pub const STANDARD: Self = Self {
        cell: Length::from_m(24),
        most_leak_permille: 10,
        finest_cell: Length::from_m(3),
        margin: Length::from_m(30),
        fill: Length::from_m(400),
    };

    /// Cells of 48 m, however large the errors: for what is looked at while something moves.
    pub const PREVIEW: Self = Self {
        cell: Length::from_m(48),
        most_leak_permille: u32::MAX,
        finest_cell: Length::from_m(48),
        margin: Length::from_m(30),
        fill: Length::from_m(400),
    };
}

/// An outline and how far it is off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DrawnOutline {
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

    fn exceeds(&self, permille: u32) -> bool {
        let most = u128::from(self.reached_mm) * u128::from(permille);
        let worse = self.reached_outside_mm.max(self.unreached_inside_mm);
        u128::from(worse) * 1_000 > most
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
pub(crate) struct OutlineSpace {
    /// Reached street by street cell, in millimetres; zero between drawings.
    reached_mm: Vec<u32>,
    /// Street cells in the order of their first touch.
    touched: Vec<u32>,
}

impl OutlineSpace {
    /// Draws the reached stretches of one limit.
    ///
    /// Cost: the stretches, and the cells in the box around them, 64 at a time, for each size of
    /// cells that is tried; a size that the index has not laid out yet costs all its streets.
    pub(crate) fn draw(
        &mut self,
        graph: &StreetGraph,
        index: &IsochroneIndex,
        reached: &[(EdgeId, Stretch)],
        options: OutlineOptions,
    ) -> DrawnOutline {
        let mut options = options;
        loop {
            let raster = raster_for(graph, index, reached, options);
            let half = Length::from_mm(options.cell.as_mm() / 2);
            let is_coarser = raster.side_m() > options.cell.as_m_f64();
            let is_finest = half < options.finest_cell || is_coarser;
            if let Some(drawn) = self.draw_on(&raster, reached, options, is_finest) {
                return drawn;
            }
            options.cell = half;
        }
    }

    /// Draws on one grid; `None` when an error is too large and `is_finest` does not hold.
    fn draw_on(
        &mut self,
        raster: &StreetRaster,
        reached: &[(EdgeId, Stretch)],
        options: OutlineOptions,
        is_finest: bool,
    ) -> Option<DrawnOutline> {
        self.touch(raster, reached);
        let Survey { corners, leak } = Survey::of(raster, self);
        if !is_finest && leak.exceeds(options.most_leak_permille) {
            self.clear();
            return None;
        }
        let outline = corners.map(|corners| {
            let window = Window::around(raster, corners, options.margin);
            let streets = window.streets(raster);
            let paper = Paper {
                raster,
                window: &window,
                streets: &streets,
                options,
            };
            paper.draw(self)
        });
        Some(DrawnOutline {
            outline: outline.unwrap_or_default(),
            leak,
        })
    }
}

/// What the cells that a reached network touches say before anything is drawn.
struct Survey {
    /// Columns and rows of the cells, the last included; `None` when there are none.
    corners: Option<[(u32, u32); 2]>,
    leak: Leak,
}

impl Survey {
    fn of(raster: &StreetRaster, space: &OutlineSpace) -> Self {
        let cells = raster.cells();
        let (mut low, mut high) = ((u32::MAX, u32::MAX), (0, 0));
        let (mut reached_mm, mut inside_mm, mut inside_total_mm) = (0, 0, 0);
        for &cell in &space.touched {
            let index = NodeId::new(cell).index();
            let (mm, cell) = (space.reached_mm[index], cells[index]);
            let (column, row) = cell.column_row();
            low = (low.0.min(column), low.1.min(row));
            high = (high.0.max(column), high.1.max(row));
            let is_inside = is_mostly_reached(mm, cell.total_mm);
            reached_mm += u64::from(mm);
            inside_mm += if is_inside { u64::from(mm) } else { 0 };
            inside_total_mm += if is_inside {
                u64::from(cell.total_mm)
            } else {
                0
            };
        }
        // A cell with streets is inside when it is mostly reached, and never otherwise.
        Self {
            corners: (!space.touched.is_empty()).then_some([low, high]),
            leak: Leak {
                reached_mm,
                reached_outside_mm: reached_mm - inside_mm,
                unreached_inside_mm: inside_total_mm - inside_mm,
            },
        }
    }
}

/// Whether a cell is inside by its streets.
#[inline]
fn is_mostly_reached(reached_mm: u32, total_mm: u32) -> bool {
    u64::from(reached_mm) * 2 >= u64::from(total_mm)
}

impl OutlineSpace {
    /// Sums up the reached street of each cell that a reached network touches.
    fn touch(&mut self, raster: &StreetRaster, reached: &[(EdgeId, Stretch)]) {
        let n_cells = raster.cells().len();
        if self.reached_mm.len() < n_cells {
            self.reached_mm = vec![0; n_cells];
        }
        let (reached_mm, touched) = (&mut self.reached_mm[..], &mut self.touched);
        let mut n_touched = 0;
        for &(edge, stretch) in reached {
            let (parts, length) = raster.parts(edge);
            if touched.len() < n_touched + parts.len() {
                touched.resize(2 * (n_touched + parts.len()), 0);
            }
            // The cell is written down in any case and kept if this is its first touch: whether it
            // is cannot be foretold by a processor.
            let mut add = |cell: u32, mm: u32| {
                let sum = &mut reached_mm[NodeId::new(cell).index()];
                touched[n_touched] = cell;
                n_touched += usize::from(*sum == 0) * usize::from(mm > 0);
                *sum += mm;
            };
            let (low, high) = match stretch {
                Stretch::Whole => (Length::ZERO, length),
                Stretch::Part { low, high } => (low, high),
            };
            if low == Length::ZERO && high == length {
                for part in parts {
                    add(part.cell, part.mm);
                }
            } else {
                let (low, high) = (low.as_mm(), high.as_mm());
                let mut at = 0;
                for part in parts {
                    let end = at + part.mm;
                    add(part.cell, end.min(high).saturating_sub(at.max(low)));
                    at = end;
                }
            }
        }
        touched.truncate(n_touched);
    }

    /// Takes all sums back to zero, those of touched cells.
    fn clear(&mut self) {
        for &cell in &self.touched {
            self.reached_mm[NodeId::new(cell).index()] = 0;
        }
        self.touched.clear();
    }
}

/// Finer cells, which only few circles need, are laid out around what is reached.
const FINEST_KEPT: Length = Length::from_m(6);

/// Streets of the index in cells: all, or those around what is reached, where the map is too large or
/// the cells are too small for that; in larger cells where even that part is too large.
fn raster_for(
    graph: &StreetGraph,
    index: &IsochroneIndex,
    reached: &[(EdgeId, Stretch)],
    options: OutlineOptions,
) -> Arc<StreetRaster> {
    let cell = options.cell;
    let shapes = reached.iter().flat_map(|&(edge, _)| graph.edge_shape(edge));
    let around =
        BoundingBox::of(shapes).unwrap_or_else(|| BoundingBox::of_position(LngLat::from_e7(0, 0)));
    if cell >= FINEST_KEPT {
        // All that the window of the drawing may show.
        let room = options
            .margin
            .as_mm()
            .saturating_add(cell.as_mm().saturating_mul(4));
        let near = around.grown(Length::from_mm(room));
        if let Some(raster) = index.raster(graph, cell, &near) {
            return raster;
        }
    }
    let near = index.edges_in(graph, &around);
    let mut side = cell;
    loop {
        if let Some(raster) = StreetRaster::apart(graph, &near, side) {
            return Arc::new(raster);
        }
        // Ends, since a few cells as large as the earth hold everything.
        side = Length::from_mm(side.as_mm().saturating_mul(2));
    }
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
    /// `low` and `high` are columns and rows of the cells that are touched, the last included.
    fn around(raster: &StreetRaster, [low, high]: [(u32, u32); 2], margin: Length) -> Self {
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
        Self {
            first_word,
            first_row,
            words: span(first_word, last_word),
            height: span(first_row, last_row),
        }
    }

    fn cells(&self) -> BitCells {
        BitCells::new(self.words, self.height)
    }

    /// The cells with streets.
    fn streets(&self, raster: &StreetRaster) -> BitCells {
        let mut cells = self.cells();
        // Words of the window before those of the raster.
        let before = usize::try_from(-self.first_word).unwrap_or(0);
        let first_word = usize::try_from(self.first_word).unwrap_or(0);
        for y in 0..self.height {
            let Some(row) = usize::try_from(self.first_row + signed(y))
                .ok()
                .filter(|&row| row < raster.height())
            else {
                continue;
            };
            let streets = raster.streets(row).get(first_word..).unwrap_or_default();
            let words = cells.row_mut(y).get_mut(before..).unwrap_or_default();
            for (word, &streets) in words.iter_mut().zip(streets) {
                *word = streets;
            }
        }
        cells
    }
}

/// What the outlines of one place are drawn on.
struct Paper<'a> {
    raster: &'a StreetRaster,
    window: &'a Window,
    /// The cells with streets.
    streets: &'a BitCells,
    options: OutlineOptions,
}

impl Paper<'_> {
    /// Draws what the space has summed up, and takes the sums back to zero.
    fn draw(&self, space: &mut OutlineSpace) -> Outline {
        let (raster, window) = (self.raster, self.window);
        let mut mostly_reached = window.cells();
        let cells = raster.cells();
        let (first_column, first_row) = (64 * window.first_word, window.first_row);
        for cell in space.touched.drain(..) {
            let index = NodeId::new(cell).index();
            let mm = std::mem::take(&mut space.reached_mm[index]);
            let (column, row) = cells[index].column_row();
            // Touched cells lie in the window, so this is never negative.
            let at = |value: u32, first: isize| signed(NodeId::new(value).index()).abs_diff(first);
            let is_inside = is_mostly_reached(mm, cells[index].total_mm);
            mostly_reached.set_if(at(column, first_column), at(row, first_row), is_inside);
        }
        let margin = steps(raster, self.options.margin);
        let mut inside = mostly_reached.grown(margin);
        inside.subtract(self.streets);
        inside.unite(&mostly_reached);
        // No larger than asked, in cells.
        let side_cells = self.options.fill.as_m_f64() / raster.side_m();
        let most = usize::try_from(to_cells(side_cells * side_cells)).unwrap_or(0);
        if 2 * margin + 1 >= 2 * BLOCK - 1 {
            inside.fill_enclosed_by_blocks(self.streets, most);
        } else {
            inside.fill_enclosed(self.streets, most);
        }
        let first = (128 * window.first_word, 2 * window.first_row);
        let halves = |x: isize, y: isize| raster.half_position(x + first.0, y + first.1);
        let first = (to_f64(64 * window.first_word), to_f64(window.first_row));
        let exact = |x: f64, y: f64| raster.position(x + first.0, y + first.1);
        trace::outline(&inside, self.streets, halves, exact)
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
