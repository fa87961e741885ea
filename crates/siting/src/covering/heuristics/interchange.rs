//! Swap improvement: one open site against one closed site, as long as that covers more.
//!
//! The exchange of Teitz and Bart (1968) with the bookkeeping of Whitaker (1983): gains and losses are known per site, and only what two sites share has to be looked up.

use rayon::prelude::*;

use crate::covering::heuristics::coverage_state::Tally;
use crate::number::{at, ix};

/// A swap and what it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Swap {
    delta: i64,
    out: Option<u32>,
    into: u32,
}

/// Sites are looked at in blocks of this size, so that the answer does not depend on the number of threads.
const BLOCK: usize = 256;

/// Below so many pairs the hand-over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 400_000;

/// Opens while there is room and swaps while that covers more.
///
/// Ends because every step raises the covered weight.
/// Cost: per step the columns of the sites that could still beat the best swap found so far.
pub(crate) fn improve(tally: &mut Tally, stop: &(dyn Fn() -> bool + Sync)) {
    loop {
        while tally.has_room() {
            let best = (0..ix(tally.cover.n_sites()))
                .filter(|&s| tally.gain[at(s)] > 0 && tally.may_open(s, None))
                .max_by_key(|&s| (tally.gain[at(s)], std::cmp::Reverse(s)));
            let Some(site) = best else { break };
            tally.open(site);
        }
        if stop() {
            return;
        }
        let (swap, work) = best_swap(tally);
        tally.work += work;
        let Some(swap) = swap else { return };
        if let Some(out) = swap.out {
            tally.close(out);
        }
        tally.open(swap.into);
    }
}

/// The swap that covers most more; of equals the lowest site in, then the lowest site out.
fn best_swap(tally: &Tally) -> (Option<Swap>, u64) {
    let cover = tally.cover;
    // Sites that gain most come first, so that the bar is high soon.
    let mut candidates: Vec<u32> = (0..ix(cover.n_sites()))
        .filter(|&s| !tally.is_open[at(s)] && tally.gain[at(s)] > 0)
        .collect();
    candidates.sort_unstable_by_key(|&s| (std::cmp::Reverse(tally.gain[at(s)]), s));
    let simple = cover.need.iter().all(|&n| n == 1);
    let scan = |block: &[u32], bar: i64| {
        let mut best: Option<Swap> = None;
        let mut shared = vec![0_i64; cover.n_sites()];
        let mut work = 0_u64;
        for &into in block {
            let floor = best.map_or(bar, |b| b.delta.max(bar));
            // What two sites share never exceeds the loss of the one that goes.
            if tally.gain[at(into)] <= floor {
                break;
            }
            work += u64::from(ix(cover.column(at(into)).len()));
            shared_with(tally, into, simple, &mut shared);
            for &out in &tally.open {
                let delta = tally.gain[at(into)] - tally.loss[at(out)] + shared[at(out)];
                let swap = Swap {
                    delta,
                    out: Some(out),
                    into,
                };
                if delta > bar
                    && best.is_none_or(|b| better(swap, b))
                    && tally.may_open(into, Some(out))
                {
                    best = Some(swap);
                }
                shared[at(out)] = 0;
            }
        }
        (best, work)
    };
    let mut best: Option<Swap> = None;
    let mut total = 0;
    let wide = if cover.rows.len() >= PARALLEL_PAIRS {
        8
    } else {
        1
    };
    for blocks in candidates.chunks(BLOCK * wide) {
        let bar = best.map_or(0, |b| b.delta - 1);
        if tally.gain[at(blocks[0])] <= bar {
            break;
        }
        let found: Vec<_> = if wide > 1 {
            blocks
                .par_chunks(BLOCK)
                .map(|block| scan(block, bar))
                .collect()
        } else {
            vec![scan(blocks, bar)]
        };
        for (swap, work) in found {
            total += work;
            if let Some(swap) = swap
                && best.is_none_or(|b| better(swap, b))
            {
                best = Some(swap);
            }
        }
    }
    (best, total)
}

fn better(a: Swap, b: Swap) -> bool {
    (a.delta, std::cmp::Reverse((a.into, a.out))) > (b.delta, std::cmp::Reverse((b.into, b.out)))
}

/// For each open site, by how much the sum of gain and loss misjudges its exchange with `into`.
fn shared_with(tally: &Tally, into: u32, simple: bool, shared: &mut [i64]) {
    let cover = tally.cover;
    if simple {
        for &row in cover.column(at(into)) {
            if tally.times[at(row)] == 1 {
                shared[at(tally.owner[at(row)])] += tally.weight[at(row)];
            }
        }
        return;
    }
    for &row in cover.column(at(into)) {
        let (times, need) = (tally.times[at(row)], cover.need[at(row)]);
        let change = if times == need {
            tally.weight[at(row)]
        } else if times + 1 == need {
            -tally.weight[at(row)]
        } else {
            continue;
        };
        for &site in cover.sites_of(at(row)) {
            if tally.is_open[at(site)] {
                shared[at(site)] += change;
            }
        }
    }
}
