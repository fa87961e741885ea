//! What a bound can be re-derived from.
//!
//! A bound rests on weak duality: for *any* multipliers, the relaxed question has a value no worse than the best answer.
//! The certificate keeps the multipliers, the sites left out with the reason, and for a proven optimum the tree of cases.

use crate::instance::{DemandIx, SiteIx};

/// Multipliers of one relaxation.
///
/// All are whole steps of 2^-`scale_bits` of the model's objective; zero for what is not listed.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Multipliers {
    /// One per demand point: what one more cover of it would be worth.
    pub demand: Vec<i64>,
    /// What one more step of budget would be worth.
    #[serde(default)]
    pub budget: i64,
    /// One per zone: what lowering its floor by one would be worth.
    #[serde(default)]
    pub zone: Vec<i64>,
    /// One per triple of the certificate; triples past its end have none.
    #[serde(default)]
    pub triple: Vec<i64>,
}

/// One node of the tree of cases, in preorder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Case {
    /// Either the site is open (next node) or it is closed (the node after that whole branch).
    Branch(SiteIx),
    /// Either the demand point is covered (next node) or all sites that could still cover it are closed (the node after that whole branch).
    Row(DemandIx),
    /// The multipliers with this number show that the case holds nothing better than the bound.
    Leaf(u32),
    /// All sites are decided, or no more may open: the case holds one answer at most.
    Single,
}

/// A site or a demand point that presolve took away, in the order in which it did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dropped {
    /// The first site serves nothing that the second does not serve, and is not preferred to it.
    Site(SiteIx, SiteIx),
    /// Whatever covers the second demand point covers the first.
    Demand(DemandIx, DemandIx),
}

/// Everything needed to re-derive a bound from the instance and the question alone.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Certificate {
    /// Multipliers are counted in steps of 2^-`scale_bits` of the objective; negative when the steps are larger than one.
    pub scale_bits: i32,
    /// What presolve took away, with the reason.
    pub dropped: Vec<Dropped>,
    /// Three demand points each, with the condition that of any choice of sites covers at most one of them more than its sites, each counted once, or twice when it covers all three.
    #[serde(default)]
    pub triples: Vec<[DemandIx; 3]>,
    /// The multipliers that leaves refer to.
    pub multipliers: Vec<Multipliers>,
    /// The tree in preorder; a single leaf when no branching was needed.
    pub cases: Vec<Case>,
}
