use std::sync::Arc;

use coverage::Facility;
use siting::Infeasible;

use crate::evaluate::site_choice::Choices;
use crate::evaluate::state::State;
use crate::evaluate::streets::ScenarioStreets;
use crate::project::Project;
use crate::project::change::Change;

/// The baseline with changes applied in order.
///
/// # Errors
/// When sites are to be chosen and no choice exists.
pub(crate) fn state_after<'a>(
    project: &'a Project,
    changes: &[Change],
) -> Result<State<'a>, Infeasible> {
    let mut state = State::baseline(project);
    for change in changes {
        apply(&mut state, change)?;
    }
    Ok(state)
}

/// Applies one change; only choosing sites searches the streets.
///
/// # Errors
/// When sites are to be chosen and no choice exists.
pub(crate) fn apply(state: &mut State<'_>, change: &Change) -> Result<(), Infeasible> {
    match change {
        Change::Add(facility) => state.add(facility.as_ref().clone()),
        Change::Move { id, to } => state.set_position(state.index(id), *to),
        Change::Close(ids) => {
            for id in ids {
                let index = state.index(id);
                state.closed[index] = true;
            }
        }
        Change::Hours { id, hours } => state.set_hours(state.index(id), hours.clone()),
        Change::Limit { standard, limit } => state.standards[*standard].limit = *limit,
        Change::CloseEdges(edges) => state.closed_edges.extend(edges),
        Change::JoinSidePaths => state.policies.joins_side_paths = true,
        Change::HeedHazards => state.heeds_hazards = true,
        Change::Gates(gates) => gates.apply(&mut state.policies.gates),
        Change::Choose {
            standard,
            n_sites,
            kind,
            capacity,
            rules,
        } => {
            let streets = ScenarioStreets::of(state, &state.standards[*standard].profile);
            let view = streets.view();
            let choices = Choices::of(state, &view, *standard, Some(kind), rules);
            let chosen = choices.most_covered(*n_sites, rules)?;
            for site in &chosen.sites {
                let mut facility =
                    Facility::new(site.facility_id.clone(), kind.clone(), site.position);
                facility.name.clone_from(&site.name);
                // It is built for the standard, so it offers what the standard asks for.
                let asked = &state.standards[*standard].selection;
                facility.amenities = asked.amenities;
                facility.capacity = capacity.or(asked.min_capacity);
                facility.start_delay = site.start_delay;
                facility.illustrative = site.illustrative;
                "chosen site".clone_into(&mut facility.source);
                state.add(facility);
            }
            state.chosen.push(Arc::new(chosen));
        }
    }
    Ok(())
}
