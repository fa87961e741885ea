use coverage::{Facility, FacilityKind};
use units::{LngLat, TravelTime};

/// A place where something could be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its id in results.
    pub id: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Where.
    pub position: LngLat,
    /// Time to park, enter and be served.
    pub start_delay: TravelTime,
    /// Made up for illustration.
    pub illustrative: bool,
}

impl Candidate {
    /// The start delay of a facility built here: its own, or that which is usual for what is built,
    /// whichever is longer.
    pub fn start_delay_as(&self, usual: TravelTime) -> TravelTime {
        self.start_delay.max(usual)
    }

    /// As a facility, so that it is joined and searched like one; `usual` is the start delay of what
    /// is built. Its kind plays no part in that.
    pub(crate) fn as_facility(&self, usual: TravelTime) -> Facility {
        let kind = FacilityKind::BatterySwapCabinet;
        let mut facility = Facility::new(self.id.clone(), kind, self.position);
        facility.name.clone_from(&self.name);
        facility.start_delay = self.start_delay_as(usual);
        facility
    }
}
