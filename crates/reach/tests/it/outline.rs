//! Outlines: valid rings, holes, nesting, and errors that are what they say.

use geo::{Contains, LineString, Validation};
use graph::grid_city::GridCity;
use graph::picture::DrawnMap;
use graph::{Metric, picture};
use proptest::prelude::*;
use reach::{
    Direction, DrawnOutline, IsochroneOptions, IsochroneSpace, Network, OutlineOptions, Place,
    StreetPoint, isochrone,
};
use units::{Length, LngLat, Outline, Ring, Speed, TravelTime};

use crate::isochrone::{alone, open_streets, pieces};
use crate::random_streets::networks;

/// The outline of what is reached at 5 m/s from the end A of the street AB of a drawing.
fn drawn_from_a(map: &DrawnMap, limit: TravelTime) -> DrawnOutline {
    let metric = map.metric(Speed::from_mm_per_s(5_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let start = StreetPoint {
        edge: map.edge('A', 'B').unwrap(),
        offset: Length::ZERO,
    };
    let place = Place::new(start, TravelTime::ZERO);
    outlines(&network, &place, &[limit]).remove(0)
}

fn outlines(network: &Network<'_>, place: &Place, limits: &[TravelTime]) -> Vec<DrawnOutline> {
    let mut space = IsochroneSpace::default();
    let index = open_streets(network);
    let options = IsochroneOptions::OUTLINE;
    let direction = Direction::From;
    isochrone(
        network, &index, &mut space, place, direction, limits, options,
    )
    .into_iter()
    .map(|one| one.outline.unwrap())
    .collect()
}

fn to_geo(outline: &Outline) -> geo::MultiPolygon<f64> {
    let ring = |ring: &Ring| -> LineString<f64> {
        ring.corners()
            .iter()
            .map(|p| (f64::from(p.lng_e7()), f64::from(p.lat_e7())))
            .collect()
    };
    let polygons = outline.polygons().iter().map(|polygon| {
        geo::Polygon::new(
            ring(polygon.outer()),
            polygon.holes().iter().map(ring).collect(),
        )
    });
    polygons.collect()
}

#[test]
fn the_grid_city_diamond_has_no_holes_and_leaks_little() {
    let city = GridCity::new(
        41,
        Length::from_m(100),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    );
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_000).unwrap());
    let network = Network::new(&city.graph, &metric);
    let edge = city.graph.arc_edge(
        city.graph
            .topology()
            .out_arcs(city.node(20, 20))
            .next()
            .unwrap(),
    );
    let place = Place::new(
        StreetPoint {
            edge: edge.unwrap(),
            offset: Length::ZERO,
        },
        TravelTime::ZERO,
    );
    let limits = [TravelTime::from_secs(150), TravelTime::from_secs(310)];
    let drawn = outlines(&network, &place, &limits);
    for polygon in &drawn {
        assert_eq!(polygon.outline.polygons().len(), 1);
        assert!(
            polygon.outline.polygons()[0].holes().is_empty(),
            "blocks of 100 m are filled"
        );
        assert!(polygon.leak.outside_share() < 0.01, "{:?}", polygon.leak);
        assert!(polygon.leak.inside_share() < 0.12, "{:?}", polygon.leak);
    }
    assert!(
        to_geo(&drawn[1].outline).contains(&to_geo(&drawn[0].outline)),
        "limits nest"
    );
}

#[test]
fn cells_are_halved_until_both_errors_are_small() {
    let city = GridCity::new(
        21,
        Length::from_m(97),
        LngLat::from_degrees(114.0, 22.5).unwrap(),
    );
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_555).unwrap());
    let network = Network::new(&city.graph, &metric);
    let place = Place::new(
        StreetPoint {
            edge: city.graph.edges().nth(400).unwrap(),
            offset: Length::from_m(13),
        },
        TravelTime::ZERO,
    );
    let worst = |outline| {
        let options = IsochroneOptions {
            outline: Some(outline),
            pieces: false,
        };
        let limit = TravelTime::from_secs(125);
        let drawn = alone(&network, &place, Direction::From, limit, options).outline;
        let leak = drawn.unwrap().leak;
        leak.inside_share().max(leak.outside_share())
    };
    let coarse = OutlineOptions {
        finest_cell: OutlineOptions::STANDARD.cell,
        ..OutlineOptions::STANDARD
    };
    assert!(worst(coarse) > 0.01, "{}", worst(coarse));
    assert!(
        worst(OutlineOptions::STANDARD) <= 0.01,
        "{}",
        worst(OutlineOptions::STANDARD)
    );
}

#[test]
fn a_ring_street_around_a_lake_keeps_its_hole() {
    let map = picture::streets(
        "A---------B\n|         |\n|         |\n|         |\n|         |\n|         |\n|         |\nC---------D",
        Length::from_m(100),
    )
    .unwrap();
    let drawn = drawn_from_a(&map, TravelTime::from_mins(30));
    let outline = &drawn.outline;
    assert_eq!(outline.polygons().len(), 1);
    assert_eq!(
        outline.polygons()[0].holes().len(),
        1,
        "700 m x 1 km without a street is no block"
    );
    assert_eq!(drawn.leak.reached_outside_mm, 0);
    assert_eq!(drawn.leak.reached_mm, 3_400_000);
}

#[test]
fn an_unreached_street_beside_a_reached_one_stays_outside() {
    // A fast road (XY) runs 100 m beside AB and is joined to it far away only.
    let map =
        picture::streets("A---------B\n          |\nX---------Y", Length::from_m(50)).unwrap();
    let drawn = drawn_from_a(&map, TravelTime::from_secs(80));
    let outline = &drawn.outline;
    assert!(outline.contains(map.graph.node_position(map.node('A').unwrap())));
    assert!(!outline.contains(map.graph.node_position(map.node('X').unwrap())));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rings_are_valid_and_leaks_are_measured_on_the_outline(
        streets in networks(), from in (0_usize..80, 0_u32..=1_000), limit in 1_u32..9_000
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let place = streets.place(from.0, from.1, 0);
        let limits = [TravelTime::from_tenths(limit)];
        let drawn = outlines(&network, &place, &limits).remove(0);
        let shape = to_geo(&drawn.outline);
        prop_assert!(shape.is_valid(), "{:?}", shape.validation_errors());
        // Both errors by sampling the streets against the outline itself.
        let reached = pieces(&network, &place, Direction::From, limits[0]);
        let inside_m = |line: &[LngLat], length: Length| -> f64 {
            // A street may be longer than it is drawn, so samples share its length.
            let shape_m: f64 = line.windows(2).map(|s| s[0].distance_to(s[1]).as_m_f64()).sum();
            let mut inside_m = 0.0;
            for ends in line.windows(2) {
                let share = if shape_m > 0.0 { ends[0].distance_to(ends[1]).as_m_f64() / shape_m } else { 1.0 };
                for i in 0..200 {
                    let t = (f64::from(i) + 0.5) / 200.0;
                    let lng = ends[0].lng() + t * (ends[1].lng() - ends[0].lng());
                    let lat = ends[0].lat() + t * (ends[1].lat() - ends[0].lat());
                    if drawn.outline.contains(LngLat::from_degrees(lng, lat).unwrap()) {
                        inside_m += share * length.as_m_f64() / 200.0;
                    }
                }
            }
            inside_m
        };
        let street_inside_m: f64 = graph
            .edges()
            .filter(|&edge| graph.destination_arcs(edge).iter().any(|&arc| metric.is_open(arc)))
            .map(|edge| inside_m(&graph.edge_shape(edge).collect::<Vec<_>>(), graph.edge_length(edge)))
            .sum();
        let (mut reached_m, mut reached_inside_m) = (0.0, 0.0);
        let mut reached_mm = 0;
        for piece in &reached {
            let (low, high) = piece.offsets();
            reached_mm += u64::from((high - low).as_mm());
            reached_m += (high - low).as_m_f64();
            reached_inside_m += inside_m(&piece.line(&network), high - low);
        }
        let meters = |mm: u64| f64::from(u32::try_from(mm).unwrap()) / 1_000.0;
        let near = |stated_m: f64, sampled_m: f64| (stated_m - sampled_m).abs() <= 0.02 * reached_m + 30.0;
        let leak = drawn.leak;
        prop_assert_eq!(leak.reached_mm, reached_mm);
        let (outside_m, extra_m) = (reached_m - reached_inside_m, street_inside_m - reached_inside_m);
        prop_assert!(near(meters(leak.reached_outside_mm), outside_m), "{leak:?}, sampled {outside_m} m outside");
        prop_assert!(near(meters(leak.unreached_inside_mm), extra_m), "{leak:?}, sampled {extra_m} m inside");
    }
}
