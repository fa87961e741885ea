use formats::{Column, Layer, Shape, Table, Value};

use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::tables::marked::marked;
use crate::report::tables::values::units;

/// Zones with each standard's covered share.
pub fn zones(project: &Project, report: &ScenarioReport) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("zone"),
        Column::text("name"),
        Column::demand("demand", unit),
    ];
    for standard in &report.standards {
        columns.push(Column::share(&format!("{}_covered", standard.figures.key)));
        columns.push(Column::demand(
            &format!("{}_uncovered", standard.figures.key),
            unit,
        ));
    }
    let mut layer = Layer::new(Table::new("zones", columns));
    for (index, zone) in project.zones.zones().iter().enumerate() {
        let all = report
            .standards
            .first()
            .map_or(0, |s| s.zones[index].total_thousandths());
        let mut row: Vec<Value> =
            vec![zone.id.clone().into(), zone.name.clone().into(), units(all)];
        for standard in &report.standards {
            let split = &standard.zones[index];
            row.push(split.covered_share.into());
            row.push(units(split.uncovered_thousandths));
        }
        layer.push(Shape::Outline(zone.outline.clone()), row);
    }
    marked(layer, report)
}
