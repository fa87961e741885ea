//! Rows to reported hazards (随手拍), every problem with its line.

use coverage::{Hazard, HazardKind, HazardState};

use crate::cells::Cells;
use crate::datum::Positions;
use crate::ids::Ids;
use crate::sheet::Reading;
use crate::{Area, Field, Loaded, ReadError, Source};

/// Reads reported hazards: id, kind and position, and perhaps state, date and note.
///
/// A report without a state counts as reported and not yet confirmed.
///
/// # Errors
/// When the file cannot be opened or any row is wrong; all problems are told at once.
///
/// Cost: linear in the file; n log n for the check of ids.
pub fn read(source: &Source, area: Option<&Area>) -> Result<Loaded<Vec<Hazard>>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let mut positions = Positions::new(source, area, &sheet, &mut reading);
    let map = &source.columns;
    let mut ids = Ids::of(&sheet, map, &mut reading);
    let kind = sheet.required_field(Field::Kind, map, &mut reading);
    let state = sheet.field(Field::State, map, &mut reading);
    let since = sheet.field(Field::Since, map, &mut reading);
    let note = sheet.field(Field::Note, map, &mut reading);
    let mut hazards = Vec::new();
    for row in sheet.rows() {
        let n_before = reading.n_problems();
        let mut cells = Cells {
            sheet: &sheet,
            row,
            reading: &mut reading,
        };
        let id = ids.id(&mut cells);
        let kinds = HazardKind::ALL.map(HazardKind::key).join(", ");
        let kind = cells.required(kind, &format!("one of {kinds}"), |text| {
            text.parse::<HazardKind>()
                .map_err(|unknown| unknown.nearest)
        });
        let states = HazardState::ALL.map(HazardState::key).join(", ");
        let state = cells.parsed(state, &format!("one of {states}"), |text| text.parse().ok());
        let text =
            |column: Option<crate::ColumnIndex>| column.map_or("", |c| row.value(c)).to_owned();
        let position = positions.read(&sheet, row, &mut reading);
        if let (Some(id), Some(kind), Some(position)) = (id, kind, position)
            && reading.n_problems() == n_before
        {
            hazards.push(Hazard {
                id,
                kind,
                position,
                since: text(since),
                state: state.unwrap_or(HazardState::Reported),
                note: text(note),
                illustrative: source.illustrative,
            });
        }
    }
    positions.note(sheet.rows().len(), &mut reading);
    ids.note(&mut reading);
    reading.finish("hazards", &sheet, source.bad_rows, hazards)
}
