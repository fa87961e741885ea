use units::TravelTime;

use crate::{Demand, DemandSet, DemandSplit, ServiceCoverage, ZoneId};

/// A few numbers for the study area or a zone.
///
/// | Indicator | Formula |
/// |---|---|
/// | covered share | covered demand / all demand |
/// | fragile share | covered demand inside the margin band / covered demand |
/// | quantile q | least time t such that at least q of all demand has a time of at most t |
/// | worst-served tenth | mean time of the tenth of all demand with the longest times |
///
/// All demand is that of the study area, whether joined to a network or not: quantiles speak of the
/// same people as the share. Who is joined to none finds nothing in any time, nor who finds only
/// full facilities within the rows' limit.
/// Time is that to the required number of facilities (to the nearest, when one is required).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicators {
    /// Demand by what becomes of it; shares are read off it.
    pub split: DemandSplit,
    /// Time within which half of the demand is served; `None` when it lies past the rows' limit, or
    /// without demand.
    pub median: Option<TravelTime>,
    /// Time within which three quarters are served.
    pub quantile_75: Option<TravelTime>,
    /// Time within which nine tenths are served.
    pub quantile_90: Option<TravelTime>,
    /// The tenth of the demand with the longest times; `None` without demand.
    pub worst_tenth: Option<WorstTenth>,
}

/// How the worst-served tenth of the demand fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorstTenth {
    /// Mean time, rounded down to tenths of a second.
    pub mean: TravelTime,
    /// Some of it lies past the rows' limit, or is joined to no network, and was counted at that
    /// limit, so the true mean is longer.
    pub is_lower_bound: bool,
}

impl Indicators {
    /// Of the whole study area. `rows_limit` is the limit of the rows that the coverage was folded
    /// from.
    ///
    /// Cost: n log n in the points.
    pub fn of(demand: &DemandSet, coverage: &ServiceCoverage, rows_limit: TravelTime) -> Self {
        let points: Vec<usize> = (0..demand.n_points()).collect();
        Self::of_points(demand, coverage, rows_limit, &points)
    }

    /// Of each zone, in order; `zone_of_point` comes from [`DemandSet::zones_of_points`].
    ///
    /// Cost: n log n in the points.
    pub fn by_zone(
        demand: &DemandSet,
        coverage: &ServiceCoverage,
        rows_limit: TravelTime,
        zone_of_point: &[Option<ZoneId>],
        n_zones: usize,
    ) -> Vec<Self> {
        points_by_zone(zone_of_point, n_zones)
            .iter()
            .map(|points| Self::of_points(demand, coverage, rows_limit, points))
            .collect()
    }

    fn of_points(
        demand: &DemandSet,
        coverage: &ServiceCoverage,
        rows_limit: TravelTime,
        points: &[usize],
    ) -> Self {
        let mut split = DemandSplit::default();
        let mut served: Vec<(Option<TravelTime>, Demand)> = Vec::with_capacity(points.len());
        for &point in points {
            let weight = demand.points()[point].demand;
            split += coverage.split_of(point, weight);
            let by_time = coverage.by_time(point, weight);
            served.extend(by_time.filter(|&(_, part)| part > Demand::ZERO));
        }
        // `None` lies past the limit of the rows, so it is later than any time.
        served.sort_unstable_by_key(|&(time, weight)| (time.is_none(), time, weight));
        Self {
            split,
            median: quantile(&served, 500),
            quantile_75: quantile(&served, 750),
            quantile_90: quantile(&served, 900),
            worst_tenth: worst_tenth(&served, rows_limit),
        }
    }
}

/// The demand points of each zone, in order.
pub(crate) fn points_by_zone(zone_of_point: &[Option<ZoneId>], n_zones: usize) -> Vec<Vec<usize>> {
    let mut points_of_zone: Vec<Vec<usize>> = vec![Vec::new(); n_zones];
    for (point, zone) in zone_of_point.iter().enumerate() {
        if let Some(zone) = zone {
            points_of_zone[zone.index()].push(point);
        }
    }
    points_of_zone
}

fn total(served: &[(Option<TravelTime>, Demand)]) -> u128 {
    served
        .iter()
        .map(|&(_, weight)| u128::from(weight.as_thousandths()))
        .sum()
}

fn quantile(served: &[(Option<TravelTime>, Demand)], permille: u128) -> Option<TravelTime> {
    let wanted = total(served) * permille;
    let mut so_far = 0_u128;
    let found = served.iter().find(|(_, weight)| {
        so_far += u128::from(weight.as_thousandths()) * 1_000;
        so_far >= wanted
    });
    found.and_then(|&(time, _)| time)
}

fn worst_tenth(
    served: &[(Option<TravelTime>, Demand)],
    rows_limit: TravelTime,
) -> Option<WorstTenth> {
    // Ten times every weight, so that a tenth of the total is a whole number.
    let tenth = total(served);
    if tenth == 0 {
        return None;
    }
    let mut left = tenth;
    let mut sum = 0_u128;
    let mut is_lower_bound = false;
    for &(time, weight) in served.iter().rev() {
        let part = (u128::from(weight.as_thousandths()) * 10).min(left);
        is_lower_bound |= time.is_none();
        sum += part * u128::from(time.unwrap_or(rows_limit).as_tenths());
        left -= part;
        if left == 0 {
            break;
        }
    }
    let mean = u32::try_from(sum / tenth).expect("a mean of times");
    Some(WorstTenth {
        mean: TravelTime::from_tenths(mean),
        is_lower_bound,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn served(entries: &[(u32, u64)]) -> Vec<(Option<TravelTime>, Demand)> {
        entries
            .iter()
            .map(|&(secs, weight)| {
                let time = (secs < 1_000).then(|| TravelTime::from_secs(secs));
                (time, Demand::from_thousandths(weight))
            })
            .collect()
    }

    #[test]
    fn quantiles_are_weighted() {
        let served = served(&[(10, 5), (20, 4), (30, 1)]);
        assert_eq!(quantile(&served, 500), Some(TravelTime::from_secs(10)));
        assert_eq!(quantile(&served, 501), Some(TravelTime::from_secs(20)));
        assert_eq!(quantile(&served, 900), Some(TravelTime::from_secs(20)));
        assert_eq!(quantile(&served, 901), Some(TravelTime::from_secs(30)));
        assert_eq!(quantile(&[], 500), None);
    }

    #[test]
    fn the_worst_tenth_takes_part_of_a_point() {
        let limit = TravelTime::from_secs(600);
        // 100 in all: the worst ten are 4 at 60 s and 6 of those at 40 s: (240 + 240) / 10 = 48.
        let worst = worst_tenth(&served(&[(10, 50), (40, 46), (60, 4)]), limit).unwrap();
        assert_eq!(
            worst,
            WorstTenth {
                mean: TravelTime::from_secs(48),
                is_lower_bound: false
            }
        );
        // Past the rows' limit: counted at 600 s: (4 x 600 + 6 x 40) / 10 = 264.
        let worst = worst_tenth(&served(&[(10, 50), (40, 46), (9_999, 4)]), limit).unwrap();
        assert_eq!(
            worst,
            WorstTenth {
                mean: TravelTime::from_secs(264),
                is_lower_bound: true
            }
        );
        assert_eq!(worst_tenth(&[], limit), None);
    }
}
