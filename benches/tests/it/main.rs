//! Searches on real extracts against petgraph's Dijkstra on the same arrays.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod corners;
mod corpus;
mod real_extracts;
mod synthetic;
