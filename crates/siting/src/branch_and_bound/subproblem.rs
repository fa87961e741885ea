//! A part of a question: what is left when some sites and rows are decided.

use crate::number::at;

/// Decisions of a branch of the tree of cases.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// Sites that are decided to be open, in the order of the decisions.
    pub(crate) open: Vec<u32>,
    /// For each site, whether nothing is decided about it.
    pub(crate) free: Vec<bool>,
    /// Rows that are decided to be covered.
    pub(crate) covered: Vec<u32>,
}

impl Part {
    /// Nothing is decided.
    pub(crate) fn whole(n_sites: usize) -> Self {
        Self {
            open: Vec::new(),
            free: vec![true; n_sites],
            covered: Vec::new(),
        }
    }

    /// The sites about which nothing is decided, ascending.
    pub(crate) fn free_sites(&self) -> impl Iterator<Item = u32> + '_ {
        (0..)
            .zip(&self.free)
            .filter(|(_, free)| **free)
            .map(|(site, _)| site)
    }

    /// Decides that the site is open, which closes those too near it.
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
