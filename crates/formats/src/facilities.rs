//! Rows to facilities, every problem with its line.

use std::collections::{BTreeMap, BTreeSet};

use coverage::{Amenity, AmenitySet, Capacity, Facility, FacilityKind, KindCatalog};
use units::TravelTime;

use crate::cells::Cells;
use crate::datum::Positions;
use crate::ids::Ids;
use crate::neighbors::Neighbors;
use crate::sheet::{ColumnIndex, Reading, Sheet};
use crate::{Area, Field, Loaded, Note, ProblemKind, ReadError, Source, hours};

/// How a facility layer is read.
#[derive(Clone, Copy, Debug)]
pub struct FacilityOptions<'a> {
    /// The kinds that the plan knows.
    pub catalog: &'a KindCatalog,
    /// What words of the table mean, before the catalog is asked.
    pub words: Option<&'a BTreeMap<String, FacilityKind>>,
    /// The kind of every row; `None` reads it from a column.
    pub kind: Option<&'a FacilityKind>,
    /// Where rows are expected.
    pub area: Option<&'a Area>,
}

/// Reads the facilities of a file.
///
/// # Errors
/// When the file cannot be opened or any row is wrong; all problems are told at once.
///
/// Cost: linear in the file; n log n for the check of ids.
pub fn read(
    source: &Source,
    options: FacilityOptions<'_>,
) -> Result<Loaded<Vec<Facility>>, ReadError> {
    from_sheet(&source.read()?, source, options)
}

/// Reads facilities from rows that are already in memory.
///
/// # Errors
/// As [`read`].
///
/// Cost: as [`read`].
pub fn from_sheet(
    sheet: &Sheet,
    source: &Source,
    options: FacilityOptions<'_>,
) -> Result<Loaded<Vec<Facility>>, ReadError> {
    let mut reading = Reading::of(sheet);
    let mut positions = Positions::new(source, options.area, sheet, &mut reading);
    let map = &source.columns;
    let mut ids = Ids::of(sheet, map, &mut reading);
    let kind = match options.kind {
        Some(_) => None,
        None => sheet.required_field(Field::Kind, map, &mut reading),
    };
    let name = sheet.field(Field::Name, map, &mut reading);
    let amenities = sheet.field(Field::Amenities, map, &mut reading);
    let hours_column = sheet.field(Field::OpeningHours, map, &mut reading);
    let capacity = sheet.field(Field::Capacity, map, &mut reading);
    let start_delay = sheet.field(Field::StartDelay, map, &mut reading);
    let owner = sheet.field(Field::Owner, map, &mut reading);
    let opened = sheet.field(Field::Opened, map, &mut reading);

    let mut facilities = Vec::new();
    let mut neighbors = Neighbors::default();
    let (mut n_translated, mut translated) = (0, BTreeSet::new());
    for row in sheet.rows() {
        let n_before = reading.n_problems();
        let mut cells = Cells {
            sheet,
            row,
            reading: &mut reading,
        };
        let id = ids.id(&mut cells);
        let kind = match options.kind {
            Some(kind) => Some(kind.clone()),
            None => cells.kind(kind, options),
        };
        let amenities = cells.amenities(amenities);
        let hours = cells.parsed(
            hours_column,
            "opening hours in OSM syntax, as in `Mo-Fr 08:00-22:00`",
            |text| {
                let hours = hours::parse(text)?;
                if hours.text() != text {
                    n_translated += 1;
                    translated.insert((text.to_owned(), hours.text().to_owned()));
                }
                Some(hours)
            },
        );
        let capacity = cells.whole(capacity, u64::from(u32::MAX));
        let capacity = capacity
            .and_then(|n| u32::try_from(n).ok())
            .map(Capacity::new);
        let start_delay = cells.parsed(
            start_delay,
            "a time with its unit, as in `90s` or `2min`",
            |text| units::parse_time(text).ok(),
        );
        let text = |column: Option<ColumnIndex>| column.map_or("", |c| row.value(c)).to_owned();
        let position = positions.read(sheet, row, &mut reading);
        if let (Some(id), Some(kind), Some(position)) = (id, kind, position)
            && reading.n_problems() == n_before
        {
            neighbors.add(row.place, name.map_or("", |c| row.value(c)), position);
            facilities.push(Facility {
                name: text(name),
                amenities,
                hours,
                capacity,
                start_delay: start_delay.unwrap_or(TravelTime::ZERO),
                owner: text(owner),
                opened: text(opened),
                source: source.name.clone(),
                illustrative: source.illustrative,
                ..Facility::new(id, kind, position)
            });
        }
    }
    positions.note(sheet.rows().len(), &mut reading);
    let n_rows = facilities
        .iter()
        .filter(|facility| facility.hours.is_none())
        .count();
    if n_rows > 0 {
        reading.notes.push(Note::UnknownHours { n_rows });
    }
    if n_translated > 0 {
        reading.notes.push(Note::TranslatedHours {
            n_rows: n_translated,
            texts: translated.into_iter().collect(),
        });
    }
    ids.note(&mut reading);
    reading.notes.extend(neighbors.note());
    reading.finish("facilities", sheet, source.bad_rows, facilities)
}

impl Cells<'_> {
    fn kind(
        &mut self,
        column: Option<ColumnIndex>,
        options: FacilityOptions<'_>,
    ) -> Option<FacilityKind> {
        let column = column?;
        let text = self.row.value(column);
        if let Some(kind) = options.words.and_then(|words| words.get(text)) {
            return Some(kind.clone());
        }
        match options.catalog.find(text) {
            Ok(kind) => Some(kind),
            Err(unknown) => {
                let kind = ProblemKind::Value {
                    column: self.sheet.column_name(column).to_owned(),
                    got: text.to_owned(),
                    wanted: format!("one of {}", unknown.known.join(", ")),
                };
                let hint = match unknown.nearest {
                    Some(nearest) => format!("did you mean `{nearest}`?"),
                    None => "kinds of your own are declared in the plan".to_owned(),
                };
                self.reading
                    .problems
                    .push_with_hint(self.row.place, kind, hint);
                None
            }
        }
    }

    fn amenities(&mut self, column: Option<ColumnIndex>) -> AmenitySet {
        let Some(column) = column else {
            return AmenitySet::EMPTY;
        };
        let words = self
            .row
            .value(column)
            .split([';', ',', '|', '、', '；', '，']);
        let mut set = AmenitySet::EMPTY;
        for word in words.map(str::trim).filter(|word| !word.is_empty()) {
            match word.parse::<Amenity>() {
                Ok(amenity) => set = set.with(amenity),
                Err(unknown) => {
                    let kind = ProblemKind::Value {
                        column: self.sheet.column_name(column).to_owned(),
                        got: word.to_owned(),
                        wanted: format!("some of {}", Amenity::ALL.map(Amenity::key).join(", ")),
                    };
                    let place = self.row.place;
                    match unknown.nearest {
                        Some(nearest) => self.reading.problems.push_with_hint(
                            place,
                            kind,
                            format!("did you mean `{nearest}`?"),
                        ),
                        None => self.reading.problems.push(place, kind),
                    }
                }
            }
        }
        set
    }
}
