//! The branch-and-bound tree in preorder, as a certificate holds it.

use std::sync::Arc;

use crate::answer::certificate::CertificateNode;
use crate::branch_and_bound::dual_bound::Dual;
use crate::branch_and_bound::subproblem::RowIx;
use crate::branch_and_bound::tree::{Branching, Tree, TreeNode};
use crate::instance::{DemandIx, SiteIx};
use crate::number::{at, ix};

/// Most multipliers of a certificate: with more it would be a file of some 100 MB.
const MOST_MULTIPLIERS: usize = 12_000_000;

/// Whether a certificate with these multipliers stays below [`MOST_MULTIPLIERS`]; zeros take no room to speak of.
pub(crate) fn small_enough(duals: &[Arc<Dual>]) -> bool {
    let multipliers = duals.iter().flat_map(|d| d.row.iter().chain(&d.cut));
    multipliers.filter(|m| **m != 0).count() <= MOST_MULTIPLIERS
}

/// The site and the demand point of the instance behind each site and row of a problem.
pub(crate) struct Names<'a> {
    pub(crate) site: &'a dyn Fn(u32) -> SiteIx,
    pub(crate) row: &'a dyn Fn(RowIx) -> DemandIx,
}

/// The nodes in preorder, and the multipliers that the leaves refer to, each once.
pub(crate) fn certificate_nodes<Q: Branching>(
    tree: &Tree<Q>,
    names: &Names,
) -> (Vec<CertificateNode>, Vec<Arc<Dual>>) {
    let mut nodes = Vec::with_capacity(tree.nodes.len());
    let mut duals: Vec<Arc<Dual>> = Vec::new();
    let mut numbers: std::collections::BTreeMap<usize, u32> = std::collections::BTreeMap::new();
    let mut stack = vec![0_u32];
    while let Some(node) = stack.pop() {
        match &tree.nodes[at(node)] {
            TreeNode::Unfinished { dual } | TreeNode::Leaf { dual } => {
                let number = *numbers.entry(Arc::as_ptr(dual).addr()).or_insert_with(|| {
                    duals.push(dual.clone());
                    ix(duals.len() - 1)
                });
                nodes.push(CertificateNode::Leaf(number));
            }
            TreeNode::Single => nodes.push(CertificateNode::Single),
            TreeNode::Site { site, open, closed } => {
                nodes.push(CertificateNode::Branch((names.site)(*site)));
                stack.extend([*closed, *open]);
            }
            TreeNode::Row {
                row,
                covered,
                uncovered,
            } => {
                nodes.push(CertificateNode::Row((names.row)(*row)));
                stack.extend([*uncovered, *covered]);
            }
        }
    }
    (nodes, duals)
}
