//! What an imported network is to those who travel on it: ferries, scraps and islands, gates,
//! profiles, pushing, restrictions.

use graph::{
    Components, FerryPolicy, GatePolicy, Metric, OsmNodeId, OsmWayId, Policies, Profile, RoadClass,
    StreetPiece, TurnOnFoot,
};
use osm::ImportOptions;
use units::{BoundingBox, Length, TravelTime};

use crate::drawn::{self, Map};
use crate::import::data;
use crate::route;

#[test]
fn a_ferry_keeps_its_duration_over_many_nodes_and_nobody_starts_on_it() {
    let map = Map::parse(
        "grid 100m
x a b c d e y
    z
ways
xa highway=residential
abcde route=ferry|duration=1:00
ey highway=residential
cz highway=residential
",
    );
    let city = map.import().unwrap();
    let graph = &city.streets;
    let policies = Policies {
        ferries: FerryPolicy::Open,
        ..Policies::default()
    };
    for profile in [Profile::rider(), Profile::foot()] {
        let metric = Metric::of(graph, &profile, &policies);
        let ferry: Vec<_> = graph
            .edges()
            .filter(|&e| graph.edge_facts(e).class == RoadClass::Ferry)
            .collect();
        assert_eq!(ferry.len(), 2);
        let times = graph.topology().arcs().filter(|&arc| {
            graph.arc_is_forward(arc) && graph.arc_edge(arc).is_some_and(|e| ferry.contains(&e))
        });
        let total: TravelTime = times.filter_map(|arc| metric.arc_time(arc)).sum();
        assert!(
            total.as_tenths().abs_diff(36_000) <= 1,
            "{} {total}",
            profile.name
        );
        assert!(ferry.iter().all(|&e| graph.origin_arcs(e).is_empty()));
        assert!(ferry.iter().all(|&e| graph.destination_arcs(e).is_empty()));
        let closed = metric.with_closed_edges(graph, ferry.clone());
        let open = |metric: &Metric| {
            graph
                .topology()
                .arcs()
                .filter(|&a| metric.is_open(a))
                .count()
        };
        assert_eq!(open(&metric) - open(&closed), 4);
    }
}

#[test]
fn a_kilometre_of_street_is_a_network_and_less_is_a_scrap() {
    // Beside a town of 2 km: 1.1 km that nothing joins, 0.9 km, and a one-way out of the town.
    let map = Map::parse(
        "grid 100m
a                                       b
            x
m                     n
p                 q
ways
ab highway=residential
mn highway=residential
pq highway=residential
ax highway=residential|oneway=yes
",
    );
    let city = map.import().unwrap();
    let rider = Metric::of(&city.streets, &Profile::rider(), &Policies::default());
    let components = Components::of(&city.streets, &rider);
    let of_way = |components: &Components, way| {
        let mut edges = city.streets.edges();
        let edge = edges.find(|&e| city.streets.edge_way(e) == OsmWayId::new(way));
        let edge = edge.unwrap();
        assert!(components.is_usable(edge));
        assert_ne!(components.is_network(edge), components.is_scrap(edge));
        (components.is_main(edge), components.is_network(edge))
    };
    assert_eq!(of_way(&components, 1), (true, true));
    assert_eq!(of_way(&components, 2), (false, true), "an island");
    assert_eq!(of_way(&components, 3), (false, false), "a scrap");
    assert_eq!(of_way(&components, 4), (false, false), "no way back");
    let lengths = |pieces: &[StreetPiece]| -> Vec<u64> {
        pieces
            .iter()
            .map(|p| (p.length_mm + 50_000) / 100_000)
            .collect()
    };
    assert_eq!(lengths(components.networks()), [20, 11]);
    assert_eq!(lengths(components.scraps()), [9, 6]);
    assert_eq!(components.scraps()[0].way, OsmWayId::new(3));
    let sums = components.network_length_mm() + 1_500_000;
    assert!(components.usable_length_mm().abs_diff(sums) < 100_000);
    // A plan may say otherwise; what no trip leaves stays a scrap, and the largest a network.
    let all = Components::with_islands(&city.streets, &rider, Length::ZERO);
    assert_eq!(of_way(&all, 3), (false, true));
    assert_eq!(of_way(&all, 4), (false, false));
    let one = Components::with_islands(&city.streets, &rider, Length::from_m(9_000));
    assert_eq!(of_way(&one, 1), (true, true));
    assert_eq!(of_way(&one, 2), (false, false));
}

#[test]
fn a_piece_that_only_a_cut_separates_is_no_scrap() {
    let map = Map::parse(
        "grid 100m
a                                       b
m       n
ways
ab highway=residential
mn highway=residential
nb highway=residential
",
    );
    let city = map.import().unwrap();
    let whole = city.streets.clone();
    let mut west = BoundingBox::of_position(map.position('a'));
    west.extend(map.position('m'));
    let (opened, is_cut) = city.opened(&west);
    assert!(is_cut);
    let graph = &opened.streets;
    let ways: Vec<OsmWayId> = graph.edges().map(|edge| graph.edge_way(edge)).collect();
    assert!(ways.contains(&OsmWayId::new(2)) && !ways.contains(&OsmWayId::new(3)));
    let rim: Vec<_> = graph
        .rim()
        .iter()
        .map(|&n| graph.node_position(n))
        .collect();
    assert_eq!(rim.len(), 2, "n and b have lost the street between them");
    assert!(rim.contains(&map.position('n')) && rim.contains(&map.position('b')));
    let metric = Metric::of(graph, &Profile::rider(), &Policies::default());
    let components = Components::of(graph, &metric);
    assert!(components.scraps().is_empty());
    assert_eq!(
        components.networks().len(),
        2,
        "{:?}",
        components.networks()
    );
    // What a box holds whole comes back as it was.
    let all = whole.bounding_box().unwrap();
    let again = map.import().unwrap().opened(&all);
    assert!(!again.1 && again.0.streets.rim().is_empty());
    assert_eq!(again.0.streets.to_parts(), whole.to_parts());
}

#[test]
fn an_island_is_found_per_profile() {
    let map = Map::parse(
        "grid 100m
a b c d
    e f
ways
abc highway=residential
cd  highway=footway|bicycle=no|foot=yes
cd  highway=steps
ef  highway=residential
",
    );
    let city = map.import().unwrap();
    for profile in [Profile::rider(), Profile::foot()] {
        let metric = Metric::of(&city.streets, &profile, &Policies::default());
        let components = Components::of(&city.streets, &metric);
        let of_way = |way| {
            let edge = city
                .streets
                .edges()
                .find(|&e| city.streets.edge_way(e) == OsmWayId::new(way));
            let edge = edge.unwrap();
            (components.is_usable(edge), components.is_main(edge))
        };
        assert_eq!(of_way(1), (true, true));
        assert_eq!(
            of_way(3),
            if profile.name == "foot" {
                (true, true)
            } else {
                (false, false)
            }
        );
        assert_eq!(of_way(4), (true, false), "an island");
    }
}

#[test]
fn gates_open_and_shut_without_another_import() {
    // A yard with two entrances, one gate mapped (b), one implied (e).
    let map = Map::parse(
        "grid 100m
a b c e f
  h     g
nodes
b barrier=gate
ways
ab highway=residential
bce highway=service|access=private
ef highway=residential
fg highway=residential
gh highway=residential
hb highway=footway|foot=yes|bicycle=no
",
    );
    let city = map.import().unwrap();
    let graph = &city.streets;
    let gate = |letter| {
        graph
            .gate_on(OsmNodeId::new(drawn::node_id(letter)))
            .unwrap()
    };
    assert!(graph.gate_facts(gate('b')).is_some() && graph.gate_facts(gate('e')).is_none());
    let compound = graph.compound_of_way(OsmWayId::new(2)).unwrap();
    assert_eq!(graph.gate(gate('e')).compound, Some(compound));
    let passes = |policies: &Policies| {
        let metric = Metric::of(graph, &Profile::rider(), policies);
        let place = |letter| {
            let way = if letter == 'a' { 1 } else { 3 };
            drawn::snap(graph, map.position(letter), |e| {
                graph.edge_way(e) == OsmWayId::new(way)
            })
            .unwrap()
        };
        let time = route::time(graph, &metric, place('a'), place('f'));
        time.map(|time| time.as_tenths() / 10)
    };
    let around = passes(&Policies::default());
    let mut policies = Policies::default();
    policies
        .gates
        .by_compound
        .insert(compound, GatePolicy::Through);
    let through = passes(&policies);
    assert!(
        through < around || around.is_none(),
        "{through:?} {around:?}"
    );
    policies.gates.by_gate.insert(gate('b'), GatePolicy::Shut);
    assert_eq!(
        passes(&policies).filter(|t| Some(*t) == through),
        None,
        "the gate beats the compound"
    );
}

#[test]
fn a_profile_of_a_plan_needs_no_new_import() {
    let map = Map::parse(
        "grid 100m
a b c d f
  e
nodes
b barrier=cycle_barrier
c highway=traffic_signals
ways
abcd highway=cycleway
df highway=cycleway
be highway=footway
",
    );
    let city = map.import().unwrap();
    let graph = &city.streets;
    let time = |profile: &Profile| {
        let metric = Metric::of(graph, profile, &Policies::default());
        let usable = |edge| {
            graph
                .destination_arcs(edge)
                .iter()
                .any(|&arc| metric.is_open(arc))
        };
        let place = |letter| drawn::snap(graph, map.position(letter), usable).unwrap();
        route::time(graph, &metric, place('a'), place('f')).map(TravelTime::as_tenths)
    };
    assert_eq!(time(&Profile::rider()), Some(720), "400 m at 20 km/h");
    let mut slow = Profile::rider();
    slow.signal_delay = TravelTime::from_secs(20);
    slow.speed_limit = units::Speed::from_km_per_h(15.0);
    assert_eq!(
        time(&slow),
        Some(960 + 200),
        "a signal, and 400 m at 15 km/h"
    );
    let mut wide = Profile::rider();
    wide.blocked_by.push(graph::Barrier::CycleBarrier);
    assert_eq!(time(&wide), None);
}

/// Whether the edge that begins at each letter is open to the rider.
fn pushes(ways: &str, letters: &str) -> Vec<bool> {
    let map = Map::parse(&format!("grid 50m\na b c d e f g h i\nways\n{ways}"));
    let city = map.import().unwrap();
    let graph = &city.streets;
    let metric = Metric::of(graph, &Profile::rider(), &Policies::default());
    letters
        .chars()
        .map(|letter| {
            // The edge that begins at the letter.
            let id = OsmNodeId::new(drawn::node_id(letter));
            let begins = |e: &graph::EdgeId| graph.node_osm_id(graph.edge_ends(*e).0) == id;
            let edge = graph.edges().find(begins).unwrap();
            graph
                .destination_arcs(edge)
                .iter()
                .any(|&arc| metric.is_open(arc))
        })
        .collect()
}

#[test]
fn pushing_reaches_a_hundred_metres_from_where_one_can_ride() {
    // A footway of 50 m pieces off a street, each piece mapped twice, so that each letter is a
    // junction.
    let spur = |letters: &str| {
        let mut ways = String::from("ab highway=residential\n");
        for pair in letters.chars().collect::<Vec<_>>().windows(2) {
            let piece: String = pair.iter().collect();
            let twice = [
                format!("{piece} highway=footway\n"),
                format!("{piece} highway=path|bicycle=no\n"),
            ];
            ways.push_str(&twice.concat());
        }
        ways
    };
    // b, c and d lie within 100 m of b; the street from d reaches to 150 m, the one from e begins
    // there.
    assert_eq!(
        pushes(&spur("bcdefg"), "bcdef"),
        [true, true, true, false, false]
    );
    // One footway of 350 m, however it is cut, begins at a rideable node and is open throughout.
    assert_eq!(
        pushes("ab highway=residential\nbcdefghi highway=footway\n", "b"),
        [true]
    );
    let cut = "ab highway=residential\nbcd highway=footway\ndef highway=pedestrian\nfghi highway=footway\n";
    assert_eq!(pushes(cut, "bdf"), [true, true, true]);
    // Without a rideable node nothing is pushed.
    assert_eq!(
        pushes("abc highway=footway\nde highway=residential\n", "ad"),
        [false, true]
    );
}

/// Relation 3410842 of Monaco, checked by hand: who comes down Avenue de la Costa (way 93137566,
/// one-way) to Avenue d'Ostende (node 252387589) may only turn right (way 157719644); the left
/// turn (way 254596486) is banned.
#[test]
fn a_real_restriction_is_priced_by_the_plan() {
    let city = osm::import(&data("monaco/monaco.osm.pbf"), &ImportOptions::default()).unwrap();
    let graph = &city.streets;
    let crossing = OsmNodeId::new(252_387_589);
    // The middle of the piece of a way that touches the crossing.
    let at = |way: i64| {
        let edge = graph
            .edges()
            .filter(|&e| graph.edge_way(e) == OsmWayId::new(way))
            .find(|&e| {
                let (start, end) = graph.edge_ends(e);
                [start, end]
                    .iter()
                    .any(|&node| graph.node_osm_id(node) == crossing)
            });
        let edge = edge.unwrap();
        (edge, Length::from_mm(graph.edge_length(edge).as_mm() / 2))
    };
    let (from, left, right) = (at(93_137_566), at(254_596_486), at(157_719_644));
    let time = |profile: &Profile, turn_on_foot: TurnOnFoot, to| {
        let policies = Policies {
            turn_on_foot,
            ..Policies::default()
        };
        let metric = Metric::of(graph, profile, &policies);
        route::time(graph, &metric, from, to).unwrap()
    };
    let costs = |secs| TurnOnFoot::Costs(TravelTime::from_secs(secs));
    let rider = Profile::rider();
    let free = time(&rider, costs(0), left);
    let around = time(&rider, TurnOnFoot::Closed, left);
    assert!(around > free, "{around} {free}");
    assert_eq!(
        time(&rider, costs(1), left),
        free + TravelTime::from_secs(1)
    );
    assert_eq!(
        time(&rider, costs(30), left),
        around.min(free + TravelTime::from_secs(30))
    );
    for price in [costs(0), costs(30), TurnOnFoot::Closed] {
        assert_eq!(
            time(&rider, price, right),
            time(&rider, costs(0), right),
            "the right turn"
        );
        assert_eq!(
            time(&Profile::foot(), price, left),
            time(&Profile::foot(), costs(0), left)
        );
    }
    // A motor profile is bound whatever the plan says about crossing on foot.
    let mut motor = Profile::rider();
    motor.turns = graph::TurnStance::Obeyed;
    assert_eq!(time(&motor, costs(0), left), around);
}
