//! Recomputes objective and feasibility of an answer from the instance, sharing no code with the solvers.
//!
//! [`Checked`] is made here and nowhere else, and a [`Solution`](crate::Solution) cannot be made without one.

use crate::instance::{DemandIx, Instance, SiteIx, Standing};
use crate::question::{Model, Question, Share};
use crate::solution::{OpenSite, Reason, Served, Uncovered};

/// An answer whose objective was recomputed and that keeps every rule of its question.
#[derive(Clone, Debug)]
pub(crate) struct Checked {
    sites: Vec<OpenSite>,
    objective: i128,
    uncovered: Vec<Uncovered>,
    served: Vec<Served>,
}

impl Checked {
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

/// The largest and the listed facts about one demand point.
#[derive(Clone, Copy)]
struct Reach {
    open_able: u32,
    any: u32,
    dearest: u64,
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
        Model::Lscp if question.by_price => price_of(instance, &open),
        Model::Lscp => wide(open.len()),
        Model::PMedian => costs()
            .map(|(i, cost)| i128::from(instance.weight[i]) * i128::from(cost))
            .sum(),
        Model::PCenter => costs().map(|(_, cost)| i128::from(cost)).max().unwrap_or(0),
    };
    let sites = in_order(instance, question, &open, &reach, objective);
    Ok(Checked {
        sites,
        objective,
        uncovered,
        served,
    })
}

fn in_order(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    reach: &[Reach],
    objective: i128,
) -> Vec<OpenSite> {
    match question.model {
        Model::PMedian => order_by(instance, question, open, &MedianGain::new(instance, reach)),
        Model::PCenter => {
            let inner = Question {
                radius: u64::try_from(objective).ok(),
                ..question.clone()
            };
            order_by(instance, &inner, open, &CoverGain::new(instance, 1))
        }
        Model::Lscp | Model::Mclp => order_by(
            instance,
            question,
            open,
            &CoverGain::new(instance, question.times),
        ),
    }
}

fn wide(n: usize) -> i128 {
    i128::try_from(n).expect("a count fits 127 bits")
}

fn price_of(instance: &Instance, open: &[(SiteIx, bool)]) -> i128 {
    let new = open.iter().filter(|(_, fixed)| !fixed);
    new.map(|&(site, _)| i128::from(instance.price(site).unwrap_or(0)))
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

fn within<'a>(
    instance: &'a Instance,
    question: &Question,
    site: SiteIx,
) -> impl Iterator<Item = (DemandIx, u64)> + 'a {
    let radius = question.radius.unwrap_or(u64::MAX);
    instance
        .serves(site)
        .filter(move |&(_, cost)| cost <= radius)
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

fn floors_kept(
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

fn check_capacitated(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    reach: &[Reach],
    served: &[Served],
) -> Result<Checked, BrokenRule> {
    let mut by_site = vec![0_u128; instance.n_sites()];
    let mut by_demand = vec![0_u64; instance.n_demand()];
    let mut has_room = vec![false; instance.n_demand()];
    let is_open = |site: SiteIx| open.iter().any(|&(s, _)| s == site);
    for row in served {
        let (site, demand) = (row.site, row.demand);
        let exists = site.index() < instance.n_sites() && demand.index() < instance.n_demand();
        let listed =
            exists && is_open(site) && within(instance, question, site).any(|(d, _)| d == demand);
        if !listed {
            return Err(BrokenRule::NoSuchPair {
                site: site.index().to_string(),
                demand: demand.index().to_string(),
            });
        }
        by_site[site.index()] += u128::from(row.weight);
        by_demand[demand.index()] = by_demand[demand.index()].saturating_add(row.weight);
    }
    for &(site, _) in open {
        let capacity = instance.capacity(site).unwrap_or(u64::MAX);
        if by_site[site.index()] > u128::from(capacity) {
            return Err(BrokenRule::Overfull {
                what: instance.site_id(site),
            });
        }
        for (demand, _) in within(instance, question, site) {
            has_room[demand.index()] = true;
        }
    }
    let mut uncovered = Vec::new();
    for demand in instance.demand_points() {
        let i = demand.index();
        let Some(rest) = instance.weight(demand).checked_sub(by_demand[i]) else {
            return Err(BrokenRule::Overfull {
                what: instance.demand_id(demand),
            });
        };
        if rest == 0 {
            continue;
        }
        if question.require_all {
            return Err(BrokenRule::NotCovered {
                demand: instance.demand_id(demand),
            });
        }
        let reason = match reach[i] {
            Reach { any: 0, .. } => Reason::NoSiteInReach,
            Reach { open_able: 0, .. } => Reason::OnlyForbiddenSites,
            _ if has_room[i] => Reason::SitesFull,
            _ => Reason::NotChosen,
        };
        uncovered.push(Uncovered {
            demand,
            weight: rest,
            reason,
        });
    }
    if let Some(floor) = question.floor {
        floors_kept(instance, floor, |i| by_demand[i])?;
    }
    let mut sites: Vec<OpenSite> = open
        .iter()
        .map(|&(site, fixed)| OpenSite {
            site,
            fixed,
            adds: i128::try_from(by_site[site.index()]).expect("a sum of weights fits"),
        })
        .collect();
    sites.sort_by_key(|s| (!s.fixed, if s.fixed { 0 } else { -s.adds }, s.site));
    Ok(Checked {
        sites,
        objective: by_demand.iter().copied().map(i128::from).sum(),
        uncovered,
        served: served.to_vec(),
    })
}

/// What a site adds to those before it, and how that changes once it is open.
trait Gain {
    type State;
    fn start(&self) -> Self::State;
    fn of(&self, state: &Self::State, demand: DemandIx, cost: u64) -> i128;
    fn open(&self, state: &mut Self::State, demand: DemandIx, cost: u64);
    /// Whether what a site adds can only fall as others open.
    fn only_falls(&self) -> bool;
}

struct CoverGain<'a> {
    instance: &'a Instance,
    times: u32,
}

impl<'a> CoverGain<'a> {
    fn new(instance: &'a Instance, times: u32) -> Self {
        Self { instance, times }
    }
}

impl Gain for CoverGain<'_> {
    type State = Vec<u32>;

    fn start(&self) -> Vec<u32> {
        vec![0; self.instance.n_demand()]
    }

    fn of(&self, state: &Vec<u32>, demand: DemandIx, _: u64) -> i128 {
        if state[demand.index()] + 1 == self.times {
            i128::from(self.instance.weight(demand))
        } else {
            0
        }
    }

    fn open(&self, state: &mut Vec<u32>, demand: DemandIx, _: u64) {
        state[demand.index()] += 1;
    }

    fn only_falls(&self) -> bool {
        self.times == 1
    }
}

struct MedianGain<'a> {
    instance: &'a Instance,
    dearest: Vec<u64>,
}

impl<'a> MedianGain<'a> {
    fn new(instance: &'a Instance, reach: &[Reach]) -> Self {
        Self {
            instance,
            dearest: reach.iter().map(|r| r.dearest).collect(),
        }
    }
}

impl Gain for MedianGain<'_> {
    type State = Vec<u64>;

    fn start(&self) -> Vec<u64> {
        self.dearest.clone()
    }

    fn of(&self, state: &Vec<u64>, demand: DemandIx, cost: u64) -> i128 {
        let fall = state[demand.index()].saturating_sub(cost);
        i128::from(fall) * i128::from(self.instance.weight(demand))
    }

    fn open(&self, state: &mut Vec<u64>, demand: DemandIx, cost: u64) {
        let old = &mut state[demand.index()];
        *old = cost.min(*old);
    }

    fn only_falls(&self) -> bool {
        true
    }
}

/// Fixed sites first, then always the site that adds most; the lower one of equals.
fn order_by<G: Gain>(
    instance: &Instance,
    question: &Question,
    open: &[(SiteIx, bool)],
    gain: &G,
) -> Vec<OpenSite> {
    let mut state = gain.start();
    let adds = |state: &G::State, site: SiteIx| -> i128 {
        within(instance, question, site)
            .map(|(d, c)| gain.of(state, d, c))
            .sum()
    };
    let mut sites = Vec::with_capacity(open.len());
    let mut place = |state: &mut G::State, site: SiteIx, fixed: bool| {
        sites.push(OpenSite {
            site,
            fixed,
            adds: adds(state, site),
        });
        for (demand, cost) in within(instance, question, site) {
            gain.open(state, demand, cost);
        }
    };
    let mut waiting: Vec<(SiteIx, i128)> = Vec::new();
    for &(site, fixed) in open {
        if fixed {
            place(&mut state, site, true);
        } else {
            waiting.push((site, i128::MAX));
        }
    }
    waiting.sort_unstable_by_key(|w| w.0);
    while !waiting.is_empty() {
        let mut best: Option<(i128, usize)> = None;
        for (k, entry) in waiting.iter_mut().enumerate() {
            // What a site added earlier is an upper limit, if it can only fall.
            if gain.only_falls() && best.is_some_and(|(most, _)| entry.1 <= most) {
                continue;
            }
            entry.1 = adds(&state, entry.0);
            if best.is_none_or(|(most, _)| entry.1 > most) {
                best = Some((entry.1, k));
            }
        }
        let (_, k) = best.expect("someone waits");
        let (site, _) = waiting.remove(k);
        place(&mut state, site, false);
    }
    sites
}
