//! Scenarios on the demo city against what they must come to.
#![expect(clippy::unwrap_used, reason = "a test may fail by panicking")]

mod access;
mod balance;
mod compare;
mod demand;
mod detail;
mod drawn_plan;
mod explain;
mod gap_reasons;
mod gate_choice;
mod hourly_demand;
mod islands;
mod laws;
mod layouts;
mod measures;
mod office;
mod presets;
mod same_town;
mod session;
mod session_law;
mod shenzhen;
mod synthetic;
mod values;

// The writer and the drawings of the importer's own tests: what is drawn is a real OSM file.
#[path = "../../../osm/tests/it/drawn.rs"]
#[allow(dead_code, reason = "a part of what the importer's tests use")]
mod osm_drawn;
#[path = "../../../osm/tests/it/pbf.rs"]
#[allow(dead_code, reason = "a part of what the importer's tests use")]
mod pbf;
