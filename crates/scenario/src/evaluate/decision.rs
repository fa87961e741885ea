use std::sync::Arc;

use coverage::{
    Capacity, Demand, DemandSet, EdgeAffected, Gap, Indicators, JointCoverage, Linkage,
    ServiceCoverage, ServiceStandard,
};
use units::{LngLat, TravelTime};

/// One service standard, decided.
#[derive(Debug)]
pub struct Decision {
    /// The standard, with the limit of this scenario.
    pub standard: ServiceStandard,
    /// Facilities that serve it at its hour.
    pub n_open: usize,
    /// Of those, the ones too far from any street of its profile.
    pub n_unlinked_facilities: usize,
    /// Facilities and demand that lie 20 to 30 m from a junction which gives, or would give, times
    /// that their nearest street point does not.
    pub in_doubt: InDoubt,
    /// Whether a facility that serves it is made up.
    pub illustrative: bool,
    /// Point by point and cell by cell.
    pub coverage: ServiceCoverage,
    /// Contiguous uncovered cells, ranked.
    pub gaps: Vec<Gap>,
    /// Cells from which the border of the streets lies within the limit.
    pub edge_affected: Arc<EdgeAffected>,
    /// The headline figures.
    pub indicators: Indicators,
    /// The same for each zone.
    pub by_zone: Vec<Indicators>,
    /// The same standard for the demand of each measure of the plan. Where room is asked for,
    /// whoever is counted there comes beside those of the plan's demand and takes no room: the
    /// same part of them finds some as of those who come as far.
    pub measures: Vec<ServiceCoverage>,
    pub(crate) basis: Basis,
}

/// Everything that a decision hangs on, given the streets: equal ones on the same streets make equal
/// decisions.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Basis {
    pub(crate) limit: TravelTime,
    pub(crate) far: TravelTime,
    pub(crate) serving: Vec<ServingFacility>,
}

/// What of a facility decides, once it serves.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct ServingFacility {
    pub(crate) position: LngLat,
    pub(crate) start_delay: TravelTime,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) illustrative: bool,
}

/// One joint standard, decided.
#[derive(Debug)]
pub struct JointDecision {
    /// Index into the plan's joint standards.
    pub joint: usize,
    /// Indices of its parts among the standards.
    pub parts: Vec<usize>,
    /// Point by point and cell by cell.
    pub coverage: JointCoverage,
    /// Contiguous uncovered cells, ranked.
    pub gaps: Vec<Gap>,
    /// Cells that are edge-affected for one of its parts.
    pub edge_affected: Vec<bool>,
    /// The same joint standard for the demand of each measure of the plan.
    pub measures: Vec<JointCoverage>,
}

/// What lies so far from a junction that its times hang on how near a junction must lie to be
/// joined.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InDoubt {
    /// Facilities that serve.
    pub n_facilities: usize,
    /// Demand; street that stands for itself is none of it.
    pub demand: Demand,
}

impl InDoubt {
    pub(crate) fn demand(demand: &DemandSet, linkage: &Linkage) -> Demand {
        let points = demand.points().iter().zip(linkage.links());
        let in_doubt = points.filter(|(_, link)| link.as_ref().is_some_and(|l| l.is_in_doubt));
        in_doubt.map(|(point, _)| point.demand).sum()
    }
}

/// The time of the people who stand for a cell on the map.
pub(crate) fn typical_time(
    demand: &DemandSet,
    coverage: &ServiceCoverage,
    cell: coverage::CellRank,
) -> Option<TravelTime> {
    let (_, time) = coverage.typical(demand, cell)?;
    time
}
