//! The built program, run like a user runs it.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod bad_input;
mod demo;
mod program;
mod tables;
mod verbs;
