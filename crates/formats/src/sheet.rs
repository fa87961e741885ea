use std::path::{Path, PathBuf};

use crate::{
    BadRows, ColumnMap, Encoding, Field, Note, ProblemKind, Problems, ReadError, RowPlace,
};

/// The rows of a file as they stand there: a header, and for each row its place, its values as
/// text and, in GeoJSON, its shape.
///
/// Every source goes through this one door, so all are checked alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub(crate) path: PathBuf,
    /// The sheet of a workbook.
    pub(crate) name: Option<String>,
    /// Where the column names stand; features have theirs each for itself.
    pub(crate) head: Option<RowPlace>,
    /// How the text was written; the parts of a workbook say so themselves.
    pub(crate) encoding: Option<Encoding>,
    /// What separates the values of a text.
    pub(crate) separator: Option<char>,
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<SheetRow>,
    pub(crate) notes: Vec<Note>,
    /// Problems found while the rows were read, such as rows of the wrong width.
    pub(crate) problems: Problems,
}

/// One row as it stands in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct SheetRow {
    /// Where it stands.
    pub place: RowPlace,
    /// Its values, trimmed, in the order of the header.
    pub values: Vec<String>,
    /// Its shape in the datum of the file.
    pub shape: RawShape,
}

/// A shape in degrees of the file's datum, longitude first, before anything was checked.
#[derive(Clone, Debug, PartialEq)]
pub enum RawShape {
    /// The file has no shapes, or this row has none.
    None,
    /// A point.
    Point([f64; 2]),
    /// Polygons as lists of rings, the outer one first.
    Polygons(Vec<Vec<Vec<[f64; 2]>>>),
    /// Something else, as a message calls it.
    Other(String),
}

/// A column of a sheet, found by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ColumnIndex(usize);

impl Sheet {
    /// From rows that come from no file, such as places of an imported city.
    ///
    /// Short rows are filled up with empty values, long ones cut.
    pub fn from_rows(
        name: impl Into<PathBuf>,
        header: Vec<String>,
        rows: impl IntoIterator<Item = (Option<[f64; 2]>, Vec<String>)>,
    ) -> Self {
        let width = header.len();
        let rows = (1..)
            .zip(rows)
            .map(|(row, (position, mut values))| {
                values.resize(width, String::new());
                let shape = position.map_or(RawShape::None, RawShape::Point);
                SheetRow {
                    place: RowPlace::Row(row),
                    values,
                    shape,
                }
            })
            .collect();
        Self {
            path: name.into(),
            name: None,
            head: None,
            encoding: None,
            separator: None,
            header,
            rows,
            notes: Vec::new(),
            problems: Problems::default(),
        }
    }

    /// Where it comes from.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The name of the sheet, where the file is a workbook.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The row of the column names, where the file has one.
    pub fn head(&self) -> Option<RowPlace> {
        self.head
    }

    /// How its text was written; `None` for a workbook.
    pub fn encoding(&self) -> Option<Encoding> {
        self.encoding
    }

    /// What separates its values; `None` where nothing does.
    pub fn separator(&self) -> Option<char> {
        self.separator
    }

    /// Problems found while the rows were read, such as rows of the wrong width.
    pub fn problems(&self) -> &Problems {
        &self.problems
    }

    /// Names of the columns.
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// The rows.
    pub fn rows(&self) -> &[SheetRow] {
        &self.rows
    }

    /// What happened while it was read.
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// The column with exactly this name.
    pub fn column(&self, name: &str) -> Option<ColumnIndex> {
        self.header
            .iter()
            .position(|column| column == name)
            .map(ColumnIndex)
    }

    /// The name of a column.
    pub fn column_name(&self, column: ColumnIndex) -> &str {
        &self.header[column.0]
    }

    /// The column that holds a field: the one that the plan names, else the first known name.
    ///
    /// A column that the plan names and the file lacks is a problem; so is a missing one when it is
    /// required.
    pub(crate) fn field(
        &self,
        field: Field,
        map: &ColumnMap,
        reading: &mut Reading,
    ) -> Option<ColumnIndex> {
        if let Some(name) = map.name_of(field) {
            let found = self.column(name);
            if found.is_none() {
                self.no_column(field.key(), &[name], &mut reading.problems);
            }
            return found;
        }
        let mut found = field.known_names().iter().filter_map(|known| {
            self.header
                .iter()
                .position(|column| Field::is_same_name(column, known))
        });
        let first = found.next()?;
        if let Some(second) = found.find(|&second| second != first) {
            reading.notes.push(Note::SecondColumn {
                taken: self.header[first].clone(),
                left: self.header[second].clone(),
            });
        }
        Some(ColumnIndex(first))
    }

    /// As [`field`](Self::field), and a problem when there is none.
    pub(crate) fn required_field(
        &self,
        field: Field,
        map: &ColumnMap,
        reading: &mut Reading,
    ) -> Option<ColumnIndex> {
        let found = self.field(field, map, reading);
        if found.is_none() && map.name_of(field).is_none() {
            self.no_column(field.key(), field.known_names(), &mut reading.problems);
        }
        found
    }

    /// Says that a column is missing, and which one was perhaps meant.
    pub(crate) fn no_column(&self, field: &str, wanted: &[&str], problems: &mut Problems) {
        let kind = ProblemKind::NoColumn {
            field: format!("`{field}`"),
            wanted: wanted.iter().map(|&name| name.to_owned()).collect(),
        };
        let header = self.header.iter().map(String::as_str);
        let near = wanted
            .iter()
            .find_map(|name| coverage::nearest_spelling(name, header.clone()));
        let hint = near.map_or_else(
            || format!("the file has the columns `{}`", self.header.join("`, `")),
            |near| format!("the file has a column `{near}`; was `{}` meant?", wanted[0]),
        );
        problems.push_with_hint(RowPlace::File, kind, hint);
    }
}

impl SheetRow {
    /// Notes values that hold NUL bytes: no text does, so the file is damaged. Whether there is none.
    pub(crate) fn check_text(&self, header: &[String], problems: &mut Problems) -> bool {
        let n_before = problems.all().len();
        for (name, value) in header.iter().zip(&self.values) {
            if value.contains('\0') {
                let kind = ProblemKind::Value {
                    column: name.clone(),
                    got: value.clone(),
                    wanted: "text without NUL bytes".to_owned(),
                };
                problems.push(self.place, kind);
            }
        }
        problems.all().len() == n_before
    }

    /// The value in a column; empty when nothing stands there.
    pub fn value(&self, column: ColumnIndex) -> &str {
        &self.values[column.0]
    }
}

/// What a reader gathers while it goes through a sheet.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub(crate) problems: Problems,
    pub(crate) notes: Vec<Note>,
}

impl Reading {
    pub(crate) fn of(sheet: &Sheet) -> Self {
        Self {
            problems: sheet.problems.clone(),
            notes: sheet.notes.clone(),
        }
    }

    /// How many problems there are so far: a row after which there are more is a bad one.
    pub(crate) fn n_problems(&self) -> usize {
        self.problems.all().len()
    }

    /// The rows, unless something is wrong with them; bad rows are left out and told where that is
    /// declared. What is wrong with the file as a whole is never left out.
    pub(crate) fn finish<T>(
        self,
        what: &'static str,
        sheet: &Sheet,
        bad_rows: BadRows,
        value: T,
    ) -> Result<crate::Loaded<T>, ReadError> {
        let (mut problems, mut notes) = (self.problems, self.notes);
        problems.sort();
        let is_of_row = |place: RowPlace| place != RowPlace::File && Some(place) != sheet.head;
        let are_rows = problems
            .all()
            .iter()
            .all(|problem| is_of_row(problem.place));
        if problems.is_empty() {
            return Ok(crate::Loaded { value, notes });
        }
        if bad_rows == BadRows::LeaveOut && are_rows {
            let file = sheet.path.file_name().unwrap_or_default();
            notes.push(Note::LeftBadRows {
                file: file.to_string_lossy().into_owned(),
                sheet: sheet.name.clone(),
                problems,
            });
            return Ok(crate::Loaded { value, notes });
        }
        Err(ReadError::Rows {
            what,
            path: sheet.path.clone(),
            sheet: sheet.name.clone(),
            problems,
        })
    }
}
