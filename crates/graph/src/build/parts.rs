//! A street graph as plain arrays, for a file to keep.

mod check;
mod link_code;

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use units::{Length, LngLat};

use self::check::{check, ensure};
use self::link_code::{join, layer_of, small, split};
use crate::topology::{EdgeRecord, Geometry};
use crate::{
    ArcId, CompoundId, EdgeId, FactsId, Gate, NodeFacts, NodeFactsId, NodeId, OsmNodeId, OsmWayId,
    Stops, StreetGraph, Topology, TurnBinding, WayFacts,
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

/// In place: the compiler reuses the memory of the column.
fn ids<T>(column: Vec<u32>, id: impl Fn(u32) -> T) -> Vec<T> {
    column.into_iter().map(id).collect()
}

fn positions(lng: &[u32], lat: &[u32]) -> Vec<LngLat> {
    let both = lng.iter().zip(lat);
    both.map(|(lng, lat)| LngLat::from_e7(lng.cast_signed(), lat.cast_signed()))
        .collect()
}
