use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::nearest_spelling;

/// One thing that a facility offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Amenity {
    /// 休息: a seat out of the weather.
    Rest,
    /// 饮水: drinking water.
    Water,
    /// 充电: a socket for phone or battery (not a swap).
    Charging,
    /// 换电: a charged battery for an empty one (not charging).
    Swap,
    /// 用餐: meals.
    Meal,
    /// 加热: a microwave.
    Microwave,
    /// 急救: first aid.
    FirstAid,
    /// 药品: medicine.
    Medicine,
    /// 厕所: a toilet.
    Toilet,
    /// 无线网络: Wi-Fi.
    Wifi,
    /// 维修: repair of vehicles.
    Repair,
    /// 24小时: open round the clock.
    RoundTheClock,
}

/// A word that names no amenity.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no amenity; known are {}", Amenity::ALL.map(Amenity::key).join(", "))]
pub struct UnknownAmenity {
    /// The word.
    pub text: String,
    /// The key or name it was most likely meant to be.
    pub nearest: Option<String>,
}

impl Amenity {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Rest,
        Self::Water,
        Self::Charging,
        Self::Swap,
        Self::Meal,
        Self::Microwave,
        Self::FirstAid,
        Self::Medicine,
        Self::Toilet,
        Self::Wifi,
        Self::Repair,
        Self::RoundTheClock,
    ];

    /// The key as written in plans and tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Rest => "rest",
            Self::Water => "water",
            Self::Charging => "charging",
            Self::Swap => "swap",
            Self::Meal => "meal",
            Self::Microwave => "microwave",
            Self::FirstAid => "first-aid",
            Self::Medicine => "medicine",
            Self::Toilet => "toilet",
            Self::Wifi => "wifi",
            Self::Repair => "repair",
            Self::RoundTheClock => "round-the-clock",
        }
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Rest => "休息",
            Self::Water => "饮水",
            Self::Charging => "充电",
            Self::Swap => "换电",
            Self::Meal => "用餐",
            Self::Microwave => "加热",
            Self::FirstAid => "急救",
            Self::Medicine => "药品",
            Self::Toilet => "厕所",
            Self::Wifi => "无线网络",
            Self::Repair => "维修",
            Self::RoundTheClock => "24小时",
        }
    }

    const fn bit(self) -> u16 {
        #[expect(
            clippy::as_conversions,
            reason = "a field-less enum of twelve; `from` is not const"
        )]
        let place = self as u16;
        1 << place
    }
}

/// The key.
impl fmt::Display for Amenity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// From the key or the Chinese name.
impl FromStr for Amenity {
    type Err = UnknownAmenity;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let called = |amenity: &Self| amenity.key() == text || amenity.zh() == text;
        Self::ALL
            .into_iter()
            .find(called)
            .ok_or_else(|| UnknownAmenity {
                text: text.to_owned(),
                nearest: nearest_spelling(text, Self::ALL.iter().flat_map(|a| [a.key(), a.zh()]))
                    .map(str::to_owned),
            })
    }
}

/// A set of amenities.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AmenitySet(u16);

impl AmenitySet {
    /// Nothing.
    pub const EMPTY: Self = Self(0);

    /// Adds one.
    #[must_use]
    pub const fn with(self, amenity: Amenity) -> Self {
        Self(self.0 | amenity.bit())
    }

    /// Whether one is in it.
    pub const fn contains(self, amenity: Amenity) -> bool {
        self.0 & amenity.bit() != 0
    }

    /// Whether all of `other` are in it.
    pub const fn includes(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether nothing is in it.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Those in it, in the order of [`Amenity::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Amenity> {
        Amenity::ALL
            .into_iter()
            .filter(move |&amenity| self.contains(amenity))
    }
}

impl FromIterator<Amenity> for AmenitySet {
    fn from_iter<I: IntoIterator<Item = Amenity>>(amenities: I) -> Self {
        amenities.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// Keys joined by semicolons.
impl fmt::Display for AmenitySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, amenity) in self.iter().enumerate() {
            write!(f, "{}{amenity}", if i > 0 { ";" } else { "" })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_amenity_has_its_own_bit_and_comes_back() {
        let mut seen = AmenitySet::EMPTY;
        for amenity in Amenity::ALL {
            assert!(!seen.contains(amenity), "{amenity}");
            seen = seen.with(amenity);
            assert_eq!(amenity.key().parse(), Ok(amenity));
            assert_eq!(amenity.zh().parse(), Ok(amenity));
        }
        assert_eq!(seen.iter().count(), 12);
    }

    #[test]
    fn a_set_includes_its_parts() {
        let set: AmenitySet = [Amenity::Water, Amenity::Rest].into_iter().collect();
        assert!(set.includes(AmenitySet::EMPTY.with(Amenity::Rest)));
        assert!(!set.includes(AmenitySet::EMPTY.with(Amenity::Swap)));
        assert_eq!(set.to_string(), "rest;water");
        assert_eq!(
            "toilets".parse::<Amenity>().unwrap_err().nearest.as_deref(),
            Some("toilet")
        );
    }
}
