use coverage::CellId;
use formats::{Column, Layer, Shape, Table, Value};

use crate::report::ScenarioReport;
use crate::report::compare::{Comparison, StandardComparison};
use crate::report::tables::values::{difference, share, unit, units};

/// Cells of a comparison with the class of each standard.
pub fn compared_cells(report: &ScenarioReport, comparison: &Comparison) -> Layer {
    let unit = unit(&report.demand_unit);
    let mut columns = vec![Column::text("cell"), Column::demand("demand", &unit)];
    for standard in &comparison.standards {
        columns.push(Column::text(format!("{}_change", standard.key)));
    }
    let mut layer = Layer::new(Table::new("cells", columns));
    for (index, cell) in report.cells.iter().enumerate() {
        let mut row: Vec<Value> = vec![cell.id.clone().into(), units(cell.demand_thousandths)];
        row.extend(
            comparison
                .standards
                .iter()
                .map(|s| Value::from(s.cells[index].key())),
        );
        let shape = cell
            .id
            .parse()
            .map_or(Shape::None, |id: CellId| Shape::Outline(id.outline()));
        layer.push(shape, row);
    }
    if comparison.illustrative {
        layer.mark_illustrative();
    }
    layer
}

/// A comparison standard by standard.
pub fn compared_standards(comparison: &Comparison) -> Table {
    let unit = unit(&comparison.demand_unit);
    let columns = vec![
        Column::text("standard"),
        Column::share("covered_before"),
        Column::share("covered_after"),
        Column::demand("covered_difference", &unit),
        Column::integer("n_kept"),
        Column::integer("n_gained"),
        Column::integer("n_lost"),
        Column::integer("n_never"),
        Column::demand("kept", &unit),
        Column::demand("gained", &unit),
        Column::demand("lost", &unit),
        Column::demand("never", &unit),
    ];
    let mut table = Table::new("standards", columns);
    for standard in &comparison.standards {
        let StandardComparison {
            kept,
            gained,
            lost,
            never,
            ..
        } = standard;
        let classes = [kept, gained, lost, never];
        let mut row: Vec<Value> = vec![
            standard.key.clone().into(),
            share(
                standard.covered_before_thousandths,
                standard.demand_thousandths,
            ),
            share(
                standard.covered_after_thousandths,
                standard.demand_thousandths,
            ),
            difference(
                standard.covered_before_thousandths,
                standard.covered_after_thousandths,
            ),
        ];
        row.extend(classes.iter().map(|class| Value::from(class.n_cells)));
        row.extend(classes.iter().map(|class| units(class.demand_thousandths)));
        table.push(row);
    }
    if comparison.illustrative {
        table.mark_illustrative();
    }
    table
}

/// A comparison zone by zone.
pub fn compared_zones(comparison: &Comparison) -> Table {
    let unit = unit(&comparison.demand_unit);
    let columns = vec![
        Column::text("standard"),
        Column::text("zone"),
        Column::text("name"),
        Column::demand("demand", &unit),
        Column::share("covered_before"),
        Column::share("covered_after"),
        Column::demand("covered_difference", &unit),
    ];
    let mut table = Table::new("zones", columns);
    for standard in &comparison.standards {
        for zone in &standard.zones {
            table.push(vec![
                standard.key.clone().into(),
                zone.id.clone().into(),
                zone.name.clone().into(),
                units(zone.demand_thousandths),
                share(zone.covered_before_thousandths, zone.demand_thousandths),
                share(zone.covered_after_thousandths, zone.demand_thousandths),
                difference(
                    zone.covered_before_thousandths,
                    zone.covered_after_thousandths,
                ),
            ]);
        }
    }
    if comparison.illustrative {
        table.mark_illustrative();
    }
    table
}
