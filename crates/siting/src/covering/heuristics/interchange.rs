//! Interchange (Teitz and Bart 1968) with the bookkeeping of Whitaker (1983): the best swap of an open site for a closed one, as long as it covers more.
//!
//! Gains and losses are known per site; only the weight of rows that both sites cover has to be looked up.

use rayon::prelude::*;

use crate::covering::heuristics::coverage_state::CoverageState;
use crate::number::{at, ix};

/// A swap, and the change of the covered weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Swap {
    delta: i64,
    out: Option<u32>,
    into: u32,
}

/// Sites are scanned in blocks of this size, so that the answer does not depend on the number of threads.
const BLOCK: usize = 256;

/// Pairs below which handing over to other threads costs more than it saves.
const PARALLEL_PAIRS: usize = 400_000;

/// Opens sites while number, budget and spacing allow, and swaps while that covers more.
///
/// Ends because every step raises the covered weight.
/// Cost: per step the columns of the sites that could still beat the best swap found so far.
pub(crate) fn improve(state: &mut CoverageState, stop: &(dyn Fn() -> bool + Sync)) {
    loop {
        while state.has_sites_left() {
            let best = (0..ix(state.problem.n_sites()))
                .filter(|&s| state.gain[at(s)] > 0 && state.may_open(s, None))
                .max_by_key(|&s| (state.gain[at(s)], std::cmp::Reverse(s)));
            let Some(site) = best else { break };
            state.open(site);
        }
        if stop() {
            return;
        }
        let (swap, work) = best_swap(state);
        state.work += work;
        let Some(swap) = swap else { return };
        if let Some(out) = swap.out {
            state.close(out);
        }
        state.open(swap.into);
    }
}

/// The swap of largest gain, and the pairs visited; of equals the lowest site in, then the lowest site out.
fn best_swap(state: &CoverageState) -> (Option<Swap>, u64) {
    let problem = state.problem;
    // Sites of largest gain come first, so that the bar is high soon.
    let mut candidates: Vec<u32> = (0..ix(problem.n_sites()))
        .filter(|&s| !state.is_open[at(s)] && state.gain[at(s)] > 0)
        .collect();
    candidates.sort_unstable_by_key(|&s| (std::cmp::Reverse(state.gain[at(s)]), s));
    let simple = problem.need.iter().all(|&n| n == 1);
    let scan = |block: &[u32], bar: i64| {
        let mut best: Option<Swap> = None;
        let mut shared = vec![0_i64; problem.n_sites()];
        let mut work = 0_u64;
        for &into in block {
            let floor = best.map_or(bar, |b| b.delta.max(bar));
            // The weight that two sites share never exceeds the loss of the one that closes.
            if state.gain[at(into)] <= floor {
                break;
            }
            work += u64::from(ix(problem.column(at(into)).len()));
            shared_with(state, into, simple, &mut shared);
            for &out in &state.open {
                let delta = state.gain[at(into)] - state.loss[at(out)] + shared[at(out)];
                let swap = Swap {
                    delta,
                    out: Some(out),
                    into,
                };
                if delta > bar
                    && best.is_none_or(|b| better(swap, b))
                    && state.may_open(into, Some(out))
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
    let wide = if problem.rows.len() >= PARALLEL_PAIRS {
        8
    } else {
        1
    };
    for blocks in candidates.chunks(BLOCK * wide) {
        let bar = best.map_or(0, |b| b.delta - 1);
        if state.gain[at(blocks[0])] <= bar {
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

/// By open site, the weight by which gain less loss misjudges its swap with `into`.
fn shared_with(state: &CoverageState, into: u32, simple: bool, shared: &mut [i64]) {
    let problem = state.problem;
    if simple {
        for &row in problem.column(at(into)) {
            if state.times[at(row)] == 1 {
                shared[at(state.owner[at(row)])] += state.weight[at(row)];
            }
        }
        return;
    }
    for &row in problem.column(at(into)) {
        let (times, need) = (state.times[at(row)], problem.need[at(row)]);
        let change = if times == need {
            state.weight[at(row)]
        } else if times + 1 == need {
            -state.weight[at(row)]
        } else {
            continue;
        };
        for &site in problem.sites_of(at(row)) {
            if state.is_open[at(site)] {
                shared[at(site)] += change;
            }
        }
    }
}
