//! Why a question has no answer.

/// Why there is no plan to return.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Infeasible {
    /// The question contradicts itself or its instance.
    #[error("the question cannot be asked: {what}")]
    Question {
        /// What is wrong and what to do.
        what: String,
    },
    /// Demand that has to be covered, and that the sites cannot cover.
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
        /// Weight that has to be covered.
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
