use std::collections::BTreeMap;

use coverage::{
    Demand, DemandSet, Facility, PointState, ServiceCoverage, ServiceInputs, ServiceStandard,
};
use graph::{CompoundId, GateId, GatePolicy, Policies};

use crate::evaluate::state::State;
use crate::evaluate::streets::{ScenarioStreets, StreetsView};

/// What one decision opens.
#[derive(Debug)]
pub(crate) struct Permission {
    pub(crate) compound: Option<CompoundId>,
    pub(crate) gates: Vec<GateId>,
}

/// The permissions of a scenario and what it takes to search with some of them given.
pub(crate) struct Gates<'a> {
    pub(crate) state: &'a State<'a>,
    pub(crate) index: usize,
    /// The facilities that stand and are open.
    pub(crate) open: Vec<Facility>,
    pub(crate) permissions: Vec<Permission>,
}

/// Which demand points are covered, and their demand.
#[derive(Debug)]
pub(crate) struct Covered {
    pub(crate) points: Vec<bool>,
    pub(crate) demand: Demand,
}

impl<'a> Gates<'a> {
    pub(crate) fn of(state: &'a State<'a>, index: usize) -> Self {
        let project = state.project;
        let standard = &state.standards[index];
        let set = state.serving(index);
        let open = set.iter().map(|id| state.facilities()[id.index()].clone());
        let profile = &project.profiles[&standard.profile].profile;
        let streets = &project.city.streets;
        let policies = graph::gate_policies(streets, profile, &state.policies);
        let mut of_compound: BTreeMap<CompoundId, Vec<GateId>> = BTreeMap::new();
        let mut permissions = Vec::new();
        for ((id, gate), policy) in streets.gates().zip(policies) {
            if policy.is_none_or(|policy| policy == GatePolicy::Through) {
                continue;
            }
            match gate.compound {
                Some(compound) => of_compound.entry(compound).or_default().push(id),
                None => permissions.push(Permission {
                    compound: None,
                    gates: vec![id],
                }),
            }
        }
        permissions.extend(of_compound.into_iter().map(|(compound, gates)| Permission {
            compound: Some(compound),
            gates,
        }));
        Self {
            open: open.collect(),
            state,
            index,
            permissions,
        }
    }

    /// Who is there at the standard's hour.
    pub(crate) fn demand(&self) -> &'a DemandSet {
        self.state.project.demand_of(self.standard())
    }

    pub(crate) fn standard(&self) -> &'a ServiceStandard {
        &self.state.standards[self.index]
    }

    pub(crate) fn policies(&self, given: &[usize]) -> Policies {
        let mut policies = self.state.policies.clone();
        let gates = given
            .iter()
            .flat_map(|&given| &self.permissions[given].gates);
        let through = gates.map(|&gate| (gate, GatePolicy::Through));
        policies.gates.by_gate.extend(through);
        policies
    }

    /// The standard with some permissions given, decided as a scenario would be.
    pub(crate) fn covered(&self, given: &[usize]) -> Covered {
        let policies = self.policies(given);
        let streets = ScenarioStreets::with(self.state, &self.standard().profile, &policies);
        self.covered_on(&streets.view())
    }

    pub(crate) fn covered_on(&self, view: &StreetsView<'_>) -> Covered {
        let demand = self.demand();
        let rows = view.rows(&self.open, self.standard().limit);
        let all_open = coverage::OpenSet::from_fn(self.open.len(), |_| true);
        let inputs = ServiceInputs {
            demand,
            linkage: &view.demand,
            rows: &rows,
            open: &all_open,
        };
        let coverage = ServiceCoverage::of(&inputs, self.standard());
        let is_covered = |&state: &PointState| state == PointState::Covered;
        Covered {
            points: coverage.states().iter().map(is_covered).collect(),
            demand: coverage.total().covered,
        }
    }
}
