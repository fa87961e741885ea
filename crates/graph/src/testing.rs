//! Drawn and regular towns, for tests and examples.

pub mod grid_city;
pub mod picture;
