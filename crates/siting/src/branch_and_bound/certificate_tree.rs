//! The tree as cases of a certificate.

use std::sync::Arc;

use crate::answer::certificate::Case;
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::tree::{Branching, Grown, Tree};
use crate::instance::{DemandIx, SiteIx};
use crate::number::{at, ix};

/// A certificate with more multipliers than this would be a file of some 100 MB.
const MOST_MULTIPLIERS: usize = 12_000_000;

/// Whether a certificate with these multipliers is small enough to hand out; zeros hardly count.
pub(crate) fn small_enough(duals: &[Arc<Dual>]) -> bool {
    let multipliers = duals.iter().flat_map(|d| d.row.iter().chain(&d.triple));
    multipliers.filter(|m| **m != 0).count() <= MOST_MULTIPLIERS
}

/// What sites and rows of the solver are called in the instance.
pub(crate) struct Names<'a> {
    pub(crate) site: &'a dyn Fn(u32) -> SiteIx,
    pub(crate) row: &'a dyn Fn(u32) -> DemandIx,
}

/// The tree in preorder, and the multipliers that its leaves need, each once.
pub(crate) fn cases<Q: Branching>(tree: &Tree<Q>, names: &Names) -> (Vec<Case>, Vec<Arc<Dual>>) {
    let mut cases = Vec::with_capacity(tree.nodes.len());
    let mut duals: Vec<Arc<Dual>> = Vec::new();
    let mut numbers: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
    let mut stack = vec![0_u32];
    while let Some(node) = stack.pop() {
        match &tree.nodes[at(node)] {
            Grown::Unfinished { dual } | Grown::Leaf { dual } => {
                let number = *numbers.entry(Arc::as_ptr(dual).addr()).or_insert_with(|| {
                    duals.push(dual.clone());
                    ix(duals.len() - 1)
                });
                cases.push(Case::Leaf(number));
            }
            Grown::Single => cases.push(Case::Single),
            Grown::Site { site, open, closed } => {
                cases.push(Case::Branch((names.site)(*site)));
                stack.extend([*closed, *open]);
            }
            Grown::Row { row, covered, bare } => {
                cases.push(Case::Row((names.row)(*row)));
                stack.extend([*bare, *covered]);
            }
        }
    }
    (cases, duals)
}
