use geo::algorithm::concave_hull::{ConcaveHull, ConcaveHullOptions};
use geo::{MultiPoint, Point};
use graph::{NodeId, StreetGraph};
use reach::{Direction, Network, SearchSpace, within};
use rstar::{PointDistance, RTree};
use units::{BoundingBox, Length, LocalPlane, PlanePoint, TravelTime};

use crate::{DemandSet, Linkage};

/// Streets this near the edge of an extract are taken to go on behind it, unless the import knows
/// better: a city block.
pub const DEFAULT_BORDER: Length = Length::from_m(100);

/// The outer border of the streets is followed into bays wider than this; narrower ones belong to
/// the inside, as parks, lakes and hills do.
const LONGEST_SIDE_M: f64 = 1_000.0;

/// The nodes at the outer border of the streets within a box, and those outside the box: where
/// streets may go on that the extract does not hold.
///
/// `complete` is the box within which the extract holds all streets: the one it was cut with, or
/// that of the graph when none is known. An extract need not fill it; so the border is the concave
/// hull of the nodes in it (`geo`'s, after Park and Oh 2012), and nodes within `distance` of that
/// hull or of the sides of the box belong to it.
///
/// Cost: n log n in the nodes.
pub fn border_nodes(graph: &StreetGraph, complete: &BoundingBox, distance: Length) -> Vec<NodeId> {
    let plane = LocalPlane::over(complete);
    let low = plane.project(complete.south_west());
    let high = plane.project(complete.north_east());
    let near_m = distance.as_m_f64();
    let points: Vec<PlanePoint> = (0..graph.n_nodes())
        .map(|node| plane.project(graph.node_position(NodeId::from_index(node))))
        .collect();
    let inside_m = |point: &PlanePoint| {
        (point.x_m - low.x_m)
            .min(high.x_m - point.x_m)
            .min(point.y_m - low.y_m)
            .min(high.y_m - point.y_m)
    };
    let within: MultiPoint<f64> = points
        .iter()
        .filter(|point| inside_m(point) >= 0.0)
        .map(|point| Point::new(point.x_m, point.y_m))
        .collect();
    let options = ConcaveHullOptions::default().length_threshold(LONGEST_SIDE_M);
    let hull = within.concave_hull_with_options(options);
    let sides = hull.exterior().lines().map(|side| {
        rstar::primitives::Line::new([side.start.x, side.start.y], [side.end.x, side.end.y])
    });
    let sides = RTree::bulk_load(sides.collect());
    let at_hull = |point: &PlanePoint| {
        let at = [point.x_m, point.y_m];
        sides
            .nearest_neighbor(&at)
            .is_some_and(|side| side.distance_2(&at) <= near_m * near_m)
    };
    (0..graph.n_nodes())
        .filter(|&node| inside_m(&points[node]) <= near_m || at_hull(&points[node]))
        .map(NodeId::from_index)
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
                link.as_ref().is_some_and(|link| {
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

    /// The same, knowing of help from outside the study area: a demand point that such a facility
    /// covers is `settled` and no longer affected; one that a facility which was left out there could
    /// serve (`helped`) is affected, wherever the streets end.
    ///
    /// Cost: linear in the points.
    #[must_use]
    pub fn knowing(
        &self,
        demand: &DemandSet,
        settled: impl Fn(usize) -> bool,
        helped: impl Fn(usize) -> bool,
    ) -> Self {
        let points: Vec<bool> = self
            .points
            .iter()
            .enumerate()
            .map(|(point, &affected)| (affected && !settled(point)) || helped(point))
            .collect();
        let mut cells = vec![false; self.cells.len()];
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
