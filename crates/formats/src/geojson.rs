//! GeoJSON (RFC 7946): reading points and polygons with their properties, writing layers.
//!
//! RFC 7946 knows WGS-84 only. What comes in may be declared to be in another datum, because
//! Chinese tools write such files; what goes out is always WGS-84.

use std::path::Path;

use ::geojson::{
    Feature, FeatureCollection, GeoJson, Geometry, GeometryValue, JsonObject, JsonValue, Position,
};
use serde_json::Number;
use units::{LngLat, Outline, Ring};

use crate::projection::Projection;
use crate::sheet::{RawShape, Sheet, SheetRow};
use crate::table::{ILLUSTRATIVE, fixed};
use crate::{
    Column, ColumnKind, Encoding, Layer, Note, Problems, ReadError, RowPlace, Shape, Value, shown,
};

/// Reads the features of a GeoJSON file that is already in memory; properties become columns in
/// the order in which they first appear.
pub(crate) fn sheet(
    path: &Path,
    bytes: &[u8],
    declared: Option<Encoding>,
) -> Result<Sheet, ReadError> {
    let decoded = Encoding::decode(bytes, declared).map_err(|error| ReadError::Encoding {
        path: path.to_owned(),
        line: error.line,
        encoding: error.encoding,
    })?;
    let form = |detail: String| ReadError::Form {
        path: path.to_owned(),
        wanted: "GeoJSON",
        detail,
    };
    let collected = collect(&decoded.text).map_err(form)?;
    let projection = match collected.system {
        Some(system) => projection_of(&system).map_err(form)?,
        None => Projection::Degrees,
    };
    let features = collected.features;
    let mut header: Vec<String> = Vec::new();
    let mut rows = Vec::with_capacity(features.len());
    for (number, feature) in (1..).zip(features) {
        let mut values = vec![String::new(); header.len()];
        let id = feature.id.as_ref().map(|id| match id {
            ::geojson::feature::Id::String(id) => JsonValue::from(id.as_str()),
            ::geojson::feature::Id::Number(id) => JsonValue::from(id.clone()),
        });
        let id = id.iter().map(|id| (FEATURE_ID, id));
        let properties = feature
            .properties
            .iter()
            .flatten()
            .map(|(name, value)| (name.as_str(), value));
        for (name, value) in properties.chain(id) {
            let column = header
                .iter()
                .position(|known| known == name)
                .unwrap_or_else(|| {
                    header.push(name.to_owned());
                    values.push(String::new());
                    header.len() - 1
                });
            values[column] = text_of(value);
        }
        let shape = feature
            .geometry
            .map_or(RawShape::None, |geometry| raw_shape(geometry.value));
        let shape = in_degrees(shape, projection);
        rows.push(SheetRow {
            place: RowPlace::Feature(number),
            values,
            shape,
        });
    }
    for row in &mut rows {
        row.values.resize(header.len(), String::new());
    }
    // The id of a feature serves where the properties hold none.
    if let Some(id) = header.iter().position(|name| name == FEATURE_ID)
        && !header.iter().any(|name| name == "id")
    {
        "id".clone_into(&mut header[id]);
    }
    let mut notes = Vec::new();
    if decoded.is_guess {
        notes.push(Note::GuessedEncoding(decoded.encoding));
    }
    if projection == Projection::WebMercator {
        notes.push(Note::Unprojected { n_rows: rows.len() });
    }
    let mut problems = Problems::default();
    rows.retain(|row| row.check_text(&header, &mut problems));
    Ok(Sheet {
        path: path.to_owned(),
        name: None,
        head: None,
        encoding: Some(decoded.encoding),
        separator: None,
        header,
        rows,
        notes,
        problems,
    })
}

/// The features of a file, and the coordinate system that it names.
struct Collected {
    features: Vec<Feature>,
    system: Option<JsonValue>,
    is_empty: bool,
}

impl Default for Collected {
    fn default() -> Self {
        Self {
            features: Vec::new(),
            system: None,
            is_empty: true,
        }
    }
}

/// Reads one collection, or several values one after the other: features one a line, or a GeoJSON
/// text sequence (RFC 8142), in which each value begins with a record separator.
fn collect(text: &str) -> Result<Collected, String> {
    const RECORD_SEPARATOR: char = '\u{1e}';
    // As a space, so that lines and columns of messages stay.
    let text = text.replace(RECORD_SEPARATOR, " ");
    let values = || serde_json::Deserializer::from_str(&text);
    let mut collected = Collected::default();
    let typed = values()
        .into_iter::<GeoJson>()
        .try_for_each(|value| value.map(|value| collected.add(value)));
    if let Err(error) = typed {
        // An empty point (`"coordinates": []`), which GDAL writes, is no position to the parser.
        if !error.to_string().contains("position must contain") {
            return Err(explained(&text, &error));
        }
        collected = Collected::default();
        for value in values().into_iter::<JsonValue>() {
            let mut value = value.map_err(|error| explained(&text, &error))?;
            without_empty_points(&mut value);
            let value = serde_json::from_value(value).map_err(|error| explained(&text, &error))?;
            collected.add(value);
        }
    }
    if collected.is_empty {
        return Err("it is empty".to_owned());
    }
    Ok(collected)
}

/// Makes the geometry of features that have no position a null, which says the same.
fn without_empty_points(value: &mut JsonValue) {
    if let Some(JsonValue::Array(features)) = value.get_mut("features") {
        features.iter_mut().for_each(without_empty_points);
    }
    if let Some(geometry) = value.get_mut("geometry") {
        let coordinates = geometry.get("coordinates").and_then(JsonValue::as_array);
        if coordinates.is_some_and(Vec::is_empty) {
            *geometry = JsonValue::Null;
        }
    }
}

impl Collected {
    fn add(&mut self, value: GeoJson) {
        self.is_empty = false;
        match value {
            GeoJson::FeatureCollection(collection) => {
                self.keep_system(collection.foreign_members);
                self.features.extend(collection.features);
            }
            GeoJson::Feature(mut feature) => {
                self.keep_system(feature.foreign_members.take());
                self.features.push(feature);
            }
            GeoJson::Geometry(geometry) => self.features.push(Feature {
                geometry: Some(geometry),
                ..Feature::default()
            }),
        }
    }

    fn keep_system(&mut self, members: Option<JsonObject>) {
        let system = members.and_then(|mut members| members.remove("crs"));
        if let Some(system) = system.filter(|system| !system.is_null()) {
            self.system = Some(system);
        }
    }
}

/// What the parser says, and the name of the form where the file is of a relative of GeoJSON.
fn explained(text: &str, error: &serde_json::Error) -> String {
    let start: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .take(2_000)
        .collect();
    let cure = "write it as GeoJSON with `ogr2ogr -f GeoJSON out.geojson in.json`";
    if start.contains("\"type\":\"Topology\"") {
        format!("it is TopoJSON; {cure}")
    } else if start.contains("\"geometryType\":\"esri") {
        format!("it is ESRI JSON; {cure}")
    } else {
        error.to_string()
    }
}

/// The coordinate system of a `crs` member, as the specification of 2008 and GDAL write it:
/// `{"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}`.
fn projection_of(system: &JsonValue) -> Result<Projection, String> {
    let properties = system.get("properties");
    let of = |key: &str| properties.and_then(|all| all.get(key)).map(text_of);
    let name = of("name").or_else(|| of("code"));
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(format!(
            "its `crs` names no coordinate system: `{}`",
            shown(&system.to_string())
        ));
    };
    let last = name.rsplit([':', '/', '#']).next().unwrap_or_default();
    if matches!(last, "CRS84" | "CRS84h") {
        return Ok(Projection::Degrees);
    }
    let found = last.parse().ok().and_then(Projection::of_epsg);
    found.ok_or_else(|| {
        format!(
            "its `crs` says `{}`, a projected or another system than degrees; reproject it with \
             `ogr2ogr -t_srs EPSG:4326 out.geojson in.geojson`",
            shown(&name)
        )
    })
}

fn in_degrees(shape: RawShape, projection: Projection) -> RawShape {
    match shape {
        RawShape::Point(at) => RawShape::Point(projection.to_degrees(at)),
        RawShape::Polygons(mut polygons) => {
            for corner in polygons.iter_mut().flatten().flatten() {
                *corner = projection.to_degrees(*corner);
            }
            RawShape::Polygons(polygons)
        }
        RawShape::None | RawShape::Other(_) => shape,
    }
}

/// Stands for the id beside the properties; no property can have this name by accident.
const FEATURE_ID: &str = "\u{0}id";

fn text_of(value: &JsonValue) -> String {
    match value {
        JsonValue::Null => String::new(),
        JsonValue::String(text) => text.trim().to_owned(),
        // Lists of amenities and the like.
        JsonValue::Array(values) => {
            let values: Vec<String> = values.iter().map(text_of).collect();
            values.join(";")
        }
        other => other.to_string(),
    }
}

fn raw_shape(value: GeometryValue) -> RawShape {
    let xy = |position: &Position| match *position.as_slice() {
        [x, y, ..] => [x, y],
        _ => [f64::NAN; 2],
    };
    let polygon = |rings: Vec<Vec<Position>>| -> Vec<Vec<[f64; 2]>> {
        rings
            .iter()
            .map(|ring| ring.iter().map(xy).collect())
            .collect()
    };
    match value {
        GeometryValue::Point { coordinates } => RawShape::Point(xy(&coordinates)),
        GeometryValue::Polygon { coordinates } => RawShape::Polygons(vec![polygon(coordinates)]),
        GeometryValue::MultiPolygon { coordinates } => {
            RawShape::Polygons(coordinates.into_iter().map(polygon).collect())
        }
        // QGIS writes layers of points so.
        GeometryValue::MultiPoint { coordinates } => match coordinates.as_slice() {
            [] => RawShape::None,
            [only] => RawShape::Point(xy(only)),
            several => RawShape::Other(format!("a MultiPoint of {} positions", several.len())),
        },
        GeometryValue::LineString { .. } => RawShape::Other("a LineString".to_owned()),
        GeometryValue::MultiLineString { .. } => RawShape::Other("a MultiLineString".to_owned()),
        GeometryValue::GeometryCollection { mut geometries } => match geometries.len() {
            0 => RawShape::None,
            1 => raw_shape(geometries.remove(0).value),
            several => RawShape::Other(format!("a GeometryCollection of {several}")),
        },
    }
}

/// Writes a layer as a GeoJSON feature collection, one feature a line, so that two results can be
/// compared line by line.
///
/// The layer's attributes become members of the collection, beside `name`.
///
/// Cost: linear.
pub fn to_geojson(layer: &Layer) -> String {
    let table = layer.table();
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"name\":");
    text.push_str(&JsonValue::from(table.name()).to_string());
    if table.is_illustrative() {
        text.push_str(",\"illustrative\":true");
    }
    for (name, value) in table.attributes() {
        text.push(',');
        text.push_str(&JsonValue::from(name.as_str()).to_string());
        text.push(':');
        text.push_str(&json(value, None).to_string());
    }
    text.push_str(",\"features\":[");
    for (i, (shape, row)) in layer.shapes().iter().zip(table.rows()).enumerate() {
        text.push_str(if i > 0 { ",\n" } else { "\n" });
        text.push_str(&feature(layer, shape, row).to_string());
    }
    text.push_str("\n]}\n");
    text
}

/// The same layer as a value of the `geojson` crate, for answers over HTTP.
///
/// Cost: linear.
pub fn to_feature_collection(layer: &Layer) -> FeatureCollection {
    let table = layer.table();
    let rows = layer.shapes().iter().zip(table.rows());
    let mut collection =
        FeatureCollection::new(rows.map(|(shape, row)| feature(layer, shape, row)));
    let mut members = JsonObject::new();
    members.insert("name".to_owned(), JsonValue::from(table.name()));
    if table.is_illustrative() {
        members.insert(ILLUSTRATIVE.to_owned(), JsonValue::Bool(true));
    }
    for (name, value) in table.attributes() {
        members.insert(name.clone(), json(value, None));
    }
    collection.foreign_members = Some(members);
    collection
}

fn feature(layer: &Layer, shape: &Shape, row: &[Value]) -> Feature {
    let table = layer.table();
    let mut properties = JsonObject::new();
    for (column, value) in table.columns().iter().zip(row) {
        properties.insert(column.name().to_owned(), json(value, Some(column)));
    }
    if table.adds_illustrative() {
        properties.insert(ILLUSTRATIVE.to_owned(), JsonValue::Bool(true));
    }
    Feature {
        bbox: None,
        geometry: geometry(shape, layer.is_multi()),
        id: None,
        properties: Some(properties),
        foreign_members: None,
    }
}

fn json(value: &Value, column: Option<&Column>) -> JsonValue {
    match value {
        Value::Empty => JsonValue::Null,
        Value::Text(text) => JsonValue::from(text.as_str()),
        Value::Integer(value) => JsonValue::from(*value),
        Value::Boolean(value) => JsonValue::Bool(*value),
        Value::Decimal(value) => {
            let value = match column.map(Column::kind) {
                // Rounded by way of text, so that CSV and GeoJSON say the same.
                Some(ColumnKind::Decimal { places }) => {
                    fixed(*value, places).and_then(|text| text.parse().ok())
                }
                _ => Some(*value),
            };
            value
                .and_then(Number::from_f64)
                .map_or(JsonValue::Null, JsonValue::Number)
        }
    }
}

fn geometry(shape: &Shape, is_multi: bool) -> Option<Geometry> {
    let value = match shape {
        Shape::None => return None,
        Shape::Position(at) => GeometryValue::new_point(position(*at)),
        Shape::Line(line) => {
            GeometryValue::new_line_string(line.iter().map(|&corner| position(corner)))
        }
        Shape::Outline(outline) => polygons(outline, is_multi),
    };
    Some(Geometry::new(value))
}

/// One polygon as a Polygon unless all are to be of one type, several as a `MultiPolygon`.
fn polygons(outline: &Outline, is_multi: bool) -> GeometryValue {
    let rings = |polygon: &units::Polygon| -> Vec<Vec<Position>> {
        let holes = polygon.holes().iter().map(closed);
        std::iter::once(closed(polygon.outer()))
            .chain(holes)
            .collect()
    };
    match outline.polygons() {
        [polygon] if !is_multi => GeometryValue::Polygon {
            coordinates: rings(polygon),
        },
        polygons => GeometryValue::MultiPolygon {
            coordinates: polygons.iter().map(rings).collect(),
        },
    }
}

fn closed(ring: &Ring) -> Vec<Position> {
    let corners = ring.corners();
    corners
        .iter()
        .chain(corners.first())
        .map(|&corner| position(corner))
        .collect()
}

fn position(at: LngLat) -> Position {
    Position::from([at.lng(), at.lat()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Table;
    use units::Polygon;

    fn at(lng: f64, lat: f64) -> LngLat {
        LngLat::from_degrees(lng, lat).unwrap()
    }

    fn square(min: f64, max: f64) -> Ring {
        Ring::new([at(min, min), at(max, min), at(max, max), at(min, max)]).unwrap()
    }

    fn layer() -> Layer {
        let columns = vec![
            Column::text("名称"),
            Column::share("covered"),
            Column::integer("n"),
        ];
        let mut layer = Layer::new(Table::new("cells", columns));
        layer.set_attribute("limit_s", 900.0);
        layer.push(
            Shape::Position(at(114.05, -22.5)),
            vec!["暖圈".into(), (1.0 / 3.0).into(), 7_u32.into()],
        );
        let polygon = Polygon::new(square(0.0, 4.0), vec![square(1.0, 2.0)]);
        layer.push(
            Shape::Outline(Outline::new(vec![polygon])),
            vec![Value::Empty, f64::INFINITY.into(), Value::Empty],
        );
        layer.push(
            Shape::Line(vec![at(1.0, 2.0), at(3.0, 4.0)]),
            vec!["\"".into(), 0.0.into(), 0_u32.into()],
        );
        layer
    }

    #[test]
    fn a_layer_is_written_as_the_rfc_says() {
        assert_eq!(
            to_geojson(&layer()),
            concat!(
                "{\"type\":\"FeatureCollection\",\"name\":\"cells\",\"limit_s\":900.0,\"features\":[\n",
                "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Point\",\"coordinates\":[114.05,-22.5]},",
                "\"properties\":{\"名称\":\"暖圈\",\"covered_share\":0.333333,\"n\":7}},\n",
                "{\"type\":\"Feature\",\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[",
                "[[0.0,0.0],[4.0,0.0],[4.0,4.0],[0.0,4.0],[0.0,0.0]],",
                "[[1.0,2.0],[2.0,2.0],[2.0,1.0],[1.0,1.0],[1.0,2.0]]]},",
                "\"properties\":{\"名称\":null,\"covered_share\":null,\"n\":null}},\n",
                "{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[1.0,2.0],[3.0,4.0]]},",
                "\"properties\":{\"名称\":\"\\\"\",\"covered_share\":0.0,\"n\":0}}\n",
                "]}\n"
            )
        );
    }

    #[test]
    fn illustrative_layers_say_so_in_every_feature() {
        let mut layer = layer();
        layer.mark_illustrative();
        let text = to_geojson(&layer);
        assert_eq!(text.matches("\"illustrative\":true").count(), 4);
        let collection: FeatureCollection = text.parse::<GeoJson>().unwrap().try_into().unwrap();
        assert_eq!(collection, to_feature_collection(&layer));
    }

    #[test]
    fn properties_become_columns() {
        let text = r#"{"type":"FeatureCollection","features":[
            {"type":"Feature","id":7,"properties":{"a":1.50,"tags":["rest","water"]},"geometry":{"type":"Point","coordinates":[114.1,22.5,3]}},
            {"type":"Feature","properties":{"b":true,"a":null},"geometry":null}]}"#;
        let sheet = sheet(Path::new("x.geojson"), text.as_bytes(), None).unwrap();
        assert_eq!(sheet.header, ["a", "tags", "id", "b"]);
        assert_eq!(sheet.rows[0].values, ["1.5", "rest;water", "7", ""]);
        assert_eq!(sheet.rows[1].values, ["", "", "", "true"]);
        assert_eq!(sheet.rows[0].shape, RawShape::Point([114.1, 22.5]));
        assert_eq!(sheet.rows[1].place, RowPlace::Feature(2));
    }

    #[test]
    fn broken_files_name_the_line() {
        let error = sheet(Path::new("x.geojson"), b"{\n\"type\": oops}", None).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        let error = sheet(Path::new("x.geojson"), b"{\"type\":\"Nonsense\"}", None).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("could not read `x.geojson`: it is not GeoJSON"),
            "{error}"
        );
    }
}
