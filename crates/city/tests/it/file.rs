use std::path::Path;

use city::{
    AreaKind, AreaSpec, Backdrop, Boundaries, Boundary, City, ImportReport, OpenError, OsmId,
    PlacesBuilder, Source,
};
use graph::{
    AccessFacts, AccessKey, AccessValue, Along, EdgeSpec, Heading, Metric, NodeFacts, OsmNodeId,
    OsmWayId, Policies, Profile, StreetGraphBuilder, TurnBinding, TurnRule, WayFacts,
};
use proptest::prelude::*;
use units::{Length, LngLat, Outline, Polygon, Ring};

/// A small city in which every kind of column has entries.
pub(crate) fn sample() -> City {
    let mut builder = StreetGraphBuilder::new();
    let at = |x: i32, y: i32| LngLat::from_e7(1_140_000_000 + x * 1_000, 225_000_000 + y * 1_000);
    let nodes: Vec<_> = (0..5)
        .map(|i| builder.add_node(at(i, i * i), OsmNodeId::new(i64::from(i) - 2)))
        .collect();
    let private = WayFacts {
        access: AccessFacts::from_iter([(AccessKey::Bicycle, Along::Both, AccessValue::Private)]),
        ..WayFacts::default()
    };
    let mut edge = |start: usize, end: usize, facts: &WayFacts| {
        builder.add_edge(EdgeSpec {
            start: nodes[start],
            end: nodes[end],
            length: Length::from_m(100),
            way_start: Length::ZERO,
            shape: &[at(9, 9)],
            way: OsmWayId::new(7),
            name: Some("深南大道"),
            facts: facts.clone(),
        })
    };
    let open = WayFacts::default();
    let edges = [
        edge(0, 1, &open),
        edge(1, 2, &private),
        edge(2, 3, &open),
        edge(3, 4, &open),
        edge(3, 1, &open),
    ];
    builder.set_node_facts(
        nodes[3],
        NodeFacts {
            barrier: Some(graph::Barrier::Gate),
            ..NodeFacts::default()
        },
    );
    builder.add_turn_rule(TurnRule {
        chain: vec![(edges[0], Heading::Forward), (edges[4], Heading::Backward)],
        is_only: false,
        binding: TurnBinding::default(),
    });
    let mut places = PlacesBuilder::new();
    places.add(
        OsmId::Node(3),
        at(1, 2),
        [("name", "驿站"), ("amenity", "cafe")],
    );
    places.add(OsmId::Way(4), at(2, 2), [("shop", "bakery")]);
    let ring = vec![at(0, 0), at(4, 0), at(4, 4)];
    City {
        streets: builder.build_ordered().expect("ends exist"),
        places: places.finish().expect("there are two"),
        backdrop: Backdrop::new([AreaSpec {
            id: OsmId::Way(12),
            kind: AreaKind::Building,
            name: Some("塔"),
            levels: Some(30),
            rings: std::slice::from_ref(&ring),
        }])
        .expect("there is one"),
        boundaries: Boundaries {
            all: vec![Boundary {
                id: OsmId::Relation(5),
                name: "福田".to_owned(),
                name_en: None,
                admin_level: 6,
                outline: Outline::new(vec![Polygon::new(
                    Ring::new(ring).expect("three corners"),
                    Vec::new(),
                )]),
                is_complete: true,
            }],
        },
        report: ImportReport::default(),
        source: Source {
            file_name: "a.osm.pbf".to_owned(),
            sha256: "00".to_owned(),
            n_bytes: 1,
            data_date: None,
            written_by: None,
            bounding_box: None,
            is_box_from_header: false,
            program: "test".to_owned(),
            rule_version: 1,
        },
    }
}

#[test]
fn a_city_comes_back_from_its_file_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sample.nqg");
    let city = sample();
    city.write(std::fs::File::create(&path).unwrap()).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), city.to_bytes().unwrap());
    let back = City::open(&path).unwrap();
    assert_eq!(back.to_bytes().unwrap(), city.to_bytes().unwrap());
    assert_eq!(back.streets.to_parts(), city.streets.to_parts());
    let names: Vec<_> = back.places.iter().map(|p| p.name()).collect();
    assert_eq!(names, [Some("驿站"), None]);
    assert_eq!(back.backdrop.areas().next().unwrap().levels, Some(30));

    let (rider, policies) = (Profile::rider(), Policies::default());
    assert_eq!(
        Metric::of(&back.streets, &rider, &policies),
        Metric::of(&city.streets, &rider, &policies)
    );
}

#[test]
fn other_files_and_versions_are_refused_with_a_hint() {
    let open = |bytes: &[u8]| {
        City::from_bytes(bytes, Path::new("x.nqg"))
            .map(drop)
            .unwrap_err()
    };
    assert!(matches!(open(b""), OpenError::NotACity { .. }));
    assert!(matches!(
        open(b"PK\x03\x04 a zip file, say, of any length"),
        OpenError::NotACity { .. }
    ));
    let mut bytes = sample().to_bytes().unwrap();
    let version = bytes[8];
    bytes[8] = 99;
    assert_eq!(
        open(&bytes).to_string(),
        "`x.nqg` has format version 99, but this program reads version 4; \
         import the city again with `nuanquan import`"
    );
    bytes[8] = version;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert!(matches!(open(&bytes), OpenError::Damaged { .. }));
}

#[test]
fn a_sink_that_refuses_is_an_error() {
    let mut short = [0; 100];
    let written = sample().write(std::io::Cursor::new(short.as_mut_slice()));
    assert!(matches!(written, Err(city::WriteError::Io(_))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    /// Even with a matching checksum, no damage may panic or come back as a graph that panics.
    #[test]
    fn damage_never_panics(at in 24_usize..4_000, value in any::<u8>(), cut in 0_usize..4_000) {
        let mut bytes = sample().to_bytes().unwrap();
        let place = at % (bytes.len() - 24) + 24;
        bytes[place] = value;
        if cut % 3 == 0 {
            bytes.truncate(24 + cut % (bytes.len() - 24));
        }
        let checksum = xxhash_rust::xxh3::xxh3_64(&bytes[24..]);
        bytes[16..24].copy_from_slice(&checksum.to_le_bytes());
        if let Ok(city) = City::from_bytes(&bytes, Path::new("x.nqg")) {
            let metric = Metric::of(&city.streets, &Profile::rider(), &Policies::default());
            prop_assert_eq!(metric.n_arcs(), city.streets.n_arcs());
            let _ = city.places.iter().map(|p| p.tags().count()).sum::<usize>();
            let _ = city.backdrop.areas().flat_map(|a| a.rings().map(<[_]>::len)).sum::<usize>();
        }
    }
}
