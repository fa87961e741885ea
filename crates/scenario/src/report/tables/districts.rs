use formats::{Column, Table, Value};

use crate::report::ScenarioReport;
use crate::report::detail_report::DetailReport;
use crate::report::tables::values::{share, units};

/// The indicators of the study area (no zone) and of each zone, standard by standard: in the unit of
/// the demand, then of each measure. Joint standards follow, without times.
///
/// All figures are over all demand in the area, as the covered share is, joined to a street or not.
/// Times past the search are not known: a quantile among them is empty, `…_bound` says `at-least` of
/// what would need them, concentrations are empty, and the detour speaks of the others alone.
/// `levelled_down` marks evenness that looks better than in the baseline although no mean time fell.
///
/// Cost: linear in the rows.
pub fn districts(report: &ScenarioReport, detail: &DetailReport) -> Table {
    let amount = |name: &str| Column::decimal(format!("{name}_amount"), 3);
    let columns = vec![
        Column::text("standard"),
        Column::text("unit"),
        Column::text("zone"),
        Column::text("name"),
        amount("demand"),
        Column::share("covered"),
        amount("covered"),
        amount("uncovered"),
        amount("on_scrap"),
        amount("unlinked"),
        amount("fragile"),
        Column::seconds("median"),
        Column::seconds("quantile_75"),
        Column::seconds("quantile_90"),
        Column::seconds("worst_tenth_mean"),
        Column::text("worst_tenth_mean_bound"),
        Column::seconds("mean"),
        Column::text("mean_bound"),
        Column::decimal("detour_ratio", 4),
        Column::decimal("gini_ratio", 6),
        Column::text("gini_bound"),
        Column::decimal("palma_ratio", 6),
        Column::text("palma_bound"),
        Column::decimal("theil_ratio", 6),
        Column::text("theil_bound"),
        Column::decimal("concentration_ratio", 6),
        Column::decimal("concentration_by_zone_ratio", 6),
        amount("beyond_search"),
        Column::share("beyond_search"),
        Column::boolean("levelled_down"),
    ];
    let mut table = Table::new("districts", columns);
    let standards = detail.standards.iter().map(|s| (&s.key, &s.districts));
    let joints = detail.joints.iter().map(|j| (&j.key, &j.districts));
    for (key, districts) in standards.chain(joints) {
        for district in districts {
            let split = &district.split;
            // Whether a figure is what it is, or at least so much.
            let bound = |value: Option<f64>| -> Value {
                let bound = if district.is_bound() {
                    "at-least"
                } else {
                    "exact"
                };
                value.map(|_| bound.to_owned()).into()
            };
            table.push(vec![
                key.clone().into(),
                district.unit.clone().into(),
                district.zone.clone().into(),
                district.name.clone().into(),
                units(split.total_thousandths()),
                split.covered_share.into(),
                units(split.covered_thousandths),
                units(split.uncovered_thousandths),
                units(split.on_scrap_thousandths),
                units(split.unlinked_thousandths),
                units(split.fragile_thousandths),
                district.median_s.into(),
                district.quantile_75_s.into(),
                district.quantile_90_s.into(),
                district.worst_tenth_mean_s.into(),
                bound(district.worst_tenth_mean_s),
                district.mean_s.into(),
                bound(district.mean_s),
                district.detour.into(),
                district.gini.into(),
                bound(district.gini),
                district.palma.into(),
                bound(district.palma),
                district.theil.into(),
                bound(district.theil),
                district.concentration.into(),
                district.concentration_by_zone.into(),
                units(district.beyond_thousandths),
                share(district.beyond_thousandths, split.total_thousandths()),
                district.levelled_down.into(),
            ]);
        }
    }
    let made_up = detail.measures.iter().any(|measure| measure.illustrative);
    if report.illustrative || made_up {
        table.mark_illustrative();
    }
    table
}
