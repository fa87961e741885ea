//! The street network as immutable arrays, and the travel-time metric laid over it.
//!
//! A [`StreetGraph`] says who is joined to whom and what was mapped; it never changes after
//! [`StreetGraphBuilder::build`]. A [`Metric`] says what each arc costs for one profile and one set
//! of policies; many metrics share one graph.
//!
//! ```text
//!   node --edge--> node       edge: undirected piece of street, with length and shape
//!        arc ->               arc: one direction of an edge; searches see arcs only
//!        <- arc
//! ```
//!
//! ```
//! use graph::{Metric, picture};
//! use units::{Length, Speed, TravelTime};
//!
//! let map = picture::streets("A--B->C", Length::from_m(100)).expect("a drawing");
//! let metric = Metric::uniform(&map.graph, Speed::from_mm_per_s(5_000).expect("positive"));
//! let arc = map.arc('A', 'B').expect("drawn");
//! assert_eq!(metric.arc_time(arc), Some(TravelTime::from_secs(60)));
//! ```
//!
//! What it does not do: read OSM tags (that is `osm`), search (that is `reach`).

mod build;
mod facts;
mod id;
mod metric;
mod profile;
mod testing;
mod topology;

pub use build::{
    BuildError, BuilderWay, ColumnSink, EdgeSpec, GraphParts, GraphPools, PartsError, PieceSpec,
    StreetGraphBuilder, TurnRule,
};
pub use facts::{
    AccessFacts, AccessKey, AccessValue, Along, Barrier, Conveying, Heading, Inside, Lifted,
    NodeFacts, Oneway, RoadClass, Said, ServiceKind, Smoothness, Surface, WayFacts, WayFlags,
    WayTimes,
};
pub use id::{
    ArcId, CompoundId, EdgeId, FactsId, GateId, NodeFactsId, NodeId, OsmNodeId, OsmWayId, TurnSetId,
};
pub use metric::{
    ArcCost, Components, Metric, OpenArc, PetgraphView, StreetPiece, VisitedNodes, gate_policies,
    streets_behind_gates,
};
pub use profile::{
    BarrierRule, ClassRule, ClassSpec, Contraflow, EdgeEnd, FerryPolicy, GatePolicies, GatePolicy,
    Opens, Policies, Profile, ProfileError, ProfileSpec, Push, PushSpec, SidePaths, Standing,
    TravelsAs, TurnOnFoot, TurnStance, verdict,
};
pub use testing::{grid_city, picture};
pub use topology::{Gate, Layer, Link, Stops, StreetGraph, Topology, TurnBinding};
