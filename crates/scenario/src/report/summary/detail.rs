use crate::report::detail_report::{DetailReport, StandardDetail, WeekReport};
use crate::report::district::DistrictReport;
use crate::report::joint_detail::JointDetail;
use crate::report::summary::scenario::MOST_GAPS;
use crate::report::summary::text::{Amounts, Text, minutes, missing, percent, share};

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
pub(crate) fn why(out: &mut Text, demand: &Amounts<'_>, standard: &StandardDetail) {
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
pub(crate) fn lacks(out: &mut Text, demand: &Amounts<'_>, joint: &JointDetail) {
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
