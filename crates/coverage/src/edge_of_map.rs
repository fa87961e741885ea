use graph::{NodeId, StreetGraph};
use reach::{Direction, Network, SearchSpace, within};
use units::{BoundingBox, Length, LocalPlane, TravelTime};

use crate::{DemandSet, Linkage};

/// Streets this near the edge of an extract are taken to go on behind it, unless the import knows
/// better: a city block.
pub const DEFAULT_BORDER: Length = Length::from_m(100);

/// The nodes within a distance of the sides of a box, or outside it: where streets may go on that
/// the extract does not hold.
///
/// `bounding_box` is the box that the extract was cut with, or that of the graph when none is
/// known.
///
/// Cost: linear in the nodes.
pub fn border_nodes(
    graph: &StreetGraph,
    bounding_box: &BoundingBox,
    distance: Length,
) -> Vec<NodeId> {
    let plane = LocalPlane::over(bounding_box);
    let low = plane.project(bounding_box.south_west());
    let high = plane.project(bounding_box.north_east());
    let near_m = distance.as_m_f64();
    (0..graph.n_nodes())
        .map(NodeId::from_index)
        .filter(|&node| {
            let point = plane.project(graph.node_position(node));
            let inside_m = (point.x_m - low.x_m)
                .min(high.x_m - point.x_m)
                .min(point.y_m - low.y_m)
                .min(high.y_m - point.y_m);
            inside_m <= near_m
        })
        .collect()
}

/// Where help from outside the map could reach within the limit, though no result can see it.
///
/// A demand point is edge-affected when one can get from it, on the network, to a node of the
/// border within the limit: a facility behind the border might then serve it. A cell is
/// edge-affected when one of its points is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EdgeAffected {
    points: Vec<bool>,
    cells: Vec<bool>,
}

impl EdgeAffected {
    /// Finds them with one search from all border nodes together, against the arcs.
    ///
    /// Cost: one bounded search, then linear in the points.
    pub fn of(
        network: &Network<'_>,
        border: &[NodeId],
        demand: &DemandSet,
        linkage: &Linkage,
        limit: TravelTime,
    ) -> Self {
        assert_eq!(
            demand.n_points(),
            linkage.n_places(),
            "linkage of other demand"
        );
        let mut space = SearchSpace::default();
        let seeds = border.iter().map(|&node| (node, TravelTime::ZERO));
        let reached = within(network.arcs(Direction::Towards), &mut space, seeds, limit);
        let points: Vec<bool> = linkage
            .links()
            .iter()
            .map(|link| {
                link.is_some_and(|link| {
                    link.place
                        .seeds(network, Direction::From)
                        .any(|(node, time)| {
                            reached.time(node).is_some_and(|rest| time + rest <= limit)
                        })
                })
            })
            .collect();
        let mut cells = vec![false; demand.n_cells()];
        for (point, &affected) in demand.points().iter().zip(&points) {
            cells[point.cell.index()] |= affected;
        }
        Self { points, cells }
    }

    /// For each demand point.
    pub fn points(&self) -> &[bool] {
        &self.points
    }

    /// For each cell of the study area.
    pub fn cells(&self) -> &[bool] {
        &self.cells
    }

    /// How many cells are affected.
    ///
    /// Cost: linear.
    pub fn n_cells(&self) -> usize {
        self.cells.iter().filter(|&&affected| affected).count()
    }
}
