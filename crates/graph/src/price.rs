//! From profile and policies to a price for every arc.

use units::{Speed, TravelTime};

use crate::copies::Union;
use crate::push_reach::{self, EdgeUse};
use crate::verdict::{self, OpenWay, Passage, Verdict};
use crate::{
    ArcId, ArcPrice, EdgeId, Gate, GateId, GatePolicy, Heading, Inside, Layer, Link, Metric,
    Policies, Profile, Stops, StreetGraph, TravelsAs, TurnOnFoot, TurnSetId, TurnStance,
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

/// One gate for one profile.
#[derive(Clone, Copy, Debug)]
struct GateState {
    passage: Passage,
    policy: GatePolicy,
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
        prices.find_regions();
        prices
    }

    fn find_push_reach(&mut self) {
        let Some(push) = self.profile.push else {
            self.out_of_reach = vec![false; self.graph.n_edges()];
            return;
        };
        let per_facts: Vec<EdgeUse> = self
            .verdicts
            .iter()
            .map(|both| {
                let open = || both.iter().filter_map(|verdict| verdict.open());
                if open().any(|way| !way.is_push) {
                    EdgeUse::Ridden
                } else if open().next().is_some() {
                    EdgeUse::PushOnly
                } else {
                    EdgeUse::Closed
                }
            })
            .collect();
        let uses: Vec<EdgeUse> = self
            .graph
            .edges()
            .map(|edge| per_facts[self.graph.edge_facts_id(edge).index()])
            .collect();
        self.out_of_reach = push_reach::out_of_reach(self.graph, &uses, push.reach);
    }

    /// How an edge is travelled in a direction, push reach included.
    fn open(&self, edge: EdgeId, heading: Heading) -> Option<OpenWay> {
        let facts = self.graph.edge_facts_id(edge);
        self.verdicts[facts.index()][heading.index()]
            .open()
            .filter(|_| !self.out_of_reach[edge.index()])
    }

    /// How an edge is walked after the vehicle was left, when that can happen.
    fn walked(&self, edge: EdgeId, heading: Heading) -> Option<OpenWay> {
        let facts = self.graph.edge_facts_id(edge);
        self.walking.get(facts.index())?[heading.index()].open()
    }

    /// What makes an edge inner street: for this profile, or for walkers where the vehicle is left
    /// and this profile cannot go at all.
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

    fn decide_gates(&mut self) {
        let decide = |(id, gate): (GateId, &Gate)| {
            let passage = self
                .graph
                .gate_facts(id)
                .map_or(Passage::Pass, |facts| verdict::of_node(self.profile, facts));
            let edges = self.graph.gate_edges(id);
            let has_public = edges.iter().any(|&edge| self.is_public(edge));
            let inside = edges.iter().filter_map(|&edge| self.inside(edge)).max();
            let inner = edges.iter().filter(|&&edge| self.inside(edge).is_some());
            let n_inner_ends: usize = inner
                .map(|&edge| {
                    let (start, end) = self.graph.edge_ends(edge);
                    usize::from(start == gate.node) + usize::from(end == gate.node)
                })
                .sum();
            let policies = &self.policies.gates;
            let listed = policies.by_gate.get(&id).copied().or_else(|| {
                let compound = gate.compound?;
                policies.by_compound.get(&compound).copied()
            });
            let is_gate = matches!(passage, Passage::Gate { .. });
            let citywide = policies
                .citywide
                .filter(|_| is_gate || inside == Some(Inside::Private));
            let from_map = match passage {
                Passage::Gate { policy, .. } if policy != GatePolicy::Through => policy,
                // What lies behind is private, whatever stands before it.
                _ if inside.is_some() && has_public => GatePolicy::Enter,
                _ => GatePolicy::Through,
            };
            let policy = match listed.or(citywide).unwrap_or(from_map) {
                // Who has no vehicle leaves none.
                GatePolicy::WalkIn if !self.profile.has_vehicle() => GatePolicy::Enter,
                policy => policy,
            };
            GateState {
                passage,
                policy,
                has_public,
                inside,
                is_amid: !has_public && n_inner_ends > 1,
            }
        };
        self.gates = self.graph.gates().map(decide).collect();
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
                    self.gate_passes(gate) && !(self.vehicle_stays(gate) && layer.leaves());
                passes.then(|| self.gate_delay(gate))
            }
            Link::OutOfGate(gate) => {
                let passes = self.gate_passes(gate) && !(self.vehicle_stays(gate) && layer.comes());
                passes.then_some(TravelTime::ZERO)
            }
            Link::Layer { gate, from, to } => {
                let passes = self.changes_layer(gate, from, to);
                passes.then_some(TravelTime::ZERO)
            }
            Link::Turn(set) => self.turn(set),
        }
    }

    /// Whether one gets from a street's side of a gate to its middle, or back.
    fn gate_passes(&self, gate: GateId) -> bool {
        let state = &self.gates[gate.index()];
        let is_entrance = state.has_public && state.inside.is_some();
        match state.passage {
            Passage::Block => return false,
            // Nothing is decided where no public street meets an inner one.
            Passage::Pass if !is_entrance => return true,
            Passage::Pass | Passage::Gate { .. } => {}
        }
        match state.policy {
            GatePolicy::Shut => false,
            GatePolicy::Through => true,
            // With public street on both sides there is no inside to enter.
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
        if state.inside.is_none() {
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
