//! Least sum of weight × cost.
//!
//! From above: greedy and swaps ([`exchange`](crate::median::teitz_bart)); from below: the Lagrangian bound of [`median`](crate::median), and the tree of cases.

use crate::answer::certificate::{Case, Certificate, Multipliers};
use crate::answer::check::Proposal;
use crate::answer::reduction::Reduction;
use crate::answer::solution::{Finding, Method};
use crate::branch_and_bound::best_bound::NO_ANSWER;
use crate::branch_and_bound::certificate_tree::{Names, cases, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::{Branching as _, Met, Start, Tree};
use crate::covering::presolve::presolve;
use crate::covering::problem::Cover;
use crate::instance::{DemandIx, Instance};
use crate::median::lagrangian::Median;
use crate::median::teitz_bart::Exchange;
use crate::models::lscp::fewest;
use crate::number::{at, float_wide, ix};
use crate::question::Question;
use crate::question::covering::covering;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};

/// Answers a question of the model `p-median`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let median = Median::new(instance, question);
    if median.hopeless {
        return Err(no_plan(question, true));
    }
    let reduction = Reduction {
        n_demand_decided: instance.n_demand() - median.n_rows(),
        n_pairs_left: median.who.len(),
        ..Reduction::default()
    };
    let mut search = Search {
        median: &median,
        effort,
        exchange: Exchange::new(&median, instance, question, effort.seed),
        bound: i64::MIN,
        dual: Dual::default(),
        work: 0,
    };
    search.exchange.greedy(effort.stop);
    search.exchange.improve(effort.stop);
    if search.exchange.best.is_none() {
        search.start_from_a_cover(instance, question)?;
    }
    let part = Part::whole(median.site.len());
    if !search.climb_root(&part) {
        return Err(no_plan(question, true));
    }
    let tree = (!search.finished(0)).then(|| search.grow_tree(part));
    let Some((best, sites)) = search.exchange.best.clone() else {
        return Err(no_plan(question, tree.is_some_and(|t| t.bound().is_none())));
    };
    let (cases, duals) = match &tree {
        Some(tree) => {
            let names = Names {
                site: &|s| median.site[at(s)],
                row: &|r| DemandIx(median.demand[at(r)]),
            };
            cases(tree, &names)
        }
        None => (vec![Case::Leaf(0)], vec![std::sync::Arc::new(search.dual)]),
    };
    let certificate = small_enough(&duals).then(|| Certificate {
        scale_bits: median.bits,
        dropped: Vec::new(),
        triples: Vec::new(),
        multipliers: duals.iter().map(|d| spread(instance, &median, d)).collect(),
        cases,
    });
    let finding = Finding {
        bound: median.exact(search.bound.max(0)).min(best),
        method: if tree.is_some() {
            Method::BranchAndBound
        } else {
            Method::SearchAndBound
        },
        work: search.work + search.exchange.work,
        reduction,
        certificate,
    };
    let new_sites = sites.iter().map(|&s| median.site[at(s)]).collect();
    Ok((
        Proposal {
            new_sites,
            served: Vec::new(),
        },
        finding,
    ))
}

/// The best sites and the best bound so far.
struct Search<'a> {
    median: &'a Median,
    effort: &'a Effort<'a>,
    exchange: Exchange<'a>,
    /// Scaled.
    bound: i64,
    /// Proves the bound of the whole question.
    dual: Dual,
    work: u64,
}

impl<'a> Search<'a> {
    /// Where few more sites are allowed than serving everybody takes, greedy choices leave somebody out: begins at a cover instead.
    ///
    /// # Errors
    /// No allowed sites serve everybody.
    fn start_from_a_cover(
        &mut self,
        instance: &Instance,
        question: &Question,
    ) -> Result<(), Infeasible> {
        let inner = covering(question, question.radius.unwrap_or(u64::MAX));
        let presolved = presolve(Cover::new(instance, &inner), instance.n_demand());
        let allowed = question.n_sites.map_or(NO_ANSWER - 1, i64::from);
        let share = self.effort.work / 2;
        let effort = Effort {
            work: share,
            ..*self.effort
        };
        let found = fewest(
            instance,
            &presolved,
            &effort,
            allowed,
            Some(allowed),
            &|_| -1.0,
        );
        self.work += found.work;
        match found.best {
            Some((toll, sites)) if toll <= allowed => {
                let median = self.median;
                let place = |s: &u32| {
                    let site = presolved.cover.site[at(*s)];
                    ix(median
                        .site
                        .binary_search(&site)
                        .expect("new sites are candidates"))
                };
                let sites: Vec<u32> = sites.iter().map(place).collect();
                self.exchange.offer(&sites, self.effort.stop);
                Ok(())
            }
            _ if found.bound >= NO_ANSWER => Err(no_plan(question, true)),
            _ if found.bound > allowed => Err(Infeasible::TooFewSites {
                needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
                allowed: u64::try_from(allowed).unwrap_or(0),
            }),
            _ => Ok(()),
        }
    }

    fn finished(&self, more_work: u64) -> bool {
        let (effort, median) = (self.effort, self.median);
        let good = f64::from(effort.good_enough.millionths()) / 1e6;
        let near = self.exchange.best.as_ref().is_some_and(|&(best, _)| {
            let apart = float_wide(best - median.exact(self.bound.max(0)));
            self.bound >= median.enough(best) || !effort.exact && apart <= good * float_wide(best)
        });
        let work = self.work + more_work + self.exchange.work;
        near || (effort.stop)() || !effort.exact && work > effort.work
    }

    /// Where steps aim, and the bound that no better answer reaches.
    fn aims(&self) -> (i64, i64) {
        let now = self.exchange.aim();
        match &self.exchange.best {
            Some((best, _)) => (
                now.min(scaled_up(self.median, *best)),
                self.median.enough(*best),
            ),
            None => (now, i64::MAX >> 1),
        }
    }

    /// Raises the bound of the whole question; false when nothing can satisfy it.
    fn climb_root(&mut self, part: &Part) -> bool {
        let mut dual = self.exchange.first_guess();
        let mut idle = 0;
        while idle < ROUNDS && (self.bound == i64::MIN || !self.finished(0)) {
            let (target, enough) = self.aims();
            let climb = Climb {
                steps: STEPS_PER_ROUND,
                target,
                enough,
                length: 1.0,
                patience: 8,
                shortest: 1e-4,
                stop: self.effort.stop,
            };
            let Some(ascent) = self.median.climb(part, &dual, &climb) else {
                return false;
            };
            self.work += ascent.work;
            let rose = ascent.bound
                > self
                    .bound
                    .saturating_add(self.bound.saturating_abs() / 20_000);
            if ascent.bound > self.bound {
                self.bound = ascent.bound;
                self.dual = ascent.dual.clone();
            }
            let mut better = false;
            if let Some((sites, _)) = &ascent.met {
                better |= self.exchange.offer(sites, self.effort.stop);
            }
            if !self.finished(0) {
                better |= self.exchange.shake(self.effort.stop);
            }
            idle = if rose || better { 0 } else { idle + 1 };
            dual = ascent.dual;
        }
        true
    }

    fn grow_tree(&mut self, part: Part) -> Tree<'a, Median> {
        let mut tree = Tree::new(self.median, part, Start::at(self.dual.clone()), self.bound);
        while !self.finished(tree.work) {
            let (target, enough) = self.aims();
            for Met { sites, .. } in tree.grow(target, enough, self.effort.stop) {
                self.exchange.offer(&sites, self.effort.stop);
            }
            if self.exchange.work < tree.work {
                self.exchange.shake(self.effort.stop);
            }
            let Some(low) = tree.bound() else {
                let best = self.exchange.best.as_ref();
                self.bound = best.map_or(i64::MAX >> 1, |b| self.median.enough(b.0));
                break;
            };
            self.bound = self.bound.max(low);
        }
        self.work += tree.work;
        tree
    }
}

/// Steps of the bound between two looks at the sites it suggests; a look costs as much as some 200 steps.
const STEPS_PER_ROUND: usize = 200;
/// Rounds without progress before the tree of cases takes over.
const ROUNDS: u32 = 3;

fn spread(instance: &Instance, median: &Median, dual: &Dual) -> Multipliers {
    let mut demand = vec![0; instance.n_demand()];
    for &(d, cost) in &median.settled {
        demand[at(d)] = cost;
    }
    for (&d, &m) in median.demand.iter().zip(&dual.row) {
        demand[at(d)] = m;
    }
    Multipliers {
        demand,
        budget: dual.budget,
        zone: Vec::new(),
        triple: Vec::new(),
    }
}

/// An exact objective in the scale of the multipliers.
fn scaled_up(median: &Median, best: i128) -> i64 {
    let moved = if median.bits >= 0 {
        best << median.bits
    } else {
        best >> -median.bits
    };
    i64::try_from(moved).unwrap_or(i64::MAX >> 1)
}
