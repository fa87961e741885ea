//! Search of a covering problem: a primal heuristic from above, subgradient and primal-dual bounds with cuts from below, then branch and bound.

use std::sync::Arc;

use crate::answer::certificate::Certificate;
use crate::answer::solution::Method;
use crate::branch_and_bound::best_bound::{BestBound, NO_ANSWER};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::SubgradientOptions;
use crate::branch_and_bound::subproblem::Subproblem;
use crate::branch_and_bound::tree::{Met, Start, Tree};
use crate::covering::branching::CoveringBranching;
use crate::covering::lagrangian::{Relaxation, scale_bits};
use crate::covering::pdhg::{Pdhg, STEPS_PER_EVALUATION};
use crate::covering::presolve::Presolved;
use crate::covering::primal::PrimalHeuristic;
use crate::covering::problem::CoveringProblem;
use crate::covering::triple_cuts::TripleCuts;
use crate::instance::Instance;
use crate::number::{at, float};
use crate::question::effort::Effort;

/// Result of a search, for the minimized objective.
pub(crate) struct SearchResult {
    /// The best objective and its sites; `None` when there is no answer, or none was found in time.
    pub(crate) best: Option<(i64, Vec<u32>)>,
    /// Lower bound of the objective; [`NO_ANSWER`] when there is no answer.
    pub(crate) bound: i64,
    pub(crate) method: Method,
    pub(crate) work: u64,
    pub(crate) certificate: Option<Certificate>,
}

/// Stopping rules of a search.
pub(crate) struct StoppingRules<'a> {
    pub(crate) effort: &'a Effort<'a>,
    /// An objective that no answer reaches.
    pub(crate) ceiling: i64,
    /// Distance between objective and bound that is good enough, given the bound.
    pub(crate) good_enough: &'a dyn Fn(i64) -> f64,
    /// The search ends with an answer of at most this objective.
    pub(crate) satisfied_with: i64,
    /// The search ends with a bound above this.
    pub(crate) refuted_above: i64,
}

/// The heuristic reads memory at random and the ascent in order: a unit of work takes it this many times longer.
const SLOWER: u64 = 4;
/// The same beside a primal-dual step, which takes twice a step of the ascent.
const SLOWER_BY_PDHG: u64 = 7;
/// Work of the heuristic beside the separation of cuts, in steps.
const STEPS_PER_SEPARATION: u64 = 250;

/// Rounds of subgradient ascent; with zones, at least until their multipliers have settled.
const ASCENTS: u32 = 3;
/// Steps without progress before they are shortened.
const PATIENCE: u32 = 12;
/// Evaluations of the primal-dual bound before cuts are added; with 8 the town's bounds rise as far later, with 2 separation takes most of the time.
const EVALUATIONS_PER_ROUND: usize = 4;
/// Rounds over which the rise of the bound is judged.
const JUDGED: usize = 6;
/// A rise of the bound by less than one part in this many of the remaining gap is slow: the tree takes over; for a proof, the tree is the last resort.
const RISE: f64 = 40.0;
const RISE_EXACT: f64 = 60.0;
/// After this many rounds a round has one evaluation more: progress slows near the best bound.
const ROUNDS_PER_EVALUATION: usize = 5;
/// Cuts without a multiplier are dropped when they are more than this part of all.
const IDLE: f64 = 0.5;
/// Least work of the heuristic beside one growth of the tree.
const LEAST_QUOTA: u64 = 200_000;

/// Solves a presolved covering problem: bound and heuristic run beside each other, then branch and bound.
pub(crate) fn search(
    instance: &Instance,
    presolved: &Presolved,
    primal: &mut dyn PrimalHeuristic,
    rules: &StoppingRules,
) -> SearchResult {
    let problem = &presolved.problem;
    let bits = scale_bits(problem);
    let effort = rules.effort;
    let mut bound = BestBound::new(bits);
    let mut method = Method::SearchAndBound;
    let subproblem = Subproblem::whole(problem.n_sites());
    let mut cuts = TripleCuts::default();
    let relaxation = Relaxation::new(problem, &cuts, bits, &subproblem);
    let finished = |primal: &dyn PrimalHeuristic, bound: &BestBound, work: u64| {
        let (best, least) = (objective(primal, rules), bound.whole());
        let near = !effort.exact && float(best - least) <= (rules.good_enough)(least);
        best <= least
            || near && primal.best().is_some()
            || primal.best().is_some() && best <= rules.satisfied_with
            || least > rules.refuted_above
            || (effort.stop)()
            || !effort.exact && work + primal.work() > effort.work
    };
    let dual = relaxation.initial_multipliers(primal.best().map_or(&[], |b| b.1));
    if relaxation.infeasible {
        bound.raise(NO_ANSWER << bits, &dual);
    }
    let root = Root {
        problem,
        subproblem: &subproblem,
        rules,
        bits,
    };
    let mut race = Race {
        primal,
        bound,
        work: 0,
        finished: &finished,
    };
    let (dual, fractional) = root.raise(&relaxation, dual, &mut cuts, &mut race);
    let mut tree = None;
    let branching = CoveringBranching {
        problem,
        cuts: &cuts,
        bits,
    };
    if !race.over() {
        method = Method::BranchAndBound;
        let start = Start {
            dual: Arc::new(race.bound.dual().cloned().unwrap_or(dual)),
            fractional: Arc::new(fractional),
        };
        let value = race.bound.value();
        let grown = tree.insert(Tree::new(&branching, subproblem.clone(), start, value));
        grow(grown, &mut race, rules);
        race.work += grown.work;
    }
    let Race {
        primal,
        bound,
        work,
        ..
    } = race;
    let certificate = match &tree {
        Some(tree) => {
            crate::covering::certify::certificate_of_tree(instance, presolved, &cuts, bits, tree)
        }
        None => Some(crate::covering::certify::certificate_of(
            instance,
            presolved,
            &cuts,
            bits,
            bound.dual(),
        )),
    };
    let best = primal
        .best()
        .map(|(objective, sites)| (objective, sites.to_vec()));
    SearchResult {
        bound: match &best {
            Some((objective, _)) => bound.whole().min(*objective),
            None if bound.whole() >= rules.ceiling => NO_ANSWER,
            None => bound.whole(),
        },
        best,
        method,
        work: work + primal.work(),
        certificate,
    }
}

/// The root problem, with nothing decided.
struct Root<'a> {
    problem: &'a CoveringProblem,
    subproblem: &'a Subproblem,
    rules: &'a StoppingRules<'a>,
    bits: u32,
}

/// Whether objective and bound are near enough, or the work is used up.
type Finished<'a> = &'a dyn Fn(&dyn PrimalHeuristic, &BestBound, u64) -> bool;

fn objective(primal: &dyn PrimalHeuristic, rules: &StoppingRules) -> i64 {
    primal.best().map_or(rules.ceiling, |best| best.0)
}

/// The heuristic from above and the bound from below, with the work of the bound.
struct Race<'a> {
    primal: &'a mut dyn PrimalHeuristic,
    bound: BestBound,
    work: u64,
    finished: Finished<'a>,
}

impl Race<'_> {
    fn over(&self) -> bool {
        (self.finished)(self.primal, &self.bound, self.work)
    }

    /// Runs `bound`, and beside it, on another core, the heuristic: first from these sites, then for `quota` units of work.
    ///
    /// Each has a quota of its own, so that the answer does not depend on their speed.
    fn beside<T: Send>(
        &mut self,
        met: Option<Vec<u32>>,
        quota: u64,
        stop: &(dyn Fn() -> bool + Sync),
        bound: impl FnOnce() -> T + Send,
    ) -> T {
        let primal = &mut *self.primal;
        let search = || {
            if let Some(sites) = met {
                primal.offer(&sites, stop);
            }
            primal.shake(quota, stop);
        };
        rayon::join(bound, search).0
    }
}

impl Root<'_> {
    /// Raises the bound from these multipliers, of the relaxation without cuts, while the heuristic runs beside it; returns the last multipliers and fractional values.
    ///
    /// A short subgradient ascent comes first, which is enough for easy problems; then rounds of primal-dual hybrid gradient, each with the cuts that the last one violated.
    fn raise(
        &self,
        uncovered: &Relaxation,
        start: Dual,
        cuts: &mut TripleCuts,
        race: &mut Race,
    ) -> (Dual, Vec<f64>) {
        let (mut dual, mut fractional) = self.subgradient(uncovered, start, race);
        let rise = if self.rules.effort.exact {
            RISE_EXACT
        } else {
            RISE
        };
        let mut bounds = vec![race.bound.value()];
        while !race.over() {
            let n_evaluations = EVALUATIONS_PER_ROUND + bounds.len() / ROUNDS_PER_EVALUATION;
            self.approach(n_evaluations, &mut dual, &mut fractional, cuts, race);
            let value = race.bound.value();
            bounds.push(value);
            let left = (objective(race.primal, self.rules) << self.bits) - value;
            let before = bounds.len().checked_sub(JUDGED + 1).map(|k| bounds[k]);
            let slow = before.is_some_and(|b| float(value - b) * rise < float(left));
            let good = (self.rules.good_enough)(race.bound.whole()).max(0.0);
            let near =
                !self.rules.effort.exact && float(left) <= 2.0 * good * float(1 << self.bits);
            if slow || near || race.over() {
                break;
            }
            let duals = [Some(&dual), race.bound.dual()];
            let duals: Vec<&Dual> = duals.into_iter().flatten().collect();
            if cuts.idle(&duals) > IDLE {
                let kept = cuts.drop_idle(self.problem, &duals);
                dual.keep_cuts(&kept);
                race.bound.keep_cuts(&kept);
            }
            let pairs = self.pairs();
            let quota = STEPS_PER_SEPARATION * pairs / SLOWER_BY_PDHG;
            race.work += STEPS_PER_SEPARATION * pairs;
            race.beside(None, quota, self.rules.effort.stop, || {
                cuts.separate(self.problem, &fractional)
            });
        }
        (dual, fractional)
    }

    fn pairs(&self) -> u64 {
        u64::try_from(self.problem.rows.len()).expect("a count fits")
    }

    /// A short subgradient ascent; returns its multipliers and fractional values.
    fn subgradient(
        &self,
        relaxation: &Relaxation,
        start: Dual,
        race: &mut Race,
    ) -> (Dual, Vec<f64>) {
        let rules = self.rules;
        let mut dual = start;
        let mut ascent = relaxation.long_ascent(&dual);
        let mut met = None;
        let mut round = 0;
        while !race.over() {
            round += 1;
            let target = objective(race.primal, rules) << self.bits;
            let mut enough = target - (1 << self.bits) + 1;
            if rules.refuted_above < objective(race.primal, rules) {
                enough = enough.min((rules.refuted_above << self.bits) + 1);
            }
            let options = SubgradientOptions {
                steps: at(STEPS_PER_EVALUATION),
                target,
                enough,
                length: 1.0,
                patience: PATIENCE,
                shortest: 0.0,
                stop: rules.effort.stop,
            };
            let quota = u64::from(STEPS_PER_EVALUATION) * relaxation.n_pairs() / SLOWER;
            let dual_bound = race.beside(met.take(), quota, rules.effort.stop, || {
                ascent.subgradient(&options);
                ascent.dual_bound()
            });
            race.work += dual_bound.work;
            race.bound.raise(dual_bound.bound, &dual_bound.dual);
            met = dual_bound.met.map(|m| m.0);
            dual = dual_bound.dual;
            if relaxation.weigh_zones(&mut dual, &dual_bound.fractional, round) {
                ascent = relaxation.long_ascent(&dual);
            } else if round >= ASCENTS {
                break;
            }
        }
        if let Some(sites) = met {
            race.primal.offer(&sites, rules.effort.stop);
        }
        (dual, ascent.mean())
    }

    /// One round of primal-dual hybrid gradient with these cuts.
    fn approach(
        &self,
        n_evaluations: usize,
        dual: &mut Dual,
        fractional: &mut Vec<f64>,
        cuts: &TripleCuts,
        race: &mut Race,
    ) {
        let stop = self.rules.effort.stop;
        let relaxation = Relaxation::new(self.problem, cuts, self.bits, self.subproblem);
        let mut pdhg = Pdhg::new(&relaxation, dual, fractional);
        let mut met = None;
        for _ in 0..n_evaluations {
            let work = u64::from(STEPS_PER_EVALUATION) * relaxation.n_pairs();
            let dual_bound = race.beside(met.take(), work / SLOWER_BY_PDHG, stop, || {
                pdhg.advance(dual, stop)
            });
            race.work += work;
            race.bound.raise(dual_bound.bound, &dual_bound.dual);
            met = dual_bound.met.map(|m| m.0);
            if race.over() {
                break;
            }
        }
        if let Some(sites) = met {
            race.primal.offer(&sites, stop);
        }
        *dual = pdhg.dual(dual);
        *fractional = pdhg.fractional();
    }
}

/// Grows the tree until the search is over, raising the bound and offering the heuristic the choices that come up.
fn grow(tree: &mut Tree<CoveringBranching>, race: &mut Race, rules: &StoppingRules) {
    let stop = rules.effort.stop;
    let over = |race: &Race, more: u64| (race.finished)(race.primal, &race.bound, race.work + more);
    let before = race.primal.work();
    while !over(race, tree.work) {
        let unit = 1 << race.bound.bits();
        let target = objective(race.primal, rules) * unit;
        // The heuristic gets a quarter of the time that the tree took so far.
        let quota = (tree.work / SLOWER)
            .saturating_sub(race.primal.work() - before)
            .max(LEAST_QUOTA);
        let met = race.beside(None, quota, stop, || {
            tree.grow(target, target - unit + 1, stop)
        });
        for Met { sites, .. } in met {
            race.primal.offer(&sites, stop);
        }
        let least = match (tree.bound(), race.primal.best()) {
            (None, None) => NO_ANSWER * unit,
            (low, _) => low
                .unwrap_or(i64::MAX)
                .min(objective(race.primal, rules) * unit),
        };
        race.bound.raise_value(least);
    }
}
