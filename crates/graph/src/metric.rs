//! The time of every arc, and what hangs together by it.

mod arc_cost;
mod component;
mod petgraph_view;

pub use arc_cost::{gate_policies, streets_behind_gates};
pub use component::{Components, StreetPiece};
pub use petgraph_view::{OpenArc, PetgraphView, VisitedNodes};

use units::{Length, Speed, TravelTime};
use xxhash_rust::xxh3::xxh3_64;

use crate::{ArcId, EdgeId, StreetGraph};

/// One travel time per arc, for one profile and one set of policies.
///
/// The time of an arc is rounded at cumulative positions along its way
/// ([`Speed::time_between`]), so it does not depend on how the way is cut; the times of parts of an
/// arc are rounded at the same positions and add up exactly to the whole.
/// A delay (a gate, a signal) is paid on entering the head of an arc.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Tenths of a second per arc, delay included; `CLOSED` where the arc may not be travelled.
    tenths: Vec<u32>,
    /// Millimetres per second per arc; zero for link arcs and closed arcs.
    mm_per_s: Vec<u32>,
    fingerprint: u64,
}

/// Marks an arc that may not be travelled.
const CLOSED: u32 = u32::MAX;

/// What an arc of an edge costs: its length at a speed, and a delay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ArcCost {
    /// Speed along the edge.
    pub speed: Speed,
    /// Paid once on entering the head.
    pub delay: TravelTime,
}

impl Metric {
    /// From the cost of every arc of an edge and for every link arc; `None` closes the arc.
    ///
    /// `cost` sees arcs of edges only; `link` says what a link arc costs.
    ///
    /// Cost: one call for each arc.
    pub fn from_costs(
        graph: &StreetGraph,
        mut cost: impl FnMut(ArcId, EdgeId) -> Option<ArcCost>,
        mut link: impl FnMut(ArcId) -> Option<TravelTime>,
    ) -> Self {
        let n_arcs = graph.n_arcs();
        let mut tenths = Vec::with_capacity(n_arcs);
        let mut mm_per_s = Vec::with_capacity(n_arcs);
        for arc in graph.topology().arcs() {
            let (time, speed) = match graph.arc_edge(arc) {
                None => (link(arc), 0),
                Some(edge) => match cost(arc, edge) {
                    None => (None, 0),
                    Some(cost) => {
                        let (start, end) = way_positions(graph, edge);
                        let time = cost.speed.time_between(start, end) + cost.delay;
                        (Some(time), cost.speed.as_mm_per_s())
                    }
                },
            };
            tenths.push(time.map_or(CLOSED, TravelTime::as_tenths));
            mm_per_s.push(speed);
        }
        Self::finish(tenths, mm_per_s)
    }

    /// Every arc open at one speed; link arcs are free. For drawn maps and the grid city.
    pub fn uniform(graph: &StreetGraph, speed: Speed) -> Self {
        let cost = ArcCost {
            speed,
            delay: TravelTime::ZERO,
        };
        Self::from_costs(graph, |_, _| Some(cost), |_| Some(TravelTime::ZERO))
    }

    /// The same metric with some edges closed in both directions.
    ///
    /// Cost: linear in the arcs.
    #[must_use]
    pub fn with_closed_edges(
        &self,
        graph: &StreetGraph,
        closed: impl IntoIterator<Item = EdgeId>,
    ) -> Self {
        let mut tenths = self.tenths.clone();
        let mut mm_per_s = self.mm_per_s.clone();
        let mut is_closed = vec![false; graph.n_edges()];
        for edge in closed {
            is_closed[edge.index()] = true;
        }
        for arc in graph.topology().arcs() {
            if graph
                .arc_edge(arc)
                .is_some_and(|edge| is_closed[edge.index()])
            {
                tenths[arc.index()] = CLOSED;
                mm_per_s[arc.index()] = 0;
            }
        }
        Self::finish(tenths, mm_per_s)
    }

    fn finish(tenths: Vec<u32>, mm_per_s: Vec<u32>) -> Self {
        let bytes: Vec<u8> = tenths
            .iter()
            .chain(&mm_per_s)
            .flat_map(|value| value.to_le_bytes())
            .collect();
        Self {
            tenths,
            mm_per_s,
            fingerprint: xxh3_64(&bytes),
        }
    }

    /// Number of arcs.
    pub fn n_arcs(&self) -> usize {
        self.tenths.len()
    }

    /// Hash of all times and speeds: equal metrics over one graph have equal fingerprints.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// Time along a whole arc; `None` when it may not be travelled.
    pub fn arc_time(&self, arc: ArcId) -> Option<TravelTime> {
        let tenths = self.tenths[arc.index()];
        (tenths != CLOSED).then(|| TravelTime::from_tenths(tenths))
    }

    /// Whether an arc may be travelled.
    pub fn is_open(&self, arc: ArcId) -> bool {
        self.tenths[arc.index()] != CLOSED
    }

    /// Speed along an arc; `None` when it is closed or a link arc.
    pub fn arc_speed(&self, arc: ArcId) -> Option<Speed> {
        Speed::from_mm_per_s(self.mm_per_s[arc.index()])
    }

    /// Time from a point of an arc to its head, the arc's delay included; `None` when the arc is
    /// closed or a link arc.
    ///
    /// `offset` is measured from the start of the edge, in either direction of travel.
    pub fn time_to_head(
        &self,
        graph: &StreetGraph,
        arc: ArcId,
        offset: Length,
    ) -> Option<TravelTime> {
        let edge = graph.arc_edge(arc)?;
        let head_offset = if graph.arc_is_forward(arc) {
            graph.edge_length(edge)
        } else {
            Length::ZERO
        };
        let (start, end) = way_positions(graph, edge);
        let delay = self.arc_time(arc)? - self.arc_speed(arc)?.time_between(start, end);
        Some(self.time_along(graph, arc, offset, head_offset)? + delay)
    }

    /// Time from the tail of an arc to a point of it; `None` when the arc is closed or a link arc.
    ///
    /// `offset` is measured from the start of the edge, in either direction of travel.
    pub fn time_from_tail(
        &self,
        graph: &StreetGraph,
        arc: ArcId,
        offset: Length,
    ) -> Option<TravelTime> {
        let edge = graph.arc_edge(arc)?;
        let tail_offset = if graph.arc_is_forward(arc) {
            Length::ZERO
        } else {
            graph.edge_length(edge)
        };
        self.time_along(graph, arc, tail_offset, offset)
    }

    /// Time between two points of an arc in its direction; `None` when the arc is closed or a link
    /// arc, or when the second point lies behind the first.
    ///
    /// Both offsets are measured from the start of the edge.
    pub fn time_along(
        &self,
        graph: &StreetGraph,
        arc: ArcId,
        from_offset: Length,
        to_offset: Length,
    ) -> Option<TravelTime> {
        let speed = self.arc_speed(arc)?;
        let edge = graph.arc_edge(arc)?;
        let (near, far) = if graph.arc_is_forward(arc) {
            (from_offset, to_offset)
        } else {
            (to_offset, from_offset)
        };
        if near > far {
            return None;
        }
        let (start, end) = way_positions(graph, edge);
        let at = |offset: Length| (start + u64::from(offset.as_mm())).min(end);
        Some(speed.time_between(at(near), at(far)))
    }
}

/// Where an edge starts and ends along its way, in millimetres.
fn way_positions(graph: &StreetGraph, edge: EdgeId) -> (u64, u64) {
    let start = u64::from(graph.edge_way_start(edge).as_mm());
    (start, start + u64::from(graph.edge_length(edge).as_mm()))
}
