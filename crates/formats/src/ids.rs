use std::collections::BTreeMap;
use std::fmt::Write as _;

use xxhash_rust::xxh3::xxh3_64;

use crate::cells::Cells;
use crate::sheet::{ColumnIndex, RawShape, Reading, Sheet, SheetRow};
use crate::{ColumnMap, Field, Note, RowPlace};

/// The ids of a sheet's rows: those of its column, or made where it has none.
///
/// A made id hangs on the name and the position of its row as they are written, so it stays when rows
/// come, go or change places, and when anything else about a place changes.
#[derive(Debug)]
pub(crate) struct Ids {
    column: Option<ColumnIndex>,
    /// What made ids are made of; `None` when there is a column, or should be one.
    of: Option<Vec<ColumnIndex>>,
    seen: BTreeMap<String, RowPlace>,
    first: Option<(RowPlace, String)>,
    n_made: usize,
}

impl Ids {
    /// Finds the column. A missing one is a problem only where the plan names it, or where the
    /// sheet has one that is spelled nearly so.
    pub(crate) fn of(sheet: &Sheet, map: &ColumnMap, reading: &mut Reading) -> Self {
        let found = sheet.field(Field::Id, map, reading);
        let is_meant = || {
            let header = || sheet.header.iter().map(String::as_str);
            let mut known = Field::Id.known_names().iter();
            // Names of three letters are near to too many others.
            known.any(|name| name.len() > 4 && coverage::nearest_spelling(name, header()).is_some())
        };
        let of = if found.is_some() || map.name_of(Field::Id).is_some() {
            None
        } else if is_meant() {
            sheet.no_column("id", Field::Id.known_names(), &mut reading.problems);
            None
        } else {
            let mut quiet = Reading::default();
            let fields = [Field::Name, Field::Lng, Field::Lat, Field::Position];
            let columns = fields.into_iter();
            Some(
                columns
                    .filter_map(|field| sheet.field(field, map, &mut quiet))
                    .collect(),
            )
        };
        Self {
            column: found,
            of,
            seen: BTreeMap::new(),
            first: None,
            n_made: 0,
        }
    }

    /// The id of a row; `None` when it is empty or stands twice (noted).
    pub(crate) fn id(&mut self, cells: &mut Cells<'_>) -> Option<String> {
        let Some(columns) = &self.of else {
            return cells.unique(self.column, &mut self.seen);
        };
        let base = made(cells.row, columns);
        let mut id = base.clone();
        let mut number = 2_u32;
        while self.seen.contains_key(&id) {
            id = format!("{base}-{number}");
            number += 1;
        }
        self.seen.insert(id.clone(), cells.row.place);
        self.n_made += 1;
        if self.first.is_none() {
            self.first = Some((cells.row.place, id.clone()));
        }
        Some(id)
    }

    /// Notes that ids were made.
    pub(crate) fn note(self, reading: &mut Reading) {
        reading
            .notes
            .extend(self.first.map(|(place, id)| Note::MadeIds {
                n_rows: self.n_made,
                place,
                id,
            }));
    }
}

fn made(row: &SheetRow, columns: &[ColumnIndex]) -> String {
    let mut text = String::new();
    for &column in columns {
        text.push_str(row.value(column));
        text.push('\n');
    }
    if let RawShape::Point([lng, lat]) = row.shape {
        write!(text, "{lng} {lat}").expect("writing to a string cannot fail");
    } else if columns.is_empty() {
        text.push_str(&row.values.join("\n"));
    }
    let hash = format!("{:016x}", xxh3_64(text.as_bytes()));
    let (short, _) = hash.split_at_checked(10).unwrap_or((&hash, ""));
    format!("row-{short}")
}
