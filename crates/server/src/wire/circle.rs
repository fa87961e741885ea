use serde::Serialize;
use utoipa::ToSchema;

use super::geometry::{MultiPolygon, Pieces};

/// What is reached from a position, or from where it is reached.
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
    pub(crate) reached_outside_share: f64,
    pub(crate) unreached_inside_share: f64,
    pub(crate) outline: MultiPolygon,
    pub(crate) pieces: Pieces,
}
