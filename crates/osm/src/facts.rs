//! From tags to facts: what is mapped on a way or node, in the closed sets of `graph`.
//!
//! No decision is taken here: a value is either in a set or it is not. What a fact means for a
//! profile stands in `graph::verdict`.

use city::FindingKind;
use graph::{
    AccessFacts, AccessKey, AccessValue, Barrier, Conveying, NodeFacts, Oneway, RoadClass,
    ServiceKind, Smoothness, Surface, WayFacts, WayFlags, WayTimes,
};
use units::Length;

use crate::tags::{self, Key, Named, Tag, value};

/// Whether a way is a street.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Street<'a> {
    /// A street or ferry line, and what was doubted about it.
    Is(WayFacts, Doubts),
    /// A class that no profile may use.
    Closed(&'a str),
    /// A street that is a building.
    Building,
    /// Something else.
    No,
}

/// What the import doubts about a way or node, each kind once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubts(Vec<FindingKind>);

impl Doubts {
    fn add(&mut self, is_doubted: bool, kind: FindingKind) {
        if is_doubted && !self.0.contains(&kind) {
            self.0.push(kind);
        }
    }

    /// What was doubted.
    pub(crate) fn kinds(&self) -> impl Iterator<Item = FindingKind> {
        self.0.iter().copied()
    }
}

/// What a lift takes from one end to the other unless its duration is mapped: waiting for it, two
/// or three floors, and both doors.
const LIFT_S: u32 = 30;

/// Reads a way.
pub(crate) fn street<'a>(tags: &[Tag<'a>]) -> Street<'a> {
    let highway = value(tags, Named::Highway);
    let is_platform = || {
        value(tags, Named::Railway) == Some("platform")
            || tags::text(tags, "public_transport") == Some("platform")
    };
    let class = match highway {
        Some(class) => match RoadClass::from_osm(class) {
            Some(known) if known != RoadClass::Ferry => known,
            _ => return Street::Closed(class),
        },
        None if value(tags, Named::Route) == Some("ferry") => RoadClass::Ferry,
        None if is_platform() => RoadClass::Platform,
        None => return Street::No,
    };
    if value(tags, Named::Building) == Some("yes") {
        return Street::Building;
    }
    let mut facts = WayFacts {
        class,
        ..WayFacts::default()
    };
    let mut doubts = Doubts::default();
    let mut access = Vec::new();
    let mut flags = WayFlags::NONE;
    for tag in tags {
        let text = tag.value;
        match tag.key {
            Key::Access(key, along) => {
                let said = AccessValue::from_osm(text);
                doubts.add(
                    said == AccessValue::Unknown,
                    FindingKind::UnknownAccessValue,
                );
                access.push((key, along, said));
            }
            Key::OnewayFor(key) => {
                doubts.add(is_reversible(text), FindingKind::ReversibleStreet);
                facts.oneway_for.push((key, oneway(text)));
            }
            Key::Conditional => {
                doubts.add(true, FindingKind::Conditional);
                flags = flags.with(WayFlags::CONDITIONAL);
            }
            Key::Cycleway => flags = flags.with(cycleway(text)),
            Key::CyclewayOneway if matches!(text, "no" | "-1") => {
                flags = flags.with(WayFlags::CONTRAFLOW);
            }
            Key::Sidewalk => flags = flags.with(sidewalk(text)),
            Key::Named(key) => named(&mut facts, &mut flags, &mut doubts, key, text),
            _ => {}
        }
    }
    facts.access = AccessFacts::from_iter(access);
    if class == RoadClass::Steps && !flags.contains(WayFlags::RAMP_BICYCLE) {
        doubts.add(
            lets_bicycles_in(&facts.access),
            FindingKind::StepsWithoutRamp,
        );
    } else {
        let is_other = |kind: &FindingKind| *kind != FindingKind::StepsWithoutRamp;
        doubts.0.retain(is_other);
    }
    facts.oneway_for.sort_unstable();
    facts.oneway_for.dedup_by_key(|entry| entry.0);
    facts.flags = flags;
    facts.max_speed_km_per_h = max_speeds(tags);
    if class != RoadClass::Service {
        facts.service = None;
    }
    if class != RoadClass::Steps {
        facts.conveying = None;
    }
    let duration = || value(tags, Named::Duration).and_then(duration_s);
    let duration = match class {
        RoadClass::Ferry => duration(),
        RoadClass::Elevator => duration().or(Some(LIFT_S)),
        _ => None,
    };
    // The length is filled in when the way's nodes are known.
    facts.times = duration.map(|duration_s| WayTimes {
        duration_s,
        length: Length::ZERO,
    });
    Street::Is(facts, doubts)
}

/// Whether a bicycle key says that one may come with a bicycle.
fn lets_bicycles_in(access: &AccessFacts) -> bool {
    let is_bicycle = |key| matches!(key, AccessKey::Bicycle | AccessKey::ElectricBicycle);
    access.iter().any(|(key, _, value)| {
        is_bicycle(key) && (value.is_open() || value == AccessValue::Dismount)
    })
}

fn named(facts: &mut WayFacts, flags: &mut WayFlags, doubts: &mut Doubts, key: Named, text: &str) {
    let flag = |is_set: bool, flag: WayFlags| if is_set { flag } else { WayFlags::NONE };
    let set = match key {
        Named::Oneway => {
            doubts.add(is_reversible(text), FindingKind::ReversibleStreet);
            facts.oneway = Some(oneway(text));
            WayFlags::NONE
        }
        Named::Service => {
            facts.service = ServiceKind::from_osm(text);
            WayFlags::NONE
        }
        Named::Conveying => {
            facts.conveying = match text {
                "forward" => Some(Conveying::Forward),
                "backward" => Some(Conveying::Backward),
                "no" => None,
                _ => Some(Conveying::Either),
            };
            WayFlags::NONE
        }
        Named::Surface => {
            let known = || parts(text).map(Surface::from_osm);
            doubts.add(known().any(|s| s.is_none()), FindingKind::UnknownSurface);
            facts.surfaces = known().flatten().collect();
            facts.surfaces.sort_unstable();
            facts.surfaces.dedup();
            WayFlags::NONE
        }
        Named::Smoothness => {
            let known = || parts(text).map(Smoothness::from_osm);
            doubts.add(known().any(|s| s.is_none()), FindingKind::UnknownSurface);
            // They are listed from even to rough.
            facts.smoothness = known().flatten().max();
            WayFlags::NONE
        }
        Named::Layer => {
            facts.layer = text.parse().unwrap_or(0);
            WayFlags::NONE
        }
        Named::Segregated => flag(text == "yes", WayFlags::SEGREGATED),
        Named::Ramp | Named::RampStroller | Named::RampWheelchair => {
            doubts.add(text != "no", FindingKind::StepsWithoutRamp);
            WayFlags::NONE
        }
        Named::RampBicycle => flag(text == "yes", WayFlags::RAMP_BICYCLE),
        Named::Junction => flag(text == "roundabout", WayFlags::ROUNDABOUT),
        Named::Motorroad => flag(text == "yes", WayFlags::MOTORROAD),
        Named::Area => flag(text == "yes", WayFlags::AREA),
        Named::Tunnel if text == "building_passage" => {
            WayFlags::TUNNEL.with(WayFlags::BUILDING_PASSAGE)
        }
        Named::Tunnel => flag(text != "no", WayFlags::TUNNEL),
        Named::Bridge => flag(text != "no", WayFlags::BRIDGE),
        Named::Covered => flag(text == "yes", WayFlags::COVERED),
        _ => WayFlags::NONE,
    };
    *flags = flags.with(set);
}

/// The parts of a list.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(';').map(str::trim)
}

/// Whether the direction of a street changes, by the hour or with each signal.
fn is_reversible(text: &str) -> bool {
    matches!(text, "reversible" | "alternating")
}

fn oneway(text: &str) -> Oneway {
    match text {
        "yes" | "true" | "1" => Oneway::Forward,
        "-1" | "reverse" => Oneway::Backward,
        _ => Oneway::No,
    }
}

fn cycleway(text: &str) -> WayFlags {
    match text {
        "lane" | "track" | "shared_lane" => WayFlags::CYCLE_LANE,
        "separate" => WayFlags::CYCLEWAY_SEPARATE,
        _ if text.starts_with("opposite") => WayFlags::CONTRAFLOW,
        _ => WayFlags::NONE,
    }
}

fn sidewalk(text: &str) -> WayFlags {
    match text {
        "yes" | "both" | "left" | "right" => WayFlags::SIDEWALK,
        "separate" => WayFlags::SIDEWALK_SEPARATE,
        _ => WayFlags::NONE,
    }
}

/// Limits in km/h, forward and backward.
fn max_speeds(tags: &[Tag<'_>]) -> [Option<u16>; 2] {
    use graph::Along;
    let of = |along| {
        let tag = tags.iter().find(|tag| tag.key == Key::MaxSpeed(along));
        tag.and_then(|tag| km_per_h(tag.value))
    };
    let both = of(Along::Both);
    [of(Along::Forward).or(both), of(Along::Backward).or(both)]
}

/// `50`, `50 km/h`, `30 mph`; `walk` as the 5 km/h of a walk; words for no limit give none.
fn km_per_h(text: &str) -> Option<u16> {
    let text = text.trim();
    if text == "walk" {
        return Some(5);
    }
    let digits = text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, unit) = text.split_at_checked(digits)?;
    let number: u16 = number.parse().ok()?;
    match unit.trim() {
        "" | "km/h" | "kmh" | "kph" => Some(number),
        // One mile is 1.609 km.
        "mph" => u16::try_from((u32::from(number) * 1_609 + 500) / 1_000).ok(),
        _ => None,
    }
    .filter(|&limit| limit > 0)
}

/// `1:30` (hours and minutes), `1:30:00`, `90` (minutes), `PT1H30M`; in seconds, never zero.
fn duration_s(text: &str) -> Option<u32> {
    let text = text.trim();
    let seconds = if let Some(iso) = text.strip_prefix("PT") {
        let mut seconds = 0_u32;
        let mut number = 0_u32;
        for c in iso.chars() {
            let per = match c {
                'H' => 3_600,
                'M' => 60,
                'S' => 1,
                _ => {
                    number = number.checked_mul(10)?.checked_add(c.to_digit(10)?)?;
                    continue;
                }
            };
            seconds = seconds.checked_add(number.checked_mul(per)?)?;
            number = 0;
        }
        seconds
    } else {
        let parts: Vec<u32> = text
            .split(':')
            .map(|part| part.trim().parse().ok())
            .collect::<Option<_>>()?;
        match parts[..] {
            [minutes] => minutes.checked_mul(60)?,
            [hours, minutes] => hours
                .checked_mul(60)?
                .checked_add(minutes)?
                .checked_mul(60)?,
            [hours, minutes, seconds] => hours
                .checked_mul(60)?
                .checked_add(minutes)?
                .checked_mul(60)?
                .checked_add(seconds)?,
            _ => return None,
        }
    };
    // A week on a ferry is a typing error.
    (1..=7 * 86_400).contains(&seconds).then_some(seconds)
}

/// What a node of a street says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct NodeMark {
    pub(crate) facts: NodeFacts,
    pub(crate) has_signals: bool,
    /// A crossing without signals.
    pub(crate) has_crossing: bool,
    pub(crate) doubts: Doubts,
}

/// Whether a tag describes a crossing or a control, of which the access keys of its node speak.
fn describes_control(tag: &Tag<'_>) -> bool {
    match tag.key {
        Key::Named(Named::Highway) => matches!(
            tag.value,
            "crossing"
                | "traffic_signals"
                | "stop"
                | "give_way"
                | "speed_camera"
                | "bus_stop"
                | "street_lamp"
        ),
        Key::Named(Named::Crossing) => true,
        Key::Named(Named::Railway) => matches!(
            tag.value,
            "level_crossing" | "crossing" | "tram_level_crossing" | "tram_crossing"
        ),
        _ => false,
    }
}

/// Reads a node; `None` when nothing on it concerns a street.
pub(crate) fn node(tags: &[Tag<'_>]) -> Option<NodeMark> {
    let mut mark = NodeMark::default();
    let mut access = Vec::new();
    let mut signalled_crossing = false;
    let mut is_crossing = false;
    for tag in tags {
        mark.facts.control |= describes_control(tag);
        match tag.key {
            Key::Access(key, along) => {
                let said = AccessValue::from_osm(tag.value);
                mark.doubts.add(
                    said == AccessValue::Unknown,
                    FindingKind::UnknownAccessValue,
                );
                access.push((key, along, said));
            }
            Key::Conditional => mark.doubts.add(true, FindingKind::Conditional),
            Key::Named(Named::Barrier) if tag.value != "no" => {
                mark.facts.barrier = Some(Barrier::from_osm(tag.value).unwrap_or(Barrier::Other));
            }
            Key::Named(Named::Locked) => mark.facts.locked = tag.value == "yes",
            Key::Named(Named::Sensory) => {
                mark.facts.sensory = matches!(tag.value, "audible" | "audio");
            }
            Key::Named(Named::Highway) => match tag.value {
                "crossing" => is_crossing = true,
                "traffic_signals" => mark.has_signals = true,
                _ => {}
            },
            Key::Named(Named::Crossing) => signalled_crossing = tag.value == "traffic_signals",
            _ => {}
        }
    }
    mark.facts.access = AccessFacts::from_iter(access);
    // A barrier is no crossing: whoever may pass it, the keys say.
    mark.facts.control &= mark.facts.barrier.is_none();
    if is_crossing {
        mark.has_signals |= signalled_crossing;
        mark.has_crossing = !mark.has_signals;
    }
    let says = mark.facts.matters() || mark.has_signals || mark.has_crossing;
    says.then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_of_ferries() {
        let cases = [
            ("1:00", Some(3_600)),
            ("00:20", Some(1_200)),
            ("0:05:30", Some(330)),
            ("15", Some(900)),
            ("PT1H30M", Some(5_400)),
            ("PT45S", Some(45)),
            ("0", None),
            ("soon", None),
            ("99999999:00", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(duration_s(text), seconds, "{text}");
        }
    }

    #[test]
    fn speed_limits() {
        let cases = [
            ("50", Some(50)),
            ("30 mph", Some(48)),
            ("20 km/h", Some(20)),
            ("walk", Some(5)),
            ("none", None),
            ("CN:urban", None),
            ("0", None),
        ];
        for (text, limit) in cases {
            assert_eq!(km_per_h(text), limit, "{text}");
        }
    }
}
