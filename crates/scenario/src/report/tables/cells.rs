use formats::{Column, Layer, Shape, Table, Value};

use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::cell::CellSplit;
use crate::report::detail_report::DetailReport;
use crate::report::tables::marked::marked;
use crate::report::tables::values::{share, supply_column, units};

/// Cells: one row each, with the columns of every standard and joint standard.
///
/// Cost: linear in cells and standards.
pub fn cells(project: &Project, report: &ScenarioReport, detail: &DetailReport) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("cell"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("zone"),
        Column::demand("demand", unit),
    ];
    for standard in &report.standards {
        columns.extend(cell_columns(&standard.figures.key));
        columns.push(Column::integer(format!(
            "{}_hours_covered",
            standard.figures.key
        )));
        columns.push(Column::demand(
            &format!("{}_lost_by_night", standard.figures.key),
            unit,
        ));
        columns.push(Column::share(&format!("{}_fragile", standard.figures.key)));
        columns.push(Column::share(&format!("{}_backup", standard.figures.key)));
        columns.push(supply_column(&standard.figures.key, unit));
    }
    for joint in &report.joints {
        columns.extend(cell_columns(&joint.figures.key));
        columns.push(Column::text(format!("{}_weakest", joint.figures.key)));
    }
    let mut layer = Layer::new(Table::new("cells", columns));
    for (index, (cell, id)) in report.cells.iter().zip(project.area.cells()).enumerate() {
        let mut row: Vec<Value> = vec![
            cell.id.clone().into(),
            cell.lng.into(),
            cell.lat.into(),
            cell.zone.clone().into(),
            units(cell.demand_thousandths),
        ];
        for (standard, detail) in report.standards.iter().zip(&detail.standards) {
            row.extend(cell_values(cell.demand_thousandths, &standard.cells[index]));
            row.push(detail.hours_covered[index].into());
            row.push(units(detail.night.lost_of_cells_thousandths[index]));
            row.push(detail.fragile_of_cells_share[index].into());
            row.push(detail.backup_of_cells_share[index].into());
            let capacity = detail.capacity.as_ref();
            row.push(capacity.and_then(|c| c.supply_of_cells[index]).into());
        }
        for joint in &report.joints {
            row.extend(cell_values(cell.demand_thousandths, &joint.cells[index]));
            row.push(joint.weakest_of_cells[index].clone().into());
        }
        layer.push(Shape::Outline(id.outline()), row);
    }
    marked(layer, report)
}

fn cell_columns(key: &str) -> [Column; 4] {
    [
        Column::share(&format!("{key}_covered")),
        Column::text(format!("{key}_class")),
        Column::seconds(&format!("{key}_time")),
        Column::boolean(format!("{key}_edge_affected")),
    ]
}

fn cell_values(demand: u64, cell: &CellSplit) -> [Value; 4] {
    [
        share(
            cell.covered_thousandths,
            cell.demand_thousandths.unwrap_or(demand),
        ),
        cell.class.key().into(),
        cell.time_s.into(),
        cell.edge_affected.into(),
    ]
}
