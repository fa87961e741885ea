//! Making a graph: from ways, from a part of another graph, from stored arrays.

mod builder;
mod cut;
mod node_copies;
mod order;
mod parts;

pub use builder::{BuildError, BuilderWay, EdgeSpec, PieceSpec, StreetGraphBuilder};
pub use node_copies::TurnRule;
pub use parts::{ColumnSink, GraphParts, GraphPools, PartsError};
