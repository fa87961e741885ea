//! Polygons to zones and study areas.

use coverage::{Ranking, Zone};
use units::{Outline, Polygon, Ring};

use crate::datum::{Positions, shape_name};
use crate::sheet::{RawShape, Reading, Sheet, SheetRow};
use crate::{
    BadRows, ColumnIndex, Field, Loaded, Note, ProblemKind, ReadError, Source, number, ring_check,
};

/// Reads zones: a polygon each, with an id and perhaps a name and a rank: a number of which only the
/// order counts, such as an income, in thousandths.
///
/// # Errors
/// When the file cannot be opened, or a row is no polygon or has no id; all problems are told at
/// once.
///
/// Cost: linear in the file.
pub fn read_zones(source: &Source) -> Result<Loaded<Vec<Zone>>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let mut positions = Positions::of_shapes(source);
    let zone = sheet.field(Field::Zone, &source.columns, &mut reading);
    let id = match zone {
        Some(zone) => Some(zone),
        None => sheet.required_field(Field::Id, &source.columns, &mut reading),
    };
    let name = sheet.field(Field::Name, &source.columns, &mut reading);
    let is_ranked = source.columns.name_of(Field::Rank).is_some();
    let rank = is_ranked
        .then(|| sheet.field(Field::Rank, &source.columns, &mut reading))
        .flatten();
    let mut zones: Vec<Zone> = Vec::new();
    let mut in_several: Vec<String> = Vec::new();
    for row in sheet.rows() {
        let n_before = reading.n_problems();
        let polygons = polygons(row, &mut positions, &mut reading);
        let Some(id) = id else { continue };
        let value = row.value(id);
        let column = || sheet.column_name(id).to_owned();
        if value.is_empty() {
            let kind = ProblemKind::Empty {
                column: column(),
                wanted: "an id".to_owned(),
            };
            reading.problems.push(row.place, kind);
            continue;
        }
        let name = name.map_or("", |name| row.value(name));
        let name = if name.is_empty() { value } else { name };
        let rank = rank.and_then(|column| self::rank(&sheet, row, column, &mut reading));
        if let Some(polygons) = polygons
            && reading.n_problems() == n_before
        {
            // A zone may come in several rows.
            match zones.iter_mut().find(|zone| zone.id == value) {
                Some(zone) => {
                    if !in_several.contains(&zone.id) {
                        in_several.push(zone.id.clone());
                    }
                    let parts = zone.outline.polygons().iter().cloned().chain(polygons);
                    zone.outline = Outline::new(parts.collect());
                }
                None => zones.push(Zone {
                    id: value.to_owned(),
                    name: name.to_owned(),
                    outline: Outline::new(polygons),
                    rank,
                }),
            }
        }
    }
    if let Some(id) = in_several.first() {
        reading.notes.push(Note::ZoneInSeveralRows {
            n_zones: in_several.len(),
            id: id.clone(),
        });
    }
    positions.note(sheet.rows().len(), &mut reading);
    reading.finish("zones", &sheet, source.bad_rows, zones)
}

/// A zone's place in an order; a zone without a value has none.
fn rank(
    sheet: &Sheet,
    row: &SheetRow,
    column: ColumnIndex,
    reading: &mut Reading,
) -> Option<Ranking> {
    let text = row.value(column);
    if text.is_empty() {
        return None;
    }
    let number = number::finite(text).filter(|number| number.abs() < 9e12);
    if number.is_none() {
        let name = sheet.column_name(column);
        let wanted = "a number within 9e12, or nothing";
        reading.problems.push_number(row.place, name, text, wanted);
    }
    // Written out and read back, so that no cast is needed.
    let thousandths = format!("{:.3}", number?).replace('.', "");
    thousandths.parse().ok().map(Ranking)
}

/// Reads a boundary: all polygons of the file together.
///
/// # Errors
/// When the file cannot be opened or a row is no polygon; all problems are told at once.
///
/// Cost: linear in the file.
pub fn read_outline(source: &Source) -> Result<Loaded<Outline>, ReadError> {
    let sheet = source.read()?;
    let mut reading = Reading::of(&sheet);
    let mut positions = Positions::of_shapes(source);
    let mut all = Vec::new();
    for row in sheet.rows() {
        all.extend(
            polygons(row, &mut positions, &mut reading)
                .into_iter()
                .flatten(),
        );
    }
    if sheet.rows().is_empty() {
        no_polygons(&sheet, &mut reading);
    }
    positions.note(sheet.rows().len(), &mut reading);
    // With a piece left out it would be another boundary.
    reading.finish("a boundary", &sheet, BadRows::Refuse, Outline::new(all))
}

fn no_polygons(sheet: &Sheet, reading: &mut Reading) {
    let place = sheet
        .rows()
        .first()
        .map_or(crate::RowPlace::File, |row| row.place);
    let kind = ProblemKind::Shape {
        got: "missing".to_owned(),
        wanted: POLYGON,
    };
    reading.problems.push(place, kind);
}

const POLYGON: &str = "a Polygon or MultiPolygon";

fn polygons(
    row: &SheetRow,
    positions: &mut Positions<'_>,
    reading: &mut Reading,
) -> Option<Vec<Polygon>> {
    let RawShape::Polygons(raw) = &row.shape else {
        let got = shape_name(&row.shape).to_owned();
        reading.problems.push(
            row.place,
            ProblemKind::Shape {
                got,
                wanted: POLYGON,
            },
        );
        return None;
    };
    let mut polygons = Vec::new();
    for rings in raw {
        let mut whole = Vec::new();
        for corners in rings {
            let mut ring = Vec::with_capacity(corners.len());
            for &corner in corners {
                let columns = ("longitude", "latitude");
                ring.push(positions.position(row.place, corner, columns, reading)?);
            }
            match Ring::new(ring) {
                Ok(ring) => whole.push(ring),
                Err(error) => {
                    let got = format!("a Polygon that encloses nothing: {error}");
                    let wanted = "rings of at least three different corners";
                    reading
                        .problems
                        .push(row.place, ProblemKind::Shape { got, wanted });
                    return None;
                }
            }
        }
        if let Some(at) = whole.iter().find_map(ring_check::crossing) {
            positions.crosses(row.place, at);
        } else if whole.first().is_some_and(ring_check::encloses_nothing) {
            let got = "a Polygon that encloses nothing: its corners lie on one line".to_owned();
            let wanted = "an outline with an area";
            reading
                .problems
                .push(row.place, ProblemKind::Shape { got, wanted });
            return None;
        }
        let mut rings = whole.into_iter();
        if let Some(outer) = rings.next() {
            polygons.push(Polygon::new(outer, rings.collect()));
        }
    }
    if polygons.is_empty() {
        let got = "an empty Polygon".to_owned();
        reading.problems.push(
            row.place,
            ProblemKind::Shape {
                got,
                wanted: POLYGON,
            },
        );
        return None;
    }
    Some(polygons)
}
