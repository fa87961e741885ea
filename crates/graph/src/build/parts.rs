//! A street graph as plain arrays, for a file to keep.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use units::{Length, LngLat};

use crate::topology::Geometry;
use crate::topology::{EdgeRecord, LINK, NAMELESS, NO_COMPOUND};
use crate::{
    ArcId, CompoundId, EdgeId, FactsId, Gate, GateId, Layer, Link, NodeFacts, NodeFactsId, NodeId,
    OsmNodeId, OsmWayId, Stops, StreetGraph, Topology, TurnBinding, TurnSetId, WayFacts,
};

/// A street graph as plain arrays: numbers in columns, and the small pools of facts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GraphParts {
    /// Columns of 32-bit numbers, in the order of [`GraphParts::N_COLUMNS`] fixed positions.
    pub columns: Vec<Vec<u32>>,
    /// Node ids and way ids of the source data, in this order.
    pub wide_columns: [Vec<i64>; 2],
    /// Names and pools of facts.
    pub pools: GraphPools,
}

/// The pools of a street graph: few entries, each used many times.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GraphPools {
    names: Vec<String>,
    facts: Vec<WayFacts>,
    node_facts: Vec<NodeFacts>,
    turn_bindings: Vec<TurnBinding>,
    turn_sets: Vec<Vec<u32>>,
}

/// Arrays that make no street graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
#[error("the arrays make no street graph: {0}")]
pub struct PartsError(&'static str);

/// Positions of the columns.
mod column {
    pub(super) const FIRST_OUT: usize = 0;
    pub(super) const HEAD: usize = 1;
    pub(super) const TAIL: usize = 2;
    pub(super) const NODE_LNG: usize = 3;
    pub(super) const NODE_LAT: usize = 4;
    pub(super) const ARC_EDGE: usize = 5;
    pub(super) const EDGE_START: usize = 6;
    pub(super) const EDGE_END: usize = 7;
    pub(super) const EDGE_LENGTH: usize = 8;
    pub(super) const EDGE_WAY_START: usize = 9;
    pub(super) const EDGE_NAME: usize = 10;
    pub(super) const EDGE_FACTS: usize = 11;
    pub(super) const SHAPE_FIRST: usize = 12;
    pub(super) const SHAPE_LNG: usize = 13;
    pub(super) const SHAPE_LAT: usize = 14;
    pub(super) const ORIGIN_FIRST: usize = 15;
    pub(super) const ORIGIN_ARC: usize = 16;
    pub(super) const DESTINATION_FIRST: usize = 17;
    pub(super) const DESTINATION_ARC: usize = 18;
    pub(super) const COPY_OF: usize = 19;
    pub(super) const COPY_LAYER: usize = 20;
    pub(super) const LINK_ARC: usize = 21;
    pub(super) const LINK_KIND: usize = 22;
    pub(super) const LINK_ID: usize = 23;
    pub(super) const GATE_NODE: usize = 24;
    pub(super) const GATE_MAPPED: usize = 25;
    pub(super) const GATE_COMPOUND: usize = 26;
    pub(super) const GATE_EDGE_FIRST: usize = 27;
    pub(super) const GATE_EDGE: usize = 28;
    pub(super) const EDGE_COMPOUND: usize = 29;
    pub(super) const COMPOUND_LAYERS: usize = 30;
    pub(super) const STOP_EDGE: usize = 31;
    pub(super) const STOP_COUNTS: usize = 32;
    pub(super) const N: usize = 33;
}

const NONE: u32 = u32::MAX;

impl GraphParts {
    /// How many columns of 32-bit numbers there are.
    pub const N_COLUMNS: usize = column::N;
}

/// Takes the columns of a graph one after the other.
pub trait ColumnSink {
    /// A column of 32-bit numbers.
    fn column(&mut self, values: impl ExactSizeIterator<Item = u32>);
    /// A column of 64-bit numbers.
    fn wide_column(&mut self, values: impl ExactSizeIterator<Item = i64>);
}

/// The columns in memory.
#[derive(Debug, Default)]
struct Collected {
    columns: Vec<Vec<u32>>,
    wide_columns: Vec<Vec<i64>>,
}

impl ColumnSink for Collected {
    fn column(&mut self, values: impl ExactSizeIterator<Item = u32>) {
        self.columns.push(values.collect());
    }

    fn wide_column(&mut self, values: impl ExactSizeIterator<Item = i64>) {
        self.wide_columns.push(values.collect());
    }
}

impl StreetGraph {
    /// Hands every column to `sink`, those of 32 bits in the order of [`GraphParts::columns`], then
    /// those of 64 bits: OSM ids of nodes, and of the ways of edges. No copy is made.
    ///
    /// Cost: linear.
    pub fn write_columns(&self, sink: &mut impl ColumnSink) {
        let (first_out, heads, tails) = self.topology.columns();
        let (shape_first, shape) = self.geometry.columns();
        sink.column(first_out.iter().copied());
        sink.column(heads.iter().map(|n| n.as_u32()));
        sink.column(tails.iter().map(|n| n.as_u32()));
        sink.column(
            self.node_positions
                .iter()
                .map(|p| p.lng_e7().cast_unsigned()),
        );
        sink.column(
            self.node_positions
                .iter()
                .map(|p| p.lat_e7().cast_unsigned()),
        );
        sink.column(self.arc_edges.iter().copied());
        sink.column(self.edges.iter().map(|e| e.start.as_u32()));
        sink.column(self.edges.iter().map(|e| e.end.as_u32()));
        sink.column(self.edges.iter().map(|e| e.length.as_mm()));
        sink.column(self.edges.iter().map(|e| e.way_start.as_mm()));
        sink.column(self.edges.iter().map(|e| e.name));
        sink.column(self.edges.iter().map(|e| e.facts.as_u32()));
        sink.column(shape_first.iter().copied());
        sink.column(shape.iter().map(|p| p.lng_e7().cast_unsigned()));
        sink.column(shape.iter().map(|p| p.lat_e7().cast_unsigned()));
        sink.column(self.first_origin_arc.iter().copied());
        sink.column(self.origin_arcs.iter().map(|a| a.as_u32()));
        sink.column(self.first_destination_arc.iter().copied());
        sink.column(self.destination_arcs.iter().map(|a| a.as_u32()));
        sink.column(self.copy_of.iter().map(|n| n.as_u32()));
        sink.column(self.copy_layers.iter().map(|&layer| small(layer.index())));
        sink.column(self.link_arcs.iter().map(|a| a.as_u32()));
        sink.column(self.links.iter().map(|&link| split(link).0));
        sink.column(self.links.iter().map(|&link| split(link).1));
        sink.column(self.gates.iter().map(|g| g.node.as_u32()));
        sink.column(
            self.gates
                .iter()
                .map(|g| g.mapped.map_or(NONE, NodeFactsId::as_u32)),
        );
        sink.column(
            self.gates
                .iter()
                .map(|g| g.compound.map_or(NONE, CompoundId::as_u32)),
        );
        sink.column(self.first_gate_edge.iter().copied());
        sink.column(self.gate_edges.iter().map(|e| e.as_u32()));
        sink.column(self.edge_compounds.iter().copied());
        sink.column(
            self.compound_has_layers
                .iter()
                .map(|&layers| u32::from(layers)),
        );
        sink.column(self.stops.iter().map(|(e, _)| e.as_u32()));
        sink.column(self.stops.iter().map(|(_, stops)| {
            let [a, b] = stops.signals;
            let [c, d] = stops.crossings;
            u32::from_le_bytes([a, b, c, d])
        }));
        sink.wide_column(self.node_osm_ids.iter().map(|id| id.as_i64()));
        sink.wide_column(self.edges.iter().map(|edge| edge.way.as_i64()));
    }

    /// What edges and nodes share.
    ///
    /// Cost: a copy.
    pub fn pools(&self) -> GraphPools {
        GraphPools {
            names: self.names.clone(),
            facts: self.facts.clone(),
            node_facts: self.node_facts.clone(),
            turn_bindings: self.turn_bindings.clone(),
            turn_sets: self.turn_sets.clone(),
        }
    }

    /// The graph as plain arrays.
    ///
    /// Cost: a copy of everything.
    pub fn to_parts(&self) -> GraphParts {
        let mut collected = Collected::default();
        self.write_columns(&mut collected);
        let wide_columns = collected.wide_columns.try_into();
        GraphParts {
            columns: collected.columns,
            wide_columns: wide_columns.expect("there are two of them"),
            pools: self.pools(),
        }
    }

    /// The graph that plain arrays describe.
    ///
    /// # Errors
    /// When an array has the wrong length or names something that is not there, so that no later
    /// look-up can fail.
    ///
    /// Cost: linear, a few passes over memory.
    pub fn from_parts(parts: GraphParts) -> Result<Self, PartsError> {
        let GraphParts {
            mut columns,
            wide_columns: [node_osm_ids, edge_ways],
            pools,
        } = parts;
        ensure(columns.len() == column::N, "columns are missing")?;
        check(&columns, &node_osm_ids, &edge_ways, &pools)?;
        let mut take = |at: usize| std::mem::take(&mut columns[at]);
        let (first_out, n_nodes) = take_len(&mut take);
        let tail = ids(take(column::TAIL), NodeId::new);
        let head = ids(take(column::HEAD), NodeId::new);
        let topology = Topology::new(n_nodes, tail, head);
        ensure(
            topology.columns().0 == first_out,
            "arcs are not sorted by tail",
        )?;
        let node_positions = positions(&take(column::NODE_LNG), &take(column::NODE_LAT));
        let shape = positions(&take(column::SHAPE_LNG), &take(column::SHAPE_LAT));
        let geometry = Geometry::from_columns(take(column::SHAPE_FIRST), shape);
        let edge_columns = [
            take(column::EDGE_START),
            take(column::EDGE_END),
            take(column::EDGE_LENGTH),
            take(column::EDGE_WAY_START),
            take(column::EDGE_NAME),
            take(column::EDGE_FACTS),
        ];
        let edges = (0..edge_ways.len())
            .map(|i| EdgeRecord {
                start: NodeId::new(edge_columns[0][i]),
                end: NodeId::new(edge_columns[1][i]),
                length: Length::from_mm(edge_columns[2][i]),
                way_start: Length::from_mm(edge_columns[3][i]),
                way: OsmWayId::new(edge_ways[i]),
                name: edge_columns[4][i],
                facts: FactsId::new(edge_columns[5][i]),
            })
            .collect();
        let links = take(column::LINK_KIND)
            .into_iter()
            .zip(take(column::LINK_ID))
            .map(|(kind, id)| join(kind, id).ok_or(PartsError("an unknown kind of link arc")))
            .collect::<Result<_, _>>()?;
        let copy_layers = take(column::COPY_LAYER)
            .into_iter()
            .map(|layer| layer_of(layer).ok_or(PartsError("an unknown layer")))
            .collect::<Result<_, _>>()?;
        let some = |id: u32| (id != NONE).then_some(id);
        let (nodes, mapped) = (take(column::GATE_NODE), take(column::GATE_MAPPED));
        let gates = nodes
            .into_iter()
            .zip(mapped)
            .zip(take(column::GATE_COMPOUND))
            .map(|((node, mapped), compound)| Gate {
                node: NodeId::new(node),
                mapped: some(mapped).map(NodeFactsId::new),
                compound: some(compound).map(CompoundId::new),
            })
            .collect();
        let stops = take(column::STOP_EDGE)
            .into_iter()
            .zip(take(column::STOP_COUNTS))
            .map(|(edge, counts)| {
                let [a, b, c, d] = counts.to_le_bytes();
                let stops = Stops {
                    signals: [a, b],
                    crossings: [c, d],
                };
                (EdgeId::new(edge), stops)
            })
            .collect();
        Ok(Self {
            topology,
            node_positions,
            node_osm_ids: node_osm_ids.into_iter().map(OsmNodeId::new).collect(),
            arc_edges: take(column::ARC_EDGE),
            edges,
            geometry,
            first_origin_arc: take(column::ORIGIN_FIRST),
            origin_arcs: ids(take(column::ORIGIN_ARC), ArcId::new),
            first_destination_arc: take(column::DESTINATION_FIRST),
            destination_arcs: ids(take(column::DESTINATION_ARC), ArcId::new),
            copy_of: ids(take(column::COPY_OF), NodeId::new),
            copy_layers,
            link_arcs: ids(take(column::LINK_ARC), ArcId::new),
            links,
            gates,
            first_gate_edge: take(column::GATE_EDGE_FIRST),
            gate_edges: ids(take(column::GATE_EDGE), EdgeId::new),
            edge_compounds: take(column::EDGE_COMPOUND),
            compound_has_layers: ids(take(column::COMPOUND_LAYERS), |layers| layers != 0),
            stops,
            rim: Vec::new(),
            names: pools.names,
            facts: pools.facts,
            node_facts: pools.node_facts,
            turn_bindings: pools.turn_bindings,
            turn_sets: pools.turn_sets,
            corners: OnceLock::new(),
        })
    }
}

/// The column of first arcs, and the number of nodes it is for.
fn take_len(take: &mut impl FnMut(usize) -> Vec<u32>) -> (Vec<u32>, usize) {
    let first_out = take(column::FIRST_OUT);
    let n_nodes = first_out.len() - 1;
    (first_out, n_nodes)
}

/// Lengths of columns, and that every id names something.
fn check(
    columns: &[Vec<u32>],
    node_osm_ids: &[i64],
    edge_ways: &[i64],
    pools: &GraphPools,
) -> Result<(), PartsError> {
    let len = |at: usize| columns[at].len();
    let n_copies = len(column::COPY_OF);
    let n_originals = node_osm_ids.len();
    let (n_nodes, n_arcs) = (n_originals + n_copies, len(column::ARC_EDGE));
    let (n_edges, n_gates) = (edge_ways.len(), len(column::GATE_NODE));
    let n_compounds = len(column::COMPOUND_LAYERS);
    let lengths = [
        (column::FIRST_OUT, n_nodes + 1),
        (column::HEAD, n_arcs),
        (column::TAIL, n_arcs),
        (column::NODE_LNG, n_originals),
        (column::NODE_LAT, n_originals),
        (column::EDGE_START, n_edges),
        (column::EDGE_END, n_edges),
        (column::EDGE_LENGTH, n_edges),
        (column::EDGE_WAY_START, n_edges),
        (column::EDGE_NAME, n_edges),
        (column::EDGE_FACTS, n_edges),
        (column::SHAPE_FIRST, n_edges + 1),
        (column::SHAPE_LAT, len(column::SHAPE_LNG)),
        (column::ORIGIN_FIRST, n_edges + 1),
        (column::DESTINATION_FIRST, n_edges + 1),
        (column::COPY_LAYER, n_copies),
        (column::LINK_KIND, len(column::LINK_ARC)),
        (column::LINK_ID, len(column::LINK_ARC)),
        (column::GATE_MAPPED, n_gates),
        (column::GATE_COMPOUND, n_gates),
        (column::GATE_EDGE_FIRST, n_gates + 1),
        (column::STOP_COUNTS, len(column::STOP_EDGE)),
    ];
    for (at, expected) in lengths {
        ensure(len(at) == expected, "a column has the wrong length")?;
    }
    let compounds = len(column::EDGE_COMPOUND);
    ensure(
        compounds == n_edges || (compounds == 0 && n_compounds == 0),
        "a column has the wrong length",
    )?;
    for (at, limit) in [
        (column::HEAD, n_nodes),
        (column::TAIL, n_nodes),
        (column::EDGE_START, n_originals),
        (column::EDGE_END, n_originals),
        (column::EDGE_FACTS, pools.facts.len()),
        (column::ORIGIN_ARC, n_arcs),
        (column::DESTINATION_ARC, n_arcs),
        (column::COPY_OF, n_originals),
        (column::LINK_ARC, n_arcs),
        (column::GATE_NODE, n_originals),
        (column::GATE_EDGE, n_edges),
        (column::STOP_EDGE, n_edges),
    ] {
        ensure(below(&columns[at], limit, None), "an id names nothing")?;
    }
    for (at, limit, none) in [
        (column::EDGE_NAME, pools.names.len(), NAMELESS),
        (column::GATE_MAPPED, pools.node_facts.len(), NONE),
        (column::GATE_COMPOUND, n_compounds, NONE),
        (column::EDGE_COMPOUND, n_compounds, NO_COMPOUND),
    ] {
        ensure(
            below(&columns[at], limit, Some(none)),
            "an id names nothing",
        )?;
    }
    for (at, n_listed) in [
        (column::SHAPE_FIRST, len(column::SHAPE_LNG)),
        (column::ORIGIN_FIRST, len(column::ORIGIN_ARC)),
        (column::DESTINATION_FIRST, len(column::DESTINATION_ARC)),
        (column::GATE_EDGE_FIRST, len(column::GATE_EDGE)),
    ] {
        let first = &columns[at];
        let last = first.last().map(|&last| EdgeId::new(last).index());
        let fits = first.is_sorted() && first.first() == Some(&0) && last == Some(n_listed);
        ensure(fits, "a list of lists is out of order")?;
    }
    let arc_edges = columns[column::ARC_EDGE].iter();
    ensure(
        arc_edges
            .filter(|&&packed| packed != LINK)
            .all(|&packed| EdgeId::new(packed >> 1).index() < n_edges),
        "an id names nothing",
    )?;
    check_links(columns, pools, n_gates)
}

/// That link arcs are marked as such, and stand for something.
fn check_links(columns: &[Vec<u32>], pools: &GraphPools, n_gates: usize) -> Result<(), PartsError> {
    ensure(
        columns[column::TAIL].is_sorted(),
        "arcs are not sorted by tail",
    )?;
    let links_match = columns[column::LINK_ARC].is_sorted_by(|a, b| a < b)
        && columns[column::LINK_ARC]
            .iter()
            .all(|&arc| columns[column::ARC_EDGE][ArcId::new(arc).index()] == LINK)
        && columns[column::ARC_EDGE]
            .iter()
            .filter(|&&p| p == LINK)
            .count()
            == columns[column::LINK_ARC].len();
    ensure(links_match, "link arcs are not what they should be")?;
    for (&kind, &id) in columns[column::LINK_KIND]
        .iter()
        .zip(&columns[column::LINK_ID])
    {
        let limit = match join(kind, id) {
            Some(Link::Turn(_)) => pools.turn_sets.len(),
            _ => n_gates,
        };
        ensure(EdgeId::new(id).index() < limit, "an id names nothing")?;
    }
    let sets = pools.turn_sets.iter().flatten();
    let n_bindings = pools.turn_bindings.len();
    ensure(
        sets.clone()
            .all(|&binding| TurnSetId::new(binding).index() < n_bindings),
        "an id names nothing",
    )
}

fn ensure(holds: bool, reason: &'static str) -> Result<(), PartsError> {
    holds.then_some(()).ok_or(PartsError(reason))
}

fn below(column: &[u32], limit: usize, none: Option<u32>) -> bool {
    let is_fine = |&id: &u32| EdgeId::new(id).index() < limit || Some(id) == none;
    column.iter().all(is_fine)
}

/// In place: the compiler reuses the memory of the column.
fn ids<T>(column: Vec<u32>, id: impl Fn(u32) -> T) -> Vec<T> {
    column.into_iter().map(id).collect()
}

fn positions(lng: &[u32], lat: &[u32]) -> Vec<LngLat> {
    let both = lng.iter().zip(lat);
    both.map(|(lng, lat)| LngLat::from_e7(lng.cast_signed(), lat.cast_signed()))
        .collect()
}

fn small(index: usize) -> u32 {
    u32::try_from(index).expect("there are five layers")
}

fn layer_of(number: u32) -> Option<Layer> {
    let index = EdgeId::new(number).index();
    Layer::ALL.get(index).copied()
}

/// Kind and id of a link: 0 into a gate, 1 out of it, 2 a turn, 16 and more a change of layer.
fn split(link: Link) -> (u32, u32) {
    match link {
        Link::IntoGate(gate) => (0, gate.as_u32()),
        Link::OutOfGate(gate) => (1, gate.as_u32()),
        Link::Turn(set) => (2, set.as_u32()),
        Link::Layer { gate, from, to } => {
            let kind = 16 + small(from.index()) * 8 + small(to.index());
            (kind, gate.as_u32())
        }
    }
}

fn join(kind: u32, id: u32) -> Option<Link> {
    Some(match kind {
        0 => Link::IntoGate(GateId::new(id)),
        1 => Link::OutOfGate(GateId::new(id)),
        2 => Link::Turn(TurnSetId::new(id)),
        layers => Link::Layer {
            gate: GateId::new(id),
            from: layer_of(layers.checked_sub(16)? / 8)?,
            to: layer_of(layers.checked_sub(16)? % 8)?,
        },
    })
}
