use std::num::NonZeroU32;

use rayon::prelude::*;
use units::TravelTime;

use super::served::{ByTime, Served};
use crate::{
    Assignment, CellRank, Demand, DemandId, DemandSet, DemandSplit, Facility, LinkState, Linkage,
    OpenSet, PointState, RowEntry, Rows, ServiceStandard,
};

/// Covered, but with less than this share of the limit to spare: fragile. A planner's band, not a
/// law: one fifth of 15 minutes is 3 minutes, about a red light on each of a trip's crossings.
const FRAGILE_BAND_PERCENT: u32 = 20;

/// What a service's coverage is folded from.
#[derive(Clone, Copy, Debug)]
pub struct ServiceInputs<'a> {
    /// Who asks.
    pub demand: &'a DemandSet,
    /// The demand joined to the streets of the profile.
    pub linkage: &'a Linkage,
    /// The rows of the service and the profile.
    pub rows: &'a Rows,
    /// Which facilities count.
    pub open: &'a OpenSet,
}

impl<'a> ServiceInputs<'a> {
    /// The open facilities within a limit of a demand point, nearest first.
    pub(crate) fn near(
        &self,
        point: DemandId,
        limit: TravelTime,
    ) -> impl Iterator<Item = RowEntry> + 'a {
        let row = self.rows.open_row(point, self.open);
        row.take_while(move |entry| entry.time <= limit)
    }
}

/// How well one service covers the demand: a fold over the rows, never a new search.
///
/// A demand point is covered whole or not at all, but where facilities may be full: there it counts
/// as far as its people find room within the limit ([`PointState::Partly`]). All amounts come from
/// [`split_of`](Self::split_of) and [`by_time`](Self::by_time).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCoverage {
    limit: TravelTime,
    required: NonZeroU32,
    states: Vec<PointState>,
    times: Vec<Option<TravelTime>>,
    /// What finds room, where facilities may be full.
    served: Option<Served>,
    cells: Vec<DemandSplit>,
    total: DemandSplit,
}

impl ServiceCoverage {
    /// Coverage under a standard.
    ///
    /// # Panics
    /// As [`within`](Self::within).
    ///
    /// Cost: as [`within`](Self::within).
    pub fn of(inputs: &ServiceInputs<'_>, standard: &ServiceStandard) -> Self {
        Self::within(inputs, standard.limit, standard.required)
    }

    /// Coverage under a standard whose facilities may be full: as [`of`](Self::of) when it has no
    /// rate, else by who finds room.
    ///
    /// With a rate, everybody queues at the nearest ([`Assignment`]), and of each point as much is
    /// covered as finds room within the limit: five of ten count five. Pairs are taken by ascending
    /// time, so what happens past the limit changes nothing within it. Where nobody asks, a point's
    /// time is that to the nearest facility where one person more would find room.
    ///
    /// # Panics
    /// As [`within`](Self::within).
    ///
    /// Cost: as [`within`](Self::within); with a rate n log n in the pairs of the rows.
    pub fn under(
        inputs: &ServiceInputs<'_>,
        facilities: &[Facility],
        standard: &ServiceStandard,
    ) -> Self {
        let Some(rate) = standard.rate else {
            return Self::of(inputs, standard);
        };
        let assignment = Assignment::of(inputs, facilities, rate, inputs.rows.limit());
        let served = assignment.served().clone();
        Self::of_served(inputs, &assignment, served, standard.limit)
    }

    /// Coverage of demand that is counted beside the demand in `assignment` and takes no room from
    /// it, such as the same people in another unit: at each facility the same part of it finds room
    /// as of those in `assignment` who came as far, rounded down; the rest goes on to the next.
    ///
    /// `assignment` should reach as far as the rows: past its limit everybody finds room.
    ///
    /// # Panics
    /// When the inputs belong to different demand.
    ///
    /// Cost: linear in the pairs with full facilities, n log n in the points.
    pub fn beside(inputs: &ServiceInputs<'_>, assignment: &Assignment, limit: TravelTime) -> Self {
        let demand = inputs.demand;
        let found = |point: usize| {
            let id = DemandId::from_index(point);
            let mut left = demand.points()[point].demand;
            let mut found = Vec::new();
            let mut row = inputs.near(id, inputs.rows.limit());
            while left > Demand::ZERO
                && let Some(entry) = row.next()
            {
                let part = assignment.finds_room(entry, left);
                left = left - part;
                found.push((id, entry.time, part));
            }
            found
        };
        let points = (0..demand.n_points()).into_par_iter();
        let found = points.flat_map_iter(found).collect();
        let wholes = demand.points().iter().map(|point| point.demand).collect();
        Self::of_served(inputs, assignment, Served::new(wholes, found), limit)
    }

    fn of_served(
        inputs: &ServiceInputs<'_>,
        assignment: &Assignment,
        served: Served,
        limit: TravelTime,
    ) -> Self {
        let time = |point: usize| {
            if served.at(point).is_some() {
                return served.half_time(point);
            }
            let mut row = inputs.near(DemandId::from_index(point), inputs.rows.limit());
            let found = row.find(|entry| assignment.has_room(entry.facility, entry.time));
            found.map(|entry| entry.time)
        };
        let times = (0..inputs.demand.n_points()).into_par_iter().map(time);
        let (demand, one) = (inputs.demand, NonZeroU32::MIN);
        let mut coverage = Self::of_times(demand, inputs.linkage, times.collect(), limit, one);
        for (point, state) in coverage.states.iter_mut().enumerate() {
            if let Some((whole, within)) = served.at(point).filter(|_| state.is_joined()) {
                let n_in_time = within.partition_point(|&(time, _)| time <= limit);
                let covered = within[..n_in_time].last().map(|&(_, sum)| sum);
                *state = match covered {
                    Some(sum) if sum == whole => PointState::Covered,
                    Some(sum) if sum > Demand::ZERO => PointState::Partly,
                    _ => PointState::Uncovered,
                };
            }
        }
        coverage.served = Some(served);
        coverage.weigh(demand);
        coverage
    }

    /// Coverage within a limit by a required number of facilities.
    ///
    /// # Panics
    /// When the limit lies past that of the rows, or the inputs belong to different demand.
    ///
    /// Cost: linear in the demand points and the closed facilities that are nearer than open ones;
    /// spread over the rayon pool.
    pub fn within(inputs: &ServiceInputs<'_>, limit: TravelTime, required: NonZeroU32) -> Self {
        let ServiceInputs {
            demand,
            linkage,
            rows,
            open,
        } = *inputs;
        assert!(
            limit <= rows.limit(),
            "rows reach to {}, asked for {limit}",
            rows.limit()
        );
        assert_eq!(demand.n_points(), rows.n_points(), "rows of other demand");
        assert_eq!(
            open.n_facilities(),
            rows.n_facilities(),
            "facilities of other rows"
        );
        let times: Vec<Option<TravelTime>> = (0..demand.n_points())
            .into_par_iter()
            .map(|point| {
                let entry = rows.kth(DemandId::from_index(point), required, open)?;
                Some(entry.time)
            })
            .collect();
        Self::of_times(demand, linkage, times, limit, required)
    }

    /// Coverage from times known otherwise: `times` holds for each demand point the time to the
    /// required number of facilities, `None` past the limit that was searched to.
    ///
    /// # Panics
    /// When times or linkage belong to different demand.
    ///
    /// Cost: linear in the demand points.
    pub fn of_times(
        demand: &DemandSet,
        linkage: &Linkage,
        mut times: Vec<Option<TravelTime>>,
        limit: TravelTime,
        required: NonZeroU32,
    ) -> Self {
        assert_eq!(demand.n_points(), times.len(), "times of other demand");
        assert_eq!(
            demand.n_points(),
            linkage.n_places(),
            "linkage of other demand"
        );
        // On a scrap nobody finds anything, whatever stands on it.
        for (time, state) in times.iter_mut().zip(linkage.states()) {
            *time = time.filter(|_| state == LinkState::Joined);
        }
        let states: Vec<PointState> = times
            .iter()
            .zip(linkage.states())
            .map(|(time, state)| match (state, time) {
                (LinkState::TooFar, _) => PointState::Unlinked,
                (LinkState::OnScrap, _) => PointState::OnScrap,
                (LinkState::Joined, Some(time)) if *time <= limit => PointState::Covered,
                (LinkState::Joined, _) => PointState::Uncovered,
            })
            .collect();
        let mut coverage = Self {
            limit,
            required,
            states,
            times,
            served: None,
            cells: Vec::new(),
            total: DemandSplit::default(),
        };
        coverage.weigh(demand);
        coverage
    }

    /// The same points covered, weighed by other demand at them, such as that of another hour
    /// ([`DemandSet::at`]): where half of the people found room, half of the other amount counts.
    ///
    /// # Panics
    /// When the demand has other points.
    ///
    /// Cost: linear in the demand points.
    #[must_use]
    pub fn weighing(&self, demand: &DemandSet) -> Self {
        assert_eq!(demand.n_points(), self.states.len(), "other demand");
        let mut coverage = self.clone();
        coverage.weigh(demand);
        coverage
    }

    fn weigh(&mut self, demand: &DemandSet) {
        self.cells = split_by_cell(demand, |point, amount| self.split_of(point, amount));
        self.total = DemandSplit::default();
        for &cell in &self.cells {
            self.total += cell;
        }
    }

    /// The limit, included.
    pub fn limit(&self) -> TravelTime {
        self.limit
    }

    /// How many facilities must lie within it.
    pub fn required(&self) -> NonZeroU32 {
        self.required
    }

    /// What becomes of each demand point.
    pub fn states(&self) -> &[PointState] {
        &self.states
    }

    /// For each demand point the time to the required number of facilities (to the nearest, when
    /// one is required); `None` past the rows' limit, and where it is joined to no network. Where
    /// facilities may be full, the time within which at least half of its demand finds room.
    pub fn times(&self) -> &[Option<TravelTime>] {
        &self.times
    }

    /// Whether a demand point is covered with less than 20 % of the limit to
    /// spare.
    pub fn is_fragile(&self, point: usize) -> bool {
        let in_band = |time: TravelTime| time > safe_limit(self.limit);
        self.states[point] == PointState::Covered && self.times[point].is_some_and(in_band)
    }

    /// What becomes of an amount at a demand point: of its own demand, or of another that shares its
    /// lot, of which the same part is covered, rounded down. The parts add up to the amount.
    ///
    /// Cost: logarithmic in the facilities that the point's people use.
    pub fn split_of(&self, point: usize, amount: Demand) -> DemandSplit {
        let mut split = DemandSplit::default();
        match self.states[point] {
            PointState::Unlinked => split.unlinked = amount,
            PointState::OnScrap => split.on_scrap = amount,
            PointState::Covered | PointState::Partly | PointState::Uncovered => {
                split.covered = self.within_time(point, amount, self.limit);
                split.uncovered = amount - split.covered;
                if split.covered > Demand::ZERO {
                    let safe = self.within_time(point, amount, safe_limit(self.limit));
                    split.fragile = split.covered - safe;
                }
            }
        }
        split
    }

    /// An amount at a demand point by the time in which it is served.
    ///
    /// Cost: that of the iterator is linear in the facilities that the point's people use.
    pub fn by_time(&self, point: usize, amount: Demand) -> ByTime<'_> {
        match self.served_at(point) {
            Some((whole, within)) => ByTime::of(amount, whole, within),
            None => ByTime::at_once(amount, self.times[point]),
        }
    }

    /// What of an amount at a demand point is not covered though it is joined to a network; `None`
    /// where nothing is lacking.
    pub fn lacking(&self, point: usize, amount: Demand) -> Option<Demand> {
        let lacks = self.states[point].lacks();
        lacks.then(|| self.split_of(point, amount).uncovered)
    }

    fn served_at(&self, point: usize) -> Option<(Demand, &[(TravelTime, Demand)])> {
        let served = self.served.as_ref()?;
        served.at(point).filter(|_| self.states[point].is_joined())
    }

    /// What of an amount at a joined point is served within a time.
    fn within_time(&self, point: usize, amount: Demand, limit: TravelTime) -> Demand {
        match self.served_at(point) {
            Some((whole, within)) => {
                let n_in_time = within.partition_point(|&(time, _)| time <= limit);
                let sum = within[..n_in_time].last();
                sum.map_or(Demand::ZERO, |&(_, sum)| amount.part(sum, whole))
            }
            None if self.times[point].is_some_and(|time| time <= limit) => amount,
            None => Demand::ZERO,
        }
    }

    /// For each cell of the study area the demand by what becomes of it.
    pub fn cells(&self) -> &[DemandSplit] {
        &self.cells
    }

    /// One cell.
    pub fn cell(&self, cell: CellRank) -> &DemandSplit {
        &self.cells[cell.index()]
    }

    /// The whole study area.
    pub fn total(&self) -> &DemandSplit {
        &self.total
    }

    /// The demand point that stands for a cell, and the time of the people who do: half of the
    /// cell's demand is served in that time or less, half in that time or more (the weighted lower
    /// median; what is joined to no network is later than any time; ties go to the lower id). The
    /// time is `None` past the rows' limit. `None` without demand.
    ///
    /// A cell is covered exactly when that time is within the limit, so the point's facilities and
    /// the margin speak for the cell.
    ///
    /// Cost: n log n in the points of the cell.
    pub fn typical(
        &self,
        demand: &DemandSet,
        cell: CellRank,
    ) -> Option<(DemandId, Option<TravelTime>)> {
        let mut people: Vec<(bool, bool, Option<TravelTime>, usize, Demand)> = Vec::new();
        for point in demand.of_cell(cell) {
            let is_apart = !self.states[point].is_joined();
            // `None` is later than any time, and no network later still.
            let by_time = self.by_time(point, demand.points()[point].demand);
            people
                .extend(by_time.map(|(time, part)| (is_apart, time.is_none(), time, point, part)));
        }
        people.sort_unstable();
        let total: Demand = people.iter().map(|person| person.4).sum();
        if total == Demand::ZERO {
            return None;
        }
        let mut so_far = Demand::ZERO;
        let typical = people.into_iter().find(|person| {
            so_far = so_far + person.4;
            so_far.is_at_least_half_of(total)
        });
        typical.map(|(_, _, time, point, _)| (DemandId::from_index(point), time))
    }
}

/// Times up to this leave the whole margin band to spare.
fn safe_limit(limit: TravelTime) -> TravelTime {
    let tenths = u64::from(limit.as_tenths()) * u64::from(100 - FRAGILE_BAND_PERCENT) / 100;
    TravelTime::from_tenths(u32::try_from(tenths).expect("a part of a u32"))
}

pub(crate) fn split_by_cell(
    demand: &DemandSet,
    split_of: impl Fn(usize, Demand) -> DemandSplit,
) -> Vec<DemandSplit> {
    let mut cells = vec![DemandSplit::default(); demand.n_cells()];
    for (index, point) in demand.points().iter().enumerate() {
        cells[point.cell.index()] += split_of(index, point.demand);
    }
    cells
}
