//! **Hot loop.** Lazy greedy (Minoux 1978): the site with the largest newly covered weight (per price, where there is a budget) opens next.
//!
//! The gain of a site only falls as others open, so that a stale gain is an upper bound and most sites are never evaluated again.
//! Without a budget the covered weight is at least 1 − 1/e of the best (Nemhauser, Wolsey and Fisher 1978).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::covering::problem::CoveringProblem;
use crate::number::{at, ix};

/// Sites in the order of choice, and the pairs visited; stops when number, budget or spacing allow no more, or no site adds weight.
///
/// A row that needs several sites counts in part for each of them; otherwise no first site would gain anything.
///
/// Invariant: an entry of the heap is never less than the present gain of its site.
/// Ends because every round opens a site, or lowers an entry, which are integers of at least 0.
/// Cost: the column of a site for each evaluation of it.
pub(crate) fn greedy(problem: &CoveringProblem, weight: &[i64]) -> (Vec<u32>, u64) {
    let mut work = 0;
    let mut left: Vec<u32> = problem.need.clone();
    let price = |site: usize| match &problem.budget {
        Some(budget) => budget.price[site].max(1),
        None => problem.opening_cost[site].max(1),
    };
    let adds = |left: &[u32], site: u32, work: &mut u64| -> i64 {
        let column = problem.column(at(site));
        *work += u64::from(ix(column.len()));
        column
            .iter()
            .map(|&row| match left[at(row)] {
                0 => 0,
                // A row that needs n sites counts 1/n for each.
                _ => weight[at(row)] / i64::from(problem.need[at(row)]),
            })
            .sum()
    };
    // Comparing value / price without dividing needs a common key: values scaled by 2^32 / price.
    let key = |value: i64, site: u32| (i128::from(value) << 32) / i128::from(price(at(site)));
    let mut heap: BinaryHeap<(i128, Reverse<u32>)> = (0..ix(problem.n_sites()))
        .map(|site| (key(adds(&left, site, &mut work), site), Reverse(site)))
        .collect();
    let mut chosen: Vec<u32> = Vec::new();
    let mut spent = 0;
    let mut barred = vec![false; problem.near.len()];
    while chosen.len() < problem.n_new {
        let Some((_, Reverse(site))) = heap.pop() else {
            break;
        };
        if barred.get(at(site)).is_some_and(|b| *b) {
            continue;
        }
        if let Some(budget) = &problem.budget
            && spent + problem.price(site) > budget.total
        {
            continue;
        }
        let value = adds(&left, site, &mut work);
        if value == 0 {
            continue;
        }
        let now = (key(value, site), Reverse(site));
        if heap.peek().is_some_and(|next| *next > now) {
            heap.push(now);
            continue;
        }
        chosen.push(site);
        spent += problem.price(site);
        for &row in problem.column(at(site)) {
            let left = &mut left[at(row)];
            *left = left.saturating_sub(1);
        }
        for &other in problem.near.get(at(site)).into_iter().flatten() {
            barred[at(other)] = true;
        }
    }
    (chosen, work)
}
