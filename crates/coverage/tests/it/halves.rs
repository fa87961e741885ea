//! A demand point of which half finds room counts half: worked by hand, and laws of any queue.

use std::num::NonZeroU32;

use coverage::{
    Assignment, Capacity, Demand, DemandBalance, DemandId, DemandSet, DemandSplit, Equity,
    EquityInputs, Facility, FacilityId, Indicators, JointCoverage, JointRule, Ledger, Linkage,
    OpenSet, Part, PointState, Reason, ReasonInputs, RowEntry, Rows, Selection, ServiceCoverage,
    ServiceInputs, ServiceRate, ServiceStandard, gaps, night_gap, reasons,
};
use proptest::prelude::*;
use units::TravelTime;

use crate::city::{City, speed};

/// Points along a street of a city with a queue before them: what each asks for in thousandths, and
/// the seconds to each facility.
struct Queue {
    city: City,
    demand: DemandSet,
    linkage: Linkage,
    rows: Rows,
    facilities: Vec<Facility>,
}

const SEARCHED_S: u32 = 200;

fn secs(secs: u32) -> TravelTime {
    TravelTime::from_secs(secs)
}

fn thousandths(amount: u64) -> Demand {
    Demand::from_thousandths(amount)
}

fn standard(limit_s: u32) -> ServiceStandard {
    ServiceStandard {
        key: "swap".into(),
        name: String::new(),
        selection: Selection::default(),
        profile: "rider".into(),
        limit: secs(limit_s),
        required: NonZeroU32::MIN,
        at: None,
        rate: ServiceRate::new(thousandths(1)),
    }
}

impl Queue {
    /// `rooms` in thousandths of demand; `None` is unknown.
    fn new(points: &[(u64, &[u32])], rooms: &[Option<u32>]) -> Self {
        let city = City::new(6);
        // A point is known by where it stands: points are sorted by cell.
        let position = |i: usize| city.grid.position(i % 6, i / 6);
        let counts = points.iter().enumerate();
        let counts = counts.map(|(i, &(amount, _))| (position(i), thousandths(amount)));
        let demand = DemandSet::counted("riders", &city.area, counts);
        let rows = demand.points().iter().map(|point| {
            let given = (0..points.len()).find(|&i| position(i) == point.position);
            let times = points[given.unwrap()].1;
            let entry = |(facility, &time): (u32, &u32)| RowEntry {
                time: secs(time),
                facility: FacilityId::new(facility),
            };
            let all = (0..).zip(times).map(entry);
            all.filter(|entry| entry.time <= secs(SEARCHED_S)).collect()
        });
        let rows = Rows::from_entries(secs(SEARCHED_S), rooms.len(), rows.collect::<Vec<_>>());
        let crossings: Vec<(usize, usize)> = (0..rooms.len()).map(|i| (i, 5)).collect();
        let mut facilities = city.facilities(&crossings);
        for (facility, &room) in facilities.iter_mut().zip(rooms) {
            facility.capacity = room.map(Capacity::new);
        }
        let linkage = {
            let index = reach::SnapIndex::new(&city.grid.graph, |_| true);
            let network = reach::Network::new(&city.grid.graph, &city.metric);
            Linkage::of_demand(&network, &index, &demand, |_| true, crate::city::options())
        };
        Self {
            city,
            demand,
            linkage,
            rows,
            facilities,
        }
    }

    fn inputs<'a>(&'a self, open: &'a OpenSet) -> ServiceInputs<'a> {
        ServiceInputs {
            demand: &self.demand,
            linkage: &self.linkage,
            rows: &self.rows,
            open,
        }
    }

    fn all(&self) -> OpenSet {
        OpenSet::all(self.facilities.len())
    }

    fn within(&self, limit_s: u32, open: &OpenSet) -> ServiceCoverage {
        ServiceCoverage::under(&self.inputs(open), &self.facilities, &standard(limit_s))
    }

    /// The place in the set of the point given as the i-th.
    fn point(&self, i: usize) -> usize {
        let position = self.city.grid.position(i % 6, i / 6);
        let points = self.demand.points().iter();
        points.clone().position(|p| p.position == position).unwrap()
    }

    /// What is covered of the point given as the i-th.
    fn covered(&self, coverage: &ServiceCoverage, i: usize) -> u64 {
        let point = self.point(i);
        let split = coverage.split_of(point, self.demand.points()[point].demand);
        split.covered.as_thousandths()
    }
}

#[test]
fn half_of_a_point_counts_half_everywhere() {
    let queue = Queue::new(&[(10, &[60])], &[Some(5)]);
    let open = queue.all();
    let coverage = queue.within(100, &open);
    assert_eq!(coverage.states(), [PointState::Partly]);
    let half = DemandSplit {
        covered: thousandths(5),
        uncovered: thousandths(5),
        ..DemandSplit::default()
    };
    assert_eq!(*coverage.total(), half);
    let balance = DemandBalance::of(&queue.demand, coverage.total());
    assert!(balance.holds() && balance.covered == thousandths(5));
    // Half of the people are there within 60 s, the others at no time that is known.
    let told = Indicators::of(&queue.demand, &coverage, secs(SEARCHED_S));
    assert_eq!(
        (told.split, told.median, told.quantile_75),
        (half, Some(secs(60)), None)
    );
    let worst = told.worst_tenth.unwrap();
    assert!(worst.is_lower_bound && worst.mean == secs(SEARCHED_S));
    let inputs = queue.inputs(&open);
    let equity = Equity::of(&EquityInputs {
        inputs,
        coverage: &coverage,
        facilities: &queue.facilities,
        speed: speed(5_000),
        center: queue.city.grid.position(0, 0),
        zone_ranks: &[],
    });
    assert_eq!(equity.beyond, thousandths(5));
    // (60 + 200) / 2, the second at least.
    assert_eq!(equity.mean_s, Some(130.0));
    // If the only facility closed, the five that it serves would be lost.
    let ledger = Ledger::of(&inputs, &coverage);
    assert_eq!(ledger.facilities()[0].unique_demand, thousandths(5));
    assert_eq!(ledger.facilities()[0].within_limit, thousandths(10));
    // Of another amount at the point the same part, rounded down.
    let seven = coverage.split_of(0, thousandths(7));
    assert_eq!(
        (seven.covered, seven.uncovered),
        (thousandths(3), thousandths(4))
    );
}

#[test]
fn the_rest_of_a_point_is_a_gap_for_want_of_room() {
    let queue = Queue::new(&[(10, &[60, 90])], &[Some(4), Some(9)]);
    let day = queue.all();
    let night = day.without(FacilityId::new(1));
    let (by_day, by_night) = (queue.within(100, &day), queue.within(100, &night));
    assert_eq!(by_day.states(), [PointState::Covered]);
    assert_eq!(by_night.states(), [PointState::Partly]);
    // Four of ten: the cell is part of a gap, six are missing.
    let found = gaps(&queue.city.area, by_night.cells());
    assert_eq!((found.len(), found[0].uncovered), (1, thousandths(6)));
    assert_eq!(found[0].missing(&queue.demand, &by_night), None);
    let with_room = ServiceCoverage::of(&queue.inputs(&night), &standard(100));
    let inputs = ReasonInputs {
        demand: &queue.demand,
        coverage: &by_night,
        at_any_hour: None,
        with_room: Some(&with_room),
        without: &[],
        facilities: &queue.facilities,
        open: &night,
        waters: &[],
        speed: speed(5_000),
    };
    let why = reasons(&inputs);
    assert_eq!(why, [Some(Reason::Full)]);
    assert_eq!(
        found[0].reason(&queue.demand, &by_night, &why),
        Some(Reason::Full)
    );
    // The other facility would take all that is missing, but is shut.
    let inputs = ReasonInputs {
        at_any_hour: Some(&by_day),
        ..inputs
    };
    assert_eq!(reasons(&inputs), [Some(Reason::Closed)]);
    // What the night takes away: six of the ten that the day serves.
    let lost: Demand = night_gap(&queue.demand, &by_day, &by_night)
        .iter()
        .map(|cell| cell.uncovered)
        .sum();
    assert_eq!(lost, thousandths(6));
}

#[test]
fn who_is_nearer_comes_first() {
    // Two points of six and eight places: six, and two of six.
    let queue = Queue::new(&[(6, &[60]), (6, &[50])], &[Some(8)]);
    let coverage = queue.within(100, &queue.all());
    assert_eq!([0, 1].map(|i| queue.covered(&coverage, i)), [2, 6]);
    // Of equally near ones the first in the set does.
    let queue = Queue::new(&[(6, &[60]), (6, &[60])], &[Some(8)]);
    let coverage = queue.within(100, &queue.all());
    let first = queue.point(0).min(queue.point(1));
    let split = |point| coverage.split_of(point, thousandths(6)).covered;
    assert_eq!(split(first), thousandths(6));
    assert_eq!(split(1 - first), thousandths(2));
    // What overflows goes on to the next, and past the limit it counts no more: 5 at 60 s, 3 at
    // 100 s, the limit included, 2 at 101 s.
    let queue = Queue::new(&[(10, &[60, 100, 101])], &[Some(5), Some(3), None]);
    let coverage = queue.within(100, &queue.all());
    assert_eq!(queue.covered(&coverage, 0), 8);
    let by_time: Vec<_> = coverage.by_time(0, thousandths(10)).collect();
    let part = |time, amount| (Some(secs(time)), thousandths(amount));
    assert_eq!(by_time, [part(60, 5), part(100, 3), part(101, 2)]);
    // 80 s is all but the margin band: three are fragile.
    assert_eq!(coverage.total().fragile, thousandths(3));
    assert_eq!(queue.covered(&queue.within(99, &queue.all()), 0), 5);
    // Nobody is there: one more person would find room at the second.
    let queue = Queue::new(&[(5, &[60, 80]), (0, &[60, 80])], &[Some(5), Some(1)]);
    let coverage = queue.within(100, &queue.all());
    assert_eq!(coverage.times()[queue.point(1)], Some(secs(80)));
}

#[test]
fn people_of_a_point_come_in_one_order_to_all_services() {
    // Of ten, five find a cabinet and eight a canteen: five have both, eight one of them.
    let one = Queue::new(&[(10, &[60])], &[Some(5)]);
    let other = Queue::new(&[(10, &[90])], &[Some(8)]);
    let open = one.all();
    let (five, eight) = (one.within(100, &open), other.within(100, &open));
    let all = JointCoverage::of(&one.demand, &[&five, &eight], JointRule::AllOf);
    assert_eq!(all.total().covered, thousandths(5));
    assert_eq!(all.total().uncovered, thousandths(5));
    // All five come to the canteen within the band: fragile.
    assert_eq!(all.total().fragile, thousandths(5));
    // Three of the ten lack the cabinet alone, two both.
    assert_eq!(all.sole_obstacle(), [thousandths(3), Demand::ZERO]);
    let any = JointCoverage::of(&one.demand, &[&five, &eight], JointRule::AnyOf);
    assert_eq!(any.total().covered, thousandths(8));
    assert_eq!(any.total().fragile, thousandths(3));
    // Four and three: a gap, in which six lack the first and seven the second.
    let one = Queue::new(&[(10, &[60])], &[Some(4)]);
    let other = Queue::new(&[(10, &[90])], &[Some(3)]);
    let (four, three) = (one.within(100, &open), other.within(100, &open));
    let all = JointCoverage::of(&one.demand, &[&four, &three], JointRule::AllOf);
    let gap = &gaps(&one.city.area, all.cells())[0];
    assert_eq!(gap.uncovered, thousandths(7));
    let full = [Some(Reason::Full)];
    let parts = [&four, &three].map(|coverage| Part {
        coverage,
        reasons: &full,
    });
    let lacks = gap.lacks(&one.demand, &all, &parts);
    let told: Vec<_> = lacks.iter().map(|lack| (lack.part, lack.demand)).collect();
    assert_eq!(told, [(1, thousandths(7)), (0, thousandths(6))]);
    assert!(lacks.iter().all(|lack| lack.reason == Some(Reason::Full)));
    assert!(lacks.iter().all(|lack| lack.missing.is_none()));
}

#[test]
fn the_same_people_in_another_unit_find_the_same_room() {
    let queue = Queue::new(
        &[(10, &[60, 80]), (6, &[50, 120]), (3, &[70, 70])],
        &[Some(11), Some(4)],
    );
    let open = queue.all();
    let inputs = queue.inputs(&open);
    let rate = ServiceRate::new(thousandths(1)).unwrap();
    let assignment = Assignment::of(&inputs, &queue.facilities, rate, secs(SEARCHED_S));
    // Six, then five of ten at the first; three, then one of the five left at the second.
    let coverage = queue.within(100, &open);
    assert_eq!([0, 1, 2].map(|i| queue.covered(&coverage, i)), [6, 6, 3]);
    let points = queue.demand.points().iter();
    let scaled = points.map(|p| (p.position, thousandths(p.demand.as_thousandths() * 100)));
    let measure = DemandSet::counted("orders", &queue.city.area, scaled);
    let inputs = ServiceInputs {
        demand: &measure,
        ..inputs
    };
    let beside = ServiceCoverage::beside(&inputs, &assignment, secs(100));
    for point in 0..3 {
        let whole = measure.points()[point].demand;
        assert_eq!(
            beside.split_of(point, whole),
            coverage.split_of(point, whole)
        );
    }
    assert_eq!(beside.total().covered, thousandths(1_500));
}

fn in_pool<T: Send>(n_threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads);
    pool.build().unwrap().install(work)
}

proptest! {
    #[test]
    fn room_is_given_once_and_more_of_it_takes_none_away(
        points in prop::collection::vec((0_u64..40, prop::collection::vec(0_u32..260, 4)), 1..12),
        rooms in prop::collection::vec(prop::option::of(0_u32..60), 4),
        open in prop::collection::vec(any::<bool>(), 4),
        (grown, more) in (0_usize..4, 1_u32..30), limit in 0_u32..SEARCHED_S,
        other in 0_u64..1_000,
    ) {
        let given: Vec<(u64, &[u32])> = points.iter().map(|(d, t)| (*d, t.as_slice())).collect();
        let queue = Queue::new(&given, &rooms);
        let set = OpenSet::from_fn(4, |id| open[id.index()]);
        let coverage = queue.within(limit, &set);
        let total = *coverage.total();

        // Nothing is lost or counted twice, by point, by cell and in all, in any unit.
        prop_assert_eq!(total.total(), queue.demand.total());
        let by_cell: Demand = coverage.cells().iter().map(|cell| cell.covered).sum();
        prop_assert_eq!(by_cell, total.covered);
        for (point, here) in queue.demand.points().iter().enumerate() {
            for amount in [here.demand, thousandths(other)] {
                let split = coverage.split_of(point, amount);
                prop_assert_eq!(split.covered + split.uncovered, amount);
                prop_assert!(split.fragile <= split.covered);
                let parts = || coverage.by_time(point, amount);
                prop_assert_eq!(parts().map(|(_, part)| part).sum::<Demand>(), amount);
                let in_time = |time: Option<TravelTime>| time.is_some_and(|t| t <= secs(limit));
                let covered = parts().filter(|&(time, _)| in_time(time)).map(|(_, part)| part);
                prop_assert_eq!(covered.sum::<Demand>(), split.covered);
            }
            // The half of a cell that stands for it, of a single point.
            let split = coverage.split_of(point, here.demand);
            let is_half = split.covered.is_at_least_half_of(here.demand);
            if here.demand > Demand::ZERO {
                let time = coverage.times()[point];
                prop_assert_eq!(time.is_some_and(|time| time <= secs(limit)), is_half);
            }
        }

        // No more is covered than there is room for, and exactly what facilities take in time.
        let rate = standard(limit).rate.unwrap();
        let inputs = queue.inputs(&set);
        let assignment = Assignment::of(&inputs, &queue.facilities, rate, secs(limit));
        prop_assert_eq!(assignment.taken(), total.covered);
        for load in assignment.facilities() {
            prop_assert!(load.serves.is_none_or(|serves| load.taken <= serves));
        }

        // More room at one facility, or one more open, takes nothing from any point.
        let covered = |coverage: &ServiceCoverage, point: usize| {
            coverage.split_of(point, queue.demand.points()[point].demand).covered
        };
        let mut larger = rooms.clone();
        larger[grown] = larger[grown].map(|room| room + more);
        let roomier = Queue::new(&given, &larger).within(limit, &set);
        let opened = OpenSet::from_fn(4, |id| open[id.index()] || id.index() == grown);
        let opened = queue.within(limit, &opened);
        let longer = queue.within((limit + more).min(SEARCHED_S), &set);
        for point in 0..queue.demand.n_points() {
            for grown in [&roomier, &opened, &longer] {
                prop_assert!(covered(grown, point) >= covered(&coverage, point));
            }
        }

        // With room for everybody, and where nobody counts, room makes no difference.
        let ample = Queue::new(&given, &[Some(1_000), None, Some(1_000), None]);
        let inputs = ample.inputs(&set);
        let plain = ServiceCoverage::of(&inputs, &standard(limit));
        let under = ample.within(limit, &set);
        prop_assert_eq!(plain.states(), under.states());
        prop_assert_eq!(plain.times(), under.times());
        prop_assert_eq!(plain.cells(), under.cells());
        for point in 0..queue.demand.n_points() {
            prop_assert!(covered(&coverage, point) <= covered(&plain, point));
            let id = DemandId::from_index(point);
            let is_near = queue.rows.n_within(id, secs(limit), &set) > 0;
            prop_assert_eq!(covered(&plain, point) > Demand::ZERO,
                is_near && queue.demand.points()[point].demand > Demand::ZERO);
        }

        // All of two is within each, any of two contains each.
        let all = JointCoverage::of(&queue.demand, &[&coverage, &opened], JointRule::AllOf);
        let any = JointCoverage::of(&queue.demand, &[&coverage, &longer], JointRule::AnyOf);
        prop_assert_eq!(all.total().covered, total.covered);
        prop_assert_eq!(any.total().covered, longer.total().covered);
        prop_assert_eq!(all.total().total(), queue.demand.total());

        // Whatever the number of threads.
        let [one, three] = [1, 3].map(|n| in_pool(n, || queue.within(limit, &set)));
        prop_assert_eq!(&one, &coverage);
        prop_assert_eq!(&three, &coverage);
    }
}
