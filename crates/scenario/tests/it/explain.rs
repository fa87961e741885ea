//! A place explained says what the whole evaluation says about it.

use coverage::{DemandId, PointState};
use scenario::{
    ExplainError, Modification, evaluate, evaluate_in_detail, explain, resolve_changes,
};

use crate::shenzhen::project;

#[test]
fn minutes_add_up_and_the_verdict_is_that_of_the_coverage() {
    let project = project();
    let found = evaluate_in_detail(project, &[]).unwrap();
    let (evaluation, details) = (found.evaluation, found.services);
    let points = project.demand.points();
    let mut n_reasons = 0;
    // Every so many points, and only those that a position joins to the same street.
    for index in (0..points.len()).step_by(points.len() / 7) {
        let at = points[index].position;
        let found = explain(project, &[], at).unwrap();
        assert_eq!(found.standards.len(), 4);
        for (standard, (service, detail)) in found
            .standards
            .iter()
            .zip(evaluation.services.iter().zip(&details))
        {
            if let (Some(facility), Some(route)) = (&standard.facility, &standard.route) {
                let steps: f64 = route.steps.iter().map(|step| step.time_s).sum();
                let sum = route.walk_s + steps + route.arrival_s;
                assert!((sum - facility.time_s).abs() < 1e-6, "{sum} {facility:?}");
                assert_eq!(standard.is_covered, facility.time_s <= standard.limit_s);
                assert!(route.line.len() > 1);
            }
            assert_eq!(standard.is_covered, standard.reason.is_none());
            let time = service.coverage.times()[DemandId::from_index(index).index()];
            let same = standard.facility.as_ref().map(|f| f.time_s)
                == time.map(units::TravelTime::as_secs_f64);
            if same {
                let covered = service.coverage.states()[index] == PointState::Covered;
                assert_eq!(standard.is_covered, covered);
                let reason = detail.reasons[index].map(|reason| reason.key().to_owned());
                assert_eq!(standard.reason, reason, "{at} {}", standard.key);
                n_reasons += usize::from(reason.is_some());
            }
        }
    }
    assert!(n_reasons > 4, "{n_reasons}");
    let sea = units::parse_position("114.00,22.40").unwrap();
    let error = explain(project, &[], sea).unwrap_err();
    assert!(matches!(error, ExplainError::Outside(_)));
}

#[test]
fn hazards_are_listed_and_slow_only_who_heeds_them() {
    let project = project();
    assert_eq!(project.hazards.list.len(), 6);
    let heed = resolve_changes(project, "test", &[Modification::HeedHazards {}]).unwrap();
    let plain = evaluate(project, &[]).unwrap();
    let heeded = evaluate(project, &heed).unwrap();
    let (mut n_slower, mut n_faster) = (0, 0);
    for (before, after) in plain.services.iter().zip(&heeded.services) {
        for (before, after) in before.coverage.times().iter().zip(after.coverage.times()) {
            let (Some(before), Some(after)) = (before, after) else {
                continue;
            };
            // Who stands on a closed street is joined to another, which may happen to be nearer.
            n_slower += usize::from(after > before);
            n_faster += usize::from(after < before);
        }
    }
    assert!(
        n_slower > 100 && n_faster * 5 < n_slower,
        "{n_slower} {n_faster}"
    );
    assert!(heeded.heeds_hazards && !plain.heeds_hazards);
    let result = scenario::run::ScenarioResult::of(project, "x", "x", &heed).unwrap();
    let hazards = &result.detail_report.hazards;
    let of = |id: &str| hazards.iter().find(|h| h.id == id).unwrap();
    assert_eq!(of("H01").effect.as_deref(), Some("close"));
    assert_eq!(of("H03").effect, None, "not confirmed");
    assert_eq!(of("H06").effect, None, "fixed");
    assert!(hazards.iter().all(|h| h.street.is_some() && h.illustrative));
    assert!(hazards.iter().any(|h| !h.in_gaps.is_empty()));
    // A session says the same, and takes it back.
    let mut session = scenario::Session::new(project, &[]).unwrap();
    let before = session.report("x", "x");
    session.edit(Modification::HeedHazards {}).unwrap();
    assert_eq!(session.report("x", "x"), result.report);
    session.undo();
    assert_eq!(session.report("x", "x"), before);
}
