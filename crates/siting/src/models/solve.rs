//! Entry to all models: validates the question, runs the model, checks its answer.

use crate::answer::check::check;
use crate::answer::solution::Solution;
use crate::instance::{Instance, SiteStatus};
use crate::number::{at, ix};
use crate::question::effort::Effort;
use crate::question::infeasible::Infeasible;
use crate::question::{Model, Question, Share};

/// Solves a siting question: the best sites found, with a bound.
///
/// ```
/// use siting::{Effort, InstanceBuilder, Question, solve};
/// let mut builder = InstanceBuilder::new();
/// for (demand, weight) in [("north", "10"), ("south", "4"), ("west", "7")] {
///     builder.demand(demand, weight.parse()?);
/// }
/// for (site, demand, cost) in [("a", "north", "300"), ("b", "south", "200"), ("b", "west", "850")] {
///     builder.pair(site, demand, cost.parse()?);
/// }
/// let instance = builder.build()?;
/// let question = Question { n_sites: Some(1), ..Question::mclp(900) };
/// let solution = solve(&instance, &question, &Effort::quick())?;
/// assert_eq!(instance.site_id(solution.sites()[0].site), "b");
/// assert_eq!((solution.objective(), solution.bound()), (11, 11));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Infeasible`] when no plan satisfies the question, with the reason.
pub fn solve(
    instance: &Instance,
    question: &Question,
    effort: &Effort,
) -> Result<Solution, Infeasible> {
    question_makes_sense(instance, question)?;
    let (proposal, finding) = match question.model {
        Model::PCenter => crate::models::p_center::solve(instance, question, effort)?,
        _ if instance.capacity.is_some() => {
            crate::models::capacitated::solve(instance, question, effort)?
        }
        Model::Mclp => crate::models::mclp::solve(instance, question, effort)?,
        Model::Lscp => crate::models::lscp::solve(instance, question, effort)?,
        Model::PMedian => crate::models::p_median::solve(instance, question, effort)?,
    };
    let checked =
        check(instance, question, &proposal).expect("solvers keep the rules of the question");
    Ok(Solution::new(instance, question, effort, checked, finding))
}

fn no(what: impl Into<String>) -> Infeasible {
    Infeasible::Question { what: what.into() }
}

fn question_makes_sense(instance: &Instance, question: &Question) -> Result<(), Infeasible> {
    if question.times == 0 {
        return Err(no("demand is to be covered 0 times; ask for 1 or more"));
    }
    if question.budget.is_some() && instance.price.is_none() {
        return Err(no(
            "a budget is given but the sites have no prices; add a price to every site",
        ));
    }
    if question.by_price && (question.model != Model::Lscp || instance.price.is_none()) {
        return Err(no(
            "the least price is asked; that needs the model `lscp` and a price for every site",
        ));
    }
    if question.by_price && prices_overflow(instance) {
        return Err(no(
            "the prices have too many digits to be added up exactly for so many demand points; round them",
        ));
    }
    let covers = matches!(question.model, Model::Lscp | Model::Mclp);
    if question.times > 1 && (!covers || instance.capacity.is_some()) {
        return Err(no(
            "covering demand more than once needs the model `lscp` or `mclp`, without capacities",
        ));
    }
    if instance.capacity.is_some() && question.model == Model::Mclp && question.require_all {
        return Err(no(
            "serving all demand is not asked of the model `mclp` together with capacities; ask `lscp` for the fewest sites that do",
        ));
    }
    if let Some(floor) = question.floor {
        if question.model != Model::Mclp || instance.zone.is_none() || instance.capacity.is_some() {
            return Err(no(
                "a floor per zone needs the model `mclp`, a zone for demand points, and no capacities",
            ));
        }
        zones_in_reach(instance, question, floor)?;
    }
    if question.require_all {
        all_in_reach(instance, question)?;
    }
    Ok(())
}

/// Whether prices on every row and site may leave the 63 bits of the solvers' sums.
fn prices_overflow(instance: &Instance) -> bool {
    let prices = instance.price.iter().flatten();
    let total: u128 = prices.copied().map(u128::from).sum();
    let n_prices = instance.n_demand() + instance.n_sites() + 1;
    total.saturating_mul(u128::from(ix(n_prices))) >= 1 << 60
}

/// By demand point, the number of sites within the radius that may open.
fn sites_in_reach(instance: &Instance, question: &Question) -> Vec<u32> {
    let mut n = vec![0_u32; instance.n_demand()];
    for site in instance
        .sites()
        .filter(|&s| instance.site_status(s) != SiteStatus::Forbidden)
    {
        for (demand, cost) in instance.serves(site) {
            if question.radius.is_none_or(|r| cost <= r) {
                n[demand.index()] += 1;
            }
        }
    }
    n
}

fn all_in_reach(instance: &Instance, question: &Question) -> Result<(), Infeasible> {
    let n = sites_in_reach(instance, question);
    let mut short = instance
        .demand_points()
        .filter(|d| n[d.index()] < question.times);
    match short.next() {
        None => Ok(()),
        Some(first) => Err(Infeasible::OutOfReach {
            first: instance.demand_id(first),
            n_demand: 1 + short.count(),
        }),
    }
}

fn zones_in_reach(
    instance: &Instance,
    question: &Question,
    floor: Share,
) -> Result<(), Infeasible> {
    let n = sites_in_reach(instance, question);
    let mut total = vec![0_u128; instance.zone_names.len()];
    let mut reachable = total.clone();
    for (i, zone) in instance.zone.iter().flatten().enumerate() {
        if let Some(z) = *zone {
            total[at(z)] += u128::from(instance.weight[i]);
            if n[i] >= question.times {
                reachable[at(z)] += u128::from(instance.weight[i]);
            }
        }
    }
    let whole = u128::from(Share::ALL.millionths());
    for (z, zone) in instance.zone_names.iter().enumerate() {
        let floor = (total[z] * u128::from(floor.millionths())).div_ceil(whole);
        if reachable[z] < floor {
            return Err(Infeasible::ZoneOutOfReach {
                zone: zone.clone(),
                reachable: reachable[z],
                total: total[z],
                floor,
            });
        }
    }
    Ok(())
}
