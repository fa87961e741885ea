//! Facilities and demand on H3 cells: who is served, when, by how much, who is not.
//!
//! ```text
//!  Outline --> StudyArea --> DemandSet (points on streets, by cell)
//!                                |                     Facility, hours, capacity
//!                                v                              v
//!                             Linkage  (per profile)         Linkage
//!                                '-----------> Rows <-----------'
//!                                   point -> (time, facility), sorted
//!                                               |
//!               + OpenSet + limit + number  = a fold, never a new search
//!                                               v
//!          ServiceCoverage --> JointCoverage --> gaps, Indicators, Ledger, EdgeAffected
//! ```
//!
//! Demand sits on streets and weighs whole numbers. A cell has a covered *share* and is called
//! covered when the share is at least one half. Times run *towards* a facility.
//!
//! ```
//! use std::num::NonZeroU32;
//! use coverage::*;
//! use graph::{Metric, grid_city::GridCity};
//! use reach::{JOIN_RADIUS, Network, SnapIndex};
//! use units::{BoundingBox, Length, LngLat, Outline, Speed, TravelTime};
//!
//! // A city of 11 x 11 crossings, 100 m apart, at 5 m/s, with one warm station in its corner.
//! let city = GridCity::new(11, Length::from_m(100), LngLat::from_degrees(114.05, 22.54)?);
//! let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_000).expect("positive"));
//! let network = Network::new(&city.graph, &metric);
//! let corners = [city.position(0, 0), city.position(10, 10)];
//! let outline = Outline::of_box(&BoundingBox::of(corners).expect("two corners"))?;
//! let area = StudyArea::new(outline, Resolution::default())?;
//! let demand = DemandSet::street_meters(&city.graph, &area, |_| true);
//! let stations = [Facility::new("1", FacilityKind::WarmStation, city.position(0, 0))];
//!
//! let index = SnapIndex::new(&city.graph, |_| true);
//! let options = LinkOptions {
//!     radius: JOIN_RADIUS,
//!     walk_speed: Speed::from_mm_per_s(1_200).expect("positive"),
//! };
//! let from = Linkage::of_demand(&network, &index, &demand, |_| true, options);
//! let to = Linkage::of_facilities(&network, &index, &stations, options);
//! let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(10));
//! let open = OpenSet::all(stations.len());
//! let inputs = ServiceInputs { demand: &demand, linkage: &from, rows: &rows, open: &open };
//! let near = ServiceCoverage::within(&inputs, TravelTime::from_mins(2), NonZeroU32::MIN);
//! let all = ServiceCoverage::within(&inputs, TravelTime::from_mins(10), NonZeroU32::MIN);
//! assert!(near.total().covered < all.total().covered);
//! assert_eq!(all.total().covered_share(), Some(1.0));
//! assert_eq!(gaps(&area, near.cells()).len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it does not do: read files (that is `formats`), choose sites (that is `siting`), draw.

mod amenity;
mod balance;
mod by_hour;
mod capacity;
mod cell;
mod cell_coverage;
mod cover;
mod demand;
mod edge_of_map;
mod equity;
mod equity_of_service;
mod explain;
mod facility;
mod facility_index;
mod gap;
mod ground;
mod hazard;
mod hourly;
mod hours;
mod hours_rules;
mod id;
mod indicator;
mod joint;
mod kind;
mod lack;
mod ledger;
mod linkage;
mod open_set;
mod pattern;
mod reference_week;
mod route;
mod rows;
mod service_coverage;
mod spelling;
mod square_demand;
mod standard;
mod street_pieces;
mod study_area;
mod zone;
mod zone_demand;

pub use amenity::{Amenity, AmenitySet, UnknownAmenity};
pub use balance::{DemandBalance, FacilityBalance, FacilityClass};
pub use by_hour::{ByHour, HourState, by_hour};
pub use capacity::{Assignment, FacilityLoad, ServiceRate, SupplyRatio, TwoStepCatchment};
pub use cell::{CellId, CellIdError, Resolution, ResolutionError};
pub use cell_coverage::{CellClass, DemandSplit, PointState};
pub use cover::Cover;
pub use demand::{Demand, DemandPoint, DemandSet, DemandUnit, MAX_PIECE, streets_outside};
pub use edge_of_map::{DEFAULT_BORDER, EdgeAffected, border_nodes};
pub use equity::{Distribution, LorenzPoint, Ranking, concentration_of_times};
pub use equity_of_service::{Equity, EquityInputs, LORENZ_STEPS};
pub use explain::{ORDINARY_DETOUR_PERCENT, Obstacle, Reason, ReasonInputs, reasons};
pub use facility::{Capacity, Facility};
pub use facility_index::FacilityIndex;
pub use gap::{Gap, gaps, gaps_without_street};
pub use hazard::{
    Hazard, HazardKind, HazardRules, HazardState, StreetEffect, UnknownHazard, UnknownState,
};
pub use hourly::{HourlyProfile, OpenHours, night_gap};
pub use hours::{HourSet, HoursError, HoursInWeek, OpeningHours};
pub use id::{CellRank, DemandId, FacilityId, ZoneId};
pub use indicator::{Indicators, WorstTenth};
pub use joint::JointCoverage;
pub use kind::{CustomKind, FacilityKind, KindCatalog, KindError, UnknownKind};
pub use lack::{Lack, Part};
pub use ledger::{CellLedger, FacilityLedger, Ledger, Margin};
pub use linkage::{Link, LinkDoubt, LinkOptions, LinkState, Linkage};
pub use open_set::OpenSet;
pub use pattern::{Amount, DemandPattern, PatternError, PatternId};
pub use reference_week::{CalendarDay, HolidayCalendar, HolidayError, ReferenceWeek, WeekError};
pub use route::{RouteStep, route_steps};
pub use rows::{RowEntry, Rows};
pub use service_coverage::{FRAGILE_BAND_PERCENT, ServiceCoverage, ServiceInputs};
pub use spelling::nearest_spelling;
pub use square_demand::{DemandSquare, RimSquares};
pub use standard::{JointRule, JointStandard, Selection, ServiceStandard};
pub use study_area::{MOST_CELLS, StudyArea, StudyAreaError};
pub use zone::{Zone, ZoneOverlap, Zones};
pub use zone_demand::{ZoneDemand, ZonePart};
