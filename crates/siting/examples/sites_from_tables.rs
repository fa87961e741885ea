//! Sites from two tables, with a proof: `cargo run -p siting --example sites_from_tables`.
//!
//! The first table says which site reaches which quarter at which cost (metres of way here, but
//! any one unit does), the second how many riders wait in each quarter. The same tables as files
//! are asked with `nuanquan site --costs C.csv --demand D.csv --model mclp --radius 900 --sites 2`.
#![expect(clippy::print_stdout, reason = "an example talks to who runs it")]

use siting::{Effort, Instance, InstanceBuilder, Question, Status, solve, verify};

const COSTS: &str = "site_id,demand_id,cost
market,old town,250
market,harbour,880
depot,harbour,300
depot,campus,910
library,campus,400
library,old town,760
library,hill,820";

const DEMAND: &str = "demand_id,weight
old town,120
harbour,45.5
campus,80
hill,30";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let instance = read()?;

    // Two sites that have most riders within 900 m: maximal covering (Church and ReVelle 1974).
    // Costs without decimals are counted in whole metres, and so is the radius.
    let question = Question {
        n_sites: Some(2),
        ..Question::mclp(900)
    };
    let solution = solve(&instance, &question, &Effort::exact())?;
    println!(
        "two sites within 900 m of {} riders; no two have more than {}",
        solution.objective_decimal(),
        solution.bound_decimal(),
    );
    for open in solution.sites() {
        println!("  {}", instance.site_id(open.site));
    }
    // Market (250 and 880 m) and library (400, 760 and 820 m) reach everybody.
    assert_eq!(solution.status(), Status::Optimal);
    assert_eq!(solution.objective_decimal().to_string(), "275.5");

    // The proof is checked by code that shares nothing with the search.
    verify(&instance, &solution.proof())?;

    // How few sites have everybody within 900 m? Set covering (Toregas et al. 1971).
    let fewest = solve(&instance, &Question::lscp(900), &Effort::exact())?;
    println!(
        "everybody within 900 m: {} sites",
        fewest.objective_decimal()
    );
    assert_eq!(fewest.objective_decimal().to_string(), "2");
    Ok(())
}

/// The two tables; a pair that is not listed cannot serve.
fn read() -> Result<Instance, Box<dyn std::error::Error>> {
    let mut builder = InstanceBuilder::new();
    for line in DEMAND.lines().skip(1) {
        let (id, weight) = line.split_once(',').ok_or("two columns")?;
        builder.demand(id, weight.parse()?);
    }
    for line in COSTS.lines().skip(1) {
        let [site, demand, cost] = line.split(',').collect::<Vec<_>>()[..] else {
            return Err("three columns".into());
        };
        builder.pair(site, demand, cost.parse()?);
    }
    Ok(builder.build()?)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sites_are_those_worked_out_by_hand() {
        super::main().expect("the tables are tables");
    }
}
