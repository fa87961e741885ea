//! A joint standard in detail, as data: which part is missing in its gaps, and why.

use coverage::{Part, ServiceCoverage};
use serde::{Deserialize, Serialize};
use units::TravelTime;

use crate::detail::ServiceDetail;
use crate::evaluate::{Evaluation, JointResult};
use crate::gap_name::GapNames;
use crate::project::Project;

/// One joint standard in detail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JointDetail {
    /// Key in the plan.
    pub key: String,
    /// Name to read.
    pub name: String,
    /// The gaps of `result.json`, in the same order, with what they lack.
    pub gaps: Vec<JointGapDetail>,
}

/// What a gap of a joint standard lacks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LackReport {
    /// Key of the part.
    pub part: String,
    /// Demand of the gap that lacks it.
    pub demand_thousandths: u64,
    /// The reason that holds for most of it; the words of `gaps.csv`.
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
    result: &JointResult,
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
            name: names.name(project, demand, gap, result.coverage.states()),
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
    }
}
