//! The instance with published optima.

use siting::{Effort, Instance, InstanceBuilder, Question, solve};

pub(crate) fn instance() -> Instance {
    let mut builder = InstanceBuilder::new();
    let costs = include_str!("../data/san-francisco-costs.csv");
    for line in costs.lines().skip(1) {
        let field: Vec<&str> = line.split(',').collect();
        builder.pair(field[0], field[1], field[2].parse().unwrap());
    }
    let demand = include_str!("../data/san-francisco-demand.csv");
    for line in demand.lines().skip(1) {
        let (id, weight) = line.split_once(',').unwrap();
        builder.demand(id, weight.parse().unwrap());
    }
    builder.build().unwrap()
}

fn optima() -> serde_json::Value {
    let text = include_str!("../data/san-francisco-optima.json");
    serde_json::from_str::<serde_json::Value>(text).unwrap()["san_francisco"].clone()
}

#[test]
fn mclp_holds_the_published_optimum_between_objective_and_bound() {
    let (instance, optima) = (instance(), optima());
    for radius in [3000, 5000] {
        for p in 1..=8 {
            let best = i128::from(
                optima[format!("mclp_{radius}m_p{p}")]["covered"]
                    .as_i64()
                    .unwrap(),
            );
            let limit = instance.limit(radius.to_string().parse().unwrap()).unwrap();
            let question = Question {
                n_sites: Some(p),
                ..Question::mclp(limit)
            };
            let solution = solve(&instance, &question, &Effort::quick()).unwrap();
            assert!(solution.objective() <= best && best <= solution.bound());
            assert_eq!(
                solution.objective_decimal().to_string(),
                solution.objective().to_string()
            );
        }
    }
}

/// The objective as a float: the optima were written by a solver that counts so.
fn near(found: &str, optimum: f64) -> bool {
    (found.parse::<f64>().unwrap() - optimum).abs() <= optimum * 1e-12 + 1e-3
}

#[test]
fn every_entry_is_proven_exactly_and_verified() {
    let (instance, optima) = (instance(), optima());
    let mut n_proven = 0;
    for (name, entry) in optima.as_object().unwrap() {
        let number = |after: &str| -> Option<u64> {
            let digits = name.split(after).nth(1)?;
            digits.trim_end_matches('m').split('m').next()?.parse().ok()
        };
        let radius = |after: &str| {
            let text = name.split(after).nth(1)?.split('m').next()?;
            instance.limit(text.parse().ok()?)
        };
        let p = number("_p").and_then(|p| u32::try_from(p).ok());
        let (question, key) = if name.starts_with("lscp") {
            (Question::lscp(radius("lscp_").unwrap()), "sites")
        } else if name.starts_with("mclp") {
            (
                Question {
                    n_sites: p,
                    ..Question::mclp(radius("mclp_").unwrap())
                },
                "covered",
            )
        } else if name.starts_with("pmedian") {
            (Question::p_median(p.unwrap()), "cost")
        } else if name.starts_with("pcenter") {
            (Question::p_center(p.unwrap()), "max")
        } else {
            continue;
        };
        let solution = solve(&instance, &question, &Effort::exact()).unwrap();
        let found = solution.objective_decimal().to_string();
        assert!(
            near(&found, entry[key].as_f64().unwrap()),
            "{name}: {found} {entry}"
        );
        assert_eq!(solution.status(), siting::Status::Optimal, "{name}");
        siting::verify(&instance, &solution.proof()).unwrap();
        n_proven += 1;
    }
    assert_eq!(n_proven, 34);
}
