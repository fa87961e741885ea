use coverage::Demand;
use formats::{Column, Table, Value};

use crate::report::ScenarioReport;
use crate::report::balance::DemandBalanceReport;
use crate::report::tables::values::{share, units};

/// The balance of each standard and joint standard: a row for each class of demand, in the unit of
/// the demand and then of each measure, and of facilities. The rows of one standard, `of` and unit add
/// up to the row `given`; `share` is the part of the demand in the area, and of the facilities given.
///
/// Cost: linear in the rows.
pub fn balance(report: &ScenarioReport) -> Table {
    let columns = vec![
        Column::text("standard"),
        Column::text("of"),
        Column::text("unit"),
        Column::text("class"),
        Column::decimal("amount", 3),
        Column::share("amount"),
    ];
    let mut table = Table::new("balance", columns);
    let mut demand = |key: &str, unit: &str, balance: &DemandBalanceReport| {
        let whole = balance.in_area_thousandths;
        let mut push = |class: &str, amount: u64, share: Value| {
            table.push(vec![
                key.into(),
                "demand".into(),
                unit.into(),
                class.into(),
                units(amount),
                share,
            ]);
        };
        push("given", balance.given_thousandths, Value::Empty);
        for (class, amount) in balance.classes() {
            let share = if class == "outside" {
                Value::Empty
            } else {
                share(amount, whole)
            };
            push(class, amount, share);
        }
        if balance.scrap_street_thousandths > 0 {
            let beside = balance.scrap_street_thousandths;
            push("scrap-street-beside", beside, Value::Empty);
        }
    };
    let standards = report
        .standards
        .iter()
        .map(|s| (&s.figures.key, &s.figures.balance.demand));
    let joints = report
        .joints
        .iter()
        .map(|j| (&j.figures.key, &j.figures.balance));
    for (key, balance) in standards.chain(joints) {
        demand(key, &report.demand_unit, balance);
    }
    for measure in &report.measures {
        for one in &measure.standards {
            demand(&one.key, &measure.unit, &one.demand);
        }
    }
    for standard in &report.standards {
        let balance = &standard.figures.balance.facilities;
        let given = [("given", balance.given)];
        for (class, count) in given.into_iter().chain(balance.classes()) {
            let count = u64::try_from(count).expect("a count of rows");
            let whole = u64::try_from(balance.given).expect("a count of rows");
            table.push(vec![
                standard.figures.key.clone().into(),
                "facilities".into(),
                "facilities".into(),
                class.into(),
                Demand::from_units(count).into(),
                if class == "given" {
                    Value::Empty
                } else {
                    share(count, whole)
                },
            ]);
        }
    }
    if report.illustrative {
        table.mark_illustrative();
    }
    table
}
