//! The same bytes in give the same bytes out, whatever the threads and the order of the file.

use std::path::{Path, PathBuf};

use osm::ImportOptions;

use crate::drawn::{self, Map};
use crate::pbf::{self, Block};

fn data(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(name)
}

fn bytes_with(threads: usize, path: &Path) -> Vec<u8> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    pool.install(|| {
        osm::import(path, &ImportOptions::default())
            .unwrap()
            .to_bytes()
            .unwrap()
    })
}

#[test]
fn one_thread_and_sixteen_give_the_same_bytes() {
    for name in [
        "shenzhen/shenzhen-futian-2024.osm.pbf",
        "monaco/monaco.osm.pbf",
    ] {
        let path = data(name);
        let one = bytes_with(1, &path);
        assert!(one == bytes_with(16, &path), "{name}");
        assert!(one == bytes_with(3, &path), "{name}");
    }
}

#[test]
fn the_order_of_blocks_and_objects_does_not_matter() {
    let map = Map::parse(
        "grid 100m
a b c d
  e f
nodes
b barrier=gate
ways
abcd highway=residential
bef  highway=service|access=private
fc   highway=service|access=private
relations
from=abcd via=b to=bef type=restriction|restriction=no_left_turn
",
    );
    let sorted = [
        Block::DenseNodes(map.nodes.clone()),
        Block::Ways(map.ways.clone()),
        Block::Relations(map.relations.clone()),
    ];
    let mut backwards = map.clone();
    backwards.nodes.reverse();
    backwards.ways.reverse();
    let unsorted = [
        Block::Relations(backwards.relations),
        Block::Ways(backwards.ways[..1].to_vec()),
        Block::Nodes(backwards.nodes[..2].to_vec()),
        Block::Ways(backwards.ways[1..].to_vec()),
        Block::DenseNodes(backwards.nodes[2..].to_vec()),
    ];
    let streets = |blocks: &[Block]| {
        let city = drawn::import_bytes(&pbf::file(blocks)).unwrap();
        let graph = city.streets;
        let mut edges: Vec<_> = graph
            .edges()
            .map(|edge| {
                let shape: Vec<_> = graph.edge_shape(edge).collect();
                (
                    graph.edge_way(edge),
                    graph.edge_way_start(edge),
                    graph.edge_length(edge),
                    shape,
                )
            })
            .collect();
        edges.sort();
        (edges, graph.n_nodes(), graph.n_arcs(), graph.n_gates())
    };
    assert_eq!(streets(&sorted), streets(&unsorted));
}
