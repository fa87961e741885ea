use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use graph::EdgeId;
use thiserror::Error;
use units::LngLat;

use crate::{Linkage, nearest_spelling};

/// What somebody reported from the street (随手拍).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HazardKind {
    /// 道路阻断: nobody gets through.
    BlockedRoad,
    /// 井盖缺失: a missing manhole cover.
    MissingManholeCover,
    /// 路灯不亮: a dark street.
    DarkStreet,
    /// 路面破损: a broken surface.
    BrokenSurface,
    /// 积水: standing water.
    StandingWater,
    /// 其他: anything else.
    Other,
}

/// A word that names no kind of hazard.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no kind of hazard; known are {}", HazardKind::ALL.map(HazardKind::key).join(", "))]
pub struct UnknownHazard {
    /// The word.
    pub text: String,
    /// The key or name it was most likely meant to be.
    pub nearest: Option<String>,
}

impl HazardKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::BlockedRoad,
        Self::MissingManholeCover,
        Self::DarkStreet,
        Self::BrokenSurface,
        Self::StandingWater,
        Self::Other,
    ];

    /// The key as written in plans and tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::BlockedRoad => "blocked-road",
            Self::MissingManholeCover => "missing-manhole-cover",
            Self::DarkStreet => "dark-street",
            Self::BrokenSurface => "broken-surface",
            Self::StandingWater => "standing-water",
            Self::Other => "other",
        }
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::BlockedRoad => "道路阻断",
            Self::MissingManholeCover => "井盖缺失",
            Self::DarkStreet => "路灯不亮",
            Self::BrokenSurface => "路面破损",
            Self::StandingWater => "积水",
            Self::Other => "其他",
        }
    }
}

/// The key.
impl fmt::Display for HazardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// From the key or the Chinese name.
impl FromStr for HazardKind {
    type Err = UnknownHazard;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let called = |kind: &Self| kind.key() == text || kind.zh() == text;
        Self::ALL
            .into_iter()
            .find(called)
            .ok_or_else(|| UnknownHazard {
                text: text.to_owned(),
                nearest: nearest_spelling(text, Self::ALL.iter().flat_map(|k| [k.key(), k.zh()]))
                    .map(str::to_owned),
            })
    }
}

/// What has become of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HazardState {
    /// 待处理: nobody has looked at it.
    Reported,
    /// 已核实: somebody has, and it is there.
    Confirmed,
    /// 已处理: it is gone.
    Fixed,
}

impl HazardState {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reported, Self::Confirmed, Self::Fixed];

    /// The key as written in plans and tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Reported => "reported",
            Self::Confirmed => "confirmed",
            Self::Fixed => "fixed",
        }
    }

    /// The name in Chinese.
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Reported => "待处理",
            Self::Confirmed => "已核实",
            Self::Fixed => "已处理",
        }
    }
}

/// A word that names no state of a report.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no state of a report; known are reported, confirmed, fixed")]
pub struct UnknownState(String);

/// From the key or the Chinese name.
impl FromStr for HazardState {
    type Err = UnknownState;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let called = |state: &Self| state.key() == text || state.zh() == text;
        Self::ALL
            .into_iter()
            .find(called)
            .ok_or_else(|| UnknownState(text.to_owned()))
    }
}

/// A reported hazard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hazard {
    /// Id in its source.
    pub id: String,
    /// What was reported.
    pub kind: HazardKind,
    /// Where.
    pub position: LngLat,
    /// Since when, as written in the source; may be empty.
    pub since: String,
    /// What has become of it.
    pub state: HazardState,
    /// What the report says; may be empty.
    pub note: String,
    /// Made up to show something (示意).
    pub illustrative: bool,
}

/// What a plan lets hazards do to a street.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StreetEffect {
    /// Travelled at this share of its speed, 1 to 99 percent.
    Slow {
        /// Percent of the speed.
        percent: u8,
    },
    /// Closed in both directions.
    Close,
}

/// Which kinds of hazards do what; a kind that is not named is only listed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HazardRules {
    effects: BTreeMap<HazardKind, StreetEffect>,
    /// Whether reports that nobody has confirmed count too.
    pub unconfirmed_count: bool,
}

impl HazardRules {
    /// Lets a kind do something.
    #[must_use]
    pub fn with(mut self, kind: HazardKind, effect: StreetEffect) -> Self {
        self.effects.insert(kind, effect);
        self
    }

    /// What a hazard does; nothing when it is fixed, unconfirmed, or of a kind only listed.
    pub fn effect_of(&self, hazard: &Hazard) -> Option<StreetEffect> {
        let counts = match hazard.state {
            HazardState::Reported => self.unconfirmed_count,
            HazardState::Confirmed => true,
            HazardState::Fixed => false,
        };
        counts
            .then(|| self.effects.get(&hazard.kind).copied())
            .flatten()
    }

    /// What all hazards together do to the streets they were joined to, by ascending edge; of
    /// several effects on one edge the worst counts: closed before slow, slower before less slow.
    ///
    /// A metric is made from this; hazards that are not joined to a street (`None` in the linkage)
    /// do nothing.
    ///
    /// # Panics
    /// When the linkage belongs to other hazards.
    ///
    /// Cost: n log n in the hazards.
    pub fn effects(&self, hazards: &[Hazard], linkage: &Linkage) -> Vec<(EdgeId, StreetEffect)> {
        assert_eq!(
            hazards.len(),
            linkage.n_places(),
            "linkage of other hazards"
        );
        let mut worst: BTreeMap<EdgeId, StreetEffect> = BTreeMap::new();
        for (hazard, link) in hazards.iter().zip(linkage.links()) {
            let (Some(effect), Some(link)) = (self.effect_of(hazard), link) else {
                continue;
            };
            worst
                .entry(link.place.point.edge)
                .and_modify(|known| *known = worse(*known, effect))
                .or_insert(effect);
        }
        worst.into_iter().collect()
    }
}

fn worse(a: StreetEffect, b: StreetEffect) -> StreetEffect {
    match (a, b) {
        (StreetEffect::Slow { percent: a }, StreetEffect::Slow { percent: b }) => {
            StreetEffect::Slow { percent: a.min(b) }
        }
        _ => StreetEffect::Close,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Link;
    use reach::{Place, StreetPoint};
    use units::{Length, TravelTime};

    fn hazard(kind: HazardKind, state: HazardState) -> Hazard {
        Hazard {
            id: "1".into(),
            kind,
            position: LngLat::from_e7(0, 0),
            since: String::new(),
            state,
            note: String::new(),
            illustrative: false,
        }
    }

    fn on(edge: u32) -> Link {
        let point = StreetPoint {
            edge: EdgeId::new(edge),
            offset: Length::ZERO,
        };
        let place = Place::new(point, TravelTime::ZERO);
        Link {
            is_in_doubt: false,
            place,
            position: LngLat::from_e7(0, 0),
            walk: Length::ZERO,
            on_scrap: false,
            lifted: None,
        }
    }

    #[test]
    fn the_worst_of_several_counts_and_fixed_ones_do_not() {
        use HazardKind::{BlockedRoad, BrokenSurface, DarkStreet, Other, StandingWater};
        use HazardState::{Confirmed, Fixed, Reported};
        let rules = HazardRules::default()
            .with(BlockedRoad, StreetEffect::Close)
            .with(DarkStreet, StreetEffect::Slow { percent: 80 })
            .with(StandingWater, StreetEffect::Slow { percent: 50 });
        let cases = [
            (DarkStreet, Confirmed, Some(on(7))),
            (StandingWater, Confirmed, Some(on(7))),
            (BlockedRoad, Fixed, Some(on(7))),
            (BlockedRoad, Confirmed, Some(on(3))),
            (DarkStreet, Confirmed, Some(on(3))),
            (BlockedRoad, Reported, Some(on(5))),
            (Other, Confirmed, Some(on(6))),
            (BrokenSurface, Confirmed, Some(on(6))),
            (BlockedRoad, Confirmed, None),
        ];
        let hazards: Vec<Hazard> = cases
            .iter()
            .map(|&(kind, state, _)| hazard(kind, state))
            .collect();
        let linkage = Linkage::from_links(cases.iter().map(|case| case.2.clone()).collect());
        let slow = StreetEffect::Slow { percent: 50 };
        let want = [
            (EdgeId::new(3), StreetEffect::Close),
            (EdgeId::new(7), slow),
        ];
        assert_eq!(rules.effects(&hazards, &linkage), want);
        let trusting = HazardRules {
            unconfirmed_count: true,
            ..rules
        };
        assert_eq!(trusting.effects(&hazards, &linkage).len(), 3);
    }

    #[test]
    fn kinds_are_found_by_key_and_chinese_name() {
        for kind in HazardKind::ALL {
            assert_eq!(kind.key().parse(), Ok(kind));
            assert_eq!(kind.zh().parse(), Ok(kind));
        }
        let error = "dark-stret".parse::<HazardKind>().unwrap_err();
        assert_eq!(error.nearest.as_deref(), Some("dark-street"));
    }
}
