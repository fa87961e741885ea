use units::TravelTime;

use crate::{DemandId, FacilityId, Rows};

/// The cover relation, both ways: which facilities cover a demand point, and which demand points a
/// facility covers.
///
/// What siting and the ledger read. Both ways at once is how `pysal/spopt` keeps its models; ours
/// are two adjacency arrays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    first_facility: Vec<usize>,
    facilities: Vec<FacilityId>,
    first_point: Vec<usize>,
    points: Vec<DemandId>,
}

impl Cover {
    /// The pairs of the rows within a limit, the limit included.
    ///
    /// Cost: linear in the pairs.
    pub fn of(rows: &Rows, limit: TravelTime) -> Self {
        let mut first_facility = vec![0];
        let mut facilities = Vec::new();
        let mut first_point = vec![0; rows.n_facilities() + 1];
        for point in (0..rows.n_points()).map(DemandId::from_index) {
            let near = rows
                .row(point)
                .iter()
                .take_while(|entry| entry.time <= limit);
            let start = facilities.len();
            facilities.extend(near.map(|entry| entry.facility));
            facilities[start..].sort_unstable();
            for facility in &facilities[start..] {
                first_point[facility.index() + 1] += 1;
            }
            first_facility.push(facilities.len());
        }
        for facility in 0..rows.n_facilities() {
            first_point[facility + 1] += first_point[facility];
        }
        let mut next = first_point.clone();
        let mut points = vec![DemandId::new(0); facilities.len()];
        for point in 0..rows.n_points() {
            for facility in &facilities[first_facility[point]..first_facility[point + 1]] {
                points[next[facility.index()]] = DemandId::from_index(point);
                next[facility.index()] += 1;
            }
        }
        Self {
            first_facility,
            facilities,
            first_point,
            points,
        }
    }

    /// The facilities that cover a demand point, in ascending order.
    pub fn facilities_of(&self, point: DemandId) -> &[FacilityId] {
        let range = self.first_facility[point.index()]..self.first_facility[point.index() + 1];
        &self.facilities[range]
    }

    /// The demand points that a facility covers, in ascending order.
    pub fn points_of(&self, facility: FacilityId) -> &[DemandId] {
        let range = self.first_point[facility.index()]..self.first_point[facility.index() + 1];
        &self.points[range]
    }

    /// Number of pairs.
    pub fn n_pairs(&self) -> usize {
        self.facilities.len()
    }

    /// Number of facilities.
    pub fn n_facilities(&self) -> usize {
        self.first_point.len() - 1
    }

    /// Number of demand points.
    pub fn n_points(&self) -> usize {
        self.first_facility.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RowEntry;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_say_the_same(
            times in prop::collection::vec(prop::collection::vec(0_u32..100, 6), 0..20), limit in 0_u32..100
        ) {
            let rows = Rows::from_entries(TravelTime::from_secs(80), 6, times.iter().map(|row| {
                (0..).zip(row).map(|(facility, &secs)| RowEntry {
                    time: TravelTime::from_secs(secs),
                    facility: FacilityId::new(facility),
                }).collect()
            }));
            let cover = Cover::of(&rows, TravelTime::from_secs(limit));
            let mut n_pairs = 0;
            for (p, row) in times.iter().enumerate() {
                for (f, &secs) in row.iter().enumerate() {
                    let (point, facility) = (DemandId::from_index(p), FacilityId::from_index(f));
                    let covers = secs <= limit.min(80);
                    prop_assert_eq!(cover.facilities_of(point).contains(&facility), covers);
                    prop_assert_eq!(cover.points_of(facility).contains(&point), covers);
                    n_pairs += usize::from(covers);
                }
            }
            prop_assert_eq!(cover.n_pairs(), n_pairs);
        }
    }
}
