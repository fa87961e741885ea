//! Who travels, and how fast on each class of street: a profile is data.

mod policy;
mod profile_spec;
pub(crate) mod push_reach;
pub(crate) mod region;
mod standing;
pub mod verdict;

pub use policy::{
    Contraflow, FerryPolicy, GatePolicies, GatePolicy, Policies, SidePaths, TurnOnFoot,
};
pub use profile_spec::{BarrierRule, ClassSpec, ProfileError, ProfileSpec, PushSpec};
pub use standing::{EdgeEnd, Standing};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use units::{Length, Speed, TravelTime};

use crate::{AccessKey, Barrier, RoadClass, Smoothness, Surface};

/// Who travels: which access keys count, which classes are open, how fast each is.
///
/// Two are built in, [`Profile::rider`] and [`Profile::foot`]; a plan adds others through
/// [`ProfileSpec`](crate::ProfileSpec). Speeds are planning assumptions, not measurements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Name in plans and reports.
    pub name: String,
    /// Which rules of the road hold.
    pub travels_as: TravelsAs,
    /// Access keys, most specific first; the first one present decides.
    pub keys: Vec<AccessKey>,
    /// The keys that name this mode itself: they open a class, a locked gate or a footway.
    pub own_keys: Vec<AccessKey>,
    /// The classes that are open, with their speeds; a class that is not listed is closed.
    pub classes: BTreeMap<RoadClass, ClassRule>,
    /// What opens a street with `motorroad=yes`, whatever its class.
    pub motorroad: Opens,
    /// Never faster than this.
    pub speed_limit: Option<Speed>,
    /// Never faster than this on a surface.
    pub surface_limits: BTreeMap<Surface, Speed>,
    /// Never faster than this on such a smoothness; none means it cannot be ridden at all.
    pub smoothness_limits: BTreeMap<Smoothness, Option<Speed>>,
    /// Whether and how the vehicle is pushed where it may not be ridden.
    pub push: Option<Push>,
    /// Barriers that stop this profile unless an access tag says otherwise.
    pub blocked_by: Vec<Barrier>,
    /// What turn restrictions mean.
    pub turns: TurnStance,
    /// Added at each traffic signal.
    pub signal_delay: TravelTime,
    /// Added at each crossing without a signal.
    pub crossing_delay: TravelTime,
}

/// Which rules of the road hold for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TravelsAs {
    /// One-way streets, speed limits and gate delays do not concern it; moving steps do.
    Walker,
    /// Obeys one-ways and speed limits, uses cycle tracks.
    Cyclist,
    /// Obeys one-ways and speed limits.
    Motor,
}

/// What opens a class of streets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opens {
    /// Open as it is.
    Always,
    /// An own key with an open or enter-only value.
    WithKey,
    /// An own key, or a mapped sidewalk.
    WithKeyOrSidewalk,
    /// An own key, or a cycle lane or track.
    WithKeyOrCycleLane,
}

/// One class of streets for one profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassRule {
    /// What opens it.
    pub opens: Opens,
    /// Speed on it.
    pub speed: Speed,
    /// Speed where the way is segregated from walkers, when different.
    pub segregated_speed: Option<Speed>,
    /// Speed on parking aisles, driveways and alleys, when different.
    pub minor_speed: Option<Speed>,
    /// Speed on those when an own key says `designated`.
    pub minor_designated_speed: Option<Speed>,
}

impl ClassRule {
    /// Open under a condition at one speed.
    pub const fn new(opens: Opens, speed: Speed) -> Self {
        Self {
            opens,
            speed,
            segregated_speed: None,
            minor_speed: None,
            minor_designated_speed: None,
        }
    }
}

/// How a vehicle is pushed where riding is not allowed but walking is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Push {
    /// Speed while pushing.
    pub speed: Speed,
    /// Speed on steps with a ramp; none closes steps altogether.
    pub ramp_speed: Option<Speed>,
    /// How far from a rideable node a push-only edge may begin.
    pub reach: Length,
}

/// What turn restrictions mean for a profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnStance {
    /// They do not apply.
    Free,
    /// A banned turn is crossed on foot, at the price the plan sets.
    OnFoot,
    /// A banned turn is not made.
    Obeyed,
}

/// Top speed of the rider: the design speed of an electric bicycle after GB 17761 (unverified).
const RIDER_SPEED_LIMIT_KM_PER_H: f64 = 25.0;
/// Walking speed in millimetres per second.
const WALK_MM_PER_S: u32 = 1_200;
/// Walking speed on steps in millimetres per second.
const WALK_STEPS_MM_PER_S: u32 = 600;
/// Speed while pushing an e-bike.
const PUSH_KM_PER_H: f64 = 4.0;
/// Speed while pushing an e-bike up or down a ramp beside steps.
const PUSH_RAMP_KM_PER_H: f64 = 2.0;
/// How far from a rideable node pushing is allowed, in metres.
const PUSH_REACH_M: u32 = 100;

impl Profile {
    /// The delivery rider on an e-bike (骑手电动自行车).
    pub fn rider() -> Self {
        use RoadClass as C;
        let mut classes = BTreeMap::new();
        let mut rule = |listed: &[C], opens, speed_km_per_h| {
            for &class in listed {
                classes.insert(class, ClassRule::new(opens, km_per_h(speed_km_per_h)));
            }
        };
        rule(
            &[
                C::Primary,
                C::PrimaryLink,
                C::Secondary,
                C::SecondaryLink,
                C::Tertiary,
                C::TertiaryLink,
                C::Cycleway,
            ],
            Opens::Always,
            20.0,
        );
        rule(&[C::Unclassified, C::Residential], Opens::Always, 18.0);
        rule(&[C::LivingStreet, C::Service], Opens::Always, 12.0);
        rule(&[C::Track, C::Road], Opens::Always, 12.0);
        rule(&[C::Path], Opens::Always, 10.0);
        rule(&[C::Pedestrian, C::Footway], Opens::WithKey, 10.0);
        rule(&[C::Platform, C::Corridor], Opens::WithKey, 10.0);
        rule(&[C::Bridleway], Opens::WithKey, 10.0);
        rule(&[C::Trunk, C::TrunkLink], Opens::WithKeyOrCycleLane, 20.0);
        rule(&[C::Motorway, C::MotorwayLink], Opens::WithKey, 20.0);
        rule(&[C::Ferry], Opens::Always, FERRY_KM_PER_H);
        for class in [C::Path, C::Pedestrian, C::Footway, C::Platform, C::Corridor] {
            if let Some(rule) = classes.get_mut(&class) {
                rule.segregated_speed = Some(km_per_h(15.0));
            }
        }
        if let Some(rule) = classes.get_mut(&C::Service) {
            rule.minor_speed = Some(km_per_h(8.0));
            rule.minor_designated_speed = Some(km_per_h(12.0));
        }
        Self {
            name: "rider".to_owned(),
            travels_as: TravelsAs::Cyclist,
            keys: vec![
                AccessKey::ElectricBicycle,
                AccessKey::Bicycle,
                AccessKey::Vehicle,
                AccessKey::Access,
            ],
            own_keys: vec![AccessKey::ElectricBicycle, AccessKey::Bicycle],
            classes,
            motorroad: Opens::WithKey,
            speed_limit: Some(km_per_h(RIDER_SPEED_LIMIT_KM_PER_H)),
            surface_limits: rider_surface_limits(),
            smoothness_limits: [
                (Smoothness::Bad, Some(12.0)),
                (Smoothness::VeryBad, Some(8.0)),
                (Smoothness::Horrible, Some(5.0)),
                // Worse than horrible, better than impassable: the map gives no figure of its own.
                (Smoothness::VeryHorrible, Some(5.0)),
                (Smoothness::Impassable, None),
            ]
            .into_iter()
            .map(|(smoothness, speed)| (smoothness, speed.map(km_per_h)))
            .collect(),
            push: Some(Push {
                speed: km_per_h(PUSH_KM_PER_H),
                ramp_speed: Some(km_per_h(PUSH_RAMP_KM_PER_H)),
                reach: Length::from_m(PUSH_REACH_M),
            }),
            blocked_by: vec![
                Barrier::Wall,
                Barrier::Fence,
                Barrier::Yes,
                Barrier::Stile,
                Barrier::Turnstile,
                Barrier::FullHeightTurnstile,
                Barrier::KissingGate,
            ],
            turns: TurnStance::OnFoot,
            signal_delay: TravelTime::ZERO,
            crossing_delay: TravelTime::ZERO,
        }
    }

    /// As fast as it ever gets on streets and on the walk to them; ferries may be faster.
    pub fn top_speed(&self) -> Speed {
        let of_class = |rule: &ClassRule| {
            let others = [
                rule.segregated_speed,
                rule.minor_speed,
                rule.minor_designated_speed,
            ];
            others.into_iter().flatten().fold(rule.speed, Speed::max)
        };
        let pushing = self.push.iter().map(|push| push.speed);
        let top = self.classes.values().map(of_class).chain(pushing).max();
        let top = top.unwrap_or_else(Self::walking_speed);
        let top = self.speed_limit.map_or(top, |limit| top.min(limit));
        top.max(Self::walking_speed())
    }

    /// How far it can get within a time, at the most.
    pub fn reach(&self, time: TravelTime) -> Length {
        let tenths = u64::from(time.as_tenths());
        let mm = u64::from(self.top_speed().as_mm_per_s()) * tenths / 10;
        Length::from_mm(u32::try_from(mm).unwrap_or(u32::MAX))
    }

    /// Walking speed: that of the foot profile, and of the way between a place and the street.
    pub fn walking_speed() -> Speed {
        Speed::from_mm_per_s(WALK_MM_PER_S).expect("not zero")
    }

    /// On foot; also the last leg from the parked e-bike.
    pub fn foot() -> Self {
        use RoadClass as C;
        let walk = Self::walking_speed();
        let steps = Speed::from_mm_per_s(WALK_STEPS_MM_PER_S).expect("not zero");
        let mut classes: BTreeMap<_, _> = C::ALL
            .iter()
            .map(|&class| (class, ClassRule::new(Opens::Always, walk)))
            .collect();
        classes.remove(&C::Busway);
        classes.insert(C::Steps, ClassRule::new(Opens::Always, steps));
        classes.insert(C::Bridleway, ClassRule::new(Opens::WithKey, walk));
        let ferry = ClassRule::new(Opens::Always, km_per_h(FERRY_KM_PER_H));
        classes.insert(C::Ferry, ferry);
        for class in [C::Trunk, C::TrunkLink, C::Motorway, C::MotorwayLink] {
            classes.insert(class, ClassRule::new(Opens::WithKeyOrSidewalk, walk));
        }
        Self {
            name: "foot".to_owned(),
            travels_as: TravelsAs::Walker,
            keys: vec![AccessKey::Foot, AccessKey::Access],
            own_keys: vec![AccessKey::Foot],
            classes,
            motorroad: Opens::WithKeyOrSidewalk,
            speed_limit: None,
            surface_limits: BTreeMap::new(),
            smoothness_limits: BTreeMap::new(),
            push: None,
            blocked_by: vec![Barrier::Wall, Barrier::Fence, Barrier::Yes],
            turns: TurnStance::Free,
            signal_delay: TravelTime::ZERO,
            crossing_delay: TravelTime::ZERO,
        }
    }

    /// A built-in profile by name.
    pub fn built_in(name: &str) -> Option<Self> {
        match name {
            "rider" => Some(Self::rider()),
            "foot" => Some(Self::foot()),
            _ => None,
        }
    }

    /// Whether the traveller has a vehicle that can be left at a gate.
    pub fn has_vehicle(&self) -> bool {
        self.travels_as != TravelsAs::Walker
    }
}

/// How fast an e-bike goes at most on what is not paved evenly.
fn rider_surface_limits() -> BTreeMap<Surface, Speed> {
    [
        (Surface::PavingStones, 15.0),
        (Surface::Sett, 15.0),
        (Surface::Compacted, 15.0),
        (Surface::FineGravel, 15.0),
        (Surface::Cobblestone, 10.0),
        (Surface::UnhewnCobblestone, 10.0),
        (Surface::Pebblestone, 10.0),
        (Surface::Gravel, 10.0),
        (Surface::Ground, 10.0),
        (Surface::Dirt, 10.0),
        (Surface::Earth, 10.0),
        (Surface::Grass, 10.0),
        (Surface::Unpaved, 10.0),
        (Surface::Rock, 4.0),
        (Surface::Sand, 4.0),
        (Surface::Mud, 4.0),
    ]
    .into_iter()
    .map(|(surface, speed)| (surface, km_per_h(speed)))
    .collect()
}

/// Speed of a ferry whose duration is not mapped; harbour ferries make 8 to 15 km/h with boarding.
const FERRY_KM_PER_H: f64 = 10.0;

fn km_per_h(value: f64) -> Speed {
    Speed::from_km_per_h(value).expect("constants are positive")
}
