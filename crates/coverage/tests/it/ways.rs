//! Drawn maps: direction and cutting of streets.

use coverage::{
    DemandId, DemandSet, Facility, FacilityId, FacilityKind, Linkage, OpenSet, Resolution,
    RowEntry, Rows, StudyArea, Zone, Zones,
};
use graph::picture;
use reach::{Network, SnapIndex};
use units::{BoundingBox, Length, LngLat, Outline, TravelTime};

use crate::city::{options, speed};

#[test]
fn times_run_towards_the_facility() {
    // A one-way loop: from C one gets to B only by way of A.
    let map = picture::streets("A->B\n^  v\nD<-C", Length::from_m(100)).unwrap();
    let metric = map.metric(speed(10_000));
    let network = Network::new(&map.graph, &metric);
    let index = SnapIndex::new(&map.graph, |_| true);
    let at = |letter| map.graph.node_position(map.node(letter).unwrap());
    let station = Facility::new("B", FacilityKind::WarmStation, at('B'));
    let to = Linkage::of_facilities(&network, &index, &[station], options());
    let positions = ['A', 'C', 'D'].map(at);
    let from = Linkage::of_positions(&network, &index, &positions, options());
    let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(5));
    // A to B is 300 m; C is 200 m behind B, but 300 + 200 + 300 m before it; D 200 + 300 m.
    let secs: Vec<u32> = (0..3)
        .map(|point| rows.row(DemandId::new(point))[0].time.as_tenths() / 10)
        .collect();
    assert_eq!(secs, [30, 80, 50]);
}

#[test]
fn ties_go_to_the_lower_facility() {
    let map = picture::streets("A----B----C", Length::from_m(100)).unwrap();
    let metric = map.metric(speed(10_000));
    let network = Network::new(&map.graph, &metric);
    let index = SnapIndex::new(&map.graph, |_| true);
    let at = |letter| map.graph.node_position(map.node(letter).unwrap());
    let to = Linkage::of_positions(&network, &index, &[at('C'), at('A')], options());
    let from = Linkage::of_positions(&network, &index, &[at('B')], options());
    let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(5));
    let entry = |id| RowEntry {
        time: TravelTime::from_secs(50),
        facility: FacilityId::new(id),
    };
    assert_eq!(rows.row(DemandId::new(0)), [entry(0), entry(1)]);
    assert_eq!(
        rows.nearest(DemandId::new(0), &OpenSet::all(2)),
        Some(entry(0))
    );
}

#[test]
fn street_demand_of_zones_adds_up() {
    let map = picture::streets(
        "A----------B\n|          |\nC----------D",
        Length::from_m(100),
    )
    .unwrap();
    let all = map.graph.bounding_box().unwrap();
    let (sw, ne) = (all.south_west(), all.north_east());
    let at = |x: i32, y: i32| LngLat::from_e7(x, y);
    let around = BoundingBox::of([
        at(sw.lng_e7() - 9_000, sw.lat_e7() - 9_000),
        at(ne.lng_e7() + 9_000, ne.lat_e7() + 9_000),
    ]);
    let area = StudyArea::new(
        Outline::of_box(&around.unwrap()).unwrap(),
        Resolution::default(),
    )
    .unwrap();
    let demand = DemandSet::street_meters(&map.graph, &area, |_| true);
    // 1,100 m across and 200 m down, twice.
    assert_eq!(demand.total().as_thousandths(), 2_600_000);
    // West of the middle, 50 m of which are a piece that straddles the border.
    let west = BoundingBox::of([
        at(sw.lng_e7() - 9_000, sw.lat_e7() - 9_000),
        at(sw.lng_e7().midpoint(ne.lng_e7()), ne.lat_e7() + 9_000),
    ]);
    let zones = Zones::new(vec![Zone {
        id: "west".into(),
        name: "west".into(),
        outline: Outline::of_box(&west.unwrap()).unwrap(),
        rank: None,
    }]);
    let zone_of_point = demand.zones_of_points(&zones);
    let west: u64 = demand
        .points()
        .iter()
        .zip(&zone_of_point)
        .filter(|(_, zone)| zone.is_some())
        .map(|(point, _)| point.demand.as_thousandths())
        .sum();
    assert!(west.abs_diff(1_300_000) <= 200_000, "{west}");
    // 7 riders of the zone are spread over its streets and nowhere else.
    let riders = coverage::Demand::from_units(7);
    let spread = coverage::ZoneDemand {
        area: &area,
        streets: &demand,
        beyond: &[],
        complete: None,
        zones: &zones,
        counts: &[riders.into()],
    };
    let (spread, parts) = spread.spread("riders");
    assert_eq!(spread.total(), riders);
    assert_eq!(
        (spread.given(), spread.outside()),
        (riders, coverage::Demand::ZERO)
    );
    assert_eq!(parts[0].inside, riders);
    for (point, zone) in spread.points().iter().zip(&zone_of_point) {
        assert!(zone.is_some() || point.demand == coverage::Demand::ZERO);
    }
}

#[test]
fn streets_that_do_not_count_are_no_demand() {
    let map = picture::streets("A-----B-----C", Length::from_m(100)).unwrap();
    let corner = map.graph.bounding_box().unwrap().center();
    let far = |sign: i32| {
        LngLat::from_e7(
            corner.lng_e7() + sign * 90_000,
            corner.lat_e7() + sign * 90_000,
        )
    };
    let outline = Outline::of_box(&BoundingBox::of([far(-1), far(1)]).unwrap()).unwrap();
    let area = StudyArea::new(outline, Resolution::default()).unwrap();
    let ab = map.edge('A', 'B').unwrap();
    let demand = DemandSet::street_meters(&map.graph, &area, |edge| edge == ab);
    assert_eq!(demand.total().as_thousandths(), 600_000);
    // For a profile that may not use AB the points snap to BC, walking, if it is near enough.
    let index = SnapIndex::new(&map.graph, |edge| edge != ab);
    let metric = map.metric(speed(10_000));
    let network = Network::new(&map.graph, &metric);
    let linkage = Linkage::of_demand(&network, &index, &demand, |edge| edge != ab, options());
    let linked: Vec<bool> = linkage.links().iter().map(Option::is_some).collect();
    let near = |point: &coverage::DemandPoint| {
        let b = map.graph.node_position(map.node('B').unwrap());
        point.position.distance_to(b) <= Length::from_m(150)
    };
    let want: Vec<bool> = demand.points().iter().map(near).collect();
    assert_eq!(linked, want);
    assert!(want.contains(&true) && want.contains(&false));
}

#[test]
fn a_facility_on_the_spot_of_demand_takes_its_delay_only() {
    let map = picture::streets("A----B----C", Length::from_m(100)).unwrap();
    let metric = map.metric(speed(10_000));
    let network = Network::new(&map.graph, &metric);
    let index = SnapIndex::new(&map.graph, |_| true);
    let b = map.graph.node_position(map.node('B').unwrap());
    // Some 90 m beside the street: one would walk 75 s to it and 75 s back.
    let spot = LngLat::from_e7(b.lng_e7() + 10_000, b.lat_e7() + 8_000);
    let mut waits = Facility::new("waits", FacilityKind::WarmStation, spot);
    waits.start_delay = TravelTime::from_secs(30);
    let ready = Facility::new("ready", FacilityKind::WarmStation, spot);
    let to = Linkage::of_facilities(&network, &index, &[ready, waits], options());
    let from = Linkage::of_positions(&network, &index, &[spot, b], options());
    let rows = Rows::search(&network, &to, &from, TravelTime::from_mins(5));
    let tenths = |point: u32| -> Vec<u32> {
        let row = rows.row(DemandId::new(point));
        row.iter().map(|entry| entry.time.as_tenths()).collect()
    };
    assert_eq!(tenths(0), [0, 300]);
    let from_b = tenths(1);
    assert!(
        from_b[0] > 700 && from_b[1] == from_b[0] + 300,
        "{from_b:?}"
    );
}
