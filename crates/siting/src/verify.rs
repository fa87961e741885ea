//! Independent verification by weak duality: objective and bound of a result, re-derived from the instance without code of the solvers.
//!
//! Any multipliers give a bound; the verification shows that those of the certificate give the claimed one, in exact integers.
//! The branch-and-bound tree leaves nothing out by construction; each leaf must be bounded, or hold one answer at most.
//! Uses `instance`, `question` and `answer`, and nothing else.

pub(crate) mod error;
pub(crate) mod leaf_bound;
pub(crate) mod tree;

pub use error::VerifyError;

use crate::answer::certificate::Certificate;
use crate::answer::check::check;
use crate::answer::checked::Proposal;
use crate::answer::entries::{OpenSite, Uncovered};
use crate::answer::proof::Proof;
use crate::instance::{DemandIx, Instance, SiteStatus};
use crate::question::{Model, Question};
use crate::verify::tree::{CertificateTree, reached};

/// A verified result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The objective, recomputed.
    pub objective: i128,
    /// The open sites with their marginal gains, recomputed.
    pub sites: Vec<OpenSite>,
    /// Uncovered demand, recomputed.
    pub uncovered: Vec<Uncovered>,
    /// Whether the bound is proven as well.
    pub bound: BoundCheck,
}

/// Outcome of the verification of the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoundCheck {
    /// The certificate proves the bound that is claimed, or it follows from the inputs alone.
    Confirmed,
    /// The result carries no certificate: bound not checked.
    NotChecked,
}

/// Verifies a result against the inputs that it claims.
///
/// Cost: one pass over the pairs per leaf of the certificate's tree.
///
/// # Errors
/// The first claim that does not hold.
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
        // The cost of the worst demand point with all sites open takes no certificate.
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

/// The bound of the objective that the certificate proves.
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
            let tree = CertificateTree::new(instance, &inner, certificate)?;
            let needed = tree.least()?;
            // No answer opens more sites than may open.
            let allowed = i128::from(question.n_sites.unwrap_or(u32::MAX)).min(tree.n_free());
            Ok(if needed > allowed { claimed } else { trivial })
        }
        Model::Mclp => {
            let total = i128::try_from(instance.total_weight()).expect("weights fit 60 bits");
            let missed = CertificateTree::new(instance, question, certificate)?.least()?;
            Ok(total - missed.clamp(out_of_reach(instance, question), total))
        }
        Model::Lscp => {
            // The number of sites is the objective, or a limit where the objective is the price.
            let asked = Question {
                n_sites: question.n_sites.filter(|_| question.by_price),
                ..question.clone()
            };
            let least = CertificateTree::new(instance, &asked, certificate)?.least()?;
            let fixed = instance
                .sites()
                .filter(|&s| instance.site_status(s) == SiteStatus::Fixed);
            let opening_cost = |site| match instance.price(site) {
                Some(price) if question.by_price => i128::from(price),
                _ => 1,
            };
            Ok(least.max(0).saturating_add(fixed.map(opening_cost).sum()))
        }
        Model::PMedian => Ok(CertificateTree::new(instance, question, certificate)?
            .least()?
            .max(0)),
    }
}

/// The weight that no answer covers, whatever the multipliers.
fn out_of_reach(instance: &Instance, question: &Question) -> i128 {
    let mut open_able = vec![0_u32; instance.n_demand()];
    for site in instance.sites() {
        if instance.site_status(site) != SiteStatus::Forbidden {
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

/// The cost of the worst demand point with all sites open: a lower bound of every largest cost.
fn least_largest(instance: &Instance, question: &Question) -> i128 {
    let radius = question.radius.unwrap_or(u64::MAX);
    // With capacities, only demand points with weight must be served.
    let counts = |d: &DemandIx| instance.capacity.is_none() || instance.weight(*d) > 0;
    let worst = instance.demand_points().filter(counts).filter_map(|d| {
        let open_able = instance.served_by(d).filter(|&(s, cost)| {
            instance.site_status(s) != SiteStatus::Forbidden && cost <= radius
        });
        open_able.map(|(_, cost)| cost).min()
    });
    i128::from(worst.max().unwrap_or(0))
}
