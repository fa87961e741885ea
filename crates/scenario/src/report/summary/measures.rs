use crate::report::ScenarioReport;
use crate::report::summary::scenario::balance_of_demand;
use crate::report::summary::text::{Amounts, Text, percent, share};

/// The balances of the measures, in words.
pub fn measures(report: &ScenarioReport) -> String {
    let mut out = Text::default();
    for measure in &report.measures {
        let amounts = Amounts {
            unit: &measure.unit,
        };
        out.line(&format!("  the same in {}:", measure.unit));
        for one in &measure.standards {
            let balance = &one.demand;
            let whole = balance.in_area_thousandths;
            out.line(&format!(
                "  {}: {} covered",
                one.key,
                percent(share(balance.covered_thousandths, whole))
            ));
            balance_of_demand(&mut out, &amounts, balance);
        }
    }
    out.0
}
