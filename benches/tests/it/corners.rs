//! At every junction of both demos a place begins and ends on each street at once, and five
//! centimetres decide nothing.

use std::path::Path;

use graph::{
    Components, EdgeEnd, EdgeId, Metric, NodeId, Policies, Profile, Standing, StreetGraph,
};
use rayon::prelude::*;
use reach::{
    Direction, JOIN_RADIUS, JUNCTION_REACH, Joining, Network, SearchSpace, SnapIndex, within,
};
use units::{Length, LngLat, LocalPlane, PlanePoint, TravelTime};

/// Far enough to see each street that leaves a junction, and what lies behind it.
const LIMIT: TravelTime = TravelTime::from_mins(2);
/// Five centimetres are walked within a tenth of a second; the rest is rounding, once at each end of
/// the stretch.
const MOST_TENTHS: u32 = 2;

struct Town {
    graph: StreetGraph,
    metric: Metric,
    components: Components,
    index: SnapIndex,
}

/// What was seen at the junctions of a town.
#[derive(Debug, Default)]
struct Seen {
    junctions: usize,
    /// Junctions at which something stands that ends the rule.
    barred: usize,
    /// Junctions at which an inner street of a compound meets another street: it matters on which
    /// side of the entrance one stands.
    entrances: usize,
    /// Junctions from which another is walked to that lies 25 m away, give or take the shift.
    at_the_reach: usize,
    /// Junctions of islands, tunnels and bridges, which a place passes by for another street.
    passed_by: usize,
    /// Junctions that a street passes within the shift without meeting them, so that it is the nearest
    /// there.
    crossed: usize,
    problems: Vec<String>,
}

impl Town {
    fn new(extract: &str, profile: &Profile) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../data")
            .join(extract);
        let city = osm::import(&file, &osm::ImportOptions::default()).unwrap();
        let graph = city.streets;
        let metric = Metric::of(&graph, profile, &Policies::default());
        let components = Components::of(&graph, &metric);
        let index = SnapIndex::new(&graph, |edge| components.is_main(edge));
        Self {
            graph,
            metric,
            components,
            index,
        }
    }

    /// Whether a place at a node joins one of its streets. Where it does not, all of them are no part
    /// of the main network, in tunnels or on bridges, and another lies near.
    fn is_joined_at(&self, node: NodeId) -> Result<bool, String> {
        let at = self.graph.node_position(node);
        let snap = self.index.choose(&self.graph, at, JOIN_RADIUS);
        if snap.is_some_and(|snap| self.ends(node).any(|end| end.edge == snap.point.edge)) {
            return Ok(true);
        }
        let is_good =
            |edge| self.components.is_main(edge) && self.graph.edge_is_lifted(edge).is_none();
        match self.ends(node).find(|end| is_good(end.edge)) {
            None => Ok(false),
            Some(end) => Err(format!(
                "node {} is passed by, for all that {} of way {} begins there",
                self.graph.node_osm_id(node).as_i64(),
                end.edge,
                self.graph.edge_way(end.edge).as_i64(),
            )),
        }
    }

    fn ends(&self, node: NodeId) -> impl Iterator<Item = EdgeEnd> + '_ {
        self.graph.edge_ends_at(node).filter(|end| {
            let mut arcs = self.graph.destination_arcs(end.edge).iter();
            arcs.any(|&arc| self.metric.is_open(arc))
        })
    }

    /// Tenths at each node, the best of its copies, from (or towards) a place.
    fn times(
        &self,
        network: &Network<'_>,
        space: &mut SearchSpace,
        at: LngLat,
        direction: Direction,
    ) -> (Vec<(NodeId, u32)>, Option<Length>) {
        let rule = Joining::new(network, &self.index, JOIN_RADIUS, None);
        let joined = rule.join(at).unwrap();
        let seeds = joined.place.seeds(network, direction);
        let reached = within(network.arcs(direction), space, seeds, LIMIT);
        let mut times: Vec<(NodeId, u32)> = reached
            .nodes()
            .iter()
            .map(|&node| {
                let time = reached.time(node).unwrap().as_tenths();
                (self.graph.original(node), time)
            })
            .collect();
        times.sort_unstable();
        times.dedup_by_key(|&mut (node, _)| node);
        (times, joined.doubt)
    }

    /// Whether a trip from (or to) the junction takes no more than each street there takes.
    fn starts_everywhere(
        &self,
        network: &Network<'_>,
        space: &mut SearchSpace,
        node: NodeId,
        direction: Direction,
    ) -> Result<(), String> {
        let graph = &self.graph;
        let rule = Joining::new(network, &self.index, JOIN_RADIUS, None);
        let joined = rule.join(graph.node_position(node)).unwrap();
        let seeds = joined.place.seeds(network, direction);
        let reached = within(network.arcs(direction), space, seeds, LIMIT);
        // From the street outside one enters a compound by arriving at its entrance (and comes out by
        // leaving it), which one-way streets may not allow.
        let is_passed = self
            .ends(node)
            .filter(|&end| !self.is_beyond(joined.place.point.edge, end))
            .any(|end| self.leads(end, direction == Direction::From));
        for end in self.ends(node) {
            let arcs = graph.destination_arcs(end.edge).iter();
            let mut used = arcs
                .filter(|&&arc| {
                    let comes = graph.arc_is_forward(arc) == end.is_last;
                    comes == (direction == Direction::Towards)
                })
                .filter_map(|&arc| Some((arc, self.metric.arc_time(arc)?)))
                .filter(|&(_, time)| time <= LIMIT)
                .peekable();
            if used.peek().is_none() || (self.is_beyond(joined.place.point.edge, end) && !is_passed)
            {
                continue;
            }
            let at_once = used.any(|(arc, time)| {
                let far = match direction {
                    Direction::From => graph.topology().head(arc),
                    Direction::Towards => graph.topology().tail(arc),
                };
                reached.time(far).is_some_and(|reached| reached <= time)
            });
            if !at_once {
                return Err(format!(
                    "{direction:?} node {}: {} of way {} is late",
                    graph.node_osm_id(node).as_i64(),
                    end.edge,
                    graph.edge_way(end.edge).as_i64(),
                ));
            }
        }
        Ok(())
    }

    /// Whether an end is that of a street in another compound than an edge.
    fn is_beyond(&self, edge: EdgeId, end: EdgeEnd) -> bool {
        self.graph.edge_compound(end.edge) != self.graph.edge_compound(edge)
    }

    /// Whether one comes to the node, or leaves it, along an end.
    fn leads(&self, end: EdgeEnd, comes: bool) -> bool {
        let mut arcs = self.graph.destination_arcs(end.edge).iter();
        arcs.any(|&arc| {
            let to_node = self.graph.arc_is_forward(arc) == end.is_last;
            self.metric.is_open(arc) && to_node == comes
        })
    }

    /// Whether a place is joined to one of the streets of a node.
    fn is_nearest_to(&self, network: &Network<'_>, node: NodeId, at: LngLat) -> bool {
        let rule = Joining::new(network, &self.index, JOIN_RADIUS, None);
        let edge = rule.join(at).unwrap().snap.point.edge;
        self.ends(node).any(|end| end.edge == edge)
    }

    fn look_at(&self, network: &Network<'_>, space: &mut SearchSpace, node: NodeId) -> Seen {
        let mut seen = Seen {
            junctions: 1,
            ..Seen::default()
        };
        if self.graph.standing_on(node) == Standing::Barring {
            seen.barred = 1;
            return seen;
        }
        for direction in [Direction::From, Direction::Towards] {
            if let Err(problem) = self.starts_everywhere(network, space, node, direction) {
                seen.problems.push(problem);
            }
        }
        let mut compounds: Vec<_> = self
            .ends(node)
            .map(|e| self.graph.edge_compound(e.edge))
            .collect();
        compounds.dedup();
        if compounds.len() > 1 {
            seen.entrances = 1;
            return seen;
        }
        let at = self.graph.node_position(node);
        let plane = LocalPlane::at(at);
        for direction in [Direction::From, Direction::Towards] {
            let (here, doubt) = self.times(network, space, at, direction);
            if doubt.is_some_and(is_at_the_reach) {
                seen.at_the_reach = 1;
                return seen;
            }
            for (x, y) in [
                (5, 0),
                (-5, 0),
                (0, 5),
                (0, -5),
                (4, 4),
                (-4, 4),
                (4, -4),
                (-4, -4),
            ] {
                let shifted = plane.unproject(PlanePoint {
                    x_m: f64::from(x) / 100.0,
                    y_m: f64::from(y) / 100.0,
                });
                if !self.is_nearest_to(network, node, shifted) {
                    seen.crossed = 1;
                    continue;
                }
                let (there, _) = self.times(network, space, shifted, direction);
                if let Some(problem) = differs(&here, &there).or_else(|| differs(&there, &here)) {
                    seen.problems.push(format!(
                        "{direction:?} node {}, shifted by {x}, {y} cm: {problem}",
                        self.graph.node_osm_id(node).as_i64(),
                    ));
                    break;
                }
            }
        }
        seen
    }
}

/// Whether a shift of five centimetres may take a junction out of reach, or into it.
fn is_at_the_reach(distance: Length) -> bool {
    distance.as_mm().abs_diff(JUNCTION_REACH.as_mm()) <= 60
}

/// A node that one place reaches well within the limit and the other not as soon.
fn differs(a: &[(NodeId, u32)], b: &[(NodeId, u32)]) -> Option<String> {
    let safe = LIMIT.as_tenths() - 10 * MOST_TENTHS;
    a.iter().find_map(|&(node, time)| {
        if time > safe {
            return None;
        }
        let other = b.binary_search_by_key(&node, |&(node, _)| node);
        let other = other.ok().map(|at| b[at].1);
        let agrees = other.is_some_and(|other| other <= time + MOST_TENTHS);
        (!agrees).then(|| format!("{node} at {time} and {other:?}"))
    })
}

fn look(extract: &str, profile: &Profile) -> Seen {
    let town = Town::new(extract, profile);
    let network = Network::new(&town.graph, &town.metric);
    let junctions = (0..town.graph.n_original_nodes())
        .map(NodeId::from_index)
        .filter(|&node| town.ends(node).count() > 2);
    let mut nodes = Vec::new();
    let mut start = Seen::default();
    for node in junctions {
        match town.is_joined_at(node) {
            Ok(true) => nodes.push(node),
            Ok(false) => start.passed_by += 1,
            Err(problem) => start.problems.push(problem),
        }
    }
    let seen: Vec<Seen> = nodes
        .par_iter()
        .map_init(SearchSpace::default, |space, &node| {
            town.look_at(&network, space, node)
        })
        .collect();
    seen.into_iter().fold(start, |mut all, one| {
        all.junctions += one.junctions;
        all.barred += one.barred;
        all.entrances += one.entrances;
        all.at_the_reach += one.at_the_reach;
        all.crossed += one.crossed;
        all.problems.extend(one.problems);
        all
    })
}

#[test]
fn places_at_junctions_begin_on_all_their_streets() {
    for (extract, profile, at_least) in [
        (
            "shenzhen/shenzhen-futian-2024.osm.pbf",
            Profile::rider(),
            1_000,
        ),
        (
            "shenzhen/shenzhen-futian-2024.osm.pbf",
            Profile::foot(),
            1_000,
        ),
        ("monaco/monaco.osm.pbf", Profile::rider(), 300),
        ("monaco/monaco.osm.pbf", Profile::foot(), 300),
    ] {
        let seen = look(extract, &profile);
        assert!(seen.junctions > at_least, "{extract}: {}", seen.junctions);
        assert!(
            100 * (seen.barred + seen.entrances + seen.at_the_reach) < 4 * seen.junctions,
            "nearly all junctions are judged: {seen:#?}"
        );
        assert!(500 * seen.crossed < seen.junctions, "{seen:#?}");
        assert!(
            seen.problems.is_empty(),
            "{extract} {}: {seen:#?}",
            profile.name
        );
    }
}
