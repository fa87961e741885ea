//! The edge of the map against one plain search for each demand point.

use coverage::{DEFAULT_BORDER, EdgeAffected, Linkage, border_nodes};
use graph::{Metric, NodeId, PetgraphView};
use reach::{Direction, Network, SnapIndex};
use units::{Length, TravelTime};

use crate::city::{City, options, speed};

#[test]
fn border_nodes_are_the_outer_crossings() {
    let city = City::new(6);
    let all = city.grid.graph.bounding_box().unwrap();
    let nodes = border_nodes(&city.grid.graph, &all, Length::from_m(50));
    let want: Vec<NodeId> = (0..36)
        .filter(|id| [0, 5].contains(&(id % 6)) || [0, 5].contains(&(id / 6)))
        .map(NodeId::new)
        .collect();
    assert_eq!(nodes, want);
    // 100 m and a little for rounding: the second ring too.
    assert_eq!(
        border_nodes(&city.grid.graph, &all, Length::from_m(101)).len(),
        32
    );
    assert_eq!(DEFAULT_BORDER, Length::from_m(100));
}

#[test]
fn the_border_follows_the_streets_where_they_do_not_fill_the_box() {
    let city = City::new(6);
    let mut box_around = city.grid.graph.bounding_box().unwrap();
    // The extract was cut 20 km farther east than its streets go.
    let east = units::LngLat::from_e7(
        box_around.north_east().lng_e7() + 2_000_000,
        box_around.north_east().lat_e7(),
    );
    box_around.extend(east);
    let nodes = border_nodes(&city.grid.graph, &box_around, Length::from_m(50));
    assert_eq!(nodes.len(), 20, "the eastern crossings are border as well");
}

#[test]
fn points_that_can_leave_within_the_limit_are_affected() {
    let city = City::new(12);
    let graph = &city.grid.graph;
    // Every third arc is closed, so that ways out differ from ways in.
    let metric = Metric::from_costs(
        graph,
        |arc, _| {
            let open = arc.as_u32() % 3 != 1;
            open.then_some(graph::ArcCost {
                speed: speed(5_000),
                delay: TravelTime::ZERO,
            })
        },
        |_| None,
    );
    let network = Network::new(graph, &metric);
    let demand = city.streets();
    let index = SnapIndex::new(graph, |_| true);
    let linkage = Linkage::of_demand(&network, &index, &demand, |_| true, options());
    let border = border_nodes(graph, &graph.bounding_box().unwrap(), Length::from_m(10));
    let view = PetgraphView::new(graph, &metric);
    for secs in [0, 15, 45, 70] {
        let limit = TravelTime::from_secs(secs);
        let affected = EdgeAffected::of(&network, &border, &demand, &linkage, limit);
        for (point, link) in linkage.links().iter().enumerate() {
            let place = &link.as_ref().unwrap().place;
            let reaches = place.seeds(&network, Direction::From).any(|(node, time)| {
                let times = petgraph::algo::dijkstra(view, node, None, |arc| arc.time.as_tenths());
                border.iter().any(|exit| {
                    times
                        .get(exit)
                        .is_some_and(|&t| time + TravelTime::from_tenths(t) <= limit)
                })
            });
            assert_eq!(
                affected.points()[point],
                reaches,
                "point {point} at {limit}"
            );
        }
        for (rank, &cell) in affected.cells().iter().enumerate() {
            let points = demand.of_cell(coverage::CellRank::from_index(rank));
            assert_eq!(
                cell,
                points.into_iter().any(|point| affected.points()[point])
            );
        }
    }
}
