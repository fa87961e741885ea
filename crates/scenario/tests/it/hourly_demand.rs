//! Demand that changes over the week, through a plan, against sums made by hand.

use std::fmt::Write as _;

use formats::csv::to_csv;
use scenario::{ScenarioReport, Session, compare::compare, tables};

use crate::drawn_plan::DrawnPlan;

/// An office at a, riders of no pattern at b, homes at c: 1 km apart, so that each has its own
/// station or none.
const MAP: &str = "grid 1000m\na b c\nways\nabc highway=residential\n";

const PLAN: &str = r#"
[hours]
day = "We 12:00"
night = "We 22:00"

[patterns]
path = "patterns.csv"
encoding = "utf-8"

[demand]
source = "table"
path = "riders.csv"
encoding = "utf-8"
unit = "riders"

[[layer]]
name = "stations"
kind = "warm-station"
from = { path = "stations.csv", encoding = "utf-8" }

[[standard]]
key = "any"
name = "any"
profile = "foot"
limit = "2min"

[[standard]]
key = "noon"
name = "noon"
profile = "foot"
limit = "2min"
at = "We 12:00"

[[standard]]
key = "late"
name = "late"
profile = "foot"
limit = "2min"
at = "We 22:00"

[[joint]]
key = "at-noon"
name = "at noon"
all_of = ["any", "noon"]

[[joint]]
key = "always"
name = "always"
all_of = ["noon", "late"]

[[candidates]]
from = { path = "stations.csv", encoding = "utf-8" }
"#;

const RIDERS: &str = "lng,lat,demand,pattern\n{a},1000,office\n{b},100,\n{c},333,home\n";
const STATIONS: &str =
    "id,lng,lat,opening_hours,capacity\nA,{a},08:00-20:00,10\nC,{c},08:00-23:00,10\n";

/// The office is full from 8 to 18 and a third of it comes back at 22; an eighth of the homes stays
/// by day.
fn patterns() -> String {
    let mut text = "hour,office,home\n".to_owned();
    for hour in 0..24 {
        let (office, home) = match hour {
            8..18 => ("100", "12.5"),
            22.. => ("33.3", "100"),
            _ => ("0", "100"),
        };
        writeln!(text, "{hour:02}:00,{office},{home}").unwrap();
    }
    text
}

fn files(patterns: &str) -> [(&str, &str); 3] {
    [
        ("patterns.csv", patterns),
        ("riders.csv", RIDERS),
        ("stations.csv", STATIONS),
    ]
}

fn split(report: &ScenarioReport, key: &str) -> (u64, u64) {
    let standards = report
        .standards
        .iter()
        .map(|s| (&s.figures.key, s.figures.split));
    let joints = report
        .joints
        .iter()
        .map(|j| (&j.figures.key, j.figures.split));
    let (_, split) = standards.chain(joints).find(|(k, _)| *k == key).unwrap();
    (split.covered_thousandths, split.total_thousandths())
}

#[test]
fn a_standard_with_an_hour_counts_who_is_there_then() {
    let patterns = patterns();
    let files = files(&patterns);
    let drawn = DrawnPlan {
        map: MAP,
        plan: PLAN,
        files: &files,
    };
    let (project, result) = drawn.run();
    let (report, detail) = (&result.report, &result.detail_report);
    assert_eq!(report.demand_thousandths, 1_433_000);
    // Without an hour demand is as counted; at noon the office is there and 333 / 8 of the homes;
    // late a third of the office stands before a shut door.
    assert_eq!(split(report, "any"), (1_333_000, 1_433_000));
    assert_eq!(split(report, "noon"), (1_041_625, 1_141_625));
    assert_eq!(split(report, "late"), (333_000, 766_000));
    let late = &detail.standards[2];
    let closed = late.reasons.iter().find(|r| r.reason == "closed").unwrap();
    assert_eq!(closed.demand_thousandths, 333_000);
    // A circle counts at the hour that its parts share, else as counted.
    assert_eq!(split(report, "at-noon"), (1_041_625, 1_141_625));
    assert_eq!(split(report, "always"), (333_000, 1_433_000));

    // The week is the same for every standard, whatever hour it names.
    let hours = to_csv(&tables::hours(&project, report, detail));
    for standard in ["any", "noon", "late"] {
        for line in [
            "We 03:00,0,0.000000,0.000,433.000",
            "We 12:00,2,0.912406,1041.625,1141.625",
            "We 19:00,2,0.769053,333.000,433.000",
            "We 21:00,1,0.769053,333.000,433.000",
            "We 22:00,1,0.434726,333.000,766.000",
            "Su 23:00,0,0.000000,0.000,766.000",
        ] {
            let line = format!("{standard},{line}");
            assert!(hours.contains(&line), "{line} is missing in\n{hours}");
        }
    }
    assert!(hours.starts_with("standard,hour,n_open,covered_share,covered_riders,demand_riders\n"));
    assert_eq!((late.n_open_sets, late.n_states), (3, 6));
    // Who is there by night, would be covered by day and is not by night.
    let night = &late.night;
    assert_eq!(
        (night.by_day_thousandths, night.lost_thousandths),
        (666_000, 333_000)
    );
    assert_eq!(night.gaps.len(), 1);
    assert_eq!(night.gaps[0].uncovered_thousandths, 333_000);

    // Cells tell the demand of the standard's hour, and a comparison counts it.
    let cell = |letter| project.area.locate(drawn.position(letter)).unwrap().index();
    let of_cell = |standard: usize, letter| {
        let cell = &report.standards[standard].cells[cell(letter)];
        (cell.covered_thousandths, cell.demand_thousandths)
    };
    assert_eq!(of_cell(1, 'a'), (1_000_000, Some(1_000_000)));
    assert_eq!(of_cell(1, 'c'), (41_625, Some(41_625)));
    assert_eq!(of_cell(2, 'a'), (0, Some(333_000)));
    let comparison = compare(report, report).unwrap();
    assert_eq!(comparison.standards[2].demand_thousandths, 766_000);
    assert_eq!(comparison.standards[2].kept.demand_thousandths, 333_000);
    assert_eq!(comparison.standards[2].never.demand_thousandths, 433_000);

    // A session says the same, hour by hour too; a site adds what is there at the hour.
    let session = Session::new(&project, &[]).unwrap();
    assert_eq!(&session.report("baseline", "x"), report);
    let week = session.week(2);
    for (hour, &state) in late.hours.iter().zip(&week.state_of_hour) {
        let state = &week.states[state];
        assert_eq!(
            state.total.covered.as_thousandths(),
            hour.covered_thousandths
        );
        assert_eq!(
            state.total.total().as_thousandths(),
            hour.demand_thousandths
        );
        assert_eq!(state.n_open, hour.n_open);
    }
    let adds = session.sites(2, units::TravelTime::ZERO).unwrap();
    let most = adds.iter().max().unwrap().as_thousandths();
    assert_eq!(most, 333_000, "the third of the office that is back");
}

#[test]
fn room_is_asked_for_by_those_who_are_there() {
    // 30 riders a slot and 10 slots: room for 300 at each station.
    let plan = PLAN.replace(
        "[[standard]]\nkey = \"noon\"",
        "[[standard]]\nkey = \"room\"\nname = \"room\"\nprofile = \"foot\"\nlimit = \"2min\"\n\
         supply = { slots = 1, demand = 30 }\n\n[[standard]]\nkey = \"noon\"",
    );
    let patterns = patterns();
    let files = files(&patterns);
    let drawn = DrawnPlan {
        map: MAP,
        plan: &plan,
        files: &files,
    };
    let (project, result) = drawn.run();
    let room = &result.detail_report.standards[1];
    let covered = |hour: &str| {
        let found = room.hours.iter().find(|h| h.hour == hour).unwrap();
        found.covered_thousandths
    };
    // At noon 1,000 ask for 300 places and 300 find one; the few at home all do. Late 333 ask for
    // 300.
    assert_eq!(covered("We 12:00"), 300_000 + 41_625);
    assert_eq!(covered("We 19:00"), 300_000);
    assert_eq!(covered("We 22:00"), 300_000);
    // The map's week asks for room too.
    let session = Session::new(&project, &[]).unwrap();
    let week = session.week(1);
    for (hour, &state) in room.hours.iter().zip(&week.state_of_hour) {
        let got = week.states[state].total.covered.as_thousandths();
        assert_eq!(got, hour.covered_thousandths, "{}", hour.hour);
    }
}

#[test]
fn patterns_are_part_of_the_grid_and_wrong_ones_are_named() {
    let (day, mut other) = (patterns(), patterns());
    other = other.replace("12.5", "12.4");
    let with = |plan: &str, patterns: &str, riders: &str| {
        let files = [
            ("patterns.csv", patterns),
            ("riders.csv", riders),
            ("stations.csv", STATIONS),
        ];
        let drawn = DrawnPlan {
            map: MAP,
            plan,
            files: &files,
        };
        drawn.project()
    };
    let print = |patterns: &str| with(PLAN, patterns, RIDERS).unwrap().grid_fingerprint;
    assert_eq!(print(&day), print(&day));
    assert_ne!(print(&day), print(&other));
    let error = with(PLAN, &day, &RIDERS.replace("home", "hime")).unwrap_err();
    let wanted = "line 4: `pattern` is `hime`; wanted one of the patterns `office`, `home`";
    assert!(error.contains(wanted), "{error}");
    let plan = PLAN.replace(
        "unit = \"riders\"",
        "unit = \"riders\"\npattern = \"ofice\"",
    );
    let error = with(&plan, &day, RIDERS).unwrap_err();
    assert!(
        error.contains("[demand]: there is no pattern `ofice`; was `office` meant?"),
        "{error}"
    );
    // What follows as a whole: those who name no pattern keep office hours then.
    let plan = PLAN.replace(
        "unit = \"riders\"",
        "unit = \"riders\"\npattern = \"office\"",
    );
    let project = with(&plan, &day, RIDERS).unwrap();
    let total = |hour: &str| project.demand.at(hour.parse().unwrap()).total();
    assert_eq!(total("We 03:00").as_thousandths(), 333_000);
    assert_eq!(total("We 12:00").as_thousandths(), 1_141_625);
}
