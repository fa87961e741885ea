//! Questions about sites that change nothing: in which order to build, what to close.

use coverage::FacilityKind;
use siting::Infeasible;

use crate::evaluate::apply::state_after;
use crate::evaluate::chosen_sites::{SitePhase, SitesToClose};
use crate::evaluate::site_choice::Choices;
use crate::evaluate::streets::ScenarioStreets;
use crate::project::Project;
use crate::project::change::Change;
use crate::project::choice_rules::ChoiceRules;

/// Chooses candidates for a standard in phases, given the changes.
///
/// # Errors
/// When there is no choice.
pub fn choose_phases(
    project: &Project,
    changes: &[Change],
    standard: usize,
    kind: &FacilityKind,
    rules: &ChoiceRules,
    phases: &[u32],
) -> Result<Vec<SitePhase>, Infeasible> {
    let state = state_after(project, changes)?;
    let streets = ScenarioStreets::of(&state, &state.standards[standard].profile);
    let view = streets.view();
    Choices::of(&state, &view, standard, Some(kind), rules).in_phases(phases, rules)
}

/// Chooses which facilities of a standard to close, given the changes.
///
/// # Errors
/// When fewer facilities are open than are to close, or those left cannot keep the rules.
pub fn choose_to_close(
    project: &Project,
    changes: &[Change],
    standard: usize,
    rules: &ChoiceRules,
    n_close: u32,
) -> Result<SitesToClose, Infeasible> {
    let state = state_after(project, changes)?;
    let streets = ScenarioStreets::of(&state, &state.standards[standard].profile);
    let view = streets.view();
    Choices::of(&state, &view, standard, None, rules).to_close(n_close, rules)
}
