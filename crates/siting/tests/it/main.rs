//! Everything that is tested from outside.
#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests fail like tests: clippy knows only functions marked as tests"
)]

mod enumerate;
mod enumerate_capacities;
mod golden;
mod laws;
mod oracle;
mod san_francisco;
mod town;
mod verify;
