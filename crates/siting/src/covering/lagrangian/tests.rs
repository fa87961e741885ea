//! Bounds worked by hand, and against the best of all sets of sites.

use super::*;
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::covering::brute_force::{best, best_of, scattered};
use crate::instance::sparse_rows::CountedRows;
use crate::question::Question;
use crate::random::Rng;

/// The bound of one evaluation, in whole steps rounded up, with the whole problem free.
fn rounded_up(bound: i64, bits: u32) -> i64 {
    (bound + (1 << bits) - 1) >> bits
}

/// Three demand points of weights 5, 3 and 2; site 0 covers the first two, site 1 the last two.
fn overlapping() -> CoveringProblem {
    let rows = CountedRows {
        weight: vec![5, 3, 2],
        first: vec![0, 2, 4],
        demand: vec![0, 1, 1, 2],
        cost: None,
    };
    let question = Question {
        n_sites: Some(1),
        ..Question::mclp(0)
    };
    CoveringProblem::new(&rows.build().unwrap(), &question)
}

#[test]
fn the_bound_of_given_multipliers_is_their_sum_less_the_best_site() {
    let problem = overlapping();
    let (bits, whole) = (scale_bits(&problem), Subproblem::whole(2));
    let relaxation = Relaxation::new(&problem, &TripleCuts::default(), bits, &whole);
    let at_weights = Dual {
        row: vec![5 << bits, 3 << bits, 2 << bits],
        ..Dual::default()
    };
    let found = relaxation.evaluate(&at_weights);
    // 10 of weight, of which site 0 takes 8 and site 1 takes 5.
    assert_eq!(found.bound, 2 << bits);
    assert_eq!(found.chosen, [true, false]);
    assert_eq!(found.reduced_cost, [3 << bits, 3 << bits]);
    assert_eq!(found.met, Some((vec![0], 2)));
    // 2 + 1 + 2 of multipliers, of which either site takes 3.
    let lower = Dual {
        row: vec![2 << bits, 1 << bits, 2 << bits],
        ..Dual::default()
    };
    let found = relaxation.evaluate(&lower);
    assert_eq!(found.bound, 2 << bits);
    assert_eq!(found.reduced_cost, [0, 0]);
    // A multiplier above the weight counts as the weight.
    let higher = Dual {
        row: vec![9 << bits, 3 << bits, 2 << bits],
        ..Dual::default()
    };
    assert_eq!(relaxation.evaluate(&higher).bound, 2 << bits);
}

#[test]
fn a_site_that_is_decided_leaves_the_relaxation_with_its_rows() {
    let problem = overlapping();
    let bits = scale_bits(&problem);
    let mut with_site_1 = Subproblem::whole(2);
    with_site_1.open(1, None);
    let relaxation = Relaxation::new(&problem, &TripleCuts::default(), bits, &with_site_1);
    assert_eq!(
        (relaxation.site.as_slice(), relaxation.sites_left),
        (&[0][..], 0)
    );
    assert_eq!(relaxation.row, [0]);
    let found = relaxation.evaluate(&Dual {
        row: vec![5 << bits, 0, 0],
        ..Dual::default()
    });
    assert_eq!(found.bound, 5 << bits);
    let mut without_site_0 = Subproblem::whole(2);
    without_site_0.close(0);
    let relaxation = Relaxation::new(&problem, &TripleCuts::default(), bits, &without_site_0);
    // The first row cannot be covered any more: its weight is certain.
    assert_eq!(relaxation.row, [1, 2]);
    let nothing = Dual {
        row: vec![0; 3],
        ..Dual::default()
    };
    assert_eq!(relaxation.evaluate(&nothing).bound, 5 << bits);
}

#[test]
fn no_multipliers_and_no_ascent_bound_above_the_best_of_all_sets() {
    let (mut n_tight, mut n_fixed) = (0, 0);
    for seed in 0..60 {
        let mut rng = Rng::new(seed);
        let instance = scattered(&mut rng, 10, 8);
        let questions = [
            Question {
                n_sites: Some(3),
                ..Question::mclp(0)
            },
            Question {
                budget: Some(7),
                ..Question::mclp(0)
            },
            Question::lscp(0),
            Question {
                by_price: true,
                ..Question::lscp(0)
            },
        ];
        for question in questions {
            let problem = CoveringProblem::new(&instance, &question);
            let best_objective = best(&problem).unwrap();
            let n_sites = problem.n_sites();
            let (bits, whole) = (scale_bits(&problem), Subproblem::whole(n_sites));
            let relaxation = Relaxation::new(&problem, &TripleCuts::default(), bits, &whole);
            let highest = 1 + usize::try_from(relaxation.largest_multiplier() >> bits).unwrap();
            let random = Dual {
                row: (0..problem.n_rows())
                    .map(|_| i64::try_from(rng.below(highest)).unwrap() << bits)
                    .collect(),
                ..Dual::default()
            };
            let options = SubgradientOptions {
                steps: 200,
                target: best_objective << bits,
                enough: i64::MAX,
                length: 1.0,
                patience: 8,
                shortest: 1e-4,
                stop: &|| false,
            };
            let one = relaxation.evaluate(&random);
            let many = relaxation.subgradient(&random, &options);
            assert!(many.bound >= one.bound, "seed {seed}: {question:?}");
            for found in [&one, &many] {
                assert!(
                    rounded_up(found.bound, bits) <= best_objective,
                    "seed {seed}: {question:?}"
                );
                let again = relaxation.evaluate(&found.dual);
                assert_eq!(again.bound, found.bound, "seed {seed}: {question:?}");
                for site in 0..n_sites {
                    // The other decision about a site than the relaxed choice takes.
                    let other = u32::from(!found.chosen[site]);
                    let other = best_of(&problem, |set| set >> site & 1 == other);
                    let least = found.bound.saturating_add(found.reduced_cost[site]);
                    if let Some(other) = other {
                        assert!(
                            rounded_up(least, bits) <= other,
                            "seed {seed}, site {site}: {question:?}"
                        );
                    }
                    n_fixed += u32::from(rounded_up(least, bits) > best_objective);
                }
            }
            n_tight += u32::from(rounded_up(many.bound, bits) == best_objective);
        }
    }
    assert!(n_tight > 100 && n_fixed > 200, "{n_tight} {n_fixed}");
}
