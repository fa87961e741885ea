use std::path::Path;
use std::time::Instant;

use anyhow::{Context, anyhow};
use serde_json::json;

use scenario::{Modification, ScenarioReport, evaluate, resolve_changes, summary};

use crate::args::{Model, Site, SiteFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// Chooses sites for a standard of a plan: the one asked for, or what the plan's first
/// `choose-sites` asks for.
pub(crate) fn answer(path: &Path, args: &Site) -> Result<(), Failure> {
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
