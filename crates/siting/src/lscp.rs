//! Fewest sites that cover all demand, or the cheapest ones.

use crate::check::Proposal;
use crate::cover::Cover;
use crate::cover_search::{Found, Goal, NO_ANSWER, Primal as _, search};
use crate::error::Infeasible;
use crate::instance::{Instance, Standing};
use crate::mender::Mender;
use crate::number::{float, ix};
use crate::presolve::{Presolved, presolve};
use crate::question::{Effort, Question};
use crate::solution::Finding;
use crate::solve::{no_plan, sites_of};

/// Answers a covering question of the model `lscp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let fixed = instance
        .sites()
        .filter(|&s| instance.standing(s) == Standing::Fixed)
        .count();
    let fixed = if question.by_price {
        0
    } else {
        i64::from(ix(fixed))
    };
    // The number of sites is an outcome here; a limit on it only says when there is no answer.
    let unlimited = Question {
        n_sites: None,
        ..question.clone()
    };
    let presolved = presolve(Cover::new(instance, &unlimited), instance.n_demand());
    let cover = &presolved.cover;
    let allowed = question
        .n_sites
        .filter(|_| !question.by_price)
        .map(i64::from);
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let found = fewest(instance, &presolved, effort, -1, allowed, &|least| {
        good * float(least + fixed)
    });
    let most = allowed.unwrap_or(i64::MAX);
    match found.best {
        Some((toll, sites)) if toll <= most => {
            let finding = Finding {
                bound: i128::from(found.bound + fixed),
                method: found.method,
                work: found.work,
                reduction: presolved.reduction,
                certificate: found.certificate,
            };
            Ok((
                Proposal {
                    new_sites: sites_of(cover, &sites),
                    served: Vec::new(),
                },
                finding,
            ))
        }
        _ if found.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if found.bound > most => Err(Infeasible::TooFewSites {
            needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(most).unwrap_or(0),
        }),
        _ => Err(no_plan(question, false)),
    }
}

fn ceiling(cover: &Cover) -> i64 {
    cover.toll.iter().sum::<i64>() + 1
}

/// The least toll that covers all rows; stops early with at most `satisfied_with`, or once more than `refuted_above` is needed.
pub(crate) fn fewest(
    instance: &Instance,
    presolved: &Presolved,
    effort: &Effort,
    satisfied_with: i64,
    refuted_above: Option<i64>,
    good_enough: &dyn Fn(i64) -> f64,
) -> Found {
    let cover = &presolved.cover;
    let mut mender = Mender::new(cover, effort.seed);
    mender.offer(&[], effort.stop);
    let goal = Goal {
        effort,
        ceiling: ceiling(cover),
        good_enough,
        satisfied_with,
        refuted_above: refuted_above.unwrap_or(i64::MAX),
    };
    search(instance, presolved, &mut mender, &goal)
}
