//! Subgradient steps of Polyak's length along a smoothed direction (Held and Karp 1971; Camerini, Fratta and Maffioli 1975).

use crate::number::rounded;

/// Limits and step rule of a subgradient ascent; values are scaled by 2^`bits`.
#[derive(Clone, Copy)]
pub(crate) struct SubgradientOptions<'a> {
    /// Most steps.
    pub(crate) steps: usize,
    /// Polyak's target: the objective of the best answer known.
    pub(crate) target: i64,
    /// The ascent ends when the bound reaches this.
    pub(crate) enough: i64,
    /// First step length, as a factor of Polyak's: long far from the best bound, short near it.
    pub(crate) length: f64,
    /// Steps without progress before the factor is lowered.
    pub(crate) patience: u32,
    /// The ascent ends when the factor falls below this.
    pub(crate) shortest: f64,
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Weight of the old direction in the new one; between 0.6 and 0.8 bounds of the town instances rise alike, with 0 a third slower.
pub(crate) const KEPT: f64 = 0.7;

/// Smoothed direction of the steps.
pub(crate) struct Direction {
    /// Weight of the old direction in the new one.
    kept: f64,
    pub(crate) smoothed: Vec<f64>,
    pub(crate) times: Vec<u32>,
}

impl Direction {
    pub(crate) fn new(n_rows: usize, kept: f64) -> Self {
        Self {
            kept,
            smoothed: vec![0.0; n_rows],
            times: vec![0; n_rows],
        }
    }

    /// One step of Polyak's length along the smoothed subgradient; false when that is zero.
    ///
    /// The first `n_rows` multipliers stay between 0 and their caps, those of cuts behind them at most 0.
    /// Cost: one pass over the multipliers.
    pub(crate) fn step(
        &mut self,
        row: &mut [i64],
        caps: &[i64],
        need: &[u32],
        n_rows: usize,
        ahead: f64,
    ) -> bool {
        let mut norm = 0.0_f64;
        let kept = self.kept;
        let slopes = self.times.iter().zip(need);
        let slopes = slopes.map(|(&t, &n)| f64::from(n) - f64::from(t));
        for (d, slope) in self.smoothed.iter_mut().zip(slopes) {
            *d = kept * *d + (1.0 - kept) * slope;
        }
        let (direction, of_cuts) = self.smoothed.split_at(n_rows);
        let (row, cut) = row.split_at_mut(n_rows);
        for ((d, &m), &cap) in direction.iter().zip(row.iter()).zip(caps) {
            let outward = *d < 0.0 && m == 0 || *d > 0.0 && m == cap;
            if !outward {
                norm += *d * *d;
            }
        }
        for (d, &m) in of_cuts.iter().zip(cut.iter()) {
            if !(*d > 0.0 && m == 0) {
                norm += *d * *d;
            }
        }
        if norm <= 0.0 {
            return false;
        }
        let stride = ahead / norm;
        for ((m, &cap), &d) in row.iter_mut().zip(caps).zip(direction) {
            *m = (*m + rounded(stride * d)).clamp(0, cap);
        }
        for (m, &d) in cut.iter_mut().zip(of_cuts) {
            *m = (*m + rounded(stride * d)).min(0);
        }
        true
    }
}
