//! Where places were joined to streets, as far as that is worth a look.

use coverage::{Facility, Link, LinkState, Linkage};
use serde::{Deserialize, Serialize};
use units::LngLat;

use crate::project::Project;

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

/// How many places were joined to a street worth a look, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JoinsReport {
    /// Moved more than 50 m.
    pub n_far: usize,
    /// On a scrap of street that trips neither leave nor enter.
    pub n_on_scrap: usize,
    /// To a tunnel or a bridge, for want of another street.
    pub n_lifted: usize,
    /// Too far from any street.
    pub n_too_far: usize,
    /// The first of them; `joined.csv` holds all.
    pub examples: Vec<JoinedPlace>,
}

impl JoinsReport {
    /// How many examples there are at most.
    pub const MOST: usize = 20;

    /// Counts places.
    pub fn of(places: &[JoinedPlace]) -> Self {
        let count = |keys: &[&str]| {
            let is = |place: &&JoinedPlace| keys.contains(&place.joined.as_str());
            places.iter().filter(is).count()
        };
        Self {
            n_far: count(&["far"]),
            n_on_scrap: count(&["on-scrap"]),
            n_lifted: count(&["tunnel", "bridge"]),
            n_too_far: count(&["too-far"]),
            examples: places.iter().take(Self::MOST).cloned().collect(),
        }
    }

    /// How many places there are in all.
    pub fn n_places(&self) -> usize {
        self.n_far + self.n_on_scrap + self.n_lifted + self.n_too_far
    }
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

/// The places that are worth a look on the streets of a profile: facilities and the like, then
/// counted demand; demand along streets moves nowhere.
pub(crate) fn of_profile(
    project: &Project,
    profile: &str,
    sites: [(&str, &Vec<Facility>, &Linkage); 2],
    demand: &Linkage,
) -> Vec<JoinedPlace> {
    let mut found = Vec::new();
    for (what, facilities, linkage) in sites {
        for (facility, link) in facilities.iter().zip(linkage.links()) {
            let of = (what, facility.id.clone(), facility.name.clone());
            found.extend(place(of, profile, facility.position, link.as_ref()));
        }
    }
    for (point, link) in project.demand.points().iter().zip(demand.links()) {
        if point.street.is_none() {
            let cell = project.area.cell(point.cell).to_string();
            let of = ("demand", cell, String::new());
            found.extend(place(of, profile, point.position, link.as_ref()));
        }
    }
    found
}

fn place(
    (what, id, name): (&str, String, String),
    profile: &str,
    position: LngLat,
    link: Option<&Link>,
) -> Option<JoinedPlace> {
    Some(JoinedPlace {
        what: what.to_owned(),
        id,
        name,
        profile: profile.to_owned(),
        lng: position.lng(),
        lat: position.lat(),
        joined: doubt(link)?.to_owned(),
        moved_m: link.map(|link| link.walk.as_m_f64()),
    })
}
