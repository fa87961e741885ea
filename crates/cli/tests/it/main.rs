//! The built program, run like a user runs it.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod bad_input;
mod demo;
mod golden;
mod killed;
mod obeyed;
mod office;
mod outputs;
mod program;
mod site_fit;
mod site_options;
mod site_sweep;
mod site_verify;
mod tables;
mod vast_streets;
mod verbs;
