//! The rim of the study area: which facilities outside it still count.

use coverage::{Facility, OpenSet, ServiceStandard, StudyArea};
use units::{Length, LngLat};

use crate::project::Project;
use crate::project::facility_balance::{FacilityBalance, FacilityClass};

/// How far outside the study area a position lies; `None` inside.
///
/// Cost: a binary search; outside also linear in the corners of the boundary.
pub(crate) fn distance_outside(area: &StudyArea, position: LngLat) -> Option<Length> {
    if area.locate(position).is_some() {
        return None;
    }
    formats::distance_outside(area.outline(), position)
}

impl Project {
    /// Whether a facility lies inside the study area, or so near to it that the fastest way there
    /// takes no longer than the standard's limit.
    ///
    /// Cost: a binary search; outside also linear in the corners of the boundary.
    pub(crate) fn is_within_limit(
        &self,
        standard: &ServiceStandard,
        outside: Option<Length>,
    ) -> bool {
        outside.is_none_or(|distance| {
            let profile = &self.profiles[&standard.profile].profile;
            distance <= profile.reach(standard.limit)
        })
    }

    /// The facilities of a list that count for a standard: asked for, open at its hour, and not too
    /// far outside the study area.
    ///
    /// Cost: linear, with one evaluation of opening hours for each facility.
    pub fn open_set(&self, standard: &ServiceStandard, facilities: &[Facility]) -> OpenSet {
        let near = OpenSet::from_fn(facilities.len(), |id| {
            let outside = distance_outside(&self.area, facilities[id.index()].position);
            self.is_within_limit(standard, outside)
        });
        standard.open_set(facilities, &self.week).and(&near)
    }

    /// The facilities that the plan leaves out outside the study area though they could serve a
    /// standard there: demand that they reach is edge-affected.
    ///
    /// Cost: as [`open_set`](Self::open_set).
    pub(crate) fn left_out_of(&self, standard: &ServiceStandard) -> Vec<Facility> {
        let could = |facility: &&Facility| {
            let outside = distance_outside(&self.area, facility.position);
            self.class_of(standard, facility, false, outside) == FacilityClass::Serving
        };
        self.left_out
            .outside
            .iter()
            .filter(could)
            .cloned()
            .collect()
    }

    /// What a facility is to a standard before it is joined to a street: serving, or the first class
    /// of [`FacilityClass`] that fits.
    ///
    /// Cost: one evaluation of opening hours.
    pub(crate) fn class_of(
        &self,
        standard: &ServiceStandard,
        facility: &Facility,
        is_closed: bool,
        outside: Option<Length>,
    ) -> FacilityClass {
        if !standard.selection.accepts(facility) {
            return FacilityClass::OtherKind;
        }
        let is_open = match (standard.at, &facility.hours) {
            (Some(hour), Some(hours)) => hours.is_open(hour, &self.week, facility.position),
            _ => true,
        };
        if !is_open {
            FacilityClass::ClosedAtHour
        } else if is_closed {
            FacilityClass::ClosedByScenario
        } else if self.is_within_limit(standard, outside) {
            FacilityClass::Serving
        } else {
            FacilityClass::Outside
        }
    }

    /// What of the plan's facilities no result lists, under a standard.
    ///
    /// Cost: one evaluation of opening hours for each that lies outside.
    pub(crate) fn left_out_balance(&self, standard: &ServiceStandard) -> FacilityBalance {
        let left_out = &self.left_out;
        let mut balance = FacilityBalance {
            given: left_out.outside.len() + left_out.not_taken + left_out.bad_rows,
            other_kind: left_out.not_taken,
            bad_rows: left_out.bad_rows,
            ..FacilityBalance::default()
        };
        for facility in &left_out.outside {
            let class = self.class_of(standard, facility, false, None);
            balance.add(match class {
                FacilityClass::Serving => FacilityClass::Outside,
                other => other,
            });
        }
        balance
    }
}
