use std::path::PathBuf;

use formats::{BadRows, ColumnMap, MissingPositions, SheetName};
use serde::{Deserialize, Serialize};

/// Where rows come from: a table, or OSM objects by their tags.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSpec {
    /// A CSV or GeoJSON file, or an Excel workbook (`.xlsx`).
    pub path: Option<PathBuf>,
    /// Which sheet of a workbook, by name or by number from 1; the first that is neither hidden nor
    /// empty unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sheet: Option<SheetName>,
    /// What separates the values of a CSV; found and noted unless given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separator: Option<char>,
    /// Instead of a file: places of the network file that carry one of these tags, `key=value` or
    /// `key=*`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Datum of the file: `wgs84` (unless given), `gcj02` or `bd09`.
    pub datum: Option<String>,
    /// Encoding of the file: `utf-8`, `utf-16`, `gbk` or `gb18030`; guessed with a warning unless given.
    pub encoding: Option<String>,
    /// Which column holds which field, where the usual names do not apply.
    #[serde(default)]
    pub columns: ColumnMap,
    /// Rows outside the study area. Unless given, facilities count there as far as a limit reaches,
    /// the rest is counted as outside, and a file of which most rows lie outside is refused; `keep`
    /// does not refuse it, `skip` leaves all of them out and counts them, `error` refuses each.
    pub outside: Option<Outside>,
    /// Rows without a position: `refuse` (unless given) or `leave-out`, counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_positions: Option<MissingPositions>,
    /// Rows in which anything is wrong: `refuse` (unless given) the file and tell all of them, or
    /// `leave-out`, told, counted, and listed in `bad-rows.csv` beside the results.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bad_rows: Option<BadRows>,
    /// Only rows with at least this capacity.
    pub capacity_at_least: Option<u32>,
    /// Only rows with less than this capacity.
    pub capacity_below: Option<u32>,
    /// The rows are made up for illustration; every result says so.
    #[serde(default)]
    pub illustrative: bool,
}

/// What happens to rows outside the study area.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outside {
    /// They are a problem of the file.
    Error,
    /// They are left out and counted.
    Skip,
    /// Facilities count as far as a limit reaches; the rest is counted as outside.
    Keep,
}
