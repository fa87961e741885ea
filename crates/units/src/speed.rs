use std::fmt;
use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use crate::{Length, TravelTime};

/// A speed in whole millimetres per second, never zero.
///
/// The only door between [`Length`] and [`TravelTime`].
///
/// ```
/// use units::{Length, Speed, TravelTime};
/// let push = Speed::from_km_per_h(4.0).expect("positive");
/// assert_eq!(push.as_mm_per_s(), 1_111);
/// // Rounded at cumulative positions, ten short pieces cost what one long piece costs.
/// let whole = push.time_between(0, 10_000);
/// let pieces: TravelTime = (0..10).map(|i| push.time_between(i * 1_000, (i + 1) * 1_000)).sum();
/// assert_eq!(whole, pieces);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Speed(NonZeroU32);

impl Speed {
    /// From whole millimetres per second; `None` for zero.
    pub const fn from_mm_per_s(mm_per_s: u32) -> Option<Self> {
        match NonZeroU32::new(mm_per_s) {
            Some(value) => Some(Self(value)),
            None => None,
        }
    }

    /// From kilometres per hour, rounded to the nearest millimetre per second; `None` when that is
    /// zero, negative or not a number.
    #[expect(
        clippy::as_conversions,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a float-to-integer cast saturates, and zero is refused"
    )]
    pub fn from_km_per_h(km_per_h: f64) -> Option<Self> {
        Self::from_mm_per_s(libm::round(km_per_h * 1_000_000.0 / 3_600.0) as u32)
    }

    /// In millimetres per second.
    pub const fn as_mm_per_s(self) -> u32 {
        self.0.get()
    }

    /// In kilometres per hour.
    pub fn as_km_per_h(self) -> f64 {
        f64::from(self.0.get()) * 3_600.0 / 1_000_000.0
    }

    /// Time over a length, rounded to the nearest tenth of a second (halves up).
    pub fn time_over(self, length: Length) -> TravelTime {
        self.time_between(0, u64::from(length.as_mm()))
    }

    /// Time from one position along a way to a later one, both in millimetres from its beginning.
    ///
    /// Each end is rounded by itself, so the times of consecutive pieces add up to the time of the
    /// whole, however the way is cut.
    /// Positions in the wrong order give zero.
    pub fn time_between(self, start_mm: u64, end_mm: u64) -> TravelTime {
        let tenths = self
            .tenths_at(end_mm)
            .saturating_sub(self.tenths_at(start_mm));
        TravelTime::from_tenths(u32::try_from(tenths).unwrap_or(u32::MAX))
    }

    /// How far past `start_mm` one gets in `time`: the largest position whose
    /// [`time_between`](Self::time_between) from `start_mm` does not exceed `time`.
    pub fn position_after(self, start_mm: u64, time: TravelTime) -> u64 {
        let target = self
            .tenths_at(start_mm)
            .saturating_add(u64::from(time.as_tenths()));
        // tenths_at(p) <= target  <=>  10 p + v/2 < (target + 1) v, with integer halves.
        let v = u64::from(self.0.get());
        let end = target
            .saturating_add(1)
            .saturating_mul(v)
            .saturating_sub(v / 2 + 1);
        (end / 10).max(start_mm)
    }

    fn tenths_at(self, position_mm: u64) -> u64 {
        let v = u64::from(self.0.get());
        (position_mm.saturating_mul(10).saturating_add(v / 2)) / v
    }
}

/// Kilometres per hour with up to one decimal: `18 km/h`.
impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} km/h", libm::round(self.as_km_per_h() * 10.0) / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn position_after_is_the_last_position_in_time(
            v in 1_u32..10_000, start in 0_u64..1_000_000, tenths in 0_u32..100_000
        ) {
            let speed = Speed::from_mm_per_s(v).unwrap();
            let time = TravelTime::from_tenths(tenths);
            let end = speed.position_after(start, time);
            prop_assert!(speed.time_between(start, end) <= time);
            prop_assert!(speed.time_between(start, end + 1) > time);
        }

        #[test]
        fn pieces_add_up_to_the_whole(v in 1_u32..10_000, a in 0_u64..100_000, b in 0_u64..100_000, c in 0_u64..100_000) {
            let speed = Speed::from_mm_per_s(v).unwrap();
            let (p, q, r) = (a, a + b, a + b + c);
            prop_assert_eq!(
                speed.time_between(p, q) + speed.time_between(q, r),
                speed.time_between(p, r)
            );
        }
    }
}
