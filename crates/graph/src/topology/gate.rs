//! Gates and compounds as mapped, and the copies of nodes that make their rules part of the
//! topology.

use serde::{Deserialize, Serialize};

use crate::{AccessKey, CompoundId, GateId, NodeFactsId, NodeId, TurnSetId};

/// A node where a plan, or a barrier, decides who passes.
///
/// *Mapped*: something stands on the node (a gate, a bollard, an access tag). *Implied*: a public
/// street meets one that is private or enter-only for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gate {
    /// The node.
    pub node: NodeId,
    /// What stands there; `None` for an implied gate.
    pub mapped: Option<NodeFactsId>,
    /// The compound it leads into; `None` when all its streets are public for everybody.
    pub compound: Option<CompoundId>,
}

/// Which part of a trip a copy of a node serves.
///
/// A trip begins inside a compound (*out*: it may leave, never come back), runs on public streets,
/// and ends inside a compound (*in*: it may enter, and leave again only through an open gate). A
/// street that somebody may enter but not pass has arcs in all layers; a metric opens the public
/// ones or the others, by profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Layer {
    /// Public streets.
    Public,
    /// Inside a compound, at the beginning of a trip.
    Out,
    /// Inside a compound, at the end of a trip.
    In,
    /// As `Out`, the vehicle waiting at a gate.
    OutOnFoot,
    /// As `In`, the vehicle left at a gate.
    InOnFoot,
}

impl Layer {
    /// All, public first.
    pub const ALL: [Self; 5] = [
        Self::Public,
        Self::Out,
        Self::In,
        Self::OutOnFoot,
        Self::InOnFoot,
    ];

    /// Position in [`ALL`](Self::ALL).
    pub const fn index(self) -> usize {
        match self {
            Self::Public => 0,
            Self::Out => 1,
            Self::In => 2,
            Self::OutOnFoot => 3,
            Self::InOnFoot => 4,
        }
    }

    /// Whether one rides here before leaving the vehicle is of no more use: at a gate where it has
    /// to stay, such a layer is not entered from the street.
    pub(crate) const fn leaves(self) -> bool {
        matches!(self, Self::Public | Self::Out)
    }

    /// Whether one rides here on the way in: at a gate where the vehicle has to stay, such a layer
    /// does not lead on.
    pub(crate) const fn comes(self) -> bool {
        matches!(self, Self::Public | Self::In)
    }

    /// Whether a trip may begin here.
    pub const fn is_origin(self) -> bool {
        matches!(self, Self::Public | Self::Out | Self::OutOnFoot)
    }
}

/// What a link arc stands for: a zero-length step between two copies of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Link {
    /// From a street's side of a gate to its middle; here a delay is paid.
    IntoGate(GateId),
    /// From the middle of a gate to a street's side.
    OutOfGate(GateId),
    /// From one layer to another at a gate.
    Layer {
        /// The gate.
        gate: GateId,
        /// The layer left.
        from: Layer,
        /// The layer entered.
        to: Layer,
    },
    /// From a copy that bans turns to one that does not.
    Turn(TurnSetId),
}

/// Whom a turn restriction binds.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TurnBinding {
    /// `restriction:<key>`: only modes of these keys; everybody when empty.
    pub only: Vec<AccessKey>,
    /// `except=<keys>`: not these.
    pub except: Vec<AccessKey>,
}

impl TurnBinding {
    /// Whether a profile with these access keys is bound.
    pub fn binds(&self, keys: &[AccessKey]) -> bool {
        let any = |listed: &[AccessKey]| listed.iter().any(|key| keys.contains(key));
        (self.only.is_empty() || any(&self.only)) && !any(&self.except)
    }
}
