use coverage::FacilityId;
use formats::{Column, Layer, Shape, Table, Value};

use crate::evaluate::Evaluation;
use crate::evaluate::joined::link_key;
use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::detail_report::StandardDetail;
use crate::report::tables::detailed_result::DetailedResult;
use crate::report::tables::marked::marked;
use crate::report::tables::values::{supply_column, units};

/// Facilities with what each does for each standard that it serves.
pub fn facilities(
    project: &Project,
    report: &ScenarioReport,
    result: &DetailedResult<'_>,
    evaluation: &Evaluation,
) -> Layer {
    let unit = project.demand.unit();
    let mut columns = vec![
        Column::text("id"),
        Column::text("name"),
        Column::text("kind"),
        Column::decimal("lng", 7),
        Column::decimal("lat", 7),
        Column::text("opening_hours"),
        Column::integer("capacity"),
        Column::text("amenities"),
        Column::text("source"),
        Column::boolean("closed"),
        Column::boolean("outside_area"),
        Column::boolean("illustrative"),
    ];
    for standard in &report.standards {
        columns.push(Column::boolean(format!("{}_serves", standard.figures.key)));
        columns.push(Column::text(format!("{}_joined", standard.figures.key)));
        columns.push(Column::meters(&format!("{}_moved", standard.figures.key)));
        columns.push(Column::demand(
            &format!("{}_within_limit", standard.figures.key),
            unit,
        ));
        columns.push(Column::demand(
            &format!("{}_unique_demand", standard.figures.key),
            unit,
        ));
        columns.push(supply_column(&standard.figures.key, unit));
        if standard.figures.demand_per_slot_thousandths.is_some() {
            for what in ["can_serve", "asked", "taken"] {
                columns.push(Column::demand(
                    &format!("{}_{what}", standard.figures.key),
                    unit,
                ));
            }
            columns.push(Column::boolean(format!(
                "{}_overloaded",
                standard.figures.key
            )));
            columns.push(Column::boolean(format!("{}_idle", standard.figures.key)));
        }
    }
    let mut layer = Layer::new(Table::new("facilities", columns));
    for (index, facility) in evaluation.facilities.iter().enumerate() {
        let closed = evaluation.closed[index];
        let hours = facility.hours.as_ref().map(|hours| hours.text().to_owned());
        let mut row: Vec<Value> = vec![
            facility.id.clone().into(),
            facility.name.clone().into(),
            facility.kind.key().into(),
            facility.position.lng().into(),
            facility.position.lat().into(),
            hours.into(),
            facility.capacity.map(coverage::Capacity::as_u32).into(),
            facility.amenities.to_string().into(),
            facility.source.clone().into(),
            closed.into(),
            project.area.locate(facility.position).is_none().into(),
            facility.illustrative.into(),
        ];
        let details = result.services.iter().zip(&result.report.standards);
        let services = evaluation.services.iter().zip(&evaluation.serving);
        for ((service, serving), (decided, detail)) in services.zip(details) {
            let serves = serving.contains(FacilityId::from_index(index));
            row.push(serves.into());
            let links = &result.links[&service.standard.profile];
            let link = links.facilities.links()[index].as_ref();
            row.push(link_key(link).into());
            row.push(link.map(|link| link.walk).into());
            if serves {
                let ledger = &decided.ledger.facilities()[index];
                row.push(ledger.within_limit.into());
                row.push(ledger.unique_demand.into());
            } else {
                row.extend([Value::Empty, Value::Empty]);
            }
            row.extend(capacity_values(
                detail,
                index,
                service.standard.rate.is_some(),
            ));
        }
        layer.push(Shape::Position(facility.position), row);
    }
    marked(layer, report)
}

/// How full one facility is, in the columns after its unique demand.
fn capacity_values(detail: &StandardDetail, facility: usize, has_rate: bool) -> Vec<Value> {
    let capacity = detail.capacity.as_ref();
    let supply = capacity.and_then(|c| c.supply_of_facilities[facility]);
    let mut values: Vec<Value> = vec![supply.into()];
    if has_rate {
        let load = capacity.and_then(|c| c.load.as_ref()?.facilities[facility]);
        let demand = |part: Option<u64>| part.map_or(Value::Empty, units);
        values.extend([
            demand(load.and_then(|l| l.serves_thousandths)),
            demand(load.map(|l| l.asked_thousandths)),
            demand(load.map(|l| l.taken_thousandths)),
            load.map(|l| l.is_overloaded).into(),
            load.map(|l| l.is_idle).into(),
        ]);
    }
    values
}
