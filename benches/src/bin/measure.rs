//! The table of one extract: circles, outlines, batches, nearest facilities, each beside a plain
//! alternative in the same run, in rounds that alternate so that a busy machine troubles all alike.
//!
//! ```text
//! cargo run --release -p benches --bin measure -- EXTRACT.osm.pbf|grid:SIDE [rider] [THREADS]
//! ```
#![expect(
    clippy::print_stdout,
    reason = "a program that talks to the person who started it"
)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use benches::{HeapSearch, Input, places, spread_nodes};
use reach::{
    Batch, ContractionOrder, Count, Destinations, Direction, FullRow, Hierarchy, NearestFacilities,
    Network, Origins, PlaceLinks, PolygonOptions, PolygonSpace, ReachedNetwork, SearchSpace,
    SnapIndex, reached_polygons_in, rows_towards, within,
};
use units::{Length, TravelTime};

const LIMIT: TravelTime = TravelTime::from_mins(15);
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let flat = !words.iter().any(|word| word == "rider");
    let words: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| *word != "rider")
        .collect();
    let (source, threads) = match words.as_slice() {
        [source] => (source, 1),
        [source, threads] => (source, threads.parse().context("threads are a number")?),
        _ => bail!("it takes an extract or `grid:SIDE`, then `rider` and a number of threads"),
    };
    let input = match source.strip_prefix("grid:") {
        Some(side) => Input::grid(side.parse().context("a side is a number")?),
        None => Input::extract(Path::new(source), flat)?,
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    pool.build()?.install(|| table(&input, threads))
}

#[expect(
    clippy::too_many_lines,
    reason = "a list of columns, one after the other"
)]
fn table(input: &Input, threads: usize) -> Result<()> {
    let clock = Instant::now();
    let network = Network::new(&input.graph, &input.metric);
    println!(
        "{}: {} nodes, {} open arcs, {threads} threads, 15 minutes; medians of {ROUNDS} alternating rounds",
        input.name,
        network.arcs(Direction::From).n_nodes(),
        network.arcs(Direction::From).n_arcs(),
    );
    told("network", clock, 1, "ms");
    let clock = Instant::now();
    let order = black_box(ContractionOrder::new(&input.graph));
    told("order, once per street graph", clock, 1, "ms");
    let clock = Instant::now();
    black_box(Hierarchy::new(&network, &order, Direction::From));
    told("hierarchy, once per metric and direction", clock, 1, "ms");

    let arcs = network.arcs(Direction::From);
    let origins = spread_nodes(&input.graph, 500);
    let from = places(input, 0, 200);
    let index = SnapIndex::new(&input.graph, |edge| {
        let mut arcs = input.graph.destination_arcs(edge).iter();
        arcs.any(|&arc| input.metric.is_open(arc))
    });
    let mut space = SearchSpace::default();
    let mut heap = HeapSearch::new(arcs);
    let mut paper = PolygonSpace::default();
    let mut columns: Vec<Column> = Vec::new();
    let mut n_reached = Vec::new();
    let mut leaks = Vec::new();
    let direction = Direction::From;
    let hierarchy = network.hierarchy(direction);
    let all = input
        .graph
        .topology()
        .nodes()
        .take(100_000)
        .collect::<Vec<_>>();
    let to_nodes = Batch::new(&network, hierarchy, Destinations::Nodes, LIMIT)
        .context("15 minutes fit the lanes")?;
    let to = places(input, 50_000, 2_000);
    let links = PlaceLinks::new(&network, &to, direction);
    let to_places = Batch::new(
        &network,
        hierarchy,
        Destinations::Places(&to, &links),
        LIMIT,
    )
    .context("15 minutes fit the lanes")?;
    let many = places(input, 0, 20_000);
    let facilities = places(input, 70_000, 300);
    network.hierarchy(Direction::Towards);
    let single = Network::with_order(&input.graph, &input.metric, network.order().clone());
    for round in 0..=ROUNDS {
        let mut column =
            |name: &'static str, n: usize, unit: &'static str, work: &mut dyn FnMut()| {
                let clock = Instant::now();
                work();
                // The first round warms up.
                if round > 0 {
                    add(&mut columns, name, unit, per(clock, n, unit));
                }
            };
        column("circle, times only", origins.len(), "us", &mut || {
            n_reached.clear();
            for &origin in &origins {
                let seeds = [(origin, TravelTime::ZERO)];
                n_reached.push(within(arcs, &mut space, seeds, LIMIT).nodes().len());
            }
        });
        column(
            "circle, binary heap on the same arrays",
            origins.len(),
            "us",
            &mut || {
                for &origin in &origins {
                    black_box(heap.within(origin, LIMIT).len());
                }
            },
        );
        let mut reached = Vec::new();
        column("circle as street pieces", from.len(), "us", &mut || {
            let of =
                |place| ReachedNetwork::of_place(&network, &mut space, place, direction, &[LIMIT]);
            reached = from.iter().map(of).collect();
        });
        column(
            "outline of a circle with both errors",
            from.len(),
            "us",
            &mut || {
                leaks.clear();
                for reached in &reached {
                    let options = PolygonOptions::STANDARD;
                    let drawn = reached_polygons_in(&network, &mut paper, &index, reached, options);
                    leaks.push(drawn[0].leak);
                }
            },
        );
        let mut counts = Vec::new();
        column(
            "count of nodes within the limit, per node",
            all.len(),
            "us",
            &mut || {
                counts = to_nodes
                    .fold(Origins::Nodes(&all), &Count)
                    .expect("nobody cancels it")
                    .0;
            },
        );
        for (i, &node) in all.iter().enumerate().step_by(997) {
            let n = heap.within(node, LIMIT).len();
            ensure!(
                usize::try_from(counts[i])? == n,
                "a batch and a search differ at {node}"
            );
        }
        column("row to 2000 places, per row", many.len(), "us", &mut || {
            black_box(to_places.fold(Origins::Places(&many), &FullRow)).expect("nobody cancels it");
        });
        column(
            "300 facilities: nearest and second of all nodes",
            1,
            "ms",
            &mut || {
                black_box(NearestFacilities::new(
                    &network,
                    &facilities,
                    Direction::Towards,
                    LIMIT,
                ));
            },
        );
        column(
            "300 facilities: rows to 20000 places, one by one",
            1,
            "ms",
            &mut || {
                black_box(rows_towards(&single, &facilities, &many, LIMIT).n_pairs());
            },
        );
        column(
            "300 facilities: rows to 20000 places, as a batch",
            1,
            "ms",
            &mut || {
                black_box(rows_towards(&network, &facilities, &many, LIMIT).n_pairs());
            },
        );
        column("snap", origins.len(), "us", &mut || {
            for &node in &origins {
                let at = input.graph.node_position(node);
                let beside = units::LngLat::from_e7(at.lng_e7() + 3_000, at.lat_e7() + 2_000);
                black_box(index.snap(&input.graph, beside, Length::from_m(150)));
            }
        });
    }
    for column in &mut columns {
        column.values.sort_unstable_by(f64::total_cmp);
        let middle = column.values[column.values.len() / 2];
        println!("{:<52} {middle:>10.2} {}", column.name, column.unit);
    }
    n_reached.sort_unstable();
    println!(
        "{:<52} {:>10} nodes in the median",
        "a circle holds",
        n_reached[n_reached.len() / 2]
    );
    // Of circles that hold next to no street a share says nothing.
    leaks.retain(|leak| leak.reached_mm > 2_000_000);
    let share = |name: &str, of: &dyn Fn(&reach::Leak) -> f64| {
        let mut shares: Vec<f64> = leaks.iter().map(of).collect();
        shares.sort_unstable_by(f64::total_cmp);
        if let Some(most) = shares.last() {
            let middle = shares[shares.len() / 2];
            println!(
                "{name:<52} {:>9.2} % in the median, {:.2} % at most, {} circles",
                middle * 100.0,
                most * 100.0,
                shares.len()
            );
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
    Ok(())
}

struct Column {
    name: &'static str,
    unit: &'static str,
    values: Vec<f64>,
}

fn add(columns: &mut Vec<Column>, name: &'static str, unit: &'static str, value: f64) {
    if let Some(column) = columns.iter_mut().find(|column| column.name == name) {
        column.values.push(value);
    } else {
        let values = vec![value];
        columns.push(Column { name, unit, values });
    }
}

fn told(name: &str, clock: Instant, n: usize, unit: &str) {
    println!("{name:<52} {:>10.2} {unit}", per(clock, n, unit));
}

fn per(clock: Instant, n: usize, unit: &str) -> f64 {
    let scale = if unit == "us" { 1e6 } else { 1e3 };
    let n = u32::try_from(n).expect("few rounds");
    clock.elapsed().as_secs_f64() * scale / f64::from(n)
}
