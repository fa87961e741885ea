//! The rim of the study area: which facilities outside it still count.

use coverage::{Facility, FacilityClass, OpenSet, ServiceStandard, StudyArea};
use graph::Profile;
use units::{Length, LngLat, Speed, TravelTime};

use crate::project::Project;

/// How long the fastest profile may travel from outside the study area to its border for a facility
/// there to be kept at all: twice the 15 minutes that cities promise.
const MARGIN: TravelTime = TravelTime::from_mins(30);

/// Facilities of the plan's sources that no result lists, so that the balance can count them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Outside the study area: told to be left out there, or farther than any limit.
    pub outside: Vec<Facility>,
    /// Rows that their layer does not take, for their capacity.
    pub not_taken: usize,
    /// Rows that could not be read and that the plan leaves out.
    pub bad_rows: usize,
}

/// The fastest that a profile gets on along any street.
pub(crate) fn top_speed(profile: &Profile) -> Speed {
    let rules = profile.classes.values();
    let speeds = rules.flat_map(|rule| {
        let more = [
            rule.segregated_speed,
            rule.minor_speed,
            rule.minor_designated_speed,
        ];
        more.into_iter().flatten().chain([rule.speed])
    });
    let fastest = speeds.max().unwrap_or_else(Profile::walking_speed);
    profile
        .speed_limit
        .map_or(fastest, |limit| fastest.min(limit))
        .max(Profile::walking_speed())
}

/// How far one gets at most.
fn reach(speed: Speed, time: TravelTime) -> Length {
    let mm = speed.position_after(0, time);
    Length::from_mm(u32::try_from(mm).unwrap_or(u32::MAX))
}

/// How far outside the study area a position lies; `None` inside.
///
/// Cost: a binary search; outside also linear in the corners of the boundary.
pub(crate) fn distance_outside(area: &StudyArea, position: LngLat) -> Option<Length> {
    if area.locate(position).is_some() {
        return None;
    }
    formats::distance_outside(area.outline(), position)
}

/// How far outside the study area facilities are kept.
pub(crate) fn margin<'a>(profiles: impl Iterator<Item = &'a Profile>) -> Length {
    let speeds = profiles.map(top_speed);
    reach(speeds.max().unwrap_or_else(Profile::walking_speed), MARGIN)
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
            distance <= reach(top_speed(profile), standard.limit)
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
}
