use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::command::{self, root};

/// Installs what the page is made with, checks it, tests it and builds it into `web/dist`, from
/// where the next build of the program takes it in.
pub(crate) fn run() -> Result<()> {
    if !has_npm() {
        bail!("the page needs Node 20 or newer with npm; everything else works without");
    }
    install()?;
    npm(
        "compare the types of the page with the description of the interface",
        &["run", "types", "--", "--check"],
    )?;
    npm("check the page (svelte-check)", &["run", "check"])?;
    npm("test the page (vitest)", &["test"])?;
    npm("build the page (vite build)", &["run", "build"])
}

/// Writes down what the server describes, and makes the types of the page from that.
///
/// A test of `server` fails when the description that is written down is not the present one.
pub(crate) fn types() -> Result<()> {
    if !has_npm() {
        bail!("the types of the page need Node 20 or newer with npm");
    }
    println!("\n== what the server describes (cargo run --example openapi)");
    let described = command::cargo(&["run", "--quiet", "--package", "server"])
        .args(["--example", "openapi"])
        .stderr(Stdio::inherit())
        .output()
        .context("could not start cargo")?;
    if !described.status.success() {
        bail!("the description failed ({})", described.status);
    }
    let file = folder().join("src/generated/openapi.json");
    fs::write(&file, described.stdout).with_context(|| file.display().to_string())?;
    install()?;
    npm("make the types of the page", &["run", "types"])
}

fn install() -> Result<()> {
    npm(
        "install what the page is made with (npm ci)",
        &["ci", "--no-fund", "--no-audit"],
    )
}

/// As [`run`] where there is npm; elsewhere says that the page is left out, but not in CI.
pub(crate) fn run_if_possible() -> Result<()> {
    if has_npm() {
        return run();
    }
    if std::env::var_os("CI").is_some() {
        bail!("the page cannot be checked: there is no npm (Node 20 or newer)");
    }
    println!("\n== the page is left out: there is no npm here");
    Ok(())
}

/// Whether the page was built.
pub(crate) fn is_built() -> bool {
    folder().join("dist").join("index.html").is_file()
}

pub(crate) fn folder() -> std::path::PathBuf {
    root().join("web")
}

fn has_npm() -> bool {
    let quiet = Command::new(npm_name())
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    quiet.is_ok_and(|status| status.success())
}

fn npm(title: &str, words: &[&str]) -> Result<()> {
    let at: &Path = &folder();
    command::run(title, Command::new(npm_name()).args(words).current_dir(at))
}

/// npm is a script, and Windows wants the ending of one.
fn npm_name() -> &'static str {
    if cfg!(windows) { "npm.cmd" } else { "npm" }
}
