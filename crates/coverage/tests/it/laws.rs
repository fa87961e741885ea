//! What must hold for any city: more time, more facilities and fewer demands never lose coverage.

use std::num::NonZeroU32;

use coverage::{
    Demand, DemandId, FacilityId, JointCoverage, JointRule, Linkage, OpenSet, PointState, RowEntry,
    Rows, ServiceCoverage, ServiceInputs,
};
use proptest::prelude::*;
use units::TravelTime;

use crate::city::City;

/// Rows of a 5 x 5 city with made-up times.
fn rows(times: &[Vec<u32>]) -> Rows {
    Rows::from_entries(
        TravelTime::from_secs(900),
        6,
        times.iter().map(|row| {
            (0..)
                .zip(row)
                .map(|(facility, &secs)| RowEntry {
                    time: TravelTime::from_secs(secs),
                    facility: FacilityId::new(facility),
                })
                .collect()
        }),
    )
}

fn is_covered(coverage: &ServiceCoverage) -> Vec<bool> {
    coverage
        .states()
        .iter()
        .map(|&state| state == PointState::Covered)
        .collect()
}

fn implies(a: &[bool], b: &[bool]) -> bool {
    a.iter().zip(b).all(|(a, b)| !a || *b)
}

proptest! {
    #[test]
    fn coverage_is_monotone(
        times in prop::collection::vec(prop::collection::vec(0_u32..1_200, 6), 25),
        open in prop::collection::vec(any::<bool>(), 6),
        opened in 0_u32..6, limit in 0_u32..800, more in 0_u32..100, required in 1_u32..4
    ) {
        let city = City::new(5);
        let demand = city.powers_of_two();
        let rows = rows(&times);
        let from = {
            let graph = &city.grid.graph;
            let index = reach::SnapIndex::new(graph, |_| true);
            let network = reach::Network::new(graph, &city.metric);
            Linkage::of_demand(&network, &index, &demand, |_| true, crate::city::options())
        };
        let set = OpenSet::from_fn(6, |id| open[id.index()]);
        let larger = OpenSet::from_fn(6, |id| open[id.index()] || id.as_u32() == opened);
        let required = NonZeroU32::new(required).unwrap();
        let fold = |open: &OpenSet, secs: u32, required| {
            let inputs = ServiceInputs { demand: &demand, linkage: &from, rows: &rows, open };
            ServiceCoverage::within(&inputs, TravelTime::from_secs(secs), required)
        };
        let base = fold(&set, limit, required);
        let base_covered = is_covered(&base);
        prop_assert!(implies(&base_covered, &is_covered(&fold(&set, limit + more, required))));
        prop_assert!(implies(&base_covered, &is_covered(&fold(&larger, limit, required))));
        let stricter = required.saturating_add(1);
        prop_assert!(implies(&is_covered(&fold(&set, limit, stricter)), &base_covered));

        // By hand: the required number of open facilities within the limit.
        for (point, row) in times.iter().enumerate() {
            let n = row.iter().zip(&open).filter(|&(&secs, &open)| open && secs <= limit).count();
            let id = DemandId::from_index(point);
            prop_assert_eq!(rows.n_within(id, TravelTime::from_secs(limit), &set), n);
            prop_assert_eq!(base_covered[point], n >= usize::try_from(required.get()).unwrap());
        }

        // Nothing is lost or counted twice.
        let split = *base.total();
        prop_assert_eq!(split.total(), demand.total());
        let by_cell: Demand = base.cells().iter().map(|cell| cell.covered).sum();
        prop_assert_eq!(by_cell, split.covered);

        // All of two is within each, and any of two contains each.
        let other = fold(&larger, limit / 2, NonZeroU32::MIN);
        let all = JointCoverage::of(&demand, &[&base, &other], JointRule::AllOf);
        let any = JointCoverage::of(&demand, &[&base, &other], JointRule::AnyOf);
        for (point, &covered) in base_covered.iter().enumerate() {
            let other = other.states()[point] == PointState::Covered;
            prop_assert_eq!(all.states()[point] == PointState::Covered, covered && other);
            prop_assert_eq!(any.states()[point] == PointState::Covered, covered || other);
        }
    }
}
