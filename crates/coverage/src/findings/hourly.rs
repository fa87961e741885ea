use std::collections::BTreeMap;

use units::{HourOfWeek, LngLat};

use crate::{
    ByHour, CellRank, Demand, DemandSet, DemandSplit, Facility, HourSet, OpenSet, ReferenceWeek,
    ServiceCoverage, ServiceInputs, ServiceStandard, by_hour,
};

/// Which facilities are open at each hour of the week; most hours share their set with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenHours {
    sets: Vec<OpenSet>,
    set_of_hour: Vec<usize>,
}

impl OpenHours {
    /// The facilities of `base` (those that count for a service) that are open at each hour;
    /// facilities without opening hours count as open.
    ///
    /// Cost: seven evaluations for each different text of opening hours, or for each facility whose
    /// hours follow the sun; then linear in the facilities for each hour.
    pub fn of(facilities: &[Facility], base: &OpenSet, week: &ReferenceWeek) -> Self {
        let mut known: BTreeMap<(&str, Option<LngLat>), HourSet> = BTreeMap::new();
        let open: Vec<Option<HourSet>> = facilities
            .iter()
            .map(|facility| {
                let hours = facility.hours.as_ref()?;
                let place = hours.follow_sun().then_some(facility.position);
                let set = known
                    .entry((hours.text(), place))
                    .or_insert_with(|| hours.in_week(week, facility.position).open);
                Some(*set)
            })
            .collect();
        let mut sets: Vec<OpenSet> = Vec::new();
        let mut set_of_hour = Vec::with_capacity(168);
        let mut known: BTreeMap<OpenSet, usize> = BTreeMap::new();
        for hour in HourOfWeek::all() {
            let set = OpenSet::from_fn(facilities.len(), |id| {
                base.contains(id) && open[id.index()].is_none_or(|set| set.contains(hour))
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

/// Coverage by hour of the week: a fold over the rows for each different set of open facilities,
/// weighed by the demand of the hour when that follows patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HourlyProfile {
    states: ByHour<StateOfWeek>,
    has_demand: Vec<bool>,
}

/// One state of the week.
#[derive(Clone, Debug, PartialEq, Eq)]
struct StateOfWeek {
    total: DemandSplit,
    covered: Vec<Demand>,
    /// Whether at least half of the cell's demand as counted is covered.
    is_covered: Vec<bool>,
}

impl HourlyProfile {
    /// A standard at each hour of the week, whatever hour it names itself; see [`by_hour`].
    ///
    /// # Panics
    /// As [`by_hour`].
    ///
    /// Cost: as [`by_hour`]; 9 bytes for each cell and state.
    pub fn of(
        inputs: &ServiceInputs<'_>,
        hours: &OpenHours,
        facilities: &[Facility],
        standard: &ServiceStandard,
    ) -> Self {
        let counted = inputs.demand;
        let states = by_hour(inputs, hours, facilities, standard, |state| {
            let of_counted;
            let cells = if counted.has_patterns() {
                of_counted = state.coverage.weighing(counted);
                of_counted.cells()
            } else {
                state.coverage.cells()
            };
            let is_covered = |cell: &DemandSplit| cell.covered.is_at_least_half_of(cell.total());
            StateOfWeek {
                total: *state.coverage.total(),
                covered: state.coverage.cells().iter().map(|c| c.covered).collect(),
                is_covered: cells.iter().map(is_covered).collect(),
            }
        });
        let has_demand = |cell: usize| {
            let mut points = counted.of_cell(CellRank::from_index(cell));
            points.any(|point| counted.points()[point].demand > Demand::ZERO)
        };
        Self {
            states,
            has_demand: (0..counted.n_cells()).map(has_demand).collect(),
        }
    }

    /// For each cell the number of hours of the week, up to 168, at which at least half of its
    /// demand as counted is covered; `None` without demand.
    ///
    /// Cost: linear in cells times states.
    pub fn hours_covered(&self) -> Vec<Option<u32>> {
        let mut hours_of_state = vec![0_u32; self.states.states.len()];
        for &state in &self.states.state_of_hour {
            hours_of_state[state] += 1;
        }
        let hours = |(cell, &has_demand): (usize, &bool)| {
            let states = hours_of_state.iter().zip(&self.states.states);
            let n_hours = states.filter(|(_, state)| state.is_covered[cell]);
            has_demand.then(|| n_hours.map(|(hours, _)| hours).sum())
        };
        self.has_demand.iter().enumerate().map(hours).collect()
    }

    /// The whole study area at an hour.
    pub fn total(&self, hour: HourOfWeek) -> &DemandSplit {
        &self.state(hour).total
    }

    /// Covered demand of each cell at an hour.
    pub fn covered(&self, hour: HourOfWeek) -> &[Demand] {
        &self.state(hour).covered
    }

    fn state(&self, hour: HourOfWeek) -> &StateOfWeek {
        &self.states.states[self.states.state_of_hour[hour.index()]]
    }

    /// Number of different states: sets of open facilities, times different demand.
    pub fn n_states(&self) -> usize {
        self.states.states.len()
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
/// they have by day. `demand` is that of the night: those who are there and find the doors shut.
/// Where only part of a point finds room, the same people come first by day and by night.
///
/// Cost: linear in the demand points.
pub fn night_gap(
    demand: &DemandSet,
    by_day: &ServiceCoverage,
    by_night: &ServiceCoverage,
) -> Vec<DemandSplit> {
    let mut cells = vec![DemandSplit::default(); demand.n_cells()];
    for (index, point) in demand.points().iter().enumerate() {
        let day = by_day.split_of(index, point.demand).covered;
        if day > Demand::ZERO {
            let night = by_night.split_of(index, point.demand);
            let (kept, safe) = (night.covered, night.covered - night.fragile);
            let kept = kept.min(day);
            cells[point.cell.index()] += DemandSplit {
                covered: kept,
                uncovered: day - kept,
                fragile: kept - safe,
                ..DemandSplit::default()
            };
        }
    }
    cells
}
