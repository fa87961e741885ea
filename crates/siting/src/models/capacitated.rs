//! Sites and assignment together, when every site can serve only so much.
//!
//! For `mclp`, `lscp` and `p-median`; `p-center` asks the second of these for one radius after the other.
//! Demand may be split between sites, so that the best assignment to open sites is a transportation problem, which [`transport`](crate::capacity::transportation) solves.

use crate::answer::certificate::{Case, Certificate, Multipliers};
use crate::answer::check::Proposal;
use crate::answer::reduction::Reduction;
use crate::answer::solution::{Finding, Method, Served};
use crate::branch_and_bound::best_bound::NO_ANSWER;
use crate::branch_and_bound::certificate_tree::{Names, cases, small_enough};
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subgradient::Climb;
use crate::branch_and_bound::subproblem::Part;
use crate::branch_and_bound::tree::{Start, Tree};
use crate::capacity::lagrangian::Climber;
use crate::capacity::problem::Slots;
use crate::capacity::ruin_and_recreate::Filler;
use crate::covering::triple_cuts::Triples;
use crate::instance::{DemandIx, Instance};
use crate::models::lscp::toll_of_fixed;
use crate::models::uncapacitated::{Beginning, begin, places};
use crate::number::{at, float, float_wide};
use crate::question::covering::covering;
use crate::question::effort::Effort;
use crate::question::infeasible::{Infeasible, no_plan};
use crate::question::{Model, Question};

/// Steps of the bound between two looks at the sites it suggests.
const STEPS_PER_ROUND: usize = 60;
/// How a climb begins.
struct Pace {
    /// Length of the first steps, as a share of Polyak's.
    length: f64,
    /// Steps without progress before steps are made shorter.
    patience: u32,
    /// Whether it begins once more with longer steps.
    again: bool,
}

/// From far away.
const FAR: Pace = Pace {
    length: 1.0,
    patience: 20,
    again: true,
};
/// From multipliers that are nearly right: longer steps lose what they are worth (lscp, 5000 x 3000: no gain in the first three rounds instead of one).
const BEGUN: Pace = Pace {
    length: 0.02,
    patience: 40,
    again: false,
};
/// Length of the steps once a climb begins anew.
const AGAIN: f64 = 0.2;
/// How short steps may be.
const SHORTEST: f64 = 1e-4;
/// Triples are added as long as the bound rises by one part in so many.
const MUCH: i64 = 5_000;
/// Rounds without progress before the tree of cases takes over.
const ROUNDS: u32 = 6;
/// Pairs looked at by the assignment and those looked at by the bound take about as long as 1 to this.
const SLOWER: u64 = 2;

/// What the search found; see [`Finding`].
pub(crate) struct Filled {
    /// The best sites with who serves whom, and their aim.
    pub(crate) best: Option<(i64, Proposal)>,
    /// No answer has a smaller aim; larger than any when there is no answer at all.
    pub(crate) bound: i64,
    pub(crate) method: Method,
    pub(crate) work: u64,
    pub(crate) reduction: Reduction,
    pub(crate) certificate: Option<Certificate>,
}

/// How far to go, besides the effort; see [`Goal`](crate::covering::search::Goal).
pub(crate) struct Until<'a> {
    pub(crate) good_enough: &'a dyn Fn(i64, i64) -> f64,
    pub(crate) satisfied_with: i64,
    pub(crate) refuted_above: i64,
}

/// Answers a question of the models `mclp`, `lscp` and `p-median` for sites with capacities.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let fixed = match question.model {
        Model::Lscp => toll_of_fixed(instance, question),
        _ => 0,
    };
    let counts = question.model == Model::Lscp && !question.by_price;
    // The number of sites is an outcome of `lscp`; a limit on it only says when there is no answer.
    let unlimited = Question {
        n_sites: question.n_sites.filter(|_| !counts),
        ..question.clone()
    };
    let slots = Slots::new(instance, &unlimited)?;
    slots.enough(instance, question)?;
    let total = slots.total();
    let allowed = question.n_sites.filter(|_| counts).map(i64::from);
    let until = Until {
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
    let begin = begin(instance, &unlimited, &slots, effort);
    let mut filler = Filler::new(&slots, effort.seed);
    filler.offer(&begin.sites);
    if question.model == Model::PMedian && filler.best().is_none() {
        filler.offer(&[]);
        if filler.best().is_none() {
            filler.offer(&serving_all(instance, question, &slots, effort)?);
        }
    }
    let found = search(&slots, filler, begin, effort, &until);
    let most = allowed.unwrap_or(i64::MAX);
    let (aim, proposal) = match found.best {
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
    let least = found.bound.min(aim);
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

/// New sites that serve everything, by the covering question, when filling up greedily does not find them.
///
/// # Errors
/// More sites are needed than are allowed.
fn serving_all(
    instance: &Instance,
    question: &Question,
    slots: &Slots,
    effort: &Effort,
) -> Result<Vec<u32>, Infeasible> {
    let inner = covering(question, question.radius.unwrap_or(u64::MAX));
    let Some(allowed) = question.n_sites.map(i64::from) else {
        return Ok(Vec::new());
    };
    let covered = fewest(instance, &inner, effort, allowed)?;
    match covered.best {
        Some((needed, proposal)) if needed <= allowed => {
            Ok(places(slots, proposal.new_sites.iter().copied()))
        }
        _ if covered.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if covered.bound > allowed => Err(Infeasible::TooFewSites {
            needed: u64::try_from(covered.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(allowed).unwrap_or(0),
        }),
        _ => Ok(Vec::new()),
    }
}

/// Whether so many new sites serve everything; `question` is one of the model `lscp`.
///
/// # Errors
/// Costs and weights too large for the solvers' arithmetic.
pub(crate) fn fewest(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
    allowed: i64,
) -> Result<Filled, Infeasible> {
    let slots = Slots::new(instance, question)?;
    let until = Until {
        good_enough: &|_, _| -1.0,
        satisfied_with: allowed,
        refuted_above: allowed,
    };
    let begin = begin(instance, question, &slots, effort);
    let mut filler = Filler::new(&slots, effort.seed);
    filler.offer(&begin.sites);
    Ok(search(&slots, filler, begin, effort, &until))
}

/// Sites from above, bound from below, tree of cases if that does not suffice.
struct Search<'a> {
    slots: &'a Slots,
    effort: &'a Effort<'a>,
    until: &'a Until<'a>,
    filler: Filler<'a>,
    /// Scaled.
    bound: i64,
    /// Proves the bound of the whole question.
    dual: Dual,
    work: u64,
}

fn search(
    slots: &Slots,
    filler: Filler,
    begin: Beginning,
    effort: &Effort,
    until: &Until,
) -> Filled {
    let mut search = Search {
        slots,
        effort,
        until,
        filler,
        bound: 0,
        dual: Dual {
            row: vec![0; slots.n_rows()],
            ..Dual::default()
        },
        work: begin.work,
    };
    let part = Part::whole(slots.n_candidates);
    let mut priced = slots.clone().with_triples(&begin.triples);
    let mut tree = None;
    if search.climb_root(&part, begin, &mut priced) {
        if !search.finished(0) {
            tree = Some(search.grow_tree(&priced, part));
        }
    } else {
        search.bound = slots.ceiling() << slots.bits;
    }
    search.filled(&priced, tree.as_ref())
}

impl Search<'_> {
    /// The aim of the best answer, or more than any.
    fn aim(&self) -> i64 {
        self.filler.best().map_or(self.slots.ceiling(), |b| b.0)
    }

    /// The bound in whole steps of the aim, rounded up: aims are whole.
    fn whole(&self) -> i64 {
        let unit = self.slots.unit();
        self.bound.max(0).div_euclid(unit) + i64::from(self.bound.max(0).rem_euclid(unit) > 0)
    }

    fn finished(&self, more_work: u64) -> bool {
        let (effort, best, least) = (self.effort, self.aim(), self.whole());
        let found = self.filler.best().is_some();
        let near = float(best - least) <= (self.until.good_enough)(best, least);
        best <= least
            || !effort.exact && found && near
            || found && best <= self.until.satisfied_with
            || least > self.until.refuted_above
            || (effort.stop)()
            || !effort.exact && self.work + more_work + self.filler.work > effort.work
    }

    /// Where steps aim, and the least bound that no better answer reaches.
    fn aims(&self) -> (i64, i64) {
        let unit = self.slots.unit();
        let enough = (self.aim() - 1)
            .min(self.until.refuted_above)
            .saturating_mul(unit)
            + 1;
        match self.filler.best() {
            // Far from the top a target far above it makes steps too long.
            Some((best, ..)) => (
                (best * unit).min(self.bound + self.bound / 10 + unit),
                enough,
            ),
            // Nobody knows how far up it is; a little farther every time.
            None => (self.bound + self.bound / 10 + unit, enough),
        }
    }

    /// Raises the bound of the whole question; false when nothing can satisfy it.
    ///
    /// Once a climb ends, triples that it breaks are added to `priced`, and the next climb goes on from there.
    fn climb_root(&mut self, part: &Part, begin: Beginning, priced: &mut Slots) -> bool {
        let mut pace = match &begin.dual {
            Some(_) => BEGUN,
            None => FAR,
        };
        let mut dual = match self.filler.prices() {
            _ if begin.dual.is_some() => begin.dual.unwrap_or_default(),
            Some(row) if row.iter().any(|&m| m > 0) => Dual {
                row: row.to_vec(),
                ..Dual::default()
            },
            _ => self.slots.first_guess(),
        };
        let mut triples = Triples::default();
        let mut rows = begin.triples;
        loop {
            let before = self.bound;
            let Some(mut climber) = priced.long_climb(part, &dual, pace.length) else {
                return false;
            };
            let Some(share) = self.climb_once(&mut climber, part, &pace) else {
                return true;
            };
            let much = self.bound - before > before / MUCH;
            let Some(cover) = begin.cover.as_ref().filter(|_| much && !self.finished(0)) else {
                return true;
            };
            let known = triples.n();
            if triples.separate(cover, &share) == 0 {
                return true;
            }
            let named = |triple: &[u32; 3]| triple.map(|r| cover.members[at(r)][0]);
            rows.extend(triples.rows[known..].iter().map(named));
            *priced = self.slots.clone().with_triples(&rows);
            dual = self.dual.clone();
            pace = BEGUN;
        }
    }

    /// One climb until its steps are too short; how often each site was chosen lately, or nothing when no step was made.
    fn climb_once(&mut self, climber: &mut Climber, part: &Part, pace: &Pace) -> Option<Vec<f64>> {
        let (mut idle, mut again) = (0, pace.again);
        let mut share = None;
        while idle < ROUNDS && !self.finished(0) {
            let (target, enough) = self.aims();
            let climb = Climb {
                steps: STEPS_PER_ROUND,
                target,
                enough,
                length: pace.length,
                patience: pace.patience,
                shortest: SHORTEST,
                stop: self.effort.stop,
            };
            let steps = u64::try_from(STEPS_PER_ROUND).expect("a few steps");
            let quota = steps * self.slots.n_pairs() * SLOWER;
            let (stop, filler) = (self.effort.stop, &mut self.filler);
            // Both at once, each for its own share of the work: the answer does not depend on who is faster.
            let (ascent, mut better) = rayon::join(
                || {
                    climber.climb(&climb);
                    climber.ascent(part)
                },
                || filler.shake_for(quota, stop),
            );
            self.work += ascent.work;
            if let Some((sites, _)) = &ascent.met {
                better |= self.filler.offer(sites);
            }
            let rose = ascent.bound > self.bound + self.bound / 20_000;
            if ascent.bound > self.bound {
                self.bound = ascent.bound;
                self.dual = ascent.dual;
            }
            share = Some(ascent.share);
            idle = if rose || better { 0 } else { idle + 1 };
            if climber.length < SHORTEST || idle * 2 == ROUNDS {
                if !std::mem::take(&mut again) {
                    break;
                }
                climber.lengthen(AGAIN);
                idle = 0;
            }
        }
        share
    }

    fn grow_tree<'p>(&mut self, priced: &'p Slots, part: Part) -> Tree<'p, Slots> {
        let mut tree = Tree::new(priced, part, Start::at(self.dual.clone()), self.bound);
        let unit = self.slots.unit();
        while !self.finished(tree.work) {
            let (_, enough) = self.aims();
            let target = self.aim().saturating_mul(unit);
            let target = target.min(enough.saturating_add(self.bound / 10));
            let (filler, stop) = (&mut self.filler, self.effort.stop);
            let quota = (tree.work / SLOWER).saturating_sub(filler.work);
            let (met, _) = rayon::join(
                || tree.grow(target, enough, stop),
                || filler.shake_for(quota.max(1), stop),
            );
            for met in met {
                self.filler.offer(&met.sites);
                if met.is_last {
                    self.filler.offer_as_it_is(&met.sites);
                }
            }
            let done = enough.max(self.bound);
            let low = tree.bound().unwrap_or(done);
            self.bound = self.bound.max(low.min(done));
            if tree.bound().is_none() {
                let best = self.aim().min(self.until.refuted_above.saturating_add(1));
                self.bound = self.bound.max(best.saturating_mul(unit));
                break;
            }
        }
        self.work += tree.work;
        tree
    }

    fn filled(self, priced: &Slots, tree: Option<&Tree<Slots>>) -> Filled {
        let slots = self.slots;
        let bound = self.whole();
        let (cases, duals) = match tree {
            Some(tree) => {
                let names = Names {
                    site: &|s| slots.site[at(s)],
                    row: &|r| DemandIx(r),
                };
                cases(tree, &names)
            }
            None => (vec![Case::Leaf(0)], vec![std::sync::Arc::new(self.dual)]),
        };
        let small = small_enough(&duals);
        let multipliers = |d: &std::sync::Arc<Dual>| Multipliers {
            demand: d.row.clone(),
            budget: d.budget,
            zone: Vec::new(),
            triple: d.triple.clone(),
        };
        let named = |rows: &[u32; 3]| rows.map(DemandIx);
        Filled {
            bound: if self.filler.best().is_none() && bound >= slots.ceiling() {
                NO_ANSWER
            } else {
                bound
            },
            method: if tree.is_some() {
                Method::BranchAndBound
            } else {
                Method::SearchAndBound
            },
            work: self.work + self.filler.work,
            reduction: Reduction {
                n_pairs_left: slots.rows.len(),
                ..Reduction::default()
            },
            certificate: small.then(|| Certificate {
                scale_bits: i32::try_from(slots.bits).expect("a few bits"),
                dropped: Vec::new(),
                triples: priced.triples.iter().map(named).collect(),
                multipliers: duals.iter().map(multipliers).collect(),
                cases,
            }),
            best: self.filler.best().map(|(aim, sites, plan)| {
                let new_sites = sites.iter().map(|&s| slots.site[at(s)]).collect();
                let mut served: Vec<Served> = plan
                    .amounts
                    .iter()
                    .map(|&(site, row, amount)| Served {
                        demand: DemandIx(row),
                        site: slots.site[at(site)],
                        weight: u64::try_from(amount).expect("amounts are positive"),
                    })
                    .collect();
                served.sort_unstable_by_key(|s| (s.demand, s.site));
                (aim, Proposal { new_sites, served })
            }),
        }
    }
}
