//! What becomes of real and drawn extracts: counts, folding, places, areas, headers.

use std::path::PathBuf;

use city::{AreaKind, FindingKind, OsmId};
use graph::{OsmNodeId, OsmWayId, RoadClass};
use osm::ImportOptions;
use units::Length;

use crate::drawn::{self, Map};
use crate::pbf::{self, Block, Node, Way};

pub(crate) fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(name)
}

#[test]
fn monaco_has_its_places_buildings_and_streets() {
    let city = osm::import(&data("monaco/monaco.osm.pbf"), &ImportOptions::default()).unwrap();
    let with = |key: &str, value: &str| {
        city.places
            .iter()
            .filter(|place| place.tag(key) == Some(value))
            .count()
    };
    // Counted with `grep` over `osmium cat -f opl` of the same file.
    assert_eq!(city.report.source.n_nodes, 180_118);
    assert_eq!(city.report.source.n_ways, 27_377);
    assert!(
        with("amenity", "restaurant") >= 70,
        "{}",
        with("amenity", "restaurant")
    );
    assert!(
        with("amenity", "pharmacy") >= 20,
        "{}",
        with("amenity", "pharmacy")
    );
    let buildings = city
        .backdrop
        .areas()
        .filter(|area| area.kind == AreaKind::Building);
    assert!(buildings.count() > 20_000);
    assert!(
        city.boundaries
            .all
            .iter()
            .any(|boundary| boundary.name == "Monaco")
    );
    for area in city.backdrop.areas().take(2_000) {
        assert!(area.rings().all(|ring| ring.len() >= 3), "{}", area.id);
    }
    assert_eq!(city.source.sha256.len(), 64);
    let steps = city
        .streets
        .facts()
        .iter()
        .filter(|f| f.class == RoadClass::Steps);
    assert!(steps.count() > 0);
}

#[test]
fn shenzhen_hangs_together() {
    let path = data("shenzhen/shenzhen-futian-2024.osm.pbf");
    let city = osm::import(&path, &ImportOptions::default()).unwrap();
    let foot = &city.report.islands[1];
    assert_eq!(foot.profile, "foot");
    assert!(
        foot.main_length_m * 10 > foot.usable_length_m * 9,
        "{foot:?}"
    );
    assert!(
        city.streets
            .edges()
            .any(|e| city.streets.edge_name(e) == Some("深南大道"))
    );
}

#[test]
fn shape_points_are_folded_and_keep_their_geometry() {
    let map =
        Map::parse("grid 100m\na b c d\n    e\nways\nabcd highway=residential\nce highway=path\n");
    let city = map.import().unwrap();
    let graph = &city.streets;
    assert_eq!((graph.n_edges(), graph.n_nodes()), (3, 4));
    let first = graph
        .edges()
        .find(|&e| graph.edge_length(e) > Length::from_m(150))
        .unwrap();
    let shape: Vec<_> = graph.edge_shape(first).collect();
    assert_eq!(shape, ['a', 'b', 'c'].map(|letter| map.position(letter)));
    let mut starts: Vec<u32> = graph
        .edges()
        .filter(|&e| graph.edge_way(e) == OsmWayId::new(1))
        .map(|e| (graph.edge_way_start(e).as_mm() + 500) / 1_000)
        .collect();
    starts.sort_unstable();
    assert_eq!(starts, [0, 200]);
}

#[test]
fn loops_parallel_streets_and_missing_nodes_survive() {
    let mut map = Map::parse(
        "grid 100m
a b c
  d e
ways
abeda  highway=residential
abc    highway=residential
abc    highway=footway
",
    );
    // A loop on one node only, a way with a hole, and a way of one node.
    map.ways.push(Way {
        id: -5,
        nodes: vec![503, 502, 501, 503],
        tags: drawn::tags("highway=path"),
    });
    for (id, x) in [(501, 5), (502, 6), (503, 7)] {
        map.nodes.push(Node {
            id,
            lng_e7: 1_140_100_000 + x * x * 1_000,
            lat_e7: x * 9_000,
            tags: vec![],
        });
    }
    let letter = drawn::node_id;
    map.ways.push(Way {
        id: -6,
        nodes: vec![letter('a'), 12_345, letter('d'), letter('e')],
        tags: drawn::tags("highway=path"),
    });
    map.ways.push(Way {
        id: -7,
        nodes: vec![letter('a')],
        tags: drawn::tags("highway=path"),
    });
    let city = map.import().unwrap();
    let graph = &city.streets;
    let n_edges = |way: i64| {
        graph
            .edges()
            .filter(|&e| graph.edge_way(e) == OsmWayId::new(way))
            .count()
    };
    assert_eq!(n_edges(-5), 1, "a loop is one edge");
    let ring = graph
        .edges()
        .find(|&e| graph.edge_way(e) == OsmWayId::new(-5))
        .unwrap();
    let (start, end) = graph.edge_ends(ring);
    assert_eq!(
        (start, graph.node_osm_id(start)),
        (end, OsmNodeId::new(503))
    );
    assert_eq!(n_edges(-6), 1, "d to e is left of the way with a hole");
    assert_eq!(n_edges(-7), 0);
    assert_eq!(
        (n_edges(2), n_edges(3)),
        (2, 2),
        "parallel ways are both kept"
    );
    let findings = &city.report.findings;
    let found = |kind| {
        findings
            .iter()
            .find(|f| f.kind == kind)
            .map(|f| (f.count, f.examples.clone()))
    };
    assert_eq!(
        found(FindingKind::MissingNodes),
        Some((1, vec![OsmId::Way(-6)]))
    );
    assert_eq!(
        found(FindingKind::TooShort),
        Some((1, vec![OsmId::Way(-7)]))
    );
}

#[test]
fn of_an_object_given_twice_the_last_one_counts() {
    let at = |id, lng_e7| Node {
        id,
        lng_e7,
        ..Node::default()
    };
    let way = |id, tags: &str| Way {
        id,
        nodes: vec![1, 2],
        tags: drawn::tags(tags),
    };
    let file = pbf::file(&[
        Block::DenseNodes(vec![at(1, 0), at(2, 5_000_000), at(2, 10_000)]),
        Block::Ways(vec![way(1, "highway=steps"), way(1, "highway=primary")]),
    ]);
    let city = drawn::import_bytes(&file).unwrap();
    let graph = &city.streets;
    let edges: Vec<_> = graph.edges().collect();
    assert_eq!(edges.len(), 1);
    assert_eq!(graph.edge_facts(edges[0]).class, RoadClass::Primary);
    assert_eq!(graph.edge_length(edges[0]).as_mm() / 1_000, 111);
    let twice = city
        .report
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::DuplicateObject);
    assert_eq!(twice.unwrap().examples, [OsmId::Node(2), OsmId::Way(1)]);
}

#[test]
fn the_header_tells_date_and_box_and_unknown_blocks_are_skipped() {
    let mut file = pbf::header(&["OsmSchema-V0.6"], Some(1_730_404_799));
    let map = Map::parse("grid 100m\na b\nways\nab highway=residential\n");
    for block in [
        Block::Nodes(map.nodes.clone()),
        Block::Ways(map.ways.clone()),
    ] {
        file.extend(pbf::framed(
            "OSMData",
            &pbf::raw_blob(&pbf::primitive_block(&block)),
        ));
        // Blocks of an unknown type are skipped, as the format asks.
        file.extend(pbf::framed("OSMSomethingNew", b"\x00\x01\x02"));
    }
    let city = drawn::import_bytes(&file).unwrap();
    assert!(city.report.unknown_features.is_empty());
    assert_eq!(
        city.source.data_date.as_deref(),
        Some("2024-10-31T19:59:59Z")
    );
    assert_eq!(city.source.written_by.as_deref(), Some("a test"));
    assert!(!city.source.is_box_from_header && city.source.bounding_box.is_some());
}

#[test]
fn doubts_about_the_lie_of_the_land_are_told() {
    // b–g crosses d–e without a node; f–h does so on a bridge; the wall w–z crosses a–b.
    let map = Map::parse(
        "grid 100m
w
a b f
  d     e
z g h
          y
nodes
y amenity=cafe
d amenity=cafe
ways
ab highway=residential
bg highway=residential
ad highway=residential
de highway=residential
fh highway=residential|bridge=yes|layer=1
wz barrier=wall
",
    );
    let mut map = map;
    // Move the crossing street off the node of the other one, and the wall into the first street.
    for (letter, shift) in [
        ('b', 3_000),
        ('g', 3_000),
        ('w', 2_000),
        ('z', 2_000),
        ('y', 20_000),
    ] {
        let node = map
            .nodes
            .iter_mut()
            .find(|n| n.id == drawn::node_id(letter))
            .unwrap();
        node.lng_e7 += shift;
    }
    let city = map.import().unwrap();
    let found = |kind| {
        let finding = city.report.findings.iter().find(|f| f.kind == kind);
        finding.map(|f| (f.count, f.examples.clone()))
    };
    assert_eq!(
        found(FindingKind::CrossingWithoutNode),
        Some((1, vec![OsmId::Way(4)]))
    );
    assert_eq!(
        found(FindingKind::BarrierAcrossStreet),
        Some((2, vec![OsmId::Way(6)]))
    );
    let far = OsmId::Node(drawn::node_id('y'));
    assert_eq!(found(FindingKind::PlaceFarFromStreet), Some((1, vec![far])));
}

#[test]
fn a_real_file_out_of_order_imports() {
    let path = data("samples/moscow-unsorted.osm.pbf");
    let city = osm::import(&path, &ImportOptions::default()).unwrap();
    let rider = &city.report.islands[0];
    assert!(rider.usable_length_m > 10_000, "{rider:?}");
    assert!(
        rider.main_length_m * 10 > rider.usable_length_m * 8,
        "{rider:?}"
    );
    let missing = city
        .report
        .findings
        .iter()
        .find(|f| f.kind == FindingKind::MissingNodes);
    assert!(
        missing.is_none_or(|finding| finding.count < 5),
        "{missing:?}"
    );
}
