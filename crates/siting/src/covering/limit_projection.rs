//! Projection of fractional sites onto the limit that they share: their number, or their price.
//!
//! In: fractional values of any size; out: the nearest values between 0 and 1 within the limit, and the limit's multiplier.

use crate::covering::lagrangian::Relaxation;
use crate::number::{at, float, ix};

pub(crate) struct Limit {
    /// By site, its use of the limit: 1, or its price.
    takes: Vec<f64>,
    total: f64,
}

/// Most steps of Newton's method, which ends after a few; it takes more only where it has to halve its bracket.
const MOST_STEPS: u32 = 60;
/// Tolerance of the projection, as a part of the limit.
const NEAR: f64 = 1e-9;

impl Limit {
    /// The budget where there is one, else the number of sites.
    pub(crate) fn new(of: &Relaxation) -> Self {
        match of.budget_left {
            // The bound that is computed from the multipliers keeps the number of sites too.
            Some(budget_left) => Self {
                takes: of.price.iter().map(|&p| float(p)).collect(),
                total: float(budget_left),
            },
            None => Self {
                takes: vec![1.0; of.site.len()],
                total: f64::from(ix(of.sites_left)),
            },
        }
    }

    /// Use of the limit by a site.
    pub(crate) fn takes(&self, site: u32) -> f64 {
        self.takes[at(site)]
    }

    /// Projects the fractional values of these sites onto the limit, distances weighed by each site's `unit`; returns the limit's multiplier.
    ///
    /// The search for the multiplier begins at `price`.
    /// Cost: some passes over the sites.
    pub(crate) fn keep(&self, x: &mut [f64], sites: &[u32], unit: &[f64], price: f64) -> f64 {
        let lowered = |x: f64, k: usize, price: f64| x - price * self.takes[k] * unit[k];
        let over = |price: f64| {
            let (mut sum, mut slope) = (0.0, 0.0);
            for &site in sites {
                let k = at(site);
                let fractional = lowered(x[k], k, price);
                if fractional >= 1.0 {
                    sum += self.takes[k];
                } else if fractional > 0.0 {
                    sum += self.takes[k] * fractional;
                    slope += self.takes[k] * self.takes[k] * unit[k];
                }
            }
            (sum - self.total, slope)
        };
        let price = if over(0.0).0 > 0.0 {
            self.crossing(over, price)
        } else {
            0.0
        };
        for &site in sites {
            let k = at(site);
            x[k] = lowered(x[k], k, price).clamp(0.0, 1.0);
        }
        price
    }

    /// The zero of a falling, piecewise linear function that is above 0 at 0, given with its slope, by Newton's method within a bracket.
    fn crossing(&self, over: impl Fn(f64) -> (f64, f64), first: f64) -> f64 {
        let (mut low, mut high) = (0.0_f64, f64::INFINITY);
        let mut price = first;
        for _ in 0..MOST_STEPS {
            let (over, slope) = over(price);
            if over.abs() < NEAR * self.total {
                break;
            }
            if over > 0.0 {
                low = price;
            } else {
                high = price;
            }
            let next = price + over / slope;
            price = if slope > 0.0 && next > low && next < high {
                next
            } else if high.is_finite() {
                f64::midpoint(low, high)
            } else {
                2.0 * price + NEAR
            };
        }
        price
    }
}
