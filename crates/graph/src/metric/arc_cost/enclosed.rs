use units::index;

use super::ArcCosts;
use super::gates::GateState;
use crate::profile::region::{Regions, Stands, Use};
use crate::profile::verdict::Passage;
use crate::topology::Union;
use crate::{EdgeId, GateId, GatePolicy, Heading, NodeId};

/// A compound for one profile.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Region {
    /// Some entrance lets the vehicle in.
    admits_vehicle: bool,
    /// Some entrance lets one walk in.
    walked_into: bool,
    /// Some gate makes one leave the vehicle.
    pub(super) is_walked: bool,
}

impl Region {
    /// Whether the vehicle is used inside. A region without any way in keeps its own vehicles.
    pub(super) fn is_ridden(self) -> bool {
        self.admits_vehicle || !self.walked_into
    }
}

const NO_REGION: u32 = u32::MAX;

impl ArcCosts<'_> {
    /// Finds the streets that gates keep apart from the rest, and looks at the gates again.
    pub(super) fn find_behind(&mut self) {
        let graph = self.graph;
        if graph.n_compounds() == 0 {
            return;
        }
        let of = |edge: EdgeId| {
            if self.is_public(edge) {
                Use::Public
            } else if Heading::BOTH.iter().any(|&h| self.open(edge, h).is_some()) {
                Use::Inner
            } else {
                Use::Closed
            }
        };
        let uses: Vec<Use> = graph.edges().map(of).collect();
        let mut stands = vec![Stands::Nothing; graph.n_original_nodes()];
        for ((_, gate), state) in graph.gates().zip(&self.gates) {
            stands[gate.node.index()] = Stands::of(state.passage);
        }
        let mut regions = Regions::find(&graph.edges, &uses, &stands);
        let may_lie_behind = regions.behind(&graph.edges, &uses, &stands);
        for (id, state) in graph.gates().map(|(id, _)| id).zip(&self.gates) {
            let edges = graph.gate_edges(id).iter().copied();
            if state.passage == Passage::Block {
                continue;
            }
            if state.policy == GatePolicy::Through {
                regions.join(edges.filter(|edge| uses[edge.index()] != Use::Closed));
            } else if state.lets_past {
                for kind in [Use::Public, Use::Inner] {
                    regions.join(edges.clone().filter(|edge| uses[edge.index()] == kind));
                }
            }
        }
        for ((_, gate), state) in graph.gates().zip(&self.gates) {
            if state.passage != Passage::Block && state.policy == GatePolicy::Through {
                stands[gate.node.index()] = Stands::Nothing;
            }
        }
        let mut behind = regions.apart(&uses);
        for (edge, (behind, may)) in graph.edges().zip(behind.iter_mut().zip(may_lie_behind)) {
            // Elsewhere the network was built without the copies it takes.
            *behind &= may && graph.edge_compound(edge).is_some();
        }
        if !self.walking.is_empty() {
            self.add_walked_behind(&uses, &stands, &mut behind);
        }
        if !behind.contains(&true) {
            return;
        }
        self.behind = behind;
        let again = |(id, state): (GateId, &GateState)| GateState {
            policy: state.policy,
            lets_past: state.lets_past,
            ..self.meeting(id, state.passage)
        };
        let ids = graph.gates().map(|(id, _)| id);
        self.gates = ids.zip(&self.gates).map(again).collect();
    }

    /// Paths that only walkers may use lie behind gates when they meet no public street of this
    /// profile but at gates.
    fn add_walked_behind(&self, uses: &[Use], stands: &[Stands], behind: &mut [bool]) {
        let graph = self.graph;
        let is_apart: Vec<bool> = stands.iter().map(|&what| what != Stands::Nothing).collect();
        let mut union = Union::new(graph.n_original_nodes());
        let mut is_public = vec![false; graph.n_original_nodes()];
        let walked_only = |edge: EdgeId| {
            uses[edge.index()] == Use::Closed
                && graph.edge_compound(edge).is_some()
                && Heading::BOTH
                    .iter()
                    .any(|&h| self.walked(edge, h).is_some())
        };
        for edge in graph.edges() {
            let (start, end) = graph.edge_ends(edge);
            if walked_only(edge) && !is_apart[start.index()] && !is_apart[end.index()] {
                union.join(start.as_u32(), end.as_u32());
            }
            for node in [start, end] {
                let is_street = uses[edge.index()] == Use::Public && !behind[edge.index()];
                is_public[node.index()] |= is_street && !is_apart[node.index()];
            }
        }
        let mut meets_public = vec![false; graph.n_original_nodes()];
        for node in (0..graph.n_original_nodes()).filter(|&node| is_public[node]) {
            let root = union.find(NodeId::from_index(node).as_u32());
            meets_public[index(root)] = true;
        }
        for edge in graph.edges().filter(|&edge| walked_only(edge)) {
            let (start, end) = graph.edge_ends(edge);
            behind[edge.index()] = [start, end]
                .iter()
                .filter(|node| !is_apart[node.index()])
                .all(|node| !meets_public[index(union.find(node.as_u32()))]);
        }
    }

    pub(super) fn find_regions(&mut self) {
        let graph = self.graph;
        if graph.n_compounds() == 0 {
            return;
        }
        let in_compound = |edge: &EdgeId| graph.edge_compound(*edge).is_some();
        let inner: Vec<EdgeId> = graph
            .edges()
            .filter(in_compound)
            .filter(|&edge| self.inside(edge).is_some())
            .collect();
        let mut union = Union::new(graph.n_original_nodes());
        for &edge in &inner {
            let (start, end) = graph.edge_ends(edge);
            union.join(start.as_u32(), end.as_u32());
        }
        let mut region_of_root = vec![NO_REGION; graph.n_original_nodes()];
        let mut region_of_edge = vec![NO_REGION; graph.n_edges()];
        let mut n_regions = 0;
        for &edge in &inner {
            let root = union.find(graph.edge_ends(edge).0.as_u32());
            let region = &mut region_of_root[index(root)];
            if *region == NO_REGION {
                *region = n_regions;
                n_regions += 1;
            }
            region_of_edge[edge.index()] = *region;
        }
        let mut regions = vec![Region::default(); index(n_regions)];
        for (id, state) in graph.gates().map(|(id, _)| id).zip(&self.gates) {
            let edges = graph.gate_edges(id).iter();
            let Some(region) = edges
                .map(|edge| region_of_edge[edge.index()])
                .find(|&region| region != NO_REGION)
            else {
                continue;
            };
            let is_decided = match state.passage {
                Passage::Block => false,
                // Where only inner streets meet and no gate stands, nothing is decided; nor at a
                // gate that leads nowhere.
                Passage::Pass => state.has_public,
                Passage::Gate { .. } => state.has_public || state.is_amid,
            };
            if !is_decided {
                continue;
            }
            let region = &mut regions[index(region)];
            match state.policy {
                GatePolicy::Through | GatePolicy::Enter => {
                    region.admits_vehicle |= state.has_public;
                }
                GatePolicy::WalkIn => {
                    region.walked_into |= state.has_public;
                    region.is_walked = true;
                }
                GatePolicy::Shut => {}
            }
        }
        self.regions = regions;
        self.region_of_edge = region_of_edge;
    }

    pub(super) fn region(&self, edge: EdgeId) -> Region {
        let region = self.region_of_edge.get(edge.index()).copied();
        region
            .and_then(|region| self.regions.get(index(region)))
            .copied()
            .unwrap_or_default()
    }
}
