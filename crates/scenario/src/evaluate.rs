//! A scenario decided: what its changes make of the baseline, and what every standard comes to.
//!
//! ```text
//! changes -- apply --> State --+
//!                              +-- decide --> Decision of each standard --> JointDecision
//!        TravelTimes ----------+
//! ```

pub(crate) mod apply;
pub(crate) mod capacity;
pub(crate) mod chosen_sites;
pub(crate) mod decide;
pub(crate) mod decided;
pub(crate) mod decision;
pub(crate) mod detail;
pub mod explain;
pub(crate) mod facility_balance;
pub(crate) mod fresh_times;
pub(crate) mod gate_choice;
pub(crate) mod joined;
pub(crate) mod measure;
pub(crate) mod modified_metric;
pub(crate) mod obstacles;
pub(crate) mod site_choice;
pub(crate) mod site_questions;
pub(crate) mod state;
pub(crate) mod streets;
pub(crate) mod travel_times;

use std::collections::BTreeMap;
use std::sync::Arc;

use coverage::{Facility, Linkage, OpenSet};
use rayon::prelude::*;
use siting::Infeasible;

use crate::evaluate::apply::state_after;
use crate::evaluate::chosen_sites::ChosenSites;
use crate::evaluate::decide::{ProfileDecisions, decide_joint, decide_profile, parts_of};
use crate::evaluate::decided::Decided;
use crate::evaluate::decision::{Decision, JointDecision};
use crate::evaluate::detail::ServiceDetail;
use crate::evaluate::fresh_times::FreshTimes;
use crate::evaluate::joined::JoinedPlace;
use crate::evaluate::modified_metric::ordinary_speed;
use crate::evaluate::obstacles::{rows_without, streets_without, waters};
use crate::evaluate::state::State;
use crate::evaluate::streets::ScenarioStreets;
use crate::evaluate::travel_times::search_limits;
use crate::project::Project;
use crate::project::change::Change;
use crate::project::facility_balance::FacilityBalance;

/// What a scenario comes to.
#[derive(Debug)]
pub struct Evaluation {
    /// All facilities after the changes, closed ones included.
    pub facilities: Vec<Facility>,
    /// Which of them are closed by the scenario.
    pub closed: Vec<bool>,
    /// One for each standard, in the order of the plan; shared with other evaluations where equal.
    pub services: Vec<Arc<Decision>>,
    /// The facilities that serve each standard.
    pub serving: Vec<OpenSet>,
    /// What becomes of all facilities that were given, under each standard.
    pub balances: Vec<FacilityBalance>,
    /// One for each joint standard, in the order of the plan; shared like `services`.
    pub joints: Vec<Arc<JointDecision>>,
    /// Sites chosen on the way, in order.
    pub chosen: Vec<Arc<ChosenSites>>,
    /// How many edges the scenario closes.
    pub n_closed_edges: usize,
    /// Whether hazards slow or close their streets.
    pub heeds_hazards: bool,
    /// Facilities, candidates and counted demand that were joined to a street worth a look, profile
    /// by profile.
    pub joined: Vec<JoinedPlace>,
}

impl Evaluation {
    /// From the decisions of all profiles, in the order of their names; `known` is an evaluation on
    /// the same streets whose joint decisions are taken where no part changed.
    pub(crate) fn of(
        state: State<'_>,
        profiles: Vec<ProfileDecisions>,
        known: Option<&Self>,
    ) -> Self {
        let project = state.project;
        let mut joined = Vec::new();
        let mut decided = Vec::new();
        for profile in profiles {
            joined.extend(profile.joined);
            decided.extend(profile.services);
        }
        decided.sort_by_key(|service| service.index);
        let (mut services, mut serving, mut balances) = (Vec::new(), Vec::new(), Vec::new());
        for service in decided {
            services.push(service.decision);
            serving.push(service.serving);
            balances.push(service.balance);
        }
        let joints = (0..project.joints.len()).into_par_iter().map(|joint| {
            let is_same = |known: &&Self| {
                let mut parts = parts_of(project, joint).into_iter();
                parts.all(|part| Arc::ptr_eq(&services[part], &known.services[part]))
            };
            known.filter(is_same).map_or_else(
                || Arc::new(decide_joint(project, joint, &services)),
                |known| Arc::clone(&known.joints[joint]),
            )
        });
        Self {
            joints: joints.collect(),
            services,
            serving,
            balances,
            n_closed_edges: state.closed_edges.len(),
            heeds_hazards: state.heeds_hazards,
            closed: state.closed.clone(),
            chosen: state.chosen.clone(),
            facilities: state.into_facilities(),
            joined,
        }
    }
}

/// What a scenario comes to, in detail.
#[derive(Debug)]
pub struct DetailedEvaluation {
    /// What every standard comes to.
    pub evaluation: Evaluation,
    /// The same in detail, one for each standard.
    pub services: Vec<ServiceDetail>,
    /// How places are joined to the streets of each profile.
    pub links: BTreeMap<String, PlaceLinks>,
}

/// How the places of a scenario are joined to the streets of one profile.
#[derive(Debug)]
pub struct PlaceLinks {
    /// Its facilities.
    pub facilities: Linkage,
    /// The candidates of the plan.
    pub candidates: Linkage,
}

/// Applies changes to the baseline, in order, and decides every standard.
///
/// Cost: one search for each facility and profile, and for each measure of the plan; a millisecond
/// each at the size of a district.
///
/// # Errors
/// When sites are to be chosen and no choice exists.
pub fn evaluate(project: &Project, changes: &[Change]) -> Result<Evaluation, Infeasible> {
    let state = state_after(project, changes)?;
    let mut profiles = Vec::new();
    for (profile, far) in search_limits(&state.standards) {
        let streets = ScenarioStreets::of(&state, profile);
        let times = FreshTimes::new(&state, &streets, far);
        profiles.push(decide_profile(&state, profile, &times, None));
    }
    Ok(Evaluation::of(state, profiles, None))
}

/// As [`evaluate`], and in detail: hour by hour, how full facilities are, why a place is not
/// covered, how evenly times are spread.
///
/// Cost: as [`evaluate`], and a fold for each different set of open facilities; searches once more
/// for each kind of obstacle that the streets know.
///
/// # Errors
/// As [`evaluate`].
pub fn evaluate_in_detail(
    project: &Project,
    changes: &[Change],
) -> Result<DetailedEvaluation, Infeasible> {
    let state = state_after(project, changes)?;
    let waters = waters(project);
    let mut profiles = Vec::new();
    let mut details = BTreeMap::new();
    let mut links = BTreeMap::new();
    for (profile, far) in search_limits(&state.standards) {
        let streets = ScenarioStreets::of(&state, profile);
        let times = FreshTimes::new(&state, &streets, far);
        let decisions = decide_profile(&state, profile, &times, None);
        let (metric, components) = streets.metric();
        let open_streets = streets_without(&state, profile);
        let without = rows_without(&state, &open_streets, far);
        for service in &decisions.services {
            let decided = Decided {
                state: &state,
                times: &times,
                decision: &service.decision,
                serving: &service.serving,
                speed: ordinary_speed(&project.city.streets, metric, components),
                without: &without,
            };
            details.insert(service.index, ServiceDetail::of(&decided, &waters));
        }
        profiles.push(decisions);
        let (facilities, candidates) = times.into_links();
        let joined = PlaceLinks {
            facilities,
            candidates,
        };
        links.insert(profile.to_owned(), joined);
    }
    Ok(DetailedEvaluation {
        evaluation: Evaluation::of(state, profiles, None),
        services: details.into_values().collect(),
        links,
    })
}
