//! City files with a right checksum and wrong numbers are refused, or harmless to every search.

use std::path::Path;

use city::testing::{first_section, reseal};
use city::{City, OpenError};
use graph::{Components, GatePolicies, GatePolicy, Metric, NodeId, Policies, Profile};
use proptest::prelude::*;
use reach::{Direction, Network, SearchSpace, SnapIndex, within};
use units::{Length, TravelTime};

use crate::file::sample;

/// Numbers that mean something else than they should: ends of ranges, marks for "none", and their
/// neighbours.
fn number() -> impl Strategy<Value = u32> {
    prop_oneof![
        Just(0),
        Just(u32::MAX),
        Just(u32::MAX - 1),
        Just(1 << 31),
        Just((1 << 31) - 1),
        0_u32..12,
        any::<u32>(),
    ]
}

/// Does what commands do with a city.
fn use_it(city: &City) -> usize {
    let graph = &city.streets;
    let mut n = city.places.iter().map(|p| p.tags().count()).sum::<usize>();
    n += city.places.iter().filter_map(|p| p.name()).count();
    n += city
        .backdrop
        .areas()
        .flat_map(|a| a.rings().map(<[_]>::len))
        .sum::<usize>();
    n += city.backdrop.areas().filter_map(|a| a.name).count();
    n += city.report.to_string().len();
    n += graph
        .edges()
        .filter_map(|edge| graph.edge_name(edge))
        .count();
    for profile in [Profile::rider(), Profile::foot()] {
        for citywide in [None, Some(GatePolicy::WalkIn), Some(GatePolicy::Shut)] {
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
            for node in (0..graph.topology().n_nodes()).map(NodeId::from_index) {
                for direction in [Direction::From, Direction::Towards] {
                    let limit = TravelTime::from_mins(30);
                    let seeds = [(node, TravelTime::ZERO)];
                    let reached = within(network.arcs(direction), &mut space, seeds, limit);
                    n += reached.nodes().len();
                }
            }
            for place in city.places.iter() {
                n += usize::from(
                    index
                        .snap(graph, place.position, Length::from_m(500))
                        .is_some(),
                );
            }
        }
    }
    n
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 1_500,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(7),
        ..ProptestConfig::default()
    })]

    #[test]
    fn wrong_numbers_are_refused_or_harmless(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), number()), 1..4),
    ) {
        let mut bytes = sample().to_bytes().unwrap();
        // Columns begin at multiples of eight, so numbers lie at multiples of four.
        let first = first_section(&bytes);
        for (at, number) in changes {
            let place = first + 4 * at.index((bytes.len() - first) / 4);
            bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        }
        reseal(&mut bytes);
        match City::from_bytes(&bytes, Path::new("x.nqg")) {
            Ok(city) => prop_assert!(use_it(&city) > 0),
            Err(error) => prop_assert!(matches!(error, OpenError::Damaged { .. }), "{error}"),
        }
    }

    /// The directory likewise: sections that overlap, begin elsewhere or end too late.
    #[test]
    fn wrong_directories_are_refused_or_harmless(
        changes in proptest::collection::vec((any::<prop::sample::Index>(), number()), 1..4),
    ) {
        let mut bytes = sample().to_bytes().unwrap();
        let first = first_section(&bytes);
        for (at, number) in changes {
            let place = 12 + 4 * at.index((first - 12) / 4);
            bytes[place..place + 4].copy_from_slice(&number.to_le_bytes());
        }
        reseal(&mut bytes);
        match City::from_bytes(&bytes, Path::new("x.nqg")) {
            Ok(city) => prop_assert!(use_it(&city) > 0),
            Err(error) => prop_assert!(matches!(error, OpenError::Damaged { .. }), "{error}"),
        }
    }
}
