use graph::EdgeId;

/// A set of edges, read off in order: cheaper than sorting what is found twice.
///
/// A second layer of bits says which words hold any, so that reading a few edges of a large map does
/// not look at all of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct EdgeBits {
    words: Vec<u64>,
    /// One bit for each word.
    any: Vec<u64>,
}

impl EdgeBits {
    /// An empty set of edges below `n_edges`.
    pub(crate) fn new(n_edges: usize) -> Self {
        let n_words = n_edges.div_ceil(64);
        Self {
            words: vec![0; n_words],
            any: vec![0; n_words.div_ceil(64)],
        }
    }

    #[inline]
    pub(crate) fn insert(&mut self, edge: EdgeId) {
        let word = edge.index() / 64;
        self.words[word] |= 1 << (edge.index() % 64);
        self.any[word / 64] |= 1 << (word % 64);
    }

    #[inline]
    pub(crate) fn holds(&self, edge: EdgeId) -> bool {
        self.words[edge.index() / 64] >> (edge.index() % 64) & 1 == 1
    }

    /// Empties the set and makes it one of edges below `n_edges`.
    ///
    /// Cost: the words that hold an edge, and one look for each 4,096 edges of the map.
    pub(crate) fn reset(&mut self, n_edges: usize) {
        if self.words.len() != n_edges.div_ceil(64) {
            *self = Self::new(n_edges);
            return;
        }
        for (first_word, any) in (0..).step_by(64).zip(&mut self.any) {
            for_bits(std::mem::take(any), |i| self.words[first_word + i] = 0);
        }
    }

    /// The edges, lowest first.
    pub(crate) fn to_vec(&self) -> Vec<EdgeId> {
        let mut edges = Vec::new();
        self.for_each(|edge| edges.push(edge));
        edges
    }

    /// Calls `visit` with each edge, lowest first.
    ///
    /// Cost: the edges, and one look for each 4,096 edges of the map.
    pub(crate) fn for_each(&self, mut visit: impl FnMut(EdgeId)) {
        for (first_word, &any) in (0..).step_by(64).zip(&self.any) {
            for_bits(any, |i| {
                let word = first_word + i;
                for_bits(self.words[word], |bit| {
                    visit(EdgeId::from_index(word * 64 + bit));
                });
            });
        }
    }
}

fn for_bits(mut word: u64, mut visit: impl FnMut(usize)) {
    while word != 0 {
        visit(usize::try_from(word.trailing_zeros()).expect("at most 64"));
        word &= word - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_come_in_order_and_once() {
        let mut edges = EdgeBits::new(70_000);
        for edge in [69_999, 0, 64, 4_095, 4_096, 0, 63, 40_000] {
            edges.insert(EdgeId::new(edge));
        }
        let mut found = Vec::new();
        edges.for_each(|edge| found.push(edge.as_u32()));
        assert_eq!(found, [0, 63, 64, 4_095, 4_096, 40_000, 69_999]);
        edges.reset(70_000);
        assert_eq!(edges.to_vec(), []);
        edges.insert(EdgeId::new(5));
        edges.reset(6);
        edges.insert(EdgeId::new(4));
        assert_eq!(edges.to_vec(), [EdgeId::new(4)]);
    }
}
