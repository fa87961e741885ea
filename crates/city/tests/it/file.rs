use std::path::Path;

use city::testing::{first_section, reseal};
use city::{
    AreaKind, AreaSpec, Backdrop, Boundaries, Boundary, City, CityFile, ImportReport, OpenError,
    OsmId, PlacesBuilder, Source,
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
    for other in [4, 99] {
        bytes[8] = other;
        assert_eq!(
            open(&bytes).to_string(),
            format!(
                "`x.nqg` has format version {other}, but this program reads version 5, which \
                 `nuanquan import` writes: import again"
            )
        );
    }
    bytes[8] = version;
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(
        open(&bytes).to_string(),
        "`x.nqg` is damaged (the checksum of its section `source` does not match); import the city \
         again with `nuanquan import`"
    );
}

/// A file with one section more, which no program knows, before all others.
fn with_unknown_section(bytes: &[u8]) -> Vec<u8> {
    let first = first_section(bytes);
    let unknown = *b"of tomorrow 2031";
    let (mut entry, mut made) = ([0; 40], bytes[..24].to_vec());
    entry[..16].copy_from_slice(&unknown);
    entry[16..24].copy_from_slice(
        &u64::try_from(bytes.len() + 40)
            .expect("small")
            .to_le_bytes(),
    );
    entry[24..32].copy_from_slice(&8_u64.to_le_bytes());
    made[12..16].copy_from_slice(&8_u32.to_le_bytes());
    made.extend(entry);
    for old in bytes[24..first].chunks(40) {
        let mut moved: [u8; 40] = old.try_into().expect("40 bytes");
        let start = u64::from_le_bytes(moved[16..24].try_into().expect("8 bytes"));
        moved[16..24].copy_from_slice(&(start + 40).to_le_bytes());
        made.extend(moved);
    }
    made.extend(&bytes[first..]);
    made.extend(*b"no city!");
    reseal(&mut made);
    made
}

#[test]
fn sections_that_nobody_knows_or_needs_are_passed_over() {
    let bytes = sample().to_bytes().unwrap();
    let more = with_unknown_section(&bytes);
    let back = City::from_bytes(&more, Path::new("x.nqg")).unwrap();
    assert_eq!(back.to_bytes().unwrap(), bytes);

    // Who reads streets sees nothing of the rest, however damaged.
    let read = |bytes: &[u8]| {
        let mut file = CityFile::of(std::io::Cursor::new(bytes), Path::new("x.nqg")).unwrap();
        file.streets()
    };
    let end_of = |name: &[u8]| {
        let at = bytes.windows(name.len()).position(|w| w == name).unwrap();
        let number = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
        usize::try_from(number(at + 16) + number(at + 24)).unwrap()
    };
    let pools_end = end_of(b"street-pools");
    let mut torn = bytes.clone();
    torn[pools_end..].fill(0xAA);
    assert_eq!(read(&torn).unwrap().to_parts(), sample().streets.to_parts());
    assert_eq!(
        read(&bytes[..pools_end]).unwrap().to_parts(),
        sample().streets.to_parts()
    );
    assert_eq!(
        read(&bytes[..pools_end - 1]).unwrap_err().to_string(),
        "`x.nqg` is damaged (its section `street-pools` is cut off); import the city again with \
         `nuanquan import`"
    );
    let whole = City::from_bytes(&torn, Path::new("x.nqg"));
    assert!(matches!(whole, Err(OpenError::Damaged { .. })));

    // A section that is not there is named.
    let mut nameless = bytes.clone();
    let at = bytes.windows(8).position(|w| w == b"backdrop").unwrap();
    nameless[at] = b'B';
    reseal(&mut nameless);
    let error = City::from_bytes(&nameless, Path::new("x.nqg")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("its section `backdrop` is missing"),
        "{error}"
    );
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
    fn damage_never_panics(at in 0_usize..4_000, value in any::<u8>(), cut in 0_usize..4_000) {
        let mut bytes = sample().to_bytes().unwrap();
        let place = at % (bytes.len() - 12) + 12;
        bytes[place] = value;
        if cut % 3 == 0 {
            bytes.truncate(24 + cut % (bytes.len() - 24));
        }
        reseal(&mut bytes);
        if let Ok(city) = City::from_bytes(&bytes, Path::new("x.nqg")) {
            let metric = Metric::of(&city.streets, &Profile::rider(), &Policies::default());
            prop_assert_eq!(metric.n_arcs(), city.streets.n_arcs());
            let _ = city.places.iter().map(|p| p.tags().count()).sum::<usize>();
            let _ = city.backdrop.areas().flat_map(|a| a.rings().map(<[_]>::len)).sum::<usize>();
        }
    }
}
