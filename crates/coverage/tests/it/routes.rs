//! Routes against the rows, and reasons on drawn maps.

use coverage::{
    DemandId, Facility, FacilityId, FacilityKind, Link, LinkOptions, Linkage, Obstacle, OpenSet,
    OpeningHours, Reason, ReasonInputs, Resolution, Rows, ServiceCoverage, ServiceInputs,
    StudyArea, gaps, reasons, route_steps,
};
use graph::{ArcCost, Metric, StreetGraph, picture};
use proptest::prelude::*;
use reach::{Network, Path, SearchSpace, SnapIndex};
use units::{BoundingBox, Length, LngLat, Outline, TravelTime};

use crate::city::{City, one, options, speed};

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_route_takes_the_time_of_its_row(
        seed in 0_u32..10_000,
        places in prop::collection::vec((-50_i32..550, -50_i32..550), 2..7)
    ) {
        let city = City::new(6);
        let graph = &city.grid.graph;
        let metric = Metric::from_costs(
            graph,
            |arc, _| {
                let mixed = arc.as_u32().wrapping_mul(2_654_435_761).wrapping_add(seed) >> 7;
                let delay = TravelTime::from_tenths(mixed % 3 * 40);
                // Some arcs are so fast that they take no time at all.
                let mm_per_s = if mixed % 11 == 0 { 900_000_000 } else { 2_000 + mixed % 7 * 900 };
                let delay = if mixed % 11 == 0 { TravelTime::ZERO } else { delay };
                (mixed % 5 != 0).then_some(ArcCost { speed: speed(mm_per_s), delay })
            },
            |_| None,
        );
        let network = Network::new(graph, &metric);
        let index = SnapIndex::new(graph, |edge| graph.origin_arcs(edge).iter().any(|&arc| metric.is_open(arc)));
        let corner = city.grid.position(0, 0);
        let positions: Vec<LngLat> = places
            .iter()
            .map(|&(x, y)| LngLat::from_e7(corner.lng_e7() + x * 97, corner.lat_e7() + y * 90))
            .collect();
        let linkage = Linkage::of_positions(&network, &index, &positions, options());
        let limit = TravelTime::from_secs(400);
        let rows = Rows::search(&network, &linkage, &linkage, limit);
        let mut space = SearchSpace::default();
        for (point, from) in linkage.links().iter().enumerate() {
            let row = rows.row(DemandId::from_index(point));
            for (facility, to) in linkage.links().iter().enumerate() {
                let Some((from, to)) = from.as_ref().zip(to.as_ref()) else { continue };
                let want = row.iter().find(|entry| entry.facility == FacilityId::from_index(facility));
                let path = Path::between(&network, &mut space, &from.place, &to.place, limit);
                prop_assert_eq!(path.as_ref().map(Path::time), want.map(|entry| entry.time));
                let Some(path) = path else { continue };
                // Streets and minutes of the steps are those of the trip.
                let steps = route_steps(&network, &path);
                let length: Length = steps.iter().map(|step| step.length).sum();
                prop_assert_eq!(length, path.length());
                let time: TravelTime = steps.iter().map(|step| step.time).sum();
                prop_assert_eq!(path.origin_access + time + path.destination_access, path.time());
                // Each step is a street of its own.
                for pair in steps.windows(2) {
                    prop_assert_ne!(&pair[0].name, &pair[1].name);
                }
                let line = path.line(&network);
                if let (Some(start), Some(end)) = (line.first(), line.last()) {
                    prop_assert!(is_point_of(graph, from, path.origin_access, *start));
                    prop_assert!(is_point_of(graph, to, path.destination_access, *end));
                }
            }
        }
    }
}

/// Whether a place has a street point there with that access time: its nearest one, or a junction.
fn is_point_of(graph: &StreetGraph, link: &Link, access: TravelTime, position: LngLat) -> bool {
    let mut points = link.place.points().filter(|&(_, time)| time == access);
    points.any(|(point, _)| {
        let (start, end) = graph.edge_ends(point.edge);
        let corner = if point == link.place.point {
            link.position
        } else if point.offset == Length::ZERO {
            graph.node_position(start)
        } else {
            graph.node_position(end)
        };
        corner.distance_to(position) <= Length::from_mm(50)
    })
}

/// A river between two banks with one bridge far to the east, and a one-way street.
#[test]
#[expect(clippy::too_many_lines, reason = "one drawing, five reasons")]
fn reasons_say_what_is_in_the_way() {
    // The station stands at A. B lies across the river (the gap in the drawing), C behind a street
    // that leads only away from A, D far away.
    let map = picture::streets(
        "C<<<<A-------------------------------------E\n|    |                                     |\nF    G                                     |\n                                           |\n     B-------------------------------------H-------------------------------------D",
        Length::from_m(100),
    )
    .unwrap();
    let graph = &map.graph;
    let at = |letter| graph.node_position(map.node(letter).unwrap());
    let all = graph.bounding_box().unwrap();
    let around = BoundingBox::of([
        LngLat::from_e7(
            all.south_west().lng_e7() - 9_000,
            all.south_west().lat_e7() - 9_000,
        ),
        LngLat::from_e7(
            all.north_east().lng_e7() + 9_000,
            all.north_east().lat_e7() + 9_000,
        ),
    ]);
    let area = StudyArea::new(
        Outline::of_box(&around.unwrap()).unwrap(),
        Resolution::default(),
    )
    .unwrap();
    let one_unit = coverage::Demand::from_units(1);
    let far = LngLat::from_e7(at('E').lng_e7() + 60_000, at('E').lat_e7());
    let demand = coverage::DemandSet::counted(
        "riders",
        &area,
        ['A', 'B', 'C', 'D']
            .map(|letter| (at(letter), one_unit))
            .into_iter()
            .chain([(far, one_unit)]),
    );
    let mut facilities = [
        Facility::new("station", FacilityKind::WarmStation, at('A')),
        Facility::new("day", FacilityKind::WarmStation, at('G')),
    ];
    facilities[1].hours = Some(OpeningHours::parse("08:00-20:00").unwrap());
    let link = LinkOptions {
        radius: Length::from_m(100),
        ..options()
    };
    let index = SnapIndex::new(graph, |_| true);
    let metric = map.metric(speed(10_000));
    let network = Network::new(graph, &metric);
    let from = Linkage::of_demand(&network, &index, &demand, |_| true, link);
    let to = Linkage::of_facilities(&network, &index, &facilities, link);
    let limit = TravelTime::from_secs(120);
    let search = |metric: &Metric| Rows::search(&Network::new(graph, metric), &to, &from, limit);
    let fold = |rows: &Rows, open: &OpenSet| {
        let inputs = ServiceInputs {
            demand: &demand,
            linkage: &from,
            rows,
            open,
        };
        ServiceCoverage::within(&inputs, limit, one())
    };
    let (one_way, both_ways) = (
        search(&map.metric(speed(10_000))),
        search(&Metric::uniform(graph, speed(10_000))),
    );
    let night = OpenSet::all(2).without(FacilityId::new(1));
    let coverage = fold(&one_way, &night);
    let any_hour = fold(&one_way, &OpenSet::all(2));
    let two_way = fold(&both_ways, &night);
    let inputs = ReasonInputs {
        demand: &demand,
        coverage: &coverage,
        at_any_hour: Some(&any_hour),
        with_room: None,
        without: &[(Obstacle::OneWay, &two_way)],
        waters: &[],
        facilities: &facilities,
        open: &night,
        speed: speed(10_000),
    };
    let found = reasons(&inputs);
    let of = |position: LngLat| {
        let point = demand
            .points()
            .iter()
            .position(|point| point.position == position)
            .unwrap();
        found[point]
    };
    assert_eq!(of(at('A')), None);
    assert_eq!(of(at('B')), Some(Reason::Detour));
    assert_eq!(of(at('C')), Some(Reason::CutOff(Obstacle::OneWay)));
    assert_eq!(of(at('D')), Some(Reason::NoFacility));
    assert_eq!(of(far), Some(Reason::NoStreet));
    // A river drawn between B and its station is what the way leads around; one behind B is not.
    let position = |from: LngLat, to: LngLat, part: f64| {
        let lng = from.lng() + (to.lng() - from.lng()) * part;
        let lat = from.lat() + (to.lat() - from.lat()) * part;
        (lng, lat)
    };
    let river = |part: f64| {
        let station = facilities[0].position;
        let (lng, lat) = position(at('B'), station, part);
        let (dx, dy) = (station.lng() - at('B').lng(), station.lat() - at('B').lat());
        [0.1, -0.1].map(|side| LngLat::from_degrees(lng - dy * side, lat + dx * side).unwrap())
    };
    for (part, want) in [
        (0.5, Reason::CutOff(Obstacle::Water)),
        (-0.5, Reason::Detour),
    ] {
        let waters = [river(part).to_vec()];
        let found = reasons(&ReasonInputs {
            waters: &waters,
            ..inputs
        });
        let b = demand.points().iter().position(|p| p.position == at('B'));
        assert_eq!(found[b.unwrap()], Some(want));
    }
    // With room for all, D would be covered: then it lacks room, whatever else.
    let everywhere = fold(&both_ways, &OpenSet::all(2));
    let found = reasons(&ReasonInputs {
        at_any_hour: None,
        with_room: Some(&everywhere),
        ..inputs
    });
    for (point, state) in everywhere.states().iter().enumerate() {
        let is_full = found[point] == Some(Reason::Full);
        let lacks = coverage.states()[point] == coverage::PointState::Uncovered;
        assert_eq!(is_full, lacks && *state == coverage::PointState::Covered);
    }
    // With only the day station, A lacks nothing but an open door.
    let nobody = OpenSet::from_fn(2, |_| false);
    let day = OpenSet::all(2).without(FacilityId::new(0));
    let (coverage, any_hour) = (fold(&one_way, &nobody), fold(&one_way, &day));
    let inputs = ReasonInputs {
        coverage: &coverage,
        at_any_hour: Some(&any_hour),
        without: &[],
        open: &nobody,
        ..inputs
    };
    let found = reasons(&inputs);
    let a = demand
        .points()
        .iter()
        .position(|point| point.position == at('A'))
        .unwrap();
    assert_eq!(found[a], Some(Reason::Closed));
    for gap in gaps(&area, coverage.cells()) {
        assert!(gap.reason(&demand, &coverage, &found).is_some());
        assert_eq!(
            gap.missing(&demand, &coverage),
            None,
            "nothing open is within the rows"
        );
    }
}

#[test]
fn a_gap_says_how_many_minutes_are_missing() {
    let city = City::new(12);
    let demand = city.streets();
    let served = city.served(
        &demand,
        &city.facilities(&[(0, 0)]),
        TravelTime::from_mins(20),
    );
    let coverage = served.within(60);
    let found = gaps(&city.area, coverage.cells());
    for gap in &found {
        let missing = gap.missing(&demand, &coverage).unwrap();
        let points: Vec<usize> = gap
            .cells
            .iter()
            .flat_map(|&cell| demand.of_cell(cell))
            .collect();
        let late = |more: TravelTime| -> coverage::Demand {
            points
                .iter()
                .filter(|&&point| coverage.times()[point].unwrap() > coverage.limit() + more)
                .map(|&point| demand.points()[point].demand)
                .sum()
        };
        // At most half of what is uncovered misses more, at least half misses this much.
        let all = late(TravelTime::ZERO);
        assert!(late(missing) + late(missing) <= all);
        let just_less = missing - TravelTime::from_tenths(1);
        assert!(late(just_less).is_at_least_half_of(all));
    }
    assert!(!found.is_empty());
}
