use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use coverage::{
    DemandId, EdgeAffected, Facility, Link, Linkage, OpenSet, Rows, ServiceInputs, ServiceStandard,
};
use rayon::prelude::*;
use units::TravelTime;

use crate::evaluate::state::State;
use crate::evaluate::streets::{ScenarioStreets, StreetsView};
use crate::evaluate::travel_times::{Asking, TravelTimes};
use crate::project::Project;

/// Travel times searched for one state, from every facility of it.
pub(crate) struct FreshTimes<'a> {
    project: &'a Project,
    pub(crate) view: StreetsView<'a>,
    pub(crate) facilities: Linkage,
    candidates: Linkage,
    rows: Rows,
    measures: Vec<(Linkage, Rows)>,
}

impl<'a> FreshTimes<'a> {
    /// Cost: one search for each facility, and one for each and measure.
    pub(crate) fn new(
        state: &State<'a>,
        streets: &'a ScenarioStreets<'a>,
        far: TravelTime,
    ) -> Self {
        let project = state.project;
        let view = streets.view();
        let facilities = view.link_facilities(state.facilities());
        let search = |demand: &Linkage| Rows::search(&view.network, &facilities, demand, far);
        let rows = search(&view.demand);
        let measures = project.measures.iter().map(|measure| {
            let linkage = view.link_demand(&measure.demand);
            let rows = search(&linkage);
            (linkage, rows)
        });
        let measures = measures.collect();
        let candidates: Vec<Facility> = project
            .candidates
            .iter()
            .map(|candidate| candidate.as_facility(TravelTime::ZERO))
            .collect();
        Self {
            project,
            candidates: view.link_facilities(&candidates),
            facilities,
            rows,
            measures,
            view,
        }
    }

    /// What a standard is folded from, for the plan's demand or a measure's at the standard's hour.
    pub(crate) fn inputs<'b>(
        &'b self,
        of: Asking,
        standard: &ServiceStandard,
        open: &'b OpenSet,
    ) -> ServiceInputs<'b> {
        ServiceInputs {
            demand: match of {
                Asking::Plan => self.project.demand_of(standard),
                Asking::Measure(number) => self.project.measures[number].demand_at(standard.at),
            },
            linkage: self.linkage(of),
            rows: self.rows_of(of),
            open,
        }
    }

    /// The facilities and the candidates, joined to the streets.
    pub(crate) fn into_links(self) -> (Linkage, Linkage) {
        (self.facilities, self.candidates)
    }

    fn rows_of(&self, of: Asking) -> &Rows {
        match of {
            Asking::Plan => &self.rows,
            Asking::Measure(number) => &self.measures[number].1,
        }
    }
}

impl TravelTimes for FreshTimes<'_> {
    fn far(&self) -> TravelTime {
        self.rows.limit()
    }

    fn linkage(&self, of: Asking) -> &Linkage {
        match of {
            Asking::Plan => &self.view.demand,
            Asking::Measure(number) => &self.measures[number].0,
        }
    }

    fn link(&self, facility: usize) -> Option<&Link> {
        self.facilities.links()[facility].as_ref()
    }

    fn candidates(&self) -> &Linkage {
        &self.candidates
    }

    fn times(&self, of: Asking, open: &OpenSet, required: NonZeroU32) -> Vec<Option<TravelTime>> {
        let rows = self.rows_of(of);
        let time = |point| Some(rows.kth(DemandId::from_index(point), required, open)?.time);
        (0..rows.n_points()).into_par_iter().map(time).collect()
    }

    fn rows(&self, of: Asking, _open: &OpenSet) -> Cow<'_, Rows> {
        Cow::Borrowed(self.rows_of(of))
    }

    fn edge_affected(&self, limit: TravelTime) -> Arc<EdgeAffected> {
        let project = self.project;
        let (border, demand) = (&project.border, &project.demand);
        let network = &self.view.network;
        let found = EdgeAffected::of(network, border, demand, &self.view.demand, limit);
        Arc::new(found)
    }

    fn helped(&self, _index: usize, standard: &ServiceStandard) -> Arc<Vec<bool>> {
        let left_out = self.project.left_out_of(standard);
        if left_out.is_empty() {
            return Arc::default();
        }
        let rows = self.view.rows(&left_out, standard.limit);
        let points = (0..rows.n_points()).map(DemandId::from_index);
        Arc::new(points.map(|point| !rows.row(point).is_empty()).collect())
    }
}
