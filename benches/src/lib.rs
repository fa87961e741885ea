//! Inputs of the benches, and plain alternatives to stand beside ours.
//!
//! Criterion groups are in `benches/`, one file per question; the guard against slow-downs and the
//! table of one extract are programs in `src/bin/`.

pub mod hostile;
mod input;
mod pinned;
mod plain;
pub mod synthetic;

pub use input::{Input, places, spread_nodes};
pub use pinned::PinnedNetwork;
pub use plain::{HeapSearch, petgraph_within};
