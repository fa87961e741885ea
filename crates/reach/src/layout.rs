use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use graph::{Metric, StreetGraph};

use crate::hierarchy::Hierarchy;
use crate::network::{Direction, Network};
use crate::order::ContractionOrder;
use crate::search_arcs::SearchArcs;

/// The layouts of all metrics over one street graph: they share its order, which knows no times,
/// and one count of how often arcs were laid out.
#[derive(Debug, Default)]
pub struct Layouts {
    order: OnceLock<Arc<ContractionOrder>>,
    n_made: AtomicU64,
}

/// What searches walk under one metric: open arcs both ways with times beside heads, and the
/// hierarchies of batches. Whoever keeps a metric keeps its layout beside it, so that no question
/// lays the same arcs out again ([`Network::over`]).
///
/// Each direction is laid out when it is searched first, in one pass over the arcs (about 1.5 ms per
/// 100,000), so a scenario that closes a street takes a new layout and touches nothing else; most
/// edits search in one direction only.
#[derive(Debug)]
pub struct Layout {
    layouts: Arc<Layouts>,
    /// Of the metric that it was first used with.
    fingerprint: OnceLock<u64>,
    from: OnceLock<SearchArcs>,
    towards: OnceLock<SearchArcs>,
    hierarchy_from: OnceLock<Arc<Hierarchy>>,
    hierarchy_towards: OnceLock<Arc<Hierarchy>>,
}

impl Layouts {
    /// A layout for one more metric; nothing is laid out yet.
    pub fn layout(self: &Arc<Self>) -> Arc<Layout> {
        Arc::new(Layout {
            layouts: Arc::clone(self),
            fingerprint: OnceLock::new(),
            from: OnceLock::new(),
            towards: OnceLock::new(),
            hierarchy_from: OnceLock::new(),
            hierarchy_towards: OnceLock::new(),
        })
    }

    /// How often arcs were laid out so far, each direction of each metric counted; a test holds it
    /// still while questions repeat.
    pub fn n_made(&self) -> u64 {
        self.n_made.load(Ordering::Relaxed)
    }
}

impl Layout {
    /// Ties the layout to a metric, or panics when it was tied to another.
    pub(crate) fn bind(&self, graph: &StreetGraph, metric: &Metric) {
        let fingerprint = *self.fingerprint.get_or_init(|| metric.fingerprint());
        assert_eq!(
            fingerprint,
            metric.fingerprint(),
            "a layout belongs to one metric"
        );
        if let Some(order) = self.layouts.order.get() {
            assert_eq!(
                graph.n_nodes(),
                order.n_nodes(),
                "an order belongs to one street graph"
            );
        }
    }

    pub(crate) fn arcs(
        &self,
        graph: &StreetGraph,
        metric: &Metric,
        direction: Direction,
    ) -> &SearchArcs {
        let laid_out = match direction {
            Direction::From => &self.from,
            Direction::Towards => &self.towards,
        };
        laid_out.get_or_init(|| {
            self.layouts.n_made.fetch_add(1, Ordering::Relaxed);
            SearchArcs::new(graph, metric, direction)
        })
    }

    pub(crate) fn order(&self, graph: &StreetGraph) -> &Arc<ContractionOrder> {
        let order = &self.layouts.order;
        order.get_or_init(|| Arc::new(ContractionOrder::new(graph)))
    }

    pub(crate) fn has_order(&self) -> bool {
        self.layouts.order.get().is_some()
    }

    pub(crate) fn hierarchy(&self, network: &Network<'_>, direction: Direction) -> &Arc<Hierarchy> {
        self.hierarchy_cell(direction)
            .get_or_init(|| Arc::new(Hierarchy::new(network, network.order(), direction)))
    }

    pub(crate) fn has_hierarchy(&self, direction: Direction) -> bool {
        self.hierarchy_cell(direction).get().is_some()
    }

    fn hierarchy_cell(&self, direction: Direction) -> &OnceLock<Arc<Hierarchy>> {
        match direction {
            Direction::From => &self.hierarchy_from,
            Direction::Towards => &self.hierarchy_towards,
        }
    }
}
