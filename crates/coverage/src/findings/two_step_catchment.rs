use rayon::prelude::*;
use units::TravelTime;

use crate::{Demand, DemandId, Facility, FacilityId, ServiceInputs};

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
            for entry in inputs.near(DemandId::from_index(index), limit) {
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
                let mut ids: Vec<FacilityId> = inputs
                    .near(DemandId::from_index(index), limit)
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
