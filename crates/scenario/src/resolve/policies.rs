//! What a plan decides about access: gates (小区门), ferries, side paths, banned turns.

use graph::{Contraflow, FerryPolicy, GatePolicies, Policies, SidePaths, StreetGraph, TurnOnFoot};
use units::{TravelTime, parse_time};

use crate::plan::problem::Problems;
use crate::plan::spec::PoliciesSpec;
use crate::project::gate_change::GateChange;

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
