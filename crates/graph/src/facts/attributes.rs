//! What was mapped about streets and nodes: facts, not decisions.
//!
//! A profile written tomorrow reads the same facts, so it needs no new import.

use serde::{Deserialize, Serialize};
use units::Length;

use crate::{AccessFacts, AccessKey};

macro_rules! named_enum {
    (
        $(#[$doc:meta])*
        $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)? }
    ) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum $name {
            $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The value as written in OSM.
            pub const fn osm_name(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// From the text of a tag; `None` when the text is not in the closed set.
            pub fn from_osm(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

named_enum! {
    /// The class of a street as mapped (`highway=*`, or `route=ferry`).
    RoadClass {
        /// Motorway.
        Motorway = "motorway",
        /// Slip road of a motorway.
        MotorwayLink = "motorway_link",
        /// Urban expressway (快速路) and the like.
        Trunk = "trunk",
        /// Slip road of a trunk.
        TrunkLink = "trunk_link",
        /// Primary.
        Primary = "primary",
        /// Link of a primary.
        PrimaryLink = "primary_link",
        /// Secondary.
        Secondary = "secondary",
        /// Link of a secondary.
        SecondaryLink = "secondary_link",
        /// Tertiary.
        Tertiary = "tertiary",
        /// Link of a tertiary.
        TertiaryLink = "tertiary_link",
        /// Minor public road.
        Unclassified = "unclassified",
        /// Residential: also the class of drawn maps and of the grid city.
        Residential = "residential",
        /// Street where walkers have priority.
        LivingStreet = "living_street",
        /// Access road; [`ServiceKind`] says which.
        Service = "service",
        /// Field or forest track.
        Track = "track",
        /// A road whose class is not known.
        Road = "road",
        /// Path for no mode in particular.
        Path = "path",
        /// Cycleway.
        Cycleway = "cycleway",
        /// Footway.
        Footway = "footway",
        /// Pedestrian street or square.
        Pedestrian = "pedestrian",
        /// Platform of a stop or station.
        Platform = "platform",
        /// Bridleway.
        Bridleway = "bridleway",
        /// Steps.
        Steps = "steps",
        /// Lane for buses only.
        Busway = "busway",
        /// A ferry line (`route=ferry`).
        Ferry = "ferry",
        /// Way on foot inside a building.
        Corridor = "corridor",
        /// A lift drawn as a way.
        Elevator = "elevator",
    }
}

#[expect(
    clippy::derivable_impls,
    reason = "the macro that lists the values does not mark one of them"
)]
impl Default for RoadClass {
    fn default() -> Self {
        Self::Residential
    }
}

named_enum! {
    /// What a service road serves (`service=*`).
    ServiceKind {
        /// Between rows of parked cars.
        ParkingAisle = "parking_aisle",
        /// To a house.
        Driveway = "driveway",
        /// Between houses.
        Alley = "alley",
    }
}

named_enum! {
    /// What one rides on (`surface=*`); values not listed are not kept.
    Surface {
        /// Paved, not said how.
        Paved = "paved",
        /// Asphalt.
        Asphalt = "asphalt",
        /// Concrete.
        Concrete = "concrete",
        /// Paving stones.
        PavingStones = "paving_stones",
        /// Hewn stones.
        Sett = "sett",
        /// Rolled gravel.
        Compacted = "compacted",
        /// Gravel.
        Gravel = "gravel",
        /// Bare ground.
        Ground = "ground",
        /// Unpaved, not said how.
        Unpaved = "unpaved",
        /// Sand.
        Sand = "sand",
        /// Mud.
        Mud = "mud",
        /// Rounded stones.
        Cobblestone = "cobblestone",
        /// Fine loose gravel.
        FineGravel = "fine_gravel",
        /// Earth.
        Dirt = "dirt",
        /// Grass.
        Grass = "grass",
        /// Natural stones, set as they are.
        UnhewnCobblestone = "unhewn_cobblestone",
        /// Loose rounded stones.
        Pebblestone = "pebblestone",
        /// Bare earth.
        Earth = "earth",
        /// Bare rock.
        Rock = "rock",
    }
}

named_enum! {
    /// How even it is (`smoothness=*`).
    Smoothness {
        /// For inline skates.
        Excellent = "excellent",
        /// For racing bicycles.
        Good = "good",
        /// For city bicycles.
        Intermediate = "intermediate",
        /// For trekking bicycles.
        Bad = "bad",
        /// For high-clearance vehicles.
        VeryBad = "very_bad",
        /// For off-road vehicles.
        Horrible = "horrible",
        /// For tractors.
        VeryHorrible = "very_horrible",
        /// For no wheel at all.
        Impassable = "impassable",
    }
}

named_enum! {
    /// What stands on a node (`barrier=*`).
    Barrier {
        /// Gate.
        Gate = "gate",
        /// Boom.
        LiftGate = "lift_gate",
        /// Swinging bar.
        SwingGate = "swing_gate",
        /// Gap in a wall.
        Entrance = "entrance",
        /// Wall.
        Wall = "wall",
        /// Fence.
        Fence = "fence",
        /// A barrier, not said which.
        Yes = "yes",
        /// Steps over a fence.
        Stile = "stile",
        /// Turnstile.
        Turnstile = "turnstile",
        /// Turnstile as high as a door.
        FullHeightTurnstile = "full-height_turnstile",
        /// Gate that one person at a time can pass.
        KissingGate = "kissing_gate",
        /// Bollard.
        Bollard = "bollard",
        /// Chicane for bicycles.
        CycleBarrier = "cycle_barrier",
        /// Block.
        Block = "block",
        /// Toll booth.
        TollBooth = "toll_booth",
        /// Grid that cattle do not cross.
        CattleGrid = "cattle_grid",
        /// Any value not listed here.
        Other = "other",
    }
}

impl Barrier {
    /// Whether the barrier opens by decision, so that a plan may change who passes.
    pub const fn is_gate(self) -> bool {
        matches!(
            self,
            Self::Gate | Self::LiftGate | Self::SwingGate | Self::Entrance
        )
    }
}

/// A `oneway*=*` value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oneway {
    /// `yes`, `true`, `1`.
    Forward,
    /// `-1`, `reverse`.
    Backward,
    /// `no`, `false`, `0`, and nonsense.
    No,
}

/// Moving steps (`conveying=*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conveying {
    /// Runs with the way.
    Forward,
    /// Runs against the way.
    Backward,
    /// Runs either way, or is not said to.
    Either,
}

/// Yes-or-no facts of a way, as a small set.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct WayFlags(u32);

impl WayFlags {
    /// No flag.
    pub const NONE: Self = Self(0);
    /// A cycle-track tag opens the direction against a one-way.
    pub const CONTRAFLOW: Self = Self(1);
    /// `cycleway*=lane|track|shared_lane`.
    pub const CYCLE_LANE: Self = Self(1 << 1);
    /// `cycleway*=separate`.
    pub const CYCLEWAY_SEPARATE: Self = Self(1 << 2);
    /// A sidewalk is mapped as a tag.
    pub const SIDEWALK: Self = Self(1 << 3);
    /// `sidewalk*=separate`.
    pub const SIDEWALK_SEPARATE: Self = Self(1 << 4);
    /// `segregated=yes`.
    pub const SEGREGATED: Self = Self(1 << 5);
    /// `ramp:bicycle=yes`.
    pub const RAMP_BICYCLE: Self = Self(1 << 6);
    /// `junction=roundabout`.
    pub const ROUNDABOUT: Self = Self(1 << 7);
    /// `motorroad=yes`.
    pub const MOTORROAD: Self = Self(1 << 8);
    /// `area=yes`, or part of a multipolygon: the ring is walked.
    pub const AREA: Self = Self(1 << 9);
    /// `tunnel=*` other than `no`.
    pub const TUNNEL: Self = Self(1 << 10);
    /// `bridge=*` other than `no`.
    pub const BRIDGE: Self = Self(1 << 11);
    /// `covered=yes`.
    pub const COVERED: Self = Self(1 << 12);
    /// Some access, oneway or speed tag holds at certain times only; it is not applied.
    pub const CONDITIONAL: Self = Self(1 << 13);
    /// Not mapped: a link between a side path and the street beside it, open only when a plan
    /// joins side paths.
    pub const INFERRED_LINK: Self = Self(1 << 14);
    /// Not mapped: the straight way between two entrances of an area that see each other. It is
    /// travelled, but it is no street of its own, so its length counts nowhere.
    pub const ACROSS_AREA: Self = Self(1 << 15);
    /// `tunnel=building_passage`: a tunnel that stays on the ground.
    pub const BUILDING_PASSAGE: Self = Self(1 << 16);

    /// Whether all flags of `other` are set.
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both sets together.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Why a street is not the one that a place beside it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lifted {
    /// It runs in a tunnel; passages through buildings are none.
    Tunnel,
    /// It runs over a bridge.
    Bridge,
}

impl Lifted {
    /// As the flags of a street say.
    pub const fn of(flags: WayFlags) -> Option<Self> {
        if flags.contains(WayFlags::TUNNEL) && !flags.contains(WayFlags::BUILDING_PASSAGE) {
            Some(Self::Tunnel)
        } else if flags.contains(WayFlags::BRIDGE) {
            Some(Self::Bridge)
        } else {
            None
        }
    }

    /// As written in results.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Tunnel => "tunnel",
            Self::Bridge => "bridge",
        }
    }
}

/// How long a ferry or lift takes, and over which length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WayTimes {
    /// `duration=*` of the whole way, or what is taken for a lift without one, in seconds.
    pub duration_s: u32,
    /// Length of the whole way.
    pub length: Length,
}

/// What was mapped about a street: facts, not decisions, shared by all edges with equal facts.
///
/// ```
/// use graph::{RoadClass, WayFacts};
/// let footway = WayFacts { class: RoadClass::Footway, ..WayFacts::default() };
/// assert!(footway.access.is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WayFacts {
    /// The class.
    pub class: RoadClass,
    /// What a service road serves.
    pub service: Option<ServiceKind>,
    /// Access tags.
    pub access: AccessFacts,
    /// `oneway=*`.
    pub oneway: Option<Oneway>,
    /// `oneway:<key>=*`, sorted by key.
    pub oneway_for: Vec<(AccessKey, Oneway)>,
    /// Moving steps.
    pub conveying: Option<Conveying>,
    /// What one rides on: the values of the list that are known, sorted; the slowest counts.
    pub surfaces: Vec<Surface>,
    /// How even it is; the worst of a list.
    pub smoothness: Option<Smoothness>,
    /// `maxspeed` in km/h, forward then backward, directional values applied.
    pub max_speed_km_per_h: [Option<u16>; 2],
    /// Yes-or-no facts.
    pub flags: WayFlags,
    /// `layer=*`; zero when not tagged.
    pub layer: i8,
    /// Only lifts, and ferries with a duration, have one.
    pub times: Option<WayTimes>,
}

/// What was mapped on a node of a street.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct NodeFacts {
    /// `barrier=*`.
    pub barrier: Option<Barrier>,
    /// `locked=yes`.
    pub locked: bool,
    /// `sensory=audible|audio`: a fence of sound only.
    pub sensory: bool,
    /// The node describes a crossing or a control (signals, a stop sign, a level crossing) and
    /// bears no barrier: access tags speak of the crossing, not of the street.
    pub control: bool,
    /// Access tags.
    pub access: AccessFacts,
}

impl NodeFacts {
    /// Whether some profile may be stopped, delayed or admitted by decision here.
    pub fn matters(&self) -> bool {
        self.barrier.is_some() || self.locked || (!self.control && !self.access.is_empty())
    }

    /// Whether access tags stand on the street itself, with no barrier that would explain them.
    pub fn is_bare_access(&self) -> bool {
        self.barrier.is_none() && !self.control && !self.access.is_empty()
    }

    /// Whether it may be a plan's decision for some profile who passes here.
    pub fn may_be_gate(&self) -> bool {
        self.barrier.is_some_and(Barrier::is_gate) || self.access.has_inside()
    }
}
