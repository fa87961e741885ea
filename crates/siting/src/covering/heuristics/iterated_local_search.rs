//! Iterated local search (Lourenço, Martin and Stützle 2003): runs of annealing whose results are joined by partition crossover, or perturbation where zones have floors.
//!
//! From the same seed it makes the same moves.

mod zone_perturbation;

use crate::covering::heuristics::annealing::Annealing;
use crate::covering::heuristics::coverage_state::{Allowance, CoverageState};
use crate::covering::heuristics::interchange::improve;
use crate::covering::heuristics::partition_crossover::partition_crossover;
use crate::covering::heuristics::swap_table::SwapTable;
use crate::covering::primal::PrimalHeuristic;
use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};
use crate::random::Rng;

/// An iterated local search: the best answer so far, and the state of the search.
#[derive(Clone, Debug)]
pub(crate) struct IteratedLocalSearch<'a> {
    pub(crate) state: CoverageState<'a>,
    best: Option<(i64, Vec<u32>)>,
    rng: Rng,
    idle: u32,
    /// By zone, the factor on the weight of its rows.
    penalty: Vec<i64>,
    /// The sites at which all runs begin.
    first: Vec<u32>,
    /// The run of annealing in progress.
    annealing: Option<Annealing<'a>>,
    n_runs: u32,
    /// Most entries of a run's swap table.
    largest_table: usize,
    /// The latest sites offered during a run.
    offered: Option<Vec<u32>>,
    /// Distinct answers, the best first: covered weight, and sites ascending.
    pool: Vec<(i64, Vec<u32>)>,
}

impl<'a> IteratedLocalSearch<'a> {
    /// Starts at the open sites of `state`.
    pub(crate) fn new(state: CoverageState<'a>, seed: u64) -> Self {
        let n_zones = state
            .problem
            .zones
            .as_ref()
            .map_or(0, |z| z.may_stay_uncovered.len());
        let mut new = Self {
            best: None,
            rng: Rng::new(seed),
            idle: 0,
            penalty: vec![1; n_zones],
            first: state.open.clone(),
            annealing: None,
            n_runs: 0,
            largest_table: LARGEST_TABLE,
            offered: None,
            pool: Vec::new(),
            state,
        };
        new.keep();
        new
    }

    /// Keeps the open sites if every zone has its floor and they are the best so far; returns whether they are.
    fn keep(&mut self) -> bool {
        let uncovered = self.uncovered();
        let better = uncovered.is_some_and(|m| self.keep_if_best(m, &self.state.open.clone()));
        if better {
            self.idle = 0;
        }
        better
    }

    /// The uncovered weight, or `None` when a zone is under its floor.
    fn uncovered(&self) -> Option<i64> {
        let problem = self.state.problem;
        let Some(zones) = &problem.zones else {
            return Some(problem.total_weight() - self.state.covered);
        };
        let by_zone = self.uncovered_by_zone();
        let kept = by_zone
            .iter()
            .zip(&zones.may_stay_uncovered)
            .all(|(uncovered, may)| uncovered <= may);
        let uncovered = (0..problem.n_rows()).filter(|&r| !self.state.is_covered(r));
        kept.then(|| uncovered.map(|r| problem.weight[r]).sum())
    }
}

/// Answers kept for crossover.
const POOL: usize = 20;
/// Steps of a run per open site; half or twice as many find the best answers of the towns as soon.
const STEPS_PER_SITE: u64 = 2_500;
/// The first run has one in 2^4 of these steps, for easy questions; then they double, and later grow by a tenth.
const SHORT_RUNS: u32 = 4;
/// After this many runs an offer waits for the end of the run in progress; before, a question may be over soon.
const EARLY: u32 = 2;
/// Most entries of the swap table of a run: 128 MB.
const LARGEST_TABLE: usize = 1 << 25;
/// Steps between two questions whether to stop.
const STEPS_BETWEEN_LOOKS: u32 = 256;

impl<'a> IteratedLocalSearch<'a> {
    /// Runs of annealing for about `quota` units of work, continued from the last call.
    ///
    /// Many short runs from the first answer, joined by crossover, reach in five seconds on the town instances an answer that one long run did not reach in a hundred.
    fn anneal(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        let until = self.state.work.saturating_add(quota);
        let total = self.state.problem.total_weight();
        while self.state.work < until && !self.first.is_empty() && !stop() {
            let mut annealing = match self.annealing.take() {
                Some(annealing) => annealing,
                None => self.begin_annealing(),
            };
            let before = annealing.table.work;
            for _ in 0..STEPS_BETWEEN_LOOKS {
                if annealing.is_over() || self.state.work + (annealing.table.work - before) >= until
                {
                    break;
                }
                if annealing.step(&mut self.rng) {
                    let uncovered = total - annealing.best_covered();
                    if self.best.as_ref().is_none_or(|b| uncovered < b.0) {
                        self.keep_if_best(uncovered, &annealing.best_sites());
                    }
                }
            }
            self.state.work += annealing.table.work - before;
            if annealing.is_over() {
                self.settle(annealing.best_sites(), stop);
                if let Some(sites) = self.offered.take() {
                    self.settle(sites, stop);
                }
            } else {
                self.annealing = Some(annealing);
            }
        }
    }

    fn begin_annealing(&mut self) -> Annealing<'a> {
        let steps = STEPS_PER_SITE * u64::from(10 + self.n_runs) / 10;
        let steps = steps >> SHORT_RUNS.saturating_sub(self.n_runs);
        self.n_runs += 1;
        let table = if self.may_all_move(self.first.len()) {
            self.table(&self.first.clone())
        } else {
            // Sites far apart share no row: one neighborhood of the best answer is annealed at a time.
            let best = self.best.as_ref().map_or(&self.first, |b| &b.1);
            self.table(&best.clone())
        };
        let n_slots = u64::from(ix(table.n_slots()));
        Annealing::new(table, steps * n_slots)
    }

    /// Whether the table for `n_open` open sites is small enough.
    fn may_all_move(&self, n_open: usize) -> bool {
        n_open.saturating_mul(self.state.problem.n_sites()) <= self.largest_table
    }

    /// A table with these sites open, and as many of them movable as [`LARGEST_TABLE`] allows.
    fn table(&mut self, open: &[u32]) -> SwapTable<'a> {
        let problem = self.state.problem;
        let table = if self.may_all_move(open.len()) || open.is_empty() {
            SwapTable::new(problem, open, open)
        } else {
            let center = open[self.rng.below(open.len())];
            let n = (self.largest_table / problem.n_sites()).max(1);
            SwapTable::new(problem, open, &nearest(problem, open, center, n))
        };
        self.state.work += table.work;
        table
    }

    /// Local search, then crossover with the pool, as long as either covers more; the result joins the pool.
    fn settle(&mut self, sites: Vec<u32>, stop: &(dyn Fn() -> bool + Sync)) {
        let total = self.state.problem.total_weight();
        let mut sites = sites;
        loop {
            let mut table = self.table(&sites);
            let begun = table.work;
            table.descend(stop);
            self.state.work += table.work - begun;
            sites = table.open_sites();
            self.keep_if_best(total - table.covered, &sites);
            let covered = table.covered;
            let too_low = self.pool.len() == POOL && self.pool.iter().all(|p| p.0 >= covered);
            if too_low || self.pool.iter().any(|p| p.1 == sites) {
                return;
            }
            let (problem, work) = (self.state.problem, &mut self.state.work);
            let mut others = self.pool.iter();
            let mix =
                others.find_map(|(_, other)| partition_crossover(problem, &sites, other, work));
            if let Some(mix) = mix {
                sites = mix;
                continue;
            }
            let place = self.pool.partition_point(|p| p.0 >= covered);
            self.pool.insert(place, (covered, sites));
            self.pool.truncate(POOL);
            return;
        }
    }

    fn keep_if_best(&mut self, uncovered: i64, sites: &[u32]) -> bool {
        let better = self.best.as_ref().is_none_or(|b| uncovered < b.0);
        if better {
            self.best = Some((uncovered, sites.to_vec()));
        }
        better
    }

    /// As many of these sites as number, budget and spacing allow, in this order, and the weight that they leave uncovered.
    fn allowed(&mut self, sites: &[u32]) -> (i64, Vec<u32>) {
        let problem = self.state.problem;
        let mut allowance = Allowance::new(problem);
        let mut times = vec![0_u32; problem.n_rows()];
        let mut allowed = Vec::new();
        let mut uncovered = problem.total_weight();
        for &site in sites {
            if allowed.len() < problem.n_new && allowance.may_open(problem, site, None) {
                allowance.open(problem, site);
                allowed.push(site);
                self.state.work += u64::from(ix(problem.column(at(site)).len()));
                for &row in problem.column(at(site)) {
                    times[at(row)] += 1;
                    if times[at(row)] == problem.need[at(row)] {
                        uncovered -= problem.weight[at(row)];
                    }
                }
            }
        }
        (uncovered, allowed)
    }
}

/// `n` open sites nearest to `center`, that one included, by breadth-first search from site to row to site.
fn nearest(problem: &CoveringProblem, open: &[u32], center: u32, n: usize) -> Vec<u32> {
    let mut is_open = vec![false; problem.n_sites()];
    for &site in open {
        is_open[at(site)] = true;
    }
    let mut seen_site = vec![false; problem.n_sites()];
    let mut seen_row = vec![false; problem.n_rows()];
    let mut queue = vec![center];
    seen_site[at(center)] = true;
    let (mut next, mut found) = (0, Vec::new());
    while next < queue.len() && found.len() < n {
        let site = queue[next];
        next += 1;
        if is_open[at(site)] {
            found.push(site);
        }
        for &row in problem.column(at(site)) {
            if !std::mem::replace(&mut seen_row[at(row)], true) {
                for &other in problem.sites_of(at(row)) {
                    if !std::mem::replace(&mut seen_site[at(other)], true) {
                        queue.push(other);
                    }
                }
            }
        }
    }
    found
}

impl PrimalHeuristic for IteratedLocalSearch<'_> {
    fn offer(&mut self, sites: &[u32], stop: &(dyn Fn() -> bool + Sync)) {
        if !self.penalty.is_empty() {
            self.state.become_allowed(sites);
            self.keep();
            improve(&mut self.state, stop);
            self.keep();
            return;
        }
        let (uncovered, allowed) = self.allowed(sites);
        self.keep_if_best(uncovered, &allowed);
        if self.n_runs <= EARLY {
            self.settle(allowed, stop);
        } else {
            self.offered = Some(allowed);
        }
    }

    fn shake(&mut self, quota: u64, stop: &(dyn Fn() -> bool + Sync)) {
        if self.penalty.is_empty() {
            return self.anneal(quota, stop);
        }
        // Floors are checked over all rows, which is too dear for each swap: perturbation makes fewer and better ones.
        let until = self.state.work.saturating_add(quota);
        loop {
            self.penalize_zones();
            self.perturb(stop);
            if self.state.work >= until || self.state.open.is_empty() || stop() {
                return;
            }
        }
    }

    fn best(&self) -> Option<(i64, &[u32])> {
        self.best
            .as_ref()
            .map(|(uncovered, sites)| (*uncovered, &sites[..]))
    }

    fn work(&self) -> u64 {
        self.state.work
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Instance;
    use crate::question::Question;

    /// 60 demand points and 40 sites on a line, each site in reach of up to nine.
    fn line() -> Instance {
        let mut builder = crate::InstanceBuilder::new();
        let number = |n: usize| n.to_string().parse().unwrap();
        let mut rng = Rng::new(5);
        for demand in 0..60 {
            builder.demand(&format!("d{demand:02}"), number(1 + rng.below(50)));
        }
        for site in 0..40 {
            let id = format!("s{site:02}");
            builder.price(&id, number(5 + rng.below(10)));
            let spot = rng.below(60);
            for demand in spot.saturating_sub(4)..(spot + 5).min(60) {
                let cost = number(spot.abs_diff(demand));
                builder.pair(&id, &format!("d{demand:02}"), cost);
            }
        }
        builder.build().unwrap()
    }

    fn shaken(problem: &CoveringProblem, largest_table: usize) -> (i64, Vec<u32>) {
        let mut state = CoverageState::new(problem, problem.weight.clone());
        improve(&mut state, &|| false);
        let mut search = IteratedLocalSearch::new(state, 1);
        search.largest_table = largest_table;
        for _ in 0..40 {
            search.shake(100_000, &|| false);
        }
        let (uncovered, sites) = search.best().unwrap();
        assert_eq!((uncovered, sites.to_vec()), search.clone().allowed(sites));
        (uncovered, sites.to_vec())
    }

    #[test]
    fn a_small_table_finds_what_a_large_one_does() {
        let instance = line();
        for times in [1, 2] {
            let question = Question {
                times,
                n_sites: Some(7),
                ..Question::mclp(4)
            };
            let problem = CoveringProblem::new(&instance, &question);
            let all_move = shaken(&problem, LARGEST_TABLE);
            let three_move = shaken(&problem, 3 * problem.n_sites());
            assert_eq!(all_move.0, three_move.0);
        }
    }

    #[test]
    fn a_budget_is_kept_while_sites_open_and_close() {
        let instance = line();
        let question = Question {
            budget: Some(60),
            ..Question::mclp(4)
        };
        let problem = CoveringProblem::new(&instance, &question);
        let (uncovered, _) = shaken(&problem, LARGEST_TABLE);
        // Intervals of one length: the weight that a site adds to those on its left depends on the last of them only.
        assert_eq!(
            uncovered,
            problem.total_weight() - most_on_a_line(&instance, 60)
        );
    }

    /// The most that sites on a line cover within a budget, by spots from left to right.
    fn most_on_a_line(instance: &Instance, budget: usize) -> i64 {
        let sum = |from: usize, to: usize| -> i64 {
            let weights = instance.weight[from.min(to)..to].iter();
            weights.map(|&w| i64::try_from(w).unwrap()).sum()
        };
        let mut sites: Vec<(usize, usize, usize)> = instance
            .sites()
            .map(|s| {
                let reached = || instance.serves(s).map(|(d, _)| d.index());
                let price = usize::try_from(instance.price(s).unwrap()).unwrap();
                (
                    reached().max().unwrap() + 1,
                    reached().min().unwrap(),
                    price,
                )
            })
            .collect();
        sites.sort_unstable();
        // By site that is the last one, and by price: the most covered.
        let mut best = vec![vec![0; budget + 1]; sites.len()];
        for k in 0..sites.len() {
            let (end, begin, price) = sites[k];
            for spent in price..=budget {
                best[k][spent] = sum(begin, end);
                for before in 0..k {
                    let (covered_to, _, _) = sites[before];
                    let more = best[before][spent - price] + sum(begin.max(covered_to), end);
                    best[k][spent] = best[k][spent].max(more);
                }
            }
        }
        best.into_iter().map(|of| of[budget]).max().unwrap()
    }
}
