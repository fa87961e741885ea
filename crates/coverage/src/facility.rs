//! What exists: facilities, their kinds and amenities, and which of them are open.

mod amenity;
mod facility_index;
mod kind;
mod open_set;

pub use amenity::{Amenity, AmenitySet, UnknownAmenity};
pub(crate) use facility_index::FacilityIndex;
pub use kind::{CustomKind, FacilityKind, KindCatalog, KindError, UnknownKind};
pub use open_set::OpenSet;

use units::{LngLat, TravelTime};

use crate::OpeningHours;

/// A facility that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facility {
    /// Id in its source, unique within it.
    pub id: String,
    /// Name; may be empty.
    pub name: String,
    /// What it is.
    pub kind: FacilityKind,
    /// Where it stands.
    pub position: LngLat,
    /// What it offers.
    pub amenities: AmenitySet,
    /// When it is open; `None` when the source does not say, which counts as open at every hour.
    pub hours: Option<OpeningHours>,
    /// How much it can serve; `None` when the source does not say.
    pub capacity: Option<Capacity>,
    /// Paid on every visit: park, enter, swap.
    pub start_delay: TravelTime,
    /// Who runs it; may be empty.
    pub owner: String,
    /// Since when it stands, as written in the source; may be empty.
    pub opened: String,
    /// Which source it comes from.
    pub source: String,
    /// Made up to show something (示意); every result that rests on it must say so.
    pub illustrative: bool,
}

impl Facility {
    /// A facility of which only id, kind and position are known.
    pub fn new(id: impl Into<String>, kind: FacilityKind, position: LngLat) -> Self {
        Self {
            id: id.into(),
            name: String::new(),
            kind,
            position,
            amenities: AmenitySet::EMPTY,
            hours: None,
            capacity: None,
            start_delay: TravelTime::ZERO,
            owner: String::new(),
            opened: String::new(),
            source: String::new(),
            illustrative: false,
        }
    }
}

/// How much a facility can serve, in whole pieces: slots of a cabinet, seats, meals per hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Capacity(u32);

impl Capacity {
    /// From whole pieces.
    pub const fn new(pieces: u32) -> Self {
        Self(pieces)
    }

    /// In whole pieces.
    pub const fn as_u32(self) -> u32 {
        self.0
    }
}
