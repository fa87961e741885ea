//! How many places were joined to streets that are worth a look.

use serde::{Deserialize, Serialize};

use crate::evaluate::joined::JoinedPlace;

/// How many places were joined to a street worth a look, and the first of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JoinsReport {
    /// Moved more than 50 m.
    pub n_far: usize,
    /// On a scrap of street that trips cannot both enter and leave.
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
