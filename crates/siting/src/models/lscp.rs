//! Location set covering (Toregas et al. 1971): the fewest sites that cover all demand, or the cheapest ones.

use crate::answer::checked::Proposal;
use crate::answer::solution::Finding;
use crate::branch_and_bound::best_bound::NO_ANSWER;
use crate::covering::heuristics::row_weighting_set_cover::RowWeightingSetCover;
use crate::covering::presolve::{Presolved, presolve};
use crate::covering::primal::PrimalHeuristic as _;
use crate::covering::problem::CoveringProblem;
use crate::covering::search::{SearchResult, StoppingRules, search};
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::number::{at, float_wide, ix};
use crate::question::Question;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};

/// Solves a covering question of the model `lscp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let answer = if question.by_price {
        cheapest(instance, question, effort)?
    } else {
        fewest_sites(instance, question, effort)?
    };
    let fixed = opening_cost_of_fixed(instance, question);
    let Answer { found, presolved } = answer;
    let (_, sites) = found.best.ok_or_else(|| no_plan(question, false))?;
    let finding = Finding {
        bound: i128::from(found.bound) + fixed,
        method: found.method,
        work: found.work,
        reduction: presolved.reduction,
        certificate: found.certificate,
    };
    let proposal = Proposal {
        new_sites: presolved.problem.instance_sites(&sites),
        served: Vec::new(),
    };
    Ok((proposal, finding))
}

/// The result of a search, and the problem that it solved.
struct Answer {
    found: SearchResult,
    presolved: Presolved,
}

/// Contribution of the fixed sites to the objective: 1 each, or their prices.
pub(crate) fn opening_cost_of_fixed(instance: &Instance, question: &Question) -> i128 {
    let fixed = instance
        .sites()
        .filter(|&s| instance.site_status(s) == SiteStatus::Fixed);
    fixed
        .map(|site| match instance.price(site) {
            Some(price) if question.by_price => i128::from(price),
            _ => 1,
        })
        .sum()
}

/// Distance between objective and bound that is good enough, by the bound on the opening cost of the new sites.
fn good_enough(instance: &Instance, question: &Question, effort: &Effort) -> impl Fn(i64) -> f64 {
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let fixed = opening_cost_of_fixed(instance, question);
    move |least| good * float_wide(i128::from(least) + fixed)
}

/// The covering question with as many sites as it takes, presolved.
fn presolved_without_limit(instance: &Instance, question: &Question) -> Presolved {
    let without_limit = Question {
        n_sites: None,
        ..question.clone()
    };
    presolve(
        CoveringProblem::new(instance, &without_limit),
        instance.n_demand(),
    )
}

/// The fewest sites. Their number is an outcome; a limit on it only says when there is no answer.
fn fewest_sites(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<Answer, Infeasible> {
    let presolved = presolved_without_limit(instance, question);
    let allowed = question.n_sites.map(i64::from);
    let good = good_enough(instance, question, effort);
    let found = fewest(instance, &presolved, effort, -1, allowed, &good);
    let most = allowed.unwrap_or(i64::MAX);
    match &found.best {
        Some((opening_cost, _)) if *opening_cost <= most => Ok(Answer { found, presolved }),
        _ if found.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if found.bound > most => Err(Infeasible::TooFewSites {
            needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(most).unwrap_or(0),
        }),
        _ => Err(no_plan(question, false)),
    }
}

/// The least price. When the cheapest sites are more than are allowed, their number is a limit like any other.
fn cheapest(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<Answer, Infeasible> {
    let presolved = presolved_without_limit(instance, question);
    let good = good_enough(instance, question, effort);
    let free = fewest(instance, &presolved, effort, -1, None, &good);
    let most = question.n_sites.map_or(usize::MAX, at);
    match &free.best {
        Some((_, sites)) if sites.len() <= most => {
            return Ok(Answer {
                found: free,
                presolved,
            });
        }
        None if free.bound >= NO_ANSWER => return Err(no_plan(question, true)),
        _ => {}
    }
    // The allowed number of sites may not suffice at all, which prices hardly show.
    let few = few_enough(instance, question, effort)?;
    let limited = presolve(
        CoveringProblem::new(instance, question),
        instance.n_demand(),
    );
    let problem = &limited.problem;
    let mut heuristic = RowWeightingSetCover::new(problem, effort.seed);
    let place = |site: &SiteIx| problem.site.binary_search(site).ok().map(ix);
    let few: Vec<u32> = few.iter().filter_map(place).collect();
    heuristic.offer(&few, effort.stop);
    heuristic.offer(&[], effort.stop);
    let rules = StoppingRules {
        effort,
        ceiling: ceiling(problem),
        good_enough: &good,
        satisfied_with: -1,
        refuted_above: i64::MAX,
    };
    let mut found = search(instance, &limited, &mut heuristic, &rules);
    match &found.best {
        None if found.bound >= NO_ANSWER => return Err(no_plan(question, true)),
        None => return Err(no_plan(question, false)),
        Some(_) => {}
    }
    // A bound for any number of sites bounds a limited number.
    if free.bound > found.bound {
        found.bound = free.bound;
        found.certificate = free.certificate;
    }
    found.work += free.work;
    Ok(Answer {
        found,
        presolved: limited,
    })
}

/// At most the allowed number of sites that cover all demand, at any price; empty when none were found in time.
///
/// # Errors
/// More sites are needed than are allowed.
fn few_enough(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<Vec<SiteIx>, Infeasible> {
    let counted = Question {
        by_price: false,
        ..question.clone()
    };
    let presolved = presolved_without_limit(instance, &counted);
    let allowed = question.n_sites.map_or(i64::MAX, i64::from);
    let found = fewest(
        instance,
        &presolved,
        effort,
        allowed,
        Some(allowed),
        &|_| -1.0,
    );
    match found.best {
        Some((needed, sites)) if needed <= allowed => Ok(presolved.problem.instance_sites(&sites)),
        _ if found.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if found.bound > allowed => Err(Infeasible::TooFewSites {
            needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(allowed).unwrap_or(0),
        }),
        _ => Ok(Vec::new()),
    }
}

fn ceiling(problem: &CoveringProblem) -> i64 {
    problem.opening_cost.iter().sum::<i64>() + 1
}

/// The least opening cost that covers all rows; stops early at `satisfied_with` or less, or once the bound exceeds `refuted_above`.
pub(crate) fn fewest(
    instance: &Instance,
    presolved: &Presolved,
    effort: &Effort,
    satisfied_with: i64,
    refuted_above: Option<i64>,
    good_enough: &dyn Fn(i64) -> f64,
) -> SearchResult {
    let problem = &presolved.problem;
    let mut heuristic = RowWeightingSetCover::new(problem, effort.seed);
    heuristic.offer(&[], effort.stop);
    let rules = StoppingRules {
        effort,
        ceiling: ceiling(problem),
        good_enough,
        satisfied_with,
        refuted_above: refuted_above.unwrap_or(i64::MAX),
    };
    search(instance, presolved, &mut heuristic, &rules)
}
