use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use coverage::{
    Cover, DemandId, EdgeAffected, Facility, Link, LinkOptions, Linkage, Rows, ServiceStandard,
};
use reach::{Direction, Network, Place, PlaceLinks, SearchSpace, SnapIndex, row};
use units::TravelTime;

use crate::evaluate::streets::ScenarioStreets;
use crate::evaluate::travel_times::Asking;
use crate::project::Project;

/// The streets of one profile kept ready for a session: the demand joined to them, the rows of the
/// facilities that stand there, and the column of each place that was tried since.
pub(crate) struct BaseStreets<'a> {
    project: &'a Project,
    pub(crate) streets: ScenarioStreets<'a>,
    pub(crate) index: Arc<SnapIndex>,
    pub(crate) link: LinkOptions,
    pub(crate) demand: Arc<Linkage>,
    /// The demand of each measure of the plan, likewise.
    measures: Vec<(Linkage, Rows)>,
    /// The linked points of the demand, then of each measure, with the index of the measure behind
    /// that of the demand; their places, and how a search towards a facility reads them.
    linked: Vec<(usize, usize)>,
    places: Vec<Place>,
    links: PlaceLinks,
    pub(crate) facilities: Linkage,
    pub(crate) rows: Rows,
    edge_affected: Mutex<BTreeMap<TravelTime, Arc<EdgeAffected>>>,
    /// For each standard and limit the demand points that a facility left out outside could serve.
    helped: Mutex<BTreeMap<(usize, TravelTime), Arc<PerPoint>>>,
    columns: Mutex<BTreeMap<ColumnKey, Arc<Column>>>,
    candidates: OnceLock<Linkage>,
    covers: Mutex<BTreeMap<(TravelTime, TravelTime), Arc<Cover>>>,
}

/// One entry for each demand point.
type PerPoint = Vec<bool>;

/// Place and start delay of a facility: all that its column depends on.
type ColumnKey = (i32, i32, TravelTime);

/// A place joined to the streets, and the time to it from every demand point, within the limit of
/// the rows; searched when somebody asks.
pub(crate) struct Column {
    pub(crate) link: Option<Link>,
    /// For the demand, then for each measure, one time for each point.
    times: OnceLock<Vec<Vec<Option<TravelTime>>>>,
}

/// Columns kept at most; a drag leaves one behind for every position it rested at.
const MOST_COLUMNS: usize = 128;

impl<'a> BaseStreets<'a> {
    /// Cost: one search for each facility, and for each and measure.
    pub(crate) fn new(
        project: &'a Project,
        streets: ScenarioStreets<'a>,
        facilities: &[Facility],
        far: TravelTime,
    ) -> Self {
        let view = streets.view();
        let joined = view.link_facilities(facilities);
        let search = |demand: &Linkage| Rows::search(&view.network, &joined, demand, far);
        let rows = search(&view.demand);
        let measures = project.measures.iter().map(|measure| {
            let linkage = view.link_demand(&measure.demand);
            let rows = search(&linkage);
            (linkage, rows)
        });
        let measures: Vec<(Linkage, Rows)> = measures.collect();
        let (mut linked, mut places) = (Vec::new(), Vec::new());
        let all = std::iter::once(&*view.demand).chain(measures.iter().map(|(linkage, _)| linkage));
        for (number, linkage) in all.enumerate() {
            let (points, of_points) = linkage.linked();
            linked.extend(points.into_iter().map(|point| (number, point)));
            places.extend(of_points);
        }
        let links = PlaceLinks::new(&view.network, &places, Direction::Towards);
        let (index, link, demand) = (view.index, view.link, view.demand);
        Self {
            project,
            streets,
            index,
            link,
            demand,
            measures,
            linked,
            places,
            links,
            facilities: joined,
            rows,
            edge_affected: Mutex::default(),
            helped: Mutex::default(),
            columns: Mutex::default(),
            candidates: OnceLock::new(),
            covers: Mutex::default(),
        }
    }

    /// Some demand joined to the streets, and the rows of the facilities for it.
    pub(crate) fn kept(&self, of: Asking) -> (&Linkage, &Rows) {
        match of {
            Asking::Plan => (&self.demand, &self.rows),
            Asking::Measure(number) => {
                let (linkage, rows) = &self.measures[number];
                (linkage, rows)
            }
        }
    }

    /// The plan's candidates joined to the streets; joined once.
    pub(crate) fn candidate_links(&self) -> &Linkage {
        self.candidates.get_or_init(|| {
            let candidates = self.project.candidates.iter();
            let candidates: Vec<_> = candidates
                .map(|c| c.as_facility(TravelTime::ZERO))
                .collect();
            Linkage::of_facilities(&self.network(), &self.index, &candidates, self.link)
        })
    }

    /// Cost: none; the arcs stay laid out.
    pub(crate) fn network(&self) -> Network<'_> {
        self.streets.network()
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
        let key = (index, standard.limit);
        let lock = || self.helped.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(&key) {
            return Arc::clone(known);
        }
        // Searched without the lock, since the pool that searches may come back for it.
        let left_out = self.project.left_out_of(standard);
        let found: Arc<PerPoint> = if left_out.is_empty() {
            Arc::default()
        } else {
            let network = self.network();
            let joined = Linkage::of_facilities(&network, &self.index, &left_out, self.link);
            let rows = Rows::search(&network, &joined, &self.demand, standard.limit);
            let points = (0..self.demand.n_places()).map(DemandId::from_index);
            Arc::new(points.map(|point| !rows.row(point).is_empty()).collect())
        };
        lock().insert(key, Arc::clone(&found));
        found
    }

    /// A facility that is not in the rows, joined to the streets.
    ///
    /// Cost: a look-up, once for each place.
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
        let alone = std::slice::from_ref(facility);
        let joined = Linkage::of_facilities(&self.network(), &self.index, alone, self.link);
        let column = Arc::new(Column {
            link: joined.links()[0].clone(),
            times: OnceLock::new(),
        });
        let mut columns = lock();
        if columns.len() >= MOST_COLUMNS {
            columns.clear();
        }
        columns.insert(key, Arc::clone(&column));
        column
    }

    /// The time from every demand point to a facility that is not in the rows.
    ///
    /// Cost: one bounded search, once for each place.
    pub(crate) fn times_to<'c>(&self, column: &'c Column, of: Asking) -> &'c [Option<TravelTime>] {
        let times = column.times.get_or_init(|| {
            let demand = std::iter::once(&*self.demand);
            let all = demand.chain(self.measures.iter().map(|(linkage, _)| linkage));
            let mut times: Vec<_> = all.map(|linkage| vec![None; linkage.n_places()]).collect();
            if let Some(link) = &column.link {
                let (network, mut space) = (self.network(), SearchSpace::default());
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
                    let (number, point) = self.linked[DemandId::new(place).index()];
                    times[number][point] = Some(time);
                }
            }
            times
        });
        match of {
            Asking::Plan => &times[0],
            Asking::Measure(number) => &times[number + 1],
        }
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
}
