use crate::report::ScenarioReport;
use crate::report::chosen::ChosenReport;
use crate::report::summary::text::{Amounts, Text, percent, share};

pub(crate) fn chosen(out: &mut Text, demand: &Amounts<'_>, total: u64, chosen: &ChosenReport) {
    out.line(&format!(
        "  chosen for {}: {} of {} candidates add {}; no choice adds more than {} (optimality gap \
         {:.2} %, {})",
        chosen.standard,
        chosen.sites.len(),
        chosen.n_candidates,
        demand.of(chosen.added_thousandths),
        demand.of(chosen.added_bound_thousandths),
        chosen.optimality_gap * 100.0,
        chosen.method
    ));
    let mut covered = chosen.covered_before_thousandths;
    for (rank, site) in (1..).zip(&chosen.sites) {
        covered += site.adds_thousandths;
        let name = if site.name.is_empty() {
            &site.candidate
        } else {
            &site.name
        };
        out.line(&format!(
            "      {rank}. {name} at {:.5},{:.5} adds {}, then {} covered",
            site.lng,
            site.lat,
            demand.of(site.adds_thousandths),
            percent(share(covered, total)),
        ));
    }
}

/// Only the chosen sites of a scenario.
pub fn chosen_sites(report: &ScenarioReport) -> String {
    let mut out = Text::default();
    let demand = Amounts {
        unit: &report.demand_unit,
    };
    for chosen in &report.chosen {
        let total = report.demand_of_thousandths(&chosen.standard);
        self::chosen(&mut out, &demand, total, chosen);
    }
    out.0
}
