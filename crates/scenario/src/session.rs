//! A planning session: one scenario with edits on top, each decided in milliseconds.

pub(crate) mod base_rows;
pub(crate) mod base_streets;
pub(crate) mod decisions;
pub(crate) mod isochrone;
pub(crate) mod kept_times;
pub(crate) mod trips;
pub(crate) mod week;

use std::collections::BTreeSet;
use std::sync::Arc;

use coverage::{Demand, FacilityId, PointState};
use siting::Infeasible;
use thiserror::Error;
use units::{Length, TravelTime};

use crate::evaluate::Evaluation;
use crate::evaluate::apply::apply;
use crate::plan::modification::Modification;
use crate::project::Project;
use crate::project::change::Change;
use crate::report::ScenarioReport;
use crate::report::gap_name::GapNames;
use crate::resolve::changes::resolve_change;
use crate::session::base_rows::BaseRows;
use crate::session::base_streets::BaseStreets;
use crate::session::decisions::Decisions;

/// One scenario and the edits made on top of it, in order.
///
/// What it says after any edits is what [`evaluate`](crate::evaluate()) says about the scenario's
/// changes followed by the edits: both decide by the same function, and a test holds their reports
/// side by side.
/// It is quick because the rows of the facilities that stand are kept: a facility that is added or
/// moved costs one search, one that closes or changes its hours none, and only the standards whose
/// facilities or limit changed are folded again.
/// Closing a street or choosing sites moves the rows themselves and costs a whole evaluation.
pub struct Session<'a> {
    project: &'a Project,
    scenario: Vec<Change>,
    edits: Vec<(Modification, Change)>,
    base: BaseRows<'a>,
    names: GapNames,
    current: Arc<Decisions>,
}

/// An edit that cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum EditError {
    /// It names something unknown or malformed.
    #[error("{0}")]
    Wrong(String),
    /// It asks for sites and there is no choice.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

impl<'a> Session<'a> {
    /// A scenario as the plan has it, without edits; no changes make it the baseline.
    ///
    /// # Errors
    /// When sites are to be chosen and no choice exists.
    ///
    /// Cost: as [`evaluate`](crate::evaluate()).
    pub fn new(project: &'a Project, changes: &[Change]) -> Result<Self, Infeasible> {
        let base = BaseRows::new(project, 0, changes)?;
        let names = GapNames::of(project);
        let evaluation = base.decide(base.state().clone(), None);
        let current = Decisions::of(project, evaluation, &names, None);
        Ok(Self {
            project,
            scenario: changes.to_vec(),
            edits: Vec::new(),
            base,
            names,
            current: Arc::new(current),
        })
    }

    /// The plan that everything rests on.
    pub fn project(&self) -> &'a Project {
        self.project
    }

    /// What every standard comes to after all edits.
    pub fn decisions(&self) -> &Arc<Decisions> {
        &self.current
    }

    /// The edits, in order.
    pub fn edits(&self) -> impl ExactSizeIterator<Item = &Modification> {
        self.edits.iter().map(|(modification, _)| modification)
    }

    /// Profiles that standards use.
    pub fn profiles(&self) -> impl Iterator<Item = &str> {
        self.base.profiles()
    }

    /// How far from a street of a profile a place may lie and still be joined to it, as the plan
    /// says.
    pub fn join_radius(&self, profile: &str) -> Length {
        let streets = self.streets(profile);
        streets.map_or(reach::JOIN_RADIUS, |streets| streets.link.radius)
    }

    pub(crate) fn streets(&self, profile: &str) -> Option<&BaseStreets<'a>> {
        self.base.streets(profile)
    }

    /// What an edit would come to; the session stays as it is.
    ///
    /// # Errors
    /// When the edit cannot be made.
    ///
    /// Cost: one search and a fold for an added or moved facility, a fold for closed ones, hours
    /// and shorter limits; else a whole evaluation.
    pub fn preview(&self, edit: &Modification) -> Result<Decisions, EditError> {
        let change = self.resolve(edit)?;
        match self.decide_incrementally(Some(&change), Some(&self.current)) {
            Some(decisions) => Ok(decisions),
            None => Ok(self.decide_from_scratch(&change)?.1),
        }
    }

    /// Makes an edit.
    ///
    /// # Errors
    /// When the edit cannot be made; the session stays as it is.
    ///
    /// Cost: as [`preview`](Self::preview).
    pub fn edit(&mut self, edit: Modification) -> Result<&Arc<Decisions>, EditError> {
        let change = self.resolve(&edit)?;
        let quick = self.decide_incrementally(Some(&change), Some(&self.current));
        if let Some(decisions) = quick {
            self.current = Arc::new(decisions);
        } else {
            let (base, decisions) = self.decide_from_scratch(&change)?;
            self.base = base;
            self.current = Arc::new(decisions);
        }
        self.edits.push((edit, change));
        Ok(&self.current)
    }

    /// Takes the last edit back and returns it; `None` without edits.
    ///
    /// Cost: a fold; a whole evaluation when the edit was a slow one.
    pub fn undo(&mut self) -> Option<Modification> {
        let (edit, _) = self.edits.pop()?;
        let mut known = Some(Arc::clone(&self.current));
        if self.edits.len() < self.base.n_folded() {
            let changes: Vec<Change> = self.changes().cloned().collect();
            self.base = BaseRows::new(self.project, self.edits.len(), &changes)
                .expect("what was chosen before can be chosen again");
            // What was decided on other streets is not known on these.
            known = None;
        }
        let decisions = self
            .decide_incrementally(None, known.as_deref())
            .expect("edits behind the base are quick ones");
        self.current = Arc::new(decisions);
        Some(edit)
    }

    /// The whole result as `nuanquan run` writes it.
    ///
    /// Cost: linear in cells and demand points.
    pub fn report(&self, key: &str, name: &str) -> ScenarioReport {
        self.current.report(self.project, key, name)
    }

    /// What each candidate site would add to a standard's covered demand, as things stand, when
    /// using it takes at least `delay` beside the way; the order is that of the plan's candidates.
    /// `None` for a standard that asks for more than one facility or for room, since no single site
    /// answers it.
    ///
    /// Cost: one search for each candidate the first time, then linear in what they reach.
    pub fn sites(&self, standard: usize, delay: TravelTime) -> Option<Vec<Demand>> {
        let service = &self.current.evaluation.services[standard];
        let standard = &service.standard;
        if standard.required.get() != 1 || standard.rate.is_some() {
            return None;
        }
        let streets = self.base.streets(&standard.profile)?;
        let cover = streets.candidates(standard.limit, delay);
        let points = self.project.demand_of(standard).points();
        let states = service.coverage.states();
        let adds = (0..self.project.candidates.len())
            .map(|candidate| {
                cover
                    .points_of(FacilityId::from_index(candidate))
                    .iter()
                    .filter(|point| states[point.index()] == PointState::Uncovered)
                    .map(|point| points[point.index()].demand)
                    .sum()
            })
            .collect();
        Some(adds)
    }

    /// What the scenario itself changes, without edits.
    pub fn scenario(&self) -> &[Change] {
        &self.scenario
    }

    /// What the scenario changes, and then the edits, in order.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        let edits = self.edits.iter().map(|(_, change)| change);
        self.scenario.iter().chain(edits)
    }

    fn resolve(&self, edit: &Modification) -> Result<Change, EditError> {
        // Chosen sites among them: in a session they stand, so they can be moved and closed.
        let facilities = self.current.evaluation.facilities.iter();
        let mut known: BTreeSet<String> = facilities.map(|f| f.id.clone()).collect();
        resolve_change(self.project, &mut known, edit).map_err(EditError::Wrong)
    }

    /// Decides the edits and one more on the rows that are kept; `None` when they do not suffice.
    /// `known` was decided on the same streets.
    fn decide_incrementally(
        &self,
        one_more: Option<&Change>,
        known: Option<&Decisions>,
    ) -> Option<Decisions> {
        let mut state = self.base.state().clone();
        let edits = self.edits[self.base.n_folded()..].iter();
        for change in edits.map(|(_, change)| change).chain(one_more) {
            match change {
                Change::CloseEdges(_)
                | Change::Gates(_)
                | Change::JoinSidePaths
                | Change::HeedHazards
                | Change::Choose { .. } => return None,
                Change::Add(_)
                | Change::Move { .. }
                | Change::Hours { .. }
                | Change::Close(_)
                | Change::Limit { .. } => {}
            }
            apply(&mut state, change).expect("quick changes choose nothing");
        }
        if !self.base.reaches(&state.standards) {
            return None;
        }
        let evaluation = self
            .base
            .decide(state, known.map(|known| &known.evaluation));
        Some(self.reported(evaluation, known))
    }

    /// Decides everything anew, the edits and one more included.
    fn decide_from_scratch(
        &self,
        one_more: &Change,
    ) -> Result<(BaseRows<'a>, Decisions), Infeasible> {
        let changes: Vec<Change> = self.changes().chain([one_more]).cloned().collect();
        let base = BaseRows::new(self.project, self.edits.len() + 1, &changes)?;
        let evaluation = base.decide(base.state().clone(), None);
        let decisions = self.reported(evaluation, None);
        Ok((base, decisions))
    }

    fn reported(&self, evaluation: Evaluation, known: Option<&Decisions>) -> Decisions {
        Decisions::of(self.project, evaluation, &self.names, known)
    }
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("n_changes", &self.scenario.len())
            .field("n_edits", &self.edits.len())
            .finish_non_exhaustive()
    }
}
