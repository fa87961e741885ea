//! Squares and other areas that one walks across: their rings are streets, and so is the straight
//! way between two entrances that see each other.
//!
//! An entrance is a corner of the area that some other street names. The straight ways are no
//! streets of the map: they carry [`WayFlags::ACROSS_AREA`], so that they are travelled but never
//! counted as street. Areas with very many corners are walked round only, and counted.

use std::collections::BTreeMap;

use city::{FindingKind, OsmId};
use graph::{RoadClass, WayFacts, WayFlags};
use rayon::prelude::*;
use units::LngLat;

use crate::budget::Budget;
use crate::ids::number_of;
use crate::read::{Across, Extract, WayStreet};
use crate::wire::as_u64;
use crate::{ImportError, areas, network};

/// Areas with more corners than this are walked round only: who draws them so fine has drawn what
/// stands in the way, and the pairs of their entrances would outnumber the streets of a town.
const MOST_CORNERS: usize = 100;

/// What a straight way takes: itself, an edge with its arcs, and what sorts them.
const WAY_BYTES: u64 = 256;

/// What was doubted.
type Found = Vec<(FindingKind, OsmId)>;

/// An area with its rings as dense nodes, the last one not given again.
struct Area {
    id: OsmId,
    /// The ways of the rings, by place in the extract.
    ways: Vec<u32>,
    rings: Vec<Vec<u32>>,
    street: WayStreet,
}

impl Area {
    fn n_corners(&self) -> usize {
        self.rings.iter().map(Vec::len).sum()
    }

    fn corners(&self) -> impl Iterator<Item = u32> + '_ {
        self.rings.iter().flatten().copied()
    }
}

/// Finds the straight ways across all areas, in the order of areas; what was doubted.
///
/// # Errors
/// When they could take more memory than the file may: thousands of areas over the same hundred
/// corners.
///
/// Cost: linear in the streets, and for each area the pairs of its entrances by its corners.
pub(crate) fn across(extract: &mut Extract, memory: &mut Budget) -> Result<Found, ImportError> {
    let (areas, mut findings) = walked_areas(extract);
    let named = Entrances::of(extract, &areas);
    let entrances: Vec<Vec<(usize, usize)>> = areas.par_iter().map(|area| named.at(area)).collect();
    let n_pairs: u64 = areas
        .iter()
        .zip(&entrances)
        .filter(|(area, _)| area.n_corners() <= MOST_CORNERS)
        .map(|(_, entrances)| as_u64(entrances.len() * entrances.len() / 2))
        .sum();
    memory.add(n_pairs.saturating_mul(WAY_BYTES))?;
    let found: Vec<Option<Vec<(u32, u32)>>> = areas
        .par_iter()
        .zip(&entrances)
        .map(|(area, entrances)| {
            if entrances.len() < 2 {
                return Some(Vec::new());
            }
            (area.n_corners() <= MOST_CORNERS).then(|| seen(extract, area, entrances))
        })
        .collect();
    let mut facts_of: BTreeMap<u32, u32> = BTreeMap::new();
    let mut all = Vec::new();
    for (area, pairs) in areas.iter().zip(found) {
        let Some(pairs) = pairs else {
            findings.push((FindingKind::AreaWithManyCorners, area.id));
            continue;
        };
        if pairs.is_empty() {
            continue;
        }
        let facts = *facts_of.entry(area.street.facts).or_insert_with(|| {
            let facts = crossed(&extract.facts[units::index(area.street.facts)]);
            extract.facts.push(facts);
            number_of(extract.facts.len() - 1)
        });
        let street = WayStreet {
            facts,
            ..area.street
        };
        let way = extract.ways[units::index(area.ways[0])].id;
        all.extend(pairs.into_iter().map(|ends| Across { way, ends, street }));
    }
    extract.across = all;
    Ok(findings)
}

/// What holds on the way across: what holds on the ring, but for its direction.
fn crossed(ring: &WayFacts) -> WayFacts {
    WayFacts {
        oneway: None,
        oneway_for: Vec::new(),
        flags: ring.flags.with(WayFlags::ACROSS_AREA),
        ..ring.clone()
    }
}

/// Closed ways and relations that are walked, by id, ways first.
fn walked_areas(extract: &Extract) -> (Vec<Area>, Found) {
    let is_walked = |facts: &WayFacts| {
        facts.flags.contains(WayFlags::AREA)
            && !matches!(facts.class, RoadClass::Ferry | RoadClass::Elevator)
    };
    let mut areas: Vec<Area> = Vec::new();
    for (at, way) in (0_u32..).zip(&extract.ways) {
        let Some(street) = way.street.filter(|_| !way.is_border) else {
            continue;
        };
        let nodes = &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)];
        let is_closed = nodes.len() > 3 && nodes.first() == nodes.last();
        if is_closed && is_walked(&extract.facts[units::index(street.facts)]) {
            areas.push(Area {
                id: OsmId::Way(way.id),
                ways: vec![at],
                rings: vec![nodes[1..].to_vec()],
                street,
            });
        }
    }
    areas.sort_by_key(|area| area.id);
    let mut findings = Vec::new();
    for (&id, relation) in &extract.relations {
        let Some(street) = relation.street else {
            continue;
        };
        let border = relation.border.iter();
        let ways: Vec<u32> = border
            .filter_map(|&(way, _)| extract.way_ids.find(way))
            .collect();
        let rings = areas::rings(extract, &relation.border);
        let id = OsmId::Relation(id);
        let is_told = relation.extra.area.is_some() || relation.extra.admin_level.is_some();
        if !rings.is_complete && !is_told {
            findings.push((FindingKind::BrokenArea, id));
        }
        // Half a border hides what stands in the way.
        let is_whole = rings.is_complete && !ways.is_empty();
        if is_whole && is_walked(&extract.facts[units::index(street.facts)]) {
            areas.push(Area {
                id,
                ways,
                rings: rings.all,
                street,
            });
        }
    }
    // An area with a corner outside the file cannot be looked across.
    areas.retain(|area| area.corners().all(|node| extract.positions.is_there(node)));
    (areas, findings)
}

/// Which streets name the corners of areas: node and way, sorted.
struct Entrances(Vec<(u32, u32)>);

impl Entrances {
    fn of(extract: &Extract, areas: &[Area]) -> Self {
        if areas.is_empty() {
            return Self(Vec::new());
        }
        let mut is_corner = vec![false; extract.positions.len()];
        for node in areas.iter().flat_map(Area::corners) {
            is_corner[units::index(node)] = true;
        }
        let mut named = Vec::new();
        for (at, way) in (0_u32..).zip(&extract.ways) {
            if way.street.is_some() {
                let nodes = &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)];
                let corners = nodes.iter().filter(|&&node| is_corner[units::index(node)]);
                named.extend(corners.map(|&node| (node, at)));
            }
        }
        named.sort_unstable();
        named.dedup();
        Self(named)
    }

    /// Corners of an area that a street other than its own rings names: ring, place in it.
    fn at(&self, area: &Area) -> Vec<(usize, usize)> {
        let is_entrance = |node: u32| {
            let from = self.0.partition_point(|&(named, _)| named < node);
            let ways = self.0[from..]
                .iter()
                .take_while(|&&(named, _)| named == node);
            ways.map(|&(_, way)| way)
                .any(|way| !area.ways.contains(&way))
        };
        let corners = |ring: usize| (0..area.rings[ring].len()).map(move |place| (ring, place));
        (0..area.rings.len())
            .flat_map(corners)
            .filter(|&(ring, place)| is_entrance(area.rings[ring][place]))
            .collect()
    }
}

/// A position in twice its 1e-7 degrees, so that the middle of two is one as well.
type Doubled = (i64, i64);

fn doubled(position: LngLat) -> Doubled {
    (
        2 * i64::from(position.lng_e7()),
        2 * i64::from(position.lat_e7()),
    )
}

/// The pairs of entrances that see each other across the area and are no neighbours on a ring.
fn seen(extract: &Extract, area: &Area, entrances: &[(usize, usize)]) -> Vec<(u32, u32)> {
    let position = |node: u32| extract.positions.get(node).expect("all corners are there");
    let rings: Vec<Vec<Doubled>> = area
        .rings
        .iter()
        .map(|ring| ring.iter().map(|&node| doubled(position(node))).collect())
        .collect();
    let mut pairs = Vec::new();
    for (i, &a) in entrances.iter().enumerate() {
        for &b in &entrances[i + 1..] {
            let n = rings[a.0].len();
            let are_neighbours = a.0 == b.0 && ((a.1 + 1) % n == b.1 || (b.1 + 1) % n == a.1);
            let nodes = [a, b].map(|(ring, place)| area.rings[ring][place]);
            let is_far = network::is_too_far(position(nodes[0]), position(nodes[1]));
            if nodes[0] != nodes[1] && !are_neighbours && !is_far && sees(&rings, a, b) {
                pairs.push((nodes[0], nodes[1]));
            }
        }
    }
    pairs
}

/// Which side of the line from `a` to `b` a position lies on: 1 left, -1 right, 0 on the line.
fn side(a: Doubled, b: Doubled, p: Doubled) -> i64 {
    let wide = |v: i64| i128::from(v);
    let turn = wide(b.0 - a.0) * wide(p.1 - a.1) - wide(b.1 - a.1) * wide(p.0 - a.0);
    i64::try_from(turn.signum()).expect("a sign")
}

/// Whether the straight line between two corners runs inside the area all the way, touching no
/// side and no other corner.
fn sees(rings: &[Vec<Doubled>], a: (usize, usize), b: (usize, usize)) -> bool {
    let (p, q) = (rings[a.0][a.1], rings[b.0][b.1]);
    let between = |v: i64, s: i64, t: i64| s.min(t) <= v && v <= s.max(t);
    for (r, ring) in rings.iter().enumerate() {
        for (place, &c) in ring.iter().enumerate() {
            let next = (place + 1) % ring.len();
            let d = ring[next];
            // A corner on the line stands in the way.
            let is_end = (r, place) == a || (r, place) == b;
            let in_box = between(c.0, p.0, q.0) && between(c.1, p.1, q.1);
            if !is_end && in_box && side(p, q, c) == 0 {
                return false;
            }
            let touches = [a, b]
                .iter()
                .any(|&end| end == (r, place) || end == (r, next));
            if !touches && side(p, q, c) * side(p, q, d) < 0 && side(c, d, p) * side(c, d, q) < 0 {
                return false;
            }
        }
    }
    is_inside(rings, (p.0.midpoint(q.0), p.1.midpoint(q.1)))
}

/// Even-odd rule.
fn is_inside(rings: &[Vec<Doubled>], p: Doubled) -> bool {
    let mut inside = false;
    for ring in rings {
        for (place, &c) in ring.iter().enumerate() {
            let d = ring[(place + 1) % ring.len()];
            if (c.1 > p.1) != (d.1 > p.1) {
                let (low, high) = if c.1 < d.1 { (c, d) } else { (d, c) };
                inside ^= side(low, high, p) > 0;
            }
        }
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A square of ten with a hole of two in its middle.
    fn with_hole() -> Vec<Vec<Doubled>> {
        let square = [(0, 0), (10, 0), (10, 10), (0, 10)];
        let hole = [(4, 4), (6, 4), (6, 6), (4, 6)];
        [square, hole]
            .map(|ring| ring.map(|(x, y)| (2 * x, 2 * y)).to_vec())
            .to_vec()
    }

    #[test]
    fn a_hole_blocks_the_sight() {
        let all = with_hole();
        let (south_west, north_east) = ((0, 0), (0, 2));
        assert!(!sees(&all, south_west, north_east));
        assert!(sees(&all[..1], south_west, north_east));
        // To the hole, but not through it.
        assert!(sees(&all, south_west, (1, 0)) && sees(&all, south_west, (1, 1)));
        assert!(!sees(&all, south_west, (1, 2)));
    }

    #[test]
    fn nobody_looks_round_a_corner_or_through_the_outside() {
        // An L open to the north-east, and a U open to the north.
        let l = [(0, 0), (10, 0), (10, 4), (4, 4), (4, 10), (0, 10)];
        let l = vec![l.map(|(x, y)| (2 * x, 2 * y)).to_vec()];
        assert!(!sees(&l, (0, 2), (0, 4)), "through the outside");
        assert!(!sees(&l, (0, 1), (0, 4)), "round the corner");
        assert!(sees(&l, (0, 0), (0, 3)));
        let u = [
            (0, 0),
            (10, 0),
            (10, 10),
            (8, 10),
            (8, 2),
            (2, 2),
            (2, 10),
            (0, 10),
        ];
        let u = vec![u.map(|(x, y)| (2 * x, 2 * y)).to_vec()];
        assert!(!sees(&u, (0, 2), (0, 7)), "over the gap");
        assert!(!sees(&u, (0, 3), (0, 6)), "along the two rims");
        assert!(sees(&u, (0, 0), (0, 4)), "under the gap");
    }
}
