//! The question: a model, and the limits that an answer has to keep.

pub(crate) mod covering;
pub(crate) mod effort;
pub(crate) mod infeasible;

use sha2::{Digest as _, Sha256};

use crate::instance::Fingerprint;

/// Which of the four classic models answers the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Model {
    /// Fewest sites that cover all demand points that can be covered.
    Lscp,
    /// Most covered weight with a given number of sites or budget.
    Mclp,
    /// Least sum of weight × cost to the nearest open site.
    PMedian,
    /// Least largest cost to the nearest open site.
    PCenter,
}

impl Model {
    /// The name used on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Lscp => "lscp",
            Self::Mclp => "mclp",
            Self::PMedian => "p-median",
            Self::PCenter => "p-center",
        }
    }

    /// Whether a larger objective is the better one.
    pub fn maximizes(self) -> bool {
        self == Self::Mclp
    }
}

/// A share in millionths, so that a floor of 33.3 % is a whole number.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(transparent)]
pub struct Share(pub(crate) u32);

impl Share {
    /// The whole.
    pub const ALL: Self = Self(1_000_000);

    /// A share of `millionths`; `None` above one whole.
    pub fn from_millionths(millionths: u32) -> Option<Self> {
        (millionths <= Self::ALL.0).then_some(Self(millionths))
    }

    /// The share in millionths.
    pub fn millionths(self) -> u32 {
        self.0
    }
}

/// A siting question: the model, and the limits of the answer.
///
/// Fixed and forbidden sites, capacities, sites too near each other and zones are facts of the [`Instance`](crate::Instance), and always obeyed.
///
/// ```
/// use siting::Question;
/// let question = Question { n_sites: Some(5), ..Question::mclp(900) };
/// assert_eq!(question.radius, Some(900));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Question {
    /// The model.
    pub model: Model,
    /// Largest cost at which a pair serves, inclusive, in steps of the cost scale; `None`: every listed pair serves.
    pub radius: Option<u64>,
    /// Most new sites, besides the fixed ones; `None`: any number.
    pub n_sites: Option<u32>,
    /// Budget for the new sites together, in steps of the price scale; `None`: no limit.
    pub budget: Option<u64>,
    /// Open sites within the radius that a demand point needs to be covered: 1, or 2 for backup coverage.
    pub times: u32,
    /// Least covered share of every zone's weight, for the model `mclp`; `None`: none.
    pub floor: Option<Share>,
    /// For the model `lscp`: the least total price instead of the fewest sites.
    pub by_price: bool,
    /// Demand that no site can cover leaves the question without an answer, instead of being left out.
    pub require_all: bool,
}

impl Question {
    fn plain(model: Model) -> Self {
        Self {
            model,
            radius: None,
            n_sites: None,
            budget: None,
            times: 1,
            floor: None,
            by_price: false,
            require_all: false,
        }
    }

    /// The fewest sites that cover everything within `radius`.
    pub fn lscp(radius: u64) -> Self {
        Self {
            radius: Some(radius),
            ..Self::plain(Model::Lscp)
        }
    }

    /// The most demand within `radius`; add `n_sites` or `budget`.
    pub fn mclp(radius: u64) -> Self {
        Self {
            radius: Some(radius),
            ..Self::plain(Model::Mclp)
        }
    }

    /// The least sum of weight × cost with `n_sites` new sites.
    pub fn p_median(n_sites: u32) -> Self {
        Self {
            n_sites: Some(n_sites),
            ..Self::plain(Model::PMedian)
        }
    }

    /// The least largest cost with `n_sites` new sites.
    pub fn p_center(n_sites: u32) -> Self {
        Self {
            n_sites: Some(n_sites),
            ..Self::plain(Model::PCenter)
        }
    }

    /// SHA-256 over all fields.
    pub fn fingerprint(&self) -> Fingerprint {
        let mut hasher = Sha256::new();
        let optional = |value: Option<u64>| value.map_or("none".to_owned(), |v| v.to_string());
        hasher.update(format!(
            "{} radius={} n_sites={} budget={} times={} floor={} by_price={} require_all={}",
            self.model.name(),
            optional(self.radius),
            optional(self.n_sites.map(u64::from)),
            optional(self.budget),
            self.times,
            optional(self.floor.map(|f| u64::from(f.millionths()))),
            self.by_price,
            self.require_all,
        ));
        Fingerprint::of(hasher)
    }
}
