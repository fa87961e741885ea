//! A decided standard in detail: the week, how full, why not, how evenly.

use coverage::{
    Demand, DemandSplit, Equity, EquityInputs, Gap, HourlyProfile, Ledger, Obstacle, OpenHours,
    OpenSet, PointState, Reason, ReasonInputs, ServiceCoverage, ServiceInputs, ServiceStandard,
    gaps, gaps_without_street, night_gap, reasons,
};
use units::LngLat;

use crate::evaluate::capacity::ServiceCapacity;
use crate::evaluate::decided::Decided;
use crate::evaluate::measure::{MeasureDetail, measured, zone_ranks};
use crate::evaluate::travel_times::Asking;

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
    /// The standard with one facility more within the limit: backup coverage.
    pub backup: ServiceCoverage,
    /// How full the facilities are; `None` when the capacity of none of them is known.
    pub capacity: Option<ServiceCapacity>,
    /// Nearest and second facility of each cell, unique demand of each facility.
    pub ledger: Ledger,
    /// Why each demand point is not covered; `None` for those that are.
    pub reasons: Vec<Option<Reason>>,
    /// Patches of cells whose demand is mostly not joined to a street of the profile.
    pub without_street: Vec<Gap>,
    /// How evenly times are spread.
    pub equity: Equity,
    /// The same for each zone.
    pub equity_by_zone: Vec<Equity>,
    /// The same in the unit of each measure of the plan.
    pub measures: Vec<MeasureDetail>,
}

/// The night gap of a standard: between the plan's hour for the day and its hour for the night.
#[derive(Debug)]
pub struct NightGap {
    /// For each cell: of the demand that is there by night and would be covered by day, what stays
    /// covered (`covered`) and what is lost (`uncovered`).
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

    /// What of an amount at a demand point is covered by day and not by night; `None` where nothing
    /// is lost.
    pub(crate) fn lost_of(&self, point: usize, amount: Demand) -> Option<Demand> {
        let covered = |coverage: &ServiceCoverage| coverage.split_of(point, amount).covered;
        let lost = covered(&self.by_day) - covered(&self.by_night);
        let is = |coverage: &ServiceCoverage| coverage.states()[point] == PointState::Covered;
        // Where nobody is, whoever would be.
        let is_lost = is(&self.by_day) && !is(&self.by_night);
        (lost > Demand::ZERO || (amount == Demand::ZERO && is_lost)).then_some(lost)
    }
}

impl ServiceDetail {
    pub(crate) fn of(decided: &Decided<'_>, waters: &[Vec<LngLat>]) -> Self {
        let project = decided.state.project;
        let facilities = decided.state.facilities();
        let standard = &decided.decision.standard;
        let standing = decided.state.standing();
        let at_any_hour = ServiceStandard {
            at: None,
            ..standard.clone()
        };
        let base = project.open_set(&at_any_hour, facilities).and(&standing);
        let open = decided.serving;
        let open_hours = OpenHours::of(facilities, &base, &project.week);
        let inputs = decided.times.inputs(Asking::Plan, standard, open);
        // The week is told whatever hour the standard names, from demand as counted.
        let counted = ServiceInputs {
            demand: &project.demand,
            ..inputs
        };
        let hours = HourlyProfile::of(&counted, &open_hours, facilities, standard);
        let coverage = &decided.decision.coverage;
        let equity = EquityInputs {
            inputs,
            coverage,
            facilities,
            speed: decided.speed,
            center: project.area.bounding_box().center(),
            zone_ranks: &zone_ranks(project, &project.zone_of_point),
        };
        let capacity = ServiceCapacity::of(decided, &inputs);
        let n_zones = project.zones.n_zones();
        Self {
            hours_covered: hours.hours_covered(),
            night: night(decided, &counted, &open_hours),
            backup: ServiceCoverage::within(
                &inputs,
                standard.limit,
                standard.required.saturating_add(1),
            ),
            measures: measured(decided),
            ledger: Ledger::of(&inputs, coverage),
            capacity,
            reasons: why(decided, &inputs, &base, waters),
            without_street: gaps_without_street(&project.area, coverage.cells()),
            equity: Equity::of(&equity),
            equity_by_zone: Equity::by_zone(&equity, &project.zone_of_point, n_zones),
            open_hours,
            hours,
        }
    }
}

fn night(decided: &Decided<'_>, counted: &ServiceInputs<'_>, open_hours: &OpenHours) -> NightGap {
    let project = decided.state.project;
    let (facilities, standard) = (decided.state.facilities(), &decided.decision.standard);
    let at = |hour| {
        let inputs = ServiceInputs {
            demand: &project.demand.at(hour),
            open: open_hours.at(hour),
            ..*counted
        };
        ServiceCoverage::under(&inputs, facilities, standard)
    };
    let (by_day, by_night) = (at(project.day), at(project.night));
    let cells = night_gap(&project.demand.at(project.night), &by_day, &by_night);
    NightGap {
        gaps: gaps(&project.area, &cells),
        cells,
        by_day,
        by_night,
    }
}

/// Why each demand point is not covered.
fn why(
    decided: &Decided<'_>,
    inputs: &ServiceInputs<'_>,
    base: &OpenSet,
    waters: &[Vec<LngLat>],
) -> Vec<Option<Reason>> {
    let facilities = decided.state.facilities();
    let standard = &decided.decision.standard;
    let under = |inputs: &ServiceInputs<'_>| ServiceCoverage::under(inputs, facilities, standard);
    let at_any_hour = (base != inputs.open).then(|| {
        under(&ServiceInputs {
            open: base,
            ..*inputs
        })
    });
    let with_room = standard.rate.map(|_| ServiceCoverage::of(inputs, standard));
    let without: Vec<(Obstacle, ServiceCoverage)> = decided
        .without
        .iter()
        .map(|(obstacle, view, rows)| {
            let inputs = ServiceInputs {
                linkage: &view.demand,
                rows,
                ..*inputs
            };
            (*obstacle, under(&inputs))
        })
        .collect();
    let without: Vec<(Obstacle, &ServiceCoverage)> =
        without.iter().map(|(obstacle, c)| (*obstacle, c)).collect();
    reasons(&ReasonInputs {
        demand: inputs.demand,
        coverage: &decided.decision.coverage,
        at_any_hour: at_any_hour.as_ref(),
        with_room: with_room.as_ref(),
        without: &without,
        facilities,
        open: inputs.open,
        waters,
        speed: decided.speed,
    })
}
