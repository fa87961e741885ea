use serde::{Deserialize, Serialize};

use crate::{Length, LngLat, LocalPlane, PlanePoint};

/// A box of longitudes and latitudes, both ends included; never empty.
///
/// Boxes across the 180° meridian are not represented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundingBox {
    south_west: LngLat,
    north_east: LngLat,
}

impl BoundingBox {
    /// The box that holds one position.
    pub fn of_position(position: LngLat) -> Self {
        Self {
            south_west: position,
            north_east: position,
        }
    }

    /// The smallest box that holds all positions; `None` when there are none.
    pub fn of(positions: impl IntoIterator<Item = LngLat>) -> Option<Self> {
        let mut positions = positions.into_iter();
        let mut all = Self::of_position(positions.next()?);
        for position in positions {
            all.extend(position);
        }
        Some(all)
    }

    /// Grows to hold one more position.
    pub fn extend(&mut self, position: LngLat) {
        self.south_west = LngLat::from_e7(
            self.south_west.lng_e7().min(position.lng_e7()),
            self.south_west.lat_e7().min(position.lat_e7()),
        );
        self.north_east = LngLat::from_e7(
            self.north_east.lng_e7().max(position.lng_e7()),
            self.north_east.lat_e7().max(position.lat_e7()),
        );
    }

    /// Lower left corner.
    pub const fn south_west(&self) -> LngLat {
        self.south_west
    }

    /// Upper right corner.
    pub const fn north_east(&self) -> LngLat {
        self.north_east
    }

    /// Centre, rounded to 1e-7 degrees.
    pub fn center(&self) -> LngLat {
        LngLat::from_e7(
            self.south_west.lng_e7().midpoint(self.north_east.lng_e7()),
            self.south_west.lat_e7().midpoint(self.north_east.lat_e7()),
        )
    }

    /// Whether a position lies inside or on the border.
    pub fn contains(&self, position: LngLat) -> bool {
        (self.south_west.lng_e7()..=self.north_east.lng_e7()).contains(&position.lng_e7())
            && (self.south_west.lat_e7()..=self.north_east.lat_e7()).contains(&position.lat_e7())
    }

    /// The box with a belt of this width around it, at least; cut off at the 180° meridian and the
    /// poles.
    #[must_use]
    pub fn grown(&self, width: Length) -> Self {
        // A belt of equal width is widest in degrees at the end nearer to a pole.
        let at = |corner: LngLat| {
            let width_m = width.as_m_f64() + 1.0;
            let far = LocalPlane::at(corner).unproject(PlanePoint {
                x_m: width_m,
                y_m: width_m,
            });
            let d = |a: i32, b: i32| i64::from(a) - i64::from(b);
            let lng = d(far.lng_e7(), corner.lng_e7());
            (lng, d(far.lat_e7(), corner.lat_e7()))
        };
        // Far from the rim of the earth's range, so that nothing is clamped.
        let middle =
            |corner: LngLat| LngLat::from_e7(0, corner.lat_e7().clamp(-850_000_000, 850_000_000));
        let (low, high) = (at(middle(self.south_west)), at(middle(self.north_east)));
        let (lng, lat) = (low.0.max(high.0), low.1.max(high.1));
        let moved = |value: i32, by: i64, most: i64| {
            let moved = (i64::from(value) + by).clamp(-most, most);
            i32::try_from(moved).expect("clamped to the earth's range")
        };
        let corner = |at: LngLat, sign: i64| {
            LngLat::from_e7(
                moved(at.lng_e7(), sign * lng, 1_800_000_000),
                moved(at.lat_e7(), sign * lat, 900_000_000),
            )
        };
        Self {
            south_west: corner(self.south_west, -1),
            north_east: corner(self.north_east, 1),
        }
    }

    /// What two boxes share; `None` when they lie apart.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let (a, b) = (self.south_west, other.south_west);
        let (c, d) = (self.north_east, other.north_east);
        self.intersects(other).then(|| Self {
            south_west: LngLat::from_e7(a.lng_e7().max(b.lng_e7()), a.lat_e7().max(b.lat_e7())),
            north_east: LngLat::from_e7(c.lng_e7().min(d.lng_e7()), c.lat_e7().min(d.lat_e7())),
        })
    }

    /// Whether the other box lies within this one.
    pub fn holds(&self, other: &Self) -> bool {
        self.contains(other.south_west) && self.contains(other.north_east)
    }

    /// Whether two boxes share a position.
    pub fn intersects(&self, other: &Self) -> bool {
        self.south_west.lng_e7() <= other.north_east.lng_e7()
            && other.south_west.lng_e7() <= self.north_east.lng_e7()
            && self.south_west.lat_e7() <= other.north_east.lat_e7()
            && other.south_west.lat_e7() <= self.north_east.lat_e7()
    }
}
