//! Most demand covered by a given number of sites, or within a budget.

use crate::answer::check::Proposal;
use crate::answer::solution::Finding;
use crate::covering::heuristics::coverage_state::Tally;
use crate::covering::heuristics::greedy::greedy;
use crate::covering::heuristics::interchange::improve;
use crate::covering::heuristics::iterated_local_search::Shaker;
use crate::covering::presolve::presolve;
use crate::covering::problem::Cover;
use crate::covering::search::{Goal, search};
use crate::instance::{Instance, Standing};
use crate::number::float;
use crate::question::Question;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};

/// Answers a covering question of the model `mclp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let presolved = presolve(Cover::new(instance, question), instance.n_demand());
    let cover = &presolved.cover;
    let (chosen, work) = greedy(cover, &cover.weight);
    let mut tally = Tally::new(cover, cover.weight.clone());
    tally.become_these(&chosen);
    tally.work += work;
    improve(&mut tally, effort.stop);
    let mut shaker = Shaker::new(tally, effort.seed);
    let total = cover.total_weight();
    let fixed = covered_by_fixed(instance, question);
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let goal = Goal {
        effort,
        ceiling: total + 1,
        good_enough: &|missed| good * float(fixed + total - missed),
        satisfied_with: -1,
        refuted_above: i64::MAX,
    };
    let found = search(instance, &presolved, &mut shaker, &goal);
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
            new_sites: cover.instance_sites(&sites),
            served: Vec::new(),
        },
        finding,
    ))
}

/// The weight that the fixed sites cover: in the objective, but not in the rows.
fn covered_by_fixed(instance: &Instance, question: &Question) -> i64 {
    let mut times = vec![0_u32; instance.n_demand()];
    for site in instance
        .sites()
        .filter(|&s| instance.standing(s) == Standing::Fixed)
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
