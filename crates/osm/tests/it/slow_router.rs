//! An independent slow router, to check the network builder against.
//!
//! It works on OSM ways and relations directly and shares no code with the import or the graph:
//! own reading (osmpbfreader's plain iterator), own reading of tags, own push reach, own gates. It
//! has no copies of nodes: a state is a junction, the phase of the trip (inside at its beginning,
//! on public streets, inside at its end; riding or with the vehicle left), and which chains of turn
//! restrictions are under way. Searches over the network's arrays cannot see wrong arrays; this
//! one can.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap};
use std::fs::File;
use std::path::Path;

use osmpbfreader::{OsmId, OsmObj, OsmPbfReader, Tags};

/// Who travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Rider,
    Foot,
}

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

struct SlowWay {
    id: i64,
    /// Node numbers; `None` where the file lacks the node.
    nodes: Vec<Option<usize>>,
    /// Millimetres from the beginning, at each node.
    at_mm: Vec<u64>,
    tags: Tags,
}

/// A directed piece of a way between neighbouring nodes: way, index, forward.
type Step = (usize, usize, bool);

struct Rule {
    chain: Vec<Step>,
    only: bool,
    binds_rider: bool,
}

/// A map as OSM objects.
pub(crate) struct SlowMap {
    ways: Vec<SlowWay>,
    /// Steps that leave each node.
    leaving: Vec<Vec<Step>>,
    node_tags: HashMap<usize, Tags>,
    junction: Vec<bool>,
    rules: Vec<Rule>,
    rules_by_first: HashMap<Step, Vec<usize>>,
}

/// A place: way id, and millimetres along it.
pub(crate) type SlowPlace = (i64, u64);

fn haversine_mm(a: (f64, f64), b: (f64, f64)) -> u64 {
    let (la, lb) = (a.1.to_radians(), b.1.to_radians());
    let dlat = ((b.1 - a.1) / 2.0).to_radians().sin();
    let dlng = ((b.0 - a.0) / 2.0).to_radians().sin();
    let h = dlat * dlat + la.cos() * lb.cos() * dlng * dlng;
    let mm = 2.0 * 6_371_008_800.0 * h.sqrt().asin();
    format!("{mm:.0}").parse().unwrap()
}

const CLASSES: &[&str] = &[
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "track",
    "road",
    "path",
    "cycleway",
    "footway",
    "pedestrian",
    "platform",
    "bridleway",
    "steps",
    "busway",
];

fn tag<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.get(key).map(|value| value.as_str())
}

fn is_street(tags: &Tags) -> bool {
    if tag(tags, "building") == Some("yes") {
        return false;
    }
    match tag(tags, "highway") {
        Some(class) => CLASSES.contains(&class),
        None => tag(tags, "route") == Some("ferry"),
    }
}

/// `open`, `enter`, `private`, `side`, `dismount`, `closed`; the most open part of a list.
fn meaning(value: &str) -> &'static str {
    let of = |part: &str| match part.trim() {
        "use_sidepath" => (1, "side"),
        "dismount" => (2, "dismount"),
        "destination" | "delivery" | "customers" => (3, "enter"),
        "private" | "permit" | "residents" => (4, "private"),
        "no" | "agricultural" | "forestry" | "emergency" | "military" => (5, "closed"),
        _ => (0, "open"),
    };
    value.split(';').map(of).min().unwrap().1
}

/// What a direction of a way allows: millimetres per second, pushing, and what makes it inner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowed {
    speed: u64,
    push: bool,
    inside: Option<&'static str>,
}

fn kmh(value: f64) -> u64 {
    format!("{:.0}", value * 1_000_000.0 / 3_600.0)
        .parse()
        .unwrap()
}

fn keys(who: Who) -> (&'static [&'static str], &'static [&'static str]) {
    match who {
        Who::Rider => (
            &["electric_bicycle", "bicycle", "vehicle", "access"],
            &["electric_bicycle", "bicycle"],
        ),
        Who::Foot => (&["foot", "access"], &["foot"]),
    }
}

/// Value of the first key present, and whether its direction was named.
fn said<'a>(tags: &'a Tags, keys: &[&str], forward: bool) -> Option<(&'a str, bool)> {
    let suffix = if forward { "forward" } else { "backward" };
    keys.iter().find_map(|key| {
        let directed = tag(tags, &format!("{key}:{suffix}")).map(|v| (v, true));
        directed.or_else(|| tag(tags, key).map(|v| (v, false)))
    })
}

fn oneway_value(value: &str) -> (bool, bool) {
    match value {
        "yes" | "true" | "1" => (true, false),
        "-1" | "reverse" => (false, true),
        _ => (true, true),
    }
}

fn direction_open(tags: &Tags, who: Who, forward: bool) -> bool {
    let pick = |both: (bool, bool)| if forward { both.0 } else { both.1 };
    let class = tag(tags, "highway").unwrap_or("ferry");
    let (all, own) = keys(who);
    if let Some(value) = own.iter().find_map(|k| tag(tags, &format!("oneway:{k}"))) {
        return pick(oneway_value(value));
    }
    if who == Who::Foot {
        if class == "steps" {
            return match tag(tags, "conveying") {
                Some("forward") => forward,
                Some("backward") => !forward,
                _ => true,
            };
        }
        if class != "ferry" {
            return true;
        }
    } else {
        let sides = [
            "cycleway",
            "cycleway:left",
            "cycleway:right",
            "cycleway:both",
        ];
        let opposite = sides.iter().any(|side| {
            tag(tags, side).is_some_and(|v| v.starts_with("opposite"))
                || (*side != "cycleway"
                    && matches!(tag(tags, &format!("{side}:oneway")), Some("no" | "-1")))
        });
        if opposite {
            return true;
        }
    }
    if let Some((value, true)) = said(tags, all, forward)
        && meaning(value) != "closed"
    {
        return true;
    }
    match tag(tags, "oneway") {
        Some(value) => pick(oneway_value(value)),
        None => forward || !(tag(tags, "junction") == Some("roundabout") || class == "motorway"),
    }
}

fn max_speed(tags: &Tags, forward: bool) -> Option<f64> {
    let parse = |text: &str| -> Option<f64> {
        let text = text.trim();
        if text == "walk" {
            return Some(5.0);
        }
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let number: f64 = digits.parse().ok()?;
        let unit = text[digits.len()..].trim();
        let limit = match unit {
            "" | "km/h" | "kmh" | "kph" => number,
            "mph" => (number * 1.609).round(),
            _ => return None,
        };
        (limit > 0.0 && number < 65_536.0).then_some(limit)
    };
    let key = if forward {
        "maxspeed:forward"
    } else {
        "maxspeed:backward"
    };
    tag(tags, key)
        .and_then(parse)
        .or_else(|| tag(tags, "maxspeed").and_then(parse))
}

/// Riding or walking, without pushing.
fn plain(tags: &Tags, who: Who, ferries: bool, forward: bool) -> Result<Allowed, &'static str> {
    let class = tag(tags, "highway").unwrap_or("ferry");
    let (all, own) = keys(who);
    if class == "ferry" && !ferries {
        return Err("closed");
    }
    let own_open = own.iter().any(|key| {
        said(tags, &[key], forward)
            .is_some_and(|(v, _)| matches!(meaning(v), "open" | "enter" | "private"))
    });
    let sidewalk = [
        "sidewalk",
        "sidewalk:left",
        "sidewalk:right",
        "sidewalk:both",
    ]
    .iter()
    .any(|k| matches!(tag(tags, k), Some("yes" | "both" | "left" | "right")));
    let lane = [
        "cycleway",
        "cycleway:left",
        "cycleway:right",
        "cycleway:both",
    ]
    .iter()
    .any(|k| matches!(tag(tags, k), Some("lane" | "track" | "shared_lane")));
    let motorroad = tag(tags, "motorroad") == Some("yes");
    let minor = matches!(
        tag(tags, "service"),
        Some("parking_aisle" | "driveway" | "alley")
    );
    let segregated = tag(tags, "segregated") == Some("yes");
    let link = class.trim_end_matches("_link");
    let speed = if who == Who::Foot {
        let open = match link {
            "motorway" | "trunk" => own_open || sidewalk,
            "bridleway" => own_open,
            "busway" => false,
            _ => true,
        } && (!motorroad || own_open || sidewalk);
        if !open {
            return Err("class");
        }
        match class {
            "steps" => 600,
            "ferry" => kmh(10.0),
            _ => 1_200,
        }
    } else {
        let designated = own.iter().any(|key| {
            said(tags, &[key], forward)
                .is_some_and(|(v, _)| v.split(';').any(|p| p.trim() == "designated"))
        });
        let (open, km) = match link {
            "primary" | "secondary" | "tertiary" | "cycleway" => (true, 20.0),
            "unclassified" | "residential" => (true, 18.0),
            "service" if minor => (true, if designated { 12.0 } else { 8.0 }),
            "living_street" | "service" | "track" | "road" => (true, 12.0),
            "path" => (true, if segregated { 15.0 } else { 10.0 }),
            "pedestrian" | "footway" | "platform" => {
                (own_open, if segregated { 15.0 } else { 10.0 })
            }
            "bridleway" => (own_open, 10.0),
            "trunk" => (own_open || lane, 20.0),
            "motorway" => (own_open, 20.0),
            "ferry" => (true, 10.0),
            _ => (false, 1.0),
        };
        if !open || (motorroad && !own_open) {
            return Err("class");
        }
        let mut speed = kmh(km);
        if class != "ferry" {
            if let Some(limit) = max_speed(tags, forward) {
                speed = speed.min(kmh(limit));
            }
            let surface = match tag(tags, "surface") {
                Some("paving_stones" | "sett" | "compacted") => 15.0,
                Some("gravel" | "ground" | "unpaved") => 10.0,
                Some("sand" | "mud") => 4.0,
                _ => 25.0,
            };
            let smooth = match tag(tags, "smoothness") {
                Some("bad") => 12.0,
                Some("very_bad") => 8.0,
                Some("horrible" | "very_horrible") => 5.0,
                _ => 25.0,
            };
            speed = speed.min(kmh(surface)).min(kmh(smooth));
        }
        speed
    };
    let mut inside = None;
    if let Some((value, directed)) = said(tags, all, forward) {
        match meaning(value) {
            "closed" => return Err(if directed { "direction" } else { "access" }),
            "dismount" if who == Who::Rider && class != "ferry" => return Err("access"),
            "enter" => inside = Some("destination"),
            "private" => inside = Some("private"),
            _ => {}
        }
    }
    if class == "ferry" {
        let named = |k: &&str| tag(tags, k).is_some();
        let others = [
            "foot",
            "bicycle",
            "electric_bicycle",
            "cargo_bike",
            "motor_vehicle",
            "motorcar",
            "motorcycle",
            "moped",
            "mofa",
        ];
        let is_named =
            |k: &&&str| tag(tags, k).is_some_and(|v| !matches!(meaning(v), "closed" | "dismount"));
        if !own.iter().any(named) && others.iter().any(|k| is_named(&k)) {
            return Err("closed");
        }
    }
    if !direction_open(tags, who, forward) {
        return Err("direction");
    }
    if who == Who::Rider && tag(tags, "smoothness") == Some("impassable") && class != "ferry" {
        return Err("class");
    }
    Ok(Allowed {
        speed,
        push: false,
        inside,
    })
}

fn allowed(tags: &Tags, who: Who, ferries: bool, forward: bool) -> Option<Allowed> {
    let reason = match plain(tags, who, ferries, forward) {
        Ok(open) => return Some(open),
        Err(reason) => reason,
    };
    let class = tag(tags, "highway").unwrap_or("ferry");
    if who == Who::Foot || class == "ferry" || reason == "direction" {
        return None;
    }
    let speed = match (class, tag(tags, "ramp:bicycle")) {
        ("steps", Some("yes")) => kmh(2.0),
        ("steps", _) => return None,
        _ => kmh(4.0),
    };
    if !direction_open(tags, Who::Rider, forward) {
        return None;
    }
    let walk = plain(tags, Who::Foot, ferries, forward).ok()?;
    Some(Allowed {
        speed,
        push: true,
        inside: walk.inside,
    })
}

/// What stands on a node: `pass`, `block`, or a gate with its default policy and whether an open
/// tag stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stands {
    Pass,
    Block,
    Gate(&'static str, bool),
}

fn stands(tags: &Tags, who: Who) -> Stands {
    let (all, own) = keys(who);
    let barrier = tag(tags, "barrier").filter(|b| *b != "no");
    let gate = matches!(
        barrier,
        Some("gate" | "lift_gate" | "swing_gate" | "entrance")
    );
    let locked = tag(tags, "locked") == Some("yes");
    let shut = if gate {
        Stands::Gate("shut", false)
    } else {
        Stands::Block
    };
    let asked = if locked { own } else { all };
    let value = asked
        .iter()
        .find_map(|k| tag(tags, &format!("{k}:forward")).or_else(|| tag(tags, k)));
    if tag(tags, "highway") != Some("crossing")
        && let Some(value) = value
    {
        return match meaning(value) {
            "closed" => shut,
            "enter" | "private" => Stands::Gate("enter", false),
            _ if gate => Stands::Gate("through", true),
            _ => Stands::Pass,
        };
    }
    if locked {
        return shut;
    }
    if gate {
        return Stands::Gate("through", false);
    }
    match barrier {
        Some("fence") if matches!(tag(tags, "sensory"), Some("audible" | "audio")) => Stands::Pass,
        Some("wall" | "fence" | "yes") => Stands::Block,
        Some("stile" | "turnstile" | "full-height_turnstile" | "kissing_gate")
            if who == Who::Rider =>
        {
            Stands::Block
        }
        _ => Stands::Pass,
    }
}

/// Whether anything on a node could stop or admit somebody.
fn matters(tags: &Tags) -> bool {
    let access = [
        "access",
        "foot",
        "vehicle",
        "bicycle",
        "electric_bicycle",
        "cargo_bike",
        "motor_vehicle",
        "motorcar",
        "motorcycle",
        "moped",
        "mofa",
    ];
    tag(tags, "barrier").is_some_and(|b| b != "no")
        || tag(tags, "locked") == Some("yes")
        || (tag(tags, "highway") != Some("crossing")
            && access.iter().any(|k| {
                tag(tags, k).is_some()
                    || tag(tags, &format!("{k}:forward")).is_some()
                    || tag(tags, &format!("{k}:backward")).is_some()
            }))
}

impl SlowMap {
    pub(crate) fn read(path: &Path) -> Self {
        let mut pbf = OsmPbfReader::new(File::open(path).unwrap());
        let mut positions: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
        let mut all_tags: BTreeMap<i64, Tags> = BTreeMap::new();
        let mut raw_ways: BTreeMap<i64, (Vec<i64>, Tags)> = BTreeMap::new();
        let mut relations = BTreeMap::new();
        let mut way_order: Vec<i64> = Vec::new();
        for object in pbf.iter() {
            match object.unwrap() {
                OsmObj::Node(node) => {
                    let at = (node.decimicro_lon, node.decimicro_lat);
                    let degrees = |v: i32| f64::from(v) / 1e7;
                    positions.insert(node.id.0, (degrees(at.0), degrees(at.1)));
                    all_tags.insert(node.id.0, node.tags);
                }
                OsmObj::Way(way) => {
                    let nodes = way.nodes.iter().map(|n| n.0).collect();
                    if raw_ways.insert(way.id.0, (nodes, way.tags)).is_none() {
                        way_order.push(way.id.0);
                    }
                }
                OsmObj::Relation(relation) => {
                    relations.insert(relation.id.0, relation);
                }
            }
        }
        let mut numbers: HashMap<i64, usize> = HashMap::new();
        let mut map = Self {
            ways: Vec::new(),
            leaving: Vec::new(),
            node_tags: HashMap::new(),
            junction: Vec::new(),
            rules: Vec::new(),
            rules_by_first: HashMap::new(),
        };
        let mut visits: Vec<u32> = Vec::new();
        for id in way_order {
            let (refs, tags) = &raw_ways[&id];
            if !is_street(tags) {
                continue;
            }
            let mut refs: Vec<i64> = refs.clone();
            refs.dedup();
            let mut way = SlowWay {
                id,
                nodes: Vec::new(),
                at_mm: Vec::new(),
                tags: tags.clone(),
            };
            let mut at = 0;
            let mut last: Option<(f64, f64)> = None;
            for node in refs {
                let here = positions.get(&node).copied();
                let number = here.map(|_| {
                    let next = numbers.len();
                    let number = *numbers.entry(node).or_insert(next);
                    if number == next {
                        map.leaving.push(Vec::new());
                        visits.push(0);
                        if let Some(tags) = all_tags.get(&node).filter(|tags| matters(tags)) {
                            map.node_tags.insert(number, tags.clone());
                        }
                    }
                    number
                });
                if let (Some(from), Some(to)) = (last, here) {
                    at += haversine_mm(from, to);
                }
                way.nodes.push(number);
                way.at_mm.push(at);
                last = here;
            }
            let index = map.ways.len();
            for i in 0..way.nodes.len() {
                let Some(node) = way.nodes[i] else { continue };
                let before = i.checked_sub(1).and_then(|b| way.nodes[b]);
                let after = way.nodes.get(i + 1).copied().flatten();
                if before.is_none() && after.is_none() {
                    continue;
                }
                visits[node] += if before.is_some() && after.is_some() {
                    1
                } else {
                    2
                };
                if after.is_some() {
                    map.leaving[node].push((index, i, true));
                }
                if before.is_some() {
                    map.leaving[node].push((index, i - 1, false));
                }
            }
            map.ways.push(way);
        }
        map.junction = (0..visits.len())
            .map(|n| visits[n] > 1 || map.node_tags.contains_key(&n))
            .collect();
        map.read_rules(&relations, &numbers);
        map
    }

    fn head(&self, (way, i, forward): Step) -> usize {
        self.ways[way].nodes[if forward { i + 1 } else { i }].unwrap()
    }

    fn ends(&self, way: usize) -> Option<(usize, usize)> {
        // First and last node of what is there.
        let mut there = self.ways[way].nodes.windows(2).enumerate();
        let first = there.find(|(_, pair)| pair[0].is_some() && pair[1].is_some())?;
        let nodes = &self.ways[way].nodes;
        let last = (1..nodes.len())
            .rev()
            .find(|&i| nodes[i].is_some() && nodes[i - 1].is_some())?;
        Some((first.1[0].unwrap(), nodes[last].unwrap()))
    }

    /// All steps of a way from one of its ends.
    fn walk(&self, way: usize, from: usize) -> Option<Vec<Step>> {
        let (first, last) = self.ends(way)?;
        if first == last {
            return None;
        }
        let n = self.ways[way].nodes.len() - 1;
        let steps: Vec<usize> = (0..n)
            .filter(|&i| self.ways[way].nodes[i].is_some() && self.ways[way].nodes[i + 1].is_some())
            .collect();
        let whole = steps.windows(2).all(|pair| pair[1] == pair[0] + 1);
        if from == first {
            whole.then(|| steps.iter().map(|&i| (way, i, true)).collect())
        } else if from == last {
            whole.then(|| steps.iter().rev().map(|&i| (way, i, false)).collect())
        } else {
            None
        }
    }

    /// The step by which a way arrives at a node that is one of its two ends.
    fn arriving(&self, way: usize, node: usize) -> Option<Step> {
        let (first, last) = self.ends(way)?;
        let is_there = |i: &usize| {
            self.ways[way].nodes[*i].is_some() && self.ways[way].nodes[*i + 1].is_some()
        };
        let mut steps = (0..self.ways[way].nodes.len() - 1).filter(is_there);
        match (first == node, last == node) {
            (true, false) => Some((way, steps.next()?, false)),
            (false, true) => Some((way, steps.next_back()?, true)),
            _ => None,
        }
    }

    fn read_rules(
        &mut self,
        relations: &BTreeMap<i64, osmpbfreader::Relation>,
        numbers: &HashMap<i64, usize>,
    ) {
        let way_numbers: HashMap<i64, usize> = (0..self.ways.len())
            .filter(|&w| self.ends(w).is_some())
            .map(|w| (self.ways[w].id, w))
            .collect();
        for relation in relations.values() {
            let tags = &relation.tags;
            let is_turn = tag(tags, "type")
                .is_some_and(|t| t == "restriction" || t.starts_with("restriction:"));
            if !is_turn || tag(tags, "day_on").is_some() || tag(tags, "hour_on").is_some() {
                continue;
            }
            let known = ["bicycle", "electric_bicycle", "vehicle", "access"];
            let others = [
                "foot",
                "cargo_bike",
                "motor_vehicle",
                "motorcar",
                "motorcycle",
                "moped",
                "mofa",
            ];
            let (kind, mut binds) = if let Some(kind) = tag(tags, "restriction") {
                (kind.to_owned(), true)
            } else {
                let all = known.iter().chain(&others);
                let mut found = all
                    .filter_map(|k| Some((*k, tag(tags, &format!("restriction:{k}"))?.to_owned())));
                match found.next() {
                    Some((key, kind)) => (kind, known.contains(&key)),
                    None => continue,
                }
            };
            if let Some(except) = tag(tags, "except") {
                binds &= !except.split([';', ',']).any(|e| known.contains(&e.trim()));
            }
            let only = kind.starts_with("only_");
            if !only && !kind.starts_with("no_") {
                continue;
            }
            let members = |role: &str| -> Vec<OsmId> {
                let all = relation.refs.iter();
                all.filter(|r| r.role == role).map(|r| r.member).collect()
            };
            let ways = |ids: &[OsmId]| -> Option<Vec<usize>> {
                let all = ids.iter().filter_map(|id| match id {
                    OsmId::Way(way) => Some(way_numbers.get(&way.0).copied()),
                    _ => None,
                });
                all.collect()
            };
            let via = members("via");
            let (Some(from), Some(to)) = (ways(&members("from")), ways(&members("to"))) else {
                continue;
            };
            let via_nodes: Vec<i64> = via
                .iter()
                .filter_map(|id| {
                    if let OsmId::Node(n) = id {
                        Some(n.0)
                    } else {
                        None
                    }
                })
                .collect();
            let Some(via_ways) = ways(&via) else { continue };
            let mut chains = Vec::new();
            let mut broken = from.is_empty() || to.is_empty();
            for &f in &from {
                for &t in &to {
                    let mut found: BTreeSet<Vec<Step>> = BTreeSet::new();
                    let back = |(w, i, forward): Step| (w, i, !forward);
                    if let ([node], true) = (&via_nodes[..], via_ways.is_empty()) {
                        let node = numbers.get(node).copied();
                        let pair =
                            node.and_then(|n| Some((self.arriving(f, n)?, self.arriving(t, n)?)));
                        found.extend(pair.map(|(a, b)| vec![a, back(b)]));
                    } else if via_nodes.is_empty() && !via_ways.is_empty() && via_ways.len() <= 6 {
                        let (first, last) = self.ends(f).unwrap();
                        for start in [first, last] {
                            let Some(a) = self.arriving(f, start) else {
                                continue;
                            };
                            self.orders(vec![a], start, &via_ways, t, &mut found);
                        }
                    }
                    if found.len() == 1 {
                        chains.extend(found);
                    } else {
                        broken = true;
                    }
                }
            }
            if broken {
                continue;
            }
            for chain in chains {
                let number = self.rules.len();
                self.rules_by_first
                    .entry(chain[0])
                    .or_default()
                    .push(number);
                self.rules.push(Rule {
                    chain,
                    only,
                    binds_rider: binds,
                });
            }
        }
    }

    fn orders(
        &self,
        chain: Vec<Step>,
        at: usize,
        rest: &[usize],
        to: usize,
        found: &mut BTreeSet<Vec<Step>>,
    ) {
        if rest.is_empty() {
            if let Some((w, i, forward)) = self.arriving(to, at) {
                let mut chain = chain;
                chain.push((w, i, !forward));
                found.insert(chain);
            }
            return;
        }
        for (k, &way) in rest.iter().enumerate() {
            if let Some(steps) = self.walk(way, at) {
                let end = self.head(*steps.last().unwrap());
                let mut chain = chain.clone();
                chain.extend(steps);
                let mut rest = rest.to_vec();
                rest.remove(k);
                self.orders(chain, end, &rest, to, found);
            }
        }
    }
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

type State = (usize, Phase, Vec<(usize, usize)>, Step);

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
    /// Region of inner steps, and per region: ridden, walked.
    region: HashMap<(usize, usize), usize>,
    regions: Vec<(bool, bool)>,
    gates: HashMap<usize, Gate>,
}

#[derive(Clone, Copy, Debug)]
struct Gate {
    mapped: Option<Stands>,
    policy: &'static str,
    public: bool,
    inside: Option<&'static str>,
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
            region: HashMap::new(),
            regions: Vec::new(),
            gates: HashMap::new(),
        };
        if who == Who::Rider {
            router.find_reach();
        }
        router.find_gates();
        router.find_regions();
        router
    }

    fn walks_in(&self) -> bool {
        self.who == Who::Rider && self.plan.gates == Some("walk-in")
    }

    fn find_reach(&mut self) {
        let map = self.map;
        let kind = |way: usize| {
            let open: Vec<_> = self.open[way].iter().flatten().collect();
            if open.iter().any(|a| !a.push) {
                2
            } else {
                i32::from(!open.is_empty())
            }
        };
        let n = map.leaving.len();
        let rideable: Vec<bool> = (0..n)
            .map(|v| map.leaving[v].iter().any(|s| kind(s.0) == 2))
            .collect();
        let mut distance = vec![u64::MAX; n];
        let mut queue = BinaryHeap::new();
        for v in (0..n).filter(|&v| rideable[v]) {
            distance[v] = 0;
            queue.push(Reverse((0, v)));
        }
        while let Some(Reverse((d, v))) = queue.pop() {
            if d > distance[v] {
                continue;
            }
            for &step in map.leaving[v].iter().filter(|s| kind(s.0) == 1) {
                let w = map.head(step);
                let at = &map.ways[step.0].at_mm;
                let far = d + at[step.1 + 1] - at[step.1];
                if far <= 100_000 && far < distance[w] {
                    distance[w] = far;
                    queue.push(Reverse((far, w)));
                }
            }
        }
        // Streets go on where two push-only pieces meet and nothing else does.
        let goes_on = |v: usize| {
            let steps = &map.leaving[v];
            steps.len() == 2 && steps.iter().all(|s| kind(s.0) == 1) && !rideable[v]
        };
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (way, data) in map.ways.iter().enumerate().filter(|(w, _)| kind(*w) == 1) {
            for i in 0..data.nodes.len().saturating_sub(1) {
                if data.nodes[i].is_none() || data.nodes[i + 1].is_none() || !seen.insert((way, i))
                {
                    continue;
                }
                let mut street = vec![(way, i)];
                let mut near = false;
                let mut todo = vec![data.nodes[i].unwrap(), data.nodes[i + 1].unwrap()];
                while let Some(v) = todo.pop() {
                    if !goes_on(v) {
                        near |= distance[v] != u64::MAX;
                        continue;
                    }
                    for &step in &map.leaving[v] {
                        if seen.insert((step.0, step.1)) {
                            street.push((step.0, step.1));
                            todo.push(map.head(step));
                        }
                    }
                }
                if !near {
                    self.too_far.extend(street);
                }
            }
        }
    }

    fn ride(&self, (way, i, forward): Step) -> Option<Allowed> {
        self.open[way][usize::from(!forward)].filter(|_| !self.too_far.contains(&(way, i)))
    }

    fn is_public(&self, step: Step) -> bool {
        let (way, i, _) = step;
        [true, false]
            .iter()
            .any(|&f| self.ride((way, i, f)).is_some_and(|a| a.inside.is_none()))
    }

    fn inside(&self, (way, i, _): Step) -> Option<&'static str> {
        let own: Vec<Allowed> = [true, false]
            .iter()
            .filter_map(|&f| self.ride((way, i, f)))
            .collect();
        if !own.is_empty() {
            return own.iter().find_map(|a| a.inside);
        }
        if !self.walks_in() {
            return None;
        }
        self.walk[way]
            .iter()
            .flatten()
            .filter_map(|a| a.inside)
            .max()
    }

    fn find_gates(&mut self) {
        let map = self.map;
        let mut gates = HashMap::new();
        for (v, steps) in map.leaving.iter().enumerate() {
            if !map.junction[v] {
                continue;
            }
            let public = steps.iter().any(|&s| self.is_public(s));
            // "private" sorts after "destination": the more private one counts.
            let inside = steps.iter().filter_map(|&s| self.inside(s)).max();
            let mapped = map
                .node_tags
                .get(&v)
                .filter(|_| steps.len() > 1)
                .map(|tags| stands(tags, self.who));
            if mapped.is_none() && !(public && inside.is_some()) {
                continue;
            }
            let is_gate = matches!(mapped, Some(Stands::Gate(..)));
            let from_map = match mapped {
                Some(Stands::Gate(policy, _)) if policy != "through" => policy,
                _ if public && inside.is_some() => "enter",
                _ => "through",
            };
            let citywide = self
                .plan
                .gates
                .filter(|_| is_gate || inside == Some("private"));
            gates.insert(
                v,
                Gate {
                    mapped,
                    policy: match citywide.unwrap_or(from_map) {
                        "walk-in" if self.who == Who::Foot => "enter",
                        policy => policy,
                    },
                    public,
                    inside,
                },
            );
        }
        self.gates = gates;
    }

    fn find_regions(&mut self) {
        let map = self.map;
        let mut region: HashMap<(usize, usize), usize> = HashMap::new();
        let mut regions: Vec<(bool, bool)> = Vec::new();
        for (way, data) in map.ways.iter().enumerate() {
            for i in 0..data.nodes.len().saturating_sub(1) {
                if data.nodes[i].is_none() || data.nodes[i + 1].is_none() {
                    continue;
                }
                if region.contains_key(&(way, i)) || self.inside((way, i, true)).is_none() {
                    continue;
                }
                let id = regions.len();
                region.insert((way, i), id);
                let (mut admits, mut walked_into, mut walked) = (false, false, false);
                let mut todo = vec![data.nodes[i].unwrap(), data.nodes[i + 1].unwrap()];
                let mut seen = BTreeSet::new();
                while let Some(v) = todo.pop() {
                    if !seen.insert(v) {
                        continue;
                    }
                    if let Some(gate) = self.gates.get(&v)
                        && gate.mapped != Some(Stands::Block)
                        && (gate.mapped.is_some() || gate.public)
                    {
                        match gate.policy {
                            "through" | "enter" => admits |= gate.public,
                            "walk-in" => {
                                walked_into |= gate.public;
                                walked = true;
                            }
                            _ => {}
                        }
                    }
                    for &step in &map.leaving[v] {
                        if self.inside(step).is_some()
                            && region.insert((step.0, step.1), id).is_none()
                        {
                            todo.push(map.head(step));
                        }
                    }
                }
                regions.push((admits || !walked_into, walked));
            }
        }
        self.region = region;
        self.regions = regions;
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
                let foot = self.walk[step.0][usize::from(!step.2)]?;
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
        let parks = !gate.public && policy == "walk-in" && gate.mapped.is_some();
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
        let entrance = gate.public && gate.inside.is_some();
        match gate.mapped {
            Some(Stands::Block) => return None,
            Some(Stands::Pass) if !entrance => return Some(0),
            None => {
                // Inner streets that meet at an implied entrance pass no gate.
                let crosses = (from == Phase::Public) != (to == Phase::Public);
                return (!crosses || gate.policy != "shut").then_some(0);
            }
            _ => {}
        }
        match gate.policy {
            "shut" => return None,
            "enter" | "walk-in" if gate.inside.is_none() => return None,
            _ => {}
        }
        let is_gate = matches!(gate.mapped, Some(Stands::Gate(..)));
        if gate.policy == "walk-in" && is_gate && !gate.public && self.who == Who::Rider {
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
        if let Some(exact) = ferry_tenths(&self.map.ways[way], low, high) {
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
    ) -> Option<(Step, u64, Vec<(usize, usize)>)> {
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
        let mut done: BTreeSet<(usize, Phase, Vec<(usize, usize)>, Option<Step>)> = BTreeSet::new();
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
    tag(tags, "highway").is_none()
}

/// A ferry with a duration keeps it, whatever its speed.
fn ferry_tenths(way: &SlowWay, from_mm: u64, to_mm: u64) -> Option<u64> {
    if !is_ferry(&way.tags) {
        return None;
    }
    let (hours, minutes) = tag(&way.tags, "duration")?.split_once(':')?;
    let secs = hours.parse::<u64>().ok()? * 3_600 + minutes.parse::<u64>().ok()? * 60;
    let total = (*way.at_mm.last()?).max(1);
    Some(to_mm * secs * 10 / total - from_mm * secs * 10 / total)
}
