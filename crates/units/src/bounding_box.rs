use serde::{Deserialize, Serialize};

use crate::LngLat;

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

    /// Whether two boxes share a position.
    pub fn intersects(&self, other: &Self) -> bool {
        self.south_west.lng_e7() <= other.north_east.lng_e7()
            && other.south_west.lng_e7() <= self.north_east.lng_e7()
            && self.south_west.lat_e7() <= other.north_east.lat_e7()
            && other.south_west.lat_e7() <= self.north_east.lat_e7()
    }
}
