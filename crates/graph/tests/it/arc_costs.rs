//! Arc costs worked by hand: a street of 150 m for each figure of the profiles.

use graph::{
    AccessFacts, AccessKey, AccessValue, EdgeSpec, FerryPolicy, Metric, Oneway, OsmWayId, Policies,
    Profile, RoadClass, ServiceKind, Smoothness, Stops, Surface, WayFacts, WayFlags, WayTimes,
};
use units::{Length, TravelTime};

use crate::town::{Town, leg, of_key};

fn class(class: RoadClass) -> WayFacts {
    WayFacts {
        class,
        ..WayFacts::default()
    }
}

/// Tenths of a second of both built-in profiles along a street of 150 m behind another one.
fn tenths(facts: WayFacts) -> [Option<u32>; 2] {
    let town = Town::new("A--B--C", &[], &[("BC", facts)]);
    [Profile::rider(), Profile::foot()].map(|profile| {
        let metric = town.metric(&profile, None);
        town.tenths(&metric, "BC")
    })
}

#[test]
fn speeds_follow_class_surface_and_limit() {
    // 1.2 m/s on foot: 125.0 s.
    let walked = Some(1_250);
    let residential = || class(RoadClass::Residential);
    // 18 km/h are 5.000 m/s, 20 km/h 5.556, 12 km/h 3.333, 15 km/h 4.167, 8 km/h 2.222.
    assert_eq!(tenths(residential()), [Some(300), walked]);
    assert_eq!(tenths(class(RoadClass::Primary)), [Some(270), walked]);
    assert_eq!(tenths(class(RoadClass::LivingStreet)), [Some(450), walked]);
    let limited = WayFacts {
        max_speed_km_per_h: [Some(15), Some(15)],
        ..residential()
    };
    assert_eq!(tenths(limited), [Some(360), walked]);
    let sett = WayFacts {
        surfaces: vec![Surface::Asphalt, Surface::Sett],
        ..residential()
    };
    assert_eq!(tenths(sett), [Some(360), walked]);
    let uneven = WayFacts {
        smoothness: Some(Smoothness::VeryBad),
        ..residential()
    };
    assert_eq!(tenths(uneven), [Some(675), walked]);
    let aisle = |access| WayFacts {
        service: Some(ServiceKind::ParkingAisle),
        access,
        ..class(RoadClass::Service)
    };
    assert_eq!(tenths(aisle(AccessFacts::NONE)), [Some(675), walked]);
    let designated = of_key(AccessKey::Bicycle, AccessValue::Designated);
    assert_eq!(tenths(aisle(designated)), [Some(450), walked]);
    let segregated = WayFacts {
        flags: WayFlags::SEGREGATED,
        ..class(RoadClass::Path)
    };
    assert_eq!(tenths(segregated), [Some(360), walked]);
    // An urban expressway needs a cycle lane, and a sidewalk.
    assert_eq!(tenths(class(RoadClass::Trunk)), [None, None]);
    let lane = WayFacts {
        flags: WayFlags::CYCLE_LANE.with(WayFlags::SIDEWALK),
        ..class(RoadClass::Trunk)
    };
    assert_eq!(tenths(lane), [Some(270), walked]);
}

#[test]
fn an_e_bike_is_pushed_where_only_walking_is_allowed_and_not_far() {
    // 4 km/h are 1.111 m/s.
    assert_eq!(
        tenths(class(RoadClass::Footway)),
        [Some(1_350), Some(1_250)]
    );
    let footway = || class(RoadClass::Footway);
    let town = Town::new(
        "A--B--C--D\n      |\n      E",
        &[],
        &[("BC", footway()), ("CD", footway()), ("CE", footway())],
    );
    let metric = town.metric(&Profile::rider(), None);
    // Those behind the junction begin 150 m from where one can ride; 100 m are the most.
    assert_eq!(town.tenths(&metric, "BC"), Some(1_350));
    assert_eq!(town.tenths(&metric, "CD"), None);
    assert_eq!(town.tenths(&metric, "CE"), None);
    // Cut where nothing branches off, a footway is one street from junction to junction.
    let town = Town::new("A--B--C--D", &[], &[("BC", footway()), ("CD", footway())]);
    let metric = town.metric(&Profile::rider(), None);
    assert_eq!(town.tenths(&metric, "CD"), Some(1_350));
    // Steps: 0.6 m/s on foot; a ramp beside them is pushed at 2 km/h, 0.556 m/s.
    assert_eq!(tenths(class(RoadClass::Steps)), [None, Some(2_500)]);
    let ramp = WayFacts {
        flags: WayFlags::RAMP_BICYCLE,
        ..class(RoadClass::Steps)
    };
    assert_eq!(tenths(ramp), [Some(2_698), Some(2_500)]);
}

#[test]
fn one_ways_bind_vehicles() {
    let one_way = WayFacts {
        oneway: Some(Oneway::Forward),
        ..class(RoadClass::Primary)
    };
    let town = Town::new("A--B--C", &[], &[("BC", one_way)]);
    let both = |profile: &Profile| {
        let metric = town.metric(profile, None);
        ["BC", "CB"].map(|street| town.tenths(&metric, street))
    };
    assert_eq!(both(&Profile::rider()), [Some(270), None]);
    assert_eq!(both(&Profile::foot()), [Some(1_250), Some(1_250)]);
}

#[test]
fn times_are_rounded_along_the_way_not_piece_by_piece() {
    // Pieces of 35 m at 1.2 m/s take 29.17 s each; at 35, 70, 105 m 29.2, 58.3, 87.5 s have passed.
    let town = Town::with("A--B--C--D", &[], &[], |builder, drawn| {
        for (number, street) in (0..).zip(["AB", "BC", "CD"]) {
            let mut ends = street.chars().map(|letter| drawn.node(letter).unwrap());
            builder.add_edge(EdgeSpec {
                start: ends.next().unwrap(),
                end: ends.next().unwrap(),
                length: Length::from_m(35),
                way_start: Length::from_m(35 * number),
                shape: &[],
                way: OsmWayId::new(77),
                name: None,
                facts: class(RoadClass::Residential),
            });
        }
    });
    let metric = town.metric(&Profile::foot(), None);
    let graph = &town.graph;
    let pieces = graph
        .edges()
        .filter(|&e| graph.edge_way(e) == OsmWayId::new(77));
    let times: Vec<u32> = pieces
        .map(|edge| {
            metric
                .arc_time(graph.origin_arcs(edge)[0])
                .unwrap()
                .as_tenths()
        })
        .collect();
    assert_eq!(times, [292, 291, 292]);
    assert_eq!(times.iter().sum::<u32>(), 875);
}

#[test]
fn signals_and_crossings_are_paid_at_the_end_of_the_street() {
    let town = Town::with("A--B", &[], &[], |builder, drawn| {
        let stops = Stops {
            signals: [2, 1],
            crossings: [0, 3],
        };
        builder.set_stops(leg(drawn, "AB").0, stops);
    });
    let waiting = Profile {
        signal_delay: TravelTime::from_secs(10),
        crossing_delay: TravelTime::from_secs(2),
        ..Profile::rider()
    };
    let metric = town.metric(&waiting, None);
    assert_eq!(town.tenths(&metric, "AB"), Some(300 + 200));
    assert_eq!(town.tenths(&metric, "BA"), Some(300 + 100 + 60));
    // Halfway there it is not paid yet, and from there on it is.
    let (arc, edge) = (town.arcs("AB")[0].1, town.edge("AB"));
    let half = Length::from_m(75);
    let secs = |time: Option<TravelTime>| time.unwrap().as_tenths();
    assert_eq!(secs(metric.time_from_tail(&town.graph, arc, half)), 150);
    assert_eq!(secs(metric.time_to_head(&town.graph, arc, half)), 350);
    let whole = town.graph.edge_length(edge);
    assert_eq!(
        secs(metric.time_along(&town.graph, arc, Length::ZERO, whole)),
        300
    );
    assert_eq!(
        metric.time_along(&town.graph, arc, whole, Length::ZERO),
        None
    );
}

#[test]
fn a_ferry_takes_its_mapped_duration() {
    // Ten minutes for 1,500 m: a tenth of them for 150 m, to the tenth of a second.
    let ferry = WayFacts {
        times: Some(WayTimes {
            duration_s: 600,
            length: Length::from_m(1_500),
        }),
        ..class(RoadClass::Ferry)
    };
    let town = Town::new("A--B--C", &[], &[("BC", ferry)]);
    let open = Policies {
        ferries: FerryPolicy::Open,
        ..Policies::default()
    };
    for profile in [Profile::rider(), Profile::foot()] {
        let metric = Metric::of(&town.graph, &profile, &open);
        assert_eq!(town.tenths(&metric, "BC"), Some(600));
        assert_eq!(town.tenths(&town.metric(&profile, None), "BC"), None);
    }
}

#[test]
fn closing_streets_closes_both_ways_and_nothing_else() {
    let town = Town::new("A--B--C", &[], &[]);
    let metric = town.metric(&Profile::rider(), None);
    let closed = metric.with_closed_edges(&town.graph, [town.edge("BC")]);
    assert_eq!(
        [town.tenths(&closed, "BC"), town.tenths(&closed, "CB")],
        [None; 2]
    );
    assert_eq!(town.tenths(&closed, "AB"), town.tenths(&metric, "AB"));
    assert_ne!(closed.fingerprint(), metric.fingerprint());
    let again = metric.with_closed_edges(&town.graph, []);
    assert_eq!(again, metric);
}
