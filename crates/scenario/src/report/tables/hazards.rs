use formats::{Column, Layer, Shape, Table};
use units::LngLat;

use crate::report::ScenarioReport;
use crate::report::detail_report::DetailReport;
use crate::report::tables::marked::marked;

/// Reported hazards, with what they do and the gaps they lie in.
///
/// Cost: linear in the hazards.
pub fn hazards(report: &ScenarioReport, detail: &DetailReport) -> Layer {
    let columns = vec![
        Column::text("id"),
        Column::text("kind"),
        Column::text("kind_zh"),
        Column::text("state"),
        Column::text("since"),
        Column::text("note"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("street"),
        Column::text("effect"),
        Column::boolean("heeded"),
        Column::text("in_gaps"),
        Column::boolean("made_up"),
    ];
    let mut layer = Layer::new(Table::new("hazards", columns));
    for hazard in &detail.hazards {
        let position = LngLat::from_degrees(hazard.lng, hazard.lat).ok();
        layer.push(
            position.map_or(Shape::None, Shape::Position),
            vec![
                hazard.id.clone().into(),
                hazard.kind.clone().into(),
                hazard.kind_zh.clone().into(),
                hazard.state.clone().into(),
                hazard.since.clone().into(),
                hazard.note.clone().into(),
                hazard.lng.into(),
                hazard.lat.into(),
                hazard.street.clone().into(),
                hazard.effect.clone().into(),
                (detail.heeds_hazards && hazard.effect.is_some()).into(),
                hazard.in_gaps.join("; ").into(),
                hazard.illustrative.into(),
            ],
        );
    }
    marked(layer, report)
}
