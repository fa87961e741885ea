use std::collections::BTreeMap;

use coverage::ServiceStandard;
use rayon::prelude::*;
use siting::Infeasible;
use units::TravelTime;

use crate::evaluate::Evaluation;
use crate::evaluate::apply::state_after;
use crate::evaluate::decide::decide_profile;
use crate::evaluate::state::State;
use crate::evaluate::streets::ScenarioStreets;
use crate::evaluate::travel_times::search_limits;
use crate::project::Project;
use crate::project::change::Change;
use crate::session::base_streets::BaseStreets;
use crate::session::kept_times::KeptTimes;

/// A state with its streets and the rows of its facilities, which states near to it are decided on.
pub(crate) struct BaseRows<'a> {
    /// How many edits of the session it already holds.
    n_folded: usize,
    state: State<'a>,
    streets: BTreeMap<String, BaseStreets<'a>>,
}

impl<'a> BaseRows<'a> {
    /// Cost: one search for each facility and profile, and for each measure.
    pub(crate) fn new(
        project: &'a Project,
        n_folded: usize,
        changes: &[Change],
    ) -> Result<Self, Infeasible> {
        let state = state_after(project, changes)?;
        let limits = search_limits(&state.standards);
        let streets = limits
            .into_iter()
            .map(|(profile, far)| {
                let scenario = ScenarioStreets::of(&state, profile);
                let streets = BaseStreets::new(project, scenario, state.facilities(), far);
                (profile.to_owned(), streets)
            })
            .collect();
        Ok(Self {
            n_folded,
            state,
            streets,
        })
    }

    pub(crate) fn n_folded(&self) -> usize {
        self.n_folded
    }

    pub(crate) fn state(&self) -> &State<'a> {
        &self.state
    }

    pub(crate) fn profiles(&self) -> impl Iterator<Item = &str> {
        self.streets.keys().map(String::as_str)
    }

    pub(crate) fn streets(&self, profile: &str) -> Option<&BaseStreets<'a>> {
        self.streets.get(profile)
    }

    /// Whether what is asked for lies within what was searched.
    pub(crate) fn reaches(&self, standards: &[ServiceStandard]) -> bool {
        search_limits(standards)
            .into_iter()
            .all(|(profile, far)| far <= self.streets[profile].rows.limit())
    }

    /// Decides a state on these streets; `known` lends what did not change.
    ///
    /// Cost: one search for each facility that stands elsewhere than here, then a fold for each
    /// standard that is not known.
    pub(crate) fn decide(&self, state: State<'_>, known: Option<&Evaluation>) -> Evaluation {
        let limits: Vec<(&str, TravelTime)> = search_limits(&state.standards).into_iter().collect();
        let known_services = known.map(|known| known.services.as_slice());
        let profiles = limits.into_par_iter().map(|(profile, far)| {
            let streets = &self.streets[profile];
            let times = KeptTimes::new(streets, &self.state, &state, far);
            decide_profile(&state, profile, &times, known_services)
        });
        let profiles = profiles.collect();
        Evaluation::of(state, profiles, known)
    }
}
