//! The way from demand to facilities: joining streets, times, hazards on the way.

mod cover;
mod hazard;
mod linkage;
mod route;
mod rows;

pub use cover::Cover;
pub use hazard::{
    Hazard, HazardKind, HazardRules, HazardState, StreetEffect, UnknownHazard, UnknownState,
};
pub use linkage::{Link, LinkDoubt, LinkOptions, LinkState, Linkage};
pub use route::{RouteStep, route_steps};
pub use rows::{RowEntry, Rows};
