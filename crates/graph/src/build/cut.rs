//! A part of a street graph as a graph of its own.

use std::sync::OnceLock;

use units::index;

use crate::topology::Geometry;
use crate::topology::{EdgeRecord, LINK, NAMELESS, NO_COMPOUND};
use crate::{
    ArcId, CompoundId, EdgeId, FactsId, Gate, GateId, Link, NodeId, StreetGraph, Topology,
};

impl StreetGraph {
    /// The network of some edges only: their nodes with all copies, gates, compounds and turns. What
    /// is kept stays in order, so a town comes out the same whatever else the graph held.
    ///
    /// Nodes that lose a street are the rim of the cut ([`rim`](Self::rim)).
    ///
    /// Cost: linear; a copy of what is kept.
    #[must_use]
    pub fn cut(&self, keep: impl Fn(EdgeId) -> bool) -> Self {
        let kept = KeptParts::of(self, keep);
        let (first_origin_arc, origin_arcs) = kept.arcs_of_edges(|edge| self.origin_arcs(edge));
        let (first_destination_arc, destination_arcs) =
            kept.arcs_of_edges(|edge| self.destination_arcs(edge));
        let (link_arcs, links) = kept.links().unzip();
        let (first_gate_edge, gate_edges) = kept.edges_of_gates();
        Self {
            topology: kept.topology(),
            node_positions: kept.originals(&self.node_positions),
            node_osm_ids: kept.originals(&self.node_osm_ids),
            arc_edges: kept.arc_edges(),
            edges: kept.edges().map(|edge| kept.record(edge)).collect(),
            geometry: Geometry::from_shapes(kept.edges().map(|edge| self.geometry.shape(edge))),
            first_origin_arc,
            origin_arcs,
            first_destination_arc,
            destination_arcs,
            names: kept.names.pick(&self.names),
            facts: kept.facts.pick(&self.facts),
            copy_of: kept
                .copies()
                .map(|copy| kept.node(self.copy_of[copy]))
                .collect(),
            copy_layers: kept.copies().map(|copy| self.copy_layers[copy]).collect(),
            link_arcs,
            links,
            gates: kept.gates().map(|gate| kept.gate(gate)).collect(),
            first_gate_edge,
            gate_edges,
            edge_compounds: kept.edge_compounds(),
            compound_has_layers: kept.compounds.pick(&self.compound_has_layers),
            node_facts: self.node_facts.clone(),
            turn_bindings: self.turn_bindings.clone(),
            turn_sets: self.turn_sets.clone(),
            stops: self
                .stops
                .iter()
                .filter_map(|&(edge, stops)| Some((kept.kept_edge(edge)?, stops)))
                .collect(),
            corners: OnceLock::new(),
            rim: kept.rim(),
        }
    }
}

/// What stays of a graph, with its new numbers.
struct KeptParts<'a> {
    graph: &'a StreetGraph,
    edges: Kept,
    nodes: Kept,
    n_originals: usize,
    arcs: Kept,
    gates: Kept,
    compounds: Kept,
    names: Kept,
    facts: Kept,
    /// Per old node that is no copy.
    has_lost: Vec<bool>,
}

impl<'a> KeptParts<'a> {
    fn of(graph: &'a StreetGraph, keep: impl Fn(EdgeId) -> bool) -> Self {
        let edges = Kept::of(graph.edges().map(keep));
        let mut has_kept = vec![false; graph.n_original_nodes()];
        let mut has_lost = vec![false; graph.n_original_nodes()];
        for edge in graph.edges() {
            let (start, end) = graph.edge_ends(edge);
            let marks = if edges.get(edge.as_u32()).is_some() {
                &mut has_kept
            } else {
                &mut has_lost
            };
            marks[start.index()] = true;
            marks[end.index()] = true;
        }
        let topology = graph.topology();
        let is_kept = |node: NodeId| has_kept[graph.original(node).index()];
        let nodes = Kept::of(topology.nodes().map(is_kept));
        let arcs = Kept::of(topology.arcs().map(|arc| match graph.arc_edge(arc) {
            Some(edge) => edges.get(edge.as_u32()).is_some(),
            None => is_kept(topology.tail(arc)),
        }));
        let gates = Kept::of(graph.gates.iter().map(|gate| has_kept[gate.node.index()]));
        let records = || edges.old.iter().map(|&old| index(old));
        let of_edges = edges.old.iter().filter_map(|&old| {
            let compound = graph.edge_compound(EdgeId::new(old))?;
            Some(compound.as_u32())
        });
        let of_gates = gates.old.iter().filter_map(|&old| {
            let compound = graph.gate(GateId::new(old)).compound?;
            Some(compound.as_u32())
        });
        let compounds = mentioned(graph.n_compounds(), of_edges.chain(of_gates));
        let of_names = records().map(|edge| graph.edges[edge].name);
        let of_facts = records().map(|edge| graph.edges[edge].facts.as_u32());
        let (names, facts) = (
            mentioned(graph.names.len(), of_names),
            mentioned(graph.facts.len(), of_facts),
        );
        Self {
            graph,
            n_originals: has_kept.iter().filter(|&&kept| kept).count(),
            nodes,
            arcs,
            gates,
            compounds,
            names,
            facts,
            has_lost,
            edges,
        }
    }

    /// The edges that stay, by their old ids.
    fn edges(&self) -> impl Iterator<Item = EdgeId> + Clone + '_ {
        self.edges.old.iter().map(|&old| EdgeId::new(old))
    }

    /// The gates that stay, by their old ids.
    fn gates(&self) -> impl Iterator<Item = GateId> + '_ {
        self.gates.old.iter().map(|&old| GateId::new(old))
    }

    /// Places of the copies that stay in the old lists of copies.
    fn copies(&self) -> impl Iterator<Item = usize> + '_ {
        let n_old = self.graph.n_original_nodes();
        let copies = self.nodes.old[self.n_originals..].iter();
        copies.map(move |&old| index(old) - n_old)
    }

    /// Of a list by nodes that are no copies, what stays.
    fn originals<T: Copy>(&self, all: &[T]) -> Vec<T> {
        let old = self.nodes.old[..self.n_originals].iter();
        old.map(|&old| all[index(old)]).collect()
    }

    fn node(&self, old: NodeId) -> NodeId {
        NodeId::new(self.nodes.at(old.as_u32()))
    }

    fn arc(&self, old: ArcId) -> ArcId {
        ArcId::new(self.arcs.at(old.as_u32()))
    }

    fn kept_edge(&self, old: EdgeId) -> Option<EdgeId> {
        self.edges.get(old.as_u32()).map(EdgeId::new)
    }

    fn compound(&self, old: CompoundId) -> CompoundId {
        CompoundId::new(self.compounds.at(old.as_u32()))
    }

    fn topology(&self) -> Topology {
        let old = self.graph.topology();
        let arcs = || self.arcs.old.iter().map(|&arc| ArcId::new(arc));
        let tails = arcs().map(|arc| self.node(old.tail(arc))).collect();
        let heads = arcs().map(|arc| self.node(old.head(arc))).collect();
        Topology::new(self.nodes.old.len(), tails, heads)
    }

    fn arc_edges(&self) -> Vec<u32> {
        let arcs = self.arcs.old.iter().map(|&arc| index(arc));
        arcs.map(|arc| match self.graph.arc_edges[arc] {
            LINK => LINK,
            packed => (self.edges.at(packed >> 1) << 1) | (packed & 1),
        })
        .collect()
    }

    fn record(&self, old: EdgeId) -> EdgeRecord {
        let mut record = self.graph.edges[old.index()];
        record.start = self.node(record.start);
        record.end = self.node(record.end);
        record.facts = FactsId::new(self.facts.at(record.facts.as_u32()));
        if record.name != NAMELESS {
            record.name = self.names.at(record.name);
        }
        record
    }

    /// Lists of arcs by edge: where each begins, and all of them.
    fn arcs_of_edges(&self, of_edge: impl Fn(EdgeId) -> &'a [ArcId]) -> (Vec<u32>, Vec<ArcId>) {
        let mut first = vec![0];
        let mut all = Vec::new();
        for edge in self.edges() {
            all.extend(of_edge(edge).iter().map(|&arc| self.arc(arc)));
            first.push(ArcId::from_index(all.len()).as_u32());
        }
        (first, all)
    }

    fn links(&self) -> impl Iterator<Item = (ArcId, Link)> + '_ {
        let gate = |old: GateId| GateId::new(self.gates.at(old.as_u32()));
        self.graph.links().filter_map(move |(arc, link)| {
            let arc = ArcId::new(self.arcs.get(arc.as_u32())?);
            let link = match link {
                Link::IntoGate(old) => Link::IntoGate(gate(old)),
                Link::OutOfGate(old) => Link::OutOfGate(gate(old)),
                Link::Turn(set) => Link::Turn(set),
                Link::Layer {
                    gate: old,
                    from,
                    to,
                } => Link::Layer {
                    gate: gate(old),
                    from,
                    to,
                },
            };
            Some((arc, link))
        })
    }

    fn gate(&self, old: GateId) -> Gate {
        let mut gate = *self.graph.gate(old);
        gate.node = self.node(gate.node);
        gate.compound = gate.compound.map(|compound| self.compound(compound));
        gate
    }

    fn edges_of_gates(&self) -> (Vec<u32>, Vec<EdgeId>) {
        let mut first = vec![0];
        let mut all = Vec::new();
        for gate in self.gates() {
            let edges = self.graph.gate_edges(gate).iter();
            all.extend(edges.filter_map(|&edge| self.kept_edge(edge)));
            first.push(EdgeId::from_index(all.len()).as_u32());
        }
        (first, all)
    }

    fn edge_compounds(&self) -> Vec<u32> {
        if self.compounds.old.is_empty() {
            return Vec::new();
        }
        let of_edges = self.edges().map(|edge| self.graph.edge_compound(edge));
        of_edges
            .map(|old| old.map_or(NO_COMPOUND, |old| self.compound(old).as_u32()))
            .collect()
    }

    /// Nodes that lost a street now, or before.
    fn rim(&self) -> Vec<NodeId> {
        let originals = self.nodes.old[..self.n_originals].iter();
        originals
            .map(|&old| NodeId::new(old))
            .filter(|node| {
                self.has_lost[node.index()] || self.graph.rim.binary_search(node).is_ok()
            })
            .map(|node| self.node(node))
            .collect()
    }
}

/// The entries of a list that are mentioned by number stay.
fn mentioned(n: usize, numbers: impl Iterator<Item = u32>) -> Kept {
    let mut is_mentioned = vec![false; n];
    for number in numbers {
        if let Some(mark) = is_mentioned.get_mut(index(number)) {
            *mark = true;
        }
    }
    Kept::of(is_mentioned.into_iter())
}

/// Entries of a list that stay, renumbered in order.
struct Kept {
    /// Per old entry its new number; `GONE` when it does not stay.
    new: Vec<u32>,
    /// Per new entry its old number.
    old: Vec<u32>,
}

const GONE: u32 = u32::MAX;

impl Kept {
    fn of(stays: impl ExactSizeIterator<Item = bool>) -> Self {
        let mut all = Self {
            new: Vec::with_capacity(stays.len()),
            old: Vec::new(),
        };
        for (old, stays) in (0_u32..).zip(stays) {
            all.new.push(if stays {
                EdgeId::from_index(all.old.len()).as_u32()
            } else {
                GONE
            });
            if stays {
                all.old.push(old);
            }
        }
        all
    }

    fn get(&self, old: u32) -> Option<u32> {
        let new = self.new[index(old)];
        (new != GONE).then_some(new)
    }

    /// As [`get`](Self::get), of an entry that stays.
    fn at(&self, old: u32) -> u32 {
        self.get(old).expect("what is kept names what is kept")
    }

    fn pick<T: Clone>(&self, all: &[T]) -> Vec<T> {
        let old = self.old.iter();
        old.map(|&old| all[index(old)].clone()).collect()
    }
}
