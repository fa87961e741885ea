//! Subgradient steps with Polyak's length and a smoothed direction (Held and Karp 1971; Camerini, Fratta and Maffioli 1975).

use crate::number::rounded;

/// How an ascent is to run.
#[derive(Clone, Copy)]
pub(crate) struct Climb<'a> {
    /// Steps at most.
    pub(crate) steps: usize,
    /// The value of the best answer known, scaled; the steps aim there.
    pub(crate) target: i64,
    /// Ends when the bound reaches this, scaled.
    pub(crate) enough: i64,
    /// Length of the first steps, as a share of Polyak's: long far from the top, short near it.
    pub(crate) length: f64,
    /// Steps without progress before they are made shorter.
    pub(crate) patience: u32,
    /// Ends when the length of the steps has shrunk to this.
    pub(crate) shortest: f64,
    pub(crate) stop: &'a (dyn Fn() -> bool + Sync),
}

/// Part of the old direction that is kept; between 0.6 and 0.8 the town instances climb alike, without it a third slower.
pub(crate) const KEPT: f64 = 0.7;

/// The direction of the steps.
pub(crate) struct Walk {
    /// Part of the old direction that is kept.
    kept: f64,
    pub(crate) direction: Vec<f64>,
    pub(crate) times: Vec<u32>,
}

impl Walk {
    pub(crate) fn new(n_rows: usize, kept: f64) -> Self {
        Self {
            kept,
            direction: vec![0.0; n_rows],
            times: vec![0; n_rows],
        }
    }

    /// One step along the smoothed slope, as long as Polyak's rule says; false when there is no slope.
    ///
    /// The first `n_rows` multipliers lie between 0 and their caps, those of triples behind them are at most 0.
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
        for (d, slope) in self.direction.iter_mut().zip(slopes) {
            *d = kept * *d + (1.0 - kept) * slope;
        }
        let (direction, of_triples) = self.direction.split_at(n_rows);
        let (row, triple) = row.split_at_mut(n_rows);
        for ((d, &m), &cap) in direction.iter().zip(row.iter()).zip(caps) {
            let outward = *d < 0.0 && m == 0 || *d > 0.0 && m == cap;
            if !outward {
                norm += *d * *d;
            }
        }
        for (d, &m) in of_triples.iter().zip(triple.iter()) {
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
        for (m, &d) in triple.iter_mut().zip(of_triples) {
            *m = (*m + rounded(stride * d)).min(0);
        }
        true
    }
}
