//! A decided standard in detail: hour by hour.

use coverage::{
    Demand, DemandSplit, Gap, HourlyProfile, OpenHours, PointState, ServiceCoverage, ServiceInputs,
    ServiceStandard, gaps, lost_between,
};

use crate::evaluate::Decided;

/// What a standard comes to beyond its coverage.
#[derive(Debug)]
pub struct ServiceDetail {
    /// Which of its facilities are open at each hour of the week.
    pub open_hours: OpenHours,
    /// Its coverage at each hour, whatever hour the standard itself names.
    pub hours: HourlyProfile,
    /// For each cell the number of hours of the week at which it is covered; `None` without demand.
    pub hours_covered: Vec<Option<u32>>,
    /// What is covered by day and not by night.
    pub night: NightGap,
}

/// The night gap of a standard: between the plan's hour for the day and its hour for the night.
#[derive(Debug)]
pub struct NightGap {
    /// For each cell: of the demand covered by day, what stays covered (`covered`) and what is lost
    /// (`uncovered`) by night.
    pub cells: Vec<DemandSplit>,
    /// Patches of cells that lose more than half of what they have by day, ranked.
    pub gaps: Vec<Gap>,
    /// The standard at the hour for the day.
    pub by_day: ServiceCoverage,
    /// The standard at the hour for the night.
    pub by_night: ServiceCoverage,
}

impl NightGap {
    /// Demand covered by day and not by night.
    ///
    /// Cost: linear in the cells.
    pub fn lost(&self) -> Demand {
        self.cells.iter().map(|cell| cell.uncovered).sum()
    }

    /// Uncovered where a demand point is covered by day and not by night; covered elsewhere.
    pub(crate) fn state(&self, point: usize) -> PointState {
        let is_covered =
            |coverage: &ServiceCoverage| coverage.states()[point] == PointState::Covered;
        if is_covered(&self.by_day) && !is_covered(&self.by_night) {
            PointState::Uncovered
        } else {
            PointState::Covered
        }
    }
}

impl ServiceDetail {
    pub(crate) fn of(decided: &Decided<'_>) -> Self {
        let project = decided.state.project;
        let facilities = &decided.state.facilities;
        let standard = &decided.result.standard;
        // Whatever the hour: the standard's own plays no part in the week.
        let at_any_hour = ServiceStandard {
            at: None,
            ..standard.clone()
        };
        let base = at_any_hour
            .open_set(facilities, &project.week)
            .and(&decided.state.standing());
        let open_hours = OpenHours::of(facilities, &base, &project.week);
        let inputs = ServiceInputs {
            demand: &project.demand,
            linkage: &decided.view.demand,
            rows: decided.rows,
            open: &base,
        };
        let cover = |inputs: &ServiceInputs<'_>| ServiceCoverage::of(inputs, standard);
        let hours = HourlyProfile::by(&inputs, &open_hours, cover);
        let demand: Vec<Demand> = decided
            .result
            .coverage
            .cells()
            .iter()
            .map(DemandSplit::total)
            .collect();
        let at = |hour| {
            let open = open_hours.at(hour);
            cover(&ServiceInputs { open, ..inputs })
        };
        let (by_day, by_night) = (at(project.day), at(project.night));
        let cells = lost_between(&project.demand, &by_day, &by_night);
        Self {
            hours_covered: hours.hours_covered(&demand),
            night: NightGap {
                gaps: gaps(&project.area, &cells),
                cells,
                by_day,
                by_night,
            },
            open_hours,
            hours,
        }
    }
}
