use scenario::{ExplainError, explain, summary};

use crate::args::{Explain, SiteFormat};
use crate::commands::plan;
use crate::failure::Failure;
use crate::output;

/// `nuanquan explain`.
pub(crate) fn run(args: &Explain) -> Result<(), Failure> {
    let project = plan::load(&args.plan)?;
    let (_, _, changes) = plan::scenario(&project, args.scenario.as_deref())?;
    let found = explain(&project, changes, args.at).map_err(|error| match error {
        ExplainError::Infeasible(why) => Failure::NoAnswer(why.to_string()),
        other => anyhow::Error::from(other).into(),
    })?;
    match args.format {
        SiteFormat::Table => output::text(&summary::explanation(&found)),
        SiteFormat::Json => {
            output::json(&serde_json::to_value(&found).map_err(anyhow::Error::from)?)
        }
    }
}
