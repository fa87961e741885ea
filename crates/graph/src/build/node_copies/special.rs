use units::index;

use super::compounds::Compounds;
use super::turns::TurnAutomaton;
use super::{Expanded, Source};
use crate::{EdgeId, Gate, GateId, Heading, Layer, NodeId};

/// One end of an edge.
type EdgeEnd = (EdgeId, Heading);

const PLAIN: u32 = u32::MAX;

/// A node that needs copies.
#[derive(Default)]
pub(super) struct Special {
    node: u32,
    /// Edge ends at the node, in edge order.
    pub(super) ends: Vec<EdgeEnd>,
    /// Every street has a side of its own.
    pub(super) has_sides: bool,
    /// It touches a compound with layers.
    pub(super) has_layers: bool,
    /// It is the entrance of a compound without layers.
    has_inside: bool,
    pub(super) gate: Option<GateId>,
    /// Turn states, the empty one first.
    pub(super) states: Vec<u32>,
    /// Id of the second copy; the first is the node itself.
    second_copy: u32,
}

impl Special {
    pub(super) fn n_places(&self) -> usize {
        if self.has_sides {
            1 + self.ends.len()
        } else {
            1 + usize::from(self.has_inside)
        }
    }

    pub(super) fn layers(&self) -> &'static [Layer] {
        const ALL: &[Layer] = &Layer::ALL;
        if self.has_layers { ALL } else { &ALL[..1] }
    }

    fn n_copies(&self) -> usize {
        self.states.len() * self.layers().len() * self.n_places()
    }

    pub(super) fn copy(&self, state: usize, layer: Layer, place: usize) -> NodeId {
        let index = (state * self.layers().len() + layer.index()) * self.n_places() + place;
        match u32::try_from(index).expect("copies of one node are few") {
            0 => NodeId::new(self.node),
            later => NodeId::new(self.second_copy + later - 1),
        }
    }
}

/// The nodes that need copies, and where to find them.
pub(super) struct Specials {
    /// Per node: index into `all`, or `PLAIN`.
    pub(super) of_node: Vec<u32>,
    pub(super) all: Vec<Special>,
}

impl Specials {
    pub(super) fn find(source: &Source<'_>, compounds: &Compounds, result: &mut Expanded) -> Self {
        let mut found = Self {
            of_node: vec![PLAIN; source.n_nodes],
            all: Vec::new(),
        };
        // First say which nodes are special, then give them their edge ends.
        let mut wanted = vec![false; source.n_nodes];
        for node in source.node_facts.keys() {
            wanted[node.index()] = true;
        }
        if compounds.n > 0 {
            for (edge, record) in (0..).map(EdgeId::new).zip(source.edges) {
                if compounds.of(edge).is_some() {
                    wanted[record.start.index()] = true;
                    wanted[record.end.index()] = true;
                }
            }
        }
        let has_rules = !source.rules.is_empty();
        for rule in source.rules {
            for &(edge, heading) in &rule.chain {
                let (_, head) = source.ends(edge, heading);
                wanted[head.index()] = true;
            }
        }
        if !has_rules && !wanted.contains(&true) {
            return found;
        }
        for node in (0..source.n_nodes).filter(|&node| wanted[node]) {
            found.special(NodeId::from_index(node));
        }
        for (edge, record) in (0..).map(EdgeId::new).zip(source.edges) {
            for (node, end) in [
                (record.start, Heading::Forward),
                (record.end, Heading::Backward),
            ] {
                let special = found.of_node[node.index()];
                if special != PLAIN {
                    found.all[index(special)].ends.push((edge, end));
                }
            }
        }
        for special in &mut found.all {
            special.classify(source, compounds, result);
        }
        found
    }

    fn special(&mut self, node: NodeId) -> &mut Special {
        let slot = &mut self.of_node[node.index()];
        if *slot == PLAIN {
            *slot = u32::try_from(self.all.len()).expect("fewer than nodes");
            self.all.push(Special {
                node: node.as_u32(),
                states: vec![0],
                ..Special::default()
            });
        }
        &mut self.all[index(*slot)]
    }

    pub(super) fn at(&self, node: NodeId) -> Option<&Special> {
        let special = self.of_node[node.index()];
        (special != PLAIN).then(|| &self.all[index(special)])
    }

    /// Walks all chains of restrictions and collects the turn states of every node.
    pub(super) fn find_states(&mut self, source: &Source<'_>, automaton: &mut TurnAutomaton<'_>) {
        let mut todo: Vec<(NodeId, u32)> = Vec::new();
        for rule in source.rules {
            let (edge, heading) = rule.chain[0];
            let (_, head) = source.ends(edge, heading);
            todo.push((head, automaton.step(0, edge, heading)));
        }
        while let Some((node, state)) = todo.pop() {
            let special = self.special(node);
            if special.states.contains(&state) {
                continue;
            }
            special.states.push(state);
            let out = special.ends.clone();
            for (edge, heading) in out {
                if !automaton.is_banned(state, edge, heading) {
                    let next = automaton.step(state, edge, heading);
                    if next != 0 {
                        todo.push((source.ends(edge, heading).1, next));
                    }
                }
            }
            for (_, without) in automaton.drops(state) {
                if without != 0 {
                    todo.push((node, without));
                }
            }
        }
        for special in &mut self.all {
            special.states.sort_unstable();
        }
    }

    pub(super) fn number(&mut self, n_nodes: usize, copies: &mut Vec<(NodeId, Layer)>) {
        for special in &mut self.all {
            special.second_copy = NodeId::from_index(n_nodes + copies.len()).as_u32();
            for _ in &special.states {
                for &layer in special.layers() {
                    for _ in 0..special.n_places() {
                        copies.push((NodeId::new(special.node), layer));
                    }
                }
            }
            // The first copy of all is the node itself.
            let first = copies.len() - special.n_copies();
            copies.remove(first);
        }
    }
}

impl Special {
    fn classify(&mut self, source: &Source<'_>, compounds: &Compounds, result: &mut Expanded) {
        let node = NodeId::new(self.node);
        let mapped = source
            .node_facts
            .get(&node)
            .copied()
            .filter(|&facts| source.node_facts_pool[facts.index()].matters())
            .filter(|_| self.ends.len() > 1);
        self.has_sides = mapped.is_some();
        let compound = self.ends.iter().find_map(|&(edge, _)| compounds.of(edge));
        if let Some(compound) = compound {
            self.has_layers = compounds.has_layers[compound.index()];
        }
        let touches_public = self
            .ends
            .iter()
            .any(|&(edge, _)| compounds.of(edge).is_none());
        // Streets that only lie behind gates are all public or all inner where no gate stands.
        let tagged = |end: &EdgeEnd| {
            let edge = end.0.index();
            compounds.is_tagged[edge].then(|| source.edges[edge].facts)
        };
        let first = self.ends.first().and_then(tagged);
        let is_mixed = self.ends.iter().any(|end| tagged(end) != first);
        let is_tagged = self.ends.iter().any(|end| tagged(end).is_some());
        let is_implied = is_tagged && (touches_public || (self.has_layers && is_mixed));
        self.has_inside = is_implied && !self.has_layers && !self.has_sides;
        if mapped.is_some() || is_implied {
            let gate = GateId::from_index(result.gates.len());
            self.gate = Some(gate);
            result.gates.push(Gate {
                node,
                mapped,
                compound,
            });
            let mut edges: Vec<EdgeId> = self.ends.iter().map(|&(edge, _)| edge).collect();
            edges.dedup();
            result.gate_edges.push(edges);
        }
    }

    /// Where a street meets the node.
    pub(super) fn place(&self, compounds: &Compounds, edge: EdgeId, end: Heading) -> usize {
        if self.has_sides {
            // Ends are listed in edge order, forward first.
            let side = self.ends.binary_search(&(edge, end));
            1 + side.expect("every end of an edge is listed at its node")
        } else {
            usize::from(self.has_inside && compounds.of(edge).is_some())
        }
    }
}
