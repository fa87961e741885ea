//! Every model and option against the best of all sets of sites.

use siting::{
    BoundCheck, CountedRows, Effort, Infeasible, Instance, Proof, Question, Share, SiteStatus,
    Solution, Status, solve, verify,
};

use crate::oracle;
use crate::town::{Rng, Town, with_prices, with_site_status, with_spacing, with_zones};

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
pub(crate) fn agree(instance: &Instance, question: &Question, what: &str) {
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
                .filter(|&s| instance.site_status(s) == SiteStatus::Fixed)
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
        let instance = with_site_status(town(seed), seed);
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
        let instance = with_prices(with_site_status(town(seed), seed), seed);
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
        let instance = with_site_status(town(seed), seed + 5);
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
        let instance = with_spacing(with_site_status(town(seed), seed), seed);
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
        let instance = with_zones(with_site_status(town(seed), seed), seed);
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
        let instance = with_site_status(town(seed), seed);
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
pub(crate) fn hubs(seed: u64) -> (Instance, Vec<u64>) {
    let mut rng = Rng::new(seed);
    let mut rows = CountedRows {
        weight: (0..12).map(|_| 1 + rng.below(9)).collect(),
        first: vec![0],
        ..CountedRows::default()
    };
    let (mut prices, mut capacities) = (Vec::new(), Vec::new());
    for site in 0..10 {
        let (reach, price, capacity) = if site < 3 { (9, 12, 40) } else { (4, 1, 12) };
        rows.demand
            .extend((0..12).filter(|_| rng.below(12) < reach));
        rows.first.push(rows.demand.len());
        prices.push(price + rng.below(6));
        capacities.push(capacity + rng.below(8));
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
        let status = with_site_status(plain.clone(), seed);
        let spaced = with_spacing(status.clone(), seed);
        for (instance, what) in [(plain, "plain"), (status, "fixed"), (spaced, "spaced")] {
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
fn p_median_is_the_best_of_all_sets() {
    for seed in 0..20 {
        let plain = town(seed);
        let instance = with_site_status(town(seed), seed);
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
        let instance = with_site_status(town(seed), seed);
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
