//! The instance: sites, demand points with weights, and a sparse table of serving costs.
//!
//! Costs and weights are integers, in one scale each; [`InstanceBuilder`](crate::InstanceBuilder) converts decimals.
//! A pair that is not listed cannot serve.

pub(crate) mod builder;
pub(crate) mod candidates;
pub(crate) mod decimal;
pub(crate) mod error;
pub(crate) mod ids;
pub(crate) mod site_types;
pub(crate) mod sparse_rows;

use std::ops::Range;
use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use crate::instance::decimal::Decimal;
use crate::number::{at, ix};

/// A site, by its place in the order of ids; the lower one wins a tie.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct SiteIx(pub(crate) u32);

/// A demand point, by its place in the order of ids.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct DemandIx(pub(crate) u32);

impl SiteIx {
    /// The site at this place in the order of ids.
    pub fn new(index: u32) -> Self {
        Self(index)
    }

    /// The place in the order of ids.
    pub fn index(self) -> usize {
        at(self.0)
    }
}

impl DemandIx {
    /// The demand point at this place in the order of ids.
    pub fn new(index: u32) -> Self {
        Self(index)
    }

    /// The same for a place in an array; an instance holds fewer than 2^32 demand points.
    pub(crate) fn from_index(index: usize) -> Self {
        Self(ix(index))
    }

    /// The place in the order of ids.
    pub fn index(self) -> usize {
        at(self.0)
    }
}

/// The status of a site before the question: candidate, fixed or forbidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum SiteStatus {
    /// May open.
    #[default]
    Candidate,
    /// Exists and stays open; does not count against the number of sites or the budget.
    Fixed,
    /// May not open.
    Forbidden,
}

/// The serving costs of all pairs, in the order of the pairs.
#[derive(Clone, Debug)]
pub(crate) enum Costs {
    /// Every listed pair costs 0: a cover relation without costs.
    Absent,
    Narrow(Vec<u32>),
    Wide(Vec<u64>),
}

impl Costs {
    #[inline]
    pub(crate) fn get(&self, pair: usize) -> u64 {
        match self {
            Self::Absent => 0,
            Self::Narrow(all) => u64::from(all[pair]),
            Self::Wide(all) => all[pair],
        }
    }

    /// The costs of these pairs, in this order.
    pub(crate) fn pick(&self, pairs: &[usize]) -> Self {
        match self {
            Self::Absent => Self::Absent,
            Self::Narrow(all) => Self::Narrow(pairs.iter().map(|&p| all[p]).collect()),
            Self::Wide(all) => Self::Wide(pairs.iter().map(|&p| all[p]).collect()),
        }
    }
}

/// Names of sites or demand points.
#[derive(Clone, Debug)]
pub(crate) enum Names {
    Given(Vec<String>),
    /// Numbered from 0: the caller keeps the names.
    Counted(usize),
}

impl Names {
    fn len(&self) -> usize {
        match self {
            Self::Given(all) => all.len(),
            Self::Counted(n) => *n,
        }
    }

    fn name(&self, index: usize) -> String {
        match self {
            Self::Given(all) => all[index].clone(),
            Self::Counted(_) => index.to_string(),
        }
    }

    fn hash(&self, hasher: &mut Sha256) {
        match self {
            Self::Given(all) => {
                for name in all {
                    hasher.update(wide(name.len()).to_le_bytes());
                    hasher.update(name.as_bytes());
                }
            }
            Self::Counted(n) => hasher.update(wide(*n).to_le_bytes()),
        }
    }
}

fn wide(n: usize) -> u64 {
    u64::try_from(n).expect("a length fits 64 bits")
}

/// The transposed pairs, by demand point; sites ascend within a demand point.
#[derive(Clone, Debug)]
pub(crate) struct ByDemand {
    pub(crate) first: Vec<usize>,
    pub(crate) site: Vec<SiteIx>,
    /// Position of the pair in the order by site.
    pub(crate) pair: Vec<u32>,
}

/// A sparse site × demand table of serving costs, with the facts about sites and demand points.
///
/// Immutable once built; sites and demand points stand in ascending order of their ids, so that the order of the input rows does not matter.
#[derive(Clone, Debug)]
pub struct Instance {
    pub(crate) site_names: Names,
    pub(crate) demand_names: Names,
    pub(crate) weight: Vec<u64>,
    pub(crate) weight_decimals: u8,
    pub(crate) first: Vec<usize>,
    pub(crate) demand: Vec<u32>,
    pub(crate) cost: Costs,
    pub(crate) cost_decimals: u8,
    pub(crate) status: Vec<SiteStatus>,
    pub(crate) price: Option<Vec<u64>>,
    pub(crate) price_decimals: u8,
    pub(crate) capacity: Option<Vec<u64>>,
    pub(crate) zone: Option<Vec<Option<u32>>>,
    pub(crate) zone_names: Vec<String>,
    /// Pairs of sites that may not both be open, lower one first, ascending.
    pub(crate) too_near: Vec<(SiteIx, SiteIx)>,
    pub(crate) by_demand: OnceLock<ByDemand>,
    pub(crate) fingerprint: OnceLock<Fingerprint>,
}

/// SHA-256 of an instance or a question, in an order that does not depend on the order of the input rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    pub(crate) fn of(hasher: Sha256) -> Self {
        Self(hasher.finalize().into())
    }
}

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for byte in self.0 {
            write!(out, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl serde::Serialize for Fingerprint {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Fingerprint {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = text.as_bytes();
        let mut out = [0_u8; 32];
        let digit = |b: u8| {
            char::from(b)
                .to_digit(16)
                .and_then(|d| u8::try_from(d).ok())
        };
        if bytes.len() != 64 {
            return Err(serde::de::Error::custom("a fingerprint has 64 hex digits"));
        }
        for (byte, two) in out.iter_mut().zip(bytes.chunks_exact(2)) {
            match (digit(two[0]), digit(two[1])) {
                (Some(high), Some(low)) => *byte = high * 16 + low,
                _ => return Err(serde::de::Error::custom("a fingerprint is written in hex")),
            }
        }
        Ok(Self(out))
    }
}

impl Instance {
    /// Number of sites, of any status.
    pub fn n_sites(&self) -> usize {
        self.site_names.len()
    }

    /// Number of demand points.
    pub fn n_demand(&self) -> usize {
        self.demand_names.len()
    }

    /// Number of listed pairs.
    pub fn n_pairs(&self) -> usize {
        self.demand.len()
    }

    /// All sites, ascending.
    pub fn sites(&self) -> impl ExactSizeIterator<Item = SiteIx> + use<> {
        (0..ix(self.n_sites())).map(SiteIx)
    }

    /// All demand points, ascending.
    pub fn demand_points(&self) -> impl ExactSizeIterator<Item = DemandIx> + use<> {
        (0..ix(self.n_demand())).map(DemandIx)
    }

    /// The id that the site carries in the input.
    pub fn site_id(&self, site: SiteIx) -> String {
        self.site_names.name(site.index())
    }

    /// The id that the demand point carries in the input.
    pub fn demand_id(&self, demand: DemandIx) -> String {
        self.demand_names.name(demand.index())
    }

    /// The weight of a demand point, in whole steps of the weight scale.
    pub fn weight(&self, demand: DemandIx) -> u64 {
        self.weight[demand.index()]
    }

    /// The sum of all weights, in whole steps of the weight scale.
    ///
    /// Cost: one pass over the demand points.
    pub fn total_weight(&self) -> u128 {
        self.weight.iter().copied().map(u128::from).sum()
    }

    /// The status of the site before the question.
    pub fn site_status(&self, site: SiteIx) -> SiteStatus {
        self.status[site.index()]
    }

    /// Price of opening the site, in whole steps of the price scale; `None` when the instance has no prices.
    pub fn price(&self, site: SiteIx) -> Option<u64> {
        self.price.as_ref().map(|all| all[site.index()])
    }

    /// Capacity of the site, in steps of the weight scale; `None` when the instance has no capacities.
    pub fn capacity(&self, site: SiteIx) -> Option<u64> {
        self.capacity.as_ref().map(|all| all[site.index()])
    }

    /// The demand points that the site can serve, with the cost of each, ascending by demand point.
    pub fn serves(&self, site: SiteIx) -> impl Iterator<Item = (DemandIx, u64)> + '_ {
        self.pairs(site.index())
            .map(|pair| (DemandIx(self.demand[pair]), self.cost.get(pair)))
    }

    /// The sites that can serve the demand point, with the cost of each, ascending by site.
    ///
    /// Cost: the first call on an instance transposes the table, once.
    pub fn served_by(&self, demand: DemandIx) -> impl Iterator<Item = (SiteIx, u64)> + '_ {
        let turned = self.by_demand();
        (turned.first[demand.index()]..turned.first[demand.index() + 1])
            .map(move |k| (turned.site[k], self.cost.get(at(turned.pair[k]))))
    }

    /// A radius, or another limit on costs, in whole steps of the cost scale, rounded down: no listed cost lies between.
    /// `None` when it is negative.
    pub fn limit(&self, limit: Decimal) -> Option<u64> {
        u64::try_from(limit.scaled_down(self.cost_decimals)?).ok()
    }

    /// A budget in whole steps of the price scale, rounded down; `None` when it is negative.
    pub fn budget(&self, budget: Decimal) -> Option<u64> {
        u64::try_from(budget.scaled_down(self.price_decimals)?).ok()
    }

    /// How many digits behind the point one step of the weight scale stands for.
    pub fn weight_decimals(&self) -> u8 {
        self.weight_decimals
    }

    /// How many digits behind the point one step of the cost scale stands for.
    pub fn cost_decimals(&self) -> u8 {
        self.cost_decimals
    }

    /// How many digits behind the point one step of the price scale stands for.
    pub fn price_decimals(&self) -> u8 {
        self.price_decimals
    }

    /// Whether the two sites are too near each other to be both open.
    ///
    /// Cost: a binary search.
    pub fn too_near(&self, a: SiteIx, b: SiteIx) -> bool {
        self.too_near.binary_search(&(a.min(b), a.max(b))).is_ok()
    }

    /// Position of the demand point's zone in [`Instance::zone_ids`].
    pub fn zone(&self, demand: DemandIx) -> Option<usize> {
        self.zone.as_ref()?[demand.index()].map(at)
    }

    /// Ids of the zones, ascending; empty when the instance has none.
    pub fn zone_ids(&self) -> &[String] {
        &self.zone_names
    }

    /// SHA-256 over ids, weights, pairs, costs and all other facts that an answer depends on.
    ///
    /// Cost: the first call reads the whole instance, later calls nothing.
    pub fn fingerprint(&self) -> Fingerprint {
        *self.fingerprint.get_or_init(|| {
            let mut hasher = Sha256::new();
            self.site_names.hash(&mut hasher);
            self.demand_names.hash(&mut hasher);
            hasher.update([
                self.weight_decimals,
                self.cost_decimals,
                self.price_decimals,
                u8::from(self.price.is_some()),
                u8::from(self.capacity.is_some()),
                u8::from(self.zone.is_some()),
            ]);
            let mut bytes = Vec::with_capacity(1 << 16);
            for &weight in &self.weight {
                bytes.extend(weight.to_le_bytes());
            }
            hasher.update(&bytes);
            for site in self.sites() {
                bytes.clear();
                bytes.push(match self.site_status(site) {
                    SiteStatus::Candidate => 0,
                    SiteStatus::Fixed => 1,
                    SiteStatus::Forbidden => 2,
                });
                bytes.extend(self.price(site).unwrap_or(0).to_le_bytes());
                bytes.extend(self.capacity(site).unwrap_or(0).to_le_bytes());
                bytes.extend(wide(self.pairs(site.index()).len()).to_le_bytes());
                for (demand, cost) in self.serves(site) {
                    bytes.extend(demand.0.to_le_bytes());
                    bytes.extend(cost.to_le_bytes());
                }
                hasher.update(&bytes);
            }
            bytes.clear();
            for zone in self.zone.iter().flatten() {
                bytes.extend(zone.map_or(u64::MAX, u64::from).to_le_bytes());
            }
            for name in &self.zone_names {
                bytes.extend(wide(name.len()).to_le_bytes());
                bytes.extend(name.as_bytes());
            }
            for &(a, b) in &self.too_near {
                bytes.extend(a.0.to_le_bytes());
                bytes.extend(b.0.to_le_bytes());
            }
            hasher.update(&bytes);
            Fingerprint::of(hasher)
        })
    }

    pub(crate) fn pairs(&self, site: usize) -> Range<usize> {
        self.first[site]..self.first[site + 1]
    }

    pub(crate) fn by_demand(&self) -> &ByDemand {
        self.by_demand.get_or_init(|| {
            let mut first = vec![0_usize; self.n_demand() + 1];
            for &demand in &self.demand {
                first[at(demand) + 1] += 1;
            }
            for i in 1..first.len() {
                first[i] += first[i - 1];
            }
            let mut next = first.clone();
            let mut site_of = vec![SiteIx(0); self.demand.len()];
            let mut pair_of = vec![0_u32; self.demand.len()];
            for site in 0..self.n_sites() {
                for pair in self.pairs(site) {
                    let slot = &mut next[at(self.demand[pair])];
                    site_of[*slot] = SiteIx(ix(site));
                    pair_of[*slot] = ix(pair);
                    *slot += 1;
                }
            }
            ByDemand {
                first,
                site: site_of,
                pair: pair_of,
            }
        })
    }
}
