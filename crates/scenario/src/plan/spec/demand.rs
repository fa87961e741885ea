use std::path::PathBuf;

use formats::{BadRows, ColumnMap, MissingPositions, SheetName};
use serde::{Deserialize, Serialize};

use crate::plan::spec::source::Outside;

/// A table of patterns of demand: a column `hour`, and one column for each pattern with the
/// percentage of the demand as counted that is there at that hour.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PatternsSpec {
    /// A CSV of the 168 hours of a week or the 24 of a day.
    pub path: PathBuf,
    /// Encoding of the file.
    pub encoding: Option<String>,
    /// Made up for illustration.
    #[serde(default)]
    pub illustrative: bool,
}

/// Who needs the services.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, tag = "source", rename_all = "kebab-case")]
pub enum DemandSpec {
    /// Every metre of street counts the same: what is left when nobody has counted people.
    StreetLength {
        /// The profile whose streets count.
        profile: String,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Counts at positions.
    Table {
        /// A CSV or workbook with `lng`, `lat` and `weight`.
        path: PathBuf,
        /// Which sheet of a workbook, by name or by number from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<SheetName>,
        /// Rows in which anything is wrong: `refuse` (unless given) or `leave-out`, told and listed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        bad_rows: Option<BadRows>,
        /// What is counted, e.g. `orders per day`.
        unit: String,
        /// Datum of the file.
        datum: Option<String>,
        /// Encoding of the file.
        encoding: Option<String>,
        /// Which column holds which field.
        #[serde(default)]
        columns: ColumnMap,
        /// Rows outside the study area.
        outside: Option<Outside>,
        /// Rows without a position: `refuse` (unless given) or `leave-out`, counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        missing_positions: Option<MissingPositions>,
        /// Made up for illustration.
        #[serde(default)]
        illustrative: bool,
        /// The pattern of rows that name none; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Counts of the plan's `[zones]`, spread over the length of the streets in each.
    ZoneTable {
        /// A CSV or workbook with the zone's id and `demand`.
        path: PathBuf,
        /// Which sheet of a workbook, by name or by number from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sheet: Option<SheetName>,
        /// What is counted.
        unit: String,
        /// The profile whose streets it is spread over.
        profile: String,
        /// Encoding of the file.
        encoding: Option<String>,
        /// Which column holds which field.
        #[serde(default)]
        columns: ColumnMap,
        /// Made up for illustration.
        #[serde(default)]
        illustrative: bool,
        /// The pattern of rows that name none; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// A raster of counts (`GeoTIFF` in degrees of WGS-84 or CGCS2000, or Web Mercator), such as
    /// population: each cell of it counts at its centre.
    Raster {
        /// The file.
        path: PathBuf,
        /// What is counted, e.g. `people`.
        unit: String,
        /// Which band counts, from 1; needed where there are several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        band: Option<u16>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Places of the network file by their tags, each counting the same: restaurants as origins of
    /// orders.
    Places {
        /// Tags as in a layer, `key=value` or `key=*`.
        tags: Vec<String>,
        /// What a place stands for, e.g. `restaurants`.
        unit: String,
        /// How much each counts, 1 unless given.
        per_place: Option<u32>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
    /// Floor area of the buildings in the network file, in square metres: destinations of orders.
    Buildings {
        /// Levels of a building that has none mapped, 1 unless given.
        levels: Option<u32>,
        /// The pattern that it follows over the week; the same at every hour unless given.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pattern: Option<String>,
    },
}

impl DemandSpec {
    /// The pattern that demand follows which names none itself.
    pub(crate) fn pattern(&self) -> Option<&str> {
        let pattern = match self {
            Self::StreetLength { pattern, .. }
            | Self::Table { pattern, .. }
            | Self::ZoneTable { pattern, .. }
            | Self::Raster { pattern, .. }
            | Self::Places { pattern, .. }
            | Self::Buildings { pattern, .. } => pattern,
        };
        pattern.as_deref()
    }
}
