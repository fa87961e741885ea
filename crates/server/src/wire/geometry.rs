use std::borrow::Cow;

use coverage::StudyArea;
use geojson::{Feature, FeatureCollection, Geometry, GeometryValue, JsonObject, Position};
use serde::Serialize;
use units::{LngLat, Outline, Polygon, Ring, TravelTime};
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// A `MultiPolygon` of GeoJSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct MultiPolygon(Geometry);

/// A `LineString` of GeoJSON.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub(crate) struct LineString(Geometry);

/// A `FeatureCollection` of GeoJSON with the outline, `id` and `name` of each zone.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Zones(FeatureCollection);

/// A `FeatureCollection` of GeoJSON: reached pieces of street in the direction of travel, with the
/// times at both ends, `start_s` and `end_s`.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Pieces(FeatureCollection);

impl MultiPolygon {
    pub(crate) fn of(outline: &Outline) -> Self {
        let rings = |polygon: &Polygon| -> Vec<Vec<Position>> {
            let holes = polygon.holes().iter();
            std::iter::once(polygon.outer())
                .chain(holes)
                .map(closed)
                .collect()
        };
        let coordinates = outline.polygons().iter().map(rings).collect();
        Self(Geometry::new(GeometryValue::MultiPolygon { coordinates }))
    }
}

impl LineString {
    pub(crate) fn of(line: &[LngLat]) -> Self {
        let coordinates = line.iter().copied().map(position).collect();
        Self(Geometry::new(GeometryValue::LineString { coordinates }))
    }
}

impl Zones {
    pub(crate) fn of(zones: &coverage::Zones) -> Self {
        let features = zones.zones().iter().map(|zone| {
            let mut properties = JsonObject::new();
            properties.insert("id".to_owned(), zone.id.clone().into());
            properties.insert("name".to_owned(), zone.name.clone().into());
            feature(MultiPolygon::of(&zone.outline).0, properties)
        });
        Self(FeatureCollection::new(features))
    }
}

impl Pieces {
    /// From the shape of each piece and the times at its first and last position.
    pub(crate) fn of<'a>(
        pieces: impl Iterator<Item = (&'a [LngLat], TravelTime, TravelTime)>,
    ) -> Self {
        let features = pieces.map(|(line, start, end)| {
            let mut properties = JsonObject::new();
            properties.insert("start_s".to_owned(), seconds(start).into());
            properties.insert("end_s".to_owned(), seconds(end).into());
            feature(LineString::of(line).0, properties)
        });
        Self(FeatureCollection::new(features))
    }
}

fn feature(geometry: Geometry, properties: JsonObject) -> Feature {
    Feature {
        bbox: None,
        geometry: Some(geometry),
        id: None,
        properties: Some(properties),
        foreign_members: None,
    }
}

/// A ring whose last position is its first.
fn closed(ring: &Ring) -> Vec<Position> {
    let corners = ring.corners().iter();
    corners
        .chain(ring.corners().first())
        .copied()
        .map(position)
        .collect()
}

fn position(at: LngLat) -> Position {
    Position::from([at.lng(), at.lat()])
}

impl PartialSchema for MultiPolygon {
    fn schema() -> RefOr<Schema> {
        geometry("MultiPolygon", list(list(list(position_schema()))))
    }
}

impl ToSchema for MultiPolygon {
    fn name() -> Cow<'static, str> {
        "MultiPolygon".into()
    }
}

impl PartialSchema for LineString {
    fn schema() -> RefOr<Schema> {
        geometry("LineString", list(position_schema()))
    }
}

impl ToSchema for LineString {
    fn name() -> Cow<'static, str> {
        "LineString".into()
    }
}

impl PartialSchema for Zones {
    fn schema() -> RefOr<Schema> {
        let named = members([("id", String::schema()), ("name", String::schema())]);
        collection(MultiPolygon::name(), named)
    }
}

impl ToSchema for Zones {
    fn name() -> Cow<'static, str> {
        "Zones".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((MultiPolygon::name().into_owned(), MultiPolygon::schema()));
    }
}

impl PartialSchema for Pieces {
    fn schema() -> RefOr<Schema> {
        let timed = members([("start_s", f64::schema()), ("end_s", f64::schema())]);
        collection(LineString::name(), timed)
    }
}

impl ToSchema for Pieces {
    fn name() -> Cow<'static, str> {
        "Pieces".into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((LineString::name().into_owned(), LineString::schema()));
    }
}

/// A collection of features with the named geometry and these properties.
fn collection(geometry: Cow<'static, str>, properties: RefOr<Schema>) -> RefOr<Schema> {
    let feature = members([
        ("type", constant("Feature")),
        ("properties", properties),
        ("geometry", Ref::from_schema_name(geometry).into()),
    ]);
    members([
        ("type", constant("FeatureCollection")),
        ("features", list(feature)),
    ])
}

fn geometry(name: &str, coordinates: RefOr<Schema>) -> RefOr<Schema> {
    members([("type", constant(name)), ("coordinates", coordinates)])
}

/// An object that always has all of these members.
fn members<const N: usize>(members: [(&str, RefOr<Schema>); N]) -> RefOr<Schema> {
    let object = members
        .into_iter()
        .fold(ObjectBuilder::new(), |object, (name, schema)| {
            object.property(name, schema).required(name)
        });
    object.into()
}

fn constant(word: &str) -> RefOr<Schema> {
    let word = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([word]));
    word.into()
}

fn list(items: RefOr<Schema>) -> RefOr<Schema> {
    ArrayBuilder::new().items(items).into()
}

/// Longitude and latitude in degrees.
fn position_schema() -> RefOr<Schema> {
    let pair = ArrayBuilder::new().items(f64::schema());
    pair.min_items(Some(2)).max_items(Some(2)).into()
}

/// Bounds of a study area.
pub(crate) fn bounds(area: &StudyArea) -> [f64; 4] {
    let around = area.bounding_box();
    let (low, high) = (around.south_west(), around.north_east());
    [low.lng(), low.lat(), high.lng(), high.lat()]
}

/// Seconds.
pub(crate) fn seconds(time: TravelTime) -> f64 {
    time.as_secs_f64()
}
