use units::index;

use super::link_code::join;
use super::{GraphPools, NONE, PartsError, column};
use crate::Link;
use crate::topology::{LINK, NAMELESS, NO_COMPOUND};

/// Lengths of columns, and that every id names something.
pub(super) fn check(
    columns: &[Vec<u32>],
    node_osm_ids: &[i64],
    edge_ways: &[i64],
    pools: &GraphPools,
) -> Result<(), PartsError> {
    let len = |at: usize| columns[at].len();
    let n_copies = len(column::COPY_OF);
    let n_originals = node_osm_ids.len();
    let (n_nodes, n_arcs) = (n_originals + n_copies, len(column::ARC_EDGE));
    let (n_edges, n_gates) = (edge_ways.len(), len(column::GATE_NODE));
    let n_compounds = len(column::COMPOUND_LAYERS);
    let lengths = [
        (column::FIRST_OUT, n_nodes + 1),
        (column::HEAD, n_arcs),
        (column::TAIL, n_arcs),
        (column::NODE_LNG, n_originals),
        (column::NODE_LAT, n_originals),
        (column::EDGE_START, n_edges),
        (column::EDGE_END, n_edges),
        (column::EDGE_LENGTH, n_edges),
        (column::EDGE_WAY_START, n_edges),
        (column::EDGE_NAME, n_edges),
        (column::EDGE_FACTS, n_edges),
        (column::SHAPE_FIRST, n_edges + 1),
        (column::SHAPE_LAT, len(column::SHAPE_LNG)),
        (column::ORIGIN_FIRST, n_edges + 1),
        (column::DESTINATION_FIRST, n_edges + 1),
        (column::COPY_LAYER, n_copies),
        (column::LINK_KIND, len(column::LINK_ARC)),
        (column::LINK_ID, len(column::LINK_ARC)),
        (column::GATE_MAPPED, n_gates),
        (column::GATE_COMPOUND, n_gates),
        (column::GATE_EDGE_FIRST, n_gates + 1),
        (column::STOP_COUNTS, len(column::STOP_EDGE)),
    ];
    for (at, expected) in lengths {
        ensure(len(at) == expected, "a column has the wrong length")?;
    }
    let compounds = len(column::EDGE_COMPOUND);
    ensure(
        compounds == n_edges || (compounds == 0 && n_compounds == 0),
        "a column has the wrong length",
    )?;
    for (at, limit) in [
        (column::HEAD, n_nodes),
        (column::TAIL, n_nodes),
        (column::EDGE_START, n_originals),
        (column::EDGE_END, n_originals),
        (column::EDGE_FACTS, pools.facts.len()),
        (column::ORIGIN_ARC, n_arcs),
        (column::DESTINATION_ARC, n_arcs),
        (column::COPY_OF, n_originals),
        (column::LINK_ARC, n_arcs),
        (column::GATE_NODE, n_originals),
        (column::GATE_EDGE, n_edges),
        (column::STOP_EDGE, n_edges),
    ] {
        ensure(below(&columns[at], limit, None), "an id names nothing")?;
    }
    for (at, limit, none) in [
        (column::EDGE_NAME, pools.names.len(), NAMELESS),
        (column::GATE_MAPPED, pools.node_facts.len(), NONE),
        (column::GATE_COMPOUND, n_compounds, NONE),
        (column::EDGE_COMPOUND, n_compounds, NO_COMPOUND),
    ] {
        ensure(
            below(&columns[at], limit, Some(none)),
            "an id names nothing",
        )?;
    }
    for (at, n_listed) in [
        (column::SHAPE_FIRST, len(column::SHAPE_LNG)),
        (column::ORIGIN_FIRST, len(column::ORIGIN_ARC)),
        (column::DESTINATION_FIRST, len(column::DESTINATION_ARC)),
        (column::GATE_EDGE_FIRST, len(column::GATE_EDGE)),
    ] {
        let first = &columns[at];
        let last = first.last().map(|&last| index(last));
        let fits = first.is_sorted() && first.first() == Some(&0) && last == Some(n_listed);
        ensure(fits, "a list of lists is out of order")?;
    }
    let arc_edges = columns[column::ARC_EDGE].iter();
    ensure(
        arc_edges
            .filter(|&&packed| packed != LINK)
            .all(|&packed| index(packed >> 1) < n_edges),
        "an id names nothing",
    )?;
    check_links(columns, pools, n_gates)
}

/// That link arcs are marked as such, and stand for something.
fn check_links(columns: &[Vec<u32>], pools: &GraphPools, n_gates: usize) -> Result<(), PartsError> {
    ensure(
        columns[column::TAIL].is_sorted(),
        "arcs are not sorted by tail",
    )?;
    let links_match = columns[column::LINK_ARC].is_sorted_by(|a, b| a < b)
        && columns[column::LINK_ARC]
            .iter()
            .all(|&arc| columns[column::ARC_EDGE][index(arc)] == LINK)
        && columns[column::ARC_EDGE]
            .iter()
            .filter(|&&p| p == LINK)
            .count()
            == columns[column::LINK_ARC].len();
    ensure(links_match, "link arcs are not what they should be")?;
    for (&kind, &id) in columns[column::LINK_KIND]
        .iter()
        .zip(&columns[column::LINK_ID])
    {
        let limit = match join(kind, id) {
            Some(Link::Turn(_)) => pools.turn_sets.len(),
            _ => n_gates,
        };
        ensure(index(id) < limit, "an id names nothing")?;
    }
    let sets = pools.turn_sets.iter().flatten();
    let n_bindings = pools.turn_bindings.len();
    ensure(
        sets.clone().all(|&binding| index(binding) < n_bindings),
        "an id names nothing",
    )
}

pub(super) fn ensure(holds: bool, reason: &'static str) -> Result<(), PartsError> {
    holds.then_some(()).ok_or(PartsError(reason))
}

fn below(column: &[u32], limit: usize, none: Option<u32>) -> bool {
    let is_fine = |&id: &u32| index(id) < limit || Some(id) == none;
    column.iter().all(is_fine)
}
