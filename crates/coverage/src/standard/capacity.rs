use rayon::prelude::*;
use units::TravelTime;

use crate::{Capacity, Demand, DemandId, Facility, FacilityId, RowEntry, ServiceInputs};

/// How much of the demand facilities can serve: capacity per unit of demand, a ratio without unit
/// ("slots per rider").
#[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
pub struct SupplyRatio(f64);

impl SupplyRatio {
    /// Pieces of capacity for one unit of demand.
    pub fn as_f64(self) -> f64 {
        self.0
    }
}

/// Capacity and competition by the two-step floating catchment method (2SFCA; Luo and Wang,
/// Environment and Planning B, 2003).
///
/// First each facility's capacity is divided by the demand within the limit of it,
/// `R_j = S_j / sum of D_k with t_kj <= limit`; then each demand point adds up the ratios of the
/// facilities within the limit of it, `A_i = sum of R_j with t_ij <= limit`.
/// So a cabinet that everybody shares counts little for each of them. Weighted by demand, the
/// accessibilities add up to the capacity of all facilities that anybody can reach.
#[derive(Clone, Debug, PartialEq)]
pub struct TwoStepCatchment {
    facilities: Vec<Option<SupplyRatio>>,
    points: Vec<SupplyRatio>,
    n_unknown: usize,
}

impl TwoStepCatchment {
    /// Both steps, over the open facilities whose capacity is known.
    ///
    /// Cost: two passes over the pairs within the limit.
    pub fn of(inputs: &ServiceInputs<'_>, facilities: &[Facility], limit: TravelTime) -> Self {
        let ServiceInputs {
            demand, rows, open, ..
        } = *inputs;
        let mut around = vec![Demand::ZERO; rows.n_facilities()];
        for (index, point) in demand.points().iter().enumerate() {
            for entry in near(inputs, index, limit) {
                let around = &mut around[entry.facility.index()];
                *around = *around + point.demand;
            }
        }
        let ratio = |id: FacilityId| {
            let capacity = facilities[id.index()].capacity?;
            let around = around[id.index()];
            let is_alone = around == Demand::ZERO || !open.contains(id);
            (!is_alone).then(|| SupplyRatio(f64::from(capacity.as_u32()) / around.as_units_f64()))
        };
        let ratios: Vec<Option<SupplyRatio>> = (0..rows.n_facilities())
            .map(|id| ratio(FacilityId::from_index(id)))
            .collect();
        let points = (0..demand.n_points())
            .into_par_iter()
            .map(|index| {
                // In the order of ids, so that the sum does not depend on times.
                let mut ids: Vec<FacilityId> = near(inputs, index, limit)
                    .map(|entry| entry.facility)
                    .collect();
                ids.sort_unstable();
                let known = ids.iter().filter_map(|id| ratios[id.index()]);
                SupplyRatio(known.map(SupplyRatio::as_f64).sum())
            })
            .collect();
        let n_unknown = open
            .iter()
            .filter(|id| facilities[id.index()].capacity.is_none())
            .count();
        Self {
            facilities: ratios,
            points,
            n_unknown,
        }
    }

    /// For each facility its capacity for one unit of the demand within the limit; `None` when it
    /// is closed, of unknown capacity, or without demand.
    pub fn facilities(&self) -> &[Option<SupplyRatio>] {
        &self.facilities
    }

    /// For each demand point the capacity that one unit of its demand can count on.
    pub fn points(&self) -> &[SupplyRatio] {
        &self.points
    }

    /// Open facilities left out because their capacity is unknown.
    pub fn n_unknown(&self) -> usize {
        self.n_unknown
    }
}

/// How much demand one piece of capacity can serve: the rule from the field "12 slots a cabinet,
/// 8 cabinets for 800 riders" is 800 / (8 x 12), or 8.333 riders for each slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceRate(Demand);

impl ServiceRate {
    /// Demand for each piece of capacity; `None` when it is zero.
    pub fn new(demand_per_piece: Demand) -> Option<Self> {
        (demand_per_piece > Demand::ZERO).then_some(Self(demand_per_piece))
    }

    /// What a facility can serve; saturates.
    pub fn serves(self, capacity: Capacity) -> Demand {
        let per_piece = self.0.as_thousandths();
        Demand::from_thousandths(per_piece.saturating_mul(u64::from(capacity.as_u32())))
    }
}

/// What one facility is asked for and what it takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FacilityLoad {
    /// What it can serve; `None` when its capacity is unknown, which counts as enough.
    pub serves: Option<Demand>,
    /// Demand within the limit to which it is the nearest: what it is asked for when everybody goes
    /// to the nearest.
    pub asked: Demand,
    /// Demand that it takes when nobody is taken past its capacity.
    pub taken: Demand,
}

impl FacilityLoad {
    /// Asked for more than it can serve.
    pub fn is_overloaded(&self) -> bool {
        self.serves.is_some_and(|serves| self.asked > serves)
    }

    /// Takes less than half of what it could.
    pub fn is_idle(&self) -> bool {
        self.serves
            .is_some_and(|serves| !self.taken.is_at_least_half_of(serves))
    }
}

/// Demand assigned to facilities within a limit without exceeding what they can serve.
///
/// Who is nearest comes first: pairs of demand point and facility are taken by ascending time, then
/// lower facility, then lower point; each takes what is left on both sides. A point's demand may be
/// split over several facilities. This is how people queue, not the assignment that serves the
/// most: that would send some past their nearest cabinet to leave room for others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    facilities: Vec<FacilityLoad>,
    turned_away: Vec<Demand>,
    times: Vec<Option<TravelTime>>,
    full_from: Vec<Option<TravelTime>>,
}

impl Assignment {
    /// Assigns the demand to the open facilities.
    ///
    /// Cost: n log n in the pairs within the limit.
    pub fn of(
        inputs: &ServiceInputs<'_>,
        facilities: &[Facility],
        rate: ServiceRate,
        limit: TravelTime,
    ) -> Self {
        let ServiceInputs { demand, rows, .. } = *inputs;
        let mut loads: Vec<FacilityLoad> = facilities
            .iter()
            .map(|facility| FacilityLoad {
                serves: facility.capacity.map(|capacity| rate.serves(capacity)),
                ..FacilityLoad::default()
            })
            .collect();
        assert_eq!(loads.len(), rows.n_facilities(), "facilities of other rows");
        let mut pairs: Vec<(RowEntry, DemandId)> = Vec::new();
        let mut left = vec![Demand::ZERO; demand.n_points()];
        for (index, point) in demand.points().iter().enumerate() {
            for (place, entry) in near(inputs, index, limit).enumerate() {
                if place == 0 {
                    left[index] = point.demand;
                    let asked = &mut loads[entry.facility.index()].asked;
                    *asked = *asked + point.demand;
                }
                pairs.push((entry, DemandId::from_index(index)));
            }
        }
        pairs.par_sort_unstable();
        let mut times = vec![None; demand.n_points()];
        let is_full = |load: &FacilityLoad| load.serves.is_some_and(|serves| load.taken >= serves);
        let mut full_from: Vec<Option<TravelTime>> = loads
            .iter()
            .map(|load| is_full(load).then_some(TravelTime::ZERO))
            .collect();
        for (entry, point) in pairs {
            let load = &mut loads[entry.facility.index()];
            let wanted = left[point.index()];
            let taken = match load.serves {
                Some(serves) => wanted.min(serves - load.taken),
                None => wanted,
            };
            load.taken = load.taken + taken;
            if taken > Demand::ZERO && is_full(load) {
                full_from[entry.facility.index()] = Some(entry.time);
            }
            left[point.index()] = wanted - taken;
            let whole = demand.points()[point.index()].demand;
            let time = &mut times[point.index()];
            if time.is_none() && (whole - left[point.index()]).is_at_least_half_of(whole) {
                *time = Some(entry.time);
            }
        }
        Self {
            facilities: loads,
            turned_away: left,
            times,
            full_from,
        }
    }

    /// Whether one more person who travels this long to a facility would find room there: who is
    /// nearer comes first, and who comes last of those equally near finds it full.
    pub fn has_room(&self, facility: FacilityId, time: TravelTime) -> bool {
        self.full_from[facility.index()].is_none_or(|full| time < full)
    }

    /// One load for each facility of the rows.
    pub fn facilities(&self) -> &[FacilityLoad] {
        &self.facilities
    }

    /// For each demand point what finds only full facilities within the limit; zero where there is
    /// none within the limit at all.
    pub fn turned_away(&self) -> &[Demand] {
        &self.turned_away
    }

    /// For each demand point the time within which at least half of its demand finds room; `None`
    /// when less than half does within the limit.
    pub fn times(&self) -> &[Option<TravelTime>] {
        &self.times
    }

    /// All demand that was taken.
    ///
    /// Cost: linear in the facilities.
    pub fn taken(&self) -> Demand {
        self.facilities.iter().map(|load| load.taken).sum()
    }
}

fn near<'a>(
    inputs: &ServiceInputs<'a>,
    point: usize,
    limit: TravelTime,
) -> impl Iterator<Item = RowEntry> + 'a {
    let row = inputs
        .rows
        .open_row(DemandId::from_index(point), inputs.open);
    row.take_while(move |entry| entry.time <= limit)
}
