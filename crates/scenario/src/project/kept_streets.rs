use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use coverage::Linkage;
use graph::{Metric, StreetGraph};
use reach::{IsochroneIndex, IsochroneSpace, Layout, Layouts, Network, SnapIndex};

/// What all questions about the streets of one metric have in common, each made when it is asked for
/// first, then kept beside the metric: the arcs as searches walk them, the tree by which places are
/// joined, the plan's demand joined, what isochrones need.
#[derive(Debug)]
pub(crate) struct KeptStreets {
    layout: Arc<Layout>,
    index: OnceLock<Arc<SnapIndex>>,
    demand: OnceLock<Arc<Linkage>>,
    isochrones: OnceLock<IsochroneIndex>,
    /// Memory of isochrones that nobody uses at the moment.
    spaces: Mutex<Vec<IsochroneSpace>>,
}

/// Memory that is kept for so many isochrones at once; a server computes no more at a time.
const MOST_SPACES: usize = 8;

impl KeptStreets {
    /// Nothing is made yet.
    pub(crate) fn new(layouts: &Arc<Layouts>) -> Self {
        Self {
            layout: layouts.layout(),
            index: OnceLock::new(),
            demand: OnceLock::new(),
            isochrones: OnceLock::new(),
            spaces: Mutex::default(),
        }
    }

    /// The network of the metric that this is kept for.
    pub(crate) fn network<'a>(&self, graph: &'a StreetGraph, metric: &'a Metric) -> Network<'a> {
        Network::over(graph, metric, &self.layout)
    }

    /// The streets that places are joined to; `make` is called the first time.
    pub(crate) fn index(&self, make: impl FnOnce() -> SnapIndex) -> &Arc<SnapIndex> {
        kept(&self.index, || Arc::new(make()))
    }

    /// The plan's demand joined to the streets; `make` is called the first time.
    pub(crate) fn demand(&self, make: impl FnOnce() -> Linkage) -> &Arc<Linkage> {
        kept(&self.demand, || Arc::new(make()))
    }

    /// The usable streets as outlines need them; `make` is called the first time.
    pub(crate) fn isochrones(&self, make: impl FnOnce() -> IsochroneIndex) -> &IsochroneIndex {
        kept(&self.isochrones, make)
    }

    /// Lends memory for an isochrone; what the work leaves is kept for the next one.
    pub(crate) fn with_space<T>(&self, work: impl FnOnce(&mut IsochroneSpace) -> T) -> T {
        let spaces = || self.spaces.lock().unwrap_or_else(PoisonError::into_inner);
        let mut space = spaces().pop().unwrap_or_default();
        let done = work(&mut space);
        let mut spaces = spaces();
        if spaces.len() < MOST_SPACES {
            spaces.push(space);
        }
        done
    }
}

/// What a cell holds; what two make at once is made twice and kept once, since work that is spread
/// over threads must not wait for itself.
fn kept<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    if let Some(found) = cell.get() {
        return found;
    }
    let made = make();
    cell.get_or_init(|| made)
}
