use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// The project's root folder.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("xtask lies two folders below the root")
        .to_path_buf()
}

/// A cargo command in the root folder, run by the cargo that runs us.
pub(crate) fn cargo(words: &[&str]) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(words).current_dir(root());
    command
}

/// Says what is run, runs it, and fails when it fails.
pub(crate) fn run(title: &str, command: &mut Command) -> Result<()> {
    println!("\n== {title}");
    let status = command
        .status()
        .with_context(|| format!("could not start {title}"))?;
    if !status.success() {
        bail!("{title} failed ({status})");
    }
    Ok(())
}

/// The optimised program, built when it is not yet.
pub(crate) fn release_binary() -> Result<PathBuf> {
    run(
        "build the program (cargo build --release)",
        &mut cargo(&["build", "--release", "--package", "cli"]),
    )?;
    let name = format!("nuanquan{}", std::env::consts::EXE_SUFFIX);
    Ok(target().join("release").join(name))
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}
