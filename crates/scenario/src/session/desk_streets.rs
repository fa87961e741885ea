use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use coverage::{
    Cover, Demand, DemandId, DemandSet, EdgeAffected, Facility, FacilityId, LinkOptions, LinkState,
    Linkage, OpenSet, RowEntry, Rows, ServiceStandard,
};
use reach::{Direction, Network, Place, PlaceLinks, SearchSpace, SnapIndex, row};
use units::TravelTime;

use crate::evaluate::{InDoubt, ScenarioStreets};
use crate::project::Project;

/// The streets of one profile kept ready on a desk: the demand joined to them, the rows of the
/// facilities that stand there, and the column of each place that was tried since.
pub(crate) struct DeskStreets<'a> {
    project: &'a Project,
    pub(crate) streets: ScenarioStreets<'a>,
    pub(crate) index: SnapIndex,
    pub(crate) link: LinkOptions,
    pub(crate) demand: Linkage,
    any_in_doubt: bool,
    /// The linked demand points, their places, and how a search towards a facility reads them.
    linked: Vec<usize>,
    places: Vec<Place>,
    links: PlaceLinks,
    pub(crate) facilities: Linkage,
    pub(crate) rows: Rows,
    edge_affected: Mutex<BTreeMap<TravelTime, Arc<EdgeAffected>>>,
    /// For each standard and limit the demand points that a facility left out outside could serve.
    helped: Mutex<BTreeMap<(usize, TravelTime), Arc<PerPoint>>>,
    columns: Mutex<BTreeMap<ColumnKey, Arc<Column>>>,
    covers: Mutex<BTreeMap<(TravelTime, TravelTime), Arc<Cover>>>,
}

/// One entry for each demand point.
type PerPoint = Vec<bool>;

/// Place and start delay of a facility: all that its column depends on.
type ColumnKey = (i32, i32, TravelTime);

/// The time from every demand point to one place, within the limit of the rows.
pub(crate) struct Column {
    pub(crate) state: LinkState,
    pub(crate) is_in_doubt: bool,
    pub(crate) times: Vec<Option<TravelTime>>,
}

/// Columns kept at most; a drag leaves one behind for every position it rested at.
const MOST_COLUMNS: usize = 128;

impl<'a> DeskStreets<'a> {
    /// Cost: one search for each facility.
    pub(crate) fn new(
        project: &'a Project,
        streets: ScenarioStreets<'a>,
        facilities: &[Facility],
        far: TravelTime,
    ) -> Self {
        let view = streets.view();
        let joined = view.link_facilities(facilities);
        let rows = Rows::search(&view.network, &joined, &view.demand, far);
        let (linked, places) = view.demand.linked();
        let links = PlaceLinks::new(&view.network, &places, Direction::Towards);
        let (index, link, demand) = (view.index, view.link, view.demand);
        Self {
            project,
            streets,
            index,
            link,
            any_in_doubt: demand.n_in_doubt() > 0,
            demand,
            linked,
            places,
            links,
            facilities: joined,
            rows,
            edge_affected: Mutex::default(),
            helped: Mutex::default(),
            columns: Mutex::default(),
            covers: Mutex::default(),
        }
    }

    /// Demand whose times hang on how near a junction must lie.
    pub(crate) fn in_doubt(&self, demand: &DemandSet) -> Demand {
        // Usually none of it, and nobody waits for that.
        let any = self
            .any_in_doubt
            .then(|| InDoubt::demand(demand, &self.demand));
        any.unwrap_or(Demand::ZERO)
    }

    /// Cost: linear in the arcs.
    pub(crate) fn network(&self) -> Network<'_> {
        Network::new(&self.project.city.streets, self.streets.metric().0)
    }

    /// Cells from which the border lies within a limit; found once for each limit.
    pub(crate) fn edge_affected(&self, limit: TravelTime) -> Arc<EdgeAffected> {
        let mut known = self
            .edge_affected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let found = known.entry(limit).or_insert_with(|| {
            Arc::new(EdgeAffected::of(
                &self.network(),
                &self.project.border,
                &self.project.demand,
                &self.demand,
                limit,
            ))
        });
        Arc::clone(found)
    }

    /// Which demand points a facility that the plan leaves out outside the study area could serve
    /// within a standard's limit; empty when there is none. Found once for each limit.
    pub(crate) fn helped(&self, index: usize, standard: &ServiceStandard) -> Arc<PerPoint> {
        let mut known = self.helped.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry((index, standard.limit)).or_insert_with(|| {
            let left_out = self.project.left_out_of(standard);
            if left_out.is_empty() {
                return Arc::default();
            }
            let network = self.network();
            let joined = Linkage::of_facilities(&network, &self.index, &left_out, self.link);
            let rows = Rows::search(&network, &joined, &self.demand, standard.limit);
            let points = (0..self.demand.n_places()).map(DemandId::from_index);
            Arc::new(points.map(|point| !rows.row(point).is_empty()).collect())
        });
        Arc::clone(found)
    }

    /// The time from every demand point to a facility that is not in the rows.
    ///
    /// Cost: one bounded search, once for each place.
    pub(crate) fn column(&self, facility: &Facility) -> Arc<Column> {
        let key = (
            facility.position.lng_e7(),
            facility.position.lat_e7(),
            facility.start_delay,
        );
        let lock = || self.columns.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        let network = self.network();
        let joined = Linkage::of_facilities(
            &network,
            &self.index,
            std::slice::from_ref(facility),
            self.link,
        );
        let mut times = vec![None; self.demand.n_places()];
        let link = joined.links()[0].as_ref();
        if let Some(link) = link {
            let mut space = SearchSpace::default();
            let limit = self.rows.limit();
            let row = row(
                &network,
                &link.place,
                &self.places,
                &self.links,
                limit,
                &mut space,
            );
            for (place, time) in row {
                times[self.linked[DemandId::new(place).index()]] = Some(time);
            }
        }
        let column = Arc::new(Column {
            state: LinkState::of(link),
            is_in_doubt: link.is_some_and(|link| link.is_in_doubt),
            times,
        });
        let mut columns = lock();
        if columns.len() >= MOST_COLUMNS {
            columns.clear();
        }
        columns.insert(key, Arc::clone(&column));
        column
    }

    /// Which demand points each candidate reaches within a limit, when using it takes at least
    /// `delay` on top of the way.
    ///
    /// Cost: one search for each candidate, once for each limit and delay.
    pub(crate) fn candidates(&self, limit: TravelTime, delay: TravelTime) -> Arc<Cover> {
        let mut known = self.covers.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.entry((limit, delay)).or_insert_with(|| {
            let candidates: Vec<Facility> = self
                .project
                .candidates
                .iter()
                .map(|candidate| candidate.as_facility(delay))
                .collect();
            let network = self.network();
            let joined = Linkage::of_facilities(&network, &self.index, &candidates, self.link);
            let rows = Rows::search(&network, &joined, &self.demand, limit);
            Arc::new(Cover::of(&rows, limit))
        });
        Arc::clone(found)
    }

    /// The rows of the facilities in `open`, and those of the columns, as one; `n_facilities` counts
    /// all.
    ///
    /// Cost: n log n in the pairs.
    pub(crate) fn joined_rows(
        &self,
        open: &OpenSet,
        columns: &[(usize, Arc<Column>)],
        n_facilities: usize,
        far: TravelTime,
    ) -> Rows {
        let row = |point: usize| {
            let kept = self.rows.open_row(DemandId::from_index(point), open);
            let tried = columns.iter().filter_map(|(index, column)| {
                Some(RowEntry {
                    time: column.times[point]?,
                    facility: FacilityId::from_index(*index),
                })
            });
            kept.chain(tried).collect()
        };
        let rows = (0..self.demand.n_places()).map(row);
        Rows::from_entries(far, n_facilities, rows)
    }

    /// For each demand point the time to the required number of facilities: those of the rows that
    /// are in `open`, and those of the columns.
    ///
    /// Cost: linear in the demand points and the columns.
    pub(crate) fn times(
        &self,
        open: &OpenSet,
        columns: &[(usize, Arc<Column>)],
        required: std::num::NonZeroU32,
        far: TravelTime,
    ) -> Vec<Option<TravelTime>> {
        let n_required = usize::try_from(required.get()).expect("a small count");
        let within_far = |time: &TravelTime| *time <= far;
        (0..self.demand.n_places())
            .map(|point| {
                let row = self
                    .rows
                    .open_row(DemandId::from_index(point), open)
                    .map(|entry| entry.time);
                let tried = columns.iter().filter_map(|(_, column)| column.times[point]);
                if n_required == 1 {
                    return row.take(1).chain(tried).min().filter(within_far);
                }
                let mut times: Vec<TravelTime> = row.take(n_required).chain(tried).collect();
                times.sort_unstable();
                times.get(n_required - 1).copied().filter(within_far)
            })
            .collect()
    }
}
