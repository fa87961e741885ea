use std::collections::HashMap;

use super::compounds::Compounds;
use super::special::Specials;
use super::turns::TurnAutomaton;
use super::{Expanded, NewArc, Runs, Source};
use crate::{EdgeId, Heading, Layer, Link, RoadClass, TurnSetId};

/// The arcs of all edges, in every turn state and layer.
pub(super) fn street_arcs(
    source: &Source<'_>,
    compounds: &Compounds,
    specials: &Specials,
    automaton: &mut TurnAutomaton<'_>,
    result: &mut Expanded,
) {
    result.arcs.reserve(source.edges.len() * 2);
    for (edge, record) in (0..).map(EdgeId::new).zip(source.edges) {
        let may_end_here = source.facts[record.facts.index()].class != RoadClass::Ferry;
        let layers = if compounds.edge_has_layers(edge) {
            &Layer::ALL[..]
        } else {
            &Layer::ALL[..1]
        };
        for heading in Heading::BOTH {
            let (tail, head) = source.ends(edge, heading);
            let packed = edge.as_u32() << 1 | u32::from(heading == Heading::Backward);
            let (from, to) = (specials.at(tail), specials.at(head));
            // The end of the edge that lies at the tail, and the one at the head.
            let (near, far) = (heading, heading.reversed());
            let states = from.map_or(&[0][..], |special| &special.states);
            for (k, &state) in states.iter().enumerate() {
                if automaton.is_banned(state, edge, heading) {
                    continue;
                }
                let next = automaton.step(state, edge, heading);
                for &layer in layers {
                    let tail = from.map_or(tail, |special| {
                        special.copy(k, layer, special.place(compounds, edge, near))
                    });
                    let head = to.map_or(head, |special| {
                        let k = special.states.iter().position(|&s| s == next);
                        let k = k.expect("states were followed along every arc");
                        special.copy(k, layer, special.place(compounds, edge, far))
                    });
                    result.arcs.push(NewArc {
                        tail,
                        head,
                        runs: Runs::Street {
                            packed,
                            is_origin: may_end_here && state == 0 && layer.is_origin(),
                            is_destination: may_end_here,
                        },
                    });
                }
            }
        }
    }
}

/// The link arcs between the copies of each node.
pub(super) fn link_arcs(
    source: &Source<'_>,
    compounds: &Compounds,
    specials: &Specials,
    automaton: &mut TurnAutomaton<'_>,
    result: &mut Expanded,
) {
    let mut turn_set_ids: HashMap<Vec<u32>, u32> = HashMap::new();
    for special in &specials.all {
        for (k, &state) in special.states.iter().enumerate() {
            for &layer in special.layers() {
                let middle = special.copy(k, layer, 0);
                let mut link = |tail, head, link| {
                    let runs = Runs::Link(link);
                    result.arcs.push(NewArc { tail, head, runs });
                };
                if let Some(gate) = special.gate {
                    for place in 1..special.n_places() {
                        let serves_layer = layer == Layer::Public
                            || compounds.edge_has_layers(special.ends[place - 1].0);
                        if serves_layer {
                            let side = special.copy(k, layer, place);
                            link(side, middle, Link::IntoGate(gate));
                            link(middle, side, Link::OutOfGate(gate));
                        }
                    }
                    let links = layer_links(special.has_sides).iter();
                    for &(from, to) in links.filter(|_| special.has_layers) {
                        if from != layer {
                            continue;
                        }
                        let (tails, heads) = match (from, to) {
                            _ if !special.has_sides => (0..1, 0..1),
                            // From the public street and to it past the public middle, so that
                            // who may enter need not be let through from street to street.
                            (Layer::Public, _) => (1..special.n_places(), 0..1),
                            (_, Layer::Public) => (0..1, 1..special.n_places()),
                            _ => (0..1, 0..1),
                        };
                        for tail in tails {
                            for head in heads.clone() {
                                let (tail, head) =
                                    (special.copy(k, from, tail), special.copy(k, to, head));
                                link(tail, head, Link::Layer { gate, from, to });
                            }
                        }
                    }
                }
                for (rules, without) in automaton.drops(state) {
                    let to = special.states.iter().position(|&s| s == without);
                    let to = to.expect("states were followed along every drop");
                    let next = u32::try_from(result.turn_sets.len()).expect("few turn sets");
                    let set = *turn_set_ids.entry(rules.clone()).or_insert_with(|| {
                        result.turn_sets.push(rules);
                        next
                    });
                    for place in 0..special.n_places() {
                        result.arcs.push(NewArc {
                            tail: special.copy(k, layer, place),
                            head: special.copy(to, layer, place),
                            runs: Runs::Link(Link::Turn(TurnSetId::new(set))),
                        });
                    }
                }
            }
        }
    }
    debug_assert!(source.n_nodes <= specials.of_node.len());
}

/// Between which layers a gate may let one pass.
fn layer_links(is_mapped: bool) -> &'static [(Layer, Layer)] {
    const LINKS: &[(Layer, Layer)] = &[
        (Layer::Public, Layer::In),
        (Layer::Public, Layer::InOnFoot),
        (Layer::Out, Layer::Public),
        (Layer::OutOnFoot, Layer::Public),
        (Layer::In, Layer::Public),
        // Between inner streets only a mapped gate can make one leave the vehicle.
        (Layer::In, Layer::InOnFoot),
        (Layer::OutOnFoot, Layer::Out),
    ];
    if is_mapped { LINKS } else { &LINKS[..5] }
}
