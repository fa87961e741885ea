//! Closing of fixed sites with the least loss.
//!
//! To close some of the fixed sites is to choose those that stay: the same models, with the fixed sites as the only candidates.

use crate::answer::solution::Solution;
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::models::solve::solve;
use crate::number::{at, ix};
use crate::question::effort::Effort;
use crate::question::infeasible::Infeasible;
use crate::question::{Model, Question};

/// The sites to close, and the plan of those that stay.
#[derive(Clone, Debug)]
pub struct Closing {
    /// The sites to close, ascending.
    pub close: Vec<SiteIx>,
    /// The plan of the sites that stay, as new sites by marginal gain, those without gain at the end.
    pub left: Solution,
    /// Loss of the objective, in whole steps; never negative.
    pub loss: i128,
    /// Lower bound of the loss by closing as many sites.
    pub loss_at_least: i128,
}

/// Chooses `n_close` of the fixed sites to close with the least loss of the objective.
///
/// Candidates of the instance are not opened; `n_sites` and `budget` of the question are not read.
/// For `p-median` and `p-center` all demand that the fixed sites serve now has to stay served.
///
/// # Errors
/// [`Infeasible`] when there are fewer fixed sites than are to close, or those left cannot serve what has to be served.
pub fn closing(
    instance: &Instance,
    question: &Question,
    n_close: u32,
    effort: &Effort,
) -> Result<Closing, Infeasible> {
    let fixed: Vec<SiteIx> = instance
        .sites()
        .filter(|&s| instance.site_status(s) == SiteStatus::Fixed)
        .collect();
    let (n_fixed, lscp) = (ix(fixed.len()), question.model == Model::Lscp);
    let Some(stay) = n_fixed.checked_sub(n_close).filter(|_| !lscp) else {
        let what = if lscp {
            "closing needs a model that is worth less with fewer sites; ask `mclp`, `p-median` or `p-center`".to_owned()
        } else {
            format!("{n_close} sites are to be closed, but only {n_fixed} are fixed")
        };
        return Err(Infeasible::Question { what });
    };
    let now = objective_of_fixed(instance, question, effort)?;
    let chooser = closing_choice(instance);
    let asked = Question {
        n_sites: Some(stay),
        budget: None,
        ..question.clone()
    };
    let left = solve(&chooser, &asked, effort)?;
    let needed: Vec<SiteIx> = left.sites().iter().map(|s| s.site).collect();
    let mut close: Vec<SiteIx> = fixed.into_iter().filter(|s| !needed.contains(s)).collect();
    // A site that adds nothing is left out of the plan; no more than asked are closed, and the others stay.
    let stay_too = close.split_off(at(n_close));
    let left = left.with_more(&chooser, &stay_too);
    let worse = |than: i128| {
        let apart = now - than;
        if question.model.maximizes() {
            apart
        } else {
            -apart
        }
    };
    Ok(Closing {
        close,
        loss: worse(left.objective()).max(0),
        loss_at_least: worse(left.bound()).max(0),
        left,
    })
}

/// The objective before anything closes: with the fixed sites and no others.
///
/// # Errors
/// [`Infeasible`] when the fixed sites break a rule of the question.
pub fn objective_of_fixed(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<i128, Infeasible> {
    let none = Question {
        n_sites: Some(0),
        budget: None,
        ..question.clone()
    };
    Ok(solve(&only(instance, SiteStatus::Fixed), &none, effort)?.objective())
}

/// The instance that a closing is chosen in: the fixed sites are the candidates, and no other site may open.
///
/// Cost: copies the instance.
pub fn closing_choice(instance: &Instance) -> Instance {
    // Facilities that stand too near each other already may stay.
    let chooser = only(instance, SiteStatus::Candidate).with_too_near(&[]);
    chooser.expect("no pairs")
}

/// The same instance without candidates, and with another status for the fixed sites.
fn only(instance: &Instance, fixed: SiteStatus) -> Instance {
    let status = instance.sites().map(|s| match instance.site_status(s) {
        SiteStatus::Fixed => fixed,
        _ => SiteStatus::Forbidden,
    });
    let kept = instance.clone().with_site_status(status.collect());
    kept.expect("one standing per site")
}
