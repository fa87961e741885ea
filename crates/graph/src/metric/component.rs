use petgraph::algo::kosaraju_scc;
use units::{Length, LngLat, index};

use crate::topology::Union;
use crate::{ArcId, EdgeId, Metric, NodeId, OsmWayId, PetgraphView, StreetGraph};

/// Which streets hang together under a metric: networks, and scraps.
///
/// An edge belongs to a strongly connected component when a trip that begins on it can get there
/// and a trip from there can end on it; so the inside of a compound, which can be entered or left
/// but not crossed, belongs to the network outside. A component with enough street is a *network*
/// of its own, and so is the largest one whatever its length. Usable streets of no network are
/// *scraps*: the aisles of a car park, a slip of the mapper.
///
/// Components differ by profile and policy, so they belong to a metric and carry its fingerprint.
/// They are judged within the streets at hand; a piece that reaches the rim of a cut
/// ([`StreetGraph::rim`]) may go on behind it, so it is no scrap.
#[derive(Clone, Debug)]
pub struct Components {
    fingerprint: u64,
    n_strong: usize,
    /// Per edge: the number of its network, `SCRAP`, or `CLOSED`.
    class_of: Vec<u32>,
    networks: Vec<StreetPiece>,
    scraps: Vec<StreetPiece>,
}

/// Some streets that hang together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreetPiece {
    /// Street length in millimetres.
    pub length_mm: u64,
    /// How many edges.
    pub n_edges: usize,
    /// The first of their ways, by id.
    pub way: OsmWayId,
    /// Where the first edge of that way starts.
    pub position: LngLat,
}

const CLOSED: u32 = u32::MAX;
const SCRAP: u32 = u32::MAX - 1;

impl Components {
    /// A component with less street than this is a scrap, unless a plan says otherwise.
    pub const ISLAND_BELOW: Length = Length::from_m(1_000);

    /// As [`with_islands`](Self::with_islands), with [`ISLAND_BELOW`](Self::ISLAND_BELOW).
    pub fn of(graph: &StreetGraph, metric: &Metric) -> Self {
        Self::with_islands(graph, metric, Self::ISLAND_BELOW)
    }

    /// Finds what hangs together along the open arcs; a component with less street than
    /// `island_below` is a scrap.
    ///
    /// Cost: linear (petgraph's Kosaraju, two walks from the largest component, and two short ones
    /// from each other that holds streets of its own).
    pub fn with_islands(graph: &StreetGraph, metric: &Metric, island_below: Length) -> Self {
        let mut found = Search::new(graph, metric);
        let edges = found.assign();
        let n_strong = found.n_strong;
        let mut result = Self {
            fingerprint: metric.fingerprint(),
            n_strong,
            class_of: Vec::with_capacity(graph.n_edges()),
            networks: Vec::new(),
            scraps: Vec::new(),
        };
        let n_components = edges.iter().filter(|&&of| of < SCRAP).max();
        let n_components = n_components.map_or(0, |&most| index(most) + 1);
        let mut lengths = vec![0_u64; n_components];
        for (edge, &component) in graph.edges().zip(&edges) {
            if let Some(length) = lengths.get_mut(index(component)) {
                *length += street_mm(graph, edge);
            }
        }
        // The largest by its core comes first and is a network in any case.
        let mut n_networks = 0;
        let number_of: Vec<u32> = (0_u32..)
            .zip(&lengths)
            .map(|(component, &length)| {
                if component > 0 && length < u64::from(island_below.as_mm()) {
                    return SCRAP;
                }
                n_networks += 1;
                n_networks - 1
            })
            .collect();
        let numbered = edges.iter().map(|&component| {
            let number = number_of.get(index(component));
            number.copied().unwrap_or(component)
        });
        result.class_of.extend(numbered);
        result.gather_scraps(graph, n_networks);
        result
    }

    /// Groups the streets of no network by what touches, lets those go that touch the rim of a cut,
    /// and sums up networks and scraps.
    fn gather_scraps(&mut self, graph: &StreetGraph, n_networks: u32) {
        let mut groups: Vec<Option<StreetPiece>> = Vec::new();
        if self.class_of.contains(&SCRAP) {
            groups.resize(graph.n_original_nodes(), None);
            let mut union = Union::new(graph.n_original_nodes());
            let is_scrap = |class_of: &[u32], edge: EdgeId| class_of[edge.index()] == SCRAP;
            for edge in graph.edges().filter(|&edge| is_scrap(&self.class_of, edge)) {
                let (start, end) = graph.edge_ends(edge);
                union.join(start.as_u32(), end.as_u32());
            }
            let mut holds_street = vec![false; graph.n_original_nodes()];
            for edge in graph.edges().filter(|&edge| is_scrap(&self.class_of, edge)) {
                let (start, _) = graph.edge_ends(edge);
                holds_street[index(union.find(start.as_u32()))] = true;
            }
            let mut number_of_group = vec![SCRAP; graph.n_original_nodes()];
            let mut next = n_networks;
            for &node in graph.rim() {
                let group = index(union.find(node.as_u32()));
                if holds_street[group] && number_of_group[group] == SCRAP {
                    number_of_group[group] = next;
                    next += 1;
                }
            }
            for edge in graph.edges() {
                if is_scrap(&self.class_of, edge) {
                    let (start, _) = graph.edge_ends(edge);
                    let group = index(union.find(start.as_u32()));
                    self.class_of[edge.index()] = number_of_group[group];
                    if number_of_group[group] == SCRAP {
                        add(&mut groups[group], graph, edge);
                    }
                }
            }
        }
        let mut networks: Vec<Option<StreetPiece>> = Vec::new();
        for (edge, &class) in graph.edges().zip(&self.class_of) {
            if class < SCRAP {
                let number = index(class);
                if networks.len() <= number {
                    networks.resize(number + 1, None);
                }
                add(&mut networks[number], graph, edge);
            }
        }
        let every = "every number was given to a street";
        self.networks = networks.into_iter().map(|n| n.expect(every)).collect();
        self.scraps = groups.into_iter().flatten().collect();
        let longest_first = |piece: &StreetPiece| {
            let position = (piece.position.lng_e7(), piece.position.lat_e7());
            (std::cmp::Reverse(piece.length_mm), piece.way, position)
        };
        self.scraps.sort_by_key(longest_first);
    }

    /// Fingerprint of the metric that these are the components of.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }

    /// How many strongly connected components there are, single nodes included.
    pub fn n_components(&self) -> usize {
        self.n_strong
    }

    /// Whether an edge belongs to the main network: the one with the most street.
    pub fn is_main(&self, edge: EdgeId) -> bool {
        self.class_of[edge.index()] == 0
    }

    /// Whether an edge belongs to a network, the main one or another.
    pub fn is_network(&self, edge: EdgeId) -> bool {
        self.class_of[edge.index()] < SCRAP
    }

    /// Whether an edge may be travelled, but belongs to no network.
    pub fn is_scrap(&self, edge: EdgeId) -> bool {
        self.class_of[edge.index()] == SCRAP
    }

    /// Whether an edge may be travelled at all, in some direction.
    pub fn is_usable(&self, edge: EdgeId) -> bool {
        self.class_of[edge.index()] != CLOSED
    }

    /// The networks: the main one, then the others.
    pub fn networks(&self) -> &[StreetPiece] {
        &self.networks
    }

    /// The scraps by descending length; streets of no network that touch are one.
    pub fn scraps(&self) -> &[StreetPiece] {
        &self.scraps
    }

    /// Street length of the main network in millimetres.
    pub fn main_length_mm(&self) -> u64 {
        self.networks.first().map_or(0, |main| main.length_mm)
    }

    /// Street length of all networks in millimetres.
    pub fn network_length_mm(&self) -> u64 {
        self.networks.iter().map(|piece| piece.length_mm).sum()
    }

    /// Length of all usable streets in millimetres, scraps included.
    pub fn usable_length_mm(&self) -> u64 {
        let scraps: u64 = self.scraps.iter().map(|piece| piece.length_mm).sum();
        self.network_length_mm() + scraps
    }
}

/// Length of an edge as street; a straight way across an area is none.
fn street_mm(graph: &StreetGraph, edge: EdgeId) -> u64 {
    if graph.is_across_area(edge) {
        return 0;
    }
    u64::from(graph.edge_length(edge).as_mm())
}

fn add(piece: &mut Option<StreetPiece>, graph: &StreetGraph, edge: EdgeId) {
    let way = graph.edge_way(edge);
    let (start, _) = graph.edge_ends(edge);
    let here = StreetPiece {
        length_mm: street_mm(graph, edge),
        n_edges: 1,
        way,
        position: graph.node_position(start),
    };
    match piece {
        None => *piece = Some(here),
        Some(piece) => {
            piece.length_mm += here.length_mm;
            piece.n_edges += 1;
            if way < piece.way {
                (piece.way, piece.position) = (way, here.position);
            }
        }
    }
}

/// The strongly connected components of the open arcs, being given their edges.
struct Search<'a> {
    graph: &'a StreetGraph,
    metric: &'a Metric,
    n_strong: usize,
    /// Components that hold streets, the one with the most first; each with its nodes.
    cores: Vec<Vec<NodeId>>,
    /// Per node: its core, or `SCRAP`.
    core_of: Vec<u32>,
    /// Edges inside each core.
    edges_of: Vec<Vec<EdgeId>>,
    from: Visited,
    to: Visited,
}

/// The nodes of a walk; a new walk forgets the last one without touching every node.
struct Visited {
    stamp: Vec<u32>,
    now: u32,
    nodes: Vec<NodeId>,
}

impl<'a> Search<'a> {
    fn new(graph: &'a StreetGraph, metric: &'a Metric) -> Self {
        let components = kosaraju_scc(PetgraphView::new(graph, metric));
        let mut component_of = vec![0_usize; graph.n_nodes()];
        for (id, nodes) in components.iter().enumerate() {
            for node in nodes {
                component_of[node.index()] = id;
            }
        }
        let topology = graph.topology();
        let mut street_mm = vec![0_u64; components.len()];
        for arc in topology.arcs().filter(|&arc| metric.is_open(arc)) {
            let home = component_of[topology.tail(arc).index()];
            if home == component_of[topology.head(arc).index()] {
                street_mm[home] += u64::from(graph.arc_length(arc).as_mm());
            }
        }
        // Ties go to the component with the lowest node, which does not depend on petgraph's order.
        let mut order: Vec<(std::cmp::Reverse<u64>, Option<NodeId>, usize)> = components
            .iter()
            .enumerate()
            .filter(|&(id, _)| street_mm[id] > 0)
            .map(|(id, nodes)| {
                let lowest = nodes.iter().min().copied();
                (std::cmp::Reverse(street_mm[id]), lowest, id)
            })
            .collect();
        order.sort_unstable();
        let n_strong = components.len();
        let mut components: Vec<Option<Vec<NodeId>>> = components.into_iter().map(Some).collect();
        let mut core_of = vec![SCRAP; graph.n_nodes()];
        let mut cores = Vec::with_capacity(order.len());
        for (number, &(_, _, id)) in (0_u32..).zip(&order) {
            let nodes = components[id].take().expect("every component stands once");
            for node in &nodes {
                core_of[node.index()] = number;
            }
            cores.push(nodes);
        }
        let mut edges_of = vec![Vec::new(); cores.len()];
        for arc in topology.arcs().filter(|&arc| metric.is_open(arc)) {
            let core = core_of[topology.tail(arc).index()];
            if core != SCRAP
                && core == core_of[topology.head(arc).index()]
                && let Some(edge) = graph.arc_edge(arc)
            {
                edges_of[index(core)].push(edge);
            }
        }
        let visited = || Visited {
            stamp: vec![0; graph.n_nodes()],
            now: 0,
            nodes: Vec::new(),
        };
        Self {
            graph,
            metric,
            n_strong,
            cores,
            core_of,
            edges_of,
            from: visited(),
            to: visited(),
        }
    }

    /// For each edge its component, by descending size of their cores; `SCRAP` when usable but of
    /// none, `CLOSED` when not usable.
    fn assign(&mut self) -> Vec<u32> {
        let (graph, metric) = (self.graph, self.metric);
        let open = |arc: &&ArcId| metric.is_open(**arc);
        let mut component_of: Vec<u32> = graph
            .edges()
            .map(|edge| {
                let is_usable = graph.origin_arcs(edge).iter().any(|arc| open(&arc))
                    || graph.destination_arcs(edge).iter().any(|arc| open(&arc));
                if is_usable { SCRAP } else { CLOSED }
            })
            .collect();
        let mut next = 0;
        for core in 0..self.cores.len() {
            // The copies of a compound's nodes are cores, too, but its edges are a larger one's.
            let is_taken = |edge: &EdgeId| component_of[edge.index()] != SCRAP;
            if self.edges_of[core].iter().all(is_taken) {
                continue;
            }
            self.walk(core);
            let mut has_some = false;
            for &node in &self.from.nodes {
                for arc in graph.topology().out_arcs(node) {
                    let Some(edge) = graph.arc_edge(arc).filter(|_| metric.is_open(arc)) else {
                        continue;
                    };
                    let mut origins = graph.origin_arcs(edge).iter().filter(open);
                    if component_of[edge.index()] == SCRAP
                        && graph.destination_arcs(edge).contains(&arc)
                        && origins.any(|&arc| self.to.has(graph.topology().head(arc)))
                    {
                        component_of[edge.index()] = next;
                        has_some = true;
                    }
                }
            }
            next += u32::from(has_some);
        }
        component_of
    }

    /// Walks from a core and to it. Cores of larger components end a walk: whoever gets there does
    /// not come back.
    fn walk(&mut self, core: usize) {
        let (topology, metric) = (self.graph.topology(), self.metric);
        let number = EdgeId::from_index(core).as_u32();
        let core_of = &self.core_of;
        let is_larger = |node: NodeId| core_of[node.index()] < number;
        self.from.walk(&self.cores[core], |node, visit| {
            let arcs = topology.out_arcs(node).filter(|&arc| metric.is_open(arc));
            let heads = arcs.map(|arc| topology.head(arc));
            heads.filter(|&head| !is_larger(head)).for_each(visit);
        });
        self.to.walk(&self.cores[core], |node, visit| {
            let arcs = topology.in_arcs(node).iter().copied();
            let tails = arcs
                .filter(|&arc| metric.is_open(arc))
                .map(|arc| topology.tail(arc));
            tails.filter(|&tail| !is_larger(tail)).for_each(visit);
        });
    }
}

impl Visited {
    fn has(&self, node: NodeId) -> bool {
        self.stamp[node.index()] == self.now
    }

    fn walk(&mut self, seeds: &[NodeId], neighbors: impl Fn(NodeId, &mut dyn FnMut(NodeId))) {
        self.now += 1;
        self.nodes.clear();
        let Self { stamp, now, nodes } = self;
        let mut visit = |node: NodeId, nodes: &mut Vec<NodeId>| {
            if std::mem::replace(&mut stamp[node.index()], *now) != *now {
                nodes.push(node);
            }
        };
        for &node in seeds {
            visit(node, nodes);
        }
        let mut at = 0;
        while let Some(&node) = nodes.get(at) {
            neighbors(node, &mut |next| visit(next, nodes));
            at += 1;
        }
    }
}
