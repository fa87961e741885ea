//! Integration tests of `osm`.

#![expect(clippy::unwrap_used, reason = "a test may fail where it stands")]

mod agreement;
mod conformance;
mod damage;
mod determinism;
mod doubts;
mod drawn;
mod features;
mod import;
mod pbf;
mod plan;
mod random_towns;
mod route;
mod side_paths;
mod slow_map;
mod slow_router;
mod slow_squares;
mod slow_tags;
mod squares;
mod swollen;
mod travelled;
