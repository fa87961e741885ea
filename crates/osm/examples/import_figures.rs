//! Prints what an import takes: `cargo run --release -p osm --example import_figures -- IN.osm.pbf`.
//!
//! Times are medians of five runs, with the processor time beside them, since other work on the
//! machine lengthens the one and not the other; the peak memory is the process's own (Linux only) after the
//! first import, before anything else is done.

#![expect(clippy::print_stdout, reason = "an example prints what it measures")]

use std::error::Error;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use city::City;
use graph::{Metric, Policies, Profile};
use osm::ImportOptions;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let path = arguments.first().ok_or("which file?")?;
    let options = ImportOptions::default();
    let before = peak_memory();
    let city = osm::import(path, &options)?;
    let after = peak_memory();
    println!("{}", city.report);
    println!("peak memory    {after} (before: {before})");
    let bytes = city.to_bytes()?;
    println!("city file      {} kB", bytes.len() / 1_000);
    let (busy, started) = (cpu_time(), Instant::now());
    let import = median(|| osm::import(path, &options).map(drop))?;
    let (busy, all) = (cpu_time().saturating_sub(busy) / 5, started.elapsed() / 5);
    println!("import         {import:?} (mean {all:?}, processor time {busy:?})");
    println!("write to bytes {:?}", median(|| city.to_bytes().map(drop))?);
    println!(
        "open           {:?}",
        median(|| City::from_bytes(&bytes, path).map(drop))?
    );
    for profile in [Profile::rider(), Profile::foot()] {
        let metric =
            || Ok::<_, Box<dyn Error>>(Metric::of(&city.streets, &profile, &Policies::default()));
        println!(
            "metric {:<7} {:?}",
            profile.name,
            median(|| metric().map(drop))?
        );
    }
    Ok(())
}

fn median<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<Duration, E> {
    let mut times = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        run()?;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    Ok(times[2])
}

/// Processor time of all threads so far; in steps of 10 ms (Linux only).
fn cpu_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // User and system time are fields 14 and 15; the second field ends in a parenthesis.
    let fields = stat
        .rsplit(')')
        .next()
        .unwrap_or_default()
        .split_whitespace();
    let ticks = fields
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    peak.map_or("unknown", str::trim).to_owned()
}
