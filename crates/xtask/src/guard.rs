//! The guard of the hot loops: instruction counts under valgrind against a committed baseline.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::command::{self, cargo};

const GUARD: [&str; 7] = [
    "run",
    "--quiet",
    "--release",
    "--package",
    "benches",
    "--bin",
    "guard",
];

/// Fails when a hot loop got worse. Without valgrind it is left out, but not in CI.
pub(crate) fn run() -> Result<()> {
    if !has_valgrind() {
        if std::env::var_os("CI").is_some() {
            bail!("the guard of the hot loops needs valgrind (`apt-get install valgrind`)");
        }
        println!("\n== hot loops: left out, there is no valgrind (`apt-get install valgrind`)");
        return Ok(());
    }
    command::run("hot loops (guard)", &mut cargo(&GUARD))
}

/// Fails unless the guard sees loops that were made slower on purpose.
pub(crate) fn sees_slower_loops() -> Result<()> {
    println!("\n== hot loops made 5 % slower on purpose: the guard must fail");
    let status = cargo(&GUARD).args(["--", "handicap"]).status()?;
    match status.code() {
        Some(1) => Ok(()),
        _ => bail!("the guard did not see loops that are 5 % slower ({status})"),
    }
}

fn has_valgrind() -> bool {
    let version = Command::new("valgrind")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    version.is_ok_and(|status| status.success())
}
