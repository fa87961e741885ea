use std::fmt::Write as _;

use anyhow::Context as _;
use serde_json::{Map, Value, json};
use siting::{
    BoundCheck, Effort, Instance, Phase, Proof, Question, SiteIx, closing, closing_choice,
    objective_of_fixed, phased, verify,
};

use super::verify::{differs, same};
use super::{Asked, answer, claims, found, proof};
use crate::args::SiteFormat;
use crate::failure::Failure;
use crate::output;

/// Which of the fixed sites to close with the least loss.
///
/// The result's claims are those of the question "which of them stay".
pub(crate) fn close(asked: &Asked, n_close: u32) -> Result<(), Failure> {
    let solved = closing(asked.instance, asked.question, n_close, asked.effort);
    let closing = solved.or_else(|why| asked.no_answer(&why))?;
    let chooser = closing_choice(asked.instance);
    let claims = claims(&chooser, &closing.left);
    let close = ids(asked.instance, &closing.close);
    let (loss, least) = (
        claims.in_unit(closing.loss),
        claims.in_unit(closing.loss_at_least),
    );
    match asked.format {
        SiteFormat::Json => {
            let mut map = claims.as_json()?;
            let before = asked
                .instance
                .sites()
                .filter(|&s| is_fixed(asked.instance, s));
            map.insert(
                "open_before".to_owned(),
                json!(ids(asked.instance, &before.collect::<Vec<_>>())),
            );
            map.insert("close".to_owned(), json!(close));
            map.insert("loss".to_owned(), answer::exact(loss)?);
            map.insert("loss_at_least".to_owned(), answer::exact(least)?);
            map.extend(found(&closing.left, asked.time_s())?);
            map.insert("proof".to_owned(), proof(&closing.left.proof())?);
            output::json_rows(&Value::Object(map))
        }
        SiteFormat::Table => {
            let mut text = String::new();
            let left = claims.in_unit(claims.objective);
            writeln!(text, "{:<16}{}", "close", close.join(", "))?;
            writeln!(text, "{:<16}{loss}", "loss")?;
            writeln!(text, "{:<16}{least}", "loss at least")?;
            writeln!(text, "{:<16}{left}", "objective left")?;
            for (rank, open) in (1..).zip(closing.left.sites()) {
                let id = asked.instance.site_id(open.site);
                let adds = claims.added(open);
                writeln!(text, "{:<16}{id}  adds {adds}", format!("stays {rank}"))?;
            }
            output::text(&text)
        }
    }
}

/// Nested phases, each with what nesting costs.
pub(crate) fn phases(asked: &Asked, numbers: &[u32]) -> Result<(), Failure> {
    let solved = phased(asked.instance, asked.question, numbers, asked.effort);
    let phases = solved.or_else(|why| asked.no_answer(&why))?;
    let answers = phase_answers(asked.instance, asked.question, &phases);
    match asked.format {
        SiteFormat::Json => {
            let last = answers.last().expect("there is a phase");
            let mut map = last.claims(asked.instance).as_json()?;
            let rows = answers
                .iter()
                .map(|a| a.as_json(asked.instance))
                .collect::<anyhow::Result<Vec<Value>>>()?;
            map.insert("phases".to_owned(), Value::Array(rows));
            map.extend(found(&last.phase.free, asked.time_s())?);
            map.insert("proof".to_owned(), proof(&last.proof)?);
            output::json_rows(&Value::Object(map))
        }
        SiteFormat::Table => {
            let mut text = String::new();
            for phase in &answers {
                let claims = phase.claims(asked.instance);
                let opens = phase.opens(asked.instance).join(", ");
                writeln!(
                    text,
                    "{:>4} sites  objective {}  bound {}  loss by nesting {} (at most {})  opens {opens}",
                    phase.phase.n_sites,
                    claims.in_unit(claims.objective),
                    claims.in_unit(claims.bound),
                    claims.in_unit(phase.phase.loss),
                    claims.in_unit(phase.phase.loss_at_most),
                )?;
            }
            output::text(&text)
        }
    }
}

/// One phase as an answer to the question without phases: its sites, and the bound of the free plan.
struct PhaseAnswer<'a> {
    phase: &'a Phase,
    question: Question,
    sites: Vec<siting::OpenSite>,
    proof: Proof,
}

fn phase_answers<'a>(
    instance: &Instance,
    question: &Question,
    phases: &'a [Phase],
) -> Vec<PhaseAnswer<'a>> {
    let mut opened: Vec<SiteIx> = Vec::new();
    let mut answers = Vec::with_capacity(phases.len());
    for phase in phases {
        opened.extend(&phase.opens);
        let question = Question {
            n_sites: Some(phase.n_sites),
            ..question.clone()
        };
        let proof = Proof {
            new_sites: opened.clone(),
            served: phase.nested.proof().served,
            objective: phase.nested.objective(),
            ..phase.free.proof()
        };
        // Sites of earlier phases were fixed in the phase's own question; here they are new.
        let bare = Proof {
            certificate: None,
            ..proof.clone()
        };
        let checked = verify(instance, &bare).expect("a nested plan is a plan");
        answers.push(PhaseAnswer {
            phase,
            question,
            sites: checked.sites,
            proof,
        });
    }
    answers
}

impl PhaseAnswer<'_> {
    fn claims<'a>(&'a self, instance: &'a Instance) -> answer::Claims<'a> {
        answer::Claims {
            instance,
            question: &self.question,
            objective: self.phase.nested.objective(),
            bound: self.phase.free.bound(),
            sites: &self.sites,
            uncovered: self.phase.nested.uncovered(),
            assignment: &self.proof.served,
        }
    }

    fn opens(&self, instance: &Instance) -> Vec<String> {
        ids(instance, &self.phase.opens)
    }

    fn as_json(&self, instance: &Instance) -> anyhow::Result<Value> {
        let free = Proof {
            certificate: None,
            ..self.phase.free.proof()
        };
        let mut row = phase_claims(instance, &self.phase.opens, &self.proof, free.objective)?;
        row.insert("proof".to_owned(), proof(&self.proof)?);
        row.insert("free_proof".to_owned(), proof(&free)?);
        Ok(Value::Object(row))
    }
}

/// What a phase claims, all of which follows from its proof, the sites it opens and the objective of the free plan.
///
/// Written by `site` and recomputed by `site verify`.
fn phase_claims(
    instance: &Instance,
    opens: &[SiteIx],
    nested: &Proof,
    free: i128,
) -> anyhow::Result<Map<String, Value>> {
    let worse = |than: i128| {
        let apart = if nested.question.model.maximizes() {
            than - nested.objective
        } else {
            nested.objective - than
        };
        apart.max(0)
    };
    let decimals = instance.objective_decimals(&nested.question);
    let in_unit = |steps: i128| answer::exact(siting::Decimal::new(steps, decimals));
    let mut row = Map::new();
    let mut put = |key: &str, value: Value| row.insert(key.to_owned(), value);
    put("new_sites", json!(nested.question.n_sites));
    put("opens", json!(ids(instance, opens)));
    put("objective", in_unit(nested.objective)?);
    put("bound", in_unit(nested.bound)?);
    let apart = siting::share_apart(nested.objective, nested.bound);
    put("optimality_gap", json!(apart));
    put("loss", in_unit(worse(free))?);
    put("loss_at_most", in_unit(worse(nested.bound))?);
    Ok(row)
}

/// What was confirmed about phases.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PhasesChecked {
    /// All of them.
    pub(crate) n: usize,
    /// Those whose bound carries no certificate and is not checked.
    pub(crate) n_without_certificate: usize,
}

/// What closing loses by a proof's objective, and at least by its bound, as a result claims it.
///
/// # Errors
/// The sites that were open break a rule.
pub(crate) fn losses(instance: &Instance, left: &Proof) -> anyhow::Result<[(String, Value); 2]> {
    let question = &left.question;
    let now = objective_of_fixed(instance, question, &Effort::quick())?;
    let decimals = instance.objective_decimals(question);
    let worse = |than: i128| {
        let apart = if question.model.maximizes() {
            now - than
        } else {
            than - now
        };
        answer::exact(siting::Decimal::new(apart.max(0), decimals))
    };
    Ok([
        ("loss".to_owned(), worse(left.objective)?),
        ("loss_at_least".to_owned(), worse(left.bound)?),
    ])
}

/// Checks every phase of a result: its objective and bound, what it claims, and that it keeps the sites of the one before.
///
/// # Errors
/// A phase whose proofs are not in the file; `Ok` with what is wrong when a claim is.
pub(crate) fn verify_phases(
    instance: &Instance,
    last: &Proof,
    phases: &Value,
) -> anyhow::Result<Result<PhasesChecked, String>> {
    let rows = phases.as_array().context("`phases` has to be a list")?;
    let mut n_without_certificate = 0;
    let mut before: Vec<SiteIx> = Vec::new();
    for (number, row) in (1..).zip(rows) {
        let read = |key: &str| -> anyhow::Result<Proof> {
            let value = row.get(key).cloned().unwrap_or(Value::Null);
            serde_json::from_value(value)
                .with_context(|| format!("phase {number} holds no `{key}`"))
        };
        let (nested, free) = (read("proof")?, read("free_proof")?);
        let wrong = |what: &str| Ok(Err(format!("phase {number}: {what}")));
        let asked = Question {
            n_sites: nested.question.n_sites,
            ..last.question.clone()
        };
        if nested.question != asked || free.question != asked {
            return wrong("it answers another question");
        }
        if !nested.new_sites.starts_with(&before) {
            return wrong("it does not keep the sites of the phase before it");
        }
        match verify(instance, &nested).and_then(|found| Ok((found, verify(instance, &free)?))) {
            Err(error) => return wrong(&error.to_string()),
            Ok((found, _)) => {
                n_without_certificate += usize::from(found.bound != BoundCheck::Confirmed);
            }
        }
        let opens = &nested.new_sites[before.len()..];
        for (claim, found) in phase_claims(instance, opens, &nested, free.objective)? {
            let claimed = row.get(&claim).unwrap_or(&Value::Null);
            if !same(claimed, &found) {
                return wrong(&differs(&claim, claimed, &found));
            }
        }
        before.clone_from(&nested.new_sites);
    }
    if before != last.new_sites {
        return Ok(Err(
            "the last phase has other sites than the plan".to_owned()
        ));
    }
    Ok(Ok(PhasesChecked {
        n: rows.len(),
        n_without_certificate,
    }))
}

fn ids(instance: &Instance, sites: &[SiteIx]) -> Vec<String> {
    sites.iter().map(|&s| instance.site_id(s)).collect()
}

fn is_fixed(instance: &Instance, site: SiteIx) -> bool {
    instance.site_status(site) == siting::SiteStatus::Fixed
}
