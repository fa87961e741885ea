//! Service standards and joint standards as a plan writes them.

use std::num::NonZeroU32;

use coverage::{
    Amenity, AmenitySet, Capacity, Demand, FacilityKind, JointRule, JointStandard, KindCatalog,
    Selection, ServiceRate, ServiceStandard,
};
use units::{HourOfWeek, parse_time};

use crate::plan::problem::Problems;
use crate::plan::spec::{JointSpec, PlanSpec, StandardSpec};

/// All standards and joint standards of a plan; their keys are checked too.
pub(crate) fn standards(
    spec: &PlanSpec,
    kinds: &KindCatalog,
    problems: &mut Problems,
) -> (Vec<ServiceStandard>, Vec<JointStandard>) {
    let standards = spec
        .standards
        .iter()
        .filter_map(|one| standard(one, kinds, problems))
        .collect();
    let joints = spec
        .joints
        .iter()
        .filter_map(|one| joint(one, spec, problems))
        .collect();
    check_keys(spec, problems);
    (standards, joints)
}

fn standard(
    spec: &StandardSpec,
    kinds: &KindCatalog,
    problems: &mut Problems,
) -> Option<ServiceStandard> {
    let place = |field: &str| format!("standard `{}`, {field}", spec.key);
    let found: Result<Vec<FacilityKind>, _> =
        spec.kinds.iter().map(|text| kinds.find(text)).collect();
    let found = problems.keep(&place("kinds"), found);
    let amenities: Result<AmenitySet, _> = spec
        .amenities
        .iter()
        .map(|text| text.parse::<Amenity>())
        .collect();
    let amenities = problems.keep(&place("amenities"), amenities);
    let limit = problems.keep(&place("limit"), parse_time(&spec.limit));
    let required = NonZeroU32::new(spec.required.unwrap_or(1))
        .ok_or("at least one facility must be required; leave it out for one");
    let required = problems.keep(&place("required"), required);
    let at = spec.at.as_deref().map(str::parse::<HourOfWeek>).transpose();
    let at = problems.keep(&place("at"), at);
    let rate = problems.keep(&place("supply"), rate(spec));
    Some(ServiceStandard {
        key: spec.key.clone(),
        name: spec.name.clone(),
        selection: Selection {
            kinds: found?,
            amenities: amenities?,
            min_capacity: spec.capacity_at_least.map(Capacity::new),
        },
        profile: spec.profile.clone(),
        limit: limit?,
        required: required?,
        at: at?,
        rate: rate?,
    })
}

/// How much demand each piece of capacity serves, when the standard says so.
fn rate(spec: &StandardSpec) -> Result<Option<ServiceRate>, String> {
    let Some(supply) = spec.supply else {
        return Ok(None);
    };
    if spec.required.is_some_and(|required| required != 1) {
        return Err(
            "whoever queues does so at one facility; leave `required` out, or `supply`".to_owned(),
        );
    }
    let thousandths = u64::from(supply.demand) * 1_000;
    thousandths
        .checked_div(u64::from(supply.slots))
        .and_then(|per_slot| ServiceRate::new(Demand::from_thousandths(per_slot)))
        .map(Some)
        .ok_or_else(|| "give numbers from 1, as in { slots = 96, demand = 800 }".to_owned())
}

fn joint(spec: &JointSpec, plan: &PlanSpec, problems: &mut Problems) -> Option<JointStandard> {
    let place = format!("joint `{}`", spec.key);
    let (rule, parts) = match (spec.all_of.is_empty(), spec.any_of.is_empty()) {
        (false, true) => (JointRule::AllOf, &spec.all_of),
        (true, false) => (JointRule::AnyOf, &spec.any_of),
        _ => {
            problems.add(format!("{place}: give either `all_of` or `any_of`"));
            return None;
        }
    };
    for part in parts {
        if !plan.standards.iter().any(|s| &s.key == part) {
            problems.add(format!("{place}: there is no standard `{part}`"));
        }
    }
    Some(JointStandard {
        key: spec.key.clone(),
        name: spec.name.clone(),
        rule,
        parts: parts.clone(),
    })
}

/// Keys become folder and column names, so they are short words and stand once.
fn check_keys(spec: &PlanSpec, problems: &mut Problems) {
    if spec.standards.is_empty() {
        problems.add("the plan has no [[standard]]: nothing is asked for");
    }
    let mut check = |what: &str, keys: Vec<&str>| {
        for (index, key) in keys.iter().enumerate() {
            let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if key.is_empty() || !key.chars().all(is_word) {
                problems.add(format!(
                    "{what} `{key}`: a key is made of small letters, digits and `-`"
                ));
            }
            if keys[..index].contains(key) {
                problems.add(format!("{what} `{key}` stands twice"));
            }
        }
    };
    let standards = spec.standards.iter().map(|s| s.key.as_str());
    check(
        "standard",
        standards
            .chain(spec.joints.iter().map(|j| j.key.as_str()))
            .collect(),
    );
    let baseline = std::iter::once(crate::project::BASELINE);
    check(
        "scenario",
        baseline
            .chain(spec.scenarios.iter().map(|s| s.key.as_str()))
            .collect(),
    );
}
