use std::collections::BTreeMap;
use std::num::NonZeroU32;

use rayon::prelude::*;
use units::{HourOfWeek, TravelTime};

use crate::{
    Demand, DemandSet, DemandSplit, Facility, HourSet, OpenSet, PointState, ReferenceWeek,
    ServiceCoverage, ServiceInputs,
};

/// Which facilities are open at each hour of the week; most hours share their set with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHours {
    sets: Vec<OpenSet>,
    set_of_hour: Vec<usize>,
}

impl OpenHours {
    /// The facilities of `base` (those that count for a service) that are open at each hour;
    /// unknown hours count as open.
    ///
    /// Cost: 168 evaluations for each different text of opening hours, then linear in the
    /// facilities for each hour.
    pub fn of(facilities: &[Facility], base: &OpenSet, week: &ReferenceWeek) -> Self {
        let mut texts: BTreeMap<&str, HourSet> = BTreeMap::new();
        for hours in facilities
            .iter()
            .filter_map(|facility| facility.hours.as_ref())
        {
            texts
                .entry(hours.text())
                .or_insert_with(|| hours.open_hours(week));
        }
        let is_open = |facility: &Facility, hour| {
            facility
                .hours
                .as_ref()
                .is_none_or(|hours| texts[hours.text()].contains(hour))
        };
        let mut sets: Vec<OpenSet> = Vec::new();
        let mut set_of_hour = Vec::with_capacity(168);
        let mut known: BTreeMap<OpenSet, usize> = BTreeMap::new();
        for hour in HourOfWeek::all() {
            let set = OpenSet::from_fn(facilities.len(), |id| {
                base.contains(id) && is_open(&facilities[id.index()], hour)
            });
            let index = *known.entry(set).or_insert_with_key(|set| {
                sets.push(set.clone());
                sets.len() - 1
            });
            set_of_hour.push(index);
        }
        Self { sets, set_of_hour }
    }

    /// The facilities open at an hour.
    pub fn at(&self, hour: HourOfWeek) -> &OpenSet {
        &self.sets[self.set_of_hour[hour.index()]]
    }

    /// The different sets, in the order of the first hour of each.
    pub fn sets(&self) -> &[OpenSet] {
        &self.sets
    }

    /// Which of the [`sets`](Self::sets) holds at an hour.
    pub fn set_at(&self, hour: HourOfWeek) -> usize {
        self.set_of_hour[hour.index()]
    }
}

/// Coverage by hour of the week: for each different set of open facilities one fold over the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourlyProfile {
    set_of_hour: Vec<usize>,
    totals: Vec<DemandSplit>,
    covered: Vec<Vec<Demand>>,
}

impl HourlyProfile {
    /// Folds the rows of `inputs` (whose own open set is not used) over each set of open
    /// facilities.
    ///
    /// # Panics
    /// As [`ServiceCoverage::within`].
    ///
    /// Cost: one fold for each different set, spread over the rayon pool; 8 bytes for each cell and
    /// set.
    pub fn of(
        inputs: &ServiceInputs<'_>,
        hours: &OpenHours,
        limit: TravelTime,
        required: NonZeroU32,
    ) -> Self {
        Self::by(inputs, hours, |inputs| {
            ServiceCoverage::within(inputs, limit, required)
        })
    }

    /// As [`of`](Self::of), with coverage decided by `decide`, which is asked once for each
    /// different set of open facilities.
    ///
    /// Cost: as [`of`](Self::of).
    pub fn by(
        inputs: &ServiceInputs<'_>,
        hours: &OpenHours,
        decide: impl Fn(&ServiceInputs<'_>) -> ServiceCoverage + Sync,
    ) -> Self {
        let (totals, covered) = hours
            .sets
            .par_iter()
            .map(|open| {
                let coverage = decide(&ServiceInputs { open, ..*inputs });
                let covered = coverage.cells().iter().map(|cell| cell.covered).collect();
                (*coverage.total(), covered)
            })
            .unzip();
        Self {
            set_of_hour: hours.set_of_hour.clone(),
            totals,
            covered,
        }
    }

    /// For each cell the number of hours of the week, up to 168, at which at least half of its
    /// demand is covered; `None` without demand. `demand` is that of each cell.
    ///
    /// Cost: linear in cells times sets.
    pub fn hours_covered(&self, demand: &[Demand]) -> Vec<Option<u32>> {
        let mut hours_of_set = vec![0_u32; self.totals.len()];
        for &set in &self.set_of_hour {
            hours_of_set[set] += 1;
        }
        let hours = |(cell, &demand): (usize, &Demand)| {
            let is_covered = |covered: &[Demand]| covered[cell].is_at_least_half_of(demand);
            let sets = hours_of_set.iter().zip(&self.covered);
            let n_hours = sets.filter(|(_, covered)| is_covered(covered));
            (demand > Demand::ZERO).then(|| n_hours.map(|(hours, _)| hours).sum())
        };
        demand.iter().enumerate().map(hours).collect()
    }

    /// The whole study area at an hour.
    pub fn total(&self, hour: HourOfWeek) -> &DemandSplit {
        &self.totals[self.set_of_hour[hour.index()]]
    }

    /// Covered demand of each cell at an hour.
    pub fn covered(&self, hour: HourOfWeek) -> &[Demand] {
        &self.covered[self.set_of_hour[hour.index()]]
    }

    /// Number of different sets of open facilities.
    pub fn n_sets(&self) -> usize {
        self.totals.len()
    }

    /// The hour with the least covered demand; of several the first in the week.
    pub fn weakest_hour(&self) -> HourOfWeek {
        HourOfWeek::all()
            .min_by_key(|&hour| self.total(hour).covered)
            .expect("a week has hours")
    }

    /// The hour with the most covered demand; of several the first in the week.
    pub fn strongest_hour(&self) -> HourOfWeek {
        HourOfWeek::all()
            .min_by_key(|&hour| std::cmp::Reverse(self.total(hour).covered))
            .expect("a week has hours")
    }
}

/// The night gap: what is lost between two hours because facilities close.
///
/// For each cell, the demand covered by day that is also covered by night (`covered`) and the
/// demand covered by day that is not (`uncovered`); demand that is not covered by day is left out,
/// so [`gaps`](crate::gaps) over the result outlines the patches that lose more than half of what
/// they have by day.
///
/// Cost: two folds over the rows.
pub fn night_gap(
    inputs: &ServiceInputs<'_>,
    day: &OpenSet,
    night: &OpenSet,
    limit: TravelTime,
    required: NonZeroU32,
) -> Vec<DemandSplit> {
    let by = |open| ServiceCoverage::within(&ServiceInputs { open, ..*inputs }, limit, required);
    lost_between(inputs.demand, &by(day), &by(night))
}

/// The night gap between two coverages of the same demand; see [`night_gap`].
///
/// Cost: linear in the demand points.
pub fn lost_between(
    demand: &DemandSet,
    by_day: &ServiceCoverage,
    by_night: &ServiceCoverage,
) -> Vec<DemandSplit> {
    let mut cells = vec![DemandSplit::default(); demand.n_cells()];
    for (index, point) in demand.points().iter().enumerate() {
        if by_day.states()[index] == PointState::Covered {
            let state = by_night.states()[index];
            let fragile = by_night.is_fragile(index);
            cells[point.cell.index()].add(state, fragile, point.demand);
        }
    }
    cells
}
