//! Independent check of an answer: objective and feasibility are recomputed from the instance, with no code of the solvers.
//!
//! [`Checked`] is made here and nowhere else, and a [`Solution`](crate::Solution) cannot be made without one.

use crate::answer::check_capacitated::check_capacitated;
use crate::answer::checked::{Checked, Proposal, Reach};
use crate::answer::entries::{Reason, Served, Uncovered};
use crate::answer::order::{in_order, within};
use crate::answer::rules::{BrokenRule, floors_kept, objective_of_sites};
use crate::instance::{Instance, SiteIx, SiteStatus};
use crate::question::{Model, Question};

/// Checks a proposal, and recomputes its objective, uncovered demand and assignment.
///
/// Cost: a few passes over the pairs, and one over the chosen sites' pairs per chosen site.
///
/// # Errors
/// The first broken rule.
pub(crate) fn check(
    instance: &Instance,
    question: &Question,
    proposal: &Proposal,
) -> Result<Checked, BrokenRule> {
    let open = open_sites(instance, question, &proposal.new_sites)?;
    let reach = reach_of(instance, question);
    if instance.capacity.is_some() {
        return check_capacitated(instance, question, &open, &reach, &proposal.served);
    }
    let mut times = vec![0_u32; instance.n_demand()];
    let mut nearest: Vec<Option<(u64, SiteIx)>> = vec![None; instance.n_demand()];
    for &(site, _) in &open {
        for (demand, cost) in within(instance, question, site) {
            times[demand.index()] += 1;
            let best = &mut nearest[demand.index()];
            if best.is_none_or(|old| (cost, site) < old) {
                *best = Some((cost, site));
            }
        }
    }
    let needed = match question.model {
        Model::Lscp | Model::Mclp => question.times,
        Model::PMedian | Model::PCenter => 1,
    };
    let mut uncovered = Vec::new();
    let mut served = Vec::new();
    for demand in instance.demand_points() {
        let i = demand.index();
        if let Some((_, site)) = nearest[i] {
            served.push(Served {
                demand,
                site,
                weight: instance.weight(demand),
            });
        }
        if times[i] >= needed {
            continue;
        }
        let within_reach = reach[i].open_able >= needed;
        let must = question.model != Model::Mclp && within_reach || question.require_all;
        if must {
            return Err(BrokenRule::NotCovered {
                demand: instance.demand_id(demand),
            });
        }
        let reason = match reach[i] {
            Reach { any: 0, .. } => Reason::NoSiteInReach,
            Reach { open_able: 0, .. } => Reason::OnlyForbiddenSites,
            _ if !within_reach => Reason::TooFewSitesInReach,
            _ if times[i] > 0 => Reason::TooFewTimes,
            _ => Reason::NotChosen,
        };
        uncovered.push(Uncovered {
            demand,
            weight: instance.weight(demand),
            reason,
        });
    }
    let covered = |i: usize| times[i] >= needed;
    if let Some(floor) = question.floor {
        let weight = |i: usize| if covered(i) { instance.weight[i] } else { 0 };
        floors_kept(instance, floor, weight)?;
    }
    let costs = || {
        nearest
            .iter()
            .enumerate()
            .filter_map(|(i, n)| Some((i, (*n)?.0)))
    };
    let objective = match question.model {
        Model::Mclp => (0..instance.n_demand())
            .filter(|&i| covered(i))
            .map(|i| i128::from(instance.weight[i]))
            .sum(),
        Model::Lscp => objective_of_sites(instance, question, &open),
        Model::PMedian => costs()
            .map(|(i, cost)| i128::from(instance.weight[i]) * i128::from(cost))
            .sum(),
        Model::PCenter => costs().map(|(_, cost)| i128::from(cost)).max().unwrap_or(0),
    };
    let sites = in_order(instance, question, &open, &reach, objective);
    Ok(Checked::new(sites, objective, uncovered, served))
}

/// The fixed sites, then the new ones, with whether each is fixed.
fn open_sites(
    instance: &Instance,
    question: &Question,
    new_sites: &[SiteIx],
) -> Result<Vec<(SiteIx, bool)>, BrokenRule> {
    let id = |site: SiteIx| instance.site_id(site);
    let fixed = instance
        .sites()
        .filter(|&s| instance.site_status(s) == SiteStatus::Fixed);
    let mut open: Vec<(SiteIx, bool)> = fixed.map(|site| (site, true)).collect();
    let mut is_open = vec![false; instance.n_sites()];
    for &(site, _) in &open {
        is_open[site.index()] = true;
    }
    for &site in new_sites {
        if site.index() >= instance.n_sites() {
            return Err(BrokenRule::UnknownSite { site: site.index() });
        }
        if instance.site_status(site) == SiteStatus::Forbidden {
            return Err(BrokenRule::Forbidden { site: id(site) });
        }
        if std::mem::replace(&mut is_open[site.index()], true) {
            return Err(BrokenRule::Twice { site: id(site) });
        }
        open.push((site, false));
    }
    if let Some(allowed) = question.n_sites
        && u64::try_from(new_sites.len()).is_ok_and(|n| n > u64::from(allowed))
    {
        return Err(BrokenRule::TooManySites {
            n_new: new_sites.len(),
            allowed,
        });
    }
    if let Some(budget) = question.budget {
        let price: u128 = new_sites
            .iter()
            .map(|&s| u128::from(instance.price(s).unwrap_or(0)))
            .sum();
        if price > u128::from(budget) {
            return Err(BrokenRule::OverBudget { price, budget });
        }
    }
    for &(a, b) in &instance.too_near {
        let both_fixed = instance.site_status(a) == SiteStatus::Fixed
            && instance.site_status(b) == SiteStatus::Fixed;
        if is_open[a.index()] && is_open[b.index()] && !both_fixed {
            return Err(BrokenRule::TooNear { a: id(a), b: id(b) });
        }
    }
    Ok(open)
}

fn reach_of(instance: &Instance, question: &Question) -> Vec<Reach> {
    let nothing = Reach {
        open_able: 0,
        any: 0,
        dearest: 0,
    };
    let mut reach = vec![nothing; instance.n_demand()];
    for site in instance.sites() {
        let may_open = instance.site_status(site) != SiteStatus::Forbidden;
        for (demand, cost) in within(instance, question, site) {
            let entry = &mut reach[demand.index()];
            entry.any += 1;
            if may_open {
                entry.open_able += 1;
                entry.dearest = entry.dearest.max(cost);
            }
        }
    }
    reach
}
