use reach::{Network, Path};
use units::{Length, TravelTime};

/// Consecutive legs of a trip along one street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteStep {
    /// Name of the street; empty when it has none.
    pub name: String,
    /// How far one travels along it.
    pub length: Length,
    /// How long that takes, delays on the way included.
    pub time: TravelTime,
}

/// Where the minutes of a trip go, street by street: legs of one name, one after the other, are one
/// step.
///
/// The times of the steps and the access at both ends add up to the time in the rows. A wait
/// between copies of a node (a gate) counts to the step before it.
///
/// Cost: linear in the legs.
pub fn route_steps(network: &Network<'_>, path: &Path) -> Vec<RouteStep> {
    let mut steps: Vec<RouteStep> = Vec::new();
    for leg in &path.legs {
        let name = leg
            .edge
            .map(|edge| network.graph().edge_name(edge).unwrap_or(""));
        match steps.last_mut() {
            Some(last) if name.is_none_or(|name| name == last.name) => {
                last.length = last.length + leg.length();
                last.time = last.time + leg.time;
            }
            _ => steps.push(RouteStep {
                name: name.unwrap_or("").to_owned(),
                length: leg.length(),
                time: leg.time,
            }),
        }
    }
    steps
}
