//! Integration tests of `osm`.

mod agreement;
mod conformance;
mod damage;
mod determinism;
mod drawn;
mod import;
mod pbf;
mod route;
mod slow_router;
