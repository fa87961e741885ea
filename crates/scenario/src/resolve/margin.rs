//! How far beyond its study area a plan looks.

use std::collections::BTreeMap;

use coverage::ServiceStandard;
use graph::Profile;
use units::{Length, TravelTime, parse_length};

use crate::plan::problem::Problems;
use crate::plan::spec::PlanSpec;
use crate::project::margin::within;

/// For how long the fastest profile travels to the end of the margin, unless a plan says otherwise:
/// twice the quarter of an hour that services promise, since searches reach to twice a limit.
pub(crate) const USUAL_TIME: TravelTime = TravelTime::from_secs(30 * 60);

/// The margin of a plan; `None` when it cannot be read. That limits keep within it is checked, too.
pub(crate) fn margin(
    spec: &PlanSpec,
    profiles: &BTreeMap<String, Profile>,
    standards: &[ServiceStandard],
    problems: &mut Problems,
) -> Option<Length> {
    let farthest = profiles.values().map(|profile| profile.reach(USUAL_TIME));
    let usual = farthest.max().unwrap_or(Length::ZERO);
    let text = spec.study_area.margin.as_deref();
    let margin = text.map_or(Ok(usual), parse_length);
    let margin = problems.keep("[study_area], margin", margin)?;
    for standard in standards {
        if let Some(profile) = profiles.get(&standard.profile)
            && let Err(why) = within(profile, standard.limit, margin)
        {
            problems.add(format!("standard `{}`, limit: {why}", standard.key));
        }
    }
    Some(margin)
}
