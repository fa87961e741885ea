//! What a standard comes to in the units of a plan's measures.

use coverage::{Equity, EquityInputs, Indicators, Ranking, ZoneId};

use crate::evaluate::decided::Decided;
use crate::evaluate::travel_times::{Asking, TravelTimes as _};
use crate::project::Project;

/// What a standard comes to in the unit of a measure.
#[derive(Debug)]
pub struct MeasureDetail {
    /// The headline figures.
    pub indicators: Indicators,
    /// The same for each zone.
    pub by_zone: Vec<Indicators>,
    /// How evenly times are spread.
    pub equity: Equity,
    /// The same for each zone.
    pub equity_by_zone: Vec<Equity>,
}

/// What a decided standard comes to in the unit of each measure.
pub(crate) fn measured(decided: &Decided<'_>) -> Vec<MeasureDetail> {
    let project = decided.state.project;
    let standard = &decided.decision.standard;
    let n_zones = project.zones.n_zones();
    project
        .measures
        .iter()
        .zip(&decided.decision.measures)
        .enumerate()
        .map(|(number, (measure, coverage))| {
            let of = Asking::Measure(number);
            let inputs = decided.times.inputs(of, standard, decided.serving);
            let far = decided.times.far();
            let zones = &measure.zone_of_point;
            let ranks = zone_ranks(project, zones);
            let equity = EquityInputs {
                inputs,
                coverage,
                facilities: decided.state.facilities(),
                speed: decided.speed,
                center: project.area.bounding_box().center(),
                zone_ranks: &ranks,
            };
            MeasureDetail {
                indicators: Indicators::of(inputs.demand, coverage, far),
                by_zone: Indicators::by_zone(inputs.demand, coverage, far, zones, n_zones),
                equity: Equity::of(&equity),
                equity_by_zone: Equity::by_zone(&equity, zones, n_zones),
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
