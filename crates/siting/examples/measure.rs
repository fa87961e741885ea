//! Prints objective, bound, optimality gap and milliseconds for an instance in the two-file form.
//!
//! ```text
//! cargo run --release -p siting --example measure -- mclp COSTS.csv DEMAND.csv --radius 900 --sites 30
//! ```
//!
//! Further flags: `--exact`, `--seconds 300`, `--seed 2`, `--fixed id,...`, `--floor-percent 40`, `--budget 1000`, `--times 2`.
//! Facts that the two tables do not have are made from the seed 7 when a flag asks for them: `--made-prices`, `--made-capacities`, `--made-zones 8`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program prints, and stops at the first surprise"
)]

use std::time::{Duration, Instant};

use siting::{Decimal, Effort, Instance, InstanceBuilder, Model, Question, Share, solve};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let flag = |name: &str| arguments.iter().any(|a| a == name);
    let after = |name: &str| {
        let place = arguments.iter().position(|a| a == name)?;
        arguments.get(place + 1).map(String::as_str)
    };
    let [model, costs, demand, ..] = &arguments[..] else {
        println!("usage: measure MODEL COSTS.csv DEMAND.csv [--radius R] [--sites P] [--exact] …");
        return;
    };
    let reading = Instant::now();
    let mut builder = read(costs, demand);
    for id in after("--fixed")
        .unwrap_or("")
        .split(',')
        .filter(|id| !id.is_empty())
    {
        builder.fix(id);
    }
    let mut instance = builder.build().unwrap();
    instance = with_made_facts(instance, &arguments);
    let read_ms = reading.elapsed().as_secs_f64() * 1e3;

    let number = |name: &str| after(name).map(|text| text.parse::<Decimal>().unwrap());
    let base = match model.as_str() {
        "lscp" => Question::lscp(0),
        "mclp" => Question::mclp(0),
        "p-median" => Question::p_median(0),
        _ => Question::p_center(0),
    };
    let question = Question {
        radius: number("--radius").map(|r| instance.limit(r).unwrap()),
        n_sites: after("--sites").map(|p| p.parse().unwrap()),
        budget: number("--budget").map(|b| instance.budget(b).unwrap()),
        times: after("--times").map_or(1, |t| t.parse().unwrap()),
        floor: after("--floor-percent")
            .map(|f| Share::from_millionths(f.parse::<u32>().unwrap() * 10_000).unwrap()),
        ..base
    };
    assert!(
        question.model != Model::Lscp || question.radius.is_some(),
        "lscp needs --radius"
    );
    // The fingerprint reads everything once; it belongs to reading.
    let fingerprint = instance.fingerprint();
    let begin = Instant::now();
    let limit = after("--seconds").map(|s| Duration::from_secs_f64(s.parse().unwrap()));
    let stop = || limit.is_some_and(|limit| begin.elapsed() >= limit);
    let effort = Effort {
        exact: flag("--exact"),
        stop: &stop,
        seed: after("--seed").map_or(Effort::SEED, |s| s.parse().unwrap()),
        ..Effort::quick()
    };
    match solve(&instance, &question, &effort) {
        Err(reason) => println!(
            "no answer after {:.0} ms: {reason}",
            begin.elapsed().as_secs_f64() * 1e3
        ),
        Ok(solution) => {
            let ms = begin.elapsed().as_secs_f64() * 1e3;
            println!(
                "{model} {} x {} pairs {} | objective {} bound {} gap {:.4} % {:?} | {ms:.1} ms (reading {read_ms:.0} ms) | {} | {:?} | {}",
                instance.n_demand(),
                instance.n_sites(),
                instance.n_pairs(),
                solution.objective_decimal(),
                solution.bound_decimal(),
                solution.optimality_gap() * 100.0,
                solution.status(),
                solution.method().name(),
                solution.reduction(),
                fingerprint.to_string().split_at(12).0,
            );
        }
    }
}

fn read(costs: &str, demand: &str) -> InstanceBuilder {
    let mut builder = InstanceBuilder::new();
    for record in csv::Reader::from_path(demand).unwrap().records() {
        let record = record.unwrap();
        builder.demand(&record[0], record[1].parse().unwrap());
    }
    for record in csv::Reader::from_path(costs).unwrap().records() {
        let record = record.unwrap();
        builder.pair(&record[0], &record[1], record[2].parse().unwrap());
    }
    builder
}

/// Numbers from the seed 7 (`SplitMix`).
fn rng() -> impl FnMut(u64) -> u64 {
    let mut state = 7_u64;
    move |below| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    }
}

fn with_made_facts(instance: Instance, arguments: &[String]) -> Instance {
    let flag = |name: &str| arguments.iter().any(|a| a == name);
    let mut instance = instance;
    let mut rng = rng();
    if flag("--made-prices") {
        let prices = instance.sites().map(|_| 50 + rng(101)).collect();
        instance = instance.with_prices(prices).unwrap();
    }
    if flag("--made-capacities") {
        let capacities = instance.sites().map(|_| 1_000 + rng(3_001)).collect();
        instance = instance.with_capacities(capacities).unwrap();
    }
    if let Some(place) = arguments.iter().position(|a| a == "--made-zones") {
        // A zone is what one of a few sites reaches, so that zones hang together.
        let n: u32 = arguments[place + 1].parse().unwrap();
        let mut zone = vec![None; instance.n_demand()];
        let sites: Vec<_> = instance.sites().collect();
        for number in 0..n {
            let pick = rng(u64::try_from(sites.len()).unwrap());
            let site = sites[usize::try_from(pick).unwrap()];
            for (demand, _) in instance.serves(site) {
                zone[demand.index()].get_or_insert(number);
            }
        }
        let names = (0..n).map(|z| format!("zone {z}")).collect();
        instance = instance.with_zones(names, zone).unwrap();
    }
    instance
}
