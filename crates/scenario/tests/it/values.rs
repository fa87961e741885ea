//! Values of layers through a plan: what they come to, and what is said about them.

use std::fmt::Write as _;

use units::HourOfWeek;

use crate::drawn_plan::DrawnPlan;

const MAP: &str = "grid 1000m\na b c\nways\nabc highway=residential\n";

fn plan(hours: &str, source: &str) -> String {
    format!(
        "[hours]\n{hours}\n[demand]\nsource = \"street-length\"\nprofile = \"foot\"\n\
         [[layer]]\nname = \"canteens\"\nkind = \"rider-canteen\"\n\
         from = {{ path = \"f.csv\", encoding = \"utf-8\"{source} }}\n\
         [[standard]]\nkey = \"meal\"\nname = \"meal\"\nprofile = \"foot\"\nlimit = \"5min\"\n"
    )
}

/// How many of the 168 hours the facilities are open at, together, and the notes about the layer.
fn open_hours(week: &str, rows: &[&str]) -> (usize, Vec<String>) {
    let mut table = "id,lng,lat,opening_hours\n".to_owned();
    for (number, hours) in rows.iter().enumerate() {
        let quoted = hours.replace('"', "\"\"");
        writeln!(table, "f{number},{{b}},\"{quoted}\"").unwrap();
    }
    let plan = plan(week, "");
    let (project, result) = DrawnPlan {
        map: MAP,
        plan: &plan,
        files: &[("f.csv", &table)],
    }
    .run();
    let hours = &result.details[0].open_hours;
    let n_open = HourOfWeek::all().map(|hour| hours.at(hour).n_open()).sum();
    let notes = project.notes.into_iter();
    let about = notes.filter(|note| note.starts_with("layer `canteens`"));
    (n_open, about.collect())
}

const JUNE: &str = "week = \"2026-06-01\"\nholidays = \"none\"";
/// The sun of the same place by a clock that is an hour ahead.
const BY_TOKYO: &str = "week = \"2026-06-01\"\nholidays = \"none\"\ntime_zone = \"Asia/Tokyo\"";

#[test]
fn unknown_hours_are_closed_and_told() {
    let (n_open, notes) = open_hours(
        JUNE,
        &[
            "\"by appointment\"",
            "18:00+",
            "Mo 08:00-10:00 || \"ask\"",
            "Tu 08:00-10:00",
        ],
    );
    assert_eq!(n_open, 4);
    assert_eq!(notes.len(), 1, "{notes:?}");
    for words in [
        "of 3 of 4 facilities are unknown",
        "2 of them",
        "`f0`, `f1`, `f2`",
    ] {
        assert!(
            notes[0].contains(words),
            "`{words}` is missing in {}",
            notes[0]
        );
    }
    assert_eq!(open_hours(JUNE, &["Mo-Fr 08:00-10:00"]), (10, vec![]));
}

#[test]
fn the_sun_is_that_of_the_week_and_is_told() {
    // Drawn maps lie on the equator, at 114 degrees east: the sun sets at 18:20 by Shanghai.
    for (week, n_hours) in [(JUNE, 7 * 11), (BY_TOKYO, 7 * 12)] {
        let (n_open, notes) = open_hours(week, &["08:00-sunset"]);
        assert_eq!(n_open, n_hours);
        assert!(
            notes[0].contains("1 of 1 facilities open or close with the sun"),
            "{notes:?}"
        );
    }
}

#[test]
fn holidays_without_a_calendar_are_told() {
    let (n_open, notes) = open_hours(JUNE, &["Mo-Fr 08:00-10:00; PH off", "SH 08:00-10:00"]);
    assert_eq!(n_open, 10);
    assert!(
        notes[0].contains("public holidays (PH), and [hours] names no holidays"),
        "{notes:?}"
    );
    assert!(notes[1].contains("school holidays (SH)"), "{notes:?}");
    let china = JUNE.replace("none", "CN");
    let (_, notes) = open_hours(&china, &["Mo-Fr 08:00-10:00; PH off"]);
    assert_eq!(notes, [""; 0]);
}

#[test]
fn hours_in_words_are_read_and_shown_beside_the_original() {
    let (n_open, notes) = open_hours(JUNE, &["全天", "8:00～22:00", "周一到周六 10:00-20:00"]);
    assert_eq!(n_open, 168 + 98 + 60);
    assert!(notes[0].contains("3 rows were read as"), "{notes:?}");
    assert!(
        notes[0].contains("`8:00～22:00` = `08:00-22:00`"),
        "{notes:?}"
    );
}

#[test]
fn rows_without_a_position_are_left_out_and_counted_only_when_declared() {
    let files = [("f.csv", "id,lng,lat\na,{b}\nb,,\n")];
    let read = |source: &str| {
        DrawnPlan {
            map: MAP,
            plan: &plan(JUNE, source),
            files: &files,
        }
        .project()
    };
    let error = read("").unwrap_err();
    assert!(
        error.contains("missing_positions = \"leave-out\""),
        "{error}"
    );
    let project = read(", missing_positions = \"leave-out\"").unwrap();
    assert_eq!(project.facilities.len(), 1);
    assert_eq!(project.left_out.bad_rows, 1);
    let note = "layer `canteens`: 1 of 2 rows have no position and were left out";
    assert!(
        project.notes.iter().any(|n| n == note),
        "{:?}",
        project.notes
    );
}

#[test]
fn a_time_zone_that_there_is_not_is_refused() {
    let plan = plan("time_zone = \"Asia/Shenzen\"", "");
    let drawn = DrawnPlan {
        map: MAP,
        plan: &plan,
        files: &[("f.csv", "id,lng,lat\na,{b}\n")],
    };
    let error = drawn.project().unwrap_err();
    assert!(error.contains("`Asia/Shenzen` is no time zone"), "{error}");
}
