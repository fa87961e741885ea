//! Who travels: built-in profiles and those that the plan describes, laid over the streets.

use std::collections::BTreeMap;

use coverage::LinkOptions;
use graph::{Components, Metric, Policies, Profile, StreetGraph};
use units::Length;

use crate::problem::Problems;
use crate::project::ProfileStreets;
use crate::spec::{DemandSpec, PlanSpec};

/// The streets of every profile that the plan's standards and demand name.
///
/// Cost: one metric and its components for each, linear in the arcs.
pub(crate) fn profiles(
    spec: &PlanSpec,
    streets: &StreetGraph,
    policies: &Policies,
    radius: Length,
    problems: &mut Problems,
) -> BTreeMap<String, ProfileStreets> {
    let described = described(spec, problems);
    let mut named: BTreeMap<&str, String> = BTreeMap::new();
    for standard in &spec.standards {
        let place = format!("standard `{}`, profile", standard.key);
        named.entry(&standard.profile).or_insert(place);
    }
    for (place, demand) in spec.all_demand() {
        if let DemandSpec::StreetLength { profile, .. } | DemandSpec::ZoneTable { profile, .. } =
            demand
        {
            let place = format!("{place}, profile");
            named.entry(profile).or_insert(place);
        }
    }
    let walk_speed = Profile::walking_speed();
    let mut profiles = BTreeMap::new();
    for (name, place) in named {
        let known = described.get(name).cloned();
        let Some(profile) = known.unwrap_or_else(|| Profile::built_in(name)) else {
            if !described.contains_key(name) {
                problems.add(format!(
                    "{place}: there is no profile `{name}`; take `rider` or `foot`, or describe it \
                     in a [[profile]]"
                ));
            }
            continue;
        };
        let metric = Metric::of(streets, &profile, policies);
        let components = Components::of(streets, &metric);
        profiles.insert(
            name.to_owned(),
            ProfileStreets {
                profile,
                metric,
                components,
                link: LinkOptions { radius, walk_speed },
            },
        );
    }
    profiles
}

/// The plan's own profiles by name; `None` for one that cannot be, whose problems are told.
fn described<'a>(
    spec: &'a PlanSpec,
    problems: &mut Problems,
) -> BTreeMap<&'a str, Option<Profile>> {
    let mut described = BTreeMap::new();
    for (spec, number) in spec.profiles.iter().zip(1..) {
        let place = format!("[[profile]] {number}");
        let name = spec.name.as_str();
        if Profile::built_in(name).is_some() {
            problems.add(format!(
                "{place}: `{name}` is built in; give yours another name and extend it"
            ));
        }
        let profile = match spec.resolve() {
            Ok(profile) => Some(profile),
            Err(errors) => {
                for error in errors {
                    problems.add(format!("{place}: {error}"));
                }
                None
            }
        };
        if described.insert(name, profile).is_some() {
            problems.add(format!("{place}: profile `{name}` stands twice"));
        }
    }
    described
}

/// What a reader must know about streets that no route joins to the main network.
pub(crate) fn island_notes(profiles: &BTreeMap<String, ProfileStreets>) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, profile) in profiles {
        let main = profile.components.main_length_mm();
        let all = profile.components.usable_length_mm();
        if main < all {
            notes.push(format!(
                "profile `{name}`: {} of {} km of street lie on islands and are not used",
                (all - main).div_ceil(1_000_000),
                all / 1_000_000
            ));
        }
    }
    notes
}
