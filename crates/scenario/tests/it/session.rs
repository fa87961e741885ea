//! A session says after any edits what a whole evaluation says about the same changes.

use std::sync::Arc;

use scenario::{
    EditError, IsochroneParts, IsochroneQuestion, Modification, ScenarioReport, Session, evaluate,
    resolve_changes,
};

use crate::shenzhen::project;

fn edit(json: &str) -> Modification {
    serde_json::from_str(json).unwrap()
}

/// The slow way: all changes of a scenario and all edits in one evaluation.
fn evaluated(scenario: Option<&str>, edits: &[Modification]) -> ScenarioReport {
    let project = project();
    let mut changes = match scenario {
        Some(key) => {
            let found = project.scenarios.iter().find(|s| s.key == key);
            found.unwrap().changes.clone()
        }
        None => Vec::new(),
    };
    changes.extend(resolve_changes(project, "test", edits).unwrap());
    let evaluation = evaluate(project, &changes).unwrap();
    ScenarioReport::of(project, "key", "name", &evaluation)
}

fn assert_same(quick: &ScenarioReport, slow: &ScenarioReport) {
    for (quick, slow) in quick.standards.iter().zip(&slow.standards) {
        assert_eq!(
            quick.figures.split, slow.figures.split,
            "standard {}",
            quick.figures.key
        );
        let differs = (0..quick.cells.len()).find(|&i| quick.cells[i] != slow.cells[i]);
        assert_eq!(differs, None, "a cell of standard {}", quick.figures.key);
        assert_eq!(quick, slow, "standard {}", quick.figures.key);
    }
    for (quick, slow) in quick.joints.iter().zip(&slow.joints) {
        assert_eq!(quick, slow, "joint standard {}", quick.figures.key);
    }
    assert_eq!(quick, slow);
}

const ADD: &str = r#"{"do": "add-facility", "id": "new-1", "kind": "battery-swap-cabinet",
    "at": "114.0402,22.5287", "capacity": 12, "amenities": ["swap"], "start_delay": "2min"}"#;
const MOVE: &str = r#"{"do": "move-facility", "facility": "W03", "to": "114.0311,22.5602"}"#;
const MOVE_NEW: &str = r#"{"do": "move-facility", "facility": "new-1", "to": "113.9921,22.5401"}"#;
const FAR_OUT: &str = r#"{"do": "move-facility", "facility": "C02", "to": "114.0849,22.5799"}"#;
const CLOSE: &str = r#"{"do": "close-facilities", "facilities": ["W05", "new-1"]}"#;
const HOURS: &str = r#"{"do": "change-hours", "facility": "W03", "opening_hours": "24/7"}"#;
const SHORTER: &str = r#"{"do": "change-limit", "standard": "rest", "limit": "10min"}"#;
const LONGER: &str = r#"{"do": "change-limit", "standard": "swap", "limit": "12min"}"#;
const STREET: &str = r#"{"do": "close-street", "name": "深南大道"}"#;
const GATES: &str = r#"{"do": "set-gates", "policy": "through"}"#;
const CHOOSE: &str = r#"{"do": "choose-sites", "standard": "swap", "sites": 2,
    "kind": "battery-swap-cabinet", "capacity": 12}"#;

#[test]
fn an_untouched_session_is_the_baseline() {
    let session = Session::new(project(), &[]).unwrap();
    assert_same(&session.report("key", "name"), &evaluated(None, &[]));
}

#[test]
fn every_edit_on_the_way_equals_a_whole_evaluation() {
    let texts = [
        ADD, MOVE, MOVE_NEW, HOURS, FAR_OUT, CLOSE, SHORTER, LONGER, STREET, GATES, MOVE, CHOOSE,
    ];
    let edits: Vec<Modification> = texts.into_iter().map(edit).collect();
    let mut session = Session::new(project(), &[]).unwrap();
    let mut seen = vec![session.report("key", "name")];
    for (done, one) in (1..).zip(&edits) {
        let slow = evaluated(None, &edits[..done]);
        let preview = session.preview(one).unwrap();
        assert_same(&preview.report(project(), "key", "name"), &slow);
        session.edit(one.clone()).unwrap();
        assert_same(&session.report("key", "name"), &slow);
        seen.push(slow);
    }
    // Taking the edits back shows every step again.
    seen.pop();
    for (one, before) in edits.iter().zip(&seen).rev() {
        assert_eq!(session.undo().as_ref(), Some(one));
        assert_same(&session.report("key", "name"), before);
    }
    assert_eq!(session.undo(), None);
}

#[test]
fn edits_lie_on_top_of_a_scenario() {
    let project = project();
    for scenario in &project.scenarios {
        let mut session = Session::new(project, &scenario.changes).unwrap();
        assert_same(
            &session.report("key", "name"),
            &evaluated(Some(&scenario.key), &[]),
        );
        let edits = [edit(ADD), edit(MOVE_NEW)];
        for one in &edits {
            session.edit(one.clone()).unwrap();
        }
        assert_same(
            &session.report("key", "name"),
            &evaluated(Some(&scenario.key), &edits),
        );
    }
}

#[test]
fn what_an_edit_does_not_touch_is_shared() {
    let mut session = Session::new(project(), &[]).unwrap();
    let before = Arc::clone(session.decisions());
    session.edit(edit(MOVE)).unwrap();
    let after = session.decisions();
    let before = before.standards.iter().zip(&before.evaluation.services);
    let pairs = before.zip(after.standards.iter().zip(&after.evaluation.services));
    let shared: Vec<bool> = pairs
        .map(|((report, a), (reported, b))| {
            assert_eq!(Arc::ptr_eq(report, reported), Arc::ptr_eq(a, b));
            Arc::ptr_eq(a, b)
        })
        .collect();
    // W03 is a warm station: swap and meal stay as they are.
    let keys: Vec<&str> = after
        .standards
        .iter()
        .map(|s| s.figures.key.as_str())
        .collect();
    assert_eq!(keys, ["swap", "rest", "rest-night", "meal"]);
    assert!(shared[0] && !shared[1] && shared[3]);
}

#[test]
fn a_candidate_adds_what_building_there_adds() {
    let project = project();
    let mut session = Session::new(project, &[]).unwrap();
    let delay = units::parse_time("2min").unwrap();
    let adds = session.sites(0, delay).unwrap();
    assert_eq!(adds.len(), project.candidates.len());
    let best = (0..adds.len())
        .max_by_key(|&i| (adds[i], std::cmp::Reverse(i)))
        .unwrap();
    let before = session.decisions().standards[0]
        .figures
        .split
        .covered_thousandths;
    let at = project.candidates[best].position;
    let text = ADD.replace("114.0402,22.5287", &at.to_string());
    session.edit(edit(&text)).unwrap();
    let after = session.decisions().standards[0]
        .figures
        .split
        .covered_thousandths;
    assert!(after > before);
    assert_eq!(after - before, adds[best].as_thousandths());
    // Once built, it adds nothing more.
    assert_eq!(session.sites(0, delay).unwrap()[best].as_thousandths(), 0);
}

#[test]
fn a_wrong_edit_changes_nothing_and_says_why() {
    let mut session = Session::new(project(), &[]).unwrap();
    let before = Arc::clone(session.decisions());
    let wrong = [
        (
            r#"{"do": "move-facility", "facility": "W033", "to": "114.03,22.56"}"#,
            "there is no facility `W033`; did you mean `W03`?",
        ),
        (
            r#"{"do": "add-facility", "id": "W03", "kind": "warm-station", "at": "114.03,22.56"}"#,
            "facility id `W03` is in use; give the new one another id",
        ),
        (
            r#"{"do": "move-facility", "facility": "W03", "to": "121.47,31.23"}"#,
            "`121.47,31.23` lies outside the streets of the network",
        ),
    ];
    for (text, why) in wrong {
        match session.edit(edit(text)) {
            Err(EditError::Wrong(said)) => assert_eq!(said, why),
            other => panic!("expected `{why}`, got {other:?}"),
        }
    }
    assert!(Arc::ptr_eq(&before, session.decisions()));
    assert_eq!(session.edits().len(), 0);
}

#[test]
fn an_isochrone_is_joined_to_the_street_it_shows_and_holds_what_was_asked_for() {
    let session = Session::new(project(), &[]).unwrap();
    let at = units::parse_position("114.0595,22.5431").unwrap();
    let limit = units::parse_time("5min").unwrap();
    let all = IsochroneParts {
        outline: true,
        streets: true,
        cells: true,
    };
    let asked = IsochroneQuestion {
        profile: "rider",
        at,
        direction: reach::Direction::From,
        limit,
        parts: all,
    };
    let found = session.isochrone(&asked).unwrap().unwrap();
    let (streets, cells) = (found.streets.unwrap(), found.cells.unwrap());
    assert!(!streets.is_empty());
    assert!(streets.iter().all(|p| p.start <= limit && p.end <= limit));
    let outline = found.isochrone.outline.unwrap();
    assert!(outline.outline.contains(found.snap.position));
    let in_cells: u64 = cells.cells.iter().map(|&(_, mm)| mm).sum();
    assert_eq!(in_cells + cells.elsewhere_mm, found.isochrone.reached_mm);

    let one = |outline, streets, cells| {
        let parts = IsochroneParts {
            outline,
            streets,
            cells,
        };
        let question = IsochroneQuestion { parts, ..asked };
        session.isochrone(&question).unwrap().unwrap()
    };
    let drawn = one(true, false, false);
    assert_eq!(drawn.isochrone.outline, Some(outline));
    assert!(drawn.streets.is_none() && drawn.cells.is_none());
    let lines = one(false, true, false);
    assert_eq!(lines.streets.unwrap().len(), streets.len());
    assert!(lines.isochrone.outline.is_none() && lines.cells.is_none());
    let hexagons = one(false, false, true);
    assert_eq!(hexagons.cells, Some(cells));
    assert!(hexagons.isochrone.outline.is_none() && hexagons.streets.is_none());
    assert_eq!(hexagons.isochrone.reached_mm, drawn.isochrone.reached_mm);

    let unknown = session.isochrone(&IsochroneQuestion {
        profile: "car",
        ..asked
    });
    assert!(unknown.unwrap_err().contains("take foot or rider"));
    let sea = units::parse_position("114.00,22.40").unwrap();
    let nothing = session.isochrone(&IsochroneQuestion { at: sea, ..asked });
    assert!(nothing.unwrap().is_none());
}
