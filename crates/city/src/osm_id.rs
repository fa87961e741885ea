use std::fmt;

use serde::{Deserialize, Serialize};

/// Which object of the source data something was read from.
///
/// ```
/// assert_eq!(city::OsmId::Way(42).to_string(), "way/42");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OsmId {
    /// A node.
    Node(i64),
    /// A way.
    Way(i64),
    /// A relation.
    Relation(i64),
}

impl OsmId {
    /// The kind as a small number and the id, for a file.
    pub(crate) fn split(self) -> (u32, i64) {
        match self {
            Self::Node(id) => (0, id),
            Self::Way(id) => (1, id),
            Self::Relation(id) => (2, id),
        }
    }

    pub(crate) fn join(kind: u32, id: i64) -> Option<Self> {
        match kind {
            0 => Some(Self::Node(id)),
            1 => Some(Self::Way(id)),
            2 => Some(Self::Relation(id)),
            _ => None,
        }
    }
}

/// Kind, slash, number: `node/123`.
impl fmt::Display for OsmId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Node(id) => write!(f, "node/{id}"),
            Self::Way(id) => write!(f, "way/{id}"),
            Self::Relation(id) => write!(f, "relation/{id}"),
        }
    }
}
