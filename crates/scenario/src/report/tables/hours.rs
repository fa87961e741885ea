use formats::{Column, Table};

use crate::project::Project;
use crate::report::ScenarioReport;
use crate::report::detail_report::DetailReport;
use crate::report::tables::values::units;

/// The week: each standard at each of its 168 hours.
///
/// Cost: linear in the rows.
pub fn hours(project: &Project, report: &ScenarioReport, detail: &DetailReport) -> Table {
    let columns = vec![
        Column::text("standard"),
        Column::text("hour"),
        Column::integer("n_open"),
        Column::share("covered"),
        Column::demand("covered", project.demand.unit()),
        Column::demand("demand", project.demand.unit()),
    ];
    let mut table = Table::new("hours", columns);
    for standard in &detail.standards {
        for hour in &standard.hours {
            table.push(vec![
                standard.key.clone().into(),
                hour.hour.clone().into(),
                hour.n_open.into(),
                hour.covered_share.into(),
                units(hour.covered_thousandths),
                units(hour.demand_thousandths),
            ]);
        }
    }
    table.set_attribute("monday", detail.week.monday.clone());
    if report.illustrative {
        table.mark_illustrative();
    }
    table
}
