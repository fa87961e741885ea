use std::fmt;
use std::sync::Arc;

use thiserror::Error;

use crate::nearest_spelling;

/// What a facility is: one of four named kinds, or a kind declared in a plan.
///
/// ```
/// use coverage::{FacilityKind, KindCatalog};
/// let catalog = KindCatalog::default();
/// assert_eq!(catalog.find("warm-station"), Ok(FacilityKind::WarmStation));
/// assert_eq!(catalog.find("换电柜"), Ok(FacilityKind::BatterySwapCabinet));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FacilityKind {
    /// 换电柜: swaps e-bike batteries.
    BatterySwapCabinet,
    /// 暖新驿站: rest and service station for riders, couriers and drivers.
    WarmStation,
    /// 小哥食堂: low-price canteen for riders.
    RiderCanteen,
    /// 小哥药房: pharmacy with rider benefits.
    RiderPharmacy,
    /// Declared in a plan.
    Custom(CustomKind),
}

impl FacilityKind {
    /// The four kinds that every city has.
    pub const NAMED: [Self; 4] = [
        Self::BatterySwapCabinet,
        Self::WarmStation,
        Self::RiderCanteen,
        Self::RiderPharmacy,
    ];

    /// The key as written in plans and tables.
    pub fn key(&self) -> &str {
        match self {
            Self::BatterySwapCabinet => "battery-swap-cabinet",
            Self::WarmStation => "warm-station",
            Self::RiderCanteen => "rider-canteen",
            Self::RiderPharmacy => "rider-pharmacy",
            Self::Custom(kind) => &kind.0.key,
        }
    }

    /// The name in Chinese.
    pub fn zh(&self) -> &str {
        match self {
            Self::BatterySwapCabinet => "换电柜",
            Self::WarmStation => "暖新驿站",
            Self::RiderCanteen => "小哥食堂",
            Self::RiderPharmacy => "小哥药房",
            Self::Custom(kind) => &kind.0.zh,
        }
    }

    /// The name in English.
    pub fn en(&self) -> &str {
        match self {
            Self::BatterySwapCabinet => "battery-swap cabinet",
            Self::WarmStation => "warm station",
            Self::RiderCanteen => "rider canteen",
            Self::RiderPharmacy => "rider pharmacy",
            Self::Custom(kind) => &kind.0.en,
        }
    }

    fn is_called(&self, text: &str) -> bool {
        [self.key(), self.zh(), self.en()].contains(&text)
    }

    /// Other words that city tables use for the named kinds; a kind that a plan declares goes before
    /// them.
    const fn short_words(&self) -> &'static [&'static str] {
        match self {
            Self::BatterySwapCabinet => &[
                "换电站",
                "换电点",
                "换电",
                "电池柜",
                "换电池柜",
                "智能换电柜",
                "swap cabinet",
                "battery swap",
            ],
            Self::WarmStation => &[
                "驿站",
                "暖蜂驿站",
                "爱心驿站",
                "骑手驿站",
                "小哥驿站",
                "司机之家",
                "户外劳动者驿站",
                "户外劳动者服务站点",
                "rest station",
            ],
            Self::RiderCanteen => &[
                "食堂",
                "骑手食堂",
                "爱心食堂",
                "社区食堂",
                "餐厅",
                "canteen",
            ],
            Self::RiderPharmacy => &["药房", "药店", "小哥药店", "骑手药房", "pharmacy"],
            Self::Custom(_) => &[],
        }
    }
}

/// The key.
impl fmt::Display for FacilityKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// A kind declared in a plan; cheap to copy.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomKind(Arc<Names>);

#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Names {
    key: String,
    zh: String,
    en: String,
}

/// A declaration of a kind that cannot stand.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KindError {
    /// The key is not made of small letters, digits and hyphens.
    #[error("kind key `{0}` may hold only small letters, digits and hyphens, as in `union-post`")]
    Key(String),
    /// A name is empty.
    #[error("kind `{0}` needs a Chinese and an English name")]
    Nameless(String),
    /// The key or a name is taken.
    #[error("`{name}` of kind `{key}` already names kind `{other}`")]
    Taken {
        /// Key of the new kind.
        key: String,
        /// The word that is taken.
        name: String,
        /// Key of the kind that has it.
        other: String,
    },
}

/// A word that names no kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no facility kind; known are {}", known.join(", "))]
pub struct UnknownKind {
    /// The word.
    pub text: String,
    /// Keys of all known kinds.
    pub known: Vec<String>,
    /// The key or name it was most likely meant to be.
    pub nearest: Option<String>,
}

/// The kinds that a plan knows: the four named ones and those it declares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindCatalog {
    custom: Vec<FacilityKind>,
}

impl KindCatalog {
    /// Declares one more kind.
    ///
    /// # Errors
    /// When the key is malformed, a name is empty, or a word is taken.
    pub fn declare(&mut self, key: &str, zh: &str, en: &str) -> Result<FacilityKind, KindError> {
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if key.is_empty() || !key.chars().all(letters) {
            return Err(KindError::Key(key.to_owned()));
        }
        if zh.trim().is_empty() || en.trim().is_empty() {
            return Err(KindError::Nameless(key.to_owned()));
        }
        for name in [key, zh, en] {
            if let Some(other) = self.kinds().find(|kind| kind.is_called(name)) {
                return Err(KindError::Taken {
                    key: key.to_owned(),
                    name: name.to_owned(),
                    other: other.key().to_owned(),
                });
            }
        }
        let kind = FacilityKind::Custom(CustomKind(Arc::new(Names {
            key: key.to_owned(),
            zh: zh.to_owned(),
            en: en.to_owned(),
        })));
        self.custom.push(kind.clone());
        Ok(kind)
    }

    /// All kinds: the named ones, then those declared, in order.
    pub fn kinds(&self) -> impl Iterator<Item = &FacilityKind> {
        FacilityKind::NAMED.iter().chain(&self.custom)
    }

    /// The kind with this key, Chinese name or English name; else the named kind that city tables
    /// call so (`食堂`, `驿站`).
    ///
    /// # Errors
    /// When there is none; the error lists what is known and what was most likely meant.
    pub fn find(&self, text: &str) -> Result<FacilityKind, UnknownKind> {
        let text = text.trim();
        if let Some(kind) = self.kinds().find(|kind| kind.is_called(text)) {
            return Ok(kind.clone());
        }
        if let Some(kind) = self.kinds().find(|kind| kind.short_words().contains(&text)) {
            return Ok(kind.clone());
        }
        let words = self
            .kinds()
            .flat_map(|kind| [kind.key(), kind.zh(), kind.en()]);
        Err(UnknownKind {
            text: text.to_owned(),
            known: self.kinds().map(|kind| kind.key().to_owned()).collect(),
            nearest: nearest_spelling(text, words).map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_kind_is_found_by_all_its_names() {
        let mut catalog = KindCatalog::default();
        let post = catalog
            .declare("union-post", "工会驿站", "union post")
            .unwrap();
        for word in ["union-post", "工会驿站", "union post", " union-post "] {
            assert_eq!(catalog.find(word).as_ref(), Ok(&post), "{word}");
        }
        assert_eq!(catalog.kinds().count(), 5);
    }

    #[test]
    fn words_are_taken_once() {
        let mut catalog = KindCatalog::default();
        assert_eq!(
            catalog.declare("hot-station", "暖新驿站", "hot station"),
            Err(KindError::Taken {
                key: "hot-station".into(),
                name: "暖新驿站".into(),
                other: "warm-station".into(),
            })
        );
        assert_eq!(
            catalog.declare("Union Post", "工会", "union"),
            Err(KindError::Key("Union Post".into()))
        );
        assert_eq!(
            catalog.declare("union-post", "", "union"),
            Err(KindError::Nameless("union-post".into()))
        );
    }

    #[test]
    fn short_words_of_tables_mean_the_named_kinds_unless_a_plan_takes_them() {
        let mut catalog = KindCatalog::default();
        for (word, kind) in [
            ("食堂", FacilityKind::RiderCanteen),
            ("换电站", FacilityKind::BatterySwapCabinet),
            ("驿站", FacilityKind::WarmStation),
            ("药店", FacilityKind::RiderPharmacy),
        ] {
            assert_eq!(catalog.find(word), Ok(kind));
        }
        let mut seen = std::collections::BTreeSet::new();
        for word in FacilityKind::NAMED
            .iter()
            .flat_map(FacilityKind::short_words)
        {
            assert!(seen.insert(word), "`{word}` means two kinds");
        }
        let own = catalog.declare("canteen", "食堂", "any canteen").unwrap();
        assert_eq!(catalog.find("食堂"), Ok(own));
        assert!(catalog.find("食").is_err() && catalog.find("加油站").is_err());
    }

    #[test]
    fn an_unknown_kind_lists_the_known_and_the_nearest() {
        let error = KindCatalog::default().find("warm-staton").unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("warm-station"));
        assert_eq!(
            error.to_string(),
            "`warm-staton` is no facility kind; known are battery-swap-cabinet, warm-station, \
             rider-canteen, rider-pharmacy"
        );
    }
}
