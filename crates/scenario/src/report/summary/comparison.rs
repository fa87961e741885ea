use crate::report::compare::Comparison;
use crate::report::summary::text::{Amounts, Text, percent, share};

/// A comparison as a table.
pub fn comparison(comparison: &Comparison) -> String {
    let mut out = Text::default();
    let demand = Amounts {
        unit: &comparison.demand_unit,
    };
    let mark = if comparison.illustrative {
        "  [contains ILLUSTRATIVE data 示意]"
    } else {
        ""
    };
    out.line(&format!(
        "{} -> {}{mark}",
        comparison.before, comparison.after
    ));
    let header = [
        "standard", "before", "after", "kept", "gained", "lost", "never",
    ];
    let mut rows: Vec<[String; 7]> = vec![header.map(str::to_owned)];
    for standard in &comparison.standards {
        let cells = |class: &crate::report::compare::ClassSum| class.n_cells.to_string();
        rows.push([
            standard.key.clone(),
            percent(share(
                standard.covered_before_thousandths,
                standard.demand_thousandths,
            )),
            percent(share(
                standard.covered_after_thousandths,
                standard.demand_thousandths,
            )),
            cells(&standard.kept),
            cells(&standard.gained),
            cells(&standard.lost),
            cells(&standard.never),
        ]);
    }
    out.table(&rows);
    out.line(
        "  (kept, gained, lost, never: cells by whether at least half of their demand is covered)",
    );
    for standard in &comparison.standards {
        let mut moved: Vec<_> = standard
            .zones
            .iter()
            .filter(|zone| zone.covered_before_thousandths != zone.covered_after_thousandths)
            .collect();
        if moved.is_empty() {
            continue;
        }
        moved.sort_by_key(|zone| {
            std::cmp::Reverse(
                zone.covered_before_thousandths
                    .abs_diff(zone.covered_after_thousandths),
            )
        });
        out.line(&format!(
            "  {} by zone, largest changes first:",
            standard.key
        ));
        let mut rows = vec![["zone", "before", "after", "difference"].map(str::to_owned)];
        for zone in moved {
            let (before, after) = (
                zone.covered_before_thousandths,
                zone.covered_after_thousandths,
            );
            let sign = if after >= before { "+" } else { "-" };
            rows.push([
                zone.name.clone(),
                percent(share(before, zone.demand_thousandths)),
                percent(share(after, zone.demand_thousandths)),
                format!("{sign}{}", demand.of(before.abs_diff(after))),
            ]);
        }
        out.table(&rows);
    }
    out.0
}
