//! Subproblem of the branch-and-bound tree: the decisions about sites and rows on the way to a node.

use crate::number::{at, ix};

/// A row of a problem: its dense number from 0, in the problem's own order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RowIx(u32);

impl RowIx {
    /// The row at this position.
    pub(crate) fn new(position: usize) -> Self {
        Self(ix(position))
    }

    /// The position of the row.
    pub(crate) fn index(self) -> usize {
        at(self.0)
    }
}

/// The decisions on the way from the root of the tree to a node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Subproblem {
    /// Sites decided to be open, in the order of the decisions.
    pub(crate) open: Vec<u32>,
    /// By site, whether it is undecided.
    pub(crate) free: Vec<bool>,
    /// Rows decided to be covered.
    pub(crate) covered: Vec<RowIx>,
}

impl Subproblem {
    /// The root: nothing is decided.
    pub(crate) fn whole(n_sites: usize) -> Self {
        Self {
            open: Vec::new(),
            free: vec![true; n_sites],
            covered: Vec::new(),
        }
    }

    /// The undecided sites, ascending.
    pub(crate) fn free_sites(&self) -> impl Iterator<Item = u32> + '_ {
        (0..)
            .zip(&self.free)
            .filter(|(_, free)| **free)
            .map(|(site, _)| site)
    }

    /// Decides that the site is open, which closes the sites too near it.
    pub(crate) fn open(&mut self, site: u32, near: Option<&[u32]>) {
        self.free[at(site)] = false;
        self.open.push(site);
        for &other in near.into_iter().flatten() {
            self.free[at(other)] = false;
        }
    }

    pub(crate) fn close(&mut self, site: u32) {
        self.free[at(site)] = false;
    }
}
