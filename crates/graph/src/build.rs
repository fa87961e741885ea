//! Making a graph: from ways, from a part of another graph, from stored arrays.

mod builder;
mod copies;
mod cut;
mod order;
mod parts;

pub use builder::{BuildError, BuilderWay, EdgeSpec, PieceSpec, StreetGraphBuilder};
pub use copies::TurnRule;
pub(crate) use copies::Union;
pub use parts::{ColumnSink, GraphParts, GraphPools, PartsError};
