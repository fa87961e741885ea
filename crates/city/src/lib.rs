//! The imported city as one file: streets, places, backdrop, boundaries, report.
//!
//! ```text
//!   streets      graph::StreetGraph, read at memory-copy speed
//!   places       points of interest with all their tags
//!   backdrop     water, green and buildings, for the map and for demand proxies
//!   boundaries   administrative areas
//!   report       what the import kept, dropped and doubted
//!   source       the file it was made from, and the program that made it
//! ```
//!
//! ```no_run
//! let city = city::City::open("shenzhen.nqg".as_ref())?;
//! for place in city.places.iter().filter(|place| place.tag("amenity") == Some("pharmacy")) {
//!     println!("{} at {}", place.name().unwrap_or("?"), place.position);
//! }
//! # Ok::<(), city::OpenError>(())
//! ```
//!
//! Who needs streets alone opens the file as a [`CityFile`] and reads nothing else of it.
//!
//! What it does not do: read OpenStreetMap (that is `osm`), decide what a place is (that is a plan).

mod backdrop;
mod boundaries;
mod bytes;
mod cut;
mod file;
mod osm_id;
mod places;
mod report;
mod source;
mod strings;
pub mod testing;

use graph::StreetGraph;

pub use backdrop::{Area, AreaKind, AreaSpec, Backdrop};
pub use boundaries::{Boundaries, Boundary};
pub use cut::streets_within;
pub use file::{CityFile, MAGIC, OpenError, WriteError};
pub use osm_id::OsmId;
pub use places::{Place, Places, PlacesBuilder};
pub use report::{
    BareNode, BareNodes, Finding, FindingKind, ImportReport, InsideStreets, Insides, Islands,
    SidePathLinks, SourceCounts, StreetCounts, UntaggedGates,
};
pub use source::Source;
pub use strings::TooMuch;

/// An imported city.
#[derive(Clone, Debug)]
pub struct City {
    /// The street network.
    pub streets: StreetGraph,
    /// Points of interest.
    pub places: Places,
    /// What a map draws behind the answers.
    pub backdrop: Backdrop,
    /// Administrative areas.
    pub boundaries: Boundaries,
    /// What the import kept, dropped and doubted.
    pub report: ImportReport,
    /// Where it comes from.
    pub source: Source,
}
