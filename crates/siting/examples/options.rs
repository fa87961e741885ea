//! Prints one certified figure for every option of every model, each on its own large instance from its own seed.
//!
//! ```text
//! cargo run --release -p siting --example options
//! cargo run --release -p siting --example options -- capacities
//! ```
//!
//! A word picks the rows whose name and model hold it (`"capacities lscp"`); `--seconds 5` changes how long each may take.
//! Every answer is checked by `verify` before it is printed, bound included.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program prints, and stops at the first surprise"
)]

use std::time::{Duration, Instant};

use siting::{
    BoundCheck, CountedRows, Effort, Instance, Question, Share, SiteStatus, Solution, closing,
    phased, solve, verify,
};

/// What is added to a plain town.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fact {
    None,
    Fixed,
    Prices,
    Capacities,
    Zones,
    Spacing,
}

struct Row {
    name: &'static str,
    fact: Fact,
    /// Pairs farther apart than this are not listed, in metres.
    within: u32,
    question: Question,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let seconds = arguments.iter().position(|a| a == "--seconds");
    let limit = seconds.map_or(10.0, |k| arguments[k + 1].parse().unwrap());
    let word = arguments.first().filter(|a| !a.starts_with("--"));
    if word.is_none() {
        println!(
            "| option | model | demand x sites | pairs | objective | bound | optimality gap | seconds | check |"
        );
        println!("|---|---|---|---|---|---|---|---|---|");
    }
    for (seed, row) in (101..).zip(rows()) {
        if word.is_none_or(|w| {
            format!("{} {}", row.name, row.question.model.name()).contains(w.as_str())
        }) {
            answer(seed, &row, Duration::from_secs_f64(limit));
        }
    }
}

#[expect(clippy::too_many_lines, reason = "a table, one entry per option")]
fn rows() -> Vec<Row> {
    let mclp = Question {
        n_sites: Some(40),
        ..Question::mclp(900)
    };
    let row = |name, fact, within, question| Row {
        name,
        fact,
        within,
        question,
    };
    let priced = |question: Question, budget| Question {
        budget: Some(budget),
        ..question
    };
    let percent = |p: u32| Share::from_millionths(p * 10_000);
    vec![
        row("none", Fact::None, 900, mclp.clone()),
        row("fixed sites", Fact::Fixed, 900, mclp.clone()),
        row(
            "budget",
            Fact::Prices,
            900,
            Question {
                n_sites: None,
                ..priced(mclp.clone(), 4_000)
            },
        ),
        row("capacities", Fact::Capacities, 900, mclp.clone()),
        row(
            "backup",
            Fact::None,
            900,
            Question {
                times: 2,
                ..mclp.clone()
            },
        ),
        row(
            "zone floors",
            Fact::Zones,
            900,
            Question {
                floor: percent(50),
                ..mclp.clone()
            },
        ),
        row("spacing", Fact::Spacing, 900, mclp.clone()),
        row("phases 10, 20, 40", Fact::None, 900, mclp.clone()),
        row(
            "closing 5",
            Fact::Fixed,
            900,
            Question {
                n_sites: Some(0),
                ..mclp
            },
        ),
        row("none", Fact::None, 900, Question::lscp(900)),
        row("fixed sites", Fact::Fixed, 900, Question::lscp(900)),
        row(
            "least price",
            Fact::Prices,
            900,
            Question {
                by_price: true,
                ..Question::lscp(900)
            },
        ),
        row("capacities", Fact::Capacities, 900, Question::lscp(900)),
        row(
            "backup",
            Fact::None,
            900,
            Question {
                times: 2,
                ..Question::lscp(900)
            },
        ),
        row("none", Fact::None, 2_500, Question::p_median(100)),
        row("fixed sites", Fact::Fixed, 2_500, Question::p_median(80)),
        row(
            "budget",
            Fact::Prices,
            2_500,
            priced(Question::p_median(3_000), 10_000),
        ),
        row(
            "capacities",
            Fact::Capacities,
            2_500,
            Question::p_median(200),
        ),
        row("none", Fact::None, 2_500, Question::p_center(100)),
        row("fixed sites", Fact::Fixed, 2_500, Question::p_center(80)),
        row(
            "capacities",
            Fact::Capacities,
            2_500,
            Question::p_center(200),
        ),
    ]
}

fn answer(seed: u64, row: &Row, limit: Duration) {
    let instance = town(seed, row);
    // The fingerprint reads everything once; it belongs to reading.
    instance.fingerprint();
    let begin = Instant::now();
    let stop = || begin.elapsed() >= limit;
    let effort = Effort {
        stop: &stop,
        ..Effort::quick()
    };
    let print = |name: &str, instance: &Instance, solution: &Solution, seconds: f64| {
        let checked = verify(instance, &solution.proof()).unwrap();
        println!(
            "| {name} | {} | {} x {} | {} | {} | {} | {:.3} % | {seconds:.2} | {} |",
            row.question.model.name(),
            instance.n_demand(),
            instance.n_sites(),
            instance.n_pairs(),
            solution.objective_decimal(),
            solution.bound_decimal(),
            solution.optimality_gap() * 100.0,
            match checked.bound {
                BoundCheck::Confirmed => "confirmed",
                BoundCheck::NotChecked => "no certificate",
            },
        );
    };
    let seconds = || begin.elapsed().as_secs_f64();
    if row.name.starts_with("phases") {
        for phase in phased(&instance, &row.question, &[10, 20, 40], &effort).unwrap() {
            let name = format!(
                "phase of {}: loses {} by nesting",
                phase.n_sites, phase.loss
            );
            print(&name, &instance, &phase.free, seconds());
        }
    } else if row.name.starts_with("closing") {
        let closed = closing(&instance, &row.question, 5, &effort).unwrap();
        let name = format!("{}: loses {}", row.name, closed.loss);
        print(
            &name,
            &siting::closing_choice(&instance),
            &closed.left,
            seconds(),
        );
    } else {
        match solve(&instance, &row.question, &effort) {
            Ok(solution) => print(row.name, &instance, &solution, seconds()),
            Err(why) => println!("| {} | {} | {why} |", row.name, row.question.model.name()),
        }
    }
}

/// Numbers from a seed, the same on every machine (`SplitMix`).
struct Rng(u64);

impl Rng {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n
    }

    fn spot(&mut self, centers: &[(u64, u64)]) -> (u64, u64) {
        if self.below(4) == 0 {
            return (self.below(SIDE), self.below(SIDE));
        }
        let count = u64::try_from(centers.len()).unwrap();
        let center = centers[usize::try_from(self.below(count)).unwrap()];
        let mut off = || u64::midpoint(self.below(SIDE / 5), self.below(SIDE / 5));
        (center.0 + off(), center.1 + off())
    }
}

/// Side of the square, in metres.
const SIDE: u64 = 12_000;
const N_DEMAND: usize = 5_000;
const N_SITES: usize = 3_000;

/// Demand and sites in 25 clusters and between them, Manhattan costs in metres, weights from 1 to 100.
fn town(seed: u64, row: &Row) -> Instance {
    let mut rng = Rng(seed);
    let centers: Vec<_> = (0..25)
        .map(|_| (rng.below(SIDE), rng.below(SIDE)))
        .collect();
    let demand: Vec<_> = (0..N_DEMAND).map(|_| rng.spot(&centers)).collect();
    let sites: Vec<_> = (0..N_SITES).map(|_| rng.spot(&centers)).collect();
    let far = |a: (u64, u64), b: (u64, u64)| a.0.abs_diff(b.0) + a.1.abs_diff(b.1);
    let mut rows = CountedRows {
        weight: (0..N_DEMAND).map(|_| 1 + rng.below(100)).collect(),
        first: vec![0],
        cost: Some(Vec::new()),
        ..CountedRows::default()
    };
    for &site in &sites {
        for (number, &point) in (0..).zip(&demand) {
            let cost = u32::try_from(far(site, point)).unwrap();
            if cost <= row.within {
                rows.demand.push(number);
                rows.cost.as_mut().unwrap().push(cost);
            }
        }
        rows.first.push(rows.demand.len());
    }
    let instance = rows.build().unwrap();
    let count = 0..N_SITES;
    match row.fact {
        Fact::None => instance,
        Fact::Fixed => {
            let status = count.map(|_| match rng.below(150) {
                0 => SiteStatus::Fixed,
                _ => SiteStatus::Candidate,
            });
            let status = status.collect();
            instance.with_site_status(status).unwrap()
        }
        Fact::Prices => {
            let prices = count.map(|_| 50 + rng.below(101)).collect();
            instance.with_prices(prices).unwrap()
        }
        Fact::Capacities => {
            let capacities = count.map(|_| 1_000 + rng.below(3_001)).collect();
            instance.with_capacities(capacities).unwrap()
        }
        Fact::Zones => {
            // Quarters of 4 km: nine of them.
            let zone = demand.iter().map(|p| {
                let zone = p.0 / 4_000 + 3 * (p.1 / 4_000);
                u32::try_from(zone.min(8)).ok()
            });
            let names = (0..9).map(|z| format!("zone {z}")).collect();
            instance.with_zones(names, zone.collect()).unwrap()
        }
        Fact::Spacing => {
            let mut near = Vec::new();
            for (b, &spot) in (0..).zip(&sites) {
                let others = (0_u32..).zip(&sites[..usize::try_from(b).unwrap()]);
                let others = others.filter(|(_, other)| far(spot, **other) < 700);
                near.extend(others.map(|(a, _)| (a, b)));
            }
            instance.with_too_near(&near).unwrap()
        }
    }
}
