use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};
use coverage::{Demand, FacilityKind};
use scenario::{
    Change, ChoiceRules, Modification, Project, ScenarioReport, SitePhase, SitesToClose, TimeLimit,
    choose_phases, choose_to_close, evaluate, resolve_changes, summary,
};
use serde_json::{Map, Value, json};
use siting::Infeasible;

use super::{asked, tables};
use crate::args::{Site, SiteFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// Chooses sites for a standard of a plan: the one asked for, or what the plan's first
/// `choose-sites` asks for.
pub(crate) fn answer(path: &Path, args: &Site) -> Result<(), Failure> {
    let start = Instant::now();
    let rules = rules(args)?;
    let project = plan::load(path)?;
    rules
        .check(&project)
        .map_err(|problems| anyhow!(problems.join("\n")))?;
    let asked = PlanQuestion {
        args,
        rules,
        start,
        ..PlanQuestion::of(&project, args)?
    };
    match (&args.phases[..], args.close) {
        ([], None) => asked.sites(),
        (_, Some(n_close)) => asked.close(n_close),
        (phases, None) => asked.phases(phases),
    }
}

/// The rules as typed.
fn rules(args: &Site) -> anyhow::Result<ChoiceRules> {
    let too_near = args.tables.too_near.as_deref().map(tables::too_near);
    let too_near = too_near.transpose()?.unwrap_or_default();
    let times = args.times.and_then(NonZeroU32::new);
    Ok(ChoiceRules {
        times: times.unwrap_or(NonZeroU32::MIN),
        floor: args.floor.as_deref().map(asked::floor).transpose()?,
        too_near: too_near.into_iter().map(|(a, b)| [a, b]).collect(),
        exact: args.exact,
        time_limit: args.time_limit.map(|t| TimeLimit {
            limit: Duration::from_secs_f64(t.as_secs_f64()),
            clock: since_first_asked,
        }),
    })
}

/// Time since this was asked first.
fn since_first_asked() -> Duration {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Which sites are asked for, of which plan.
struct PlanQuestion<'a> {
    project: &'a Project,
    args: &'a Site,
    /// The standard's place in the plan.
    standard: usize,
    kind: FacilityKind,
    /// How many sites, where a number is asked for.
    n_sites: Option<u32>,
    rules: ChoiceRules,
    start: Instant,
}

impl<'a> PlanQuestion<'a> {
    fn of(project: &'a Project, args: &'a Site) -> anyhow::Result<Self> {
        let modifications = project.spec.scenarios.iter().flat_map(|s| &s.modifications);
        let planned = modifications.clone().find_map(|m| match m {
            Modification::ChooseSites {
                standard, sites, ..
            } => Some((standard.clone(), *sites)),
            _ => None,
        });
        let key = args
            .standard
            .clone()
            .or_else(|| planned.as_ref().map(|p| p.0.clone()));
        let key = key.context("the plan has no `choose-sites`; give --standard")?;
        let n_sites = args.sites.or_else(|| planned.as_ref().map(|p| p.1));
        let needs_number = args.phases.is_empty() && args.close.is_none();
        if needs_number && n_sites.is_none() {
            return Err(anyhow!("the plan has no `choose-sites`; give --sites"));
        }
        let of_key = project.standards.iter().find(|s| s.key == key);
        let kind = of_key.and_then(|s| s.selection.kinds.first());
        let kind = kind.map_or("battery-swap-cabinet", |kind| kind.key());
        // What keeps a standard from having sites chosen keeps it from phases and closings too.
        let choice = Modification::ChooseSites {
            standard: key,
            sites: n_sites.unwrap_or(0),
            kind: kind.to_owned(),
            capacity: None,
        };
        let changes = resolve_changes(project, "site", &[choice])?;
        let Some(Change::Choose { standard, kind, .. }) = changes.into_iter().next() else {
            return Err(anyhow!("no sites were chosen"));
        };
        Ok(Self {
            project,
            args,
            standard,
            kind,
            n_sites,
            rules: ChoiceRules::default(),
            start: Instant::now(),
        })
    }

    fn key(&self) -> &str {
        &self.project.standards[self.standard].key
    }

    fn time_s(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// Whether demand, candidates or facilities of the standard are made up.
    fn is_illustrative(&self) -> bool {
        let project = self.project;
        let asked = &project.standards[self.standard].selection;
        let mut facilities = project.facilities.iter();
        project.demand.is_illustrative()
            || project.candidates.iter().any(|c| c.illustrative)
            || facilities.any(|f| f.illustrative && asked.kinds.contains(&f.kind))
    }

    /// The rules that differ from none, for a result that says what it was asked.
    fn parameters(&self) -> anyhow::Result<Map<String, Value>> {
        let mut map = Map::new();
        let rules = &self.rules;
        if rules.times.get() > 1 {
            map.insert("times".to_owned(), json!(rules.times));
        }
        if let Some(floor) = rules.floor {
            let percent = super::answer::exact(super::answer::percent(floor))?;
            map.insert("floor_percent".to_owned(), percent);
        }
        if !rules.too_near.is_empty() {
            map.insert("too_near".to_owned(), json!(rules.too_near));
        }
        Ok(map)
    }

    /// The same as lines to read.
    fn told(&self) -> String {
        let mut text = String::new();
        let rules = &self.rules;
        let mut line = |words: String| {
            text.push_str(&words);
            text.push('\n');
        };
        if rules.times.get() > 1 {
            line(format!(
                "  covered here: {} open facilities within the limit",
                rules.times
            ));
        }
        if let Some(floor) = rules.floor {
            let percent = super::answer::percent(floor);
            line(format!("  at least {percent} % of every zone covered"));
        }
        if !rules.too_near.is_empty() {
            let n = rules.too_near.len();
            line(format!(
                "  {n} pairs of sites too near each other to be both open"
            ));
        }
        text
    }

    fn no_answer<T>(&self, why: &Infeasible) -> Result<T, Failure> {
        let units = |steps: u128| {
            let steps = u64::try_from(steps).unwrap_or(u64::MAX);
            Demand::from_thousandths(steps).as_units_f64()
        };
        let unit = self.project.demand.unit();
        match why {
            Infeasible::Question { .. } => Err(anyhow!("{why}").into()),
            Infeasible::ZoneOutOfReach {
                zone,
                reachable,
                total,
                floor,
            } => Err(Failure::NoAnswer(format!(
                "zone `{zone}` has {:.1} of its {:.1} {unit} in reach of facilities and candidates, \
                 less than its floor of {:.1}",
                units(*reachable),
                units(*total),
                units(*floor)
            ))),
            _ => Err(Failure::NoAnswer(why.to_string())),
        }
    }

    fn sites(&self) -> Result<(), Failure> {
        let change = Change::Choose {
            standard: self.standard,
            n_sites: self.n_sites.unwrap_or(0),
            kind: self.kind.clone(),
            capacity: None,
            rules: self.rules.clone(),
        };
        let evaluation = evaluate(self.project, &[change]).or_else(|why| self.no_answer(&why))?;
        let report = ScenarioReport::of(self.project, "site", "Chosen sites", &evaluation);
        let (Some(chosen), Some(answer)) = (report.chosen.first(), evaluation.chosen.first())
        else {
            return Err(anyhow!("no sites were chosen").into());
        };
        match self.args.format {
            SiteFormat::Table => {
                output::text(&(summary::chosen_sites(&report) + self.told().as_str()))
            }
            SiteFormat::Json => {
                let sites: Vec<&str> = chosen.sites.iter().map(|s| s.candidate.as_str()).collect();
                let mut result = json!({
                    "model": answer.solution.model().name(),
                    "status": serde_json::to_value(answer.solution.status())
                        .map_err(anyhow::Error::from)?,
                    "objective": answer.added.as_units_f64(),
                    "bound": answer.added_bound.as_units_f64(),
                    "optimality_gap": answer.optimality_gap(),
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
                    "time_s": self.time_s(),
                });
                self.put_parameters(&mut result)?;
                output::json(&result)
            }
        }
    }

    fn put_parameters(&self, result: &mut Value) -> anyhow::Result<()> {
        let parameters = self.parameters()?;
        if let (false, Some(map)) = (parameters.is_empty(), result.as_object_mut()) {
            map.insert("parameters".to_owned(), Value::Object(parameters));
        }
        Ok(())
    }

    /// Prints what was found between what every answer about a plan says.
    fn put_answer(&self, found: Value) -> Result<(), Failure> {
        let mut result = json!({
            "model": "mclp",
            "standard": self.key(),
            "demand_unit": self.project.demand.unit().name(),
        });
        let tail = json!({ "illustrative": self.is_illustrative(), "time_s": self.time_s() });
        for part in [found, tail] {
            if let (Some(result), Value::Object(part)) = (result.as_object_mut(), part) {
                result.extend(part);
            }
        }
        self.put_parameters(&mut result)?;
        output::json(&result)
    }

    fn phases(&self, numbers: &[u32]) -> Result<(), Failure> {
        let solved = choose_phases(
            self.project,
            &[],
            self.standard,
            &self.kind,
            &self.rules,
            numbers,
        );
        let phases = solved.or_else(|why| self.no_answer(&why))?;
        let units = Demand::as_units_f64;
        match self.args.format {
            SiteFormat::Json => {
                let row = |phase: &SitePhase| {
                    let opens = phase.opens.iter().map(|site| site.candidate.as_str());
                    json!({
                        "new_sites": phase.n_sites,
                        "opens": opens.collect::<Vec<&str>>(),
                        "objective": units(phase.added),
                        "bound": units(phase.added_bound),
                        "loss": units(phase.loss),
                        "loss_at_most": units(phase.loss_at_most),
                    })
                };
                self.put_answer(json!({
                    "phases": phases.iter().map(row).collect::<Vec<Value>>(),
                    "n_candidates": self.project.candidates.len(),
                }))
            }
            SiteFormat::Table => {
                let unit = self.project.demand.unit();
                let mut text = format!("chosen for {} in phases:\n", self.key());
                for phase in &phases {
                    let opens = phase.opens.iter().map(|site| site.candidate.as_str());
                    writeln!(
                        text,
                        "{:>4} sites  add {:.1} {unit}, at most {:.1}  loss by nesting {:.1} (at most {:.1})  opens {}",
                        phase.n_sites,
                        units(phase.added),
                        units(phase.added_bound),
                        units(phase.loss),
                        units(phase.loss_at_most),
                        opens.collect::<Vec<&str>>().join(", "),
                    )?;
                }
                output::text(&(text + self.told().as_str()))
            }
        }
    }

    fn close(&self, n_close: u32) -> Result<(), Failure> {
        let solved = choose_to_close(self.project, &[], self.standard, &self.rules, n_close);
        let closing = solved.or_else(|why| self.no_answer(&why))?;
        let SitesToClose {
            close,
            stays,
            covered_before,
            total,
            loss,
            loss_at_least,
            method,
            ..
        } = &closing;
        let units = |demand: &Demand| demand.as_units_f64();
        match self.args.format {
            SiteFormat::Json => {
                let stay = stays
                    .iter()
                    .map(|(id, adds)| json!({ "facility": id, "adds": units(adds) }));
                self.put_answer(json!({
                    "close": close,
                    "stays": stay.collect::<Vec<Value>>(),
                    "loss": units(loss),
                    "loss_at_least": units(loss_at_least),
                    "covered_before": units(covered_before),
                    "demand": units(total),
                    "method": method,
                }))
            }
            SiteFormat::Table => {
                let unit = self.project.demand.unit();
                let mut text = format!(
                    "close for {}: {}\n  loses {:.1} {unit} of {:.1} covered; no choice of {n_close} loses less than {:.1}\n",
                    self.key(),
                    close.join(", "),
                    units(loss),
                    units(covered_before),
                    units(loss_at_least),
                );
                for (rank, (id, adds)) in (1..).zip(stays) {
                    writeln!(text, "  stays {rank}. {id} adds {:.1} {unit}", units(adds))?;
                }
                output::text(&(text + self.told().as_str()))
            }
        }
    }
}
