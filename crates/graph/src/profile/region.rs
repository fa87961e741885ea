//! Which streets lie behind gates, whatever their own tags say.
//!
//! ```text
//!   town --gate-- yard --gate-- town      regions: what remains when every gate is taken out
//!                  |
//!   town --wall-- shed                    a wall joins nothing, neither as a gate nor as a street
//! ```
//!
//! *Regions* are connected sets of public streets that remain when all gates are taken out. Of the
//! regions in one connected piece the largest is *outside*; so a second town in the file changes
//! nothing. Gates that let everybody through then join regions again, and what is not joined to the
//! outside lies *behind* the others.
//!
//! Which streets may lie behind gates is asked once when a network is built, for the built-in
//! profiles, so that their nodes get the copies it takes; which of them do is asked for every
//! metric, since it depends on the profile and on the policies.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashSet};

use crate::profile::push_reach::{self, EdgeUse};
use crate::profile::verdict::{self, Passage, Verdict};
use crate::topology::EdgeRecord;
use crate::topology::Union;
use crate::{EdgeId, Heading, NodeFacts, NodeId, Policies, Profile, WayFacts};

/// How a street counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    /// Not open at all.
    Closed,
    /// Open in some direction by its own tags.
    Public,
    /// To be entered but not passed, by its own tags.
    Inner,
}

/// What stands on a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    /// Nothing that anybody has to decide about.
    Nothing,
    /// A gate, whoever passes it.
    Gate,
    /// Something that nobody passes.
    Block,
}

impl Stands {
    pub(crate) fn of(passage: Passage) -> Self {
        match passage {
            Passage::Pass => Self::Nothing,
            Passage::Gate { .. } => Self::Gate,
            Passage::Block => Self::Block,
        }
    }
}

/// Streets in sets, and which sets are outside.
pub(crate) struct Regions {
    sets: Union,
    /// The outside regions, by one of their edges.
    outside: Vec<u32>,
}

/// Street length of a region, the way and offset that begin it (lower ones decide between equals),
/// and the region.
type Size = (u64, Reverse<(i64, u32)>, u32);

const NOTHING: u32 = u32::MAX;

impl Regions {
    /// The regions of some streets, every gate taken out.
    ///
    /// Cost: nearly linear.
    pub(crate) fn find(edges: &[EdgeRecord], uses: &[Use], stands: &[Stands]) -> Self {
        let mut sets = Union::new(edges.len());
        let mut pieces = Union::new(edges.len());
        // The first edge of each kind seen at a node; the next ones are joined to it.
        let mut seen = vec![[NOTHING; 3]; stands.len()];
        let ids = || (0..).map(EdgeId::new);
        for ((edge, record), &kind) in ids().zip(edges).zip(uses) {
            if kind == Use::Closed {
                continue;
            }
            let join = |union: &mut Union, first: &mut u32| {
                if *first == NOTHING {
                    *first = edge.as_u32();
                } else {
                    union.join(*first, edge.as_u32());
                }
            };
            for node in [record.start, record.end] {
                let [any, public, inner] = &mut seen[node.index()];
                let what = stands[node.index()];
                if what != Stands::Block {
                    join(&mut pieces, any);
                }
                if what == Stands::Nothing {
                    join(&mut sets, if kind == Use::Public { public } else { inner });
                }
            }
        }
        let mut sizes: BTreeMap<u32, Size> = BTreeMap::new();
        for ((edge, record), &kind) in ids().zip(edges).zip(uses) {
            if kind == Use::Public {
                let begins = Reverse((record.way.as_i64(), record.way_start.as_mm()));
                let region = sets.find(edge.as_u32());
                let size = sizes.entry(region).or_insert((0, begins, region));
                size.0 += u64::from(record.length.as_mm());
                size.1 = size.1.max(begins);
            }
        }
        let mut largest: BTreeMap<u32, Size> = BTreeMap::new();
        for (&region, &size) in &sizes {
            let largest = largest.entry(pieces.find(region)).or_insert(size);
            *largest = size.max(*largest);
        }
        let mut outside: Vec<u32> = largest.values().map(|&(_, _, region)| region).collect();
        outside.sort_unstable();
        Self { sets, outside }
    }

    /// Joins streets that meet at a gate which lets everybody through.
    pub(crate) fn join(&mut self, edges: impl IntoIterator<Item = EdgeId>) {
        let mut edges = edges.into_iter();
        if let Some(first) = edges.next() {
            for edge in edges {
                self.sets.join(first.as_u32(), edge.as_u32());
            }
        }
    }

    /// For each street, whether it is public by its own tags and yet not joined to the outside.
    pub(crate) fn apart(&mut self, uses: &[Use]) -> Vec<bool> {
        let outside: HashSet<u32> = self
            .outside
            .iter()
            .map(|&edge| self.sets.find(edge))
            .collect();
        let ids = (0..).map(EdgeId::new);
        ids.zip(uses)
            .map(|(edge, &kind)| {
                kind == Use::Public && !outside.contains(&self.sets.find(edge.as_u32()))
            })
            .collect()
    }

    /// For each street, whether it is public by its own tags and yet joined to the outside through
    /// gates only, one of them mapped: what private streets alone lead to stays as it is tagged.
    ///
    /// This is asked before any gate joins streets: a gate that a plan opens must not make what
    /// lies farther in, beyond streets that nobody passes, a place that nobody enters.
    pub(crate) fn behind(
        &mut self,
        edges: &[EdgeRecord],
        uses: &[Use],
        stands: &[Stands],
    ) -> Vec<bool> {
        let ids = || (0..).map(EdgeId::new);
        let mut behind = self.apart(uses);
        if !behind.contains(&true) {
            return behind;
        }
        // Whole compounds, with all gates and private streets in them.
        let mut compounds = Union::new(edges.len());
        let mut seen = vec![NOTHING; stands.len()];
        let mut meets_outside = vec![false; stands.len()];
        for ((edge, record), (&kind, &is_behind)) in ids().zip(edges).zip(uses.iter().zip(&behind))
        {
            for node in [record.start, record.end].map(NodeId::index) {
                if stands[node] == Stands::Block {
                    continue;
                }
                if is_behind || kind == Use::Inner {
                    if seen[node] == NOTHING {
                        seen[node] = edge.as_u32();
                    } else {
                        compounds.join(seen[node], edge.as_u32());
                    }
                } else {
                    meets_outside[node] |= kind == Use::Public;
                }
            }
        }
        let gates = (0..stands.len())
            .filter(|&node| stands[node] == Stands::Gate && meets_outside[node])
            .filter(|&node| seen[node] != NOTHING);
        let gated: HashSet<u32> = gates.map(|node| compounds.find(seen[node])).collect();
        for (edge, is_behind) in ids().zip(&mut behind) {
            *is_behind &= gated.contains(&compounds.find(edge.as_u32()));
        }
        behind
    }
}

/// The streets that may lie behind gates for a built-in profile, under some policy.
///
/// Cost: nearly linear, once for each profile.
pub(crate) fn may_lie_behind(
    edges: &[EdgeRecord],
    facts: &[WayFacts],
    nodes: &[Option<&NodeFacts>],
) -> Vec<bool> {
    let mut may = vec![false; edges.len()];
    if nodes.iter().all(Option::is_none) && !facts.iter().any(|facts| facts.access.has_inside()) {
        return may;
    }
    let policies = Policies::default();
    let foot = Profile::foot();
    for profile in [Profile::rider(), Profile::foot()] {
        let verdicts: Vec<[Verdict; 2]> = facts
            .iter()
            .map(|facts| {
                Heading::BOTH
                    .map(|heading| verdict::with_push(&profile, &foot, &policies, facts, heading))
            })
            .collect();
        let of = |edge: &EdgeRecord| &verdicts[edge.facts.index()];
        let out_of_reach = match profile.push {
            None => vec![false; edges.len()],
            Some(push) => {
                let uses: Vec<EdgeUse> = edges.iter().map(|edge| EdgeUse::of(of(edge))).collect();
                push_reach::out_of_reach(nodes.len(), edges, &uses, push.reach)
            }
        };
        let uses: Vec<Use> = edges
            .iter()
            .zip(&out_of_reach)
            .map(|(edge, &is_far)| {
                let mut open = of(edge).iter().filter_map(|verdict| verdict.open());
                if is_far || open.clone().next().is_none() {
                    Use::Closed
                } else if open.any(|way| way.inside.is_none()) {
                    Use::Public
                } else {
                    Use::Inner
                }
            })
            .collect();
        let stands: Vec<Stands> = nodes
            .iter()
            .map(|facts| {
                facts.map_or(Stands::Nothing, |facts| {
                    Stands::of(verdict::of_node(&profile, facts))
                })
            })
            .collect();
        let behind = Regions::find(edges, &uses, &stands).behind(edges, &uses, &stands);
        for (may, behind) in may.iter_mut().zip(behind) {
            *may |= behind;
        }
    }
    may
}
