use std::collections::BTreeMap;

use rstar::primitives::{GeomWithData, Rectangle};
use rstar::{AABB, RTree};
use units::{LngLat, Outline};

use crate::{Demand, ZoneId};

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

/// Two zones that overlap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ZoneOverlap {
    /// The zone that stands first; places in both are counted in it.
    pub first: ZoneId,
    /// The other.
    pub second: ZoneId,
    /// All places of the first lie in the second.
    pub first_lies_within: bool,
    /// All places of the second lie in the first.
    pub second_lies_within: bool,
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
        self.holding(position).min()
    }

    /// All zones that hold a position, in order: several where zones overlap.
    ///
    /// Cost: as [`zone_of`](Self::zone_of).
    pub fn zones_of(&self, position: LngLat) -> Vec<ZoneId> {
        let mut zones: Vec<ZoneId> = self.holding(position).collect();
        zones.sort_unstable();
        zones
    }

    fn holding(&self, position: LngLat) -> impl Iterator<Item = ZoneId> {
        let point = AABB::from_point([position.lng_e7(), position.lat_e7()]);
        self.boxes
            .locate_in_envelope_intersecting(&point)
            .map(|found| found.data)
            .filter(move |&id| self.zone(id).outline.contains(position))
    }

    /// Zones that overlap, judged by places, each with a weight such as a length of street: pairs
    /// that share at least a hundredth of what the lighter of them holds, the earlier zone first.
    /// Borders that were drawn a little over each other are no overlap.
    ///
    /// Cost: linear in the places, times the corners of the zones near each.
    pub fn overlaps(&self, places: impl IntoIterator<Item = (LngLat, Demand)>) -> Vec<ZoneOverlap> {
        let mut holds = vec![Demand::ZERO; self.n_zones()];
        let mut shared: BTreeMap<(ZoneId, ZoneId), Demand> = BTreeMap::new();
        for (position, weight) in places {
            let zones = self.zones_of(position);
            for (place, &zone) in zones.iter().enumerate() {
                holds[zone.index()] = holds[zone.index()] + weight;
                for &other in &zones[place + 1..] {
                    let sum = shared.entry((zone, other)).or_default();
                    *sum = *sum + weight;
                }
            }
        }
        let overlap = |((first, second), shared): ((ZoneId, ZoneId), Demand)| {
            let lighter = holds[first.index()].min(holds[second.index()]);
            let least = u128::from(lighter.as_thousandths());
            let part = 100 * u128::from(shared.as_thousandths());
            (shared > Demand::ZERO && part >= least).then(|| ZoneOverlap {
                first,
                second,
                first_lies_within: shared == holds[first.index()],
                second_lies_within: shared == holds[second.index()],
            })
        };
        shared.into_iter().filter_map(overlap).collect()
    }
}

/// The place of something in an order; only the order counts, not the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranking(pub i64);

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
        let everywhere = (0..300).map(|i| (at(f64::from(i) / 100.0, 0.5), Demand::from_units(1)));
        let overlaps = zones.overlaps(everywhere.clone());
        assert_eq!(overlaps.len(), 1);
        assert!(!overlaps[0].first_lies_within && !overlaps[0].second_lies_within);
        let nested = Zones::new(vec![zone("a", 0.0, 2.0), zone("b", 0.5, 1.5)]);
        let overlaps = nested.overlaps(everywhere.clone());
        assert_eq!(overlaps.len(), 1);
        assert!(!overlaps[0].first_lies_within && overlaps[0].second_lies_within);
        assert_eq!(nested.zones_of(at(1.0, 0.5)).len(), 2);
        // Drawn a little over each other.
        let beside = Zones::new(vec![zone("a", 0.0, 1.005), zone("b", 1.0, 3.0)]);
        assert_eq!(beside.overlaps(everywhere), []);
    }
}
