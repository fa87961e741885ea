//! How a covering question is answered: sites from above, bound from below, tree of cases if that does not suffice.

use crate::bound::BestBound;
use crate::branch_and_bound::Tree;
use crate::certificate::Certificate;
use crate::cover_branching::CoverBranching;
use crate::instance::Instance;
use crate::lagrange::{Climb, Relaxation, scale_bits};
use crate::number::float;
use crate::part::Part;
use crate::presolve::Presolved;
use crate::question::Effort;
use crate::solution::Method;

/// Finds answers; the search asks it in turn with the bound.
pub(crate) trait Primal {
    /// Tries these sites, as far as the rules allow, and what lies near them; says whether that was the best so far.
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool;
    /// Tries something else; says whether that was the best so far.
    fn shake(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> bool;
    /// The best answer so far and its aim, which is to be small.
    fn best(&self) -> Option<(i64, &[u32])>;
    /// Pairs looked at.
    fn work(&self) -> u64;
}

/// What the search found.
pub(crate) struct Found {
    /// The best sites and their aim; `None` when there is no answer, or none was found in time.
    pub(crate) best: Option<(i64, Vec<u32>)>,
    /// No answer has a smaller aim; larger than any aim when there is no answer at all.
    pub(crate) bound: i64,
    pub(crate) method: Method,
    pub(crate) work: u64,
    pub(crate) certificate: Option<Certificate>,
}

/// How far to go.
pub(crate) struct Goal<'a> {
    pub(crate) effort: &'a Effort<'a>,
    /// An aim that no answer reaches.
    pub(crate) ceiling: i64,
    /// The distance that is good enough, given the bound.
    pub(crate) good_enough: &'a dyn Fn(i64) -> f64,
    /// An answer with this aim or a smaller one is as good as any.
    pub(crate) satisfied_with: i64,
    /// A bound above this is as good as any.
    pub(crate) refuted_above: i64,
}

/// A bound above every aim: there is no answer.
pub(crate) const NO_ANSWER: i64 = i64::MAX >> 24;

/// How many steps of the bound go between two looks at the sites it suggests.
const STEPS_PER_ROUND: usize = 100;
/// Rounds without progress before the tree of cases takes over.
const ROUNDS: u32 = 3;
/// Shakes between two rounds of the bound.
const SHAKES: u32 = 4;

/// Shakes at most after each growth of the tree.
const SHAKES_PER_GROWTH: u32 = 16;

/// Answers a presolved covering question.
pub(crate) fn search(
    instance: &Instance,
    presolved: &Presolved,
    primal: &mut dyn Primal,
    goal: &Goal,
) -> Found {
    let cover = &presolved.cover;
    let bits = scale_bits(cover);
    let effort = goal.effort;
    let mut bound = BestBound::new(bits);
    let mut work = 0;
    let mut method = Method::SearchAndBound;
    let part = Part::whole(cover.n_sites());
    let relaxation = Relaxation::new(cover, bits, &part);
    let aim = |primal: &dyn Primal| primal.best().map_or(goal.ceiling, |b| b.0);
    let finished = |primal: &dyn Primal, bound: &BestBound, work: u64| {
        let (best, least) = (aim(primal), bound.whole());
        let near = !effort.exact && float(best - least) <= (goal.good_enough)(least);
        best <= least
            || near && primal.best().is_some()
            || primal.best().is_some() && best <= goal.satisfied_with
            || least > goal.refuted_above
            || (effort.stop)()
            || !effort.exact && work + primal.work() > effort.work
    };
    let mut dual = relaxation.first_guess(primal.best().map_or(&[], |b| b.1));
    let mut tree = None;
    let branching = CoverBranching { cover, bits };
    if relaxation.hopeless {
        bound.raise(NO_ANSWER << bits, &dual);
    }
    let (mut idle, mut round) = (0, 0_u32);
    while idle < ROUNDS && !finished(primal, &bound, work) {
        round += 1;
        let target = aim(primal) << bits;
        let mut enough = target - (1 << bits) + 1;
        if goal.refuted_above < aim(primal) {
            enough = enough.min((goal.refuted_above << bits) + 1);
        }
        let climb = Climb {
            steps: STEPS_PER_ROUND,
            target,
            enough,
            length: 1.0,
            patience: 12,
            shortest: 1e-4,
            stop: effort.stop,
        };
        let ascent = relaxation.climb(&dual, &climb);
        work += ascent.work;
        let rose = bound.raise(ascent.bound, &ascent.dual);
        let mut better = false;
        if let Some((sites, _)) = &ascent.met {
            better |= primal.offer(sites, effort.stop);
        }
        for _ in 0..SHAKES {
            if finished(primal, &bound, work) {
                break;
            }
            better |= primal.shake(effort.stop);
        }
        dual = ascent.dual;
        let moved = relaxation.weigh_zones(&mut dual, &ascent.share, round);
        idle = if rose || better || moved { 0 } else { idle + 1 };
    }
    if !finished(primal, &bound, work) {
        method = Method::BranchAndBound;
        let root = bound.dual().cloned().unwrap_or(dual);
        let grown = tree.insert(Tree::new(&branching, part.clone(), root, bound.value()));
        grow(grown, primal, &mut bound, goal, &|p, b, more| {
            finished(p, b, work + more)
        });
        work += grown.work;
    }
    let certificate = match &tree {
        Some(tree) => crate::bound::certificate_of_tree(instance, presolved, bits, tree),
        None => Some(crate::bound::certificate_of(
            instance,
            presolved,
            bits,
            bound.dual(),
        )),
    };
    let best = primal.best().map(|(aim, sites)| (aim, sites.to_vec()));
    Found {
        bound: match &best {
            Some((aim, _)) => bound.whole().min(*aim),
            None if bound.whole() >= goal.ceiling => NO_ANSWER,
            None => bound.whole(),
        },
        best,
        method,
        work: work + primal.work(),
        certificate,
    }
}

/// Grows the tree until it is finished, raising the bound and offering what it meets.
fn grow(
    tree: &mut Tree<CoverBranching>,
    primal: &mut dyn Primal,
    bound: &mut BestBound,
    goal: &Goal,
    finished: &dyn Fn(&dyn Primal, &BestBound, u64) -> bool,
) {
    let stop = goal.effort.stop;
    let aim = |primal: &dyn Primal| primal.best().map_or(goal.ceiling, |b| b.0);
    while !finished(primal, bound, tree.work) {
        let unit = 1 << bound.bits();
        let target = aim(primal) * unit;
        for sites in tree.grow(target, target - unit + 1, stop) {
            primal.offer(&sites, stop);
        }
        // As much work goes into better answers as into the bound.
        for _ in 0..SHAKES_PER_GROWTH {
            if primal.work() > tree.work || finished(primal, bound, tree.work) {
                break;
            }
            primal.shake(stop);
        }
        let least = match (tree.bound(), primal.best()) {
            (None, None) => NO_ANSWER * unit,
            (low, _) => low.unwrap_or(i64::MAX).min(aim(primal) * unit),
        };
        bound.raise_value(least);
    }
}
