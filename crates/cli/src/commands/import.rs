use anyhow::Context;
use formats::OutputFile;

use crate::args::Import;
use crate::commands::network;
use crate::failure::Failure;
use crate::{interrupt, output};

/// `nuanquan import`.
pub(crate) fn run(args: &Import) -> Result<(), Failure> {
    interrupt::watch();
    let inputs = [args.input.clone()];
    let file = OutputFile::look(&args.output, city::MAGIC, &inputs, args.overwrite)?;
    let city = network::import(&args.input, args.side_path_links)?;
    file.write(|file| -> anyhow::Result<()> {
        let shown = || format!("could not write `{}`", args.output.display());
        city.write(file).with_context(shown)
    })?;
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
