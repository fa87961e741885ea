use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::prelude::*;
use units::HourOfWeek;

use crate::{
    DemandSet, Facility, OpenHours, OpenSet, ServiceCoverage, ServiceInputs, ServiceStandard,
};

/// Something told once for each different state of the week. Most hours share their state with
/// others: the same facilities are open and the demand is the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHour<T> {
    /// One for each state, in the order of the first hour of each.
    pub states: Vec<T>,
    /// Which of them holds at each of the 168 hours, Monday 00:00 first.
    pub state_of_hour: Vec<usize>,
}

/// A standard in one state of the week.
#[derive(Clone, Copy, Debug)]
pub struct HourState<'a> {
    /// The demand of the hour.
    pub demand: &'a DemandSet,
    /// Which facilities are open.
    pub open: &'a OpenSet,
    /// What that comes to.
    pub coverage: &'a ServiceCoverage,
}

/// Decides a standard in each state of the week, whatever hour it names itself.
///
/// `inputs` holds the demand as counted; its own open set is not used. Without a rate who is covered
/// depends on the open facilities alone and is decided once for each set of them; with a rate it
/// depends on who else asks, so it is decided for each state.
///
/// # Panics
/// As [`ServiceCoverage::within`].
///
/// Cost: one fold for each different set of open facilities and, when demand follows patterns,
/// linear in the demand points for each state; spread over the rayon pool.
pub fn by_hour<T: Send>(
    inputs: &ServiceInputs<'_>,
    hours: &OpenHours,
    facilities: &[Facility],
    standard: &ServiceStandard,
    tell: impl Fn(&HourState<'_>) -> T + Sync,
) -> ByHour<T> {
    let mut states: Vec<(usize, HourOfWeek)> = Vec::new();
    let mut known: BTreeMap<(usize, HourOfWeek), usize> = BTreeMap::new();
    let alike = inputs.demand.alike_hours();
    let state_of_hour: Vec<usize> = HourOfWeek::all()
        .map(|hour| {
            let state = (hours.set_at(hour), alike[hour.index()]);
            *known.entry(state).or_insert_with(|| {
                states.push(state);
                states.len() - 1
            })
        })
        .collect();
    let decide = |demand: &DemandSet, open: &OpenSet| {
        let inputs = ServiceInputs {
            demand,
            open,
            ..*inputs
        };
        ServiceCoverage::under(&inputs, facilities, standard)
    };
    let of_sets: Vec<ServiceCoverage> = if standard.rate.is_none() {
        let sets = hours.sets().par_iter();
        sets.map(|open| decide(inputs.demand, open)).collect()
    } else {
        Vec::new()
    };
    let states = states
        .into_par_iter()
        .map(|(set, hour)| {
            let open = &hours.sets()[set];
            let demand = inputs.demand.at(hour);
            let coverage = match (of_sets.get(set), &demand) {
                (Some(coverage), Cow::Borrowed(_)) => Cow::Borrowed(coverage),
                (Some(coverage), Cow::Owned(demand)) => Cow::Owned(coverage.weighing(demand)),
                (None, demand) => Cow::Owned(decide(demand, open)),
            };
            tell(&HourState {
                demand: &demand,
                open,
                coverage: &coverage,
            })
        })
        .collect();
    ByHour {
        states,
        state_of_hour,
    }
}
