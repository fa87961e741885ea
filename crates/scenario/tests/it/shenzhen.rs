//! The demo plan, resolved once for all tests.

use std::path::PathBuf;
use std::sync::OnceLock;

use scenario::{Plan, Project, resolve};

pub(crate) fn project() -> &'static Project {
    static PROJECT: OnceLock<Project> = OnceLock::new();
    PROJECT.get_or_init(load)
}

/// The demo plan for one test alone.
pub(crate) fn load() -> Project {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../../data/shenzhen/plan.toml");
    let plan = Plan::read(&path).unwrap();
    let options = osm::ImportOptions::default();
    let city = osm::import(&plan.network_path(), &options).unwrap();
    resolve(&plan, city).unwrap()
}
