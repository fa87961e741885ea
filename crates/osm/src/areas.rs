//! Places, backdrop and boundaries: ways and relations that are areas, with a point inside each.

use std::collections::BTreeMap;

use city::{
    AreaKind, AreaSpec, Backdrop, Boundaries, Boundary, FindingKind, OsmId, Places, PlacesBuilder,
    TooMuch,
};
use rayon::prelude::*;
use units::{LngLat, Outline, Polygon, Ring};

use crate::read::{Extra, Extract, Tags, Way};

/// Rings of an area, as positions or as nodes, and whether every border line closed.
pub(crate) struct Rings<T> {
    pub(crate) all: Vec<Vec<T>>,
    /// How many of them, from the first, are outer ones.
    n_outer: usize,
    pub(crate) is_complete: bool,
}

/// What one way or relation gives.
struct Found<'a> {
    id: OsmId,
    extra: &'a Extra,
    rings: Rings<LngLat>,
    /// For places that are no areas: a point of the line.
    on_line: Option<LngLat>,
}

/// Everything that is not a street.
pub(crate) struct Areas {
    pub(crate) places: Places,
    pub(crate) backdrop: Backdrop,
    pub(crate) boundaries: Boundaries,
    pub(crate) findings: Vec<(FindingKind, OsmId)>,
}

/// Assembles places, backdrop and boundaries.
///
/// # Errors
/// When they hold more than one city can.
pub(crate) fn assemble(extract: &Extract) -> Result<Areas, TooMuch> {
    let mut ways: Vec<(&Way, &Extra)> = extract
        .ways
        .iter()
        .filter_map(|way| Some((way, way.extra.as_deref()?)))
        .collect();
    ways.sort_by_key(|(way, _)| way.id);
    let from_ways: Vec<Found<'_>> = ways
        .par_iter()
        .with_min_len(256)
        .map(|(way, extra)| of_way(extract, way, extra))
        .collect();
    let relations: Vec<_> = extract.relations.iter().collect();
    let from_relations: Vec<Found<'_>> = relations
        .par_iter()
        .map(|(id, relation)| Found {
            id: OsmId::Relation(**id),
            extra: &relation.extra,
            rings: rings_of(extract, &relation.border),
            on_line: None,
        })
        .collect();
    let all = || from_ways.iter().chain(&from_relations);

    let mut findings = Vec::new();
    for found in all() {
        let is_area = found.extra.area.is_some() || found.extra.admin_level.is_some();
        if is_area && !found.rings.is_complete {
            findings.push((FindingKind::BrokenArea, found.id));
        }
    }
    Ok(Areas {
        places: places(extract, all())?,
        backdrop: backdrop(all())?,
        boundaries: boundaries(all()),
        findings,
    })
}

fn places<'a>(
    extract: &'a Extract,
    all: impl Iterator<Item = &'a Found<'a>>,
) -> Result<Places, TooMuch> {
    let mut places = PlacesBuilder::new();
    let mut add = |id, position, tags: &Tags| {
        let tags = tags.iter();
        places.add(id, position, tags.map(|(k, v)| (k.as_str(), v.as_str())));
    };
    for (&id, (position, tags)) in &extract.place_nodes {
        add(OsmId::Node(id), *position, tags);
    }
    for found in all {
        let Some(tags) = &found.extra.place else {
            continue;
        };
        let position = point_inside(&found.rings.all).or(found.on_line);
        if let Some(position) = position {
            add(found.id, position, tags);
        }
    }
    places.finish()
}

fn backdrop<'a>(all: impl Iterator<Item = &'a Found<'a>>) -> Result<Backdrop, TooMuch> {
    let order = |kind: AreaKind| match kind {
        AreaKind::Green => 0,
        AreaKind::Water => 1,
        AreaKind::Building => 2,
    };
    let mut areas: Vec<(AreaKind, &Found<'_>)> = all
        .filter(|found| !found.rings.all.is_empty())
        .filter_map(|found| Some((found.extra.area?, found)))
        .collect();
    // In the order of drawing; within a kind by id.
    areas.sort_by_key(|(kind, found)| (order(*kind), found.id));
    Backdrop::new(areas.iter().map(|(kind, found)| AreaSpec {
        id: found.id,
        kind: *kind,
        name: found.extra.name.as_deref(),
        levels: found.extra.levels,
        rings: &found.rings.all,
    }))
}

fn boundaries<'a>(all: impl Iterator<Item = &'a Found<'a>>) -> Boundaries {
    let mut boundaries: Vec<Boundary> = all
        .filter_map(|found| {
            let admin_level = found.extra.admin_level?;
            let (outer, holes) = found.rings.all.split_at(found.rings.n_outer);
            let ring = |corners: &Vec<LngLat>| Ring::new(corners.iter().copied()).ok();
            let holes: Vec<Ring> = holes.iter().filter_map(ring).collect();
            let polygons: Vec<Polygon> = outer
                .iter()
                .filter_map(ring)
                .map(|outer| {
                    let inside = |hole: &&Ring| outer.contains(hole.corners()[0]);
                    let holes = holes.iter().filter(inside).cloned().collect();
                    Polygon::new(outer, holes)
                })
                .collect();
            (!polygons.is_empty()).then(|| Boundary {
                id: found.id,
                name: found.extra.name.clone().unwrap_or_default(),
                name_en: found.extra.name_en.clone(),
                admin_level,
                outline: Outline::new(polygons),
                is_complete: found.rings.is_complete,
            })
        })
        .collect();
    boundaries.sort_by_key(|boundary| (boundary.admin_level, boundary.id));
    Boundaries { all: boundaries }
}

fn of_way<'a>(extract: &Extract, way: &Way, extra: &'a Extra) -> Found<'a> {
    let nodes = &extract.refs[units::index(way.refs.0)..units::index(way.refs.1)];
    let positions: Vec<LngLat> = nodes
        .iter()
        .filter_map(|&node| extract.positions.get(node))
        .collect();
    let is_closed = nodes.len() > 3 && nodes.first() == nodes.last();
    let is_complete = positions.len() == nodes.len();
    let on_line = positions.get(positions.len() / 2).copied();
    let mut ring = positions;
    ring.dedup();
    if ring.len() > 1 && ring.first() == ring.last() {
        ring.pop();
    }
    let is_area = is_closed && ring.len() >= 3;
    Found {
        id: OsmId::Way(way.id),
        extra,
        rings: Rings {
            all: if is_area { vec![ring] } else { Vec::new() },
            n_outer: usize::from(is_area),
            is_complete: is_complete && is_area,
        },
        on_line,
    }
}

/// The rings that the border ways of a relation make, outer ones first; those with a node outside
/// the file are left out.
fn rings_of(extract: &Extract, border: &[(i64, bool)]) -> Rings<LngLat> {
    let rings = rings(extract, border);
    let mut is_complete = rings.is_complete;
    let mut n_outer = 0;
    let mut all = Vec::with_capacity(rings.all.len());
    for (i, nodes) in rings.all.iter().enumerate() {
        let positions: Option<Vec<LngLat>> = nodes
            .iter()
            .map(|&node| extract.positions.get(node))
            .collect();
        match positions.filter(|ring| ring.len() >= 3) {
            Some(ring) => {
                n_outer += usize::from(i < rings.n_outer);
                all.push(ring);
            }
            None => is_complete = false,
        }
    }
    Rings {
        all,
        n_outer,
        is_complete,
    }
}

/// The rings that the border ways of a relation make, outer ones first, each node once.
pub(crate) fn rings(extract: &Extract, border: &[(i64, bool)]) -> Rings<u32> {
    let mut rings = Vec::new();
    let mut is_complete = true;
    let mut n_outer = 0;
    for is_hole in [false, true] {
        let mut lines = Vec::new();
        for &(way, _) in border.iter().filter(|(_, hole)| *hole == is_hole) {
            match extract.way_ids.find(way) {
                Some(at) => {
                    let way = &extract.ways[units::index(at)];
                    lines.push(&extract.refs[units::index(way.refs.0)..units::index(way.refs.1)]);
                }
                None => is_complete = false,
            }
        }
        let (closed, all_closed) = join(&lines);
        is_complete &= all_closed;
        rings.extend(closed);
        if !is_hole {
            n_outer = rings.len();
        }
    }
    Rings {
        all: rings,
        n_outer,
        is_complete,
    }
}

/// Joins lines end to end into rings; says whether every line became part of one.
///
/// Where more than two lines meet, the one that comes first is taken.
fn join(lines: &[&[u32]]) -> (Vec<Vec<u32>>, bool) {
    let mut by_end: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut is_used = vec![false; lines.len()];
    for (i, line) in lines.iter().enumerate() {
        match (line.first(), line.last()) {
            (Some(first), Some(last)) if line.len() > 1 => {
                by_end.entry(*first).or_default().push(i);
                by_end.entry(*last).or_default().push(i);
            }
            _ => is_used[i] = true,
        }
    }
    // Taken from the back: the line that comes first is taken first, and each look-up is final.
    for lines_here in by_end.values_mut() {
        lines_here.reverse();
    }
    let mut rings = Vec::new();
    let mut all_closed = true;
    for begin in 0..lines.len() {
        if std::mem::replace(&mut is_used[begin], true) {
            continue;
        }
        let mut ring: Vec<u32> = lines[begin].to_vec();
        loop {
            let tip = ring[ring.len() - 1];
            if tip == ring[0] {
                ring.pop();
                rings.push(ring);
                break;
            }
            let here = by_end.get_mut(&tip);
            let next = here
                .and_then(|here| std::iter::from_fn(|| here.pop()).find(|&line| !is_used[line]));
            let Some(next) = next else {
                all_closed = false;
                break;
            };
            is_used[next] = true;
            let line = lines[next];
            if line[0] == tip {
                ring.extend_from_slice(&line[1..]);
            } else {
                ring.extend(line.iter().rev().skip(1));
            }
        }
    }
    (rings, all_closed)
}

/// A point inside an area (even-odd rule): the middle of the longest stretch inside on the line
/// half-way up; `None` without an area.
fn point_inside(rings: &[Vec<LngLat>]) -> Option<LngLat> {
    let lats = || rings.iter().flatten().map(|p| p.lat_e7());
    let (low, high) = (lats().min()?, lats().max()?);
    // Corners often lie on round latitudes; try a few heights until one has an inside.
    let height = i64::from(high) - i64::from(low);
    [8, 5, 11, 3, 13].into_iter().find_map(|part| {
        let lat = i64::from(low) + height * part / 16;
        let mut crossings: Vec<i64> = Vec::new();
        for ring in rings {
            for (i, a) in ring.iter().enumerate() {
                let b = ring[(i + 1) % ring.len()];
                let (ay, by) = (i64::from(a.lat_e7()), i64::from(b.lat_e7()));
                if (ay > lat) != (by > lat) {
                    let (ax, bx) = (i64::from(a.lng_e7()), i64::from(b.lng_e7()));
                    let step = i128::from(bx - ax) * i128::from(lat - ay) / i128::from(by - ay);
                    crossings.push(ax + i64::try_from(step).ok()?);
                }
            }
        }
        crossings.sort_unstable();
        let stretch = crossings
            .chunks_exact(2)
            .max_by_key(|pair| (pair[1] - pair[0], std::cmp::Reverse(pair[0])))
            .filter(|pair| pair[0] < pair[1])?;
        let lng = stretch[0].midpoint(stretch[1]);
        Some(LngLat::from_e7(
            i32::try_from(lng).ok()?,
            i32::try_from(lat).ok()?,
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_join_into_rings_whatever_their_direction() {
        let lines: [&[u32]; 4] = [&[1, 2, 3], &[5, 4, 3], &[5, 1], &[7, 8, 9, 7]];
        let (rings, all_closed) = join(&lines);
        assert_eq!(rings, [vec![1, 2, 3, 4, 5], vec![7, 8, 9]]);
        assert!(all_closed);
        let (rings, all_closed) = join(&[&[1, 2], &[2, 3]]);
        assert!(rings.is_empty() && !all_closed);
    }

    #[test]
    fn the_point_of_a_horseshoe_lies_on_the_iron() {
        let at = |x: i32, y: i32| LngLat::from_e7(x * 1_000, y * 1_000);
        // Open to the east: the middle of the box is outside.
        let ring = vec![
            at(0, 0),
            at(10, 0),
            at(10, 2),
            at(2, 2),
            at(2, 8),
            at(10, 8),
            at(10, 10),
            at(0, 10),
        ];
        let point = point_inside(std::slice::from_ref(&ring)).unwrap();
        assert!(Ring::new(ring).unwrap().contains(point), "{point}");
    }
}
