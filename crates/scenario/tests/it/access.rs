//! Policies and profiles of a plan decide what its streets are; no other import is needed.

use std::path::Path;

use city::City;
use graph::{GatePolicy, OsmNodeId, gate_policies};
use scenario::{Evaluation, Modification, Plan, Project, evaluate, resolve, resolve_changes};

fn plan() -> Plan {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/shenzhen/plan.toml");
    Plan::read(&path).unwrap()
}

fn city() -> City {
    osm::import(&plan().network_path(), &osm::ImportOptions::default()).unwrap()
}

/// The demo plan with lines of a plan file laid over it.
fn resolved(city: City, lines: &str) -> Result<Project, String> {
    let mut plan = plan();
    let more: toml::Table = lines.parse().unwrap();
    for (key, value) in more {
        match key.as_str() {
            "policies" => plan.spec.policies = value.try_into().unwrap(),
            "profile" => plan.spec.profiles = value.try_into().unwrap(),
            other => panic!("{other}"),
        }
    }
    for standard in &mut plan.spec.standards {
        if standard.key == "swap" && lines.contains("[[profile]]") {
            "cargo-bike".clone_into(&mut standard.profile);
        }
    }
    resolve(&plan, city).map_err(|problems| problems.to_string())
}

fn covered(evaluation: &Evaluation) -> Vec<u64> {
    let services = evaluation.services.iter();
    services
        .map(|service| service.coverage.total().covered.as_thousandths())
        .collect()
}

fn set_gates(policy: GatePolicy, nodes: &[i64]) -> Modification {
    Modification::SetGates {
        policy,
        nodes: nodes.to_vec(),
        compound_ways: Vec::new(),
    }
}

#[test]
fn a_scenario_opens_and_shuts_gates_without_another_import() {
    let project = resolved(city(), "").unwrap();
    let after = |modifications: &[Modification]| {
        let changes = resolve_changes(&project, "test", modifications).unwrap();
        covered(&evaluate(&project, &changes).unwrap())
    };
    let as_mapped = after(&[]);
    let open = after(&[set_gates(GatePolicy::Through, &[])]);
    let shut = after(&[set_gates(GatePolicy::Shut, &[])]);
    for standard in 0..as_mapped.len() {
        assert!(open[standard] >= as_mapped[standard]);
        assert!(shut[standard] <= as_mapped[standard]);
    }
    assert!(
        shut != as_mapped,
        "some gate of the demo is on a way to something"
    );

    // A later line wins, also over gates listed before.
    let gates: Vec<i64> = project
        .city
        .streets
        .gates()
        .filter(|(_, gate)| gate.mapped.is_some())
        .map(|(_, gate)| project.city.streets.node_osm_id(gate.node).as_i64())
        .collect();
    let listed = after(&[set_gates(GatePolicy::Shut, &gates)]);
    assert!(listed != as_mapped);
    let shut_then_open = [
        set_gates(GatePolicy::Shut, &gates),
        set_gates(GatePolicy::Through, &[]),
    ];
    assert_eq!(after(&shut_then_open), open);
    let open_then_listed = [
        set_gates(GatePolicy::Through, &[]),
        set_gates(GatePolicy::Shut, &gates),
    ];
    let both = after(&open_then_listed);
    assert!((0..both.len()).all(|i| listed[i] <= both[i] && both[i] <= open[i]));
}

#[test]
fn policies_of_a_plan_hold_for_its_baseline() {
    let as_mapped = resolved(city(), "").unwrap();
    let gate = {
        let streets = &as_mapped.city.streets;
        let rider = &as_mapped.profiles["rider"].profile;
        let policies = gate_policies(streets, rider, &as_mapped.policies);
        let through = streets
            .gates()
            .find(|(id, _)| policies[id.index()] == Some(GatePolicy::Through));
        streets.node_osm_id(through.unwrap().1.node).as_i64()
    };
    let lines = format!(
        "[policies]\ngates = \"enter\"\ngate_delay = \"20s\"\nturn_on_foot = \"closed\"\n\
         [[policies.listed]]\npolicy = \"shut\"\nnodes = [{gate}]\n"
    );
    let project = resolved(city(), &lines).unwrap();
    let streets = &project.city.streets;
    let rider = &project.profiles["rider"].profile;
    let id = streets.gate_on(OsmNodeId::new(gate)).unwrap();
    let policies = gate_policies(streets, rider, &project.policies);
    assert_eq!(policies[id.index()], Some(GatePolicy::Shut));
    let told = project.notes.join("\n");
    for part in [
        "gates are taken as `enter`",
        "1 gates and 0 compounds",
        "20s",
        "not made",
    ] {
        assert!(told.contains(part), "{part} is missing in\n{told}");
    }
    let before = covered(&evaluate(&as_mapped, &[]).unwrap());
    let after = covered(&evaluate(&project, &[]).unwrap());
    assert!(after != before && (0..after.len()).all(|i| after[i] <= before[i]));

    let wrong = "[policies]\nturn_on_foot = \"no\"\n[[policies.listed]]\npolicy = \"enter\"\n\
                 [[policies.listed]]\npolicy = \"enter\"\nnodes = [-7]\n\
                 [[policies.listed]]\npolicy = \"enter\"\ncompound_ways = [-8]";
    let problems = resolved(city(), wrong).unwrap_err();
    for part in [
        "[policies], turn_on_foot",
        "or write `closed`",
        "[[policies.listed]] 1: give `nodes` or `compound_ways`",
        "no gate on node -7",
        "way -8 lies in no compound",
    ] {
        assert!(problems.contains(part), "{part} is missing in\n{problems}");
    }
}

#[test]
fn a_profile_of_the_plan_travels_its_own_streets() {
    let rider = covered(&evaluate(&resolved(city(), "").unwrap(), &[]).unwrap());
    let slow = "[[profile]]\nname = \"cargo-bike\"\nextends = \"rider\"\nspeed_limit_km_per_h = 12";
    let cargo = covered(&evaluate(&resolved(city(), slow).unwrap(), &[]).unwrap());
    assert!(cargo[0] < rider[0], "{} and {}", cargo[0], rider[0]);
    assert_eq!(cargo[1..], rider[1..], "only one standard names it");

    let wrong = "[[profile]]\nname = \"foot\"\nextends = \"rider\"\n\
                 [[profile]]\nname = \"cargo-bike\"\nextends = \"tram\"";
    let problems = resolved(city(), wrong).unwrap_err();
    for part in ["`foot` is built in", "extends `tram`"] {
        assert!(problems.contains(part), "{part} is missing in\n{problems}");
    }
    assert!(!problems.contains("there is no profile"), "{problems}");
}

#[test]
fn a_scenario_joins_side_paths_to_the_streets_beside_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/monaco/plan.toml");
    let plan = Plan::read(&path).unwrap();
    let links = plan.side_path_links().unwrap();
    assert!(links.is_some());
    let options = osm::ImportOptions {
        side_path_links: links,
        ..osm::ImportOptions::default()
    };
    let network = plan.network_path();
    let linked = resolve(&plan, osm::import(&network, &options).unwrap()).unwrap();
    let changes = resolve_changes(&linked, "test", &[Modification::JoinSidePaths {}]).unwrap();
    let before = evaluate(&linked, &[]).unwrap();
    let joined = evaluate(&linked, &changes).unwrap();
    assert!(
        covered(&before)
            .iter()
            .zip(covered(&joined))
            .all(|(&a, b)| a <= b)
    );
    assert_ne!(
        covered(&before),
        covered(&joined),
        "570 links lead somewhere"
    );

    // While nobody joins them, links are as good as not there: streets are cut at their ends, so
    // that demand is counted in other pieces, and no more.
    let mut unlinked_plan = plan.clone();
    unlinked_plan.spec.scenarios.clear();
    let city = osm::import(&network, &osm::ImportOptions::default()).unwrap();
    let unlinked = resolve(&unlinked_plan, city).unwrap();
    let as_mapped = evaluate(&unlinked, &[]).unwrap();
    for (a, b) in covered(&as_mapped).into_iter().zip(covered(&before)) {
        assert!(a.abs_diff(b) <= a / 200, "{a} against {b}");
    }

    let refused = resolve_changes(&unlinked, "test", &[Modification::JoinSidePaths {}]);
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("side_path_links = \"30m\""), "{refused}");
}

#[test]
fn links_may_not_reach_past_the_street_beside_a_path() {
    let mut plan = plan();
    for (text, said) in [("300m", "at most 100m"), ("wide", "wide")] {
        plan.spec.network.side_path_links = Some(text.to_owned());
        let refused = plan.side_path_links().unwrap_err().to_string();
        assert!(
            refused.contains("side_path_links") && refused.contains(said),
            "{refused}"
        );
    }
}
