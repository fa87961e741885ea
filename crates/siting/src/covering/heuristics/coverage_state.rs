//! Coverage state: how many open sites cover each row, and the weight that opening or closing one site would gain or lose.

use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};

/// Coverage of a set of open sites, kept up to date as sites open and close.
///
/// `gain` and `loss` are kept for every site, so that the best move is found in two arrays.
#[derive(Clone, Debug)]
pub(crate) struct CoverageState<'a> {
    pub(crate) problem: &'a CoveringProblem,
    /// Weight by row; differs from the problem's own where a heuristic penalizes rows.
    pub(crate) weight: Vec<i64>,
    pub(crate) times: Vec<u32>,
    pub(crate) is_open: Vec<bool>,
    /// Open sites in the order in which they were opened.
    pub(crate) open: Vec<u32>,
    /// By site, the weight that opening it would cover.
    pub(crate) gain: Vec<i64>,
    /// By site, the weight that closing it would uncover.
    pub(crate) loss: Vec<i64>,
    /// Covered weight.
    pub(crate) covered: i64,
    /// By row, the exclusive or of the open sites that cover it: the site itself, when it is one.
    pub(crate) owner: Vec<u32>,
    allowance: Allowance,
    /// Pairs visited.
    pub(crate) work: u64,
}

impl<'a> CoverageState<'a> {
    /// Nothing open.
    pub(crate) fn new(problem: &'a CoveringProblem, weight: Vec<i64>) -> Self {
        let mut state = Self {
            weight,
            times: vec![0; problem.n_rows()],
            is_open: vec![false; problem.n_sites()],
            open: Vec::new(),
            gain: vec![0; problem.n_sites()],
            loss: vec![0; problem.n_sites()],
            covered: 0,
            owner: vec![0; problem.n_rows()],
            allowance: Allowance::new(problem),
            work: 0,
            problem,
        };
        for site in 0..problem.n_sites() {
            let column = problem.column(site).iter();
            state.gain[site] = column
                .filter(|&&row| problem.need[at(row)] == 1)
                .map(|&row| state.weight[at(row)])
                .sum();
        }
        state
    }

    pub(crate) fn open(&mut self, site: u32) {
        debug_assert!(!self.is_open[at(site)]);
        self.is_open[at(site)] = true;
        self.open.push(site);
        self.allowance.open(self.problem, site);
        self.covered += self.gain[at(site)];
        for k in self.problem.first[at(site)]..self.problem.first[at(site) + 1] {
            let row = at(self.problem.rows[k]);
            let (times, need) = (self.times[row], self.problem.need[row]);
            self.owner[row] ^= site;
            self.times[row] = times + 1;
            if times + 2 == need {
                self.shift(row, 1, 0);
            } else if times + 1 == need {
                self.shift(row, -1, 1);
            } else if times == need {
                self.shift(row, 0, -1);
            }
        }
    }

    pub(crate) fn close(&mut self, site: u32) {
        debug_assert!(self.is_open[at(site)]);
        self.is_open[at(site)] = false;
        self.open.retain(|&s| s != site);
        self.allowance.close(self.problem, site);
        self.covered -= self.loss[at(site)];
        for k in self.problem.first[at(site)]..self.problem.first[at(site) + 1] {
            let row = at(self.problem.rows[k]);
            let (times, need) = (self.times[row], self.problem.need[row]);
            self.owner[row] ^= site;
            self.times[row] = times - 1;
            if times + 1 == need {
                self.shift(row, -1, 0);
            } else if times == need {
                self.shift(row, 1, -1);
            } else if times == need + 1 {
                self.shift(row, 0, 1);
            }
        }
    }

    fn shift(&mut self, row: usize, gain: i64, loss: i64) {
        let (gain, loss) = (gain * self.weight[row], loss * self.weight[row]);
        let sites = self.problem.sites_of(row);
        self.work += u64::from(ix(sites.len()));
        for &site in sites {
            self.gain[at(site)] += gain;
            self.loss[at(site)] += loss;
        }
    }

    /// Whether budget and spacing let the closed site open, once `without` is closed.
    pub(crate) fn may_open(&self, site: u32, without: Option<u32>) -> bool {
        !self.is_open[at(site)] && self.allowance.may_open(self.problem, site, without)
    }

    /// Whether the number of sites lets one more open.
    pub(crate) fn has_sites_left(&self) -> bool {
        self.open.len() < self.problem.n_new
    }

    fn close_all_but(&mut self, wanted: &[u32]) {
        let mut keep = vec![false; self.problem.n_sites()];
        for &site in wanted {
            keep[at(site)] = true;
        }
        let close: Vec<u32> = self
            .open
            .iter()
            .copied()
            .filter(|&s| !keep[at(s)])
            .collect();
        for site in close {
            self.close(site);
        }
    }

    /// Opens exactly these sites, and closes all others.
    pub(crate) fn become_these(&mut self, wanted: &[u32]) {
        self.close_all_but(wanted);
        for &site in wanted {
            if !self.is_open[at(site)] {
                self.open(site);
            }
        }
    }

    /// Opens as many of these sites as number, budget and spacing allow, in this order, and closes all others.
    pub(crate) fn become_allowed(&mut self, wanted: &[u32]) {
        self.close_all_but(wanted);
        for &site in wanted {
            if self.has_sites_left() && self.may_open(site, None) {
                self.open(site);
            }
        }
    }

    /// Sets the weight of a row.
    pub(crate) fn reweigh(&mut self, row: usize, weight: i64) {
        let change = weight - std::mem::replace(&mut self.weight[row], weight);
        let (times, need) = (self.times[row], self.problem.need[row]);
        if times >= need {
            self.covered += change;
        }
        let (gain, loss) = if times + 1 == need {
            (change, 0)
        } else if times == need {
            (0, change)
        } else {
            return;
        };
        for &site in self.problem.sites_of(row) {
            self.gain[at(site)] += gain;
            self.loss[at(site)] += loss;
        }
    }

    /// Whether the row has all the open sites that it needs.
    pub(crate) fn is_covered(&self, row: usize) -> bool {
        self.times[row] >= self.problem.need[row]
    }
}

/// The use of budget and spacing by the open sites.
#[derive(Clone, Debug)]
pub(crate) struct Allowance {
    /// Price of the open sites.
    spent: i64,
    /// By site, the number of open sites too near it; empty without spacing.
    barred: Vec<u32>,
}

impl Allowance {
    /// Nothing open.
    pub(crate) fn new(problem: &CoveringProblem) -> Self {
        Self {
            spent: 0,
            barred: vec![0; problem.near.len()],
        }
    }

    pub(crate) fn open(&mut self, problem: &CoveringProblem, site: u32) {
        self.spent += problem.price(site);
        for &other in problem.near.get(at(site)).into_iter().flatten() {
            self.barred[at(other)] += 1;
        }
    }

    pub(crate) fn close(&mut self, problem: &CoveringProblem, site: u32) {
        self.spent -= problem.price(site);
        for &other in problem.near.get(at(site)).into_iter().flatten() {
            self.barred[at(other)] -= 1;
        }
    }

    /// Whether a closed site may open, once the open site `without` is closed.
    pub(crate) fn may_open(
        &self,
        problem: &CoveringProblem,
        site: u32,
        without: Option<u32>,
    ) -> bool {
        if let Some(budget) = &problem.budget {
            let freed = without.map_or(0, |s| problem.price(s));
            if self.spent - freed + problem.price(site) > budget.total {
                return false;
            }
        }
        if let Some(near) = problem.near.get(at(site)) {
            let freed = without.is_some_and(|s| near.binary_search(&s).is_ok());
            if self.barred[at(site)] > u32::from(freed) {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::covering::brute_force::scattered;
    use crate::instance::sparse_rows::CountedRows;
    use crate::question::Question;
    use crate::random::Rng;

    #[test]
    fn gains_and_losses_of_three_rows_are_those_worked_by_hand() {
        let rows = CountedRows {
            weight: vec![5, 3, 2],
            first: vec![0, 2, 4, 6],
            demand: vec![0, 1, 1, 2, 0, 2],
            cost: None,
        };
        let question = Question {
            n_sites: Some(2),
            ..Question::mclp(0)
        };
        let problem = CoveringProblem::new(&rows.build().unwrap(), &question);
        let mut state = CoverageState::new(&problem, problem.weight.clone());
        assert_eq!(state.gain, [8, 5, 7]);
        state.open(0);
        assert_eq!((state.covered, &state.gain[1..]), (8, &[2, 2][..]));
        assert_eq!(state.loss[0], 8);
        state.open(1);
        // Row 1 is covered twice now: neither site would lose it.
        assert_eq!(state.covered, 10);
        assert_eq!((state.loss[0], state.loss[1]), (5, 2));
        assert!(!state.has_sites_left());
        state.close(0);
        assert_eq!((state.covered, state.loss[1]), (5, 5));
        state.reweigh(0, 50);
        assert_eq!((state.gain[0], state.gain[2], state.covered), (50, 50, 5));
    }

    /// Everything that is kept up to date, by site and row.
    fn kept(state: &CoverageState) -> (Vec<i64>, Vec<i64>, i64, Vec<u32>, Vec<u32>) {
        let by_site = |all: &[i64], open: bool| -> Vec<i64> {
            let sites = (0..all.len()).filter(|&s| state.is_open[s] == open);
            sites.map(|s| all[s]).collect()
        };
        (
            by_site(&state.gain, false),
            by_site(&state.loss, true),
            state.covered,
            state.times.clone(),
            state.owner.clone(),
        )
    }

    #[test]
    fn a_state_after_many_moves_is_the_state_made_anew() {
        for seed in 0..40 {
            let mut rng = Rng::new(seed);
            let instance = scattered(&mut rng, 20, 12);
            let near: Vec<(u32, u32)> = (0..3)
                .map(|_| (ix(rng.below(6)), ix(6 + rng.below(6))))
                .collect();
            let instance = instance.with_too_near(&near).unwrap();
            let question = Question {
                n_sites: Some(6),
                budget: Some(16),
                times: 1 + u32::try_from(seed % 3).unwrap(),
                ..Question::mclp(0)
            };
            let problem = CoveringProblem::new(&instance, &question);
            let n_sites = problem.n_sites();
            let mut state = CoverageState::new(&problem, problem.weight.clone());
            for _ in 0..60 {
                let site = ix(rng.below(n_sites));
                match rng.below(4) {
                    0 if problem.n_rows() > 0 => {
                        let row = rng.below(problem.n_rows());
                        state.reweigh(row, i64::try_from(rng.below(30)).unwrap());
                    }
                    _ if state.is_open[at(site)] => state.close(site),
                    _ if state.has_sites_left() && state.may_open(site, None) => state.open(site),
                    _ => {}
                }
                let mut anew = CoverageState::new(&problem, state.weight.clone());
                anew.become_these(&state.open);
                assert_eq!(kept(&state), kept(&anew), "seed {seed}");
                // Budget and spacing, worked out anew, decide which sites may open.
                for other in (0..ix(n_sites)).filter(|&s| !state.is_open[at(s)]) {
                    let price = problem.price_of(&state.open) + problem.price(other);
                    let apart = !state.open.iter().any(|&s| {
                        let (a, b) = (problem.site[at(s)], problem.site[at(other)]);
                        instance.too_near(a, b)
                    });
                    assert_eq!(
                        state.may_open(other, None),
                        price <= 16 && apart,
                        "seed {seed}"
                    );
                }
            }
        }
    }
}
