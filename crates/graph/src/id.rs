//! Ids that cannot be confused, and the one place where an id becomes an index.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! dense_id {
    ($(#[$doc:meta])* $name:ident, $letter:literal) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(u32);

        impl $name {
            /// From the dense number.
            pub const fn new(id: u32) -> Self {
                Self(id)
            }

            /// From an index into an array of at most 2³² - 1 entries.
            pub fn from_index(index: usize) -> Self {
                Self(u32::try_from(index).expect("arrays hold fewer than 2^32 entries"))
            }

            /// The dense number.
            pub const fn as_u32(self) -> u32 {
                self.0
            }

            /// As an index into an array.
            #[expect(
                clippy::as_conversions,
                reason = "u32 fits usize on every machine this runs on; `try_from` is not const"
            )]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($letter, "{}"), self.0)
            }
        }
    };
}

dense_id! {
    /// A routing node: a crossing or an end of a street.
    NodeId, "n"
}
dense_id! {
    /// One direction of an edge, or a link arc between copies of a node.
    ArcId, "a"
}
dense_id! {
    /// An undirected piece of street between two nodes.
    EdgeId, "e"
}
dense_id! {
    /// An entry of the pool of mapped facts that edges share.
    FactsId, "f"
}

dense_id! {
    /// An entry of the pool of facts that nodes share.
    NodeFactsId, "nf"
}
dense_id! {
    /// A node where a plan or a barrier decides who passes.
    GateId, "g"
}
dense_id! {
    /// A connected region of streets that may be entered but not passed.
    CompoundId, "c"
}
dense_id! {
    /// A set of turn restrictions that a link arc leaves behind.
    TurnSetId, "t"
}

macro_rules! osm_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// From the number in the source data; negative in hand-made files.
            pub const fn new(id: i64) -> Self {
                Self(id)
            }

            /// The number in the source data.
            pub const fn as_i64(self) -> i64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0)
            }
        }
    };
}

osm_id! {
    /// Id of a node in the source data. Never an index.
    OsmNodeId
}
osm_id! {
    /// Id of a way in the source data. Never an index.
    OsmWayId
}
