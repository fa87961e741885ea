//! The imported network against the slow router on OSM objects.

use std::path::Path;

use graph::{EdgeId, Metric, OsmWayId, Profile, StreetGraph};
use osm::ImportOptions;
use units::Length;

use crate::plan::policies;
use crate::route;
use crate::slow_map::{SlowMap, SlowPlace};
use crate::slow_router::{Plan, SlowRouter};
use crate::slow_tags::Who;

/// How many pairs were compared, and how they differed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Agreement {
    pub(crate) pairs: usize,
    pub(crate) reached: usize,
    pub(crate) equal: usize,
    pub(crate) wrong: usize,
}

/// Numbers without pattern, the same every time (Steele, Lea, Flood 2014, `SplitMix64`).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((x ^ (x >> 31)) % u64::try_from(n).unwrap()).unwrap()
    }
}

/// Every gate policy with every turn price, and delays.
pub(crate) const PLANS: [(&str, Plan); 8] = {
    const PLAIN: Plan = Plan {
        gates: None,
        turn_on_foot: Some(0),
        ferries: false,
        gate_delay: 0,
    };
    [
        ("-", PLAIN),
        (
            "turn_on_foot=30,gate_delay=20",
            Plan {
                turn_on_foot: Some(300),
                gate_delay: 200,
                ..PLAIN
            },
        ),
        (
            "turn_on_foot=closed,ferries=on",
            Plan {
                turn_on_foot: None,
                ferries: true,
                ..PLAIN
            },
        ),
        (
            "gates=through,turn_on_foot=30",
            Plan {
                gates: Some("through"),
                turn_on_foot: Some(300),
                ..PLAIN
            },
        ),
        (
            "gates=enter,turn_on_foot=closed",
            Plan {
                gates: Some("enter"),
                turn_on_foot: None,
                ..PLAIN
            },
        ),
        (
            "gates=walk-in,turn_on_foot=30,gate_delay=20",
            Plan {
                gates: Some("walk-in"),
                turn_on_foot: Some(300),
                gate_delay: 200,
                ..PLAIN
            },
        ),
        (
            "gates=walk-in",
            Plan {
                gates: Some("walk-in"),
                ..PLAIN
            },
        ),
        (
            "gates=shut,turn_on_foot=closed",
            Plan {
                gates: Some("shut"),
                turn_on_foot: None,
                ..PLAIN
            },
        ),
    ]
};

/// Where a place of the slow router lies on the network.
fn place(
    graph: &StreetGraph,
    by_way: &[(OsmWayId, EdgeId)],
    (way, mm): SlowPlace,
) -> Option<route::Place> {
    let way = OsmWayId::new(way);
    let from = by_way.partition_point(|&(w, _)| w < way);
    by_way[from..]
        .iter()
        .take_while(|&&(w, _)| w == way)
        .find_map(|&(_, edge)| {
            if graph.is_across_area(edge) {
                return None;
            }
            let start = u64::from(graph.edge_way_start(edge).as_mm());
            let length = u64::from(graph.edge_length(edge).as_mm());
            let offset = mm.checked_sub(start).filter(|&offset| offset < length)?;
            Some((edge, Length::from_mm(u32::try_from(offset).unwrap())))
        })
}

/// Compares pairs of places; panics with the first few that differ.
///
/// Half of the places lie on streets that somebody may not pass, or that meet a gate.
pub(crate) fn compare(
    path: &Path,
    n_origins: usize,
    n_destinations: usize,
    limit_s: u64,
) -> Agreement {
    let city = osm::import(path, &ImportOptions::default()).unwrap();
    let graph = &city.streets;
    let map = SlowMap::read(path);
    let mut by_way: Vec<(OsmWayId, EdgeId)> =
        graph.edges().map(|e| (graph.edge_way(e), e)).collect();
    by_way.sort_unstable();
    let special: Vec<EdgeId> = graph
        .edges()
        .filter(|&e| graph.edge_compound(e).is_some())
        .chain(
            graph
                .gates()
                .flat_map(|(gate, _)| graph.gate_edges(gate).iter().copied()),
        )
        .collect();
    let mut random = Random(7);
    let mut draw = || -> SlowPlace {
        let pick = random.below(2) == 0 && !special.is_empty();
        let edge = if pick {
            special[random.below(special.len())]
        } else {
            EdgeId::from_index(random.below(graph.n_edges()))
        };
        if graph.is_across_area(edge) {
            // Ways across an area bear its id: places on them have no name of their own.
            return (i64::MAX, 0);
        }
        let length = usize::try_from(graph.edge_length(edge).as_mm()).unwrap();
        let offset = u64::try_from(random.below(length.max(1))).unwrap();
        let start = u64::from(graph.edge_way_start(edge).as_mm());
        (graph.edge_way(edge).as_i64(), start + offset)
    };
    let origins: Vec<SlowPlace> = (0..n_origins).map(|_| draw()).collect();
    let destinations: Vec<SlowPlace> = (0..n_destinations).map(|_| draw()).collect();
    let mut total = Agreement::default();
    let mut wrong = Vec::new();
    for (who, profile) in [(Who::Rider, Profile::rider()), (Who::Foot, Profile::foot())] {
        for (text, plan) in PLANS {
            let metric = Metric::of(graph, &profile, &policies(text));
            let router = SlowRouter::new(&map, who, plan);
            let places: Vec<_> = destinations
                .iter()
                .map(|&d| place(graph, &by_way, d))
                .collect();
            for &origin in &origins {
                let Some(start) = place(graph, &by_way, origin) else {
                    continue;
                };
                let slow = router.times(origin, &destinations, limit_s * 10);
                let known: Vec<route::Place> = places.iter().copied().flatten().collect();
                let mut fast = route::times(graph, &metric, start, &known).into_iter();
                for (k, slow) in slow.into_iter().enumerate() {
                    if places[k].is_none() {
                        continue;
                    }
                    let fast = fast.next().unwrap().map(|t| u64::from(t.as_tenths()));
                    let fast = fast.filter(|&t| t <= limit_s * 10);
                    total.pairs += 1;
                    total.reached += usize::from(slow.is_some());
                    total.equal += usize::from(slow == fast);
                    let fits = match (slow, fast) {
                        (None, None) => true,
                        // Lengths are rounded to millimetres twice, by two formulas.
                        (Some(a), Some(b)) => a.abs_diff(b) <= 2 + a / 2_000,
                        (Some(a), None) | (None, Some(a)) => a + 2 + a / 2_000 > limit_s * 10,
                    };
                    if !fits {
                        total.wrong += 1;
                        if wrong.len() < 10 {
                            wrong.push(format!(
                                "{who:?} {text}: {origin:?} to {:?}: slow {slow:?}, network {fast:?}",
                                destinations[k]
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{total:?}\n{}", wrong.join("\n"));
    total
}

fn data(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../data")
        .join(name)
}

#[test]
fn monaco_agrees_with_the_slow_router() {
    let total = compare(&data("monaco/monaco.osm.pbf"), 12, 84, 1_800);
    assert!(
        total.pairs > 12_000 && total.reached > total.pairs / 4,
        "{total:?}"
    );
    assert!(total.equal > total.pairs * 9 / 10, "{total:?}");
}

#[test]
fn shenzhen_agrees_with_the_slow_router() {
    let total = compare(
        &data("shenzhen/shenzhen-futian-2024.osm.pbf"),
        12,
        84,
        3_600,
    );
    assert!(
        total.pairs > 12_000 && total.reached > total.pairs / 4,
        "{total:?}"
    );
    assert!(total.equal > total.pairs * 9 / 10, "{total:?}");
}
