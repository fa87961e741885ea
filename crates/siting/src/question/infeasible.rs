//! Reasons for a question without an answer.

use crate::instance::decimal::Decimal;
use crate::question::{Model, Question};

/// The reason why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Infeasible {
    /// The question contradicts itself or its instance.
    #[error("the question cannot be asked: {what}")]
    Question {
        /// The contradiction and its cure, in words.
        what: String,
    },
    /// Demand must be covered that the sites cannot cover.
    #[error(
        "{n_demand} demand points cannot be covered by any site that may open, `{first}` among them"
    )]
    OutOfReach {
        /// The id of the first of them.
        first: String,
        /// How many there are.
        n_demand: usize,
    },
    /// Fewer sites are allowed than are needed.
    #[error("covering all demand takes at least {needed} new sites, and {allowed} are allowed")]
    TooFewSites {
        /// A proven least number.
        needed: u64,
        /// The number in the question.
        allowed: u64,
    },
    /// All sites together are too small for demand that must be served.
    #[error(
        "{n_demand} demand points, `{first}` among them, weigh {weight}, and all sites in their reach that may open can serve {capacity}"
    )]
    TooLittleCapacity {
        /// The id of the first of them.
        first: String,
        /// How many there are.
        n_demand: usize,
        /// Their weight together, in the unit of the tables.
        weight: Decimal,
        /// Capacity of the sites in their reach together.
        capacity: Decimal,
    },
    /// The largest sites of the allowed number are too small for the demand.
    #[error(
        "the largest {allowed} new sites can serve {capacity} together with the fixed ones, and the demand in reach weighs {weight}"
    )]
    SitesTooSmall {
        /// The number in the question.
        allowed: u32,
        /// Capacity of the largest sites and the fixed ones together, in the unit of the tables.
        capacity: Decimal,
        /// Demand that must be served.
        weight: Decimal,
    },
    /// The budget does not suffice.
    #[error("no choice of sites within the budget of {budget} satisfies the rest of the question")]
    BudgetTooSmall {
        /// The budget in steps of the price scale.
        budget: u64,
    },
    /// A zone cannot reach its floor even with every site open.
    #[error(
        "zone `{zone}` has {reachable} of its weight of {total} in reach of the sites, less than its floor of {floor}"
    )]
    ZoneOutOfReach {
        /// The zone's id.
        zone: String,
        /// Weight that the sites can cover, in steps of the weight scale.
        reachable: u128,
        /// All weight of the zone.
        total: u128,
        /// Weight that must be covered.
        floor: u128,
    },
    /// The limits are each satisfiable, but not together: proven by search.
    #[error("no choice of sites satisfies {limits} together")]
    Together {
        /// The limits, as a list.
        limits: String,
    },
    /// Stopped before a plan was found or its absence proven.
    #[error(
        "stopped before a plan that satisfies {limits} was found, or proven not to exist; allow more time"
    )]
    Undecided {
        /// The limits, as a list.
        limits: String,
    },
}

/// No answer was found within the limits of the question; `proven` when none exists.
pub(crate) fn no_plan(question: &Question, proven: bool) -> Infeasible {
    let mut limits = Vec::new();
    if let Some(p) = question.n_sites {
        limits.push(format!("at most {p} new sites"));
    }
    if let Some(budget) = question.budget {
        limits.push(format!("a budget of {budget}"));
    }
    if let Some(floor) = question.floor {
        let percent = Decimal::new(i128::from(floor.millionths()), 4);
        limits.push(format!("at least {percent} % of every zone"));
    }
    limits.push(match question.model {
        Model::Mclp => "the sites' distances from each other".to_owned(),
        _ => "all demand in reach covered".to_owned(),
    });
    let limits = limits.join(", ");
    if proven {
        Infeasible::Together { limits }
    } else {
        Infeasible::Undecided { limits }
    }
}
