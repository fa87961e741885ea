//! From profile and policies to a price for every arc.

use units::{Speed, TravelTime};

use crate::build::Union;
use crate::profile::push_reach::{self, EdgeUse};
use crate::profile::region::{Regions, Stands, Use};
use crate::profile::verdict::{self, OpenWay, Passage, Verdict};
use crate::{
    ArcId, ArcPrice, EdgeId, Gate, GateId, GatePolicy, Heading, Inside, Layer, Link, Metric,
    NodeId, Policies, Profile, Stops, StreetGraph, TravelsAs, TurnOnFoot, TurnSetId, TurnStance,
};

impl Metric {
    /// What every arc costs for a profile under a plan's policies.
    ///
    /// Cost: linear in the arcs, after one verdict for each entry of the pool of facts.
    pub fn of(graph: &StreetGraph, profile: &Profile, policies: &Policies) -> Self {
        let prices = Prices::new(graph, profile, policies);
        let mut links = graph.links();
        Self::from_prices(
            graph,
            |arc, edge| prices.street(arc, edge),
            |arc| {
                // Both run in arc order.
                let (at, link) = links.next()?;
                debug_assert_eq!(at, arc);
                prices.link(graph.layer(graph.topology().tail(arc)), link)
            },
        )
    }
}

/// The policy that each gate has in the end, for a profile: what a plan says, else the map.
///
/// `None` where nothing is decided: an implied gate that this profile passes on public streets, a
/// barrier that stops it for good, or one that never does.
///
/// Cost: linear in the edges.
pub fn gate_policies(
    graph: &StreetGraph,
    profile: &Profile,
    policies: &Policies,
) -> Vec<Option<GatePolicy>> {
    let prices = Prices::new(graph, profile, policies);
    let decided = |state: &GateState| match state.passage {
        Passage::Gate { .. } => Some(state.policy),
        Passage::Pass if state.has_public && state.inside.is_some() => Some(state.policy),
        _ => None,
    };
    prices.gates.iter().map(decided).collect()
}

/// The streets that gates keep apart from the rest for a profile though their own tags are public,
/// in order: the inside of those gates.
///
/// Cost: nearly linear in the edges.
pub fn streets_behind_gates(
    graph: &StreetGraph,
    profile: &Profile,
    policies: &Policies,
) -> Vec<EdgeId> {
    let behind = Prices::new(graph, profile, policies).behind;
    let ids = (0..behind.len()).map(EdgeId::from_index);
    ids.filter(|edge| behind[edge.index()]).collect()
}

/// One gate for one profile.
#[derive(Clone, Copy, Debug)]
struct GateState {
    passage: Passage,
    policy: GatePolicy,
    /// Whether it lets through along public streets: a gate that only a private street behind it
    /// makes one to be entered stops nobody who goes past.
    lets_past: bool,
    /// Some public street for this profile meets here.
    has_public: bool,
    /// The most private of the streets inside; `None` without any.
    inside: Option<Inside>,
    /// Whether it stands amid inner streets: several meet here, and no public one.
    is_amid: bool,
}

/// A compound for one profile.
#[derive(Clone, Copy, Debug, Default)]
struct Region {
    /// Some entrance lets the vehicle in.
    admits_vehicle: bool,
    /// Some entrance lets one walk in.
    walked_into: bool,
    /// Some gate makes one leave the vehicle.
    is_walked: bool,
}

impl Region {
    /// Whether the vehicle is used inside. A region without any way in keeps its own vehicles.
    fn is_ridden(self) -> bool {
        self.admits_vehicle || !self.walked_into
    }
}

struct Prices<'a> {
    graph: &'a StreetGraph,
    profile: &'a Profile,
    policies: &'a Policies,
    /// Per entry of the pool of facts.
    verdicts: Vec<[Verdict; 2]>,
    /// The same on foot; empty when nobody leaves a vehicle.
    walking: Vec<[Verdict; 2]>,
    /// Per edge: push-only and too far from where one can ride.
    out_of_reach: Vec<bool>,
    /// Per edge: whether it lies behind gates though its own tags are public; empty without gates.
    behind: Vec<bool>,
    gates: Vec<GateState>,
    /// Per edge inside some compound for this profile.
    regions: Vec<Region>,
    region_of_edge: Vec<u32>,
    /// Per edge.
    stops: Vec<Stops>,
}

const NO_REGION: u32 = u32::MAX;

impl<'a> Prices<'a> {
    fn new(graph: &'a StreetGraph, profile: &'a Profile, policies: &'a Policies) -> Self {
        let foot = Profile::foot();
        let judge = |profile: &Profile| -> Vec<[Verdict; 2]> {
            let all = graph.facts().iter();
            all.map(|facts| {
                Heading::BOTH
                    .map(|heading| verdict::with_push(profile, &foot, policies, facts, heading))
            })
            .collect()
        };
        let walk_in = GatePolicy::WalkIn;
        let gates = &policies.gates;
        let leaves_vehicle = profile.has_vehicle()
            && (gates.citywide == Some(walk_in)
                || gates.by_compound.values().any(|&p| p == walk_in)
                || gates.by_gate.values().any(|&p| p == walk_in));
        let has_delays =
            profile.signal_delay > TravelTime::ZERO || profile.crossing_delay > TravelTime::ZERO;
        let mut prices = Self {
            graph,
            profile,
            policies,
            verdicts: judge(profile),
            walking: if leaves_vehicle {
                judge(&foot)
            } else {
                Vec::new()
            },
            out_of_reach: Vec::new(),
            behind: Vec::new(),
            gates: Vec::new(),
            regions: Vec::new(),
            region_of_edge: Vec::new(),
            stops: Vec::new(),
        };
        if has_delays {
            prices.stops = vec![Stops::default(); graph.n_edges()];
            for &(edge, stops) in graph.stops() {
                prices.stops[edge.index()] = stops;
            }
        }
        prices.find_push_reach();
        prices.decide_gates();
        prices.find_behind();
        prices.find_regions();
        prices
    }

    fn find_push_reach(&mut self) {
        let Some(push) = self.profile.push else {
            self.out_of_reach = vec![false; self.graph.n_edges()];
            return;
        };
        let per_facts: Vec<EdgeUse> = self.verdicts.iter().map(EdgeUse::of).collect();
        let uses: Vec<EdgeUse> = self
            .graph
            .edges()
            .map(|edge| per_facts[self.graph.edge_facts_id(edge).index()])
            .collect();
        let n_nodes = self.graph.n_original_nodes();
        self.out_of_reach = push_reach::out_of_reach(n_nodes, &self.graph.edges, &uses, push.reach);
    }

    /// How an edge is travelled in a direction, push reach and gates around it included.
    fn open(&self, edge: EdgeId, heading: Heading) -> Option<OpenWay> {
        let facts = self.graph.edge_facts_id(edge);
        self.verdicts[facts.index()][heading.index()]
            .open()
            .filter(|_| !self.out_of_reach[edge.index()])
            .map(|way| self.enclosed(edge, way))
    }

    /// How an edge is walked after the vehicle was left, when that can happen.
    fn walked(&self, edge: EdgeId, heading: Heading) -> Option<OpenWay> {
        let facts = self.graph.edge_facts_id(edge);
        let way = self.walking.get(facts.index())?[heading.index()].open()?;
        Some(self.enclosed(edge, way))
    }

    /// What lies behind gates is inner street whatever its own tags say.
    fn enclosed(&self, edge: EdgeId, mut way: OpenWay) -> OpenWay {
        if self.behind.get(edge.index()) == Some(&true) {
            way.inside = way.inside.or(Some(Inside::Private));
        }
        way
    }

    /// What makes an edge inner street: for this profile, or for walkers where the vehicle is left
    /// and this profile cannot go at all. Tags and, once they are found, gates around it.
    fn inside(&self, edge: EdgeId) -> Option<Inside> {
        let own = || Heading::BOTH.iter().filter_map(|&h| self.open(edge, h));
        if own().next().is_some() {
            return own().find_map(|way| way.inside);
        }
        let foot = Heading::BOTH.iter().filter_map(|&h| self.walked(edge, h));
        foot.filter_map(|way| way.inside).max()
    }

    fn is_public(&self, edge: EdgeId) -> bool {
        let mut own = Heading::BOTH.iter().filter_map(|&h| self.open(edge, h));
        own.any(|way| way.inside.is_none())
    }

    /// By the tags of the streets that meet at each gate; what lies behind is looked at later.
    fn decide_gates(&mut self) {
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
    fn meeting(&self, id: GateId, passage: Passage) -> GateState {
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

    /// Finds the streets that gates keep apart from the rest, and looks at the gates again.
    fn find_behind(&mut self) {
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
            meets_public[NodeId::new(root).index()] = true;
        }
        for edge in graph.edges().filter(|&edge| walked_only(edge)) {
            let (start, end) = graph.edge_ends(edge);
            behind[edge.index()] = [start, end]
                .iter()
                .filter(|node| !is_apart[node.index()])
                .all(|node| !meets_public[NodeId::new(union.find(node.as_u32())).index()]);
        }
    }

    fn find_regions(&mut self) {
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
            let root = GateId::new(union.find(graph.edge_ends(edge).0.as_u32()));
            let region = &mut region_of_root[root.index()];
            if *region == NO_REGION {
                *region = n_regions;
                n_regions += 1;
            }
            region_of_edge[edge.index()] = *region;
        }
        let mut regions = vec![Region::default(); GateId::new(n_regions).index()];
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
            let region = &mut regions[GateId::new(region).index()];
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

    fn region(&self, edge: EdgeId) -> Region {
        let region = self.region_of_edge.get(edge.index()).copied();
        region
            .and_then(|region| self.regions.get(GateId::new(region).index()))
            .copied()
            .unwrap_or_default()
    }

    fn street(&self, arc: ArcId, edge: EdgeId) -> Option<ArcPrice> {
        let heading = if self.graph.arc_is_forward(arc) {
            Heading::Forward
        } else {
            Heading::Backward
        };
        let layer = self.graph.layer(self.graph.topology().tail(arc));
        let own = self.open(edge, heading);
        let is_inner = own.is_some_and(|way| way.inside.is_some());
        let compound = self.graph.edge_compound(edge);
        let has_layers = compound.is_some_and(|c| self.graph.compound_has_layers(c));
        let leaves_vehicle = !self.walking.is_empty() && compound.is_some();
        let region = if compound.is_some() {
            self.region(edge)
        } else {
            Region::default()
        };
        // Where the vehicle was left: inner streets, and those that only walkers may use.
        let on_foot = || {
            let is_ours = is_inner || own.is_none();
            self.walked(edge, heading)
                .filter(|way| is_ours && (is_inner || way.inside.is_some()))
        };
        let way = match layer {
            Layer::Public if !has_layers && leaves_vehicle && !region.is_ridden() => {
                if is_inner || own.is_none() {
                    on_foot()
                } else {
                    own
                }
            }
            Layer::Public => own.filter(|_| !is_inner || !has_layers),
            Layer::Out | Layer::In => own.filter(|_| is_inner && region.is_ridden()),
            Layer::OutOnFoot | Layer::InOnFoot => {
                on_foot().filter(|_| leaves_vehicle && region.is_walked)
            }
        }?;
        Some(ArcPrice {
            speed: way.speed,
            delay: self.stop_delay(edge, heading) + self.ferry_delay(edge, way.speed),
        })
    }

    fn stop_delay(&self, edge: EdgeId, heading: Heading) -> TravelTime {
        let Some(stops) = self.stops.get(edge.index()) else {
            return TravelTime::ZERO;
        };
        let times = |delay: TravelTime, n: u8| {
            TravelTime::from_tenths(delay.as_tenths().saturating_mul(u32::from(n)))
        };
        times(self.profile.signal_delay, stops.signals[heading.index()])
            + times(
                self.profile.crossing_delay,
                stops.crossings[heading.index()],
            )
    }

    /// What the speed of a ferry in whole millimetres per second leaves of its exact duration.
    fn ferry_delay(&self, edge: EdgeId, speed: Speed) -> TravelTime {
        let Some(times) = self.graph.edge_facts(edge).times else {
            return TravelTime::ZERO;
        };
        let start = u64::from(self.graph.edge_way_start(edge).as_mm());
        let end = start + u64::from(self.graph.edge_length(edge).as_mm());
        let at = |mm: u64| {
            let tenths = mm.saturating_mul(u64::from(times.duration_s) * 10);
            tenths / u64::from(times.length.as_mm()).max(1)
        };
        let exact = u32::try_from(at(end) - at(start)).unwrap_or(u32::MAX);
        TravelTime::from_tenths(exact) - speed.time_between(start, end)
    }

    fn link(&self, layer: Layer, link: Link) -> Option<TravelTime> {
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
