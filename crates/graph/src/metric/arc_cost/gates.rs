use units::TravelTime;

use super::ArcCosts;
use crate::profile::verdict::{self, Passage};
use crate::{
    Gate, GateId, GatePolicy, Inside, Layer, Link, TravelsAs, TurnOnFoot, TurnSetId, TurnStance,
};

/// One gate for one profile.
#[derive(Clone, Copy, Debug)]
pub(super) struct GateState {
    pub(super) passage: Passage,
    pub(super) policy: GatePolicy,
    /// Whether it lets through along public streets: a gate that only a private street behind it
    /// makes one to be entered stops nobody who goes past.
    pub(super) lets_past: bool,
    /// Some public street for this profile meets here.
    pub(super) has_public: bool,
    /// The most private of the streets inside; `None` without any.
    pub(super) inside: Option<Inside>,
    /// Whether it stands amid inner streets: several meet here, and no public one.
    pub(super) is_amid: bool,
}

impl ArcCosts<'_> {
    /// By the tags of the streets that meet at each gate; what lies behind is looked at later.
    pub(super) fn decide_gates(&mut self) {
        let decide = |(id, gate): (GateId, &Gate)| {
            let passage = self
                .graph
                .gate_facts(id)
                .map_or(Passage::Pass, |facts| verdict::of_node(self.profile, facts));
            let state = self.meeting(id, passage);
            let policies = &self.policies.gates;
            let listed = policies.by_gate.get(&id).copied().or_else(|| {
                let compound = gate.compound?;
                policies.by_compound.get(&compound).copied()
            });
            let is_gate = matches!(passage, Passage::Gate { .. });
            let citywide = policies
                .citywide
                .filter(|_| is_gate || state.inside == Some(Inside::Private));
            let from_map = match passage {
                Passage::Gate { policy, .. } if policy != GatePolicy::Through => policy,
                // What lies behind is private, whatever stands before it.
                _ if state.inside.is_some() && state.has_public => GatePolicy::Enter,
                _ => GatePolicy::Through,
            };
            let from_plan = listed.or(citywide);
            let lets_past = match (from_plan, passage) {
                (Some(policy), _) | (None, Passage::Gate { policy, .. }) => {
                    policy == GatePolicy::Through
                }
                (None, Passage::Pass) => true,
                (None, Passage::Block) => false,
            };
            let policy = match from_plan.unwrap_or(from_map) {
                // Who has no vehicle leaves none.
                GatePolicy::WalkIn if !self.profile.has_vehicle() => GatePolicy::Enter,
                policy => policy,
            };
            GateState {
                policy,
                lets_past,
                ..state
            }
        };
        self.gates = self.graph.gates().map(decide).collect();
    }

    /// What meets at a gate, before anything is decided.
    pub(super) fn meeting(&self, id: GateId, passage: Passage) -> GateState {
        let node = self.graph.gate(id).node;
        let edges = self.graph.gate_edges(id);
        let has_public = edges.iter().any(|&edge| self.is_public(edge));
        let inside = edges.iter().filter_map(|&edge| self.inside(edge)).max();
        let inner = edges.iter().filter(|&&edge| self.inside(edge).is_some());
        let n_inner_ends: usize = inner
            .map(|&edge| {
                let (start, end) = self.graph.edge_ends(edge);
                usize::from(start == node) + usize::from(end == node)
            })
            .sum();
        GateState {
            passage,
            policy: GatePolicy::Through,
            lets_past: true,
            has_public,
            inside,
            is_amid: !has_public && n_inner_ends > 1,
        }
    }

    pub(super) fn link(&self, layer: Layer, link: Link) -> Option<TravelTime> {
        match link {
            Link::IntoGate(gate) => {
                let passes =
                    self.gate_passes(gate, layer) && !(self.vehicle_stays(gate) && layer.leaves());
                passes.then(|| self.gate_delay(gate))
            }
            Link::OutOfGate(gate) => {
                let passes =
                    self.gate_passes(gate, layer) && !(self.vehicle_stays(gate) && layer.comes());
                passes.then_some(TravelTime::ZERO)
            }
            Link::Layer { gate, from, to } => {
                let passes = self.changes_layer(gate, from, to);
                // Who comes from the street has not paid yet.
                let is_first = from == Layer::Public;
                passes.then(|| {
                    if is_first {
                        self.gate_delay(gate)
                    } else {
                        TravelTime::ZERO
                    }
                })
            }
            Link::Turn(set) => self.turn(set),
        }
    }

    /// Whether one gets from a street's side of a gate to its middle, or back, in a layer.
    fn gate_passes(&self, gate: GateId, layer: Layer) -> bool {
        let state = &self.gates[gate.index()];
        let is_entrance = state.has_public && state.inside.is_some();
        let compound = self.graph.gate(gate).compound;
        let has_layers = compound.is_some_and(|c| self.graph.compound_has_layers(c));
        match state.passage {
            Passage::Block => return false,
            // Nothing is decided where no public street meets an inner one, nor between streets of
            // one layer where no gate stands.
            Passage::Pass if !is_entrance || has_layers => return true,
            Passage::Pass | Passage::Gate { .. } => {}
        }
        match state.policy {
            GatePolicy::Shut => false,
            GatePolicy::Through => true,
            // With public street on both sides there is no inside to enter; where there is one with
            // layers, it is entered by a change of them.
            GatePolicy::Enter | GatePolicy::WalkIn if has_layers && layer == Layer::Public => {
                state.lets_past
            }
            GatePolicy::Enter | GatePolicy::WalkIn => state.inside.is_some(),
        }
    }

    /// Whether a gate amid inner streets makes one leave the vehicle at its middle: who ends a
    /// trip inside rides up to it and walks on, who begins one walks up and rides on.
    fn vehicle_stays(&self, gate: GateId) -> bool {
        let state = &self.gates[gate.index()];
        state.policy == GatePolicy::WalkIn
            && matches!(state.passage, Passage::Gate { .. })
            && state.is_amid
    }

    fn gate_delay(&self, gate: GateId) -> TravelTime {
        let state = &self.gates[gate.index()];
        let waits = self.profile.travels_as != TravelsAs::Walker;
        match state.passage {
            Passage::Gate {
                is_tagged_open: false,
                ..
            } if waits => self.policies.gate_delay,
            _ => TravelTime::ZERO,
        }
    }

    fn changes_layer(&self, gate: GateId, from: Layer, to: Layer) -> bool {
        let state = &self.gates[gate.index()];
        if state.inside.is_none() || state.passage == Passage::Block {
            return false;
        }
        let policy = state.policy;
        let walk_in = policy == GatePolicy::WalkIn;
        match (from, to) {
            (Layer::In, Layer::InOnFoot) | (Layer::OutOnFoot, Layer::Out) => {
                self.vehicle_stays(gate)
            }
            (Layer::Public, Layer::InOnFoot) | (Layer::OutOnFoot, Layer::Public) => {
                walk_in && state.has_public
            }
            (Layer::Public, Layer::In) | (Layer::Out, Layer::Public) => {
                state.has_public && matches!(policy, GatePolicy::Through | GatePolicy::Enter)
            }
            (Layer::In, Layer::Public) => state.has_public && policy == GatePolicy::Through,
            _ => false,
        }
    }

    fn turn(&self, set: TurnSetId) -> Option<TravelTime> {
        let mut bindings = self.graph.turn_bindings(set);
        let binds = bindings.any(|binding| binding.binds(&self.profile.keys));
        match (self.profile.turns, self.policies.turn_on_foot) {
            _ if !binds => Some(TravelTime::ZERO),
            (TurnStance::Free, _) => Some(TravelTime::ZERO),
            (TurnStance::OnFoot, TurnOnFoot::Costs(time)) => Some(time),
            (TurnStance::OnFoot, TurnOnFoot::Closed) | (TurnStance::Obeyed, _) => None,
        }
    }
}
