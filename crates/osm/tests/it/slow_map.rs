//! OSM ways and relations as the slow router sees them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::Path;

use osmpbfreader::{OsmId, OsmObj, OsmPbfReader, Tags};

use crate::slow_squares;
use crate::slow_tags::{is_street, matters, tag};

pub(crate) struct SlowWay {
    pub(crate) id: i64,
    /// Node numbers; `None` where the file lacks the node.
    pub(crate) nodes: Vec<Option<usize>>,
    /// Millimetres from the beginning, at each node.
    pub(crate) at_mm: Vec<u64>,
    pub(crate) tags: Tags,
    /// A straight way across an area, which bears the id of the area.
    pub(crate) is_across: bool,
}

/// A directed piece of a way between neighbouring nodes: way, index, forward.
pub(crate) type Step = (usize, usize, bool);

pub(crate) struct Rule {
    pub(crate) chain: Vec<Step>,
    pub(crate) only: bool,
    pub(crate) binds_rider: bool,
}

/// A map as OSM objects.
pub(crate) struct SlowMap {
    pub(crate) ways: Vec<SlowWay>,
    /// Steps that leave each node.
    pub(crate) leaving: Vec<Vec<Step>>,
    pub(crate) node_tags: HashMap<usize, Tags>,
    pub(crate) junction: Vec<bool>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) rules_by_first: HashMap<Step, Vec<usize>>,
}

/// Id, nodes and tags of a street, and whether it runs straight across an area.
type Street = (i64, Vec<i64>, Tags, bool);

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
        let mut streets: BTreeMap<i64, Tags> = raw_ways
            .iter()
            .filter(|(_, (_, tags))| is_street(tags))
            .map(|(id, (_, tags))| (*id, tags.clone()))
            .collect();
        let areas = slow_squares::areas(&raw_ways, &relations, &mut streets);
        let across = slow_squares::across(&areas, &streets, &raw_ways, &positions);
        let mut drawn: Vec<Street> = Vec::new();
        for id in way_order {
            if let Some(tags) = streets.get(&id) {
                drawn.push((id, raw_ways[&id].0.clone(), tags.clone(), false));
            }
        }
        drawn.extend(
            across
                .into_iter()
                .map(|(id, ends, tags)| (id, ends.to_vec(), tags, true)),
        );
        let mut visits: Vec<u32> = Vec::new();
        for street in drawn {
            map.add(street, &positions, &all_tags, &mut numbers, &mut visits);
        }
        map.junction = (0..visits.len())
            .map(|n| visits[n] > 1 || map.node_tags.contains_key(&n))
            .collect();
        map.read_rules(&relations, &numbers);
        map
    }

    /// Adds a street with its steps.
    fn add(
        &mut self,
        (id, mut refs, tags, is_across): Street,
        positions: &BTreeMap<i64, (f64, f64)>,
        all_tags: &BTreeMap<i64, Tags>,
        numbers: &mut HashMap<i64, usize>,
        visits: &mut Vec<u32>,
    ) {
        refs.dedup();
        let mut way = SlowWay {
            id,
            nodes: Vec::new(),
            at_mm: Vec::new(),
            tags,
            is_across,
        };
        let mut at = 0;
        let mut last: Option<(f64, f64)> = None;
        for node in refs {
            let here = positions.get(&node).copied();
            let number = here.map(|_| {
                let next = numbers.len();
                let number = *numbers.entry(node).or_insert(next);
                if number == next {
                    self.leaving.push(Vec::new());
                    visits.push(0);
                    if let Some(tags) = all_tags.get(&node).filter(|tags| matters(tags)) {
                        self.node_tags.insert(number, tags.clone());
                    }
                }
                number
            });
            if let (Some(from), Some(to)) = (last, here) {
                // A lift goes up, however short it is on the map.
                let lift = tag(&way.tags, "highway") == Some("elevator");
                at += haversine_mm(from, to).max(u64::from(lift));
            }
            way.nodes.push(number);
            way.at_mm.push(at);
            last = here;
        }
        let index = self.ways.len();
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
                self.leaving[node].push((index, i, true));
            }
            if before.is_some() {
                self.leaving[node].push((index, i - 1, false));
            }
        }
        self.ways.push(way);
    }

    pub(crate) fn head(&self, (way, i, forward): Step) -> usize {
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

    #[expect(
        clippy::too_many_lines,
        reason = "a list of rules, read from top to bottom"
    )]
    fn read_rules(
        &mut self,
        relations: &BTreeMap<i64, osmpbfreader::Relation>,
        numbers: &HashMap<i64, usize>,
    ) {
        let way_numbers: HashMap<i64, usize> = (0..self.ways.len())
            .filter(|&w| !self.ways[w].is_across && self.ends(w).is_some())
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
