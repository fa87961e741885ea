use serde::{Deserialize, Serialize};
use units::Outline;

use crate::OsmId;

/// Administrative areas found in the source, by level and id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundaries {
    /// All of them.
    pub all: Vec<Boundary>,
}

/// One administrative area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boundary {
    /// The object it was read from.
    pub id: OsmId,
    /// Its name.
    pub name: String,
    /// Its English name, when mapped.
    pub name_en: Option<String>,
    /// `admin_level`: in China 6 is a district (区), 8 a subdistrict (街道), 10 a community (社区).
    pub admin_level: u8,
    /// Its outline: the closed part of its border.
    pub outline: Outline,
    /// Whether the whole border lies in the source; if not, the outline may miss parts.
    pub is_complete: bool,
}
