//! What the report says about tags that were read with a doubt.

use city::{City, FindingKind, OsmId};

use crate::drawn::{self, Map};

fn found(city: &City, kind: FindingKind) -> Option<(u64, Vec<OsmId>)> {
    let finding = city.report.findings.iter().find(|f| f.kind == kind);
    finding.map(|finding| (finding.count, finding.examples.clone()))
}

#[test]
fn streets_that_change_their_direction_are_counted() {
    let map = Map::parse(
        "grid 100m
a b c d e
ways
ab highway=residential|oneway=reversible
bc highway=residential|oneway=alternating
cd highway=residential|oneway:bicycle=reversible
de highway=residential|oneway=yes
",
    );
    let city = map.import().unwrap();
    let ways = [1, 2, 3].map(OsmId::Way).to_vec();
    assert_eq!(found(&city, FindingKind::ReversibleStreet), Some((3, ways)));
    assert!(city.report.to_string().contains("reversible"));
}

#[test]
fn surfaces_that_are_not_understood_are_counted_in_lists_too() {
    let map = Map::parse(
        "grid 100m
a b c d e
ways
ab highway=residential|surface=dirt
bc highway=residential|surface=asphalt;lava
cd highway=residential|smoothness=wobbly
de highway=residential|surface=mud; sand
",
    );
    let city = map.import().unwrap();
    let ways = [2, 3].map(OsmId::Way).to_vec();
    assert_eq!(found(&city, FindingKind::UnknownSurface), Some((2, ways)));
}

#[test]
fn steps_that_might_be_pushed_up_are_counted() {
    let map = Map::parse(
        "grid 100m
a b c d e f g
ways
ab highway=steps|ramp=yes
bc highway=steps|ramp:stroller=yes
cd highway=steps|bicycle=dismount
de highway=steps|ramp:bicycle=yes|ramp=yes
ef highway=steps|ramp=no|bicycle=no
fg highway=residential|ramp=yes
",
    );
    let city = map.import().unwrap();
    let ways = [1, 2, 3].map(OsmId::Way).to_vec();
    assert_eq!(found(&city, FindingKind::StepsWithoutRamp), Some((3, ways)));
}

#[test]
fn doubts_about_nodes_are_told_once_each() {
    let map = Map::parse(
        "grid 100m
a b c
nodes
b barrier=gate|access=perhaps
ways
abc highway=residential
",
    );
    let city = map.import().unwrap();
    let node = OsmId::Node(drawn::node_id('b'));
    assert_eq!(
        found(&city, FindingKind::UnknownAccessValue),
        Some((1, vec![node]))
    );
}

/// A lift takes half a minute however long it is drawn, and its duration where one is mapped.
#[test]
fn a_lift_takes_its_time_whatever_its_length() {
    use graph::{Metric, Policies, Profile};
    for (tags, letters, tenths) in [
        ("highway=elevator", "ac", 300),
        ("highway=elevator", "abc", 300),
        ("highway=elevator|duration=0:01:30", "abc", 900),
        ("highway=elevator|duration=soon", "abc", 300),
    ] {
        for is_flat in [false, true] {
            let text = format!(
                "grid 100m\nx a b c y\nways\nxa highway=footway\n{letters} {tags}\ncy highway=footway\n"
            );
            let mut map = Map::parse(&text);
            if is_flat {
                // All floors on one spot of the map.
                let at = map
                    .nodes
                    .iter()
                    .find(|n| n.id == drawn::node_id('a'))
                    .unwrap();
                let (lng_e7, lat_e7) = (at.lng_e7, at.lat_e7);
                for node in &mut map.nodes {
                    if ['b', 'c'].map(drawn::node_id).contains(&node.id) {
                        (node.lng_e7, node.lat_e7) = (lng_e7, lat_e7);
                    }
                }
            }
            let city = map.import().unwrap();
            let graph = &city.streets;
            let metric = Metric::of(graph, &Profile::foot(), &Policies::default());
            for is_forward in [true, false] {
                let lift = graph.topology().arcs().filter(|&arc| {
                    let edge = graph.arc_edge(arc);
                    let is_lift = |edge| graph.edge_way(edge) == graph::OsmWayId::new(2);
                    edge.is_some_and(is_lift) && graph.arc_is_forward(arc) == is_forward
                });
                let total: units::TravelTime = lift.filter_map(|arc| metric.arc_time(arc)).sum();
                assert!(
                    total.as_tenths().abs_diff(tenths) <= 1,
                    "{tags} {letters} {is_flat}: {total}"
                );
            }
            let rider = Metric::of(graph, &Profile::rider(), &Policies::default());
            let edge = graph
                .edges()
                .find(|&edge| graph.edge_way(edge) == graph::OsmWayId::new(2))
                .unwrap();
            assert!(
                graph
                    .destination_arcs(edge)
                    .iter()
                    .all(|&arc| !rider.is_open(arc))
            );
        }
    }
}

#[test]
fn a_bare_access_node_closes_and_is_told_with_what_it_cuts_off() {
    // c closes everybody, f riders only; at i a gate stands, m is a signal.
    let map = Map::parse(
        "grid 100m
a b c d e
  f g h
  i j k
  m n o
nodes
c access=no
f bicycle=no
i barrier=gate|access=no
m highway=traffic_signals|bicycle=no
ways
abcde highway=residential
bfi highway=residential
ij highway=residential
fgh highway=residential
jm highway=residential
an highway=residential
mn highway=residential
",
    );
    let city = map.import().unwrap();
    let told = |profile: &str| {
        let bare = city.report.bare_nodes.iter().find(|b| b.profile == profile);
        let bare = bare.unwrap();
        let examples: Vec<(OsmId, u64)> = bare
            .examples
            .iter()
            .map(|bare| (bare.node, bare.cut_off_length_m))
            .collect();
        (bare.n_nodes, bare.cut_off_length_m, examples)
    };
    let node = |letter| OsmId::Node(drawn::node_id(letter));
    assert_eq!(told("foot"), (1, 200, vec![(node('c'), 200)]));
    // Beyond f: two streets of 100 m and one of 100 m up to the gate.
    assert_eq!(
        told("rider"),
        (2, 500, vec![(node('f'), 300), (node('c'), 200)])
    );
    let text = city.report.to_string();
    assert!(
        text.contains("rider       2 nodes with an access key and no barrier"),
        "{text}"
    );
}

#[test]
fn a_bare_node_that_cuts_nothing_off_is_counted_with_no_length() {
    let map = Map::parse(
        "grid 100m
a b c
d   e
nodes
b access=no
ways
abc highway=residential
adec highway=residential
",
    );
    let city = map.import().unwrap();
    for bare in &city.report.bare_nodes {
        assert_eq!(
            (bare.n_nodes, bare.cut_off_length_m),
            (1, 0),
            "{}",
            bare.profile
        );
    }
}

#[test]
fn a_barrier_on_a_junction_is_told() {
    let map = Map::parse(
        "grid 100m
a b c d
  e f g
nodes
b barrier=wall
c barrier=stile
f barrier=bollard
d barrier=fence
ways
abcd highway=residential
be highway=residential
cf highway=residential
efg highway=residential
",
    );
    let city = map.import().unwrap();
    let nodes = ['b', 'c'].map(|letter| OsmId::Node(drawn::node_id(letter)));
    assert_eq!(
        found(&city, FindingKind::BarrierOnJunction),
        Some((2, nodes.to_vec()))
    );
    assert!(city.report.to_string().contains("on a junction"));
}
