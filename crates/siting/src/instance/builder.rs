//! Builder of an [`Instance`] from rows with ids and decimals; all problems are reported at once.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use crate::instance::decimal::Decimal;
use crate::instance::error::InstanceError;
use crate::instance::ids::Ids;
use crate::instance::{Costs, Instance, Names, SiteIx, SiteStatus};
use crate::number::{at, ix};

/// Collects sites, demand points and pairs in any order.
///
/// ```
/// let mut builder = siting::InstanceBuilder::new();
/// builder.demand("d1", "10".parse()?);
/// builder.demand("d2", "2.5".parse()?);
/// builder.pair("s1", "d1", "300".parse()?);
/// builder.pair("s1", "d2", "120.5".parse()?);
/// builder.fix("s1");
/// let instance = builder.build()?;
/// assert_eq!((instance.n_sites(), instance.n_demand(), instance.n_pairs()), (1, 2, 2));
/// assert_eq!(instance.weight_decimals(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct InstanceBuilder {
    sites: Ids,
    demand: Ids,
    weight: Vec<Option<Decimal>>,
    pairs: Vec<(u32, u32, Decimal)>,
    declared: Vec<bool>,
    status: Vec<(u32, SiteStatus)>,
    price: Vec<(u32, Decimal)>,
    capacity: Vec<(u32, Decimal)>,
    zone: Vec<(u32, String)>,
    too_near: Vec<(u32, u32)>,
    twice: Vec<String>,
}

impl InstanceBuilder {
    /// An instance without rows.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a demand point.
    pub fn demand(&mut self, id: &str, weight: Decimal) {
        let number = self.demand_number(id);
        if self.weight[at(number)].replace(weight).is_some() {
            self.twice.push(format!(
                "demand point `{id}` has two weights; keep one row for it"
            ));
        }
    }

    /// Adds a pair: the site can serve the demand point at this cost.
    pub fn pair(&mut self, site: &str, demand: &str, cost: Decimal) {
        let site = self.declare(site);
        let demand = self.demand_number(demand);
        self.pairs.push((site, demand, cost));
    }

    /// Adds a site that may have no pair.
    pub fn site(&mut self, id: &str) {
        self.declare(id);
    }

    /// Says that the site exists and stays open.
    pub fn fix(&mut self, site: &str) {
        let site = self.site_number(site);
        self.status.push((site, SiteStatus::Fixed));
    }

    /// Says that the site may not be chosen.
    pub fn forbid(&mut self, site: &str) {
        let site = self.site_number(site);
        self.status.push((site, SiteStatus::Forbidden));
    }

    /// Gives the price of opening a site; when one site has a price, all need one.
    pub fn price(&mut self, site: &str, price: Decimal) {
        let site = self.site_number(site);
        self.price.push((site, price));
    }

    /// Gives how much demand a site can serve, in the unit of the weights; when one site has a capacity, all need one.
    pub fn capacity(&mut self, site: &str, capacity: Decimal) {
        let site = self.site_number(site);
        self.capacity.push((site, capacity));
    }

    /// Puts a demand point into a zone; a demand point may be in none.
    pub fn zone(&mut self, demand: &str, zone: &str) {
        let demand = self.demand_number(demand);
        self.zone.push((demand, zone.to_owned()));
    }

    /// Says that two sites are too near each other to be both open.
    pub fn too_near(&mut self, a: &str, b: &str) {
        let pair = (self.site_number(a), self.site_number(b));
        self.too_near.push(pair);
    }

    /// Sites that are named, with a status, a price, a capacity or another site, and have no pair: they serve no demand, or their id is mistyped.
    /// In the order of their ids; a missing price or capacity counts as 0.
    ///
    /// Cost: sorting them.
    pub fn without_pairs(&self) -> Vec<&str> {
        let all = self.sites.names.iter().zip(&self.declared);
        let mut bare: Vec<&str> = all.filter(|(_, d)| !**d).map(|(n, _)| n.as_str()).collect();
        bare.sort_unstable();
        bare
    }

    /// Sorts everything by id (in the order of their bytes) and checks it.
    ///
    /// Cost: sorting the pairs.
    ///
    /// # Errors
    /// Every contradiction and every gap in the rows, at once.
    pub fn build(self) -> Result<Instance, InstanceError> {
        let mut problems = self.twice.clone();
        for (name, weight) in self.demand.names.iter().zip(&self.weight) {
            if weight.is_none() {
                problems.push(format!(
                    "demand point `{name}` is named but has no weight; add it to the demand table"
                ));
            }
        }
        let (site_names, site_place) = self.sites.sorted();
        let (demand_names, demand_place) = self.demand.sorted();

        let weights = self.weight.iter().map(|w| w.unwrap_or(Decimal::new(0, 0)));
        let weights: Vec<(u32, Decimal)> = (0..).zip(weights).collect();
        let weight_decimals = most_decimals(weights.iter().chain(&self.capacity).map(|w| w.1));
        let per_demand = |rows: &[(u32, Decimal)], what, problems: &mut Vec<String>| {
            let given = Column {
                what,
                decimals: weight_decimals,
                of: "demand point",
                names: &self.demand.names,
            };
            given.whole(rows, problems)
        };
        let weight = in_place(
            &per_demand(&weights, "weight", &mut problems),
            &demand_place,
        );
        problems.extend(crate::instance::sparse_rows::weights_too_large(&weight));
        let mut per_site = |rows: &[(u32, Decimal)], what, decimals| {
            if rows.is_empty() {
                return None;
            }
            let given = Column {
                what,
                decimals,
                of: "site",
                names: &self.sites.names,
            };
            // A site without pairs needs neither; the caller reports that it counts as 0.
            let has = rows.iter().map(|row| row.0).collect::<HashSet<u32>>();
            let bare = (0..ix(self.sites.names.len()))
                .filter(|&s| !self.declared[at(s)] && !has.contains(&s));
            let none = bare.map(|site| (site, Decimal::new(0, 0)));
            let rows: Vec<(u32, Decimal)> = rows.iter().copied().chain(none).collect();
            Some(in_place(&given.whole(&rows, &mut problems), &site_place))
        };
        let capacity = per_site(&self.capacity, "capacity", weight_decimals);
        let price_decimals = most_decimals(self.price.iter().map(|p| p.1));
        let price = per_site(&self.price, "price", price_decimals);
        problems.extend(
            price
                .as_deref()
                .and_then(crate::instance::sparse_rows::prices_too_large),
        );

        let status = self.site_status(&site_place, &mut problems);
        let (zone, zone_names) = self.zones(&demand_place, &mut problems);
        let cost_decimals = most_decimals(self.pairs.iter().map(|p| p.2));
        let (first, demand, cost) =
            self.sorted_pairs(&site_place, &demand_place, cost_decimals, &mut problems);
        let mut too_near = Vec::new();
        for &(a, b) in &self.too_near {
            if a == b {
                problems.push(format!(
                    "site `{}` is called too near itself; name two sites",
                    self.sites.names[at(a)]
                ));
            }
            let (a, b) = (site_place[at(a)], site_place[at(b)]);
            too_near.push((SiteIx(a.min(b)), SiteIx(a.max(b))));
        }
        too_near.sort_unstable();
        too_near.dedup();

        if !problems.is_empty() {
            return Err(InstanceError { problems });
        }
        Ok(Instance {
            site_names: Names::Given(site_names),
            demand_names: Names::Given(demand_names),
            weight,
            weight_decimals,
            first,
            demand,
            cost,
            cost_decimals,
            status,
            price,
            price_decimals,
            capacity,
            zone,
            zone_names,
            too_near,
            by_demand: OnceLock::new(),
            fingerprint: OnceLock::new(),
        })
    }

    fn demand_number(&mut self, id: &str) -> u32 {
        let number = self.demand.number(id);
        self.weight.resize(self.demand.names.len(), None);
        number
    }

    fn site_number(&mut self, id: &str) -> u32 {
        let number = self.sites.number(id);
        self.declared.resize(self.sites.names.len(), false);
        number
    }

    fn declare(&mut self, id: &str) -> u32 {
        let number = self.site_number(id);
        self.declared[at(number)] = true;
        number
    }

    fn site_status(&self, place: &[u32], problems: &mut Vec<String>) -> Vec<SiteStatus> {
        let mut status = vec![SiteStatus::Candidate; self.sites.names.len()];
        for &(site, new) in &self.status {
            let old = &mut status[at(place[at(site)])];
            if *old != SiteStatus::Candidate && *old != new {
                problems.push(format!(
                    "site `{}` is both fixed and forbidden; take it off one of the lists",
                    self.sites.names[at(site)]
                ));
            }
            *old = new;
        }
        status
    }

    fn zones(
        &self,
        place: &[u32],
        problems: &mut Vec<String>,
    ) -> (Option<Vec<Option<u32>>>, Vec<String>) {
        if self.zone.is_empty() {
            return (None, Vec::new());
        }
        let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
        for (_, name) in &self.zone {
            numbers.insert(name, 0);
        }
        for (number, slot) in (0..).zip(numbers.values_mut()) {
            *slot = number;
        }
        let mut zone = vec![None; self.demand.names.len()];
        for (demand, name) in &self.zone {
            let slot = &mut zone[at(place[at(*demand)])];
            let number = numbers[name.as_str()];
            if slot.replace(number).is_some_and(|old| old != number) {
                problems.push(format!(
                    "demand point `{}` is in two zones; keep one",
                    self.demand.names[at(*demand)]
                ));
            }
        }
        let names = numbers.into_keys().map(str::to_owned).collect();
        (Some(zone), names)
    }

    fn sorted_pairs(
        &self,
        site_place: &[u32],
        demand_place: &[u32],
        decimals: u8,
        problems: &mut Vec<String>,
    ) -> (Vec<usize>, Vec<u32>, Costs) {
        let mut rows: Vec<(u32, u32, u64)> = Vec::with_capacity(self.pairs.len());
        for &(site, demand, cost) in &self.pairs {
            let whole = cost.scaled(decimals).and_then(|c| u64::try_from(c).ok());
            if whole.is_none() {
                problems.push(format!(
                    "cost {cost} of site `{}` for demand point `{}` is negative or has too many digits",
                    self.sites.names[at(site)],
                    self.demand.names[at(demand)]
                ));
            }
            let place = (site_place[at(site)], demand_place[at(demand)]);
            rows.push((place.0, place.1, whole.unwrap_or(0)));
        }
        rows.sort_unstable();
        let mut first = vec![0; self.sites.names.len() + 1];
        for row in &rows {
            first[at(row.0) + 1] += 1;
        }
        for i in 1..first.len() {
            first[i] += first[i - 1];
        }
        // Names by place, for the message only.
        let by_place = |names: &[String], place: &[u32], wanted: u32| {
            let old = place.iter().position(|&p| p == wanted);
            old.map_or(String::new(), |old| names[old].clone())
        };
        for two in rows.windows(2) {
            if (two[0].0, two[0].1) == (two[1].0, two[1].1) && problems.len() < 10_000 {
                problems.push(format!(
                    "site `{}` and demand point `{}` are paired twice; keep one row",
                    by_place(&self.sites.names, site_place, two[0].0),
                    by_place(&self.demand.names, demand_place, two[0].1)
                ));
            }
        }
        let narrow: Result<Vec<u32>, _> = rows.iter().map(|row| u32::try_from(row.2)).collect();
        let cost = match narrow {
            Ok(all) => Costs::Narrow(all),
            Err(_) => Costs::Wide(rows.iter().map(|row| row.2).collect()),
        };
        (first, rows.iter().map(|row| row.1).collect(), cost)
    }
}

fn most_decimals(all: impl Iterator<Item = Decimal>) -> u8 {
    all.map(Decimal::decimals).max().unwrap_or(0)
}

fn in_place(values: &[u64], place: &[u32]) -> Vec<u64> {
    let mut out = vec![0; values.len()];
    for (&value, &place) in values.iter().zip(place) {
        out[at(place)] = value;
    }
    out
}

/// One column of numbers about sites or demand points.
struct Column<'a> {
    what: &'a str,
    of: &'a str,
    decimals: u8,
    names: &'a [String],
}

impl Column<'_> {
    fn whole(&self, rows: &[(u32, Decimal)], problems: &mut Vec<String>) -> Vec<u64> {
        let Self {
            what,
            of,
            decimals,
            names,
        } = self;
        let mut values: Vec<Option<u64>> = vec![None; names.len()];
        for &(number, value) in rows {
            let whole = value.scaled(*decimals).and_then(|v| u64::try_from(v).ok());
            if whole.is_none() {
                problems.push(format!(
                    "{what} {value} of {of} `{}` is negative or has too many digits",
                    names[at(number)]
                ));
            }
            if values[at(number)].replace(whole.unwrap_or(0)).is_some() {
                problems.push(format!(
                    "{of} `{}` has two values for {what}; keep one",
                    names[at(number)]
                ));
            }
        }
        for (name, value) in names.iter().zip(&values) {
            if value.is_none() {
                problems.push(format!("{of} `{name}` has no {what}; give every {of} one"));
            }
        }
        values.into_iter().map(|v| v.unwrap_or(0)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::DemandIx;

    fn n(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let mut forward = InstanceBuilder::new();
        forward.demand("a", n("1.5"));
        forward.demand("b", n("2"));
        forward.pair("x", "a", n("3"));
        forward.pair("x", "b", n("0.25"));
        forward.pair("w", "b", n("7"));
        let mut backward = InstanceBuilder::new();
        backward.pair("w", "b", n("7.0"));
        backward.pair("x", "b", n("0.25"));
        backward.pair("x", "a", n("3"));
        backward.demand("b", n("2.00"));
        backward.demand("a", n("1.5"));
        let (one, two) = (forward.build().unwrap(), backward.build().unwrap());
        assert_eq!(one.fingerprint(), two.fingerprint());
        assert_eq!(one.site_id(SiteIx(0)), "w");
        let pairs: Vec<_> = two.serves(SiteIx(1)).collect();
        assert_eq!(pairs, [(DemandIx(0), 300), (DemandIx(1), 25)]);
        let back: Vec<_> = two.served_by(DemandIx(1)).collect();
        assert_eq!(back, [(SiteIx(0), 700), (SiteIx(1), 25)]);
        assert_eq!(one.weight(DemandIx(0)), 15);
        assert_eq!(one.limit(n("3.009")), Some(300));
    }

    #[test]
    fn a_site_without_pairs_serves_nobody_and_is_told() {
        let mut builder = InstanceBuilder::new();
        builder.demand("a", n("1"));
        builder.pair("x", "a", n("1"));
        builder.price("x", n("4"));
        builder.capacity("x", n("9"));
        builder.fix("z");
        builder.price("y", n("2"));
        assert_eq!(builder.without_pairs(), ["y", "z"]);
        let instance = builder.build().unwrap();
        let of = |site| {
            let site = SiteIx(site);
            (
                instance.price(site).unwrap(),
                instance.capacity(site).unwrap(),
            )
        };
        assert_eq!((of(0), of(1), of(2)), ((4, 9), (2, 0), (0, 0)));
        assert_eq!(instance.site_status(SiteIx(2)), SiteStatus::Fixed);
    }

    #[test]
    fn prices_past_all_sums_are_refused() {
        let mut builder = InstanceBuilder::new();
        builder.demand("a", n("1"));
        builder.pair("x", "a", n("1"));
        builder.price("x", n("9000000000000000000"));
        let error = builder.build().unwrap_err().to_string();
        assert!(
            error.contains("the prices add up to 9000000000000000000"),
            "{error}"
        );
    }

    #[test]
    fn all_problems_come_at_once() {
        let mut builder = InstanceBuilder::new();
        builder.demand("a", n("1"));
        builder.demand("a", n("2"));
        builder.pair("x", "a", n("1"));
        builder.pair("x", "a", n("2"));
        builder.pair("y", "b", n("-1"));
        builder.fix("z");
        builder.fix("x");
        builder.forbid("x");
        builder.price("x", n("4"));
        builder.zone("a", "north");
        builder.zone("a", "south");
        builder.too_near("y", "y");
        let problems = builder.build().unwrap_err().problems.join("\n");
        for said in [
            "demand point `a` has two weights",
            "demand point `b` is named but has no weight",
            "site `x` and demand point `a` are paired twice",
            "cost -1 of site `y`",
            "site `x` is both fixed and forbidden",
            "site `y` has no price",
            "demand point `a` is in two zones",
            "site `y` is called too near itself",
        ] {
            assert!(problems.contains(said), "{said} is missing in\n{problems}");
        }
    }
}
