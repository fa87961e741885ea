//! The solution: open sites, objective and bound in whole steps, uncovered demand with the reason.

use crate::answer::certificate::Certificate;
use crate::answer::check::check;
use crate::answer::checked::{Checked, Proposal};
use crate::answer::entries::{OpenSite, Served, Uncovered};
use crate::answer::reduction::Reduction;
use crate::instance::decimal::Decimal;
use crate::instance::{Fingerprint, Instance, SiteIx};
use crate::number::share_apart;
use crate::question::effort::Effort;
use crate::question::{Model, Question};

/// Whether the answer is known to be the best one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Objective and bound meet.
    Optimal,
    /// The question's rules hold; the best answer is no farther away than the optimality gap.
    Feasible,
}

/// How the answer was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Heuristics, and a Lagrangian bound.
    SearchAndBound,
    /// The same, and branch and bound on top.
    BranchAndBound,
    /// Every choice was forced.
    Presolve,
}

impl Method {
    /// The name written in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::SearchAndBound => "greedy, swap search, Lagrangian bound",
            Self::BranchAndBound => "branch and bound over Lagrangian bounds",
            Self::Presolve => "presolve",
        }
    }
}

/// A solver's result beside the sites.
pub(crate) struct Finding {
    pub(crate) bound: i128,
    pub(crate) method: Method,
    pub(crate) work: u64,
    pub(crate) reduction: Reduction,
    pub(crate) certificate: Option<Certificate>,
}

/// An answer that has passed the independent check.
///
/// All quantities are whole steps of the instance's scales; [`Solution::objective_decimal`] and [`Solution::bound_decimal`] give them in the unit of the tables.
#[derive(Clone, Debug)]
pub struct Solution {
    checked: Checked,
    question: Question,
    bound: i128,
    method: Method,
    seed: u64,
    work: u64,
    reduction: Reduction,
    instance_fingerprint: Fingerprint,
    decimals: u8,
    capacitated: bool,
    certificate: Option<Certificate>,
}

impl Solution {
    /// The only way to a solution leads through [`Checked`], which only the check can make.
    pub(crate) fn new(
        instance: &Instance,
        question: &Question,
        effort: &Effort,
        checked: Checked,
        finding: Finding,
    ) -> Self {
        let better = if question.model.maximizes() {
            finding.bound >= checked.objective()
        } else {
            finding.bound <= checked.objective()
        };
        assert!(
            better,
            "the bound {} crosses the objective {}",
            finding.bound,
            checked.objective()
        );
        Self {
            decimals: instance.objective_decimals(question),
            capacitated: instance.capacity.is_some(),
            checked,
            question: question.clone(),
            bound: finding.bound,
            method: finding.method,
            seed: effort.seed,
            work: finding.work,
            reduction: finding.reduction,
            instance_fingerprint: instance.fingerprint(),
            certificate: finding.certificate,
        }
    }

    /// The same answer with more of the sites that may open.
    ///
    /// # Panics
    /// The additional sites break a rule of the question.
    pub(crate) fn with_more(self, instance: &Instance, more: &[SiteIx]) -> Self {
        let new = self.sites().iter().filter(|s| !s.fixed).map(|s| s.site);
        let proposal = Proposal {
            new_sites: new.chain(more.iter().copied()).collect(),
            served: self.assignment().to_vec(),
        };
        let checked = check(instance, &self.question, &proposal);
        Self {
            checked: checked.expect("sites that stay break no rule"),
            ..self
        }
    }

    /// The model that was asked.
    pub fn model(&self) -> Model {
        self.question.model
    }

    /// The question that was asked.
    pub fn question(&self) -> &Question {
        &self.question
    }

    /// Whether the answer is proven to be the best one.
    pub fn status(&self) -> Status {
        if self.bound == self.objective() {
            Status::Optimal
        } else {
            Status::Feasible
        }
    }

    /// The open sites: the fixed ones, then the new ones in order of choice.
    pub fn sites(&self) -> &[OpenSite] {
        self.checked.sites()
    }

    /// `mclp`: covered weight; `lscp`: number of open sites, or their price; `p-median`: sum of weight × cost; `p-center`: largest cost.
    /// Fixed sites are included.
    pub fn objective(&self) -> i128 {
        self.checked.objective()
    }

    /// No answer to the question has a better objective than this.
    pub fn bound(&self) -> i128 {
        self.bound
    }

    /// The objective in the unit of the tables, exactly.
    pub fn objective_decimal(&self) -> Decimal {
        Decimal::new(self.objective(), self.decimals)
    }

    /// The bound in the unit of the tables, exactly.
    pub fn bound_decimal(&self) -> Decimal {
        Decimal::new(self.bound, self.decimals)
    }

    /// Distance between objective and bound, as a share of the larger of the two; 0 when optimal.
    pub fn optimality_gap(&self) -> f64 {
        share_apart(self.objective(), self.bound)
    }

    /// Demand that is not covered, ascending by demand point; empty for `p-median` and `p-center` unless out of reach.
    pub fn uncovered(&self) -> &[Uncovered] {
        self.checked.uncovered()
    }

    /// The assignment of demand, ascending by demand point: the nearest open site, or with capacities the solver's.
    /// Of two sites at the same cost the lower one serves.
    pub fn served(&self) -> &[Served] {
        self.checked.served()
    }

    /// The assignment of demand, where it is a decision of its own: with capacities. Empty otherwise.
    pub fn assignment(&self) -> &[Served] {
        if self.capacitated { self.served() } else { &[] }
    }

    /// How the answer was found.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The seed of the search.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Work done, in pairs visited.
    pub fn work(&self) -> u64 {
        self.work
    }

    /// Counts of demand points and sites that presolve removed.
    pub fn reduction(&self) -> Reduction {
        self.reduction
    }

    /// Proof of the bound, when it is small enough to be kept.
    pub fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// Fingerprint of the instance that was asked.
    pub fn instance_fingerprint(&self) -> Fingerprint {
        self.instance_fingerprint
    }
}

impl Instance {
    /// How many digits behind the point one step of the question's objective stands for.
    pub fn objective_decimals(&self, question: &Question) -> u8 {
        match question.model {
            Model::Lscp if question.by_price => self.price_decimals,
            Model::Lscp => 0,
            Model::Mclp => self.weight_decimals,
            Model::PMedian => self.weight_decimals + self.cost_decimals,
            Model::PCenter => self.cost_decimals,
        }
    }
}
