use graph::NodeId;

/// Tentative times of nodes, reset in O(1).
///
/// A label is one word: the number of the search that wrote it above, its time below. Numbers count
/// down, so a label of an earlier search is a larger word than any of this search, and one
/// comparison says both "not yet reached" and "reached later". The idea of marking labels instead
/// of clearing them is the timestamped vector of `rust_road_router` and `fast_paths`. Words of 32
/// bits keep the labels of a city within the cache; they are cleared once in 1,023 searches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    words: Vec<u32>,
    search: u32,
}

/// Reads as no time at all.
pub(crate) const UNREACHED: u32 = u32::MAX;

const TIME_BITS: u32 = 22;
const TIME_MASK: u32 = (1 << TIME_BITS) - 1;

/// The longest time that a label holds: 116 hours.
pub(crate) const LONGEST: u32 = TIME_MASK;

impl Labels {
    /// Forgets all labels and makes room for `n_nodes`.
    pub(crate) fn reset(&mut self, n_nodes: usize) {
        if self.words.len() != n_nodes || self.search == 0 {
            self.words.clear();
            self.words.resize(n_nodes, u32::MAX);
            self.search = u32::MAX >> TIME_BITS;
        }
        self.search -= 1;
    }

    /// The time of a node, [`UNREACHED`] when it has none.
    pub(crate) fn tenths(&self, node: NodeId) -> u32 {
        let word = self.words[node.index()];
        if word >> TIME_BITS == self.search {
            word & TIME_MASK
        } else {
            UNREACHED
        }
    }

    /// Lowers a label to `tenths`, which is [`LONGEST`] at most, if that is better, and says what
    /// changed.
    #[inline]
    pub(crate) fn lower(&mut self, node: NodeId, tenths: u32) -> Lowered {
        let slot = &mut self.words[node.index()];
        let new = self.search << TIME_BITS | tenths;
        let old = *slot;
        if new >= old {
            return Lowered::No;
        }
        *slot = new;
        if old >> TIME_BITS == self.search {
            Lowered::Again
        } else {
            Lowered::First
        }
    }
}

/// What a better time changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lowered {
    /// Nothing: it was not better.
    No,
    /// The node had no time before.
    First,
    /// The node had a later time before.
    Again,
}
