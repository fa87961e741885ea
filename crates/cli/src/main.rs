//! The command `nuanquan`: arguments in, library calls, text and files out.

mod args;
mod commands;
mod failure;
mod interrupt;
mod output;
mod progress;

use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Verb};
use commands::{compare, coverage, explain, import, inspect, isochrone, matrix, run, serve, site};

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = match &arguments.verb {
        Verb::Import(args) => import::run(args),
        Verb::Inspect(args) => inspect::run(args),
        Verb::Isochrone(args) => isochrone::run(args),
        Verb::Matrix(args) => matrix::run(args),
        Verb::Coverage(args) => coverage::run(args),
        Verb::Explain(args) => explain::run(args),
        Verb::Site(args) => site::run(args),
        Verb::Run(args) => run::run(args),
        Verb::Compare(args) => compare::run(args),
        Verb::Serve(args) => serve::run(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}
