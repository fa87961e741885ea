use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use units::Datum;

use crate::{ColumnMap, Encoding, ReadError, Sheet, csv, geojson};

/// A file and what was declared about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in the plan, carried into results.
    pub name: String,
    /// Where it is; the ending decides how it is read.
    pub path: PathBuf,
    /// Declared encoding; guessed with a warning when there is none.
    pub encoding: Option<Encoding>,
    /// Which datum its numbers are in.
    pub datum: Datum,
    /// Columns that the plan names itself.
    pub columns: ColumnMap,
    /// What becomes of rows that say nowhere.
    pub missing_positions: MissingPositions,
    /// Made up to show something (示意); carried into every result.
    pub illustrative: bool,
}

/// What becomes of rows without a position: no geometry, or empty coordinates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissingPositions {
    /// They are a problem of the file.
    #[default]
    Refuse,
    /// They are left out and counted.
    LeaveOut,
}

impl Source {
    /// A file in WGS-84 about which nothing else was declared; named by its path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: path.display().to_string(),
            path,
            encoding: None,
            datum: Datum::Wgs84,
            columns: ColumnMap::default(),
            missing_positions: MissingPositions::Refuse,
            illustrative: false,
        }
    }

    /// Reads the rows: `.geojson`, `.json` and the endings of features one a line (`.geojsonl`,
    /// `.geojsons`, `.jsonl`, `.ndjson`) as GeoJSON, anything else as CSV.
    ///
    /// # Errors
    /// When the file cannot be opened, is not text, or is not of its format.
    ///
    /// Cost: linear in the file.
    pub fn read(&self) -> Result<Sheet, ReadError> {
        let bytes = read_bytes(&self.path)?;
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_lowercase).as_deref() {
            Some("geojson" | "json" | "geojsonl" | "geojsons" | "jsonl" | "ndjson") => {
                geojson::sheet(&self.path, &bytes, self.encoding)
            }
            _ => csv::sheet(&self.path, &bytes, self.encoding),
        }
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| ReadError::Open {
        path: path.to_owned(),
        source,
    })
}
