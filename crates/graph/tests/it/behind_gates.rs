//! What lies behind gates, whatever its own tags say: one picture for each rule.

use graph::GatePolicy::{Enter, Shut, Through, WalkIn};
use graph::{
    AccessFacts, AccessKey, AccessValue, Barrier, Components, NodeFacts, Policies, Profile,
    RoadClass, WayFacts, streets_behind_gates,
};

use crate::town::{Town, access, barrier, of_key, private_gate};

/// Both built-in profiles.
fn profiles() -> [Profile; 2] {
    [Profile::rider(), Profile::foot()]
}

/// Streets behind gates as mapped, by their letters.
fn is_behind(town: &Town, profile: &Profile, street: &str) -> bool {
    let behind = streets_behind_gates(&town.graph, profile, &Policies::default());
    behind.contains(&town.edge(street))
}

const DEAD_END: &str = "\
A--B----C
   |
   G
   |
   H--I";

/// B–D beside the yard, longer than through it; the yard between two nodes that may be gates.
const TWO_WAYS: &str = "\
A--B        D--E
|  |        |  |
|  G--H--I--K  |
|              |
M--------------N";

#[test]
fn one_gate_needs_no_layers_and_is_passed_in_and_out() {
    let town = Town::new(DEAD_END, &[('G', private_gate())], &[]);
    // A side for each of the two streets, beside the middle.
    assert_eq!((town.n_copies('G'), town.n_copies('H')), (2, 0));
    for profile in profiles() {
        let metric = town.metric(&profile, None);
        assert!(is_behind(&town, &profile, "GH") && is_behind(&town, &profile, "HI"));
        assert!(!is_behind(&town, &profile, "BG") && !is_behind(&town, &profile, "AB"));
        assert!(town.both_ways(&metric, "AB", "HI"));
        let main = Components::of(&town.graph, &metric);
        assert!(town.graph.edges().all(|edge| main.is_main(edge)));
        let shut = town.metric(&profile, Some(Shut));
        assert!(!town.both_ways(&shut, "AB", "HI") && town.both_ways(&shut, "GH", "HI"));
    }
}

#[test]
fn behind_two_gates_one_enters_by_either_and_passes_through_neither() {
    let stands = [('G', private_gate()), ('K', private_gate())];
    let ring = Town::new(TWO_WAYS, &stands, &[]);
    // Five layers, less the node itself; at the gates each with a middle and two sides.
    assert_eq!((ring.n_copies('H'), ring.n_copies('G')), (4, 14));
    for profile in profiles() {
        for policy in [None, Some(Enter), Some(WalkIn)] {
            let metric = ring.metric(&profile, policy);
            assert!(ring.both_ways(&metric, "AB", "HI"));
            assert!(ring.both_ways(&metric, "DE", "HI"));
            let main = Components::of(&ring.graph, &metric);
            assert!(
                ring.graph.edges().all(|edge| main.is_main(edge)),
                "{policy:?}"
            );
            // Once the way round is closed nothing gets past the yard.
            let cut = metric.with_closed_edges(&ring.graph, [ring.edge("MN")]);
            assert!(!ring.both_ways(&cut, "AB", "DE"), "{policy:?}");
            assert!(ring.both_ways(&cut, "AB", "HI"), "{policy:?}");
        }
        let through = ring.metric(&profile, Some(Through));
        let cut = through.with_closed_edges(&ring.graph, [ring.edge("MN")]);
        assert!(ring.both_ways(&cut, "AB", "DE"));
        let shut = ring.metric(&profile, Some(Shut));
        assert!(!ring.both_ways(&shut, "AB", "HI") && ring.both_ways(&shut, "GH", "IK"));
    }
}

#[test]
fn with_a_second_way_out_there_is_no_inside_and_the_gate_blocks() {
    let town = Town::new(TWO_WAYS, &[('G', private_gate())], &[]);
    assert_eq!(town.graph.n_compounds(), 0, "one region, and it is outside");
    for profile in profiles() {
        for policy in [None, Some(Enter), Some(WalkIn), Some(Shut)] {
            let metric = town.metric(&profile, policy);
            let cut = metric.with_closed_edges(&town.graph, [town.edge("MN")]);
            assert!(!town.both_ways(&cut, "AB", "HI") && town.both_ways(&cut, "DE", "HI"));
        }
    }
}

#[test]
fn an_untagged_gate_passes_until_a_plan_says_otherwise() {
    let untagged = || barrier(Barrier::Gate, AccessFacts::NONE);
    for (second, is_inside) in [(untagged(), false), (private_gate(), false)] {
        let town = Town::new(TWO_WAYS, &[('G', untagged()), ('K', second.clone())], &[]);
        for profile in profiles() {
            assert_eq!(is_behind(&town, &profile, "HI"), is_inside);
            let metric = town.metric(&profile, None);
            let cut = metric.with_closed_edges(&town.graph, [town.edge("MN")]);
            assert!(town.both_ways(&cut, "AB", "HI"));
            // The private one among them has public street on both sides.
            assert_eq!(town.both_ways(&cut, "DE", "HI"), second == untagged());
            let enter = town.metric(&profile, Some(Enter));
            let cut = enter.with_closed_edges(&town.graph, [town.edge("MN")]);
            assert!(town.both_ways(&cut, "AB", "HI") && town.both_ways(&cut, "DE", "HI"));
            assert!(!town.both_ways(&cut, "AB", "DE"));
        }
    }
}

#[test]
fn insides_are_formed_for_each_profile() {
    let kissing = barrier(Barrier::KissingGate, AccessFacts::NONE);
    let for_riders = barrier(
        Barrier::Gate,
        of_key(AccessKey::Bicycle, AccessValue::Private),
    );
    let [rider, foot] = profiles();
    // Riders enter by the one gate and cannot use the other; walkers pass through both.
    let town = Town::new(TWO_WAYS, &[('G', for_riders), ('K', kissing.clone())], &[]);
    assert!(is_behind(&town, &rider, "HI") && !is_behind(&town, &foot, "HI"));
    let cut = |profile, town: &Town| {
        let metric = town.metric(profile, None);
        metric.with_closed_edges(&town.graph, [town.edge("MN")])
    };
    assert!(town.both_ways(&cut(&rider, &town), "AB", "HI"));
    assert!(!town.both_ways(&cut(&rider, &town), "AB", "DE"));
    assert!(town.both_ways(&cut(&foot, &town), "AB", "DE"));
    // Private for everybody: walkers have the second way out, so the gate stops them.
    let town = Town::new(TWO_WAYS, &[('G', private_gate()), ('K', kissing)], &[]);
    assert!(town.both_ways(&cut(&rider, &town), "AB", "HI"));
    assert!(!town.both_ways(&cut(&foot, &town), "AB", "HI"));
    assert!(town.both_ways(&cut(&foot, &town), "DE", "HI"));
    // Steps do the same as the kissing gate.
    let steps = WayFacts {
        class: RoadClass::Steps,
        ..WayFacts::default()
    };
    let town = Town::new(TWO_WAYS, &[('G', private_gate())], &[("DK", steps)]);
    assert!(town.both_ways(&cut(&rider, &town), "AB", "HI"));
    assert!(!town.both_ways(&cut(&foot, &town), "AB", "HI"));
    assert!(town.both_ways(&cut(&foot, &town), "DE", "HI"));
}

#[test]
fn private_streets_amid_untagged_ones_are_one_compound_with_them() {
    let private = WayFacts {
        access: access(AccessValue::Private),
        ..WayFacts::default()
    };
    let amid = [("GH", private.clone())];
    let town = Town::new(DEAD_END, &[('G', private_gate())], &amid);
    assert_eq!(town.graph.n_compounds(), 1);
    for profile in profiles() {
        assert!(is_behind(&town, &profile, "HI"));
        for policy in [None, Some(Enter), Some(WalkIn), Some(Through)] {
            let metric = town.metric(&profile, policy);
            assert!(town.both_ways(&metric, "AB", "HI"), "{policy:?}");
            assert!(town.both_ways(&metric, "GH", "HI"), "{policy:?}");
        }
        let shut = town.metric(&profile, Some(Shut));
        assert!(!town.both_ways(&shut, "AB", "HI") && town.both_ways(&shut, "GH", "HI"));
    }
    // A private street beside the gate is no second way out.
    let beside = [("DK", private.clone())];
    let town = Town::new(TWO_WAYS, &[('G', private_gate())], &beside);
    for profile in profiles() {
        let metric = town.metric(&profile, None);
        let cut = metric.with_closed_edges(&town.graph, [town.edge("MN")]);
        assert!(town.both_ways(&cut, "AB", "HI") && town.both_ways(&cut, "DE", "HI"));
        assert!(!town.both_ways(&cut, "AB", "DE"));
    }
    // Where no gate stands nothing lies behind one: a private street is no passage.
    let town = Town::new(DEAD_END, &[], &[("BG", private)]);
    for profile in profiles() {
        assert!(!is_behind(&town, &profile, "HI"));
        assert!(!town.both_ways(&town.metric(&profile, None), "AB", "HI"));
        assert!(town.both_ways(&town.metric(&profile, Some(Through)), "AB", "HI"));
    }
}

#[test]
fn a_gate_on_a_junction_lets_into_the_yard_and_not_along_the_street() {
    let on_street = "\
A--B--G--D--E
|     |     |
|     H--I  |
|           |
M-----------N";
    let town = Town::new(on_street, &[('G', private_gate())], &[]);
    for profile in profiles() {
        let cut = |policy| {
            let metric = town.metric(&profile, policy);
            metric.with_closed_edges(&town.graph, [town.edge("MN")])
        };
        for policy in [None, Some(Enter), Some(WalkIn)] {
            let metric = cut(policy);
            assert!(town.both_ways(&metric, "AB", "HI") && town.both_ways(&metric, "DE", "HI"));
            assert!(!town.both_ways(&metric, "AB", "DE"), "{policy:?}");
        }
        assert!(town.both_ways(&cut(Some(Through)), "AB", "DE"));
        assert!(!town.both_ways(&cut(Some(Shut)), "AB", "HI"));
    }
}

#[test]
fn walls_and_bare_closed_nodes_stay_closed_and_locked_gates_locked() {
    let locked = NodeFacts {
        locked: true,
        ..private_gate()
    };
    let bare = NodeFacts {
        access: access(AccessValue::No),
        ..NodeFacts::default()
    };
    let wall = barrier(Barrier::Wall, AccessFacts::NONE);
    for (stands, opens) in [(locked, true), (bare, false), (wall, false)] {
        let town = Town::new(DEAD_END, &[('G', stands)], &[]);
        for profile in profiles() {
            for policy in [None, Some(Enter), Some(WalkIn), Some(Through), Some(Shut)] {
                let metric = town.metric(&profile, policy);
                let is_open = opens && !matches!(policy, None | Some(Shut));
                assert_eq!(town.both_ways(&metric, "AB", "HI"), is_open, "{policy:?}");
                assert!(town.both_ways(&metric, "GH", "HI"), "{policy:?}");
            }
        }
    }
}

#[test]
fn what_is_outside_is_judged_within_each_connected_piece() {
    let two = "\
A--B----C  P-------Q
   |               |
   G               R
   |               |
   H--I            S";
    let town = Town::new(two, &[('G', private_gate()), ('R', private_gate())], &[]);
    for profile in profiles() {
        let metric = town.metric(&profile, None);
        assert!(town.both_ways(&metric, "AB", "HI") && town.both_ways(&metric, "PQ", "RS"));
        let behind: Vec<bool> = ["AB", "BG", "GH", "HI", "PQ", "QR", "RS"]
            .map(|street| is_behind(&town, &profile, street))
            .to_vec();
        assert_eq!(behind, [false, false, true, true, false, false, true]);
    }
}
