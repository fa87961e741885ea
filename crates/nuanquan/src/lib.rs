//! 暖圈: who is within reach of which service, at which hour; where the gaps are; where to build
//! next and how good that is provably; what a scenario changes.
//!
//! This page is where the documentation begins: `cargo doc --workspace --no-deps --open -p nuanquan`.
//! The crate holds no code of its own; it names the libraries under one roof.
//!
//! # By task
//!
//! | I want to… | Begin at | Example that runs |
//! |---|---|---|
//! | read an OpenStreetMap extract | [`osm::import`] gives a [`city::City`] | |
//! | open a network file | [`city::City::open`] | |
//! | know how far one gets within a time, or from where | [`reach`] | `reach/examples/isochrone.rs` |
//! | know how long it takes from each to each | [`reach::rows_from`], [`reach::rows_towards`] | |
//! | travel by rules of my own | [`graph::ProfileSpec`], [`graph::Policies`] | `graph/examples/own_profile.rs` |
//! | read facilities, demand, zones from tables as people have them | [`formats`] | |
//! | know who is covered and why somebody is not | [`coverage::ServiceCoverage`], [`coverage::gaps`] | `coverage/examples/predicted_grid.rs` |
//! | answer all of a plan at once, and its scenarios | [`scenario::resolve`], [`scenario::run`] | `scenario/examples/coverage_of_a_plan.rs` |
//! | try edits and see the answer in milliseconds | [`scenario`], its session | |
//! | choose sites, with a bound | [`siting::solve`], [`siting::verify()`] | `siting/examples/sites_from_tables.rs` |
//! | show it on a map | [`server::router`], [`tiles`] | |
//!
//! An example runs with `cargo run -p CRATE --example NAME`; the tests run them all.
//!
//! # What goes in, what comes out
//!
//! ```text
//!  extract (.osm.pbf) --osm--> City (.nqg): streets, places, backdrop, boundaries
//!                                |
//!  profile, policies  --graph--> Metric: a time for each arc
//!                                |
//!  facilities, demand --reach--> rows: for each demand point the facilities by time
//!                                |
//!  standards, hours --coverage-> covered shares of cells, gaps with reasons, indicators
//!                                |
//!  candidates      --siting----> chosen sites, bound, certificate
//! ```
//!
//! Lengths are whole millimetres, times whole tenths of a second, positions WGS-84 in 1e-7 degrees
//! ([`units`]). The same inputs give the same bytes, whatever the thread count.
//!
//! # What it does not do
//!
//! Public transport, car traffic, elevation; what each library leaves out stands at the end of its
//! own first page.

pub use city;
pub use coverage;
pub use formats;
pub use graph;
pub use osm;
pub use reach;
pub use scenario;
pub use server;
pub use siting;
pub use tiles;
pub use units;
