//! What goes over the wire: units in field names, demand in whole thousandths of its unit.
//! One file per answer; what several answers hold stands in the first that needs it.

mod detail;
mod edits;
mod explain;
mod geometry;
mod hours;
mod isochrone;
mod plan;
mod sites;
mod values;

pub(crate) use detail::{DetailAnswer, detail};
pub(crate) use edits::{ChangedAnswer, EditBody, EditsAnswer};
pub(crate) use explain::{ExplainAnswer, ExplainedPart, PointClass, TripInfo, WayInfo};
pub(crate) use geometry::{LineString, MultiPolygon, Pieces, Zones, bounds, seconds};
pub(crate) use hours::{HoursAnswer, HoursState};
pub(crate) use isochrone::{CellReached, CellsReached, IsochroneAnswer};
pub(crate) use plan::{
    CellsInfo, HealthAnswer, JointInfo, KindInfo, MeasureInfo, PlanAnswer, ScenarioInfo,
    StandardInfo,
};
pub(crate) use sites::{SiteInfo, SitesAnswer};
pub(crate) use values::{CellValues, FacilityInfo, ValuesAnswer, changed, facilities, values};
