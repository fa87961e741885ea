//! Tests of `reach` against slower ways to the same answer.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod antimeridian;
mod batch;
mod isochrone;
mod join;
mod nearest;
mod oracle;
mod outline;
mod path;
mod random_streets;
mod snap;
