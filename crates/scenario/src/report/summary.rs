//! Results as text: what a person reads first.

use std::fmt::Write as _;

use coverage::{Demand, DemandUnit};

use crate::evaluate::explain::{Explanation, Route};
use crate::evaluate::joined::JoinedPlace;
use crate::report::balance::{DemandBalanceReport, FacilityBalanceReport};
use crate::report::compare::Comparison;
use crate::report::detail_report::{DetailReport, StandardDetail, WeekReport};
use crate::report::district::DistrictReport;
use crate::report::joins::JoinsReport;
use crate::report::joint_detail::JointDetail;
use crate::report::{ChosenReport, GapReport, JointReport, ScenarioReport, StandardReport};

/// How many gaps of a standard are listed.
const MOST_GAPS: usize = 3;

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

/// One scenario in detail: the week, the night.
pub fn detail(report: &DetailReport) -> String {
    let mut out = Text::default();
    let demand = Amounts {
        unit: &report.demand_unit,
    };
    let week = &report.week;
    out.line(&format!(
        "  by the hour of the week of {} ({}, holidays {}):",
        week.monday, week.time_zone, week.holidays
    ));
    for standard in &report.standards {
        hours(&mut out, &demand, standard, week);
    }
    out.line("  why not covered, and how evenly:");
    for standard in &report.standards {
        why(&mut out, &demand, standard);
    }
    for joint in &report.joints {
        lacks(&mut out, &demand, joint);
    }
    if !report.hazards.is_empty() {
        let n_acting = report.hazards.iter().filter(|h| h.effect.is_some()).count();
        let verb = if report.heeds_hazards {
            "slow or close their streets"
        } else {
            "would slow or close their streets, were they heeded"
        };
        let n_hazards = report.hazards.len();
        out.line(&format!(
            "  {n_hazards} reported hazards, of which {n_acting} {verb}"
        ));
    }
    out.0
}

/// Reasons, the reasons of the largest gaps, capacity, equity.
fn why(out: &mut Text, demand: &Amounts<'_>, standard: &StandardDetail) {
    let reasons: Vec<String> = standard
        .reasons
        .iter()
        .map(|reason| format!("{} {}", reason.reason, demand.of(reason.demand_thousandths)))
        .collect();
    let reasons = if reasons.is_empty() {
        "all covered".to_owned()
    } else {
        reasons.join(", ")
    };
    out.line(&format!("    {}: {reasons}", standard.key));
    for gap in standard.gaps.iter().take(MOST_GAPS) {
        let missing = missing(gap.missing_s);
        let reason = gap.reason.as_deref().unwrap_or("no reason");
        out.line(&format!(
            "      {}. {}: {reason}, {missing}",
            gap.rank, gap.name
        ));
    }
    if let Some(load) = standard.capacity.as_ref().and_then(|c| c.load.as_ref()) {
        out.line(&format!(
            "      room: {} find some, {} find only full facilities; {} overloaded, {} idle",
            demand.of(load.taken_thousandths),
            demand.of(load.turned_away_thousandths),
            load.n_overloaded,
            load.n_idle,
        ));
    }
    let Some(all) = standard.districts.first() else {
        return;
    };
    let number =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.3}"));
    let least = if all.is_bound() { "at least " } else { "" };
    let bound = |text: String| {
        if text == "–" {
            text
        } else {
            format!("{least}{text}")
        }
    };
    out.line(&format!(
        "      with a second choice {}; times: mean {}, Gini {}, Palma {}, Theil {}, concentration {}; \
         detour {}",
        percent(standard.backup_share),
        bound(all.mean_s.map_or_else(|| "–".to_owned(), minutes)),
        bound(number(all.gini)),
        bound(number(all.palma)),
        bound(number(all.theil)),
        number(all.concentration),
        number(all.detour),
    ));
    if all.is_bound() {
        let amounts = Amounts { unit: &all.unit };
        out.line(&format!(
            "      {} ({} of the demand in the area) find nothing within the search: what needs \
             their times is at least the figure, or left out; the detour is that of the others",
            amounts.of(all.beyond_thousandths),
            percent(share(all.beyond_thousandths, all.split.total_thousandths())),
        ));
    }
    if all.levelled_down {
        out.line(
            "      times are more even than in the baseline only because they are longer: levelled \
             down",
        );
    }
    if let Some(by_zone) = all.concentration_by_zone {
        out.line(&format!(
            "      concentration over the rank of zones {by_zone:.3}"
        ));
    }
    // The study area in the units of the measures comes after that of the demand, without zone.
    for other in standard
        .districts
        .iter()
        .skip(1)
        .filter(|d| d.zone.is_none())
    {
        in_unit(out, other);
    }
}

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

/// The study area in the unit of a measure.
fn in_unit(out: &mut Text, district: &DistrictReport) {
    let demand = Amounts {
        unit: &district.unit,
    };
    let median = district
        .median_s
        .map_or_else(|| "the search does not reach it".to_owned(), minutes);
    out.line(&format!(
        "      of {} in the area: {} covered, half within {median}",
        demand.of(district.split.total_thousandths()),
        percent(district.split.covered_share),
    ));
}

/// A joint standard in the units of the measures, and what its largest gaps lack.
fn lacks(out: &mut Text, demand: &Amounts<'_>, joint: &JointDetail) {
    for other in joint.districts.iter().skip(1).filter(|d| d.zone.is_none()) {
        let amounts = Amounts { unit: &other.unit };
        let share = percent(other.split.covered_share);
        let whole = amounts.of(other.split.total_thousandths());
        out.line(&format!("    {}: {share} of {whole} covered", joint.key));
    }
    if joint.gaps.is_empty() {
        return;
    }
    out.line(&format!("    {}: what the largest gaps lack", joint.key));
    for gap in joint.gaps.iter().take(MOST_GAPS) {
        let parts: Vec<String> = gap
            .lacks
            .iter()
            .map(|lack| {
                let reason = lack.reason.as_deref().unwrap_or("no reason");
                let missing = missing(lack.missing_s);
                let sum = demand.of(lack.demand_thousandths);
                format!("{} for {sum} ({reason}, {missing})", lack.part)
            })
            .collect();
        let parts = parts.join("; ");
        out.line(&format!("      {}. {}: {parts}", gap.rank, gap.name));
    }
}

/// How much too long a way is.
fn missing(seconds: Option<f64>) -> String {
    seconds.map_or_else(
        || "more than the limit missing".to_owned(),
        |seconds| format!("{} missing", minutes(seconds)),
    )
}

fn hours(out: &mut Text, demand: &Amounts<'_>, standard: &StandardDetail, week: &WeekReport) {
    let at = |hour: &str| {
        let found = standard.hours.iter().find(|h| h.hour == hour);
        found.map_or_else(
            || "–".to_owned(),
            |h| {
                let share = percent(h.covered_share);
                // Shares of different wholes are told with their whole.
                let whole = if standard.n_states > standard.n_open_sets {
                    format!(" of {}", demand.of(h.demand_thousandths))
                } else {
                    String::new()
                };
                format!("{share}{whole} with {} open at {hour}", h.n_open)
            },
        )
    };
    if standard.n_states == 1 {
        out.line(&format!(
            "    {}: the same at every hour, {}",
            standard.key,
            at(&standard.strongest_hour)
        ));
        return;
    }
    out.line(&format!(
        "    {}: at most {}, at least {}; {} covered at {} and not at {}",
        standard.key,
        at(&standard.strongest_hour),
        at(&standard.weakest_hour),
        demand.of(standard.night.lost_thousandths),
        week.day,
        week.night,
    ));
}

fn standard(out: &mut Text, demand: &Amounts<'_>, standard: &StandardReport) {
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
fn balance_of_demand(out: &mut Text, demand: &Amounts<'_>, balance: &DemandBalanceReport) {
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
            "    beside it {} of scraps in the area, which no trip leaves or enters",
            demand.of(balance.scrap_street_thousandths),
        ));
    }
}

/// All facilities that were given and what became of them.
fn balance_of_facilities(out: &mut Text, balance: &FacilityBalanceReport) {
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

fn joint(out: &mut Text, demand: &Amounts<'_>, joint: &JointReport) {
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

fn gaps(out: &mut Text, demand: &Amounts<'_>, gaps: &[GapReport]) {
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

fn chosen(out: &mut Text, demand: &Amounts<'_>, total: u64, chosen: &ChosenReport) {
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

/// A place and what every standard says about it.
pub fn explanation(found: &Explanation) -> String {
    let mut out = Text::default();
    let zone = found
        .zone
        .as_deref()
        .map_or_else(String::new, |zone| format!(", zone {zone}"));
    out.line(&format!(
        "{:.6},{:.6} in cell {}{zone}",
        found.lng, found.lat, found.cell
    ));
    for standard in &found.standards {
        let state = match (&standard.reason, standard.is_fragile) {
            (Some(reason), _) => format!("not covered: {reason}"),
            (None, true) => "covered, but fragile".to_owned(),
            (None, false) => "covered".to_owned(),
        };
        let hour = standard
            .at
            .as_deref()
            .map_or_else(String::new, |at| format!(", open {at}"));
        out.line(&format!(
            "  {} ({}), {} by {}{hour}: {state}",
            standard.name,
            standard.key,
            minutes(standard.limit_s),
            standard.profile
        ));
        if let Some(share) = standard.finds_room_share {
            let line = format!(
                "    room for {} of those who ask there",
                percent(Some(share))
            );
            out.line(&line);
        }
        let Some(facility) = &standard.facility else {
            let why = if standard.walk_m.is_none() {
                "    no street of the profile is near enough".to_owned()
            } else {
                let far = minutes(standard.limit_s * 2.0);
                format!("    no open facility within {far} or more")
            };
            out.line(&why);
            continue;
        };
        let mark = if facility.illustrative {
            " [illustrative 示意]"
        } else {
            ""
        };
        let margin = standard.margin_s.unwrap_or_default();
        let margin = if margin < 0.0 {
            format!("{} too long", minutes(-margin))
        } else {
            format!("{} to spare", minutes(margin))
        };
        out.line(&format!(
            "    {} {}{mark}: {}, {margin}; {} within the limit",
            facility.id,
            facility.name,
            minutes(facility.time_s),
            standard.n_within_limit
        ));
        if let Some(route) = &standard.route {
            self::route(&mut out, route);
        }
        if let Some(second) = &standard.second {
            let time = minutes(second.time_s);
            out.line(&format!("    next: {} {}: {time}", second.id, second.name));
        }
    }
    out.0
}

fn route(out: &mut Text, route: &Route) {
    let mut rows: Vec<[String; 3]> = vec![[
        "walk to the street".to_owned(),
        String::new(),
        minutes(route.walk_s),
    ]];
    for step in &route.steps {
        let name = if step.name.is_empty() {
            "(no name)"
        } else {
            &step.name
        };
        rows.push([
            name.to_owned(),
            format!("{:.0} m", step.length_m),
            minutes(step.time_s),
        ]);
    }
    rows.push([
        "walk from the street, start delay".to_owned(),
        String::new(),
        minutes(route.arrival_s),
    ]);
    for row in &mut rows {
        row[0].insert_str(0, "    ");
    }
    out.table(&rows);
}

/// Lines of text.
#[derive(Default)]
struct Text(String);

impl Text {
    fn line(&mut self, line: &str) {
        writeln!(self.0, "{line}").expect("writing to a string cannot fail");
    }

    /// Columns padded to their widest value; the first to the left, the rest to the right.
    fn table<const N: usize>(&mut self, rows: &[[String; N]]) {
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
        let widths: Vec<usize> = (0..N).map(|column| width(column).unwrap_or(0)).collect();
        for row in rows {
            let mut line = String::from("  ");
            for (column, value) in row.iter().enumerate() {
                let pad = " ".repeat(widths[column] - value.chars().count());
                if column == 0 {
                    write!(line, "{value}{pad}").expect("writing to a string cannot fail");
                } else {
                    write!(line, "  {pad}{value}").expect("writing to a string cannot fail");
                }
            }
            self.line(line.trim_end());
        }
    }
}

/// Demand in its unit; street in kilometres.
struct Amounts<'a> {
    unit: &'a str,
}

impl Amounts<'_> {
    fn of(&self, thousandths: u64) -> String {
        let units = Demand::from_thousandths(thousandths).as_units_f64();
        if self.unit == DemandUnit::StreetMeters.name() {
            format!("{:.1} km of street", units / 1_000.0)
        } else {
            format!("{units:.0} {}", self.unit)
        }
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    Demand::from_thousandths(part).share_of(Demand::from_thousandths(whole))
}

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", share * 100.0))
}

fn minutes(seconds: f64) -> String {
    format!("{:.1} min", seconds / 60.0)
}
