use std::fmt::Write as _;

use serde_json::{Value, json};
use siting::{Instance, Phase, Proof, Question, SiteIx, closing, closing_choice, phased};

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
    let ids = |sites: &[SiteIx]| -> Vec<String> {
        sites.iter().map(|&s| asked.instance.site_id(s)).collect()
    };
    let close = ids(&closing.close);
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
                json!(ids(&before.collect::<Vec<_>>())),
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
        let sites = phase.nested.sites().iter().map(|open| siting::OpenSite {
            fixed: is_fixed(instance, open.site),
            ..*open
        });
        answers.push(PhaseAnswer {
            phase,
            question,
            sites: sites.collect(),
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
        self.phase
            .opens
            .iter()
            .map(|&s| instance.site_id(s))
            .collect()
    }

    fn as_json(&self, instance: &Instance) -> anyhow::Result<Value> {
        let claims = self.claims(instance);
        Ok(json!({
            "new_sites": self.phase.n_sites,
            "opens": self.opens(instance),
            "objective": answer::exact(claims.in_unit(claims.objective))?,
            "bound": answer::exact(claims.in_unit(claims.bound))?,
            "optimality_gap": claims.optimality_gap(),
            "loss": answer::exact(claims.in_unit(self.phase.loss))?,
            "loss_at_most": answer::exact(claims.in_unit(self.phase.loss_at_most))?,
        }))
    }
}

fn is_fixed(instance: &Instance, site: SiteIx) -> bool {
    instance.standing(site) == siting::Standing::Fixed
}
