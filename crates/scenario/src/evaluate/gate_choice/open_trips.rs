use std::collections::BTreeMap;

use coverage::DemandId;
use graph::{ArcId, CompoundId, GateId, NodeId};
use rayon::prelude::*;
use reach::{Direction, NearestFacilities, Place, SearchSpace, within};
use units::TravelTime;

use crate::evaluate::gate_choice::permissions::Gates;
use crate::evaluate::streets::StreetsView;

/// Places that join another street when all gates are open.
pub(crate) struct Rejoined {
    /// Demand points that some way, however straight, could bring to a facility within the limit.
    pub(crate) points: Vec<DemandId>,
    pub(crate) n_points: usize,
    pub(crate) n_facilities: usize,
}

impl Rejoined {
    pub(crate) fn of(
        gates: &Gates<'_>,
        view: &StreetsView<'_>,
        open_view: &StreetsView<'_>,
    ) -> Self {
        let (usual, opened) = (view.demand.links(), open_view.demand.links());
        let moved = (0..usual.len()).filter(|&at| usual[at] != opened[at]);
        let moved: Vec<DemandId> = moved.map(DemandId::from_index).collect();
        let n_points = moved.len();
        let metric = open_view.network.metric();
        let arcs = open_view.network.graph().topology().arcs();
        let fastest = arcs.filter_map(|arc| metric.arc_speed(arc)).max();
        let limit = gates.standard().limit;
        let ridden_m = fastest.map_or(0.0, |s| {
            f64::from(s.as_mm_per_s()) / 1_000.0 * limit.as_secs_f64()
        });
        // Both ends may lie this far from their streets.
        let reach_m = ridden_m + 2.0 * view.link.radius.as_m_f64();
        let is_near = |point: &DemandId| {
            let position = gates.state.project.demand.points()[point.index()].position;
            let mut facilities = gates.open.iter();
            facilities.any(|facility| position.distance_to(facility.position).as_m_f64() <= reach_m)
        };
        let facilities = [view, open_view].map(|view| view.link_facilities(&gates.open));
        let pairs = facilities[0].links().iter().zip(facilities[1].links());
        Self {
            points: moved.into_iter().filter(is_near).collect(),
            n_points,
            n_facilities: pairs.filter(|(a, b)| a != b).count(),
        }
    }
}

/// Trips with all gates open: what is left of a trip behind each arc that permissions open.
pub(crate) struct OpenTrips {
    pub(crate) limit: TravelTime,
    /// For each permission the arcs that it opens or quickens: where they begin, and the time from
    /// there to the nearest facility by way of the arc.
    pub(crate) arcs: Vec<Vec<(NodeId, TravelTime)>>,
    /// Whether opening gates closes or lengthens nothing, and every opened arc belongs to a
    /// permission.
    pub(crate) only_gain: bool,
}

impl OpenTrips {
    pub(crate) fn of(
        gates: &Gates<'_>,
        view: &StreetsView<'_>,
        open_view: &StreetsView<'_>,
    ) -> Self {
        let graph = open_view.network.graph();
        let (usual, opened) = (view.network.metric(), open_view.network.metric());
        let mut of_gate: BTreeMap<GateId, usize> = BTreeMap::new();
        let mut of_compound: BTreeMap<CompoundId, usize> = BTreeMap::new();
        for (number, permission) in gates.permissions.iter().enumerate() {
            of_gate.extend(permission.gates.iter().map(|&gate| (gate, number)));
            of_compound.extend(permission.compound.map(|compound| (compound, number)));
        }
        let given = |gate: GateId| of_gate.contains_key(&gate);
        let permission_of = |arc: ArcId| match graph.link(arc) {
            Some(
                graph::Link::IntoGate(gate)
                | graph::Link::OutOfGate(gate)
                | graph::Link::Layer { gate, .. },
            ) => of_gate.get(&gate).copied(),
            Some(graph::Link::Turn(_)) => None,
            None => {
                let compound = graph
                    .arc_edge(arc)
                    .and_then(|edge| graph.edge_compound(edge));
                compound.and_then(|compound| of_compound.get(&compound).copied())
            }
        };
        let limit = gates.standard().limit;
        let (_, places): (Vec<usize>, Vec<Place>) = open_view.link_facilities(&gates.open).linked();
        let nearest =
            NearestFacilities::new(&open_view.network, &places, Direction::Towards, limit);
        let mut arcs = vec![Vec::new(); gates.permissions.len()];
        let mut only_gain = true;
        for arc in graph.topology().arcs() {
            match (usual.arc_time(arc), opened.arc_time(arc)) {
                (None, None) => {}
                (Some(before), Some(after)) if before == after => {}
                // What lay behind gates is public once they let everybody through: its streets
                // are travelled on their public arcs, and nobody changes layers there.
                (Some(before), None) => {
                    only_gain &= match graph.link(arc) {
                        Some(graph::Link::Layer { gate, .. }) => given(gate),
                        Some(_) => false,
                        None => is_public_as_well(graph, opened, arc, before),
                    };
                }
                (Some(before), Some(after)) if before < after => only_gain = false,
                (_, Some(after)) => {
                    let Some(permission) = permission_of(arc) else {
                        only_gain = false;
                        continue;
                    };
                    let (tail, head) = (graph.topology().tail(arc), graph.topology().head(arc));
                    if let [Some(rest), _] = nearest.at_node(head) {
                        arcs[permission].push((tail, after + rest.time));
                    }
                }
            }
        }
        Self {
            limit,
            arcs,
            only_gain,
        }
    }

    /// For each demand point the permissions on some trip to a facility within the limit,
    /// ascending.
    ///
    /// Cost: a search from each point, and the opened arcs.
    pub(crate) fn permissions_of(
        &self,
        view: &StreetsView<'_>,
        points: &[DemandId],
    ) -> Vec<Vec<usize>> {
        let arcs = view.network.arcs(Direction::From);
        points
            .par_iter()
            .map_init(SearchSpace::default, |space, point| {
                let Some(link) = &view.demand.links()[point.index()] else {
                    return Vec::new();
                };
                let seeds = link.place.seeds(&view.network, Direction::From);
                let reached = within(arcs, space, seeds, self.limit);
                let is_on_trip = |&(tail, rest): &(NodeId, TravelTime)| {
                    reached
                        .time(tail)
                        .is_some_and(|time| time + rest <= self.limit)
                };
                let on_trips = self.arcs.iter().enumerate();
                on_trips
                    .filter(|(_, arcs)| arcs.iter().any(is_on_trip))
                    .map(|(permission, _)| permission)
                    .collect()
            })
            .collect()
    }
}

/// Whether the street of an arc is open in the same direction on public streets, as fast as before.
fn is_public_as_well(
    graph: &graph::StreetGraph,
    opened: &graph::Metric,
    arc: ArcId,
    before: TravelTime,
) -> bool {
    let Some(edge) = graph.arc_edge(arc) else {
        return false;
    };
    let is_forward = graph.arc_is_forward(arc);
    let mut others = graph.destination_arcs(edge).iter();
    others.any(|&other| {
        graph.arc_is_forward(other) == is_forward
            && graph.layer(graph.topology().tail(other)) == graph::Layer::Public
            && opened.arc_time(other).is_some_and(|after| after <= before)
    })
}
