use crate::evaluate::joined::JoinedPlace;
use crate::report::ScenarioReport;
use crate::report::balance::{DemandBalanceReport, FacilityBalance};
use crate::report::gap::GapReport;
use crate::report::joins::JoinsReport;
use crate::report::joint::JointReport;
use crate::report::standard::StandardReport;
use crate::report::summary::chosen::chosen;
use crate::report::summary::text::{Amounts, Text, minutes, percent};

/// How many gaps of a standard are listed.
pub(crate) const MOST_GAPS: usize = 3;

/// One scenario as a page of text.
pub fn scenario(report: &ScenarioReport) -> String {
    let mut out = Text::default();
    let demand = Amounts {
        unit: &report.demand_unit,
    };
    let mark = if report.illustrative {
        "  [contains ILLUSTRATIVE data 示意]"
    } else {
        ""
    };
    out.line(&format!(
        "{}: {}{mark}",
        report.scenario, report.scenario_name
    ));
    out.line(&format!(
        "  demand {} in {} cells (H3 resolution {})",
        demand.of(report.demand_thousandths),
        report.cells.len(),
        report.h3_resolution
    ));
    joins(&mut out, &report.joins);
    if report.n_closed_edges > 0 {
        out.line(&format!(
            "  {} pieces of street closed",
            report.n_closed_edges
        ));
    }
    for standard in &report.standards {
        self::standard(&mut out, &demand, standard);
    }
    for joint in &report.joints {
        self::joint(&mut out, &demand, joint);
    }
    for chosen in &report.chosen {
        let total = report.demand_of_thousandths(&chosen.standard);
        self::chosen(&mut out, &demand, total, chosen);
    }
    out.0
}

/// The places whose street is worth a look: how many of each kind, and the first.
fn joins(out: &mut Text, joins: &JoinsReport) {
    if joins.n_places() == 0 {
        return;
    }
    out.line(&format!(
        "  joined to a street worth a look (joined.csv): {} more than 50 m away, {} on scraps of \
         street, {} in tunnels or on bridges; {} too far from any street",
        joins.n_far, joins.n_on_scrap, joins.n_lifted, joins.n_too_far,
    ));
    let told = |place: &JoinedPlace| {
        let moved = place
            .moved_m
            .map_or_else(String::new, |moved| format!(", {moved:.0} m"));
        let JoinedPlace {
            what,
            id,
            joined,
            profile,
            ..
        } = place;
        format!("{what} {id} ({profile}: {joined}{moved})")
    };
    let examples: Vec<String> = joins.examples.iter().map(told).collect();
    let rest = joins.n_places() - examples.len();
    let rest = if rest > 0 {
        format!(", and {rest} more")
    } else {
        String::new()
    };
    out.line(&format!("    {}{rest}", examples.join(", ")));
}

pub(crate) fn standard(out: &mut Text, demand: &Amounts<'_>, standard: &StandardReport) {
    let hour = standard
        .figures
        .at
        .as_deref()
        .map_or_else(String::new, |at| format!(", open {at}"));
    let mark = if standard.figures.illustrative {
        " [illustrative 示意]"
    } else {
        ""
    };
    out.line(&format!(
        "  {} ({}): {} within {} by {}{hour}: {} facilities{mark}",
        standard.figures.name,
        standard.figures.key,
        percent(standard.figures.split.covered_share),
        minutes(standard.figures.limit_s),
        standard.figures.profile,
        standard.figures.n_facilities,
    ));
    let far = |seconds: Option<f64>| {
        seconds.map_or_else(
            || format!("over {}", minutes(standard.figures.limit_s * 2.0)),
            minutes,
        )
    };
    balance_of_demand(out, demand, &standard.figures.balance.demand);
    balance_of_facilities(out, &standard.figures.balance.facilities);
    out.line(&format!(
        "    half of the demand in the area within {}, nine tenths within {}; {} fragile (within 20 % \
         of the limit)",
        far(standard.figures.median_s),
        far(standard.figures.quantile_90_s),
        demand.of(standard.figures.split.fragile_thousandths),
    ));
    if standard.figures.n_facilities_in_doubt > 0
        || standard.figures.demand_in_doubt_thousandths > 0
    {
        out.line(&format!(
            "    {} of the facilities and {} lie 20 to 30 m from a junction that matters to their times (one \
             within 25 m is joined)",
            standard.figures.n_facilities_in_doubt,
            demand.of(standard.figures.demand_in_doubt_thousandths),
        ));
    }
    out.line(&format!(
        "    {} of {} cells are edge-affected: the border of the streets lies within the limit",
        standard.figures.n_edge_affected_cells,
        standard.cells.len(),
    ));
    gaps(out, demand, &standard.gaps);
}

/// All demand that was given and what became of it; the share is that of the demand in the area.
pub(crate) fn balance_of_demand(
    out: &mut Text,
    demand: &Amounts<'_>,
    balance: &DemandBalanceReport,
) {
    out.line(&format!(
        "    demand: {} in the area, the whole of the share = {} covered + {} uncovered + {} too far \
         from any street + {} on scraps of street; with {} outside the area {} given",
        demand.of(balance.in_area_thousandths),
        demand.of(balance.covered_thousandths),
        demand.of(balance.uncovered_thousandths),
        demand.of(balance.too_far_thousandths),
        demand.of(balance.on_scraps_thousandths),
        demand.of(balance.outside_thousandths),
        demand.of(balance.given_thousandths),
    ));
    if balance.scrap_street_thousandths > 0 {
        out.line(&format!(
            "    beside it {} of scraps in the area, which trips cannot both enter and leave",
            demand.of(balance.scrap_street_thousandths),
        ));
    }
}

/// All facilities that were given and what became of them.
fn balance_of_facilities(out: &mut Text, balance: &FacilityBalance) {
    out.line(&format!(
        "    facilities: {} given = {} serving + {} of another kind + {} closed at the hour + {} \
         closed by the scenario + {} joined to no network + {} outside the area + {} bad rows",
        balance.given,
        balance.serving,
        balance.other_kind,
        balance.closed_at_hour,
        balance.closed_by_scenario,
        balance.unjoined,
        balance.outside,
        balance.bad_rows,
    ));
}

pub(crate) fn joint(out: &mut Text, demand: &Amounts<'_>, joint: &JointReport) {
    let rule = if joint.figures.rule == "all-of" {
        "all of"
    } else {
        "any of"
    };
    out.line(&format!(
        "  {} ({}): {} have {rule} {}",
        joint.figures.name,
        joint.figures.key,
        percent(joint.figures.split.covered_share),
        joint.figures.parts.join(", ")
    ));
    balance_of_demand(out, demand, &joint.figures.balance);
    if let Some(weakest) = &joint.figures.weakest {
        let lacking: Vec<String> = joint
            .figures
            .parts
            .iter()
            .zip(&joint.figures.sole_obstacle_thousandths)
            .map(|(part, &alone)| format!("{part} {}", demand.of(alone)))
            .collect();
        out.line(&format!(
            "    weakest service: {weakest} (demand that lacks only this: {})",
            lacking.join(", ")
        ));
    }
    gaps(out, demand, &joint.gaps);
}

pub(crate) fn gaps(out: &mut Text, demand: &Amounts<'_>, gaps: &[GapReport]) {
    if gaps.is_empty() {
        out.line("    no gaps");
        return;
    }
    let more = if gaps.len() > MOST_GAPS {
        ", the largest:"
    } else {
        ":"
    };
    out.line(&format!("    {} gaps{more}", gaps.len()));
    for gap in gaps.iter().take(MOST_GAPS) {
        let time = gap
            .worst_s
            .map_or_else(String::new, |s| format!(", worst {}", minutes(s)));
        let mark = if gap.edge_affected {
            ", edge-affected"
        } else {
            ""
        };
        out.line(&format!(
            "      {}. {}: {} uncovered in {} cells around {:.5},{:.5}{time}{mark}",
            gap.rank,
            gap.name,
            demand.of(gap.uncovered_thousandths),
            gap.n_cells,
            gap.lng,
            gap.lat
        ));
    }
}
