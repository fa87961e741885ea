//! Arc costs: from profile and policies to a speed and a delay for every arc.

mod enclosed;
mod gates;

use units::{Speed, TravelTime};

use self::enclosed::Region;
use self::gates::GateState;
use crate::profile::push_reach::{self, EdgeUse};
use crate::profile::verdict::{self, OpenWay, Passage, Verdict};
use crate::{
    ArcCost, ArcId, EdgeId, GatePolicy, Heading, Inside, Layer, Metric, Policies, Profile, Stops,
    StreetGraph,
};

impl Metric {
    /// What every arc costs for a profile under a plan's policies.
    ///
    /// Cost: linear in the arcs, after one verdict for each entry of the pool of facts.
    pub fn of(graph: &StreetGraph, profile: &Profile, policies: &Policies) -> Self {
        let costs = ArcCosts::new(graph, profile, policies);
        let mut links = graph.links();
        Self::from_costs(
            graph,
            |arc, edge| costs.street(arc, edge),
            |arc| {
                // Both run in arc order.
                let (at, link) = links.next()?;
                debug_assert_eq!(at, arc);
                costs.link(graph.layer(graph.topology().tail(arc)), link)
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
    let costs = ArcCosts::new(graph, profile, policies);
    let decided = |state: &GateState| match state.passage {
        Passage::Gate { .. } => Some(state.policy),
        Passage::Pass if state.has_public && state.inside.is_some() => Some(state.policy),
        _ => None,
    };
    costs.gates.iter().map(decided).collect()
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
    let behind = ArcCosts::new(graph, profile, policies).behind;
    let ids = (0..behind.len()).map(EdgeId::from_index);
    ids.filter(|edge| behind[edge.index()]).collect()
}

struct ArcCosts<'a> {
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

impl<'a> ArcCosts<'a> {
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
        let mut costs = Self {
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
            costs.stops = vec![Stops::default(); graph.n_edges()];
            for &(edge, stops) in graph.stops() {
                costs.stops[edge.index()] = stops;
            }
        }
        costs.find_push_reach();
        costs.decide_gates();
        costs.find_behind();
        costs.find_regions();
        costs
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

    fn street(&self, arc: ArcId, edge: EdgeId) -> Option<ArcCost> {
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
        Some(ArcCost {
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
}
