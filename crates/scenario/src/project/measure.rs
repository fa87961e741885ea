//! Demand that indicators are given for beside the plan's own: it decides nothing.

use std::collections::BTreeMap;

use coverage::{DemandSet, ServiceStandard, ZoneId, Zones};
use units::HourOfWeek;

/// Another demand of a plan (`[[measure]]`), in a unit of its own.
#[derive(Debug)]
pub struct Measure {
    /// Who or what is counted.
    pub demand: DemandSet,
    /// The zone of each point.
    pub zone_of_point: Vec<Option<ZoneId>>,
    of_hours: BTreeMap<HourOfWeek, DemandSet>,
}

impl Measure {
    pub(crate) fn new(demand: DemandSet, zones: &Zones, standards: &[ServiceStandard]) -> Self {
        Self {
            zone_of_point: demand.zones_of_points(zones),
            of_hours: demand_of_hours(&demand, standards),
            demand,
        }
    }

    /// What is there at an hour; as counted without one, and where no standard names it.
    pub fn demand_at(&self, hour: Option<HourOfWeek>) -> &DemandSet {
        let found = hour.and_then(|hour| self.of_hours.get(&hour));
        found.unwrap_or(&self.demand)
    }
}

/// The demand of each hour that a standard names, when demand changes over the week.
pub(crate) fn demand_of_hours(
    demand: &DemandSet,
    standards: &[ServiceStandard],
) -> BTreeMap<HourOfWeek, DemandSet> {
    let hours = standards.iter().filter_map(|standard| standard.at);
    hours
        .filter(|_| demand.has_patterns())
        .map(|hour| (hour, demand.at(hour).into_owned()))
        .collect()
}
