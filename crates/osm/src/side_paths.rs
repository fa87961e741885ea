//! Side paths tied to the streets beside them, where the map may lack the connection.
//!
//! Lanes for e-bikes are often drawn as ways of their own beside the carriageway, and seldom tied
//! to it. How much that matters is shown by tying them everywhere and looking at what changes: each
//! node of a side path to the nearest piece of a street, each end or crossing of streets to the
//! nearest piece of a side path, both on one layer and within a radius. The links are ways of
//! their own with [`WayFlags::INFERRED_LINK`]; they are closed until a plan opens them.

use std::collections::BTreeSet;

use graph::{Policies, Profile, RoadClass, WayFacts, WayFlags, verdict};
use rayon::prelude::*;
use units::{Length, LngLat, LocalPlane, nearest_to_center};

use crate::ids::{IdIndex, number_of};
use crate::read::{Extract, Way, WayStreet};
use crate::survey::{Grid, Piece};

/// Nearer to the end of a piece than this, a link ends there.
const CORNER_M: f64 = 0.5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    SidePath,
    Street,
}

/// A link from a node to a point of a piece.
#[derive(Clone, Copy, Debug)]
struct Link {
    from: u32,
    /// Where the piece begins in the pool of the ways' nodes.
    first: u32,
    /// How far along the piece: 0 at its beginning, 1 at its end.
    along: f64,
    at: LngLat,
}

/// Adds the links to the extract; how many there are.
///
/// Cost: n log n in the nodes, and the pieces within the radius of each.
pub(crate) fn link(extract: &mut Extract, grid: &Grid, radius: Length) -> u64 {
    let roles = roles(extract);
    let links = links(extract, grid, &roles, radius);
    add(extract, &links)
}

/// What each way is; `None` for what is neither a side path nor a public street, and for bridges
/// and tunnels, which pass what they cross.
fn roles(extract: &Extract) -> Vec<Option<Role>> {
    let rider = Profile::rider();
    let policies = Policies::default();
    let of_facts: Vec<Option<Role>> = extract
        .facts
        .iter()
        .map(|facts| role(&rider, &policies, facts))
        .collect();
    let role = |way: &Way| of_facts[units::index(way.street?.facts)];
    extract.ways.iter().map(role).collect()
}

fn role(rider: &Profile, policies: &Policies, facts: &WayFacts) -> Option<Role> {
    let lifted = [WayFlags::BRIDGE, WayFlags::TUNNEL, WayFlags::COVERED];
    if lifted.iter().any(|&flag| facts.flags.contains(flag)) {
        return None;
    }
    let ridden = verdict::of_way(rider, policies, facts)
        .into_iter()
        .filter_map(verdict::Verdict::open)
        .any(|open| !open.is_push && open.inside.is_none());
    match facts.class {
        _ if !ridden => None,
        RoadClass::Cycleway | RoadClass::Path | RoadClass::Footway => Some(Role::SidePath),
        RoadClass::Ferry
        | RoadClass::Steps
        | RoadClass::Track
        | RoadClass::Pedestrian
        | RoadClass::Motorway
        | RoadClass::MotorwayLink => None,
        _ => Some(Role::Street),
    }
}

fn links(extract: &Extract, grid: &Grid, roles: &[Option<Role>], radius: Length) -> Vec<Link> {
    let n_nodes = extract.positions.len();
    let mut on_side_path = vec![false; n_nodes];
    let mut on_street = vec![false; n_nodes];
    // Ends of streets, and nodes that streets name more than once.
    let mut is_crossing = vec![false; n_nodes];
    for (way, role) in extract.ways.iter().zip(roles) {
        let nodes = &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)];
        for &node in nodes {
            let at = units::index(node);
            match role {
                Some(Role::SidePath) => on_side_path[at] = true,
                Some(Role::Street) => {
                    is_crossing[at] |= on_street[at];
                    on_street[at] = true;
                }
                None => {}
            }
        }
        if let (Some(Role::Street), Some(&first), Some(&last)) = (role, nodes.first(), nodes.last())
        {
            is_crossing[units::index(first)] = true;
            is_crossing[units::index(last)] = true;
        }
    }
    let layers = layers(extract, roles);
    (0..n_nodes)
        .into_par_iter()
        .filter_map(|at| {
            let wanted = match (on_side_path[at], on_street[at]) {
                (true, false) => Role::Street,
                (false, true) if is_crossing[at] => Role::SidePath,
                _ => return None,
            };
            let node = u32::try_from(at).expect("nodes are numbered in 32 bits");
            let from = extract.positions.get(node)?;
            let link = nearest(extract, grid, roles, radius, (from, layers[at]), wanted)?;
            // A node of both is a connection that the map has.
            let corners = [link.first, link.first + 1].map(|at| extract.refs[units::index(at)]);
            let is_joined = corners.into_iter().any(|corner| {
                let at = units::index(corner);
                on_side_path[at] && on_street[at] && extract.positions.get(corner) == Some(link.at)
            });
            (!is_joined).then_some(Link { from: node, ..link })
        })
        .collect()
}

/// The layer of each node of a side path or street: that of the first such way.
fn layers(extract: &Extract, roles: &[Option<Role>]) -> Vec<i8> {
    let mut layers = vec![0; extract.positions.len()];
    for (way, role) in extract.ways.iter().zip(roles).rev() {
        let (Some(street), Some(_)) = (way.street, role) else {
            continue;
        };
        let layer = extract.facts[units::index(street.facts)].layer;
        for &node in &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)] {
            layers[units::index(node)] = layer;
        }
    }
    layers
}

/// The nearest point of a piece with the wanted role, the first of equals; no wall or fence may
/// stand between.
fn nearest(
    extract: &Extract,
    grid: &Grid,
    roles: &[Option<Role>],
    radius: Length,
    (from, layer): (LngLat, i8),
    wanted: Role,
) -> Option<Link> {
    let plane = LocalPlane::at(from);
    let mut best: Option<(f64, Link)> = None;
    let near = grid.near(from, radius.as_m_f64());
    for number in near.iter().copied() {
        let (way, first) = grid.place_of(number);
        if roles[units::index(way)] != Some(wanted) || grid.layer(number) != Some(layer) {
            continue;
        }
        let piece = grid.piece(extract, units::index(number));
        let (a, b) = (plane.project(piece.a), plane.project(piece.b));
        let (along, point) = nearest_to_center(a, b);
        let distance_m = point.x_m.hypot(point.y_m);
        let is_nearer = best.is_none_or(|(nearest_m, _)| distance_m < nearest_m);
        if distance_m <= radius.as_m_f64() && is_nearer {
            // A cut beside a corner would leave a piece of no length.
            let at = if point.distance_m(a) < CORNER_M {
                piece.a
            } else if point.distance_m(b) < CORNER_M {
                piece.b
            } else {
                plane.unproject(point)
            };
            let link = Link {
                from: 0,
                first,
                along,
                at,
            };
            best = Some((distance_m, link));
        }
    }
    let (_, link) = best?;
    let way = Piece::between(from, link.at);
    let is_walled = near
        .iter()
        .filter(|&&number| grid.is_wall(number))
        .any(|&number| grid.piece(extract, units::index(number)).crosses(&way));
    (!is_walled).then_some(link)
}

/// Ids of what the file does not hold, from the far end of what the format can name.
struct Inferred(i64);

impl Inferred {
    /// An id that is not known yet.
    fn next(&mut self, known: &IdIndex) -> i64 {
        loop {
            self.0 += 1;
            if known.find(self.0).is_none() {
                return self.0;
            }
        }
    }
}

/// Cuts pieces where links end, and adds the links as ways, one between the same two nodes; how many.
fn add(extract: &mut Extract, links: &[Link]) -> u64 {
    let mut ids = Inferred(i64::MIN);
    let mut order: Vec<usize> = (0..links.len()).collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&links[a], &links[b]);
        (a.first.cmp(&b.first)).then(a.along.total_cmp(&b.along))
    });
    // The node that each link ends at; new ones in the order of their pieces.
    let mut ends = vec![0; links.len()];
    let mut cuts: Vec<(u32, u32)> = Vec::new();
    for &number in &order {
        let link = &links[number];
        let first = units::index(link.first);
        let corners = [extract.refs[first], extract.refs[first + 1]];
        let at_corner = corners
            .into_iter()
            .find(|&corner| extract.positions.get(corner) == Some(link.at));
        let at_last_cut = cuts.last().filter(|&&(first, node)| {
            first == link.first && extract.positions.get(node) == Some(link.at)
        });
        ends[number] = match (at_corner, at_last_cut) {
            (Some(corner), _) => corner,
            (None, Some(&(_, node))) => node,
            (None, None) => {
                let node = extract.node_ids.add(ids.next(&extract.node_ids));
                extract.positions.add(link.at);
                cuts.push((link.first, node));
                node
            }
        };
    }
    cut(extract, &cuts);
    let facts = number_of(extract.facts.len());
    extract.facts.push(WayFacts {
        class: RoadClass::Path,
        flags: WayFlags::INFERRED_LINK,
        ..WayFacts::default()
    });
    let mut added = BTreeSet::new();
    for (link, &end) in links.iter().zip(&ends) {
        if !added.insert((link.from.min(end), link.from.max(end))) {
            continue;
        }
        let from = number_of(extract.refs.len());
        extract.refs.extend([link.from, end]);
        let id = ids.next(&extract.way_ids);
        extract.way_ids.add(id);
        extract.ways.push(Way {
            id,
            refs: (from, from + 2),
            street: Some(WayStreet { facts, name: None }),
            ..Way::default()
        });
    }
    crate::count(added.len())
}

/// Puts nodes into the pieces that they cut; `cuts` are in order along each piece.
fn cut(extract: &mut Extract, cuts: &[(u32, u32)]) {
    for at in 0..extract.ways.len() {
        let (from, to) = extract.ways[at].refs;
        // Cuts are sorted by piece, and the pieces of a way lie together.
        let low = cuts.partition_point(|&(first, _)| first < from);
        let high = cuts.partition_point(|&(first, _)| first < to);
        if low == high {
            continue;
        }
        let begin = number_of(extract.refs.len());
        let mut rest = cuts[low..high].iter().peekable();
        for place in from..to {
            let node = extract.refs[units::index(place)];
            extract.refs.push(node);
            while let Some((_, node)) = rest.next_if(|&&(first, _)| first == place) {
                extract.refs.push(*node);
            }
        }
        extract.ways[at].refs = (begin, number_of(extract.refs.len()));
    }
}
