use graph::NodeId;
use units::TravelTime;

use crate::labels::{LONGEST, Labels, Lowered, UNREACHED};
use crate::queue::BucketQueue;
use crate::search_arcs::{Onward, SearchArcs};

/// Memory of a search, worth reusing: one per worker.
#[derive(Clone, Debug, Default)]
pub struct SearchSpace {
    labels: Labels,
    queue: BucketQueue<u32>,
    reached: Vec<NodeId>,
    stats: SearchStats,
}

impl SearchSpace {
    /// A way to a node that takes this long; says whether it is better than those before.
    #[inline]
    fn offer(&mut self, node: NodeId, tenths: u32) -> bool {
        let lowered = self.labels.lower(node, tenths);
        if lowered == Lowered::First {
            self.reached.push(node);
        }
        lowered != Lowered::No
    }
}

/// What a search did; exact for equal inputs, so an algorithmic slowdown shows without a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SearchStats {
    /// Nodes that got a label.
    pub n_reached: u64,
    /// Queue entries whose node was scanned; a node may be scanned more than once, and one that is
    /// only passed on the way to others never is.
    pub n_scanned: u64,
    /// Queue entries that had been overtaken by a better label.
    pub n_stale: u64,
    /// Arcs looked at.
    pub n_relaxed: u64,
}

/// The answer of a search; it borrows the space, so an old answer cannot be read after a new
/// search.
///
/// ```compile_fail
/// # use graph::picture;
/// # use reach::{Direction, Network, SearchSpace, within};
/// # use units::{Length, Speed, TravelTime};
/// # let map = picture::streets("A--B", Length::from_m(100)).unwrap();
/// # let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
/// # let network = Network::new(&map.graph, &metric);
/// # let arcs = network.arcs(Direction::From);
/// let mut space = SearchSpace::default();
/// let (a, b) = (map.node('A').unwrap(), map.node('B').unwrap());
/// let old = within(arcs, &mut space, [(a, TravelTime::ZERO)], TravelTime::from_mins(1));
/// let new = within(arcs, &mut space, [(b, TravelTime::ZERO)], TravelTime::from_mins(1));
/// old.time(b); // the space holds the new search now
/// ```
#[derive(Debug)]
pub struct Reached<'a> {
    space: &'a SearchSpace,
}

impl Reached<'_> {
    /// Time at a node; `None` when it lies past the limit.
    pub fn time(&self, node: NodeId) -> Option<TravelTime> {
        let tenths = self.space.labels.tenths(node);
        (tenths != UNREACHED).then(|| TravelTime::from_tenths(tenths))
    }

    /// The nodes within the limit, in the order of their first label.
    pub fn nodes(&self) -> &[NodeId] {
        &self.space.reached
    }

    /// What the search did.
    pub fn stats(&self) -> SearchStats {
        self.space.stats
    }
}

/// Times from all seeds together to every node within a limit, the limit included.
///
/// Each seed is a node and the time already spent on reaching it; a seed past the limit is
/// ignored. With [`Direction::Towards`](crate::Direction) arcs the times are those from each node
/// to the seeds.
///
/// A limit past 116 hours is cut to that.
///
/// Cost: grows with the nodes within the limit, not with the map.
pub fn within<'a>(
    arcs: &SearchArcs,
    space: &'a mut SearchSpace,
    seeds: impl IntoIterator<Item = (NodeId, TravelTime)>,
    limit: TravelTime,
) -> Reached<'a> {
    // Hot loop; watched by benches/search. Invariant: a label never rises, and a node whose label
    // improved is queued with that label, unless it leads on to one node at most beside the one
    // that it was reached from: then that arc is walked at once, since the arc back improves
    // nothing. A node is scanned with its label at that time, so when the queue is empty no arc can
    // improve anything: the labels are the shortest times. It ends because labels are whole numbers
    // that only fall. An entry is stale when a better label overtook it. Cost per step: one slice
    // of arcs, no allocation once the pool has grown. Dead ends and nodes where two ways merely
    // meet are a third of a city's nodes and never see the queue.
    let limit_tenths = limit.as_tenths().min(LONGEST);
    space.labels.reset(arcs.n_nodes());
    space.queue.reset();
    space.reached.clear();
    let mut stats = SearchStats::default();
    for (node, time) in seeds {
        let tenths = time.as_tenths();
        if tenths <= limit_tenths && space.offer(node, tenths) {
            space.queue.push(node.as_u32(), tenths);
        }
    }
    while let Some(entry) = space.queue.pop() {
        let node = NodeId::new(entry.item);
        if space.labels.tenths(node) < entry.tenths {
            stats.n_stale += 1;
            continue;
        }
        stats.n_scanned += 1;
        let scanned = arcs.of(node);
        stats.n_relaxed += u64::try_from(scanned.len()).expect("usize fits u64");
        for &arc in scanned {
            let (mut arc, mut tenths) = (arc, entry.tenths);
            loop {
                tenths += arc.tenths();
                if tenths > limit_tenths {
                    break;
                }
                let node = NodeId::new(arc.node);
                if !space.offer(node, tenths) {
                    break;
                }
                match arc.onward() {
                    Onward::Many => {
                        space.queue.push(arc.node, tenths);
                        break;
                    }
                    Onward::None => break,
                    Onward::One(position) => {
                        stats.n_relaxed += 1;
                        arc = arcs.of(node)[position];
                    }
                }
            }
        }
    }
    stats.n_reached = u64::try_from(space.reached.len()).expect("usize fits u64");
    space.stats = stats;
    Reached { space }
}
