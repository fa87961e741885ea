//! Rows to named positions: origins and destinations of a matrix, candidate sites.

use units::LngLat;

use crate::cells::Cells;
use crate::datum::Positions;
use crate::ids::Ids;
use crate::sheet::Reading;
use crate::{Area, Field, Loaded, ReadError, Source};

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
    let mut ids = Ids::of(&sheet, &source.columns, &mut reading);
    let name = sheet.field(Field::Name, &source.columns, &mut reading);
    let mut named = Vec::new();
    for row in sheet.rows() {
        let n_before = reading.n_problems();
        let position = positions.read(&sheet, row, &mut reading);
        let mut cells = Cells {
            sheet: &sheet,
            row,
            reading: &mut reading,
        };
        let id = ids.id(&mut cells);
        if let (Some(id), Some(position)) = (id, position)
            && reading.n_problems() == n_before
        {
            named.push(NamedPosition {
                id,
                name: name.map_or("", |name| row.value(name)).to_owned(),
                position,
            });
        }
    }
    positions.note(sheet.rows().len(), &mut reading);
    ids.note(&mut reading);
    reading.finish("positions", &sheet, source.bad_rows, named)
}
