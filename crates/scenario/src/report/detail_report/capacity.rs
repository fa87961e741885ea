use coverage::{Demand, DemandSet, Distribution, FacilityLoad, SupplyRatio};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluate::capacity::ServiceCapacity;

/// How full the facilities of a standard are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CapacityReport {
    /// Open facilities of unknown capacity: left out of the supply ratio, never full.
    pub n_unknown: usize,
    /// Mean over the demand of the capacity that one unit of it can count on (2SFCA).
    pub supply_mean: Option<f64>,
    /// Gini coefficient of that.
    pub supply_gini: Option<f64>,
    /// That Gini looks better than in the baseline of the same run although the mean did not grow.
    #[serde(default)]
    #[schema(required)]
    pub supply_levelled_down: bool,
    /// The same mean for each cell.
    pub supply_of_cells: Vec<Option<f64>>,
    /// For each facility of the scenario its capacity for one unit of the demand around it; `None`
    /// when it does not serve, or its capacity is unknown.
    pub supply_of_facilities: Vec<Option<f64>>,
    /// Who takes whom; only for a standard that says how much demand a slot serves.
    pub load: Option<LoadReport>,
}

/// Demand assigned to the nearest facility with room.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LoadReport {
    /// Demand that finds room within the limit.
    pub taken_thousandths: u64,
    /// Demand that finds only full facilities within the limit.
    pub turned_away_thousandths: u64,
    /// Facilities that are asked for more than they can serve.
    pub n_overloaded: usize,
    /// Facilities that take less than half of what they can serve.
    pub n_idle: usize,
    /// One for each facility of the scenario; `None` when it does not serve.
    pub facilities: Vec<Option<FacilityLoadReport>>,
}

/// How full one facility is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacilityLoadReport {
    /// What it can serve; `None` when its capacity is unknown.
    pub serves_thousandths: Option<u64>,
    /// Demand within the limit to which it is the nearest.
    pub asked_thousandths: u64,
    /// Demand that it takes.
    pub taken_thousandths: u64,
    /// Asked for more than it can serve.
    pub is_overloaded: bool,
    /// Takes less than half of what it can serve.
    pub is_idle: bool,
}

pub(crate) fn capacity_report(demand: &DemandSet, capacity: &ServiceCapacity) -> CapacityReport {
    let points = demand.points().iter();
    let weighted = points.zip(capacity.catchment.points());
    let spread = Distribution::of_supply(weighted.map(|(point, ratio)| (*ratio, point.demand)));
    CapacityReport {
        n_unknown: capacity.catchment.n_unknown(),
        supply_mean: (demand.total() > Demand::ZERO).then(|| spread.mean()),
        supply_gini: spread.gini(),
        supply_levelled_down: false,
        supply_of_cells: capacity.supply_of_cells.clone(),
        supply_of_facilities: capacity
            .catchment
            .facilities()
            .iter()
            .map(|ratio| ratio.map(SupplyRatio::as_f64))
            .collect(),
        load: capacity.assignment.as_ref().map(|assignment| {
            let loads = assignment.facilities().iter().zip(&capacity.is_open);
            let open = || {
                loads
                    .clone()
                    .filter(|(_, open)| **open)
                    .map(|(load, _)| load)
            };
            let turned_away: Demand = assignment.turned_away().iter().copied().sum();
            LoadReport {
                taken_thousandths: assignment.taken().as_thousandths(),
                turned_away_thousandths: turned_away.as_thousandths(),
                n_overloaded: open().filter(|load| load.is_overloaded()).count(),
                n_idle: open().filter(|load| load.is_idle()).count(),
                facilities: loads
                    .clone()
                    .map(|(load, open)| open.then(|| load_report(load)))
                    .collect(),
            }
        }),
    }
}

fn load_report(load: &FacilityLoad) -> FacilityLoadReport {
    FacilityLoadReport {
        serves_thousandths: load.serves.map(Demand::as_thousandths),
        asked_thousandths: load.asked.as_thousandths(),
        taken_thousandths: load.taken.as_thousandths(),
        is_overloaded: load.is_overloaded(),
        is_idle: load.is_idle(),
    }
}
