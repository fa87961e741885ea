//! The balance of a result: everything that was given, and what became of it.

use coverage::{DemandBalance, DemandSet, DemandSplit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::project::Project;
pub use crate::project::facility_balance::FacilityBalance;

/// What becomes of all demand that was given, in whole thousandths of its unit; the classes add up
/// to `given_thousandths` exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DemandBalanceReport {
    /// All that the source holds. For street length: the usable street in the study area that is no
    /// scrap.
    pub given_thousandths: u64,
    /// Meets the standard.
    pub covered_thousandths: u64,
    /// Joined to a network, but does not meet it.
    pub uncovered_thousandths: u64,
    /// Too far from any street of the profile.
    pub too_far_thousandths: u64,
    /// Joined to a scrap of street.
    pub on_scraps_thousandths: u64,
    /// Outside the study area.
    pub outside_thousandths: u64,
    /// All but what lies outside: the whole that the covered share is a part of.
    pub in_area_thousandths: u64,
    /// Beside all that, for street length: the street of scraps in the study area, no term of the
    /// sum.
    #[serde(default)]
    #[schema(required)]
    pub scrap_street_thousandths: u64,
}

/// The balance of a standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BalanceReport {
    /// Of the demand of the plan.
    pub demand: DemandBalanceReport,
    /// Of the facilities.
    pub facilities: FacilityBalance,
}

/// The balances of one measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasureBalance {
    /// What it counts.
    pub unit: String,
    /// Under each standard, then under each joint standard.
    pub standards: Vec<KeyedBalance>,
}

/// What becomes of demand under one standard or joint standard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyedBalance {
    /// Its key.
    pub key: String,
    /// Of the demand.
    #[serde(flatten)]
    pub demand: DemandBalanceReport,
}

impl DemandBalanceReport {
    pub(crate) fn of(demand: &DemandSet, split: &DemandSplit) -> Self {
        let balance = DemandBalance::of(demand, split);
        Self {
            given_thousandths: balance.given.as_thousandths(),
            covered_thousandths: balance.covered.as_thousandths(),
            uncovered_thousandths: balance.uncovered.as_thousandths(),
            too_far_thousandths: balance.too_far.as_thousandths(),
            on_scraps_thousandths: balance.on_scraps.as_thousandths(),
            outside_thousandths: balance.outside.as_thousandths(),
            in_area_thousandths: balance.in_area().as_thousandths(),
            scrap_street_thousandths: balance.scrap_street.as_thousandths(),
        }
    }

    /// The classes with their keys, in order; they add up to what is given.
    pub fn classes(&self) -> [(&'static str, u64); 5] {
        [
            ("covered", self.covered_thousandths),
            ("uncovered", self.uncovered_thousandths),
            ("too-far", self.too_far_thousandths),
            ("on-scraps", self.on_scraps_thousandths),
            ("outside", self.outside_thousandths),
        ]
    }

    /// Whether the classes add up to what is given.
    pub fn holds(&self) -> bool {
        let sum: u64 = self.classes().iter().map(|(_, amount)| amount).sum();
        sum == self.given_thousandths
            && self.in_area_thousandths == self.given_thousandths - self.outside_thousandths
    }
}

/// The balances of a plan's measures.
pub(crate) fn measures(project: &Project, evaluation: &Evaluation) -> Vec<MeasureBalance> {
    let measures = project.measures.iter().enumerate();
    measures
        .map(|(number, measure)| {
            let services = evaluation.services.iter().map(|decision| KeyedBalance {
                key: decision.standard.key.clone(),
                demand: DemandBalanceReport::of(
                    measure.demand_at(decision.standard.at),
                    decision.measures[number].total(),
                ),
            });
            let joints = evaluation.joints.iter().map(|decision| {
                let joint = &project.joints[decision.joint];
                KeyedBalance {
                    key: joint.key.clone(),
                    demand: DemandBalanceReport::of(
                        measure.demand_at(project.hour_of_joint(joint)),
                        decision.measures[number].total(),
                    ),
                }
            });
            MeasureBalance {
                unit: measure.demand.unit().name().to_owned(),
                standards: services.chain(joints).collect(),
            }
        })
        .collect()
}
