use std::path::Path;

use scenario::run::{BASELINE, BASELINE_NAME};
use scenario::{Change, Plan, Project, resolve};

use crate::commands::network;
use crate::failure::Failure;

/// Reads a plan and everything it names.
pub(crate) fn load(path: &Path) -> Result<Project, Failure> {
    let plan = Plan::read(path).map_err(anyhow::Error::from)?;
    let links = plan.side_path_links().map_err(anyhow::Error::from)?;
    let city = network::open_with_links(&plan.network_path(), links)?;
    resolve(&plan, city)
        .map_err(|problems| anyhow::anyhow!("plan `{}`: {problems}", path.display()).into())
}

/// Key, name and changes of a scenario; those of the baseline when none is named.
pub(crate) fn scenario<'a>(
    project: &'a Project,
    key: Option<&str>,
) -> Result<(&'a str, &'a str, &'a [Change]), Failure> {
    let key = match key {
        None | Some(BASELINE) => return Ok((BASELINE, BASELINE_NAME, &[])),
        Some(key) => key,
    };
    let found = project.scenarios.iter().find(|s| s.key == key);
    let scenario = found.ok_or_else(|| {
        let keys: Vec<&str> = project.scenarios.iter().map(|s| s.key.as_str()).collect();
        anyhow::anyhow!(
            "there is no scenario `{key}`; the plan has {}",
            keys.join(", ")
        )
    })?;
    Ok((&scenario.key, &scenario.name, &scenario.changes))
}
