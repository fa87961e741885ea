use std::path::Path;

use scenario::{Plan, Project, resolve};

use crate::commands::network;
use crate::failure::Failure;

/// Reads a plan and everything it names.
pub(crate) fn load(path: &Path) -> Result<Project, Failure> {
    let plan = Plan::read(path).map_err(anyhow::Error::from)?;
    let city = network::open(&plan.network_path())?;
    resolve(&plan, city)
        .map_err(|problems| anyhow::anyhow!("plan `{}`: {problems}", path.display()).into())
}
