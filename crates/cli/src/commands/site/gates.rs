//! `nuanquan site PLAN --open-gates N`: which gates to open first.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use coverage::Demand;
use scenario::{GateChoice, Opening, Project, choose_gates};
use serde_json::{Value, json};

use crate::args::{Site, SiteFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// Chooses for the standard asked for, or the plan's only one.
pub(crate) fn answer(path: &Path, n_openings: u32, args: &Site) -> Result<(), Failure> {
    let start = Instant::now();
    let project = plan::load(path)?;
    let only = match &project.standards[..] {
        [only] => Some(only.key.clone()),
        _ => None,
    };
    let standard = args.standard.clone().or(only);
    let standard = standard.context("give --standard: which standard the gates are opened for")?;
    let n = usize::try_from(n_openings).map_err(anyhow::Error::from)?;
    let choice = choose_gates(&project, &[], &standard, n).map_err(anyhow::Error::from)?;
    match args.format {
        SiteFormat::Table => output::text(&told(&project, &choice)),
        SiteFormat::Json => {
            let units = Demand::as_units_f64;
            output::json(&json!({
                "standard": standard,
                "demand_unit": project.demand.unit().name(),
                "demand": units(choice.total),
                "covered_before": units(choice.covered_before),
                "objective": units(covered_after(&choice)),
                "bound": choice.bound.map(units),
                "covered_with_all_gates_open": units(choice.covered_with_all),
                "n_permissions": choice.n_permissions,
                "n_useful": choice.n_useful,
                "n_rejoined": choice.n_rejoined,
                "openings": choice.openings.iter().map(opening).collect::<Vec<Value>>(),
                "time_s": start.elapsed().as_secs_f64(),
            }))
        }
    }
}

fn covered_after(choice: &GateChoice) -> Demand {
    let last = choice.openings.last();
    last.map_or(choice.covered_before, |opening| opening.covered)
}

fn opening(opening: &Opening) -> Value {
    json!({
        "name": opening.name,
        "lng": opening.position.lng(),
        "lat": opening.position.lat(),
        "nodes": opening.gates.iter().map(|node| node.as_i64()).collect::<Vec<i64>>(),
        "street_m": opening.street_mm / 1_000,
        "compound_way": opening.compound_way.map(graph::OsmWayId::as_i64),
        "covered": opening.covered.as_units_f64(),
    })
}

/// The choice to read, and the lines that a plan takes.
fn told(project: &Project, choice: &GateChoice) -> String {
    let standard = &project.standards[choice.standard];
    let unit = project.demand.unit();
    let share = |demand: Demand| demand.share_of(choice.total).unwrap_or_default() * 100.0;
    let mut text = format!(
        "{}: {:.2} % of {:.0} {unit} covered; {:.2} % with all {} compounds and gates open for \
         passing, {} of them on a trip that helps\n",
        standard.name,
        share(choice.covered_before),
        choice.total.as_units_f64(),
        share(choice.covered_with_all),
        choice.n_permissions,
        choice.n_useful,
    );
    let mut line = |words: String| {
        text.push_str(&words);
        text.push('\n');
    };
    let mut before = choice.covered_before;
    for (number, opening) in (1..).zip(&choice.openings) {
        let gained = opening.covered.as_units_f64() - before.as_units_f64();
        before = opening.covered;
        line(format!(
            "  {number}. {}: {} gates, {} m of street behind, {gained:+.0} {unit}, {:.2} % covered",
            opening.name,
            opening.gates.len(),
            opening.street_mm / 1_000,
            share(opening.covered)
        ));
    }
    match (choice.openings.is_empty(), choice.bound) {
        (true, _) => line("  no opening adds anything".to_owned()),
        (false, Some(bound)) => line(format!(
            "  no {} openings cover more than {:.2} %",
            choice.openings.len(),
            share(bound)
        )),
        (false, None) => line(format!(
            "  not proven to be the best: {} places join another street when gates open",
            choice.n_rejoined
        )),
    }
    if !choice.openings.is_empty() {
        line("as lines of a plan:".to_owned());
    }
    for opening in &choice.openings {
        let mut words =
            "[[scenario.modification]]\ndo = \"set-gates\"\npolicy = \"through\"\n".to_owned();
        let nodes: Vec<String> = opening
            .gates
            .iter()
            .map(|n| n.as_i64().to_string())
            .collect();
        let written = match opening.compound_way {
            Some(way) => write!(words, "compound_ways = [{}]", way.as_i64()),
            None => write!(words, "nodes = [{}]", nodes.join(", ")),
        };
        written.expect("writing to a string cannot fail");
        line(words);
    }
    text
}
