//! Where places were joined to streets, as far as that is worth a look.

use coverage::{Link, LinkState};
use serde::{Deserialize, Serialize};
use units::LngLat;

use crate::evaluate::state::State;
use crate::evaluate::travel_times::{Asking, TravelTimes};

/// A place that lies far from the street it was joined to, or was joined to one that may be wrong,
/// or to none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JoinedPlace {
    /// `facility`, `candidate` or `demand`.
    pub what: String,
    /// Its id; the cell of demand.
    pub id: String,
    /// Its name; empty when it has none.
    pub name: String,
    /// Whose streets.
    pub profile: String,
    /// Where.
    pub lng: f64,
    /// Where.
    pub lat: f64,
    /// `far` (more than 50 m moved), `on-scrap`, `tunnel`, `bridge`, or `too-far`: not joined.
    pub joined: String,
    /// How far it moved to the street; `None` when not joined.
    pub moved_m: Option<f64>,
}

/// What a link is worth a look for, as written in tables; `None` for a plain one.
fn doubt(link: Option<&Link>) -> Option<&'static str> {
    match link {
        None => Some("too-far"),
        Some(link) => link.doubt().map(coverage::LinkDoubt::key),
    }
}

/// How a link is called in a table of all places: `joined`, or what is worth a look about it.
pub(crate) fn link_key(link: Option<&Link>) -> &'static str {
    match LinkState::of(link) {
        LinkState::TooFar => "too-far",
        LinkState::OnScrap => "on-scrap",
        LinkState::Joined => {
            let lifted = link.and_then(|link| link.lifted);
            lifted.map_or("joined", graph::Lifted::key)
        }
    }
}

/// The places that are worth a look on the streets of a profile: facilities, candidates, then
/// counted demand; demand along streets moves nowhere.
///
/// Cost: linear in the places.
pub(crate) fn of_profile(
    state: &State<'_>,
    profile: &str,
    times: &impl TravelTimes,
) -> Vec<JoinedPlace> {
    let project = state.project;
    let facilities = state.facilities().iter().enumerate();
    let facilities = facilities.filter_map(|(index, facility)| {
        let place = Place {
            what: "facility",
            id: &facility.id,
            name: &facility.name,
            position: facility.position,
        };
        place.joined(profile, times.link(index))
    });
    let candidates = project.candidates.iter().zip(times.candidates().links());
    let candidates = candidates.filter_map(|(candidate, link)| {
        let place = Place {
            what: "candidate",
            id: &candidate.id,
            name: &candidate.name,
            position: candidate.position,
        };
        place.joined(profile, link.as_ref())
    });
    let demand = times.linkage(Asking::Plan).links().iter();
    let counted = project.demand.points().iter().zip(demand);
    let counted = counted.filter(|(point, _)| point.street.is_none());
    let counted = counted.filter_map(|(point, link)| {
        doubt(link.as_ref())?;
        let place = Place {
            what: "demand",
            id: &project.area.cell(point.cell).to_string(),
            name: "",
            position: point.position,
        };
        place.joined(profile, link.as_ref())
    });
    facilities.chain(candidates).chain(counted).collect()
}

/// A place of a plan that is joined to the streets.
struct Place<'a> {
    what: &'a str,
    id: &'a str,
    name: &'a str,
    position: LngLat,
}

impl Place<'_> {
    /// How it is joined; `None` when nothing about that is worth a look.
    fn joined(&self, profile: &str, link: Option<&Link>) -> Option<JoinedPlace> {
        Some(JoinedPlace {
            joined: doubt(link)?.to_owned(),
            what: self.what.to_owned(),
            id: self.id.to_owned(),
            name: self.name.to_owned(),
            profile: profile.to_owned(),
            lng: self.position.lng(),
            lat: self.position.lat(),
            moved_m: link.map(|link| link.walk.as_m_f64()),
        })
    }
}
