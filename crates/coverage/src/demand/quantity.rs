use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// An amount of demand, in whole thousandths of its unit: millimetres where demand is metres of
/// street, thousandths of a rider where riders are counted.
///
/// Integers, so that sums do not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Demand(u64);

impl Demand {
    /// None at all.
    pub const ZERO: Self = Self(0);

    /// From whole units, saturating.
    pub const fn from_units(units: u64) -> Self {
        Self(units.saturating_mul(1_000))
    }

    /// From thousandths of a unit.
    pub const fn from_thousandths(thousandths: u64) -> Self {
        Self(thousandths)
    }

    /// In thousandths of a unit.
    pub const fn as_thousandths(self) -> u64 {
        self.0
    }

    /// In units.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "for display; exact up to 9e12 units"
    )]
    pub fn as_units_f64(self) -> f64 {
        self.0 as f64 / 1_000.0
    }

    /// Whether this is at least half of `whole`; exact.
    pub const fn is_at_least_half_of(self, whole: Self) -> bool {
        self.0 >= whole.0 - whole.0 / 2
    }

    /// As much of this as `part` is of `whole`, rounded down; nothing when there is no whole.
    ///
    /// What is left, `self - self.part(part, whole)`, belongs to the other part.
    pub(crate) fn part(self, part: Self, whole: Self) -> Self {
        let product = u128::from(self.0) * u128::from(part.0);
        let share = product.checked_div(u128::from(whole.0)).unwrap_or(0);
        Self(u64::try_from(share).unwrap_or(u64::MAX))
    }

    /// This part of `whole` as a share between 0 and 1; `None` when there is no whole.
    #[expect(
        clippy::as_conversions,
        clippy::cast_precision_loss,
        reason = "a share for display; decisions are made on the integers"
    )]
    pub fn share_of(self, whole: Self) -> Option<f64> {
        (whole.0 > 0).then(|| self.0 as f64 / whole.0 as f64)
    }
}

/// Saturates.
impl Add for Demand {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

/// Saturates at zero.
impl Sub for Demand {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Demand {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// What demand is measured in; travels with every result.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DemandUnit {
    /// Metres of street, where nothing better is known.
    StreetMeters,
    /// Something counted, named by its source: `riders`, `orders_per_hour`.
    Counted(String),
}

impl DemandUnit {
    /// As part of a column name: `street_m`, `riders`.
    pub fn name(&self) -> &str {
        match self {
            Self::StreetMeters => "street_m",
            Self::Counted(name) => name,
        }
    }
}

/// In words: `metres of street`, or the name of what is counted.
impl fmt::Display for DemandUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StreetMeters => f.write_str("metres of street"),
            Self::Counted(name) => f.write_str(name),
        }
    }
}
