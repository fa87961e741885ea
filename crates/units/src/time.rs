use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

use serde::{Deserialize, Serialize};

/// A duration of travel, in whole tenths of a second.
///
/// One unit for every search and every answer, so that nothing is covered in one view and
/// uncovered in another.
/// Additions saturate, so a sum past the end stays past the end.
///
/// ```
/// use units::TravelTime;
/// let ride = TravelTime::from_secs(90) + TravelTime::from_tenths(5);
/// assert_eq!(ride.to_string(), "90.5 s");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct TravelTime(u32);

impl TravelTime {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From whole tenths of a second.
    pub const fn from_tenths(tenths: u32) -> Self {
        Self(tenths)
    }

    /// From whole seconds, saturating.
    pub const fn from_secs(secs: u32) -> Self {
        Self(secs.saturating_mul(10))
    }

    /// From whole minutes, saturating.
    pub const fn from_mins(mins: u32) -> Self {
        Self(mins.saturating_mul(600))
    }

    /// In tenths of a second.
    pub const fn as_tenths(self) -> u32 {
        self.0
    }

    /// In seconds.
    pub fn as_secs_f64(self) -> f64 {
        f64::from(self.0) / 10.0
    }

    /// In minutes.
    pub fn as_mins_f64(self) -> f64 {
        f64::from(self.0) / 600.0
    }
}

impl Add for TravelTime {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Saturates at zero.
impl Sub for TravelTime {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for TravelTime {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// Seconds with one decimal: `90.5 s`.
impl fmt::Display for TravelTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{} s", self.0 / 10, self.0 % 10)
    }
}
