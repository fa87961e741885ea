//! The entries of an answer: open sites, uncovered demand, assignment.

use crate::instance::{DemandIx, SiteIx};

/// One open site of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenSite {
    /// Which site.
    pub site: SiteIx,
    /// Whether it was open before.
    pub fixed: bool,
    /// Marginal gain over the sites before it.
    ///
    /// With capacities: weight it serves. Without:
    /// Models `lscp` and `mclp`: newly covered weight.
    /// Model `p-median`: fall of the sum of weight × cost, where a demand point not yet served counts its dearest pair.
    /// Model `p-center`: weight newly served within the objective.
    pub adds: i128,
}

/// Why a demand point is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// No pair within the radius.
    NoSiteInReach,
    /// Only forbidden sites within the radius.
    OnlyForbiddenSites,
    /// Fewer sites within the radius than it needs.
    TooFewSitesInReach,
    /// Sites that could cover it were not chosen.
    NotChosen,
    /// Covered by fewer open sites than it needs.
    TooFewTimes,
    /// The open sites within the radius are full.
    SitesFull,
}

/// A demand point, or a part of one, that is not covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Uncovered {
    /// Which demand point.
    pub demand: DemandIx,
    /// The weight not covered.
    pub weight: u64,
    /// Why.
    pub reason: Reason,
}

/// One entry of the assignment: a demand point, or a part of one, and the site that serves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Served {
    /// Which demand point.
    pub demand: DemandIx,
    /// Which open site.
    pub site: SiteIx,
    /// The part of its weight, in steps.
    pub weight: u64,
}
