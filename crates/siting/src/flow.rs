//! The most demand that open sites with capacities can serve: a maximum flow by shortest augmenting paths (Edmonds and Karp 1972), after a greedy start.

use std::collections::{BTreeMap, VecDeque};

use crate::capacitated::Slots;
use crate::number::{at, ix};

/// Who serves whom, and what stays unserved.
#[derive(Clone, Debug)]
pub(crate) struct Flow {
    /// Site, row, amount; ascending, amounts above 0.
    pub(crate) amounts: Vec<(u32, u32, i64)>,
    /// By row: weight not served.
    pub(crate) left: Vec<i64>,
    /// By row: whether it lies on the unserved side of the cut, where no site in reach has room.
    pub(crate) short: Vec<bool>,
}

/// Serves as much as the open sites can.
///
/// Ends because every augmentation serves at least one more step of weight along a shortest path.
/// Cost: for each augmentation one pass over the pairs of the open sites at most.
pub(crate) fn served_most(slots: &Slots, open: &[u32]) -> Flow {
    let n_rows = slots.weight.len();
    let mut left = slots.weight.clone();
    let mut room: Vec<i64> = open.iter().map(|&s| slots.capacity[at(s)]).collect();
    // By open site: how much of which row it serves.
    let mut serves: Vec<BTreeMap<u32, i64>> = vec![BTreeMap::new(); open.len()];
    let mut covers: Vec<Vec<u32>> = vec![Vec::new(); n_rows];
    for (k, &site) in open.iter().enumerate() {
        for &row in slots.column(site) {
            covers[at(row)].push(ix(k));
        }
    }
    // Rows with the fewest sites first: they have the fewest chances later.
    let mut order: Vec<u32> = (0..ix(n_rows))
        .filter(|&r| !covers[at(r)].is_empty())
        .collect();
    order.sort_by_key(|&r| (covers[at(r)].len(), r));
    for row in order {
        for &k in &covers[at(row)] {
            let amount = left[at(row)].min(room[at(k)]);
            if amount > 0 {
                left[at(row)] -= amount;
                room[at(k)] -= amount;
                *serves[at(k)].entry(row).or_default() += amount;
            }
        }
    }
    loop {
        // Breadth first from all unserved rows: to sites in reach, and from full sites to the rows they serve.
        let mut from_row = vec![u32::MAX; open.len()];
        let mut from_site = vec![u32::MAX; n_rows];
        let mut seen_row: Vec<bool> = (0..n_rows).map(|r| left[r] > 0).collect();
        let mut queue: VecDeque<u32> = (0..ix(n_rows)).filter(|&r| seen_row[at(r)]).collect();
        let mut end = None;
        'search: while let Some(row) = queue.pop_front() {
            for &k in &covers[at(row)] {
                if from_row[at(k)] != u32::MAX {
                    continue;
                }
                from_row[at(k)] = row;
                if room[at(k)] > 0 {
                    end = Some(k);
                    break 'search;
                }
                for &next in serves[at(k)].keys() {
                    if !std::mem::replace(&mut seen_row[at(next)], true) {
                        from_site[at(next)] = k;
                        queue.push_back(next);
                    }
                }
            }
        }
        let Some(end) = end else {
            let amounts = open.iter().zip(&serves).flat_map(|(&site, rows)| {
                rows.iter().map(move |(&row, &amount)| (site, row, amount))
            });
            return Flow {
                amounts: amounts.collect(),
                left,
                short: seen_row,
            };
        };
        // The path backwards, with the least room on it.
        let mut path = Vec::new();
        let mut amount = room[at(end)];
        let mut site = end;
        loop {
            let row = from_row[at(site)];
            let before = from_site[at(row)];
            path.push((site, row, before));
            if before == u32::MAX {
                amount = amount.min(left[at(row)]);
                left[at(row)] -= amount;
                break;
            }
            amount = amount.min(serves[at(before)][&row]);
            site = before;
        }
        room[at(end)] -= amount;
        for (site, row, before) in path {
            *serves[at(site)].entry(row).or_default() += amount;
            if before != u32::MAX {
                let rest = serves[at(before)].get_mut(&row).expect("it serves the row");
                *rest -= amount;
                if *rest == 0 {
                    serves[at(before)].remove(&row);
                }
            }
        }
    }
}
