//! A profile as a plan writes it: what differs from a built-in one.
//!
//! ```toml
//! name = "cargo-bike"
//! extends = "rider"
//! speed_limit_km_per_h = 22
//! signal_delay_s = 10
//!
//! [classes.steps]
//! closed = true
//!
//! [classes.cycleway]
//! speed_km_per_h = 18
//!
//! [barriers]
//! cycle_barrier = "block"
//!
//! [push]
//! allowed = false
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use units::{Length, Speed, TravelTime};

use crate::{
    AccessKey, Barrier, ClassRule, Opens, Profile, RoadClass, Smoothness, Surface, TravelsAs,
    TurnStance,
};

/// A profile of a plan, as written: everything that is left out is taken from the one it extends.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileSpec {
    /// Name in plans and reports.
    pub name: String,
    /// The built-in profile it differs from: `rider` or `foot`.
    pub extends: String,
    /// `walker`, `cyclist` or `motor`.
    pub travels_as: Option<TravelsAs>,
    /// Access keys, most specific first.
    pub keys: Option<Vec<AccessKey>>,
    /// The keys that name the mode itself; they must be among `keys`.
    pub own_keys: Option<Vec<AccessKey>>,
    /// Never faster than this; zero lifts the limit.
    pub speed_limit_km_per_h: Option<f64>,
    /// Classes that differ.
    #[serde(default)]
    pub classes: BTreeMap<RoadClass, ClassSpec>,
    /// What opens a street with `motorroad=yes`.
    pub motorroad: Option<Opens>,
    /// Never faster than this on a surface; zero lifts the limit.
    #[serde(default)]
    pub surface_limits_km_per_h: BTreeMap<Surface, f64>,
    /// Never faster than this on such a smoothness; zero means it cannot be ridden.
    #[serde(default)]
    pub smoothness_limits_km_per_h: BTreeMap<Smoothness, f64>,
    /// Pushing.
    #[serde(default)]
    pub push: PushSpec,
    /// Barriers that differ.
    #[serde(default)]
    pub barriers: BTreeMap<Barrier, BarrierRule>,
    /// What turn restrictions mean.
    pub turns: Option<TurnStance>,
    /// Added at each traffic signal.
    pub signal_delay_s: Option<f64>,
    /// Added at each crossing without a signal.
    pub crossing_delay_s: Option<f64>,
}

/// How a class of streets differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassSpec {
    /// Closes the class, whatever is tagged.
    #[serde(default)]
    pub closed: bool,
    /// What opens it.
    pub opens: Option<Opens>,
    /// Speed on it; needed for a class that the extended profile does not use.
    pub speed_km_per_h: Option<f64>,
    /// Speed where the way is segregated from walkers.
    pub segregated_speed_km_per_h: Option<f64>,
    /// Speed on parking aisles, driveways and alleys.
    pub minor_speed_km_per_h: Option<f64>,
    /// Speed on those when an own key says `designated`.
    pub minor_designated_speed_km_per_h: Option<f64>,
}

/// How pushing differs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PushSpec {
    /// Whether the vehicle is pushed at all.
    pub allowed: Option<bool>,
    /// Speed while pushing.
    pub speed_km_per_h: Option<f64>,
    /// Speed on steps with a ramp; zero closes them.
    pub ramp_speed_km_per_h: Option<f64>,
    /// How far from a rideable node a push-only edge may begin.
    pub reach_m: Option<f64>,
}

/// Whether a barrier stops a profile when no access tag says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarrierRule {
    /// It does not.
    Pass,
    /// It does.
    Block,
}

/// Something in a profile that cannot be.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum ProfileError {
    /// Extends something unknown.
    #[error("profile `{profile}` extends `{extends}`; extend `rider` or `foot`")]
    UnknownBase {
        /// The profile.
        profile: String,
        /// What it extends.
        extends: String,
    },
    /// A figure out of range.
    #[error("profile `{profile}` has `{field}` = {value}; give a number from {least} to {most}")]
    OutOfRange {
        /// The profile.
        profile: String,
        /// The field, with its place.
        field: String,
        /// What is there.
        value: f64,
        /// The least that is understood.
        least: f64,
        /// The most that is understood.
        most: f64,
    },
    /// A class without speed.
    #[error(
        "profile `{profile}` opens class `{class}` without a speed; add `speed_km_per_h` to it, \
         since `{extends}` does not use that class"
    )]
    NoSpeed {
        /// The profile.
        profile: String,
        /// The class.
        class: &'static str,
        /// What it extends.
        extends: String,
    },
    /// An own key that is no key.
    #[error("profile `{profile}` names `{key}` in `own_keys` but not in `keys`; add it there")]
    OwnKeyNotAKey {
        /// The profile.
        profile: String,
        /// The key.
        key: &'static str,
    },
    /// No key at all.
    #[error("profile `{0}` has no access key; name at least `access` in `keys`")]
    NoKeys(String),
}

/// Faster than any street vehicle of a plan.
const MOST_KM_PER_H: f64 = 130.0;
/// An hour at a signal is a typing error.
const MOST_DELAY_S: f64 = 3_600.0;
/// Pushing farther than this is no pushing.
const MOST_REACH_M: f64 = 5_000.0;

/// A figure that was refused; the problem is in the list.
struct Refused;

/// Collects problems while a profile is put together.
struct Reader<'a> {
    profile: &'a str,
    problems: Vec<ProfileError>,
}

impl Reader<'_> {
    fn in_range(&mut self, field: impl Into<String>, value: f64, least: f64, most: f64) -> bool {
        let fits = (least..=most).contains(&value);
        if !fits {
            self.problems.push(ProfileError::OutOfRange {
                profile: self.profile.to_owned(),
                field: field.into(),
                value,
                least,
                most,
            });
        }
        fits
    }

    /// A speed above zero.
    fn speed(&mut self, field: impl Into<String>, value: Option<f64>) -> Option<Speed> {
        let value = value?;
        let fits = self.in_range(field, value, 0.1, MOST_KM_PER_H);
        fits.then(|| Speed::from_km_per_h(value)).flatten()
    }

    /// A speed where zero means none.
    fn speed_or_none(
        &mut self,
        field: impl Into<String>,
        value: f64,
    ) -> Result<Option<Speed>, Refused> {
        if self.in_range(field, value, 0.0, MOST_KM_PER_H) {
            Ok(Speed::from_km_per_h(value))
        } else {
            Err(Refused)
        }
    }

    fn delay(&mut self, field: &str, value: Option<f64>) -> Option<TravelTime> {
        let value = value?;
        let fits = self.in_range(field, value, 0.0, MOST_DELAY_S);
        // Lengths know how to round a float: as many millimetres as there are tenths of a second.
        fits.then(|| TravelTime::from_tenths(Length::from_m_f64(value / 100.0).as_mm()))
    }
}

impl ProfileSpec {
    /// The whole profile.
    ///
    /// # Errors
    /// Everything in it that cannot be, at once.
    pub fn resolve(&self) -> Result<Profile, Vec<ProfileError>> {
        let Some(mut profile) = Profile::built_in(&self.extends) else {
            return Err(vec![ProfileError::UnknownBase {
                profile: self.name.clone(),
                extends: self.extends.clone(),
            }]);
        };
        let mut reader = Reader {
            profile: &self.name,
            problems: Vec::new(),
        };
        profile.name.clone_from(&self.name);
        if let Some(travels_as) = self.travels_as {
            profile.travels_as = travels_as;
        }
        self.resolve_keys(&mut profile, &mut reader);
        if let Some(limit) = self.speed_limit_km_per_h
            && let Ok(limit) = reader.speed_or_none("speed_limit_km_per_h", limit)
        {
            profile.speed_limit = limit;
        }
        for (&class, spec) in &self.classes {
            self.resolve_class(class, spec, &mut profile, &mut reader);
        }
        if let Some(motorroad) = self.motorroad {
            profile.motorroad = motorroad;
        }
        for (&surface, &limit) in &self.surface_limits_km_per_h {
            let field = format!("surface_limits_km_per_h.{}", surface.osm_name());
            match reader.speed_or_none(field, limit) {
                Ok(Some(limit)) => {
                    profile.surface_limits.insert(surface, limit);
                }
                Ok(None) => {
                    profile.surface_limits.remove(&surface);
                }
                Err(Refused) => {}
            }
        }
        for (&smoothness, &limit) in &self.smoothness_limits_km_per_h {
            let field = format!("smoothness_limits_km_per_h.{}", smoothness.osm_name());
            if let Ok(limit) = reader.speed_or_none(field, limit) {
                profile.smoothness_limits.insert(smoothness, limit);
            }
        }
        self.resolve_push(&mut profile, &mut reader);
        for (&barrier, &rule) in &self.barriers {
            profile.blocked_by.retain(|&other| other != barrier);
            if rule == BarrierRule::Block {
                profile.blocked_by.push(barrier);
            }
        }
        if let Some(turns) = self.turns {
            profile.turns = turns;
        }
        if let Some(delay) = reader.delay("signal_delay_s", self.signal_delay_s) {
            profile.signal_delay = delay;
        }
        if let Some(delay) = reader.delay("crossing_delay_s", self.crossing_delay_s) {
            profile.crossing_delay = delay;
        }
        if reader.problems.is_empty() {
            Ok(profile)
        } else {
            Err(reader.problems)
        }
    }

    fn resolve_keys(&self, profile: &mut Profile, reader: &mut Reader<'_>) {
        if let Some(keys) = &self.keys {
            profile.keys.clone_from(keys);
        }
        if let Some(own_keys) = &self.own_keys {
            profile.own_keys.clone_from(own_keys);
        }
        if profile.keys.is_empty() {
            reader
                .problems
                .push(ProfileError::NoKeys(self.name.clone()));
        }
        for key in &profile.own_keys {
            if !profile.keys.contains(key) {
                reader.problems.push(ProfileError::OwnKeyNotAKey {
                    profile: self.name.clone(),
                    key: key.osm_name(),
                });
            }
        }
    }

    fn resolve_class(
        &self,
        class: RoadClass,
        spec: &ClassSpec,
        profile: &mut Profile,
        reader: &mut Reader<'_>,
    ) {
        if spec.closed {
            profile.classes.remove(&class);
            return;
        }
        let mut figure =
            |name: &str, value| reader.speed(format!("classes.{}.{name}", class.osm_name()), value);
        let speed = figure("speed_km_per_h", spec.speed_km_per_h);
        let segregated = figure("segregated_speed_km_per_h", spec.segregated_speed_km_per_h);
        let minor = figure("minor_speed_km_per_h", spec.minor_speed_km_per_h);
        let designated = figure(
            "minor_designated_speed_km_per_h",
            spec.minor_designated_speed_km_per_h,
        );
        let known = profile.classes.get(&class).copied();
        let Some(mut rule) = known.or_else(|| Some(ClassRule::new(Opens::Always, speed?))) else {
            if spec.speed_km_per_h.is_none() {
                reader.problems.push(ProfileError::NoSpeed {
                    profile: self.name.clone(),
                    class: class.osm_name(),
                    extends: self.extends.clone(),
                });
            }
            return;
        };
        if let Some(speed) = speed {
            rule.speed = speed;
        }
        if let Some(opens) = spec.opens {
            rule.opens = opens;
        }
        rule.segregated_speed = segregated.or(rule.segregated_speed);
        rule.minor_speed = minor.or(rule.minor_speed);
        rule.minor_designated_speed = designated.or(rule.minor_designated_speed);
        profile.classes.insert(class, rule);
    }

    fn resolve_push(&self, profile: &mut Profile, reader: &mut Reader<'_>) {
        let spec = &self.push;
        let base = profile.push.or_else(|| Profile::rider().push);
        let is_allowed = spec.allowed.unwrap_or(profile.push.is_some());
        let Some(mut push) = base.filter(|_| is_allowed) else {
            profile.push = None;
            return;
        };
        if let Some(speed) = reader.speed("push.speed_km_per_h", spec.speed_km_per_h) {
            push.speed = speed;
        }
        if let Some(speed) = spec.ramp_speed_km_per_h
            && let Ok(speed) = reader.speed_or_none("push.ramp_speed_km_per_h", speed)
        {
            push.ramp_speed = speed;
        }
        if let Some(reach) = spec.reach_m
            && reader.in_range("push.reach_m", reach, 0.0, MOST_REACH_M)
        {
            push.reach = Length::from_m_f64(reach);
        }
        profile.push = Some(push);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolve(text: &str) -> Result<Profile, Vec<String>> {
        let spec: ProfileSpec = toml::from_str(text).map_err(|error| vec![error.to_string()])?;
        let told = |problems: Vec<ProfileError>| problems.iter().map(ToString::to_string).collect();
        spec.resolve().map_err(told)
    }

    #[test]
    fn what_is_left_out_is_the_extended_profile() {
        let same = resolve("name = 'rider'\nextends = 'rider'").unwrap();
        assert_eq!(same, Profile::rider());
    }

    #[test]
    fn a_cargo_bike_differs_where_it_says_so() {
        let profile = resolve(
            "name = 'cargo-bike'\nextends = 'rider'\nspeed_limit_km_per_h = 22\nsignal_delay_s = 7.5
             [classes.cycleway]\nspeed_km_per_h = 18\n[classes.footway]\nclosed = true
             [barriers]\ncycle_barrier = 'block'\n'full-height_turnstile' = 'pass'
             [push]\nallowed = false\n[smoothness_limits_km_per_h]\nbad = 0",
        )
        .unwrap();
        let speed = |class| profile.classes.get(&class).map(|rule| rule.speed);
        assert_eq!(speed(RoadClass::Cycleway), Speed::from_km_per_h(18.0));
        assert_eq!(speed(RoadClass::Footway), None);
        assert_eq!(speed(RoadClass::Primary), Speed::from_km_per_h(20.0));
        assert!(profile.blocked_by.contains(&Barrier::CycleBarrier));
        assert!(!profile.blocked_by.contains(&Barrier::FullHeightTurnstile));
        assert_eq!(
            (profile.push, profile.signal_delay),
            (None, TravelTime::from_tenths(75))
        );
        assert_eq!(profile.smoothness_limits[&Smoothness::Bad], None);
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let problems = resolve(
            "name = 'x'\nextends = 'foot'\nown_keys = ['moped']
             [classes.busway]\nopens = 'always'\n[classes.path]\nspeed_km_per_h = -3",
        )
        .unwrap_err();
        assert_eq!(
            problems,
            [
                "profile `x` names `moped` in `own_keys` but not in `keys`; add it there",
                "profile `x` has `classes.path.speed_km_per_h` = -3; give a number from 0.1 to 130",
                "profile `x` opens class `busway` without a speed; add `speed_km_per_h` to it, \
                 since `foot` does not use that class",
            ]
        );
        let unknown = resolve("name = 'x'\nextends = 'horse'").unwrap_err();
        assert_eq!(
            unknown,
            ["profile `x` extends `horse`; extend `rider` or `foot`"]
        );
        let typo = resolve("name = 'x'\nextends = 'foot'\nspeeed = 3").unwrap_err();
        assert!(typo[0].contains("unknown field `speeed`"), "{typo:?}");
    }
}
