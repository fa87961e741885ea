//! Every variant of the search says what petgraph says, for 1,500 origins of each extract,
//! on one thread and on two.

use std::path::Path;

use benches::{Input, spread_nodes};
use graph::{NodeId, PetgraphView};
use petgraph::algo::dijkstra;
use reach::{
    Batch, Count, Destinations, Direction, FullRow, Network, Origins, SearchSpace, TwoLabels,
    within,
};
use units::TravelTime;

const LIMIT: TravelTime = TravelTime::from_mins(15);
const N_ORIGINS: usize = 1_500;

fn extract(path: &str, flat: bool) -> Input {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data");
    Input::extract(&data.join(path), flat).unwrap()
}

/// Nodes and tenths of a second within the limit, by node.
type Row = Vec<(u32, TravelTime)>;

fn petgraph_row(input: &Input, origin: NodeId) -> Row {
    let view = PetgraphView::new(&input.graph, &input.metric);
    let times = dijkstra(view, origin, None, |arc| arc.time.as_tenths());
    let near = times.into_iter().filter(|&(_, t)| t <= LIMIT.as_tenths());
    let mut row: Row = near
        .map(|(node, t)| (node.as_u32(), TravelTime::from_tenths(t)))
        .collect();
    row.sort_unstable();
    row
}

fn single_row(network: &Network<'_>, space: &mut SearchSpace, origin: NodeId) -> Row {
    let arcs = network.arcs(Direction::From);
    let reached = within(arcs, space, [(origin, TravelTime::ZERO)], LIMIT);
    let times = reached.nodes().iter();
    let mut row: Row = times
        .map(|&node| (node.as_u32(), reached.time(node).unwrap()))
        .collect();
    row.sort_unstable();
    row
}

fn agrees(input: &Input) {
    let network = Network::new(&input.graph, &input.metric);
    let origins = spread_nodes(&input.graph, N_ORIGINS);
    let wanted: Vec<Row> = origins
        .iter()
        .map(|&origin| petgraph_row(input, origin))
        .collect();
    let mut space = SearchSpace::default();
    for (&origin, wanted) in origins.iter().zip(&wanted) {
        assert_eq!(
            &single_row(&network, &mut space, origin),
            wanted,
            "{origin}"
        );
    }

    let hierarchy = network.hierarchy(Direction::From);
    let batch = Batch::new(&network, hierarchy, Destinations::Nodes, LIMIT).unwrap();
    let on_threads = |n: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build();
        pool.unwrap().install(|| {
            let (rows, _) = batch.fold(Origins::Nodes(&origins), &FullRow).unwrap();
            let (counts, _) = batch.fold(Origins::Nodes(&origins), &Count).unwrap();
            (rows, counts)
        })
    };
    let (rows, counts) = on_threads(1);
    assert_eq!((&rows, &counts), (&on_threads(2).0, &on_threads(2).1));
    for ((row, count), wanted) in rows.iter().zip(&counts).zip(&wanted) {
        assert_eq!(row, wanted);
        assert_eq!(usize::try_from(*count).unwrap(), wanted.len());
    }

    // The two best of the first origins as sources, against the two best of their rows.
    let sources = &origins[..40];
    let seeds = (0..)
        .zip(sources)
        .map(|(source, &node)| (source, node, TravelTime::ZERO));
    let labels = TwoLabels::search(network.arcs(Direction::From), seeds, LIMIT);
    let mut best: Vec<Vec<(TravelTime, u32)>> = vec![Vec::new(); input.graph.n_nodes()];
    for (source, row) in (0..).zip(&wanted[..40]) {
        for &(node, time) in row {
            best[NodeId::new(node).index()].push((time, source));
        }
    }
    for node in input.graph.topology().nodes() {
        let of_node = &mut best[node.index()];
        of_node.sort_unstable();
        let wanted = [0, 1].map(|place| of_node.get(place).map(|&(time, _)| time));
        let found = labels.at(node).map(|label| label.map(|label| label.time));
        assert_eq!(found, wanted, "{node}");
    }
}

#[test]
fn shenzhen_for_the_rider() {
    agrees(&extract("shenzhen/shenzhen-futian-2024.osm.pbf", false));
}

#[test]
fn monaco_at_one_speed() {
    agrees(&extract("monaco/monaco.osm.pbf", true));
}

#[test]
fn an_unsorted_file_of_moscow_for_the_rider() {
    agrees(&extract("samples/moscow-unsorted.osm.pbf", false));
}
