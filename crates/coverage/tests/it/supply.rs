//! Capacity: worked by hand on a line of streets, and its laws on the grid.

use coverage::{
    Assignment, Capacity, Demand, DemandId, Facility, FacilityId, OpenSet, RowEntry, Rows,
    ServiceInputs, ServiceRate, TwoStepCatchment,
};
use units::TravelTime;

use crate::city::{City, Served};

/// Three demand points of 100, 200 and 300 riders and two cabinets of 12 and 24 slots.
///
/// Seconds: the first point 60 and 200, the second 100 and 90, the third - and 150.
fn by_hand(city: &City) -> (coverage::DemandSet, Vec<Facility>, Rows) {
    let counts = [(0, 100), (1, 200), (2, 300)];
    let counts = counts.map(|(x, riders)| (city.grid.position(x, 0), Demand::from_units(riders)));
    let demand = coverage::DemandSet::counted("riders", &city.area, counts);
    // Points are sorted by cell; find each by its riders.
    let times = |riders: u64| match riders {
        100 => vec![(0, 60), (1, 200)],
        200 => vec![(0, 100), (1, 90)],
        _ => vec![(1, 150)],
    };
    let rows = demand.points().iter().map(|point| {
        let entries = times(point.demand.as_thousandths() / 1_000).into_iter();
        entries
            .map(|(id, secs)| RowEntry {
                facility: FacilityId::new(id),
                time: TravelTime::from_secs(secs),
            })
            .collect()
    });
    let rows = Rows::from_entries(TravelTime::from_secs(900), 2, rows);
    let mut facilities = city.facilities(&[(0, 0), (2, 0)]);
    facilities[0].capacity = Some(Capacity::new(12));
    facilities[1].capacity = Some(Capacity::new(24));
    (demand, facilities, rows)
}

fn point_with(demand: &coverage::DemandSet, riders: u64) -> usize {
    let is_it = |point: &coverage::DemandPoint| point.demand == Demand::from_units(riders);
    demand.points().iter().position(is_it).unwrap()
}

#[test]
fn two_steps_by_hand() {
    let city = City::new(5);
    let (demand, facilities, rows) = by_hand(&city);
    let open = OpenSet::all(2);
    let from = city
        .served(&demand, &facilities, TravelTime::from_secs(900))
        .from;
    let inputs = ServiceInputs {
        demand: &demand,
        linkage: &from,
        rows: &rows,
        open: &open,
    };
    // Within 150 s the first cabinet has 100 + 200 riders around it, the second 200 + 300:
    // 12 / 300 = 0.04 and 24 / 500 = 0.048 slots a rider.
    let catchment = TwoStepCatchment::of(&inputs, &facilities, TravelTime::from_secs(150));
    let close = |got: f64, want: f64| assert!((got - want).abs() < 1e-12, "{got} is not {want}");
    close(catchment.facilities()[0].unwrap().as_f64(), 0.04);
    close(catchment.facilities()[1].unwrap().as_f64(), 0.048);
    for (riders, want) in [(100, 0.04), (200, 0.088), (300, 0.048)] {
        close(
            catchment.points()[point_with(&demand, riders)].as_f64(),
            want,
        );
    }
    assert_eq!(catchment.n_unknown(), 0);
    // Closed, the second serves nobody.
    let open = open.without(FacilityId::new(1));
    let inputs = ServiceInputs {
        open: &open,
        ..inputs
    };
    let catchment = TwoStepCatchment::of(&inputs, &facilities, TravelTime::from_secs(150));
    assert_eq!(catchment.facilities()[1], None);
    close(catchment.points()[point_with(&demand, 300)].as_f64(), 0.0);
}

#[test]
fn the_nearest_come_first_and_the_rest_goes_on() {
    let city = City::new(5);
    let (demand, facilities, rows) = by_hand(&city);
    let open = OpenSet::all(2);
    let from = city
        .served(&demand, &facilities, TravelTime::from_secs(900))
        .from;
    let inputs = ServiceInputs {
        demand: &demand,
        linkage: &from,
        rows: &rows,
        open: &open,
    };
    // Ten riders a slot: the cabinets serve 120 and 240. In order of time: 100 of the first point
    // to the first cabinet (20 left there), 200 of the second to the second (40 left), 300 of the
    // third find 40; 260 are turned away.
    let rate = ServiceRate::new(Demand::from_units(10)).unwrap();
    let assignment = Assignment::of(&inputs, &facilities, rate, TravelTime::from_secs(150));
    let taken: Vec<Demand> = assignment
        .facilities()
        .iter()
        .map(|load| load.taken)
        .collect();
    assert_eq!(taken, [100, 240].map(Demand::from_units));
    let asked: Vec<Demand> = assignment
        .facilities()
        .iter()
        .map(|load| load.asked)
        .collect();
    assert_eq!(asked, [100, 500].map(Demand::from_units));
    let turned_away = |riders| assignment.turned_away()[point_with(&demand, riders)];
    assert_eq!(
        [100, 200, 300].map(turned_away),
        [0, 0, 260].map(Demand::from_units)
    );
    let state = |load: &coverage::FacilityLoad| (load.is_overloaded(), load.is_idle());
    assert_eq!(state(&assignment.facilities()[0]), (false, false));
    assert_eq!(state(&assignment.facilities()[1]), (true, false));
    // Half the riders a slot: the second cabinet's 120 are gone before its own 200 are served, and
    // the rest of them go on to the first, where 0 of 60 are left after the first point's 100.
    let rate = ServiceRate::new(Demand::from_units(5)).unwrap();
    let assignment = Assignment::of(&inputs, &facilities, rate, TravelTime::from_secs(150));
    assert_eq!(assignment.taken(), Demand::from_units(180));
    assert_eq!(
        assignment.turned_away()[point_with(&demand, 100)],
        Demand::from_units(40)
    );
}

#[test]
fn who_finds_only_full_cabinets_is_not_covered() {
    let city = City::new(5);
    let (demand, facilities, rows) = by_hand(&city);
    let open = OpenSet::all(2);
    let from = city
        .served(&demand, &facilities, TravelTime::from_secs(900))
        .from;
    let inputs = ServiceInputs {
        demand: &demand,
        linkage: &from,
        rows: &rows,
        open: &open,
    };
    let standard = |riders_per_slot: u64| coverage::ServiceStandard {
        key: "swap".into(),
        name: String::new(),
        selection: coverage::Selection::default(),
        profile: "rider".into(),
        limit: TravelTime::from_secs(150),
        required: std::num::NonZeroU32::MIN,
        at: None,
        rate: ServiceRate::new(Demand::from_units(riders_per_slot)),
    };
    // As in the assignment above: 300 riders find 40 places within the limit. They count, but half
    // of the riders do not get one.
    let covered = |riders_per_slot| {
        let coverage =
            coverage::ServiceCoverage::under(&inputs, &facilities, &standard(riders_per_slot));
        let time = |riders| coverage.times()[point_with(&demand, riders)];
        (coverage.total().covered, [100, 200, 300].map(time))
    };
    let secs = |secs| Some(TravelTime::from_secs(secs));
    assert_eq!(
        covered(10),
        (Demand::from_units(340), [secs(60), secs(90), None])
    );
    // 16 riders a slot: the second cabinet serves 384; 184 of the 300 find room there.
    assert_eq!(
        covered(16),
        (Demand::from_units(484), [secs(60), secs(90), secs(150)])
    );
    // 5 riders a slot: 60 and 120. The first point fills the first cabinet and finds no other for
    // the rest within the limit; the second fills the second.
    assert_eq!(
        covered(5),
        (Demand::from_units(180), [secs(60), secs(90), None])
    );
    // Without a rate everybody is covered.
    assert_eq!(covered(0).0, Demand::from_units(600));
}

#[test]
fn equity_by_hand() {
    let city = City::new(5);
    let (demand, mut facilities, rows) = by_hand(&city);
    let open = OpenSet::all(2);
    let from = city
        .served(&demand, &facilities, TravelTime::from_secs(900))
        .from;
    let inputs = ServiceInputs {
        demand: &demand,
        linkage: &from,
        rows: &rows,
        open: &open,
    };
    let limit = TravelTime::from_secs(150);
    let coverage = coverage::ServiceCoverage::within(&inputs, limit, crate::city::one());
    facilities[1].start_delay = TravelTime::from_secs(30);
    // Zones whose riders are put in order: the last point's before the second's, nothing known of the first's.
    let mut ranks = vec![None; demand.n_points()];
    ranks[point_with(&demand, 200)] = Some(coverage::Ranking(3));
    ranks[point_with(&demand, 300)] = Some(coverage::Ranking(2));
    let equity = coverage::Equity::of(&coverage::EquityInputs {
        inputs,
        coverage: &coverage,
        facilities: &facilities,
        speed: crate::city::speed(1_000),
        center: city.grid.position(0, 0),
        zone_ranks: &ranks,
    });
    let close = |got: Option<f64>, want: f64| {
        let got = got.unwrap();
        assert!((got - want).abs() < 1e-9, "{got} is not {want}");
    };
    // A sixth has 60 s, a third 90 s, half 150 s: mean 10 + 30 + 75 = 115.
    close(equity.mean_s, 115.0);
    // Lorenz 10/115 at 1/6, 40/115 at 1/2, 1: Gini = 1 - (1/6 x 10 + 1/3 x 50 + 1/2 x 155) / 115.
    close(
        equity.gini,
        1.0 - (10.0 / 6.0 + 50.0 / 3.0 + 155.0 / 2.0) / 115.0,
    );
    // Farther from the middle waits longer in this order, so concentration equals the Gini.
    close(
        equity.concentration,
        1.0 - (10.0 / 6.0 + 50.0 / 3.0 + 155.0 / 2.0) / 115.0,
    );
    // Straight: the points lie 0, 100 and 200 m along a line, the cabinets at 0 and 200 m: 0 s, 100 s
    // and 0 s at 1 m/s. On the way 60, 90 - 30 and 150 - 30 s: (100 x 60 + 200 x 60 + 300 x 120) /
    // (200 x 100) = 2.7.
    assert!(
        (equity.detour.unwrap() - 2.7).abs() < 0.01,
        "{:?}",
        equity.detour
    );
    // By rank: 300 with 150 s, then 200 with 90 s; mean 126, ranks 0.3 and 0.8: 2 / 126 times
    // 0.6 x 24 x (0.3 - 0.5) + 0.4 x (-36) x (0.8 - 0.5) = -7.2.
    close(equity.concentration_by_zone, -14.4 / 126.0);
    assert_eq!((equity.beyond, equity.lorenz.len()), (Demand::ZERO, 11));
}

fn laws(served: &Served<'_>, facilities: &[Facility], limit: TravelTime) {
    let inputs = served.inputs();
    let rate = ServiceRate::new(Demand::from_thousandths(8_333)).unwrap();
    let assignment = Assignment::of(&inputs, facilities, rate, limit);
    // What is reachable is either taken or turned away.
    let reachable: Demand = served
        .demand
        .points()
        .iter()
        .enumerate()
        .filter(|&(index, _)| {
            served
                .rows
                .n_within(DemandId::from_index(index), limit, &served.open)
                > 0
        })
        .map(|(_, point)| point.demand)
        .sum();
    let away: Demand = assignment.turned_away().iter().copied().sum();
    assert_eq!(assignment.taken() + away, reachable);
    // Nobody takes too much, and where somebody is turned away everything near is full.
    for load in assignment.facilities() {
        assert!(load.serves.is_none_or(|serves| load.taken <= serves));
    }
    for (index, &away) in assignment.turned_away().iter().enumerate() {
        if away > Demand::ZERO {
            let row = served
                .rows
                .open_row(DemandId::from_index(index), &served.open);
            for entry in row.take_while(|entry| entry.time <= limit) {
                let load = &assignment.facilities()[entry.facility.index()];
                assert_eq!(Some(load.taken), load.serves);
            }
        }
    }
    // 2SFCA hands out exactly the capacity that somebody can reach.
    let catchment = TwoStepCatchment::of(&inputs, facilities, limit);
    let handed: f64 = served
        .demand
        .points()
        .iter()
        .zip(catchment.points())
        .map(|(point, ratio)| point.demand.as_units_f64() * ratio.as_f64())
        .sum();
    let reachable: u32 = facilities
        .iter()
        .zip(catchment.facilities())
        .filter(|(_, ratio)| ratio.is_some())
        .filter_map(|(facility, _)| facility.capacity)
        .map(Capacity::as_u32)
        .sum();
    assert!(
        (handed - f64::from(reachable)).abs() < 1e-6,
        "{handed} of {reachable}"
    );
}

#[test]
fn capacity_is_handed_out_once() {
    let city = City::new(20);
    let demand = city.streets();
    let mut facilities = city.facilities(&[(2, 2), (15, 4), (10, 10), (4, 16), (18, 18)]);
    for (facility, slots) in facilities.iter_mut().zip([0, 12, 900, 36, 48]) {
        facility.capacity = Some(Capacity::new(slots));
    }
    facilities[3].capacity = None;
    let served = city.served(&demand, &facilities, TravelTime::from_mins(10));
    for secs in [60, 150, 600] {
        laws(&served, &facilities, TravelTime::from_secs(secs));
    }
}
