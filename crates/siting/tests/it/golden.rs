//! Answers and certificates do not change by a byte: hashes of fixed questions within a limit of work.
//!
//! A change of the search or of the bound that is meant changes hashes here; the commit that does so says why, with objective and bound before and after.
//! The second column of the table tells whether an answer changed (objective and bound) or only its certificate.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use siting::{
    Effort, Infeasible, Instance, Question, Share, Solution, closing, phased, solve, verify,
};

use crate::town::{Rng, Town, with_prices, with_site_status, with_spacing, with_zones};

/// Name of the question, objective and bound, first 16 hex digits of the hash.
type Row = (String, String, String);

const EXPECTED: [(&str, &str, &str); 27] = [
    ("mclp", "10779 10800", "9c3340af8ed08fc1"),
    ("mclp, fixed", "9997 9997", "a7919a081a5e2b4b"),
    ("mclp, budget", "10818 10830", "987b1f42f5364874"),
    ("mclp, backup", "9668 9880", "e5333633e5e7ad27"),
    ("mclp, floors", "11017 11017", "dd17a8df86a95d99"),
    ("mclp, spacing", "10339 10355", "fec23f280dd27410"),
    ("mclp, exact", "2722 2722", "4745664ee40ea294"),
    ("lscp", "29 29", "95913cc702e2040d"),
    ("lscp, backup", "25 25", "3f85b9acd7ea4035"),
    ("lscp, by price", "364 364", "1add5234f57cb0ca"),
    ("lscp, by price, few sites", "no answer", "a7a60f0c0b299313"),
    (
        "lscp, by price, too few sites",
        "no answer",
        "f0fa3d64ea72d8a7",
    ),
    ("lscp, exact", "9 9", "6fe1973ea935fbb7"),
    ("p-median", "6401100 6397318", "bdbb92c2c8dae0cd"),
    (
        "p-median, budget, spacing",
        "5371971 5346551",
        "19b157123ef32373",
    ),
    ("p-median, exact", "1491722 1491722", "73a5042d6dd97871"),
    ("p-center", "2124 2124", "eef84b996418927c"),
    ("p-center, exact", "1976 1976", "f589a73c9ccd3873"),
    ("mclp, capacities", "9585 11157", "ad1c6c92caff263e"),
    ("lscp, capacities", "25 20", "97c8b4b99aafc9c9"),
    ("lscp, capacities, by price", "276 213", "997037fc6c936f60"),
    (
        "p-median, capacities",
        "4585542 4538537",
        "aa85a739926cebb9",
    ),
    ("p-center, capacities", "1406 1406", "c852312ca5172e00"),
    ("mclp, capacities, exact", "3362 3362", "1161c40587dd4a69"),
    (
        "phases",
        "7924 7924, 10128 10130, 11018 11018",
        "4f0f7c4758cad3b4",
    ),
    ("nested", "", "011af285142c6f9f"),
    ("closing", "6432 6432", "0b69b5d6dc3c94cc"),
];

/// A town large enough that every part of the solvers runs, small enough for a second.
fn town(seed: u64) -> Instance {
    Town {
        n_demand: 260,
        n_sites: 110,
        side: 6_000,
        listed_within: 3_000,
        seed,
    }
    .build()
}

/// A town whose questions are answered exactly.
fn village(seed: u64) -> Instance {
    Town {
        n_demand: 70,
        n_sites: 26,
        side: 3_000,
        listed_within: 2_500,
        seed,
    }
    .build()
}

fn with_capacities(instance: Instance, least: u64, seed: u64) -> Instance {
    let mut rng = Rng::new(seed);
    let capacities = instance.sites().map(|_| least + rng.below(least));
    let capacities = capacities.collect();
    instance.with_capacities(capacities).unwrap()
}

/// Adds everything that is told about a solution to the hash; the certificate is checked too.
fn feed(hasher: &mut Sha256, instance: &Instance, solution: &Solution) {
    let proof = solution.proof();
    verify(instance, &proof).unwrap();
    hasher.update(serde_json::to_vec(&proof).unwrap());
    let mut text = String::new();
    for open in solution.sites() {
        write!(text, "{open:?}").unwrap();
    }
    for uncovered in solution.uncovered() {
        write!(text, "{uncovered:?}").unwrap();
    }
    for served in solution.served() {
        write!(text, "{served:?}").unwrap();
    }
    write!(
        text,
        "{:?} {:?} {} {:?}",
        solution.status(),
        solution.method(),
        solution.work(),
        solution.reduction()
    )
    .unwrap();
    hasher.update(text);
}

fn short(hasher: Sha256) -> String {
    let bytes: [u8; 32] = hasher.finalize().into();
    bytes[..8].iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").unwrap();
        text
    })
}

fn row(
    name: &str,
    instance: &Instance,
    answers: Result<Vec<(Instance, Solution)>, Infeasible>,
) -> Row {
    let mut hasher = Sha256::new();
    hasher.update(instance.fingerprint().to_string());
    let values = match answers {
        Ok(answers) => {
            let values = answers.iter().map(|(instance, solution)| {
                feed(&mut hasher, instance, solution);
                format!("{} {}", solution.objective(), solution.bound())
            });
            values.collect::<Vec<_>>().join(", ")
        }
        Err(reason) => {
            hasher.update(reason.to_string());
            "no answer".to_owned()
        }
    };
    (name.to_owned(), values, short(hasher))
}

fn ask(name: &str, instance: &Instance, question: &Question, effort: &Effort) -> Row {
    let answer = solve(instance, question, effort);
    row(
        name,
        instance,
        answer.map(|solution| vec![(instance.clone(), solution)]),
    )
}

/// Half a second of work or less each, by count.
fn within(work: u64) -> Effort<'static> {
    Effort {
        work,
        good_enough: Share::from_millionths(1).unwrap(),
        ..Effort::quick()
    }
}

fn mclp(n_sites: u32) -> Question {
    Question {
        n_sites: Some(n_sites),
        ..Question::mclp(700)
    }
}

fn covering(rows: &mut Vec<Row>) {
    let work = within(6_000_000);
    let plain = town(1);
    rows.push(ask("mclp", &plain, &mclp(12), &work));
    let fixed = with_site_status(town(2), 2);
    rows.push(ask("mclp, fixed", &fixed, &mclp(8), &work));
    let priced = with_prices(town(3), 3);
    let budget = Question {
        n_sites: None,
        budget: Some(150),
        ..mclp(0)
    };
    rows.push(ask("mclp, budget", &priced, &budget, &work));
    let backup = Question {
        times: 2,
        ..mclp(15)
    };
    rows.push(ask("mclp, backup", &plain, &backup, &work));
    let zones = with_zones(town(4), 4);
    let floor = Question {
        floor: Share::from_millionths(550_000),
        ..mclp(14)
    };
    rows.push(ask("mclp, floors", &zones, &floor, &work));
    let spaced = with_spacing(town(5), 5);
    rows.push(ask("mclp, spacing", &spaced, &mclp(12), &work));
    rows.push(ask("mclp, exact", &village(6), &mclp(5), &Effort::exact()));

    rows.push(ask("lscp", &plain, &Question::lscp(500), &work));
    let backup = Question {
        times: 2,
        ..Question::lscp(900)
    };
    rows.push(ask("lscp, backup", &plain, &backup, &work));
    let by_price = Question {
        by_price: true,
        ..Question::lscp(600)
    };
    rows.push(ask("lscp, by price", &priced, &by_price, &work));
    let few = Question {
        n_sites: Some(27),
        ..by_price.clone()
    };
    rows.push(ask("lscp, by price, few sites", &priced, &few, &work));
    rows.push(ask(
        "lscp, by price, too few sites",
        &priced,
        &Question {
            n_sites: Some(3),
            ..by_price
        },
        &work,
    ));
    let exact = Effort::exact();
    let fixed = with_site_status(village(7), 7);
    rows.push(ask("lscp, exact", &fixed, &Question::lscp(600), &exact));
}

fn distances(rows: &mut Vec<Row>) {
    let work = within(6_000_000);
    let plain = town(8);
    rows.push(ask("p-median", &plain, &Question::p_median(14), &work));
    let priced = with_prices(with_spacing(town(9), 9), 9);
    let budget = Question {
        budget: Some(170),
        ..Question::p_median(40)
    };
    rows.push(ask("p-median, budget, spacing", &priced, &budget, &work));
    let fixed = with_site_status(village(10), 10);
    let exact = Effort::exact();
    rows.push(ask(
        "p-median, exact",
        &fixed,
        &Question::p_median(3),
        &exact,
    ));
    rows.push(ask("p-center", &plain, &Question::p_center(14), &work));
    rows.push(ask(
        "p-center, exact",
        &fixed,
        &Question::p_center(3),
        &exact,
    ));
}

fn capacities(rows: &mut Vec<Row>) {
    let work = within(3_000_000);
    let small = with_capacities(town(11), 500, 11);
    rows.push(ask("mclp, capacities", &small, &mclp(12), &work));
    rows.push(ask("lscp, capacities", &small, &Question::lscp(900), &work));
    let priced = with_prices(small.clone(), 12);
    let by_price = Question {
        by_price: true,
        ..Question::lscp(900)
    };
    rows.push(ask("lscp, capacities, by price", &priced, &by_price, &work));
    let median = Question::p_median(26);
    rows.push(ask("p-median, capacities", &small, &median, &work));
    let center = Question::p_center(26);
    rows.push(ask("p-center, capacities", &small, &center, &work));
    let exact = Effort::exact();
    let village = with_capacities(with_site_status(village(13), 13), 300, 13);
    rows.push(ask("mclp, capacities, exact", &village, &mclp(4), &exact));
}

fn several(rows: &mut Vec<Row>) {
    let work = within(2_000_000);
    let plain = town(14);
    let phases = phased(&plain, &mclp(12), &[4, 8, 12], &work);
    let mut nested = String::new();
    let phases = phases.map(|phases| {
        let free = phases.into_iter().map(|phase| {
            write!(nested, "{:?} {}; ", phase.opens, phase.nested.objective()).unwrap();
            (plain.clone(), phase.free)
        });
        free.collect()
    });
    rows.push(row("phases", &plain, phases));
    let nested = Sha256::new().chain_update(nested);
    rows.push(("nested".to_owned(), String::new(), short(nested)));
    let fixed = with_site_status(plain, 15);
    let closed = closing(&fixed, &mclp(0), 4, &work);
    let chooser = siting::closing_choice(&fixed);
    let closed = closed.map(|closing| vec![(chooser, closing.left)]);
    rows.push(row("closing", &fixed, closed));
}

fn answers(n_threads: usize) -> Vec<Row> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(n_threads)
        .build()
        .unwrap();
    pool.install(|| {
        let mut rows = Vec::new();
        covering(&mut rows);
        distances(&mut rows);
        capacities(&mut rows);
        several(&mut rows);
        rows
    })
}

#[test]
fn answers_and_certificates_keep_their_bytes_on_one_thread_and_on_two() {
    let one = answers(1);
    assert_eq!(one, answers(2), "the number of threads shows in an answer");
    let expected =
        EXPECTED.map(|(name, values, hash)| (name.to_owned(), values.to_owned(), hash.to_owned()));
    let table = one.iter().fold(String::new(), |mut table, row| {
        writeln!(table, "    {row:?},").unwrap();
        table
    });
    assert_eq!(one, expected, "answers changed; now they are:\n{table}");
}
