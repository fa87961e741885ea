//! `cargo xtask …`: the developer's and newcomer's commands.
//!
//! Runs the built program like a user and depends on no crate of ours.
#![expect(
    clippy::print_stdout,
    reason = "an xtask talks to the person who typed it"
)]

mod architecture;
mod bench;
mod command;
mod data;
mod demo;
mod e2e;
mod guard;
mod modules;
mod peers;
mod rooms;
mod same_town;
mod served;
mod test;
mod web;

use std::process::ExitCode;

const VERBS: &str = "\
cargo xtask demo           build, import the sample city, run its plan, show it on a map
cargo xtask demo --no-serve    the same without the map at the end
cargo xtask check          what to run before each commit: format, architecture, data, lints, unit tests
cargo xtask test           everything that must pass: format, lints, docs, architecture, data, tests
cargo xtask test --long    the same and what takes long: benches against their bars
cargo xtask types          make the types of the page from what the server describes; needs Node
cargo xtask web            install, check, test and build the page; needs Node 20 or newer
cargo xtask e2e            walk through the page in headless Chromium, keep screenshots and drag times
cargo xtask e2e drag       measure the drag alone, with the page as it was built
cargo xtask bench          measure import, run and served isochrones on the sample city, keep the figures in benches/runs
cargo xtask bench served PLAN  what isochrones of a plan take over HTTP, printed
cargo xtask bench peers [EXTRACT]  other programs and ours on one extract, keep the table of ratios
cargo xtask architecture   check the crates against the table of arrows
cargo xtask data           check the committed data against data/sources.toml";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["demo"] => demo::run(true),
        ["demo", "--no-serve"] => demo::run(false),
        ["types"] => web::types(),
        ["web"] => web::run(),
        ["e2e"] => e2e::run(),
        ["e2e", "drag"] => e2e::drag(),
        ["check"] => test::quick(),
        ["test"] => test::run(false),
        ["test", "--long"] => test::run(true),
        ["bench"] => bench::run(),
        ["bench", "served", plan] => served::run(plan),
        ["bench", "peers"] => peers::run(None),
        ["bench", "peers", extract] => peers::run(Some(extract)),
        ["architecture"] => architecture::check(),
        ["data"] => data::check(),
        [] | ["help" | "--help"] => {
            println!("{VERBS}");
            Ok(())
        }
        other => Err(anyhow::anyhow!(
            "`{}` is no verb of xtask\n\n{VERBS}",
            other.join(" ")
        )),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
