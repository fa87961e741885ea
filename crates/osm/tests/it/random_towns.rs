//! Small random towns against the slow router: corners that no real extract happens to have.

use osm::ImportOptions;
use proptest::prelude::*;

use crate::agreement::compare;
use crate::drawn;
use crate::pbf::{self, Block, Node, Way};

proptest! {
    // A quarter of the usual cases: each compares every pair under every plan.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(4),
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    /// Small towns with gates, yards, one-ways and restrictions at every corner.
    #[test]
    fn random_towns_agree_with_the_slow_router(
        walks in proptest::collection::vec(
            (0_i64..12, proptest::collection::vec(0_usize..4, 1..5), 0_usize..14), 4..16),
        stands in proptest::collection::vec((0_i64..12, 0_usize..13), 0..8),
        turns in proptest::collection::vec((1_i64..16, 0_i64..12, 1_i64..16, 0_usize..4), 0..6),
    ) {
        const WAYS: [&str; 14] = [
            "highway=residential", "highway=residential", "highway=primary", "highway=footway",
            "highway=service|access=private", "highway=service|access=private",
            "highway=residential|oneway=yes", "highway=steps", "highway=service|access=destination",
            "highway=residential|bicycle=private", "highway=footway|access=private",
            "highway=residential|vehicle=destination", "highway=path|foot=private",
            "highway=cycleway|foot=no",
        ];
        const NODES: [&str; 13] = [
            "barrier=gate", "barrier=gate|access=private", "barrier=bollard", "access=private",
            "barrier=gate|access=no", "barrier=kissing_gate", "barrier=lift_gate|access=yes",
            "barrier=wall", "barrier=gate|bicycle=private", "barrier=gate|locked=yes",
            "barrier=bollard|access=residents", "barrier=gate|access=private",
            "barrier=gate|access=no|foot=yes",
        ];
        // Four columns, three rows, 70 to 110 m apart.
        let mut nodes: Vec<Node> = (0..12)
            .map(|id| Node {
                id: id + 1,
                lng_e7: 1_140_000_000 + id % 4 * 8_000 + id * 211,
                lat_e7: id / 4 * 9_000 + id * 97,
                tags: Vec::new(),
            })
            .collect();
        for (node, what) in stands {
            nodes[usize::try_from(node).unwrap()].tags = drawn::tags(NODES[what]);
        }
        let ways: Vec<Way> = (1..)
            .zip(walks)
            .map(|(id, (start, steps, what))| {
                let mut at = start;
                let mut refs = vec![at + 1];
                for step in steps {
                    let (column, row) = (at % 4, at / 4);
                    at = match step {
                        0 if column < 3 => at + 1,
                        1 if column > 0 => at - 1,
                        2 if row < 2 => at + 4,
                        3 if row > 0 => at - 4,
                        _ => at,
                    };
                    if refs.last() != Some(&(at + 1)) {
                        refs.push(at + 1);
                    }
                }
                Way { id, nodes: refs, tags: drawn::tags(WAYS[what]) }
            })
            .collect();
        let kinds = ["no_left_turn", "only_straight_on", "no_u_turn", "no_right_turn|except=bicycle"];
        let relations = (1..)
            .zip(turns)
            .map(|(id, (from, via, to, kind))| pbf::Relation {
                id,
                members: vec![
                    (1, from, "from".into()),
                    (0, via + 1, "via".into()),
                    (1, to, "to".into()),
                ],
                tags: drawn::tags(&format!("type=restriction|restriction={}", kinds[kind])),
            })
            .collect();
        let bytes = pbf::file(&[Block::DenseNodes(nodes), Block::Ways(ways), Block::Relations(relations)]);
        let (_folder, path) = drawn::written(&bytes);
        if osm::import(&path, &ImportOptions::default()).is_ok() {
            compare(&path, 5, 9, 7_200);
        }
    }
}
