//! Coverage by hour of the week: each hour equals a fold of its own.

use coverage::{
    Amount, Capacity, CellRank, Demand, DemandPattern, DemandSet, FacilityId, HolidayCalendar,
    HourlyProfile, OpenHours, OpenSet, OpeningHours, PatternId, PointState, ReferenceWeek,
    Selection, ServiceCoverage, ServiceInputs, ServiceRate, ServiceStandard, gaps, night_gap,
};
use units::{HourOfWeek, TravelTime};

use crate::city::{City, one};

fn standard(limit: TravelTime) -> ServiceStandard {
    ServiceStandard {
        key: "rest".into(),
        name: "rest".into(),
        selection: Selection::default(),
        profile: "rider".into(),
        limit,
        required: one(),
        at: None,
        rate: None,
    }
}

fn week() -> ReferenceWeek {
    ReferenceWeek::new("2026-06-01", "Asia/Shanghai", HolidayCalendar::none()).unwrap()
}

#[test]
fn every_hour_is_the_fold_over_its_open_facilities() {
    let city = City::new(20);
    let demand = city.streets();
    let mut facilities = city.facilities(&[(2, 2), (15, 4), (10, 10), (4, 16), (18, 18)]);
    let texts = [
        Some("24/7"),
        Some("08:00-20:00"),
        Some("Mo-Fr 06:00-14:00,22:00-02:00"),
        None,
        Some("Sa,Su 10:00-18:00"),
    ];
    for (facility, text) in facilities.iter_mut().zip(texts) {
        facility.hours = text.map(|text| OpeningHours::parse(text).unwrap());
    }
    let served = city.served(&demand, &facilities, TravelTime::from_mins(10));
    // The fourth does not count for this service.
    let base = OpenSet::all(5).without(FacilityId::new(3));
    let hours = OpenHours::of(&facilities, &base, &week());
    let limit = TravelTime::from_secs(150);
    let profile = HourlyProfile::of(&served.inputs(), &hours, &facilities, &standard(limit));
    assert_eq!(profile.n_states(), hours.sets().len());
    assert!(
        profile.n_states() >= 5 && profile.n_states() < 20,
        "{}",
        profile.n_states()
    );
    for hour in HourOfWeek::all() {
        let open = OpenSet::from_fn(5, |id| {
            let (hours, at) = (
                &facilities[id.index()].hours,
                facilities[id.index()].position,
            );
            id != FacilityId::new(3)
                && hours
                    .as_ref()
                    .is_none_or(|hours| hours.is_open(hour, &week(), at))
        });
        assert_eq!(hours.at(hour), &open, "{hour}");
        let inputs = ServiceInputs {
            open: &open,
            ..served.inputs()
        };
        let alone = ServiceCoverage::within(&inputs, limit, one());
        assert_eq!(profile.total(hour), alone.total(), "{hour}");
        let covered: Vec<Demand> = alone.cells().iter().map(|cell| cell.covered).collect();
        assert_eq!(profile.covered(hour), covered, "{hour}");
    }
    let by_cell: Vec<Demand> = (0..demand.n_cells())
        .map(|cell| {
            let points = demand.of_cell(CellRank::from_index(cell));
            points.map(|point| demand.points()[point].demand).sum()
        })
        .collect();
    let n_hours = profile.hours_covered();
    for (cell, n_hours) in n_hours.iter().enumerate() {
        let counted = HourOfWeek::all()
            .filter(|&hour| profile.covered(hour)[cell].is_at_least_half_of(by_cell[cell]))
            .count();
        let counted = (by_cell[cell] > Demand::ZERO).then(|| u32::try_from(counted).unwrap());
        assert_eq!(*n_hours, counted, "cell {cell}");
    }
    assert!(n_hours.iter().any(|n| n.is_some_and(|n| n > 0 && n < 168)));
    let weakest = profile.total(profile.weakest_hour()).covered;
    let strongest = profile.total(profile.strongest_hour()).covered;
    assert!(weakest < strongest);
    assert_eq!(profile.weakest_hour().to_string(), "Mo 00:00");
    assert!(
        HourOfWeek::all().all(|hour| (weakest..=strongest).contains(&profile.total(hour).covered))
    );
}

#[test]
fn the_night_gap_is_what_the_day_has_and_the_night_lacks() {
    let city = City::new(30);
    let demand = city.streets();
    let mut facilities = city.facilities(&[(5, 5), (24, 24), (6, 22)]);
    for (facility, text) in facilities
        .iter_mut()
        .zip(["24/7", "08:00-20:00", "09:00-17:00"])
    {
        facility.hours = Some(OpeningHours::parse(text).unwrap());
    }
    let served = city.served(&demand, &facilities, TravelTime::from_mins(10));
    let hours = OpenHours::of(&facilities, &OpenSet::all(3), &week());
    let (day, night) = (
        hours.at("We 12:00".parse().unwrap()),
        hours.at("We 03:00".parse().unwrap()),
    );
    let limit = TravelTime::from_secs(100);
    let fold = |open: &OpenSet| ServiceCoverage::within(&served.inputs_with(open), limit, one());
    let (by_day, by_night) = (fold(day), fold(night));
    let cells = night_gap(&demand, &by_day, &by_night);
    for (rank, cell) in cells.iter().enumerate() {
        let mut lost = Demand::ZERO;
        for point in demand.of_cell(CellRank::from_index(rank)) {
            let is = |coverage: &ServiceCoverage| coverage.states()[point] == PointState::Covered;
            if is(&by_day) && !is(&by_night) {
                lost = lost + demand.points()[point].demand;
            }
        }
        assert_eq!(cell.uncovered, lost);
        assert_eq!(cell.total(), by_day.cells()[rank].covered);
    }
    // Two stations close, far from the third and from each other: two patches.
    assert_eq!(gaps(&city.area, &cells).len(), 2);
}

/// Two riders' corners at one crossing each, an office and a home, and a station at each.
struct Corners {
    city: City,
    demand: DemandSet,
}

/// 1,000 riders at the office by day, 333 at home by night and 100 at any hour.
fn corners() -> Corners {
    let city = City::new(20);
    let (office, home) = (PatternId::from_index(0), PatternId::from_index(1));
    let at = |x, y, riders, pattern| {
        let demand = Demand::from_units(riders);
        (city.grid.position(x, y), Amount { demand, pattern })
    };
    let counts = [
        at(1, 1, 1_000, office),
        at(18, 18, 333, home),
        at(10, 10, 100, None),
    ];
    let mut day = [0; 24];
    day[8..18].fill(1_000);
    // A third of the office stays at 22 and 23 o'clock.
    day[22..].fill(333);
    let mut night = [1_000; 24];
    night[8..18].fill(125);
    let patterns = vec![
        DemandPattern::of_day("office", &day).unwrap(),
        DemandPattern::of_day("home", &night).unwrap(),
    ];
    let demand = DemandSet::counted("riders", &city.area, counts).following(patterns, None);
    Corners { city, demand }
}

#[test]
fn demand_of_an_hour_worked_by_hand() {
    let Corners { demand, .. } = corners();
    let total = |hour: &str| demand.at(hour.parse().unwrap()).total().as_thousandths();
    assert_eq!(demand.total().as_thousandths(), 1_433_000);
    // 1,000 + 333 / 8 + 100; 0 + 333 + 100; 333 + 333 + 100.
    assert_eq!(total("We 12:00"), 1_000_000 + 41_625 + 100_000);
    assert_eq!(total("We 03:00"), 333_000 + 100_000);
    assert_eq!(total("Su 22:00"), 333_000 + 333_000 + 100_000);
    // Three different hours: day, evening, night; Monday begins by night.
    let alike = demand.alike_hours();
    let first = |hour: &str| alike[hour.parse::<HourOfWeek>().unwrap().index()].to_string();
    assert_eq!(first("We 03:00"), "Mo 00:00");
    assert_eq!(first("We 12:00"), "Mo 08:00");
    assert_eq!(first("Su 23:00"), "Mo 22:00");
    assert_eq!(first("Su 21:00"), "Mo 00:00");
}

#[test]
fn parts_of_a_pattern_add_up_whatever_the_share() {
    // Demand in powers of two, so that thirds never come out even.
    let city = City::new(6);
    let shares: Vec<u32> = (0..168).map(|hour| hour * 7 + 1).collect();
    let pattern = DemandPattern::of_week("odd", &shares).unwrap();
    let demand = city
        .powers_of_two()
        .following(vec![pattern], PatternId::from_index(0));
    let whole = u128::from(demand.total().as_thousandths());
    for (hour, &share) in HourOfWeek::all().zip(&shares) {
        let at = demand.at(hour);
        let want = whole * u128::from(share) / 1_000;
        assert_eq!(u128::from(at.total().as_thousandths()), want, "{hour}");
        for cell in (0..demand.n_cells()).map(CellRank::from_index) {
            let sum = |set: &DemandSet| -> u128 {
                let points = set.of_cell(cell).map(|point| set.points()[point].demand);
                u128::from(points.sum::<Demand>().as_thousandths())
            };
            let want = sum(&demand) * u128::from(share) / 1_000;
            assert!(sum(&at).abs_diff(want) <= 1, "{hour} {cell}");
        }
    }
}

#[test]
fn an_hour_counts_who_is_there_then() {
    let Corners { city, demand } = corners();
    let mut facilities = city.facilities(&[(1, 1), (18, 18)]);
    facilities[0].hours = Some(OpeningHours::parse("08:00-20:00").unwrap());
    facilities[1].hours = Some(OpeningHours::parse("08:00-23:00").unwrap());
    let served = city.served(&demand, &facilities, TravelTime::from_mins(10));
    let hours = OpenHours::of(&facilities, &OpenSet::all(2), &week());
    let limit = TravelTime::from_secs(60);
    let profile = HourlyProfile::of(&served.inputs(), &hours, &facilities, &standard(limit));
    let covered = |hour: &str| {
        profile
            .total(hour.parse().unwrap())
            .covered
            .as_thousandths()
    };
    let all = |hour: &str| {
        profile
            .total(hour.parse().unwrap())
            .total()
            .as_thousandths()
    };
    // By day both are open; at 19 o'clock the office is empty; at 21 its station is shut; at 22 a
    // third of the office is back before a shut door; at 23 both are.
    assert_eq!(
        (covered("We 12:00"), all("We 12:00")),
        (1_041_625, 1_141_625)
    );
    assert_eq!((covered("We 19:00"), all("We 19:00")), (333_000, 433_000));
    assert_eq!((covered("We 21:00"), all("We 21:00")), (333_000, 433_000));
    assert_eq!((covered("We 22:00"), all("We 22:00")), (333_000, 766_000));
    assert_eq!((covered("We 23:00"), all("We 23:00")), (0, 766_000));
    assert_eq!((covered("We 03:00"), all("We 03:00")), (0, 433_000));
    // Day, 18 to 20 and 20 to 22 (the same demand as at 19), 22, 23, and the early hours.
    assert_eq!(profile.n_states(), 6);
    // How long a place is covered is asked of the doors, not of who happens to be there.
    let hours_of = |x, y| {
        let cell = city.area.locate(city.grid.position(x, y)).unwrap();
        profile.hours_covered()[cell.index()]
    };
    assert_eq!(
        (hours_of(1, 1), hours_of(18, 18)),
        (Some(12 * 7), Some(15 * 7))
    );
    assert_eq!(hours_of(10, 10), Some(0));
    // The night gap is made of those who are there by night.
    let at = |hour: &str| {
        let hour = hour.parse().unwrap();
        let demand = demand.at(hour);
        let inputs = ServiceInputs {
            demand: &demand,
            open: hours.at(hour),
            ..served.inputs()
        };
        ServiceCoverage::within(&inputs, limit, one())
    };
    let lost = |night: &str| -> u64 {
        let there = demand.at(night.parse().unwrap());
        let cells = night_gap(&there, &at("We 12:00"), &at(night));
        cells
            .iter()
            .map(|cell| cell.uncovered.as_thousandths())
            .sum()
    };
    assert_eq!(lost("We 22:00"), 333_000);
    assert_eq!(lost("We 23:00"), 666_000);
    assert_eq!(lost("We 03:00"), 333_000);
}

#[test]
fn room_runs_out_when_many_are_there() {
    let Corners { city, demand } = corners();
    let mut facilities = city.facilities(&[(1, 1), (18, 18)]);
    for facility in &mut facilities {
        facility.capacity = Some(Capacity::new(40));
    }
    let served = city.served(&demand, &facilities, TravelTime::from_mins(10));
    let hours = OpenHours::of(&facilities, &OpenSet::all(2), &week());
    // 10 riders a slot: 400 at each. Of the 1,000 at the office 400 find room by day, and all of
    // its third in the evening; at home everybody always does.
    let room = ServiceStandard {
        rate: ServiceRate::new(Demand::from_units(10)),
        ..standard(TravelTime::from_secs(60))
    };
    let profile = HourlyProfile::of(&served.inputs(), &hours, &facilities, &room);
    let covered = |hour: &str| {
        profile
            .total(hour.parse().unwrap())
            .covered
            .as_thousandths()
    };
    assert_eq!(covered("We 12:00"), 400_000 + 41_625);
    assert_eq!(covered("We 22:00"), 666_000);
    assert_eq!(covered("We 03:00"), 333_000);
    assert_eq!((hours.sets().len(), profile.n_states()), (1, 3));
}
