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

mod access;
mod attributes;
mod builder;
mod component;
mod copies;
mod corners;
mod cut;
mod gate;
mod geometry;
pub mod grid_city;
mod id;
mod metric;
mod order;
mod parts;
mod petgraph_view;
pub mod picture;
mod policy;
mod price;
mod profile;
mod profile_spec;
mod push_reach;
mod region;
mod street_graph;
mod topology;
pub mod verdict;

pub use access::{AccessFacts, AccessKey, AccessValue, Along, Heading, Inside, Said};
pub use attributes::{
    Barrier, Conveying, Lifted, NodeFacts, Oneway, RoadClass, ServiceKind, Smoothness, Surface,
    WayFacts, WayFlags, WayTimes,
};
pub use builder::{BuildError, BuilderWay, EdgeSpec, PieceSpec, StreetGraphBuilder};
pub use component::{Components, StreetPiece};
pub use copies::TurnRule;
pub use corners::{EdgeEnd, Standing};
pub use gate::{Gate, Layer, Link, TurnBinding};
pub use id::{
    ArcId, CompoundId, EdgeId, FactsId, GateId, NodeFactsId, NodeId, OsmNodeId, OsmWayId, TurnSetId,
};
pub use metric::{ArcPrice, Metric};
pub use parts::{ColumnSink, GraphParts, GraphPools, PartsError};
pub use petgraph_view::{OpenArc, PetgraphView, VisitedNodes};
pub use policy::{
    Contraflow, FerryPolicy, GatePolicies, GatePolicy, Policies, SidePaths, TurnOnFoot,
};
pub use price::{gate_policies, streets_behind_gates};
pub use profile::{ClassRule, Opens, Profile, Push, TravelsAs, TurnStance};
pub use profile_spec::{BarrierRule, ClassSpec, ProfileError, ProfileSpec, PushSpec};
pub use street_graph::{Stops, StreetGraph};
pub use topology::Topology;
