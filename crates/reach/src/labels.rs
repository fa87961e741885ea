use graph::NodeId;

/// Tentative times of nodes, reset in O(1).
///
/// Each label carries the number of the search that wrote it; labels of earlier searches read as
/// unreached. The scheme is the timestamped vector of `rust_road_router` and `fast_paths`.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    labels: Vec<Label>,
    search: u32,
}

#[derive(Clone, Copy, Debug, Default)]
struct Label {
    tenths: u32,
    search: u32,
}

/// Reads as no time at all.
pub(crate) const UNREACHED: u32 = u32::MAX;

impl Labels {
    /// Forgets all labels and makes room for `n_nodes`.
    pub(crate) fn reset(&mut self, n_nodes: usize) {
        if self.labels.len() != n_nodes || self.search == u32::MAX {
            self.labels.clear();
            self.labels.resize(n_nodes, Label::default());
            self.search = 0;
        }
        self.search += 1;
    }

    pub(crate) fn tenths(&self, node: NodeId) -> u32 {
        let label = self.labels[node.index()];
        if label.search == self.search {
            label.tenths
        } else {
            UNREACHED
        }
    }

    pub(crate) fn set(&mut self, node: NodeId, tenths: u32) {
        self.labels[node.index()] = Label {
            tenths,
            search: self.search,
        };
    }
}
