//! A town gets the same answer from its own extract and from a file that holds others as well.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use scenario::run::{ScenarioResult, write};
use scenario::{Plan, resolve};
use units::LngLat;

use crate::osm_drawn::Map;
use crate::pbf::{self, Block};

/// A one-way, a gate with a compound, a banned turn, a tunnel, an island, a scrap; small letters.
const FIRST: &str = "grid 200m
a     b     c     d
      g
e     f     h     i

j           k
      p q
nodes
g barrier=gate|access=private
ways
abcd highway=residential|name=North
efhi highway=secondary|name=South
ae highway=residential
bg highway=residential
gf highway=service|access=private
ch highway=residential|oneway=yes
di highway=residential|tunnel=yes
jk highway=residential
pq highway=footway|bicycle=yes
relations
from=abcd via=c to=ch type=restriction|restriction=no_right_turn
";

/// The same kinds of things elsewhere; capital letters.
const SECOND: &str = "grid 200m
A     B     C
   G
D     E     F
      H     I
X Y
nodes
B highway=traffic_signals
ways
ABC highway=primary|name=Upper
DEF highway=residential|oneway=yes|name=Lower
AGD highway=residential|access=private
BE highway=residential
CF highway=tertiary
EHIF highway=cycleway|bridge=yes
XY highway=residential
relations
from=ABC via=B to=BE type=restriction|restriction=no_left_turn
";

const PLAN: &str = r#"
[[layer]]
name = "stations"
kind = "warm-station"
from = { path = "stations.csv", encoding = "utf-8" }
[demand]
source = "street-length"
profile = "rider"
[[measure]]
source = "table"
path = "riders.csv"
encoding = "utf-8"
unit = "riders"
[[standard]]
key = "rest"
name = "rest"
profile = "rider"
limit = "2min"
[[standard]]
key = "walk"
name = "walk"
profile = "foot"
limit = "4min"
[[candidates]]
street_corners = "100m"
[[scenario]]
key = "more"
name = "more"
[[scenario.modification]]
do = "choose-sites"
standard = "rest"
sites = 2
kind = "warm-station"
[[scenario.modification]]
do = "set-gates"
policy = "through"
"#;

/// Moves a map east by some degrees and gives its ways other numbers, in order.
fn moved(mut map: Map, degrees: i64, way: impl Fn(i64) -> i64) -> Map {
    for node in &mut map.nodes {
        node.lng_e7 += degrees * 10_000_000;
    }
    for of in &mut map.ways {
        of.id = way(of.id);
    }
    for relation in &mut map.relations {
        for (kind, id, _) in &mut relation.members {
            *id = if *kind == 1 { way(*id) } else { *id };
        }
        relation.id = way(relation.id);
    }
    map
}

fn bytes(maps: &[&Map]) -> Vec<u8> {
    let mut all = Map::default();
    for map in maps {
        all.nodes.extend(map.nodes.iter().cloned());
        all.ways.extend(map.ways.iter().cloned());
        all.relations.extend(map.relations.iter().cloned());
    }
    all.nodes.sort_by_key(|node| node.id);
    all.ways.sort_by_key(|way| way.id);
    all.relations.sort_by_key(|relation| relation.id);
    pbf::file(&[
        Block::DenseNodes(all.nodes),
        Block::Ways(all.ways),
        Block::Relations(all.relations),
    ])
}

/// Every file of a run over a town, by name; the identity of `result.json` left out.
fn results(town: &Map, network: &[u8]) -> BTreeMap<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("streets.osm.pbf"), network).unwrap();
    let at = |index: usize, off: i32| {
        let node = &town.nodes[index];
        let e7 = |value: i64| i32::try_from(value).unwrap();
        LngLat::from_e7(e7(node.lng_e7) + off, e7(node.lat_e7) + off)
    };
    let row = |id: &str, at: LngLat| format!("{id},{},{}", at.lng(), at.lat());
    let stations = [row("s1", at(0, 900)), row("s2", at(4, 4_000))].join("\n");
    fs::write(file("stations.csv"), format!("id,lng,lat\n{stations}\n")).unwrap();
    // On corners, beside streets, on the scrap, and far from all.
    let riders = (0..town.nodes.len()).map(|index| {
        let off = i32::try_from(index).unwrap() * 1_500;
        let at = at(index, off);
        format!("{},{},{}", at.lng(), at.lat(), index + 1)
    });
    let riders = riders.collect::<Vec<_>>().join("\n");
    fs::write(file("riders.csv"), format!("lng,lat,demand\n{riders}\n")).unwrap();
    let lng = |of: fn(&mut dyn Iterator<Item = i64>) -> Option<i64>| {
        let found = of(&mut town.nodes.iter().map(|node| node.lng_e7)).unwrap();
        LngLat::from_e7(i32::try_from(found).unwrap(), 0).lng()
    };
    let (west, east) = (lng(|all| all.min()), lng(|all| all.max()));
    let head = format!(
        "format = 1\nname = \"town\"\n[study_area]\nbox = [{}, -0.05, {}, 0.05]\n\
         h3_resolution = 10\n[network]\npath = \"streets.osm.pbf\"\n",
        west - 0.01,
        east + 0.01
    );
    fs::write(file("plan.toml"), head + PLAN).unwrap();
    let plan = Plan::read(&file("plan.toml")).unwrap();
    let city = osm::import(&file("streets.osm.pbf"), &osm::ImportOptions::default()).unwrap();
    let project = resolve(&plan, city).unwrap_or_else(|problems| panic!("{problems}"));
    let more = &project.scenarios[0];
    let results = [
        ScenarioResult::of(&project, "baseline", "baseline", &[]).unwrap(),
        ScenarioResult::of(&project, &more.key, &more.name, &more.changes).unwrap(),
    ];
    let out = file("results");
    let output = scenario::run::output(&project, &out, false).unwrap();
    write(&project, &results, "", &output).unwrap();
    let mut found = BTreeMap::new();
    collect(&out, &out, &mut found);
    found
}

fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        let name = path.strip_prefix(root).unwrap().to_string_lossy();
        if name == ".nuanquan-results.json" {
            // Sums of the other files, their identity included.
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let identity = ["\"plan_fingerprint\"", "\"grid_fingerprint\""];
        let lines = text.lines();
        let kept = lines.filter(|line| !identity.iter().any(|key| line.contains(key)));
        found.insert(name.into_owned(), kept.collect::<Vec<_>>().join("\n"));
    }
}

#[test]
fn a_town_gets_the_same_answer_from_a_larger_file() {
    // Apart by more than a margin; the ways of the two stand between one another.
    let first = moved(Map::parse(FIRST), 0, |id| id * 10);
    let second = moved(Map::parse(SECOND), 1, |id| id * 10 - 5);
    let merged = bytes(&[&first, &second]);
    for town in [&first, &second] {
        let alone = results(town, &bytes(&[town]));
        let within = results(town, &merged);
        assert!(alone.len() > 30, "{:?}", alone.keys());
        assert_eq!(
            alone.keys().collect::<Vec<_>>(),
            within.keys().collect::<Vec<_>>()
        );
        for (name, text) in &alone {
            assert!(
                *text == within[name],
                "{name} differs:\n{text}\n{}",
                within[name]
            );
        }
        let cells = &alone["baseline/cells.csv"];
        assert!(cells.contains(",covered,") && cells.contains(",uncovered,"));
    }
}
