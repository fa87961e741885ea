//! Integration tests of `graph`.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod arc_costs;
mod behind_gates;
mod laws;
mod node_copies;
mod round_trips;
mod town;
