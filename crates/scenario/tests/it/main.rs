//! Scenarios on the demo city against what they must come to.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod access;
mod compare;
mod demand;
mod desk;
mod detail;
mod explain;
mod gate_choice;
mod laws;
mod presets;
mod shenzhen;
