use graph::NodeId;

use crate::network::{Direction, Network};
use crate::order::ContractionOrder;

/// Travel times of one network laid over a [`ContractionOrder`], for batches of searches.
///
/// Every shortest time is the time of a trip that first climbs and then descends the order, along
/// pairs of a node and an upper neighbour. The times of the pairs are found triangle by triangle,
/// from below; then, from above, pairs that are longer than a way round through higher nodes are
/// dropped (basic and perfect customization, Dibbelt, Strasser, Wagner 2016).
#[derive(Clone, Debug)]
pub struct Hierarchy {
    direction: Direction,
    n_levels: usize,
    /// Level by node.
    levels: Vec<u32>,
    /// Nodes from the lowest level up.
    nodes: Vec<u32>,
    pub(crate) climbs: LaneArcs,
    pub(crate) descents: LaneArcs,
}

/// Arcs by the node they are searched from, shortest first.
#[derive(Clone, Debug)]
pub(crate) struct LaneArcs {
    first: Vec<u32>,
    arcs: Vec<LaneArc>,
}

/// An arc of a batch search.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LaneArc {
    pub(crate) node: u32,
    pub(crate) tenths: u16,
}

/// Farther than any search of a batch goes.
pub(crate) const TOO_FAR: u16 = u16::MAX;

impl Hierarchy {
    /// Times for searches in one direction.
    ///
    /// # Panics
    /// When `order` was made for another street graph.
    ///
    /// Cost: the triangles of the order; some 40 ms for a city of 70,000 nodes.
    pub fn new(network: &Network<'_>, order: &ContractionOrder, direction: Direction) -> Self {
        assert_eq!(
            network.graph().n_nodes(),
            order.n_nodes(),
            "an order belongs to one street graph"
        );
        let mut times = PairTimes::of_arcs(network, order, direction);
        times.customize(order);
        let longest = times.clone();
        times.shorten(order);
        let n_nodes = order.n_nodes();
        let mut climbs = Vec::new();
        let mut descents = Vec::new();
        for rank in 0..n_nodes {
            let low = order.nodes[rank];
            for pair in order.pairs(rank) {
                let high = order.nodes[NodeId::new(order.upper[pair]).index()];
                // A pair that was shortened is never needed: the way round is.
                if times.up[pair] == longest.up[pair] {
                    climbs.push((low, high, times.up[pair]));
                }
                if times.down[pair] == longest.down[pair] {
                    descents.push((high, low, times.down[pair]));
                }
            }
        }
        let mut levels = vec![0; n_nodes];
        for (rank, &node) in order.nodes.iter().enumerate() {
            levels[NodeId::new(node).index()] = order.levels[rank];
        }
        Self {
            direction,
            n_levels: order.n_levels(),
            levels,
            nodes: order.nodes.clone(),
            climbs: LaneArcs::new(n_nodes, climbs),
            descents: LaneArcs::new(n_nodes, descents),
        }
    }

    /// Which way its searches run.
    pub fn direction(&self) -> Direction {
        self.direction
    }

    /// Number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.levels.len()
    }

    /// The level of a node.
    #[inline]
    pub(crate) fn level(&self, node: usize) -> usize {
        NodeId::new(self.levels[node]).index()
    }

    /// The descents on ways down to some nodes, the others left out: what a sweep needs that is read
    /// at those nodes only (RPHAST: Delling, Goldberg, Werneck 2011).
    ///
    /// Cost: linear in nodes and descents.
    pub(crate) fn descents_to(&self, nodes: impl Iterator<Item = NodeId>) -> LaneArcs {
        let mut leads_there = vec![false; self.n_nodes()];
        for node in nodes {
            leads_there[node.index()] = true;
        }
        // From below, so that the ends of a node's descents are decided before it.
        for &node in &self.nodes {
            let node = NodeId::new(node).index();
            leads_there[node] = leads_there[node]
                || self
                    .descents
                    .of(node)
                    .iter()
                    .any(|arc| leads_there[NodeId::new(arc.node).index()]);
        }
        let mut kept = LaneArcs {
            first: Vec::with_capacity(self.n_nodes() + 1),
            arcs: Vec::new(),
        };
        kept.first.push(0);
        for (node, &leads) in leads_there.iter().enumerate() {
            if leads {
                let arcs = self.descents.of(node).iter();
                let leading = |arc: &&LaneArc| leads_there[NodeId::new(arc.node).index()];
                kept.arcs.extend(arcs.filter(leading));
            }
            kept.first
                .push(NodeId::from_index(kept.arcs.len()).as_u32());
        }
        kept
    }

    /// Number of levels.
    pub fn n_levels(&self) -> usize {
        self.n_levels
    }

    /// Number of arcs up and down that are left.
    pub fn n_arcs(&self) -> (usize, usize) {
        (self.climbs.arcs.len(), self.descents.arcs.len())
    }
}

impl LaneArcs {
    /// From (searched from, leads to, tenths); times that no batch reaches are left out.
    fn new(n_nodes: usize, mut list: Vec<(u32, u32, u32)>) -> Self {
        list.retain(|&(_, _, tenths)| tenths < u32::from(TOO_FAR));
        list.sort_unstable_by_key(|&(from, to, tenths)| (from, tenths, to));
        let mut first = vec![0_u32; n_nodes + 1];
        for &(from, ..) in &list {
            first[NodeId::new(from).index() + 1] += 1;
        }
        for node in 0..n_nodes {
            first[node + 1] += first[node];
        }
        let arcs = list
            .into_iter()
            .map(|(_, node, tenths)| LaneArc {
                node,
                tenths: u16::try_from(tenths).expect("longer times were left out"),
            })
            .collect();
        Self { first, arcs }
    }

    /// The arcs of one node.
    #[inline]
    pub(crate) fn of(&self, node: usize) -> &[LaneArc] {
        let range =
            NodeId::new(self.first[node]).index()..NodeId::new(self.first[node + 1]).index();
        &self.arcs[range]
    }
}

/// Tenths for each pair of a node and an upper neighbour; `CLOSED` where there is no way.
#[derive(Clone, Debug)]
struct PairTimes {
    /// From the node to its upper neighbour, as the search runs.
    up: Vec<u32>,
    /// From the upper neighbour to the node.
    down: Vec<u32>,
}

const CLOSED: u32 = u32::MAX;

impl PairTimes {
    fn of_arcs(network: &Network<'_>, order: &ContractionOrder, direction: Direction) -> Self {
        let mut times = Self {
            up: vec![CLOSED; order.n_pairs()],
            down: vec![CLOSED; order.n_pairs()],
        };
        let arcs = network.arcs(direction);
        for node in network.graph().topology().nodes() {
            let tail = order.ranks[node.index()];
            for arc in arcs.of(node) {
                let head = order.ranks[NodeId::new(arc.node).index()];
                if tail == head {
                    continue;
                }
                let pairs = order.pairs(NodeId::new(tail.min(head)).index());
                let pair = pairs.start
                    + order.upper[pairs]
                        .binary_search(&tail.max(head))
                        .expect("an arc joins neighbours");
                let time = if tail < head {
                    &mut times.up[pair]
                } else {
                    &mut times.down[pair]
                };
                *time = (*time).min(arc.tenths());
            }
        }
        times
    }

    /// After this, a shortest trip exists that climbs and then descends.
    fn customize(&mut self, order: &ContractionOrder) {
        for rank in 0..order.n_nodes() {
            for_triangles(order, rank, |low, high, between| {
                let (down, up) = (&mut self.down, &mut self.up);
                // Over the lower node, from one upper neighbour to the other and back.
                up[between] = up[between].min(down[low].saturating_add(up[high]));
                down[between] = down[between].min(down[high].saturating_add(up[low]));
            });
        }
    }

    /// After this, every pair has the shortest time between its two nodes.
    fn shorten(&mut self, order: &ContractionOrder) {
        for rank in (0..order.n_nodes()).rev() {
            for_triangles(order, rank, |low, high, between| {
                let (down, up) = (&mut self.down, &mut self.up);
                up[low] = up[low].min(up[high].saturating_add(down[between]));
                up[high] = up[high].min(up[low].saturating_add(up[between]));
                down[low] = down[low].min(up[between].saturating_add(down[high]));
                down[high] = down[high].min(down[between].saturating_add(down[low]));
            });
        }
    }
}

/// Calls `visit` for each two upper neighbours of a node: the pairs to the lower of them, to the
/// higher of them, and between them.
fn for_triangles(
    order: &ContractionOrder,
    rank: usize,
    mut visit: impl FnMut(usize, usize, usize),
) {
    let pairs = order.pairs(rank);
    for low in pairs.clone() {
        let mut between = order.pairs(NodeId::new(order.upper[low]).index());
        for high in low + 1..pairs.end {
            let wanted = order.upper[high];
            let skipped = order.upper[between.clone()]
                .iter()
                .position(|&rank| rank == wanted)
                .expect("upper neighbours of a node are joined");
            between.start += skipped;
            visit(low, high, between.start);
        }
    }
}
