//! How a covering question is answered: sites from above, bound from below, tree of cases if that does not suffice.

use crate::answer::certificate::Certificate;
use crate::answer::solution::Method;
use crate::branch_and_bound::best_bound::{BestBound, NO_ANSWER};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::{Met, Start, Tree};
use crate::covering::branching::CoverBranching;
use crate::covering::lagrangian::{Relaxation, scale_bits};
use crate::covering::pdhg::{STEPS_PER_LOOK, Saddle};
use crate::covering::presolve::Presolved;
use crate::covering::primal::Primal;
use crate::covering::problem::Cover;
use crate::covering::triple_cuts::Triples;
use crate::instance::Instance;
use crate::number::{at, float};
use crate::question::effort::Effort;
use std::sync::Arc;

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

/// The sites' search hops about in memory and the climb walks through it: as much work takes this many times longer.
const SLOWER: u64 = 4;
/// The same beside a step of the saddle point, which is twice a step of the climb.
const SLOWER_BY_SADDLE: u64 = 7;
/// Beside the search for triples, in steps.
const STEPS_PER_SEPARATION: u64 = 250;

/// Rounds of the climb; with zones, at least until their multipliers have settled.
const CLIMBS: u32 = 3;
/// Steps without progress before steps are made shorter.
const PATIENCE: u32 = 12;
/// Looks at the saddle point before triples are added; with 8 the town's bounds rise as far later, with 2 they look for triples most of the time.
const LOOKS_PER_ROUND: usize = 4;
/// Rounds over which the rise of the bound is judged.
const JUDGED: usize = 6;
/// A rise by less than one part in so many of what is left is for the tree of cases to better; for a proof, the tree is the last resort.
const RISE: f64 = 40.0;
const RISE_EXACT: f64 = 60.0;
/// A round has one look more after so many rounds: the nearer the top, the longer the way.
const ROUNDS_PER_LOOK: usize = 5;
/// Triples that have no multiplier go when they are more than this part of all.
const IDLE: f64 = 0.5;
/// The least work of the sites' search beside one growth of the tree.
const LEAST_QUOTA: u64 = 200_000;

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
    let mut race = Race {
        primal,
        bound,
        work: 0,
        finished: &finished,
    };
    let (dual, share) = root.raise(&relaxation, dual, &mut triples, &mut race);
    let mut tree = None;
    let branching = CoverBranching {
        cover,
        triples: &triples,
        bits,
    };
    if !race.over() {
        method = Method::BranchAndBound;
        let start = Start {
            dual: Arc::new(race.bound.dual().cloned().unwrap_or(dual)),
            share: Arc::new(share),
        };
        let value = race.bound.value();
        let grown = tree.insert(Tree::new(&branching, part.clone(), start, value));
        grow(grown, &mut race, goal);
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
            crate::covering::certify::certificate_of_tree(instance, presolved, &triples, bits, tree)
        }
        None => Some(crate::covering::certify::certificate_of(
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

/// Sites from above and bound from below, and what both have cost.
struct Race<'a> {
    primal: &'a mut dyn Primal,
    bound: BestBound,
    work: u64,
    finished: Finished<'a>,
}

impl Race<'_> {
    fn over(&self) -> bool {
        (self.finished)(self.primal, &self.bound, self.work)
    }

    /// Works on the bound, and beside it, on another core, tries these sites and searches on for so much work.
    ///
    /// Each has its own share of the work: the answer does not depend on who is faster.
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
    /// Raises the bound from these multipliers, of the relaxation without triples, while the sites' search goes on beside it; returns the last multipliers.
    ///
    /// A short climb comes first, which is enough for easy questions; then saddle points, each with the triples that the last one broke.
    fn raise(
        &self,
        bare: &Relaxation,
        start: Dual,
        triples: &mut Triples,
        race: &mut Race,
    ) -> (Dual, Vec<f64>) {
        let (mut dual, mut share) = self.climb(bare, start, race);
        let rise = if self.goal.effort.exact {
            RISE_EXACT
        } else {
            RISE
        };
        let mut bounds = vec![race.bound.value()];
        while !race.over() {
            let n_looks = LOOKS_PER_ROUND + bounds.len() / ROUNDS_PER_LOOK;
            self.approach(n_looks, &mut dual, &mut share, triples, race);
            let value = race.bound.value();
            bounds.push(value);
            let left = (aim(race.primal, self.goal) << self.bits) - value;
            let before = bounds.len().checked_sub(JUDGED + 1).map(|k| bounds[k]);
            let slow = before.is_some_and(|b| float(value - b) * rise < float(left));
            let good = (self.goal.good_enough)(race.bound.whole()).max(0.0);
            let near = !self.goal.effort.exact && float(left) <= 2.0 * good * float(1 << self.bits);
            if slow || near || race.over() {
                break;
            }
            let duals = [Some(&dual), race.bound.dual()];
            let duals: Vec<&Dual> = duals.into_iter().flatten().collect();
            if triples.idle(&duals) > IDLE {
                let kept = triples.drop_idle(self.cover, &duals);
                dual.keep_triples(&kept);
                race.bound.keep_triples(&kept);
            }
            let pairs = self.pairs();
            let quota = STEPS_PER_SEPARATION * pairs / SLOWER_BY_SADDLE;
            race.work += STEPS_PER_SEPARATION * pairs;
            race.beside(None, quota, self.goal.effort.stop, || {
                triples.separate(self.cover, &share)
            });
        }
        (dual, share)
    }

    fn pairs(&self) -> u64 {
        u64::try_from(self.cover.rows.len()).expect("a count fits")
    }

    /// A short climb; returns its multipliers and how often each site was chosen.
    fn climb(&self, relaxation: &Relaxation, start: Dual, race: &mut Race) -> (Dual, Vec<f64>) {
        let goal = self.goal;
        let mut dual = start;
        let mut climber = relaxation.long_climb(&dual);
        let mut met = None;
        let mut round = 0;
        while !race.over() {
            round += 1;
            let target = aim(race.primal, goal) << self.bits;
            let mut enough = target - (1 << self.bits) + 1;
            if goal.refuted_above < aim(race.primal, goal) {
                enough = enough.min((goal.refuted_above << self.bits) + 1);
            }
            let climb = Climb {
                steps: at(STEPS_PER_LOOK),
                target,
                enough,
                length: 1.0,
                patience: PATIENCE,
                shortest: 0.0,
                stop: goal.effort.stop,
            };
            let quota = u64::from(STEPS_PER_LOOK) * relaxation.n_pairs() / SLOWER;
            let ascent = race.beside(met.take(), quota, goal.effort.stop, || {
                climber.climb(&climb);
                climber.ascent()
            });
            race.work += ascent.work;
            race.bound.raise(ascent.bound, &ascent.dual);
            met = ascent.met.map(|m| m.0);
            dual = ascent.dual;
            if relaxation.weigh_zones(&mut dual, &ascent.share, round) {
                climber = relaxation.long_climb(&dual);
            } else if round >= CLIMBS {
                break;
            }
        }
        if let Some(sites) = met {
            race.primal.offer(&sites, goal.effort.stop);
        }
        (dual, climber.mean())
    }

    /// One round towards the saddle point with these triples.
    fn approach(
        &self,
        n_looks: usize,
        dual: &mut Dual,
        share: &mut Vec<f64>,
        triples: &Triples,
        race: &mut Race,
    ) {
        let stop = self.goal.effort.stop;
        let relaxation = Relaxation::new(self.cover, triples, self.bits, self.part);
        let mut saddle = Saddle::new(&relaxation, dual, share);
        let mut met = None;
        for _ in 0..n_looks {
            let work = u64::from(STEPS_PER_LOOK) * relaxation.n_pairs();
            let ascent = race.beside(met.take(), work / SLOWER_BY_SADDLE, stop, || {
                saddle.go_on(dual, stop)
            });
            race.work += work;
            race.bound.raise(ascent.bound, &ascent.dual);
            met = ascent.met.map(|m| m.0);
            if race.over() {
                break;
            }
        }
        if let Some(sites) = met {
            race.primal.offer(&sites, stop);
        }
        *dual = saddle.dual(dual);
        *share = saddle.share();
    }
}

/// Grows the tree until it is finished, raising the bound and offering what it meets.
fn grow(tree: &mut Tree<CoverBranching>, race: &mut Race, goal: &Goal) {
    let stop = goal.effort.stop;
    let over = |race: &Race, more: u64| (race.finished)(race.primal, &race.bound, race.work + more);
    let before = race.primal.work();
    while !over(race, tree.work) {
        let unit = 1 << race.bound.bits();
        let target = aim(race.primal, goal) * unit;
        // The sites' search gets a quarter of the time that the tree took so far.
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
            (low, _) => low.unwrap_or(i64::MAX).min(aim(race.primal, goal) * unit),
        };
        race.bound.raise_value(least);
    }
}
