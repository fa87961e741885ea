//! Gates chosen for opening, against every single permission and many pairs decided as scenarios.

use std::collections::BTreeMap;
use std::path::Path;

use graph::{CompoundId, GatePolicy};
use scenario::{Modification, Plan, Project, choose_gates, evaluate, resolve, resolve_changes};

/// Monaco with every gate shut.
fn shut() -> Project {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/monaco/plan.toml");
    let mut plan = Plan::read(&path).unwrap();
    plan.spec.policies.gates = Some(GatePolicy::Shut);
    plan.spec.scenarios.clear();
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default()).unwrap();
    resolve(&plan, city).unwrap()
}

fn open(nodes: &[i64]) -> Modification {
    Modification::SetGates {
        policy: GatePolicy::Through,
        nodes: nodes.to_vec(),
        compound_ways: Vec::new(),
    }
}

/// Demand that a standard covers with some gates open, by way of a scenario.
fn covered(project: &Project, standard: usize, nodes: &[i64]) -> u64 {
    let opened: Vec<Modification> = if nodes.is_empty() {
        Vec::new()
    } else {
        vec![open(nodes)]
    };
    let changes = resolve_changes(project, "test", &opened).unwrap();
    let evaluation = evaluate(project, &changes).unwrap();
    let total = evaluation.services[standard].coverage.total();
    total.covered.as_thousandths()
}

/// The gates of each compound, and each gate that leads into none.
fn permissions(project: &Project) -> Vec<Vec<i64>> {
    let streets = &project.city.streets;
    let mut of_compound: BTreeMap<CompoundId, Vec<i64>> = BTreeMap::new();
    let mut all = Vec::new();
    for (_, gate) in streets.gates() {
        let node = streets.node_osm_id(gate.node).as_i64();
        match gate.compound {
            Some(compound) => of_compound.entry(compound).or_default().push(node),
            None => all.push(vec![node]),
        }
    }
    all.extend(of_compound.into_values());
    all
}

#[test]
fn no_permission_and_no_pair_of_good_ones_beats_the_choice_or_its_bound() {
    let project = shut();
    for key in ["medicine"] {
        let standard = project.standards.iter().position(|s| s.key == key).unwrap();
        let before = covered(&project, standard, &[]);
        let mut alone: Vec<(u64, Vec<i64>)> = permissions(&project)
            .into_iter()
            .map(|nodes| (covered(&project, standard, &nodes), nodes))
            .collect();
        alone.sort_by(|a, b| b.cmp(a));

        let one = choose_gates(&project, &[], key, 1).unwrap();
        assert_eq!(one.covered_before.as_thousandths(), before);
        assert!(
            alone[0].0 > before,
            "some gate of Monaco is on a way to something"
        );
        assert_eq!(one.openings.len(), 1);
        assert_eq!(
            one.openings[0].covered.as_thousandths(),
            alone[0].0,
            "{key}"
        );
        let bound = one.bound.unwrap().as_thousandths();
        assert!(bound >= alone[0].0, "{key}: {bound}");

        let two = choose_gates(&project, &[], key, 2).unwrap();
        let last = two.openings.last().unwrap().covered.as_thousandths();
        let bound = two.bound.unwrap().as_thousandths();
        for (i, (_, a)) in alone.iter().take(6).enumerate() {
            for (_, b) in &alone[..i] {
                let both = covered(&project, standard, &[&a[..], b].concat());
                assert!(
                    both <= last && last <= bound,
                    "{key}: {both} {last} {bound}"
                );
            }
        }
        // What is told is what a scenario with these gates gives.
        let nodes: Vec<i64> = two
            .openings
            .iter()
            .flat_map(|opening| opening.gates.iter().map(|node| node.as_i64()))
            .collect();
        assert_eq!(covered(&project, standard, &nodes), last);
    }
}

#[test]
fn a_compound_way_opens_what_its_nodes_open() {
    let project = shut();
    let choice = choose_gates(&project, &[], "medicine", 4).unwrap();
    let ways: Vec<i64> = choice
        .openings
        .iter()
        .filter_map(|opening| Some(opening.compound_way?.as_i64()))
        .collect();
    assert!(!ways.is_empty());
    for opening in choice.openings.iter().filter(|o| o.compound_way.is_some()) {
        let by_way = Modification::SetGates {
            policy: GatePolicy::Through,
            nodes: Vec::new(),
            compound_ways: vec![opening.compound_way.unwrap().as_i64()],
        };
        let nodes: Vec<i64> = opening.gates.iter().map(|node| node.as_i64()).collect();
        let of = |modification: Modification| {
            let changes = resolve_changes(&project, "test", &[modification]).unwrap();
            evaluate(&project, &changes).unwrap().services[0]
                .coverage
                .total()
                .covered
        };
        assert_eq!(of(by_way), of(open(&nodes)));
    }
}

#[test]
fn open_gates_leave_nothing_to_choose_and_unknown_standards_are_named() {
    let mut project = shut();
    let all = resolve_changes(&project, "test", &[open(&permissions(&project).concat())]).unwrap();
    let choice = choose_gates(&project, &all, "medicine", 3).unwrap();
    assert_eq!((choice.n_permissions, choice.openings.len()), (0, 0));
    assert_eq!(choice.bound, Some(choice.covered_before));

    let refused = |project: &Project, standard: &str| {
        let choice = choose_gates(project, &[], standard, 1);
        choice.unwrap_err().to_string()
    };
    let unknown = refused(&project, "haircut");
    assert!(
        unknown.contains("haircut") && unknown.contains("medicine"),
        "{unknown}"
    );
    project.standards[0].required = std::num::NonZeroU32::new(2).unwrap();
    let twice = refused(&project, "medicine");
    assert!(twice.contains("more than one facility"), "{twice}");
}
