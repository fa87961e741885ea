//! Copies of nodes: how gates, compounds and turn restrictions become part of the topology.
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

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::profile::region;
use crate::topology::{EdgeRecord, NO_COMPOUND};
use crate::{
    AccessKey, Along, CompoundId, EdgeId, Gate, GateId, Heading, Layer, Link, NodeFacts,
    NodeFactsId, NodeId, RoadClass, TurnBinding, TurnSetId, WayFacts,
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

/// One end of an edge.
type EdgeEnd = (EdgeId, Heading);

/// A chain of restrictions under way: rule and how many of its arcs were travelled, less one.
type Progress = (u32, u32);

const PLAIN: u32 = u32::MAX;

/// A node that needs copies.
#[derive(Default)]
struct Special {
    node: u32,
    /// Edge ends at the node, in edge order.
    ends: Vec<EdgeEnd>,
    /// Every street has a side of its own.
    has_sides: bool,
    /// It touches a compound with layers.
    has_layers: bool,
    /// It is the entrance of a compound without layers.
    has_inside: bool,
    gate: Option<GateId>,
    /// Turn states, the empty one first.
    states: Vec<u32>,
    /// Id of the second copy; the first is the node itself.
    second_copy: u32,
}

impl Special {
    fn n_places(&self) -> usize {
        if self.has_sides {
            1 + self.ends.len()
        } else {
            1 + usize::from(self.has_inside)
        }
    }

    fn layers(&self) -> &'static [Layer] {
        const ALL: &[Layer] = &Layer::ALL;
        if self.has_layers { ALL } else { &ALL[..1] }
    }

    fn n_copies(&self) -> usize {
        self.states.len() * self.layers().len() * self.n_places()
    }

    fn copy(&self, state: usize, layer: Layer, place: usize) -> NodeId {
        let index = (state * self.layers().len() + layer.index()) * self.n_places() + place;
        match u32::try_from(index).expect("copies of one node are few") {
            0 => NodeId::new(self.node),
            later => NodeId::new(self.second_copy + later - 1),
        }
    }
}

/// Makes all arcs, with copies of nodes where rules need them.
///
/// Cost: linear, but for nodes with turn restrictions, where it grows with the number of different
/// sets of restrictions under way.
pub(crate) fn expand(source: &Source<'_>) -> Expanded {
    let mut result = Expanded::default();
    let compounds = Compounds::find(source);
    let mut specials = Specials::find(source, &compounds, &mut result);
    let mut automaton = Automaton::new(source, &mut result.bindings);
    specials.find_states(source, &mut automaton);
    specials.number(source.n_nodes, &mut result.copies);
    street_arcs(source, &compounds, &specials, &mut automaton, &mut result);
    link_arcs(source, &compounds, &specials, &mut automaton, &mut result);
    if compounds.n > 0 {
        result.edge_compounds = compounds.of_edge;
        result.compound_has_layers = compounds.has_layers;
    }
    result
}

/// Connected regions of streets that somebody may enter but not pass, or that may lie behind gates.
struct Compounds {
    of_edge: Vec<u32>,
    /// Per edge: whether its own tags make an inside for somebody.
    is_tagged: Vec<bool>,
    n: usize,
    has_layers: Vec<bool>,
}

impl Compounds {
    fn find(source: &Source<'_>) -> Self {
        let by_facts: Vec<bool> = source
            .facts
            .iter()
            .map(|facts| facts.access.has_inside())
            .collect();
        let is_tagged: Vec<bool> = source
            .edges
            .iter()
            .map(|edge| by_facts[edge.facts.index()])
            .collect();
        let mut nodes: Vec<Option<&NodeFacts>> = vec![None; source.n_nodes];
        for (node, facts) in source.node_facts {
            nodes[node.index()] = Some(&source.node_facts_pool[facts.index()]);
        }
        let mut is_inside = region::may_lie_behind(source.edges, source.facts, &nodes);
        for (inside, &tagged) in is_inside.iter_mut().zip(&is_tagged) {
            *inside |= tagged;
        }
        let inner = || {
            source
                .edges
                .iter()
                .zip(&is_inside)
                .filter(|(_, inside)| **inside)
        };
        let mut of_edge = vec![NO_COMPOUND; source.edges.len()];
        if inner().next().is_none() {
            return Self {
                of_edge,
                is_tagged,
                n: 0,
                has_layers: Vec::new(),
            };
        }
        let mut union = Union::new(source.n_nodes);
        for (edge, _) in inner() {
            union.join(edge.start.as_u32(), edge.end.as_u32());
        }
        let mut ids: HashMap<u32, u32> = HashMap::new();
        for (compound, (edge, &inside)) in
            of_edge.iter_mut().zip(source.edges.iter().zip(&is_inside))
        {
            if inside {
                let next = u32::try_from(ids.len()).expect("fewer compounds than edges");
                *compound = *ids.entry(union.find(edge.start.as_u32())).or_insert(next);
            }
        }
        let n_compounds = ids.len();
        let of_node =
            |union: &mut Union, node: NodeId| ids.get(&union.find(node.as_u32())).copied();

        // One entrance, and one plain tag that binds every profile alike, or none: no layers.
        let mut has_layers = vec![false; n_compounds];
        let mut has_kinds = vec![[false; 2]; n_compounds];
        let mut entrances: Vec<BTreeSet<NodeId>> = vec![BTreeSet::new(); n_compounds];
        let mut ends_at_barrier: BTreeMap<NodeId, (u32, u32)> = BTreeMap::new();
        for ((edge, &compound), &tagged) in source.edges.iter().zip(&of_edge).zip(&is_tagged) {
            let is_inside = compound != NO_COMPOUND;
            if is_inside {
                let access = &source.facts[edge.facts.index()].access;
                let is_plain = access
                    .iter()
                    .all(|(key, along, _)| (key, along) == (AccessKey::Access, Along::Both));
                let compound = CompoundId::new(compound).index();
                has_layers[compound] |= tagged && !is_plain;
                has_kinds[compound][usize::from(tagged)] = true;
            }
            for node in [edge.start, edge.end] {
                if !is_inside && let Some(touched) = of_node(&mut union, node) {
                    entrances[CompoundId::new(touched).index()].insert(node);
                }
                if source.node_facts.contains_key(&node) {
                    let (inner, outer) = ends_at_barrier.entry(node).or_default();
                    *(if is_inside { inner } else { outer }) += 1;
                }
            }
        }
        for (layered, (entrances, kinds)) in
            has_layers.iter_mut().zip(entrances.iter().zip(&has_kinds))
        {
            *layered |= entrances.len() > 1 || *kinds == [true; 2];
        }
        // A gate amid inner streets divides the compound. At an entrance where several streets of a
        // kind meet, some go past the gate and some through it.
        for (&node, &(inner, outer)) in &ends_at_barrier {
            let facts = &source.node_facts_pool[source.node_facts[&node].index()];
            let divides = inner > 1 && (facts.may_be_gate() || outer > 0);
            if (divides || (inner > 0 && outer > 1))
                && let Some(compound) = of_node(&mut union, node)
            {
                has_layers[CompoundId::new(compound).index()] = true;
            }
        }
        Self {
            of_edge,
            is_tagged,
            n: n_compounds,
            has_layers,
        }
    }

    fn of(&self, edge: EdgeId) -> Option<CompoundId> {
        let compound = self.of_edge[edge.index()];
        (compound != NO_COMPOUND).then(|| CompoundId::new(compound))
    }

    fn edge_has_layers(&self, edge: EdgeId) -> bool {
        self.of(edge).is_some_and(|c| self.has_layers[c.index()])
    }
}

/// Disjoint sets with path halving; the lower id is the representative.
pub(crate) struct Union(Vec<u32>);

impl Union {
    pub(crate) fn new(n: usize) -> Self {
        Self((0..n).map(|i| NodeId::from_index(i).as_u32()).collect())
    }

    pub(crate) fn find(&mut self, mut item: u32) -> u32 {
        let index = |i: u32| NodeId::new(i).index();
        while self.0[index(item)] != item {
            let above = self.0[index(self.0[index(item)])];
            self.0[index(item)] = above;
            item = above;
        }
        item
    }

    pub(crate) fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.find(a), self.find(b));
        self.0[NodeId::new(a.max(b)).index()] = a.min(b);
    }
}

/// The nodes that need copies, and where to find them.
struct Specials {
    /// Per node: index into `all`, or `PLAIN`.
    of_node: Vec<u32>,
    all: Vec<Special>,
}

impl Specials {
    fn find(source: &Source<'_>, compounds: &Compounds, result: &mut Expanded) -> Self {
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
                let (_, head) = ends(source, edge, heading);
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
                    found.all[EdgeId::new(special).index()]
                        .ends
                        .push((edge, end));
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
        let index = EdgeId::new(*slot).index();
        &mut self.all[index]
    }

    fn at(&self, node: NodeId) -> Option<&Special> {
        let special = self.of_node[node.index()];
        (special != PLAIN).then(|| &self.all[EdgeId::new(special).index()])
    }

    /// Walks all chains of restrictions and collects the turn states of every node.
    fn find_states(&mut self, source: &Source<'_>, automaton: &mut Automaton<'_>) {
        let mut todo: Vec<(NodeId, u32)> = Vec::new();
        for rule in source.rules {
            let (edge, heading) = rule.chain[0];
            let (_, head) = ends(source, edge, heading);
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
                        todo.push((ends(source, edge, heading).1, next));
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

    fn number(&mut self, n_nodes: usize, copies: &mut Vec<(NodeId, Layer)>) {
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
    fn place(&self, compounds: &Compounds, edge: EdgeId, end: Heading) -> usize {
        if self.has_sides {
            // Ends are listed in edge order, forward first.
            let side = self.ends.binary_search(&(edge, end));
            1 + side.expect("every end of an edge is listed at its node")
        } else {
            usize::from(self.has_inside && compounds.of(edge).is_some())
        }
    }
}

/// Tail and head of an edge in a direction.
fn ends(source: &Source<'_>, edge: EdgeId, heading: Heading) -> (NodeId, NodeId) {
    let record = &source.edges[edge.index()];
    match heading {
        Heading::Forward => (record.start, record.end),
        Heading::Backward => (record.end, record.start),
    }
}

fn street_arcs(
    source: &Source<'_>,
    compounds: &Compounds,
    specials: &Specials,
    automaton: &mut Automaton<'_>,
    result: &mut Expanded,
) {
    result.arcs.reserve(source.edges.len() * 2);
    for (edge, record) in (0..).map(EdgeId::new).zip(source.edges) {
        let may_end_here = source.facts[record.facts.index()].class != RoadClass::Ferry;
        let layers = if compounds.edge_has_layers(edge) {
            &Layer::ALL[..]
        } else {
            &Layer::ALL[..1]
        };
        for heading in Heading::BOTH {
            let (tail, head) = ends(source, edge, heading);
            let packed = edge.as_u32() << 1 | u32::from(heading == Heading::Backward);
            let (from, to) = (specials.at(tail), specials.at(head));
            // The end of the edge that lies at the tail, and the one at the head.
            let (near, far) = (heading, heading.reversed());
            let states = from.map_or(&[0][..], |special| &special.states);
            for (k, &state) in states.iter().enumerate() {
                if automaton.is_banned(state, edge, heading) {
                    continue;
                }
                let next = automaton.step(state, edge, heading);
                for &layer in layers {
                    let tail = from.map_or(tail, |special| {
                        special.copy(k, layer, special.place(compounds, edge, near))
                    });
                    let head = to.map_or(head, |special| {
                        let k = special.states.iter().position(|&s| s == next);
                        let k = k.expect("states were followed along every arc");
                        special.copy(k, layer, special.place(compounds, edge, far))
                    });
                    result.arcs.push(NewArc {
                        tail,
                        head,
                        runs: Runs::Street {
                            packed,
                            is_origin: may_end_here && state == 0 && layer.is_origin(),
                            is_destination: may_end_here,
                        },
                    });
                }
            }
        }
    }
}

fn link_arcs(
    source: &Source<'_>,
    compounds: &Compounds,
    specials: &Specials,
    automaton: &mut Automaton<'_>,
    result: &mut Expanded,
) {
    let mut turn_set_ids: HashMap<Vec<u32>, u32> = HashMap::new();
    for special in &specials.all {
        for (k, &state) in special.states.iter().enumerate() {
            for &layer in special.layers() {
                let middle = special.copy(k, layer, 0);
                let mut link = |tail, head, link| {
                    let runs = Runs::Link(link);
                    result.arcs.push(NewArc { tail, head, runs });
                };
                if let Some(gate) = special.gate {
                    for place in 1..special.n_places() {
                        let serves_layer = layer == Layer::Public
                            || compounds.edge_has_layers(special.ends[place - 1].0);
                        if serves_layer {
                            let side = special.copy(k, layer, place);
                            link(side, middle, Link::IntoGate(gate));
                            link(middle, side, Link::OutOfGate(gate));
                        }
                    }
                    let links = layer_links(special.has_sides).iter();
                    for &(from, to) in links.filter(|_| special.has_layers) {
                        if from != layer {
                            continue;
                        }
                        let (tails, heads) = match (from, to) {
                            _ if !special.has_sides => (0..1, 0..1),
                            // From the public street and to it past the public middle, so that
                            // who may enter need not be let through from street to street.
                            (Layer::Public, _) => (1..special.n_places(), 0..1),
                            (_, Layer::Public) => (0..1, 1..special.n_places()),
                            _ => (0..1, 0..1),
                        };
                        for tail in tails {
                            for head in heads.clone() {
                                let (tail, head) =
                                    (special.copy(k, from, tail), special.copy(k, to, head));
                                link(tail, head, Link::Layer { gate, from, to });
                            }
                        }
                    }
                }
                for (rules, without) in automaton.drops(state) {
                    let to = special.states.iter().position(|&s| s == without);
                    let to = to.expect("states were followed along every drop");
                    let next = u32::try_from(result.turn_sets.len()).expect("few turn sets");
                    let set = *turn_set_ids.entry(rules.clone()).or_insert_with(|| {
                        result.turn_sets.push(rules);
                        next
                    });
                    for place in 0..special.n_places() {
                        result.arcs.push(NewArc {
                            tail: special.copy(k, layer, place),
                            head: special.copy(to, layer, place),
                            runs: Runs::Link(Link::Turn(TurnSetId::new(set))),
                        });
                    }
                }
            }
        }
    }
    debug_assert!(source.n_nodes <= specials.of_node.len());
}

/// Between which layers a gate may let one pass.
fn layer_links(is_mapped: bool) -> &'static [(Layer, Layer)] {
    const LINKS: &[(Layer, Layer)] = &[
        (Layer::Public, Layer::In),
        (Layer::Public, Layer::InOnFoot),
        (Layer::Out, Layer::Public),
        (Layer::OutOnFoot, Layer::Public),
        (Layer::In, Layer::Public),
        // Between inner streets only a mapped gate can make one leave the vehicle.
        (Layer::In, Layer::InOnFoot),
        (Layer::OutOnFoot, Layer::Out),
    ];
    if is_mapped { LINKS } else { &LINKS[..5] }
}

/// How many different bindings at one turn are told apart.
const MAX_BINDINGS: usize = 4;

/// The automaton of all turn restrictions together: a state is the set of chains under way.
///
/// As in Aho and Corasick's string matching (1975), a state is made only when some path leads to
/// it; overlapping chains so keep every prefix that may still be completed.
struct Automaton<'a> {
    rules: &'a [TurnRule],
    /// Binding of each rule.
    bindings: Vec<u32>,
    /// Rules by first arc (`edge << 1 | backward`).
    beginning: HashMap<u32, Vec<u32>>,
    states: Vec<Vec<Progress>>,
    state_ids: HashMap<Vec<Progress>, u32>,
}

impl<'a> Automaton<'a> {
    fn new(source: &Source<'a>, pool: &mut Vec<TurnBinding>) -> Self {
        let mut bindings = Vec::with_capacity(source.rules.len());
        let mut beginning: HashMap<u32, Vec<u32>> = HashMap::new();
        for (id, rule) in (0..).zip(source.rules) {
            let known = pool.iter().position(|binding| *binding == rule.binding);
            let binding = known.unwrap_or_else(|| {
                pool.push(rule.binding.clone());
                pool.len() - 1
            });
            bindings.push(u32::try_from(binding).expect("few bindings"));
            let (edge, heading) = rule.chain[0];
            beginning.entry(pack(edge, heading)).or_default().push(id);
        }
        Self {
            rules: source.rules,
            bindings,
            beginning,
            states: vec![Vec::new()],
            state_ids: HashMap::from([(Vec::new(), 0)]),
        }
    }

    fn intern(&mut self, mut state: Vec<Progress>) -> u32 {
        if state.is_empty() {
            return 0;
        }
        state.sort_unstable();
        state.dedup();
        let next = u32::try_from(self.states.len()).expect("few turn states");
        *self.state_ids.entry(state).or_insert_with_key(|state| {
            self.states.push(state.clone());
            next
        })
    }

    fn progress(&self, state: u32) -> &[Progress] {
        &self.states[EdgeId::new(state).index()]
    }

    fn rule(&self, rule: u32) -> &'a TurnRule {
        &self.rules[EdgeId::new(rule).index()]
    }

    /// The next arc that a chain under way waits for, and whether it is its last.
    fn awaited(&self, (rule, done): Progress) -> ((EdgeId, Heading), bool) {
        let chain = &self.rule(rule).chain;
        let next = EdgeId::new(done).index() + 1;
        (chain[next], next + 1 == chain.len())
    }

    fn step(&mut self, state: u32, edge: EdgeId, heading: Heading) -> u32 {
        let mut next: Vec<Progress> = Vec::new();
        if let Some(rules) = self.beginning.get(&pack(edge, heading)) {
            next.extend(rules.iter().map(|&rule| (rule, 0)));
        } else if state == 0 {
            return 0;
        }
        for &(rule, done) in self.progress(state) {
            let (arc, is_last) = self.awaited((rule, done));
            if !is_last && arc == (edge, heading) {
                next.push((rule, done + 1));
            }
        }
        self.intern(next)
    }

    /// Whether some rule under way bans an exit.
    fn is_banned(&self, state: u32, edge: EdgeId, heading: Heading) -> bool {
        self.progress(state).iter().any(|&(rule, done)| {
            let (arc, is_last) = self.awaited((rule, done));
            is_last && (arc == (edge, heading)) != self.rule(rule).is_only
        })
    }

    /// The states with fewer bans: bindings of the rules left behind, and the state without them.
    ///
    /// Rules with one binding go together, since a profile is bound by all or by none; every set
    /// of bindings gets a link of its own, so that a turn is paid once however many rules ban it.
    fn drops(&mut self, state: u32) -> Vec<(Vec<u32>, u32)> {
        if state == 0 {
            return Vec::new();
        }
        let progress = self.progress(state).to_vec();
        let binding = |&(rule, _): &Progress| self.bindings[EdgeId::new(rule).index()];
        let is_ban = |at: &Progress| self.awaited(*at).1;
        let mut present: Vec<u32> = progress.iter().filter(|p| is_ban(p)).map(binding).collect();
        present.sort_unstable();
        present.dedup();
        // Real turns have one or two. Past four only all together are offered, so that no file can
        // ask for more copies than its size allows; a profile that some of them bind then pays for
        // a turn that only the others ban.
        let subsets: Vec<Vec<u32>> = if present.len() <= MAX_BINDINGS {
            (1_u32..1 << present.len())
                .map(|bits| {
                    let chosen = present.iter().enumerate();
                    chosen
                        .filter(|(i, _)| bits >> i & 1 == 1)
                        .map(|(_, &b)| b)
                        .collect()
                })
                .collect()
        } else {
            vec![present.clone()]
        };
        let rest: Vec<(Vec<u32>, Vec<Progress>)> = subsets
            .into_iter()
            .map(|dropped| {
                let kept = progress
                    .iter()
                    .filter(|at| !(is_ban(at) && dropped.contains(&binding(at))));
                let kept = kept.copied().collect();
                (dropped, kept)
            })
            .collect();
        rest.into_iter()
            .map(|(dropped, kept)| {
                let state = self.intern(kept);
                (dropped, state)
            })
            .collect()
    }
}

fn pack(edge: EdgeId, heading: Heading) -> u32 {
    edge.as_u32() << 1 | u32::from(heading == Heading::Backward)
}
