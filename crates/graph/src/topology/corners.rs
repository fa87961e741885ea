use units::Speed;

use crate::NodeId;

/// Edge ends by node, walking speeds by facts, and the nodes that are not walked through.
///
/// Found when a place is joined first, then kept with the graph.
#[derive(Clone, Debug)]
pub(crate) struct Corners {
    pub(crate) first: Vec<u32>,
    /// `edge << 1 | is_last`, ascending at each node.
    pub(crate) ends: Vec<u32>,
    /// Per entry of the pool of facts.
    pub(crate) walking: Vec<Option<Speed>>,
    /// Nodes on which something stands, in order, and whether it may stop a walker.
    pub(crate) guarded: Vec<(NodeId, bool)>,
}
