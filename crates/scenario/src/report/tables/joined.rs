use formats::{Column, Layer, Shape, Table};
use units::LngLat;

use crate::evaluate::Evaluation;

/// Places that were joined to a street worth a look, all of them.
pub fn joined(evaluation: &Evaluation) -> Layer {
    let columns = vec![
        Column::text("place"),
        Column::text("id"),
        Column::text("name"),
        Column::text("profile"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("joined"),
        Column::decimal("moved_m", 1),
    ];
    let mut layer = Layer::new(Table::new("joined", columns));
    for place in &evaluation.joined {
        let position = LngLat::from_degrees(place.lng, place.lat).ok();
        layer.push(
            position.map_or(Shape::None, Shape::Position),
            vec![
                place.what.clone().into(),
                place.id.clone().into(),
                place.name.clone().into(),
                place.profile.clone().into(),
                place.lng.into(),
                place.lat.into(),
                place.joined.clone().into(),
                place.moved_m.into(),
            ],
        );
    }
    layer
}
