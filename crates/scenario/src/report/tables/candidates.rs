use std::collections::BTreeMap;

use formats::{Column, Layer, Shape, Table, Value};

use crate::evaluate::PlaceLinks;
use crate::evaluate::joined::link_key;
use crate::project::Project;

/// Where something could be built, and how it is joined to the streets of each profile; the links
/// are those of the baseline.
pub fn candidates(project: &Project, baseline: &BTreeMap<String, PlaceLinks>) -> Layer {
    let mut columns = vec![
        Column::text("id"),
        Column::text("name"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::boolean("illustrative"),
    ];
    for profile in baseline.keys() {
        columns.push(Column::text(format!("{profile}_joined")));
        columns.push(Column::meters(&format!("{profile}_moved")));
    }
    let mut layer = Layer::new(Table::new("candidates", columns));
    for (index, candidate) in project.candidates.iter().enumerate() {
        let mut row: Vec<Value> = vec![
            candidate.id.clone().into(),
            candidate.name.clone().into(),
            candidate.position.lng().into(),
            candidate.position.lat().into(),
            candidate.illustrative.into(),
        ];
        for links in baseline.values() {
            let link = links.candidates.links()[index].as_ref();
            row.push(link_key(link).into());
            row.push(link.map(|link| link.walk).into());
        }
        layer.push(Shape::Position(candidate.position), row);
    }
    layer
}
