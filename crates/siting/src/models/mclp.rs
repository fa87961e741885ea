//! Maximal covering location (Church and `ReVelle` 1974): the most weight covered by a number of sites, or within a budget.

use crate::answer::checked::Proposal;
use crate::answer::solution::Finding;
use crate::covering::heuristics::coverage_state::CoverageState;
use crate::covering::heuristics::greedy::greedy;
use crate::covering::heuristics::interchange::improve;
use crate::covering::heuristics::iterated_local_search::IteratedLocalSearch;
use crate::covering::presolve::presolve;
use crate::covering::problem::CoveringProblem;
use crate::covering::search::{StoppingRules, search};
use crate::instance::{Instance, SiteStatus};
use crate::number::float;
use crate::question::Question;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};

/// Solves a covering question of the model `mclp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let presolved = presolve(
        CoveringProblem::new(instance, question),
        instance.n_demand(),
    );
    let problem = &presolved.problem;
    let (chosen, work) = greedy(problem, &problem.weight);
    let mut state = CoverageState::new(problem, problem.weight.clone());
    state.become_these(&chosen);
    state.work += work;
    improve(&mut state, effort.stop);
    let mut heuristic = IteratedLocalSearch::new(state, effort.seed);
    let total = problem.total_weight();
    let fixed = covered_by_fixed(instance, question);
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let rules = StoppingRules {
        effort,
        ceiling: total + 1,
        good_enough: &|uncovered| good * float(fixed + total - uncovered),
        satisfied_with: -1,
        refuted_above: i64::MAX,
    };
    let found = search(instance, &presolved, &mut heuristic, &rules);
    let Some((_, sites)) = found.best else {
        return Err(no_plan(question, found.bound > total));
    };
    let finding = Finding {
        bound: i128::from(fixed) + i128::from(total - found.bound),
        method: found.method,
        work: found.work,
        reduction: presolved.reduction,
        certificate: found.certificate,
    };
    Ok((
        Proposal {
            new_sites: problem.instance_sites(&sites),
            served: Vec::new(),
        },
        finding,
    ))
}

/// Weight covered by the fixed sites: part of the objective, but of no row.
fn covered_by_fixed(instance: &Instance, question: &Question) -> i64 {
    let mut times = vec![0_u32; instance.n_demand()];
    for site in instance
        .sites()
        .filter(|&s| instance.site_status(s) == SiteStatus::Fixed)
    {
        for (demand, cost) in instance.serves(site) {
            if question.radius.is_none_or(|r| cost <= r) {
                times[demand.index()] += 1;
            }
        }
    }
    let covered = times
        .iter()
        .zip(&instance.weight)
        .filter(|(t, _)| **t >= question.times);
    covered
        .map(|(_, &w)| i64::try_from(w).expect("weights add up to less than 2^60"))
        .sum()
}
