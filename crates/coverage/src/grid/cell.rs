//! H3 cells; the only file that names h3o.

use std::fmt;
use std::str::FromStr;

use geo::{Coord, LineString};
use h3o::geom::{ContainmentMode, SolventBuilder, TilerBuilder};
use h3o::{CellIndex, LatLng};
use thiserror::Error;
use units::{Length, LngLat, Outline, Polygon, Ring};

/// How fine the cells are: an H3 resolution.
///
/// ```
/// use coverage::Resolution;
/// assert_eq!(Resolution::default().as_u8(), 9);
/// assert!(Resolution::new(3).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resolution(h3o::Resolution);

/// Cells of resolution 9 have edges of about 200 m: a few blocks, some 40 s by e-bike.
impl Default for Resolution {
    fn default() -> Self {
        Self(h3o::Resolution::Nine)
    }
}

/// A resolution at which coverage says nothing useful.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "resolution {0} is not one of 6 (cells of some 3.7 km) to 12 (some 11 m); 9 is the usual one"
)]
pub struct ResolutionError(u8);

impl Resolution {
    /// From the H3 number, 6 to 12.
    ///
    /// # Errors
    /// Outside that range: coarser cells are larger than service circles, finer ones smaller than
    /// the width of a street.
    pub fn new(number: u8) -> Result<Self, ResolutionError> {
        (6..=12)
            .contains(&number)
            .then(|| h3o::Resolution::try_from(number).ok().map(Self))
            .flatten()
            .ok_or(ResolutionError(number))
    }

    /// The H3 number.
    pub fn as_u8(self) -> u8 {
        self.0.into()
    }

    /// Mean length of a cell's edge.
    pub fn edge_length(self) -> Length {
        Length::from_m_f64(self.0.edge_length_m())
    }
}

/// One hexagon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CellId(CellIndex);

/// Text that names no cell.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no cell id; write the 15 hexadecimal digits of an H3 cell")]
pub struct CellIdError(String);

impl CellId {
    /// The cell that a position lies in.
    pub fn at(position: LngLat, resolution: Resolution) -> Self {
        let at =
            LatLng::new(position.lat(), position.lng()).expect("a position on earth is finite");
        Self(at.to_cell(resolution.0))
    }

    /// The H3 number.
    pub fn as_u64(self) -> u64 {
        self.0.into()
    }

    /// Its resolution.
    pub fn resolution(self) -> Resolution {
        Resolution(self.0.resolution())
    }

    /// Its centre.
    pub fn center(self) -> LngLat {
        let center = LatLng::from(self.0);
        LngLat::from_degrees(center.lng(), center.lat()).expect("cells lie on earth")
    }

    /// Its outline: one ring of five or six corners (a few more where icosahedron faces meet).
    pub fn outline(self) -> Outline {
        let ring = Ring::new(self.corners()).expect("a cell has at least five corners");
        Outline::new(vec![Polygon::new(ring, Vec::new())])
    }

    /// The corners of its outline, counterclockwise.
    pub(crate) fn corners(self) -> Vec<LngLat> {
        let boundary = self.0.boundary();
        boundary
            .iter()
            .map(|corner| {
                LngLat::from_degrees(corner.lng(), corner.lat()).expect("cells lie on earth")
            })
            .collect()
    }

    /// The cells that share an edge with it, in ascending order.
    pub fn neighbors(self) -> Vec<Self> {
        let mut cells: Vec<Self> = self
            .0
            .grid_disk::<Vec<_>>(1)
            .into_iter()
            .filter(|&cell| cell != self.0)
            .map(Self)
            .collect();
        cells.sort_unstable();
        cells
    }
}

/// The H3 number in hexadecimal, as other programs write it.
impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}", self.as_u64())
    }
}

impl FromStr for CellId {
    type Err = CellIdError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .ok()
            .ok_or_else(|| CellIdError(text.to_owned()))
    }
}

/// Every cell that shares ground with an outline, in ascending order, each with whether it lies
/// wholly inside.
///
/// Polygons are tiled one by one: h3o finds the cell around a polygon smaller than a cell only when
/// it is alone.
pub(crate) fn cells_over(outline: &Outline, resolution: Resolution) -> Vec<(CellId, bool)> {
    let mut cells: Vec<(CellId, bool)> = Vec::new();
    for polygon in outline.polygons() {
        let ring = |ring: &Ring| -> LineString {
            let corners = ring.corners();
            let closed = corners.iter().chain(corners.first());
            closed
                .map(|corner| Coord {
                    x: corner.lng(),
                    y: corner.lat(),
                })
                .collect()
        };
        let holes = polygon.holes().iter().map(ring).collect();
        let mut tiler = TilerBuilder::new(resolution.0)
            .containment_mode(ContainmentMode::Covers)
            .build();
        tiler
            .add(geo::Polygon::new(ring(polygon.outer()), holes))
            .expect("rings of an outline are closed and finite");
        let annotated = tiler.into_annotated_coverage();
        cells.extend(annotated.map(|found| (CellId(found.cell), found.is_fully_contained)));
    }
    // A cell that several polygons touch is inside when one of them holds it.
    cells.sort_unstable_by_key(|&(cell, inside)| (cell, !inside));
    cells.dedup_by_key(|&mut (cell, _)| cell);
    cells
}

/// The outline around cells, inner borders dissolved; rings and polygons in an order of their own,
/// since h3o's depends on hashing.
///
/// Cost: n log n.
pub(crate) fn dissolved(cells: &[CellId]) -> Outline {
    let mut cells = cells.to_vec();
    cells.sort_unstable();
    cells.dedup();
    let polygons = SolventBuilder::new()
        .build()
        .dissolve(cells.iter().map(|cell| cell.0))
        .expect("cells are different and of one resolution");
    let ring = |line: &LineString| -> Option<Ring> {
        let mut corners: Vec<LngLat> = line
            .coords()
            .map(|corner| LngLat::from_degrees(corner.x, corner.y).expect("cells lie on earth"))
            .collect();
        corners.dedup();
        if corners.first() == corners.last() {
            corners.pop();
        }
        let first = (0..corners.len()).min_by_key(|&i| corners[i])?;
        corners.rotate_left(first);
        Ring::new(corners).ok()
    };
    let mut polygons: Vec<Polygon> = polygons
        .iter()
        .filter_map(|polygon| {
            let mut holes: Vec<Ring> = polygon.interiors().iter().filter_map(ring).collect();
            holes.sort_unstable_by(|a, b| a.corners().cmp(b.corners()));
            Some(Polygon::new(ring(polygon.exterior())?, holes))
        })
        .collect();
    polygons.sort_unstable_by(|a, b| a.outer().corners().cmp(b.outer().corners()));
    Outline::new(polygons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    #[test]
    fn a_cell_holds_its_center_and_has_six_neighbors() {
        let cell = CellId::at(at(114.05, 22.54), Resolution::default());
        assert_eq!(CellId::at(cell.center(), Resolution::default()), cell);
        assert!(cell.outline().contains(cell.center()));
        assert!(Ring::new(cell.corners()).unwrap().doubled_area_e14() > 0);
        assert_eq!(cell.neighbors().len(), 6);
        assert_eq!(cell.to_string().parse(), Ok(cell));
        assert!("8928308280".parse::<CellId>().is_err());
    }

    #[test]
    fn a_ring_of_cells_dissolves_to_a_polygon_with_a_hole() {
        let cell = CellId::at(at(114.05, 22.54), Resolution::default());
        let outline = dissolved(&cell.neighbors());
        assert_eq!(outline.polygons().len(), 1);
        assert_eq!(outline.polygons()[0].outer().corners().len(), 18);
        assert_eq!(outline.polygons()[0].holes().len(), 1);
        assert_eq!(outline.polygons()[0].holes()[0].corners().len(), 6);
        assert!(!outline.contains(cell.center()));
        let mut reversed = cell.neighbors();
        reversed.reverse();
        assert_eq!(dissolved(&reversed), outline);
    }

    #[test]
    fn cells_over_an_outline_are_those_that_share_ground_with_it() {
        // Oracle: a dense raster of positions inside must fall in the cells, and every cell must
        // hold a corner or be crossed by the outline.
        let ring = Ring::new([
            at(114.03, 22.53),
            at(114.05, 22.53),
            at(114.05, 22.545),
            at(114.03, 22.545),
        ]);
        let outline = Outline::new(vec![Polygon::new(ring.unwrap(), Vec::new())]);
        let cells = cells_over(&outline, Resolution::default());
        let mut hit = std::collections::BTreeSet::new();
        for x in 0..200 {
            for y in 0..150 {
                let position = at(
                    114.03 + f64::from(x) * 1e-4 + 5e-5,
                    22.53 + f64::from(y) * 1e-4 + 5e-5,
                );
                let cell = CellId::at(position, Resolution::default());
                assert!(cells.iter().any(|&(c, _)| c == cell), "{cell} is missing");
                hit.insert(cell);
            }
        }
        assert!(cells.len() >= hit.len());
        for (cell, inside) in cells {
            let corners = cell.outline().polygons()[0].outer().corners().to_vec();
            let all_in = corners.iter().all(|&corner| outline.contains(corner));
            assert_eq!(inside, all_in, "{cell}");
        }
    }

    #[test]
    fn a_polygon_smaller_than_a_cell_is_found_beside_a_larger_one() {
        let small = |lng: f64, side: f64| {
            let corners = [
                at(lng, 22.53),
                at(lng + side, 22.53),
                at(lng + side, 22.53 + side),
                at(lng, 22.53 + side),
            ];
            Polygon::new(Ring::new(corners).unwrap(), Vec::new())
        };
        let outline = Outline::new(vec![small(114.03, 0.02), small(114.2, 1e-5)]);
        let cells = cells_over(&outline, Resolution::default());
        let lone = CellId::at(at(114.200_005, 22.530_005), Resolution::default());
        assert!(cells.contains(&(lone, false)));
    }
}
