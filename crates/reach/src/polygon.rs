//! Reached network to outline: a picture of the answer, never the answer.
//!
//! The ground is laid out in square cells. Cells that a reached street passes, and those around
//! them, are inside; cells that only an unreached street passes are not; enclosed cells without any
//! street are filled up to the size of a large block. The border of the inside is traced along the
//! cells with cut corners, so rings are valid by construction and several limits nest.
//! How far the picture is off is measured against the streets themselves ([`Leak`]).

mod raster;
mod trace;

use std::collections::HashMap;

use graph::EdgeId;
use units::{BoundingBox, Length, LocalPlane, Outline, PlanePoint};

use crate::isochrone::{ReachedNetwork, shape_between};
use crate::network::Network;
use crate::snap::SnapIndex;
use raster::{Grid, Raster};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PolygonOptions {
    /// Side of a cell. Smaller cells leak less and cost more.
    pub cell: Length,
    /// How far the outline stands off a reached street.
    pub margin: Length,
    /// Largest enclosed area without streets, as the side of a square, that counts as inside.
    pub fill: Length,
}

impl PolygonOptions {
    /// Cells of 15 m, a margin of two cells, blocks up to 400 m × 400 m filled: the margin is about
    /// the depth of a plot, and 400 m the side of the large blocks of Chinese cities.
    pub const STANDARD: Self = Self {
        cell: Length::from_m(15),
        margin: Length::from_m(30),
        fill: Length::from_m(400),
    };
}

/// An outline and how far it is off.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// Draws reached networks of one place, one outline each, all on one grid so that larger limits
/// contain smaller ones.
///
/// `streets` indexes the usable edges: those that count as unreached when they are not reached.
///
/// Cost: the streets and the cells in the box around the largest reached network.
pub fn reached_polygons(
    network: &Network<'_>,
    streets: &SnapIndex,
    reached: &[ReachedNetwork],
    options: PolygonOptions,
) -> Vec<ReachedPolygon> {
    let lines = reached
        .iter()
        .flat_map(|r| &r.pieces)
        .map(|piece| piece.line(network));
    let Some(bounding_box) = BoundingBox::of(lines.flatten()) else {
        let nothing = ReachedPolygon {
            outline: Outline::default(),
            leak: Leak::default(),
        };
        return vec![nothing; reached.len()];
    };
    let plane = LocalPlane::over(&bounding_box);
    let grid = Grid::around(&plane, &bounding_box, &options);
    let edges = streets.edges_in(&grid.bounding_box(&plane));
    reached
        .iter()
        .map(|reached| draw(network, &plane, &grid, &edges, reached, &options))
        .collect()
}

fn draw(
    network: &Network<'_>,
    plane: &LocalPlane,
    grid: &Grid,
    edges: &[EdgeId],
    reached: &ReachedNetwork,
    options: &PolygonOptions,
) -> ReachedPolygon {
    let project = |edge: EdgeId, low: Length, high: Length| -> Vec<PlanePoint> {
        let line = shape_between(network, edge, low, high);
        line.into_iter()
            .map(|position| plane.project(position))
            .collect()
    };
    let mut reached_of: HashMap<EdgeId, Vec<(Length, Length)>> = HashMap::new();
    let mut reached_lines = Vec::with_capacity(reached.pieces.len());
    for piece in &reached.pieces {
        let (low, high) = piece.offsets();
        reached_of.entry(piece.edge).or_default().push((low, high));
        reached_lines.push(project(piece.edge, low, high));
    }
    let mut unreached_lines = Vec::new();
    for &edge in edges {
        let length = network.graph().edge_length(edge);
        let covered = reached_of.get(&edge).map_or(&[][..], Vec::as_slice);
        for (low, high) in gaps_between(covered, length) {
            unreached_lines.push(project(edge, low, high));
        }
    }

    let mut raster = Raster::new(*grid);
    for line in &reached_lines {
        raster.mark_reached(line);
    }
    for line in &unreached_lines {
        raster.mark_unreached(line);
    }
    raster.grow(options.margin);
    raster.fill(options.fill);
    let inside = raster.inside();
    let leak = Leak {
        reached_mm: reached.length_mm(),
        reached_outside_mm: outside_mm(&inside, &reached_lines),
        unreached_inside_mm: to_mm(
            unreached_lines
                .iter()
                .map(|line| inside.length_inside_m(line))
                .sum(),
        ),
    };
    ReachedPolygon {
        outline: trace::outline(&inside, plane),
        leak,
    }
}

fn outside_mm(inside: &raster::Inside, lines: &[Vec<PlanePoint>]) -> u64 {
    let outside_m = |line: &Vec<PlanePoint>| {
        let length_m: f64 = line
            .windows(2)
            .map(|ends| ends[0].distance_m(ends[1]))
            .sum();
        (length_m - inside.length_inside_m(line)).max(0.0)
    };
    to_mm(lines.iter().map(outside_m).sum())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "lengths are positive and saturate"
)]
fn to_mm(m: f64) -> u64 {
    libm::round(m * 1_000.0) as u64
}

/// The parts of `0..=length` that no interval covers.
fn gaps_between(covered: &[(Length, Length)], length: Length) -> Vec<(Length, Length)> {
    let mut covered = covered.to_vec();
    covered.sort_unstable();
    let mut gaps = Vec::new();
    let mut end = Length::ZERO;
    for (low, high) in covered {
        // Neighbouring pieces meet within a millimetre.
        if low > end + Length::from_mm(1) {
            gaps.push((end, low));
        }
        end = end.max(high);
    }
    if length > end + Length::from_mm(1) {
        gaps.push((end, length));
    }
    gaps
}
