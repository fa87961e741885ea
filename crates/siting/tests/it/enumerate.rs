//! Every model and option against the best of all sets of sites.

use siting::{Effort, Question, solve};

use crate::oracle;
use crate::town::Town;

#[test]
fn mclp_is_bounded_by_the_best_and_its_bound_bounds_it() {
    for seed in 0..40 {
        let instance = Town {
            n_demand: 60,
            n_sites: 12,
            side: 3_000,
            listed_within: 2_000,
            seed,
        }
        .build();
        for p in 0..6 {
            let question = Question {
                n_sites: Some(p),
                ..Question::mclp(900)
            };
            let best = oracle::best(&instance, &question).unwrap();
            let solution = solve(&instance, &question, &Effort::quick()).unwrap();
            assert!(
                solution.objective() <= best && best <= solution.bound(),
                "seed {seed}, p {p}"
            );
            let new: Vec<_> = solution.sites().iter().map(|s| s.site).collect();
            assert_eq!(
                oracle::value(&instance, &question, &new),
                Some(solution.objective())
            );
        }
    }
}
