use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::command::{self, release_binary, root};
use crate::{bench, web};

/// A planner's session in a real browser against the built program: values, edits, screenshots for
/// the README, and how long a dragged facility takes to repaint.
pub(crate) fn run() -> Result<()> {
    web::run()?;
    let screenshots = web::folder().join("screenshots");
    walk(
        "walk through the page (headless Chromium)",
        &["--screenshots".as_ref(), screenshots.as_os_str()],
    )
}

/// How long a dragged facility takes to repaint, and nothing else of the session: half a minute that
/// should have the machine for itself.
pub(crate) fn drag() -> Result<()> {
    if !web::is_built() {
        web::run()?;
    }
    walk(
        "drag a facility (headless Chromium)",
        &["--only".as_ref(), "drag".as_ref()],
    )
}

/// Walks with some more words and keeps how long the drag took.
fn walk(title: &str, words: &[&OsStr]) -> Result<()> {
    let program = release_binary()?;
    install_browser()?;
    let figures = std::env::temp_dir().join(format!("nuanquan-drag-{}.json", std::process::id()));
    command::run(
        title,
        Command::new("node")
            .arg("tests/e2e/walk.mjs")
            .arg("--program")
            .arg(&program)
            .arg("--data")
            .arg(root().join("data").join("shenzhen"))
            .arg("--figures")
            .arg(&figures)
            .args(words)
            .current_dir(web::folder()),
    )?;
    let text = fs::read_to_string(&figures).context("the walk left no figures")?;
    fs::remove_file(&figures)?;
    let folder = bench::keep_drag(&text)?;
    println!("kept in {}", folder.display());
    Ok(())
}

/// Finds Chromium and a font with Chinese characters, or installs both on Debian.
fn install_browser() -> Result<()> {
    let browsers = [
        "/usr/bin/chromium",
        "/usr/bin/chromium-browser",
        "/usr/bin/google-chrome",
    ];
    let has_browser = std::env::var_os("CHROMIUM").is_some()
        || browsers.iter().any(|path| Path::new(path).exists());
    let has_font = Command::new("fc-list")
        .arg(":lang=zh")
        .output()
        .is_ok_and(|found| !found.stdout.is_empty());
    if has_browser && has_font {
        return Ok(());
    }
    if !Path::new("/etc/debian_version").exists() {
        bail!("the walk needs Chromium and a font with Chinese characters; install both");
    }
    command::run(
        "look for packages (apt-get update)",
        Command::new("apt-get").arg("update"),
    )?;
    command::run(
        "install Chromium and a Chinese font (apt-get install)",
        Command::new("apt-get").args([
            "install",
            "--yes",
            "--no-install-recommends",
            "chromium",
            "fontconfig",
            "fonts-noto-cjk",
        ]),
    )
}
