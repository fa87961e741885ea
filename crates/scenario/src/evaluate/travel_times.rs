use std::borrow::Cow;
use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;

use coverage::{EdgeAffected, Link, Linkage, OpenSet, Rows, ServiceStandard};
use units::TravelTime;

/// Whose way to the facilities is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asking {
    /// The points of the plan's demand.
    Plan,
    /// Those of one of its measures, by its index.
    Measure(usize),
}

/// How far the demand is from the facilities of one state along the streets of one profile:
/// everything of the streets that a decision needs. Facilities go by their index in the state.
///
/// A batch searches them afresh; a session keeps those of the facilities that stay in place.
pub(crate) trait TravelTimes: Sync {
    /// How far was searched.
    fn far(&self) -> TravelTime;

    /// The demand joined to the streets.
    fn linkage(&self, of: Asking) -> &Linkage;

    /// How a facility is joined to the streets.
    fn link(&self, facility: usize) -> Option<&Link>;

    /// The plan's candidates joined to the streets.
    fn candidates(&self) -> &Linkage;

    /// For each demand point the time to the required number of open facilities; `None` past what
    /// was searched.
    ///
    /// Cost: linear in the demand points and the closed facilities that are nearer than open ones.
    fn times(&self, of: Asking, open: &OpenSet, required: NonZeroU32) -> Vec<Option<TravelTime>>;

    /// Rows that hold the open facilities at least.
    fn rows(&self, of: Asking, open: &OpenSet) -> Cow<'_, Rows>;

    /// Cells from which the border of the streets lies within a limit.
    fn edge_affected(&self, limit: TravelTime) -> Arc<EdgeAffected>;

    /// Which demand points a facility that the plan leaves out outside the study area could serve
    /// within the standard's limit; empty when there is none. `index` is that of the standard.
    fn helped(&self, index: usize, standard: &ServiceStandard) -> Arc<Vec<bool>>;
}

/// How far to search for a standard: twice its limit. Times past the limit tell how far the
/// uncovered are, and feed the time quantiles.
pub(crate) fn search_limit(limit: TravelTime) -> TravelTime {
    TravelTime::from_tenths(limit.as_tenths().saturating_mul(2))
}

/// How far to search for each profile, so that it suffices for all of its standards.
pub(crate) fn search_limits(standards: &[ServiceStandard]) -> BTreeMap<&str, TravelTime> {
    let mut limits: BTreeMap<&str, TravelTime> = BTreeMap::new();
    for standard in standards {
        let limit = limits.entry(&standard.profile).or_default();
        *limit = (*limit).max(search_limit(standard.limit));
    }
    limits
}
