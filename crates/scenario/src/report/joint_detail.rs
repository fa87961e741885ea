//! A joint standard in detail, as data: which part is missing in its gaps, and why.

use coverage::{DemandSet, JointCoverage, Part, ServiceCoverage, ZoneId};
use serde::{Deserialize, Serialize};
use units::TravelTime;
use utoipa::ToSchema;

use crate::evaluate::Evaluation;
use crate::evaluate::decision::JointDecision;
use crate::evaluate::detail::ServiceDetail;
use crate::project::Project;
use crate::report::district::{DistrictReport, split_districts};
use crate::report::gap_name::GapNames;
use crate::report::words;

/// One joint standard in detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JointDetail {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// The gaps of `result.json`, in the same order, with what they lack.
    pub gaps: Vec<JointGapDetail>,
    /// The whole study area, then each zone, in the unit of the demand and of each measure; without
    /// times, since those of different services are not one thing.
    pub districts: Vec<DistrictReport>,
}

/// What a gap of a joint standard lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct JointGapDetail {
    /// Rank in `result.json`.
    pub rank: usize,
    /// Its name.
    pub name: String,
    /// The parts that are missing: of all, the one that most demand lacks first; of any, the one
    /// with the least time missing first.
    pub lacks: Vec<LackReport>,
}

/// What one part lacks in a gap.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LackReport {
    /// Key of the part.
    pub part: String,
    /// Demand of the gap that lacks it.
    pub demand_thousandths: u64,
    /// The reason that holds for most of it; the words of `gaps.csv`.
    #[schema(schema_with = words::reason_or_null)]
    pub reason: Option<String>,
    /// How much too long the way is for the middle one; `None` when that lies past twice the limit.
    pub missing_s: Option<f64>,
}

pub(crate) fn joint_details(
    project: &Project,
    evaluation: &Evaluation,
    details: &[ServiceDetail],
    names: &GapNames,
) -> Vec<JointDetail> {
    let joints = evaluation.joints.iter();
    joints
        .map(|result| {
            let coverages: Vec<&ServiceCoverage> = result
                .parts
                .iter()
                .map(|&part| &evaluation.services[part].coverage)
                .collect();
            joint(project, result, &coverages, details, names)
        })
        .collect()
}

fn joint(
    project: &Project,
    result: &JointDecision,
    coverages: &[&ServiceCoverage],
    details: &[ServiceDetail],
    names: &GapNames,
) -> JointDetail {
    let standard = &project.joints[result.joint];
    let demand = project.demand_of_joint(standard);
    let parts: Vec<Part<'_>> = result
        .parts
        .iter()
        .zip(coverages)
        .map(|(&part, coverage)| Part {
            coverage,
            reasons: &details[part].reasons,
        })
        .collect();
    let gaps = (1..)
        .zip(&result.gaps)
        .map(|(rank, gap)| JointGapDetail {
            rank,
            name: names.name(project, demand, gap, |point| result.coverage.lacking(point)),
            lacks: gap
                .lacks(demand, &result.coverage, &parts)
                .into_iter()
                .map(|lack| LackReport {
                    part: standard.parts[lack.part].clone(),
                    demand_thousandths: lack.demand.as_thousandths(),
                    reason: lack.reason.map(|reason| reason.key().to_owned()),
                    missing_s: lack.missing.map(TravelTime::as_secs_f64),
                })
                .collect(),
        })
        .collect();
    JointDetail {
        key: standard.key.clone(),
        name: standard.name.clone(),
        gaps,
        districts: districts(project, result),
    }
}

fn districts(project: &Project, result: &JointDecision) -> Vec<DistrictReport> {
    let standard = &project.joints[result.joint];
    let of = |demand: &DemandSet, zones: &[Option<ZoneId>], joint: &JointCoverage| {
        let by_zone = joint.by_zone(zones, project.zones.n_zones());
        split_districts(project, demand.unit().name(), joint.total(), &by_zone)
    };
    let demand = project.demand_of_joint(standard);
    let mut districts = of(demand, &project.zone_of_point, &result.coverage);
    let hour = project.hour_of_joint(standard);
    for (measure, joint) in project.measures.iter().zip(&result.measures) {
        districts.extend(of(measure.demand_at(hour), &measure.zone_of_point, joint));
    }
    districts
}
