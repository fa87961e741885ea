//! Results in detail against slower ways and hand-picked hours.

use scenario::run::ScenarioResult;
use scenario::{DetailReport, ScenarioReport};

use crate::shenzhen::project;

fn baseline() -> (ScenarioReport, DetailReport) {
    let result = ScenarioResult::of(project(), "baseline", "Baseline", &[]).unwrap();
    (result.report, result.detail_report)
}

#[test]
fn the_hour_of_a_standard_is_its_coverage() {
    let (report, detail) = baseline();
    assert_eq!(detail.standards.len(), report.standards.len());
    for (standard, hours) in report.standards.iter().zip(&detail.standards) {
        assert_eq!(hours.hours.len(), 168);
        let hour = standard.at.as_deref().unwrap_or("We 12:00");
        let at = hours.hours.iter().find(|h| h.hour == hour).unwrap();
        assert_eq!(at.covered_thousandths, standard.split.covered_thousandths);
        assert_eq!(at.n_open, standard.n_facilities, "{}", standard.key);
    }
    // Cabinets are open at all hours; by night most of the made-up stations are not.
    let (swap, rest) = (&detail.standards[0], &detail.standards[1]);
    assert_eq!((swap.n_open_sets, swap.night.lost_thousandths), (1, 0));
    assert!(
        swap.hours_covered
            .iter()
            .flatten()
            .all(|&n| n == 0 || n == 168)
    );
    assert!(swap.night.gaps.is_empty());
    let at = |hour: &str| rest.hours.iter().find(|h| h.hour == hour).unwrap();
    assert_eq!((at("We 12:00").n_open, at("We 03:00").n_open), (20, 7));
    let lost = at("We 12:00").covered_thousandths - at("We 03:00").covered_thousandths;
    assert_eq!(
        rest.night.by_day_thousandths,
        at("We 12:00").covered_thousandths
    );
    // One station is open by night only, so a little more is lost than the totals differ by.
    assert!(rest.night.lost_thousandths > lost);
    let by_cell: u64 = rest.night.lost_of_cells_thousandths.iter().sum();
    assert_eq!(by_cell, rest.night.lost_thousandths);
    assert!(!rest.night.gaps.is_empty());
    assert!(
        rest.hours_covered
            .iter()
            .flatten()
            .any(|&n| n > 0 && n < 168)
    );
}

#[test]
fn a_scenario_of_longer_hours_loses_less_by_night() {
    let project = project();
    let night = |key: Option<&str>| {
        let changes = key.map_or(&[][..], |key| {
            let found = project.scenarios.iter().find(|s| s.key == key);
            &found.unwrap().changes
        });
        let result = ScenarioResult::of(project, "x", "x", changes).unwrap();
        result.detail_report.standards[1].night.lost_thousandths
    };
    assert!(night(Some("open-all-night")) < night(None));
}
