//! OpenStreetMap pbf in; a [`City`] out.
//!
//! ```text
//!   file --guard--> blocks --read--> compact arrays --network--> street graph
//!                                         |  squares --^
//!                                         |  areas, places  --> places, backdrop, boundaries
//!                                         '- findings       --> report
//! ```
//!
//! Tags become *facts* in closed sets; what a fact means for a profile is decided later, in
//! `graph`. Any file ends in a city or in one [`ImportError`] that says what to do, never in a
//! panic and never in more memory than [`ImportOptions::max_memory`] plus the blocks in flight.
//! The same bytes give the same city, whatever the number of threads.
//!
//! ```no_run
//! let city = osm::import("city.osm.pbf".as_ref(), &osm::ImportOptions::default())?;
//! println!("{}", city.report);
//! # Ok::<(), osm::ImportError>(())
//! ```
//!
//! # Memory and time
//!
//! The file is never held whole. What grows with it:
//!
//! | what | bytes each |
//! |---|---|
//! | node that a kept way names | 8 (id) + 5.3 to 10.7 (table) + 8 (position) |
//! | naming of a node by a kept way | 4 |
//! | kept way | 48, and some 150 more when it is an area or place |
//! | edge of the network | 44, and 2 arcs of 16 each; 8 for each node of its shape |
//! | routing node | 16, and 8 in the topology |
//!
//! plus the blocks in flight: per thread 8 compressed ones (at most 8 MiB together), and one
//! inflated block with its decoded objects (1 to 8 MiB in real files, never more than 32 + 160 MiB).
//!
//! Taken together, a whole import peaks at **10 MB + 97 bytes for each node of the file**, nearly
//! all of which some street, building or place names. The formula, fitted to the fourth and fifth
//! row, against what `cargo run --release -p osm --example import_figures` measures:
//!
//! | file | nodes | formula | measured |
//! |---|---|---|---|
//! | Shenzhen (streets only) | 32,897 | 13 MB | 9 MB |
//! | Monaco (mostly buildings) | 180,118 | 27 MB | 34 MB |
//! | Heidelberg | 221,009 | 31 MB | 32 MB |
//! | Porto (streets only) | 347,944 | 44 MB | 44 to 46 MB |
//! | 22 extracts merged | 1,872,599 | 192 MB | 192 to 194 MB |
//!
//! Processor time is 1.1 to 1.7 µs for each node, of which two thirds run in parallel (Porto 0.39 s,
//! the merged extracts 2.9 to 3.2 s).
//!
//! A national extract of 1.2 GB holds some 125 million nodes (9 to 10 bytes each in the files
//! above), so it would peak at about 12 GB and take about 200 s of processor time. That is past an
//! office PC, and past [`DEFAULT_MAX_MEMORY`]'s purpose: cut it by city first
//! (`osmium extract -b WEST,SOUTH,EAST,NORTH`); a plan never needs more than one city and one limit
//! around it.
//!
//! What it does not do: read other formats or history files, apply updates, decide what a place is.

mod areas;
mod bare_nodes;
mod budget;
mod doubts;
mod error;
mod facts;
mod guard;
mod ids;
mod network;
mod positions;
mod read;
mod restriction;
mod side_paths;
mod squares;
mod survey;
mod tags;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use city::{
    BareNodes, City, InsideStreets, Insides, Islands, OsmId, Source, StreetCounts, UntaggedGates,
};
use graph::{
    Components, CompoundId, EdgeId, GatePolicy, Metric, OsmWayId, Policies, Profile, StreetGraph,
    streets_behind_gates,
};
use sha2::{Digest, Sha256};
use units::{BoundingBox, Length};

pub use error::ImportError;

use crate::read::Extract;

/// Version of the rules by which tags are read; it changes when the same file may give another
/// city.
pub const RULE_VERSION: u32 = 2;

/// The most memory that is taken for what is kept of a file, unless told otherwise: enough for a
/// province of 50 million nodes, and little enough for an office PC.
pub const DEFAULT_MAX_MEMORY: u64 = 6 << 30;

/// How to import.
#[derive(Clone)]
pub struct ImportOptions {
    /// Name and version of the program, kept in the city.
    pub program: String,
    /// The most memory in bytes for what is kept of the file.
    pub max_memory: u64,
    /// Ties side paths to the streets beside them, within this distance, by links that are closed
    /// until a plan opens them (`graph::Policies::joins_side_paths`).
    pub side_path_links: Option<Length>,
    /// Told now and then how far the import is.
    pub progress: Option<Arc<dyn Fn(Progress) + Send + Sync>>,
}

impl Default for ImportOptions {
    fn default() -> Self {
        Self {
            program: concat!("nuanquan ", env!("CARGO_PKG_VERSION")).to_owned(),
            max_memory: DEFAULT_MAX_MEMORY,
            side_path_links: None,
            progress: None,
        }
    }
}

impl fmt::Debug for ImportOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ImportOptions")
            .field("program", &self.program)
            .field("max_memory", &self.max_memory)
            .field("side_path_links", &self.side_path_links)
            .field("progress", &self.progress.is_some())
            .finish()
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub step: Step,
    /// Bytes of the file passed in this step; each reading step passes all of them.
    pub n_bytes: u64,
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// First pass.
    Relations,
    /// Second pass.
    Ways,
    /// Third pass.
    Nodes,
    /// Cutting streets, copying nodes, assembling areas.
    Network,
}

/// Imports a file.
///
/// # Errors
/// When the file cannot be read, is no pbf, is cut or damaged, uses a compression other than zlib,
/// is larger than the caps, or holds no street.
///
/// Cost: three passes over the file, two over most of its blocks; see the crate's documentation.
pub fn import(path: &Path, options: &ImportOptions) -> Result<City, ImportError> {
    // All of it on one thread of the pool: an allocator that keeps an arena for each thread can
    // then build the network in the memory that reading has let go of.
    rayon::scope(|_| import_here(path, options))
}

fn import_here(path: &Path, options: &ImportOptions) -> Result<City, ImportError> {
    let tell = |progress| {
        if let Some(tell) = &options.progress {
            tell(progress);
        }
    };
    let (extract, hash) = rayon::join(
        || read::read(path, options.max_memory, &tell),
        || hash_of(path),
    );
    let (mut extract, mut memory) = extract?;
    let (sha256, n_bytes) = hash.map_err(|source| ImportError::Read {
        path: path.to_owned(),
        source,
    })?;
    tell(Progress {
        step: Step::Network,
        n_bytes: 0,
    });
    // Areas and survey first: what they need is let go of before the network is frozen.
    let (areas, crossings) = rayon::join(
        || areas::assemble(&extract),
        || survey::survey(&extract, &memory),
    );
    let survey::Survey { grid, findings } = crossings?;
    let areas = areas.map_err(|source| ImportError::Areas {
        path: path.to_owned(),
        source,
    })?;
    let far = grid.far_places(&extract, &areas.places);
    let side_path_links = options.side_path_links.map(|within| city::SidePathLinks {
        within,
        n_links: side_paths::link(&mut extract, &grid, within),
    });
    drop(grid);
    let doubted = squares::across(&mut extract, &mut memory)?;
    let (places, backdrop, boundaries) = (areas.places, areas.backdrop, areas.boundaries);
    for (kind, id) in areas
        .findings
        .into_iter()
        .chain(findings)
        .chain(far)
        .chain(doubted)
    {
        extract.findings.add(kind, id);
    }
    let network = network::build(path, &mut extract, &mut memory)?;
    let streets = network.graph;
    let (rider, foot) = rayon::join(
        || islands(&streets, &Profile::rider()),
        || islands(&streets, &Profile::foot()),
    );
    let header = &extract.header;
    let untagged = untagged_gates(&streets);
    let (inner_rider, inner_foot) = rayon::join(
        || insides(&streets, &Profile::rider()),
        || insides(&streets, &Profile::foot()),
    );
    let report = city::ImportReport {
        source: extract.counts,
        streets: street_counts(&streets, network.n_ways, network.n_turn_restrictions),
        n_compounds_untagged: count(untagged.len()),
        side_path_links,
        untagged_gates: untagged
            .into_iter()
            .take(city::ImportReport::MOST_COMPOUNDS)
            .collect(),
        n_places: count(places.len()),
        n_areas: count(backdrop.len()),
        n_boundaries: count(boundaries.all.len()),
        closed_classes: std::mem::take(&mut extract.closed_classes),
        unknown_features: header.unknown_features.clone(),
        insides: vec![inner_rider, inner_foot],
        islands: vec![rider.0, foot.0],
        bare_nodes: vec![rider.1, foot.1],
        findings: std::mem::take(&mut extract.findings).finish(),
    };
    let source = source(path, &extract, &streets, options, sha256, n_bytes);
    Ok(City {
        streets,
        places,
        backdrop,
        boundaries,
        report,
        source,
    })
}

fn source(
    path: &Path,
    extract: &Extract,
    streets: &StreetGraph,
    options: &ImportOptions,
    sha256: String,
    n_bytes: u64,
) -> Source {
    let header = &extract.header;
    let file_name = path.file_name().unwrap_or_default();
    let bounding_box: Option<BoundingBox> = header.bounding_box.or_else(|| streets.bounding_box());
    Source {
        file_name: file_name.to_string_lossy().into_owned(),
        sha256,
        n_bytes,
        data_date: header.data_time_s.and_then(date),
        written_by: header.written_by.clone(),
        bounding_box,
        is_box_from_header: header.bounding_box.is_some(),
        program: options.program.clone(),
        rule_version: RULE_VERSION,
    }
}

fn street_counts(graph: &StreetGraph, n_ways: u64, n_turn_restrictions: u64) -> StreetCounts {
    let length_mm: u64 = graph
        .edges()
        .filter(|&edge| !graph.is_across_area(edge))
        .map(|edge| u64::from(graph.edge_length(edge).as_mm()))
        .sum();
    let n_mapped = graph.gates().filter(|(_, gate)| gate.mapped.is_some());
    let n_mapped_gates = count(n_mapped.count());
    StreetCounts {
        n_ways,
        n_nodes: count(graph.n_original_nodes()),
        n_copies: count(graph.n_nodes() - graph.n_original_nodes()),
        n_edges: count(graph.n_edges()),
        n_across_areas: count(
            graph
                .edges()
                .filter(|&edge| graph.is_across_area(edge))
                .count(),
        ),
        n_arcs: count(graph.n_arcs()),
        length_m: length_mm / 1_000,
        n_mapped_gates,
        n_implied_gates: count(graph.n_gates()) - n_mapped_gates,
        n_compounds: count(graph.n_compounds()),
        n_turn_restrictions,
    }
}

/// Compounds with gates that carry no access tag, those with most of them first.
fn untagged_gates(graph: &StreetGraph) -> Vec<UntaggedGates> {
    let ways = graph.compound_ways();
    let mut compounds: Vec<UntaggedGates> = ways
        .iter()
        .map(|way| UntaggedGates {
            way: way.map(|way| OsmId::Way(way.as_i64())),
            n_mapped: 0,
            n_untagged: 0,
        })
        .collect();
    for (id, gate) in graph.gates() {
        let facts = graph.gate_facts(id);
        let barrier = facts.filter(|facts| facts.barrier.is_some_and(graph::Barrier::is_gate));
        if let (Some(facts), Some(compound)) = (barrier, gate.compound) {
            let compound = &mut compounds[compound.index()];
            compound.n_mapped += 1;
            compound.n_untagged += u64::from(facts.access.is_empty());
        }
    }
    compounds.retain(|compound| compound.n_untagged > 0);
    // Equal counts stay in the order of compounds.
    compounds.sort_by_key(|compound| std::cmp::Reverse(compound.n_untagged));
    compounds
}

/// Streets with public tags that lie behind gates: as mapped, and with every gate entered only.
fn insides(graph: &StreetGraph, profile: &Profile) -> Insides {
    let mut policies = Policies::default();
    let behind = streets_behind_gates(graph, profile, &policies);
    policies.gates.citywide = Some(GatePolicy::Enter);
    let mut open = streets_behind_gates(graph, profile, &policies);
    open.retain(|edge| behind.binary_search(edge).is_err());
    let ways = graph.compound_ways();
    Insides {
        profile: profile.name.clone(),
        behind_tagged: inside_streets(graph, &ways, &behind),
        behind_untagged: inside_streets(graph, &ways, &open),
    }
}

/// Streets by compound, those with most street named.
fn inside_streets(
    graph: &StreetGraph,
    ways: &[Option<OsmWayId>],
    edges: &[EdgeId],
) -> InsideStreets {
    let mut length_mm: BTreeMap<CompoundId, u64> = BTreeMap::new();
    for &edge in edges {
        if let Some(compound) = graph.edge_compound(edge)
            && !graph.is_across_area(edge)
        {
            *length_mm.entry(compound).or_default() += u64::from(graph.edge_length(edge).as_mm());
        }
    }
    let mut longest: Vec<(CompoundId, u64)> = length_mm.iter().map(|(&c, &mm)| (c, mm)).collect();
    // Equal lengths stay in the order of compounds.
    longest.sort_by_key(|&(_, mm)| std::cmp::Reverse(mm));
    let named = longest
        .iter()
        .filter_map(|(compound, _)| ways[compound.index()]);
    InsideStreets {
        n_compounds: count(length_mm.len()),
        length_m: length_mm.values().sum::<u64>() / 1_000,
        examples: named
            .map(|way| OsmId::Way(way.as_i64()))
            .take(InsideStreets::MOST_EXAMPLES)
            .collect(),
    }
}

fn islands(graph: &StreetGraph, profile: &Profile) -> (Islands, BareNodes) {
    let metric = Metric::of(graph, profile, &Policies::default());
    let components = Components::of(graph, &metric);
    let on_island = |edge| components.is_usable(edge) && !components.is_main(edge);
    let bare_nodes = bare_nodes::find(graph, profile, &components);
    let islands = Islands {
        profile: profile.name.clone(),
        fingerprint: components.fingerprint(),
        usable_length_m: components.usable_length_mm() / 1_000,
        main_length_m: components.main_length_mm() / 1_000,
        n_island_edges: count(graph.edges().filter(|&edge| on_island(edge)).count()),
    };
    (islands, bare_nodes)
}

fn count(n: usize) -> u64 {
    wire::as_u64(n)
}

/// SHA-256 in hexadecimal, and the size.
fn hash_of(path: &Path) -> io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    let mut n_bytes = 0;
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            break;
        }
        hasher.update(&buffer[..n]);
        n_bytes += count(n);
    }
    let hash = hasher.finalize();
    let digits = hash.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let hex = digits.filter_map(|digit| char::from_digit(digit.into(), 16));
    Ok((hex.collect(), n_bytes))
}

/// Seconds since 1970 as `2024-10-31T20:00:00Z`; `None` past the year 9999.
///
/// The calendar is counted in eras of 400 years that begin in March, so that the leap day is the
/// last of its year (Howard Hinnant, "chrono-compatible low-level date algorithms").
fn date(time_s: u64) -> Option<String> {
    let (days, second) = (time_s / 86_400, time_s % 86_400);
    let days = days.checked_add(719_468)?;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    (year <= 9_999).then(|| {
        let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_headers() {
        let cases = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_730_404_799, "2024-10-31T19:59:59Z"),
            (4_102_444_800, "2100-01-01T00:00:00Z"),
        ];
        for (time_s, text) in cases {
            assert_eq!(date(time_s).as_deref(), Some(text));
        }
        assert_eq!(date(u64::MAX), None);
    }
}
