//! Most demand covered by a given number of sites, or within a budget.

use crate::bound::{BestBound, certificate_of};
use crate::check::Proposal;
use crate::cover::Cover;
use crate::greedy::greedy;
use crate::instance::Instance;
use crate::interchange::improve;
use crate::lagrange::{Climb, Part, Relaxation, scale_bits};
use crate::number::float;
use crate::presolve::presolve;
use crate::question::{Effort, Question};
use crate::solution::{Finding, Method};
use crate::tally::Tally;

/// How many steps of the bound go between two looks at the sites it suggests.
const STEPS_PER_ROUND: usize = 100;

/// Answers a covering question of the model `mclp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> (Proposal, Finding) {
    let presolved = presolve(Cover::new(instance, question), instance.n_demand());
    let cover = &presolved.cover;
    let (chosen, mut work) = greedy(cover, &cover.weight, None);
    let mut tally = Tally::new(cover, cover.weight.clone());
    tally.become_these(&chosen);
    improve(&mut tally, effort.stop);
    let mut best = (tally.covered, tally.open.clone());

    let total = cover.total_weight();
    let bits = scale_bits(cover);
    let part = Part::whole(cover);
    let relaxation = Relaxation::new(cover, bits, &part);
    let mut dual = relaxation.first_guess(&tally.open);
    let mut bound = BestBound::new();
    let mut idle = 0;
    while idle < 4 {
        let target = (total - best.0) << bits;
        let ascent = relaxation.climb(
            dual,
            &Climb {
                steps: STEPS_PER_ROUND,
                target,
                enough: target,
                stop: effort.stop,
            },
        );
        work += ascent.work;
        if let Some((sites, _)) = &ascent.met {
            tally.become_these(sites);
            improve(&mut tally, effort.stop);
        }
        let rose = bound.raise(ascent.bound, &ascent.dual);
        idle = if rose || tally.covered > best.0 {
            0
        } else {
            idle + 1
        };
        if tally.covered > best.0 {
            best = (tally.covered, tally.open.clone());
        }
        dual = ascent.dual;
        let limit = total - bound.rounded_up(bits);
        let apart = float(limit - best.0);
        if apart * 1e6 <= float(limit) * f64::from(effort.good_enough.millionths())
            || work + tally.work > effort.work
            || (effort.stop)()
        {
            break;
        }
    }
    let proposal = Proposal {
        new_sites: best
            .1
            .iter()
            .map(|&s| cover.site[crate::number::at(s)])
            .collect(),
        served: Vec::new(),
    };
    // What fixed sites cover is in the objective but not in the rows.
    let decided = i128::from(decided_weight(instance, question));
    let finding = Finding {
        bound: decided + i128::from(total - bound.rounded_up(bits)),
        method: Method::SearchAndBound,
        work: work + tally.work,
        reduction: presolved.reduction,
        certificate: Some(certificate_of(instance, &presolved, bits, bound.dual())),
    };
    (proposal, finding)
}

/// The weight that the fixed sites cover.
fn decided_weight(instance: &Instance, question: &Question) -> i64 {
    let mut times = vec![0_u32; instance.n_demand()];
    for site in instance.sites() {
        if instance.standing(site) == crate::instance::Standing::Fixed {
            for (demand, cost) in instance.serves(site) {
                if question.radius.is_none_or(|r| cost <= r) {
                    times[demand.index()] += 1;
                }
            }
        }
    }
    let covered = instance
        .demand_points()
        .filter(|d| times[d.index()] >= question.times);
    covered
        .map(|d| i64::try_from(instance.weight(d)).expect("weights add up to less than 2^60"))
        .sum()
}
