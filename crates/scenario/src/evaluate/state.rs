use std::sync::Arc;

use coverage::{Facility, OpenSet, OpeningHours, ServiceStandard};
use graph::{EdgeId, Policies};
use units::{Length, LngLat};

use crate::evaluate::chosen_sites::ChosenSites;
use crate::project::Project;
use crate::project::facility_balance::{FacilityBalance, FacilityClass};
use crate::project::rim::distance_outside;

/// A scenario as data: what stands, what is asked for, what the streets allow.
#[derive(Clone, Debug)]
pub(crate) struct State<'a> {
    pub(crate) project: &'a Project,
    facilities: Vec<Facility>,
    /// Which of the facilities are closed by the scenario.
    pub(crate) closed: Vec<bool>,
    /// The plan's standards, with the limits of this scenario.
    pub(crate) standards: Vec<ServiceStandard>,
    pub(crate) closed_edges: Vec<EdgeId>,
    pub(crate) policies: Policies,
    pub(crate) heeds_hazards: bool,
    /// Sites chosen on the way, in order.
    pub(crate) chosen: Vec<Arc<ChosenSites>>,
    /// For each standard what each facility is to it, closures and its place aside.
    classes: Vec<Vec<FacilityClass>>,
    /// How far outside the study area each facility lies.
    outside: Vec<Option<Length>>,
    /// For each standard what of the plan's facilities no result lists.
    left_out: Vec<FacilityBalance>,
}

impl<'a> State<'a> {
    /// The untouched baseline.
    ///
    /// Cost: one evaluation of opening hours for each facility and standard.
    pub(crate) fn baseline(project: &'a Project) -> Self {
        let n_facilities = project.facilities.len();
        let mut state = Self {
            project,
            facilities: Vec::with_capacity(n_facilities),
            closed: Vec::with_capacity(n_facilities),
            standards: project.standards.clone(),
            closed_edges: Vec::new(),
            policies: project.policies.clone(),
            heeds_hazards: project.hazards.in_baseline,
            chosen: Vec::new(),
            classes: vec![Vec::with_capacity(n_facilities); project.standards.len()],
            outside: Vec::with_capacity(n_facilities),
            left_out: project
                .standards
                .iter()
                .map(|standard| project.left_out_balance(standard))
                .collect(),
        };
        for facility in &project.facilities {
            state.add(facility.clone());
        }
        state
    }

    /// All facilities, closed ones included.
    pub(crate) fn facilities(&self) -> &[Facility] {
        &self.facilities
    }

    /// A facility more, behind the others.
    pub(crate) fn add(&mut self, facility: Facility) {
        for (standard, classes) in self.standards.iter().zip(&mut self.classes) {
            classes.push(self.project.class_of(standard, &facility, false, None));
        }
        self.outside
            .push(distance_outside(&self.project.area, facility.position));
        self.facilities.push(facility);
        self.closed.push(false);
    }

    /// A facility stands elsewhere.
    pub(crate) fn set_position(&mut self, index: usize, to: LngLat) {
        self.facilities[index].position = to;
        self.judge(index);
    }

    /// A facility has other hours.
    pub(crate) fn set_hours(&mut self, index: usize, hours: OpeningHours) {
        self.facilities[index].hours = Some(hours);
        self.judge(index);
    }

    /// Finds out again what a facility is to every standard.
    fn judge(&mut self, index: usize) {
        let facility = &self.facilities[index];
        for (standard, classes) in self.standards.iter().zip(&mut self.classes) {
            classes[index] = self.project.class_of(standard, facility, false, None);
        }
        self.outside[index] = distance_outside(&self.project.area, facility.position);
    }

    /// Index of a facility that a change names; ids were checked when the change was resolved.
    pub(crate) fn index(&self, id: &str) -> usize {
        self.facilities
            .iter()
            .position(|f| f.id == id)
            .expect("ids were checked when resolved")
    }

    /// The facilities that the scenario has not closed.
    pub(crate) fn standing(&self) -> OpenSet {
        OpenSet::from_fn(self.facilities.len(), |id| !self.closed[id.index()])
    }

    /// What a facility is to a standard before it is joined to a street.
    pub(crate) fn class(&self, standard: usize, facility: usize) -> FacilityClass {
        let asked = &self.standards[standard];
        match self.classes[standard][facility] {
            FacilityClass::Serving if self.closed[facility] => FacilityClass::ClosedByScenario,
            FacilityClass::Serving
                if !self.project.is_within_limit(asked, self.outside[facility]) =>
            {
                FacilityClass::Outside
            }
            other => other,
        }
    }

    /// The facilities that serve a standard, joined to a street or not.
    ///
    /// Cost: linear.
    pub(crate) fn serving(&self, standard: usize) -> OpenSet {
        OpenSet::from_fn(self.facilities.len(), |id| {
            self.class(standard, id.index()) == FacilityClass::Serving
        })
    }

    /// The facilities outside the study area.
    pub(crate) fn outside(&self) -> OpenSet {
        OpenSet::from_fn(self.facilities.len(), |id| {
            self.outside[id.index()].is_some()
        })
    }

    /// What of the plan's facilities no result lists, under a standard.
    pub(crate) fn left_out(&self, standard: usize) -> FacilityBalance {
        self.left_out[standard]
    }

    /// The facilities, taken out of a scenario that is decided.
    pub(crate) fn into_facilities(self) -> Vec<Facility> {
        self.facilities
    }
}
