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

mod access;
mod demand;
mod facility;
mod findings;
mod grid;
mod hours;
mod id;
mod spelling;
mod standard;

pub use access::{
    Cover, Hazard, HazardKind, HazardRules, HazardState, Link, LinkDoubt, LinkOptions, LinkState,
    Linkage, RouteStep, RowEntry, Rows, StreetEffect, UnknownHazard, UnknownState, route_steps,
};
pub use demand::{
    Amount, Demand, DemandPattern, DemandPoint, DemandSet, DemandSquare, DemandUnit, MAX_PIECE,
    PatternError, PatternId, Ranking, ReachedCells, RimSquares, Zone, ZoneDemand, ZoneOverlap,
    ZonePart, Zones, streets_outside,
};
pub use facility::{
    Amenity, AmenitySet, Capacity, CustomKind, Facility, FacilityKind, KindCatalog, KindError,
    OpenSet, UnknownAmenity, UnknownKind,
};
pub use findings::{
    ByHour, CellLedger, DEFAULT_BORDER, DemandBalance, Distribution, EdgeAffected, Equity,
    EquityInputs, FacilityLedger, Gap, HourState, HourlyProfile, Indicators, Lack, Ledger,
    LorenzPoint, Margin, Obstacle, OpenHours, Part, Reason, ReasonInputs, SupplyRatio,
    TwoStepCatchment, WorstTenth, border_nodes, by_hour, gaps, gaps_without_street, night_gap,
    reasons,
};
pub use grid::{
    CellId, CellIdError, MOST_CELLS, Resolution, ResolutionError, StudyArea, StudyAreaError,
};
pub use hours::{
    CalendarDay, HolidayCalendar, HolidayError, HourSet, HoursError, HoursInWeek, OpeningHours,
    ReferenceWeek, WeekError,
};
pub use id::{CellRank, DemandId, FacilityId, ZoneId};
pub use spelling::nearest_spelling;
pub use standard::{
    Assignment, ByTime, CellClass, DemandSplit, FacilityLoad, JointCoverage, JointRule,
    JointStandard, PointState, Selection, ServiceCoverage, ServiceInputs, ServiceRate,
    ServiceStandard,
};
