use units::TravelTime;

use crate::{Demand, Ranking, SupplyRatio};

/// How evenly something is spread over people: travel times, supply ratios.
///
/// Each value `v_i` holds for a part `p_i` of the demand (the parts add up to 1); `m` is the mean
/// `sum of p_i v_i`. Values are sorted, `v_1 <= v_2 <= ...`.
///
/// | Indicator | Formula |
/// |---|---|
/// | Lorenz curve | `L(P_i) = sum up to i of p_j v_j / m` at `P_i = sum up to i of p_j`, straight between |
/// | Gini | `1 - sum of p_i (L(P_(i-1)) + L(P_i))`: twice the area between the curve and the diagonal |
/// | Palma ratio | `(1 - L(0.9)) / L(0.4)`: what the top tenth has, over what the bottom four tenths have |
/// | Theil | `sum of p_i (v_i / m) ln(v_i / m)`, a term with `v_i = 0` counting zero |
/// | concentration | `2 / m` times the covariance of `v` and rank by another quantity |
///
/// All of them are 0 (Palma: 0.25) when everybody has the same. For travel times a large value
/// means *bad*: the top tenth of the Palma ratio are the worst served.
///
/// ```
/// use coverage::{Demand, Distribution};
/// use units::TravelTime;
/// let minutes = [(1, 1), (3, 1)].map(|(mins, people)| {
///     (TravelTime::from_mins(mins), Demand::from_units(people))
/// });
/// assert_eq!(Distribution::of_times(minutes).gini(), Some(0.25));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Values in ascending order, each with the part of the demand that it holds for.
    values: Vec<(f64, f64)>,
    mean: f64,
}

impl Distribution {
    /// Of travel times, in seconds.
    ///
    /// Cost: n log n, as all constructors.
    pub fn of_times(times: impl IntoIterator<Item = (TravelTime, Demand)>) -> Self {
        let seconds = |(time, demand): (TravelTime, Demand)| (time.as_secs_f64(), demand);
        Self::new(times.into_iter().map(seconds).collect())
    }

    /// Of supply ratios.
    pub fn of_supply(ratios: impl IntoIterator<Item = (SupplyRatio, Demand)>) -> Self {
        let plain = |(ratio, demand): (SupplyRatio, Demand)| (ratio.as_f64(), demand);
        Self::new(ratios.into_iter().map(plain).collect())
    }

    fn new(mut values: Vec<(f64, Demand)>) -> Self {
        values.retain(|&(_, demand)| demand > Demand::ZERO);
        // Equal values are sorted by demand, so that sums do not depend on the order given.
        values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let total: Demand = values.iter().map(|&(_, demand)| demand).sum();
        let values: Vec<(f64, f64)> = values
            .into_iter()
            .map(|(value, demand)| (value, demand.share_of(total).unwrap_or(0.0)))
            .collect();
        let mean = values.iter().map(|(value, part)| value * part).sum();
        Self { values, mean }
    }

    /// Mean of the values; zero when there are none.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Whether there is something to spread.
    fn is_spread(&self) -> bool {
        self.mean > 0.0
    }

    /// Corners of the Lorenz curve: shares of the demand and of the sum, both from 0 to 1.
    ///
    /// Cost: linear.
    pub fn lorenz(&self) -> Vec<LorenzPoint> {
        let mut corner = LorenzPoint {
            demand_share: 0.0,
            value_share: 0.0,
        };
        let mut corners = vec![corner];
        if self.is_spread() {
            for &(value, part) in &self.values {
                corner.demand_share += part;
                corner.value_share += part * value / self.mean;
                corners.push(corner);
            }
        }
        corners
    }

    /// The Lorenz curve at even steps: at 0, 1/n, ..., 1.
    ///
    /// Cost: linear in the values, for each step.
    pub fn lorenz_at_steps(&self, n_steps: u32) -> Vec<LorenzPoint> {
        let corners = self.lorenz();
        (0..=n_steps)
            .map(|step| {
                let demand_share = f64::from(step) / f64::from(n_steps.max(1));
                let value_share = height(&corners, demand_share);
                LorenzPoint {
                    demand_share,
                    value_share,
                }
            })
            .collect()
    }

    /// Gini coefficient, 0 (all alike) to 1; `None` when everything is zero.
    ///
    /// Cost: linear.
    pub fn gini(&self) -> Option<f64> {
        let corners = self.lorenz();
        let strips = corners.windows(2).map(|pair| {
            let width = pair[1].demand_share - pair[0].demand_share;
            width * (pair[0].value_share + pair[1].value_share)
        });
        self.is_spread().then(|| 1.0 - strips.sum::<f64>())
    }

    /// Palma ratio; `None` when everything is zero, or the bottom four tenths have nothing.
    ///
    /// Cost: linear.
    pub fn palma(&self) -> Option<f64> {
        let corners = self.lorenz();
        let bottom = height(&corners, 0.4);
        let top = 1.0 - height(&corners, 0.9);
        (self.is_spread() && bottom > 0.0).then(|| top / bottom)
    }

    /// Theil index (T), 0 (all alike) to the logarithm of the number of people; `None` when
    /// everything is zero.
    ///
    /// Cost: linear.
    pub fn theil(&self) -> Option<f64> {
        let terms = self.values.iter().map(|&(value, part)| {
            let ratio = value / self.mean;
            if ratio > 0.0 {
                part * ratio * libm::log(ratio)
            } else {
                0.0
            }
        });
        self.is_spread().then(|| terms.sum())
    }
}

/// A corner of a Lorenz curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LorenzPoint {
    /// Share of the demand with the smallest values, 0 to 1.
    pub demand_share: f64,
    /// Share of the sum of all values that it has, 0 to 1.
    pub value_share: f64,
}

/// The curve's height at a share of the demand.
fn height(corners: &[LorenzPoint], demand_share: f64) -> f64 {
    let next = corners.partition_point(|corner| corner.demand_share < demand_share);
    let Some(after) = corners.get(next) else {
        return corners.last().map_or(0.0, |last| last.value_share);
    };
    let Some(before) = next.checked_sub(1).map(|i| corners[i]) else {
        return after.value_share;
    };
    let width = after.demand_share - before.demand_share;
    let along = if width > 0.0 {
        (demand_share - before.demand_share) / width
    } else {
        0.0
    };
    before.value_share + along * (after.value_share - before.value_share)
}

/// Concentration index: whether long times go together with a high (positive) or a low (negative)
/// value of something else, such as the rent or the distance from the centre; from -1 to 1.
///
/// `2 / m` times the covariance of the time and the fractional rank by `other`, each weighted by
/// demand; equal values of `other` share their mean rank (Kakwani, Wagstaff and van Doorslaer,
/// Journal of Econometrics, 1997). `None` without demand or when all times are zero.
///
/// Cost: n log n.
pub(crate) fn concentration_of_times(
    samples: impl IntoIterator<Item = (TravelTime, Demand, Ranking)>,
) -> Option<f64> {
    let mut samples: Vec<(Ranking, TravelTime, Demand)> = samples
        .into_iter()
        .filter(|(_, demand, _)| *demand > Demand::ZERO)
        .map(|(time, demand, ranking)| (ranking, time, demand))
        .collect();
    samples.sort_unstable();
    let total: Demand = samples.iter().map(|&(_, _, demand)| demand).sum();
    let part = |demand: Demand| demand.share_of(total).unwrap_or(0.0);
    let mean: f64 = samples
        .iter()
        .map(|&(_, time, demand)| time.as_secs_f64() * part(demand))
        .sum();
    if mean <= 0.0 {
        return None;
    }
    let mut before = Demand::ZERO;
    let mut covariance = 0.0;
    for tied in samples.chunk_by(|a, b| a.0 == b.0) {
        let here: Demand = tied.iter().map(|&(_, _, demand)| demand).sum();
        let rank = part(before) + part(here) / 2.0;
        for &(_, time, demand) in tied {
            covariance += part(demand) * (time.as_secs_f64() - mean) * (rank - 0.5);
        }
        before = before + here;
    }
    Some(2.0 * covariance / mean)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn times(values: &[(u32, u64)]) -> Distribution {
        Distribution::of_times(
            values
                .iter()
                .map(|&(secs, people)| (TravelTime::from_secs(secs), Demand::from_units(people))),
        )
    }

    fn close(got: Option<f64>, want: f64) {
        let got = got.unwrap();
        assert!((got - want).abs() < 1e-12, "{got} is not {want}");
    }

    #[test]
    fn worked_by_hand() {
        // Four people with 1, 2, 3 and 4 seconds: mean 2.5, Lorenz 0.1, 0.3, 0.6, 1.
        // Gini = 1 - 0.25 (0.1 + 0.4 + 0.9 + 1.6) = 0.25.
        // Palma: L(0.9) = 0.6 + 0.6 x 0.4 = 0.84, L(0.4) = 0.1 + 0.6 x 0.2 = 0.22: 0.16 / 0.22.
        // Theil = 0.25 (0.4 ln 0.4 + 0.8 ln 0.8 + 1.2 ln 1.2 + 1.6 ln 1.6).
        let four = times(&[(3, 1), (1, 1), (4, 1), (2, 1)]);
        close(Some(four.mean()), 2.5);
        close(four.gini(), 0.25);
        close(four.palma(), 8.0 / 11.0);
        close(four.theil(), 0.106_440_135_286_223_18);
        let shares: Vec<f64> = four
            .lorenz()
            .iter()
            .map(|corner| corner.value_share)
            .collect();
        for (got, want) in shares.iter().zip([0.0, 0.1, 0.3, 0.6, 1.0]) {
            close(Some(*got), want);
        }
        // One of ten has everything: Gini 0.9, Theil ln 10, and the bottom four tenths nothing.
        let one = times(&[(0, 9), (10, 1)]);
        close(one.gini(), 0.9);
        close(one.theil(), std::f64::consts::LN_10);
        assert_eq!(one.palma(), None);
    }

    #[test]
    fn all_alike_is_zero() {
        let alike = times(&[(7, 3), (7, 5)]);
        close(alike.gini(), 0.0);
        close(alike.theil(), 0.0);
        close(alike.palma(), 0.25);
        for corner in alike.lorenz_at_steps(10) {
            close(Some(corner.value_share), corner.demand_share);
        }
    }

    #[test]
    fn nothing_has_no_indicator() {
        for nothing in [times(&[]), times(&[(5, 0)]), times(&[(0, 5)])] {
            assert_eq!(
                (nothing.gini(), nothing.palma(), nothing.theil()),
                (None, None, None)
            );
        }
        assert_eq!(concentration_of_times([]), None);
    }

    #[test]
    fn concentration_by_hand() {
        let sample = |secs: u32, rank: i64| {
            (
                TravelTime::from_secs(secs),
                Demand::from_units(1),
                Ranking(rank),
            )
        };
        // Ranked by itself the concentration index is the Gini coefficient; backwards its negative.
        let rising = [sample(1, 1), sample(2, 2), sample(3, 3), sample(4, 4)];
        close(concentration_of_times(rising), 0.25);
        close(
            concentration_of_times(rising.map(|(t, d, r)| (t, d, Ranking(-r.0)))),
            -0.25,
        );
        // All tied: nothing goes together with anything.
        close(
            concentration_of_times(rising.map(|(t, d, _)| (t, d, Ranking(0)))),
            0.0,
        );
        // Two ranks, times 1 and 3 against 2 and 4: ranks 1/4 and 3/4, mean 2.5,
        // covariance = (1/4)(-1/4)(-1.5 + 0.5) + (1/4)(1/4)(-0.5 + 1.5) = 1/8; 2/8 / 2.5 = 0.1.
        let two = [sample(1, 0), sample(3, 0), sample(2, 1), sample(4, 1)];
        close(concentration_of_times(two), 0.1);
    }

    proptest! {
        #[test]
        fn splitting_and_scaling_change_nothing(values in prop::collection::vec((0_u32..1_000, 1_u64..50), 1..20)) {
            let whole = times(&values);
            let split: Vec<(u32, u64)> = values.iter().flat_map(|&(v, n)| [(v, n), (v, n)]).collect();
            let scaled: Vec<(u32, u64)> = values.iter().map(|&(v, n)| (v * 10, n)).collect();
            for other in [times(&split), times(&scaled)] {
                for (a, b) in [(whole.gini(), other.gini()), (whole.theil(), other.theil()), (whole.palma(), other.palma())] {
                    match (a, b) {
                        (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1e-9 * a.abs().max(1.0), "{a} {b}"),
                        (a, b) => prop_assert_eq!(a.is_some(), b.is_some()),
                    }
                }
            }
            if let Some(gini) = whole.gini() {
                prop_assert!((-1e-12..1.0).contains(&gini));
                prop_assert!(whole.theil().unwrap() >= -1e-12);
            }
        }

        #[test]
        fn gini_is_the_mean_difference(values in prop::collection::vec((0_u32..1_000, 1_u64..20), 1..15)) {
            // Oracle: half the mean absolute difference of all pairs, over the mean.
            let whole = times(&values);
            let (mut sum, mut people) = (0.0, 0.0);
            for &(a, n) in &values {
                #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "small numbers in a test")]
                let n = n as f64;
                people += n;
                for &(b, m) in &values {
                    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "small numbers in a test")]
                    let m = m as f64;
                    sum += n * m * (f64::from(a) - f64::from(b)).abs();
                }
            }
            if let Some(gini) = whole.gini() {
                let oracle = sum / (people * people) / (2.0 * whole.mean());
                prop_assert!((gini - oracle).abs() < 1e-9, "{} {}", gini, oracle);
            }
        }
    }
}
