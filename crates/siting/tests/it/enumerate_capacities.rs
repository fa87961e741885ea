//! Every model with capacities against the best of all sets of sites.

use siting::{BoundCheck, Effort, Instance, Question, SiteStatus, VerifyError, solve, verify};

use crate::enumerate::{agree, hubs};
use crate::oracle;
use crate::town::{Rng, Town, with_prices, with_site_status, with_spacing};

#[test]
fn lscp_by_price_with_capacities_and_so_many_sites_is_the_best_of_all_sets_or_there_is_none() {
    let mut n_dearer = 0;
    for seed in 0..16 {
        let (instance, capacities) = hubs(seed);
        let hubs = with_site_status(instance.with_capacities(capacities).unwrap(), seed);
        let town = with_prices(slots(seed, 20, 8), seed);
        for (instance, radius) in [(hubs, 0), (town, 1_500)] {
            let free = Question {
                by_price: true,
                ..Question::lscp(radius)
            };
            let cheapest = oracle::best(&instance, &free);
            for n_sites in 0..7 {
                let question = Question {
                    n_sites: Some(n_sites),
                    ..free.clone()
                };
                agree(&instance, &question, &format!("seed {seed}"));
                let best = oracle::best(&instance, &question);
                n_dearer += u32::from(best.is_some() && best != cheapest);
            }
        }
    }
    assert!(n_dearer > 3, "{n_dearer}");
}

#[test]
fn mclp_with_capacities_is_the_best_of_all_sets() {
    for seed in 0..12 {
        let mut rng = Rng::new(seed);
        let size = Town {
            n_demand: 30,
            n_sites: 9,
            side: 2_000,
            listed_within: 1_500,
            seed,
        };
        let instance = with_site_status(size.build(), seed);
        let capacities = instance.sites().map(|_| 50 + rng.below(400)).collect();
        let instance = instance.with_capacities(capacities).unwrap();
        for p in [0, 1, 2, 4] {
            let question = Question {
                n_sites: Some(p),
                ..Question::mclp(900)
            };
            agree(&instance, &question, &format!("seed {seed}"));
        }
        let priced = with_prices(with_spacing(instance, seed), seed);
        let question = Question {
            budget: Some(40),
            ..Question::mclp(900)
        };
        agree(
            &priced,
            &question,
            &format!("seed {seed}, priced and spaced"),
        );
    }
}

/// A small town whose sites can serve so much each, from tight to generous.
fn slots(seed: u64, n_demand: usize, n_sites: usize) -> Instance {
    let mut rng = Rng::new(seed);
    let size = Town {
        n_demand,
        n_sites,
        side: 2_000,
        listed_within: 1_800,
        seed,
    };
    let instance = with_site_status(size.build(), seed);
    let total = u64::try_from(instance.total_weight()).unwrap();
    let share = total / (2 + seed % 4);
    let capacities = instance
        .sites()
        .map(|_| share / 3 + rng.below(share + 1))
        .collect();
    instance.with_capacities(capacities).unwrap()
}

#[test]
fn lscp_with_capacities_is_the_best_of_all_sets_or_there_is_none() {
    for seed in 0..24 {
        let instance = slots(seed, 25, 9);
        for radius in [900, 1_500] {
            let question = Question::lscp(radius);
            agree(&instance, &question, &format!("seed {seed}"));
            let few = Question {
                n_sites: Some(3),
                ..question.clone()
            };
            agree(&instance, &few, &format!("seed {seed}"));
            let all = Question {
                require_all: true,
                ..question.clone()
            };
            agree(&instance, &all, &format!("seed {seed}"));
        }
        let priced = with_prices(with_spacing(instance, seed), seed);
        let question = Question {
            by_price: true,
            ..Question::lscp(1_500)
        };
        agree(
            &priced,
            &question,
            &format!("seed {seed}, priced and spaced"),
        );
        let question = Question {
            budget: Some(50),
            ..Question::lscp(1_500)
        };
        agree(
            &priced,
            &question,
            &format!("seed {seed}, priced and spaced"),
        );
    }
}

#[test]
fn p_median_with_capacities_is_the_best_of_all_sets_or_there_is_none() {
    for seed in 0..24 {
        let instance = slots(seed, 14, 8);
        for p in [1, 2, 4] {
            agree(&instance, &Question::p_median(p), &format!("seed {seed}"));
            let near = Question {
                radius: Some(1_200),
                ..Question::p_median(p)
            };
            agree(&instance, &near, &format!("seed {seed}"));
        }
        let priced = with_prices(with_spacing(instance, seed), seed);
        let question = Question {
            budget: Some(45),
            ..Question::p_median(6)
        };
        agree(
            &priced,
            &question,
            &format!("seed {seed}, priced and spaced"),
        );
    }
}

#[test]
fn p_center_with_capacities_is_the_best_of_all_sets_or_there_is_none() {
    for seed in 0..24 {
        let instance = slots(seed, 20, 8);
        for p in [1, 2, 4] {
            agree(&instance, &Question::p_center(p), &format!("seed {seed}"));
        }
        let priced = with_prices(with_spacing(instance, seed), seed);
        let question = Question {
            budget: Some(45),
            ..Question::p_center(6)
        };
        agree(
            &priced,
            &question,
            &format!("seed {seed}, priced and spaced"),
        );
    }
}

/// What the demand point that is worst off needs with every site open.
fn worst_point(instance: &Instance) -> i128 {
    let may_open = |s| instance.site_status(s) != SiteStatus::Forbidden;
    let demand = instance.demand_points().filter(|&d| instance.weight(d) > 0);
    let nearest = demand.filter_map(|d| {
        let sites = instance.served_by(d).filter(|p| may_open(p.0));
        sites.map(|p| p.1).min()
    });
    i128::from(nearest.max().unwrap())
}

#[test]
fn p_center_with_capacities_is_proven_by_the_radius_that_is_too_small() {
    let mut n_refuted = 0;
    for seed in 0..24 {
        let instance = slots(seed, 20, 8);
        for p in [2, 3, 4] {
            let question = Question::p_center(p);
            let Ok(solution) = solve(&instance, &question, &Effort::exact()) else {
                continue;
            };
            let best = oracle::best(&instance, &question).unwrap();
            assert_eq!((solution.objective(), solution.bound()), (best, best));
            let honest = solution.proof();
            let verified = verify(&instance, &honest).unwrap();
            assert_eq!(verified.bound, BoundCheck::Confirmed, "seed {seed}");
            if best == worst_point(&instance) {
                continue;
            }
            n_refuted += 1;
            // Without its multipliers the refuted radius is not refuted.
            let mut empty = honest.clone();
            for multipliers in &mut empty.certificate.as_mut().unwrap().multipliers {
                multipliers.demand.fill(0);
            }
            let refused = verify(&instance, &empty).unwrap_err();
            let found = worst_point(&instance);
            assert_eq!(
                refused,
                VerifyError::BoundNotProven {
                    claimed: best,
                    proven: found
                },
                "seed {seed}"
            );
            // One step more than the best is not believed either.
            let mut more = honest;
            more.bound += 1;
            assert!(matches!(
                verify(&instance, &more),
                Err(VerifyError::BoundNotProven { .. })
            ));
        }
    }
    assert_eq!(
        n_refuted, 18,
        "so many are not decided by the worst point alone"
    );
}
