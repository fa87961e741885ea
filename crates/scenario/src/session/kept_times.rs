use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use coverage::{
    DemandId, EdgeAffected, FacilityId, Link, Linkage, OpenSet, RowEntry, Rows, ServiceStandard,
};
use units::TravelTime;

use crate::evaluate::state::State;
use crate::evaluate::travel_times::{Asking, TravelTimes};
use crate::session::base_streets::{BaseStreets, Column};

/// Travel times of a state from what a session keeps: rows of the facilities that stand where they
/// stood, a column for each of the others.
pub(crate) struct KeptTimes<'s, 'a> {
    streets: &'s BaseStreets<'a>,
    far: TravelTime,
    /// Of the facilities in the rows, those that stand where they stood.
    in_place: OpenSet,
    /// Of the others, by the facility's index.
    columns: BTreeMap<usize, Arc<Column>>,
}

impl<'s, 'a> KeptTimes<'s, 'a> {
    /// Times of `state`; `base` is the state that was searched, whose facilities it has in the same
    /// order, perhaps with more behind them.
    ///
    /// Cost: linear in the facilities; those that stand elsewhere are joined to the streets.
    pub(crate) fn new(
        streets: &'s BaseStreets<'a>,
        base: &State<'_>,
        state: &State<'_>,
        far: TravelTime,
    ) -> Self {
        let (before, now) = (base.facilities(), state.facilities());
        let stays = |index: usize| {
            let before = before.get(index);
            before.is_some_and(|before| {
                (before.position, before.start_delay)
                    == (now[index].position, now[index].start_delay)
            })
        };
        let moved = (0..now.len()).filter(|&index| !stays(index));
        Self {
            streets,
            far,
            columns: moved
                .map(|index| (index, streets.column(&now[index])))
                .collect(),
            in_place: OpenSet::from_fn(before.len(), |id| stays(id.index())),
        }
    }

    /// The open ones among the facilities that are not in the rows.
    fn open_columns(&self, open: &OpenSet) -> Vec<(FacilityId, &Column)> {
        let columns = self.columns.iter();
        columns
            .map(|(&index, column)| (FacilityId::from_index(index), &**column))
            .filter(|(id, _)| open.contains(*id))
            .collect()
    }
}

impl TravelTimes for KeptTimes<'_, '_> {
    fn far(&self) -> TravelTime {
        self.far
    }

    fn linkage(&self, of: Asking) -> &Linkage {
        self.streets.kept(of).0
    }

    fn link(&self, facility: usize) -> Option<&Link> {
        match self.columns.get(&facility) {
            Some(column) => column.link.as_ref(),
            None => self.streets.facilities.links()[facility].as_ref(),
        }
    }

    fn candidates(&self) -> &Linkage {
        self.streets.candidate_links()
    }

    fn times(&self, of: Asking, open: &OpenSet, required: NonZeroU32) -> Vec<Option<TravelTime>> {
        let (_, rows) = self.streets.kept(of);
        let kept = self.in_place.and(open);
        let tried = self.open_columns(open);
        let tried: Vec<&[Option<TravelTime>]> = tried
            .iter()
            .map(|(_, column)| self.streets.times_to(column, of))
            .collect();
        let n_required = usize::try_from(required.get()).expect("a small count");
        let within_far = |time: &TravelTime| *time <= self.far;
        (0..rows.n_points())
            .map(|point| {
                let row = rows.open_row(DemandId::from_index(point), &kept);
                let row = row.map(|entry| entry.time);
                let tried = tried.iter().filter_map(|column| column[point]);
                if n_required == 1 {
                    return row.take(1).chain(tried).min().filter(within_far);
                }
                let mut times: Vec<TravelTime> = row.take(n_required).chain(tried).collect();
                times.sort_unstable();
                times.get(n_required - 1).copied().filter(within_far)
            })
            .collect()
    }

    /// Cost: n log n in the pairs.
    fn rows(&self, of: Asking, open: &OpenSet) -> Cow<'_, Rows> {
        let (_, rows) = self.streets.kept(of);
        let kept = self.in_place.and(open);
        let tried = self.open_columns(open);
        let tried: Vec<(FacilityId, &[Option<TravelTime>])> = tried
            .iter()
            .map(|&(id, column)| (id, self.streets.times_to(column, of)))
            .collect();
        let row = |point: usize| {
            let row = rows.open_row(DemandId::from_index(point), &kept);
            let tried = tried.iter().filter_map(|&(facility, column)| {
                let time = column[point]?;
                Some(RowEntry { time, facility })
            });
            row.chain(tried).collect()
        };
        let joined = (0..rows.n_points()).map(row);
        Cow::Owned(Rows::from_entries(self.far, open.n_facilities(), joined))
    }

    fn edge_affected(&self, limit: TravelTime) -> Arc<EdgeAffected> {
        self.streets.edge_affected(limit)
    }

    fn helped(&self, index: usize, standard: &ServiceStandard) -> Arc<Vec<bool>> {
        self.streets.helped(index, standard)
    }
}
