use std::collections::{BTreeMap, BTreeSet, HashMap};

use units::index;

use super::Source;
use crate::profile::region;
use crate::topology::{NO_COMPOUND, Union};
use crate::{AccessKey, Along, CompoundId, EdgeId, NodeFacts, NodeId};

/// Connected regions of streets that somebody may enter but not pass, or that may lie behind gates.
pub(super) struct Compounds {
    pub(super) of_edge: Vec<u32>,
    /// Per edge: whether its own tags make an inside for somebody.
    pub(super) is_tagged: Vec<bool>,
    pub(super) n: usize,
    pub(super) has_layers: Vec<bool>,
}

impl Compounds {
    pub(super) fn find(source: &Source<'_>) -> Self {
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
                let compound = index(compound);
                has_layers[compound] |= tagged && !is_plain;
                has_kinds[compound][usize::from(tagged)] = true;
            }
            for node in [edge.start, edge.end] {
                if !is_inside && let Some(touched) = of_node(&mut union, node) {
                    entrances[index(touched)].insert(node);
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
                has_layers[index(compound)] = true;
            }
        }
        Self {
            of_edge,
            is_tagged,
            n: n_compounds,
            has_layers,
        }
    }

    pub(super) fn of(&self, edge: EdgeId) -> Option<CompoundId> {
        let compound = self.of_edge[edge.index()];
        (compound != NO_COMPOUND).then(|| CompoundId::new(compound))
    }

    pub(super) fn edge_has_layers(&self, edge: EdgeId) -> bool {
        self.of(edge).is_some_and(|c| self.has_layers[c.index()])
    }
}
