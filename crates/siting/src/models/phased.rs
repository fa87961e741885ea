//! Nested plans in phases: the sites of each phase stay open in the next.
//!
//! Each phase is solved with the sites of the earlier phases fixed, and compared with the free plan for the same number of sites; the difference is the loss by nesting.

use crate::answer::solution::Solution;
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::models::solve::solve;
use crate::question::Question;
use crate::question::effort::Effort;
use crate::question::infeasible::Infeasible;

/// One phase of a nested plan.
#[derive(Clone, Debug)]
pub struct Phase {
    /// Number of new sites open at its end.
    pub n_sites: u32,
    /// The sites that this phase opens, in order of choice.
    pub opens: Vec<SiteIx>,
    /// The plan at its end, with the earlier phases' sites as fixed ones.
    pub nested: Solution,
    /// The best plan found for as many sites without regard to phases; its bound bounds the nested plan too.
    pub free: Solution,
    /// Loss of the nested objective against the free plan's, in whole steps; never negative.
    pub loss: i128,
    /// Upper bound of the loss against the best free plan: the distance to the free plan's bound.
    pub loss_at_most: i128,
}

/// Solves the question for each number of new sites, ascending, with the sites of every phase fixed in the next.
///
/// Cost: two solves per phase.
///
/// # Errors
/// [`Infeasible`] of the first phase without an answer; phases that do not ascend are a question that cannot be asked.
pub fn phased(
    instance: &Instance,
    question: &Question,
    phases: &[u32],
    effort: &Effort,
) -> Result<Vec<Phase>, Infeasible> {
    if phases.windows(2).any(|two| two[0] >= two[1]) || phases.is_empty() {
        let what = "the phases have to be numbers of sites that ascend".to_owned();
        return Err(Infeasible::Question { what });
    }
    if question.budget.is_some() || question.by_price {
        let what = "phases are numbers of sites; ask without a budget".to_owned();
        return Err(Infeasible::Question { what });
    }
    let mut status: Vec<SiteStatus> = instance.sites().map(|s| instance.site_status(s)).collect();
    let mut before = 0;
    let mut done = Vec::with_capacity(phases.len());
    for &n_sites in phases {
        let free_question = Question {
            n_sites: Some(n_sites),
            ..question.clone()
        };
        let free = solve(instance, &free_question, effort)?;
        let kept = instance
            .clone()
            .with_site_status(status.clone())
            .expect("one standing per site");
        let next = Question {
            n_sites: Some(n_sites - before),
            ..question.clone()
        };
        let nested = solve(&kept, &next, effort)?;
        let new = nested.sites().iter().filter(|s| !s.fixed).map(|s| s.site);
        let opens: Vec<SiteIx> = new.collect();
        for site in &opens {
            status[site.index()] = SiteStatus::Fixed;
        }
        let worse = |than: i128| {
            let apart = than - nested.objective();
            if question.model.maximizes() {
                apart
            } else {
                -apart
            }
        };
        done.push(Phase {
            n_sites,
            loss: worse(free.objective()).max(0),
            loss_at_most: worse(free.bound()).max(0),
            opens,
            nested,
            free,
        });
        before = n_sites;
    }
    Ok(done)
}
