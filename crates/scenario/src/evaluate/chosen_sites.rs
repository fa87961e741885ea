use coverage::Demand;
use siting::Solution;
use units::{LngLat, TravelTime};

/// Sites chosen for one standard: which, in which order, and how far from the best they can be.
#[derive(Debug)]
pub struct ChosenSites {
    /// Index of the standard.
    pub standard: usize,
    /// How many candidates there were.
    pub n_candidates: usize,
    /// Demand covered before.
    pub covered_before: Demand,
    /// All demand.
    pub total: Demand,
    /// The sites in order of choice.
    pub sites: Vec<ChosenSite>,
    /// Demand that the sites add together.
    pub added: Demand,
    /// No choice of as many candidates can add more than this.
    pub added_bound: Demand,
    /// The answer of `siting`, with its method and certificate.
    pub solution: Solution,
}

/// One chosen site.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenSite {
    /// Id of the facility that the scenario builds here.
    pub facility_id: String,
    /// Id of the candidate.
    pub candidate: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Where.
    pub position: LngLat,
    /// Demand that it adds, given the sites before it.
    pub adds: Demand,
    /// Time to park, enter and be served.
    pub start_delay: TravelTime,
    /// Made up for illustration.
    pub illustrative: bool,
}

impl ChosenSites {
    /// Distance of what is added and what could be at most, as a share of the latter.
    pub fn optimality_gap(&self) -> f64 {
        let steps = |demand: Demand| i128::from(demand.as_thousandths());
        siting::share_apart(steps(self.added), steps(self.added_bound))
    }
}

/// Sites chosen for one standard in phases, the earlier ones kept.
#[derive(Debug)]
pub struct SitePhase {
    /// How many sites stand at its end.
    pub n_sites: u32,
    /// The candidates that it builds, in order of choice.
    pub opens: Vec<ChosenSite>,
    /// Demand that all sites up to its end add together.
    pub added: Demand,
    /// No choice of as many candidates, in phases or not, can add more.
    pub added_bound: Demand,
    /// How much less that is than the best found without regard to phases.
    pub loss: Demand,
    /// No plan in phases loses more against the best one.
    pub loss_at_most: Demand,
}

/// Facilities of a standard whose closing is missed least.
#[derive(Debug)]
pub struct SitesToClose {
    /// Index of the standard.
    pub standard: usize,
    /// Ids of the facilities to close, in the order of the plan.
    pub close: Vec<String>,
    /// Ids of those that stay, by what each covers beside those before it.
    pub stays: Vec<(String, Demand)>,
    /// Demand covered before.
    pub covered_before: Demand,
    /// All demand.
    pub total: Demand,
    /// Demand that is no longer covered.
    pub loss: Demand,
    /// No choice of as many facilities loses less.
    pub loss_at_least: Demand,
    /// How the answer was found.
    pub method: &'static str,
}
