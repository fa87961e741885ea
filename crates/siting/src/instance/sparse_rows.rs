//! Compressed sparse rows of a caller that keeps the names itself: sites and demand points are numbers from 0.

use std::sync::OnceLock;

use crate::instance::error::InstanceError;
use crate::instance::{Costs, Instance, Names, SiteIx, SiteStatus};
use crate::number::at;

/// A sparse table by site, as a batch of searches leaves it.
///
/// ```
/// let rows = siting::CountedRows {
///     weight: vec![10, 4, 7],
///     first: vec![0, 1, 3],
///     demand: vec![0, 1, 2],
///     cost: Some(vec![300, 200, 850]),
/// };
/// let instance = rows.build()?;
/// assert_eq!((instance.n_sites(), instance.n_demand()), (2, 3));
/// # Ok::<(), siting::InstanceError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CountedRows {
    /// One weight per demand point.
    pub weight: Vec<u64>,
    /// By site, the position of its first pair in `demand`; and behind them the number of pairs.
    pub first: Vec<usize>,
    /// The demand points of each site, ascending within a site.
    pub demand: Vec<u32>,
    /// One cost per pair; `None` when pairs were cut at the radius already and only coverage is asked.
    pub cost: Option<Vec<u32>>,
}

impl CountedRows {
    /// Checks the rows and takes them over without copying the pairs.
    ///
    /// Cost: one pass over the pairs.
    ///
    /// # Errors
    /// Rows that are not ascending, numbers without a demand point, lists of different length.
    pub fn build(self) -> Result<Instance, InstanceError> {
        let mut problems = Vec::new();
        let n_sites = self.first.len().saturating_sub(1);
        if self.first.first() != Some(&0) || self.first.last() != Some(&self.demand.len()) {
            problems
                .push("`first` has to begin with 0 and end with the number of pairs".to_owned());
        } else if self.first.windows(2).any(|w| w[0] > w[1]) {
            problems.push("`first` has to ascend".to_owned());
        } else {
            for (site, range) in self.first.windows(2).enumerate() {
                let row = &self.demand[range[0]..range[1]];
                if row.windows(2).any(|two| two[0] >= two[1]) {
                    problems.push(format!("the demand points of site {site} have to ascend"));
                }
                if row
                    .last()
                    .is_some_and(|&last| at(last) >= self.weight.len())
                {
                    problems.push(format!(
                        "site {site} serves a demand point without a weight"
                    ));
                }
            }
        }
        if self
            .cost
            .as_ref()
            .is_some_and(|c| c.len() != self.demand.len())
        {
            problems.push("there have to be as many costs as pairs".to_owned());
        }
        if let Some(problem) = weights_too_large(&self.weight) {
            problems.push(problem);
        }
        if !problems.is_empty() {
            return Err(InstanceError { problems });
        }
        Ok(Instance {
            site_names: Names::Counted(n_sites),
            demand_names: Names::Counted(self.weight.len()),
            weight: self.weight,
            weight_decimals: 0,
            first: self.first,
            demand: self.demand,
            cost: self.cost.map_or(Costs::Absent, Costs::Narrow),
            cost_decimals: 0,
            status: vec![SiteStatus::Candidate; n_sites],
            price: None,
            price_decimals: 0,
            capacity: None,
            zone: None,
            zone_names: Vec::new(),
            too_near: Vec::new(),
            by_demand: OnceLock::new(),
            fingerprint: OnceLock::new(),
        })
    }
}

/// The problem of weights whose sum leaves the solvers' arithmetic no room.
pub(crate) fn weights_too_large(weights: &[u64]) -> Option<String> {
    let total: u128 = weights.iter().copied().map(u128::from).sum();
    (total >= 1 << 60).then(|| {
        format!(
            "the weights add up to {total} steps of their last decimal, more than 10^18; round them"
        )
    })
}

/// The same for sums of prices.
pub(crate) fn prices_too_large(prices: &[u64]) -> Option<String> {
    let total: u128 = prices.iter().copied().map(u128::from).sum();
    (total >= 1 << 60).then(|| {
        format!(
            "the prices add up to {total} steps of their last decimal, more than 10^18; round them"
        )
    })
}

/// Facts about sites and demand points, set after the rows; each call replaces the one before.
impl Instance {
    /// Sets the status of every site.
    ///
    /// # Errors
    /// A list of another length than the sites.
    pub fn with_site_status(mut self, status: Vec<SiteStatus>) -> Result<Self, InstanceError> {
        one_each("status", status.len(), self.n_sites(), "site")?;
        self.status = status;
        Ok(self.changed())
    }

    /// Sets the opening price of every site, in whole steps.
    ///
    /// # Errors
    /// A list of another length than the sites, or prices that add up to too much.
    pub fn with_prices(mut self, price: Vec<u64>) -> Result<Self, InstanceError> {
        one_each("price", price.len(), self.n_sites(), "site")?;
        if let Some(problem) = prices_too_large(&price) {
            let problems = vec![problem];
            return Err(InstanceError { problems });
        }
        self.price = Some(price);
        Ok(self.changed())
    }

    /// Sets the capacity of every site, in steps of weight.
    ///
    /// # Errors
    /// A list of another length than the sites.
    pub fn with_capacities(mut self, capacity: Vec<u64>) -> Result<Self, InstanceError> {
        one_each("capacity", capacity.len(), self.n_sites(), "site")?;
        self.capacity = Some(capacity);
        Ok(self.changed())
    }

    /// Puts every demand point into one of the named zones, or none.
    ///
    /// # Errors
    /// A list of another length than the demand points, or a number without a name.
    pub fn with_zones(
        mut self,
        names: Vec<String>,
        zone: Vec<Option<u32>>,
    ) -> Result<Self, InstanceError> {
        one_each("zone", zone.len(), self.n_demand(), "demand point")?;
        if zone.iter().flatten().any(|&z| at(z) >= names.len()) {
            let problems = vec!["a zone number has no name".to_owned()];
            return Err(InstanceError { problems });
        }
        self.zone = Some(zone);
        self.zone_names = names;
        Ok(self.changed())
    }

    /// Sets the pairs of sites that are too near each other to be both open.
    ///
    /// # Errors
    /// A number without a site, or a site paired with itself.
    pub fn with_too_near(mut self, pairs: &[(u32, u32)]) -> Result<Self, InstanceError> {
        let bad = |&&(a, b): &&(u32, u32)| a == b || at(a.max(b)) >= self.n_sites();
        if let Some((a, b)) = pairs.iter().find(bad) {
            let problems = vec![format!(
                "sites {a} and {b} are not two sites of the instance"
            )];
            return Err(InstanceError { problems });
        }
        self.too_near = pairs
            .iter()
            .map(|&(a, b)| (SiteIx(a.min(b)), SiteIx(a.max(b))))
            .collect();
        self.too_near.sort_unstable();
        self.too_near.dedup();
        Ok(self.changed())
    }

    fn changed(mut self) -> Self {
        self.fingerprint = OnceLock::new();
        self
    }
}

fn one_each(what: &str, given: usize, wanted: usize, of: &str) -> Result<(), InstanceError> {
    if given == wanted {
        return Ok(());
    }
    Err(InstanceError {
        problems: vec![format!(
            "{given} values of {what} are given for {wanted} {of}s; give one each"
        )],
    })
}
