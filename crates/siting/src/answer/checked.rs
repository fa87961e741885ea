//! A proposal of the solvers, and the answer that has passed the check.

use crate::answer::entries::{OpenSite, Served, Uncovered};
use crate::instance::SiteIx;

/// An answer whose objective was recomputed and that keeps every rule of its question.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    sites: Vec<OpenSite>,
    objective: i128,
    uncovered: Vec<Uncovered>,
    served: Vec<Served>,
}

impl Checked {
    pub(crate) fn new(
        sites: Vec<OpenSite>,
        objective: i128,
        uncovered: Vec<Uncovered>,
        served: Vec<Served>,
    ) -> Self {
        Self {
            sites,
            objective,
            uncovered,
            served,
        }
    }

    pub(crate) fn objective(&self) -> i128 {
        self.objective
    }

    pub(crate) fn sites(&self) -> &[OpenSite] {
        &self.sites
    }

    pub(crate) fn uncovered(&self) -> &[Uncovered] {
        &self.uncovered
    }

    pub(crate) fn served(&self) -> &[Served] {
        &self.served
    }
}

/// A solver's proposal: new sites, and with capacities the assignment of demand.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    pub(crate) new_sites: Vec<SiteIx>,
    pub(crate) served: Vec<Served>,
}

/// Numbers of sites within the radius of a demand point, and the dearest pair of one that may open.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) open_able: u32,
    pub(crate) any: u32,
    pub(crate) dearest: u64,
}
