//! A place beside a junction begins and ends on each of its streets, however edges are numbered.

mod random_towns;

use graph::{
    AccessFacts, AccessKey, AccessValue, Along, Barrier, EdgeId, EdgeSpec, Metric, NodeFacts,
    NodeId, Oneway, OsmNodeId, OsmWayId, Policies, Profile, RoadClass, StreetGraph,
    StreetGraphBuilder, WayFacts,
};
use reach::{
    Direction, Joined, Joining, Network, Path, Place, SearchSpace, SnapIndex, StreetPoint,
    rows_from, rows_towards, within,
};
use units::{Length, LngLat, LocalPlane, PlanePoint, Speed, TravelTime};

/// A town drawn by positions in metres; every street is a way of its own.
#[derive(Clone, Debug, Default)]
struct Town {
    nodes: Vec<(f64, f64)>,
    streets: Vec<(usize, usize, WayFacts)>,
    standing: Vec<(usize, NodeFacts)>,
}

fn plane() -> LocalPlane {
    LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap())
}

fn at((x_m, y_m): (f64, f64)) -> LngLat {
    plane().unproject(PlanePoint { x_m, y_m })
}

fn one_way(direction: Oneway) -> WayFacts {
    WayFacts {
        oneway: Some(direction),
        ..WayFacts::default()
    }
}

fn access(key: AccessKey, value: AccessValue) -> AccessFacts {
    [(key, Along::Both, value)].into_iter().collect()
}

impl Town {
    fn node(&mut self, x_m: f64, y_m: f64) -> usize {
        self.nodes.push((x_m, y_m));
        self.nodes.len() - 1
    }

    fn street(&mut self, a: usize, b: usize, facts: WayFacts) {
        self.streets.push((a, b, facts));
    }

    /// With the streets added in an order of one's own.
    fn build_in(&self, order: &[usize]) -> StreetGraph {
        let mut builder = StreetGraphBuilder::new();
        for (id, &position) in (0..).zip(&self.nodes) {
            builder.add_node(at(position), OsmNodeId::new(id));
        }
        for &street in order {
            let (a, b, facts) = &self.streets[street];
            builder.add_edge(EdgeSpec {
                start: NodeId::from_index(*a),
                end: NodeId::from_index(*b),
                length: at(self.nodes[*a]).distance_to(at(self.nodes[*b])),
                way_start: Length::ZERO,
                shape: &[],
                way: OsmWayId::new(i64::try_from(street).unwrap()),
                name: None,
                facts: facts.clone(),
            });
        }
        for (node, facts) in &self.standing {
            builder.set_node_facts(NodeId::from_index(*node), facts.clone());
        }
        builder.build().unwrap()
    }

    fn build(&self) -> StreetGraph {
        let order: Vec<usize> = (0..self.streets.len()).collect();
        self.build_in(&order)
    }
}

struct Streets {
    graph: StreetGraph,
    metric: Metric,
    index: SnapIndex,
}

impl Streets {
    fn new(graph: StreetGraph, profile: &Profile) -> Self {
        let metric = Metric::of(&graph, profile, &Policies::default());
        let is_open = |edge| graph.origin_arcs(edge).iter().any(|&a| metric.is_open(a));
        let index = SnapIndex::new(&graph, is_open);
        Self {
            graph,
            metric,
            index,
        }
    }

    fn network(&self) -> Network<'_> {
        Network::new(&self.graph, &self.metric)
    }

    fn join(&self, network: &Network<'_>, position: (f64, f64), walk: bool) -> Joined {
        let walk = walk.then(Profile::walking_speed);
        let rule = Joining::new(network, &self.index, Length::from_m(150), walk);
        rule.join(at(position)).unwrap()
    }

    /// When each node is reached (or left) in tenths; `None` past 15 minutes.
    fn times(&self, position: (f64, f64), direction: Direction) -> Vec<Option<u32>> {
        let network = self.network();
        let place = self.join(&network, position, false).place;
        let mut space = SearchSpace::default();
        let seeds = place.seeds(&network, direction);
        let limit = TravelTime::from_mins(15);
        let reached = within(network.arcs(direction), &mut space, seeds, limit);
        let mut times = vec![None; self.graph.n_original_nodes()];
        for node in self.graph.topology().nodes() {
            let time = reached.time(node).map(TravelTime::as_tenths);
            let best = &mut times[self.graph.original(node).index()];
            *best = [*best, time].into_iter().flatten().min();
        }
        times
    }

    /// How many points a place has.
    fn n_points(&self, position: (f64, f64)) -> usize {
        let network = self.network();
        self.join(&network, position, false).place.points().count()
    }
}

/// Four streets of 500 m meet at node 0; the one to the east (node 1) is one-way away from it, and
/// leads back over the north (node 2) only.
///
/// ```text
///           2
///           | \
///   3 ------0->1
///           |
///           4
/// ```
fn crossing() -> Town {
    let mut town = Town::default();
    for (x, y) in [
        (0.0, 0.0),
        (500.0, 0.0),
        (0.0, 500.0),
        (-500.0, 0.0),
        (0.0, -500.0),
    ] {
        town.node(x, y);
    }
    town.street(0, 1, one_way(Oneway::Forward));
    for end in [2, 3, 4] {
        town.street(0, end, WayFacts::default());
    }
    town.street(1, 2, one_way(Oneway::Forward));
    town
}

#[test]
fn a_place_at_a_crossing_begins_on_all_its_streets_and_ends_on_all() {
    let streets = Streets::new(crossing().build(), &Profile::rider());
    // 500 m at 5 m/s.
    let from = streets.times((0.0, 0.0), Direction::From);
    assert_eq!(from, [0, 1_000, 1_000, 1_000, 1_000].map(Some));
    let towards = streets.times((0.0, 0.0), Direction::Towards);
    assert_eq!(towards[0], Some(0));
    assert_eq!(towards[2..], [1_000; 3].map(Some));
    // 20 m along the one-way street: back to the crossing on foot, 16.7 s, and on from there.
    let from = streets.times((20.0, 0.0), Direction::From);
    assert_eq!(from[0], Some(167));
    assert_eq!(from[1], Some(960));
    assert_eq!(from[3], Some(1_167));
    // Whoever comes arrives on the street itself, 4 s after the crossing.
    assert_eq!(streets.times((20.0, 0.0), Direction::Towards)[0], Some(40));
    // 26 m are too many: round by the north.
    let from = streets.times((26.0, 0.0), Direction::From);
    assert!(from[0] > Some(2_000), "{from:?}");
}

#[test]
fn a_junction_that_is_ridden_to_and_from_as_fast_makes_no_points() {
    let mut town = crossing();
    town.streets[0].2 = WayFacts::default();
    let streets = Streets::new(town.build(), &Profile::rider());
    assert_eq!(streets.n_points((0.0, 0.0)), 1);
    assert_eq!(streets.n_points((10.0, 0.0)), 1);
    let streets = Streets::new(crossing().build(), &Profile::rider());
    assert_eq!(streets.n_points((10.0, 0.0)), 5);
}

#[test]
fn how_near_a_junction_must_lie_is_told_where_it_matters() {
    let streets = Streets::new(crossing().build(), &Profile::rider());
    let network = streets.network();
    let doubt = |x_m| streets.join(&network, (x_m, 0.0), true).doubt.is_some();
    let told = [5.0, 19.0, 21.0, 24.0, 26.0, 29.0, 31.0].map(doubt);
    assert_eq!(told, [false, false, true, true, true, true, false]);
    // On a street that may be ridden both ways nothing hangs on it.
    assert_eq!(streets.join(&network, (-24.0, 0.0), true).doubt, None);
}

#[test]
fn barriers_gates_and_streets_closed_on_foot_are_not_walked() {
    let back = |change: &dyn Fn(&mut Town)| {
        let mut town = crossing();
        change(&mut town);
        let streets = Streets::new(town.build(), &Profile::rider());
        streets.times((10.0, 0.0), Direction::From)[3]
    };
    let on_node = |facts: NodeFacts| move |town: &mut Town| town.standing.push((0, facts.clone()));
    let barrier = |barrier| NodeFacts {
        barrier: Some(barrier),
        ..NodeFacts::default()
    };
    let walked = Some(84 + 1_000);
    assert_eq!(back(&|_| ()), walked);
    // A bollard stops nobody; a gate is a plan's to shut, and a kissing gate stops the bike.
    assert_eq!(back(&on_node(barrier(Barrier::Bollard))), walked);
    for barred in [
        barrier(Barrier::Gate),
        barrier(Barrier::KissingGate),
        NodeFacts {
            access: access(AccessKey::Foot, AccessValue::No),
            ..NodeFacts::default()
        },
    ] {
        let time = back(&on_node(barred.clone()));
        assert!(time.is_none_or(|time| time > 2_000), "{barred:?}: {time:?}");
    }
    let no_walking = |town: &mut Town| {
        town.streets[0].2.access = access(AccessKey::Foot, AccessValue::No);
    };
    assert!(back(&no_walking) > Some(2_000));
    // Who stands on the junction walks nothing.
    let mut town = crossing();
    no_walking(&mut town);
    let streets = Streets::new(town.build(), &Profile::rider());
    assert_eq!(streets.times((0.5, 0.0), Direction::From)[3], Some(1_005));
}

#[test]
fn a_place_on_the_street_enters_no_compound_and_one_inside_does_not_leave_it_on_foot() {
    // A private drive from the crossing to a street of its own way out, far away.
    let mut town = crossing();
    let inside = town.node(300.0, -300.0);
    let private = WayFacts {
        class: RoadClass::Service,
        access: access(AccessKey::Access, AccessValue::Private),
        ..WayFacts::default()
    };
    town.street(0, inside, private.clone());
    town.street(inside, 4, private);
    let streets = Streets::new(town.build(), &Profile::rider());
    let network = streets.network();
    let place = streets.join(&network, (10.0, 0.0), false).place;
    let compounds: Vec<bool> = place
        .points()
        .map(|(point, _)| streets.graph.edge_compound(point.edge).is_some())
        .collect();
    assert_eq!(compounds, [false; 5]);
    // By the streets it is entered at once all the same, as the gate policy says.
    let from = streets.times((0.0, 0.0), Direction::From);
    assert_eq!(from[inside], Some(1_273), "424 m at 12 km/h");
}

#[test]
fn junctions_beyond_a_junction_are_walked_to_as_well() {
    // Two carriageways 16 m apart, joined by a piece of street that leads north only.
    let mut town = Town::default();
    let nodes: Vec<usize> = [
        (-400.0, 0.0),
        (0.0, 0.0),
        (400.0, 0.0),
        (-400.0, 16.0),
        (0.0, 16.0),
        (400.0, 16.0),
    ]
    .into_iter()
    .map(|(x, y)| town.node(x, y))
    .collect();
    for (a, b) in [(0, 1), (1, 2), (5, 4), (4, 3), (1, 4)] {
        town.street(nodes[a], nodes[b], one_way(Oneway::Forward));
    }
    let streets = Streets::new(town.build(), &Profile::rider());
    // At the northern node, the southern carriageway is 13.4 s away on foot.
    for at in [(0.0, 16.0), (0.0, 15.95), (0.05, 16.0), (-0.05, 16.0)] {
        let from = streets.times(at, Direction::From);
        let east = from[nodes[2]].unwrap();
        assert!((933..=936).contains(&east), "{at:?}: {east}");
    }
}

#[test]
fn where_a_street_only_goes_on_is_no_junction() {
    // One way in two pieces, both one-way; then the second both ways.
    let mut town = Town::default();
    let [a, b, c] = [0.0, 300.0, 600.0].map(|x| town.node(x, 0.0));
    town.street(a, b, one_way(Oneway::Forward));
    town.street(b, c, one_way(Oneway::Forward));
    let streets = Streets::new(town.build(), &Profile::rider());
    assert_eq!(streets.n_points((310.0, 0.0)), 1);
    town.streets[0].2 = WayFacts::default();
    let streets = Streets::new(town.build(), &Profile::rider());
    assert_eq!(streets.n_points((310.0, 0.0)), 3);
    assert_eq!(
        streets.times((310.0, 0.0), Direction::From)[a],
        Some(84 + 600)
    );
}

#[test]
fn a_place_is_no_way_from_another_on_its_spot() {
    let streets = Streets::new(crossing().build(), &Profile::rider());
    let network = streets.network();
    let spot = (-100.0, 80.0);
    let walked = streets.join(&network, spot, true).place;
    assert!(walked.access > TravelTime::from_secs(60));
    let delayed = walked.clone().with_delay(TravelTime::from_secs(90));
    let across = streets.join(&network, (-100.0, -80.0), true).place;
    let on_street = Place::on_street(&network, walked.point, at((-100.0, 0.0)));
    let places = [walked, delayed, across, on_street];
    let limit = TravelTime::from_mins(15);
    let secs = |a: usize, b: usize| {
        let row = rows_from(&network, &places[a..=a], &places, limit);
        let time = row.row(0).iter().find(|e| NodeId::new(e.0).index() == b);
        let back = rows_towards(&network, &places[b..=b], &places, limit);
        let same = back.row(0).iter().find(|e| NodeId::new(e.0).index() == a);
        assert_eq!(time.map(|e| e.1), same.map(|e| e.1));
        let mut space = SearchSpace::default();
        let path = Path::between(&network, &mut space, &places[a], &places[b], limit);
        assert_eq!(time.map(|e| e.1), path.as_ref().map(Path::time));
        time.unwrap().1.as_secs_f64()
    };
    assert!((secs(0, 0) - 0.0).abs() < 1e-9);
    // A start delay is no way and counts.
    assert!((secs(0, 1) - 90.0).abs() < 1e-9);
    // On the other side of the street one walks twice.
    assert!((secs(0, 2) - 133.4).abs() < 0.3, "{}", secs(0, 2));
    assert!((secs(0, 3) - 66.7).abs() < 0.2, "{}", secs(0, 3));
}

#[test]
fn speeds_of_these_tests_are_those_of_the_profiles() {
    let residential = WayFacts::default();
    let [forward, _] =
        graph::verdict::of_way(&Profile::rider(), &Policies::default(), &residential);
    assert_eq!(
        forward.open().map(|way| way.speed),
        Speed::from_mm_per_s(5_000)
    );
    let on_edge = StreetPoint {
        edge: EdgeId::new(0),
        offset: Length::ZERO,
    };
    assert_eq!(Place::new(on_edge, TravelTime::ZERO).points().count(), 1);
}
