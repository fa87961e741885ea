//! What the header of a file says, and files that hold more than the present map.

use city::{FindingKind, OsmId};
use graph::{OsmWayId, RoadClass, StreetGraph};
use osm::ImportError;

use crate::drawn::{self, Map, import_bytes};
use crate::pbf::{self, Block, Node, Way};

const REQUIRED: [&str; 2] = ["OsmSchema-V0.6", "DenseNodes"];

/// Two streets that meet at `b`, with a wall across the second.
fn map() -> Map {
    Map::parse(
        "grid 100m
a b c d f
    e
nodes
d barrier=wall
ways
abc highway=residential
bcdf highway=service
ce highway=footway
",
    )
}

/// The map with the positions on its ways; of its nodes only those with tags are in the file.
fn located(map: &Map) -> [Block; 2] {
    let spot = |id: &i64| {
        let node = map.nodes.iter().find(|node| node.id == *id).unwrap();
        (node.lng_e7, node.lat_e7)
    };
    let located = |way: &Way| (way.clone(), way.nodes.iter().map(spot).collect());
    let ways = map.ways.iter().map(located).collect();
    let tagged = map.nodes.iter().filter(|node| !node.tags.is_empty());
    [
        Block::DenseNodes(tagged.cloned().collect()),
        Block::LocatedWays(ways),
    ]
}

/// Edges with what tells them apart.
fn shown(graph: &StreetGraph) -> Vec<(i64, units::Length, Vec<units::LngLat>)> {
    let shape = |edge| graph.edge_shape(edge).collect();
    let edges = graph.edges();
    edges
        .map(|edge| {
            (
                graph.edge_way(edge).as_i64(),
                graph.edge_length(edge),
                shape(edge),
            )
        })
        .collect()
}

#[test]
fn positions_on_ways_give_the_same_streets() {
    let map = map();
    let plain = map.import().unwrap();
    let [nodes, ways] = located(&map);
    for (required, optional) in [
        (
            vec!["OsmSchema-V0.6", "DenseNodes", "LocationsOnWays"],
            vec![],
        ),
        (
            REQUIRED.to_vec(),
            vec!["LocationsOnWays", "Sort.Type_then_ID"],
        ),
        // Writers have been seen that forget to say so.
        (REQUIRED.to_vec(), vec![]),
    ] {
        for blocks in [
            vec![nodes.clone(), ways.clone()],
            vec![ways.clone(), nodes.clone()],
            // Nodes that are in the file all the same are no second version of theirs.
            vec![Block::DenseNodes(map.nodes.clone()), ways.clone()],
        ] {
            let city = import_bytes(&pbf::file_with(&required, &optional, &blocks)).unwrap();
            assert_eq!(
                shown(&city.streets),
                shown(&plain.streets),
                "{required:?} {optional:?}"
            );
            assert_eq!(city.report.findings, plain.report.findings);
            assert!(city.report.unknown_features.is_empty());
        }
    }
}

#[test]
fn a_way_with_unknown_positions_is_cut_there() {
    let map = map();
    let [nodes, Block::LocatedWays(mut ways)] = located(&map) else {
        panic!("the second block holds the ways");
    };
    // What writers write for a node that they did not find.
    ways[0].1[0] = (i64::from(i32::MAX), i64::from(i32::MAX));
    let file = pbf::file_with(
        &REQUIRED,
        &["LocationsOnWays"],
        &[nodes, Block::LocatedWays(ways)],
    );
    let city = import_bytes(&file).unwrap();
    let missing = city.report.findings.iter();
    let missing = missing.filter(|finding| finding.kind == FindingKind::MissingNodes);
    assert_eq!(
        missing.map(|f| f.examples.clone()).next(),
        Some(vec![OsmId::Way(1)])
    );
}

#[test]
fn a_way_with_too_few_positions_is_damage() {
    let map = map();
    let [nodes, Block::LocatedWays(mut ways)] = located(&map) else {
        panic!("the second block holds the ways");
    };
    ways[0].1.pop();
    let file = pbf::file_with(
        &REQUIRED,
        &["LocationsOnWays"],
        &[nodes, Block::LocatedWays(ways)],
    );
    let told = import_bytes(&file).unwrap_err().to_string();
    assert!(told.contains("another number of positions"), "{told}");
}

#[test]
fn a_history_file_is_refused_with_its_cure() {
    for (required, optional) in [
        (vec!["OsmSchema-V0.6", "HistoricalInformation"], vec![]),
        (vec!["OsmSchema-V0.6"], vec!["HistoricalInformation"]),
    ] {
        let blocks = located(&map());
        let refused = import_bytes(&pbf::file_with(&required, &optional, &blocks));
        let error = refused.unwrap_err();
        assert!(matches!(error, ImportError::History { .. }), "{error}");
        assert!(error.to_string().contains("osmium time-filter"), "{error}");
    }
}

#[test]
fn features_that_are_not_understood_are_named() {
    let blocks = located(&map());
    let required = ["OsmSchema-V0.6", "Curves", "Lanes"];
    let error = import_bytes(&pbf::file_with(&required, &[], &blocks)).unwrap_err();
    assert!(
        matches!(error, ImportError::UnknownFeatures { .. }),
        "{error}"
    );
    assert!(error.to_string().contains("`Curves`, `Lanes`"), "{error}");

    let optional = ["Has_Metadata", "timestamp=2024-10-31T20:00:00Z", "Curves"];
    let city = import_bytes(&pbf::file_with(&REQUIRED, &optional, &blocks)).unwrap();
    assert_eq!(city.report.unknown_features, ["Curves"]);
    let told = city.report.to_string();
    assert!(told.contains("optional feature `Curves`"), "{told}");
}

/// What is left of a file with these ways after one another, and how often something was counted.
fn latest(ways: &[Way]) -> (Vec<(i64, RoadClass)>, u64, u64) {
    let map = map();
    let mut all = map.ways.clone();
    all.extend_from_slice(ways);
    let file = pbf::file(&[Block::DenseNodes(map.nodes.clone()), Block::Ways(all)]);
    let city = import_bytes(&file).unwrap();
    let graph = &city.streets;
    let mut left: Vec<(i64, RoadClass)> = graph
        .edges()
        .map(|edge| (graph.edge_way(edge).as_i64(), graph.edge_facts(edge).class))
        .collect();
    left.sort_unstable();
    left.dedup();
    let count = |kind| {
        let finding = city.report.findings.iter().find(|f| f.kind == kind);
        finding.map_or(0, |finding| finding.count)
    };
    let counts = [FindingKind::DeletedObject, FindingKind::DuplicateObject].map(count);
    (left, counts[0], counts[1])
}

#[test]
fn of_several_versions_of_a_way_the_last_one_counts_also_when_it_is_no_street() {
    let [first, second, third] = map().ways.try_into().unwrap();
    let others = [(2, RoadClass::Service), (3, RoadClass::Footway)];
    let deleted = Way {
        id: first.id,
        tags: pbf::deleted(),
        ..Way::default()
    };
    assert_eq!(
        latest(std::slice::from_ref(&deleted)),
        (others.to_vec(), 1, 1)
    );
    // A deleted way that was mapped again is there.
    let again = latest(&[deleted.clone(), first.clone()]);
    assert_eq!(again.0[0], (1, RoadClass::Residential));
    let retagged = Way {
        tags: drawn::tags("landuse=residential"),
        ..first.clone()
    };
    assert_eq!(latest(&[retagged]), (others.to_vec(), 0, 1));
    let other_class = Way {
        tags: drawn::tags("highway=steps"),
        ..first
    };
    let left = vec![(1, RoadClass::Steps), others[0], others[1]];
    assert_eq!(latest(&[other_class]), (left, 0, 1));
    // What never was a street counts as deleted only.
    let unknown = Way {
        id: 99,
        tags: pbf::deleted(),
        ..Way::default()
    };
    let (left, deleted, again) = latest(&[unknown]);
    assert_eq!((left.len(), deleted, again), (3, 1, 0));
    assert_eq!((second.id, third.id), (2, 3));
}

#[test]
fn a_deleted_node_and_what_stood_on_it_are_gone() {
    let map = map();
    let id = drawn::node_id('d');
    let wall = map.nodes.iter().find(|node| node.id == id).unwrap().clone();
    let bare = Node {
        tags: Vec::new(),
        ..wall.clone()
    };
    let deleted = Node {
        id,
        tags: pbf::deleted(),
        ..Node::default()
    };
    let cafe = Node {
        id: 7_000,
        tags: drawn::tags("amenity=cafe"),
        ..wall.clone()
    };
    let closed = Node {
        tags: drawn::tags("was:amenity=cafe"),
        ..cafe.clone()
    };
    let gone = Node {
        id: cafe.id,
        tags: pbf::deleted(),
        ..Node::default()
    };
    // One block or one for each version, in both forms of nodes.
    let import = |versions: &[&Node], is_dense: bool, in_one: bool| {
        let mut nodes: Vec<Node> = map.nodes.iter().filter(|n| n.id != id).cloned().collect();
        let block = if is_dense {
            Block::DenseNodes
        } else {
            Block::Nodes
        };
        let versions = versions.iter().copied().cloned();
        let mut blocks = Vec::new();
        if in_one {
            nodes.extend(versions);
            blocks.push(block(nodes));
        } else {
            blocks.push(block(nodes));
            blocks.extend(versions.map(|node| block(vec![node])));
        }
        blocks.push(Block::Ways(map.ways.clone()));
        import_bytes(&pbf::file(&blocks)).unwrap()
    };
    for (is_dense, in_one) in [(true, true), (true, false), (false, true), (false, false)] {
        let city = import(&[&wall, &cafe], is_dense, in_one);
        let n_edges = |city: &city::City, way| {
            let edges = city.streets.edges();
            let of_way = |edge: &graph::EdgeId| city.streets.edge_way(*edge) == OsmWayId::new(way);
            edges.filter(of_way).count()
        };
        assert_eq!((city.streets.n_gates(), city.places.len()), (1, 1));
        assert_eq!(n_edges(&city, 2), 3);
        // The wall was taken down; the café closed.
        let city = import(&[&wall, &bare, &cafe, &closed], is_dense, in_one);
        assert_eq!((city.streets.n_gates(), city.places.len()), (0, 0));
        // Both nodes are gone, and with them the street beyond c.
        let city = import(&[&wall, &deleted, &cafe, &gone], is_dense, in_one);
        assert_eq!((city.streets.n_gates(), city.places.len()), (0, 0));
        assert_eq!(n_edges(&city, 2), 1);
        // Mapped again.
        let city = import(&[&deleted, &wall, &gone, &cafe], is_dense, in_one);
        assert_eq!((city.streets.n_gates(), city.places.len()), (1, 1));
    }
}
