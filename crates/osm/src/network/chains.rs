use city::FindingKind;
use graph::{EdgeId, Heading, TurnRule};

use crate::read::Extract;
use crate::restriction::{Restriction, Via};

/// An edge with its ends as dense numbers.
pub(super) type WayEdge = (EdgeId, u32, u32);

/// The edges of each way, in the way's order.
pub(super) struct WayEdges {
    pub(super) all: Vec<WayEdge>,
    /// By way number: where its edges lie.
    pub(super) of_way: Vec<(u32, u32)>,
}

impl WayEdges {
    pub(super) fn new(n_ways: usize) -> Self {
        Self {
            all: Vec::new(),
            of_way: vec![(0, 0); n_ways],
        }
    }

    pub(super) fn add(&mut self, way: u32, edge: WayEdge) {
        let at = u32::try_from(self.all.len()).expect("fewer than 2^32 edges");
        let range = &mut self.of_way[units::index(way)];
        if range.0 == range.1 {
            *range = (at, at);
        }
        range.1 = at + 1;
        self.all.push(edge);
    }

    fn of(&self, extract: &Extract, way: i64) -> Option<&[WayEdge]> {
        let (from, to) = self.of_way[units::index(extract.way_ids.find(way)?)];
        (from < to).then(|| &self.all[units::index(from)..units::index(to)])
    }

    /// The chains of arcs that a restriction speaks of: one for each `from` and `to`.
    pub(super) fn chains(
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
