//! `nuanquan site`: from a plan, or from tables of costs and demand; and the check of a result.

mod answer;
mod asked;
mod further;
mod gates;
mod options;
mod planned;
mod site_facts;
mod tables;
mod verify;

use std::time::Instant;

use anyhow::anyhow;
use serde_json::{Map, Value, json};
use siting::{Effort, Infeasible, Instance, Proof, Question, Solution, solve};

use crate::args::{Site, SiteFormat, SiteVerb};
use crate::failure::Failure;
use crate::output;

use answer::Claims;

/// `nuanquan site` and `nuanquan site verify`.
pub(crate) fn run(args: &Site) -> Result<(), Failure> {
    match (&args.verb, &args.plan) {
        (Some(SiteVerb::Verify(args)), _) => verify::run(args),
        (None, Some(plan)) => {
            options::fit_plan(args)?;
            match args.open_gates {
                Some(n) => gates::answer(plan, n, args),
                None => planned::answer(plan, args),
            }
        }
        (None, None) => from_tables(args),
    }
}

fn from_tables(args: &Site) -> Result<(), Failure> {
    let start = Instant::now();
    if args.tables.costs.is_none() {
        return Err(anyhow!("give a plan file, or --costs together with --demand").into());
    }
    options::fit_no_plan(args)?;
    options::fit_each_other(args)?;
    let instance = tables::read(&args.tables, &args.fixed)?;
    options::fit_tables(args, &instance)?;
    let question = asked::question(args, &instance)?;
    let stop = || {
        args.time_limit
            .is_some_and(|t| start.elapsed().as_secs_f64() >= t.as_secs_f64())
    };
    let effort = if args.exact {
        Effort::exact()
    } else {
        Effort::quick()
    };
    let effort = Effort {
        stop: &stop,
        ..effort
    };
    let asked = Asked {
        instance: &instance,
        question: &question,
        effort: &effort,
        format: args.format,
        start,
    };
    match (&args.phases[..], args.close) {
        ([], None) => asked.report(solve(&instance, &question, &effort)),
        (_, Some(n)) => further::close(&asked, n),
        (phases, None) => further::phases(&asked, phases),
    }
}

/// A question with everything that its answer needs.
struct Asked<'a> {
    instance: &'a Instance,
    question: &'a Question,
    effort: &'a Effort<'a>,
    format: SiteFormat,
    start: Instant,
}

impl Asked<'_> {
    fn time_s(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Prints the answer; an infeasible question is exit 1 with what makes it so.
    fn report(&self, solved: Result<Solution, Infeasible>) -> Result<(), Failure> {
        let solution = solved.or_else(|why| self.no_answer(&why))?;
        match self.format {
            SiteFormat::Json => {
                let json = as_json(self.instance, &solution, self.time_s())?;
                output::json_rows(&Value::Object(json))
            }
            SiteFormat::Table => output::text(&as_table(self.instance, &solution, self.time_s())),
        }
    }

    fn no_answer<T>(&self, why: &Infeasible) -> Result<T, Failure> {
        // That is no finding about the sites.
        if let Infeasible::Question { .. } = why {
            return Err(anyhow!("{why}").into());
        }
        if let SiteFormat::Json = self.format {
            output::json(&json!({
                "model": self.question.model.name(),
                "status": "infeasible",
                "objective": null,
                "bound": null,
                "optimality_gap": null,
                "sites": [],
                "reason": why.to_string(),
                "parameters": answer::parameters(self.instance, self.question)?,
            }))?;
        }
        Err(Failure::NoAnswer(why.to_string()))
    }
}

fn claims<'a>(instance: &'a Instance, solution: &'a Solution) -> Claims<'a> {
    Claims {
        assignment: solution.assignment(),
        instance,
        question: solution.question(),
        objective: solution.objective(),
        bound: solution.bound(),
        sites: solution.sites(),
        uncovered: solution.uncovered(),
    }
}

/// Everything but the claims that a result carries: how it was found, and its proof.
fn found(solution: &Solution, time_s: f64) -> anyhow::Result<Map<String, Value>> {
    let mut map = Map::new();
    let mut put = |key: &str, value: Value| map.insert(key.to_owned(), value);
    put("method", json!(solution.method().name()));
    put("seed", json!(solution.seed()));
    put("reduction", serde_json::to_value(solution.reduction())?);
    put("time_s", json!(time_s));
    Ok(map)
}

fn proof(proof: &Proof) -> anyhow::Result<Value> {
    Ok(serde_json::to_value(proof)?)
}

fn as_json(
    instance: &Instance,
    solution: &Solution,
    time_s: f64,
) -> anyhow::Result<Map<String, Value>> {
    let mut map = claims(instance, solution).as_json()?;
    map.extend(found(solution, time_s)?);
    map.insert("proof".to_owned(), proof(&solution.proof())?);
    Ok(map)
}

fn as_table(instance: &Instance, solution: &Solution, time_s: f64) -> String {
    use std::fmt::Write as _;
    let claims = claims(instance, solution);
    let mut text = String::new();
    let mut line = |label: &str, value: String| {
        writeln!(text, "{label:<16}{value}").expect("writing to a string cannot fail");
    };
    line("model", solution.model().name().to_owned());
    line("objective", solution.objective_decimal().to_string());
    line("bound", solution.bound_decimal().to_string());
    line(
        "optimality gap",
        format!("{:.3} %", solution.optimality_gap() * 100.0),
    );
    line("method", solution.method().name().to_owned());
    line("seed", solution.seed().to_string());
    line("time", format!("{time_s:.3} s"));
    line(
        "uncovered",
        format!("{} demand points", solution.uncovered().len()),
    );
    for (rank, open) in (1..).zip(solution.sites()) {
        let fixed = if open.fixed { " (fixed)" } else { "" };
        let id = instance.site_id(open.site);
        let adds = claims.added(open);
        line(&format!("site {rank}"), format!("{id}{fixed}  adds {adds}"));
    }
    text
}
