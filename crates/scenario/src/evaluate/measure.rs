//! Demand that indicators are given for beside the plan's own: it decides nothing.

use std::collections::BTreeMap;

use coverage::{
    DemandSet, Equity, EquityInputs, Indicators, Linkage, OpenSet, Ranking, Rows, ServiceCoverage,
    ServiceInputs, ServiceStandard, ZoneId, Zones,
};
use units::HourOfWeek;

use crate::evaluate::Decided;
use crate::evaluate::detail::ServiceCapacity;
use crate::project::Project;

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

/// A measure joined to the streets of a profile, and how far its points have it.
#[derive(Debug)]
pub(crate) struct MeasureRows {
    pub(crate) linkage: Linkage,
    pub(crate) rows: Rows,
}

/// What a standard comes to in the unit of a measure.
#[derive(Debug)]
pub struct MeasureDetail {
    /// Point by point and cell by cell.
    pub coverage: ServiceCoverage,
    /// The headline figures.
    pub indicators: Indicators,
    /// The same for each zone.
    pub by_zone: Vec<Indicators>,
    /// How evenly times are spread.
    pub equity: Equity,
    /// The same for each zone.
    pub equity_by_zone: Vec<Equity>,
}

/// A standard in the unit of each measure, over the facilities that are open for it. Where room is
/// asked for, whoever is counted here comes beside those of the plan's demand and takes no room.
pub(crate) fn measured(
    decided: &Decided<'_>,
    open: &OpenSet,
    capacity: Option<&ServiceCapacity>,
) -> Vec<MeasureDetail> {
    let project = decided.state.project;
    let standard = &decided.result.standard;
    let assignment = capacity.and_then(|capacity| capacity.assignment.as_ref());
    let n_zones = project.zones.n_zones();
    project
        .measures
        .iter()
        .zip(decided.measures)
        .map(|(measure, joined)| {
            let inputs = ServiceInputs {
                demand: measure.demand_at(standard.at),
                linkage: &joined.linkage,
                rows: &joined.rows,
                open,
            };
            let coverage = match assignment {
                Some(assignment) => ServiceCoverage::beside(&inputs, assignment, standard.limit),
                None => ServiceCoverage::of(&inputs, standard),
            };
            let far = joined.rows.limit();
            let zones = &measure.zone_of_point;
            let ranks = zone_ranks(project, zones);
            let equity = EquityInputs {
                inputs,
                coverage: &coverage,
                facilities: &decided.state.facilities,
                speed: decided.speed,
                center: project.area.bounding_box().center(),
                zone_ranks: &ranks,
            };
            MeasureDetail {
                indicators: Indicators::of(inputs.demand, &coverage, far),
                by_zone: Indicators::by_zone(inputs.demand, &coverage, far, zones, n_zones),
                equity: Equity::of(&equity),
                equity_by_zone: Equity::by_zone(&equity, zones, n_zones),
                coverage,
            }
        })
        .collect()
}

/// The rank of the zone of each point; empty when the plan ranks no zones.
pub(crate) fn zone_ranks(
    project: &Project,
    zone_of_point: &[Option<ZoneId>],
) -> Vec<Option<Ranking>> {
    let zones = project.zones.zones();
    if zones.iter().all(|zone| zone.rank.is_none()) {
        return Vec::new();
    }
    let rank = |zone: &Option<ZoneId>| zones[zone.as_ref()?.index()].rank;
    zone_of_point.iter().map(rank).collect()
}
