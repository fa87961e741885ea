//! How a covering question is answered: sites from above, bound from below, tree of cases if that does not suffice.

use crate::bound::BestBound;
use crate::branch_and_bound::Tree;
use crate::certificate::Certificate;
use crate::cover::Cover;
use crate::cover_branching::CoverBranching;
use crate::instance::Instance;
use crate::lagrange::{Climb, Dual, Relaxation, scale_bits};
use crate::number::{at, float};
use crate::part::Part;
use crate::presolve::Presolved;
use crate::question::Effort;
use crate::solution::Method;
use crate::triples::Triples;

/// Finds answers; the search asks it in turn with the bound.
pub(crate) trait Primal: Send {
    /// Tries these sites, as far as the rules allow, and what lies near them; says whether that was the best so far.
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool;
    /// Tries something else, for about so much work; says whether that was the best so far.
    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool;
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
const STEPS_PER_ROUND: u32 = 100;
/// Length of the steps when a climb begins anew.
const AGAIN: f64 = 0.2;
/// The sites' search hops about in memory and the bound walks through it: as much work takes this many times longer.
const SLOWER: u64 = 4;

/// Steps without progress before steps are made shorter; with 12 the towns' bounds stop 0.3 % below the linear relaxation, with 40 at 0.05 %.
const PATIENCE: u32 = 40;
/// Triples are added as long as the bound rises by one part in so many.
const MUCH: i64 = 20_000;
/// The same where the answer is to be proven: a tree of cases closes less of the distance in the same time.
const MUCH_EXACT: i64 = 200_000;
/// The same for climbs that begin near the top, with more triples, and how long their steps are at first; with 40 and 0.2 they end lower, with 150 they take longer.
const PATIENCE_LATER: u32 = 80;
const AGAIN_LATER: f64 = 0.05;
/// While easy questions may still be over soon: 12, for so many rounds.
const EARLY: (u32, u32) = (12, 3);
/// The least work of the sites' search beside one growth of the tree.
const LEAST_QUOTA: u64 = 200_000;
/// Steps shorter than this no longer raise a bound.
const SHORTEST: f64 = 1e-4;

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
    let mut triples = Triples::default();
    let relaxation = Relaxation::new(cover, &triples, bits, &part);
    let finished = |primal: &dyn Primal, bound: &BestBound, work: u64| {
        let (best, least) = (aim(primal, goal), bound.whole());
        let near = !effort.exact && float(best - least) <= (goal.good_enough)(least);
        best <= least
            || near && primal.best().is_some()
            || primal.best().is_some() && best <= goal.satisfied_with
            || least > goal.refuted_above
            || (effort.stop)()
            || !effort.exact && work + primal.work() > effort.work
    };
    let dual = relaxation.first_guess(primal.best().map_or(&[], |b| b.1));
    if relaxation.hopeless {
        bound.raise(NO_ANSWER << bits, &dual);
    }
    let root = Root {
        cover,
        part: &part,
        goal,
        bits,
    };
    let dual = root.climb(dual, &mut triples, primal, &mut bound, &mut work, &finished);
    let mut tree = None;
    let branching = CoverBranching {
        cover,
        triples: &triples,
        bits,
    };
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
        Some(tree) => crate::bound::certificate_of_tree(instance, presolved, &triples, bits, tree),
        None => Some(crate::bound::certificate_of(
            instance,
            presolved,
            &triples,
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

/// The question before any case is decided.
struct Root<'a> {
    cover: &'a Cover,
    part: &'a Part,
    goal: &'a Goal<'a>,
    bits: u32,
}

/// Whether sites and bound are good enough, or the work is used up.
type Finished<'a> = &'a dyn Fn(&dyn Primal, &BestBound, u64) -> bool;

fn aim(primal: &dyn Primal, goal: &Goal) -> i64 {
    primal.best().map_or(goal.ceiling, |best| best.0)
}

impl Root<'_> {
    /// Raises the bound from these multipliers while the sites' search goes on beside it; returns the last multipliers.
    ///
    /// Once a climb ends and much is left to gain, triples that it breaks are added, and the next climb goes on from there.
    fn climb(
        &self,
        start: Dual,
        triples: &mut Triples,
        primal: &mut dyn Primal,
        bound: &mut BestBound,
        work: &mut u64,
        finished: Finished,
    ) -> Dual {
        let mut dual = start;
        let mut round = 0;
        loop {
            let before = bound.value();
            let relaxation = Relaxation::new(self.cover, triples, self.bits, self.part);
            let mean = self.climb_once(
                &relaxation,
                &mut dual,
                &mut round,
                primal,
                bound,
                work,
                finished,
            );
            let least = bound.whole();
            let far = float(aim(primal, self.goal) - least)
                > 2.0 * (self.goal.good_enough)(least).max(0.0);
            let much = if self.goal.effort.exact {
                MUCH_EXACT
            } else {
                MUCH
            };
            let rose = triples.n() == 0 || bound.value() - before > before / much;
            if !far || !rose || finished(primal, bound, *work) {
                return dual;
            }
            if triples.separate(self.cover, &mean) == 0 {
                return dual;
            }
        }
    }

    /// One climb until its steps are too short; returns how often each site was chosen lately.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a climb reads and what it moves"
    )]
    fn climb_once(
        &self,
        relaxation: &Relaxation,
        dual: &mut Dual,
        round: &mut u32,
        primal: &mut dyn Primal,
        bound: &mut BestBound,
        work: &mut u64,
        finished: Finished,
    ) -> Vec<f64> {
        let goal = self.goal;
        let first = *round == 0;
        let (mut idle, mut patience) = (0, if first { EARLY.0 } else { PATIENCE_LATER });
        let mut climber = relaxation.long_climb(dual, if first { 1.0 } else { AGAIN_LATER });
        while !finished(primal, bound, *work) {
            *round += 1;
            let target = aim(primal, goal) << self.bits;
            let mut enough = target - (1 << self.bits) + 1;
            if goal.refuted_above < aim(primal, goal) {
                enough = enough.min((goal.refuted_above << self.bits) + 1);
            }
            let climb = Climb {
                steps: at(STEPS_PER_ROUND),
                target,
                enough,
                length: 1.0,
                patience,
                shortest: SHORTEST,
                stop: goal.effort.stop,
            };
            // Both at once, each for its own share of the work: the answer does not depend on who is faster.
            let quota = u64::from(STEPS_PER_ROUND) * relaxation.n_pairs() / SLOWER;
            let (ascent, mut better) = rayon::join(
                || {
                    climber.climb(&climb);
                    climber.ascent()
                },
                || primal.shake(quota, goal.effort.stop),
            );
            *work += ascent.work;
            let rose = bound.raise(ascent.bound, &ascent.dual);
            if let Some((sites, _)) = &ascent.met {
                better |= primal.offer(sites, goal.effort.stop);
            }
            *dual = ascent.dual;
            if relaxation.weigh_zones(dual, &ascent.share, *round) {
                climber = relaxation.long_climb(dual, 1.0);
                continue;
            }
            idle = if rose || better { 0 } else { idle + 1 };
            if first && *round == EARLY.1 {
                patience = PATIENCE;
                climber.lengthen(AGAIN);
                idle = 0;
            }
            if climber.length < SHORTEST || idle * STEPS_PER_ROUND > 10 * patience {
                break;
            }
        }
        climber.mean()
    }
}

/// Grows the tree until it is finished, raising the bound and offering what it meets.
fn grow(
    tree: &mut Tree<CoverBranching>,
    primal: &mut dyn Primal,
    bound: &mut BestBound,
    goal: &Goal,
    finished: Finished,
) {
    let stop = goal.effort.stop;
    while !finished(primal, bound, tree.work) {
        let unit = 1 << bound.bits();
        let target = aim(primal, goal) * unit;
        // The sites' search gets a quarter of the time that the tree took so far.
        let quota = (tree.work / SLOWER)
            .saturating_sub(primal.work())
            .max(LEAST_QUOTA);
        let (met, _) = rayon::join(
            || tree.grow(target, target - unit + 1, stop),
            || primal.shake(quota, stop),
        );
        for sites in met {
            primal.offer(&sites, stop);
        }
        let least = match (tree.bound(), primal.best()) {
            (None, None) => NO_ANSWER * unit,
            (low, _) => low.unwrap_or(i64::MAX).min(aim(primal, goal) * unit),
        };
        bound.raise_value(least);
    }
}
