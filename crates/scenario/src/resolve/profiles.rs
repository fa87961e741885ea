//! Who travels: built-in profiles and those that the plan describes, laid over the streets.

use std::collections::BTreeMap;
use std::sync::Arc;

use coverage::{DemandSet, LinkOptions, StudyArea};
use graph::{Components, Metric, Policies, Profile, StreetGraph};
use reach::Layouts;
use units::Length;

use crate::plan::problem::Problems;
use crate::plan::spec::{DemandSpec, PlanSpec};
use crate::project::kept_streets::KeptStreets;
use crate::project::profile_streets::ProfileStreets;

/// The streets as each profile may use them, and what counts how often they are laid out.
///
/// Cost: one metric and its components for each, linear in the arcs.
pub(crate) fn profiles(
    streets: &StreetGraph,
    policies: &Policies,
    named: BTreeMap<String, Profile>,
    (radius, island_below): (Length, Length),
) -> (BTreeMap<String, ProfileStreets>, Arc<Layouts>) {
    let layouts = Arc::new(Layouts::default());
    let walk_speed = Profile::walking_speed();
    let laid_out = named.into_iter().map(|(name, profile)| {
        let metric = Metric::of(streets, &profile, policies);
        let components = Components::with_islands(streets, &metric, island_below);
        let streets = ProfileStreets {
            profile,
            metric,
            components,
            link: LinkOptions { radius, walk_speed },
            kept: KeptStreets::new(&layouts),
        };
        (name, streets)
    });
    (laid_out.collect(), layouts)
}

/// Every profile that the plan's standards and demand name.
pub(crate) fn named_profiles(
    spec: &PlanSpec,
    problems: &mut Problems,
) -> BTreeMap<String, Profile> {
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
        profiles.insert(name.to_owned(), profile);
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

/// How many scraps are named; the rest is counted.
const MOST_SCRAPS: usize = 3;

/// What a reader must know about streets that nothing joins to the main network.
///
/// Cost: linear in the edges.
pub(crate) fn island_notes(
    profiles: &BTreeMap<String, ProfileStreets>,
    streets: &StreetGraph,
    area: &StudyArea,
) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, profile) in profiles {
        let components = &profile.components;
        if let [_, islands @ ..] = components.networks()
            && !islands.is_empty()
        {
            let all: u64 = islands.iter().map(|island| island.length_mm).sum();
            notes.push(format!(
                "profile `{name}`: {} networks of their own beside the main one, {} of street: \
                 nothing crosses between them",
                islands.len(),
                kilometers(all),
            ));
        }
        let scraps = components.scraps();
        if scraps.is_empty() {
            continue;
        }
        let all: u64 = scraps.iter().map(|scrap| scrap.length_mm).sum();
        let inside = DemandSet::street_meters(streets, area, |edge| components.is_scrap(edge));
        let named: Vec<String> = scraps
            .iter()
            .take(MOST_SCRAPS)
            .map(|scrap| {
                let length = kilometers(scrap.length_mm);
                format!("{length} at way {} around {}", scrap.way, scrap.position)
            })
            .collect();
        let rest = scraps.len().saturating_sub(MOST_SCRAPS);
        let rest = if rest > 0 {
            format!(" and {rest} more")
        } else {
            String::new()
        };
        notes.push(format!(
            "profile `{name}`: {} scraps of street that trips cannot both enter and leave, {} in all, \
             {} of it in the study area, are no part of street-length demand: {}{rest}",
            scraps.len(),
            kilometers(all),
            kilometers(inside.total().as_thousandths()),
            named.join(", "),
        ));
    }
    notes
}

/// Millimetres (thousandths of a metre) as kilometres with one digit after the point, rounded up.
fn kilometers(mm: u64) -> String {
    let hundred_m = mm.div_ceil(100_000);
    format!("{}.{} km", hundred_m / 10, hundred_m % 10)
}
