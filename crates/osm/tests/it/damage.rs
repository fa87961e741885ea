//! Damaged and hostile files: each ends in a city or in one sentence, never in a panic.
//!
//! The number of random cases follows `PROPTEST_CASES`, so that a long run can do more.

use osm::{ImportError, ImportOptions};
use proptest::prelude::*;

use crate::drawn::{self, Map};
use crate::pbf::{self, Block, Node, Way};

const SAMPLE: &str = "grid 100m
    c
  a b d
    e
nodes
b barrier=gate|access=private|name=门
d highway=traffic_signals
e amenity=cafe|name=驿站
ways
ab highway=primary|name=深南大道|maxspeed=40
bc highway=service|access=private
bd highway=footway|oneway=yes
be route=ferry|duration=0:10
cdec building=yes|building:levels=3
relations
from=ab via=b to=bc type=restriction|restriction=no_left_turn|except=bicycle
outer=cdec type=multipolygon|natural=water
";

/// The frames of a file: where each block ends.
fn frame_ends(bytes: &[u8]) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let length = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
        let header = &bytes[at + 4..at + 4 + usize::try_from(length).unwrap()];
        // The size is the last field of the header: tag 0x18, then a varint.
        let tag = header.iter().position(|&b| b == 0x18).unwrap();
        let mut size = 0_usize;
        for (i, byte) in header[tag + 1..].iter().enumerate() {
            size |= usize::from(byte & 0x7f) << (7 * i);
        }
        at += 4 + header.len() + size;
        ends.push(at);
    }
    ends
}

fn is_one_sentence(error: &ImportError) -> bool {
    let text = error.to_string();
    text.contains(".osm.pbf`") && !text.contains('\n') && !text.ends_with('.')
}

#[test]
fn a_file_cut_at_any_byte_is_refused_or_whole() {
    let whole = Map::parse(SAMPLE).bytes();
    let ends = frame_ends(&whole);
    assert_eq!(ends.last(), Some(&whole.len()));
    for cut in 0..whole.len() {
        match drawn::import_bytes(&whole[..cut]) {
            Ok(_) => assert!(ends.contains(&cut), "cut at {cut}"),
            Err(error) => {
                assert!(is_one_sentence(&error), "{error}");
                let fits = match error {
                    ImportError::Empty { .. } => cut == 0,
                    ImportError::NoStreets { .. } => ends.contains(&cut),
                    ImportError::NotPbf { .. } => cut <= 16,
                    _ => matches!(error, ImportError::Cut { .. }),
                };
                assert!(fits, "cut at {cut}: {error}");
            }
        }
    }
}

#[test]
fn a_flipped_bit_never_panics() {
    let whole = Map::parse(SAMPLE).bytes();
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        if let Err(error) = drawn::import_bytes(&bytes) {
            assert!(is_one_sentence(&error), "{error}");
        }
    }
}

fn with_blob(blob: &[u8]) -> Vec<u8> {
    let mut file = pbf::header(&[], None);
    file.extend(pbf::framed("OSMData", blob));
    file
}

fn error_of(bytes: &[u8]) -> String {
    let text = drawn::import_bytes(bytes)
        .map(drop)
        .unwrap_err()
        .to_string();
    let (_, after) = text.split_once(".osm.pbf` ").unwrap_or(("", &text));
    after.to_owned()
}

#[test]
fn each_kind_of_harm_has_its_sentence() {
    assert_eq!(error_of(b""), "is empty; download or copy it again");
    let not_pbf = "is not an OSM pbf file; convert other formats first, as in \
                   `osmium cat IN.osm -o OUT.osm.pbf`";
    assert_eq!(error_of(b"<?xml version='1.0'?><osm/>"), not_pbf);
    assert_eq!(error_of(b"PK\x03\x04"), not_pbf);
    assert_eq!(error_of(&[0; 100]), not_pbf);
    assert_eq!(error_of(&[0xff; 100]), not_pbf);

    for (field, method) in [(4, "lzma"), (5, "bzip2"), (6, "lz4"), (7, "zstd")] {
        let mut blob = Vec::new();
        pbf::bytes(&mut blob, field, b"whatever");
        assert_eq!(
            error_of(&with_blob(&blob)),
            format!(
                "is compressed with {method} in block 2; write it again with zlib, as in \
                 `osmium cat IN.osm.pbf -o OUT.osm.pbf -f pbf,pbf_compression=zlib`"
            )
        );
    }

    // A bomb: 64 MiB of zeros in some 64 kB.
    let mut bomb = pbf::zlib_blob(&vec![0; 64 << 20]);
    let told = error_of(&with_blob(&bomb));
    assert!(
        told.starts_with("has inflated data of 67108864 bytes in block 2, but 33554432"),
        "{told}"
    );
    // The same, lying about its size.
    let sized = bomb.iter().skip(1).position(|&b| b < 0x80).unwrap() + 2;
    bomb.splice(0..sized, [0x10, 10]);
    let told = error_of(&with_blob(&bomb));
    assert!(
        told.starts_with("has inflated data of 33554433 bytes"),
        "{told}"
    );

    // A swarm of empty messages that would decode to gigabytes.
    let swarm = pbf::zlib_blob(&[0x12, 0x00].repeat(8 << 20));
    let told = error_of(&with_blob(&swarm));
    assert!(told.starts_with("has objects of"), "{told}");

    // Sizes beyond everything.
    let mut huge = pbf::header(&[], None);
    huge.extend(u32::MAX.to_be_bytes());
    let told = error_of(&huge);
    assert!(
        told.starts_with("has a block header of 4294967295 bytes in block 2"),
        "{told}"
    );
    let mut header = Vec::new();
    pbf::bytes(&mut header, 1, b"OSMData");
    pbf::number(&mut header, 3, u64::MAX);
    let mut huge = pbf::header(&[], None);
    huge.extend(u32::try_from(header.len()).unwrap().to_be_bytes());
    huge.extend(header);
    let told = error_of(&huge);
    assert!(
        told.starts_with("has a block of 18446744073709551615 bytes in block 2"),
        "{told}"
    );

    // Data that do not inflate, and an inflated size that is not the one named.
    let mut blob = Vec::new();
    pbf::bytes(&mut blob, 3, b"not zlib");
    assert_eq!(
        error_of(&with_blob(&blob)),
        "is damaged in block 2 (its zlib data do not inflate); download or copy it again"
    );

    // A tag that names a text outside the table.
    let mut way = Vec::new();
    pbf::number(&mut way, 1, 5);
    pbf::bytes(&mut way, 2, &[99]);
    pbf::bytes(&mut way, 3, &[98]);
    let (mut group, mut block) = (Vec::new(), Vec::new());
    pbf::bytes(&mut group, 3, &way);
    pbf::bytes(&mut block, 1, b"");
    pbf::bytes(&mut block, 2, &group);
    assert_eq!(
        error_of(&with_blob(&pbf::raw_blob(&block))),
        "is damaged in block 2 (a tag names a text that is not there); download or copy it again"
    );

    let told = error_of(&pbf::header(&[], None));
    assert!(told.starts_with("holds no street"), "{told}");
    let missing = osm::import("/nowhere/a.osm.pbf".as_ref(), &ImportOptions::default());
    assert_eq!(
        missing.map(drop).unwrap_err().to_string(),
        "could not read `/nowhere/a.osm.pbf`"
    );
}

#[test]
fn memory_has_a_cap() {
    // Many namings of few nodes: the kind of file that grows most.
    let nodes: Vec<Node> = (1..=2)
        .map(|id| Node {
            id,
            lng_e7: id,
            ..Node::default()
        })
        .collect();
    let ways: Vec<Way> = (1..=100)
        .map(|id| Way {
            id,
            nodes: [1, 2].repeat(2_000),
            tags: drawn::tags("highway=residential"),
        })
        .collect();
    let bytes = pbf::file(&[Block::DenseNodes(nodes), Block::Ways(ways)]);
    let (_folder, path) = drawn::written(&bytes);
    let options = ImportOptions {
        max_memory: 10 << 20,
        ..ImportOptions::default()
    };
    let error = osm::import(&path, &options).map(drop).unwrap_err();
    assert!(
        error.to_string().ends_with(
            "needs more than the 10 MiB of memory that are allowed for an import; cut out a \
             smaller area, as in `osmium extract -b WEST,SOUTH,EAST,NORTH`"
        ),
        "{error}"
    );
    assert!(osm::import(&path, &ImportOptions::default()).is_ok());
}

/// The blocks of the sample, not compressed, so that changes reach the decoder.
fn raw_blocks() -> Vec<Vec<u8>> {
    let map = Map::parse(SAMPLE);
    [
        Block::DenseNodes(map.nodes.clone()),
        Block::Nodes(map.nodes),
        Block::Ways(map.ways),
        Block::Relations(map.relations),
    ]
    .iter()
    .map(pbf::primitive_block)
    .collect()
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn changed_blocks_never_panic(
        changes in proptest::collection::vec((0_usize..4, 0_usize..2_000, any::<u8>()), 1..12),
        cut in proptest::option::of((0_usize..4, 0_usize..2_000)),
    ) {
        let mut blocks = raw_blocks();
        for (block, at, value) in changes {
            let block = &mut blocks[block];
            let at = at % block.len();
            block[at] = value;
        }
        if let Some((block, at)) = cut {
            let length = blocks[block].len();
            blocks[block].truncate(at % length);
        }
        let mut file = pbf::header(&["OsmSchema-V0.6"], None);
        for block in &blocks {
            file.extend(pbf::framed("OSMData", &pbf::raw_blob(block)));
        }
        if let Err(error) = drawn::import_bytes(&file) {
            prop_assert!(is_one_sentence(&error), "{}", error);
        }
    }

    #[test]
    fn random_bytes_in_a_block_never_panic(block in proptest::collection::vec(any::<u8>(), 0..400)) {
        let mut file = pbf::header(&[], None);
        file.extend(pbf::framed("OSMData", &pbf::raw_blob(&block)));
        prop_assert!(drawn::import_bytes(&file).is_err());
    }

    #[test]
    fn random_objects_import(
        ways in proptest::collection::vec(
            (proptest::collection::vec(-6_i64..9, 0..9), 0_usize..12), 1..14),
        nodes in proptest::collection::vec((-6_i64..9, -300_i64..300, -300_i64..300, 0_usize..8), 1..18),
        turns in proptest::collection::vec((1_i64..15, -6_i64..9, 1_i64..15, 0_usize..4), 0..6),
    ) {
        // Missing and duplicate nodes, negative ids, loops, parallel ways, broken restrictions.
        let way_tags = ["highway=residential", "highway=footway", "highway=steps",
            "highway=service|access=private", "highway=track|oneway=yes", "route=ferry|duration=5",
            "highway=path|foot=private", "building=yes", "highway=motorway", "natural=water",
            "highway=residential|access=destination", "barrier=wall"];
        let node_tags = ["", "", "", "barrier=gate", "barrier=bollard", "access=private",
            "highway=crossing", "amenity=cafe"];
        let nodes: Vec<Node> = nodes.into_iter().map(|(id, lng_e7, lat_e7, t)| Node {
            id, lng_e7: lng_e7 * 1_000, lat_e7: lat_e7 * 1_000, tags: drawn::tags(node_tags[t]),
        }).collect();
        let ways: Vec<Way> = (1..).zip(ways).map(|(id, (nodes, t))| Way {
            id, nodes, tags: drawn::tags(way_tags[t]),
        }).collect();
        let kinds = ["no_left_turn", "only_straight_on", "no_u_turn", "nonsense"];
        let relations = (1..).zip(turns).map(|(id, (from, via, to, kind))| pbf::Relation {
            id,
            members: vec![(1, from, "from".into()), (0, via, "via".into()), (1, to, "to".into())],
            tags: drawn::tags(&format!("type=restriction|restriction={}", kinds[kind])),
        }).collect();
        let file = pbf::file(&[Block::Ways(ways), Block::Relations(relations), Block::DenseNodes(nodes)]);
        if let Ok(city) = drawn::import_bytes(&file) {
            let bytes = city.to_bytes().unwrap();
            let back = city::City::from_bytes(&bytes, "a.nqg".as_ref()).unwrap();
            prop_assert_eq!(back.to_bytes().unwrap(), bytes);
            for profile in [graph::Profile::rider(), graph::Profile::foot()] {
                for gates in [None, Some(graph::GatePolicy::WalkIn), Some(graph::GatePolicy::Shut)] {
                    let mut policies = graph::Policies::default();
                    policies.gates.citywide = gates;
                    let metric = graph::Metric::of(&city.streets, &profile, &policies);
                    let components = graph::Components::of(&city.streets, &metric);
                    prop_assert!(components.main_length_mm() <= components.usable_length_mm());
                }
            }
        }
    }
}
