use coverage::StudyArea;
use serde_json::{Value, json};
use units::{LngLat, Outline, TravelTime};

/// GeoJSON coordinates.
pub(crate) fn position(at: LngLat) -> Value {
    json!([at.lng(), at.lat()])
}

/// An outline as a GeoJSON geometry.
pub(crate) fn multi_polygon(outline: &Outline) -> Value {
    let ring = |corners: &[LngLat]| -> Value {
        let closed = corners.iter().chain(corners.first());
        closed.map(|&corner| position(corner)).collect()
    };
    let polygons: Vec<Value> = outline
        .polygons()
        .iter()
        .map(|polygon| {
            let mut rings = vec![ring(polygon.outer().corners())];
            rings.extend(polygon.holes().iter().map(|hole| ring(hole.corners())));
            Value::from(rings)
        })
        .collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
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
