use formats::{Column, Layer, Shape, Table};

use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::tables::detailed_result::DetailedResult;
use crate::report::tables::marked::marked;
use crate::report::tables::values::units;

/// The night gaps of all standards: patches that lose more than half of what they have by day.
pub fn night_gaps(
    project: &Project,
    report: &ScenarioReport,
    result: &DetailedResult<'_>,
) -> Layer {
    let columns = vec![
        Column::text("standard"),
        Column::integer("rank"),
        Column::text("name"),
        Column::demand("lost", project.demand.unit()),
        Column::integer("n_cells"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::seconds("worst_time_by_night"),
        Column::boolean("edge_affected"),
    ];
    let mut layer = Layer::new(Table::new("night-gaps", columns));
    for (standard, detail) in result.report.standards.iter().zip(result.services) {
        for (row, gap) in standard.night.gaps.iter().zip(&detail.night.gaps) {
            layer.push(
                Shape::Outline(gap.outline.clone()),
                vec![
                    standard.key.clone().into(),
                    row.rank.into(),
                    row.name.clone().into(),
                    units(row.uncovered_thousandths),
                    row.n_cells.into(),
                    row.lng.into(),
                    row.lat.into(),
                    row.worst_s.into(),
                    row.edge_affected.into(),
                ],
            );
        }
    }
    marked(layer, report)
}
