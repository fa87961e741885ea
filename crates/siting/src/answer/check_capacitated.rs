//! Independent check of an answer for sites with capacities, from the sites and their assignment of demand.

use crate::answer::checked::{Checked, Reach};
use crate::answer::entries::{OpenSite, Reason, Served, Uncovered};
use crate::answer::order::within;
use crate::answer::rules::{BrokenRule, floors_kept, objective_of_sites};
use crate::instance::{Instance, SiteIx};
use crate::question::{Model, Question};

/// Checks open sites and an assignment, and recomputes objective and uncovered demand.
///
/// Cost: a pass over the assignment and one over the open sites' pairs.
///
/// # Errors
/// The first broken rule.
pub(crate) fn check_capacitated(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    reach: &[Reach],
    served: &[Served],
) -> Result<Checked, BrokenRule> {
    let assigned = Assigned::new(instance, question, open, served)?;
    let mut open_in_reach = vec![false; instance.n_demand()];
    for &(site, _) in open {
        let capacity = instance.capacity(site).unwrap_or(u64::MAX);
        if assigned.by_site[site.index()] > u128::from(capacity) {
            return Err(BrokenRule::Overfull {
                what: instance.site_id(site),
            });
        }
        for (demand, _) in within(instance, question, site) {
            open_in_reach[demand.index()] = true;
        }
    }
    let mut uncovered = Vec::new();
    for demand in instance.demand_points() {
        let i = demand.index();
        let Some(rest) = instance.weight(demand).checked_sub(assigned.by_demand[i]) else {
            return Err(BrokenRule::Overfull {
                what: instance.demand_id(demand),
            });
        };
        let out_of_reach = reach[i].open_able == 0;
        // A point without weight needs no capacity; out of reach it is reported as without capacities.
        if rest == 0 && !(out_of_reach && question.model != Model::Mclp) {
            continue;
        }
        let must = question.model != Model::Mclp && !out_of_reach || question.require_all;
        if must {
            return Err(BrokenRule::NotCovered {
                demand: instance.demand_id(demand),
            });
        }
        let reason = match reach[i] {
            Reach { any: 0, .. } => Reason::NoSiteInReach,
            Reach { open_able: 0, .. } => Reason::OnlyForbiddenSites,
            _ if open_in_reach[i] => Reason::SitesFull,
            _ => Reason::NotChosen,
        };
        uncovered.push(Uncovered {
            demand,
            weight: rest,
            reason,
        });
    }
    if let Some(floor) = question.floor {
        floors_kept(instance, floor, |i| assigned.by_demand[i])?;
    }
    let mut sites: Vec<OpenSite> = open
        .iter()
        .map(|&(site, fixed)| OpenSite {
            site,
            fixed,
            adds: i128::try_from(assigned.by_site[site.index()]).expect("a sum of weights fits"),
        })
        .collect();
    sites.sort_by_key(|s| (!s.fixed, if s.fixed { 0 } else { -s.adds }, s.site));
    let objective = match question.model {
        Model::Mclp => assigned.by_demand.iter().copied().map(i128::from).sum(),
        Model::Lscp => objective_of_sites(instance, question, open),
        Model::PMedian => assigned.sum,
        Model::PCenter => i128::from(assigned.dearest),
    };
    Ok(Checked::new(sites, objective, uncovered, served.to_vec()))
}

/// Sums of an assignment by site and demand point.
struct Assigned {
    by_site: Vec<u128>,
    by_demand: Vec<u64>,
    /// Weight × cost.
    sum: i128,
    dearest: u64,
}

impl Assigned {
    fn new(
        instance: &Instance,
        question: &Question,
        open: &[(SiteIx, bool)],
        served: &[Served],
    ) -> Result<Self, BrokenRule> {
        let mut new = Self {
            by_site: vec![0; instance.n_sites()],
            by_demand: vec![0; instance.n_demand()],
            sum: 0,
            dearest: 0,
        };
        let mut is_open = vec![false; instance.n_sites()];
        for &(site, _) in open {
            is_open[site.index()] = true;
        }
        for row in served {
            let (site, demand) = (row.site, row.demand);
            let exists = site.index() < instance.n_sites() && demand.index() < instance.n_demand();
            let listed = || within(instance, question, site).find(|(d, _)| *d == demand);
            let Some((_, cost)) = (exists && is_open[site.index()]).then(listed).flatten() else {
                return Err(BrokenRule::NoSuchPair {
                    site: site.index().to_string(),
                    demand: demand.index().to_string(),
                });
            };
            new.by_site[site.index()] += u128::from(row.weight);
            let by_demand = &mut new.by_demand[demand.index()];
            *by_demand = by_demand.saturating_add(row.weight);
            if row.weight > 0 {
                new.sum += i128::from(row.weight) * i128::from(cost);
                new.dearest = new.dearest.max(cost);
            }
        }
        Ok(new)
    }
}
