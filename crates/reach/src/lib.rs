//! From one place or from thousands: what can be reached within a limit, and from where it is
//! reached best.
//!
//! ```text
//!  position --Joining--> Place ----------+
//!                                        |   search::within      labels of nodes
//!  StreetGraph + Metric ---> Network ----+-> rows_towards        facility x demand, sparse
//!                                        +-> isochrone           street pieces with times, and
//!                                                                a picture of them
//! ```
//!
//! Places lie on edges, between nodes: a search starts on both sides of a place with the time to
//! each end, and an answer is read from both ends of the other place's edge, so no time is rounded
//! to a junction. A place beside a junction begins on all streets there ([`Joining`]). Towards means against the arcs: how long it takes to get *to* the place.
//!
//! ```
//! use graph::picture;
//! use reach::{Network, Place, SearchSpace, StreetPoint, rows_towards};
//! use units::{Length, Speed, TravelTime};
//!
//! let map = picture::streets("A--B->C", Length::from_m(100)).expect("a drawing");
//! let metric = map.metric(Speed::from_mm_per_s(10_000).expect("positive"));
//! let network = Network::new(&map.graph, &metric);
//! let place = |a, b, m| {
//!     let edge = map.edge(a, b).expect("drawn");
//!     Place::new(StreetPoint { edge, offset: Length::from_m(m) }, TravelTime::ZERO)
//! };
//! // From the middle of AB to the middle of BC: 150 m + 150 m; nobody gets back against the arrow.
//! let rows = rows_towards(
//!     &network,
//!     &[place('B', 'C', 150), place('A', 'B', 150)],
//!     &[place('A', 'B', 150), place('B', 'C', 150)],
//!     TravelTime::from_mins(15),
//! );
//! let ride = TravelTime::from_secs(30);
//! assert_eq!(rows.row(0), [(0, ride), (1, TravelTime::ZERO)]);
//! assert_eq!(rows.row(1), [(0, TravelTime::ZERO)]);
//! ```
//!
//! What it does not do: decide what a profile may use (that is the metric's), know facilities or
//! demand (that is `coverage`'s).

mod batch;
mod edge_bits;
mod hierarchy;
mod isochrone;
mod join;
mod labels;
mod lanes;
mod layout;
mod nearest;
mod network;
mod order;
mod path;
mod place;
mod place_links;
mod queue;
mod row_fold;
mod rows;
mod search;
mod search_arcs;
mod snap;
mod sweep;
mod two_labels;

pub use batch::{Batch, Cancelled, Destinations, Origins};
pub use hierarchy::Hierarchy;
pub use isochrone::{
    DrawnOutline, Isochrone, IsochroneIndex, IsochroneOptions, IsochroneSpace, Leak,
    OutlineOptions, ReachedPiece, isochrone,
};
pub use join::{JOIN_RADIUS, JUNCTION_REACH, Joined, Joining};
pub use lanes::{LANES, LaneTimes};
pub use layout::{Layout, Layouts};
pub use nearest::NearestFacilities;
pub use network::{Direction, Network};
pub use order::ContractionOrder;
pub use path::{Leg, Path};
pub use place::Place;
pub use place_links::PlaceLinks;
pub use row_fold::{Count, CoverBits, Decay, DecayedSum, FullRow, Nearest, RowFold, WeightedSum};
pub use rows::{SparseRows, row, rows_from, rows_towards};
pub use search::{Reached, SearchSpace, SearchStats, within};
pub use search_arcs::SearchArcs;
pub use snap::{Snap, SnapIndex, StreetPoint};
pub use sweep::SweepStats;
pub use two_labels::{SourceTime, TwoLabels};
