use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Length;

/// Mean earth radius (IUGG) in metres, the sphere on which all lengths are measured.
pub const EARTH_RADIUS_M: f64 = 6_371_008.8;

/// A WGS-84 position in whole 1e-7 degrees, the resolution of OSM data (about 1 cm).
///
/// ```
/// use units::LngLat;
/// let a = LngLat::from_degrees(114.05, 22.54)?;
/// let b = LngLat::from_degrees(114.05, 22.55)?;
/// assert_eq!(a.distance_to(b).as_mm(), 1_111_951);
/// # Ok::<(), units::PositionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LngLat {
    lng_e7: i32,
    lat_e7: i32,
}

/// Half of the way round the earth in 1e-7 degrees of longitude: what is farther apart is nearer
/// the other way round.
const HALF_TURN_E7: u64 = 1_800_000_000;

/// Numbers that are no position on earth.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum PositionError {
    /// Longitude outside -180 to 180, or not a number.
    #[error("longitude {0} lies outside -180 to 180")]
    Longitude(f64),
    /// Latitude outside -90 to 90, or not a number.
    #[error("latitude {0} lies outside -90 to 90")]
    Latitude(f64),
}

impl LngLat {
    /// From degrees, longitude first.
    ///
    /// # Errors
    /// When a value is not a number or outside the earth's range.
    pub fn from_degrees(lng: f64, lat: f64) -> Result<Self, PositionError> {
        if !(-180.0..=180.0).contains(&lng) {
            return Err(PositionError::Longitude(lng));
        }
        if !(-90.0..=90.0).contains(&lat) {
            return Err(PositionError::Latitude(lat));
        }
        Ok(Self {
            lng_e7: e7(lng),
            lat_e7: e7(lat),
        })
    }

    /// From whole 1e-7 degrees, longitude first; clamped to the earth's range.
    pub fn from_e7(lng_e7: i32, lat_e7: i32) -> Self {
        Self {
            lng_e7: lng_e7.clamp(-1_800_000_000, 1_800_000_000),
            lat_e7: lat_e7.clamp(-900_000_000, 900_000_000),
        }
    }

    /// Longitude in 1e-7 degrees.
    pub const fn lng_e7(self) -> i32 {
        self.lng_e7
    }

    /// Latitude in 1e-7 degrees.
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude in degrees.
    pub fn lng(self) -> f64 {
        f64::from(self.lng_e7) / 1e7
    }

    /// Latitude in degrees.
    pub fn lat(self) -> f64 {
        f64::from(self.lat_e7) / 1e7
    }

    /// Whether the short way to another position crosses the 180° meridian.
    pub fn is_across_antimeridian(self, other: Self) -> bool {
        i64::from(self.lng_e7).abs_diff(i64::from(other.lng_e7)) > HALF_TURN_E7
    }

    /// Where the short way to another position crosses the 180° meridian: one point, as it is
    /// written on this side and on the other; `None` when the way does not cross it.
    ///
    /// ```
    /// use units::LngLat;
    /// let (a, b) = (LngLat::from_degrees(179.0, 2.0)?, LngLat::from_degrees(-178.0, 5.0)?);
    /// let [here, there] = a.antimeridian_to(b).expect("three degrees, across");
    /// assert_eq!((here.lng(), there.lng(), here.lat(), there.lat()), (180.0, -180.0, 3.0, 3.0));
    /// assert_eq!(here.distance_to(there).as_mm(), 0);
    /// assert_eq!(a.antimeridian_to(a), None);
    /// # Ok::<(), units::PositionError>(())
    /// ```
    pub fn antimeridian_to(self, other: Self) -> Option<[Self; 2]> {
        if !self.is_across_antimeridian(other) {
            return None;
        }
        let half = 1_800_000_000_i32;
        let to_meridian = |lng: i32| i64::from(half) - i64::from(lng).abs();
        let (from, to) = (to_meridian(self.lng_e7), to_meridian(other.lng_e7));
        let rise = i64::from(other.lat_e7) - i64::from(self.lat_e7);
        let moved = (rise * from).checked_div(from + to).unwrap_or(0);
        let lat = i32::try_from(i64::from(self.lat_e7) + moved).expect("between two latitudes");
        let side = if self.lng_e7 < 0 { -half } else { half };
        Some([side, -side].map(|lng| Self::from_e7(lng, lat)))
    }

    /// Great-circle distance on the sphere of [`EARTH_RADIUS_M`], by the haversine formula.
    pub fn distance_to(self, other: Self) -> Length {
        let (lat_a, lat_b) = (self.lat().to_radians(), other.lat().to_radians());
        let half_lat = libm::sin((lat_b - lat_a) / 2.0);
        let half_lng = libm::sin((other.lng() - self.lng()).to_radians() / 2.0);
        let h = half_lat * half_lat + libm::cos(lat_a) * libm::cos(lat_b) * half_lng * half_lng;
        Length::from_m_f64(2.0 * EARTH_RADIUS_M * libm::asin(libm::sqrt(h.min(1.0))))
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the caller has checked that the degrees are on earth"
)]
fn e7(degrees: f64) -> i32 {
    libm::round(degrees * 1e7) as i32
}

/// Longitude, then latitude, in degrees: `114.05,22.54`.
impl fmt::Display for LngLat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{},{}", self.lng(), self.lat())
    }
}
