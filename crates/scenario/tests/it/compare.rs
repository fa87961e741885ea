//! Comparisons by hand.

use scenario::compare::{ChangeClass, CompareError, compare};
use scenario::report::{
    CellReport, CellSplit, ClassKey, ScenarioReport, SplitReport, StandardFigures, StandardReport,
};

/// A result of one standard over cells with the given classes, each with a demand of 1, 2, 4, ….
fn result(classes: &[ClassKey]) -> ScenarioReport {
    let demand = |index: usize| 1_u64 << index;
    let covered = |(index, class): (usize, &ClassKey)| {
        if *class == ClassKey::Covered {
            demand(index)
        } else {
            0
        }
    };
    let total: u64 = (0..classes.len()).map(demand).sum();
    let covered_total: u64 = classes.iter().enumerate().map(covered).sum();
    let split = SplitReport {
        covered_thousandths: covered_total,
        uncovered_thousandths: total - covered_total,
        on_scrap_thousandths: 0,
        unlinked_thousandths: 0,
        fragile_thousandths: 0,
        covered_share: None,
    };
    ScenarioReport {
        format: 1,
        program: "test".to_owned(),
        plan: "test".to_owned(),
        plan_fingerprint: "p".to_owned(),
        grid_fingerprint: "g".to_owned(),
        scenario: "s".to_owned(),
        scenario_name: "s".to_owned(),
        n_closed_edges: 0,
        notes: Vec::new(),
        illustrative: false,
        demand_unit: "riders".to_owned(),
        h3_resolution: 9,
        demand_thousandths: total,
        joins: scenario::JoinsReport::default(),
        standards: vec![StandardReport {
            figures: StandardFigures {
                key: "swap".to_owned(),
                name: "swap".to_owned(),
                profile: "rider".to_owned(),
                limit_s: 300.0,
                required: 1,
                at: None,
                demand_per_slot_thousandths: None,
                n_facilities: 1,
                n_unlinked_facilities: 0,
                n_facilities_in_doubt: 0,
                demand_in_doubt_thousandths: 0,
                illustrative: false,
                split,
                balance: scenario::balance::BalanceReport::default(),
                median_s: None,
                quantile_90_s: None,
                worst_tenth_mean_s: None,
                worst_tenth_is_lower_bound: false,
                n_edge_affected_cells: 0,
            },
            gaps: Vec::new(),
            zones: Vec::new(),
            cells: classes
                .iter()
                .enumerate()
                .map(|(index, &class)| CellSplit {
                    covered_thousandths: covered((index, &class)),
                    class,
                    time_s: None,
                    edge_affected: false,
                    demand_thousandths: None,
                })
                .collect(),
        }],
        joints: Vec::new(),
        measures: Vec::new(),
        chosen: Vec::new(),
        zones: Vec::new(),
        cells: (0..classes.len())
            .map(|index| CellReport {
                id: index.to_string(),
                lng: 0.0,
                lat: 0.0,
                demand_thousandths: demand(index),
                zone: None,
            })
            .collect(),
    }
}

#[test]
fn each_pair_of_classes_has_its_change() {
    use ChangeClass::{Gained, Kept, Lost, Never, None};
    use ClassKey::{Covered, NoDemand, Uncovered, Unlinked};
    let before = result(&[
        Covered, Uncovered, Covered, Uncovered, NoDemand, Unlinked, Unlinked,
    ]);
    let after = result(&[
        Covered, Covered, Uncovered, Uncovered, NoDemand, Unlinked, Covered,
    ]);
    let comparison = compare(&before, &after).unwrap();
    let swap = &comparison.standards[0];
    assert_eq!(swap.cells, [Kept, Gained, Lost, Never, None, None, Gained]);
    assert_eq!((swap.kept.n_cells, swap.kept.demand_thousandths), (1, 1));
    assert_eq!(
        (swap.gained.n_cells, swap.gained.demand_thousandths),
        (2, 2 + 64)
    );
    assert_eq!((swap.lost.n_cells, swap.lost.demand_thousandths), (1, 4));
    assert_eq!((swap.never.n_cells, swap.never.demand_thousandths), (1, 8));
    assert_eq!(
        (
            swap.covered_before_thousandths,
            swap.covered_after_thousandths
        ),
        (5, 67)
    );
}

#[test]
fn unequal_questions_are_refused() {
    let before = result(&[ClassKey::Covered]);
    let refused = |change: fn(&mut ScenarioReport)| {
        let mut after = before.clone();
        change(&mut after);
        compare(&before, &after).unwrap_err()
    };
    let error = refused(|r| r.grid_fingerprint = "other".to_owned());
    assert!(matches!(error, CompareError::Grid { .. }));
    let error = refused(|r| r.standards[0].figures.limit_s = 360.0);
    assert!(matches!(error, CompareError::Unequal { .. }), "{error}");
    let error = refused(|r| r.standards[0].figures.profile = "foot".to_owned());
    assert!(error.to_string().contains("rider") && error.to_string().contains("foot"));
    let error = refused(|r| r.standards[0].figures.key = "rest".to_owned());
    assert_eq!(error, CompareError::Standard("swap".to_owned()));
}
