//! An independent slow router, to check the network builder against.
//!
//! It works on OSM ways and relations directly and shares no code with the import or the graph:
//! own reading (osmpbfreader's plain iterator), own reading of tags, own push reach, own gates. It
//! has no copies of nodes: a state is a junction, the phase of the trip (inside at its beginning,
//! on public streets, inside at its end; riding or with the vehicle left), and which chains of turn
//! restrictions are under way. Searches over the network's arrays cannot see wrong arrays; this
//! one can.

#[path = "slow_router/regions.rs"]
mod regions;

use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

use osmpbfreader::Tags;

use crate::slow_map::{SlowMap, SlowPlace, SlowWay, Step};
use crate::slow_tags::{Allowed, Stands, Who, allowed, class_of, stands, tag};

/// What a plan says, as plain text values.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    /// `through`, `enter`, `walk-in`, `shut`.
    pub(crate) gates: Option<&'static str>,
    /// Tenths of a second; `None` closes banned turns.
    pub(crate) turn_on_foot: Option<u64>,
    pub(crate) ferries: bool,
    /// Tenths of a second.
    pub(crate) gate_delay: u64,
}

/// Part of a trip; the order is of no meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Phase {
    Out,
    OutWalking,
    Public,
    In,
    InWalking,
}

/// Which chains of restrictions are under way: rule, and arcs done less one.
type Chains = Vec<(usize, usize)>;

type State = (usize, Phase, Chains, Step);

/// A set of steps with its length, and the way and place where it begins.
type Sized = (u64, Reverse<(i64, u64)>, BTreeSet<(usize, usize)>);

/// The map for one traveller under one plan.
pub(crate) struct SlowRouter<'a> {
    map: &'a SlowMap,
    who: Who,
    plan: Plan,
    /// Per way and direction.
    open: Vec<[Option<Allowed>; 2]>,
    walk: Vec<[Option<Allowed>; 2]>,
    /// Steps (forward) that are push-only and out of reach.
    too_far: BTreeSet<(usize, usize)>,
    /// Steps (forward) behind gates, whatever their tags say.
    behind: BTreeSet<(usize, usize)>,
    /// Region of inner steps, and per region: ridden, walked.
    region: HashMap<(usize, usize), usize>,
    regions: Vec<(bool, bool)>,
    gates: HashMap<usize, Gate>,
}

#[derive(Clone, Copy, Debug)]
struct Gate {
    mapped: Option<Stands>,
    policy: &'static str,
    /// Lets through along public streets, though what lies behind may be entered only.
    past: bool,
    public: bool,
    inside: Option<&'static str>,
    /// Several inner streets and no public one.
    amid: bool,
}

impl<'a> SlowRouter<'a> {
    pub(crate) fn new(map: &'a SlowMap, who: Who, plan: Plan) -> Self {
        let judge = |who| {
            let all = map.ways.iter();
            all.map(|way| [true, false].map(|f| allowed(&way.tags, who, plan.ferries, f)))
                .collect::<Vec<_>>()
        };
        let mut router = Self {
            map,
            who,
            plan,
            open: judge(who),
            walk: judge(Who::Foot),
            too_far: BTreeSet::new(),
            behind: BTreeSet::new(),
            region: HashMap::new(),
            regions: Vec::new(),
            gates: HashMap::new(),
        };
        if who == Who::Rider {
            router.find_reach();
        }
        router.find_gates();
        router.find_behind();
        router.find_regions();
        router
    }

    fn walks_in(&self) -> bool {
        self.who == Who::Rider && self.plan.gates == Some("walk-in")
    }

    /// How a step is travelled in a phase.
    fn travel(&self, step: Step, phase: Phase) -> Option<u64> {
        let own = self.ride(step);
        let inner = own.is_some_and(|a| a.inside.is_some());
        let region = self.region.get(&(step.0, step.1)).map(|&r| self.regions[r]);
        let (ridden, walked) = region.unwrap_or((true, false));
        match phase {
            Phase::Public => own.filter(|a| a.inside.is_none()).map(|a| a.speed),
            Phase::Out | Phase::In => own.filter(|_| inner && ridden).map(|a| a.speed),
            Phase::OutWalking | Phase::InWalking => {
                let foot = self.on_foot(step)?;
                let ours = inner || (own.is_none() && foot.inside.is_some());
                (self.walks_in() && walked && ours).then_some(foot.speed)
            }
        }
    }

    /// Phases reachable at a node without moving, the present one included.
    fn phases(&self, v: usize, from: Phase) -> Vec<Phase> {
        use Phase::{In, InWalking, Out, OutWalking, Public};
        let mut reached = vec![from];
        let Some(gate) = self.gates.get(&v).filter(|g| g.inside.is_some()) else {
            return reached;
        };
        let policy = gate.policy;
        let enters = gate.public && matches!(policy, "through" | "enter");
        let passes = gate.public && policy == "through";
        let walks = gate.public && policy == "walk-in";
        let parks =
            gate.amid && policy == "walk-in" && matches!(gate.mapped, Some(Stands::Gate(..)));
        let links = [
            (Out, Public, enters),
            (Public, In, enters),
            (In, Public, passes),
            (OutWalking, Public, walks),
            (Public, InWalking, walks),
            (In, InWalking, parks),
            (OutWalking, Out, parks),
        ];
        let mut i = 0;
        while i < reached.len() {
            for &(a, b, open) in &links {
                if open && a == reached[i] && !reached.contains(&b) {
                    reached.push(b);
                }
            }
            i += 1;
        }
        reached
    }

    /// Whether one gets across a node from one street to another, and the delay.
    fn across(&self, v: usize, from: Phase, to: Phase) -> Option<u64> {
        let Some(gate) = self.gates.get(&v) else {
            return Some(0);
        };
        let crosses = (from == Phase::Public) != (to == Phase::Public);
        match gate.mapped {
            Some(Stands::Block) => return None,
            // Only who enters or leaves passes an implied gate.
            Some(Stands::Pass) | None => {
                return (!crosses || gate.policy != "shut").then_some(0);
            }
            Some(Stands::Gate(..)) => {}
        }
        match gate.policy {
            "shut" => return None,
            // Nobody is let through from street to street.
            "enter" | "walk-in" if gate.inside.is_none() => return None,
            "enter" | "walk-in" if !crosses && to == Phase::Public && !gate.past => return None,
            _ => {}
        }
        let is_gate = matches!(gate.mapped, Some(Stands::Gate(..)));
        if gate.policy == "walk-in" && is_gate && gate.amid && self.who == Who::Rider {
            // The vehicle stays in the middle.
            if matches!(from, Phase::Public | Phase::Out) || matches!(to, Phase::Public | Phase::In)
            {
                return None;
            }
        }
        let pays = matches!(gate.mapped, Some(Stands::Gate(_, false))) && self.who == Who::Rider;
        Some(if pays { self.plan.gate_delay } else { 0 })
    }

    /// Progress of restrictions after a step, and its price; `None` when it is banned for good.
    fn turn(&self, progress: &[(usize, usize)], step: Step) -> Option<(Vec<(usize, usize)>, u64)> {
        let mut next = Vec::new();
        let mut banned = false;
        for &(rule, done) in progress {
            let rule_data = &self.map.rules[rule];
            let awaited = rule_data.chain[done + 1];
            let last = done + 2 == rule_data.chain.len();
            if last {
                let binds = self.who == Who::Rider && rule_data.binds_rider;
                banned |= binds && (awaited == step) != rule_data.only;
            } else if awaited == step {
                next.push((rule, done + 1));
            }
        }
        if let Some(rules) = self.map.rules_by_first.get(&step) {
            next.extend(rules.iter().map(|&rule| (rule, 0)));
        }
        next.sort_unstable();
        next.dedup();
        let price = if banned { self.plan.turn_on_foot? } else { 0 };
        Some((next, price))
    }

    fn tenths(&self, way: usize, from_mm: u64, to_mm: u64, speed: u64) -> u64 {
        let (low, high) = (from_mm.min(to_mm), from_mm.max(to_mm));
        if let Some(exact) = timed_tenths(&self.map.ways[way], low, high) {
            return exact;
        }
        let at = |mm: u64| (mm * 10 + speed / 2) / speed;
        at(high) - at(low)
    }

    /// Steps from a node along one street to the next junction: the end, time, and progress.
    fn street(
        &self,
        first: Step,
        phase: Phase,
        progress: &[(usize, usize)],
    ) -> Option<(Step, u64, Chains)> {
        let way = &self.map.ways[first.0];
        let speed = self.travel(first, phase)?;
        let (mut progress, price) = self.turn(progress, first)?;
        let mut step = first;
        while !self.map.junction[self.map.head(step)] {
            step.1 = if step.2 { step.1 + 1 } else { step.1 - 1 };
            progress = self.turn(&progress, step)?.0;
        }
        let begin = way.at_mm[if first.2 { first.1 } else { first.1 + 1 }];
        let end = way.at_mm[if step.2 { step.1 + 1 } else { step.1 }];
        Some((
            step,
            price + self.tenths(first.0, begin, end, speed),
            progress,
        ))
    }

    /// The step that holds a place, and whether there is one.
    fn step_at(&self, (id, mm): SlowPlace) -> Option<(usize, usize)> {
        let way = self.map.ways.iter().position(|w| w.id == id)?;
        let data = &self.map.ways[way];
        let i = (0..data.nodes.len() - 1).find(|&i| {
            data.nodes[i].is_some()
                && data.nodes[i + 1].is_some()
                && data.at_mm[i] <= mm
                && mm < data.at_mm[i + 1]
        })?;
        Some((way, i))
    }

    /// Times in tenths of a second from one place to others, up to a limit.
    pub(crate) fn times(
        &self,
        origin: SlowPlace,
        to: &[SlowPlace],
        limit: u64,
    ) -> Vec<Option<u64>> {
        let mut queue: BinaryHeap<Reverse<(u64, State)>> = BinaryHeap::new();
        let mut best: Vec<Option<u64>> = vec![None; to.len()];
        let places: Vec<Option<(usize, usize)>> = to.iter().map(|&p| self.step_at(p)).collect();
        let mut by_step: HashMap<(usize, usize), Vec<usize>> = HashMap::new();
        for (k, place) in places.iter().enumerate() {
            if let Some(step) = place {
                by_step.entry(*step).or_default().push(k);
            }
        }
        let mut improve = |k: usize, time: u64| {
            if time <= limit && best[k].is_none_or(|b| time < b) {
                best[k] = Some(time);
            }
        };
        let Some((way, i)) = self.step_at(origin) else {
            return best;
        };
        let data = &self.map.ways[way];
        for forward in [true, false] {
            for phase in [Phase::Public, Phase::Out, Phase::OutWalking] {
                let mut step = (way, i, forward);
                if is_ferry(&data.tags) {
                    continue;
                }
                let Some(speed) = self.travel(step, phase) else {
                    continue;
                };
                let mut progress = self.turn(&[], step).unwrap().0;
                loop {
                    for &k in by_step.get(&(step.0, step.1)).into_iter().flatten() {
                        let ahead = if forward {
                            to[k].1 >= origin.1
                        } else {
                            to[k].1 <= origin.1
                        };
                        if ahead {
                            improve(k, self.tenths(way, origin.1, to[k].1, speed));
                        }
                    }
                    if self.map.junction[self.map.head(step)] {
                        break;
                    }
                    step.1 = if forward { step.1 + 1 } else { step.1 - 1 };
                    progress = self.turn(&progress, step).unwrap().0;
                }
                let end = data.at_mm[if forward { step.1 + 1 } else { step.1 }];
                let time = self.tenths(way, origin.1, end, speed);
                queue.push(Reverse((
                    time,
                    (self.map.head(step), phase, progress, step),
                )));
            }
        }
        let mut done: BTreeSet<(usize, Phase, Chains, Option<Step>)> = BTreeSet::new();
        while let Some(Reverse((time, (v, phase, progress, arrived)))) = queue.pop() {
            // How one came matters where something stands on the node: turning back passes nothing.
            let has_sides = self.gates.get(&v).is_some_and(|g| g.mapped.is_some());
            let side = has_sides.then_some(arrived);
            if time > limit || !done.insert((v, phase, progress.clone(), side)) {
                continue;
            }
            for &next in &self.map.leaving[v] {
                let turns_back = (next.0, next.1) == (arrived.0, arrived.1);
                for to_phase in self.phases(v, phase) {
                    let stays = turns_back && to_phase == phase && has_sides;
                    let delay = if stays {
                        Some(0)
                    } else {
                        self.across(v, phase, to_phase)
                    };
                    let Some(delay) = delay else { continue };
                    let Some((last, cost, progress_after)) = self.street(next, to_phase, &progress)
                    else {
                        continue;
                    };
                    let speed = self.travel(next, to_phase).unwrap();
                    let way = &self.map.ways[next.0];
                    let begin = way.at_mm[if next.2 { next.1 } else { next.1 + 1 }];
                    let price = self.turn(&progress, next).unwrap().1;
                    if !is_ferry(&way.tags) {
                        let (low, high) = (next.1.min(last.1), next.1.max(last.1));
                        for i in low..=high {
                            for &k in by_step.get(&(next.0, i)).into_iter().flatten() {
                                let tail = self.tenths(next.0, begin, to[k].1, speed);
                                improve(k, time + delay + price + tail);
                            }
                        }
                    }
                    let w = self.map.head(last);
                    let total = time + delay + cost;
                    queue.push(Reverse((total, (w, to_phase, progress_after, last))));
                }
            }
        }
        best
    }
}

fn is_ferry(tags: &Tags) -> bool {
    class_of(tags) == "ferry"
}

/// A ferry with a duration keeps it, whatever its speed; so does a lift, which takes half a minute
/// unless told otherwise.
fn timed_tenths(way: &SlowWay, from_mm: u64, to_mm: u64) -> Option<u64> {
    let class = class_of(&way.tags);
    if !matches!(class, "ferry" | "elevator") {
        return None;
    }
    let lift = (class == "elevator").then_some(30);
    let secs = tag(&way.tags, "duration").and_then(seconds).or(lift)?;
    let total = (*way.at_mm.last()?).max(1);
    Some(to_mm * secs * 10 / total - from_mm * secs * 10 / total)
}

/// `PT20M`, minutes, hours and minutes, or seconds besides.
fn seconds(duration: &str) -> Option<u64> {
    if let Some(minutes) = duration.strip_prefix("PT") {
        return Some(minutes.strip_suffix('M')?.parse::<u64>().ok()? * 60);
    }
    let parts: Option<Vec<u64>> = duration.split(':').map(|part| part.parse().ok()).collect();
    match parts?[..] {
        [minutes] => Some(minutes * 60),
        [hours, minutes] => Some((hours * 60 + minutes) * 60),
        [hours, minutes, secs] => Some((hours * 60 + minutes) * 60 + secs),
        _ => None,
    }
}
