//! Capacitated facility location: sites and assignment of demand together, for `mclp`, `lscp` and `p-median`.
//!
//! `p-center` asks `lscp` for one radius after another.
//! Demand may be split between sites, so that the best assignment to open sites is a transportation problem ([`transportation`](crate::capacity::transportation)).

use crate::answer::certificate::{Certificate, CertificateNode, Multipliers};
use crate::answer::checked::Proposal;
use crate::answer::entries::Served;
use crate::answer::reduction::Reduction;
use crate::answer::solution::{Finding, Method};
use crate::branch_and_bound::best_bound::NO_ANSWER;
use crate::branch_and_bound::certificate_tree::{Names, certificate_nodes, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::Subproblem;
use crate::branch_and_bound::tree::{Start, Tree};
use crate::capacity::lagrangian::SubgradientAscent;
use crate::capacity::problem::CapacitatedProblem;
use crate::capacity::ruin_and_recreate::RuinAndRecreate;
use crate::covering::triple_cuts::TripleCuts;
use crate::instance::{DemandIx, Instance};
use crate::models::lscp::opening_cost_of_fixed;
use crate::models::uncapacitated::{WarmStart, places, warm_start};
use crate::number::{at, float, float_wide, ix};
use crate::question::covering::covering;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};
use crate::question::{Model, Question};

/// Subgradient steps between two offers of the relaxed choice to the heuristic.
const STEPS_PER_ROUND: usize = 60;
/// Step rule of an ascent.
struct Pace {
    /// First step length, as a factor of Polyak's.
    length: f64,
    /// Steps without progress before they are shortened.
    patience: u32,
    /// Whether the ascent restarts once with longer steps.
    again: bool,
}

/// From multipliers far from the best ones.
const FAR: Pace = Pace {
    length: 1.0,
    patience: 20,
    again: true,
};
/// From multipliers that are nearly right: longer steps would lose their bound (lscp, 5000 x 3000: no gain in the first three rounds instead of one).
const WARM: Pace = Pace {
    length: 0.02,
    patience: 40,
    again: false,
};
/// Step length after the restart of an ascent.
const AGAIN: f64 = 0.2;
/// Step length at which an ascent ends.
const SHORTEST: f64 = 1e-4;
/// Cuts are added as long as the bound rises by one part in this many.
const MUCH: i64 = 5_000;
/// Rounds without progress before branch and bound takes over.
const ROUNDS: u32 = 6;
/// A pair visited by the assignment takes about this many times as long as one visited by the bound.
const SLOWER: u64 = 2;

/// Result of a search; see [`Finding`].
pub(crate) struct SearchResult {
    /// The best objective, with its sites and assignment.
    pub(crate) best: Option<(i64, Proposal)>,
    /// Lower bound of the objective; [`NO_ANSWER`] when there is no answer.
    pub(crate) bound: i64,
    pub(crate) method: Method,
    pub(crate) work: u64,
    pub(crate) reduction: Reduction,
    pub(crate) certificate: Option<Certificate>,
}

/// Stopping rules besides the effort; see [`StoppingRules`](crate::covering::search::StoppingRules).
pub(crate) struct StoppingRules<'a> {
    pub(crate) good_enough: &'a dyn Fn(i64, i64) -> f64,
    pub(crate) satisfied_with: i64,
    pub(crate) refuted_above: i64,
}

/// Solves a question of the models `mclp`, `lscp` and `p-median` for sites with capacities.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let fixed = match question.model {
        Model::Lscp => opening_cost_of_fixed(instance, question),
        _ => 0,
    };
    let counts = question.model == Model::Lscp && !question.by_price;
    // The number of sites is an outcome of `lscp`; a limit on it only says when there is no answer.
    let without_limit = Question {
        n_sites: question.n_sites.filter(|_| !counts),
        ..question.clone()
    };
    let problem = CapacitatedProblem::new(instance, &without_limit)?;
    problem.check_capacities(instance, question)?;
    let total = problem.total();
    let allowed = question.n_sites.filter(|_| counts).map(i64::from);
    let rules = StoppingRules {
        good_enough: &|best, least| {
            good * float(match question.model {
                Model::Mclp => total - least,
                Model::Lscp => return good * float_wide(i128::from(least) + fixed),
                _ => best,
            })
        },
        satisfied_with: -1,
        refuted_above: allowed.unwrap_or(i64::MAX),
    };
    let warm_start = warm_start(instance, &without_limit, &problem, effort);
    let mut heuristic = RuinAndRecreate::new(&problem, effort.seed);
    heuristic.offer(&warm_start.sites);
    if question.model == Model::PMedian && heuristic.best().is_none() {
        heuristic.offer(&[]);
        if heuristic.best().is_none() {
            heuristic.offer(&serving_all(instance, question, &problem, effort)?);
        }
    }
    let found = search(&problem, heuristic, warm_start, effort, &rules);
    let most = allowed.unwrap_or(i64::MAX);
    let (objective, proposal) = match found.best {
        Some(best) if best.0 <= most => best,
        _ if found.bound >= NO_ANSWER => return Err(no_plan(question, true)),
        _ if found.bound > most => {
            return Err(Infeasible::TooFewSites {
                needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
                allowed: u64::try_from(most).unwrap_or(0),
            });
        }
        _ => return Err(no_plan(question, false)),
    };
    let least = found.bound.min(objective);
    let finding = Finding {
        bound: match question.model {
            Model::Mclp => i128::from(total - least),
            _ => i128::from(least) + fixed,
        },
        method: found.method,
        work: found.work,
        reduction: found.reduction,
        certificate: found.certificate,
    };
    Ok((proposal, finding))
}

/// New sites that serve all demand, by the covering question, when greedy completion does not find them.
///
/// # Errors
/// More sites are needed than are allowed.
fn serving_all(
    instance: &Instance,
    question: &Question,
    problem: &CapacitatedProblem,
    effort: &Effort,
) -> Result<Vec<u32>, Infeasible> {
    let inner = covering(question, question.radius.unwrap_or(u64::MAX));
    let Some(allowed) = question.n_sites.map(i64::from) else {
        return Ok(Vec::new());
    };
    let covered = fewest(instance, &inner, effort, allowed)?;
    match covered.best {
        Some((needed, proposal)) if needed <= allowed => {
            Ok(places(problem, proposal.new_sites.iter().copied()))
        }
        _ if covered.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if covered.bound > allowed => Err(Infeasible::TooFewSites {
            needed: u64::try_from(covered.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(allowed).unwrap_or(0),
        }),
        _ => Ok(Vec::new()),
    }
}

/// Whether `allowed` new sites serve all demand; `question` is one of the model `lscp`.
///
/// # Errors
/// Costs and weights too large for the solvers' arithmetic.
pub(crate) fn fewest(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
    allowed: i64,
) -> Result<SearchResult, Infeasible> {
    let problem = CapacitatedProblem::new(instance, question)?;
    let rules = StoppingRules {
        good_enough: &|_, _| -1.0,
        satisfied_with: allowed,
        refuted_above: allowed,
    };
    let warm_start = warm_start(instance, question, &problem, effort);
    let mut heuristic = RuinAndRecreate::new(&problem, effort.seed);
    heuristic.offer(&warm_start.sites);
    Ok(search(&problem, heuristic, warm_start, effort, &rules))
}

/// Heuristic from above, Lagrangian bound from below, then branch and bound.
struct Search<'a> {
    problem: &'a CapacitatedProblem,
    effort: &'a Effort<'a>,
    rules: &'a StoppingRules<'a>,
    heuristic: RuinAndRecreate<'a>,
    /// Lower bound, scaled.
    bound: i64,
    /// The multipliers that prove the bound of the root.
    dual: Dual,
    work: u64,
}

fn search(
    problem: &CapacitatedProblem,
    heuristic: RuinAndRecreate,
    warm_start: WarmStart,
    effort: &Effort,
    rules: &StoppingRules,
) -> SearchResult {
    let mut search = Search {
        problem,
        effort,
        rules,
        heuristic,
        bound: 0,
        dual: Dual {
            row: vec![0; problem.n_rows()],
            ..Dual::default()
        },
        work: warm_start.work,
    };
    let subproblem = Subproblem::whole(problem.n_candidates);
    let mut priced = problem.clone().with_cuts(&warm_start.cuts);
    let mut tree = None;
    if search.ascend_root(&subproblem, warm_start, &mut priced) {
        if !search.finished(0) {
            tree = Some(search.grow_tree(&priced, subproblem));
        }
    } else {
        search.bound = problem.ceiling() << problem.bits;
    }
    search.into_result(&priced, tree.as_ref())
}

impl Search<'_> {
    /// The objective of the best answer, or [`ceiling`](CapacitatedProblem::ceiling) without one.
    fn objective(&self) -> i64 {
        self.heuristic
            .best()
            .map_or(self.problem.ceiling(), |b| b.0)
    }

    /// The bound in whole steps of the objective, rounded up: objectives are whole.
    fn whole(&self) -> i64 {
        let unit = self.problem.unit();
        self.bound.max(0).div_euclid(unit) + i64::from(self.bound.max(0).rem_euclid(unit) > 0)
    }

    fn finished(&self, more_work: u64) -> bool {
        let (effort, best, least) = (self.effort, self.objective(), self.whole());
        let found = self.heuristic.best().is_some();
        let near = float(best - least) <= (self.rules.good_enough)(best, least);
        best <= least
            || !effort.exact && found && near
            || found && best <= self.rules.satisfied_with
            || least > self.rules.refuted_above
            || (effort.stop)()
            || !effort.exact && self.work + more_work + self.heuristic.work > effort.work
    }

    /// Polyak's target, and the least bound that no better answer reaches, both scaled.
    fn targets(&self) -> (i64, i64) {
        let unit = self.problem.unit();
        let enough = (self.objective() - 1)
            .min(self.rules.refuted_above)
            .saturating_mul(unit)
            + 1;
        match self.heuristic.best() {
            // A target far above the bound makes steps too long.
            Some((best, ..)) => (
                (best * unit).min(self.bound + self.bound / 10 + unit),
                enough,
            ),
            // Without an answer the target is unknown: a little above the bound every time.
            None => (self.bound + self.bound / 10 + unit, enough),
        }
    }

    /// Raises the bound of the root; false when it is infeasible.
    ///
    /// After each ascent the cuts that its fractional values violate are added to `priced`, and the next ascent continues from there.
    fn ascend_root(
        &mut self,
        subproblem: &Subproblem,
        warm_start: WarmStart,
        priced: &mut CapacitatedProblem,
    ) -> bool {
        let mut pace = match &warm_start.dual {
            Some(_) => WARM,
            None => FAR,
        };
        let mut dual = match self.heuristic.prices() {
            _ if warm_start.dual.is_some() => warm_start.dual.unwrap_or_default(),
            Some(row) if row.iter().any(|&m| m > 0) => Dual {
                row: row.to_vec(),
                ..Dual::default()
            },
            _ => self.problem.initial_multipliers(),
        };
        let mut cuts = TripleCuts::default();
        let mut rows = warm_start.cuts;
        loop {
            let before = self.bound;
            let Some(mut ascent) = priced.long_ascent(subproblem, &dual, pace.length) else {
                return false;
            };
            let Some(fractional) = self.ascend_once(&mut ascent, subproblem, &pace) else {
                return true;
            };
            let much = self.bound - before > before / MUCH;
            let Some(relaxed) = warm_start
                .relaxed
                .as_ref()
                .filter(|_| much && !self.finished(0))
            else {
                return true;
            };
            let known = cuts.n();
            if cuts.separate(relaxed, &fractional) == 0 {
                return true;
            }
            let named = |cut: &[u32; 3]| cut.map(|r| relaxed.members[at(r)][0]);
            rows.extend(cuts.rows[known..].iter().map(named));
            *priced = self.problem.clone().with_cuts(&rows);
            dual = self.dual.clone();
            pace = WARM;
        }
    }

    /// One ascent until its steps are too short; returns its fractional values, or `None` when no step was made.
    fn ascend_once(
        &mut self,
        ascent: &mut SubgradientAscent,
        subproblem: &Subproblem,
        pace: &Pace,
    ) -> Option<Vec<f64>> {
        let (mut idle, mut again) = (0, pace.again);
        let mut fractional = None;
        while idle < ROUNDS && !self.finished(0) {
            let (target, enough) = self.targets();
            let options = SubgradientOptions {
                steps: STEPS_PER_ROUND,
                target,
                enough,
                length: pace.length,
                patience: pace.patience,
                shortest: SHORTEST,
                stop: self.effort.stop,
            };
            let steps = u64::try_from(STEPS_PER_ROUND).expect("a few steps");
            let quota = steps * self.problem.n_pairs() * SLOWER;
            let (stop, heuristic) = (self.effort.stop, &mut self.heuristic);
            // Both at once, each with a quota of its own: the answer does not depend on their speed.
            let (dual_bound, mut better) = rayon::join(
                || {
                    ascent.subgradient(&options);
                    ascent.dual_bound(subproblem)
                },
                || heuristic.shake_for(quota, stop),
            );
            self.work += dual_bound.work;
            if let Some((sites, _)) = &dual_bound.met {
                better |= self.heuristic.offer(sites);
            }
            let rose = dual_bound.bound > self.bound + self.bound / 20_000;
            if dual_bound.bound > self.bound {
                self.bound = dual_bound.bound;
                self.dual = dual_bound.dual;
            }
            fractional = Some(dual_bound.fractional);
            idle = if rose || better { 0 } else { idle + 1 };
            if ascent.length < SHORTEST || idle * 2 == ROUNDS {
                if !std::mem::take(&mut again) {
                    break;
                }
                ascent.lengthen(AGAIN);
                idle = 0;
            }
        }
        fractional
    }

    fn grow_tree<'p>(
        &mut self,
        priced: &'p CapacitatedProblem,
        subproblem: Subproblem,
    ) -> Tree<'p, CapacitatedProblem> {
        let mut tree = Tree::new(priced, subproblem, Start::at(self.dual.clone()), self.bound);
        let unit = self.problem.unit();
        while !self.finished(tree.work) {
            let (_, enough) = self.targets();
            let target = self.objective().saturating_mul(unit);
            let target = target.min(enough.saturating_add(self.bound / 10));
            let (heuristic, stop) = (&mut self.heuristic, self.effort.stop);
            let quota = (tree.work / SLOWER).saturating_sub(heuristic.work);
            let (met, _) = rayon::join(
                || tree.grow(target, enough, stop),
                || heuristic.shake_for(quota.max(1), stop),
            );
            for met in met {
                self.heuristic.offer(&met.sites);
                if met.is_last {
                    self.heuristic.offer_as_it_is(&met.sites);
                }
            }
            let done = enough.max(self.bound);
            let low = tree.bound().unwrap_or(done);
            self.bound = self.bound.max(low.min(done));
            if tree.bound().is_none() {
                let best = self
                    .objective()
                    .min(self.rules.refuted_above.saturating_add(1));
                self.bound = self.bound.max(best.saturating_mul(unit));
                break;
            }
        }
        self.work += tree.work;
        tree
    }

    fn into_result(
        self,
        priced: &CapacitatedProblem,
        tree: Option<&Tree<CapacitatedProblem>>,
    ) -> SearchResult {
        let problem = self.problem;
        let bound = self.whole();
        let (nodes, duals) = match tree {
            Some(tree) => {
                let names = Names {
                    site: &|s| problem.site[at(s)],
                    row: &|r| DemandIx(ix(r.index())),
                };
                certificate_nodes(tree, &names)
            }
            None => (
                vec![CertificateNode::Leaf(0)],
                vec![std::sync::Arc::new(self.dual)],
            ),
        };
        let small = small_enough(&duals);
        let multipliers = |d: &std::sync::Arc<Dual>| Multipliers {
            demand: d.row.clone(),
            budget: d.budget,
            zone: Vec::new(),
            cut: d.cut.clone(),
        };
        let named = |rows: &[u32; 3]| rows.map(DemandIx);
        SearchResult {
            bound: if self.heuristic.best().is_none() && bound >= problem.ceiling() {
                NO_ANSWER
            } else {
                bound
            },
            method: if tree.is_some() {
                Method::BranchAndBound
            } else {
                Method::SearchAndBound
            },
            work: self.work + self.heuristic.work,
            reduction: Reduction {
                n_pairs_left: problem.rows.len(),
                ..Reduction::default()
            },
            certificate: small.then(|| Certificate {
                scale_bits: i32::try_from(problem.bits).expect("a few bits"),
                dropped: Vec::new(),
                cuts: priced.cuts.iter().map(named).collect(),
                multipliers: duals.iter().map(multipliers).collect(),
                tree: nodes,
            }),
            best: self.heuristic.best().map(|(objective, sites, plan)| {
                let new_sites = sites.iter().map(|&s| problem.site[at(s)]).collect();
                let mut served: Vec<Served> = plan
                    .amounts
                    .iter()
                    .map(|&(site, row, amount)| Served {
                        demand: DemandIx(row),
                        site: problem.site[at(site)],
                        weight: u64::try_from(amount).expect("amounts are positive"),
                    })
                    .collect();
                served.sort_unstable_by_key(|s| (s.demand, s.site));
                (objective, Proposal { new_sites, served })
            }),
        }
    }
}
