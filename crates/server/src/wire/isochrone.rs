use serde::Serialize;
use utoipa::ToSchema;

use super::geometry::{MultiPolygon, Pieces};

/// What is reached from a position, or from where it is reached; the parts that were asked for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IsochroneAnswer {
    pub(crate) profile: String,
    pub(crate) toward: bool,
    pub(crate) limit_s: f64,
    pub(crate) lng: f64,
    pub(crate) lat: f64,
    pub(crate) snapped_lng: f64,
    pub(crate) snapped_lat: f64,
    pub(crate) walk_to_street_m: f64,
    pub(crate) reached_km: f64,
    /// Reached street outside the outline, as a share of the reached street.
    pub(crate) reached_outside_share: Option<f64>,
    /// Usable street past the limit inside the outline, as a share of the reached street.
    pub(crate) unreached_inside_share: Option<f64>,
    /// A picture, never used to decide anything.
    pub(crate) outline: Option<MultiPolygon>,
    pub(crate) streets: Option<Pieces>,
    pub(crate) cells: Option<CellsReached>,
}

/// Reached street by cell; with what lies elsewhere it adds up to all that is reached.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellsReached {
    /// H3 resolution of the plan.
    pub(crate) resolution: u8,
    /// Cells of the study area with reached street.
    pub(crate) cells: Vec<CellReached>,
    /// Reached street outside the study area, or across squares.
    pub(crate) elsewhere_m: f64,
}

/// A cell with reached street.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CellReached {
    /// H3 cell, 15 hexadecimal digits.
    pub(crate) cell: String,
    pub(crate) reached_m: f64,
}
