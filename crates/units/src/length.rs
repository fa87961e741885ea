use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A length in whole millimetres, up to 4,294 km.
///
/// Additions and subtractions saturate.
///
/// ```
/// use units::Length;
/// assert_eq!(Length::from_m(2) + Length::from_mm(5), Length::from_mm(2_005));
/// assert_eq!(Length::from_m(1) - Length::from_m(2), Length::ZERO);
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Length(u32);

impl Length {
    /// No length.
    pub const ZERO: Self = Self(0);

    /// From whole millimetres.
    pub const fn from_mm(mm: u32) -> Self {
        Self(mm)
    }

    /// From whole metres; saturates past 4,294 km.
    pub const fn from_m(m: u32) -> Self {
        Self(m.saturating_mul(1_000))
    }

    /// From metres, rounded to the nearest millimetre; negative and NaN give zero.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float-to-integer cast saturates, which is the documented behaviour"
    )]
    pub fn from_m_f64(m: f64) -> Self {
        Self(libm::round(m * 1_000.0) as u32)
    }

    /// In millimetres.
    pub const fn as_mm(self) -> u32 {
        self.0
    }

    /// In metres.
    pub fn as_m_f64(self) -> f64 {
        f64::from(self.0) / 1_000.0
    }
}

impl Add for Length {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Length {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Length {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Metres with as many of three decimals as are needed: `12.5 m`.
impl fmt::Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} m", self.as_m_f64())
    }
}
