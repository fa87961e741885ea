use std::path::{Path, PathBuf};

use units::Datum;

use crate::{
    BadRows, ColumnMap, Encoding, MissingPositions, ReadError, Sheet, SheetName, csv, geojson,
    workbook,
};

/// A file and what was declared about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name in the plan, carried into results.
    pub name: String,
    /// Where it is; the ending decides how it is read.
    pub path: PathBuf,
    /// Declared encoding; guessed with a warning when there is none.
    pub encoding: Option<Encoding>,
    /// Declared separator of its values; found and noted when there is none.
    pub separator: Option<char>,
    /// Which sheet of a workbook; the first that is neither hidden nor empty when there is none.
    pub sheet: Option<SheetName>,
    /// Which datum its numbers are in.
    pub datum: Datum,
    /// Columns that the plan names itself.
    pub columns: ColumnMap,
    /// What becomes of rows that say nowhere.
    pub missing_positions: MissingPositions,
    /// What becomes of rows in which anything is wrong.
    pub bad_rows: BadRows,
    /// Made up to show something (示意); carried into every result.
    pub illustrative: bool,
}

impl Source {
    /// A file in WGS-84 about which nothing else was declared; named by its path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            name: path.display().to_string(),
            path,
            encoding: None,
            separator: None,
            sheet: None,
            datum: Datum::Wgs84,
            columns: ColumnMap::default(),
            missing_positions: MissingPositions::Refuse,
            bad_rows: BadRows::Refuse,
            illustrative: false,
        }
    }

    /// Reads the rows: `.geojson`, `.json` and the endings of features one a line (`.geojsonl`,
    /// `.geojsons`, `.jsonl`, `.ndjson`) as GeoJSON, what is a zip archive as a workbook, anything
    /// else as CSV.
    ///
    /// # Errors
    /// When the file cannot be opened, is not text, is not of its format, or was declared to have
    /// what its format has not.
    ///
    /// Cost: linear in the file.
    pub fn read(&self) -> Result<Sheet, ReadError> {
        let bytes = read_bytes(&self.path)?;
        let ending = self.path.extension().and_then(|ending| ending.to_str());
        let ending = ending.map(str::to_lowercase);
        let form = |wanted: &'static str, detail: &str| ReadError::Form {
            path: self.path.clone(),
            wanted,
            detail: detail.to_owned(),
        };
        if workbook::is_archive(&bytes) {
            let wrong = match (self.encoding, self.separator) {
                (Some(_), _) => Some("`encoding`"),
                (None, Some(_)) => Some("`separator`"),
                (None, None) => None,
            };
            if let Some(key) = wrong {
                let detail = format!("it is a workbook, which has no {key}; leave that out");
                return Err(form("a text", &detail));
            }
            return workbook::sheet(&self.path, &bytes, self.sheet.as_ref(), &self.columns);
        }
        if let Some(detail) = workbook::other_spreadsheet(&bytes) {
            return Err(form("a table", detail));
        }
        if self.sheet.is_some() {
            return Err(form("a workbook", "only workbooks (.xlsx) have a `sheet`"));
        }
        match ending.as_deref() {
            Some("xlsx" | "xlsm" | "xltx") => Err(form(
                "a workbook",
                "it does not begin like one; it is damaged or something else",
            )),
            Some("geojson" | "json" | "geojsonl" | "geojsons" | "jsonl" | "ndjson") => {
                geojson::sheet(&self.path, &bytes, self.encoding)
            }
            _ => {
                let declared = csv::Declared {
                    encoding: self.encoding,
                    separator: self.separator,
                    columns: &self.columns,
                };
                csv::sheet(&self.path, &bytes, declared)
            }
        }
    }
}

fn read_bytes(path: &Path) -> Result<Vec<u8>, ReadError> {
    std::fs::read(path).map_err(|source| ReadError::Open {
        path: path.to_owned(),
        source,
    })
}
