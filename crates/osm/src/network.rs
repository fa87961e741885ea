//! Streets cut into edges at routing nodes, with their facts, gates and turn restrictions.

mod chains;
mod cut;

use std::collections::BTreeMap;
use std::path::Path;

use city::{FindingKind, OsmId};
use graph::verdict::{self, Passage};
use graph::{
    FactsId, NodeFacts, NodeId, OsmNodeId, OsmWayId, PieceSpec, Profile, StreetGraph,
    StreetGraphBuilder, WayFacts,
};
use rayon::prelude::*;
use units::Length;

use crate::ImportError;
use crate::budget::Budget;
use crate::read::{Extract, Way};
use chains::WayEdges;
pub(crate) use cut::is_too_far;
use cut::{CutWay, count_pieces, cut_way, routing_nodes, segment_mm};

/// The network and what went into it.
pub(crate) struct Network {
    pub(crate) graph: StreetGraph,
    pub(crate) n_ways: u64,
    pub(crate) n_turn_restrictions: u64,
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
            &extract.facts[units::index(street.facts)],
            facts_ids[units::index(street.facts)],
            pieces.length_mm,
        );
        let name = street
            .name
            .map(|name| extract.names[units::index(name)].as_str());
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
        let name = name.map(|name| extract.names[units::index(name)].as_str());
        let facts = facts_ids[units::index(across.street.facts)];
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
        let n_arms = &mut n_arms[units::index(node)];
        *n_arms = n_arms.saturating_add(1);
    }
    let profiles = [Profile::rider(), Profile::foot()];
    let stops_somebody = |facts: &NodeFacts| {
        let mut passages = profiles.iter().map(|who| verdict::of_node(who, facts));
        passages.any(|passage| passage == Passage::Block)
    };
    let mut findings = Vec::new();
    for (&node, mark) in &extract.marks {
        if let Some(id) = nodes.ids[units::index(node)] {
            let osm_id = OsmId::Node(extract.node_ids.id(node));
            let facts = &mark.facts;
            let is_gate = facts.barrier.is_some_and(graph::Barrier::is_gate);
            if is_gate && facts.access.is_empty() {
                findings.push((FindingKind::GateWithoutAccess, osm_id));
            }
            let is_junction = n_arms[units::index(node)] > 2;
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
        *self.ids[units::index(node)].get_or_insert_with(|| {
            let position = extract.positions.get(node);
            let position = position.expect("pieces run between nodes that are there");
            builder.add_node(position, OsmNodeId::new(extract.node_ids.id(node)))
        })
    }
}

fn length(mm: u64) -> Length {
    Length::from_mm(u32::try_from(mm).unwrap_or(u32::MAX))
}
