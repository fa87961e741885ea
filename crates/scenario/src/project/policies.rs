//! What a plan decides about access: gates (小区门), ferries, side paths, banned turns.

use graph::{
    CompoundId, Contraflow, FerryPolicy, GateId, GatePolicies, GatePolicy, OsmNodeId, OsmWayId,
    Policies, SidePaths, StreetGraph, TurnOnFoot,
};
use units::{TravelTime, parse_time};

use crate::plan::problem::Problems;
use crate::plan::spec::PoliciesSpec;

/// The policies of a plan.
pub(crate) fn policies(
    spec: &PoliciesSpec,
    streets: &StreetGraph,
    problems: &mut Problems,
) -> Policies {
    let mut gates = GatePolicies {
        citywide: spec.gates,
        ..GatePolicies::default()
    };
    for (listed, number) in spec.listed.iter().zip(1..) {
        let change = if listed.nodes.is_empty() && listed.compound_ways.is_empty() {
            Err("give `nodes` or `compound_ways`; `gates` is for all".to_owned())
        } else {
            GateChange::resolve(streets, listed.policy, &listed.nodes, &listed.compound_ways)
        };
        if let Some(change) = problems.keep(&format!("[[policies.listed]] {number}"), change) {
            change.apply(&mut gates);
        }
    }
    let gate_delay = spec.gate_delay.as_deref().map(parse_time).transpose();
    let gate_delay = problems.keep("[policies], gate_delay", gate_delay);
    let turn_on_foot = match spec.turn_on_foot.as_deref() {
        None => Some(TurnOnFoot::default()),
        Some("closed") => Some(TurnOnFoot::Closed),
        Some(text) => problems
            .keep(
                "[policies], turn_on_foot",
                parse_time(text).map_err(|e| format!("{e}, or write `closed`")),
            )
            .map(TurnOnFoot::Costs),
    };
    Policies {
        gates,
        gate_delay: gate_delay.flatten().unwrap_or(TravelTime::ZERO),
        ferries: spec.ferries.unwrap_or_default(),
        side_paths: spec.side_paths.unwrap_or_default(),
        joins_side_paths: false,
        contraflow: spec.contraflow.unwrap_or_default(),
        turn_on_foot: turn_on_foot.unwrap_or_default(),
    }
}

/// What a reader of results must know: each policy that is not the usual one.
pub(crate) fn policy_notes(spec: &PoliciesSpec) -> Vec<String> {
    let mut notes = Vec::new();
    let mut note = |text: String| notes.push(format!("policies: {text}"));
    if let Some(policy) = spec.gates {
        note(format!("gates are taken as `{}`", policy.key()));
    }
    for listed in &spec.listed {
        note(format!(
            "{} gates and {} compounds are taken as `{}`",
            listed.nodes.len(),
            listed.compound_ways.len(),
            listed.policy.key()
        ));
    }
    if let Some(delay) = &spec.gate_delay {
        note(format!("a gate costs a vehicle {delay}"));
    }
    if spec.ferries == Some(FerryPolicy::Open) {
        note("ferries are used".to_owned());
    }
    if spec.side_paths == Some(SidePaths::Strict) {
        note("a side path closes the road beside it".to_owned());
    }
    if spec.contraflow == Some(Contraflow::Push) {
        note("riders push against one-ways".to_owned());
    }
    match spec.turn_on_foot.as_deref() {
        None => {}
        Some("closed") => note("banned turns are not made".to_owned()),
        Some(time) => note(format!("crossing a banned turn on foot takes {time}")),
    }
    notes
}

/// Gates that open or close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateChange {
    policy: GatePolicy,
    gates: Vec<GateId>,
    compounds: Vec<CompoundId>,
}

impl GateChange {
    /// Finds the gates on OSM nodes and the compounds of OSM ways; with neither it means all gates.
    ///
    /// # Errors
    /// Says which node is no gate, or which way lies in no compound.
    pub(crate) fn resolve(
        streets: &StreetGraph,
        policy: GatePolicy,
        nodes: &[i64],
        compound_ways: &[i64],
    ) -> Result<Self, String> {
        let gate = |&id: &i64| {
            streets.gate_on(OsmNodeId::new(id)).ok_or_else(|| {
                format!(
                    "there is no gate on node {id}; `nuanquan inspect --format gates` lists them"
                )
            })
        };
        let compound = |&id: &i64| {
            streets
                .compound_of_way(OsmWayId::new(id))
                .ok_or_else(|| format!("way {id} lies in no compound"))
        };
        Ok(Self {
            policy,
            gates: nodes.iter().map(gate).collect::<Result<_, _>>()?,
            compounds: compound_ways
                .iter()
                .map(compound)
                .collect::<Result<_, _>>()?,
        })
    }

    /// Lays the change over earlier decisions; one for all gates replaces them.
    pub(crate) fn apply(&self, gates: &mut GatePolicies) {
        if self.gates.is_empty() && self.compounds.is_empty() {
            *gates = GatePolicies {
                citywide: Some(self.policy),
                ..GatePolicies::default()
            };
        }
        for &compound in &self.compounds {
            gates.by_compound.insert(compound, self.policy);
        }
        for &gate in &self.gates {
            gates.by_gate.insert(gate, self.policy);
        }
    }
}
