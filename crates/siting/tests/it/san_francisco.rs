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
