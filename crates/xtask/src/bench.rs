use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};

use crate::command::{release_binary, root};
use crate::served::{self, Served};

/// A whole command measured from outside, start of the process included.
struct Measured {
    what: &'static str,
    words: Vec<String>,
    /// What the median must stay under.
    bar: Duration,
    times: Vec<Duration>,
}

/// How often each command is run; the first run warms the disk cache and is not counted.
const N_RUNS: usize = 21;

/// Measures import, run and served isochrones of the sample city and keeps the figures.
pub(crate) fn run() -> Result<()> {
    let program = release_binary()?;
    let data = root().join("data").join("shenzhen");
    let aside = std::env::temp_dir().join(format!("nuanquan-bench-{}", std::process::id()));
    fs::create_dir_all(&aside)?;
    let path = |folder: &Path, name: &str| folder.join(name).to_string_lossy().into_owned();
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let mut all = vec![
        Measured {
            what: "import of the demo extract",
            words: words(&[
                "import",
                &path(&data, "shenzhen-futian-2024.osm.pbf"),
                "--output",
                &path(&aside, "shenzhen.nqg"),
            ]),
            bar: Duration::from_millis(150),
            times: Vec::new(),
        },
        Measured {
            what: "whole run of the Shenzhen plan, results written",
            words: words(&[
                "run",
                &path(&data, "plan.toml"),
                "--output",
                &path(&aside, "results"),
            ]),
            bar: Duration::from_secs(1),
            times: Vec::new(),
        },
    ];
    let measured = all.iter_mut().try_for_each(|one| measure(&program, one));
    fs::remove_dir_all(&aside)?;
    measured?;
    let plan = data.join("plan.toml");
    let served = served::measure(&program, &plan)?;
    let text = format!("{}\n{}", summary(&all), served::table(&served));
    println!("\n{text}");
    let folder = keep(&text, &all, &served)?;
    println!("kept in {}", folder.display());
    let late = all
        .iter()
        .filter(|m| median(&m.times) > m.bar)
        .map(|m| m.what);
    let late_served = served
        .iter()
        .filter(|one| one.bar.is_some_and(|bar| one.median() > bar))
        .map(|one| one.what.as_str());
    let late: Vec<&str> = late.chain(late_served).collect();
    if !late.is_empty() {
        bail!("slower than the bar: {}", late.join(", "));
    }
    Ok(())
}

fn measure(program: &Path, one: &mut Measured) -> Result<()> {
    for round in 0..=N_RUNS {
        let start = Instant::now();
        let status = Command::new(program)
            .args(&one.words)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("could not start the program")?;
        let time = start.elapsed();
        if !status.success() {
            bail!("`nuanquan {}` failed ({status})", one.words.join(" "));
        }
        if round > 0 {
            one.times.push(time);
        }
    }
    one.times.sort_unstable();
    Ok(())
}

fn median(sorted: &[Duration]) -> Duration {
    sorted[sorted.len() / 2]
}

fn summary(all: &[Measured]) -> String {
    let mut text =
        String::from("| what | median | fastest | slowest | bar |\n|---|---|---|---|---|\n");
    for one in all {
        let ms = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        writeln!(
            text,
            "| {} | {} | {} | {} | {} |",
            one.what,
            ms(median(&one.times)),
            ms(one.times[0]),
            ms(one.times[one.times.len() - 1]),
            ms(one.bar)
        )
        .expect("writing to a string cannot fail");
    }
    text
}

/// Writes the figures to `benches/runs/<date>-<machine>/`.
fn keep(text: &str, all: &[Measured], served: &[Served]) -> Result<PathBuf> {
    let (folder, machine) = today_here()?;
    let page = format!(
        "# End to end\n\n`cargo xtask bench`: each command {N_RUNS} times from outside, after one \
         run that is not counted; isochrones at many places over one connection to \
         `nuanquan serve`.\n\n{text}\n{machine}"
    );
    fs::write(folder.join("end-to-end.md"), page)?;
    let mut json = String::from("{\n");
    let commands = all.iter().map(|one| (one.what, &one.times));
    let served = served.iter().map(|one| (one.what.as_str(), &one.times));
    let mut lines = commands.chain(served).peekable();
    while let Some((what, times)) = lines.next() {
        let times: Vec<String> = times
            .iter()
            .map(|t| format!("{:.3}", t.as_secs_f64() * 1_000.0))
            .collect();
        let comma = if lines.peek().is_some() { "," } else { "" };
        writeln!(json, "  \"{what} (ms)\": [{}]{comma}", times.join(", "))
            .expect("writing to a string cannot fail");
    }
    json.push_str("}\n");
    fs::write(folder.join("end-to-end.json"), json)?;
    Ok(folder)
}

/// Keeps what the walk through the page measured while it dragged a facility.
pub(crate) fn keep_drag(json: &str) -> Result<PathBuf> {
    let (folder, machine) = today_here()?;
    let figures: serde_json::Value = serde_json::from_str(json)?;
    let ms = |name: &str| figures[name].as_f64().unwrap_or(f64::NAN);
    let bar = |name: &str| figures["bars_ms"][name].as_f64().unwrap_or(f64::NAN);
    let page = format!(
        "# Dragging a facility\n\n`cargo xtask e2e`: {} repaints of {} cells (median) in headless \
         Chromium as it starts on a machine without a graphics card (WebGL in software). Counted \
         are answers that changed the look of a cell, from the time stamp of the pointer's movement; \
         waiting for the answer before included.\n\n\
         | what | median | p95 | bar for p95 |\n|---|---|---|---|\n\
         | pointer to painted map: the frame with the new cells presented, by element timing | {:.1} ms | {:.1} ms | {:.0} ms |\n\
         | pointer to the end of that frame's work on the page | {:.1} ms | {:.1} ms | – |\n\
         | pointer to the picture drawn, frame not counted | {:.1} ms | {:.1} ms | – |\n\
         | a frame of the whole map without news, which a drag does not draw | {:.1} ms | {:.1} ms | – |\n\
         | answer computed on the server beside the renderer | {:.1} ms | {:.1} ms | – |\n\
         | answer computed on the server while nothing is drawn | {:.1} ms | {:.1} ms | {:.0} ms |\n\n\
         {machine}",
        figures["n_repaints"],
        figures["n_cells_median"],
        ms("presented_median_ms"),
        ms("presented_p95_ms"),
        bar("total"),
        ms("frame_median_ms"),
        ms("frame_p95_ms"),
        ms("drawn_median_ms"),
        ms("drawn_p95_ms"),
        ms("bare_frame_median_ms"),
        ms("bare_frame_p95_ms"),
        ms("server_median_ms"),
        ms("server_p95_ms"),
        ms("server_alone_median_ms"),
        ms("server_alone_p95_ms"),
        bar("server"),
    );
    fs::write(folder.join("drag.md"), page)?;
    fs::write(folder.join("drag.json"), json)?;
    Ok(folder)
}

/// Keeps what `bench peers` printed for one extract, or for siting.
pub(crate) fn keep_peers(extract: &str, text: &str) -> Result<PathBuf> {
    let (folder, machine) = today_here()?;
    // The table of ratios is Markdown already; what was measured stands before it.
    let (measured, ratios) = text.split_once("\n\n").unwrap_or((text, ""));
    let page = format!(
        "# {extract}: other programs and ours in one run\n\n`cargo xtask bench peers`: ratios \
         above one are ours. The bars are the project's own.\n\n{}\n\n```text\n{measured}\n```\n\n\
         {machine}",
        ratios.trim_end()
    );
    fs::write(folder.join(format!("peers-{extract}.md")), page)?;
    Ok(folder)
}

/// The folder of today's run on this machine, and what to say about the machine.
fn today_here() -> Result<(PathBuf, String)> {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let cpu = cpu
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map_or("unknown processor", |rest| {
            rest.trim_start_matches([' ', '\t', ':'])
        });
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let said = |program: &str, words: &[&str]| -> String {
        let output = Command::new(program)
            .args(words)
            .current_dir(root())
            .output();
        let text = output.map_or_else(|_| Vec::new(), |output| output.stdout);
        String::from_utf8_lossy(&text).trim().to_owned()
    };
    let slug: String = cpu
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let slug: Vec<&str> = slug
        .split('-')
        .filter(|word| !word.is_empty())
        .take(4)
        .collect();
    let name = format!("{}-{}", today()?, slug.join("-"));
    let folder = root().join("benches").join("runs").join(name);
    fs::create_dir_all(&folder)?;
    let machine = format!(
        "Processor: {cpu}, {threads} threads.\nCommit: {}.\nCompiler: {}.\n",
        said("git", &["rev-parse", "--short", "HEAD"]),
        said("rustc", &["--version"])
    );
    Ok((folder, machine))
}

/// The date in UTC, from days since 1970 by the algorithm of Howard Hinnant's `civil_from_days`.
fn today() -> Result<String> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    Ok(format!("{year}-{month:02}-{day:02}"))
}
