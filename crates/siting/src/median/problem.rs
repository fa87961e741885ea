//! The p-median problem in the one form that bound and heuristic share.
//!
//! A row is a demand point with the sites that can serve it, by ascending weight × cost; a fixed site gives the row a fallback cost.

use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::number::{at, ix};
use crate::question::Question;

/// A p-median problem: rows that are to be served, and candidates.
#[derive(Clone, Debug)]
pub(crate) struct MedianProblem {
    pub(crate) site: Vec<SiteIx>,
    /// The demand point of each row.
    pub(crate) demand: Vec<u32>,
    pub(crate) first: Vec<usize>,
    /// By row: sites by ascending cost, then number.
    pub(crate) site_of_pair: Vec<u32>,
    /// Weight × cost of these, scaled.
    pub(crate) cost: Vec<i64>,
    /// By row, its scaled cost without a new site: by a fixed site, or a penalty when there is none.
    pub(crate) fallback: Vec<i64>,
    /// By row, whether a fixed site reaches it.
    pub(crate) served: Vec<bool>,
    /// Sum of costs of rows that no new site can improve, scaled.
    pub(crate) base: i64,
    /// The demand points of `base` with their costs.
    pub(crate) settled: Vec<(u32, i64)>,
    pub(crate) n_new: usize,
    pub(crate) price: Vec<i64>,
    pub(crate) budget: Option<i64>,
    pub(crate) near: Vec<Vec<u32>>,
    /// Some demand point must be served, and all candidates that reach it are too near a fixed site.
    pub(crate) infeasible: bool,
    /// Scaled = exact × 2^`bits`, rounded down when negative.
    pub(crate) bits: i32,
}

impl MedianProblem {
    /// Cost: sorting the pairs of each demand point.
    pub(crate) fn new(instance: &Instance, question: &Question) -> Self {
        let radius = question.radius.unwrap_or(u64::MAX);
        let turned = crate::instance::candidates::candidates(instance);
        let mut place = vec![u32::MAX; instance.n_sites()];
        for (k, site) in turned.iter().enumerate() {
            place[site.index()] = ix(k);
        }
        let exact = |d: usize, cost: u64| i128::from(instance.weight[d]) * i128::from(cost);
        let pairs_of = |d: usize| {
            let demand = crate::instance::DemandIx(ix(d));
            instance
                .served_by(demand)
                .filter(move |&(_, cost)| cost <= radius)
        };
        // The largest possible sum decides the bits of fraction.
        let mut dearest = vec![0_i128; instance.n_demand()];
        for (d, most) in dearest.iter_mut().enumerate() {
            let open_able =
                pairs_of(d).filter(|p| instance.site_status(p.0) != SiteStatus::Forbidden);
            *most = open_able.map(|(_, c)| exact(d, c)).max().unwrap_or(0);
        }
        let top = dearest.iter().copied().max().unwrap_or(0).max(1);
        let penalty = |d: usize| (4 * dearest[d]).max(top);
        let total: i128 = (0..instance.n_demand()).map(penalty).sum();
        let used = i32::try_from(128 - total.leading_zeros()).expect("at most 128");
        let bits = (60 - used).min(20);
        let scaled = |value: i128| -> i64 {
            let moved = if bits >= 0 {
                value << bits
            } else {
                value >> -bits
            };
            i64::try_from(moved).expect("scaled sums fit 61 bits")
        };
        let whole = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let mut new = Self {
            demand: Vec::new(),
            first: vec![0],
            site_of_pair: Vec::new(),
            cost: Vec::new(),
            fallback: Vec::new(),
            served: Vec::new(),
            base: 0,
            settled: Vec::new(),
            n_new: question.n_sites.map_or(turned.len(), at).min(turned.len()),
            price: match question.budget {
                Some(_) => turned
                    .iter()
                    .map(|&s| whole(instance.price(s).unwrap_or(0)))
                    .collect(),
                None => Vec::new(),
            },
            budget: question.budget.map(whole),
            near: crate::instance::candidates::near(instance, &turned),
            site: turned,
            infeasible: false,
            bits,
        };
        let mut row: Vec<(i64, u32)> = Vec::new();
        for d in 0..instance.n_demand() {
            row.clear();
            let mut fixed: Option<i64> = None;
            for (site, cost) in pairs_of(d) {
                let cost = scaled(exact(d, cost));
                if instance.site_status(site) == SiteStatus::Fixed {
                    fixed = Some(fixed.map_or(cost, |f| f.min(cost)));
                } else if place[site.index()] != u32::MAX {
                    row.push((cost, place[site.index()]));
                }
            }
            if let Some(fixed) = fixed {
                row.retain(|&(cost, _)| cost < fixed);
                if row.is_empty() {
                    new.base += fixed;
                    new.settled.push((ix(d), fixed));
                }
            }
            if row.is_empty() {
                let mut open_able = pairs_of(d).map(|p| instance.site_status(p.0));
                new.infeasible |= fixed.is_none() && open_able.any(|s| s == SiteStatus::Candidate);
                continue;
            }
            row.sort_unstable();
            new.demand.push(ix(d));
            new.site_of_pair.extend(row.iter().map(|p| p.1));
            new.cost.extend(row.iter().map(|p| p.0));
            new.first.push(new.site_of_pair.len());
            new.served.push(fixed.is_some());
            new.fallback
                .push(fixed.unwrap_or_else(|| scaled(penalty(d))));
        }
        new
    }

    pub(crate) fn n_rows(&self) -> usize {
        self.demand.len()
    }

    pub(crate) fn pairs(&self, row: usize) -> impl Iterator<Item = (u32, i64)> + '_ {
        let range = self.first[row]..self.first[row + 1];
        self.site_of_pair[range.clone()]
            .iter()
            .copied()
            .zip(self.cost[range].iter().copied())
    }

    /// The least scaled bound that proves the exact objective `best` to be optimal.
    pub(crate) fn enough(&self, best: i128) -> i64 {
        let least = if self.bits >= 0 {
            ((best - 1) << self.bits) + 1
        } else {
            let step = 1_i128 << -self.bits;
            (best + step - 1).div_euclid(step)
        };
        i64::try_from(least).unwrap_or(i64::MAX >> 1)
    }

    /// A scaled bound in exact steps, rounded up: objectives are whole.
    pub(crate) fn exact(&self, bound: i64) -> i128 {
        if self.bits >= 0 {
            let step = 1_i128 << self.bits;
            (i128::from(bound) + step - 1).div_euclid(step)
        } else {
            i128::from(bound) << -self.bits
        }
    }
}
