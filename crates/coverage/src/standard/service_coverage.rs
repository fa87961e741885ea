use std::num::NonZeroU32;

use rayon::prelude::*;
use units::TravelTime;

use crate::{
    Assignment, CellRank, Demand, DemandId, DemandSet, DemandSplit, Facility, LinkState, Linkage,
    OpenSet, PointState, Rows, ServiceStandard,
};

/// Covered, but with less than this share of the limit to spare: fragile. A planner's band, not a
/// law: one fifth of 15 minutes is 3 minutes, about a red light on each of a trip's crossings.
pub const FRAGILE_BAND_PERCENT: u32 = 20;

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

/// How well one service covers the demand: a fold over the rows, never a new search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceCoverage {
    limit: TravelTime,
    required: NonZeroU32,
    states: Vec<PointState>,
    times: Vec<Option<TravelTime>>,
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
    /// rate, else by the time to a facility with room.
    ///
    /// With a rate, a point's time is that within which at least half of its demand finds room when
    /// everybody queues at the nearest ([`Assignment`]); a point is covered when that is within the
    /// limit. Pairs are taken by ascending time, so what happens past the limit changes nothing
    /// within it.
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
        Self::of_times(
            inputs.demand,
            inputs.linkage,
            assignment.times().to_vec(),
            standard.limit,
            NonZeroU32::MIN,
        )
    }

    /// Coverage of demand that is counted beside the demand in `assignment` and takes no room from
    /// it: each point's time is that to the nearest facility where one more person finds room
    /// ([`Assignment::has_room`]).
    ///
    /// # Panics
    /// When the inputs belong to different demand.
    ///
    /// Cost: linear in the pairs with full facilities.
    pub fn beside(inputs: &ServiceInputs<'_>, assignment: &Assignment, limit: TravelTime) -> Self {
        let time = |point: usize| {
            let mut row = inputs
                .rows
                .open_row(DemandId::from_index(point), inputs.open);
            let found = row.find(|entry| assignment.has_room(entry.facility, entry.time));
            found.map(|entry| entry.time)
        };
        let times = (0..inputs.demand.n_points()).into_par_iter().map(time);
        Self::of_times(
            inputs.demand,
            inputs.linkage,
            times.collect(),
            limit,
            NonZeroU32::MIN,
        )
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
            cells: Vec::new(),
            total: DemandSplit::default(),
        };
        coverage.weigh(demand);
        coverage
    }

    /// The same points covered, weighed by other demand at them, such as that of another hour
    /// ([`DemandSet::at`]).
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
        self.cells = split_by_cell(demand, &self.states, |point| self.is_fragile(point));
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
    /// one is required); `None` past the rows' limit, and where it is joined to no network.
    pub fn times(&self) -> &[Option<TravelTime>] {
        &self.times
    }

    /// Whether a demand point is covered with less than [`FRAGILE_BAND_PERCENT`] of the limit to
    /// spare.
    pub fn is_fragile(&self, point: usize) -> bool {
        let in_band = |time: TravelTime| time > safe_limit(self.limit);
        self.states[point] == PointState::Covered && self.times[point].is_some_and(in_band)
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

    /// The demand point that stands for a cell: half of the cell's demand is served in its time or
    /// less, half in its time or more (the weighted lower median; what is joined to no network is
    /// later than any time; ties go to the lower id). `None` without demand.
    ///
    /// A cell is covered exactly when this point is, so its facilities and margin speak for the
    /// cell.
    ///
    /// Cost: n log n in the points of the cell.
    pub fn typical_point(&self, demand: &DemandSet, cell: CellRank) -> Option<DemandId> {
        let mut points: Vec<usize> = demand.of_cell(cell).collect();
        // `None` is later than any time, and no network later still.
        points.sort_by_key(|&point| {
            let time = self.times[point];
            (!self.states[point].is_joined(), time.is_none(), time, point)
        });
        let weight = |point: usize| demand.points()[point].demand;
        let total: Demand = points.iter().map(|&point| weight(point)).sum();
        if total == Demand::ZERO {
            return None;
        }
        let mut so_far = Demand::ZERO;
        let typical = points.into_iter().find(|&point| {
            so_far = so_far + weight(point);
            so_far.is_at_least_half_of(total)
        });
        typical.map(DemandId::from_index)
    }
}

/// Times up to this leave the whole margin band to spare.
fn safe_limit(limit: TravelTime) -> TravelTime {
    let tenths = u64::from(limit.as_tenths()) * u64::from(100 - FRAGILE_BAND_PERCENT) / 100;
    TravelTime::from_tenths(u32::try_from(tenths).expect("a part of a u32"))
}

pub(crate) fn split_by_cell(
    demand: &DemandSet,
    states: &[PointState],
    fragile: impl Fn(usize) -> bool,
) -> Vec<DemandSplit> {
    let mut cells = vec![DemandSplit::default(); demand.n_cells()];
    for (index, (point, &state)) in demand.points().iter().zip(states).enumerate() {
        cells[point.cell.index()].add(state, fragile(index), point.demand);
    }
    cells
}
