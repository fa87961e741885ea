//! Fewest sites that cover all demand, or the cheapest ones.
//!
//! From above: greedy, then a search that takes one site away and repairs, with rows that stay uncovered weighing more and more (the row weighting of Gao, Weise and Li for unicost set covering).

use crate::check::Proposal;
use crate::cover::Cover;
use crate::cover_search::{Found, Goal, NO_ANSWER, Primal, search};
use crate::error::Infeasible;
use crate::instance::{Instance, Standing};
use crate::number::{at, float, ix};
use crate::presolve::{Presolved, presolve};
use crate::question::{Effort, Question};
use crate::shake::Dice;
use crate::solution::Finding;
use crate::solve::{no_plan, sites_of};
use crate::tally::Tally;

/// Answers a covering question of the model `lscp`.
pub(crate) fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<(Proposal, Finding), Infeasible> {
    let fixed = instance
        .sites()
        .filter(|&s| instance.standing(s) == Standing::Fixed)
        .count();
    let fixed = if question.by_price {
        0
    } else {
        i64::from(ix(fixed))
    };
    // The number of sites is an outcome here; a limit on it only says when there is no answer.
    let unlimited = Question {
        n_sites: None,
        ..question.clone()
    };
    let presolved = presolve(Cover::new(instance, &unlimited), instance.n_demand());
    let cover = &presolved.cover;
    let allowed = question
        .n_sites
        .filter(|_| !question.by_price)
        .map(i64::from);
    let good = f64::from(effort.good_enough.millionths()) / 1e6;
    let found = fewest(instance, &presolved, effort, -1, allowed, &|least| {
        good * float(least + fixed)
    });
    let most = allowed.unwrap_or(i64::MAX);
    match found.best {
        Some((toll, sites)) if toll <= most => {
            let finding = Finding {
                bound: i128::from(found.bound + fixed),
                method: found.method,
                work: found.work,
                reduction: presolved.reduction,
                certificate: found.certificate,
            };
            Ok((
                Proposal {
                    new_sites: sites_of(cover, &sites),
                    served: Vec::new(),
                },
                finding,
            ))
        }
        _ if found.bound >= NO_ANSWER => Err(no_plan(question, true)),
        _ if found.bound > most => Err(Infeasible::TooFewSites {
            needed: u64::try_from(found.bound).unwrap_or(u64::MAX),
            allowed: u64::try_from(most).unwrap_or(0),
        }),
        _ => Err(no_plan(question, false)),
    }
}

fn ceiling(cover: &Cover) -> i64 {
    cover.toll.iter().sum::<i64>() + 1
}

/// The least toll that covers all rows; stops early with at most `satisfied_with`, or once more than `refuted_above` is needed.
pub(crate) fn fewest(
    instance: &Instance,
    presolved: &Presolved,
    effort: &Effort,
    satisfied_with: i64,
    refuted_above: Option<i64>,
    good_enough: &dyn Fn(i64) -> f64,
) -> Found {
    let cover = &presolved.cover;
    let mut mender = Mender::new(cover, effort.seed);
    mender.offer(&[], effort.stop);
    let goal = Goal {
        effort,
        ceiling: ceiling(cover),
        good_enough,
        satisfied_with,
        refuted_above: refuted_above.unwrap_or(i64::MAX),
    };
    search(instance, presolved, &mut mender, &goal)
}

/// Takes sites away and mends the cover.
#[derive(Debug)]
struct Mender<'a> {
    tally: Tally<'a>,
    best: Option<(i64, Vec<u32>)>,
    dice: Dice,
    /// The step at which a site last moved; it rests for a while.
    moved: Vec<u32>,
    clock: u32,
}

impl<'a> Mender<'a> {
    fn new(cover: &'a Cover, seed: u64) -> Self {
        Self {
            tally: Tally::new(cover, vec![1; cover.n_rows()]),
            best: None,
            dice: Dice::new(seed),
            moved: vec![0; cover.n_sites()],
            clock: 3,
        }
    }

    fn toll(&self) -> i64 {
        self.tally
            .open
            .iter()
            .map(|&s| self.tally.cover.toll[at(s)])
            .sum()
    }

    /// A row that is not covered, searched from a random place.
    fn uncovered(&mut self) -> Option<usize> {
        let n = self.tally.cover.n_rows();
        let start = self.dice.below(n);
        (start..n)
            .chain(0..start)
            .find(|&r| !self.tally.is_covered(r))
    }

    /// Keeps the open sites when they cover all, without those that are not needed.
    fn keep(&mut self) -> bool {
        if (0..self.tally.cover.n_rows()).any(|r| !self.tally.is_covered(r)) {
            return false;
        }
        let mut open = self.tally.open.clone();
        open.sort_unstable_by_key(|&s| (std::cmp::Reverse(self.tally.cover.toll[at(s)]), s));
        for site in open {
            if self.tally.loss[at(site)] == 0 {
                self.tally.close(site);
            }
        }
        let toll = self.toll();
        let better = self.best.as_ref().is_none_or(|b| toll < b.0);
        if better {
            self.best = Some((toll, self.tally.open.clone()));
        }
        better
    }

    /// The closed site that helps the row and gains most for its toll.
    fn helper(&self, row: usize) -> Option<u32> {
        let tally = &self.tally;
        let fit = |s: &u32| tally.may_open(*s, None) && self.clock - self.moved[at(*s)] > 1;
        let worth = |s: u32| {
            let gain = i128::from(tally.gain[at(s)]) << 32;
            gain / i128::from(tally.cover.toll[at(s)].max(1))
        };
        let sites = tally.cover.sites_of(row).iter().copied().filter(fit);
        sites.max_by_key(|&s| (worth(s), std::cmp::Reverse((self.moved[at(s)], s))))
    }

    /// The open site whose rows are worth least for its toll.
    fn idler(&self) -> Option<u32> {
        let tally = &self.tally;
        let worth = |s: u32| {
            let loss = i128::from(tally.loss[at(s)]) << 32;
            loss / i128::from(tally.cover.toll[at(s)].max(1))
        };
        let rested = |s: &u32| self.clock - self.moved[at(*s)] > 2;
        let open = || tally.open.iter().copied();
        let any = open()
            .filter(rested)
            .min_by_key(|&s| (worth(s), self.moved[at(s)], s));
        any.or_else(|| open().min_by_key(|&s| (worth(s), s)))
    }
}

impl Primal for Mender<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) -> bool {
        self.tally.become_allowed(sites);
        let mut row = 0;
        while row < self.tally.cover.n_rows() {
            if self.tally.is_covered(row) {
                row += 1;
                continue;
            }
            // Greedy over all sites, or whoever helps this row when the best one is not allowed.
            let tally = &self.tally;
            let worth = |s: u32| {
                (i128::from(tally.gain[at(s)]) << 32) / i128::from(tally.cover.toll[at(s)].max(1))
            };
            let best = (0..ix(tally.cover.n_sites()))
                .filter(|&s| tally.gain[at(s)] > 0 && tally.may_open(s, None))
                .max_by_key(|&s| (worth(s), std::cmp::Reverse(s)));
            self.clock += 2;
            let Some(site) = best.or_else(|| self.helper(row)) else {
                break;
            };
            self.tally.work += 1;
            self.tally.open(site);
            if stop() && self.best.is_some() {
                break;
            }
        }
        self.keep()
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) -> bool {
        let until = self.tally.work.saturating_add(quota);
        if let Some((best, sites)) = self.best.clone()
            && self.toll() >= best
        {
            self.tally.become_these(&sites);
        }
        let mut better = false;
        while self.tally.work < until && !stop() {
            self.clock += 1;
            let Some(row) = self.uncovered() else {
                better |= self.keep();
                let Some(out) = self.idler() else { break };
                self.tally.close(out);
                self.moved[at(out)] = self.clock;
                continue;
            };
            let Some(site) = self.helper(row) else {
                self.clock += 1;
                let weight = self.tally.weight[row];
                self.tally.reweigh(row, weight + 1);
                let Some(out) = self.idler() else { break };
                self.tally.close(out);
                self.moved[at(out)] = self.clock;
                continue;
            };
            let best = self.best.as_ref().map_or(i64::MAX, |b| b.0);
            while self.toll() + self.tally.cover.toll[at(site)] >= best {
                let Some(out) = self.idler() else { break };
                self.tally.close(out);
                self.moved[at(out)] = self.clock;
            }
            if self.tally.may_open(site, None) {
                self.tally.open(site);
                self.moved[at(site)] = self.clock;
            }
            for r in 0..self.tally.cover.n_rows() {
                if !self.tally.is_covered(r) {
                    self.tally.reweigh(r, self.tally.weight[r] + 1);
                }
            }
            self.tally.work += u64::from(ix(self.tally.cover.n_rows()));
        }
        better
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best.as_ref().map(|(toll, sites)| (*toll, &sites[..]))
    }

    fn work(&self) -> u64 {
        self.tally.work
    }
}
