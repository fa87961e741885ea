use rayon::prelude::*;
use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use thiserror::Error;
use units::{BoundingBox, LngLat, Outline, Polygon, Ring};

use super::cell::cells_over;
use crate::{CellId, CellRank, Resolution};

/// The boundary analysed and the cells over it.
///
/// A cell belongs to the area when it shares any ground with it, and demand counts only where it
/// lies inside the boundary itself. Choosing cells by their centres would lose the demand of a
/// street inside the boundary whose cell has its centre outside; choosing whole cells only would
/// lose the whole rim. This way no demand is lost and none is counted twice: the demand of a rim
/// cell is that of its part inside.
#[derive(Clone, Debug)]
pub struct StudyArea {
    outline: Outline,
    bounding_box: BoundingBox,
    resolution: Resolution,
    cells: Vec<CellId>,
    inside: Vec<bool>,
    rings: Vec<Vec<LngLat>>,
    /// Sides of all rings, by their boxes.
    sides: RTree<Side>,
}

/// A side of a ring, found by its box.
type Side = GeomWithData<Rectangle<[i32; 2]>, (LngLat, LngLat)>;

/// A boundary that encloses nothing or too much.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StudyAreaError {
    /// No polygon.
    #[error("the boundary encloses nothing")]
    Empty,
    /// On both sides of the 180° meridian.
    #[error(
        "the boundary crosses the 180° meridian (antimeridian), where longitudes jump; give the \
         part on one side of it, and the other part in a plan of its own"
    )]
    Antimeridian,
    /// More cells than a plan can mean.
    #[error(
        "the boundary would take about {n_cells} cells of resolution {resolution}; at most {MOST_CELLS} are allowed"
    )]
    TooLarge {
        /// How many, roughly.
        n_cells: u64,
        /// At which resolution.
        resolution: u8,
    },
}

/// The largest city of China (Chongqing, 82,000 km²) has some 780,000 cells of resolution 9; more
/// than this comes from a boundary in the wrong unit or resolution.
pub const MOST_CELLS: u64 = 5_000_000;

/// Whether a boundary crosses the 180° meridian: a side spans more than half of the earth, or parts
/// lie on both edges of the map and none between. What spans most of the latitudes as well is the
/// world, and no area at the edge of the map.
fn is_across_antimeridian(outline: &Outline, bounding_box: &BoundingBox) -> bool {
    const HALF: u64 = 1_800_000_000;
    const WORLD_LATS: u64 = 900_000_000;
    let span = |a: LngLat, b: LngLat| i64::from(a.lng_e7()).abs_diff(i64::from(b.lng_e7()));
    let (south, north) = (bounding_box.south_west(), bounding_box.north_east());
    if i64::from(south.lat_e7()).abs_diff(i64::from(north.lat_e7())) > WORLD_LATS {
        return false;
    }
    let is_far = |a, b| span(a, b) > HALF;
    let sides_cross = outline.polygons().iter().any(|polygon| {
        let mut sides = polygon.outer().sides();
        sides.any(|(a, b)| is_far(a, b))
    });
    let parts = || {
        let polygons = outline.polygons().iter();
        polygons.filter_map(|polygon| BoundingBox::of(polygon.outer().corners().iter().copied()))
    };
    let meridian = 1_800_000_000;
    let touches = |lng_e7: i32| {
        parts().any(|part| {
            part.south_west().lng_e7() == lng_e7 || part.north_east().lng_e7() == lng_e7
        })
    };
    sides_cross || (span(south, north) > HALF && touches(meridian) && touches(-meridian))
}

impl StudyArea {
    /// The cells of one resolution over a boundary.
    ///
    /// # Errors
    /// When the boundary is empty, or so large that the cells would not fit in memory.
    ///
    /// Cost: linear in cells; corners are tested against rim cells only.
    pub fn new(outline: Outline, resolution: Resolution) -> Result<Self, StudyAreaError> {
        let bounding_box = outline.bounding_box().ok_or(StudyAreaError::Empty)?;
        if is_across_antimeridian(&outline, &bounding_box) {
            return Err(StudyAreaError::Antimeridian);
        }
        let n_cells = rough_n_cells(&bounding_box, resolution);
        if n_cells > MOST_CELLS {
            return Err(StudyAreaError::TooLarge {
                n_cells,
                resolution: resolution.as_u8(),
            });
        }
        let (cells, inside): (Vec<CellId>, _) =
            cells_over(&outline, resolution).into_iter().unzip();
        let rings = cells.par_iter().map(|cell| cell.corners()).collect();
        let borders = outline.polygons().iter().flat_map(Polygon::rings);
        let sides = borders
            .flat_map(Ring::sides)
            .map(|(a, b)| GeomWithData::new(Rectangle::from_corners(xy(a), xy(b)), (a, b)))
            .collect();
        let sides = RTree::bulk_load(sides);
        Ok(Self {
            outline,
            bounding_box,
            resolution,
            cells,
            inside,
            rings,
            sides,
        })
    }

    /// The boundary.
    pub fn outline(&self) -> &Outline {
        &self.outline
    }

    /// The box around the boundary.
    pub fn bounding_box(&self) -> &BoundingBox {
        &self.bounding_box
    }

    /// How fine the cells are.
    pub fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// All cells, in ascending order; a cell's [`CellRank`] is its index here.
    pub fn cells(&self) -> &[CellId] {
        &self.cells
    }

    /// The cell with a rank.
    pub fn cell(&self, rank: CellRank) -> CellId {
        self.cells[rank.index()]
    }

    /// The rank of a cell; `None` when it shares no ground with the area.
    ///
    /// Cost: a binary search.
    pub fn rank(&self, cell: CellId) -> Option<CellRank> {
        self.cells
            .binary_search(&cell)
            .ok()
            .map(CellRank::from_index)
    }

    /// Whether a cell lies wholly inside the boundary.
    pub fn is_wholly_inside(&self, rank: CellRank) -> bool {
        self.inside[rank.index()]
    }

    /// The corners of a cell, counterclockwise.
    pub(crate) fn ring(&self, rank: CellRank) -> &[LngLat] {
        &self.rings[rank.index()]
    }

    /// Whether a position lies inside the boundary, and in which cell.
    ///
    /// Cost: a binary search; in rim cells also linear in the corners of the boundary.
    pub fn locate(&self, position: LngLat) -> Option<CellRank> {
        let rank = self.rank(CellId::at(position, self.resolution))?;
        (self.is_wholly_inside(rank) || self.outline.contains(position)).then_some(rank)
    }

    /// Where along the straight line from `a` to `b` the boundary is crossed, as fractions between
    /// 0 and 1, in ascending order.
    ///
    /// Cost: the sides of the boundary whose boxes touch the line's box.
    pub(crate) fn crossings(&self, a: LngLat, b: LngLat) -> Vec<f64> {
        let envelope = AABB::from_corners(xy(a), xy(b));
        let mut fractions: Vec<f64> = self
            .sides
            .locate_in_envelope_intersecting(&envelope)
            .filter_map(|side| crossing(a, b, side.data.0, side.data.1))
            .collect();
        fractions.sort_unstable_by(f64::total_cmp);
        fractions
    }
}

fn xy(position: LngLat) -> [i32; 2] {
    [position.lng_e7(), position.lat_e7()]
}

/// Where on the line from `a` to `b` it meets the line from `c` to `d`; `None` when they are apart
/// or parallel.
fn crossing(a: LngLat, b: LngLat, c: LngLat, d: LngLat) -> Option<f64> {
    let minus = |p: LngLat, q: LngLat| {
        let x = i128::from(p.lng_e7()) - i128::from(q.lng_e7());
        let y = i128::from(p.lat_e7()) - i128::from(q.lat_e7());
        (x, y)
    };
    let cross = |p: (i128, i128), q: (i128, i128)| p.0 * q.1 - p.1 * q.0;
    let (line, side, apart) = (minus(b, a), minus(d, c), minus(c, a));
    let mut denominator = cross(line, side);
    let (mut along_line, mut along_side) = (cross(apart, side), cross(apart, line));
    if denominator < 0 {
        (denominator, along_line, along_side) = (-denominator, -along_line, -along_side);
    }
    let on = |along: i128| (0..=denominator).contains(&along);
    (denominator != 0 && on(along_line) && on(along_side)).then(|| ratio(along_line, denominator))
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a fraction of a line; the last bits do not matter"
)]
fn ratio(part: i128, whole: i128) -> f64 {
    part as f64 / whole as f64
}

fn rough_n_cells(bounding_box: &BoundingBox, resolution: Resolution) -> u64 {
    let (sw, ne) = (bounding_box.south_west(), bounding_box.north_east());
    let width = sw.distance_to(LngLat::from_e7(ne.lng_e7(), sw.lat_e7()));
    let height = sw.distance_to(LngLat::from_e7(sw.lng_e7(), ne.lat_e7()));
    let edge = u64::from(resolution.edge_length().as_mm());
    // A hexagon of edge e has 2.598 e².
    let cell = (edge * edge * 13 / 5).max(1);
    u64::from(width.as_mm()).saturating_mul(u64::from(height.as_mm())) / cell
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    fn box_of(west: f64, south: f64, east: f64, north: f64) -> Outline {
        Outline::of_box(&BoundingBox::of([at(west, south), at(east, north)]).unwrap()).unwrap()
    }

    #[test]
    fn a_position_is_located_by_the_boundary_not_by_the_cell() {
        let area =
            StudyArea::new(box_of(114.03, 22.53, 114.05, 22.545), Resolution::default()).unwrap();
        for i in 0..400 {
            let position = at(
                114.025 + f64::from(i) * 7.5e-5,
                22.5275 + f64::from(i) * 5e-5,
            );
            let inside = area.outline().contains(position);
            assert_eq!(area.locate(position).is_some(), inside, "{position}");
        }
    }

    #[test]
    fn a_line_through_a_hole_crosses_four_times() {
        let ring = |min: f64, max: f64| {
            Ring::new([at(min, min), at(max, min), at(max, max), at(min, max)]).unwrap()
        };
        let outline = Outline::new(vec![Polygon::new(ring(1.0, 1.04), vec![ring(1.01, 1.02)])]);
        let area = StudyArea::new(outline, Resolution::default()).unwrap();
        let fractions = area.crossings(at(0.99, 1.015), at(1.09, 1.015));
        let want = [0.1, 0.2, 0.3, 0.5];
        assert_eq!(fractions.len(), 4, "{fractions:?}");
        for (got, want) in fractions.iter().zip(want) {
            assert!((got - want).abs() < 1e-6, "{fractions:?}");
        }
        assert_eq!(area.crossings(at(0.99, 1.06), at(1.09, 1.06)), [0.0; 0]);
    }

    #[test]
    fn too_large_and_empty_boundaries_are_refused() {
        assert_eq!(
            StudyArea::new(Outline::default(), Resolution::default()).unwrap_err(),
            StudyAreaError::Empty
        );
        let ring = |corners: &[(f64, f64)]| {
            let corners = corners.iter();
            let corners = corners.map(|&(lng, lat)| LngLat::from_degrees(lng, lat).unwrap());
            Polygon::new(Ring::new(corners).unwrap(), Vec::new())
        };
        for across in [
            // As GeoJSON is often written, and as it should be written.
            vec![ring(&[
                (179.9, -17.0),
                (-179.9, -17.0),
                (-179.9, -16.9),
                (179.9, -16.9),
            ])],
            vec![
                ring(&[
                    (179.9, -17.0),
                    (180.0, -17.0),
                    (180.0, -16.9),
                    (179.9, -16.9),
                ]),
                ring(&[
                    (-180.0, -17.0),
                    (-179.9, -17.0),
                    (-179.9, -16.9),
                    (-180.0, -16.9),
                ]),
            ],
        ] {
            assert_eq!(
                StudyArea::new(Outline::new(across), Resolution::default()).unwrap_err(),
                StudyAreaError::Antimeridian
            );
        }
        let beside = vec![ring(&[
            (179.9, -17.0),
            (180.0, -17.0),
            (180.0, -16.9),
            (179.9, -16.9),
        ])];
        assert!(StudyArea::new(Outline::new(beside), Resolution::default()).is_ok());
        let world = box_of(-170.0, -80.0, 170.0, 80.0);
        assert!(matches!(
            StudyArea::new(world, Resolution::default()),
            Err(StudyAreaError::TooLarge { resolution: 9, .. })
        ));
    }
}
