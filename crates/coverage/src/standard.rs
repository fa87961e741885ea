//! What a plan promises, and how far each demand point gets it.

mod assignment;
mod capacity;
mod cell_coverage;
mod joint;
mod served;
mod service_coverage;

pub use assignment::Assignment;
pub use capacity::{FacilityLoad, ServiceRate};
pub use cell_coverage::{CellClass, DemandSplit, PointState};
pub use joint::JointCoverage;
pub use served::ByTime;
pub use service_coverage::{ServiceCoverage, ServiceInputs};

use std::num::NonZeroU32;

use units::{HourOfWeek, TravelTime};

use crate::{AmenitySet, Capacity, Facility, FacilityKind, OpenSet, ReferenceWeek};

/// What a plan promises: so many facilities of these kinds, within this limit, by this profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceStandard {
    /// Key in plans, files and columns.
    pub key: String,
    /// Name on screen.
    pub name: String,
    /// Which facilities count.
    pub selection: Selection,
    /// Name of the profile; a limit means nothing without it.
    pub profile: String,
    /// Longest travel time, included.
    pub limit: TravelTime,
    /// How many facilities must be within the limit: 1, or more for backup coverage.
    pub required: NonZeroU32,
    /// The hour at which they must be open; `None` counts them at any hour.
    pub at: Option<HourOfWeek>,
    /// How much demand each piece of capacity may serve: then whoever finds only full facilities
    /// within the limit is not covered, and a demand point of which half finds room counts half.
    /// `None` counts a facility however full it is.
    pub rate: Option<ServiceRate>,
}

/// Which facilities count for a standard: all conditions together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// One of these kinds; any kind when empty.
    pub kinds: Vec<FacilityKind>,
    /// All of these amenities.
    pub amenities: AmenitySet,
    /// At least this capacity; a facility of unknown capacity does not count then.
    pub min_capacity: Option<Capacity>,
}

impl Selection {
    /// Whether a facility counts.
    pub fn accepts(&self, facility: &Facility) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&facility.kind))
            && facility.amenities.includes(self.amenities)
            && self
                .min_capacity
                .is_none_or(|least| facility.capacity.is_some_and(|capacity| capacity >= least))
    }
}

impl ServiceStandard {
    /// The facilities of a list that count, at the standard's hour if it has one.
    ///
    /// Cost: linear, with one evaluation of opening hours for each facility.
    pub fn open_set(&self, facilities: &[Facility], week: &ReferenceWeek) -> OpenSet {
        OpenSet::from_fn(facilities.len(), |id| {
            let facility = &facilities[id.index()];
            self.selection.accepts(facility)
                && match (self.at, &facility.hours) {
                    (Some(hour), Some(hours)) => hours.is_open(hour, week, facility.position),
                    _ => true,
                }
        })
    }
}

/// Several services at once: "15分钟服务圈" as cities build it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointStandard {
    /// Key in plans, files and columns.
    pub key: String,
    /// Name on screen.
    pub name: String,
    /// How the parts are joined.
    pub rule: JointRule,
    /// Keys of the standards it joins.
    pub parts: Vec<String>,
}

/// How several standards become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JointRule {
    /// Every part must be met.
    AllOf,
    /// One part is enough.
    AnyOf,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Amenity, HolidayCalendar, OpeningHours};
    use units::LngLat;

    #[test]
    fn all_conditions_must_hold() {
        let mut cabinet =
            Facility::new("1", FacilityKind::BatterySwapCabinet, LngLat::from_e7(0, 0));
        cabinet.amenities = [Amenity::Swap].into_iter().collect();
        let mut selection = Selection {
            kinds: vec![FacilityKind::BatterySwapCabinet],
            amenities: [Amenity::Swap].into_iter().collect(),
            min_capacity: Some(Capacity::new(12)),
        };
        assert!(
            !selection.accepts(&cabinet),
            "unknown capacity does not count"
        );
        cabinet.capacity = Some(Capacity::new(11));
        assert!(!selection.accepts(&cabinet));
        cabinet.capacity = Some(Capacity::new(12));
        assert!(selection.accepts(&cabinet));
        selection.amenities = selection.amenities.with(Amenity::Toilet);
        assert!(!selection.accepts(&cabinet));
        selection = Selection {
            kinds: vec![FacilityKind::WarmStation],
            ..Selection::default()
        };
        assert!(!selection.accepts(&cabinet));
        assert!(Selection::default().accepts(&cabinet));
    }

    #[test]
    fn a_standard_with_an_hour_counts_what_is_open_then() {
        let station = |id: &str, hours: Option<&str>| Facility {
            hours: hours.map(|text| OpeningHours::parse(text).unwrap()),
            ..Facility::new(id, FacilityKind::WarmStation, LngLat::from_e7(0, 0))
        };
        let facilities = [
            station("day", Some("08:00-20:00")),
            station("night", Some("20:00-08:00")),
            station("?", None),
        ];
        let week =
            ReferenceWeek::new("2026-06-01", "Asia/Shanghai", HolidayCalendar::none()).unwrap();
        let mut standard = ServiceStandard {
            key: "rest".into(),
            name: "rest".into(),
            selection: Selection::default(),
            profile: "foot".into(),
            limit: TravelTime::from_mins(15),
            required: NonZeroU32::MIN,
            at: Some("We 03:00".parse().unwrap()),
            rate: None,
        };
        let open = |standard: &ServiceStandard| -> Vec<u32> {
            standard
                .open_set(&facilities, &week)
                .iter()
                .map(crate::FacilityId::as_u32)
                .collect()
        };
        assert_eq!(open(&standard), [1, 2]);
        standard.at = None;
        assert_eq!(open(&standard), [0, 1, 2]);
    }
}
