use anyhow::Context;

use crate::args::Import;
use crate::commands::network;
use crate::failure::Failure;
use crate::output;

/// `nuanquan import`.
pub(crate) fn run(args: &Import) -> Result<(), Failure> {
    let city = network::import(&args.input, args.side_path_links)?;
    city.write(&args.output)
        .with_context(|| format!("could not write `{}`", args.output.display()))?;
    let streets = &city.streets;
    output::note(&format!(
        "`{}` holds {} junctions, {} pieces of street and {} places; `nuanquan inspect` tells more",
        args.output.display(),
        streets.n_original_nodes(),
        streets.n_edges(),
        city.places.len()
    ));
    Ok(())
}
