//! Walked areas as the slow router sees them: rings, entrances, and straight ways between those
//! that see each other; written from the specification, with nothing of the import.

use std::collections::{BTreeMap, BTreeSet};

use osmpbfreader::{OsmId, Relation, Tags};

use crate::slow_tags::{class_of, is_street, tag};

/// Nodes and tags of a way.
type RawWays = BTreeMap<i64, (Vec<i64>, Tags)>;

/// A walked area.
pub(crate) struct Area {
    /// The ways of its rings, the one that it is named after first.
    ways: Vec<i64>,
    rings: Vec<Vec<i64>>,
    tags: Tags,
}

/// All walked areas, ways first; the borders of relations become streets.
pub(crate) fn areas(
    ways: &RawWays,
    relations: &BTreeMap<i64, Relation>,
    streets: &mut BTreeMap<i64, Tags>,
) -> Vec<Area> {
    let mut areas = Vec::new();
    for (id, (nodes, tags)) in ways {
        let closed = nodes.len() > 3 && nodes.first() == nodes.last();
        let walked = is_street(tags) && !matches!(class_of(tags), "ferry" | "elevator");
        if closed && walked && tag(tags, "area") == Some("yes") {
            areas.push(Area {
                ways: vec![*id],
                rings: vec![nodes[1..].to_vec()],
                tags: tags.clone(),
            });
        }
    }
    for relation in relations.values() {
        let tags = &relation.tags;
        let walked = is_street(tags) && class_of(tags) != "ferry";
        if tag(tags, "type") != Some("multipolygon") || !walked {
            continue;
        }
        let mut border: Vec<(i64, bool)> = Vec::new();
        for member in &relation.refs {
            if let OsmId::Way(way) = member.member {
                border.push((way.0, member.role == "inner"));
            }
        }
        let known: Vec<i64> = border
            .iter()
            .map(|b| b.0)
            .filter(|id| ways.contains_key(id))
            .collect();
        for id in &known {
            streets.entry(*id).or_insert_with(|| tags.clone());
        }
        let mut rings = Vec::new();
        let mut whole = known.len() == border.len() && !known.is_empty();
        for hole in [false, true] {
            let lines = border
                .iter()
                .filter(|b| b.1 == hole && ways.contains_key(&b.0));
            whole &= join(lines.map(|b| ways[&b.0].0.clone()).collect(), &mut rings);
        }
        if whole && class_of(tags) != "elevator" {
            areas.push(Area {
                ways: known,
                rings,
                tags: tags.clone(),
            });
        }
    }
    areas
}

/// Joins lines into rings; says whether none was left over.
fn join(mut lines: Vec<Vec<i64>>, rings: &mut Vec<Vec<i64>>) -> bool {
    lines.retain(|line| line.len() > 1);
    let mut whole = true;
    while !lines.is_empty() {
        let mut ring = lines.remove(0);
        while ring.first() != ring.last() {
            let tip = *ring.last().unwrap();
            let next = lines
                .iter()
                .position(|line| line[0] == tip || line.last() == Some(&tip));
            let Some(next) = next else { break };
            let mut line = lines.remove(next);
            if line[0] != tip {
                line.reverse();
            }
            ring.extend(&line[1..]);
        }
        if ring.first() == ring.last() {
            ring.pop();
            rings.push(ring);
        } else {
            whole = false;
        }
    }
    whole
}

/// Straight ways: the way that they are named after, their ends, and their tags.
pub(crate) fn across(
    areas: &[Area],
    streets: &BTreeMap<i64, Tags>,
    ways: &RawWays,
    positions: &BTreeMap<i64, (f64, f64)>,
) -> Vec<(i64, [i64; 2], Tags)> {
    let mut named: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for id in streets.keys() {
        for node in &ways[id].0 {
            named.entry(*node).or_default().insert(*id);
        }
    }
    let mut found = Vec::new();
    for area in areas {
        let n_corners: usize = area.rings.iter().map(Vec::len).sum();
        let all_there = area
            .rings
            .iter()
            .flatten()
            .all(|n| positions.contains_key(n));
        if n_corners > 100 || !all_there {
            continue;
        }
        let mut tags = area.tags.clone();
        tags.retain(|key, _| key != "oneway" && !key.starts_with("oneway:"));
        let rings: Vec<Vec<(f64, f64)>> = area
            .rings
            .iter()
            .map(|ring| ring.iter().map(|n| positions[n]).collect())
            .collect();
        let mut entrances = Vec::new();
        for (r, ring) in area.rings.iter().enumerate() {
            for (i, node) in ring.iter().enumerate() {
                if named[node].iter().any(|way| !area.ways.contains(way)) {
                    entrances.push((r, i));
                }
            }
        }
        for (k, &(r, i)) in entrances.iter().enumerate() {
            for &(s, j) in &entrances[k + 1..] {
                let n = area.rings[r].len();
                let beside = r == s && (i.abs_diff(j) == 1 || i.abs_diff(j) == n - 1);
                let ends = [area.rings[r][i], area.rings[s][j]];
                if ends[0] != ends[1] && !beside && sight(&rings, (r, i), (s, j)) {
                    found.push((area.ways[0], ends, tags.clone()));
                }
            }
        }
    }
    found
}

/// Whether nothing of the rings lies on the open line between two corners, and its middle inside.
fn sight(rings: &[Vec<(f64, f64)>], a: (usize, usize), b: (usize, usize)) -> bool {
    let (p, q) = (rings[a.0][a.1], rings[b.0][b.1]);
    let (ux, uy) = (q.0 - p.0, q.1 - p.1);
    // Positions are whole 1e-7 degrees.
    let close = 1e-9;
    for (r, ring) in rings.iter().enumerate() {
        for i in 0..ring.len() {
            let j = (i + 1) % ring.len();
            let (c, d) = (ring[i], ring[j]);
            let (vx, vy) = (d.0 - c.0, d.1 - c.1);
            let cross = ux * vy - uy * vx;
            let (wx, wy) = (c.0 - p.0, c.1 - p.1);
            // The corner c on the line, away from its ends.
            let off = (ux * wy - uy * wx) / ux.hypot(uy);
            let along = (ux * wx + uy * wy) / (ux * ux + uy * uy);
            if (r, i) != a && (r, i) != b && off.abs() < close && (0.0..=1.0).contains(&along) {
                return false;
            }
            if [a, b].iter().any(|&e| e == (r, i) || e == (r, j))
                || cross.abs() < f64::EPSILON * close
            {
                continue;
            }
            let t = (wx * vy - wy * vx) / cross;
            let s = (wx * uy - wy * ux) / cross;
            if t > 0.0 && t < 1.0 && s > 0.0 && s < 1.0 {
                return false;
            }
        }
    }
    let middle = (f64::midpoint(p.0, q.0), f64::midpoint(p.1, q.1));
    // Even-odd along a line to the east.
    let mut inside = false;
    for ring in rings {
        for i in 0..ring.len() {
            let (c, d) = (ring[i], ring[(i + 1) % ring.len()]);
            if (c.1 > middle.1) != (d.1 > middle.1) {
                let x = c.0 + (middle.1 - c.1) / (d.1 - c.1) * (d.0 - c.0);
                inside ^= x > middle.0;
            }
        }
    }
    inside
}
