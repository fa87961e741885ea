//! Policies as the tables write them: `gates=through,turn_on_foot=30`.

use graph::{Contraflow, FerryPolicy, GatePolicy, Policies, SidePaths, TurnOnFoot};
use units::TravelTime;

pub(crate) fn policies(text: &str) -> Policies {
    let mut policies = Policies::default();
    for part in text.split(',').filter(|part| *part != "-") {
        match part.trim().split_once('=').unwrap() {
            ("ferries", "on") => policies.ferries = FerryPolicy::Open,
            ("ferries", "off") => policies.ferries = FerryPolicy::Closed,
            ("side_paths", "strict") => policies.side_paths = SidePaths::Strict,
            ("contraflow", "push") => policies.contraflow = Contraflow::Push,
            ("turn_on_foot", "closed") => policies.turn_on_foot = TurnOnFoot::Closed,
            ("turn_on_foot", secs) => {
                let time = TravelTime::from_secs(secs.parse().unwrap());
                policies.turn_on_foot = TurnOnFoot::Costs(time);
            }
            ("gate_delay", secs) => {
                policies.gate_delay = TravelTime::from_secs(secs.parse().unwrap());
            }
            ("gates", policy) => {
                policies.gates.citywide = Some(match policy {
                    "through" => GatePolicy::Through,
                    "enter" => GatePolicy::Enter,
                    "walk-in" => GatePolicy::WalkIn,
                    "shut" => GatePolicy::Shut,
                    other => panic!("no gate policy {other}"),
                });
            }
            other => panic!("no policy {other:?}"),
        }
    }
    policies
}
