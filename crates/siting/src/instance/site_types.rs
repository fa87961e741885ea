//! Site types that serve several services at once, as a plain covering question.
//!
//! A place can be built as one of several types, and a type offers one or more services (a station with swap cabinets and a canteen, say).
//! Demand for each service is a demand point of its own, named `demand/service`; each type at each place is a site of its own, named `place:type`.
//! Two types at one place exclude each other, which is the rule for sites too near each other.

use std::collections::BTreeMap;

use crate::instance::builder::InstanceBuilder;
use crate::instance::decimal::Decimal;

/// Collects places, types and demand by service.
///
/// ```
/// use siting::{Effort, Question, ServicesBuilder, solve};
/// let mut builder = ServicesBuilder::default();
/// builder.offers("canteen", "meal", Some("2".parse()?));
/// builder.offers("station", "meal", Some("3".parse()?));
/// builder.offers("station", "swap", None);
/// builder.demand("gate", "meal", "10".parse()?);
/// builder.demand("gate", "swap", "6".parse()?);
/// builder.pair("corner", "gate", "200".parse()?);
/// let instance = builder.instance().build()?;
/// let question = Question { n_sites: Some(1), ..Question::mclp(500) };
/// let solution = solve(&instance, &question, &Effort::exact())?;
/// assert_eq!(instance.site_id(solution.sites()[0].site), "corner:station");
/// assert_eq!(solution.objective(), 16);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ServicesBuilder {
    /// By type: its services and its price.
    types: BTreeMap<String, (Vec<String>, Option<Decimal>)>,
    demand: Vec<(String, String, Decimal)>,
    pairs: Vec<(String, String, Decimal)>,
}

impl ServicesBuilder {
    /// Says that a type offers a service; the price, given with any of its services, is that of the type.
    pub fn offers(&mut self, site_type: &str, service: &str, price: Option<Decimal>) {
        let entry = self.types.entry(site_type.to_owned()).or_default();
        entry.0.push(service.to_owned());
        entry.1 = price.or(entry.1);
    }

    /// Adds demand for one service at a demand point.
    pub fn demand(&mut self, demand: &str, service: &str, weight: Decimal) {
        self.demand
            .push((demand.to_owned(), service.to_owned(), weight));
    }

    /// Adds the cost at which a place serves a demand point, for any type and service.
    pub fn pair(&mut self, place: &str, demand: &str, cost: Decimal) {
        self.pairs.push((place.to_owned(), demand.to_owned(), cost));
    }

    /// The covering question's rows; add fixed and forbidden sites to it as `place:type`.
    ///
    /// Cost: the pairs times the services of each type.
    pub fn instance(&self) -> InstanceBuilder {
        let mut builder = InstanceBuilder::new();
        let mut wanted: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (demand, service, weight) in &self.demand {
            builder.demand(&format!("{demand}/{service}"), *weight);
            wanted.entry(demand).or_default().push(service);
        }
        let mut places: Vec<&str> = self.pairs.iter().map(|p| p.0.as_str()).collect();
        places.sort_unstable();
        places.dedup();
        let types: Vec<_> = self.types.iter().collect();
        for place in places {
            let sites: Vec<String> = types.iter().map(|(t, _)| format!("{place}:{t}")).collect();
            for (k, site) in sites.iter().enumerate() {
                builder.site(site);
                if let Some(price) = types[k].1.1 {
                    builder.price(site, price);
                }
                for other in &sites[k + 1..] {
                    builder.too_near(site, other);
                }
            }
        }
        for (place, demand, cost) in &self.pairs {
            for (site_type, (services, _)) in &types {
                for service in wanted.get(demand.as_str()).into_iter().flatten() {
                    if services.iter().any(|s| s == service) {
                        let site = format!("{place}:{site_type}");
                        builder.pair(&site, &format!("{demand}/{service}"), *cost);
                    }
                }
            }
        }
        builder
    }
}
