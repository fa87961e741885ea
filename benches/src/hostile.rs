//! One function for each kind of input that strangers may hand us: it reads the bytes as far as a
//! command would and must neither panic nor take much memory, whatever they are.
//!
//! `benches/fuzz` feeds them what a fuzzer finds; the tests of this package replay its corpus with
//! changes from a fixed seed.

use std::fs;
use std::io::{Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use city::City;
use coverage::KindCatalog;
use formats::facilities::{self, FacilityOptions};
use formats::{Source, boundaries, demand, geotiff, hazards, positions};
use graph::{Components, GatePolicies, GatePolicy, Metric, NodeId, Policies, Profile};
use osm::ImportOptions;
use reach::{Direction, Network, SearchSpace, SnapIndex, within};
use scenario::run::ScenarioResult;
use scenario::{Plan, resolve};
use tempfile::TempDir;
use units::{Length, TravelTime};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// A target by its name, which is also the folder of its corpus.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// E.g. `pbf`.
    pub name: &'static str,
    /// What reads the bytes.
    pub read: fn(&[u8]),
}

/// All of them.
pub const TARGETS: [Target; 7] = [
    Target {
        name: "pbf",
        read: pbf,
    },
    Target {
        name: "network",
        read: network,
    },
    Target {
        name: "csv",
        read: csv,
    },
    Target {
        name: "xlsx",
        read: xlsx,
    },
    Target {
        name: "geojson",
        read: geojson,
    },
    Target {
        name: "geotiff",
        read: geotiff,
    },
    Target {
        name: "plan",
        read: plan,
    },
];

/// The town that network files and plans are made over.
const TOWN: &[u8] = include_bytes!("../fuzz/corpus/pbf/town.osm.pbf");
/// More memory than any input of a few kilobytes has a use for.
const MOST_MEMORY: u64 = 64 << 20;

/// An OpenStreetMap extract: imported, then searched.
pub fn pbf(data: &[u8]) {
    let (_folder, path) = file("a.osm.pbf", data);
    let options = ImportOptions {
        max_memory: MOST_MEMORY,
        side_path_links: Some(Length::from_m(30)),
        ..ImportOptions::default()
    };
    match osm::import(&path, &options) {
        Ok(city) => use_city(&city),
        Err(error) => is_told(&error),
    }
}

/// A network file: the bytes are changes to one that is right, six at a time (which number, and
/// what it becomes), so that the checksum can be made to fit and versions of the format pass by.
pub fn network(data: &[u8]) {
    static RIGHT: OnceLock<Vec<u8>> = OnceLock::new();
    let right = RIGHT.get_or_init(|| town().to_bytes().expect("the town is small"));
    let mut bytes = right.clone();
    // The directory changes too, its magic and version do not.
    let first = DIRECTORY;
    let n_numbers = (bytes.len() - first) / 4;
    for change in data.chunks_exact(6).take(64) {
        let [a, b, number @ ..] = change else {
            continue;
        };
        let place = first + 4 * (usize::from(u16::from_le_bytes([*a, *b])) % n_numbers);
        bytes[place..place + 4].copy_from_slice(number);
    }
    if let [cut] = data.chunks_exact(6).remainder() {
        bytes.truncate(bytes.len() - usize::from(*cut));
    }
    city::testing::reseal(&mut bytes);
    match City::from_bytes(&bytes, Path::new("a.nqg")) {
        Ok(city) => use_city(&city),
        Err(error) => is_told(&error),
    }
}

/// Where a network file begins after magic, version, number of sections and checksum.
const DIRECTORY: usize = 24;

/// A table: every reader of tables.
pub fn csv(data: &[u8]) {
    let (_folder, path) = file("a.csv", data);
    read_rows(&path);
}

/// A workbook: its archive, or, since changes to an archive hardly get past its checksums, the text of
/// one sheet of a workbook that is right otherwise.
pub fn xlsx(data: &[u8]) {
    if data.starts_with(b"PK") {
        let (_folder, path) = file("a.xlsx", data);
        read_rows(&path);
        return;
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let parts: [(&str, &[u8]); 5] = [
        (
            "xl/workbook.xml",
            br#"<workbook><sheets><sheet name="S" r:id="a"/></sheets></workbook>"#,
        ),
        (
            "xl/_rels/workbook.xml.rels",
            br#"<Relationships><Relationship Id="a" Type="/worksheet" Target="a.xml"/><Relationship Id="b" Type="/sharedStrings" Target="b.xml"/><Relationship Id="c" Type="/styles" Target="c.xml"/></Relationships>"#,
        ),
        ("xl/b.xml", b"<sst><si><t>id</t></si><si><t>lng</t></si></sst>"),
        (
            "xl/c.xml",
            br#"<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>"#,
        ),
        ("xl/a.xml", data),
    ];
    for (name, bytes) in parts {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(name, options)
            .expect("the archive is in memory");
        zip.write_all(bytes).expect("the archive is in memory");
    }
    let archive = zip.finish().expect("the archive is in memory").into_inner();
    let (_folder, path) = file("a.xlsx", &archive);
    read_rows(&path);
}

/// A layer: every reader of rows with shapes.
pub fn geojson(data: &[u8]) {
    let (_folder, path) = file("a.geojson", data);
    read_rows(&path);
    let source = Source::new(&path);
    told(boundaries::read_zones(&source));
    told(boundaries::read_outline(&source));
}

/// A population raster.
pub fn geotiff(data: &[u8]) {
    let (_folder, path) = file("a.tif", data);
    told(geotiff::read_counts(&path, None));
}

/// A plan over the town, with every scenario it has.
pub fn plan(data: &[u8]) {
    let (_folder, path) = file("plan.toml", data);
    let Ok(plan) = Plan::read(&path) else { return };
    // A plan may ask for grids as fine as it likes; that takes long, which is not looked for here.
    if plan
        .spec
        .study_area
        .h3_resolution
        .is_some_and(|finest| finest > 9)
    {
        return;
    }
    let Ok(project) = resolve(&plan, town()) else {
        return;
    };
    let changes = project.scenarios.iter().map(|s| s.changes.as_slice());
    for changes in std::iter::once(&[][..]).chain(changes) {
        let result = ScenarioResult::of(&project, "x", "x", changes);
        result.map_or_else(|error| is_told(&error), drop);
    }
}

fn read_rows(path: &Path) {
    let source = Source::new(path);
    let catalog = KindCatalog::default();
    told(facilities::read(
        &source,
        FacilityOptions {
            catalog: &catalog,
            kind: None,
            words: None,
            area: None,
        },
    ));
    told(demand::read_positions(&source, None, &[]));
    told(positions::read(&source, None));
    told(hazards::read(&source, None));
}

/// Takes an answer apart; an error has to say something.
fn told<T, E: std::error::Error>(answer: Result<T, E>) {
    match answer {
        Ok(value) => drop(value),
        Err(error) => is_told(&error),
    }
}

fn is_told(error: &dyn std::error::Error) {
    assert!(!error.to_string().is_empty(), "an error says what is wrong");
}

/// Searches a city as commands do.
fn use_city(city: &City) {
    let graph = &city.streets;
    drop(city.report.to_string());
    let texts = city.places.iter().flat_map(|place| place.tags());
    std::hint::black_box(texts.map(|(key, value)| key.len() + value.len()).max());
    for profile in [Profile::rider(), Profile::foot()] {
        for citywide in [None, Some(GatePolicy::WalkIn)] {
            let policies = Policies {
                gates: GatePolicies {
                    citywide,
                    ..GatePolicies::default()
                },
                ..Policies::default()
            };
            let metric = Metric::of(graph, &profile, &policies);
            let components = Components::of(graph, &metric);
            let index = SnapIndex::new(graph, |edge| components.is_usable(edge));
            let network = Network::new(graph, &metric);
            let mut space = SearchSpace::default();
            let n_nodes = graph.topology().n_nodes().min(64);
            for node in (0..n_nodes).map(NodeId::from_index) {
                for direction in [Direction::From, Direction::Towards] {
                    let seeds = [(node, TravelTime::ZERO)];
                    let limit = TravelTime::from_mins(30);
                    let reached = within(network.arcs(direction), &mut space, seeds, limit);
                    assert!(reached.time(node).is_some(), "a place reaches itself");
                }
            }
            for place in city.places.iter().take(16) {
                let snap = index.snap(graph, place.position, Length::from_m(500));
                assert!(snap.is_none_or(|snap| snap.walk <= Length::from_m(500)));
            }
        }
    }
}

fn town() -> City {
    let (_folder, path) = file("town.osm.pbf", TOWN);
    osm::import(&path, &ImportOptions::default()).expect("the town is right")
}

/// Bytes as a file of a name, whose ending says how it is read.
fn file(name: &str, data: &[u8]) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = folder.path().join(name);
    fs::write(&path, data).expect("a temporary file can be written");
    (folder, path)
}
