//! Which gates to open first: the siting machinery with permissions as sites.
//!
//! A *permission* is what one decision opens for passing through: all gates of a compound, or a
//! gate that leads into none. What a permission alone makes covered is searched exactly, and the
//! siting solver chooses among these sets. Permissions can also help together, when a trip needs
//! two of them; so every choice is searched as a whole before it is told, and a greedy choice that
//! searches each of its steps competes.
//!
//! The bound holds for every choice: a demand point can only be won by a choice that opens some
//! permission on a trip that is short enough when all gates are open. These sets are no smaller than
//! the exact ones, so no choice covers more than the solver's bound for them. This needs every
//! facility joined to the same street whatever is open, which is checked; demand points that join
//! another street count as if anything won them.

mod open_trips;
mod permissions;

use std::collections::BTreeSet;

use coverage::{Demand, DemandId};
use graph::{OsmNodeId, OsmWayId};
use rayon::prelude::*;
use siting::{Infeasible, Solution};
use thiserror::Error;
use units::LngLat;

use crate::evaluate::apply::state_after;
use crate::evaluate::gate_choice::open_trips::{OpenTrips, Rejoined};
use crate::evaluate::gate_choice::permissions::{Covered, Gates};
use crate::evaluate::site_choice::{demand_of, most_covered};
use crate::evaluate::streets::ScenarioStreets;
use crate::project::change::Change;
use crate::project::place_name::PlaceNames;
use crate::project::{Project, UnknownStandard};

/// Gates chosen for opening, and how far from the best the choice can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateChoice {
    /// Index of the standard.
    pub standard: usize,
    /// How many permissions could be given: compounds and gates not open for passing yet.
    pub n_permissions: usize,
    /// How many of them lie on a trip that would be short enough.
    pub n_useful: usize,
    /// All demand.
    pub total: Demand,
    /// Demand covered before.
    pub covered_before: Demand,
    /// Demand covered with all gates open.
    pub covered_with_all: Demand,
    /// What to open, the most useful first.
    pub openings: Vec<Opening>,
    /// No choice of as many permissions covers more demand than this; `None` when nothing is proven
    /// because opening gates joins facilities to other streets, or makes some way longer.
    pub bound: Option<Demand>,
    /// Demand points and facilities that join another street when all gates are open.
    pub n_rejoined: usize,
}

/// A permission that is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Nodes of its gates, as `set-gates` takes them.
    pub gates: Vec<OsmNodeId>,
    /// A way inside the compound; `None` for a gate that leads into none, or where no way tells
    /// the compound from others.
    pub compound_way: Option<OsmWayId>,
    /// Length of the streets in the compound, in millimetres; zero for a gate that leads into none.
    pub street_mm: u64,
    /// Street, crossing and zone by its first gate.
    pub name: String,
    /// Where its first gate is.
    pub position: LngLat,
    /// Demand covered when this and the ones before it are open.
    pub covered: Demand,
}

/// Gates that cannot be chosen.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GateChoiceError {
    /// The plan has no such standard.
    #[error(transparent)]
    Unknown(#[from] UnknownStandard),
    /// The standard asks for several facilities, or for room.
    #[error(
        "standard `{standard}` asks for more than one facility in reach; gates can be chosen for \
         standards that ask for one"
    )]
    AsksForMore {
        /// Key of the standard.
        standard: String,
    },
    /// Sites for the changes before cannot be chosen.
    #[error(transparent)]
    Infeasible(#[from] Infeasible),
}

/// Chooses the permissions that make the most demand covered by a standard.
///
/// # Errors
/// Names a standard that the plan has not, or one that asks for more than one facility or says how
/// many slots so much demand needs; sites for changes that cannot be chosen.
///
/// Cost: a search of the standard for each useful permission and each step, and a search from each
/// demand point that all gates together would win.
pub fn choose_gates(
    project: &Project,
    changes: &[Change],
    standard: &str,
    n_openings: usize,
) -> Result<GateChoice, GateChoiceError> {
    let state = state_after(project, changes)?;
    let index = project.standard_index(standard)?;
    let asked = &state.standards[index];
    if asked.required.get() != 1 || asked.rate.is_some() {
        return Err(GateChoiceError::AsksForMore {
            standard: asked.key.clone(),
        });
    }
    let gates = Gates::of(&state, index);
    Ok(gates.choose(n_openings))
}

impl Gates<'_> {
    fn choose(&self, n_openings: usize) -> GateChoice {
        let all: Vec<usize> = (0..self.permissions.len()).collect();
        let profile = &self.standard().profile;
        let (usual, opened) = rayon::join(
            || ScenarioStreets::of(self.state, profile),
            || ScenarioStreets::with(self.state, profile, &self.policies(&all)),
        );
        let (view, open_view) = rayon::join(|| usual.view(), || opened.view());
        let (before, with_all) =
            rayon::join(|| self.covered_on(&view), || self.covered_on(&open_view));
        let trips = OpenTrips::of(self, &view, &open_view);
        let rejoined = Rejoined::of(self, &view, &open_view);
        let winnable: Vec<DemandId> = (0..before.points.len())
            .filter(|&at| with_all.points[at] && !before.points[at])
            .map(DemandId::from_index)
            .collect();
        let on_trips = trips.permissions_of(&open_view, &winnable);
        let useful: Vec<usize> = on_trips
            .iter()
            .flatten()
            .copied()
            .collect::<BTreeSet<usize>>()
            .into_iter()
            .collect();
        let n = n_openings.min(useful.len());
        let most = |weights: &[u64], sets: &[Vec<DemandId>]| -> Option<Solution> {
            let n = u32::try_from(n).ok().filter(|&n| n > 0)?;
            most_covered(weights.to_vec(), sets.iter(), n).ok()
        };
        let alone: Vec<Covered> = useful.par_iter().map(|&one| self.covered(&[one])).collect();

        // By the siting solver: what each wins alone, and what each could win with others' help.
        let demand = self.demand();
        let weight = |at: usize| demand.points()[at].demand.as_thousandths();
        let mut weights: Vec<u64> = (0..before.points.len())
            .map(|at| if before.points[at] { 0 } else { weight(at) })
            .collect();
        let won = |one: &Covered| -> Vec<DemandId> {
            let new = (0..one.points.len()).filter(|&at| one.points[at] && !before.points[at]);
            new.map(DemandId::from_index).collect()
        };
        let exact = most(&weights, &alone.iter().map(won).collect::<Vec<_>>());
        for &point in &rejoined.points {
            weights[point.index()] = 0;
        }
        let could_win = useful.iter().map(|one| -> Vec<DemandId> {
            let points = winnable.iter().zip(&on_trips);
            points
                .filter(|(_, on_trip)| on_trip.contains(one))
                .map(|(&point, _)| point)
                .collect()
        });
        let relaxed = most(&weights, &could_win.collect::<Vec<_>>());
        let rejoining: Demand = rejoined
            .points
            .iter()
            .filter(|point| !before.points[point.index()])
            .map(|point| demand.points()[point.index()].demand)
            .sum();
        let is_proven = trips.only_gain && rejoined.n_facilities == 0;
        let bound = is_proven.then(|| {
            let most = before.demand + demand_of(relaxed.as_ref().map_or(0, Solution::bound));
            most + rejoining
        });

        let named = |solution: &Option<Solution>| -> Vec<usize> {
            let sites = solution.iter().flat_map(Solution::sites);
            sites.map(|open| useful[open.site.index()]).collect()
        };
        let of_alone = alone
            .iter()
            .map(|one| one.demand)
            .zip(useful.iter().copied());
        let first = best_of(of_alone.collect());
        let greedy = self.greedy(&useful, n, before.demand, first);
        let best = [named(&exact), named(&relaxed), greedy]
            .into_iter()
            .map(|given| (self.covered(&given).demand, given))
            .reduce(|best, other| if other.0 > best.0 { other } else { best })
            .map_or_else(Vec::new, |(_, given)| given);
        GateChoice {
            standard: self.index,
            n_permissions: self.permissions.len(),
            n_useful: useful.len(),
            total: demand.total(),
            covered_before: before.demand,
            covered_with_all: with_all.demand,
            openings: self.openings(&best),
            bound,
            n_rejoined: rejoined.n_points + rejoined.n_facilities,
        }
    }

    /// Always the permission that covers the most together with those before it, `first` to begin
    /// with; ends when none adds anything.
    fn greedy(
        &self,
        among: &[usize],
        n: usize,
        before: Demand,
        first: Option<(Demand, usize)>,
    ) -> Vec<usize> {
        let (mut given, mut covered) = (Vec::new(), before);
        for step in 0..n {
            let best = if step == 0 {
                first
            } else {
                self.next(&given, among)
            };
            let Some((demand, one)) = best.filter(|&(demand, _)| demand > covered) else {
                break;
            };
            covered = demand;
            given.push(one);
        }
        given
    }

    /// Of some permissions not given yet the one that covers the most together with those given,
    /// and what is covered then.
    fn next(&self, given: &[usize], among: &[usize]) -> Option<(Demand, usize)> {
        let left = among.par_iter().filter(|one| !given.contains(one));
        let tried = left.map(|&one| (self.covered(&[given, &[one]].concat()).demand, one));
        best_of(tried.collect())
    }

    /// Given permissions in order of use, with what is covered up to each.
    fn openings(&self, given: &[usize]) -> Vec<Opening> {
        let project = self.state.project;
        let streets = &project.city.streets;
        let names = PlaceNames::of(streets, &project.zones);
        let ways = streets.compound_ways();
        let mut street_mm = vec![0_u64; streets.n_compounds()];
        for edge in streets.edges() {
            if let Some(compound) = streets.edge_compound(edge)
                && !streets.is_across_area(edge)
            {
                street_mm[compound.index()] += u64::from(streets.edge_length(edge).as_mm());
            }
        }
        let mut so_far: Vec<usize> = Vec::new();
        let mut openings = Vec::new();
        while let Some((covered, one)) = self.next(&so_far, given) {
            so_far.push(one);
            let permission = &self.permissions[one];
            let node = streets.gate(permission.gates[0]).node;
            let position = streets.node_position(node);
            openings.push(Opening {
                gates: permission
                    .gates
                    .iter()
                    .map(|&gate| streets.node_osm_id(streets.gate(gate).node))
                    .collect(),
                compound_way: permission.compound.and_then(|c| ways[c.index()]),
                street_mm: permission.compound.map_or(0, |c| street_mm[c.index()]),
                name: names.name(position, ""),
                position,
                covered,
            });
        }
        openings
    }
}

/// The permission that covers the most, the lower of equals.
fn best_of(tried: Vec<(Demand, usize)>) -> Option<(Demand, usize)> {
    let key = |&(demand, one): &(Demand, usize)| (demand, std::cmp::Reverse(one));
    tried.into_iter().max_by_key(key)
}
