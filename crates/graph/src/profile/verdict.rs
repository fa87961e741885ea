//! What the mapped facts of a way or node mean for one profile under one set of policies.
//!
//! Pure functions of facts: the same facts get the same verdict everywhere. What depends on the
//! surroundings (push reach, gates, copies of nodes) is added by the metric.

use units::Speed;

use crate::{
    AccessKey, AccessValue, Along, Barrier, Contraflow, Conveying, FerryPolicy, GatePolicy,
    Heading, Inside, NodeFacts, Oneway, Opens, Policies, Profile, RoadClass, SidePaths, TravelsAs,
    WayFacts, WayFlags,
};

/// Whether and how one direction of a way may be travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Not at all.
    Closed(ClosedBy),
    /// At a speed, freely or enter-only.
    Open(OpenWay),
}

/// How an open direction is travelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenWay {
    /// Speed along it.
    pub speed: Speed,
    /// Whether the vehicle is pushed.
    pub is_push: bool,
    /// Why one may enter but not pass; `None` on a public street.
    pub inside: Option<Inside>,
}

/// What closes a direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClosedBy {
    /// The class, or the lack of a key that opens it.
    Class,
    /// An access tag.
    Access,
    /// A one-way or a directional access tag.
    Direction,
    /// `use_sidepath` or `*=separate` under the strict policy, or a link that no plan has joined.
    SidePath,
    /// The ferry policy, or a ferry for others.
    Ferry,
}

impl Verdict {
    /// The open way; `None` when closed.
    pub fn open(self) -> Option<OpenWay> {
        match self {
            Self::Open(open) => Some(open),
            Self::Closed(_) => None,
        }
    }
}

/// What a way means, forward and backward.
///
/// Cost: a few comparisons per fact.
pub fn of_way(profile: &Profile, policies: &Policies, facts: &WayFacts) -> [Verdict; 2] {
    let walker = Profile::foot();
    Heading::BOTH.map(|heading| with_push(profile, &walker, policies, facts, heading))
}

/// As [`of_way`], for many facts with one walker.
pub(crate) fn with_push(
    profile: &Profile,
    walker: &Profile,
    policies: &Policies,
    facts: &WayFacts,
    heading: Heading,
) -> Verdict {
    let own = without_push(profile, policies, facts, heading);
    let Verdict::Closed(reason) = own else {
        return own;
    };
    let against = reason == ClosedBy::Direction;
    if against && policies.contraflow != Contraflow::Push {
        return own;
    }
    if matches!(facts.class, RoadClass::Ferry | RoadClass::Elevator) {
        return own;
    }
    let Some(push) = profile.push else {
        return own;
    };
    let speed = if facts.class == RoadClass::Steps {
        let ramp = facts.flags.contains(WayFlags::RAMP_BICYCLE);
        push.ramp_speed.filter(|_| ramp)
    } else {
        Some(push.speed)
    };
    // Pushing replaces riding; it does not undo a one-way.
    let directed = against || allows(profile, facts, heading);
    match (
        speed,
        directed,
        without_push(walker, policies, facts, heading),
    ) {
        (Some(speed), true, Verdict::Open(walk)) => Verdict::Open(OpenWay {
            speed,
            is_push: true,
            inside: walk.inside,
        }),
        _ => own,
    }
}

fn without_push(
    profile: &Profile,
    policies: &Policies,
    facts: &WayFacts,
    heading: Heading,
) -> Verdict {
    if facts.class == RoadClass::Ferry && policies.ferries == FerryPolicy::Closed {
        return Verdict::Closed(ClosedBy::Ferry);
    }
    if facts.flags.contains(WayFlags::INFERRED_LINK) && !policies.joins_side_paths {
        return Verdict::Closed(ClosedBy::SidePath);
    }
    let Some(rule) = profile.classes.get(&facts.class) else {
        return Verdict::Closed(ClosedBy::Class);
    };
    let opens = if facts.flags.contains(WayFlags::MOTORROAD) {
        profile.motorroad
    } else {
        rule.opens
    };
    let own_key = has_own_key(profile, facts, heading);
    let is_open = own_key
        || match opens {
            Opens::Always => true,
            Opens::WithKey => false,
            Opens::WithKeyOrSidewalk => facts.flags.contains(WayFlags::SIDEWALK),
            Opens::WithKeyOrCycleLane => facts.flags.contains(WayFlags::CYCLE_LANE),
        };
    if !is_open {
        return Verdict::Closed(ClosedBy::Class);
    }
    let said = facts.access.first_of(&profile.keys, heading);
    let mut inside = None;
    if let Some(said) = said {
        let value = said.value;
        inside = value.inside();
        let must_dismount = value == AccessValue::Dismount && facts.class != RoadClass::Ferry;
        if value.is_closed() {
            let by = if said.is_directional {
                ClosedBy::Direction
            } else {
                ClosedBy::Access
            };
            return Verdict::Closed(by);
        }
        if must_dismount && profile.has_vehicle() {
            return Verdict::Closed(ClosedBy::Access);
        }
    }
    if facts.class == RoadClass::Ferry && names_others_only(profile, facts) {
        return Verdict::Closed(ClosedBy::Ferry);
    }
    if policies.side_paths == SidePaths::Strict && !own_key {
        let separate = match profile.travels_as {
            TravelsAs::Walker => WayFlags::SIDEWALK_SEPARATE,
            TravelsAs::Cyclist => WayFlags::CYCLEWAY_SEPARATE,
            TravelsAs::Motor => WayFlags::NONE,
        };
        let by_flag = separate != WayFlags::NONE && facts.flags.contains(separate);
        let by_value = said.is_some_and(|said| said.value == AccessValue::UseSidepath);
        if by_flag || by_value {
            return Verdict::Closed(ClosedBy::SidePath);
        }
    }
    if !allows(profile, facts, heading) {
        return Verdict::Closed(ClosedBy::Direction);
    }
    match speed(profile, facts, rule, heading) {
        Some(speed) => Verdict::Open(OpenWay {
            speed,
            is_push: false,
            inside,
        }),
        None => Verdict::Closed(ClosedBy::Class),
    }
}

/// Whether an own key, plain or of this direction, has an open or enter-only value.
fn has_own_key(profile: &Profile, facts: &WayFacts, heading: Heading) -> bool {
    profile.own_keys.iter().any(|&key| {
        let said = facts.access.of(key, heading);
        said.is_some_and(|said| opens_for(said.value))
    })
}

/// Whether an own key of this value opens what is closed otherwise.
fn opens_for(value: AccessValue) -> bool {
    value.is_open() || value.inside().is_some()
}

/// Whether the one-way tags let one travel in this direction.
fn allows(profile: &Profile, facts: &WayFacts, heading: Heading) -> bool {
    let with = |oneway: Oneway| match oneway {
        Oneway::Forward => heading == Heading::Forward,
        Oneway::Backward => heading == Heading::Backward,
        Oneway::No => true,
    };
    let own = profile.own_keys.iter().find_map(|key| {
        facts
            .oneway_for
            .iter()
            .find(|(named, _)| named == key)
            .map(|&(_, oneway)| oneway)
    });
    if let Some(oneway) = own {
        return with(oneway);
    }
    let is_walker = profile.travels_as == TravelsAs::Walker;
    if is_walker && facts.class == RoadClass::Steps {
        return match facts.conveying {
            Some(Conveying::Forward) => heading == Heading::Forward,
            Some(Conveying::Backward) => heading == Heading::Backward,
            Some(Conveying::Either) | None => true,
        };
    }
    if is_walker && facts.class != RoadClass::Ferry {
        return true;
    }
    let is_cyclist = profile.travels_as == TravelsAs::Cyclist;
    if is_cyclist && facts.flags.contains(WayFlags::CONTRAFLOW) {
        return true;
    }
    let said = facts.access.first_of(&profile.keys, heading);
    if said.is_some_and(|said| said.is_directional && !said.value.is_closed()) {
        return true;
    }
    let implied = facts.flags.contains(WayFlags::ROUNDABOUT) || facts.class == RoadClass::Motorway;
    match facts.oneway {
        Some(oneway) => with(oneway),
        None => !implied || heading == Heading::Forward,
    }
}

/// A ferry that names another mode and none of this profile is not for it. `dismount` names
/// walking, so it shuts nobody out.
fn names_others_only(profile: &Profile, facts: &WayFacts) -> bool {
    let names = |key: AccessKey, value: AccessValue| {
        key != AccessKey::Access
            && key != AccessKey::Vehicle
            && !value.is_closed()
            && value != AccessValue::Dismount
    };
    let named_self = facts
        .access
        .iter()
        .any(|(key, _, _)| profile.own_keys.contains(&key));
    !named_self
        && facts
            .access
            .iter()
            .any(|(key, along, value)| along == Along::Both && names(key, value))
}

/// The least of class speed, mapped limit, surface, smoothness and the profile's own limit; `None`
/// where the way cannot be ridden.
fn speed(
    profile: &Profile,
    facts: &WayFacts,
    rule: &crate::ClassRule,
    heading: Heading,
) -> Option<Speed> {
    if matches!(facts.class, RoadClass::Ferry | RoadClass::Elevator) {
        return Some(timed_speed(facts).unwrap_or(rule.speed));
    }
    let designated = profile.own_keys.iter().any(|&key| {
        facts
            .access
            .of(key, heading)
            .is_some_and(|said| said.value == AccessValue::Designated)
    });
    let mut speed = rule.speed;
    if facts.flags.contains(WayFlags::SEGREGATED) {
        speed = rule.segregated_speed.unwrap_or(speed);
    }
    if facts.service.is_some() {
        let minor = rule.minor_speed.unwrap_or(speed);
        let for_us = rule.minor_designated_speed.filter(|_| designated);
        speed = for_us.unwrap_or(minor);
    }
    if profile.travels_as != TravelsAs::Walker {
        let mapped = facts.max_speed_km_per_h[heading.index()];
        let mapped = mapped.and_then(|limit| Speed::from_km_per_h(f64::from(limit)));
        speed = mapped.map_or(speed, |limit| speed.min(limit));
    }
    let surfaces = facts.surfaces.iter();
    let surface = surfaces.filter_map(|surface| profile.surface_limits.get(surface));
    speed = surface.fold(speed, |speed, &limit| speed.min(limit));
    let smoothness = facts
        .smoothness
        .and_then(|smoothness| profile.smoothness_limits.get(&smoothness));
    if let Some(&limit) = smoothness {
        speed = speed.min(limit?);
    }
    Some(profile.speed_limit.map_or(speed, |limit| speed.min(limit)))
}

/// Rounded up, so that what is missing to the exact duration is a delay and never negative.
fn timed_speed(facts: &WayFacts) -> Option<Speed> {
    let times = facts.times?;
    let mm = u64::from(times.length.as_mm());
    let secs = u64::from(times.duration_s);
    let mm_per_s = (mm + secs).checked_sub(1)?.checked_div(secs)?;
    Speed::from_mm_per_s(u32::try_from(mm_per_s).ok()?)
}

/// What a node means before any plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passage {
    /// Anybody of this profile passes.
    Pass,
    /// Nobody of this profile passes, whatever the plan says.
    Block,
    /// Opens by decision: the policy read from the map, which a plan may replace.
    Gate {
        /// The policy when the plan says nothing.
        policy: GatePolicy,
        /// Whether an open access tag stands on it, so that it costs no delay.
        is_tagged_open: bool,
    },
}

/// What a node means for a profile.
pub fn of_node(profile: &Profile, facts: &NodeFacts) -> Passage {
    let is_gate = facts.barrier.is_some_and(Barrier::is_gate);
    let shut = if is_gate {
        Passage::Gate {
            policy: GatePolicy::Shut,
            is_tagged_open: false,
        }
    } else {
        Passage::Block
    };
    let keys = if facts.locked {
        &profile.own_keys
    } else {
        &profile.keys
    };
    let said = if facts.control {
        None
    } else {
        // Access tags of a node have no direction that one could tell.
        facts.access.first_of(keys, Heading::Forward)
    };
    match said.map(|said| said.value) {
        Some(value) if value.is_closed() => shut,
        // Only an own key that lets one in opens a lock; `dismount` and `use_sidepath` do not.
        Some(value) if facts.locked && !opens_for(value) => shut,
        Some(value) if value.inside().is_some() => Passage::Gate {
            policy: GatePolicy::Enter,
            is_tagged_open: false,
        },
        Some(_) if is_gate => Passage::Gate {
            policy: GatePolicy::Through,
            is_tagged_open: true,
        },
        Some(_) => Passage::Pass,
        None if facts.locked => shut,
        None if is_gate => Passage::Gate {
            policy: GatePolicy::Through,
            is_tagged_open: false,
        },
        None => match facts.barrier {
            Some(Barrier::Fence) if facts.sensory => Passage::Pass,
            Some(barrier) if profile.blocked_by.contains(&barrier) => Passage::Block,
            _ => Passage::Pass,
        },
    }
}
