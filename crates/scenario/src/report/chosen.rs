use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::evaluate::chosen_sites::ChosenSites;
use crate::project::Project;

/// Sites chosen for a standard.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChosenReport {
    /// Key of the standard.
    pub standard: String,
    /// How many candidates there were.
    pub n_candidates: usize,
    /// Covered demand before.
    pub covered_before_thousandths: u64,
    /// What the sites add.
    pub added_thousandths: u64,
    /// What no choice of as many candidates can exceed.
    pub added_bound_thousandths: u64,
    /// (bound - added) / bound.
    pub optimality_gap: f64,
    /// How the answer was found.
    pub method: String,
    /// The sites in order of choice.
    pub sites: Vec<SiteReport>,
}

/// One chosen site.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SiteReport {
    /// Id of the facility built there.
    pub id: String,
    /// Id of the candidate.
    pub candidate: String,
    /// Its name.
    pub name: String,
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// What it adds, given the sites before it.
    pub adds_thousandths: u64,
    /// Made up for illustration.
    pub illustrative: bool,
}

pub(crate) fn chosen_reports(project: &Project, chosen: &[Arc<ChosenSites>]) -> Vec<ChosenReport> {
    let of_choice = |choice: &Arc<ChosenSites>| ChosenReport {
        standard: project.standards[choice.standard].key.clone(),
        n_candidates: choice.n_candidates,
        covered_before_thousandths: choice.covered_before.as_thousandths(),
        added_thousandths: choice.added.as_thousandths(),
        added_bound_thousandths: choice.added_bound.as_thousandths(),
        optimality_gap: choice.optimality_gap(),
        method: choice.solution.method().name().to_owned(),
        sites: choice
            .sites
            .iter()
            .map(|site| SiteReport {
                id: site.facility_id.clone(),
                candidate: site.candidate.clone(),
                name: site.name.clone(),
                lng: site.position.lng(),
                lat: site.position.lat(),
                adds_thousandths: site.adds.as_thousandths(),
                illustrative: site.illustrative,
            })
            .collect(),
    };
    chosen.iter().map(of_choice).collect()
}
