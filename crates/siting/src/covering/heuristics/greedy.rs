//! **Hot loop.** Lazy greedy: always the site that adds most (for its price, where there is a budget).
//!
//! What a site adds only falls as others open, so that a stale value is an upper limit and most sites are never looked at again (Minoux 1978).
//! Without a budget the covered weight is at least 1 − 1/e of the best (Nemhauser, Wolsey and Fisher 1978).

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::covering::problem::Cover;
use crate::number::{at, ix};

/// Sites in the order of choice; stops when the number, the budget or the spacing allows no more, or nothing is added.
///
/// Rows that need more than one site count in part as soon as the first one is open; otherwise no first site would look useful.
///
/// Invariant: an entry of the heap is never less than what its site would add now.
/// Ends because every round opens a site, or lowers an entry, which are integers of at least 0.
/// Cost: the column of a site per look at it.
pub(crate) fn greedy(cover: &Cover, weight: &[i64]) -> (Vec<u32>, u64) {
    let mut work = 0;
    let mut left: Vec<u32> = cover.need.clone();
    let price = |site: usize| match &cover.budget {
        Some(budget) => budget.price[site].max(1),
        None => cover.toll[site].max(1),
    };
    let adds = |left: &[u32], site: u32, work: &mut u64| -> i64 {
        let column = cover.column(at(site));
        *work += u64::from(ix(column.len()));
        column
            .iter()
            .map(|&row| match left[at(row)] {
                0 => 0,
                // A row that needs n sites counts 1/n for each.
                _ => weight[at(row)] / i64::from(cover.need[at(row)]),
            })
            .sum()
    };
    // Comparing value / price without dividing needs a common key: values scaled by 2^32 / price.
    let key = |value: i64, site: u32| (i128::from(value) << 32) / i128::from(price(at(site)));
    let mut heap: BinaryHeap<(i128, Reverse<u32>)> = (0..ix(cover.n_sites()))
        .map(|site| (key(adds(&left, site, &mut work), site), Reverse(site)))
        .collect();
    let mut chosen: Vec<u32> = Vec::new();
    let mut spent = 0;
    let mut barred = vec![false; cover.near.len()];
    while chosen.len() < cover.n_new {
        let Some((_, Reverse(site))) = heap.pop() else {
            break;
        };
        if barred.get(at(site)).is_some_and(|b| *b) {
            continue;
        }
        if let Some(budget) = &cover.budget
            && spent + cover.price(site) > budget.total
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
        spent += cover.price(site);
        for &row in cover.column(at(site)) {
            let left = &mut left[at(row)];
            *left = left.saturating_sub(1);
        }
        for &other in cover.near.get(at(site)).into_iter().flatten() {
            barred[at(other)] = true;
        }
    }
    (chosen, work)
}
