//! What becomes of the rows of a batch.
//!
//! Every fold is a sum or a minimum over whole numbers, so its answer does not depend on the order
//! in which destinations are seen.

#![expect(
    clippy::inline_always,
    reason = "what touches lanes must be compiled for the vectors of its caller"
)]

use graph::NodeId;
use units::TravelTime;

use crate::lanes::{LANES, LaneTimes};

/// Folds each row of a batch into an answer, [`LANES`] rows at a time.
pub trait RowFold: Sync {
    /// State of one block of rows.
    type Block;
    /// What is kept of one row.
    type Answer: Send;

    /// State before anything is seen.
    fn start(&self) -> Self::Block;

    /// A destination that some lanes reach, once; lanes that do not reach it read as none.
    ///
    /// Hot loop: mark implementations `#[inline(always)]`, so that they are compiled for the
    /// vectors of the machine.
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes);

    /// The answer of one lane, after everything is seen.
    fn answer(&self, block: &mut Self::Block, lane: usize) -> Self::Answer;
}

/// How many destinations are within the limit.
#[derive(Clone, Copy, Debug)]
pub struct Count;

impl RowFold for Count {
    type Block = [u32; LANES];
    type Answer = u32;

    fn start(&self) -> Self::Block {
        [0; LANES]
    }
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, _destination: u32, times: &LaneTimes) {
        for (count, &time) in block.iter_mut().zip(times.tenths()) {
            *count += u32::from(time != LaneTimes::NEVER);
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> u32 {
        block[lane]
    }
}

/// The sum of weights of the destinations within the limit.
#[derive(Clone, Copy, Debug)]
pub struct WeightedSum<'a> {
    /// Weight by destination.
    pub weights: &'a [u32],
}

impl RowFold for WeightedSum<'_> {
    type Block = [u64; LANES];
    type Answer = u64;

    fn start(&self) -> Self::Block {
        [0; LANES]
    }
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes) {
        let weight = u64::from(self.weights[NodeId::new(destination).index()]);
        for (sum, &time) in block.iter_mut().zip(times.tenths()) {
            *sum += if time == LaneTimes::NEVER { 0 } else { weight };
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> u64 {
        block[lane]
    }
}

/// How the worth of an opportunity falls with the time to it: millionths of its weight, by tenth of
/// a second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decay {
    millionths: Vec<u32>,
}

const MILLION: f64 = 1e6;

impl Decay {
    /// From a function of the time that gives shares between 0 and 1, for times up to `limit`.
    ///
    /// Shares are rounded to millionths once, so sums of them are exact; what lies outside 0 to 1,
    /// or is not a number, is moved to the nearer end (not a number: 0).
    ///
    /// Cost: one call per tenth of a second.
    pub fn from_shares(limit: TravelTime, mut share: impl FnMut(TravelTime) -> f64) -> Self {
        let millionths = (0..=limit.as_tenths())
            .map(|tenths| to_millionths(share(TravelTime::from_tenths(tenths))))
            .collect();
        Self { millionths }
    }

    /// Worth all up to the limit: opportunities within the limit.
    pub fn step(limit: TravelTime) -> Self {
        Self::from_shares(limit, |_| 1.0)
    }

    /// Falls evenly from all at no time to nothing at the limit.
    pub fn linear(limit: TravelTime) -> Self {
        let whole = limit.as_secs_f64();
        Self::from_shares(limit, |time| 1.0 - time.as_secs_f64() / whole)
    }

    /// Halves with each further `half_life`: exp(−ln 2 · time / `half_life`).
    pub fn exponential(limit: TravelTime, half_life: TravelTime) -> Self {
        let half_life = half_life.as_secs_f64();
        Self::from_shares(limit, |time| libm::exp2(-time.as_secs_f64() / half_life))
    }

    /// The bell of enhanced 2SFCA: exp(−time² / (2 `width`²)).
    pub fn gaussian(limit: TravelTime, width: TravelTime) -> Self {
        let width = width.as_secs_f64();
        Self::from_shares(limit, |time| {
            let z = time.as_secs_f64() / width;
            libm::exp(-z * z / 2.0)
        })
    }

    /// The share of its weight that an opportunity at this time is worth, in millionths; nothing
    /// past the limit.
    pub fn millionths(&self, time: TravelTime) -> u32 {
        let tenths = NodeId::new(time.as_tenths()).index();
        self.millionths.get(tenths).copied().unwrap_or(0)
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to 0..=1,000,000; not a number casts to 0"
)]
fn to_millionths(share: f64) -> u32 {
    libm::round((share * MILLION).clamp(0.0, MILLION)) as u32
}

/// The sum of weights, each decayed by its time, in millionths: gravity access.
#[derive(Clone, Copy, Debug)]
pub struct DecayedSum<'a> {
    /// Weight by destination.
    pub weights: &'a [u32],
    /// What a weight is worth by its time.
    pub decay: &'a Decay,
}

impl RowFold for DecayedSum<'_> {
    type Block = [u64; LANES];
    type Answer = u64;

    fn start(&self) -> Self::Block {
        [0; LANES]
    }
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes) {
        let weight = u64::from(self.weights[NodeId::new(destination).index()]);
        let millionths = &self.decay.millionths;
        for (sum, &time) in block.iter_mut().zip(times.tenths()) {
            // Lanes that do not reach it read past the end, unless the decay goes to 109 minutes.
            let worth = millionths.get(usize::from(time)).copied().unwrap_or(0);
            let worth = if time == LaneTimes::NEVER { 0 } else { worth };
            *sum = sum.saturating_add(weight * u64::from(worth));
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> u64 {
        block[lane]
    }
}

/// Which destinations are within the limit, one bit each, 64 to a word.
#[derive(Clone, Copy, Debug)]
pub struct CoverBits {
    /// Number of destinations.
    pub n_destinations: usize,
}

impl RowFold for CoverBits {
    type Block = Vec<u64>;
    type Answer = Vec<u64>;

    fn start(&self) -> Vec<u64> {
        vec![0; LANES * self.n_words()]
    }
    #[inline(always)]
    fn see(&self, block: &mut Vec<u64>, destination: u32, times: &LaneTimes) {
        let (word, bit) = (NodeId::new(destination / 64).index(), destination % 64);
        // Words of one destination's lanes lie side by side.
        let words = &mut block[word * LANES..][..LANES];
        for (word, &time) in words.iter_mut().zip(times.tenths()) {
            *word |= u64::from(time != LaneTimes::NEVER) << bit;
        }
    }

    fn answer(&self, block: &mut Vec<u64>, lane: usize) -> Vec<u64> {
        block.iter().skip(lane).step_by(LANES).copied().collect()
    }
}

impl CoverBits {
    fn n_words(self) -> usize {
        self.n_destinations.div_ceil(64)
    }
}

/// The `k` nearest destinations, nearest first; of equally near ones the lower comes first.
///
/// The last of them is dual access: how long it takes to reach `k` opportunities.
#[derive(Clone, Copy, Debug)]
pub struct Nearest {
    /// How many.
    pub k: usize,
}

impl RowFold for Nearest {
    type Block = Vec<Vec<(TravelTime, u32)>>;
    type Answer = Vec<(TravelTime, u32)>;

    fn start(&self) -> Self::Block {
        vec![Vec::new(); LANES]
    }
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes) {
        for (best, &tenths) in block.iter_mut().zip(times.tenths()) {
            if tenths == LaneTimes::NEVER {
                continue;
            }
            let found = (TravelTime::from_tenths(u32::from(tenths)), destination);
            if best.len() < self.k || best.last().is_some_and(|last| found < *last) {
                let place = best.partition_point(|other| *other < found);
                best.insert(place, found);
                best.truncate(self.k);
            }
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> Self::Answer {
        std::mem::take(&mut block[lane])
    }
}

/// The whole row: destinations within the limit with their times, by destination.
#[derive(Clone, Copy, Debug)]
pub struct FullRow;

impl RowFold for FullRow {
    type Block = Vec<Vec<(u32, TravelTime)>>;
    type Answer = Vec<(u32, TravelTime)>;

    fn start(&self) -> Self::Block {
        vec![Vec::new(); LANES]
    }
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes) {
        for (row, &tenths) in block.iter_mut().zip(times.tenths()) {
            if tenths != LaneTimes::NEVER {
                row.push((destination, TravelTime::from_tenths(u32::from(tenths))));
            }
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> Self::Answer {
        let mut row = std::mem::take(&mut block[lane]);
        // Places come in order already; nodes come in the order of the sweep.
        row.sort_unstable();
        row
    }
}
