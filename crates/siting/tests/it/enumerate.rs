//! Every model and option against the best of all sets of sites.

use siting::{
    BoundCheck, CountedRows, Effort, Infeasible, Instance, Proof, Question, Share, Solution,
    Standing, Status, VerifyError, solve, verify,
};

use crate::oracle;
use crate::town::{Dice, Town, with_prices, with_spacing, with_standing, with_zones};

fn town(seed: u64) -> Instance {
    let n_sites = 9 + usize::try_from(seed % 6).unwrap();
    Town {
        n_demand: 50,
        n_sites,
        side: 3_000,
        listed_within: 2_500,
        seed,
    }
    .build()
}

/// The exact answer is the best one, and the quick answer and its bound hold it between them.
fn agree(instance: &Instance, question: &Question, what: &str) {
    let best = oracle::best(instance, question);
    match solve(instance, question, &Effort::exact()) {
        Ok(solution) => {
            believed(instance, &solution, what);
            assert_eq!(Some(solution.objective()), best, "{what}: {question:?}");
            assert_eq!(solution.status(), Status::Optimal, "{what}: {question:?}");
            let open: Vec<_> = solution.sites().iter().map(|s| s.site).collect();
            let new: Vec<_> = solution
                .sites()
                .iter()
                .filter(|s| !s.fixed)
                .map(|s| s.site)
                .collect();
            assert_eq!(
                oracle::value(instance, question, &new),
                best,
                "{what}: {question:?}"
            );
            for site in instance
                .sites()
                .filter(|&s| instance.standing(s) == Standing::Fixed)
            {
                assert!(open.contains(&site), "{what}: fixed sites stay open");
            }
            if question.model == siting::Model::Mclp {
                let added: i128 = solution.sites().iter().map(|s| s.adds).sum();
                assert_eq!(
                    added,
                    solution.objective(),
                    "{what}: what sites add adds up"
                );
            }
        }
        Err(reason) => {
            assert_eq!(best, None, "{what}: {question:?}: {reason}");
            assert!(
                !matches!(reason, Infeasible::Undecided { .. }),
                "{what}: {question:?}"
            );
        }
    }
    let Ok(quick) = solve(
        instance,
        question,
        &Effort {
            work: 200_000,
            ..Effort::quick()
        },
    ) else {
        return;
    };
    believed(instance, &quick, what);
    let best = best.expect("a checked answer exists");
    let (low, high) = if question.model.maximizes() {
        (quick.objective(), quick.bound())
    } else {
        (quick.bound(), quick.objective())
    };
    assert!(
        low <= best && best <= high,
        "{what}: {question:?}: {low} {best} {high}"
    );
}

/// The independent check confirms objective and bound, also after a trip through JSON.
fn believed(instance: &Instance, solution: &Solution, what: &str) {
    let text = serde_json::to_string(&solution.proof()).unwrap();
    let proof: Proof = serde_json::from_str(&text).unwrap();
    let checked = verify(instance, &proof);
    let question = solution.question();
    match checked {
        Ok(verified) => assert_eq!(
            verified.bound,
            BoundCheck::Confirmed,
            "{what}: {question:?}: the bound has no certificate"
        ),
        Err(reason) => panic!("{what}: {question:?}: {reason}"),
    }
}

fn share(percent: u32) -> Option<Share> {
    Share::from_millionths(percent * 10_000)
}

#[test]
fn mclp_is_the_best_of_all_sets() {
    for seed in 0..30 {
        let instance = town(seed);
        for p in [0, 1, 2, 3, 5, 20] {
            agree(
                &instance,
                &Question {
                    n_sites: Some(p),
                    ..Question::mclp(900)
                },
                &format!("seed {seed}"),
            );
        }
    }
}

#[test]
fn mclp_with_fixed_and_forbidden_sites_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let instance = with_standing(town(seed), seed);
        for p in [0, 1, 3] {
            agree(
                &instance,
                &Question {
                    n_sites: Some(p),
                    ..Question::mclp(900)
                },
                &format!("seed {seed}"),
            );
        }
    }
}

#[test]
fn mclp_within_a_budget_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let instance = with_prices(with_standing(town(seed), seed), seed);
        for budget in [0, 17, 40] {
            let question = Question {
                budget: Some(budget),
                ..Question::mclp(900)
            };
            agree(&instance, &question, &format!("seed {seed}"));
            agree(
                &instance,
                &Question {
                    n_sites: Some(2),
                    ..question
                },
                &format!("seed {seed}"),
            );
        }
    }
}

#[test]
fn mclp_with_backup_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let instance = with_standing(town(seed), seed + 5);
        for p in [1, 2, 4] {
            let question = Question {
                n_sites: Some(p),
                times: 2,
                ..Question::mclp(1_200)
            };
            agree(&instance, &question, &format!("seed {seed}"));
        }
    }
}

#[test]
fn mclp_with_spacing_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let instance = with_spacing(with_standing(town(seed), seed), seed);
        for p in [1, 3, 5] {
            agree(
                &instance,
                &Question {
                    n_sites: Some(p),
                    ..Question::mclp(900)
                },
                &format!("seed {seed}"),
            );
        }
    }
}

#[test]
fn mclp_with_floors_is_the_best_of_all_sets_or_there_is_none() {
    for seed in 0..20 {
        let instance = with_zones(with_standing(town(seed), seed), seed);
        for (p, percent) in [(2, 20), (3, 40), (4, 60), (5, 90)] {
            let question = Question {
                n_sites: Some(p),
                floor: share(percent),
                ..Question::mclp(900)
            };
            agree(&instance, &question, &format!("seed {seed}"));
        }
    }
}

#[test]
fn lscp_is_the_best_of_all_sets() {
    for seed in 0..30 {
        let instance = with_standing(town(seed), seed);
        agree(&instance, &Question::lscp(900), &format!("seed {seed}"));
        agree(
            &instance,
            &Question {
                times: 2,
                ..Question::lscp(1_500)
            },
            &format!("seed {seed}"),
        );
        agree(
            &instance,
            &Question {
                n_sites: Some(4),
                ..Question::lscp(900)
            },
            &format!("seed {seed}"),
        );
        agree(
            &instance,
            &Question {
                require_all: true,
                ..Question::lscp(900)
            },
            &format!("seed {seed}"),
        );
        let spaced = with_spacing(instance.clone(), seed);
        agree(
            &spaced,
            &Question::lscp(900),
            &format!("seed {seed}, spaced"),
        );
        let priced = with_prices(instance, seed);
        agree(
            &priced,
            &Question {
                by_price: true,
                ..Question::lscp(900)
            },
            &format!("seed {seed}"),
        );
        agree(
            &priced,
            &Question {
                budget: Some(60),
                ..Question::lscp(900)
            },
            &format!("seed {seed}"),
        );
    }
}

/// Three large dear sites and seven small cheap ones: the cheapest cover is of many sites. With prices, and capacities beside.
fn hubs(seed: u64) -> (Instance, Vec<u64>) {
    let mut dice = Dice::new(seed);
    let mut rows = CountedRows {
        weight: (0..12).map(|_| 1 + dice.below(9)).collect(),
        first: vec![0],
        ..CountedRows::default()
    };
    let (mut prices, mut capacities) = (Vec::new(), Vec::new());
    for site in 0..10 {
        let (reach, price, capacity) = if site < 3 { (9, 12, 40) } else { (4, 1, 12) };
        rows.demand
            .extend((0..12).filter(|_| dice.below(12) < reach));
        rows.first.push(rows.demand.len());
        prices.push(price + dice.below(6));
        capacities.push(capacity + dice.below(8));
    }
    let instance = rows.build().unwrap().with_prices(prices).unwrap();
    (instance, capacities)
}

/// The cheapest cover may need more sites than are allowed; then a dearer one with fewer, or none.
#[test]
fn lscp_by_price_with_so_many_sites_is_the_best_of_all_sets_or_there_is_none() {
    let (mut n_dearer, mut n_none) = (0, 0);
    for seed in 0..16 {
        let plain = hubs(seed).0;
        let standing = with_standing(plain.clone(), seed);
        let spaced = with_spacing(standing.clone(), seed);
        for (instance, what) in [(plain, "plain"), (standing, "fixed"), (spaced, "spaced")] {
            let free = Question {
                by_price: true,
                ..Question::lscp(0)
            };
            let cheapest = oracle::best(&instance, &free);
            for n_sites in 0..5 {
                let question = Question {
                    n_sites: Some(n_sites),
                    ..free.clone()
                };
                agree(&instance, &question, &format!("seed {seed}, {what}"));
                let best = oracle::best(&instance, &question);
                n_none += u32::from(best.is_none());
                n_dearer += u32::from(best.is_some() && best != cheapest);
            }
            for (budget, times) in [(Some(20), 1), (None, 2)] {
                let question = Question {
                    n_sites: Some(4),
                    budget,
                    times,
                    ..free.clone()
                };
                agree(&instance, &question, &format!("seed {seed}, {what}"));
            }
        }
    }
    assert!(n_dearer > 20 && n_none > 50, "{n_dearer} {n_none}");
}

#[test]
fn lscp_by_price_with_capacities_and_so_many_sites_is_the_best_of_all_sets_or_there_is_none() {
    let mut n_dearer = 0;
    for seed in 0..16 {
        let (instance, capacities) = hubs(seed);
        let hubs = with_standing(instance.with_capacities(capacities).unwrap(), seed);
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
fn p_median_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let plain = town(seed);
        let instance = with_standing(town(seed), seed);
        for p in [0, 1, 2, 4] {
            agree(&plain, &Question::p_median(p), &format!("seed {seed}"));
            agree(&instance, &Question::p_median(p), &format!("seed {seed}"));
            let near = Question {
                radius: Some(1_400),
                ..Question::p_median(p)
            };
            agree(&instance, &near, &format!("seed {seed}"));
        }
        let spaced = with_spacing(instance.clone(), seed);
        agree(
            &spaced,
            &Question::p_median(3),
            &format!("seed {seed}, spaced"),
        );
        let priced = with_prices(instance, seed);
        let question = Question {
            budget: Some(45),
            ..Question::p_median(9)
        };
        agree(&priced, &question, &format!("seed {seed}, priced"));
    }
}

#[test]
fn p_center_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let plain = town(seed);
        let instance = with_standing(town(seed), seed);
        for p in [0, 1, 2, 4] {
            agree(&plain, &Question::p_center(p), &format!("seed {seed}"));
            agree(&instance, &Question::p_center(p), &format!("seed {seed}"));
        }
        let spaced = with_spacing(instance.clone(), seed);
        agree(
            &spaced,
            &Question::p_center(3),
            &format!("seed {seed}, spaced"),
        );
        let priced = with_prices(instance, seed);
        let question = Question {
            budget: Some(45),
            ..Question::p_center(9)
        };
        agree(&priced, &question, &format!("seed {seed}, priced"));
    }
}

#[test]
fn mclp_with_capacities_is_the_best_of_all_sets() {
    for seed in 0..12 {
        let mut dice = Dice::new(seed);
        let size = Town {
            n_demand: 30,
            n_sites: 9,
            side: 2_000,
            listed_within: 1_500,
            seed,
        };
        let instance = with_standing(size.build(), seed);
        let capacities = instance.sites().map(|_| 50 + dice.below(400)).collect();
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
    let mut dice = Dice::new(seed);
    let size = Town {
        n_demand,
        n_sites,
        side: 2_000,
        listed_within: 1_800,
        seed,
    };
    let instance = with_standing(size.build(), seed);
    let total = u64::try_from(instance.total_weight()).unwrap();
    let share = total / (2 + seed % 4);
    let capacities = instance
        .sites()
        .map(|_| share / 3 + dice.below(share + 1))
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
    let may_open = |s| instance.standing(s) != Standing::Forbidden;
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
