use city::{AreaKind, Backdrop};
use units::LngLat;

use crate::layer::{Feature, Shape, Tag, TileLayer, doubled_area};
use crate::world::{WorldPoint, project};

/// The layer `backdrop`: water, green and buildings, with `kind`, `name` and `levels` where mapped.
///
/// Cost: linear in the corners, and for areas of several rings in rings times corners.
pub fn backdrop(backdrop: &Backdrop) -> TileLayer {
    let features = (0..)
        .zip(backdrop.areas())
        .filter_map(|(id, area)| {
            let (kind, from_zoom) = match area.kind {
                AreaKind::Water => ("water", 0),
                AreaKind::Green => ("green", 10),
                AreaKind::Building => ("building", 14),
            };
            let mut tags = vec![("kind", Tag::Text(kind.to_owned()))];
            if let Some(name) = area.name {
                tags.push(("name", Tag::Text(name.to_owned())));
            }
            if let Some(levels) = area.levels {
                tags.push(("levels", Tag::Whole(levels.into())));
            }
            Feature::new(id, from_zoom, Shape::Area(wound(area.rings())), tags)
        })
        .collect();
    TileLayer::new("backdrop", features)
}

/// Rings of any winding, inside by odd and even, as outer rings each followed by its holes.
fn wound<'a>(rings: impl ExactSizeIterator<Item = &'a [LngLat]>) -> Vec<Vec<WorldPoint>> {
    let rings: Vec<Vec<WorldPoint>> = rings
        .filter(|ring| ring.len() > 2)
        .map(|ring| ring.iter().map(|&corner| project(corner)).collect())
        .collect();
    // Which rings hold the first corner of each ring.
    let holders: Vec<Vec<usize>> = (0..rings.len())
        .map(|inner| {
            (0..rings.len())
                .filter(|&outer| outer != inner && holds(&rings[outer], rings[inner][0]))
                .collect()
        })
        .collect();
    let mut ordered = Vec::with_capacity(rings.len());
    for outer in 0..rings.len() {
        if holders[outer].len() % 2 == 1 {
            continue;
        }
        ordered.push(turned(rings[outer].clone(), true));
        for hole in 0..rings.len() {
            // A hole belongs to the innermost outer ring around it.
            let depth = holders[hole].len();
            if depth == holders[outer].len() + 1 && holders[hole].contains(&outer) {
                ordered.push(turned(rings[hole].clone(), false));
            }
        }
    }
    ordered
}

fn turned(mut ring: Vec<WorldPoint>, outer: bool) -> Vec<WorldPoint> {
    if (doubled_area(&ring) > 0.0) != outer {
        ring.reverse();
    }
    ring
}

/// Whether a ring surrounds a point, by crossings of a ray.
fn holds(ring: &[WorldPoint], point: WorldPoint) -> bool {
    let next = ring.iter().cycle().skip(1);
    let crossings = ring.iter().zip(next).filter(|(a, b)| {
        (a.y > point.y) != (b.y > point.y)
            && point.x < (b.x - a.x) * (point.y - a.y) / (b.y - a.y) + a.x
    });
    crossings.count() % 2 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(low: f64, high: f64) -> Vec<LngLat> {
        [(low, low), (high, low), (high, high), (low, high)]
            .map(|(lng, lat)| LngLat::from_degrees(lng, lat).unwrap())
            .to_vec()
    }

    #[test]
    fn a_lake_with_an_island_with_a_pond() {
        let rings = [square(3.0, 4.0), square(0.0, 9.0), square(1.0, 8.0)];
        let ordered = wound(rings.iter().map(Vec::as_slice));
        // The pond comes first since it is first in the list; the lake is followed by its island.
        let signs: Vec<bool> = ordered.iter().map(|r| doubled_area(r) > 0.0).collect();
        assert_eq!(signs, [true, true, false]);
        assert!(doubled_area(&ordered[1]).abs() > doubled_area(&ordered[2]).abs());
    }
}
