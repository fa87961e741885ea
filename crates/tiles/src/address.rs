use thiserror::Error;

use crate::world::{WorldBox, WorldPoint};

/// The deepest zoom with tiles of its own: a tile is 150 m wide there at the latitude of Shenzhen,
/// and one step of its grid is 4 cm. Maps magnify its tiles beyond.
const MAX_ZOOM: u8 = 18;

/// Which square of the world: zoom, column from the west, row from the north.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TileAddress {
    zoom: u8,
    column: u32,
    row: u32,
}

/// Numbers that name no tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error(
    "there is no tile {zoom}/{column}/{row}; zooms go to {MAX_ZOOM}, columns and rows of a zoom to 2^zoom - 1"
)]
pub struct TileAddressError {
    zoom: u8,
    column: u32,
    row: u32,
}

impl TileAddress {
    /// From the three numbers of a tile's name.
    ///
    /// # Errors
    /// When the zoom is too deep, or has no such column or row.
    pub fn new(zoom: u8, column: u32, row: u32) -> Result<Self, TileAddressError> {
        let n_columns = 1_u64 << zoom.min(MAX_ZOOM);
        if zoom > MAX_ZOOM || u64::from(column) >= n_columns || u64::from(row) >= n_columns {
            return Err(TileAddressError { zoom, column, row });
        }
        Ok(Self { zoom, column, row })
    }

    /// Zoom, 0 being the whole world.
    pub fn zoom(self) -> u8 {
        self.zoom
    }

    /// Width of the tile, the world being 1.
    pub(crate) fn width(self) -> f64 {
        1.0 / f64::from(1_u32 << self.zoom)
    }

    /// North-west corner.
    pub(crate) fn corner(self) -> WorldPoint {
        WorldPoint {
            x: f64::from(self.column) * self.width(),
            y: f64::from(self.row) * self.width(),
        }
    }

    /// The square with a margin, a share of its width.
    pub(crate) fn square(self, margin: f64) -> WorldBox {
        let (corner, width) = (self.corner(), self.width());
        WorldBox {
            low: WorldPoint {
                x: corner.x - margin * width,
                y: corner.y - margin * width,
            },
            high: WorldPoint {
                x: corner.x + (1.0 + margin) * width,
                y: corner.y + (1.0 + margin) * width,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_end_where_the_world_ends() {
        assert!(TileAddress::new(0, 0, 0).is_ok());
        assert!(TileAddress::new(0, 1, 0).is_err());
        assert!(TileAddress::new(3, 7, 7).is_ok());
        assert!(TileAddress::new(3, 7, 8).is_err());
        assert!(TileAddress::new(19, 0, 0).is_err());
        assert!(TileAddress::new(255, u32::MAX, 0).is_err());
    }
}
