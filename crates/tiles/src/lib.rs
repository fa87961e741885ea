//! Vector tiles of a city: streets, backdrop and cells as Mapbox Vector Tiles.
//!
//! ```text
//!  StreetGraph --streets()--+
//!  Backdrop ---backdrop()---+--> TileLayer --tile(z/x/y)--> bytes of one .mvt
//!  StudyArea ----cells()----+
//! ```
//!
//! A tile is geometry and names, never a result: what a computation says about a cell travels as an
//! array in the order of the cells and is joined to the cell's id on the map, so tiles stay what
//! they are while results change.
//!
//! ```
//! use tiles::{TileAddress, streets};
//! use graph::picture;
//! use units::Length;
//!
//! let map = picture::streets("A--B--C", Length::from_m(100)).expect("a drawing");
//! let layer = streets(&map.graph);
//! let whole_world = TileAddress::new(0, 0, 0).expect("the one tile of zoom 0");
//! assert_eq!(layer.n_features(), 2);
//! // Streets are drawn from city zooms on, so the tile of the whole world holds none.
//! assert!(layer.tile(whole_world).is_empty());
//! ```
//!
//! What it does not do: style anything, keep anything on disk, know HTTP.

mod address;
mod backdrop;
mod cells;
mod clip;
mod layer;
mod mvt;
mod streets;
mod world;

pub use address::{TileAddress, TileAddressError};
pub use backdrop::backdrop;
pub use cells::cells;
pub use layer::TileLayer;
pub use streets::streets;
