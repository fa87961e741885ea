//! Certificate of a Lagrangian bound: multipliers, presolve steps, and the branch-and-bound tree in preorder.
//!
//! By weak duality the relaxed problem is worth no less than the best answer for *any* multipliers, so that a reader has to trust none of the solvers.
//! Multipliers are integers in steps of 2^-`scale_bits` of the objective.

use crate::instance::{DemandIx, SiteIx};

/// Lagrangian multipliers of one leaf, in whole steps of 2^-`scale_bits` of the model's objective; 0 past the end of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Multipliers {
    /// By demand point: objective per cover of it; with capacities, per step of its weight.
    pub demand: Vec<i64>,
    /// Objective per step of budget.
    #[serde(default)]
    pub budget: i64,
    /// By zone: objective per step of its floor.
    #[serde(default)]
    pub zone: Vec<i64>,
    /// By cut of the certificate.
    #[serde(default, rename = "triple")]
    pub cut: Vec<i64>,
}

/// One node of the branch-and-bound tree, in preorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CertificateNode {
    /// Split by a site: open (the next node) or closed (the node after that whole branch).
    Branch(SiteIx),
    /// Split by a demand point: covered (the next node), or all sites that could still cover it closed (the node after that whole branch).
    Row(DemandIx),
    /// The multipliers with this number prove that no answer at this node is better than the bound.
    Leaf(u32),
    /// All sites are decided, or no more may open: one answer at most.
    Single,
}

/// One presolve step: a dropped site or demand point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dropped {
    /// The first site, dominated by the second one, which serves all that it serves for no more.
    Site(SiteIx, SiteIx),
    /// The first demand point, implied by the second one: every site that covers the second covers the first.
    Demand(DemandIx, DemandIx),
}

/// Proof of a bound, to be re-derived from the instance and the question alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Certificate {
    /// Multipliers are in steps of 2^-`scale_bits` of the objective; negative when the steps are larger than one.
    pub scale_bits: i32,
    /// The presolve steps, in order.
    pub dropped: Vec<Dropped>,
    /// {0,1/2} Chvátal-Gomory cuts on three demand points each: a choice of sites covers at most one of them more than its sites, each counted once, or twice when it covers all three.
    #[serde(default, rename = "triples")]
    pub cuts: Vec<[DemandIx; 3]>,
    /// The multipliers that leaves refer to.
    pub multipliers: Vec<Multipliers>,
    /// The tree in preorder; a single leaf when no branching was needed.
    #[serde(rename = "cases")]
    pub tree: Vec<CertificateNode>,
}
