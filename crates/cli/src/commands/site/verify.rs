use std::fs;
use std::io::{self, Read as _};

use anyhow::{Context, anyhow, bail};
use serde_json::{Map, Number, Value, json};
use siting::{BoundCheck, Proof, Verified, VerifyError, closing_choice, verify};

use super::answer::{Claims, parameters};
use super::further::{self, PhasesChecked};
use super::tables;
use crate::args::{SiteFormat, SiteVerify};
use crate::failure::Failure;
use crate::output;

/// `nuanquan site verify`: every claim of a result, recomputed from its inputs.
pub(crate) fn run(args: &SiteVerify) -> Result<(), Failure> {
    let result = read(args)?;
    if result.get("status") == Some(&json!("infeasible")) {
        return no_claim(args.format);
    }
    let proof = result
        .get("proof")
        .with_context(|| format!("`{}` holds no `proof`", args.result.display()))?;
    let proof: Proof = serde_json::from_value(proof.clone())
        .with_context(|| format!("the `proof` in `{}` is not one", args.result.display()))?;
    let open_before = fixed(&result)?;
    let tables_instance = tables::read(&args.tables, &open_before)?;
    let instance = if result.contains_key("close") {
        closing_choice(&tables_instance)
    } else {
        tables_instance.clone()
    };
    let refused = |claim: &str, why: String| refuse(args.format, claim, &why);
    let verified = match verify(&instance, &proof) {
        Ok(verified) => verified,
        Err(error) => {
            let in_unit = |steps: i128| {
                siting::Decimal::new(steps, instance.objective_decimals(&proof.question))
            };
            let (claim, why) = explain(&error, &in_unit);
            return refused(claim, why);
        }
    };
    let claims = Claims {
        instance: &instance,
        question: &proof.question,
        objective: verified.objective,
        bound: proof.bound,
        sites: &verified.sites,
        uncovered: &verified.uncovered,
        assignment: &proof.served,
    };
    for (claim, found) in claims.as_json()? {
        let claimed = result.get(&claim).unwrap_or(&Value::Null);
        if !same(claimed, &found) {
            return refused(&claim, differs(&claim, claimed, &found));
        }
    }
    if let Some(close) = result.get("close") {
        let stays = verified.sites.iter().map(|s| instance.site_id(s.site));
        let mut all: Vec<String> = list(close, "close")?.into_iter().chain(stays).collect();
        all.sort_unstable();
        let mut before = open_before;
        before.sort_unstable();
        if all != before {
            let why = "what closes and what stays are not the sites that were open, each once";
            return refused("close", why.to_owned());
        }
        for (claim, found) in further::losses(&tables_instance, &proof)? {
            let claimed = result.get(&claim).unwrap_or(&Value::Null);
            if !same(claimed, &found) {
                return refused(&claim, differs(&claim, claimed, &found));
            }
        }
    }
    let phases = match result.get("phases") {
        None => None,
        Some(phases) => match further::verify_phases(&instance, &proof, phases)? {
            Ok(checked) => Some(checked),
            Err(why) => return refused("phases", why),
        },
    };
    answer(args.format, &claims, &verified, phases)
}

fn read(args: &SiteVerify) -> anyhow::Result<Map<String, Value>> {
    let shown = args.result.display();
    let text = if args.result.as_os_str() == "-" {
        let mut text = String::new();
        io::stdin()
            .read_to_string(&mut text)
            .context("could not read standard input")?;
        text
    } else {
        fs::read_to_string(&args.result).with_context(|| format!("could not read `{shown}`"))?
    };
    match serde_json::from_str(&text).with_context(|| format!("`{shown}` is not JSON"))? {
        Value::Object(map) if map.contains_key("status") => Ok(map),
        _ => bail!("`{shown}` is not a result of `nuanquan site --format json`"),
    }
}

fn list(value: &Value, key: &str) -> anyhow::Result<Vec<String>> {
    let wrong = || anyhow!("`{key}` in the result has to be a list of site ids");
    let ids = value.as_array().ok_or_else(wrong)?.iter();
    ids.map(|id| id.as_str().map(str::to_owned).ok_or_else(wrong))
        .collect()
}

/// The fixed sites that the result says it was asked with; the fingerprint tells whether that is so.
fn fixed(result: &Map<String, Value>) -> anyhow::Result<Vec<String>> {
    // A closing's own question has candidates only; the sites that were open are listed beside it.
    let key = if result.contains_key("close") {
        return list(
            result.get("open_before").unwrap_or(&Value::Null),
            "open_before",
        );
    } else {
        "fixed"
    };
    let parameters = result.get("parameters").unwrap_or(&Value::Null);
    list(
        parameters.get(key).unwrap_or(&Value::Null),
        "parameters.fixed",
    )
}

/// Equal, where numbers may be written as whole or as decimal ones.
///
/// Readers of JSON may come out one unit in the last place beside the decimal that was written; so near is the same.
/// What such a claim stands for is held to the last digit by the proof, whose numbers are text.
pub(crate) fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => {
            let equal = |x: Option<f64>, y: Option<f64>| match (x, y) {
                (Some(x), Some(y)) => {
                    let near = [y, y.next_up(), y.next_down()];
                    near.iter().any(|near| x.total_cmp(near).is_eq())
                }
                _ => false,
            };
            let whole = |n: &Number| n.is_i64() || n.is_u64();
            a == b || !(whole(a) && whole(b)) && equal(a.as_f64(), b.as_f64())
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// That a claim is not what follows, shortened.
pub(crate) fn differs(claim: &str, claimed: &Value, found: &Value) -> String {
    let short = |value: &Value| {
        let text = value.to_string();
        match text.char_indices().nth(60) {
            Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
            None => text,
        }
    };
    format!(
        "`{claim}` is {} in the result, but {} follows from the inputs",
        short(claimed),
        short(found)
    )
}

/// Which claim an error is about, and the error in the unit of the tables.
fn explain(
    error: &VerifyError,
    in_unit: &dyn Fn(i128) -> siting::Decimal,
) -> (&'static str, String) {
    match error {
        VerifyError::OtherInstance { .. } => ("inputs", error.to_string()),
        VerifyError::OtherQuestion => ("parameters", error.to_string()),
        VerifyError::BrokenRule(rule) => ("sites", format!("{error}: {rule}")),
        VerifyError::WrongObjective { claimed, found } => (
            "objective",
            format!(
                "the sites give an objective of {}, not of {}",
                in_unit(*found),
                in_unit(*claimed)
            ),
        ),
        VerifyError::BoundNotProven { claimed, proven } => (
            "bound",
            format!(
                "the certificate proves a bound of {}, not of {}",
                in_unit(*proven),
                in_unit(*claimed)
            ),
        ),
        VerifyError::BadCertificate { .. } => ("bound", error.to_string()),
        _ => ("result", error.to_string()),
    }
}

fn refuse(format: SiteFormat, claim: &str, why: &str) -> Result<(), Failure> {
    if let SiteFormat::Json = format {
        output::json(&json!({ "verified": false, "claim": claim, "reason": why }))?;
    }
    Err(Failure::NoAnswer(format!("not as claimed: {why}")))
}

/// That no plan exists is claimed without a certificate.
fn no_claim(format: SiteFormat) -> Result<(), Failure> {
    let why = "the result says that no plan exists; such a claim carries no certificate";
    match format {
        SiteFormat::Json => output::json(&json!({
            "verified": null, "status": "infeasible", "bound_check": "not checked", "reason": why,
        })),
        SiteFormat::Table => output::text(&format!("bound not checked: {why}\n")),
    }
}

fn answer(
    format: SiteFormat,
    claims: &Claims,
    verified: &Verified,
    phases: Option<PhasesChecked>,
) -> Result<(), Failure> {
    let checked = verified.bound == BoundCheck::Confirmed;
    let check = if checked { "confirmed" } else { "not checked" };
    match format {
        SiteFormat::Json => {
            let mut map = Map::new();
            map.insert("verified".to_owned(), json!(true));
            map.insert("bound_check".to_owned(), json!(check));
            let all = claims.as_json()?;
            let keys = [
                "model",
                "status",
                "objective",
                "bound",
                "optimality_gap",
                "sites",
            ];
            for key in keys {
                map.insert(key.to_owned(), all[key].clone());
            }
            if let Some(phases) = phases {
                map.insert("phases_confirmed".to_owned(), json!(phases.n));
                let bounds = phases.n - phases.n_without_certificate;
                map.insert("phase_bounds_confirmed".to_owned(), json!(bounds));
            }
            let question = parameters(claims.instance, claims.question)?;
            map.insert("parameters".to_owned(), question);
            output::json(&Value::Object(map))
        }
        SiteFormat::Table => {
            let bound = claims.in_unit(claims.bound);
            let bound = if checked {
                format!("bound {bound} confirmed: no answer is better")
            } else {
                format!("bound not checked: {bound} is claimed without a certificate")
            };
            let phases = phases.map_or_else(String::new, |phases| {
                let n = phases.n;
                match phases.n_without_certificate {
                    0 => {
                        format!("{n} phases confirmed: sites, objective, bound and loss of each\n")
                    }
                    bare => format!(
                        "{n} phases confirmed: sites, objective and loss of each; {bare} of their \
                         bounds are claimed without a certificate\n"
                    ),
                }
            });
            output::text(&format!(
                "inputs confirmed: these are the tables that were asked\n\
                 question: {}, {}\n\
                 sites confirmed: {} open, every rule is kept\n\
                 objective {} confirmed\n\
                 {bound}\n{phases}",
                claims.question.model.name(),
                parameters(claims.instance, claims.question)?,
                claims.sites.len(),
                claims.in_unit(claims.objective),
            ))
        }
    }
}
