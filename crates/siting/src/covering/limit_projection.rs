//! The one limit that shares of sites obey together: their number, or their price.
//!
//! In: shares of any size; out: the nearest ones between 0 and 1 that keep the limit, and what the limit costs them.

use crate::covering::lagrangian::Relaxation;
use crate::number::{at, float, ix};

pub(crate) struct Limit {
    /// What each site takes.
    takes: Vec<f64>,
    total: f64,
}

/// Newton's method ends after a few steps; this many only where it has to halve its bracket.
const MOST_STEPS: u32 = 60;
/// How near to the total is near enough, as a share of it.
const NEAR: f64 = 1e-9;

impl Limit {
    /// The budget where there is one, and the number of sites otherwise.
    pub(crate) fn new(of: &Relaxation) -> Self {
        match of.money {
            // The number of sites is left to the bound that is computed from the multipliers.
            Some(money) => Self {
                takes: of.price.iter().map(|&p| float(p)).collect(),
                total: float(money),
            },
            None => Self {
                takes: vec![1.0; of.site.len()],
                total: f64::from(ix(of.room)),
            },
        }
    }

    /// What a site takes of the limit.
    pub(crate) fn takes(&self, site: u32) -> f64 {
        self.takes[at(site)]
    }

    /// Moves the shares of these sites to the nearest ones that keep the limit, distances measured in each site's `unit`; returns the price of the limit.
    ///
    /// The search for the price begins at `price`.
    /// Cost: some passes over the sites.
    pub(crate) fn keep(&self, x: &mut [f64], sites: &[u32], unit: &[f64], price: f64) -> f64 {
        let lowered = |x: f64, k: usize, price: f64| x - price * self.takes[k] * unit[k];
        let over = |price: f64| {
            let (mut sum, mut slope) = (0.0, 0.0);
            for &site in sites {
                let k = at(site);
                let share = lowered(x[k], k, price);
                if share >= 1.0 {
                    sum += self.takes[k];
                } else if share > 0.0 {
                    sum += self.takes[k] * share;
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

    /// Where a falling line with corners, given with its slope, crosses zero; it begins above.
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
