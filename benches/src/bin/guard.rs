//! Guards the hot loops: counts their instructions under callgrind and their exact counters on a
//! committed network, and compares both with a committed baseline.
//!
//! ```text
//! cargo run --release -p benches --bin guard             compare; exit 1 when worse, 2 when it cannot say
//! cargo run --release -p benches --bin guard -- bless    write the baseline of this rustc and vector width
//! cargo run --release -p benches --bin guard -- handicap compare with loops made 5 % slower on purpose
//! ```
//!
//! Instructions do not depend on the load of the machine. Valgrind knows no 512-bit vectors, so the
//! loops run at the widest that it offers, and the baseline is named by it.
#![expect(
    clippy::print_stdout,
    reason = "a program that talks to the person who started it"
)]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail, ensure};
use benches::{Input, places, spread_nodes};
use reach::{
    Batch, Count, Destinations, Direction, FullRow, Hierarchy, IsochroneIndex, IsochroneOptions,
    IsochroneSpace, NearestFacilities, Network, Origins, OutlineOptions, PlaceLinks, SearchSpace,
    SnapIndex, isochrone, within,
};
use units::{Length, LngLat, TravelTime};

/// Worse by more than so many percent fails.
const ALLOWED_PERCENT: u64 = 2;

/// What is measured, by name: the name is that of the function below.
const LOOPS: [&str; 7] = [
    "hot_search",
    "hot_batch_count",
    "hot_batch_rows",
    "hot_two_labels",
    "hot_customize",
    "hot_isochrone",
    "hot_snap",
];

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        [] => compare(false),
        ["handicap"] => compare(true),
        ["bless"] => bless(),
        ["run", name, rounds] => rounds
            .parse()
            .context("rounds are a number")
            .and_then(|rounds| run_loop(name, rounds)),
        _ => Err(anyhow::anyhow!(
            "the guard takes nothing, `bless` or `handicap`"
        )),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("guard: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Instructions and counters by loop.
type Counts = BTreeMap<String, (u64, String)>;

fn compare(handicap: bool) -> Result<bool> {
    let (width, counts) = measure(handicap)?;
    let path = baseline_path(&width)?;
    let Ok(text) = std::fs::read_to_string(&path) else {
        bail!(
            "there is no baseline for this compiler and vector width; look at the figures of the \
             last one, then write `{}` with\n  cargo run --release -p benches --bin guard -- bless",
            path.display()
        );
    };
    let (report, holds) = judge(&parse(&text)?, &counts);
    println!("{report}");
    Ok(holds)
}

/// A table, and whether nothing got worse.
fn judge(baseline: &Counts, counts: &Counts) -> (String, bool) {
    let mut report = String::from("loop               instructions     baseline   change\n");
    let mut worse = Vec::new();
    let mut better = false;
    for (name, (instructions, counters)) in counts {
        let Some((old, old_counters)) = baseline.get(name) else {
            worse.push(format!("{name} has no baseline"));
            continue;
        };
        let change = to_f64(*instructions) / to_f64(*old) - 1.0;
        let percent = change * 100.0;
        writeln!(
            report,
            "{name:<16} {instructions:>14} {old:>12} {percent:>+7.2} %"
        )
        .expect("a string takes all");
        if instructions * 100 > old * (100 + ALLOWED_PERCENT) {
            worse.push(format!("{name} takes {percent:.1} % more instructions"));
        }
        better |= instructions * 100 < old * (100 - ALLOWED_PERCENT);
        if counters != old_counters {
            worse.push(format!(
                "{name} counts `{counters}`, the baseline `{old_counters}`"
            ));
        }
    }
    for name in baseline.keys().filter(|name| !counts.contains_key(*name)) {
        worse.push(format!("{name} is no longer measured"));
    }
    if !worse.is_empty() {
        writeln!(
            report,
            "\nthe hot path got worse:\n  {}\nfind the cause in the changes to reach, graph or units; if the cost is wanted, say why in the \
             commit and write a new baseline with\n  cargo run --release -p benches --bin guard -- bless",
            worse.join("\n  ")
        )
        .expect("a string takes all");
    } else if better {
        report.push_str(
            "\nsome loops got more than 2 % better: keep it with\n  cargo run --release -p benches --bin guard -- bless\n",
        );
    }
    (report, worse.is_empty())
}

fn bless() -> Result<bool> {
    let (width, counts) = measure(false)?;
    let path = baseline_path(&width)?;
    let mut text = String::from("# loop\tinstructions\tcounters\n");
    for (name, (instructions, counters)) in counts {
        writeln!(text, "{name}\t{instructions}\t{counters}").expect("a string takes all");
    }
    std::fs::write(&path, text).with_context(|| format!("could not write `{}`", path.display()))?;
    println!("wrote `{}`", path.display());
    Ok(true)
}

fn parse(text: &str) -> Result<Counts> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let &[name, instructions, counters] = &fields[..] else {
                bail!("a line of the baseline has three fields, got `{line}`");
            };
            Ok((
                name.to_owned(),
                (instructions.parse()?, counters.to_owned()),
            ))
        })
        .collect()
}

/// Vector width under valgrind, and the counts of all loops.
fn measure(handicap: bool) -> Result<(String, Counts)> {
    ensure!(
        !cfg!(debug_assertions),
        "instructions of an unoptimized build say nothing; run it with `cargo run --release`"
    );
    let mut counts = Counts::new();
    let mut width = String::new();
    for name in LOOPS {
        // 20 rounds, or 21 for the handicap: 5 % more of exactly the same work.
        let rounds = if handicap { "21" } else { "20" };
        let out = std::env::temp_dir().join(format!("guard-{}-{name}.out", std::process::id()));
        let program = std::env::current_exe().context("a program knows its own path")?;
        let run = Command::new("valgrind")
            .args(["--tool=callgrind", "--collect-atstart=no"])
            .arg(format!("--toggle-collect=*{name}*"))
            .arg(format!("--callgrind-out-file={}", out.display()))
            .arg(program)
            .args(["run", name, rounds])
            .output()
            .context(
                "could not start valgrind, which counts the instructions (Debian: apt-get install valgrind)",
            )?;
        let told = String::from_utf8_lossy(&run.stdout).into_owned();
        ensure!(
            run.status.success(),
            "the loop {name} failed under valgrind:\n{}",
            String::from_utf8_lossy(&run.stderr)
        );
        let (told_width, counters) = told
            .trim()
            .split_once('\t')
            .with_context(|| format!("the loop {name} told `{told}`"))?;
        told_width.clone_into(&mut width);
        let instructions = total_of(&out)?;
        std::fs::remove_file(&out).context("could not remove callgrind's file")?;
        ensure!(instructions > 0, "callgrind saw no call of {name}");
        counts.insert(name.to_owned(), (instructions, counters.to_owned()));
    }
    Ok((width, counts))
}

/// The sum of a callgrind file.
fn total_of(path: &Path) -> Result<u64> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("could not read `{}`", path.display()))?;
    let total = text
        .lines()
        .find_map(|line| {
            line.strip_prefix("totals: ")
                .or(line.strip_prefix("summary: "))
        })
        .with_context(|| format!("`{}` has no total", path.display()))?;
    Ok(total.trim().parse()?)
}

fn baseline_path(width: &str) -> Result<PathBuf> {
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = String::from_utf8(rustc.context("could not ask rustc for its version")?.stdout)?;
    let version = rustc
        .split(' ')
        .nth(1)
        .context("rustc tells its version second")?;
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("guard");
    Ok(folder.join(format!(
        "rustc-{version}-{}-{width}.tsv",
        std::env::consts::ARCH
    )))
}

/// The widest vectors that the batch may use here.
fn vector_width() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::is_x86_feature_detected!("avx512bw") {
            return "avx512";
        }
        if std::is_x86_feature_detected!("avx2") {
            return "avx2";
        }
    }
    "plain"
}

/// Runs one loop so many rounds and tells vector width and counters of its last round.
fn run_loop(name: &str, rounds: usize) -> Result<bool> {
    let input = Input::pinned()?;
    let network = Network::new(&input.graph, &input.metric);
    let bench = Bench {
        network: &network,
        input: &input,
        limit: TravelTime::from_mins(15),
    };
    // One thread, this one, so that callgrind sees all of the work.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1);
    let pool = pool.use_current_thread().build()?;
    let counters = pool.install(|| match name {
        "hot_search" => Ok(bench.search(rounds)),
        "hot_batch_count" => Ok(bench.batch_count(rounds)),
        "hot_batch_rows" => Ok(bench.batch_rows(rounds)),
        "hot_two_labels" => Ok(bench.two_labels(rounds)),
        "hot_customize" => Ok(bench.customize(rounds)),
        "hot_isochrone" => Ok(bench.isochrone(rounds)),
        "hot_snap" => Ok(bench.snap(rounds)),
        other => Err(anyhow::anyhow!("there is no loop `{other}`")),
    })?;
    println!("{}\t{counters}", vector_width());
    Ok(true)
}

struct Bench<'a> {
    network: &'a Network<'a>,
    input: &'a Input,
    limit: TravelTime,
}

/// Calls `work` under the name that callgrind looks for.
macro_rules! hot {
    ($name:ident, $work:expr) => {{
        #[inline(never)]
        fn $name<T>(work: impl FnOnce() -> T) -> T {
            black_box(work())
        }
        $name($work)
    }};
}

impl Bench<'_> {
    fn search(&self, rounds: usize) -> String {
        let arcs = self.network.arcs(Direction::From);
        let mut space = SearchSpace::default();
        let origins = spread_nodes(&self.input.graph, 8);
        let mut told = String::new();
        for _ in 0..rounds {
            let mut sums = [0; 4];
            for &origin in &origins {
                let seeds = [(origin, TravelTime::ZERO)];
                let stats = hot!(hot_search, || within(arcs, &mut space, seeds, self.limit)
                    .stats());
                sums[0] += stats.n_reached;
                sums[1] += stats.n_scanned;
                sums[2] += stats.n_stale;
                sums[3] += stats.n_relaxed;
            }
            told = format!(
                "reached {} scanned {} stale {} relaxed {}",
                sums[0], sums[1], sums[2], sums[3]
            );
        }
        told
    }

    fn batch_count(&self, rounds: usize) -> String {
        let hierarchy = self.network.hierarchy(Direction::From);
        let nodes = spread_nodes(&self.input.graph, 256);
        let batch = Batch::new(self.network, hierarchy, Destinations::Nodes, self.limit)
            .expect("15 minutes fit the lanes");
        let mut told = String::new();
        for _ in 0..rounds {
            let (counts, stats) = hot!(hot_batch_count, || batch
                .fold(Origins::Nodes(&nodes), &Count))
            .expect("nobody cancels it");
            let sum: u64 = counts.into_iter().map(u64::from).sum();
            told = format!(
                "sum {sum} climbed {} up {} reached {} down {}",
                stats.n_climbed, stats.n_relaxed_up, stats.n_reached, stats.n_relaxed_down
            );
        }
        told
    }

    fn batch_rows(&self, rounds: usize) -> String {
        let hierarchy = self.network.hierarchy(Direction::Towards);
        let origins = places(self.input, 0, 128);
        let destinations = places(self.input, 1_000, 500);
        let links = PlaceLinks::new(self.network, &destinations, Direction::Towards);
        let to = Destinations::Places(&destinations, &links);
        let batch =
            Batch::new(self.network, hierarchy, to, self.limit).expect("15 minutes fit the lanes");
        let mut told = String::new();
        for _ in 0..rounds {
            let (rows, _) = hot!(hot_batch_rows, || batch
                .fold(Origins::Places(&origins), &FullRow))
            .expect("nobody cancels it");
            let pairs: usize = rows.iter().map(Vec::len).sum();
            told = format!("pairs {pairs}");
        }
        told
    }

    fn two_labels(&self, rounds: usize) -> String {
        let facilities = places(self.input, 0, 60);
        let mut told = String::new();
        for _ in 0..rounds {
            let stats = hot!(hot_two_labels, || NearestFacilities::new(
                self.network,
                &facilities,
                Direction::Towards,
                self.limit
            )
            .stats());
            told = format!(
                "reached {} scanned {} stale {} relaxed {}",
                stats.n_reached, stats.n_scanned, stats.n_stale, stats.n_relaxed
            );
        }
        told
    }

    fn customize(&self, rounds: usize) -> String {
        let order = self.network.order();
        let mut told = String::new();
        for _ in 0..rounds {
            let (up, down) = hot!(hot_customize, || {
                Hierarchy::new(self.network, order, Direction::From).n_arcs()
            });
            told = format!("pairs {} up {up} down {down}", order.n_pairs());
        }
        told
    }

    /// What the server answers by default: [`isochrone`] with its outline.
    fn isochrone(&self, rounds: usize) -> String {
        let index = IsochroneIndex::new(&self.input.graph, |_| true);
        // Neither is laying out the streets, as a server does once.
        index.lay_out(&self.input.graph, Length::from_m(12));
        let mut space = IsochroneSpace::default();
        let origins = places(self.input, 0, 4);
        // One size of cells, so that the loop is always the same work.
        let options = IsochroneOptions {
            outline: Some(OutlineOptions {
                cell: Length::from_m(12),
                finest_cell: Length::from_m(12),
                ..OutlineOptions::STANDARD
            }),
            pieces: false,
        };
        let (network, from, limits) = (self.network, Direction::From, [self.limit]);
        let mut draw = |place| {
            let mut drawn = isochrone(network, &index, &mut space, place, from, &limits, options);
            let outline = drawn.remove(0).outline;
            outline.expect("it was asked for").leak
        };
        // The memory grows with the first drawing, which is not part of the loop.
        black_box(draw(&origins[0]));
        let mut told = String::new();
        for _ in 0..rounds {
            let mut leaks = [0; 3];
            for place in &origins {
                let leak = hot!(hot_isochrone, || draw(place));
                leaks[0] += leak.reached_mm;
                leaks[1] += leak.reached_outside_mm;
                leaks[2] += leak.unreached_inside_mm;
            }
            told = format!(
                "reached {} outside {} inside {}",
                leaks[0], leaks[1], leaks[2]
            );
        }
        told
    }

    fn snap(&self, rounds: usize) -> String {
        let graph = &self.input.graph;
        let index = SnapIndex::new(graph, |_| true);
        let positions: Vec<LngLat> = spread_nodes(graph, 200)
            .into_iter()
            .map(|node| {
                let at = graph.node_position(node);
                LngLat::from_e7(at.lng_e7() + 3_000, at.lat_e7() + 2_000)
            })
            .collect();
        let mut told = String::new();
        for _ in 0..rounds {
            let mut walked_mm = 0;
            for &position in &positions {
                let radius = Length::from_m(150);
                let snap = hot!(hot_snap, || index.snap(graph, position, radius));
                walked_mm += snap.map_or(0, |snap| u64::from(snap.walk.as_mm()));
            }
            told = format!("walked {walked_mm}");
        }
        told
    }
}

#[expect(
    clippy::as_conversions,
    clippy::cast_precision_loss,
    reason = "instruction counts of a bench are far below 2^53"
)]
fn to_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(instructions: u64, counters: &str) -> Counts {
        Counts::from([("hot_search".to_owned(), (instructions, counters.to_owned()))])
    }

    #[test]
    fn two_percent_more_instructions_pass_and_three_fail_with_advice() {
        let baseline = parse("# loop\nhot_search\t1000\treached 5").unwrap();
        assert!(judge(&baseline, &counts(1020, "reached 5")).1);
        let (report, holds) = judge(&baseline, &counts(1030, "reached 5"));
        assert!(!holds);
        assert!(
            report.contains("hot_search takes 3.0 % more instructions"),
            "{report}"
        );
        assert!(report.contains("guard -- bless"), "{report}");
    }

    #[test]
    fn a_changed_counter_fails_however_few_instructions() {
        let baseline = counts(1000, "reached 5");
        assert!(!judge(&baseline, &counts(500, "reached 6")).1);
        let (report, holds) = judge(&baseline, &counts(500, "reached 5"));
        assert!(holds && report.contains("better"), "{report}");
    }

    #[test]
    fn a_loop_that_vanished_or_has_no_baseline_fails() {
        assert!(!judge(&counts(1000, ""), &Counts::new()).1);
        assert!(!judge(&Counts::new(), &counts(1000, "")).1);
    }
}
