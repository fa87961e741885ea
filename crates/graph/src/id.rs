//! Ids that cannot be confused: dense numbers of ours, and numbers of the source data.

use std::fmt;

use serde::{Deserialize, Serialize};
use units::dense_id;

dense_id! {
    /// A routing node: a crossing or an end of a street.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    NodeId, "n"
}
dense_id! {
    /// One direction of an edge, or a link arc between copies of a node.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    ArcId, "a"
}
dense_id! {
    /// An undirected piece of street between two nodes.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    EdgeId, "e"
}
dense_id! {
    /// An entry of the pool of mapped facts that edges share.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    FactsId, "f"
}

dense_id! {
    /// An entry of the pool of facts that nodes share.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    NodeFactsId, "nf"
}
dense_id! {
    /// A node where a plan or a barrier decides who passes.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    GateId, "g"
}
dense_id! {
    /// A connected region of streets that may be entered but not passed, by their own tags or
    /// because gates lie around them.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    CompoundId, "c"
}
dense_id! {
    /// A set of turn restrictions that a link arc leaves behind.
    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
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
