//! Reached pieces: exact ends, both senses of travel, each point once.

use graph::grid_city::GridCity;
use graph::{Metric, picture};
use proptest::prelude::*;
use reach::{
    Direction, Isochrone, IsochroneIndex, IsochroneOptions, IsochroneSpace, Network,
    OutlineOptions, Place, ReachedPiece, SearchSpace, StreetPoint, isochrone, rows_from,
    rows_towards, within,
};
use units::{Length, LngLat, Speed, TravelTime};

use crate::random_streets::{corners, networks};

/// Everything that an isochrone can hold.
pub(crate) const ALL: IsochroneOptions = IsochroneOptions {
    outline: Some(OutlineOptions::STANDARD),
    pieces: true,
};

/// The open streets of a network.
pub(crate) fn open_streets(network: &Network<'_>) -> IsochroneIndex {
    let (graph, metric) = (network.graph(), network.metric());
    IsochroneIndex::new(graph, |edge| {
        let mut arcs = graph.destination_arcs(edge).iter();
        arcs.any(|&arc| metric.is_open(arc))
    })
}

/// One limit on fresh memory.
pub(crate) fn alone(
    network: &Network<'_>,
    place: &Place,
    direction: Direction,
    limit: TravelTime,
    options: IsochroneOptions,
) -> Isochrone {
    let mut space = IsochroneSpace::default();
    let index = open_streets(network);
    isochrone(
        network,
        &index,
        &mut space,
        place,
        direction,
        &[limit],
        options,
    )
    .remove(0)
}

/// The pieces within one limit.
pub(crate) fn pieces(
    network: &Network<'_>,
    place: &Place,
    direction: Direction,
    limit: TravelTime,
) -> Vec<ReachedPiece> {
    let found = alone(network, place, direction, limit, IsochroneOptions::PIECES);
    assert_eq!(found.outline, None);
    found.pieces.unwrap()
}

#[test]
fn pieces_end_where_the_time_ends() {
    let map = picture::streets("A--B->C\n|     |\nD-----E", Length::from_m(100)).unwrap();
    let metric = map.metric(Speed::from_mm_per_s(10_000).unwrap());
    let network = Network::new(&map.graph, &metric);
    let edge = map.edge('A', 'B').unwrap();
    let place = Place::new(
        StreetPoint {
            edge,
            offset: Length::from_m(100),
        },
        TravelTime::ZERO,
    );
    let table = |direction, secs| {
        let reached = pieces(&network, &place, direction, TravelTime::from_secs(secs));
        let mut rows: Vec<String> = reached
            .iter()
            .map(|piece| {
                let (start, end) = map.graph.edge_ends(piece.edge);
                format!(
                    "{}{} {}..{} at {}..{}",
                    map.letter(start),
                    map.letter(end),
                    piece.start_offset,
                    piece.end_offset,
                    piece.start,
                    piece.end
                )
            })
            .collect();
        rows.sort();
        rows.join("\n")
    };
    // 35 s at 10 m/s are 350 m: AB whole (200 m to B, 100 m to A), 150 m of BC, 250 m towards D.
    // Ends round to the last millimetre that still rounds to 35.0 s.
    assert_eq!(
        table(Direction::From, 35),
        "AB 100 m..0 m at 0.0 s..10.0 s\n\
         AB 100 m..300 m at 0.0 s..20.0 s\n\
         AD 0 m..200 m at 10.0 s..30.0 s\n\
         BC 0 m..150.499 m at 20.0 s..35.0 s\n\
         DE 0 m..50.499 m at 30.0 s..35.0 s"
    );
    // Towards: BC is one-way away from B, so nobody comes back along it.
    assert_eq!(
        table(Direction::Towards, 15),
        "AB 0 m..100 m at 10.0 s..0.0 s\n\
         AB 250.499 m..100 m at 15.0 s..0.0 s\n\
         AD 50.499 m..0 m at 15.0 s..10.0 s"
    );
}

#[test]
fn a_search_grows_with_its_circle_and_not_with_the_map() {
    let corner = LngLat::from_degrees(114.0, 22.5).unwrap();
    let counters = |side: usize| {
        let city = GridCity::new(side, Length::from_m(100), corner);
        let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(10_000).unwrap());
        let network = Network::new(&city.graph, &metric);
        let mut space = SearchSpace::default();
        let middle = city.node(side / 2, side / 2);
        let arcs = network.arcs(Direction::From);
        // 12 blocks each way: 2 * 12 * 13 + 1 crossings.
        let limit = TravelTime::from_secs(120);
        let reached = within(arcs, &mut space, [(middle, TravelTime::ZERO)], limit);
        reached.stats()
    };
    let (small, large) = (counters(31), counters(301));
    assert_eq!(small.n_reached, 313);
    assert_eq!(small, large, "a map a hundred times as large");
}

proptest! {
    /// A point lies in a piece exactly when its row time is within the limit, and the piece's ends
    /// carry the row times.
    #[test]
    fn pieces_agree_with_rows(
        streets in networks(), from in corners(),
        points in proptest::collection::vec((0_usize..80, 0_u32..=1_000), 1..20), limit in 0_u32..9_000
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let place = streets.corner(&from);
        let limit = TravelTime::from_tenths(limit);
        for direction in [Direction::From, Direction::Towards] {
            let reached = pieces(&network, &place, direction, limit);
            let mut others: Vec<Place> = points.iter().map(|&(street, at)| streets.place(street, at, 0)).collect();
            others.extend(reached.iter().map(|p| Place::new(StreetPoint { edge: p.edge, offset: p.start_offset }, TravelTime::ZERO)));
            let rows = match direction {
                Direction::From => rows_from(&network, std::slice::from_ref(&place), &others, limit),
                Direction::Towards => rows_towards(&network, std::slice::from_ref(&place), &others, limit),
            };
            for (id, other) in (0_u32..).zip(&others) {
                let time = rows.row(0).iter().find(|e| e.0 == id).map(|e| e.1);
                let point = other.point;
                let holding: Vec<_> = reached.iter().filter(|p| {
                    let (low, high) = p.offsets();
                    p.edge == point.edge && low <= point.offset && point.offset <= high
                }).collect();
                prop_assert_eq!(time.is_some(), !holding.is_empty(), "{:?} {:?}", direction, point);
                if let Some(time) = time {
                    let ends: Vec<_> = holding.iter().flat_map(|p| [(p.start_offset, p.start), (p.end_offset, p.end)]).collect();
                    for (offset, end) in ends {
                        prop_assert!(offset != point.offset || time <= end, "{time} past {end}");
                    }
                }
            }
        }
    }

    #[test]
    fn pieces_never_overlap_and_larger_limits_reach_more(
        streets in networks(), from in corners(), a in 0_u32..9_000, b in 0_u32..9_000
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let place = streets.corner(&from);
        let limits = [TravelTime::from_tenths(a.min(b)), TravelTime::from_tenths(a.max(b))];
        let mut space = IsochroneSpace::default();
        let index = open_streets(&network);
        let reached = isochrone(
            &network, &index, &mut space, &place, Direction::From, &limits, IsochroneOptions::PIECES,
        );
        prop_assert!(reached[0].reached_mm <= reached[1].reached_mm);
        for one in &reached {
            let pieces = one.pieces.as_ref().unwrap();
            let length_mm = |p: &ReachedPiece| u64::from((p.offsets().1 - p.offsets().0).as_mm());
            prop_assert_eq!(one.reached_mm, pieces.iter().map(length_mm).sum::<u64>());
            let mut spans: Vec<_> = pieces.iter().map(|p| (p.edge, p.offsets())).collect();
            spans.sort_unstable();
            for pair in spans.windows(2) {
                prop_assert!(pair[0].0 != pair[1].0 || pair[0].1.1 <= pair[1].1.0, "{pair:?}");
            }
        }
    }

    /// Each limit of a set gets what it gets alone, on memory that other questions used, whatever is
    /// made beside it.
    #[test]
    fn a_limit_depends_on_nothing_but_itself(
        streets in networks(), from in corners(),
        limits in proptest::collection::vec(0_u32..9_000, 1..5)
    ) {
        let (graph, metric) = streets.build();
        let network = Network::new(&graph, &metric);
        let index = open_streets(&network);
        let place = streets.corner(&from);
        let limits: Vec<TravelTime> = limits.into_iter().map(TravelTime::from_tenths).collect();
        let mut space = IsochroneSpace::default();
        for direction in [Direction::From, Direction::Towards] {
            let set = isochrone(&network, &index, &mut space, &place, direction, &limits, ALL);
            prop_assert_eq!(set.len(), limits.len());
            for (of_set, &limit) in set.iter().zip(&limits) {
                prop_assert_eq!(of_set, &alone(&network, &place, direction, limit, ALL));
                let outline = alone(&network, &place, direction, limit, IsochroneOptions::OUTLINE);
                prop_assert_eq!(&outline.outline, &of_set.outline);
                prop_assert_eq!(outline.reached_mm, of_set.reached_mm);
                prop_assert_eq!(outline.pieces, None);
            }
        }
    }
}

/// On streets with blocks to fill, sizes of cells to halve and a part of the map to lay out.
#[test]
fn in_a_city_each_limit_alone_equals_the_set() {
    let corner = LngLat::from_degrees(114.0, 22.5).unwrap();
    let city = GridCity::new(41, Length::from_m(97), corner);
    let metric = Metric::uniform(&city.graph, Speed::from_mm_per_s(5_555).unwrap());
    let network = Network::new(&city.graph, &metric);
    let index = open_streets(&network);
    let place = Place::new(
        StreetPoint {
            edge: city.graph.edges().nth(1_500).unwrap(),
            offset: Length::from_m(13),
        },
        TravelTime::ZERO,
    );
    let limits = [310, 20, 125, 150, 125].map(TravelTime::from_secs);
    let mut space = IsochroneSpace::default();
    let set = isochrone(
        &network,
        &index,
        &mut space,
        &place,
        Direction::From,
        &limits,
        ALL,
    );
    for (of_set, &limit) in set.iter().zip(&limits) {
        assert_eq!(
            of_set,
            &alone(&network, &place, Direction::From, limit, ALL)
        );
    }
    // Where only the surroundings are laid out and where all is, the same comes out.
    let whole = open_streets(&network);
    for side in [24, 12, 6].map(Length::from_m) {
        whole.lay_out(&city.graph, side);
    }
    for _ in 0..12 {
        for index in [&index, &whole] {
            let from = Direction::From;
            let again = isochrone(&network, index, &mut space, &place, from, &limits, ALL);
            assert_eq!(again, set);
        }
    }
    // What one question left in the memory is not seen by the next.
    let again = isochrone(
        &network,
        &index,
        &mut space,
        &place,
        Direction::From,
        &limits[1..2],
        ALL,
    );
    assert_eq!(again[0], set[1]);
}
