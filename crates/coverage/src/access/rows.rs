use std::num::NonZeroU32;

use rayon::prelude::*;
use reach::{Network, rows_towards};
use units::{TravelTime, index};

use crate::{DemandId, FacilityId, Linkage, OpenSet};

/// A facility and the time it takes to get there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowEntry {
    /// Time from the demand point, access at both ends included.
    pub time: TravelTime,
    /// The facility.
    pub facility: FacilityId,
}

/// **The primary result** of a service and a profile: for each demand point the facilities within
/// the largest limit asked, by ascending time.
///
/// Nearest, second, k-th, any hour, any closure, capacity and siting are folds over these rows,
/// never new searches. Times run *towards* the facility: a rider must get there.
/// Of two facilities equally far the one with the lower id comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    limit: TravelTime,
    n_facilities: usize,
    first: Vec<usize>,
    entries: Vec<RowEntry>,
}

impl Rows {
    /// Searches from every facility, against the arcs.
    ///
    /// Unlinked facilities and unlinked demand have empty rows.
    ///
    /// Cost: one bounded search for each linked facility, then n log n in the entries; spread over
    /// the rayon pool. 8 bytes for each pair within the limit, twice that while building.
    pub fn search(
        network: &Network<'_>,
        facilities: &Linkage,
        demand: &Linkage,
        limit: TravelTime,
    ) -> Self {
        let (facility_of_row, facility_places) = facilities.linked();
        let (point_of_column, demand_places) = demand.linked();
        let found = rows_towards(network, &facility_places, &demand_places, limit);
        let mut first = vec![0_usize; demand.n_places() + 1];
        for &(column, _) in found.rows().flatten() {
            first[point_of_column[index(column)] + 1] += 1;
        }
        for point in 0..demand.n_places() {
            first[point + 1] += first[point];
        }
        let nobody = RowEntry {
            time: TravelTime::ZERO,
            facility: FacilityId::new(0),
        };
        let mut entries = vec![nobody; found.n_pairs()];
        let mut next = first.clone();
        for (&facility, row) in facility_of_row.iter().zip(found.rows()) {
            let facility = FacilityId::from_index(facility);
            for &(column, time) in row {
                let point = point_of_column[index(column)];
                entries[next[point]] = RowEntry { time, facility };
                next[point] += 1;
            }
        }
        let mut rows = Self {
            limit,
            n_facilities: facilities.n_places(),
            first,
            entries,
        };
        rows.sort();
        rows
    }

    /// From entries known otherwise (a test, a stored result), one list for each demand point in
    /// any order.
    ///
    /// Cost: n log n.
    pub fn from_entries(
        limit: TravelTime,
        n_facilities: usize,
        rows: impl IntoIterator<Item = Vec<RowEntry>>,
    ) -> Self {
        let mut first = vec![0];
        let mut entries = Vec::new();
        for row in rows {
            entries.extend(row.into_iter().filter(|entry| entry.time <= limit));
            first.push(entries.len());
        }
        let mut rows = Self {
            limit,
            n_facilities,
            first,
            entries,
        };
        rows.sort();
        rows
    }

    fn sort(&mut self) {
        let mut rest = self.entries.as_mut_slice();
        let mut slices = Vec::with_capacity(self.first.len());
        for range in self.first.windows(2) {
            let (row, tail) = rest.split_at_mut(range[1] - range[0]);
            slices.push(row);
            rest = tail;
        }
        slices.into_par_iter().for_each(<[RowEntry]>::sort_unstable);
    }

    /// The largest limit asked; later facilities are not in the rows.
    pub fn limit(&self) -> TravelTime {
        self.limit
    }

    /// Number of facilities, linked or not.
    pub fn n_facilities(&self) -> usize {
        self.n_facilities
    }

    /// Number of demand points, linked or not.
    pub fn n_points(&self) -> usize {
        self.first.len() - 1
    }

    /// Number of pairs within the limit.
    pub fn n_pairs(&self) -> usize {
        self.entries.len()
    }

    /// The facilities of a demand point, by ascending time.
    pub fn row(&self, point: DemandId) -> &[RowEntry] {
        &self.entries[self.first[point.index()]..self.first[point.index() + 1]]
    }

    /// The open facilities of a demand point, by ascending time.
    pub fn open_row<'a>(
        &'a self,
        point: DemandId,
        open: &'a OpenSet,
    ) -> impl Iterator<Item = RowEntry> + 'a {
        self.row(point)
            .iter()
            .copied()
            .filter(|entry| open.contains(entry.facility))
    }

    /// The nearest open facility.
    ///
    /// Cost: linear in the closed facilities that are nearer.
    pub fn nearest(&self, point: DemandId, open: &OpenSet) -> Option<RowEntry> {
        self.open_row(point, open).next()
    }

    /// The `k`-th nearest open facility, the nearest being the first.
    ///
    /// Cost: linear in the facilities up to it.
    pub fn kth(&self, point: DemandId, k: NonZeroU32, open: &OpenSet) -> Option<RowEntry> {
        let skip = FacilityId::new(k.get() - 1).index();
        self.open_row(point, open).nth(skip)
    }

    /// How many open facilities lie within a limit.
    ///
    /// Cost: linear in them.
    pub fn n_within(&self, point: DemandId, limit: TravelTime, open: &OpenSet) -> usize {
        self.open_row(point, open)
            .take_while(|entry| entry.time <= limit)
            .count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(facility: u32, secs: u32) -> RowEntry {
        RowEntry {
            time: TravelTime::from_secs(secs),
            facility: FacilityId::new(facility),
        }
    }

    #[test]
    fn rows_are_sorted_and_fold_over_open_facilities() {
        let rows = Rows::from_entries(
            TravelTime::from_secs(100),
            4,
            [
                vec![entry(2, 30), entry(0, 60), entry(1, 30), entry(3, 101)],
                vec![],
            ],
        );
        let point = DemandId::new(0);
        assert_eq!(rows.row(point), [entry(1, 30), entry(2, 30), entry(0, 60)]);
        let all = OpenSet::all(4);
        assert_eq!(rows.nearest(point, &all), Some(entry(1, 30)));
        let fewer = all.without(FacilityId::new(1));
        assert_eq!(rows.nearest(point, &fewer), Some(entry(2, 30)));
        let two = NonZeroU32::new(2).unwrap();
        assert_eq!(rows.kth(point, two, &fewer), Some(entry(0, 60)));
        assert_eq!(rows.n_within(point, TravelTime::from_secs(30), &all), 2);
        assert_eq!(rows.nearest(DemandId::new(1), &all), None);
        assert_eq!(
            (rows.n_points(), rows.n_pairs(), rows.n_facilities()),
            (2, 3, 4)
        );
    }
}
