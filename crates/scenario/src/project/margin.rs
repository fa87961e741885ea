//! How far beyond its study area a plan looks, and that no limit reaches farther.

use std::collections::BTreeMap;

use coverage::ServiceStandard;
use graph::Profile;
use units::{Length, TravelTime, parse_length};

use crate::plan::problem::Problems;
use crate::plan::spec::PlanSpec;

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

/// That a profile does not get past the margin within a limit.
///
/// # Errors
/// A sentence that names the margin to set.
pub(crate) fn within(profile: &Profile, limit: TravelTime, margin: Length) -> Result<(), String> {
    let reach = profile.reach(limit);
    if reach <= margin {
        return Ok(());
    }
    let minutes = f64::from(limit.as_tenths()) / 600.0;
    Err(format!(
        "within {minutes:.1} min profile `{}` may get {} far, past the margin of {} round the study \
         area, where the plan opens no streets; write `margin = \"{}\"` under [study_area], or give \
         a shorter limit",
        profile.name,
        length_text(reach),
        length_text(margin),
        length_text(reach),
    ))
}

/// A length as a plan may write it, rounded up to whole metres; whole kilometres as such.
pub(crate) fn length_text(length: Length) -> String {
    let meters = length.as_mm().div_ceil(1_000);
    if meters > 0 && meters.is_multiple_of(1_000) {
        format!("{}km", meters / 1_000)
    } else {
        format!("{meters}m")
    }
}
