use graph::NodeId;
use units::TravelTime;

use crate::queue::BucketQueue;
use crate::search::SearchStats;
use crate::search_arcs::{Onward, SearchArcs};

/// For every node the best two times, from two different sources.
///
/// Of equal times the one of the lower source comes first. The second label answers "and if this
/// facility closes?" without another search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwoLabels {
    /// Time above, source below: one comparison orders by time, then by source.
    labels: Vec<[u64; 2]>,
    stats: SearchStats,
}

/// A source and how far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceTime {
    /// Which source, by the caller's number.
    pub source: u32,
    /// Time from it, or to it.
    pub time: TravelTime,
}

const NONE: u64 = u64::MAX;

impl TwoLabels {
    /// Searches from all seeds (source, node, time already spent) together, up to the limit, the
    /// limit included.
    ///
    /// With [`Direction::Towards`](crate::Direction) arcs the times are those to the sources.
    ///
    /// Cost: one pass over the nodes within the limit, each scanned about twice.
    pub fn search(
        arcs: &SearchArcs,
        seeds: impl IntoIterator<Item = (u32, NodeId, TravelTime)>,
        limit: TravelTime,
    ) -> Self {
        // Hot loop; watched by benches/nearest. Invariant: the two labels of a node are of
        // different sources, in order, and never rise; each label that changed is queued, or walked
        // on where the node leads on to one other at most, as in `within`: the arc back brings a
        // source that is there already, and later. A source
        // that is not among the best two of a node is not needed beyond it: the two that are stay
        // ahead of it over any arc, ties included. It ends because labels are whole numbers that
        // only fall. Cost per step: one slice of arcs.
        let limit_tenths = limit.as_tenths().min(u32::MAX - 1);
        let mut labels = vec![[NONE; 2]; arcs.n_nodes()];
        let mut queue: BucketQueue<(u32, u32)> = BucketQueue::default();
        let (mut n_reached, mut n_scanned, mut n_stale, mut n_relaxed) = (0, 0, 0, 0);
        for (source, node, time) in seeds {
            let tenths = time.as_tenths();
            if tenths <= limit_tenths {
                let label = &mut labels[node.index()];
                n_reached += u64::from(label[0] == NONE);
                if lower(label, pack(tenths, source)) {
                    queue.push((node.as_u32(), source), tenths);
                }
            }
        }
        while let Some(entry) = queue.pop() {
            let (node, source) = entry.item;
            let node = NodeId::new(node);
            if !labels[node.index()].contains(&pack(entry.tenths, source)) {
                n_stale += 1;
                continue;
            }
            n_scanned += 1;
            let scanned = arcs.of(node);
            n_relaxed += u64::try_from(scanned.len()).expect("usize fits u64");
            for &arc in scanned {
                let (mut arc, mut tenths) = (arc, entry.tenths);
                loop {
                    tenths = tenths.saturating_add(arc.tenths());
                    if tenths > limit_tenths {
                        break;
                    }
                    let label = &mut labels[NodeId::new(arc.node).index()];
                    let new = pack(tenths, source);
                    // Most that come late are no better than the second best: one look ends them.
                    if new >= label[1] {
                        break;
                    }
                    n_reached += u64::from(label[0] == NONE);
                    if !lower(label, new) {
                        break;
                    }
                    match arc.onward() {
                        Onward::Many => {
                            queue.push((arc.node, source), tenths);
                            break;
                        }
                        Onward::None => break,
                        Onward::One(position) => {
                            n_relaxed += 1;
                            arc = arcs.of(NodeId::new(arc.node))[position];
                        }
                    }
                }
            }
        }
        let stats = SearchStats {
            n_reached,
            n_scanned,
            n_stale,
            n_relaxed,
        };
        Self { labels, stats }
    }

    /// The best and the second best of a node; `None` where no (other) source lies within the
    /// limit.
    pub fn at(&self, node: NodeId) -> [Option<SourceTime>; 2] {
        self.labels[node.index()].map(|word| (word != NONE).then(|| unpack(word)))
    }

    /// What the pass did.
    pub fn stats(&self) -> SearchStats {
        self.stats
    }
}

/// Takes a time into the two best, which stay of different sources; says whether they changed.
#[inline]
pub(crate) fn lower(label: &mut [u64; 2], new: u64) -> bool {
    let [best, second] = *label;
    if new >= second {
        return false;
    }
    let of_best = source(best) == source(new) && best != NONE;
    if new < best {
        *label = [new, if of_best { second } else { best }];
        return true;
    }
    if of_best {
        return false;
    }
    label[1] = new;
    true
}

#[inline]
pub(crate) fn pack(tenths: u32, source: u32) -> u64 {
    u64::from(tenths) << 32 | u64::from(source)
}

pub(crate) fn unpack(word: u64) -> SourceTime {
    SourceTime {
        source: source(word),
        time: TravelTime::from_tenths(source(word >> 32)),
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "the lower half is the source; `try_from` would put a branch into the hot loop"
)]
const fn source(word: u64) -> u32 {
    word as u32
}

/// No source at all.
pub(crate) const NO_LABELS: [u64; 2] = [NONE; 2];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_best_are_of_different_sources_and_ties_go_to_the_lower() {
        let mut label = NO_LABELS;
        for (tenths, source, changed, want) in [
            (50, 7, true, [Some((50, 7)), None]),
            (60, 7, false, [Some((50, 7)), None]),
            (50, 9, true, [Some((50, 7)), Some((50, 9))]),
            (50, 8, true, [Some((50, 7)), Some((50, 8))]),
            (40, 8, true, [Some((40, 8)), Some((50, 7))]),
            (30, 8, true, [Some((30, 8)), Some((50, 7))]),
            (30, 7, true, [Some((30, 7)), Some((30, 8))]),
            (30, 9, false, [Some((30, 7)), Some((30, 8))]),
        ] {
            assert_eq!(lower(&mut label, pack(tenths, source)), changed);
            let got = label.map(|word| {
                (word != NONE).then(|| (unpack(word).time.as_tenths(), unpack(word).source))
            });
            assert_eq!(got, want, "after {tenths} from {source}");
        }
    }
}
