//! The rules that an answer has to keep, and the objective of a set of sites.

use crate::instance::{Instance, SiteIx};
use crate::question::{Question, Share};

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
    /// Demand that must be covered is not.
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

/// The objective of `lscp`: the number of open sites, or their price; fixed ones count.
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

/// Checks that every zone has at least the share `floor` of its weight covered.
///
/// # Errors
/// The first zone below its floor.
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
