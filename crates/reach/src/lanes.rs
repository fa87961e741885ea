#![expect(
    clippy::inline_always,
    reason = "what touches lanes must be compiled for the vectors of its caller"
)]

use units::TravelTime;

/// Number of searches that run side by side in a batch.
///
/// 64 times of 16 bits fill two cache lines and two of the widest registers. On Porto 64 lanes took
/// two thirds of the time per origin of 32 lanes and under half that of 16: the circles of 64
/// neighbours together hold only 9 % more nodes than those of 32 (`benches/runs`).
pub const LANES: usize = 64;

/// One time per lane, in tenths of a second; [`NEVER`](Self::NEVER) where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(align(64))]
pub struct LaneTimes(pub(crate) [u16; LANES]);

impl LaneTimes {
    /// Reads as no time at all.
    pub const NEVER: u16 = u16::MAX;

    /// No time in any lane.
    pub(crate) const NONE: Self = Self([Self::NEVER; LANES]);

    /// The times in tenths of a second, by lane; [`NEVER`](Self::NEVER) where there is none.
    #[inline]
    pub fn tenths(&self) -> &[u16; LANES] {
        &self.0
    }

    /// The time of one lane.
    ///
    /// # Panics
    /// When `lane` is not below [`LANES`].
    pub fn time(&self, lane: usize) -> Option<TravelTime> {
        let tenths = self.0[lane];
        (tenths != Self::NEVER).then(|| TravelTime::from_tenths(u32::from(tenths)))
    }

    /// Times over an arc from here.
    #[inline(always)]
    pub(crate) fn over(&self, tenths: u16) -> Self {
        let mut times = *self;
        for time in &mut times.0 {
            *time = time.saturating_add(tenths);
        }
        times
    }

    /// Lowers each lane to the time over an arc from `other`.
    #[inline(always)]
    pub(crate) fn lower_over(&mut self, other: &Self, tenths: u16) {
        for (mine, theirs) in self.0.iter_mut().zip(&other.0) {
            *mine = (*mine).min(theirs.saturating_add(tenths));
        }
    }

    /// The earliest lane.
    #[inline(always)]
    pub(crate) fn earliest(&self) -> u16 {
        self.0.iter().copied().fold(Self::NEVER, u16::min)
    }

    /// Times past the limit become none.
    #[inline(always)]
    pub(crate) fn cut(&mut self, limit: u16) {
        for time in &mut self.0 {
            *time = if *time > limit { Self::NEVER } else { *time };
        }
    }
}
