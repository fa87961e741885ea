//! What must hold whatever the numbers are.

use std::path::Path;

use scenario::{
    Evaluation, Modification, Plan, Project, evaluate, evaluate_in_detail, resolve, resolve_changes,
};

fn shenzhen() -> Project {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../data/shenzhen/plan.toml");
    let plan = Plan::read(&path).unwrap();
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default()).unwrap();
    resolve(&plan, city).unwrap()
}

fn after(project: &Project, modifications: &[Modification]) -> Evaluation {
    let changes = resolve_changes(project, "test", modifications).unwrap();
    evaluate(project, &changes).unwrap()
}

fn covered(evaluation: &Evaluation, standard: usize) -> u64 {
    evaluation.services[standard]
        .coverage
        .total()
        .covered
        .as_thousandths()
}

#[test]
fn modifications_do_what_they_say() {
    let project = shenzhen();
    let baseline = after(&project, &[]);
    let swap = 0;

    // Closing one facility loses exactly its unique demand.
    let detail = &evaluate_in_detail(&project, &[]).unwrap().services[swap];
    let (index, unique) = detail
        .ledger
        .facilities()
        .iter()
        .enumerate()
        .map(|(index, ledger)| (index, ledger.unique_demand))
        .max_by_key(|&(_, unique)| unique)
        .unwrap();
    assert!(
        unique.as_thousandths() > 0,
        "some facility covers something alone"
    );
    let id = baseline.facilities[index].id.clone();
    let closed = after(
        &project,
        &[Modification::CloseFacilities {
            facilities: vec![id.clone()],
        }],
    );
    assert_eq!(
        covered(&baseline, swap) - covered(&closed, swap),
        unique.as_thousandths()
    );

    // A copy at the same place makes up for it; the other standards never noticed.
    let at = baseline.facilities[index].position.to_string();
    let copy = Modification::AddFacility {
        id: "copy".to_owned(),
        kind: "battery-swap-cabinet".to_owned(),
        at,
        name: None,
        opening_hours: None,
        capacity: None,
        amenities: Vec::new(),
        start_delay: None,
        illustrative: false,
    };
    let close = Modification::CloseFacilities {
        facilities: vec![id.clone()],
    };
    let replaced = after(&project, &[copy, close.clone()]);
    for standard in 0..project.standards.len() {
        assert_eq!(covered(&baseline, standard), covered(&replaced, standard));
    }

    // Moving a facility onto another is closing it.
    let other = baseline
        .facilities
        .iter()
        .find(|f| f.id != id && f.kind == project.facilities[index].kind);
    let to = other.unwrap().position.to_string();
    let moved = after(&project, &[Modification::MoveFacility { facility: id, to }]);
    assert_eq!(covered(&moved, swap), covered(&closed, swap));

    // A longer limit and longer hours never lose.
    let longer = after(
        &project,
        &[Modification::ChangeLimit {
            standard: "swap".to_owned(),
            limit: "6min".to_owned(),
        }],
    );
    assert!(covered(&longer, swap) > covered(&baseline, swap));
    let night = 2;
    let open = after(
        &project,
        &[Modification::ChangeHours {
            facility: "W10".to_owned(),
            opening_hours: "24/7".to_owned(),
        }],
    );
    assert!(covered(&open, night) >= covered(&baseline, night));
    let works = after(
        &project,
        &[Modification::CloseStreet {
            ways: Vec::new(),
            name: Some("深南大道".to_owned()),
        }],
    );
    assert!(works.n_closed_edges > 50);
    // The canteens stand beside other streets, so closing the boulevard only takes ways to them.
    let meal = 3;
    assert!(covered(&works, meal) < covered(&baseline, meal));

    // Every standard's parts add up to the demand, cell by cell, and the joint circle never covers
    // more than any of its parts.
    let total = project.demand.total().as_thousandths();
    for service in &baseline.services {
        let sum: u64 = service
            .coverage
            .cells()
            .iter()
            .map(|c| c.total().as_thousandths())
            .sum();
        assert_eq!(sum, total);
    }
    for joint in &baseline.joints {
        for &part in &joint.parts {
            assert!(
                joint.coverage.total().covered <= baseline.services[part].coverage.total().covered
            );
        }
    }
}

#[test]
fn unknown_names_are_refused_together() {
    let project = shenzhen();
    let wrong = [
        Modification::CloseFacilities {
            facilities: vec!["W011".to_owned()],
        },
        Modification::ChangeLimit {
            standard: "swop".to_owned(),
            limit: "6min".to_owned(),
        },
        Modification::MoveFacility {
            facility: "W01".to_owned(),
            to: "7.4,43.7".to_owned(),
        },
        Modification::CloseStreet {
            ways: vec![-5],
            name: None,
        },
    ];
    let problems = resolve_changes(&project, "scenario `x`", &wrong)
        .unwrap_err()
        .to_string();
    assert!(problems.starts_with("4 problems"), "{problems}");
    for part in [
        "modification 1",
        "`W011`",
        "`swop`",
        "outside the streets",
        "way id -5",
    ] {
        assert!(problems.contains(part), "{part} is missing in\n{problems}");
    }
}
