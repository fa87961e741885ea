//! Access tags as mapped: which key says what, for which direction.

use serde::{Deserialize, Serialize};

/// A key of OSM's access hierarchy that is kept as a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessKey {
    /// `access`: everybody.
    Access,
    /// `foot`.
    Foot,
    /// `vehicle`: everything on wheels.
    Vehicle,
    /// `bicycle`.
    Bicycle,
    /// `electric_bicycle`.
    ElectricBicycle,
    /// `cargo_bike`.
    CargoBike,
    /// `motor_vehicle`.
    MotorVehicle,
    /// `motorcar`.
    Motorcar,
    /// `motorcycle`.
    Motorcycle,
    /// `moped`.
    Moped,
    /// `mofa`.
    Mofa,
}

impl AccessKey {
    /// All keys.
    pub const ALL: [Self; 11] = [
        Self::Access,
        Self::Foot,
        Self::Vehicle,
        Self::Bicycle,
        Self::ElectricBicycle,
        Self::CargoBike,
        Self::MotorVehicle,
        Self::Motorcar,
        Self::Motorcycle,
        Self::Moped,
        Self::Mofa,
    ];

    /// The key as written in OSM.
    pub const fn osm_name(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Foot => "foot",
            Self::Vehicle => "vehicle",
            Self::Bicycle => "bicycle",
            Self::ElectricBicycle => "electric_bicycle",
            Self::CargoBike => "cargo_bike",
            Self::MotorVehicle => "motor_vehicle",
            Self::Motorcar => "motorcar",
            Self::Motorcycle => "motorcycle",
            Self::Moped => "moped",
            Self::Mofa => "mofa",
        }
    }
}

/// A value of an access key, most open first.
///
/// The order decides which part of a list (`destination;agricultural`) is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccessValue {
    /// `designated`.
    Designated,
    /// `official`.
    Official,
    /// `yes`.
    Yes,
    /// `permissive`.
    Permissive,
    /// `unknown` and every value not listed here: open, and counted by the import.
    Unknown,
    /// `use_sidepath`.
    UseSidepath,
    /// `dismount`.
    Dismount,
    /// `customers`.
    Customers,
    /// `delivery`.
    Delivery,
    /// `destination`.
    Destination,
    /// `permit`.
    Permit,
    /// `residents`.
    Residents,
    /// `private`.
    Private,
    /// `agricultural`.
    Agricultural,
    /// `forestry`.
    Forestry,
    /// `emergency`.
    Emergency,
    /// `military`.
    Military,
    /// `no`.
    No,
}

impl AccessValue {
    /// From the text of a tag; lists split on `;`, the most open part wins.
    pub fn from_osm(text: &str) -> Self {
        text.split(';')
            .map(|part| match part.trim() {
                "designated" => Self::Designated,
                "official" => Self::Official,
                "yes" => Self::Yes,
                "permissive" => Self::Permissive,
                "use_sidepath" => Self::UseSidepath,
                "dismount" => Self::Dismount,
                "customers" => Self::Customers,
                "delivery" => Self::Delivery,
                "destination" => Self::Destination,
                "permit" => Self::Permit,
                "residents" => Self::Residents,
                "private" => Self::Private,
                "agricultural" => Self::Agricultural,
                "forestry" => Self::Forestry,
                "emergency" => Self::Emergency,
                "military" => Self::Military,
                "no" => Self::No,
                _ => Self::Unknown,
            })
            .min()
            .unwrap_or(Self::Unknown)
    }

    /// Whether the value lets one in without a condition.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Designated | Self::Official | Self::Yes | Self::Permissive | Self::Unknown
        )
    }

    /// What kind of inside the value makes; `None` when it is open, closed or says how to go.
    pub const fn inside(self) -> Option<Inside> {
        match self {
            Self::Customers | Self::Delivery | Self::Destination => Some(Inside::Destination),
            Self::Permit | Self::Residents | Self::Private => Some(Inside::Private),
            _ => None,
        }
    }

    /// Whether the value keeps everybody out.
    pub const fn is_closed(self) -> bool {
        matches!(
            self,
            Self::Agricultural | Self::Forestry | Self::Emergency | Self::Military | Self::No
        )
    }
}

/// Why a street may be entered but not passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Inside {
    /// `destination`, `delivery`, `customers`: open to whoever has business there.
    Destination,
    /// `private`, `permit`, `residents`: open by decision of those behind the gate.
    Private,
}

/// Which direction of a way a tag speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Along {
    /// No direction named.
    Both,
    /// `*:forward`.
    Forward,
    /// `*:backward`.
    Backward,
}

/// A direction of travel along an edge or way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    /// From the start of the shape to its end.
    Forward,
    /// From the end to the start.
    Backward,
}

impl Heading {
    /// Both, forward first.
    pub const BOTH: [Self; 2] = [Self::Forward, Self::Backward];

    /// 0 for forward, 1 for backward.
    pub const fn index(self) -> usize {
        match self {
            Self::Forward => 0,
            Self::Backward => 1,
        }
    }

    /// The other one.
    #[must_use]
    pub const fn reversed(self) -> Self {
        match self {
            Self::Forward => Self::Backward,
            Self::Backward => Self::Forward,
        }
    }

    /// As a suffix of a key.
    pub const fn along(self) -> Along {
        match self {
            Self::Forward => Along::Forward,
            Self::Backward => Along::Backward,
        }
    }
}

/// The access tags of a way or node, sorted by key and direction.
///
/// ```
/// use graph::{AccessFacts, AccessKey, AccessValue, Along, Heading};
/// let facts: AccessFacts = [
///     (AccessKey::Vehicle, Along::Forward, AccessValue::Agricultural),
///     (AccessKey::Bicycle, Along::Both, AccessValue::Yes),
/// ]
/// .into_iter()
/// .collect();
/// let keys = [AccessKey::Bicycle, AccessKey::Vehicle];
/// let said = facts.first_of(&keys, Heading::Forward).expect("`bicycle` is tagged");
/// assert_eq!((said.value, said.is_directional), (AccessValue::Yes, false));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccessFacts(Vec<(AccessKey, Along, AccessValue)>);

/// What the first present key of a list says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// The value.
    pub value: AccessValue,
    /// Whether the tag named the direction.
    pub is_directional: bool,
}

impl AccessFacts {
    /// No access tag at all.
    pub const NONE: Self = Self(Vec::new());

    /// Whether nothing is tagged.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All tags, sorted by key and direction.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (AccessKey, Along, AccessValue)> + '_ {
        self.0.iter().copied()
    }

    /// The value of one key in one direction: `key:direction` beats `key`.
    pub fn of(&self, key: AccessKey, heading: Heading) -> Option<Said> {
        let find = |along| {
            self.0
                .iter()
                .find(|fact| fact.0 == key && fact.1 == along)
                .map(|fact| Said {
                    value: fact.2,
                    is_directional: along != Along::Both,
                })
        };
        find(heading.along()).or_else(|| find(Along::Both))
    }

    /// The value of the first key that is tagged for this direction or for both.
    pub fn first_of(&self, keys: &[AccessKey], heading: Heading) -> Option<Said> {
        keys.iter().find_map(|&key| self.of(key, heading))
    }

    /// Whether any key, in any direction, makes an inside for somebody.
    pub fn has_inside(&self) -> bool {
        self.0.iter().any(|fact| fact.2.inside().is_some())
    }
}

impl FromIterator<(AccessKey, Along, AccessValue)> for AccessFacts {
    fn from_iter<I: IntoIterator<Item = (AccessKey, Along, AccessValue)>>(facts: I) -> Self {
        let mut facts: Vec<_> = facts.into_iter().collect();
        facts.sort_unstable();
        // Two values for one key and direction: the more open one, which sorts first.
        facts.dedup_by_key(|fact| (fact.0, fact.1));
        Self(facts)
    }
}
