use anyhow::Result;

use crate::command::{self, cargo};
use crate::{architecture, bench, data, e2e, guard, peers, same_town, web};

/// What a change is checked with while it is made: all but the page, the integration tests, the
/// documentation and the guard. Under two minutes once everything is built.
pub(crate) fn quick() -> Result<()> {
    format_and_tables()?;
    lints()?;
    command::run(
        "unit tests (cargo test --lib --bins)",
        &mut cargo(&["test", "--workspace", "--lib", "--bins"]),
    )
}

fn format_and_tables() -> Result<()> {
    command::run(
        "format (cargo fmt --check)",
        &mut cargo(&["fmt", "--all", "--check"]),
    )?;
    architecture::check()?;
    data::check()
}

fn lints() -> Result<()> {
    command::run(
        "lints (cargo clippy)",
        &mut cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]),
    )
}

/// Everything that must pass before a change lands.
///
/// All steps share one target folder and one profile, so nothing is built twice.
fn run_steps() -> Result<()> {
    format_and_tables()?;
    web::run_if_possible()?;
    lints()?;
    command::run(
        "tests (cargo test)",
        &mut cargo(&["test", "--workspace", "--all-targets", "--no-fail-fast"]),
    )?;
    command::run(
        "examples in the documentation",
        &mut cargo(&["test", "--workspace", "--doc"]),
    )?;
    command::run(
        "documentation (cargo doc)",
        cargo(&["doc", "--workspace", "--no-deps", "--quiet"]).env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    guard::run()
}

/// `cargo xtask test`, with `long` also what takes long.
pub(crate) fn run(long: bool) -> Result<()> {
    run_steps()?;
    if long {
        command::run(
            "many more damaged files (cargo test -p osm damage)",
            cargo(&["test", "--package", "osm", "--test", "it", "damage"])
                .env("PROPTEST_CASES", "4096"),
        )?;
        command::run(
            "40 killed runs, 40 interrupted ones, 50 pairs at once (cargo test -p cli outputs)",
            cargo(&["test", "--package", "cli", "--test", "it", "outputs"])
                .env("OUTPUT_KILLS", "40")
                .env("OUTPUT_PAIRS", "50"),
        )?;
        command::run(
            "many more changed inputs (cargo test -p benches corpus)",
            cargo(&["test", "--package", "benches", "--test", "it", "corpus"])
                .env("CORPUS_CHANGES", "3000"),
        )?;
        same_town::check()?;
        guard::sees_slower_loops()?;
        bench::run()?;
        peers::run(None)?;
        e2e::run()?;
    }
    println!("\nall steps passed");
    Ok(())
}
