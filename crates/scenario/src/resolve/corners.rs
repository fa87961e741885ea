use std::collections::BTreeMap;

use coverage::StudyArea;
use graph::{Components, NodeId, StreetGraph};
use units::{Length, LocalPlane, TravelTime};

use crate::project::candidate::Candidate;

/// Street corners of the networks inside the study area, no two nearer than `spacing`.
///
/// A corner is a node where at least three pieces of street meet. Nodes are taken in the order of
/// their ids, each unless one taken before lies nearer than the spacing, so the choice depends on
/// the network only.
///
/// Cost: linear in the nodes.
pub(crate) fn street_corners(
    graph: &StreetGraph,
    components: &Components,
    area: &StudyArea,
    spacing: Length,
) -> Vec<Candidate> {
    let mut names: Vec<Vec<&str>> = vec![Vec::new(); graph.n_nodes()];
    let mut n_edges = vec![0_u32; graph.n_nodes()];
    for edge in graph.edges().filter(|&edge| components.is_network(edge)) {
        let (start, end) = graph.edge_ends(edge);
        for node in [start, end] {
            n_edges[node.index()] += 1;
            if let Some(name) = graph.edge_name(edge) {
                let known = &mut names[node.index()];
                if !known.contains(&name) {
                    known.push(name);
                }
            }
        }
    }
    let plane = LocalPlane::over(area.bounding_box());
    let spacing_m = spacing.as_m_f64().max(1.0);
    // A square of the spacing's side holds few taken corners; near ones lie in it or beside it.
    let mut taken: BTreeMap<(i64, i64), Vec<units::PlanePoint>> = BTreeMap::new();
    let mut corners = Vec::new();
    for node in (0..graph.n_nodes()).map(NodeId::from_index) {
        let position = graph.node_position(node);
        if n_edges[node.index()] < 3 || !area.outline().contains(position) {
            continue;
        }
        let point = plane.project(position);
        let square = (floor(point.x_m / spacing_m), floor(point.y_m / spacing_m));
        let is_near = (-1..=1)
            .flat_map(|dx| (-1..=1).map(move |dy| (dx, dy)))
            .filter_map(|(dx, dy)| taken.get(&(square.0 + dx, square.1 + dy)))
            .flatten()
            .any(|other| other.distance_m(point) < spacing_m);
        if is_near {
            continue;
        }
        taken.entry(square).or_default().push(point);
        let mut here = names[node.index()].clone();
        here.sort_unstable();
        corners.push(Candidate {
            id: format!("corner-{}", graph.node_osm_id(node)),
            name: here.join(" / "),
            position,
            start_delay: TravelTime::ZERO,
            illustrative: false,
        });
    }
    corners
}

#[expect(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "squares of a city are counted in thousands; the cast saturates"
)]
fn floor(value: f64) -> i64 {
    value.floor() as i64
}
