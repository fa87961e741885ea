//! Streets cut into edges at routing nodes, with their facts, gates and turn restrictions.

use std::collections::BTreeMap;
use std::path::Path;

use city::{FindingKind, OsmId};
use graph::verdict::{self, Passage};
use graph::{
    EdgeId, FactsId, Heading, NodeFacts, NodeId, OsmNodeId, OsmWayId, PieceSpec, Profile,
    RoadClass, Stops, StreetGraph, StreetGraphBuilder, TurnRule, WayFacts,
};
use rayon::prelude::*;
use units::{EARTH_RADIUS_M, Length, LngLat};

use crate::ImportError;
use crate::budget::Budget;
use crate::ids::as_usize;
use crate::read::{Extract, Way};
use crate::restriction::{Restriction, Via};

/// The network and what went into it.
pub(crate) struct Network {
    pub(crate) graph: StreetGraph,
    pub(crate) n_ways: u64,
    pub(crate) n_turn_restrictions: u64,
}

/// A street between two routing nodes, named by dense number.
struct Piece {
    start: u32,
    end: u32,
    length_mm: u64,
    way_start_mm: u64,
    shape: (usize, usize),
    stops: Stops,
}

/// The pieces of one way.
#[derive(Default)]
struct CutWay {
    pieces: Vec<Piece>,
    shape: Vec<LngLat>,
    length_mm: u64,
    cuts: Cuts,
}

/// Where a way was cut that goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Cuts {
    /// At a node that is not in the file.
    missing: bool,
    /// Between two nodes that are too far apart.
    far: bool,
}

/// Cuts all streets and freezes the network.
///
/// # Errors
/// When there is no street, or more than the memory that the file may take.
pub(crate) fn build(
    path: &Path,
    extract: &mut Extract,
    memory: &mut Budget,
) -> Result<Network, ImportError> {
    let is_routing = routing_nodes(extract);
    memory.add_pieces(count_pieces(extract, &is_routing))?;
    let streets: Vec<&Way> = extract
        .ways
        .iter()
        .filter(|way| way.street.is_some())
        .collect();
    let mut findings = Vec::new();
    let mut builder = StreetGraphBuilder::new();
    let facts_ids: Vec<FactsId> = extract
        .facts
        .iter()
        .map(|facts| builder.facts_id(facts.clone()))
        .collect();
    let mut edges = WayEdges::new(extract.way_ids.len());
    let mut nodes = Nodes {
        ids: vec![None; extract.node_ids.len()],
    };
    let mut n_ways = 0;
    // Where the ways across areas begin: behind the ring that they are named after.
    let across = extract.across.iter();
    let mut across_from: BTreeMap<i64, u64> = across.map(|across| (across.way, 0)).collect();
    // A part at a time, so that the cut ways never lie in memory all at once.
    let cut = streets.chunks(4_096).flat_map(|ways| {
        ways.par_iter()
            .with_min_len(128)
            .map(|way| cut_way(extract, way, &is_routing))
            .collect::<Vec<CutWay>>()
    });
    for (way, pieces) in streets.iter().zip(cut) {
        let Some(street) = way.street else { continue };
        for (is_found, kind) in [
            (pieces.cuts.missing, FindingKind::MissingNodes),
            (pieces.cuts.far, FindingKind::FarNodes),
        ] {
            if is_found {
                findings.push((kind, OsmId::Way(way.id)));
            }
        }
        if pieces.pieces.is_empty() {
            findings.push((FindingKind::TooShort, OsmId::Way(way.id)));
            continue;
        }
        n_ways += 1;
        if let Some(from) = across_from.get_mut(&way.id) {
            *from = pieces.length_mm;
        }
        let facts_id = timed_facts(
            &mut builder,
            &extract.facts[as_usize(street.facts)],
            facts_ids[as_usize(street.facts)],
            pieces.length_mm,
        );
        let name = street
            .name
            .map(|name| extract.names[as_usize(name)].as_str());
        let handle = builder.way_with(OsmWayId::new(way.id), name, facts_id);
        let number = extract.way_ids.find(way.id).expect("kept ways are indexed");
        for piece in &pieces.pieces {
            let start = nodes.id(&mut builder, extract, piece.start);
            let end = nodes.id(&mut builder, extract, piece.end);
            let edge = builder.add_piece(
                handle,
                PieceSpec {
                    start,
                    end,
                    length: length(piece.length_mm),
                    way_start: length(piece.way_start_mm),
                    shape: &pieces.shape[piece.shape.0..piece.shape.1],
                },
            );
            builder.set_stops(edge, piece.stops);
            edges.add(number, (edge, piece.start, piece.end));
        }
    }
    add_across(extract, &facts_ids, across_from, &mut nodes, &mut builder);
    if edges.all.is_empty() {
        return Err(ImportError::NoStreets {
            path: path.to_owned(),
        });
    }
    findings.extend(add_gates(extract, &nodes, &edges, &mut builder));
    let (n_turn_restrictions, dropped) = add_restrictions(extract, &edges, &mut builder);
    findings.extend(dropped);
    // What is left to do needs none of these.
    drop(is_routing);
    drop(nodes);
    drop(edges);
    extract.let_go();
    for (kind, id) in findings {
        extract.findings.add(kind, id);
    }
    let graph = builder
        .build_ordered()
        .map_err(|source| ImportError::Build {
            path: path.to_owned(),
            source,
        })?;
    Ok(Network {
        graph,
        n_ways,
        n_turn_restrictions,
    })
}

/// Adds the straight ways across areas; `from_mm` is where each begins on the way that it is named
/// after.
fn add_across(
    extract: &Extract,
    facts_ids: &[FactsId],
    mut from_mm: BTreeMap<i64, u64>,
    nodes: &mut Nodes,
    builder: &mut StreetGraphBuilder,
) {
    for across in &extract.across {
        let (a, b) = across.ends;
        let position = |node| extract.positions.get(node).expect("corners are there");
        let name = across.street.name;
        let name = name.map(|name| extract.names[as_usize(name)].as_str());
        let facts = facts_ids[as_usize(across.street.facts)];
        let handle = builder.way_with(OsmWayId::new(across.way), name, facts);
        let start = nodes.id(builder, extract, a);
        let end = nodes.id(builder, extract, b);
        let length_mm = segment_mm(position(a), position(b));
        let from_mm = from_mm.entry(across.way).or_default();
        let meridian = position(a).antimeridian_to(position(b));
        builder.add_piece(
            handle,
            PieceSpec {
                start,
                end,
                length: length(length_mm),
                way_start: length(*from_mm),
                shape: meridian.as_ref().map_or(&[], |shape| shape.as_slice()),
            },
        );
        *from_mm += length_mm;
    }
}

/// The facts of a street, with the length that its duration is spread over.
fn timed_facts(
    builder: &mut StreetGraphBuilder,
    facts: &WayFacts,
    facts_id: FactsId,
    length_mm: u64,
) -> FactsId {
    let Some(mut times) = facts.times else {
        return facts_id;
    };
    times.length = length(length_mm);
    let mut facts = facts.clone();
    facts.times = Some(times);
    builder.facts_id(facts)
}

/// Says what stands on routing nodes, and what is doubted about it.
fn add_gates(
    extract: &Extract,
    nodes: &Nodes,
    edges: &WayEdges,
    builder: &mut StreetGraphBuilder,
) -> Vec<(FindingKind, OsmId)> {
    let mut n_arms = vec![0_u8; extract.node_ids.len()];
    for node in edges.all.iter().flat_map(|edge| [edge.1, edge.2]) {
        let n_arms = &mut n_arms[as_usize(node)];
        *n_arms = n_arms.saturating_add(1);
    }
    let profiles = [Profile::rider(), Profile::foot()];
    let stops_somebody = |facts: &NodeFacts| {
        let mut passages = profiles.iter().map(|who| verdict::of_node(who, facts));
        passages.any(|passage| passage == Passage::Block)
    };
    let mut findings = Vec::new();
    for (&node, mark) in &extract.marks {
        if let Some(id) = nodes.ids[as_usize(node)] {
            let osm_id = OsmId::Node(extract.node_ids.id(node));
            let facts = &mark.facts;
            let is_gate = facts.barrier.is_some_and(graph::Barrier::is_gate);
            if is_gate && facts.access.is_empty() {
                findings.push((FindingKind::GateWithoutAccess, osm_id));
            }
            let is_junction = n_arms[as_usize(node)] > 2;
            if is_junction && facts.barrier.is_some() && stops_somebody(facts) {
                findings.push((FindingKind::BarrierOnJunction, osm_id));
            }
            findings.extend(mark.doubts.kinds().map(|kind| (kind, osm_id)));
            builder.set_node_facts(id, facts.clone());
        }
    }
    findings
}

/// Adds turn restrictions; how many, and which had to be dropped.
fn add_restrictions(
    extract: &Extract,
    edges: &WayEdges,
    builder: &mut StreetGraphBuilder,
) -> (u64, Vec<(FindingKind, OsmId)>) {
    let mut findings = Vec::new();
    let mut n_turn_restrictions = 0;
    for (&id, restriction) in &extract.restrictions {
        match edges.chains(extract, restriction) {
            Ok(rules) => {
                n_turn_restrictions += 1;
                for rule in rules {
                    builder.add_turn_rule(rule);
                }
            }
            Err(kind) => findings.push((kind, OsmId::Relation(id))),
        }
    }
    (n_turn_restrictions, findings)
}

/// Ids of routing nodes, given when a piece first touches them.
struct Nodes {
    ids: Vec<Option<NodeId>>,
}

impl Nodes {
    fn id(&mut self, builder: &mut StreetGraphBuilder, extract: &Extract, node: u32) -> NodeId {
        *self.ids[as_usize(node)].get_or_insert_with(|| {
            let position = extract.positions.get(node);
            let position = position.expect("pieces run between nodes that are there");
            builder.add_node(position, OsmNodeId::new(extract.node_ids.id(node)))
        })
    }
}

/// Calls `take` with each run of nodes of a way that are in the file, neighbours different and not
/// too far apart; says where it was cut.
fn runs(extract: &Extract, way: &Way, buffer: &mut Vec<u32>, mut take: impl FnMut(&[u32])) -> Cuts {
    let refs = &extract.refs[as_usize(way.refs.0)..as_usize(way.refs.1)];
    let facts = way
        .street
        .map(|street| &extract.facts[as_usize(street.facts)]);
    let is_ferry = facts.is_some_and(|facts| facts.class == RoadClass::Ferry);
    let mut cuts = Cuts::default();
    buffer.clear();
    for &node in refs {
        let Some(position) = extract.positions.get(node) else {
            cuts.missing = true;
            if buffer.len() > 1 {
                take(buffer);
            }
            buffer.clear();
            continue;
        };
        let Some(&before) = buffer.last() else {
            buffer.push(node);
            continue;
        };
        if before == node {
            continue;
        }
        let from = extract.positions.get(before);
        if !is_ferry && from.is_some_and(|from| is_too_far(from, position)) {
            cuts.far = true;
            if buffer.len() > 1 {
                take(buffer);
            }
            buffer.clear();
        }
        buffer.push(node);
    }
    if buffer.len() > 1 {
        take(buffer);
    }
    cuts
}

/// Streets longer than this without a node between are mistakes. Even the straightest roads of the
/// deserts are mapped with a node every few kilometres, and nobody rides so far to a service; one
/// misplaced node would make the map of a city as large as a continent.
const MOST_STRAIGHT: Length = Length::from_m(100_000);

/// Whether a straight street between two nodes would be a mistake.
pub(crate) fn is_too_far(a: LngLat, b: LngLat) -> bool {
    let difference = |a: i32, b: i32| (i64::from(a) - i64::from(b)).abs();
    // Half a degree and less is never so far.
    let near = 10 * FLAT_E7;
    let is_near =
        difference(a.lng_e7(), b.lng_e7()) < near && difference(a.lat_e7(), b.lat_e7()) < near;
    !is_near && a.distance_to(b) > MOST_STRAIGHT
}

/// How many pieces the streets fall into.
fn count_pieces(extract: &Extract, is_routing: &[bool]) -> usize {
    let mut buffer = Vec::new();
    let mut n_pieces = 0;
    for way in extract.ways.iter().filter(|way| way.street.is_some()) {
        runs(extract, way, &mut buffer, |run| {
            let rest = run[1..].iter();
            n_pieces += rest.filter(|&&node| is_routing[as_usize(node)]).count();
        });
    }
    n_pieces
}

/// Crossings, ends, and nodes on which something stands.
fn routing_nodes(extract: &Extract) -> Vec<bool> {
    let mut touched = vec![false; extract.positions.len()];
    let mut is_routing = vec![false; extract.positions.len()];
    let mut buffer = Vec::new();
    for way in extract.ways.iter().filter(|way| way.street.is_some()) {
        runs(extract, way, &mut buffer, |run| {
            for &node in run {
                let node = as_usize(node);
                is_routing[node] |= touched[node];
                touched[node] = true;
            }
            for end in [run[0], run[run.len() - 1]] {
                is_routing[as_usize(end)] = true;
            }
        });
    }
    for (&node, mark) in &extract.marks {
        is_routing[as_usize(node)] |= mark.facts.matters();
    }
    is_routing
}

fn cut_way(extract: &Extract, way: &Way, is_routing: &[bool]) -> CutWay {
    let mut buffer = Vec::new();
    let mut all = CutWay::default();
    let position = |node: u32| extract.positions.get(node).expect("runs have positions");
    let class = way
        .street
        .map(|street| extract.facts[as_usize(street.facts)].class);
    // A lift goes up: without a length its duration could not be shared among its pieces.
    let least_mm = u64::from(class == Some(RoadClass::Elevator));
    let cuts = runs(extract, way, &mut buffer, |run| {
        let mut start = run[0];
        let mut start_mm = all.length_mm;
        let mut shape_from = all.shape.len();
        let mut inner = Stops::default();
        for pair in run.windows(2) {
            let (before, node) = (pair[0], pair[1]);
            // A street across the 180° meridian reaches it on one side and goes on on the other.
            let across = position(before).antimeridian_to(position(node));
            all.shape.extend(across.into_iter().flatten());
            all.length_mm += segment_mm(position(before), position(node)).max(least_mm);
            if is_routing[as_usize(node)] {
                let mut stops = inner;
                add_stops(extract, node, &mut stops, &[Heading::Forward]);
                add_stops(extract, start, &mut stops, &[Heading::Backward]);
                all.pieces.push(Piece {
                    start,
                    end: node,
                    length_mm: all.length_mm - start_mm,
                    way_start_mm: start_mm,
                    shape: (shape_from, all.shape.len()),
                    stops,
                });
                start = node;
                start_mm = all.length_mm;
                shape_from = all.shape.len();
                inner = Stops::default();
            } else {
                all.shape.push(position(node));
                add_stops(extract, node, &mut inner, &Heading::BOTH);
            }
        }
    });
    all.cuts = cuts;
    all
}

fn add_stops(extract: &Extract, node: u32, stops: &mut Stops, headings: &[Heading]) {
    let Some(mark) = extract.marks.get(&node) else {
        return;
    };
    for heading in headings {
        let at = heading.index();
        stops.signals[at] = stops.signals[at].saturating_add(u8::from(mark.has_signals));
        stops.crossings[at] = stops.crossings[at].saturating_add(u8::from(mark.has_crossing));
    }
}

fn length(mm: u64) -> Length {
    Length::from_mm(u32::try_from(mm).unwrap_or(u32::MAX))
}

/// Longer segments than this, in 1e-7 degrees, are measured along the great circle.
const FLAT_E7: i64 = 500_000;

/// Length of a straight segment in millimetres.
///
/// Short segments are measured on the plane that touches the earth at their middle: below 0.05
/// degrees it differs from the great circle by less than a millionth, and it takes one cosine
/// instead of four.
fn segment_mm(a: LngLat, b: LngLat) -> u64 {
    let dx = i64::from(b.lng_e7()) - i64::from(a.lng_e7());
    let dy = i64::from(b.lat_e7()) - i64::from(a.lat_e7());
    if dx.abs() > FLAT_E7 || dy.abs() > FLAT_E7 {
        return u64::from(a.distance_to(b).as_mm());
    }
    let mm_per_e7 = EARTH_RADIUS_M * 1_000.0 * std::f64::consts::PI / 180.0 * 1e-7;
    let middle = f64::midpoint(a.lat(), b.lat()).to_radians();
    let x = to_f64(dx) * libm::cos(middle);
    let y = to_f64(dy);
    let mm = (x * x + y * y).sqrt() * mm_per_e7;
    u64::from(Length::from_m_f64(mm / 1_000.0).as_mm())
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "differences of 1e-7 degrees are below 2^33 and exact in a double"
)]
fn to_f64(e7: i64) -> f64 {
    e7 as f64
}

/// An edge with its ends as dense numbers.
type WayEdge = (EdgeId, u32, u32);

/// The edges of each way, in the way's order.
struct WayEdges {
    all: Vec<WayEdge>,
    /// By way number: where its edges lie.
    of_way: Vec<(u32, u32)>,
}

impl WayEdges {
    fn new(n_ways: usize) -> Self {
        Self {
            all: Vec::new(),
            of_way: vec![(0, 0); n_ways],
        }
    }

    fn add(&mut self, way: u32, edge: WayEdge) {
        let at = u32::try_from(self.all.len()).expect("fewer than 2^32 edges");
        let range = &mut self.of_way[as_usize(way)];
        if range.0 == range.1 {
            *range = (at, at);
        }
        range.1 = at + 1;
        self.all.push(edge);
    }

    fn of(&self, extract: &Extract, way: i64) -> Option<&[WayEdge]> {
        let (from, to) = self.of_way[as_usize(extract.way_ids.find(way)?)];
        (from < to).then(|| &self.all[as_usize(from)..as_usize(to)])
    }

    /// The chains of arcs that a restriction speaks of: one for each `from` and `to`.
    fn chains(
        &self,
        extract: &Extract,
        restriction: &Restriction,
    ) -> Result<Vec<TurnRule>, FindingKind> {
        let find = |way: &i64| {
            self.of(extract, *way)
                .ok_or(FindingKind::RestrictionIncomplete)
        };
        let mut rules = Vec::new();
        for from in &restriction.from {
            let from = find(from)?;
            for to in &restriction.to {
                let to = find(to)?;
                let chain = match &restriction.via {
                    Via::Node(node) => {
                        let node = extract.node_ids.find(*node);
                        let node = node.ok_or(FindingKind::RestrictionIncomplete)?;
                        let arrives = arrival(from, node);
                        let leaves = arrival(to, node);
                        match (arrives, leaves) {
                            (Some(arrives), Some((edge, heading))) => {
                                vec![arrives, (edge, heading.reversed())]
                            }
                            _ => return Err(FindingKind::RestrictionAmbiguous),
                        }
                    }
                    Via::Ways(ways) => {
                        let ways: Vec<&[WayEdge]> =
                            ways.iter().map(find).collect::<Result<_, _>>()?;
                        chain_over(from, &ways, to)?
                    }
                };
                rules.push(TurnRule {
                    chain,
                    is_only: restriction.is_only,
                    binding: restriction.binding.clone(),
                });
            }
        }
        Ok(rules)
    }
}

/// Arcs in the order of travel.
type Chain = Vec<(EdgeId, Heading)>;

/// The last arc of a way that ends at a node; `None` when it does not end there, or with both
/// ends.
fn arrival(way: &[WayEdge], node: u32) -> Option<(EdgeId, Heading)> {
    let (first, last) = (way.first()?, way.last()?);
    match (first.1 == node, last.2 == node) {
        (true, false) => Some((first.0, Heading::Backward)),
        (false, true) => Some((last.0, Heading::Forward)),
        _ => None,
    }
}

/// All edges of a way from one of its ends, and the node at the other.
fn along(way: &[WayEdge], node: u32) -> Option<(Chain, u32)> {
    let joined = way.windows(2).all(|pair| pair[0].2 == pair[1].1);
    let (first, last) = (way.first()?, way.last()?);
    if !joined || first.1 == last.2 {
        return None;
    }
    if first.1 == node {
        let edges = way.iter().map(|e| (e.0, Heading::Forward));
        Some((edges.collect(), last.2))
    } else if last.2 == node {
        let edges = way.iter().rev().map(|e| (e.0, Heading::Backward));
        Some((edges.collect(), first.1))
    } else {
        None
    }
}

/// The one chain from a way over others to the last; an error when there is none or several.
fn chain_over(from: &[WayEdge], via: &[&[WayEdge]], to: &[WayEdge]) -> Result<Chain, FindingKind> {
    /// More ways than any real restriction has; their orders are tried.
    const MAX_VIA: usize = 6;
    if via.len() > MAX_VIA {
        return Err(FindingKind::RestrictionAmbiguous);
    }
    let mut found: Vec<Chain> = Vec::new();
    // A chain so far, the node it ends at, and the ways it has yet to pass.
    let mut todo: Vec<(Chain, u32, Vec<usize>)> = Vec::new();
    for node in [from[0].1, from[from.len() - 1].2] {
        if let Some(arc) = arrival(from, node) {
            todo.push((vec![arc], node, (0..via.len()).collect()));
        }
    }
    while let Some((chain, node, rest)) = todo.pop() {
        if rest.is_empty() {
            if let Some((edge, heading)) = arrival(to, node) {
                let mut chain = chain;
                chain.push((edge, heading.reversed()));
                found.push(chain);
            }
            continue;
        }
        for (i, &next) in rest.iter().enumerate() {
            if let Some((edges, end)) = along(via[next], node) {
                let mut chain = chain.clone();
                chain.extend(edges);
                let mut rest = rest.clone();
                rest.remove(i);
                todo.push((chain, end, rest));
            }
        }
    }
    found.sort();
    found.dedup();
    match found.len() {
        1 => Ok(found.swap_remove(0)),
        _ => Err(FindingKind::RestrictionAmbiguous),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            rng_seed: proptest::test_runner::RngSeed::Fixed(7),
            ..ProptestConfig::default()
        })]

        #[test]
        fn short_segments_measure_as_great_circles(
            lng in -179.0..179.0_f64, lat in -80.0..80.0_f64,
            dx in -0.05..0.05_f64, dy in -0.05..0.05_f64
        ) {
            let a = LngLat::from_degrees(lng, lat).unwrap();
            let b = LngLat::from_degrees(lng + dx, lat + dy).unwrap();
            let (flat, round) = (segment_mm(a, b), u64::from(a.distance_to(b).as_mm()));
            prop_assert!(flat.abs_diff(round) <= 2 + round / 1_000_000, "{flat} against {round}");
        }
    }
}
