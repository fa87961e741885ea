//! p-median (Hakimi 1964): the least sum of weight × cost.
//!
//! From above the exchange heuristic ([`teitz_bart`](crate::median::teitz_bart)); from below the Lagrangian bound ([`lagrangian`](crate::median::lagrangian)) and branch and bound.

use crate::answer::certificate::{Certificate, CertificateNode, Multipliers};
use crate::answer::checked::Proposal;
use crate::answer::reduction::Reduction;
use crate::answer::solution::{Finding, Method};
use crate::branch_and_bound::best_bound::NO_ANSWER;
use crate::branch_and_bound::certificate_tree::{Names, certificate_nodes, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::Subproblem;
use crate::branch_and_bound::tree::{Branching as _, Met, Start, Tree};
use crate::covering::presolve::presolve;
use crate::covering::problem::CoveringProblem;
use crate::instance::{DemandIx, Instance};
use crate::median::problem::MedianProblem;
use crate::median::teitz_bart::TeitzBart;
use crate::models::lscp::fewest;
use crate::number::{at, float_wide, ix};
use crate::question::Question;
use crate::question::covering::covering;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};

/// Solves a question of the model `p-median`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let problem = MedianProblem::new(instance, question);
    if problem.infeasible {
        return Err(no_plan(question, true));
    }
    let reduction = Reduction {
        n_demand_decided: instance.n_demand() - problem.n_rows(),
        n_pairs_left: problem.site_of_pair.len(),
        ..Reduction::default()
    };
    let mut search = Search {
        problem: &problem,
        effort,
        exchange: TeitzBart::new(&problem, instance, question, effort.seed),
        bound: i64::MIN,
        dual: Dual::default(),
        work: 0,
    };
    search.exchange.greedy(effort.stop);
    search.exchange.improve(effort.stop);
    if search.exchange.best.is_none() {
        search.start_from_a_cover(instance, question)?;
    }
    let subproblem = Subproblem::whole(problem.site.len());
    if !search.ascend_root(&subproblem) {
        return Err(no_plan(question, true));
    }
    let tree = (!search.finished(0)).then(|| search.grow_tree(subproblem));
    let Some((best, sites)) = search.exchange.best.clone() else {
        return Err(no_plan(question, tree.is_some_and(|t| t.bound().is_none())));
    };
    let (nodes, duals) = match &tree {
        Some(tree) => {
            let names = Names {
                site: &|s| problem.site[at(s)],
                row: &|r| DemandIx(problem.demand[r.index()]),
            };
            certificate_nodes(tree, &names)
        }
        None => (
            vec![CertificateNode::Leaf(0)],
            vec![std::sync::Arc::new(search.dual)],
        ),
    };
    let certificate = small_enough(&duals).then(|| Certificate {
        scale_bits: problem.bits,
        dropped: Vec::new(),
        cuts: Vec::new(),
        multipliers: duals
            .iter()
            .map(|d| spread(instance, &problem, d))
            .collect(),
        tree: nodes,
    });
    let finding = Finding {
        bound: problem.exact(search.bound.max(0)).min(best),
        method: if tree.is_some() {
            Method::BranchAndBound
        } else {
            Method::SearchAndBound
        },
        work: search.work + search.exchange.work,
        reduction,
        certificate,
    };
    let new_sites = sites.iter().map(|&s| problem.site[at(s)]).collect();
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
    problem: &'a MedianProblem,
    effort: &'a Effort<'a>,
    exchange: TeitzBart<'a>,
    /// Lower bound, scaled.
    bound: i64,
    /// The multipliers that prove the bound of the root.
    dual: Dual,
    work: u64,
}

impl<'a> Search<'a> {
    /// Starts at a cover, where hardly more sites are allowed than a cover takes and greedy choices leave a row unserved.
    ///
    /// # Errors
    /// The allowed sites cannot serve every row.
    fn start_from_a_cover(
        &mut self,
        instance: &Instance,
        question: &Question,
    ) -> Result<(), Infeasible> {
        let inner = covering(question, question.radius.unwrap_or(u64::MAX));
        let presolved = presolve(CoveringProblem::new(instance, &inner), instance.n_demand());
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
            Some((opening_cost, sites)) if opening_cost <= allowed => {
                let problem = self.problem;
                let place = |s: &u32| {
                    let site = presolved.problem.site[at(*s)];
                    ix(problem
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
        let (effort, problem) = (self.effort, self.problem);
        let good = f64::from(effort.good_enough.millionths()) / 1e6;
        let near = self.exchange.best.as_ref().is_some_and(|&(best, _)| {
            let apart = float_wide(best - problem.exact(self.bound.max(0)));
            self.bound >= problem.enough(best) || !effort.exact && apart <= good * float_wide(best)
        });
        let work = self.work + more_work + self.exchange.work;
        near || (effort.stop)() || !effort.exact && work > effort.work
    }

    /// Polyak's target, and the bound that no better answer reaches, both scaled.
    fn targets(&self) -> (i64, i64) {
        let now = self.exchange.objective();
        match &self.exchange.best {
            Some((best, _)) => (
                now.min(scaled_up(self.problem, *best)),
                self.problem.enough(*best),
            ),
            None => (now, i64::MAX >> 1),
        }
    }

    /// Raises the bound of the root; false when it is infeasible.
    fn ascend_root(&mut self, subproblem: &Subproblem) -> bool {
        let mut dual = self.exchange.initial_multipliers();
        let mut idle = 0;
        while idle < ROUNDS && (self.bound == i64::MIN || !self.finished(0)) {
            let (target, enough) = self.targets();
            let options = SubgradientOptions {
                steps: STEPS_PER_ROUND,
                target,
                enough,
                length: 1.0,
                patience: 8,
                shortest: 1e-4,
                stop: self.effort.stop,
            };
            let Some(dual_bound) = self.problem.subgradient(subproblem, &dual, &options) else {
                return false;
            };
            self.work += dual_bound.work;
            let rose = dual_bound.bound
                > self
                    .bound
                    .saturating_add(self.bound.saturating_abs() / 20_000);
            if dual_bound.bound > self.bound {
                self.bound = dual_bound.bound;
                self.dual = dual_bound.dual.clone();
            }
            let mut better = false;
            if let Some((sites, _)) = &dual_bound.met {
                better |= self.exchange.offer(sites, self.effort.stop);
            }
            if !self.finished(0) {
                better |= self.exchange.shake(self.effort.stop);
            }
            idle = if rose || better { 0 } else { idle + 1 };
            dual = dual_bound.dual;
        }
        true
    }

    fn grow_tree(&mut self, subproblem: Subproblem) -> Tree<'a, MedianProblem> {
        let mut tree = Tree::new(
            self.problem,
            subproblem,
            Start::at(self.dual.clone()),
            self.bound,
        );
        while !self.finished(tree.work) {
            let (target, enough) = self.targets();
            for Met { sites, .. } in tree.grow(target, enough, self.effort.stop) {
                self.exchange.offer(&sites, self.effort.stop);
            }
            if self.exchange.work < tree.work {
                self.exchange.shake(self.effort.stop);
            }
            let Some(low) = tree.bound() else {
                let best = self.exchange.best.as_ref();
                self.bound = best.map_or(i64::MAX >> 1, |b| self.problem.enough(b.0));
                break;
            };
            self.bound = self.bound.max(low);
        }
        self.work += tree.work;
        tree
    }
}

/// Subgradient steps between two offers of the relaxed choice to the heuristic; an offer costs as much as some 200 steps.
const STEPS_PER_ROUND: usize = 200;
/// Rounds without progress before branch and bound takes over.
const ROUNDS: u32 = 3;

fn spread(instance: &Instance, problem: &MedianProblem, dual: &Dual) -> Multipliers {
    let mut demand = vec![0; instance.n_demand()];
    for &(d, cost) in &problem.settled {
        demand[at(d)] = cost;
    }
    for (&d, &m) in problem.demand.iter().zip(&dual.row) {
        demand[at(d)] = m;
    }
    Multipliers {
        demand,
        budget: dual.budget,
        zone: Vec::new(),
        cut: Vec::new(),
    }
}

/// An exact objective in the scale of the multipliers.
fn scaled_up(problem: &MedianProblem, best: i128) -> i64 {
    let moved = if problem.bits >= 0 {
        best << problem.bits
    } else {
        best >> -problem.bits
    };
    i64::try_from(moved).unwrap_or(i64::MAX >> 1)
}
