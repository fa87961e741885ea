//! What was mapped: of ways, of nodes, and who may pass.

mod access;
mod attributes;

pub use access::{AccessFacts, AccessKey, AccessValue, Along, Heading, Inside, Said};
pub use attributes::{
    Barrier, Conveying, Lifted, NodeFacts, Oneway, RoadClass, ServiceKind, Smoothness, Surface,
    WayFacts, WayFlags, WayTimes,
};
