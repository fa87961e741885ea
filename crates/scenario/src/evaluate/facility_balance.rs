use coverage::LinkState;

use crate::evaluate::state::State;
use crate::evaluate::travel_times::TravelTimes;
use crate::project::facility_balance::{FacilityBalance, FacilityClass};

/// What becomes of all facilities that were given, under a standard.
///
/// Cost: linear.
pub(crate) fn facility_balance(
    state: &State<'_>,
    times: &impl TravelTimes,
    standard: usize,
) -> FacilityBalance {
    let mut balance = state.left_out(standard);
    balance.given += state.facilities().len();
    for facility in 0..state.facilities().len() {
        let class = state.class(standard, facility);
        balance.add(match class {
            FacilityClass::Serving if !is_joined(times, facility) => FacilityClass::Unjoined,
            other => other,
        });
    }
    balance
}

fn is_joined(times: &impl TravelTimes, facility: usize) -> bool {
    LinkState::of(times.link(facility)) == LinkState::Joined
}
