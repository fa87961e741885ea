//! Recomputes objective and feasibility of an answer from the instance, sharing no code with the solvers.
//!
//! [`Checked`] is made here and nowhere else, and a [`Solution`](crate::Solution) cannot be made without one.

use crate::answer::check_capacitated::check_slots;
use crate::answer::order::{in_order, within};
use crate::answer::solution::{OpenSite, Reason, Served, Uncovered};
use crate::instance::{Instance, SiteIx, Standing};
use crate::question::{Model, Question, Share};

/// An answer whose objective was recomputed and that keeps every rule of its question.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    sites: Vec<OpenSite>,
    objective: i128,
    uncovered: Vec<Uncovered>,
    served: Vec<Served>,
}

impl Checked {
    pub(crate) fn new(
        sites: Vec<OpenSite>,
        objective: i128,
        uncovered: Vec<Uncovered>,
        served: Vec<Served>,
    ) -> Self {
        Self {
            sites,
            objective,
            uncovered,
            served,
        }
    }

    pub(crate) fn objective(&self) -> i128 {
        self.objective
    }

    pub(crate) fn sites(&self) -> &[OpenSite] {
        &self.sites
    }

    pub(crate) fn uncovered(&self) -> &[Uncovered] {
        &self.uncovered
    }

    pub(crate) fn served(&self) -> &[Served] {
        &self.served
    }
}

/// A rule of the question that an answer breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BrokenRule {
    /// The number stands for no site of the instance.
    #[error("site number {site} does not exist")]
    UnknownSite {
        /// The number.
        site: usize,
    },
    /// Listed more than once, or fixed and listed as new.
    #[error("site `{site}` is listed twice")]
    Twice {
        /// The site's id.
        site: String,
    },
    /// A forbidden site is open.
    #[error("site `{site}` is forbidden")]
    Forbidden {
        /// The site's id.
        site: String,
    },
    /// More new sites than allowed.
    #[error("{n_new} new sites are open, {allowed} are allowed")]
    TooManySites {
        /// How many new sites are open.
        n_new: usize,
        /// How many are allowed.
        allowed: u32,
    },
    /// The new sites cost more than the budget.
    #[error("the new sites cost {price}, the budget is {budget}")]
    OverBudget {
        /// Their price together.
        price: u128,
        /// The budget.
        budget: u64,
    },
    /// Two open sites are too near each other.
    #[error("sites `{a}` and `{b}` are too near each other")]
    TooNear {
        /// One site's id.
        a: String,
        /// The other site's id.
        b: String,
    },
    /// Demand that has to be covered is not.
    #[error("demand point `{demand}` is not covered")]
    NotCovered {
        /// The demand point's id.
        demand: String,
    },
    /// A zone is covered less than its floor.
    #[error("zone `{zone}` is covered less than its floor")]
    UnderFloor {
        /// The zone's id.
        zone: String,
    },
    /// The assignment uses a pair that cannot serve.
    #[error("site `{site}` cannot serve demand point `{demand}`")]
    NoSuchPair {
        /// The site's id.
        site: String,
        /// The demand point's id.
        demand: String,
    },
    /// A site serves more than its capacity, or a demand point is served more than its weight.
    #[error("`{what}` serves or gets more than its capacity or weight")]
    Overfull {
        /// The id of the site or demand point.
        what: String,
    },
}

/// What solvers hand over: new sites, and who serves whom when sites have capacities.
#[derive(Clone, Debug, Default)]
pub(crate) struct Proposal {
    pub(crate) new_sites: Vec<SiteIx>,
    pub(crate) served: Vec<Served>,
}

/// How many sites have a demand point in reach, and the dearest pair of one that may open.
#[derive(Clone, Copy)]
pub(crate) struct Reach {
    pub(crate) open_able: u32,
    pub(crate) any: u32,
    pub(crate) dearest: u64,
}

/// Recomputes everything about a proposal.
///
/// Cost: a few passes over the pairs, and one over the chosen sites' pairs per chosen site.
///
/// # Errors
/// The first rule that is broken.
pub(crate) fn check(
    instance: &Instance,
    question: &Question,
    proposal: &Proposal,
) -> Result<Checked, BrokenRule> {
    let open = open_sites(instance, question, &proposal.new_sites)?;
    let reach = reach_of(instance, question);
    if instance.capacity.is_some() {
        return check_slots(instance, question, &open, &reach, &proposal.served);
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

/// The objective of `lscp`: how many sites are open, or what they cost; fixed ones count.
pub(crate) fn objective_of_sites(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
) -> i128 {
    if question.by_price {
        price_of(instance, open)
    } else {
        wide(open.len())
    }
}

fn wide(n: usize) -> i128 {
    i128::try_from(n).expect("a count fits 127 bits")
}

fn price_of(instance: &Instance, open: &[(SiteIx, bool)]) -> i128 {
    open.iter()
        .map(|&(site, _)| i128::from(instance.price(site).unwrap_or(0)))
        .sum()
}

/// The fixed sites and then the new ones, with whether each is fixed.
fn open_sites(
    instance: &Instance,
    question: &Question,
    new_sites: &[SiteIx],
) -> Result<Vec<(SiteIx, bool)>, BrokenRule> {
    let id = |site: SiteIx| instance.site_id(site);
    let fixed = instance
        .sites()
        .filter(|&s| instance.standing(s) == Standing::Fixed);
    let mut open: Vec<(SiteIx, bool)> = fixed.map(|site| (site, true)).collect();
    let mut is_open = vec![false; instance.n_sites()];
    for &(site, _) in &open {
        is_open[site.index()] = true;
    }
    for &site in new_sites {
        if site.index() >= instance.n_sites() {
            return Err(BrokenRule::UnknownSite { site: site.index() });
        }
        if instance.standing(site) == Standing::Forbidden {
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
        let (a, b) = (SiteIx(a), SiteIx(b));
        let both_fixed =
            instance.standing(a) == Standing::Fixed && instance.standing(b) == Standing::Fixed;
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
        let may_open = instance.standing(site) != Standing::Forbidden;
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

pub(crate) fn floors_kept(
    instance: &Instance,
    floor: Share,
    covered: impl Fn(usize) -> u64,
) -> Result<(), BrokenRule> {
    let Some(zone) = &instance.zone else {
        return Ok(());
    };
    for (number, name) in (0..).zip(&instance.zone_names) {
        let (mut total, mut inside) = (0_u128, 0_u128);
        for (i, &z) in zone.iter().enumerate() {
            if z == Some(number) {
                total += u128::from(instance.weight[i]);
                inside += u128::from(covered(i));
            }
        }
        if inside * u128::from(Share::ALL.millionths()) < total * u128::from(floor.millionths()) {
            return Err(BrokenRule::UnderFloor { zone: name.clone() });
        }
    }
    Ok(())
}
