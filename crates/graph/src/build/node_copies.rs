//! Node copies: how gates, compounds and turn restrictions become part of the topology.
//!
//! A search keeps one label per node and knows no rules. Where a rule depends on how one came to
//! a node, the node gets copies, and zero-length link arcs join them:
//!
//! ```text
//!   gate           street --side==middle==side-- street     == link arcs: open, shut or delayed
//!   compound       public <-- out copy,  public --> in copy   exits of `in` only when passable
//!                  (at a gate from each public side to the middle of `in`, and from that of `out`)
//!   restriction    arc f --> copy of v without the banned exit --link--> v
//! ```
//!
//! A copy is named by four things: the node, the *turn state* (which chains of restrictions are
//! under way), the [`Layer`], and the *place* (the middle of the node, or the side of one street).
//! Nodes without rules have one copy, so a plain graph stays as it is.
//!
//! A compound is made of streets that somebody may enter but not pass by their own tags, and of
//! streets that may lie behind gates (see `region`). One with a single way in needs no layers:
//! nobody can pass through it, so entering is all that can be decided, and the links at the
//! entrance do that. This holds when all its streets are restricted for every profile alike, by a
//! plain `access` tag, or when none of them is.

mod arcs;
mod compounds;
mod special;
mod turns;

use std::collections::BTreeMap;

use self::compounds::Compounds;
use self::special::Specials;
use self::turns::TurnAutomaton;
use crate::topology::EdgeRecord;
use crate::{
    EdgeId, Gate, Heading, Layer, Link, NodeFacts, NodeFactsId, NodeId, TurnBinding, WayFacts,
};

/// A turn restriction as a chain of arcs: the first, any ways between, and the last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnRule {
    /// Arcs in the order of travel; at least two.
    pub chain: Vec<(EdgeId, Heading)>,
    /// Whether the last arc is the only exit, rather than a banned one.
    pub is_only: bool,
    /// Whom it binds.
    pub binding: TurnBinding,
}

/// What the expansion reads.
pub(crate) struct Source<'a> {
    pub(crate) n_nodes: usize,
    pub(crate) edges: &'a [EdgeRecord],
    pub(crate) facts: &'a [WayFacts],
    pub(crate) node_facts: &'a BTreeMap<NodeId, NodeFactsId>,
    pub(crate) node_facts_pool: &'a [NodeFacts],
    pub(crate) rules: &'a [TurnRule],
}

/// What the expansion makes.
#[derive(Default)]
pub(crate) struct Expanded {
    /// Original node and layer of every copy after the originals.
    pub(crate) copies: Vec<(NodeId, Layer)>,
    pub(crate) arcs: Vec<NewArc>,
    pub(crate) gates: Vec<Gate>,
    pub(crate) gate_edges: Vec<Vec<EdgeId>>,
    /// Per edge, empty when there is no compound.
    pub(crate) edge_compounds: Vec<u32>,
    /// Per compound: whether its streets have arcs in all layers.
    pub(crate) compound_has_layers: Vec<bool>,
    pub(crate) bindings: Vec<TurnBinding>,
    /// Bindings of the rules that a turn link leaves behind.
    pub(crate) turn_sets: Vec<Vec<u32>>,
}

/// An arc before it has its place in the topology.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NewArc {
    pub(crate) tail: NodeId,
    pub(crate) head: NodeId,
    pub(crate) runs: Runs,
}

/// What an arc runs along.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Runs {
    Street {
        /// `edge << 1 | backward`.
        packed: u32,
        is_origin: bool,
        is_destination: bool,
    },
    Link(Link),
}

/// Expands a street network: makes all arcs, with node copies where rules need them.
///
/// Cost: linear, but for nodes with turn restrictions, where it grows with the number of different
/// sets of restrictions under way.
pub(crate) fn expand(source: &Source<'_>) -> Expanded {
    let mut result = Expanded::default();
    let compounds = Compounds::find(source);
    let mut specials = Specials::find(source, &compounds, &mut result);
    let mut automaton = TurnAutomaton::new(source, &mut result.bindings);
    specials.find_states(source, &mut automaton);
    specials.number(source.n_nodes, &mut result.copies);
    arcs::street_arcs(source, &compounds, &specials, &mut automaton, &mut result);
    arcs::link_arcs(source, &compounds, &specials, &mut automaton, &mut result);
    if compounds.n > 0 {
        result.edge_compounds = compounds.of_edge;
        result.compound_has_layers = compounds.has_layers;
    }
    result
}

impl Source<'_> {
    /// Tail and head of an edge in a direction.
    fn ends(&self, edge: EdgeId, heading: Heading) -> (NodeId, NodeId) {
        let record = &self.edges[edge.index()];
        match heading {
            Heading::Forward => (record.start, record.end),
            Heading::Backward => (record.end, record.start),
        }
    }
}
