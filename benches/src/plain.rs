use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};

use graph::{Metric, NodeId, PetgraphView, StreetGraph};
use petgraph::algo::dijkstra;
use reach::SearchArcs;
use units::TravelTime;

/// petgraph's Dijkstra on the same arrays: knows no limit, so it searches the whole component and
/// drops what lies past it.
pub fn petgraph_within(
    graph: &StreetGraph,
    metric: &Metric,
    origin: NodeId,
    limit: TravelTime,
) -> HashMap<NodeId, u32> {
    let view = PetgraphView::new(graph, metric);
    dijkstra(view, origin, None, |arc| arc.time.as_tenths())
        .into_iter()
        .filter(|&(_, tenths)| tenths <= limit.as_tenths())
        .collect()
}

/// Dijkstra as one would write it down: adjacency array, binary heap, times in a reused array.
#[derive(Clone, Debug)]
pub struct HeapSearch {
    first: Vec<u32>,
    arcs: Vec<(u32, u32)>,
    tenths: Vec<u32>,
    reached: Vec<u32>,
    heap: BinaryHeap<Reverse<(u32, u32)>>,
}

impl HeapSearch {
    /// On the arcs of a network.
    pub fn new(arcs: &SearchArcs) -> Self {
        let mut first = vec![0];
        let mut list = Vec::with_capacity(arcs.n_arcs());
        for node in 0..arcs.n_nodes() {
            let neighbors = arcs.neighbors(NodeId::from_index(node));
            list.extend(neighbors.map(|(head, time)| (head.as_u32(), time.as_tenths())));
            first.push(NodeId::from_index(list.len()).as_u32());
        }
        Self {
            tenths: vec![u32::MAX; first.len() - 1],
            first,
            arcs: list,
            reached: Vec::new(),
            heap: BinaryHeap::new(),
        }
    }

    /// Nodes within the limit of one, with their times, in the order of their first label.
    pub fn within(
        &mut self,
        origin: NodeId,
        limit: TravelTime,
    ) -> impl ExactSizeIterator<Item = (u32, u32)> {
        let index = |value: u32| NodeId::new(value).index();
        for &node in &self.reached {
            self.tenths[index(node)] = u32::MAX;
        }
        self.reached.clear();
        self.tenths[origin.index()] = 0;
        self.reached.push(origin.as_u32());
        self.heap.push(Reverse((0, origin.as_u32())));
        while let Some(Reverse((tenths, node))) = self.heap.pop() {
            if self.tenths[index(node)] < tenths {
                continue;
            }
            let arcs = index(self.first[index(node)])..index(self.first[index(node) + 1]);
            for &(head, arc_tenths) in &self.arcs[arcs] {
                let time = tenths.saturating_add(arc_tenths);
                let old = self.tenths[index(head)];
                if time <= limit.as_tenths() && time < old {
                    if old == u32::MAX {
                        self.reached.push(head);
                    }
                    self.tenths[index(head)] = time;
                    self.heap.push(Reverse((time, head)));
                }
            }
        }
        self.reached
            .iter()
            .map(|&node| (node, self.tenths[NodeId::new(node).index()]))
    }
}
