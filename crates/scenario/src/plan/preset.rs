//! Plan fragments that a plan includes: what a city built, without positions.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::plan::problem::Problems;
use crate::plan::spec::{HoursSpec, JointSpec, KindSpec, PlanSpec, ScenarioSpec, StandardSpec};

/// A plan fragment: exactly what its file may hold. It names no facilities and no demand.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Fragment {
    notes: Vec<String>,
    /// Taken when the plan has no `[hours]`.
    hours: Option<HoursSpec>,
    kinds: BTreeMap<String, KindSpec>,
    #[serde(rename = "standard")]
    standards: Vec<StandardSpec>,
    #[serde(rename = "joint")]
    joints: Vec<JointSpec>,
    /// Laid under the plan's `[hazards]`, when it has one.
    hazards: Option<FragmentHazards>,
    #[serde(rename = "scenario")]
    scenarios: Vec<ScenarioSpec>,
}

/// What a fragment may say about hazards.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct FragmentHazards {
    effects: BTreeMap<String, String>,
    unconfirmed_count: bool,
    in_baseline: bool,
}

/// Lays the fragments that a plan includes under what it says itself, and returns their bytes.
///
/// Lists are joined, those of the fragments first; an entry of the plan takes the place of an
/// included one with its key. A fragment includes nothing.
pub(crate) fn include(
    spec: &mut PlanSpec,
    folder: &Path,
    has_hours: bool,
) -> Result<Vec<u8>, Problems> {
    let mut bytes = Vec::new();
    let mut below = Fragment::default();
    for path in std::mem::take(&mut spec.include) {
        let shown = path.display();
        let text = fs::read_to_string(folder.join(&path)).map_err(|error| {
            Problems::one(format!("include: could not read `{shown}`: {error}"))
        })?;
        let mut fragment: Fragment = toml::from_str(&text).map_err(|error| {
            Problems::one(format!(
                "include: could not understand `{shown}`, which may hold notes, hours, kinds, \
                 standards, joints, effects of hazards and scenarios\n{}",
                error.to_string().trim_end()
            ))
        })?;
        // Paths in a fragment are relative to the fragment.
        if let Some(hours) = &mut fragment.hours {
            let home = path.parent().unwrap_or_else(|| Path::new(""));
            hours.calendar = hours.calendar.as_ref().map(|calendar| home.join(calendar));
        }
        bytes.extend(text.bytes());
        below.notes.extend(fragment.notes);
        below.hours = fragment.hours.or(below.hours);
        below.kinds.extend(fragment.kinds);
        below.standards.extend(fragment.standards);
        below.joints.extend(fragment.joints);
        below.scenarios.extend(fragment.scenarios);
        if let Some(hazards) = fragment.hazards {
            let known = below.hazards.get_or_insert_default();
            known.effects.extend(hazards.effects);
            known.unconfirmed_count |= hazards.unconfirmed_count;
            known.in_baseline |= hazards.in_baseline;
        }
    }
    lay_under(spec, below, has_hours);
    Ok(bytes)
}

fn lay_under(spec: &mut PlanSpec, below: Fragment, has_hours: bool) {
    let own = std::mem::take(&mut spec.notes);
    spec.notes = below.notes.into_iter().chain(own).collect();
    if let Some(hours) = below.hours.filter(|_| !has_hours) {
        spec.hours = hours;
    }
    for (key, kind) in below.kinds {
        spec.kinds.entry(key).or_insert(kind);
    }
    joined(&mut spec.standards, below.standards, |s| &s.key);
    joined(&mut spec.joints, below.joints, |j| &j.key);
    joined(&mut spec.scenarios, below.scenarios, |s| &s.key);
    if let (Some(hazards), Some(below)) = (&mut spec.hazards, below.hazards) {
        for (kind, effect) in below.effects {
            hazards.effects.entry(kind).or_insert(effect);
        }
        hazards.unconfirmed_count |= below.unconfirmed_count;
        hazards.in_baseline |= below.in_baseline;
    }
}

/// `below`, with entries of `own` in the place of those with their key, then the rest of `own`.
fn joined<T>(own: &mut Vec<T>, below: Vec<T>, key: impl Fn(&T) -> &String) {
    let mut all = below;
    for entry in std::mem::take(own) {
        match all.iter_mut().find(|known| key(known) == key(&entry)) {
            Some(known) => *known = entry,
            None => all.push(entry),
        }
    }
    *own = all;
}
