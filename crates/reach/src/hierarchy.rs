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
    /// Cost: the triangles of the order, 4 bytes each meanwhile; some 40 ms for a city of 70,000
    /// nodes.
    pub fn new(network: &Network<'_>, order: &ContractionOrder, direction: Direction) -> Self {
        assert_eq!(
            network.graph().n_nodes(),
            order.n_nodes(),
            "an order belongs to one street graph"
        );
        let mut times = PairTimes::of_arcs(network, order, direction);
        let triangles = times.customize(order);
        let longest = times.clone();
        times.shorten(order, &triangles);
        let n_nodes = order.n_nodes();
        let mut climbs = Vec::new();
        let mut descents = Vec::new();
        for rank in 0..n_nodes {
            let low = order.nodes[rank];
            for pair in order.pairs(rank) {
                let high = order.nodes[NodeId::new(order.upper[pair]).index()];
                // A pair that was shortened is never needed: the way round is.
                let (time, shortest) = (times.0[pair], longest.0[pair]);
                if time.up == shortest.up {
                    climbs.push((low, high, time.up));
                }
                if time.down == shortest.down {
                    descents.push((high, low, time.down));
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

/// Tenths between a node and an upper neighbour; `CLOSED` where there is no way. Both lie side by
/// side, since each triangle asks for both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PairTime {
    /// From the node to its upper neighbour, as the search runs.
    up: u32,
    /// From the upper neighbour to the node.
    down: u32,
}

/// The times of all pairs.
#[derive(Clone, Debug)]
struct PairTimes(Vec<PairTime>);

/// No way. Twice this still fits 32 bits, so times are added without a look; no sum of open arcs
/// reaches it, since the times of pairs only fall.
const CLOSED: u32 = u32::MAX / 2;

impl PairTimes {
    fn of_arcs(network: &Network<'_>, order: &ContractionOrder, direction: Direction) -> Self {
        let closed = PairTime {
            up: CLOSED,
            down: CLOSED,
        };
        let mut times = vec![closed; order.n_pairs()];
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
                    &mut times[pair].up
                } else {
                    &mut times[pair].down
                };
                *time = (*time).min(arc.tenths());
            }
        }
        Self(times)
    }

    /// After this, a shortest trip exists that climbs and then descends.
    ///
    /// Returns the triangles: for each node, for each two of its upper neighbours, the pair between
    /// them.
    fn customize(&mut self, order: &ContractionOrder) -> Vec<u32> {
        let mut triangles = Vec::new();
        for rank in 0..order.n_nodes() {
            let pairs = order.pairs(rank);
            let upper = &order.upper[pairs.clone()];
            for (low, &middle) in pairs.clone().zip(upper) {
                let l = self.0[low];
                // Both lists ascend, and all that is above one node is above the lower of two.
                let above = order.pairs(NodeId::new(middle).index());
                let mut at = above.start;
                let above = &order.upper[..above.end];
                for high in low + 1..pairs.end {
                    while above[at] != order.upper[high] {
                        at += 1;
                    }
                    triangles.push(NodeId::from_index(at).as_u32());
                    // Over the lower node, from one upper neighbour to the other and back.
                    let h = self.0[high];
                    let b = &mut self.0[at];
                    b.up = b.up.min(l.down + h.up);
                    b.down = b.down.min(h.down + l.up);
                }
            }
        }
        triangles
    }

    /// After this, every pair has the shortest time between its two nodes; `triangles` are those
    /// that [`customize`](Self::customize) found.
    fn shorten(&mut self, order: &ContractionOrder, triangles: &[u32]) {
        let mut rest = triangles;
        for rank in (0..order.n_nodes()).rev() {
            let pairs = order.pairs(rank);
            let n_triangles = pairs.len() * pairs.len().saturating_sub(1) / 2;
            let (lower, of_rank) = rest.split_at(rest.len() - n_triangles);
            rest = lower;
            let mut of_rank = of_rank.iter();
            for low in pairs.clone() {
                let mut l = self.0[low];
                for (high, &between) in (low + 1..pairs.end).zip(of_rank.by_ref()) {
                    let b = self.0[NodeId::new(between).index()];
                    let h = &mut self.0[high];
                    l.up = l.up.min(h.up + b.down);
                    h.up = h.up.min(l.up + b.up);
                    l.down = l.down.min(b.up + h.down);
                    h.down = h.down.min(b.down + l.down);
                }
                self.0[low] = l;
            }
        }
    }
}
