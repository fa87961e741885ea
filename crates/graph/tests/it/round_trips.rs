//! A graph as plain arrays and back, whole or in part; arrays that are wrong are refused.

use graph::{Components, EdgeId, GraphParts, Metric, Policies, Profile, StreetGraph};
use proptest::prelude::*;

use crate::laws::{portrait, random_town};

/// Looks at everything there is.
fn look(graph: &StreetGraph) -> usize {
    let topology = graph.topology();
    let mut seen = graph.links().count() + graph.stops().len();
    for node in topology.nodes() {
        seen += topology.out_arcs(node).len() + topology.in_arcs(node).len();
        seen += usize::from(graph.node_osm_id(node).as_i64() > 0);
        seen += graph.edge_ends_at(node).len() + graph.layer(node).index();
    }
    for edge in graph.edges() {
        seen += graph.edge_shape(edge).count() + graph.origin_arcs(edge).len();
        seen += graph.destination_arcs(edge).len() + graph.edge_name(edge).map_or(0, str::len);
        seen += usize::from(graph.edge_compound(edge).is_some());
    }
    for (id, _) in graph.gates() {
        seen += graph.gate_edges(id).len() + usize::from(graph.gate_facts(id).is_some());
    }
    let metric = Metric::of(graph, &Profile::rider(), &Policies::default());
    seen + Components::of(graph, &metric).n_components()
}

proptest! {
    #[test]
    fn arrays_make_the_same_graph(town in random_town()) {
        let graph = town.build();
        let parts = graph.to_parts();
        prop_assert_eq!(parts.columns.len(), GraphParts::N_COLUMNS);
        let back = StreetGraph::from_parts(parts.clone()).unwrap();
        prop_assert_eq!(back.to_parts(), parts);
        let metric = |graph: &StreetGraph| {
            Metric::of(graph, &Profile::rider(), &Policies::default()).fingerprint()
        };
        prop_assert_eq!(metric(&back), metric(&graph));
        prop_assert_eq!(look(&back), look(&graph));
    }

    #[test]
    fn wrong_arrays_are_refused_or_harmless(
        town in random_town(),
        (column, at, value) in (0..GraphParts::N_COLUMNS, any::<prop::sample::Index>(), any::<u32>()),
        kind in 0_u32..4,
    ) {
        let mut parts = town.build().to_parts();
        let values = &mut parts.columns[column];
        match (kind, values.len()) {
            (0, _) => values.push(value),
            (1, _) => { values.pop(); }
            (_, 0) => {}
            // Small numbers name something more often than any.
            (2, n) => values[at.index(n)] = value % 16,
            (_, n) => values[at.index(n)] = value,
        }
        if let Ok(graph) = StreetGraph::from_parts(parts) {
            look(&graph);
        }
    }

    #[test]
    fn a_cut_that_leaves_nothing_out_is_the_whole(town in random_town()) {
        let graph = town.build();
        let whole = graph.cut(|_| true);
        prop_assert_eq!(portrait(&whole), portrait(&graph));
        prop_assert!(whole.rim().is_empty());
    }

    #[test]
    fn a_cut_keeps_what_it_keeps(town in random_town(), choice in any::<u16>()) {
        let graph = town.build();
        let stays = |edge: EdgeId| choice >> (edge.as_u32() % 16) & 1 == 1;
        let cut = graph.cut(stays);
        let kept: Vec<EdgeId> = graph.edges().filter(|&edge| stays(edge)).collect();
        prop_assert_eq!(cut.n_edges(), kept.len());
        for (new, &old) in cut.edges().zip(&kept) {
            prop_assert_eq!(cut.edge_way(new), graph.edge_way(old));
            prop_assert_eq!(cut.edge_length(new), graph.edge_length(old));
            prop_assert_eq!(cut.edge_name(new), graph.edge_name(old));
            prop_assert_eq!(cut.edge_facts(new), graph.edge_facts(old));
            prop_assert!(cut.edge_shape(new).eq(graph.edge_shape(old)));
            prop_assert_eq!(cut.origin_arcs(new).len(), graph.origin_arcs(old).len());
        }
        // Cut again by nothing, it is itself.
        prop_assert_eq!(cut.cut(|_| true).to_parts(), cut.to_parts());
        look(&cut);
    }
}
