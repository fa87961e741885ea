use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, anyhow, bail};
use serde_json::{Value, json};
use siting::{Decimal, Effort, Infeasible, Instance, InstanceBuilder, Question, Solution, solve};

use scenario::{Modification, ScenarioReport, evaluate, resolve_changes, summary};

use crate::args::{Model, Site, SiteFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan site`: from a plan, or from tables of costs and demand.
pub(crate) fn run(args: &Site) -> Result<(), Failure> {
    match (&args.plan, &args.costs, &args.demand) {
        (Some(plan), ..) => from_plan(plan, args),
        (None, Some(costs), Some(demand)) => from_tables(costs, demand, args),
        _ => Err(anyhow!("give a plan file, or --costs together with --demand").into()),
    }
}

fn from_tables(costs: &Path, demand: &Path, args: &Site) -> Result<(), Failure> {
    let start = Instant::now();
    let mut builder = InstanceBuilder::new();
    let mut problems = Problems::default();
    let mut known = BTreeSet::new();
    read_rows(
        demand,
        ["demand_id", "weight"],
        &mut problems,
        |[id, weight]| {
            if !known.insert(id.to_owned()) {
                return Err(format!("demand_id `{id}` is listed twice"));
            }
            builder.demand(id, number("weight", weight)?);
            Ok(())
        },
    )?;
    read_rows(
        costs,
        ["site_id", "demand_id", "cost"],
        &mut problems,
        |[site, demand, cost]| {
            if !known.contains(demand) {
                return Err(format!("demand_id `{demand}` is not in the demand table"));
            }
            builder.pair(site, demand, number("cost", cost)?);
            Ok(())
        },
    )?;
    problems.finish()?;
    for id in &args.fixed {
        builder.fix(id);
    }
    let instance = builder.build()?;
    let question = question(args, &instance)?;
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
    let solved = solve(&instance, &question, &effort);
    report(
        &instance,
        question.model.name(),
        solved,
        args.format,
        start.elapsed().as_secs_f64(),
    )
}

/// Chooses sites for a standard of a plan: the one asked for, or what the plan's first
/// `choose-sites` asks for.
fn from_plan(path: &Path, args: &Site) -> Result<(), Failure> {
    let start = Instant::now();
    if args.model != Model::Mclp || args.radius.is_some() || !args.fixed.is_empty() {
        return Err(anyhow!(
            "with a plan the model is mclp, the limit is the standard's and existing facilities \
             are fixed; --model, --radius and --fixed belong to --costs"
        )
        .into());
    }
    let project = plan::load(path)?;
    let planned = project
        .spec
        .scenarios
        .iter()
        .flat_map(|s| &s.modifications)
        .find_map(|m| match m {
            Modification::ChooseSites {
                standard, sites, ..
            } => Some((standard.clone(), *sites)),
            _ => None,
        });
    let standard = args
        .standard
        .clone()
        .or_else(|| planned.as_ref().map(|p| p.0.clone()));
    let standard = standard.context("the plan has no `choose-sites`; give --standard")?;
    let sites = args.sites.or_else(|| planned.as_ref().map(|p| p.1));
    let sites = sites.context("the plan has no `choose-sites`; give --sites")?;
    let kind = project
        .standards
        .iter()
        .find(|s| s.key == standard)
        .and_then(|s| s.selection.kinds.first())
        .map_or("battery-swap-cabinet", |kind| kind.key());
    let choice = Modification::ChooseSites {
        standard,
        sites,
        kind: kind.to_owned(),
        capacity: None,
    };
    let changes = resolve_changes(&project, "site", &[choice])?;
    let evaluation =
        evaluate(&project, &changes).map_err(|why| Failure::NoAnswer(why.to_string()))?;
    let report = ScenarioReport::of(&project, "site", "Chosen sites", &evaluation);
    let (Some(chosen), Some(answer)) = (report.chosen.first(), evaluation.chosen.first()) else {
        return Err(anyhow!("no sites were chosen").into());
    };
    match args.format {
        SiteFormat::Table => output::text(&summary::chosen_sites(&report)),
        SiteFormat::Json => {
            let sites: Vec<&str> = chosen.sites.iter().map(|s| s.candidate.as_str()).collect();
            output::json(&json!({
                "model": answer.solution.model().name(),
                "status": serde_json::to_value(answer.solution.status())
                    .map_err(anyhow::Error::from)?,
                "objective": answer.added.as_units_f64(),
                "bound": answer.added_bound.as_units_f64(),
                "optimality_gap": answer.solution.optimality_gap(),
                "sites": sites,
                "standard": chosen.standard,
                "demand_unit": report.demand_unit,
                "covered_before": answer.covered_before.as_units_f64(),
                "demand": answer.total.as_units_f64(),
                "choices": serde_json::to_value(&chosen.sites).map_err(anyhow::Error::from)?,
                "n_candidates": chosen.n_candidates,
                "method": chosen.method,
                "seed": answer.solution.seed(),
                "illustrative": report.illustrative,
                "time_s": start.elapsed().as_secs_f64(),
            }))
        }
    }
}

/// The question as typed, in the steps of the instance.
fn question(args: &Site, instance: &Instance) -> anyhow::Result<Question> {
    let radius = args
        .radius
        .as_deref()
        .map(|text| {
            let radius = number("radius", text).map_err(|why| anyhow!("--radius: {why}"))?;
            instance
                .limit(radius)
                .with_context(|| format!("--radius `{text}` is out of range"))
        })
        .transpose()?;
    let need_radius =
        || radius.with_context(|| format!("--model {} needs --radius", name(args.model)));
    let need_sites = || {
        args.sites
            .with_context(|| format!("--model {} needs --sites", name(args.model)))
    };
    let question = match args.model {
        Model::Mclp => Question {
            n_sites: Some(need_sites()?),
            ..Question::mclp(need_radius()?)
        },
        Model::Lscp => Question {
            n_sites: args.sites,
            ..Question::lscp(need_radius()?)
        },
        Model::PMedian => Question {
            radius,
            ..Question::p_median(need_sites()?)
        },
        Model::PCenter => Question {
            radius,
            ..Question::p_center(need_sites()?)
        },
    };
    if args.require_all && args.model == Model::Mclp {
        bail!(
            "--require-all belongs to --model lscp, p-median or p-center: mclp may leave demand uncovered"
        );
    }
    Ok(Question {
        require_all: args.require_all,
        ..question
    })
}

fn name(model: Model) -> &'static str {
    match model {
        Model::Lscp => "lscp",
        Model::Mclp => "mclp",
        Model::PMedian => "p-median",
        Model::PCenter => "p-center",
    }
}

/// Prints the answer; an infeasible question is exit 1 with what makes it so.
pub(crate) fn report(
    instance: &Instance,
    model: &str,
    solved: Result<Solution, Infeasible>,
    format: SiteFormat,
    time_s: f64,
) -> Result<(), Failure> {
    let solution = match solved {
        Ok(solution) => solution,
        Err(why) => {
            if let SiteFormat::Json = format {
                output::json(&json!({
                    "model": model,
                    "status": "infeasible",
                    "objective": null,
                    "bound": null,
                    "optimality_gap": null,
                    "sites": [],
                    "reason": why.to_string(),
                }))?;
            }
            return Err(Failure::NoAnswer(why.to_string()));
        }
    };
    match format {
        SiteFormat::Json => output::json(&as_json(instance, &solution, time_s)?),
        SiteFormat::Table => output::text(&as_table(instance, &solution, time_s)),
    }
}

fn as_json(instance: &Instance, solution: &Solution, time_s: f64) -> anyhow::Result<Value> {
    let sites: Vec<String> = solution
        .sites()
        .iter()
        .map(|s| instance.site_id(s.site))
        .collect();
    let choices: Vec<Value> = solution
        .sites()
        .iter()
        .map(|open| {
            Ok(json!({
                "site": instance.site_id(open.site),
                "fixed": open.fixed,
                "adds": exact(in_unit(solution, open.adds))?,
            }))
        })
        .collect::<anyhow::Result<_>>()?;
    let uncovered: Vec<Value> = solution
        .uncovered()
        .iter()
        .map(|left| {
            Ok(json!({
                "demand": instance.demand_id(left.demand),
                "reason": serde_json::to_value(left.reason)?,
            }))
        })
        .collect::<anyhow::Result<_>>()?;
    Ok(json!({
        "model": solution.model().name(),
        "status": serde_json::to_value(solution.status())?,
        "objective": exact(solution.objective_decimal())?,
        "bound": exact(solution.bound_decimal())?,
        "optimality_gap": solution.optimality_gap(),
        "sites": sites,
        "choices": choices,
        "uncovered": uncovered,
        "method": solution.method().name(),
        "seed": solution.seed(),
        "reduction": serde_json::to_value(solution.reduction())?,
        "time_s": time_s,
    }))
}

/// Steps of the objective in the unit of the tables.
fn in_unit(solution: &Solution, steps: i128) -> Decimal {
    Decimal::new(steps, solution.objective_decimal().decimals())
}

/// A decimal as a JSON number with all its digits.
fn exact(decimal: Decimal) -> anyhow::Result<Value> {
    Ok(serde_json::from_str(&decimal.to_string())?)
}

fn as_table(instance: &Instance, solution: &Solution, time_s: f64) -> String {
    use std::fmt::Write as _;
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
        line(
            &format!("site {rank}"),
            format!("{id}{fixed}  adds {}", in_unit(solution, open.adds)),
        );
    }
    text
}

fn number(field: &str, text: &str) -> Result<Decimal, String> {
    text.trim()
        .parse()
        .map_err(|error| format!("{field}: {error}"))
}

/// Problems of both tables, shown together.
#[derive(Default)]
struct Problems {
    shown: Vec<String>,
    n_more: usize,
}

impl Problems {
    const MOST_SHOWN: usize = 20;

    fn add(&mut self, problem: String) {
        if self.shown.len() < Self::MOST_SHOWN {
            self.shown.push(problem);
        } else {
            self.n_more += 1;
        }
    }

    fn finish(self) -> anyhow::Result<()> {
        if self.shown.is_empty() {
            return Ok(());
        }
        let more = if self.n_more > 0 {
            format!("\n  and {} more", self.n_more)
        } else {
            String::new()
        };
        bail!(
            "the tables have problems:\n  {}{more}",
            self.shown.join("\n  ")
        )
    }
}

/// Reads the named columns of a CSV file row by row; problems carry file and line.
fn read_rows<const N: usize>(
    path: &Path,
    columns: [&str; N],
    problems: &mut Problems,
    mut row: impl FnMut([&str; N]) -> Result<(), String>,
) -> anyhow::Result<()> {
    let shown = path.display();
    let file = File::open(path).with_context(|| format!("could not open `{shown}`"))?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file);
    let header = reader
        .headers()
        .with_context(|| format!("could not read `{shown}`"))?
        .clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        let found = header
            .iter()
            .position(|name| name.trim().trim_start_matches('\u{feff}') == column);
        *place = found.with_context(|| {
            let has: Vec<&str> = header.iter().collect();
            format!(
                "`{shown}`, line 1: column `{column}` is missing; the file has {}, it needs {}",
                has.join(","),
                columns.join(",")
            )
        })?;
    }
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(error) => {
                problems.add(format!("`{shown}`: {error}"));
                return Ok(());
            }
        }
        let line = record.position().map_or(0, csv::Position::line);
        let fields = places.map(|place| record.get(place));
        let result = if fields.iter().any(Option::is_none) {
            Err(format!(
                "has {} fields, the header has {}",
                record.len(),
                header.len()
            ))
        } else {
            row(fields.map(|field| field.unwrap_or_default().trim()))
        };
        if let Err(why) = result {
            problems.add(format!("`{shown}`, line {line}: {why}"));
        }
    }
}
