//! How long a plan takes in detail: four services at 168 hours, gaps with reasons, zones, indicators.
//!
//! ```text
//! coverage_figures shenzhen                    the demo plan
//! coverage_figures synthetic EXTRACT.osm.pbf   300 seeded facilities, H3 resolution 10
//! coverage_figures table EXTRACT.osm.pbf N     prints a table of N seeded facilities
//! ```
//!
//! `cargo run --release -p benches --bin coverage_figures -- shenzhen`, from anywhere.
//! Import and reading are told apart and not counted; each figure is the median of five runs.
#![expect(clippy::print_stdout, reason = "the figures are this program's answer")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use benches::synthetic::{self, KINDS};
use scenario::run::ScenarioResult;
use scenario::{Plan, Project, resolve};

const N_RUNS: usize = 5;
const N_FACILITIES: usize = 300;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["shenzhen"] => {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/shenzhen");
            measure(&folder.join("plan.toml"))
        }
        ["synthetic", extract] => {
            let folder = tempfile::tempdir()?;
            let plan = synthetic(Path::new(extract), folder.path())?;
            measure(&plan)
        }
        ["table", extract, n] => {
            let city = osm::import(Path::new(extract), &osm::ImportOptions::default())?;
            print!("{}", synthetic::facilities(&city.streets, n.parse()?));
            Ok(())
        }
        _ => bail!(
            "say `shenzhen`, or `synthetic` and an extract, or `table`, an extract and a number"
        ),
    }
}

fn measure(path: &Path) -> Result<()> {
    let start = Instant::now();
    let plan = Plan::read(path)?;
    let city = osm::import(&plan.network_path(), &osm::ImportOptions::default())?;
    let imported = start.elapsed();
    let project = resolve(&plan, city)?;
    println!(
        "{}: import {:.2} s, plan and its files {:.2} s",
        project.spec.name,
        imported.as_secs_f64(),
        start.elapsed().saturating_sub(imported).as_secs_f64()
    );
    println!(
        "  {} arcs, {} demand points in {} cells, {} zones, {} facilities, {} standards, {} joints",
        project.city.streets.n_arcs(),
        project.demand.n_points(),
        project.area.cells().len(),
        project.zones.n_zones(),
        project.facilities.len(),
        project.standards.len(),
        project.joints.len()
    );
    let before = peak_kib().unwrap_or(0);
    let mut seconds = Vec::with_capacity(N_RUNS);
    for run in 0..N_RUNS {
        let start = Instant::now();
        let result = ScenarioResult::of(&project, "baseline", "Baseline", &[])?;
        seconds.push(start.elapsed().as_secs_f64());
        if run == 0 {
            tell(&project, &result);
        }
    }
    seconds.sort_by(f64::total_cmp);
    println!(
        "  in detail: median {:.3} s, least {:.3} s, most {:.3} s of {N_RUNS} runs on {} threads",
        seconds[N_RUNS / 2],
        seconds[0],
        seconds[N_RUNS - 1],
        rayon::current_num_threads()
    );
    println!(
        "  peak memory {} MiB, of which {} MiB before the first run",
        peak_kib().unwrap_or(0) / 1024,
        before / 1024
    );
    Ok(())
}

fn tell(project: &Project, result: &ScenarioResult) {
    for (standard, detail) in result
        .report
        .standards
        .iter()
        .zip(&result.detail_report.standards)
    {
        let n_hours = detail.hours.len();
        let share = standard.figures.split.covered_share.unwrap_or_default() * 100.0;
        println!(
            "  {}: {share:.1} % covered, {} open sets over {n_hours} hours, {} gaps, {} districts",
            standard.figures.key,
            detail.n_open_sets,
            detail.gaps.len(),
            detail.districts.len(),
        );
    }
    let n_cells = project.area.cells().len();
    println!("  {n_cells} cells at each hour");
}

/// The most memory this process ever held, in KiB; `None` where the system does not say.
fn peak_kib() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// A plan over a whole extract with seeded facilities on its corners; SYNTHETIC, none exists.
fn synthetic(extract: &Path, folder: &Path) -> Result<PathBuf> {
    let city = osm::import(extract, &osm::ImportOptions::default())?;
    let streets = &city.streets;
    let bounds = streets
        .bounding_box()
        .context("the extract has no streets")?;
    let (south_west, north_east) = (bounds.south_west(), bounds.north_east());
    let table = synthetic::facilities(streets, N_FACILITIES);
    fs::write(folder.join("facilities.csv"), table)?;
    let extract = fs::canonicalize(extract)?;
    let mut plan = format!(
        "format = 1\nname = \"synthetic facilities, {}\"\n\
         [study_area]\nbox = [{}, {}, {}, {}]\nh3_resolution = 10\n\
         [network]\npath = '{}'\n\
         [[layer]]\nname = \"synthetic\"\n\
         from = {{ path = \"facilities.csv\", encoding = \"utf-8\", illustrative = true, outside = \"skip\" }}\n\
         [demand]\nsource = \"street-length\"\nprofile = \"rider\"\n",
        extract.file_name().unwrap_or_default().to_string_lossy(),
        south_west.lng(),
        south_west.lat(),
        north_east.lng(),
        north_east.lat(),
        extract.display()
    );
    for (kind, limit) in KINDS.iter().zip(["5min", "10min", "10min", "15min"]) {
        write!(
            plan,
            "[[standard]]\nkey = \"{kind}\"\nname = \"{kind}\"\nkinds = [\"{kind}\"]\n\
             profile = \"rider\"\nlimit = \"{limit}\"\n"
        )?;
    }
    write!(
        plan,
        "[[joint]]\nkey = \"circle\"\nname = \"circle\"\nall_of = [{}]\n",
        KINDS.map(|kind| format!("\"{kind}\"")).join(", ")
    )?;
    let path = folder.join("plan.toml");
    fs::write(&path, plan)?;
    Ok(path)
}
