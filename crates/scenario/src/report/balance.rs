//! The balance of a result: everything that was given, and what became of it.

use coverage::{
    DemandBalance, DemandSet, DemandSplit, Facility, FacilityBalance, FacilityClass,
    ServiceStandard,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::evaluate::detail::ServiceDetail;
use crate::project::Project;
use crate::project::rim::distance_outside;

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

/// What becomes of all facilities that were given; the classes add up to `given`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FacilityBalanceReport {
    /// All rows of all layers, and what the scenario adds.
    pub given: usize,
    /// Serves the standard.
    pub serving: usize,
    /// Of another kind, without what the standard asks for, or not taken by its layer.
    pub other_kind: usize,
    /// Closed at the hour that the standard names.
    pub closed_at_hour: usize,
    /// Closed by the scenario.
    pub closed_by_scenario: usize,
    /// Too far from any street of the profile, or on a scrap of street.
    pub unjoined: usize,
    /// Outside the study area, farther from it than the limit, or told to be left out there.
    pub outside: usize,
    /// Rows that could not be read and that the plan leaves out.
    pub bad_rows: usize,
}

/// The balance of a standard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BalanceReport {
    /// Of the demand of the plan.
    pub demand: DemandBalanceReport,
    /// Of the facilities.
    pub facilities: FacilityBalanceReport,
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

impl FacilityBalanceReport {
    pub(crate) fn of(balance: &FacilityBalance) -> Self {
        let FacilityBalance {
            given,
            serving,
            other_kind,
            closed_at_hour,
            closed_by_scenario,
            unjoined,
            outside,
            bad_rows,
        } = *balance;
        Self {
            given,
            serving,
            other_kind,
            closed_at_hour,
            closed_by_scenario,
            unjoined,
            outside,
            bad_rows,
        }
    }

    /// The classes with their keys, in order; they add up to what is given.
    pub fn classes(&self) -> [(&'static str, usize); 7] {
        [
            ("serving", self.serving),
            ("other-kind", self.other_kind),
            ("closed-at-hour", self.closed_at_hour),
            ("closed-by-scenario", self.closed_by_scenario),
            ("unjoined", self.unjoined),
            ("outside", self.outside),
            ("bad-rows", self.bad_rows),
        ]
    }

    /// Whether the classes add up to what is given.
    pub fn holds(&self) -> bool {
        let sum: usize = self.classes().iter().map(|(_, count)| count).sum();
        sum == self.given
    }
}

/// What of a plan's facilities no result lists, under a standard.
///
/// Cost: one evaluation of opening hours for each that lies outside.
pub(crate) fn left_out(project: &Project, standard: &ServiceStandard) -> FacilityBalance {
    let left_out = &project.left_out;
    let mut balance = FacilityBalance {
        given: left_out.outside.len() + left_out.not_taken + left_out.bad_rows,
        other_kind: left_out.not_taken,
        bad_rows: left_out.bad_rows,
        ..FacilityBalance::default()
    };
    for facility in &left_out.outside {
        let class = project.class_of(standard, facility, false, None);
        balance.add(match class {
            FacilityClass::Serving => FacilityClass::Outside,
            other => other,
        });
    }
    balance
}

/// What becomes of all facilities under a standard; `closed` and `is_joined` go with the facilities.
///
/// Cost: one evaluation of opening hours for each.
pub(crate) fn facilities(
    project: &Project,
    standard: &ServiceStandard,
    facilities: &[Facility],
    closed: &[bool],
    is_joined: impl Fn(usize) -> bool,
) -> FacilityBalance {
    let mut balance = left_out(project, standard);
    balance.given += facilities.len();
    for (index, facility) in facilities.iter().enumerate() {
        let outside = distance_outside(&project.area, facility.position);
        let class = project.class_of(standard, facility, closed[index], outside);
        balance.add(joined(class, is_joined(index)));
    }
    balance
}

/// A class, once it is known whether the facility is joined to a network.
pub(crate) fn joined(class: FacilityClass, is_joined: bool) -> FacilityClass {
    if class == FacilityClass::Serving && !is_joined {
        FacilityClass::Unjoined
    } else {
        class
    }
}

/// The balances of a plan's measures.
pub(crate) fn measures(
    project: &Project,
    evaluation: &Evaluation,
    details: &[ServiceDetail],
) -> Vec<MeasureBalance> {
    let measures = project.measures.iter().enumerate();
    measures
        .map(|(number, measure)| {
            let services = evaluation.services.iter().zip(details);
            let services = services.map(|(service, detail)| KeyedBalance {
                key: service.standard.key.clone(),
                demand: DemandBalanceReport::of(
                    measure.demand_at(service.standard.at),
                    detail.measures[number].coverage.total(),
                ),
            });
            let joints = evaluation.joints.iter().map(|result| {
                let joint = &project.joints[result.joint];
                let demand = measure.demand_at(project.hour_of_joint(joint));
                let parts: Vec<_> = result
                    .parts
                    .iter()
                    .map(|&part| &details[part].measures[number].coverage)
                    .collect();
                let coverage = coverage::JointCoverage::of(demand, &parts, joint.rule);
                KeyedBalance {
                    key: joint.key.clone(),
                    demand: DemandBalanceReport::of(demand, coverage.total()),
                }
            });
            MeasureBalance {
                unit: measure.demand.unit().name().to_owned(),
                standards: services.chain(joints).collect(),
            }
        })
        .collect()
}
