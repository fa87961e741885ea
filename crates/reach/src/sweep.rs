#![expect(
    clippy::inline_always,
    reason = "what touches lanes must be compiled for the vectors of its caller"
)]

use graph::NodeId;
use multiversion::multiversion;

use crate::hierarchy::{Hierarchy, LaneArc, LaneArcs};
use crate::lanes::LaneTimes;

/// Memory of a sweep, worth reusing: one per worker.
#[derive(Clone, Debug, Default)]
pub(crate) struct SweepSpace {
    /// Where a node's label stands, `NO_SLOT` everywhere between sweeps.
    slots: Vec<u32>,
    /// Labels of the nodes of this sweep, in the order of their first touch.
    labels: Vec<LaneTimes>,
    /// Nodes with a label, by level.
    levels: Vec<Vec<u32>>,
}

const NO_SLOT: u32 = u32::MAX;

/// What sweeps did; exact for equal inputs, so an algorithmic slowdown shows without a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepStats {
    /// Nodes that were climbed from.
    pub n_climbed: u64,
    /// Arcs looked at while climbing.
    pub n_relaxed_up: u64,
    /// Nodes within the limit of some lane; of a batch to places, those on the way to one.
    pub n_reached: u64,
    /// Arcs looked at while descending.
    pub n_relaxed_down: u64,
}

impl std::ops::AddAssign for SweepStats {
    fn add_assign(&mut self, other: Self) {
        self.n_climbed += other.n_climbed;
        self.n_relaxed_up += other.n_relaxed_up;
        self.n_reached += other.n_reached;
        self.n_relaxed_down += other.n_relaxed_down;
    }
}

/// Where a lane's search begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct LaneSeed {
    pub(crate) lane: usize,
    pub(crate) node: u32,
    /// Already spent on the way there.
    pub(crate) tenths: u16,
}

/// What is told of the nodes of a sweep.
pub(crate) trait NodeVisitor {
    /// A node within the limit of some lane, once; lanes past the limit read as none.
    fn visit(&mut self, node: u32, times: &LaneTimes);
}

/// Runs the searches of all lanes to the limit, the limit included, and shows every reached node
/// once, in an order that depends on nothing but the input.
///
/// A sweep up and down a node order for many origins at once is PHAST (Delling, Goldberg, Nowatzyk,
/// Werneck 2011); going only to nodes that a label within the limit leads to keeps it to the
/// circles.
///
/// `descents` are all of the hierarchy, or those on ways to the nodes that the visitor reads; other
/// nodes are then not shown.
///
/// Cost: the union of the lanes' circles, each node once up and once down.
#[multiversion(targets(
    "x86_64+avx512f+avx512bw+avx512vl+avx512dq+avx512cd+avx2+bmi1+bmi2+lzcnt+popcnt+fma",
    "x86_64+avx2+bmi1+bmi2+lzcnt+popcnt+fma",
    "x86_64+sse4.1"
))]
pub(crate) fn sweep<V: NodeVisitor>(
    hierarchy: &Hierarchy,
    descents: &LaneArcs,
    space: &mut SweepSpace,
    seeds: &[LaneSeed],
    limit: u16,
    visitor: &mut V,
) -> SweepStats {
    // Hot loop; watched by benches/batch. Invariant: when a node's turn comes, its label is final
    // for the phase, since arcs lead strictly up (then down) and levels are taken in that order. So
    // every node is scanned at most twice and no priority queue is needed. Arcs are sorted by time,
    // so a node's scan ends at the first arc that takes even its earliest lane past the limit; no
    // trip within the limit uses that arc. It ends with the last level. Cost per arc: one vector
    // addition and one vector minimum; no allocation once the lists have grown.
    let n_levels = hierarchy.n_levels();
    if space.slots.len() != hierarchy.n_nodes() {
        space.slots = vec![NO_SLOT; hierarchy.n_nodes()];
    }
    if space.levels.len() < n_levels {
        space.levels.resize_with(n_levels, Vec::new);
    }
    space.labels.clear();
    let SweepSpace {
        slots,
        labels,
        levels,
    } = space;
    let mut stats = SweepStats::default();
    for &LaneSeed { lane, node, tenths } in seeds {
        if tenths <= limit {
            let mut times = LaneTimes::NONE;
            times.0[lane] = tenths;
            relax(hierarchy, slots, labels, levels, node, &times, 0);
        }
    }
    for level in 0..n_levels {
        // Climbing adds only to higher levels.
        let here = std::mem::take(&mut levels[level]);
        for &node in &here {
            let index = NodeId::new(node).index();
            let label = labels[NodeId::new(slots[index]).index()];
            let earliest = label.earliest();
            stats.n_climbed += 1;
            for &LaneArc { node, tenths } in hierarchy.climbs.of(index) {
                if earliest.saturating_add(tenths) > limit {
                    break;
                }
                stats.n_relaxed_up += 1;
                relax(hierarchy, slots, labels, levels, node, &label, tenths);
            }
        }
        levels[level] = here;
    }
    for level in (0..n_levels).rev() {
        let mut here = std::mem::take(&mut levels[level]);
        for &node in &here {
            let index = NodeId::new(node).index();
            let mut label = labels[NodeId::new(slots[index]).index()];
            slots[index] = NO_SLOT;
            let earliest = label.earliest();
            if earliest > limit {
                continue;
            }
            stats.n_reached += 1;
            for &LaneArc { node, tenths } in descents.of(index) {
                if earliest.saturating_add(tenths) > limit {
                    break;
                }
                stats.n_relaxed_down += 1;
                relax(hierarchy, slots, labels, levels, node, &label, tenths);
            }
            label.cut(limit);
            visitor.visit(node, &label);
        }
        here.clear();
        levels[level] = here;
    }
    stats
}

/// Lowers the label of a node, or gives it one and lists it by its level.
#[inline(always)]
fn relax(
    hierarchy: &Hierarchy,
    slots: &mut [u32],
    labels: &mut Vec<LaneTimes>,
    levels: &mut [Vec<u32>],
    node: u32,
    from: &LaneTimes,
    tenths: u16,
) {
    let index = NodeId::new(node).index();
    let slot = slots[index];
    if slot == NO_SLOT {
        slots[index] = NodeId::from_index(labels.len()).as_u32();
        labels.push(from.over(tenths));
        levels[hierarchy.level(index)].push(node);
    } else {
        labels[NodeId::new(slot).index()].lower_over(from, tenths);
    }
}
