use rstar::RTree;
use rstar::primitives::GeomWithData;
use units::{Length, LngLat, LocalPlane};

use crate::{Facility, FacilityId};

/// An R-tree of facilities in the local plane: which ones stand near a position, by straight
/// distance.
///
/// For looking things up (duplicates, names for gaps); coverage is decided on the streets.
#[derive(Clone, Debug)]
pub struct FacilityIndex {
    plane: LocalPlane,
    tree: RTree<GeomWithData<[f64; 2], FacilityId>>,
}

impl FacilityIndex {
    /// Indexes facilities on a plane that touches the earth near them.
    ///
    /// Cost: n log n.
    pub fn new(facilities: &[Facility], plane: LocalPlane) -> Self {
        let points = facilities
            .iter()
            .enumerate()
            .map(|(index, facility)| {
                let point = plane.project(facility.position);
                GeomWithData::new([point.x_m, point.y_m], FacilityId::from_index(index))
            })
            .collect();
        Self {
            plane,
            tree: RTree::bulk_load(points),
        }
    }

    /// The nearest facility and its straight distance; of equally near ones the one with the lower
    /// id.
    ///
    /// Cost: logarithmic.
    pub fn nearest(&self, position: LngLat) -> Option<(FacilityId, Length)> {
        let point = self.plane.project(position);
        let mut nearest = self
            .tree
            .nearest_neighbor_iter_with_distance_2(&[point.x_m, point.y_m]);
        let (first, squared) = nearest.next()?;
        let tied = nearest.take_while(|&(_, other)| other <= squared);
        let id = tied
            .map(|(found, _)| found.data)
            .chain([first.data])
            .min()?;
        Some((id, Length::from_m_f64(squared.sqrt())))
    }

    /// The facilities within a straight distance, the distance included, in ascending order of
    /// ids.
    ///
    /// Cost: logarithmic, plus the facilities found.
    pub fn within(&self, position: LngLat, radius: Length) -> Vec<(FacilityId, Length)> {
        let point = self.plane.project(position);
        // Half a millimetre more, since the distance handed back is rounded to millimetres.
        let radius_m = radius.as_m_f64() + 0.000_5;
        let mut found: Vec<(FacilityId, Length)> = self
            .tree
            .locate_within_distance([point.x_m, point.y_m], radius_m * radius_m)
            .map(|found| {
                let [x_m, y_m] = *found.geom();
                let distance_m = point.distance_m(units::PlanePoint { x_m, y_m });
                (found.data, Length::from_m_f64(distance_m))
            })
            .filter(|&(_, distance)| distance <= radius)
            .collect();
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FacilityKind;
    use proptest::prelude::*;
    use units::PlanePoint;

    proptest! {
        #[test]
        fn as_brute_force(
            points in prop::collection::vec((-40_i32..40, -40_i32..40), 1..40),
            x in -40_i32..40, y in -40_i32..40, radius in 0_u32..600
        ) {
            let plane = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
            let position = |(x, y): (i32, i32)| plane.unproject(PlanePoint { x_m: f64::from(x) * 10.0, y_m: f64::from(y) * 10.0 });
            let facilities: Vec<Facility> = points
                .iter()
                .map(|&point| Facility::new("x", FacilityKind::WarmStation, position(point)))
                .collect();
            let index = FacilityIndex::new(&facilities, plane);
            let here = position((x, y));
            let all: Vec<(FacilityId, Length)> = facilities
                .iter()
                .enumerate()
                .map(|(i, facility)| (FacilityId::from_index(i), plane.distance(here, facility.position)))
                .collect();
            let radius = Length::from_m(radius);
            let near: Vec<_> = all.iter().copied().filter(|&(_, d)| d <= radius).collect();
            prop_assert_eq!(index.within(here, radius), near);
            let best = all.iter().map(|&(_, d)| d).min().unwrap();
            let (_, distance) = index.nearest(here).unwrap();
            prop_assert_eq!(distance, best);
        }
    }
}
