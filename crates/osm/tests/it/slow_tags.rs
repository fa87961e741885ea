//! Tags as the slow router reads them: written from the specification, with nothing of the import.

use osmpbfreader::Tags;

/// Who travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    Rider,
    Foot,
}

const CLASSES: &[&str] = &[
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "service",
    "track",
    "road",
    "path",
    "cycleway",
    "footway",
    "pedestrian",
    "platform",
    "bridleway",
    "steps",
    "busway",
    "corridor",
    "elevator",
];

pub(crate) fn tag<'a>(tags: &'a Tags, key: &str) -> Option<&'a str> {
    tags.get(key).map(AsRef::as_ref)
}

pub(crate) fn is_street(tags: &Tags) -> bool {
    if tag(tags, "building") == Some("yes") {
        return false;
    }
    match tag(tags, "highway") {
        Some(class) => CLASSES.contains(&class),
        None => tag(tags, "route") == Some("ferry") || is_platform(tags),
    }
}

fn is_platform(tags: &Tags) -> bool {
    tag(tags, "railway") == Some("platform") || tag(tags, "public_transport") == Some("platform")
}

/// The class that counts: platforms and ferries are mapped without `highway`.
pub(crate) fn class_of(tags: &Tags) -> &str {
    match tag(tags, "highway") {
        Some(class) => class,
        None if tag(tags, "route") == Some("ferry") => "ferry",
        None => "platform",
    }
}

/// `open`, `enter`, `private`, `side`, `dismount`, `closed`; the most open part of a list.
pub(crate) fn meaning(value: &str) -> &'static str {
    let of = |part: &str| match part.trim() {
        "use_sidepath" => (1, "side"),
        "dismount" => (2, "dismount"),
        "destination" | "delivery" | "customers" => (3, "enter"),
        "private" | "permit" | "residents" => (4, "private"),
        "no" | "agricultural" | "forestry" | "emergency" | "military" => (5, "closed"),
        _ => (0, "open"),
    };
    value.split(';').map(of).min().unwrap().1
}

/// What a direction of a way allows: millimetres per second, pushing, and what makes it inner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) speed: u64,
    pub(crate) push: bool,
    pub(crate) inside: Option<&'static str>,
}

pub(crate) fn kmh(value: f64) -> u64 {
    format!("{:.0}", value * 1_000_000.0 / 3_600.0)
        .parse()
        .unwrap()
}

pub(crate) fn keys(who: Who) -> (&'static [&'static str], &'static [&'static str]) {
    match who {
        Who::Rider => (
            &["electric_bicycle", "bicycle", "vehicle", "access"],
            &["electric_bicycle", "bicycle"],
        ),
        Who::Foot => (&["foot", "access"], &["foot"]),
    }
}

/// Value of the first key present, and whether its direction was named.
pub(crate) fn said<'a>(tags: &'a Tags, keys: &[&str], forward: bool) -> Option<(&'a str, bool)> {
    let suffix = if forward { "forward" } else { "backward" };
    keys.iter().find_map(|key| {
        let directed = tag(tags, &format!("{key}:{suffix}")).map(|v| (v, true));
        directed.or_else(|| tag(tags, key).map(|v| (v, false)))
    })
}

pub(crate) fn oneway_value(value: &str) -> (bool, bool) {
    match value {
        "yes" | "true" | "1" => (true, false),
        "-1" | "reverse" => (false, true),
        _ => (true, true),
    }
}

pub(crate) fn direction_open(tags: &Tags, who: Who, forward: bool) -> bool {
    let pick = |both: (bool, bool)| if forward { both.0 } else { both.1 };
    let class = class_of(tags);
    let (all, own) = keys(who);
    if let Some(value) = own.iter().find_map(|k| tag(tags, &format!("oneway:{k}"))) {
        return pick(oneway_value(value));
    }
    if who == Who::Foot {
        if class == "steps" {
            return match tag(tags, "conveying") {
                Some("forward") => forward,
                Some("backward") => !forward,
                _ => true,
            };
        }
        if class != "ferry" {
            return true;
        }
    } else {
        let sides = [
            "cycleway",
            "cycleway:left",
            "cycleway:right",
            "cycleway:both",
        ];
        let opposite = sides.iter().any(|side| {
            tag(tags, side).is_some_and(|v| v.starts_with("opposite"))
                || (*side != "cycleway"
                    && matches!(tag(tags, &format!("{side}:oneway")), Some("no" | "-1")))
        });
        if opposite {
            return true;
        }
    }
    if let Some((value, true)) = said(tags, all, forward)
        && meaning(value) != "closed"
    {
        return true;
    }
    match tag(tags, "oneway") {
        Some(value) => pick(oneway_value(value)),
        None => forward || !(tag(tags, "junction") == Some("roundabout") || class == "motorway"),
    }
}

pub(crate) fn max_speed(tags: &Tags, forward: bool) -> Option<f64> {
    let parse = |text: &str| -> Option<f64> {
        let text = text.trim();
        if text == "walk" {
            return Some(5.0);
        }
        let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
        let number: f64 = digits.parse().ok()?;
        let unit = text.trim_start_matches(|c: char| c.is_ascii_digit()).trim();
        let limit = match unit {
            "" | "km/h" | "kmh" | "kph" => number,
            "mph" => (number * 1.609).round(),
            _ => return None,
        };
        (limit > 0.0 && number < 65_536.0).then_some(limit)
    };
    let key = if forward {
        "maxspeed:forward"
    } else {
        "maxspeed:backward"
    };
    tag(tags, key)
        .and_then(parse)
        .or_else(|| tag(tags, "maxspeed").and_then(parse))
}

/// Riding or walking, without pushing.
#[expect(
    clippy::too_many_lines,
    reason = "a list of rules, read from top to bottom"
)]
pub(crate) fn plain(
    tags: &Tags,
    who: Who,
    ferries: bool,
    forward: bool,
) -> Result<Allowed, &'static str> {
    let class = class_of(tags);
    let (all, own) = keys(who);
    if class == "ferry" && !ferries {
        return Err("closed");
    }
    let own_open = own.iter().any(|key| {
        said(tags, &[key], forward)
            .is_some_and(|(v, _)| matches!(meaning(v), "open" | "enter" | "private"))
    });
    let sidewalk = [
        "sidewalk",
        "sidewalk:left",
        "sidewalk:right",
        "sidewalk:both",
    ]
    .iter()
    .any(|k| matches!(tag(tags, k), Some("yes" | "both" | "left" | "right")));
    let lane = [
        "cycleway",
        "cycleway:left",
        "cycleway:right",
        "cycleway:both",
    ]
    .iter()
    .any(|k| matches!(tag(tags, k), Some("lane" | "track" | "shared_lane")));
    let motorroad = tag(tags, "motorroad") == Some("yes");
    let minor = matches!(
        tag(tags, "service"),
        Some("parking_aisle" | "driveway" | "alley")
    );
    let segregated = tag(tags, "segregated") == Some("yes");
    let link = class.trim_end_matches("_link");
    let speed = if who == Who::Foot {
        let open = match link {
            "motorway" | "trunk" => own_open || sidewalk,
            "bridleway" => own_open,
            "busway" => false,
            _ => true,
        } && (!motorroad || own_open || sidewalk);
        if !open {
            return Err("class");
        }
        match class {
            "steps" => 600,
            "ferry" => kmh(10.0),
            _ => 1_200,
        }
    } else {
        let designated = own.iter().any(|key| {
            said(tags, &[key], forward)
                .is_some_and(|(v, _)| v.split(';').any(|p| p.trim() == "designated"))
        });
        let (open, km) = match link {
            "primary" | "secondary" | "tertiary" | "cycleway" => (true, 20.0),
            "unclassified" | "residential" => (true, 18.0),
            "service" if minor => (true, if designated { 12.0 } else { 8.0 }),
            "living_street" | "service" | "track" | "road" => (true, 12.0),
            "path" => (true, if segregated { 15.0 } else { 10.0 }),
            "pedestrian" | "footway" | "platform" | "corridor" => {
                (own_open, if segregated { 15.0 } else { 10.0 })
            }
            "bridleway" => (own_open, 10.0),
            "trunk" => (own_open || lane, 20.0),
            "motorway" => (own_open, 20.0),
            "ferry" => (true, 10.0),
            _ => (false, 1.0),
        };
        if !open || (motorroad && !own_open) {
            return Err("class");
        }
        let mut speed = kmh(km);
        if class != "ferry" {
            if let Some(limit) = max_speed(tags, forward) {
                speed = speed.min(kmh(limit));
            }
            // The slowest part of a list counts; what is not known slows nobody.
            for part in list(tags, "surface") {
                speed = speed.min(kmh(match part {
                    "paving_stones" | "sett" | "compacted" | "fine_gravel" => 15.0,
                    "cobblestone" | "unhewn_cobblestone" | "pebblestone" | "gravel" | "ground"
                    | "dirt" | "earth" | "grass" | "unpaved" => 10.0,
                    "rock" | "sand" | "mud" => 4.0,
                    _ => 25.0,
                }));
            }
            for part in list(tags, "smoothness") {
                speed = speed.min(kmh(match part {
                    "bad" => 12.0,
                    "very_bad" => 8.0,
                    "horrible" | "very_horrible" => 5.0,
                    _ => 25.0,
                }));
            }
        }
        speed
    };
    let mut inside = None;
    if let Some((value, directed)) = said(tags, all, forward) {
        match meaning(value) {
            "closed" => return Err(if directed { "direction" } else { "access" }),
            "dismount" if who == Who::Rider && class != "ferry" => return Err("access"),
            "enter" => inside = Some("destination"),
            "private" => inside = Some("private"),
            _ => {}
        }
    }
    if class == "ferry" {
        let named = |k: &&str| tag(tags, k).is_some();
        let others = [
            "foot",
            "bicycle",
            "electric_bicycle",
            "cargo_bike",
            "motor_vehicle",
            "motorcar",
            "motorcycle",
            "moped",
            "mofa",
        ];
        let is_named =
            |k: &&&str| tag(tags, k).is_some_and(|v| !matches!(meaning(v), "closed" | "dismount"));
        if !own.iter().any(named) && others.iter().any(|k| is_named(&k)) {
            return Err("closed");
        }
    }
    if !direction_open(tags, who, forward) {
        return Err("direction");
    }
    let impassable = list(tags, "smoothness").any(|part| part == "impassable");
    if who == Who::Rider && impassable && class != "ferry" {
        return Err("class");
    }
    Ok(Allowed {
        speed,
        push: false,
        inside,
    })
}

pub(crate) fn allowed(tags: &Tags, who: Who, ferries: bool, forward: bool) -> Option<Allowed> {
    let reason = match plain(tags, who, ferries, forward) {
        Ok(open) => return Some(open),
        Err(reason) => reason,
    };
    let class = class_of(tags);
    if who == Who::Foot || matches!(class, "ferry" | "elevator") || reason == "direction" {
        return None;
    }
    let speed = match (class, tag(tags, "ramp:bicycle")) {
        ("steps", Some("yes")) => kmh(2.0),
        ("steps", _) => return None,
        _ => kmh(4.0),
    };
    if !direction_open(tags, Who::Rider, forward) {
        return None;
    }
    let walk = plain(tags, Who::Foot, ferries, forward).ok()?;
    Some(Allowed {
        speed,
        push: true,
        inside: walk.inside,
    })
}

/// The parts of a list.
fn list<'a>(tags: &'a Tags, key: &str) -> impl Iterator<Item = &'a str> {
    let value = tag(tags, key).into_iter();
    value.flat_map(|value| value.split(';')).map(str::trim)
}

/// Whether the keys of a node speak of a crossing or a control, and not of the street.
fn speaks_of_crossing(tags: &Tags) -> bool {
    let highway = [
        "crossing",
        "traffic_signals",
        "stop",
        "give_way",
        "speed_camera",
        "bus_stop",
        "street_lamp",
    ];
    let railway = [
        "level_crossing",
        "crossing",
        "tram_level_crossing",
        "tram_crossing",
    ];
    tag(tags, "barrier").is_none_or(|barrier| barrier == "no")
        && (tag(tags, "highway").is_some_and(|value| highway.contains(&value))
            || tag(tags, "railway").is_some_and(|value| railway.contains(&value))
            || tag(tags, "crossing").is_some())
}

/// What stands on a node: `pass`, `block`, or a gate with its default policy and whether an open
/// tag stands on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stands {
    Pass,
    Block,
    Gate(&'static str, bool),
}

pub(crate) fn stands(tags: &Tags, who: Who) -> Stands {
    let (all, own) = keys(who);
    let barrier = tag(tags, "barrier").filter(|b| *b != "no");
    let gate = matches!(
        barrier,
        Some("gate" | "lift_gate" | "swing_gate" | "entrance")
    );
    let locked = tag(tags, "locked") == Some("yes");
    let shut = if gate {
        Stands::Gate("shut", false)
    } else {
        Stands::Block
    };
    let asked = if locked { own } else { all };
    let value = asked
        .iter()
        .find_map(|k| tag(tags, &format!("{k}:forward")).or_else(|| tag(tags, k)));
    if !speaks_of_crossing(tags)
        && let Some(value) = value
    {
        return match meaning(value) {
            "closed" => shut,
            // A lock opens for who is let in, not for who is told how to go.
            "side" | "dismount" if locked => shut,
            "enter" | "private" => Stands::Gate("enter", false),
            _ if gate => Stands::Gate("through", true),
            _ => Stands::Pass,
        };
    }
    if locked {
        return shut;
    }
    if gate {
        return Stands::Gate("through", false);
    }
    match barrier {
        Some("fence") if matches!(tag(tags, "sensory"), Some("audible" | "audio")) => Stands::Pass,
        Some("wall" | "fence" | "yes") => Stands::Block,
        Some("stile" | "turnstile" | "full-height_turnstile" | "kissing_gate")
            if who == Who::Rider =>
        {
            Stands::Block
        }
        _ => Stands::Pass,
    }
}

/// Whether anything on a node could stop or admit somebody.
pub(crate) fn matters(tags: &Tags) -> bool {
    let access = [
        "access",
        "foot",
        "vehicle",
        "bicycle",
        "electric_bicycle",
        "cargo_bike",
        "motor_vehicle",
        "motorcar",
        "motorcycle",
        "moped",
        "mofa",
    ];
    tag(tags, "barrier").is_some_and(|b| b != "no")
        || tag(tags, "locked") == Some("yes")
        || (!speaks_of_crossing(tags)
            && access.iter().any(|k| {
                tag(tags, k).is_some()
                    || tag(tags, &format!("{k}:forward")).is_some()
                    || tag(tags, &format!("{k}:backward")).is_some()
            }))
}
