use units::{Datum, Gcj02, Length, LngLat};

use crate::angle::{self, Axis};
use crate::coordinate::{SWAPPED, datum_in, degrees};
use crate::sheet::{ColumnIndex, RawShape, Reading, Sheet, SheetRow};
use crate::{Area, Field, MissingPositions, Note, Outside, ProblemKind, RowPlace, Source};

/// A position this near to the area may be outside only because of its datum: GCJ-02 shifts by 100
/// to 700 m, BD-09 by up to 1.4 km.
const DATUM_DOUBT: Length = Length::from_m(5_000);

/// Reads the positions of a sheet's rows: from their shapes, from two columns or from one, converts
/// them from the declared datum and checks them against an area.
///
/// The one door through which positions come in; behind it everything is WGS-84.
#[derive(Debug)]
pub(crate) struct Positions<'a> {
    source: &'a Source,
    area: Option<&'a Area>,
    columns: Columns,
    n_converted: usize,
    most: Length,
    n_outside: usize,
    /// What the first row outside suggests.
    doubt: Option<String>,
    n_missing: usize,
    n_crossing: usize,
    first_crossing: Option<(RowPlace, LngLat)>,
    /// The column of both names the latitude first.
    is_latitude_first: bool,
    n_latitude_first: usize,
    first_latitude: Option<RowPlace>,
    n_translated: usize,
    first_translated: Option<(String, f64)>,
}

#[derive(Debug)]
enum Columns {
    Shapes,
    Two(ColumnIndex, ColumnIndex),
    One(ColumnIndex),
    Missing,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(
        source: &'a Source,
        area: Option<&'a Area>,
        sheet: &Sheet,
        reading: &mut Reading,
    ) -> Self {
        let has_shapes = sheet.rows.iter().any(|row| row.shape != RawShape::None);
        let columns = if has_shapes {
            Columns::Shapes
        } else if let Some(one) = Self::single_column(source, sheet, reading) {
            Columns::One(one)
        } else {
            let lng = sheet.required_field(Field::Lng, &source.columns, reading);
            let lat = sheet.required_field(Field::Lat, &source.columns, reading);
            match (lng, lat) {
                (Some(lng), Some(lat)) => Columns::Two(lng, lat),
                _ => Columns::Missing,
            }
        };
        let named: Vec<ColumnIndex> = match &columns {
            Columns::Two(lng, lat) => vec![*lng, *lat],
            Columns::One(column) => vec![*column],
            Columns::Shapes | Columns::Missing => Vec::new(),
        };
        let names = named.iter().map(|&column| sheet.column_name(column));
        let other = names.clone().find_map(|name| {
            let named = datum_in(name).filter(|named| *named != source.datum)?;
            Some(Note::DatumInName {
                column: name.to_owned(),
                named,
                declared: source.datum,
            })
        });
        reading.notes.extend(other);
        let is_latitude_first = matches!(columns, Columns::One(_))
            && names.clone().any(|name| {
                let name = name.to_lowercase();
                name.contains("latlng")
                    || name.contains("latlon")
                    || name.contains("纬经")
                    || name.contains("纬度经")
            });
        Self {
            source,
            area,
            columns,
            n_converted: 0,
            most: Length::ZERO,
            n_outside: 0,
            doubt: None,
            n_missing: 0,
            n_crossing: 0,
            first_crossing: None,
            is_latitude_first,
            n_latitude_first: 0,
            first_latitude: None,
            n_translated: 0,
            first_translated: None,
        }
    }

    /// For rows whose shapes are polygons; their corners are converted and not checked against an
    /// area.
    pub(crate) fn of_shapes(source: &'a Source) -> Self {
        Self {
            source,
            area: None,
            columns: Columns::Shapes,
            n_converted: 0,
            most: Length::ZERO,
            n_outside: 0,
            doubt: None,
            n_missing: 0,
            n_crossing: 0,
            first_crossing: None,
            is_latitude_first: false,
            n_latitude_first: 0,
            first_latitude: None,
            n_translated: 0,
            first_translated: None,
        }
    }

    /// The column with both numbers, when there are no two columns.
    fn single_column(source: &Source, sheet: &Sheet, reading: &mut Reading) -> Option<ColumnIndex> {
        let map = &source.columns;
        let mut quiet = Reading {
            problems: crate::Problems::default(),
            notes: Vec::new(),
        };
        let has_two = [Field::Lng, Field::Lat]
            .into_iter()
            .all(|field| sheet.field(field, map, &mut quiet).is_some());
        if has_two {
            None
        } else {
            sheet.field(Field::Position, map, reading)
        }
    }

    /// The position of a row; `None` when it is wrong (noted) or left out (counted).
    pub(crate) fn read(
        &mut self,
        sheet: &Sheet,
        row: &SheetRow,
        reading: &mut Reading,
    ) -> Option<LngLat> {
        if self.says_nowhere(row) && self.is_dealt_with(sheet, row, reading) {
            return None;
        }
        let (lng_column, lat_column, lng, lat) = self.texts(sheet, row, reading)?;
        let lng_angle = degrees(
            row.place,
            &lng_column,
            &lng,
            (Axis::Lng, "a longitude from -180 to 180"),
            reading,
        );
        let lat_angle = degrees(
            row.place,
            &lat_column,
            &lat,
            (Axis::Lat, "a latitude from -90 to 90"),
            reading,
        );
        let (lng_angle, lat_angle) = (lng_angle?, lat_angle?);
        if lng_angle.is_translated || lat_angle.is_translated {
            self.n_translated += 1;
            self.first_translated.get_or_insert_with(|| {
                if lng_angle.is_translated {
                    (lng.clone(), lng_angle.degrees)
                } else {
                    (lat.clone(), lat_angle.degrees)
                }
            });
        }
        let (lng_degrees, lat_degrees) = (lng_angle.degrees, lat_angle.degrees);
        let position = self.position(
            row.place,
            [lng_degrees, lat_degrees],
            (&lng_column, &lat_column),
            reading,
        )?;
        let distance = self
            .area
            .and_then(|area| Some((area, area.distance_outside(position)?)));
        let Some((area, distance)) = distance else {
            return Some(position);
        };
        if area.outside != Outside::Refuse {
            self.count_outside(area, position, [lng_degrees, lat_degrees], distance);
            return (area.outside != Outside::LeaveOut).then_some(position);
        }
        let hint = self.outside_hint(area, position, [lng_degrees, lat_degrees], distance);
        let kind = ProblemKind::Outside {
            lng_column,
            lng,
            lat_column,
            lat,
            distance,
            area: area.name.clone(),
        };
        match hint {
            Some(hint) => reading.problems.push_with_hint(row.place, kind, hint),
            None => reading.problems.push(row.place, kind),
        }
        None
    }

    /// The names of the columns of both numbers, and the numbers as they are written.
    fn texts(
        &mut self,
        sheet: &Sheet,
        row: &SheetRow,
        reading: &mut Reading,
    ) -> Option<(String, String, String, String)> {
        Some(match self.columns {
            Columns::Missing => return None,
            Columns::Shapes => match row.shape {
                RawShape::Point([lng, lat]) => (
                    "longitude".to_owned(),
                    "latitude".to_owned(),
                    lng.to_string(),
                    lat.to_string(),
                ),
                RawShape::None | RawShape::Polygons(_) | RawShape::Other(_) => {
                    let kind = ProblemKind::Shape {
                        got: shape_name(&row.shape).to_owned(),
                        wanted: "a Point",
                    };
                    let hint = match row.shape {
                        RawShape::None => LEAVE_OUT,
                        _ => ONE_POINT,
                    };
                    reading.problems.push_with_hint(row.place, kind, hint);
                    return None;
                }
            },
            Columns::Two(lng, lat) => (
                sheet.column_name(lng).to_owned(),
                sheet.column_name(lat).to_owned(),
                row.value(lng).to_owned(),
                row.value(lat).to_owned(),
            ),
            Columns::One(column) => {
                let name = sheet.column_name(column).to_owned();
                let text = row.value(column);
                let Some((lng, lat)) = angle::pair(text) else {
                    let wanted = "longitude and latitude, as in `114.05,22.54`".to_owned();
                    let got = text.to_owned();
                    let kind = ProblemKind::Value {
                        column: name,
                        got,
                        wanted,
                    };
                    reading.problems.push(row.place, kind);
                    return None;
                };
                let (lng, lat) = if self.latitude_comes_first(lng, lat) {
                    self.n_latitude_first += 1;
                    self.first_latitude.get_or_insert(row.place);
                    (lat, lng)
                } else {
                    (lng, lat)
                };
                (name.clone(), name, lng.to_owned(), lat.to_owned())
            }
        })
    }

    /// Whether the first of two angles is the latitude: its letter or its column says so, or the
    /// second is none, which is past 90 degrees.
    fn latitude_comes_first(&self, first: &str, second: &str) -> bool {
        let (Some(first), Some(second)) = (angle::parse(first), angle::parse(second)) else {
            return false;
        };
        match (first.axis, second.axis) {
            (Some(axis), _) => axis == Axis::Lat,
            (None, Some(axis)) => axis == Axis::Lng,
            (None, None) => {
                first.degrees.abs() <= 90.0
                    && (self.is_latitude_first || (90.0..=180.0).contains(&second.degrees.abs()))
            }
        }
    }

    /// Whether a row has no geometry, or nothing stands in its columns.
    fn says_nowhere(&self, row: &SheetRow) -> bool {
        match self.columns {
            Columns::Missing => false,
            Columns::Shapes => row.shape == RawShape::None,
            Columns::Two(lng, lat) => row.value(lng).is_empty() && row.value(lat).is_empty(),
            Columns::One(column) => row.value(column).is_empty(),
        }
    }

    /// Counts a row that says nowhere, or notes that its columns are empty; a geometry that is missing
    /// is left to the reader of shapes.
    fn is_dealt_with(&mut self, sheet: &Sheet, row: &SheetRow, reading: &mut Reading) -> bool {
        if self.source.missing_positions == MissingPositions::LeaveOut {
            self.n_missing += 1;
            return true;
        }
        let column = match self.columns {
            Columns::Two(lng, lat) => {
                let (lng, lat) = (sheet.column_name(lng), sheet.column_name(lat));
                format!("{lng}` and `{lat}")
            }
            Columns::One(column) => sheet.column_name(column).to_owned(),
            Columns::Shapes | Columns::Missing => return false,
        };
        let wanted = "a position".to_owned();
        let kind = ProblemKind::Empty { column, wanted };
        reading.problems.push_with_hint(row.place, kind, LEAVE_OUT);
        true
    }

    /// Degrees of the declared datum to a position.
    pub(crate) fn position(
        &mut self,
        place: RowPlace,
        [lng, lat]: [f64; 2],
        (lng_column, lat_column): (&str, &str),
        reading: &mut Reading,
    ) -> Option<LngLat> {
        let Ok(position) = self.source.datum.to_wgs84(lng, lat) else {
            let (column, got, wanted) = if (-180.0..=180.0).contains(&lng) {
                (lat_column, lat, "a latitude from -90 to 90")
            } else {
                (lng_column, lng, "a longitude from -180 to 180")
            };
            let kind = ProblemKind::Value {
                column: column.to_owned(),
                got: got.to_string(),
                wanted: wanted.to_owned(),
            };
            if LngLat::from_degrees(lat, lng).is_ok() {
                reading.problems.push_with_hint(place, kind, SWAPPED);
            } else if lng.abs().max(lat.abs()) > LARGEST_ANGLE {
                reading.problems.push_with_hint(place, kind, IN_METERS);
            } else {
                reading.problems.push(place, kind);
            }
            return None;
        };
        if self.source.datum != Datum::Wgs84 {
            self.n_converted += 1;
            if let Ok(as_written) = LngLat::from_degrees(lng, lat) {
                self.most = self.most.max(as_written.distance_to(position));
            }
        }
        Some(position)
    }

    /// Counts a row outside and keeps what the first of them suggests.
    fn count_outside(
        &mut self,
        area: &Area,
        position: LngLat,
        degrees: [f64; 2],
        distance: Length,
    ) {
        self.n_outside += 1;
        if self.doubt.is_none() && area.outside == Outside::KeepUnlessMost {
            self.doubt = self.outside_hint(area, position, degrees, distance);
        }
    }

    fn outside_hint(
        &self,
        area: &Area,
        position: LngLat,
        [lng, lat]: [f64; 2],
        distance: Length,
    ) -> Option<String> {
        let is_inside = |position: LngLat| area.outline.contains(position);
        if self.source.datum.to_wgs84(lat, lng).is_ok_and(is_inside) {
            return Some(SWAPPED.to_owned());
        }
        let shifted = Gcj02::from_wgs84(position);
        let in_china = LngLat::from_degrees(shifted.lng, shifted.lat) != Ok(position);
        match self.source.datum {
            Datum::Wgs84 if in_china && distance <= DATUM_DOUBT => Some(
                "coordinates from Chinese map services are usually GCJ-02; add `datum = \"gcj02\"` \
                 to this source"
                    .to_owned(),
            ),
            Datum::Gcj02 | Datum::Bd09 if distance <= DATUM_DOUBT => Some(format!(
                "the source was converted from {}; if its coordinates come from GPS or \
                 OpenStreetMap, declare `datum = \"wgs84\"`",
                self.source.datum
            )),
            Datum::Wgs84 | Datum::Gcj02 | Datum::Bd09 => None,
        }
    }

    /// Counts an outline that crosses itself.
    pub(crate) fn crosses(&mut self, place: RowPlace, at: LngLat) {
        self.n_crossing += 1;
        self.first_crossing.get_or_insert((place, at));
    }

    /// Notes what was converted and left out.
    pub(crate) fn note(&self, n_rows: usize, reading: &mut Reading) {
        if self.n_converted > 0 {
            reading.notes.push(Note::Converted {
                datum: self.source.datum,
                n_positions: self.n_converted,
                most: self.most,
            });
        }
        if let Some((text, degrees)) = &self.first_translated {
            reading.notes.push(Note::TranslatedAngles {
                n_rows: self.n_translated,
                text: text.clone(),
                degrees: format!("{degrees:.6}"),
            });
        }
        if let Some(place) = self.first_latitude {
            reading.notes.push(Note::LatitudeFirst {
                n_rows: self.n_latitude_first,
                place,
            });
        }
        if let Some((place, at)) = self.first_crossing {
            reading.notes.push(Note::Crossing {
                n_outlines: self.n_crossing,
                place,
                at,
            });
        }
        if self.n_missing > 0 {
            reading.notes.push(Note::LeftWithoutPosition {
                n_rows: self.n_missing,
                of: n_rows,
            });
        }
        let Some(area) = self.area.filter(|_| self.n_outside > 0) else {
            return;
        };
        match area.outside {
            Outside::LeaveOut => reading.notes.push(Note::LeftOutside {
                n_rows: self.n_outside,
                of: n_rows,
            }),
            Outside::KeepUnlessMost if self.n_outside > n_rows - self.n_outside => {
                let kind = ProblemKind::MostOutside {
                    n_rows: self.n_outside,
                    of: n_rows,
                    area: area.name.clone(),
                };
                let hint = self.doubt.clone().unwrap_or_else(|| WRONG_AREA.to_owned());
                reading.problems.push_with_hint(RowPlace::File, kind, hint);
            }
            Outside::KeepUnlessMost => {
                let doubt = self.doubt.clone();
                reading.notes.extend(doubt.map(|doubt| Note::LieOutside {
                    n_rows: self.n_outside,
                    of: n_rows,
                    doubt,
                }));
            }
            Outside::Refuse | Outside::Keep => {}
        }
    }
}

const WRONG_AREA: &str = "check the datum of the file and the box of the area; if the file is about \
     a larger area, say `outside = \"keep\"` or `outside = \"skip\"`";

const LEAVE_OUT: &str = "a plan leaves rows without a position out and counts them with \
                         `missing_positions = \"leave-out\"` on their source";
const ONE_POINT: &str = "give each row one position; in QGIS, Point on Surface makes them of polygons \
                         and Multipart to Singleparts parts those of several points";
/// No angle in degrees is larger.
const LARGEST_ANGLE: f64 = 360.0;
const IN_METERS: &str = "such coordinates are projected, in metres (Gauss-Krüger, UTM, Web Mercator); \
                         reproject the file to degrees, with `ogr2ogr -t_srs EPSG:4326` or in QGIS";

pub(crate) fn shape_name(shape: &RawShape) -> &str {
    match shape {
        RawShape::None => "missing",
        RawShape::Point(_) => "a Point",
        RawShape::Polygons(_) => "a Polygon",
        RawShape::Other(name) => name,
    }
}
