//! Node copies: one drawn map for each rule that makes them.

use graph::GatePolicy::{Enter, Shut, Through, WalkIn};
use graph::picture::DrawnMap;
use graph::{
    AccessFacts, AccessKey, AccessValue, Barrier, EdgeSpec, Layer, Link, Metric, OsmWayId,
    Policies, Profile, RoadClass, StreetGraphBuilder, TurnBinding, TurnOnFoot, TurnRule,
    TurnStance, WayFacts,
};
use units::{Length, TravelTime};

use crate::town::{Town, access, barrier, leg, of_key};

fn street(access: AccessFacts) -> WayFacts {
    WayFacts {
        class: RoadClass::Residential,
        access,
        ..WayFacts::default()
    }
}

fn private() -> WayFacts {
    street(access(AccessValue::Private))
}

fn plain_gate() -> graph::NodeFacts {
    barrier(Barrier::Gate, AccessFacts::NONE)
}

/// How many links lead into the middle of a gate, out of it, from layer to layer, and past bans.
fn counts(town: &Town, letter: char) -> [usize; 4] {
    let mut counts = [0; 4];
    for link in town.links_at(letter) {
        let kind = match link {
            Link::IntoGate(_) => 0,
            Link::OutOfGate(_) => 1,
            Link::Layer { .. } => 2,
            Link::Turn(_) => 3,
        };
        counts[kind] += 1;
    }
    counts
}

#[test]
fn a_node_without_rules_has_no_copy() {
    let town = Town::new("A--B--C\n   |\n   D", &[], &[]);
    assert_eq!(town.graph.n_nodes(), town.graph.n_original_nodes());
    assert_eq!(town.graph.n_arcs(), 2 * town.graph.n_edges());
    assert_eq!((town.graph.links().len(), town.graph.n_gates()), (0, 0));
    assert_eq!(town.graph.n_compounds(), 0);
}

#[test]
fn every_street_has_a_side_of_its_own_at_a_gate() {
    let bollard = barrier(Barrier::Bollard, AccessFacts::NONE);
    let town = Town::new("A--G--B\n   |\n   C", &[('G', bollard)], &[]);
    // The node itself is the middle.
    assert_eq!(town.n_copies('G'), 3);
    assert_eq!(counts(&town, 'G'), [3, 3, 0, 0]);
    let town = Town::new("A--G--B", &[('G', plain_gate())], &[]);
    assert_eq!(counts(&town, 'G'), [2, 2, 0, 0]);
    let rider = Profile::rider();
    let open = town.metric(&rider, None);
    assert_eq!(town.secs(&open, 'A', 'B'), Some(60));
    let shut = town.metric(&rider, Some(Shut));
    assert_eq!(town.secs(&shut, 'A', 'B'), None);
    // The delay is paid once, on the way to the middle, and not by walkers.
    let slow = Policies {
        gate_delay: TravelTime::from_secs(7),
        ..Policies::default()
    };
    let metric = |profile: &Profile| Metric::of(&town.graph, profile, &slow);
    assert_eq!(town.secs(&metric(&rider), 'A', 'B'), Some(67));
    assert_eq!(town.secs(&metric(&Profile::foot()), 'A', 'B'), Some(250));
}

#[test]
fn a_gate_at_the_end_of_a_street_parts_nothing() {
    let town = Town::new("A--G", &[('G', plain_gate())], &[]);
    assert_eq!((town.n_copies('G'), town.graph.n_gates()), (0, 0));
}

#[test]
fn both_ends_of_a_loop_have_a_side() {
    let bollard = barrier(Barrier::Bollard, AccessFacts::NONE);
    let town = Town::with("A--G", &[('G', bollard)], &[], |builder, drawn| {
        let node = drawn.node('G').unwrap();
        builder.add_edge(EdgeSpec {
            start: node,
            end: node,
            length: Length::from_m(90),
            way_start: Length::ZERO,
            shape: &[],
            way: OsmWayId::new(99),
            name: None,
            facts: street(AccessFacts::NONE),
        });
    });
    assert_eq!(town.n_copies('G'), 3);
    assert_eq!(counts(&town, 'G'), [3, 3, 0, 0]);
}

#[test]
fn one_entrance_needs_a_place_inside_and_no_layers() {
    let town = Town::new("A--B--C", &[], &[("BC", private())]);
    assert_eq!((town.n_copies('B'), town.n_copies('C')), (1, 0));
    assert_eq!(counts(&town, 'B'), [1, 1, 0, 0]);
    let compound = town.graph.edge_compound(town.edge("BC")).unwrap();
    assert!(!town.graph.compound_has_layers(compound));
    assert_eq!(town.graph.edge_compound(town.edge("AB")), None);
    for profile in [Profile::rider(), Profile::foot()] {
        assert!(town.both_ways(&town.metric(&profile, None), "AB", "BC"));
        assert!(!town.both_ways(&town.metric(&profile, Some(Shut)), "AB", "BC"));
    }
}

#[test]
fn two_entrances_need_a_copy_for_each_part_of_a_trip() {
    let town = Town::new("A--B--C--D", &[], &[("BC", private())]);
    assert_eq!((town.n_copies('B'), town.n_copies('C')), (4, 4));
    // In by wheel and on foot, out alike, and through from the way in.
    assert_eq!(counts(&town, 'B'), [0, 0, 5, 0]);
    let layers: Vec<Layer> = town.arcs("BC").iter().map(|&(layer, _)| layer).collect();
    assert_eq!(layers, Layer::ALL);
    assert_eq!(town.arcs("AB").len(), 1);
    // A trip may begin in three layers and end in all.
    let inner = town.edge("BC");
    assert_eq!(town.graph.origin_arcs(inner).len(), 2 * 3);
    assert_eq!(town.graph.destination_arcs(inner).len(), 2 * 5);
    let rider = Profile::rider();
    for policy in [Enter, WalkIn] {
        let metric = town.metric(&rider, Some(policy));
        assert!(town.both_ways(&metric, "AB", "BC") && town.both_ways(&metric, "BC", "CD"));
        assert!(!town.both_ways(&metric, "AB", "CD"));
    }
    assert!(town.both_ways(&town.metric(&rider, Some(Through)), "AB", "CD"));
    // Inside, who left the vehicle at the gate walks.
    let walk = town.metric(&rider, Some(WalkIn));
    assert_eq!(town.tenths(&walk, "BC"), Some(1_250));
    assert_eq!(
        town.tenths(&town.metric(&rider, Some(Enter)), "BC"),
        Some(300)
    );
}

#[test]
fn a_tag_for_one_mode_needs_layers_at_a_single_entrance() {
    let for_bicycles = street(of_key(AccessKey::Bicycle, AccessValue::Private));
    let town = Town::new("A--B--C", &[], &[("BC", for_bicycles)]);
    assert_eq!((town.n_copies('B'), town.n_copies('C')), (4, 4));
    let open = |profile: &Profile| -> Vec<Layer> {
        let metric = town.metric(profile, None);
        let arcs = town.arcs("BC").into_iter();
        arcs.filter(|&(_, arc)| metric.is_open(arc))
            .map(|(layer, _)| layer)
            .collect()
    };
    // Public street for walkers, inner street for riders.
    assert_eq!(open(&Profile::foot()), [Layer::Public]);
    assert_eq!(open(&Profile::rider()), [Layer::Out, Layer::In]);
}

#[test]
fn a_gate_amid_inner_streets_divides_them() {
    let streets = [("BG", private()), ("CG", private())];
    let town = Town::new(
        "A--B--G--C",
        &[('G', plain_gate())],
        &[streets[0].clone(), ("GC", private())],
    );
    let with_gate = town.n_copies('G');
    // Five layers, each with a middle and two sides, less the node itself.
    assert_eq!(with_gate, 14);
    assert_eq!(town.n_copies('B'), 4);
    let rider = Profile::rider();
    let mut policies = Policies::default();
    let gate = town
        .graph
        .gates()
        .find(|(_, gate)| gate.node == town.node('G'));
    policies.gates.by_gate.insert(gate.unwrap().0, WalkIn);
    let metric = Metric::of(&town.graph, &rider, &policies);
    // Ridden up to the gate, walked beyond it.
    assert_eq!(town.tenths(&metric, "BG"), Some(300));
    let beyond = town.arcs("GC").into_iter();
    let beyond = beyond.filter(|(layer, _)| *layer == Layer::InOnFoot);
    let times: Vec<_> = beyond.map(|(_, arc)| metric.arc_time(arc)).collect();
    assert_eq!(times, [Some(TravelTime::from_tenths(1_250))]);
}

#[test]
fn no_trip_begins_or_ends_on_a_ferry() {
    let ferry = WayFacts {
        class: RoadClass::Ferry,
        ..WayFacts::default()
    };
    let town = Town::new("A--B--C", &[], &[("BC", ferry)]);
    let edge = town.edge("BC");
    assert_eq!(town.graph.origin_arcs(edge), []);
    assert_eq!(town.graph.destination_arcs(edge), []);
    assert_eq!(town.graph.origin_arcs(town.edge("AB")).len(), 2);
}

/// A crossing of four streets of 100 m, 20 s each for the rider.
const CROSSING: &str = "  N\n  |\nW-X-E\n  |\n  S";

fn rule(drawn: &DrawnMap, legs: &[&str], is_only: bool, only: &[AccessKey]) -> TurnRule {
    TurnRule {
        chain: legs.iter().map(|street| leg(drawn, street)).collect(),
        is_only,
        binding: TurnBinding {
            only: only.to_vec(),
            except: Vec::new(),
        },
    }
}

fn crossing(rules: impl FnOnce(&mut StreetGraphBuilder, &DrawnMap)) -> Town {
    Town::with(CROSSING, &[], &[], rules)
}

/// Seconds of a rider from west to north when a banned turn on foot costs so much, or is not made.
fn west_to_north(town: &Town, price: TurnOnFoot) -> Option<u32> {
    let policies = Policies {
        turn_on_foot: price,
        ..Policies::default()
    };
    town.secs(
        &Metric::of(&town.graph, &Profile::rider(), &policies),
        'W',
        'N',
    )
}

fn costs(secs: u32) -> TurnOnFoot {
    TurnOnFoot::Costs(TravelTime::from_secs(secs))
}

#[test]
fn a_banned_exit_is_missing_from_the_copy_that_its_approach_leads_to() {
    let town = crossing(|builder, drawn| {
        builder.add_turn_rule(rule(drawn, &["WX", "XN"], false, &[]));
    });
    // One state more at the crossing, and a link out of it.
    assert_eq!(town.n_copies('X'), 1);
    assert_eq!(counts(&town, 'X'), [0, 0, 0, 1]);
    assert_eq!(town.arcs("XN").len(), 1);
    assert_eq!(town.arcs("XE").len(), 2);
    // 20 s and 20 s; with the turn on foot; by the east end and back.
    assert_eq!(west_to_north(&town, costs(0)), Some(40));
    assert_eq!(west_to_north(&town, costs(15)), Some(55));
    assert_eq!(west_to_north(&town, costs(50)), Some(80));
    assert_eq!(west_to_north(&town, TurnOnFoot::Closed), Some(80));
    // Trips that begin on the exit are not turning.
    assert_eq!(town.graph.origin_arcs(town.edge("NX")).len(), 2);
    let driver = Profile {
        turns: TurnStance::Obeyed,
        ..Profile::rider()
    };
    let metric = Metric::of(&town.graph, &driver, &Policies::default());
    assert_eq!(town.secs(&metric, 'W', 'N'), Some(80));
    let walker = Metric::of(
        &town.graph,
        &Profile::foot(),
        &Policies {
            turn_on_foot: TurnOnFoot::Closed,
            ..Policies::default()
        },
    );
    assert_eq!(town.secs(&walker, 'W', 'N'), Some(166));
}

#[test]
fn an_only_exit_bans_all_others() {
    let town = crossing(|builder, drawn| {
        builder.add_turn_rule(rule(drawn, &["WX", "XE"], true, &[]));
    });
    assert_eq!(town.n_copies('X'), 1);
    for exit in ["XN", "XS", "XW"] {
        assert_eq!(town.arcs(exit).len(), 1, "{exit}");
    }
    assert_eq!(town.arcs("XE").len(), 2);
    assert_eq!(west_to_north(&town, TurnOnFoot::Closed), Some(80));
}

#[test]
fn a_chain_over_several_streets_is_followed_from_its_beginning() {
    let town = Town::with(
        "A--B--C--D\n      |\n      E",
        &[],
        &[],
        |builder, drawn| {
            builder.add_turn_rule(rule(drawn, &["AB", "BC", "CE"], false, &[]));
        },
    );
    assert_eq!((town.n_copies('B'), town.n_copies('C')), (1, 1));
    let policies = Policies {
        turn_on_foot: TurnOnFoot::Closed,
        ..Policies::default()
    };
    let metric = Metric::of(&town.graph, &Profile::rider(), &policies);
    // By the end at D and back; straight when the chain was not begun.
    assert_eq!(town.secs(&metric, 'A', 'E'), Some(140));
    assert_eq!(town.secs(&metric, 'A', 'D'), Some(90));
    assert_eq!(town.secs(&metric, 'B', 'E'), Some(50));
}

#[test]
fn bans_for_different_modes_are_dropped_one_by_one() {
    let bans = [AccessKey::Bicycle, AccessKey::Foot];
    let town = crossing(|builder, drawn| {
        for (exit, key) in ["XN", "XS"].iter().zip(bans) {
            builder.add_turn_rule(rule(drawn, &["WX", exit], false, &[key]));
        }
    });
    // Both under way, either dropped; from there three links, one and one.
    assert_eq!(town.n_copies('X'), 3);
    assert_eq!(counts(&town, 'X'), [0, 0, 0, 5]);
    // The rider is bound by the first alone.
    assert_eq!(west_to_north(&town, TurnOnFoot::Closed), Some(80));
    let policies = Policies {
        turn_on_foot: TurnOnFoot::Closed,
        ..Policies::default()
    };
    let metric = Metric::of(&town.graph, &Profile::rider(), &policies);
    assert_eq!(town.secs(&metric, 'W', 'S'), Some(40));
}

#[test]
fn more_than_four_modes_are_dropped_together() {
    let bans = [
        AccessKey::Bicycle,
        AccessKey::Foot,
        AccessKey::Moped,
        AccessKey::Motorcar,
        AccessKey::Mofa,
    ];
    let make = |n: usize| {
        crossing(|builder, drawn| {
            for key in &bans[..n] {
                builder.add_turn_rule(rule(drawn, &["WX", "XN"], false, &[*key]));
            }
        })
    };
    // Of four every set but the empty one, of five only the whole.
    assert_eq!(make(4).n_copies('X'), 15);
    assert_eq!(
        (make(5).n_copies('X'), counts(&make(5), 'X')),
        (1, [0, 0, 0, 1])
    );
}
