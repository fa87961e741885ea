//! Covering problems small enough for enumeration, for the tests of bounds and heuristics.

use crate::covering::problem::CoveringProblem;
use crate::instance::Instance;
use crate::instance::sparse_rows::CountedRows;
use crate::number::at;
use crate::random::Rng;

/// Weights from 0 to 19, prices from 1 to 5; each site covers each demand point with a chance of one in three.
pub(crate) fn scattered(rng: &mut Rng, n_demand: usize, n_sites: usize) -> Instance {
    let small = |rng: &mut Rng, n: usize| u64::try_from(rng.below(n)).unwrap();
    let mut rows = CountedRows {
        weight: (0..n_demand).map(|_| small(rng, 20)).collect(),
        first: vec![0],
        ..CountedRows::default()
    };
    for _ in 0..n_sites {
        let covered = (0..u32::try_from(n_demand).unwrap()).filter(|_| rng.below(3) == 0);
        rows.demand.extend(covered);
        rows.first.push(rows.demand.len());
    }
    let prices = (0..n_sites).map(|_| 1 + small(rng, 5)).collect();
    rows.build().unwrap().with_prices(prices).unwrap()
}

/// The objective of exactly these sites (site `s` is open when bit `s` is set), or `None` when number, budget or rows that must be covered forbid them.
pub(crate) fn objective(problem: &CoveringProblem, set: u32) -> Option<i64> {
    let open = |s: usize| set >> s & 1 == 1;
    let sites: Vec<usize> = (0..problem.n_sites()).filter(|&s| open(s)).collect();
    let over = problem.budget.as_ref().is_some_and(|budget| {
        let spent: i64 = sites.iter().map(|&s| budget.price[s]).sum();
        spent > budget.total
    });
    if over || sites.len() > problem.n_new {
        return None;
    }
    let short = |row: usize| {
        let times = problem.sites_of(row).iter().filter(|&&s| open(at(s)));
        times.count() < at(problem.need[row])
    };
    let mut uncovered = (0..problem.n_rows()).filter(|&row| short(row));
    if problem.must_cover {
        let cost = sites.iter().map(|&s| problem.opening_cost[s]).sum();
        return uncovered.next().is_none().then_some(cost);
    }
    Some(uncovered.map(|row| problem.weight[row]).sum())
}

/// The least objective over all sets of sites that `may` admits; `None` when none is allowed.
pub(crate) fn best_of(problem: &CoveringProblem, may: impl Fn(u32) -> bool) -> Option<i64> {
    let sets = (0..1_u32 << problem.n_sites()).filter(|&set| may(set));
    sets.filter_map(|set| objective(problem, set)).min()
}

/// The least objective over all sets of sites.
pub(crate) fn best(problem: &CoveringProblem) -> Option<i64> {
    best_of(problem, |_| true)
}
