//! Distinct powers of two as demand: a covered sum names the crossings reached. Expected sums are
//! written out, not computed.

use std::num::NonZeroU32;

use coverage::{
    Demand, DemandSet, DemandSplit, Facility, FacilityId, FacilityKind, JointCoverage, JointRule,
    Ledger, OpenSet, ServiceCoverage,
};
use units::{LngLat, TravelTime};

use crate::city::{City, one};

fn covered(coverage: &ServiceCoverage) -> u64 {
    coverage.total().covered.as_thousandths()
}

#[test]
fn three_blocks_from_the_corner() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    assert_eq!(demand.total().as_thousandths(), (1 << 25) - 1);
    let served = city.served(
        &demand,
        &city.facilities(&[(0, 0)]),
        TravelTime::from_secs(200),
    );
    // Row 0: crossings 0 1 2 3; row 1: 5 6 7; row 2: 10 11; row 3: 15.
    assert_eq!(covered(&served.within(60)), 36_079);
    // A tenth of a second less and the fourth diagonal is lost: 0 1 2 5 6 10.
    let inputs = served.inputs();
    let less = ServiceCoverage::within(&inputs, TravelTime::from_tenths(599), one());
    assert_eq!(covered(&less), 1_127);
    // Eight blocks reach the far corner.
    assert_eq!(covered(&served.within(160)), (1 << 25) - 1);
    assert_eq!(covered(&served.within(159)), (1 << 24) - 1);
}

#[test]
fn two_stations_and_backup() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let served = city.served(
        &demand,
        &city.facilities(&[(0, 0), (4, 0)]),
        TravelTime::from_secs(200),
    );
    // Within two blocks of (0,0): 0 1 2 5 6 10; of (4,0): 2 3 4 8 9 14; only crossing 2 has both.
    assert_eq!(
        covered(&served.within(40)),
        1_127 + 8 + 16 + 256 + 512 + 16_384
    );
    let two = NonZeroU32::new(2).unwrap();
    let backup = ServiceCoverage::within(&served.inputs(), TravelTime::from_secs(40), two);
    assert_eq!(covered(&backup), 4);
    // The third facility does not exist, so nobody has it.
    let three = NonZeroU32::new(3).unwrap();
    let none = ServiceCoverage::within(&served.inputs(), TravelTime::from_secs(200), three);
    assert_eq!(covered(&none), 0);
}

#[test]
fn a_start_delay_and_a_walk_count() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let mut facilities = city.facilities(&[(0, 0)]);
    facilities[0].start_delay = TravelTime::from_secs(20);
    let served = city.served(&demand, &facilities, TravelTime::from_secs(200));
    // One block less: the three-block sum of the plain station becomes the two-block one.
    assert_eq!(covered(&served.within(60)), 1_127);
    // 60 m west of the corner, on foot at 1.2 m/s: 50 s before the first crossing.
    let corner = city.grid.position(0, 0);
    let aside = LngLat::from_e7(corner.lng_e7() - 5_842, corner.lat_e7());
    let facilities = [Facility::new("aside", FacilityKind::WarmStation, aside)];
    let served = city.served(&demand, &facilities, TravelTime::from_secs(200));
    assert_eq!(covered(&served.within(49)), 0);
    assert_eq!(covered(&served.within(51)), 1);
    assert_eq!(covered(&served.within(71)), 1 + 2 + 32);
}

#[test]
fn far_places_are_unlinked_and_no_gap() {
    let city = City::new(5);
    let corner = city.grid.position(0, 0);
    // 200 m west of the corner: beyond the 150 m that a place may lie from a street.
    let far = LngLat::from_e7(corner.lng_e7() - 19_474, corner.lat_e7());
    let counts = [
        (far, Demand::from_units(3)),
        (corner, Demand::from_units(1)),
    ];
    let demand = DemandSet::counted("riders", &city.area, counts);
    let served = city.served(
        &demand,
        &city.facilities(&[(4, 4)]),
        TravelTime::from_secs(200),
    );
    assert_eq!(served.from.n_unlinked(), 1);
    let split = *served.within(200).total();
    let want = DemandSplit {
        covered: Demand::from_units(1),
        unlinked: Demand::from_units(3),
        ..DemandSplit::default()
    };
    assert_eq!(split, want);
    let none = served.within(20);
    assert_eq!(none.total().uncovered, Demand::from_units(1));
    // An unlinked facility serves nobody.
    let lost = [Facility::new("lost", FacilityKind::WarmStation, far)];
    let served = city.served(&demand, &lost, TravelTime::from_secs(200));
    assert_eq!(served.rows.n_pairs(), 0);
    assert_eq!(covered(&served.within(200)), 0);
}

#[test]
fn demand_outside_the_boundary_is_reported_not_counted() {
    let city = City::new(5);
    let away = LngLat::from_degrees(114.5, 22.54).unwrap();
    let counts = [
        (away, Demand::from_units(7)),
        (city.grid.position(2, 2), Demand::from_units(1)),
    ];
    let demand = DemandSet::counted("riders", &city.area, counts);
    assert_eq!(demand.total(), Demand::from_units(1));
    assert_eq!(demand.outside(), Demand::from_units(7));
}

#[test]
fn a_square_at_the_rim_gives_the_part_of_its_ground() {
    let city = City::new(5);
    let east = city.area.bounding_box().north_east().lng_e7();
    let middle = city.area.bounding_box().center().lat_e7();
    // 2,000 units of 1e-7 degrees a side; so many of them west of the eastern border.
    let square = |west_of_border: i32, demand: u64| {
        let at = |x: i32, y: i32| LngLat::from_e7(east - west_of_border + x, middle + y);
        coverage::DemandSquare {
            center: at(1_000, 0),
            corners: [
                at(0, -1_000),
                at(2_000, -1_000),
                at(2_000, 1_000),
                at(0, 1_000),
            ],
            demand: Demand::from_units(demand),
        }
    };
    let squares = [
        square(9_000, 7),
        square(1_500, 400),
        square(500, 400),
        square(-3_000, 11),
    ];
    let (set, rim) = DemandSet::counted_on_squares("people", &city.area, squares);
    assert_eq!(set.given(), Demand::from_units(818));
    assert_eq!(set.given(), set.total() + set.outside());
    // Three quarters and one quarter of 400.
    let close = |demand: Demand, units: f64| (demand.as_units_f64() - units).abs() < 0.1;
    assert!(
        close(set.total(), 407.0) && close(set.outside(), 411.0),
        "{set:?}"
    );
    assert_eq!(rim.n_squares, 2);
    assert!(
        close(rim.inside, 400.0) && close(rim.outside, 400.0),
        "{rim:?}"
    );
}

#[test]
fn a_joint_circle_is_joined_point_by_point() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let limit = TravelTime::from_secs(200);
    let cabinet = city
        .served(&demand, &city.facilities(&[(0, 0)]), limit)
        .within(40);
    let canteen = city
        .served(&demand, &city.facilities(&[(2, 0)]), limit)
        .within(40);
    // Cabinet: 0 1 2 5 6 10. Canteen: 0 1 2 3 4 6 7 8 12. Both: 0 1 2 6.
    let both = JointCoverage::of(&demand, &[&cabinet, &canteen], JointRule::AllOf);
    assert_eq!(both.total().covered.as_thousandths(), 71);
    let any = JointCoverage::of(&demand, &[&cabinet, &canteen], JointRule::AnyOf);
    assert_eq!(
        any.total().covered.as_thousandths(),
        1_127 + 8 + 16 + 128 + 256 + 4_096
    );
    // Only the cabinet is missing at 3 4 7 8 12; only the canteen at 5 10.
    let sole: Vec<u64> = both
        .sole_obstacle()
        .iter()
        .map(|demand| demand.as_thousandths())
        .collect();
    assert_eq!(sole, [8 + 16 + 128 + 256 + 4_096, 32 + 1_024]);
    assert_eq!(any.sole_obstacle(), [Demand::ZERO; 2]);
}

#[test]
fn the_weakest_part_of_a_cell_covers_least_of_it() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let limit = TravelTime::from_secs(200);
    let near = city
        .served(&demand, &city.facilities(&[(0, 0)]), limit)
        .within(40);
    let all = city
        .served(&demand, &city.facilities(&[(0, 0)]), limit)
        .within(200);
    let joint = JointCoverage::of(&demand, &[&all, &near], JointRule::AllOf);
    for (cell, weakest) in joint.weakest().iter().enumerate() {
        let want = (joint.cells()[cell].total() > Demand::ZERO)
            .then(|| usize::from(near.cells()[cell].covered < all.cells()[cell].covered));
        assert_eq!(*weakest, want);
    }
    assert!(joint.weakest().contains(&Some(1)));
}

#[test]
fn unique_demand_is_what_a_closure_loses() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let facilities = city.facilities(&[(0, 0), (4, 0), (2, 2)]);
    let served = city.served(&demand, &facilities, TravelTime::from_secs(200));
    for (limit, required) in [(40, 1), (80, 1), (80, 2), (120, 3), (160, 2)] {
        let limit = TravelTime::from_secs(limit);
        let required = NonZeroU32::new(required).unwrap();
        let coverage = ServiceCoverage::within(&served.inputs(), limit, required);
        let ledger = Ledger::of(&served.inputs(), &coverage);
        for (id, line) in ledger.facilities().iter().enumerate() {
            let open = OpenSet::all(3).without(FacilityId::from_index(id));
            let without = ServiceCoverage::within(&served.inputs_with(&open), limit, required);
            let lost = coverage.total().covered - without.total().covered;
            assert_eq!(line.unique_demand, lost, "{id} at {limit}");
        }
        let nearest: Demand = ledger.facilities().iter().map(|line| line.nearest_to).sum();
        let any = ServiceCoverage::within(&served.inputs(), limit, one());
        assert_eq!(nearest, any.total().covered);
    }
    // At 40 s: (0,0) has 0 1 2 5 6 10; (4,0) has 2 3 4 8 9 14; (2,2) has 2 6 7 8 10 11 12 13 14 16
    // 17 18 22. Alone: 0 1 5; 3 4 9; the rest of the third but 2 6 8 10 14.
    let coverage = served.within(40);
    let ledger = Ledger::of(&served.inputs(), &coverage);
    let unique: Vec<u64> = ledger
        .facilities()
        .iter()
        .map(|line| line.unique_demand.as_thousandths())
        .collect();
    assert_eq!(
        unique,
        [
            35,
            536,
            128 + 2_048 + 4_096 + 8_192 + 65_536 + 131_072 + 262_144 + 4_194_304
        ]
    );
}

#[test]
fn a_cells_typical_point_is_covered_when_the_cell_is() {
    let city = City::new(30);
    let demand = city.streets();
    let facilities = city.facilities(&[(3, 4), (20, 9), (28, 28)]);
    let served = city.served(&demand, &facilities, TravelTime::from_secs(400));
    let coverage = served.within(150);
    let ledger = Ledger::of(&served.inputs(), &coverage);
    let mut n_cells = [0; 2];
    for (cell, line) in coverage.cells().iter().zip(ledger.cells()) {
        assert_eq!(line.is_none(), cell.total() == Demand::ZERO);
        let Some(line) = line else { continue };
        let covered = cell.covered.is_at_least_half_of(cell.total());
        n_cells[usize::from(covered)] += 1;
        assert_eq!(
            line.margin.is_some_and(|margin| margin.as_tenths() >= 0),
            covered
        );
        let (nearest, second) = (line.nearest.map(|e| e.time), line.second.map(|e| e.time));
        assert!(second.is_none_or(|second| nearest.is_some_and(|nearest| nearest <= second)));
    }
    assert!(n_cells[0] > 20 && n_cells[1] > 10, "{n_cells:?}");
}

#[test]
fn fragile_demand_is_inside_the_margin_band() {
    let city = City::new(5);
    let demand = city.powers_of_two();
    let served = city.served(
        &demand,
        &city.facilities(&[(0, 0)]),
        TravelTime::from_secs(200),
    );
    // 100 s: five blocks; the band begins past 80 s, so the fifth diagonal is fragile: 9 13 17 21.
    let total = *served.within(100).total();
    assert_eq!(
        total.fragile.as_thousandths(),
        512 + 8_192 + 131_072 + 2_097_152
    );
}
