//! Results in detail against slower ways and hand-picked hours.

use scenario::run::ScenarioResult;
use scenario::{DetailReport, Plan, ScenarioReport};

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
        let hour = standard.figures.at.as_deref().unwrap_or("We 12:00");
        let at = hours.hours.iter().find(|h| h.hour == hour).unwrap();
        assert_eq!(
            at.covered_thousandths,
            standard.figures.split.covered_thousandths
        );
        assert_eq!(
            at.n_open, standard.figures.n_facilities,
            "{}",
            standard.figures.key
        );
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

/// The demo plan with other standards instead of its own.
fn with_standards(standards: &str) -> scenario::Project {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut plan = Plan::read(&path.join("../../data/shenzhen/plan.toml")).unwrap();
    let only: toml::Table = standards.parse().unwrap();
    plan.spec.standards = only["standard"].clone().try_into().unwrap();
    plan.spec.joints.clear();
    plan.spec.scenarios.clear();
    let options = osm::ImportOptions::default();
    let city = osm::import(&plan.network_path(), &options).unwrap();
    scenario::resolve(&plan, city).unwrap()
}

#[test]
fn a_standard_may_ask_for_room() {
    // 12 slots for 4 km of street: the 85 stand-ins cannot serve all.
    let project = with_standards(
        r#"
        [[standard]]
        key = "near"
        name = "near"
        kinds = ["battery-swap-cabinet"]
        profile = "rider"
        limit = "5min"
        [[standard]]
        key = "room"
        name = "room"
        kinds = ["battery-swap-cabinet"]
        profile = "rider"
        limit = "5min"
        supply = { slots = 12, demand = 4000 }
        "#,
    );
    let result = ScenarioResult::of(&project, "baseline", "x", &[]).unwrap();
    let (near, room) = (&result.report.standards[0], &result.report.standards[1]);
    assert!(room.figures.split.covered_thousandths < near.figures.split.covered_thousandths);
    assert_eq!(room.figures.demand_per_slot_thousandths, Some(333_333));
    let detail = &result.detail_report.standards[1];
    let load = detail.capacity.as_ref().unwrap().load.as_ref().unwrap();
    // What is within the limit of a cabinet either finds room or is turned away.
    assert_eq!(
        load.taken_thousandths + load.turned_away_thousandths,
        near.figures.split.covered_thousandths
    );
    assert!(load.n_overloaded > 0 && load.n_idle > 0);
    let served = load.facilities.iter().flatten();
    assert!(
        served
            .clone()
            .all(|f| f.serves_thousandths >= Some(f.taken_thousandths))
    );
    assert_eq!(served.count(), room.figures.n_facilities);
    // Whoever would be covered with room for all and is not lacks room.
    let full: u64 = detail
        .reasons
        .iter()
        .filter(|r| r.reason == "full")
        .map(|r| r.demand_thousandths)
        .sum();
    assert_eq!(
        full,
        near.figures.split.covered_thousandths - room.figures.split.covered_thousandths
    );
    assert!(
        detail
            .gaps
            .iter()
            .any(|g| g.reason.as_deref() == Some("full"))
    );
    let facilities = scenario::tables::facilities(
        &project,
        &result.report,
        &scenario::tables::DetailedResult {
            report: &result.detail_report,
            services: &result.details,
            links: &result.links,
        },
        &result.evaluation,
    );
    let columns: Vec<&str> = facilities
        .table()
        .columns()
        .iter()
        .map(formats::Column::name)
        .collect();
    assert!(columns.contains(&"room_overloaded") && !columns.contains(&"near_overloaded"));
    // A session decides the same, after edits too.
    let mut session = scenario::Session::new(&project, &[]).unwrap();
    assert_eq!(session.report("baseline", "x"), result.report);
    let add = r#"{"do": "add-facility", "id": "new", "kind": "battery-swap-cabinet",
        "at": "114.0402,22.5287", "capacity": 24}"#;
    let edit: scenario::Modification = serde_json::from_str(add).unwrap();
    session.edit(edit.clone()).unwrap();
    let changes = scenario::resolve_changes(&project, "test", &[edit]).unwrap();
    let slow = ScenarioResult::of(&project, "baseline", "x", &changes).unwrap();
    assert_eq!(session.report("baseline", "x"), slow.report);
    assert!(
        slow.report.standards[1].figures.split.covered_thousandths
            > room.figures.split.covered_thousandths
    );
}

#[test]
fn every_gap_has_its_reason_and_every_district_its_indicators() {
    let (report, detail) = baseline();
    for (standard, why) in report.standards.iter().zip(&detail.standards) {
        assert_eq!(standard.gaps.len(), why.gaps.len());
        assert!(why.gaps.iter().all(|gap| gap.reason.is_some()));
        let uncovered: u64 = why.reasons.iter().map(|r| r.demand_thousandths).sum();
        let split = standard.figures.split;
        assert_eq!(
            uncovered,
            split.uncovered_thousandths + split.on_scrap_thousandths + split.unlinked_thousandths
        );
        let all = &why.districts[0];
        assert_eq!((all.zone.as_deref(), all.split), (None, split));
        assert_eq!(all.median_s, standard.figures.median_s);
        assert_eq!(why.districts.len(), 1 + report.zones.len());
        assert!(
            all.detour.is_some_and(|ratio| ratio > 1.0 && ratio < 3.0),
            "{:?}",
            all.detour
        );
        assert!(all.gini.is_some_and(|gini| gini > 0.0 && gini < 1.0));
        assert!(why.backup_thousandths < split.covered_thousandths);
    }
    // At night the day stations are shut: where one would do, that is the reason.
    let night = &detail.standards[2];
    assert_eq!(night.key, "rest-night");
    assert!(
        night
            .reasons
            .iter()
            .any(|r| r.reason == "closed" && r.demand_thousandths > 0)
    );
    // The demo's streets know one-ways.
    let swap = &detail.standards[0];
    assert!(
        swap.reasons
            .iter()
            .any(|r| r.reason == "cut-off-by-one-way")
    );
}
