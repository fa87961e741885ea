//! That no limit reaches farther than the streets which a plan opens.

use graph::Profile;
use units::{Length, TravelTime};

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
