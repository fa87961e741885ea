use coverage::{Assignment, CellRank, Demand, FacilityId, ServiceInputs, TwoStepCatchment};

use crate::evaluate::decided::Decided;

/// Capacity and competition.
#[derive(Debug)]
pub struct ServiceCapacity {
    /// Capacity for one unit of demand, by the two-step floating catchment method.
    pub catchment: TwoStepCatchment,
    /// The mean of that over the demand of each cell; `None` without demand.
    pub supply_of_cells: Vec<Option<f64>>,
    /// Which facilities serve the standard.
    pub is_open: Vec<bool>,
    /// Who takes whom when everybody queues at the nearest; only for a standard with a rate.
    pub assignment: Option<Assignment>,
}

impl ServiceCapacity {
    pub(crate) fn of(decided: &Decided<'_>, inputs: &ServiceInputs<'_>) -> Option<Self> {
        let facilities = decided.state.facilities();
        let standard = &decided.decision.standard;
        let is_known = |id: FacilityId| facilities[id.index()].capacity.is_some();
        if !inputs.open.iter().any(is_known) {
            return None;
        }
        let catchment = TwoStepCatchment::of(inputs, facilities, standard.limit);
        let supply_of_cells = (0..inputs.demand.n_cells())
            .map(|cell| {
                let (mut weighted, mut total) = (0.0, Demand::ZERO);
                for point in inputs.demand.of_cell(CellRank::from_index(cell)) {
                    let demand = inputs.demand.points()[point].demand;
                    weighted += demand.as_units_f64() * catchment.points()[point].as_f64();
                    total = total + demand;
                }
                (total > Demand::ZERO).then(|| weighted / total.as_units_f64())
            })
            .collect();
        Some(Self {
            is_open: (0..facilities.len())
                .map(|index| inputs.open.contains(FacilityId::from_index(index)))
                .collect(),
            supply_of_cells,
            catchment,
            assignment: standard
                .rate
                .map(|rate| Assignment::of(inputs, facilities, rate, standard.limit)),
        })
    }
}
