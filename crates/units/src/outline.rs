use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{BoundingBox, LngLat};

/// A closed line of at least three corners; the closing corner is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Ring(Vec<LngLat>);

/// Positions that make no ring.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("a ring needs at least three different corners in a row, got {0}")]
pub struct RingError(usize);

impl Ring {
    /// From corners in order; repeated neighbours and a repeated first corner are dropped.
    ///
    /// # Errors
    /// When fewer than three corners are left.
    pub fn new(corners: impl IntoIterator<Item = LngLat>) -> Result<Self, RingError> {
        let mut corners: Vec<LngLat> = corners.into_iter().collect();
        corners.dedup();
        while corners.len() > 1 && corners.first() == corners.last() {
            corners.pop();
        }
        if corners.len() < 3 {
            return Err(RingError(corners.len()));
        }
        Ok(Self(corners))
    }

    /// The corners; the first is not repeated at the end.
    pub fn corners(&self) -> &[LngLat] {
        &self.0
    }

    /// The sides in order, each from its first corner to its second; the last one closes the ring.
    ///
    /// ```
    /// use units::{LngLat, Ring};
    /// let at = |lng, lat| LngLat::from_e7(lng, lat);
    /// let ring = Ring::new([at(0, 0), at(1, 0), at(0, 1)])?;
    /// assert_eq!(ring.sides().next(), Some((at(0, 0), at(1, 0))));
    /// assert_eq!(ring.sides().last(), Some((at(0, 1), at(0, 0))));
    /// # Ok::<(), units::RingError>(())
    /// ```
    pub fn sides(&self) -> impl Iterator<Item = (LngLat, LngLat)> + Clone + '_ {
        let next = self.0.iter().cycle().skip(1);
        self.0.iter().zip(next).map(|(&from, &to)| (from, to))
    }

    /// Twice the signed area in squared 1e-7 degrees; positive when counterclockwise.
    pub fn doubled_area_e14(&self) -> i128 {
        // Products fit 64 bits.
        let product = |a: i32, b: i32| i128::from(i64::from(a) * i64::from(b));
        let cross = |a: LngLat, b: LngLat| {
            product(a.lng_e7(), b.lat_e7()) - product(b.lng_e7(), a.lat_e7())
        };
        let sides = self.0.windows(2).map(|side| cross(side[0], side[1]));
        let closing = self.0.last().zip(self.0.first());
        sides.sum::<i128>() + closing.map_or(0, |(&last, &first)| cross(last, first))
    }

    /// Whether a position lies inside, by the even-odd rule; the border belongs to one side only,
    /// so that rings which share a border never both claim a position.
    ///
    /// Cost: linear in the corners.
    pub fn contains(&self, position: LngLat) -> bool {
        let (x, y) = (i128::from(position.lng_e7()), i128::from(position.lat_e7()));
        let mut inside = false;
        for (i, &a) in self.0.iter().enumerate() {
            let b = self.0[(i + 1) % self.0.len()];
            let (ax, ay) = (i128::from(a.lng_e7()), i128::from(a.lat_e7()));
            let (bx, by) = (i128::from(b.lng_e7()), i128::from(b.lat_e7()));
            if (ay > y) != (by > y) {
                // x < ax + (y - ay) (bx - ax) / (by - ay), multiplied out to stay exact.
                let left = (x - ax) * (by - ay);
                let right = (y - ay) * (bx - ax);
                if if by > ay { left < right } else { left > right } {
                    inside = !inside;
                }
            }
        }
        inside
    }

    fn wound(mut self, counterclockwise: bool) -> Self {
        if (self.doubled_area_e14() > 0) != counterclockwise {
            self.0.reverse();
        }
        self
    }
}

/// An outer ring with holes; the outer ring runs counterclockwise, holes run clockwise (RFC 7946).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Polygon {
    outer: Ring,
    holes: Vec<Ring>,
}

impl Polygon {
    /// From rings in any winding.
    pub fn new(outer: Ring, holes: Vec<Ring>) -> Self {
        Self {
            outer: outer.wound(true),
            holes: holes.into_iter().map(|hole| hole.wound(false)).collect(),
        }
    }

    /// The outer ring, counterclockwise.
    pub fn outer(&self) -> &Ring {
        &self.outer
    }

    /// The holes, clockwise.
    pub fn holes(&self) -> &[Ring] {
        &self.holes
    }

    /// The outer ring, then the holes.
    pub fn rings(&self) -> impl Iterator<Item = &Ring> + Clone {
        std::iter::once(&self.outer).chain(&self.holes)
    }

    /// Whether a position lies inside the outer ring and in no hole.
    ///
    /// Cost: linear in the corners.
    pub fn contains(&self, position: LngLat) -> bool {
        self.outer.contains(position) && !self.holes.iter().any(|hole| hole.contains(position))
    }
}

/// Polygons with holes, for borders and for display.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outline(Vec<Polygon>);

impl Outline {
    /// From polygons that do not overlap.
    pub fn new(polygons: Vec<Polygon>) -> Self {
        Self(polygons)
    }

    /// The outline of a box.
    ///
    /// # Errors
    /// When the box has no width or no height.
    pub fn of_box(bounding_box: &BoundingBox) -> Result<Self, RingError> {
        let (sw, ne) = (bounding_box.south_west(), bounding_box.north_east());
        let ring = Ring::new([
            sw,
            LngLat::from_e7(ne.lng_e7(), sw.lat_e7()),
            ne,
            LngLat::from_e7(sw.lng_e7(), ne.lat_e7()),
        ])?;
        Ok(Self(vec![Polygon::new(ring, Vec::new())]))
    }

    /// The polygons.
    pub fn polygons(&self) -> &[Polygon] {
        &self.0
    }

    /// Whether nothing is inside.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a position lies in one of the polygons.
    ///
    /// Cost: linear in the corners.
    pub fn contains(&self, position: LngLat) -> bool {
        self.0.iter().any(|polygon| polygon.contains(position))
    }

    /// The box around all polygons; `None` when empty.
    pub fn bounding_box(&self) -> Option<BoundingBox> {
        BoundingBox::of(
            self.0
                .iter()
                .flat_map(|p| p.outer().corners().iter().copied()),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(min: f64, max: f64) -> Ring {
        let at = |x, y| LngLat::from_degrees(x, y).unwrap();
        Ring::new([
            at(min, min),
            at(min, max),
            at(max, max),
            at(max, min),
            at(min, min),
        ])
        .unwrap()
    }

    #[test]
    fn winding_is_fixed_whatever_comes_in() {
        let polygon = Polygon::new(square(0.0, 4.0), vec![square(1.0, 2.0)]);
        assert!(polygon.outer().doubled_area_e14() > 0);
        assert!(polygon.holes()[0].doubled_area_e14() < 0);
        assert_eq!(polygon.outer().corners().len(), 4);
    }

    #[test]
    fn a_hole_is_outside() {
        let outline = Outline::new(vec![Polygon::new(square(0.0, 4.0), vec![square(1.0, 2.0)])]);
        let at = |x, y| LngLat::from_degrees(x, y).unwrap();
        assert!(outline.contains(at(0.5, 0.5)));
        assert!(!outline.contains(at(1.5, 1.5)));
        assert!(!outline.contains(at(4.5, 1.5)));
    }

    #[test]
    fn neighbours_never_both_claim_the_shared_border() {
        let at = |x, y| LngLat::from_degrees(x, y).unwrap();
        let west = Ring::new([at(0.0, 0.0), at(1.0, 0.0), at(1.0, 1.0), at(0.0, 1.0)]).unwrap();
        let east = Ring::new([at(1.0, 0.0), at(2.0, 0.0), at(2.0, 1.0), at(1.0, 1.0)]).unwrap();
        let border = at(1.0, 0.5);
        assert_ne!(west.contains(border), east.contains(border));
    }

    #[test]
    fn two_corners_are_no_ring() {
        let at = LngLat::from_degrees(0.0, 0.0).unwrap();
        assert_eq!(Ring::new([at, at, at]), Err(RingError(1)));
    }
}
