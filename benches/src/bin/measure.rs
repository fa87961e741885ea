//! The table of one extract: circles, outlines, batches, nearest facilities, each beside a plain
//! alternative in the same run, in rounds that alternate so that a busy machine troubles all alike.
//!
//! ```text
//! cargo run --release -p benches --bin measure -- EXTRACT.osm.pbf|grid:SIDE [rider] [circles] [THREADS]
//! ```
//!
//! `circles` leaves out what grows with the map: orders, hierarchies, batches, whole cities.
#![expect(
    clippy::print_stdout,
    reason = "a program that talks to the person who started it"
)]

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use benches::{HeapSearch, Input, places, spread_nodes};
use reach::{
    Batch, ContractionOrder, Count, Destinations, Direction, FullRow, Hierarchy, IsochroneIndex,
    IsochroneOptions, IsochroneSpace, Layouts, NearestFacilities, Network, Origins, OutlineOptions,
    PlaceLinks, SearchSpace, SnapIndex, isochrone, rows_towards, within,
};
use units::{Length, TravelTime};

const LIMIT: TravelTime = TravelTime::from_mins(15);
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let said = |wanted: &str| words.iter().any(|word| word == wanted);
    let (flat, only_circles) = (!said("rider"), said("circles"));
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !["rider", "circles"].contains(word))
        .collect();
    let (source, threads) = match words.as_slice() {
        [source] => (source, 1),
        [source, threads] => (source, threads.parse().context("threads are a number")?),
        _ => bail!(
            "it takes an extract or `grid:SIDE`, then `rider`, `circles` and a number of threads"
        ),
    };
    let input = match source.strip_prefix("grid:") {
        Some(side) => Input::grid(side.parse().context("a side is a number")?),
        None => Input::extract(Path::new(source), flat)?,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build()?.install(|| {
        let mut table = Table::default();
        let layouts = Arc::new(Layouts::default());
        let network = network(&input, &layouts, threads);
        circles(&input, &network, &mut table);
        if !only_circles {
            batches(&input, &network, &layouts, &mut table)?;
        }
        table.print();
        Ok(())
    })
}

/// The network, one direction laid out.
fn network<'a>(input: &'a Input, layouts: &Arc<Layouts>, threads: usize) -> Network<'a> {
    let clock = Instant::now();
    let network = Network::over(&input.graph, &input.metric, &layouts.layout());
    network.arcs(Direction::From);
    let laid_out = clock.elapsed();
    println!(
        "{}: {} nodes, {} open arcs, {threads} threads, 15 minutes; medians of {ROUNDS} alternating rounds",
        input.name,
        network.arcs(Direction::From).n_nodes(),
        network.arcs(Direction::From).n_arcs(),
    );
    println!(
        "{:<52} {:>10.2} ms",
        "network, one direction",
        laid_out.as_secs_f64() * 1e3
    );
    network
}

/// What one circle costs, whatever the map.
fn circles(input: &Input, network: &Network<'_>, table: &mut Table) {
    let direction = Direction::From;
    let arcs = network.arcs(direction);
    let origins = spread_nodes(&input.graph, 500);
    let from = places(input, 0, 200);
    let is_open = |edge| {
        let mut arcs = input.graph.destination_arcs(edge).iter();
        arcs.any(|&arc| input.metric.is_open(arc))
    };
    let index = SnapIndex::new(&input.graph, is_open);
    let streets = IsochroneIndex::new(&input.graph, is_open);
    let mut space = SearchSpace::default();
    let mut heap = HeapSearch::new(arcs);
    let mut paper = IsochroneSpace::default();
    let mut n_reached = Vec::new();
    let (mut leaks, mut told) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        table.round = round;
        table.column("circle, times only", origins.len(), "us", || {
            n_reached.clear();
            for &origin in &origins {
                let seeds = [(origin, TravelTime::ZERO)];
                n_reached.push(within(arcs, &mut space, seeds, LIMIT).nodes().len());
            }
        });
        let heap_name = "circle, binary heap on the same arrays";
        table.column(heap_name, origins.len(), "us", || {
            for &origin in &origins {
                black_box(heap.within(origin, LIMIT).len());
            }
        });
        for (name, outline, pieces) in [
            ("isochrone as street pieces", None, true),
            (
                "isochrone as outline with both errors",
                Some(OutlineOptions::STANDARD),
                false,
            ),
            (
                "isochrone as outline without errors",
                Some(OutlineOptions::PREVIEW),
                false,
            ),
        ] {
            let is_standard = outline == Some(OutlineOptions::STANDARD);
            let options = IsochroneOptions { outline, pieces };
            table.column(name, from.len(), "us", || {
                leaks.clear();
                for place in &from {
                    let paper = &mut paper;
                    let limits = [LIMIT];
                    let drawn =
                        isochrone(network, &streets, paper, place, direction, &limits, options);
                    let drawn = black_box(drawn).remove(0).outline;
                    leaks.extend(drawn.map(|drawn| drawn.leak));
                }
            });
            if is_standard {
                told.clone_from(&leaks);
            }
        }
        table.column("snap", origins.len(), "us", || {
            for &node in &origins {
                let at = input.graph.node_position(node);
                let beside = units::LngLat::from_e7(at.lng_e7() + 3_000, at.lat_e7() + 2_000);
                black_box(index.snap(&input.graph, beside, Length::from_m(150)));
            }
        });
    }
    n_reached.sort_unstable();
    table.remarks.push(format!(
        "{:<52} {:>10} nodes in the median",
        "a circle holds",
        n_reached[n_reached.len() / 2]
    ));
    // Of circles that hold next to no street a share says nothing.
    told.retain(|leak: &reach::Leak| leak.reached_mm > 2_000_000);
    let mut share = |name: &str, of: &dyn Fn(&reach::Leak) -> f64| {
        let mut shares: Vec<f64> = told.iter().map(of).collect();
        shares.sort_unstable_by(f64::total_cmp);
        if let Some(most) = shares.last() {
            let middle = shares[shares.len() / 2];
            table.remarks.push(format!(
                "{name:<52} {:>9.2} % in the median, {:.2} % at most, {} circles",
                middle * 100.0,
                most * 100.0,
                shares.len()
            ));
        }
    };
    share(
        "unreached street inside an outline",
        &reach::Leak::inside_share,
    );
    share(
        "reached street outside an outline",
        &reach::Leak::outside_share,
    );
}

/// What very many rows cost, and whole cities.
fn batches(
    input: &Input,
    network: &Network<'_>,
    layouts: &Arc<Layouts>,
    table: &mut Table,
) -> Result<()> {
    let clock = Instant::now();
    let order = black_box(ContractionOrder::new(&input.graph));
    told("order, once per street graph", clock, 1, "ms");
    let clock = Instant::now();
    black_box(Hierarchy::new(network, &order, Direction::From));
    told("hierarchy, once per metric and direction", clock, 1, "ms");

    let direction = Direction::From;
    let hierarchy = network.hierarchy(direction);
    let all = input.graph.topology().nodes().take(100_000);
    let all: Vec<_> = all.collect();
    let to_nodes = Batch::new(network, hierarchy, Destinations::Nodes, LIMIT)
        .context("15 minutes fit the lanes")?;
    let to = places(input, 50_000, 2_000);
    let links = PlaceLinks::new(network, &to, direction);
    let to_places = Batch::new(network, hierarchy, Destinations::Places(&to, &links), LIMIT)
        .context("15 minutes fit the lanes")?;
    let many = places(input, 0, 20_000);
    let facilities = places(input, 70_000, 300);
    network.hierarchy(Direction::Towards);
    // With an order at hand and no hierarchy, and as few origins as these, rows come one by one.
    let single = Network::over(&input.graph, &input.metric, &layouts.layout());
    let mut heap = HeapSearch::new(network.arcs(direction));
    for round in 0..=ROUNDS {
        table.round = round;
        let mut counts = Vec::new();
        let count_name = "count of nodes within the limit, per node";
        table.column(count_name, all.len(), "us", || {
            let folded = to_nodes.fold(Origins::Nodes(&all), &Count);
            counts = folded.expect("nobody cancels it").0;
        });
        for (i, &node) in all.iter().enumerate().step_by(997) {
            let n = heap.within(node, LIMIT).len();
            ensure!(
                usize::try_from(counts[i])? == n,
                "a batch and a search differ at {node}"
            );
        }
        table.column("row to 2000 places, per row", many.len(), "us", || {
            black_box(to_places.fold(Origins::Places(&many), &FullRow)).expect("nobody cancels it");
        });
        let nearest_name = "300 facilities: nearest and second of all nodes";
        table.column(nearest_name, 1, "ms", || {
            let towards = Direction::Towards;
            black_box(NearestFacilities::new(network, &facilities, towards, LIMIT));
        });
        let single_name = "300 facilities: rows to 20000 places, one by one";
        table.column(single_name, 1, "ms", || {
            black_box(rows_towards(&single, &facilities, &many, LIMIT).n_pairs());
        });
        let batch_name = "300 facilities: rows to 20000 places, as a batch";
        table.column(batch_name, 1, "ms", || {
            black_box(rows_towards(network, &facilities, &many, LIMIT).n_pairs());
        });
    }
    Ok(())
}

/// What was measured.
#[derive(Default)]
struct Table {
    /// The first round warms up.
    round: usize,
    columns: Vec<Column>,
    /// Lines below the columns.
    remarks: Vec<String>,
}

impl Table {
    /// Does a piece of work and keeps what one of its `n` items took.
    fn column(&mut self, name: &'static str, n: usize, unit: &'static str, work: impl FnOnce()) {
        let clock = Instant::now();
        work();
        if self.round == 0 {
            return;
        }
        let value = per(clock, n, unit);
        if let Some(column) = self.columns.iter_mut().find(|column| column.name == name) {
            column.values.push(value);
        } else {
            let values = vec![value];
            self.columns.push(Column { name, unit, values });
        }
    }

    fn print(&mut self) {
        for column in &mut self.columns {
            column.values.sort_unstable_by(f64::total_cmp);
            let middle = column.values[column.values.len() / 2];
            println!("{:<52} {middle:>10.2} {}", column.name, column.unit);
        }
        for remark in &self.remarks {
            println!("{remark}");
        }
    }
}

struct Column {
    name: &'static str,
    unit: &'static str,
    values: Vec<f64>,
}

fn told(name: &str, clock: Instant, n: usize, unit: &str) {
    println!("{name:<52} {:>10.2} {unit}", per(clock, n, unit));
}

fn per(clock: Instant, n: usize, unit: &str) -> f64 {
    let scale = if unit == "us" { 1e6 } else { 1e3 };
    let n = u32::try_from(n).expect("few rounds");
    clock.elapsed().as_secs_f64() * scale / f64::from(n)
}
