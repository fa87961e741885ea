//! Workbooks (`.xlsx`): the rows of one sheet as they stand there.
//!
//! Read by our own few hundred lines over `zip` and `quick-xml`, and not by `calamine` 0.38: that
//! reserves as many strings as the file says it has, overflows on column names of seven letters and
//! panics on the number `+1`, so a file of a kilobyte can end the program; and it does not tell which
//! rows and columns are hidden, nor which formulas have no result. The tests hold both readers
//! against each other.

mod date;
mod grid;
mod package;
mod parts;

use std::path::Path;

use crate::head::{self, Record};
use crate::{ColumnMap, Note, ReadError, RowPlace, Sheet, SheetName};

use grid::Grid;
use package::Package;
use parts::SheetEntry;

/// What a workbook should be, in messages.
const WANTED: &str = "an Excel workbook (.xlsx)";

/// Whether bytes begin like a workbook or any other zip archive.
pub(crate) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Why bytes of something else that spreadsheet programs save cannot be read, and what to do.
pub(crate) fn other_spreadsheet(bytes: &[u8]) -> Option<&'static str> {
    const OLD: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if bytes.starts_with(OLD) {
        return Some(
            "it is a workbook of Excel 97 to 2003 (.xls) or one locked by a password; open it and \
             save it as .xlsx without a password",
        );
    }
    let start: Vec<u8> = bytes.iter().take(256).map(u8::to_ascii_lowercase).collect();
    let start = String::from_utf8_lossy(&start);
    let start = start.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    ["<!doctype html", "<html", "<table", "<?xml"]
        .iter()
        .any(|begin| start.starts_with(begin))
        .then_some(
            "it is a page of HTML or XML, as some programs name .xls; open it and save it as .xlsx",
        )
}

/// Reads one sheet of a workbook that is already in memory: the one named, else the first that is
/// neither hidden nor empty.
///
/// Cost: linear in the decompressed bytes, which are bounded.
pub(crate) fn sheet(
    path: &Path,
    bytes: &[u8],
    wanted: Option<&SheetName>,
    columns: &ColumnMap,
) -> Result<Sheet, ReadError> {
    let form = |detail: String| ReadError::Form {
        path: path.to_owned(),
        wanted: WANTED,
        detail,
    };
    let mut package = Package::open(bytes).map_err(form)?;
    let book = parts::workbook(&mut package).map_err(form)?;
    let strings = parts::strings(&mut package, &book).map_err(form)?;
    let styles = parts::styles(&mut package, &book).map_err(form)?;
    let mut read = |entry: &SheetEntry| {
        let text = package.part(&entry.part)?;
        let text = text.ok_or_else(|| format!("its sheet `{}` is missing", entry.name))?;
        let grid = Grid::read(&text, &strings, &styles, book.is_1904);
        grid.map_err(|detail| format!("sheet `{}`: {detail}", entry.name))
    };
    let (entry, grid) = if let Some(wanted) = wanted {
        let entry = book.find(wanted).map_err(form)?;
        (entry, read(entry).map_err(form)?)
    } else {
        let mut first = None;
        for entry in book.sheets.iter().filter(|entry| !entry.hidden) {
            let grid = read(entry).map_err(form)?;
            if !grid.rows.is_empty() {
                first = Some((entry, grid));
                break;
            }
        }
        first.ok_or_else(|| form("none of its visible sheets holds a value".to_owned()))?
    };
    let mut notes = Vec::new();
    let others: Vec<String> = book
        .sheets
        .iter()
        .filter(|other| other.name != entry.name)
        .map(|other| other.name.clone())
        .collect();
    if wanted.is_none() && !others.is_empty() {
        notes.push(Note::SheetTaken {
            name: entry.name.clone(),
            hidden: entry.hidden,
            others,
        });
    }
    notes.extend(grid.notes());
    let hidden_columns = grid.hidden_columns.clone();
    let width = grid.width();
    let records = grid.rows.into_iter().map(|row| {
        let mut values = vec![String::new(); row.width()];
        for (column, value) in row.cells {
            values[column] = value;
        }
        Record {
            place: RowPlace::Row(row.number),
            values,
        }
    });
    let records: Vec<Record> = records.collect();
    let mut sheet = head::sheet(path, records, columns, notes).map_err(form)?;
    let hidden: Vec<String> = (0..width)
        .filter(|column| hidden_columns.iter().any(|range| range.contains(column)))
        .filter_map(|column| sheet.header.get(column).cloned())
        .filter(|name| !name.is_empty())
        .collect();
    if !hidden.is_empty() {
        sheet.notes.push(Note::HiddenColumns { names: hidden });
    }
    sheet.name = Some(entry.name.clone());
    Ok(sheet)
}
