use rstar::RTree;
use rstar::primitives::GeomWithData;
use units::{Length, LngLat, LocalPlane};

use crate::{Facility, FacilityId};

/// An R-tree of facilities in the local plane: which ones stand near a position, by straight
/// distance.
///
/// For looking things up (duplicates, names for gaps); coverage is decided on the streets.
#[derive(Clone, Debug)]
pub(crate) struct FacilityIndex {
    plane: LocalPlane,
    tree: RTree<GeomWithData<[f64; 2], FacilityId>>,
}

impl FacilityIndex {
    /// Indexes facilities on a plane that touches the earth near them.
    ///
    /// Cost: n log n.
    pub(crate) fn new(facilities: &[Facility], plane: LocalPlane) -> Self {
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
    pub(crate) fn nearest(&self, position: LngLat) -> Option<(FacilityId, Length)> {
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
            x in -40_i32..40, y in -40_i32..40,
        ) {
            let plane = LocalPlane::at(LngLat::from_degrees(114.05, 22.54).unwrap());
            let position = |(x, y): (i32, i32)| plane.unproject(PlanePoint { x_m: f64::from(x) * 10.0, y_m: f64::from(y) * 10.0 });
            let facilities: Vec<Facility> = points
                .iter()
                .map(|&point| Facility::new("x", FacilityKind::WarmStation, position(point)))
                .collect();
            let index = FacilityIndex::new(&facilities, plane);
            let here = position((x, y));
            let nearest = facilities
                .iter()
                .enumerate()
                .map(|(i, facility)| (plane.distance(here, facility.position), FacilityId::from_index(i)))
                .min()
                .unwrap();
            let (id, distance) = index.nearest(here).unwrap();
            prop_assert_eq!((distance, id), nearest);
        }
    }
}
