//! The gates of a network as CSV: what a plan may list, and what the map says of them.

use graph::{GatePolicy, Policies, Profile, StreetGraph, gate_policies};

use crate::failure::Failure;
use crate::output;

/// Prints one line for each gate: its OSM node, where it stands, whether something is mapped there
/// and has an access tag, a way inside its compound, how many gates and how much street that
/// compound has, and who passes without a plan's word.
pub(crate) fn print(streets: &StreetGraph) -> Result<(), Failure> {
    let policies = Policies::default();
    let of = |profile| gate_policies(streets, &profile, &policies);
    let (rider, foot) = (of(Profile::rider()), of(Profile::foot()));
    let word = |policy: Option<GatePolicy>| policy.map_or("", GatePolicy::key);
    let ways = streets.compound_ways();
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "node",
        "lng",
        "lat",
        "mapped",
        "access_tag",
        "compound_way",
        "compound_gates",
        "compound_streets",
        "compound_street_m",
        "rider",
        "foot",
    ])
    .map_err(anyhow::Error::from)?;
    let compounds = compounds(streets);
    for (id, gate) in streets.gates() {
        let at = streets.node_position(gate.node);
        let facts = streets.gate_facts(id);
        let barrier = facts.map(|facts| facts.barrier.map_or("access tag", |b| b.osm_name()));
        let tagged = facts.map_or("", |facts| yes_no(!facts.access.is_empty()));
        let way = gate.compound.and_then(|compound| ways[compound.index()]);
        let behind = gate.compound.map(|compound| compounds[compound.index()]);
        let counted = |of: fn(Behind) -> u64| {
            behind.map_or_else(String::new, |behind| of(behind).to_string())
        };
        csv.write_record([
            streets.node_osm_id(gate.node).to_string().as_str(),
            &at.lng().to_string(),
            &at.lat().to_string(),
            barrier.unwrap_or("implied"),
            tagged,
            &way.map_or_else(String::new, |way| way.as_i64().to_string()),
            &counted(|behind| behind.n_gates),
            &counted(|behind| behind.n_streets),
            &counted(|behind| behind.length_mm / 1_000),
            word(rider[id.index()]),
            word(foot[id.index()]),
        ])
        .map_err(anyhow::Error::from)?;
    }
    let bytes = csv
        .into_inner()
        .map_err(|error| anyhow::anyhow!("{error}"))?;
    output::data(|out| out.write_all(&bytes))
}

/// What the gates of a compound lead into.
#[derive(Clone, Copy, Debug, Default)]
struct Behind {
    n_gates: u64,
    /// Pieces of street.
    n_streets: u64,
    length_mm: u64,
}

fn compounds(streets: &StreetGraph) -> Vec<Behind> {
    let mut compounds = vec![Behind::default(); streets.n_compounds()];
    for (_, gate) in streets.gates() {
        if let Some(compound) = gate.compound {
            compounds[compound.index()].n_gates += 1;
        }
    }
    for edge in streets.edges() {
        if let Some(compound) = streets.edge_compound(edge)
            && !streets.is_across_area(edge)
        {
            let behind = &mut compounds[compound.index()];
            behind.n_streets += 1;
            behind.length_mm += u64::from(streets.edge_length(edge).as_mm());
        }
    }
    compounds
}

fn yes_no(yes: bool) -> &'static str {
    if yes { "yes" } else { "no" }
}
