//! The one place where a standard is decided, for a batch and for a session alike.

use std::num::NonZeroU32;
use std::sync::Arc;

use coverage::{
    Assignment, EdgeAffected, FacilityId, Indicators, JointCoverage, OpenSet, PointState,
    ServiceCoverage, ServiceInputs, gaps,
};
use rayon::prelude::*;

use crate::evaluate::decision::{Basis, Decision, InDoubt, JointDecision, ServingFacility};
use crate::evaluate::facility_balance::facility_balance;
use crate::evaluate::joined::{self, JoinedPlace};
use crate::evaluate::state::State;
use crate::evaluate::travel_times::{Asking, TravelTimes};
use crate::project::Project;
use crate::project::facility_balance::FacilityBalance;

/// What the standards of one profile come to.
pub(crate) struct ProfileDecisions {
    pub(crate) services: Vec<ServiceDecision>,
    /// Places joined to a street worth a look.
    pub(crate) joined: Vec<JoinedPlace>,
}

/// One standard decided.
pub(crate) struct ServiceDecision {
    /// Index of the standard.
    pub(crate) index: usize,
    pub(crate) decision: Arc<Decision>,
    /// The facilities that serve it.
    pub(crate) serving: OpenSet,
    /// What becomes of all facilities.
    pub(crate) balance: FacilityBalance,
}

/// Decides the standards of one profile; `known` are decisions on the same streets, in the order of
/// the standards, of which equal ones are taken.
///
/// Cost: linear in demand points and facilities for each standard that is not known.
pub(crate) fn decide_profile(
    state: &State<'_>,
    profile: &str,
    times: &impl TravelTimes,
    known: Option<&[Arc<Decision>]>,
) -> ProfileDecisions {
    let standards: Vec<usize> = (0..state.standards.len())
        .filter(|&index| state.standards[index].profile == profile)
        .collect();
    let services = standards.into_par_iter().map(|index| {
        let known = known.map(|known| &known[index]);
        let serving = state.serving(index);
        let basis = basis(state, times, index, &serving);
        ServiceDecision {
            index,
            decision: match known.filter(|known| known.basis == basis) {
                Some(known) => Arc::clone(known),
                None => Arc::new(decide(state, times, index, &serving, basis)),
            },
            serving,
            balance: facility_balance(state, times, index),
        }
    });
    ProfileDecisions {
        services: services.collect(),
        joined: joined::of_profile(state, profile, times),
    }
}

fn basis(state: &State<'_>, times: &impl TravelTimes, index: usize, serving: &OpenSet) -> Basis {
    let serving = serving.iter().map(|id| {
        let facility = &state.facilities()[id.index()];
        ServingFacility {
            position: facility.position,
            start_delay: facility.start_delay,
            capacity: facility.capacity,
            illustrative: facility.illustrative,
        }
    });
    Basis {
        limit: state.standards[index].limit,
        far: times.far(),
        serving: serving.collect(),
    }
}

/// Decides one standard.
///
/// Cost: linear in demand points and facilities; with a rate n log n in the pairs of the rows.
fn decide(
    state: &State<'_>,
    times: &impl TravelTimes,
    index: usize,
    serving: &OpenSet,
    basis: Basis,
) -> Decision {
    let project = state.project;
    let standard = &state.standards[index];
    let demand = project.demand_of(standard);
    let linkage = times.linkage(Asking::Plan);
    let (coverage, room) = match standard.rate {
        None => {
            let found = times.times(Asking::Plan, serving, standard.required);
            let (limit, required) = (standard.limit, standard.required);
            let coverage = ServiceCoverage::of_times(demand, linkage, found, limit, required);
            (coverage, None)
        }
        // Who is full depends on everybody's second choice.
        Some(rate) => {
            let rows = times.rows(Asking::Plan, serving);
            let inputs = ServiceInputs {
                demand,
                linkage,
                rows: &rows,
                open: serving,
            };
            let facilities = state.facilities();
            let coverage = ServiceCoverage::under(&inputs, facilities, standard);
            let knows_room = |id: FacilityId| facilities[id.index()].capacity.is_some();
            let is_asked = !project.measures.is_empty() && serving.iter().any(knows_room);
            // As far as the rows: times past the limit tell how far away room is.
            let room = is_asked.then(|| Assignment::of(&inputs, facilities, rate, rows.limit()));
            (coverage, room)
        }
    };
    let measures = (0..project.measures.len()).into_par_iter();
    let measures = measures.map(|number| {
        let of = Asking::Measure(number);
        let demand = project.measures[number].demand_at(standard.at);
        if let Some(room) = &room {
            let inputs = ServiceInputs {
                demand,
                linkage: times.linkage(of),
                rows: &times.rows(of, serving),
                open: serving,
            };
            return ServiceCoverage::beside(&inputs, room, standard.limit);
        }
        let found = times.times(of, serving, standard.required);
        let (limit, required) = (standard.limit, standard.required);
        ServiceCoverage::of_times(demand, times.linkage(of), found, limit, required)
    });
    let measures = measures.collect();
    let links = || serving.iter().map(|id| times.link(id.index()));
    let (indicators, by_zone) = rayon::join(
        || Indicators::of(demand, &coverage, times.far()),
        || {
            let (zones, n_zones) = (&project.zone_of_point, project.zones.n_zones());
            Indicators::by_zone(demand, &coverage, times.far(), zones, n_zones)
        },
    );
    Decision {
        standard: standard.clone(),
        n_open: basis.serving.len(),
        n_unlinked_facilities: links().filter(Option::is_none).count(),
        in_doubt: InDoubt {
            n_facilities: links().flatten().filter(|link| link.is_in_doubt).count(),
            demand: InDoubt::demand(demand, linkage),
        },
        illustrative: basis.serving.iter().any(|facility| facility.illustrative),
        gaps: gaps(&project.area, coverage.cells()),
        edge_affected: edge_affected(state, times, index, serving, &coverage),
        indicators,
        by_zone,
        measures,
        coverage,
        basis,
    }
}

/// Cells from which the border of the streets lies within the limit, knowing what facilities outside
/// the study area settle, and what those left out there could.
fn edge_affected(
    state: &State<'_>,
    times: &impl TravelTimes,
    index: usize,
    serving: &OpenSet,
    coverage: &ServiceCoverage,
) -> Arc<EdgeAffected> {
    let standard = &state.standards[index];
    let demand = state.project.demand_of(standard);
    let affected = times.edge_affected(standard.limit);
    let outside = serving.and(&state.outside());
    let helped = times.helped(index, standard);
    if outside.n_open() == 0 && helped.is_empty() {
        return affected;
    }
    let nearest = times.times(Asking::Plan, &outside, NonZeroU32::MIN);
    let state_of = |point: usize| coverage.states()[point];
    Arc::new(affected.knowing(
        demand,
        |point| {
            state_of(point) == PointState::Covered
                && nearest[point].is_some_and(|time| time <= standard.limit)
        },
        |point| {
            let is_helped = helped.get(point).copied().unwrap_or(false);
            is_helped && state_of(point).lacks()
        },
    ))
}

/// Decides a joint standard from the decisions of all standards, in the order of the plan.
///
/// Cost: linear in the demand points.
pub(crate) fn decide_joint(
    project: &Project,
    joint: usize,
    services: &[Arc<Decision>],
) -> JointDecision {
    let standard = &project.joints[joint];
    let parts = parts_of(project, joint);
    let coverages: Vec<&ServiceCoverage> = parts.iter().map(|&i| &services[i].coverage).collect();
    let demand = project.demand_of_joint(standard);
    let coverage = JointCoverage::of(demand, &coverages, standard.rule);
    let n_cells = project.area.cells().len();
    let is_affected = |cell: usize| {
        let mut parts = parts.iter();
        parts.any(|&i| services[i].edge_affected.cells()[cell])
    };
    let hour = project.hour_of_joint(standard);
    let measures = project.measures.iter().enumerate();
    let measures = measures.map(|(number, measure)| {
        let parts = parts.iter().map(|&part| &services[part].measures[number]);
        let parts: Vec<&ServiceCoverage> = parts.collect();
        JointCoverage::of(measure.demand_at(hour), &parts, standard.rule)
    });
    JointDecision {
        joint,
        gaps: gaps(&project.area, coverage.cells()),
        edge_affected: (0..n_cells).map(is_affected).collect(),
        measures: measures.collect(),
        coverage,
        parts,
    }
}

/// Indices of the parts of a joint standard among the standards.
pub(crate) fn parts_of(project: &Project, joint: usize) -> Vec<usize> {
    let index = |key: &String| {
        let found = project.standards.iter().position(|s| &s.key == key);
        found.expect("parts were checked when resolved")
    };
    project.joints[joint].parts.iter().map(index).collect()
}
