//! Integration tests of `osm`.

mod conformance;
mod damage;
mod determinism;
mod drawn;
mod import;
mod pbf;
mod restrictions;
mod route;
mod slow_router;
