use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use units::{LngLat, Outline};

use crate::{Ranking, ZoneId};

/// A part of the study area for which indicators are reported: a 街道, a 社区, a traffic zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Id in its source.
    pub id: String,
    /// Name; the id when the source names none.
    pub name: String,
    /// Where it is.
    pub outline: Outline,
    /// Its place in an order of zones, such as that of their incomes; `None` when the source has
    /// none.
    pub rank: Option<Ranking>,
}

/// All zones of a plan; where zones overlap, the first one counts.
#[derive(Clone, Debug, Default)]
pub struct Zones {
    zones: Vec<Zone>,
    boxes: RTree<GeomWithData<Rectangle<[i32; 2]>, ZoneId>>,
}

impl Zones {
    /// From zones in order; a zone's [`ZoneId`] is its index.
    ///
    /// Cost: n log n.
    pub fn new(zones: Vec<Zone>) -> Self {
        let boxes = zones
            .iter()
            .enumerate()
            .filter_map(|(index, zone)| {
                let bounding_box = zone.outline.bounding_box()?;
                let (sw, ne) = (bounding_box.south_west(), bounding_box.north_east());
                let corners = ([sw.lng_e7(), sw.lat_e7()], [ne.lng_e7(), ne.lat_e7()]);
                let rectangle = Rectangle::from_corners(corners.0, corners.1);
                Some(GeomWithData::new(rectangle, ZoneId::from_index(index)))
            })
            .collect();
        Self {
            zones,
            boxes: RTree::bulk_load(boxes),
        }
    }

    /// All of them, in order.
    pub fn zones(&self) -> &[Zone] {
        &self.zones
    }

    /// The zone with an id.
    pub fn zone(&self, id: ZoneId) -> &Zone {
        &self.zones[id.index()]
    }

    /// Number of zones.
    pub fn n_zones(&self) -> usize {
        self.zones.len()
    }

    /// The zone that holds a position; the first of several.
    ///
    /// Cost: linear in the corners of the zones whose boxes hold it.
    pub fn zone_of(&self, position: LngLat) -> Option<ZoneId> {
        let point = AABB::from_point([position.lng_e7(), position.lat_e7()]);
        self.boxes
            .locate_in_envelope_intersecting(&point)
            .map(|found| found.data)
            .filter(|&id| self.zone(id).outline.contains(position))
            .min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use units::BoundingBox;

    #[test]
    fn the_first_of_overlapping_zones_counts() {
        let at = |lng, lat| LngLat::from_degrees(lng, lat).unwrap();
        let zone = |id: &str, west, east| Zone {
            id: id.to_owned(),
            name: id.to_owned(),
            outline: Outline::of_box(&BoundingBox::of([at(west, 0.0), at(east, 1.0)]).unwrap())
                .unwrap(),
            rank: None,
        };
        let zones = Zones::new(vec![zone("a", 0.0, 2.0), zone("b", 1.0, 3.0)]);
        let name = |lng| {
            zones
                .zone_of(at(lng, 0.5))
                .map(|id| zones.zone(id).id.as_str())
        };
        assert_eq!(name(0.5), Some("a"));
        assert_eq!(name(1.5), Some("a"));
        assert_eq!(name(2.5), Some("b"));
        assert_eq!(name(3.5), None);
        assert_eq!(zones.n_zones(), 2);
    }
}
