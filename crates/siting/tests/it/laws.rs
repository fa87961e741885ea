//! What always holds, whatever the numbers.

use proptest::prelude::*;
use siting::{Effort, Instance, Model, Question, SiteStatus, closing, phased, solve, verify};

use crate::oracle;
use crate::town::{Rng, Town};

fn town(seed: u64, n_sites: usize) -> Instance {
    Town {
        n_demand: 120,
        n_sites,
        side: 4_000,
        listed_within: 3_000,
        seed,
    }
    .build()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn more_sites_never_cover_less(seed in 0_u64..1_000, p in 0_u32..6) {
        let instance = town(seed, 40);
        let best = |p| {
            let question = Question { n_sites: Some(p), ..Question::mclp(700) };
            solve(&instance, &question, &Effort::exact()).unwrap().objective()
        };
        prop_assert!(best(p) <= best(p + 1));
    }

    #[test]
    fn a_larger_radius_never_covers_less_nor_needs_more(seed in 0_u64..1_000, radius in 200_u64..1_500) {
        let instance = town(seed, 30);
        let covered = |radius| {
            let question = Question { n_sites: Some(3), ..Question::mclp(radius) };
            solve(&instance, &question, &Effort::exact()).unwrap().objective()
        };
        prop_assert!(covered(radius) <= covered(radius + 100));
    }

    #[test]
    fn greedy_keeps_its_guarantee_and_the_bound_never_crosses_the_optimum(seed in 0_u64..1_000, p in 1_u32..5) {
        let instance = town(seed, 12);
        let question = Question { n_sites: Some(p), ..Question::mclp(700) };
        let best = oracle::best(&instance, &question).unwrap();
        // Stopped at once: what is left is greedy with its first bound.
        let effort = Effort { stop: &|| true, ..Effort::quick() };
        let first = solve(&instance, &question, &effort).unwrap();
        prop_assert!(first.objective() * 1_000 >= best * 632);
        prop_assert!(first.objective() <= best && best <= first.bound());
        prop_assert!(verify(&instance, &first.proof()).is_ok());
    }

    #[test]
    fn doubling_weights_doubles_the_answer(seed in 0_u64..1_000) {
        let size = Town { n_demand: 60, n_sites: 12, side: 3_000, listed_within: 2_000, seed };
        let once = size.build();
        let mut rows = siting::CountedRows { first: vec![0], cost: Some(Vec::new()), ..Default::default() };
        rows.weight = once.demand_points().map(|d| 2 * once.weight(d)).collect();
        for site in once.sites() {
            for (d, cost) in once.serves(site) {
                rows.demand.push(u32::try_from(d.index()).unwrap());
                rows.cost.as_mut().unwrap().push(u32::try_from(cost).unwrap());
            }
            rows.first.push(rows.demand.len());
        }
        let twice = rows.build().unwrap();
        for question in [Question { n_sites: Some(3), ..Question::mclp(700) }, Question::p_median(4)] {
            let Ok(one) = solve(&once, &question, &Effort::exact()) else { continue };
            let two = solve(&twice, &question, &Effort::exact()).unwrap();
            prop_assert_eq!(2 * one.objective(), two.objective());
        }
    }
}

#[test]
fn one_thread_and_many_give_the_same_answer() {
    let instance = Town {
        n_demand: 700,
        n_sites: 300,
        side: 6_000,
        listed_within: 2_500,
        seed: 11,
    }
    .build();
    let questions = [
        Question {
            n_sites: Some(8),
            ..Question::mclp(700)
        },
        Question::lscp(900),
        Question::p_median(9),
        Question::p_center(9),
    ];
    let slots = {
        let mut rng = Rng::new(12);
        let capacities = instance.sites().map(|_| 500 + rng.below(2_000)).collect();
        instance.clone().with_capacities(capacities).unwrap()
    };
    let with_slots = [
        Question {
            n_sites: Some(8),
            ..Question::mclp(700)
        },
        Question::lscp(900),
        Question::p_median(60),
        Question::p_center(60),
    ];
    let plain = questions.into_iter().map(|q| (&instance, q));
    let slotted = with_slots.into_iter().map(|q| (&slots, q));
    for (instance, question) in plain.chain(slotted) {
        let answer = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            let effort = Effort {
                work: 30_000_000,
                good_enough: siting::Share::from_millionths(1).unwrap(),
                ..Effort::quick()
            };
            pool.install(|| {
                solve(instance, &question, &effort)
                    .map(|s| (serde_json::to_string(&s.proof()).unwrap(), s.work()))
            })
        };
        assert!(answer(1) == answer(16), "{question:?}");
    }
}

#[test]
fn phases_are_nested_and_their_loss_is_stated() {
    let instance = town(5, 40);
    let phases = phased(
        &instance,
        &Question::mclp(700),
        &[2, 4, 7],
        &Effort::exact(),
    )
    .unwrap();
    let mut open = Vec::new();
    for phase in &phases {
        open.extend(phase.opens.clone());
        assert!(open.len() <= usize::try_from(phase.n_sites).unwrap());
        for site in &open {
            assert!(
                phase.nested.sites().iter().any(|s| s.site == *site),
                "early sites stay"
            );
        }
        assert_eq!(
            phase.loss,
            phase.free.objective() - phase.nested.objective()
        );
        assert!(phase.loss_at_most >= phase.loss);
    }
    assert_eq!(phases[0].loss, 0, "the first phase is free");
    assert!(phased(&instance, &Question::mclp(700), &[3, 3], &Effort::quick()).is_err());
}

#[test]
fn closing_loses_as_little_as_any_choice() {
    for seed in 0..10 {
        let mut rng = Rng::new(seed);
        let instance = town(seed, 14);
        let status = instance.sites().map(|_| match rng.below(3) {
            0 => SiteStatus::Candidate,
            _ => SiteStatus::Fixed,
        });
        let status = status.collect();
        let instance = instance.with_site_status(status).unwrap();
        let fixed: Vec<_> = instance
            .sites()
            .filter(|&s| instance.site_status(s) == SiteStatus::Fixed)
            .collect();
        for question in [Question::mclp(700), Question::p_median(0)] {
            let Ok(closed) = closing(&instance, &question, 2, &Effort::exact()) else {
                continue;
            };
            assert_eq!(closed.loss, closed.loss_at_least, "exact");
            assert!(closed.close.len() <= 2 && closed.close.iter().all(|s| fixed.contains(s)));
            // By hand: every pair of fixed sites closed.
            let worth = |closed: &[siting::SiteIx]| {
                let status = instance.sites().map(|s| {
                    if closed.contains(&s) || instance.site_status(s) != SiteStatus::Fixed {
                        SiteStatus::Forbidden
                    } else {
                        SiteStatus::Fixed
                    }
                });
                let status = status.collect();
                let rest = instance.clone().with_site_status(status).unwrap();
                let all = oracle::value(&rest, &question, &[])?;
                // Demand that only closed sites could serve has to stay served.
                let lost = rest.demand_points().any(|d| {
                    let by = |i: &Instance| {
                        i.served_by(d)
                            .any(|(s, _)| i.site_status(s) == SiteStatus::Fixed)
                    };
                    by(&instance) && !by(&rest)
                });
                (question.model == Model::Mclp || !lost).then_some(all)
            };
            let now = worth(&[]).unwrap();
            let mut losses = Vec::new();
            for a in 0..fixed.len() {
                for b in a + 1..fixed.len() {
                    if let Some(value) = worth(&[fixed[a], fixed[b]]) {
                        losses.push((now - value).abs());
                    }
                }
            }
            assert_eq!(
                losses.iter().min(),
                Some(&closed.loss),
                "seed {seed} {question:?}"
            );
        }
    }
}

#[test]
fn as_many_sites_as_covering_takes_suffice_for_p_median() {
    for seed in 0..6 {
        let instance = Town {
            n_demand: 200,
            n_sites: 50,
            side: 5_000,
            listed_within: 900,
            seed,
        }
        .build();
        let least = solve(&instance, &Question::lscp(900), &Effort::exact()).unwrap();
        let p = u32::try_from(least.objective()).unwrap();
        let effort = Effort {
            work: 50_000_000,
            ..Effort::quick()
        };
        let quick = solve(&instance, &Question::p_median(p), &effort).unwrap();
        assert!(verify(&instance, &quick.proof()).is_ok(), "seed {seed}");
        let said = solve(&instance, &Question::p_median(p - 1), &Effort::exact()).unwrap_err();
        let expected = siting::Infeasible::TooFewSites {
            needed: u64::from(p),
            allowed: u64::from(p) - 1,
        };
        assert_eq!(said, expected, "seed {seed}");
    }
}

#[test]
fn larger_sites_never_serve_less_nor_dearer() {
    for seed in 0..6 {
        let mut rng = Rng::new(seed);
        let plain = Town {
            n_demand: 60,
            n_sites: 14,
            side: 3_000,
            listed_within: 2_500,
            seed,
        }
        .build();
        let small: Vec<u64> = plain.sites().map(|_| 150 + rng.below(500)).collect();
        let large = small.iter().map(|c| c + rng.below(300)).collect();
        let small = plain.clone().with_capacities(small).unwrap();
        let large = plain.with_capacities(large).unwrap();
        for question in [
            Question {
                n_sites: Some(4),
                ..Question::mclp(900)
            },
            Question::lscp(2_500),
            Question::p_median(9),
            Question::p_center(9),
        ] {
            let best = |instance: &Instance| {
                solve(instance, &question, &Effort::exact())
                    .ok()
                    .map(|s| s.objective())
            };
            let (Some(small), large) = (best(&small), best(&large)) else {
                continue;
            };
            let large = large.expect("what small sites can, larger ones can");
            let worse = if question.model.maximizes() {
                large < small
            } else {
                large > small
            };
            assert!(!worse, "seed {seed} {question:?}: {small} {large}");
        }
    }
}
