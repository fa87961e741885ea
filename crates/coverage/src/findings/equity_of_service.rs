use units::{LngLat, Speed, TravelTime};

use super::equity::concentration_of_times;
use super::indicator::points_by_zone;
use crate::{
    Demand, DemandId, Distribution, Facility, LorenzPoint, Ranking, ServiceCoverage, ServiceInputs,
    ZoneId,
};

/// Steps at which Lorenz curves are written: every tenth of the demand.
const LORENZ_STEPS: u32 = 10;

/// What the equity of a service is read off.
#[derive(Clone, Copy, Debug)]
pub struct EquityInputs<'a> {
    /// What the coverage was folded from.
    pub inputs: ServiceInputs<'a>,
    /// The coverage.
    pub coverage: &'a ServiceCoverage,
    /// All facilities of the rows.
    pub facilities: &'a [Facility],
    /// How fast the profile gets on along ordinary streets.
    pub speed: Speed,
    /// The middle of the study area.
    pub center: LngLat,
    /// For each demand point the rank of its zone; empty when zones have none.
    pub zone_ranks: &'a [Option<Ranking>],
}

/// How evenly the time to a service is spread over the demand, and how straight the ways are.
///
/// All demand of the study area counts, the same people as in the covered share. Times `t_i` are
/// those of [`ServiceCoverage::by_time`]; demand that finds nothing within the rows' limit, or no
/// room there, or is joined to no network, is told apart in [`beyond`](Self::beyond) and counts at
/// that limit.
///
/// When `beyond` is not zero, mean, Gini, Palma, Theil are lower bounds: a longer time of those who
/// have the longest already lowers the Lorenz curve everywhere. Concentration can move either way
/// then and is left out; the detour speaks of those within the rows' limit alone.
///
/// | Indicator | Formula |
/// |---|---|
/// | mean | `sum of p_i t_i`, `p_i` the part of the demand |
/// | Gini, Palma, Theil, Lorenz | of the times, see [`Distribution`] |
/// | concentration | of the times over the distance from the middle of the study area: positive when the outskirts wait longer |
/// | concentration by zone rank | of the times over the rank of the zone (its income, say) instead, of the demand whose zone has one: positive when those with a high rank wait longer |
/// | mean detour | `sum of p_i (t_i - s_i)` over `sum of p_i d_i / v`: `s_i` the start delay of the facility, `d_i` the straight distance to it, `v` the speed along ordinary streets; only demand within the rows' limit |
#[derive(Clone, Debug, PartialEq)]
pub struct Equity {
    /// Mean time in seconds; `None` without demand.
    pub mean_s: Option<f64>,
    /// Gini coefficient of the times.
    pub gini: Option<f64>,
    /// Palma ratio of the times.
    pub palma: Option<f64>,
    /// Theil index of the times.
    pub theil: Option<f64>,
    /// Concentration of the times over the distance from the middle; `None` when some are not known.
    pub concentration: Option<f64>,
    /// Concentration of the times over the rank of the zones; `None` when zones have none, or some
    /// times are not known.
    pub concentration_by_zone: Option<f64>,
    /// Time on the way over the time that the straight line would take.
    pub detour: Option<f64>,
    /// Demand without a time: past the rows' limit or joined to no network. It counts at that limit.
    pub beyond: Demand,
    /// The Lorenz curve at every tenth; empty without demand. The true one lies no higher when
    /// `beyond` is not zero.
    pub lorenz: Vec<LorenzPoint>,
}

impl Equity {
    /// Of the whole study area.
    ///
    /// Cost: n log n in the points.
    pub fn of(inputs: &EquityInputs<'_>) -> Self {
        let points: Vec<usize> = (0..inputs.inputs.demand.n_points()).collect();
        Self::of_points(inputs, &points)
    }

    /// Of each zone, in order; `zone_of_point` comes from
    /// [`DemandSet::zones_of_points`](crate::DemandSet::zones_of_points).
    ///
    /// Cost: n log n in the points.
    pub fn by_zone(
        inputs: &EquityInputs<'_>,
        zone_of_point: &[Option<ZoneId>],
        n_zones: usize,
    ) -> Vec<Self> {
        let of_zone = |points: &Vec<usize>| Self::of_points(inputs, points);
        points_by_zone(zone_of_point, n_zones)
            .iter()
            .map(of_zone)
            .collect()
    }

    fn of_points(inputs: &EquityInputs<'_>, points: &[usize]) -> Self {
        let ServiceInputs { demand, rows, .. } = inputs.inputs;
        let mut times: Vec<(TravelTime, Demand)> = Vec::with_capacity(points.len());
        let mut ranked = Vec::with_capacity(points.len());
        let mut ranked_by_zone = Vec::new();
        let mut zones_are_known = true;
        let mut beyond = Demand::ZERO;
        // In tenths of a second times thousandths of demand: whole numbers, whatever their order.
        let (mut on_the_way, mut straight) = (0_u128, 0_u128);
        for &point in points {
            let here = demand.points()[point];
            if here.demand == Demand::ZERO {
                continue;
            }
            let from_center = here.position.distance_to(inputs.center).as_mm();
            let zone_rank = inputs.zone_ranks.get(point).copied().flatten();
            for (known, part) in inputs.coverage.by_time(point, here.demand) {
                if known.is_none() {
                    beyond = beyond + part;
                }
                let time = known.unwrap_or(rows.limit());
                times.push((time, part));
                ranked.push((time, part, Ranking(i64::from(from_center))));
                if let Some(rank) = zone_rank {
                    zones_are_known &= known.is_some();
                    ranked_by_zone.push((time, part, rank));
                }
                if let Some((way, line)) = inputs.way(point, known) {
                    let weight = u128::from(part.as_thousandths());
                    on_the_way += weight * u128::from(way.as_tenths());
                    straight += weight * u128::from(line.as_tenths());
                }
            }
        }
        let spread = Distribution::of_times(times.iter().copied());
        let is_empty = times.is_empty();
        Self {
            mean_s: (!is_empty).then(|| spread.mean()),
            gini: spread.gini(),
            palma: spread.palma(),
            theil: spread.theil(),
            concentration: (beyond == Demand::ZERO)
                .then(|| concentration_of_times(ranked))
                .flatten(),
            concentration_by_zone: zones_are_known
                .then(|| concentration_of_times(ranked_by_zone))
                .flatten(),
            detour: ratio(on_the_way, straight),
            beyond,
            lorenz: if is_empty {
                Vec::new()
            } else {
                spread.lorenz_at_steps(LORENZ_STEPS)
            },
        }
    }
}

impl EquityInputs<'_> {
    /// The time on the way to the facility that decides a point, its start delay left out, and the
    /// time that the straight line to it would take.
    fn way(&self, point: usize, time: Option<TravelTime>) -> Option<(TravelTime, TravelTime)> {
        let ServiceInputs {
            demand, rows, open, ..
        } = self.inputs;
        let id = DemandId::from_index(point);
        let entry = rows
            .open_row(id, open)
            .find(|entry| Some(entry.time) == time)?;
        let facility = &self.facilities[entry.facility.index()];
        let here = demand.points()[point].position;
        let line = here.distance_to(facility.position);
        let line = self.speed.time_between(0, u64::from(line.as_mm()));
        Some((entry.time - facility.start_delay, line))
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "a ratio for display of two exact sums"
)]
fn ratio(part: u128, whole: u128) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
