//! Siting on a whole extract: rows from the batch engine, then the most demand covered with a bound.
//!
//! Demand lies at positions drawn evenly over the open streets, with weights from 1 to 100; sites are the middles of the longest open edges.
//! What is drawn comes from the seed 7.
//!
//! ```text
//! cargo run --release -p benches --bin site_at_scale -- EXTRACT.osm.pbf foot|rider [DEMAND SITES OPEN]
//! ```
#![expect(
    clippy::print_stdout,
    reason = "a program that talks to the person who started it"
)]

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use graph::{EdgeId, Metric, Policies, Profile, StreetGraph};
use reach::{
    Batch, Destinations, Direction, LANES, LaneTimes, Network, Origins, Place, PlaceLinks, RowFold,
    StreetPoint,
};
use siting::{CountedRows, Effort, Question, Share, solve};
use units::{Length, TravelTime};

const LIMIT: TravelTime = TravelTime::from_mins(15);
/// Certified to this is good enough: 1 %.
const GOOD_ENOUGH: u32 = 10_000;

fn main() -> Result<()> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let (extract, profile, counts) = match words.as_slice() {
        [extract, profile] => (*extract, *profile, [100_000, 20_000, 100]),
        [extract, profile, numbers @ ..] if numbers.len() == 3 => {
            let mut counts = [0; 3];
            for (count, word) in counts.iter_mut().zip(numbers) {
                *count = word.parse().context("DEMAND, SITES and OPEN are numbers")?;
            }
            (*extract, *profile, counts)
        }
        _ => bail!("it takes an extract and `foot` or `rider`, then DEMAND SITES OPEN"),
    };
    let profile = match profile {
        "foot" => Profile::foot(),
        "rider" => Profile::rider(),
        other => bail!("`{other}` is no profile; write foot or rider"),
    };
    let clock = Instant::now();
    let city = osm::import(Path::new(extract), &osm::ImportOptions::default())?;
    let metric = Metric::of(&city.streets, &profile, &Policies::default());
    told("import and metric (not counted)", clock);
    answer(&city.streets, &metric, counts)
}

fn answer(
    graph: &StreetGraph,
    metric: &Metric,
    [n_demand, n_sites, n_open]: [u32; 3],
) -> Result<()> {
    let whole = Instant::now();
    let open = open_edges(graph, metric);
    let mut dice = Dice(7);
    let demand = demand(graph, &open, n_demand, &mut dice);
    let weight: Vec<u64> = demand.iter().map(|_| 1 + dice.below(100)).collect();
    let sites = sites(graph, open, n_sites);
    told("places", whole);

    let clock = Instant::now();
    let network = Network::new(graph, metric);
    let hierarchy = network.hierarchy(Direction::Towards);
    told("network and hierarchy", clock);
    let clock = Instant::now();
    let links = PlaceLinks::new(&network, &demand, Direction::Towards);
    let destinations = Destinations::Places(&demand, &links);
    let batch =
        Batch::new(&network, hierarchy, destinations, LIMIT).context("the limit is too long")?;
    let mut first = vec![0];
    let mut covered: Vec<u32> = Vec::new();
    batch
        .for_each(Origins::Places(&sites), &Within, |_, mut row: Vec<u32>| {
            row.sort_unstable();
            covered.extend(row);
            first.push(covered.len());
        })
        .ok()
        .context("nobody cancels it")?;
    told("rows", clock);
    drop(links);
    println!(
        "{} demand points, {} sites, {} pairs",
        demand.len(),
        sites.len(),
        covered.len()
    );

    let clock = Instant::now();
    let instance = CountedRows {
        weight,
        first,
        demand: covered,
        cost: None,
    }
    .build()?;
    told("instance", clock);
    let question = Question {
        n_sites: Some(n_open),
        ..Question::mclp(0)
    };
    let effort = Effort {
        good_enough: Share::from_millionths(GOOD_ENOUGH).context("a share")?,
        ..Effort::quick()
    };
    let clock = Instant::now();
    let solution = solve(&instance, &question, &effort)?;
    told("answer", clock);
    println!(
        "objective {} bound {} gap {:.3} % {:?}",
        solution.objective(),
        solution.bound(),
        solution.optimality_gap() * 100.0,
        solution.reduction(),
    );
    told("all, rows included", whole);
    println!("{}", peak_memory());
    Ok(())
}

/// The destinations within the limit.
struct Within;

impl RowFold for Within {
    type Block = Vec<Vec<u32>>;
    type Answer = Vec<u32>;

    fn start(&self) -> Self::Block {
        vec![Vec::new(); LANES]
    }

    #[expect(
        clippy::inline_always,
        reason = "what touches lanes must be compiled for the vectors of its caller"
    )]
    #[inline(always)]
    fn see(&self, block: &mut Self::Block, destination: u32, times: &LaneTimes) {
        for (row, &time) in block.iter_mut().zip(times.tenths()) {
            if time != LaneTimes::NEVER {
                row.push(destination);
            }
        }
    }

    fn answer(&self, block: &mut Self::Block, lane: usize) -> Vec<u32> {
        std::mem::take(&mut block[lane])
    }
}

fn open_edges(graph: &StreetGraph, metric: &Metric) -> Vec<EdgeId> {
    let open = |edge: &EdgeId| {
        let mut arcs = graph.origin_arcs(*edge).iter();
        arcs.any(|&arc| metric.is_open(arc))
    };
    graph.edges().filter(open).collect()
}

fn place(edge: EdgeId, offset_mm: u32) -> Place {
    Place::new(
        StreetPoint {
            edge,
            offset: Length::from_mm(offset_mm),
        },
        TravelTime::ZERO,
    )
}

/// Positions drawn evenly over the length of the open edges.
fn demand(graph: &StreetGraph, open: &[EdgeId], n: u32, dice: &mut Dice) -> Vec<Place> {
    let mut ends = Vec::with_capacity(open.len());
    let mut total = 0_u64;
    for &edge in open {
        total += u64::from(graph.edge_length(edge).as_mm());
        ends.push(total);
    }
    (0..n)
        .map(|_| {
            let at = dice.below(total);
            let k = ends.partition_point(|&end| end <= at);
            let back = u32::try_from(ends[k] - at).expect("within one edge");
            place(open[k], graph.edge_length(open[k]).as_mm() - back)
        })
        .collect()
}

/// The middles of the longest open edges; of equals the lower one first.
fn sites(graph: &StreetGraph, open: Vec<EdgeId>, n: u32) -> Vec<Place> {
    let mut open = open;
    let length = |edge: EdgeId| graph.edge_length(edge).as_mm();
    open.sort_by_key(|&edge| std::cmp::Reverse(length(edge)));
    let longest = open.into_iter().zip(0..n);
    longest
        .map(|(edge, _)| place(edge, length(edge) / 2))
        .collect()
}

/// Numbers from a seed (`SplitMix`).
struct Dice(u64);

impl Dice {
    fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % n.max(1)
    }
}

fn told(what: &str, clock: Instant) {
    println!("{:>9.2} s  {what}", clock.elapsed().as_secs_f64());
}

/// The line of the process's status that says its peak memory, where there is one.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("peak memory unknown").to_owned()
}
