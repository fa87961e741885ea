//! Rows to named positions: origins and destinations of a matrix, candidate sites.

use std::collections::BTreeMap;

use units::LngLat;

use crate::datum::Positions;
use crate::sheet::Reading;
use crate::{Area, Field, Loaded, ProblemKind, ReadError, RowPlace, Source};

/// A position with an id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPosition {
    /// Unique within its file.
    pub id: String,
    /// Name; may be empty.
    pub name: String,
    /// Where it is.
    pub position: LngLat,
}

/// Reads positions from the columns `id`, `lng` and `lat` (or their known other names).
///
/// # Errors
/// When the file cannot be opened or any row is wrong; all problems are told at once.
///
/// Cost: linear in the file; n log n for the check of ids.
pub fn read(source: &Source, area: Option<&Area>) -> Result<Loaded<Vec<NamedPosition>>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let mut positions = Positions::new(source, area, &sheet, &mut reading);
    let id = sheet.required_field(Field::Id, &source.columns, &mut reading);
    let name = sheet.field(Field::Name, &source.columns, &mut reading);
    let mut ids: BTreeMap<&str, RowPlace> = BTreeMap::new();
    let mut named = Vec::new();
    for row in sheet.rows() {
        let position = positions.read(&sheet, row, &mut reading);
        let Some(column) = id else { continue };
        let value = row.value(column);
        let column = || sheet.column_name(column).to_owned();
        if value.is_empty() {
            let kind = ProblemKind::Empty {
                column: column(),
                wanted: "an id".to_owned(),
            };
            reading.problems.push(row.place, kind);
        } else if let Some(&first) = ids.get(value) {
            let kind = ProblemKind::Repeated {
                column: column(),
                got: value.to_owned(),
                first,
            };
            reading.problems.push(row.place, kind);
        } else {
            ids.insert(value, row.place);
            named.extend(position.map(|position| NamedPosition {
                id: value.to_owned(),
                name: name.map_or("", |name| row.value(name)).to_owned(),
                position,
            }));
        }
    }
    positions.note(sheet.rows().len(), &mut reading);
    reading.finish("positions", &sheet, named)
}
