//! Least largest cost: a row of covering questions, one per radius that could be the answer.
//!
//! With a radius, the question is whether the sites allowed cover all; the answer turns from no to yes at the least largest cost (Minieka 1970).

use crate::capacitated::fewest as fewest_with_capacities;
use crate::certificate::Certificate;
use crate::check::Proposal;
use crate::cover::Cover;
use crate::error::Infeasible;
use crate::instance::{DemandIx, Instance, Standing};
use crate::lscp::fewest;
use crate::presolve::{Reduction, presolve};
use crate::question::{Effort, Model, Question, Share};
use crate::slots::Slots;
use crate::solution::{Finding, Method};
use crate::solve::{no_plan, sites_of};

/// What is known about one radius.
enum Known {
    /// These new sites suffice.
    Enough(Proposal),
    /// No allowed sites suffice.
    Refuted(Option<Certificate>),
    Open,
}

struct Asker<'a> {
    instance: &'a Instance,
    question: &'a Question,
    effort: &'a Effort<'a>,
    allowed: i64,
    work: u64,
    method: Method,
    reduction: Reduction,
}

impl Asker<'_> {
    /// Whether the sites allowed cover everything within `radius`, trying for so much work.
    fn ask(&mut self, radius: u64, exact: bool, work: u64) -> Result<Known, Infeasible> {
        let question = covering(self.question, radius);
        if self.instance.capacity.is_some() {
            return self.ask_with_capacities(&question, exact, work);
        }
        let presolved = presolve(
            Cover::new(self.instance, &question),
            self.instance.n_demand(),
        );
        let effort = Effort {
            exact,
            work,
            good_enough: Share::ALL,
            ..*self.effort
        };
        let found = fewest(
            self.instance,
            &presolved,
            &effort,
            self.allowed,
            Some(self.allowed),
            &|_| -1.0,
        );
        self.work += found.work;
        self.reduction = presolved.reduction;
        if found.method == Method::BranchAndBound {
            self.method = found.method;
        }
        Ok(match found.best {
            Some((toll, sites)) if toll <= self.allowed => Known::Enough(Proposal {
                new_sites: sites_of(&presolved.cover, &sites),
                served: Vec::new(),
            }),
            _ if found.bound > self.allowed => Known::Refuted(found.certificate),
            _ => Known::Open,
        })
    }

    /// The same for sites with capacities.
    fn ask_with_capacities(
        &mut self,
        question: &Question,
        exact: bool,
        work: u64,
    ) -> Result<Known, Infeasible> {
        let effort = Effort {
            exact,
            work,
            good_enough: Share::ALL,
            ..*self.effort
        };
        let found = fewest_with_capacities(self.instance, question, &effort, self.allowed)?;
        self.work += found.work;
        self.reduction = found.reduction;
        if found.method == Method::BranchAndBound {
            self.method = found.method;
        }
        Ok(match found.best {
            Some((toll, proposal)) if toll <= self.allowed => Known::Enough(proposal),
            _ if found.bound > self.allowed => Known::Refuted(found.certificate),
            _ => Known::Open,
        })
    }
}

/// The covering question behind one radius.
pub(crate) fn covering(question: &Question, radius: u64) -> Question {
    Question {
        model: Model::Lscp,
        radius: Some(radius),
        n_sites: None,
        times: 1,
        floor: None,
        by_price: false,
        ..question.clone()
    }
}

/// Answers a question of the model `p-center`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let costs = costs(instance, question);
    let mut asker = Asker {
        instance,
        question,
        effort,
        allowed: question.n_sites.map_or(i64::MAX >> 32, i64::from),
        work: 0,
        method: Method::SearchAndBound,
        reduction: Reduction::default(),
    };
    let Some(&largest) = costs.last() else {
        let finding = Finding {
            bound: 0,
            method: Method::Presolve,
            work: 0,
            reduction: asker.reduction,
            certificate: None,
        };
        return Ok((Proposal::default(), finding));
    };
    if instance.capacity.is_some() {
        Slots::new(instance, &covering(question, largest))?.enough(instance, question)?;
    }
    // Places in `costs`: everything below `low` is refuted, `high` suffices.
    let (mut low, mut high) = (0, costs.len() - 1);
    let mut proof: Option<Certificate> = None;
    let mut best = match asker.ask(largest, effort.exact, effort.work)? {
        Known::Enough(sites) => sites,
        Known::Refuted(_) => {
            return Err(Infeasible::TooFewSites {
                needed: u64::try_from(asker.allowed + 1).unwrap_or(u64::MAX),
                allowed: u64::try_from(asker.allowed).unwrap_or(u64::MAX),
            });
        }
        Known::Open => return Err(no_plan(question, false)),
    };
    // Radii that are neither refuted nor satisfied quickly are set aside: [open_low, open_high].
    let share = (effort.work / 10).max(1);
    let mut open: Option<(usize, usize)> = None;
    loop {
        let middle = match open {
            None if low < high => usize::midpoint(low, high),
            Some((first, _)) if low < first => usize::midpoint(low, first),
            Some((_, last)) if last + 1 < high => usize::midpoint(last + 1, high),
            _ => break,
        };
        let middle = match open {
            Some((first, _)) if middle >= first && low < first => first - 1,
            _ => middle,
        };
        match asker.ask(costs[middle], false, share)? {
            Known::Enough(sites) => {
                best = sites;
                high = middle;
                if open.is_some_and(|(first, _)| high <= first) {
                    open = None;
                }
            }
            Known::Refuted(certificate) => {
                proof = certificate;
                low = middle + 1;
                if open.is_some_and(|(_, last)| low > last) {
                    open = None;
                }
            }
            Known::Open => {
                open = Some(open.map_or((middle, middle), |(first, last)| {
                    (first.min(middle), last.max(middle))
                }));
            }
        }
        if (effort.stop)() {
            break;
        }
    }
    while effort.exact && low < high && !(effort.stop)() {
        let middle = usize::midpoint(low, high);
        match asker.ask(costs[middle], true, effort.work)? {
            Known::Enough(sites) => {
                best = sites;
                high = middle;
            }
            Known::Refuted(certificate) => {
                proof = certificate;
                low = middle + 1;
            }
            Known::Open => break,
        }
    }
    let finding = Finding {
        bound: i128::from(costs[low.min(high)]),
        method: asker.method,
        work: asker.work,
        reduction: asker.reduction,
        certificate: proof,
    };
    Ok((best, finding))
}

/// All costs that could be the largest one, ascending: none below what some demand point needs at least, fixed sites included.
fn costs(instance: &Instance, question: &Question) -> Vec<u64> {
    let radius = question.radius.unwrap_or(u64::MAX);
    // With capacities, only weight has to be served.
    let counts = |d: DemandIx| instance.capacity.is_none() || instance.weight(d) > 0;
    let mut nearest = vec![u64::MAX; instance.n_demand()];
    let mut all = Vec::new();
    for site in instance.sites() {
        if instance.standing(site) == Standing::Forbidden {
            continue;
        }
        for (demand, cost) in instance
            .serves(site)
            .filter(|&(d, c)| c <= radius && counts(d))
        {
            let least = &mut nearest[demand.index()];
            *least = cost.min(*least);
            all.push(cost);
        }
    }
    let least = nearest
        .into_iter()
        .filter(|&c| c < u64::MAX)
        .max()
        .unwrap_or(0);
    all.retain(|&cost| cost >= least);
    all.sort_unstable();
    all.dedup();
    all
}
