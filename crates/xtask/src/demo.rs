use std::process::Command;
use std::time::Instant;

use anyhow::Result;

use crate::command::{self, release_binary, root};

/// From a clean checkout to the answer for central Shenzhen.
pub(crate) fn run() -> Result<()> {
    let program = release_binary()?;
    let folder = root().join("data").join("shenzhen");
    let start = Instant::now();
    run_program(
        &program,
        "import the streets of central Shenzhen",
        &[
            "import",
            &folder
                .join("shenzhen-futian-2024.osm.pbf")
                .to_string_lossy(),
            "--output",
            &folder.join("shenzhen.nqg").to_string_lossy(),
        ],
    )?;
    run_program(
        &program,
        "run the plan: baseline and three scenarios",
        &[
            "run",
            &folder.join("plan.toml").to_string_lossy(),
            "--output",
            &folder.join("results").to_string_lossy(),
        ],
    )?;
    println!(
        "\nimport and run took {:.2} s",
        start.elapsed().as_secs_f64()
    );
    Ok(())
}

fn run_program(program: &std::path::Path, title: &str, words: &[&str]) -> Result<()> {
    command::run(title, Command::new(program).args(words))
}
