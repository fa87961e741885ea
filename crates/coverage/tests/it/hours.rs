//! Coverage by hour of the week: each hour equals a fold of its own.

use coverage::{
    CellRank, Demand, FacilityId, HolidayCalendar, HourlyProfile, OpenHours, OpenSet, OpeningHours,
    PointState, ReferenceWeek, ServiceCoverage, ServiceInputs, gaps, night_gap,
};
use units::{HourOfWeek, TravelTime};

use crate::city::{City, one};

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
    let profile = HourlyProfile::of(&served.inputs(), &hours, limit, one());
    assert_eq!(profile.n_sets(), hours.sets().len());
    assert!(
        profile.n_sets() >= 5 && profile.n_sets() < 20,
        "{}",
        profile.n_sets()
    );
    for hour in HourOfWeek::all() {
        let open = OpenSet::from_fn(5, |id| {
            let hours = &facilities[id.index()].hours;
            id != FacilityId::new(3)
                && hours
                    .as_ref()
                    .is_none_or(|hours| hours.is_open(hour, &week()))
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
    let n_hours = profile.hours_covered(&by_cell);
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
    let cells = night_gap(&served.inputs(), day, night, limit, one());
    let fold = |open: &OpenSet| ServiceCoverage::within(&served.inputs_with(open), limit, one());
    let (by_day, by_night) = (fold(day), fold(night));
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
