//! Other programs beside ours, on the same network and the same points, in one run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::bench;
use crate::command::{self, cargo, root, target};

/// Makes a Python environment with the peers, measures everything on an extract and keeps the
/// table.
pub(crate) fn run(extract: Option<&str>) -> Result<()> {
    let extract = extract.map_or_else(
        || root().join("data").join("monaco").join("monaco.osm.pbf"),
        PathBuf::from,
    );
    let extract = fs::canonicalize(&extract)
        .with_context(|| format!("could not find the extract `{}`", extract.display()))?;
    let folder = target().join("peers");
    let python = environment(&folder)?;
    command::run(
        "build our programs (cargo build --release)",
        &mut cargo(&[
            "build",
            "--release",
            "--package",
            "benches",
            "--package",
            "cli",
        ]),
    )?;
    let programs = target().join("release");
    let stem = extract.file_name().unwrap_or_default().to_string_lossy();
    let stem = stem.trim_end_matches(".osm.pbf").to_owned();
    let own = folder.join(&stem);
    fs::create_dir_all(&own)?;
    command::run(
        "export the network",
        Command::new(programs.join("export_network")).args([&extract, &own]),
    )?;
    measure(&python, "peers.py", &stem, &[&extract, &own, &programs])?;
    measure(
        &python,
        "siting.py",
        "siting",
        &[&folder.join("siting"), &programs],
    )
}

/// Runs one of our scripts and keeps what it prints.
fn measure(python: &Path, script: &str, name: &str, arguments: &[&PathBuf]) -> Result<()> {
    println!("\n== other programs and ours: {name}");
    let output = Command::new(python)
        .arg(root().join("benches").join("peers").join(script))
        .args(arguments)
        .stderr(Stdio::inherit())
        .output()
        .context("could not start Python")?;
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{text}");
    if !output.status.success() {
        bail!("{script} ended with {}", output.status);
    }
    let kept = bench::keep_peers(name, &text)?;
    println!("kept in {}", kept.display());
    Ok(())
}

/// The Python of an environment that holds the peers.
fn environment(folder: &Path) -> Result<PathBuf> {
    let venv = folder.join("venv");
    let python = venv.join("bin").join("python");
    if !python.exists() {
        let Some(newest) = newest_python() else {
            bail!(
                "the peers' wheels need Python 3.12 or newer; install it as `python3.13`, \
                 `python3.12` or with pyenv"
            );
        };
        fs::create_dir_all(folder)?;
        command::run(
            "make a Python environment",
            Command::new(newest).args(["-m", "venv"]).arg(&venv),
        )?;
    }
    let wanted = root()
        .join("benches")
        .join("peers")
        .join("requirements.txt");
    command::run(
        "install the peers (pip)",
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(wanted),
    )?;
    Ok(python)
}

fn newest_python() -> Option<PathBuf> {
    let mut names: Vec<PathBuf> = ["python3.14", "python3.13", "python3.12", "python3"]
        .iter()
        .map(PathBuf::from)
        .collect();
    if let Some(home) = std::env::var_os("HOME") {
        let versions = Path::new(&home).join(".pyenv").join("versions");
        let mut found: Vec<PathBuf> = fs::read_dir(versions)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path().join("bin").join("python3"))
            .collect();
        found.sort();
        names.extend(found.into_iter().rev());
    }
    let is_new = "import sys, venv; sys.exit(sys.version_info < (3, 12))";
    names.into_iter().find(|name| {
        let status = Command::new(name)
            .args(["-c", is_new])
            .stderr(Stdio::null())
            .status();
        status.is_ok_and(|status| status.success())
    })
}
