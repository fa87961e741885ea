//! Re-derives objective and bound of a result from the instance, without the solvers' code.
//!
//! By weak duality any multipliers give a bound; what is checked here is only that those of the certificate give the one that is claimed, in exact integers.
//! A tree of cases is checked by walking through it: its cases leave nothing out by construction, and each leaf must be bounded, or hold one answer at most.

pub(crate) mod leaf_bound;
pub(crate) mod tree;

use crate::answer::certificate::Certificate;
use crate::answer::check::{BrokenRule, Proposal, check};
use crate::answer::proof::Proof;
use crate::answer::solution::{OpenSite, Uncovered};
use crate::instance::{DemandIx, Instance, Standing};
use crate::question::{Model, Question};
use crate::verify::tree::{Cases, reached};

/// What the check has confirmed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The objective, recomputed.
    pub objective: i128,
    /// The open sites with what each adds, recomputed.
    pub sites: Vec<OpenSite>,
    /// Demand that is not covered, recomputed.
    pub uncovered: Vec<Uncovered>,
    /// Whether the bound was confirmed as well.
    pub bound: BoundCheck,
}

/// What can be said about the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundCheck {
    /// The certificate proves the bound that is claimed, or it follows from the inputs alone.
    Confirmed,
    /// The result carries no certificate: bound not checked.
    NotChecked,
}

/// Why a result is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// The result belongs to other inputs.
    #[error("the result was made from other inputs (fingerprint {claimed}, these have {found})")]
    OtherInstance {
        /// In the result.
        claimed: String,
        /// Of these inputs.
        found: String,
    },
    /// The parameters were changed after the result was made.
    #[error("the parameters in the result do not match their fingerprint")]
    OtherQuestion,
    /// The sites break a rule of the question.
    #[error("the sites break a rule of the question")]
    BrokenRule(#[source] BrokenRule),
    /// The objective is not what the sites give.
    #[error("the sites give an objective of {found}, not of {claimed}")]
    WrongObjective {
        /// In the result.
        claimed: i128,
        /// Recomputed.
        found: i128,
    },
    /// The certificate is no proof: it contradicts the inputs or itself.
    #[error("the certificate is no proof: {what}")]
    BadCertificate {
        /// What is wrong.
        what: String,
    },
    /// The certificate proves less than is claimed.
    #[error("the certificate proves a bound of {proven}, not of {claimed}")]
    BoundNotProven {
        /// In the result.
        claimed: i128,
        /// What follows from the certificate.
        proven: i128,
    },
}

/// Checks a result against the inputs it claims to be made from.
///
/// Cost: one pass over the pairs per leaf of the certificate's tree.
///
/// # Errors
/// The first thing that is not as claimed.
pub fn verify(instance: &Instance, proof: &Proof) -> Result<Verified, VerifyError> {
    let found = instance.fingerprint();
    if proof.instance != found {
        return Err(VerifyError::OtherInstance {
            claimed: proof.instance.to_string(),
            found: found.to_string(),
        });
    }
    if proof.parameters != proof.question.fingerprint() {
        return Err(VerifyError::OtherQuestion);
    }
    let proposal = Proposal {
        new_sites: proof.new_sites.clone(),
        served: proof.served.clone(),
    };
    let checked = check(instance, &proof.question, &proposal).map_err(VerifyError::BrokenRule)?;
    let objective = checked.objective();
    if objective != proof.objective {
        return Err(VerifyError::WrongObjective {
            claimed: proof.objective,
            found: objective,
        });
    }
    let verified = Verified {
        objective,
        sites: checked.sites().to_vec(),
        uncovered: checked.uncovered().to_vec(),
        bound: BoundCheck::NotChecked,
    };
    let Some(certificate) = &proof.certificate else {
        // What the demand point that is worst off needs takes no certificate.
        let plain = proof.question.model == Model::PCenter
            && proof.bound <= least_largest(instance, &proof.question);
        let bound = if plain {
            BoundCheck::Confirmed
        } else {
            BoundCheck::NotChecked
        };
        return Ok(Verified { bound, ..verified });
    };
    let proven = proven_bound(instance, &proof.question, certificate, proof.bound)?;
    let holds = if proof.question.model.maximizes() {
        proven <= proof.bound
    } else {
        proven >= proof.bound
    };
    if !holds {
        return Err(VerifyError::BoundNotProven {
            claimed: proof.bound,
            proven,
        });
    }
    Ok(Verified {
        bound: BoundCheck::Confirmed,
        ..verified
    })
}

/// A certificate that is no proof.
pub(crate) fn bad<T>(what: impl Into<String>) -> Result<T, VerifyError> {
    Err(VerifyError::BadCertificate { what: what.into() })
}

/// The bound on the objective that follows from the certificate.
fn proven_bound(
    instance: &Instance,
    question: &Question,
    certificate: &Certificate,
    claimed: i128,
) -> Result<i128, VerifyError> {
    match question.model {
        Model::PCenter => {
            let trivial = least_largest(instance, question);
            if claimed <= trivial {
                return Ok(trivial);
            }
            // The claim: with costs below the bound, the sites allowed do not cover all.
            let radius = u64::try_from(claimed - 1).unwrap_or(u64::MAX);
            let inner = Question {
                model: Model::Lscp,
                radius: Some(radius),
                ..question.clone()
            };
            let cases = Cases::new(instance, &inner, certificate)?;
            let needed = cases.least()?;
            // No plan opens more sites than may open.
            let allowed = i128::from(question.n_sites.unwrap_or(u32::MAX)).min(cases.n_free());
            Ok(if needed > allowed { claimed } else { trivial })
        }
        Model::Mclp => {
            let total = i128::try_from(instance.total_weight()).expect("weights fit 60 bits");
            let missed = Cases::new(instance, question, certificate)?.least()?;
            Ok(total - missed.clamp(out_of_reach(instance, question), total))
        }
        Model::Lscp => {
            // The number of sites is what is bounded, or a limit where prices are.
            let asked = Question {
                n_sites: question.n_sites.filter(|_| question.by_price),
                ..question.clone()
            };
            let least = Cases::new(instance, &asked, certificate)?.least()?;
            let fixed = instance
                .sites()
                .filter(|&s| instance.standing(s) == Standing::Fixed);
            let toll = |site| match instance.price(site) {
                Some(price) if question.by_price => i128::from(price),
                _ => 1,
            };
            Ok(least.max(0).saturating_add(fixed.map(toll).sum()))
        }
        Model::PMedian => Ok(Cases::new(instance, question, certificate)?.least()?.max(0)),
    }
}

/// The weight that no plan covers, whatever the multipliers say.
fn out_of_reach(instance: &Instance, question: &Question) -> i128 {
    let mut open_able = vec![0_u32; instance.n_demand()];
    for site in instance.sites() {
        if instance.standing(site) != Standing::Forbidden {
            for (demand, _) in reached(instance, question, site) {
                open_able[demand] += 1;
            }
        }
    }
    let weights = instance.weight.iter().zip(open_able);
    weights
        .filter(|(_, n)| *n < question.times)
        .map(|(&weight, _)| i128::from(weight))
        .sum()
}

/// No plan has a smaller largest cost than the demand point that is worst off with all sites open.
fn least_largest(instance: &Instance, question: &Question) -> i128 {
    let radius = question.radius.unwrap_or(u64::MAX);
    // With capacities, only weight has to be served.
    let counts = |d: &DemandIx| instance.capacity.is_none() || instance.weight(*d) > 0;
    let worst = instance.demand_points().filter(counts).filter_map(|d| {
        let open_able = instance
            .served_by(d)
            .filter(|&(s, cost)| instance.standing(s) != Standing::Forbidden && cost <= radius);
        open_able.map(|(_, cost)| cost).min()
    });
    i128::from(worst.max().unwrap_or(0))
}
