//! Small files that would make a large network: refused in one sentence, or mended and told.

use city::{City, FindingKind};
use osm::{ImportError, ImportOptions};

use crate::drawn;
use crate::pbf::{self, Block, Node, Way};

fn node(id: i64, lng: i64, lat: i64) -> Node {
    Node {
        id,
        lng_e7: lng,
        lat_e7: lat,
        ..Node::default()
    }
}

fn way(id: i64, nodes: &[i64], tags: &str) -> Way {
    Way {
        id,
        nodes: nodes.to_vec(),
        tags: drawn::tags(tags),
    }
}

fn import(nodes: Vec<Node>, ways: Vec<Way>) -> Result<City, ImportError> {
    drawn::import_bytes(&pbf::file(&[Block::DenseNodes(nodes), Block::Ways(ways)]))
}

fn n_far(city: &City) -> u64 {
    let found = city.report.findings.iter();
    let mut far = found.filter(|finding| finding.kind == FindingKind::FarNodes);
    far.next().map_or(0, |finding| finding.count)
}

/// Length of all edges in metres.
fn meters(city: &City) -> u32 {
    let edges = city.streets.edges();
    edges
        .map(|edge| city.streets.edge_length(edge).as_mm() / 1_000)
        .sum()
}

#[test]
fn a_street_to_a_misplaced_node_is_cut_there_and_told() {
    // 0.01 degrees on the mean sphere are 1,111.95 m, whole metres of each edge are summed.
    for (far_lng, far_lat) in [(250_000_000, 0), (63_000_000, 63_000_000), (0, -10_000_000)] {
        let nodes = vec![
            node(1, 0, 0),
            node(2, 100_000, 0),
            node(3, far_lng, far_lat),
            node(4, 200_000, 0),
            node(5, 300_000, 0),
        ];
        let city = import(
            nodes.clone(),
            vec![way(7, &[1, 2, 3, 4, 5], "highway=residential")],
        );
        let city = city.unwrap();
        assert_eq!(n_far(&city), 1);
        assert_eq!((city.streets.n_edges(), meters(&city)), (2, 2 * 1_111));
        assert!(
            city.report
                .to_string()
                .contains("more than 100 km apart; cut there: way/7")
        );
        // Nothing is left of a street that has no other part.
        let city = import(
            nodes,
            vec![
                way(7, &[2, 3], "highway=residential"),
                way(8, &[1, 2], "highway=residential"),
            ],
        );
        assert_eq!(n_far(&city.unwrap()), 1);
    }
}

#[test]
fn long_straight_streets_and_ferries_stay_whole() {
    // 0.8 degrees are 88.96 km; 3 degrees are 333.58 km, and 1.11 km of street beside them.
    let near = [node(1, 0, 0), node(2, 8_000_000, 0)];
    let city = import(near.to_vec(), vec![way(7, &[1, 2], "highway=primary")]).unwrap();
    assert_eq!((n_far(&city), meters(&city) / 1_000), (0, 88));
    let far = vec![node(1, 0, 0), node(2, 30_000_000, 0), node(3, 0, 100_000)];
    let city = import(
        far,
        vec![
            way(
                7,
                &[1, 2],
                "route=ferry|duration=10:00|foot=yes|bicycle=yes",
            ),
            way(8, &[1, 3], "highway=residential"),
        ],
    );
    let city = city.unwrap();
    assert_eq!((n_far(&city), meters(&city) / 1_000), (0, 334));
    // Across the 180th meridian two nodes are as near as they are.
    let across = vec![node(1, 1_799_950_000, 0), node(2, -1_799_950_000, 0)];
    let city = import(across, vec![way(7, &[1, 2], "highway=primary")]).unwrap();
    assert_eq!((n_far(&city), meters(&city)), (0, 1_111));
}

/// The error of a file that may take any memory an import takes at most.
fn refusal(nodes: Vec<Node>, ways: Vec<Way>) -> String {
    let bytes = pbf::file(&[Block::DenseNodes(nodes), Block::Ways(ways)]);
    assert!(bytes.len() < 200_000, "{} bytes", bytes.len());
    let (_folder, path) = drawn::written(&bytes);
    let error = osm::import(&path, &ImportOptions::default())
        .map(drop)
        .unwrap_err();
    assert!(matches!(error, ImportError::Memory { .. }), "{error}");
    error.to_string()
}

#[test]
fn what_repeats_itself_under_compression_is_refused_before_it_is_built() {
    // A way to and fro: two junctions a million times.
    let near = vec![node(1, 0, 0), node(2, 100_000, 0)];
    let to_and_fro = [1, 2].repeat(700_000);
    let told = refusal(near, vec![way(7, &to_and_fro, "highway=residential")]);
    assert!(
        told.contains("of memory that are allowed for an import"),
        "{told}"
    );
    // The same over 20 km: few junctions would do, each piece lies in 200 cells of the survey.
    let wide = vec![node(1, 0, 0), node(2, 1_790_000, 0)];
    refusal(
        wide,
        vec![
            way(7, &[1, 2].repeat(60_000), "barrier=wall"),
            way(8, &[1, 2], "highway=path"),
        ],
    );
    // Nodes that are not in the file.
    let ids: Vec<i64> = (10..6_500_000).collect();
    refusal(
        vec![node(1, 0, 0)],
        vec![way(7, &ids, "highway=residential")],
    );
}
