//! The tags of one object, with keys told apart once per block.

use std::borrow::Cow;

use graph::{AccessKey, Along};
use osmpbfreader::osmformat::PrimitiveBlock;

/// A key that the import looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    /// `access`, `bicycle`, … with or without a direction.
    Access(AccessKey, Along),
    /// `oneway:<access key>`.
    OnewayFor(AccessKey),
    /// A key of places: its presence makes a place.
    Place,
    /// `*:conditional` of an access, oneway or speed key.
    Conditional,
    /// `cycleway` or a side of it.
    Cycleway,
    /// `cycleway:<side>:oneway`.
    CyclewayOneway,
    /// `sidewalk` or a side of it.
    Sidewalk,
    /// `maxspeed`.
    MaxSpeed(Along),
    /// Others by name.
    Named(Named),
    /// Not looked at.
    Other,
}

macro_rules! named_keys {
    ($($variant:ident = $text:literal),+ $(,)?) => {
        /// Keys that stand for themselves.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Named {
            $($variant,)+
        }

        fn named(text: &str) -> Option<Named> {
            match text {
                $($text => Some(Named::$variant),)+
                _ => None,
            }
        }
    };
}

named_keys! {
    AdminLevel = "admin_level",
    Area = "area",
    Barrier = "barrier",
    Boundary = "boundary",
    Bridge = "bridge",
    Building = "building",
    BuildingLevels = "building:levels",
    Conveying = "conveying",
    Covered = "covered",
    Crossing = "crossing",
    Duration = "duration",
    Except = "except",
    Highway = "highway",
    Junction = "junction",
    Landuse = "landuse",
    Layer = "layer",
    Locked = "locked",
    Motorroad = "motorroad",
    Name = "name",
    NameEn = "name:en",
    Natural = "natural",
    Oneway = "oneway",
    Railway = "railway",
    Ramp = "ramp",
    RampBicycle = "ramp:bicycle",
    RampStroller = "ramp:stroller",
    RampWheelchair = "ramp:wheelchair",
    Restriction = "restriction",
    Route = "route",
    Segregated = "segregated",
    Sensory = "sensory",
    Service = "service",
    Smoothness = "smoothness",
    Surface = "surface",
    Tunnel = "tunnel",
    Type = "type",
    Waterway = "waterway",
}

/// Keys whose presence makes an object a place. `railway` counts for stations only.
const PLACE_KEYS: [&str; 14] = [
    "amenity",
    "club",
    "craft",
    "emergency",
    "healthcare",
    "historic",
    "leisure",
    "office",
    "place",
    "public_transport",
    "shop",
    "social_facility",
    "telecom",
    "tourism",
];

impl Key {
    fn of(text: &str) -> Self {
        if PLACE_KEYS.contains(&text) {
            return Self::Place;
        }
        if let Some(key) = named(text) {
            return Self::Named(key);
        }
        if let Some(rest) = text.strip_suffix(":conditional") {
            let of = Self::of(rest);
            let is_rule = matches!(
                of,
                Self::Access(..)
                    | Self::OnewayFor(_)
                    | Self::MaxSpeed(_)
                    | Self::Named(Named::Oneway | Named::Restriction)
            );
            return if is_rule {
                Self::Conditional
            } else {
                Self::Other
            };
        }
        let (stem, along) = if let Some(stem) = text.strip_suffix(":forward") {
            (stem, Along::Forward)
        } else if let Some(stem) = text.strip_suffix(":backward") {
            (stem, Along::Backward)
        } else {
            (text, Along::Both)
        };
        let access = |name: &str| {
            AccessKey::ALL
                .into_iter()
                .find(|key| key.osm_name() == name)
        };
        if let Some(key) = access(stem) {
            return Self::Access(key, along);
        }
        if stem == "maxspeed" {
            return Self::MaxSpeed(along);
        }
        if let Some(key) = text.strip_prefix("oneway:").and_then(access) {
            return Self::OnewayFor(key);
        }
        match text {
            "cycleway" | "cycleway:left" | "cycleway:right" | "cycleway:both" => Self::Cycleway,
            "cycleway:left:oneway" | "cycleway:right:oneway" | "cycleway:both:oneway" => {
                Self::CyclewayOneway
            }
            "sidewalk" | "sidewalk:left" | "sidewalk:right" | "sidewalk:both" => Self::Sidewalk,
            _ => Self::Other,
        }
    }
}

/// The string table of a block, each entry also as a key.
pub(crate) struct Table<'a> {
    texts: Vec<Cow<'a, str>>,
    keys: Vec<Key>,
}

/// One tag.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tag<'a> {
    pub(crate) key: Key,
    pub(crate) name: &'a str,
    pub(crate) value: &'a str,
}

/// What a damaged block gets told.
pub(crate) const BAD_TEXT: &str = "a tag names a text that is not there";

impl<'a> Table<'a> {
    pub(crate) fn of(block: &'a PrimitiveBlock) -> Self {
        let texts: Vec<Cow<'a, str>> = block
            .stringtable
            .s
            .iter()
            .map(|text| String::from_utf8_lossy(text))
            .collect();
        let keys = texts.iter().map(|text| Key::of(text)).collect();
        Self { texts, keys }
    }

    pub(crate) fn text(&self, id: u32) -> Result<&str, &'static str> {
        let text = usize::try_from(id).ok().and_then(|id| self.texts.get(id));
        text.map(Cow::as_ref).ok_or(BAD_TEXT)
    }

    fn tag(&self, key: u32, value: u32) -> Result<Tag<'_>, &'static str> {
        let at = usize::try_from(key).ok();
        Ok(Tag {
            key: at
                .and_then(|at| self.keys.get(at))
                .copied()
                .ok_or(BAD_TEXT)?,
            name: self.text(key)?,
            value: self.text(value)?,
        })
    }

    /// Replaces `tags` by the tags with these keys and values.
    pub(crate) fn fill<'t>(
        &'t self,
        tags: &mut Vec<Tag<'t>>,
        keys: &[u32],
        values: &[u32],
    ) -> Result<(), &'static str> {
        tags.clear();
        for (&key, &value) in keys.iter().zip(values) {
            tags.push(self.tag(key, value)?);
        }
        Ok(())
    }

    /// Replaces `tags` by those of the next node of a dense group: keys and values by turns, up to
    /// a zero.
    pub(crate) fn fill_dense<'t>(
        &'t self,
        tags: &mut Vec<Tag<'t>>,
        rest: &mut &[i32],
    ) -> Result<(), &'static str> {
        tags.clear();
        while let Some((&key, after)) = rest.split_first() {
            *rest = after;
            if key == 0 {
                break;
            }
            let (&value, after) = rest.split_first().ok_or(BAD_TEXT)?;
            *rest = after;
            let id = |number: i32| u32::try_from(number).ok().ok_or(BAD_TEXT);
            tags.push(self.tag(id(key)?, id(value)?)?);
        }
        Ok(())
    }
}

/// The value of a named key.
pub(crate) fn value<'a>(tags: &[Tag<'a>], key: Named) -> Option<&'a str> {
    let mut found = tags.iter().filter(|tag| tag.key == Key::Named(key));
    found.next().map(|tag| tag.value)
}

/// The value of a key by its text, for keys that stand for something else too.
pub(crate) fn text<'a>(tags: &[Tag<'a>], key: &str) -> Option<&'a str> {
    let mut found = tags.iter().filter(|tag| tag.name == key);
    found.next().map(|tag| tag.value)
}

/// Whether the object is a place: it has one of the keys of places, or is a station.
pub(crate) fn is_place(tags: &[Tag<'_>]) -> bool {
    tags.iter().any(|tag| match tag.key {
        Key::Place => tag.value != "no",
        Key::Named(Named::Railway) => matches!(
            tag.value,
            "station" | "halt" | "subway_entrance" | "tram_stop"
        ),
        _ => false,
    })
}
