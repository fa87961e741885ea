use std::sync::Arc;

use rayon::prelude::*;

use crate::evaluate::Evaluation;
use crate::project::Project;
use crate::project::facility_balance::FacilityBalance;
use crate::report::ScenarioReport;
use crate::report::gap_name::GapNames;
use crate::report::joint::{JointReport, joint_report};
use crate::report::standard::{StandardReport, standard_report};

/// What every standard comes to in a session, and the same as data.
#[derive(Debug)]
pub struct Decisions {
    /// What was decided.
    pub evaluation: Evaluation,
    /// Each standard as data; shared with earlier decisions where equal.
    pub standards: Vec<Arc<StandardReport>>,
    /// Each joint standard as data; shared likewise.
    pub joints: Vec<Arc<JointReport>>,
}

impl Decisions {
    /// Reports an evaluation; `known` lends the reports of what is shared.
    ///
    /// Cost: linear in the cells of what is not known.
    pub(crate) fn of(
        project: &Project,
        evaluation: Evaluation,
        names: &GapNames,
        known: Option<&Self>,
    ) -> Self {
        let standards = (0..evaluation.services.len()).into_par_iter().map(|index| {
            let decision = &evaluation.services[index];
            let balance = &evaluation.balances[index];
            let is_same = |known: &&Self| Arc::ptr_eq(decision, &known.evaluation.services[index]);
            match known.filter(is_same) {
                Some(known) => known.standard_with(index, balance),
                None => Arc::new(standard_report(project, decision, balance, names)),
            }
        });
        let standards = standards.collect();
        let joints = (0..evaluation.joints.len()).into_par_iter().map(|index| {
            let decision = &evaluation.joints[index];
            let is_same = |known: &&Self| Arc::ptr_eq(decision, &known.evaluation.joints[index]);
            known.filter(is_same).map_or_else(
                || Arc::new(joint_report(project, decision, &evaluation.services, names)),
                |known| Arc::clone(&known.joints[index]),
            )
        });
        Self {
            standards,
            joints: joints.collect(),
            evaluation,
        }
    }

    /// A standard's report as it is known. Facilities that do not serve it may have come or gone,
    /// which its balance alone tells.
    fn standard_with(&self, index: usize, balance: &FacilityBalance) -> Arc<StandardReport> {
        let known = &self.standards[index];
        if self.evaluation.balances[index] == *balance {
            return Arc::clone(known);
        }
        let mut report = StandardReport::clone(known);
        report.figures.balance.facilities = *balance;
        Arc::new(report)
    }

    /// The whole result as `nuanquan run` writes it.
    ///
    /// Cost: linear in cells and demand points.
    pub fn report(&self, project: &Project, key: &str, name: &str) -> ScenarioReport {
        let standards = self.standards.iter().map(|report| (**report).clone());
        let joints = self.joints.iter().map(|report| (**report).clone());
        ScenarioReport::assemble(
            project,
            key,
            name,
            &self.evaluation,
            standards.collect(),
            joints.collect(),
        )
    }
}
